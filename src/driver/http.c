// Any service with a URL to look at and URLs to call.
//
//     observe_url       GET; without state_pointer its status decides
//     active_status     statuses that mean active; default "200-299"
//     passive_status    … passive; default "503"; any other is failed
//     state_pointer     JSON pointer to the state ("/status")
//     active_value, passive_value   values of it, parted by commas; default "active", "passive"
//     runs_pointer, epoch_pointer, boot_pointer, last_run_pointer, routed_pointer
//     ACTION_url, ACTION_method (POST), ACTION_body     for activate, passivate, fence, promote,
//                       reroute, rejoin, notify; in URL and body {epoch} {key} {boot_id} {to} {operation}
//     inventory_url     GET; what it holds, entity by entity (http-inventory.c)
//     socket            Unix socket to reach it through
//     token_file        a bearer token
//     proof             "F", "L" or "P" where that is so; F counts only once the
//                       target has answered with x-signalbox-epoch. Default: M
#include <string.h>

#include "base/error.h"
#include "base/timefmt.h"
#include "driver/http.h"

static const char *const PARAMETERS[] = {"observe_url",
                                         "active_status",
                                         "passive_status",
                                         "state_pointer",
                                         "active_value",
                                         "passive_value",
                                         "runs_pointer",
                                         "epoch_pointer",
                                         "boot_pointer",
                                         "last_run_pointer",
                                         "routed_pointer",
                                         "socket",
                                         "token_file",
                                         "inventory_url",
                                         "proof",
                                         "activate_url",
                                         "activate_method",
                                         "activate_body",
                                         "passivate_url",
                                         "passivate_method",
                                         "passivate_body",
                                         "fence_url",
                                         "fence_method",
                                         "fence_body",
                                         "promote_url",
                                         "promote_method",
                                         "promote_body",
                                         "reroute_url",
                                         "reroute_method",
                                         "reroute_body",
                                         "rejoin_url",
                                         "rejoin_method",
                                         "rejoin_body",
                                         "notify_url",
                                         "notify_method",
                                         "notify_body",
                                         NULL};

static const char *const CREDENTIALS[] = {"token_file", NULL};

// Set by the workload, or by any of its instances and their locations.
static bool has_parameter(const Workload *workload, const char *name)
{
    for (guint i = 0; i < workload->instances->len; i++) {
        g_autofree char *value =
            instance_parameter(g_ptr_array_index(workload->instances, i), name);
        if (value)
            return true;
    }
    return g_hash_table_contains(workload->parameters, name);
}

static guint actions(const Workload *workload)
{
    guint mask = 0;
    for (guint i = 0; i < ACTION_COUNT; i++) {
        g_autofree char *name = g_strconcat(driver_action_name((DriverAction)i), "_url", NULL);
        if (has_parameter(workload, name))
            mask |= 1u << i;
    }
    return mask;
}

static ProofClass proof(const Workload *workload, bool fenced)
{
    const char *said = g_hash_table_lookup(workload->parameters, "proof");
    int value;
    if (!said || !name_parse(&PROOF_NAMES, said, &value, NULL))
        return PROOF_MANUAL;
    return value == PROOF_FENCING && !fenced ? PROOF_MANUAL : (ProofClass)value;
}

// The value a JSON pointer (RFC 6901) leads to; NULL if it leads nowhere.
static const json_t *pointed(const json_t *json, const char *pointer)
{
    g_auto(GStrv) parts = g_strsplit(pointer, "/", WIRE_DEPTH_MAX);
    for (guint i = 1; json && parts[0] && parts[i]; i++) {
        g_autoptr(GString) part = g_string_new(parts[i]);
        g_string_replace(part, "~1", "/", 0);
        g_string_replace(part, "~0", "~", 0);
        guint64 index;
        if (json_is_array(json))
            json = g_ascii_string_to_unsigned(part->str, 10, 0, G_MAXINT, &index, NULL)
                       ? json_array_get(json, index)
                       : NULL;
        else
            json = json_object_get(json, part->str);
    }
    return json;
}

static bool listed(const char *list, const char *word)
{
    g_auto(GStrv) words = g_strsplit(list, ",", 32);
    for (guint i = 0; words[i]; i++)
        if (g_ascii_strcasecmp(g_strstrip(words[i]), word) == 0)
            return true;
    return false;
}

