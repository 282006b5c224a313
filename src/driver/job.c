#include "driver/job.h"

#include <string.h>

#include "base/error.h"
#include "driver/arm.h"
#include "driver/job-private.h"
#include "http/retry.h"

static const char GIVEN_UP[] = "Given up: the program ends.";

const char *job_parameter(const Job *job, const char *name)
{
    for (guint i = 0; i < job->n_parameters; i++)
        if (strcmp(job->driver->parameters[i], name) == 0)
            return job->parameters[i];
    return NULL;
}

gint64 job_left_ms(const Job *job)
{
    return clock_left_ms(job->drivers->clock, job->due_ms);
}

void job_free(Job *job)
{
    g_queue_unlink(&job->drivers->jobs, &job->link);
    if (job->call)
        http_call_cancel(job->call);
    if (job->timer) {
        g_source_destroy(job->timer);
        g_source_unref(job->timer);
    }
    if (job->own_free)
        job->own_free(job->own);
    arm_call_free(job->arm);
    for (guint i = 0; i < job->n_parameters; i++)
        g_free(job->parameters[i]);
    g_free(job->parameters);
    g_free(job->workload);
    g_free(job->group);
    g_free(job->name);
    g_free(job->location);
    g_free(job->key);
    g_free(job->operation);
    g_free(job->boot_id);
    g_free(job->to);
    inventory_unref(job->configuration);
    g_free(job);
}

Job *job_new_shared(const Job *from)
{
    Job *job = g_new0(Job, 1);
    job->drivers = from->drivers;
    job->driver = from->driver;
    job->workload = g_strdup(from->workload);
    job->group = g_strdup(from->group);
    job->name = g_strdup(from->name);
    job->location = g_strdup(from->location);
    job->kind = from->kind;
    job->begun_ms = clock_mono_ms(from->drivers->clock);
    job->due_ms = from->due_ms;
    job->n_parameters = from->n_parameters;
    job->parameters = g_new0(char *, job->n_parameters + 1);
    for (guint i = 0; i < job->n_parameters; i++)
        job->parameters[i] = g_strdup(from->parameters[i]);
    job->link.data = job;
    g_queue_push_tail_link(&job->drivers->jobs, &job->link);
    return job;
}

static void on_answer(HttpCall *call, const HttpResponse *response, const GError *error, void *data)
{
    (void)call;
    Job *job = data;
    job->call = NULL;
    job->answered(job, response, error);
}

void job_send(Job *job, HttpSpec *spec, JobAnswered answered)
{
    g_assert(!job->call);
    gint64 left_ms = job_left_ms(job);
    spec->total_ms = MAX(left_ms, 1); // 0 would stand for the default
    spec->max_body = DRIVER_BODY_MAX;
    job->answered = answered;
    job->call = http_client_send(job->drivers->client, spec, on_answer, job);
}

void job_headers(const Job *job, HttpField *ret_headers, char *epoch)
{
    guint n = 0;
    g_snprintf(epoch, 24, "%" G_GINT64_FORMAT, job->epoch);
    ret_headers[n++] = (HttpField){"x-signalbox-epoch", epoch};
    if (job->boot_id)
        ret_headers[n++] = (HttpField){"x-signalbox-boot-id", job->boot_id};
    if (job->key) {
        ret_headers[n++] = (HttpField){"x-signalbox-key", job->key};
        ret_headers[n++] = (HttpField){"Idempotency-Key", job->key};
    }
    ret_headers[n] = (HttpField){NULL, NULL};
}

static gboolean on_timer(gpointer data)
{
    Job *job = data;
    g_clear_pointer(&job->timer, g_source_unref);
    job->woken(job);
    return G_SOURCE_REMOVE;
}

void job_wait(Job *job, gint64 ms, JobWoken woken)
{
    g_assert(!job->timer);
    job->woken = woken;
    job->timer = g_timeout_source_new((guint)CLAMP(ms, 0, 3600000));
    g_source_set_callback(job->timer, on_timer, job, NULL);
    g_source_attach(job->timer, NULL);
}

// The job is gone before its callback runs: that may ask for the next one, or free everything.
void job_observed(Job *job, const Observation *observation)
{
    g_assert(job->observed);
    DriverObserved observed = job->observed;
    gpointer data = job->data;
    job_free(job);
    observed(observation, data);
}

void job_acted(Job *job, Outcome outcome, const char *detail)
{
    g_assert(job->done);
    DriverDone done = job->done;
    gpointer data = job->data;
    job_free(job);
    done(outcome, detail, data);
}

void job_puzzled(Job *job, bool unreachable, const char *format, ...)
{
    g_autoptr(Observation) observation = observation_new();
    va_list args;
    va_start(args, format);
    observation->detail = g_strdup_vprintf(format, args);
    va_end(args);
    observation->unreachable = unreachable;
    observation->at_ms = clock_wall_ms(job->drivers->clock);
    job_observed(job, observation);
}

void job_blind(Job *job, const GError *error)
{
    job_puzzled(job, err_is(error, ERR_UNREACHABLE) || err_is(error, ERR_TIMEOUT), "%s",
                error->message);
}

static void job_give_up(Job *job)
{
    if (job->observed)
        job_puzzled(job, false, "%s", GIVEN_UP);
    else if (job->done)
        job_acted(job, OUTCOME_UNKNOWN, GIVEN_UP);
    else
        job_free(job);
}

void drivers_give_up_jobs(Drivers *drivers)
{
    while (drivers->jobs.head)
        job_give_up(drivers->jobs.head->data);
}

// ---- Answers --------------------------------------------------------------------------------------

static const char *member(const json_t *object, const char *name, const char *other)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : json_string_value(json_object_get(object, other));
}

// {"error": {…}}, {"Error": {…}}, a bare {"code", "message"}, a problem document, an OAuth error.
static const char *envelope_words(const json_t *json)
{
    const json_t *error = json_object_get(json, "error");
    if (!json_is_object(error))
        error = json_object_get(json, "Error");
    const char *words = member(error, "message", "Message");
    words = words ? words : member(json, "message", "Message");
    words = words ? words : member(json, "detail", "title");
    return words ? words : member(json, "error_description", "error");
}

static json_t *parse_body(const HttpResponse *response, GError **error)
{
    gsize length;
    const char *bytes = g_bytes_get_data(http_response_body(response), &length);
    if (length == 0)
        return json_object();
    g_autoptr(GError) reason = NULL;
    json_t *json = wire_parse("The answer", bytes, length, DRIVER_BODY_MAX, &reason);
    if (!json)
        g_set_error(error, ERR, ERR_PROTOCOL, "%s", reason->message);
    return json;
}

// The words of an error envelope in any of its spellings; or "answered 500". The caller frees.
static char *job_words(const HttpResponse *response)
{
    g_autoptr(json_t) json = parse_body(response, NULL);
    const char *words = json ? envelope_words(json) : NULL;
    if (!words || !*words)
        return g_strdup_printf("The target answered %u.", http_response_status(response));
    g_autofree char *cut =
        g_utf8_substring(words, 0, MIN(g_utf8_strlen(words, -1), DRIVER_DETAIL_MAX));
    return g_strdup(cut);
}

bool job_is_absent(unsigned status)
{
    return status >= 502 && status <= 504;
}

json_t *job_json(const HttpResponse *response, GError **error)
{
    unsigned status = http_response_status(response);
    if (status >= 200 && status < 300)
        return parse_body(response, error);
    g_autofree char *words = job_words(response);
    g_set_error(error, ERR,
                job_is_absent(status) ? ERR_UNREACHABLE
                : status == 429       ? ERR_BUSY
                                      : ERR_REFUSED,
                "Answered %u: %s", status, words);
    return NULL;
}

// How long the target asks to wait, where waiting fits into the deadline; 0 = it does not ask.
static gint64 asked_wait(const Job *job, const HttpResponse *response)
{
    unsigned status = http_response_status(response);
    const char *after = http_response_header(response, "Retry-After");
    gint64 wait_ms;
    if ((status != 429 && status != 503) || !after ||
        !http_retry_after_parse(after, clock_wall_ms(job->drivers->clock), &wait_ms))
        return 0;
    // A target that is merely not ready yet is asked sooner than its whole seconds can say.
    if (status == 503)
        wait_ms = MIN(wait_ms, 250);
    return wait_ms < job_left_ms(job) ? MAX(wait_ms, 1) : 0;
}

// What an answer to a command means. ret_retry_ms: 0, or how long to wait before the same is sent again
// (it was throttled, or asked to come back). `detail` is new.
static Outcome job_outcome(const Job *job, const HttpResponse *response, const GError *error,
                           gint64 *ret_retry_ms, char **ret_detail)
{
    *ret_retry_ms = 0;
    if (error) {
        // Whatever went wrong on the way: it may have happened, so it is looked at.
        *ret_detail = g_strdup(error->message);
        return OUTCOME_UNKNOWN;
    }
    unsigned status = http_response_status(response);
    if (status >= 200 && status < 300) {
        g_autoptr(GError) reason = NULL;
        g_autoptr(json_t) json = parse_body(response, &reason);
        // Who has named an epoch before and does not now is not who we think it is.
        bool stranger = g_hash_table_contains(job->drivers->fenced, job->workload) &&
                        !http_response_header(response, "x-signalbox-epoch");
        *ret_detail = !json      ? g_strdup_printf("Answered %u, but: %s", status, reason->message)
                      : stranger ? g_strdup_printf("Answered %u, but without its epoch.", status)
                                 : NULL;
        return json && !stranger ? OUTCOME_DONE : OUTCOME_UNKNOWN;
    }
    *ret_retry_ms = asked_wait(job, response);
    *ret_detail = job_words(response);
    bool certain = status >= 400 && status < 500 && status != 408 && status != 429;
    return certain ? OUTCOME_REFUSED : OUTCOME_UNKNOWN;
}

void job_settle(Job *job, const HttpResponse *response, const GError *error, JobWoken again)
{
    gint64 retry_ms;
    g_autofree char *detail = NULL;
    Outcome outcome = job_outcome(job, response, error, &retry_ms, &detail);
    if (retry_ms > 0)
        job_wait(job, retry_ms, again);
    else
        job_acted(job, outcome, detail);
}

void job_fenced(Job *job)
{
    g_hash_table_add(job->drivers->fenced, g_strdup(job->workload));
}

char *job_secret(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize length;
    if (!g_file_get_contents(path, &text, &length, NULL) || length > 4096) {
        g_set_error(error, ERR, ERR_INVALID, "The secret file %s cannot be read.", path);
        return NULL;
    }
    g_strchomp(text);
    return g_steal_pointer(&text);
}