// "200-299,304"
static bool status_listed(const char *list, unsigned status)
{
    g_auto(GStrv) ranges = g_strsplit(list, ",", 32);
    for (guint i = 0; ranges[i]; i++) {
        g_auto(GStrv) ends = g_strsplit(g_strstrip(ranges[i]), "-", 2);
        guint64 low;
        guint64 high;
        if (!ends[0] || !g_ascii_string_to_unsigned(ends[0], 10, 0, 999, &low, NULL))
            continue;
        if (!ends[1] || !g_ascii_string_to_unsigned(ends[1], 10, 0, 999, &high, NULL))
            high = low;
        if (status >= low && status <= high)
            return true;
    }
    return false;
}

static const char *or_else(const char *value, const char *fallback)
{
    return value ? value : fallback;
}

static InstanceState state_by_status(const Job *job, unsigned status)
{
    if (status_listed(or_else(job_parameter(job, "active_status"), "200-299"), status))
        return INSTANCE_ACTIVE;
    bool passive = status_listed(or_else(job_parameter(job, "passive_status"), "503"), status);
    return passive ? INSTANCE_PASSIVE : INSTANCE_FAILED;
}

static InstanceState state_by_value(const Job *job, const json_t *json, const char *pointer)
{
    const json_t *value = pointed(json, pointer);
    g_autofree char *word = json_is_boolean(value)
                                ? g_strdup(json_is_true(value) ? "true" : "false")
                                : g_strdup(json_string_value(value));
    if (!word)
        return INSTANCE_UNKNOWN;
    if (listed(or_else(job_parameter(job, "active_value"), "active"), word))
        return INSTANCE_ACTIVE;
    bool passive = listed(or_else(job_parameter(job, "passive_value"), "passive"), word);
    return passive ? INSTANCE_PASSIVE : INSTANCE_FAILED;
}

static gint64 integer_at(const Job *job, const json_t *json, const char *parameter, gint64 fallback)
{
    const char *pointer = job_parameter(job, parameter);
    const json_t *value = pointer ? pointed(json, pointer) : NULL;
    return json_is_integer(value) && json_integer_value(value) >= 0 ? json_integer_value(value)
                                                                    : fallback;
}

static const char *text_at(const Job *job, const json_t *json, const char *parameter)
{
    const char *pointer = job_parameter(job, parameter);
    return pointer ? json_string_value(pointed(json, pointer)) : NULL;
}

static void read_values(const Job *job, const json_t *json, Observation *observation)
{
    observation->runs = (int)MIN(integer_at(job, json, "runs_pointer", -1), G_MAXINT);
    observation->epoch = integer_at(job, json, "epoch_pointer", 0);
    observation->boot_id = g_strdup(text_at(job, json, "boot_pointer"));
    observation->routed_to = g_strdup(text_at(job, json, "routed_pointer"));
    const char *last = text_at(job, json, "last_run_pointer");
    if (last)
        time_parse(last, &observation->last_run_ms, NULL);
}

static bool wants_json(const Job *job)
{
    static const char *const pointers[] = {"state_pointer", "runs_pointer",     "epoch_pointer",
                                           "boot_pointer",  "last_run_pointer", "routed_pointer"};
    for (guint i = 0; i < G_N_ELEMENTS(pointers); i++)
        if (job_parameter(job, pointers[i]))
            return true;
    return false;
}

static void on_observed(Job *job, const HttpResponse *response, const GError *error)
{
    if (error) {
        job_blind(job, error);
        return;
    }
    g_autoptr(Observation) observation = observation_new();
    unsigned status = http_response_status(response);
    const char *pointer = job_parameter(job, "state_pointer");
    observation->ok = true;
    observation->at_ms = clock_wall_ms(job->drivers->clock);
    observation->detail = g_strdup_printf("answered %u", status);
    observation->state = state_by_status(job, status);
    if (wants_json(job) && (status < 400 || pointer)) {
        g_autoptr(GError) reason = NULL;
        gsize length;
        const char *bytes = g_bytes_get_data(http_response_body(response), &length);
        g_autoptr(json_t) json =
            wire_parse("The answer", length ? bytes : "", length, DRIVER_BODY_MAX, &reason);
        if (!json) {
            job_puzzled(job, job_is_absent(status), "Answered %u, but: %s", status,
                        reason->message);
            return;
        }
        if (pointer)
            observation->state = state_by_value(job, json, pointer);
        read_values(job, json, observation);
    }
    const char *epoch = http_response_header(response, "x-signalbox-epoch");
    if (epoch) {
        g_ascii_string_to_signed(epoch, 10, 0, G_MAXINT64, &observation->epoch, NULL);
        job_fenced(job);
    }
    if (!observation->boot_id)
        observation->boot_id = g_strdup(http_response_header(response, "x-signalbox-boot-id"));
    if (http_has_inventory(job))
        http_inventory_ask(job, g_steal_pointer(&observation));
    else
        job_observed(job, observation);
}

bool http_token(const Job *job, char **ret_token, GError **error)
{
    const char *file = job_parameter(job, "token_file");
    *ret_token = file ? job_secret(file, error) : NULL;
    return !file || *ret_token;
}

static void observe(Job *job)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *token = NULL;
    const char *url = job_parameter(job, "observe_url");
    if (!url) {
        job_puzzled(job, false, "No parameter \"observe_url\" says what to look at.");
        return;
    }
    if (!http_token(job, &token, &error)) {
        job_puzzled(job, false, "%s", error->message);
        return;
    }
    job_send(job,
             &(HttpSpec){.url = url, .socket_path = job_parameter(job, "socket"), .bearer = token},
             on_observed);
}

// ---- Acting ---------------------------------------------------------------------------------------

static char *fill_in(const Job *job, const char *template)
{
    if (!template)
        return NULL;
    char epoch[24];
    g_snprintf(epoch, sizeof epoch, "%" G_GINT64_FORMAT, job->epoch);
    const struct {
        const char *name;
        const char *value;
    } words[] = {{"{epoch}", epoch},
                 {"{key}", job->key},
                 {"{boot_id}", job->boot_id},
                 {"{to}", job->to},
                 {"{operation}", job->operation}};
    GString *text = g_string_new(template);
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        g_string_replace(text, words[i].name, or_else(words[i].value, ""), 0);
    return g_string_free(text, false);
}

static const char *action_parameter(const Job *job, const char *suffix)
{
    g_autofree char *name = g_strconcat(driver_action_name(job->action), suffix, NULL);
    return job_parameter(job, name);
}

static void act(Job *job);

static void on_acted(Job *job, const HttpResponse *response, const GError *error)
{
    if (!error && http_response_header(response, "x-signalbox-epoch"))
        job_fenced(job);
    // Any 2xx will do: hooks answer in whatever form they like. A target that has named its epoch before
    // must do so again (job_settle sees to that).
    unsigned status = http_response_status(response);
    bool fenced = g_hash_table_contains(job->drivers->fenced, job->workload);
    if (!error && status >= 200 && status < 300 && !fenced)
        job_acted(job, OUTCOME_DONE, NULL);
    else
        job_settle(job, response, error, act);
}

static void act(Job *job)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *token = NULL;
    g_autofree char *url = fill_in(job, action_parameter(job, "_url"));
    g_autofree char *text = fill_in(job, action_parameter(job, "_body"));
    if (!url || !http_token(job, &token, &error)) {
        job_acted(job, OUTCOME_REFUSED,
                  error ? error->message : "No URL is given for this action.");
        return;
    }
    g_autoptr(GBytes) body = text ? g_bytes_new(text, strlen(text)) : NULL;
    HttpField headers[6];
    char epoch[24];
    job_headers(job, headers, epoch);
    job_send(job,
             &(HttpSpec){.method = or_else(action_parameter(job, "_method"), "POST"),
                         .url = url,
                         .socket_path = job_parameter(job, "socket"),
                         .headers = headers,
                         .bearer = token,
                         .content_type = text ? "application/json" : NULL,
                         .body = body},
             on_acted);
}

const Driver DRIVER_HTTP = {"http", actions, proof, observe, act, PARAMETERS, CREDENTIALS};
