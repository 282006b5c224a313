#include "driver/prober.h"

#include <string.h>

#include "base/error.h"
#include "base/id.h"
#include "base/text.h"
#include "base/timefmt.h"
#include "wire/json.h"

enum { HEALTH_BODY_MAX = 256 * 1024, FAULTS_SHOWN_MAX = 32 };

typedef struct {
    ProberPort port; // first
    const Clock *clock;
    HttpClient *client;
    IdSource ids;
    GQueue probes; // of Probe *
} Prober;

typedef struct {
    Prober *prober;
    GList link;
    ProbeDone done;
    gpointer data;
    gint64 timeout_ms;
    gint64 degraded_ms;
    char *where; // host and port, or socket
    char *nonce; // that must come back; NULL = none is asked for
} Probe;

// What the body said; all of it may be missing.
typedef struct {
    bool sick; // "degraded"
    bool down; // it says itself that it is down
    char *boot_id;
    char *nonce;   // that it gives back
    char **faults; // NULL = none
} Health;

static char *text_of(const json_t *json, const char *name)
{
    return g_strdup(json_string_value(json_object_get(json, name)));
}

static char **read_faults(const json_t *list)
{
    if (json_array_size(list) == 0)
        return NULL;
    GPtrArray *faults = g_ptr_array_new();
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
    {
        // A name, or an object with one.
        const char *text =
            json_string_value(json_is_object(item) ? json_object_get(item, "name") : item);
        if (text && faults->len < FAULTS_SHOWN_MAX)
            g_ptr_array_add(faults, g_strndup(text, 128));
    }
    g_ptr_array_add(faults, NULL);
    return (char **)g_ptr_array_free(faults, false);
}

static void read_health(const HttpResponse *response, Health *health)
{
    gsize length;
    const char *bytes = g_bytes_get_data(http_response_body(response), &length);
    // A health check need not speak JSON.
    g_autoptr(json_t) json =
        length ? wire_parse("The answer", bytes, length, HEALTH_BODY_MAX, NULL) : NULL;
    g_autofree char *status = text_of(json, "status");
    health->sick = status && g_ascii_strcasecmp(status, "degraded") == 0;
    health->down = status && g_ascii_strcasecmp(status, "down") == 0;
    health->boot_id = text_of(json, "boot_id");
    health->nonce = text_of(json, "nonce");
    health->faults = read_faults(json_object_get(json, "faults"));
}

static char *words_for_error(const Probe *probe, const GError *error)
{
    char limit[16];
    duration_format(probe->timeout_ms, limit);
    if (err_is(error, ERR_TIMEOUT))
        return g_strdup_printf("no answer within %s", limit);
    // "GET URL: WHAT." is shortened to what happened: the location is on the same line anyway.
    const char *what = strstr(error->message, ": ");
    char *words = g_strdup(what ? what + 2 : error->message);
    gsize length = strlen(words);
    if (length && words[length - 1] == '.')
        words[length - 1] = '\0';
    if (!g_str_has_suffix(words, "Connection refused"))
        return words;
    g_free(words);
    return g_strdup_printf("connection refused by %s", probe->where);
}

static void probe_free(Probe *probe)
{
    g_free(probe->where);
    g_free(probe->nonce);
    g_free(probe);
}

static void probe_end(Probe *probe, const ProbeResult *result)
{
    ProbeDone done = probe->done;
    gpointer data = probe->data;
    g_queue_unlink(&probe->prober->probes, &probe->link);
    probe_free(probe);
    done(result, data);
}

// Promised JSON that is none, or no text at all.
static bool is_garbage(const HttpResponse *response)
{
    gsize length;
    const char *bytes = g_bytes_get_data(http_response_body(response), &length);
    const char *type = http_response_header(response, "Content-Type");
    bool json = type && g_ascii_strncasecmp(type, "application/json", 16) == 0;
    g_autoptr(json_t) parsed =
        json && length ? wire_parse("The answer", bytes, length, HEALTH_BODY_MAX, NULL) : NULL;
    return (json && length && !parsed) ||
           !g_utf8_validate(bytes ? bytes : "", (gssize)length, NULL);
}

static AnswerStyle style_of(unsigned status, const GError *error)
{
    if (error)
        return err_is(error, ERR_TIMEOUT) ? ANSWER_LATE : ANSWER_UNKNOWN;
    return status == 202                   ? ANSWER_ACCEPTED
           : status >= 300 && status < 400 ? ANSWER_REDIRECTED
                                           : ANSWER_SYNCHRONOUS;
}

// An answer of before, or of somebody between: it says nothing of the location now. NULL: it answers this probe.
static const char *strangeness(const Probe *probe, const Health *health)
{
    if (!probe->nonce || g_strcmp0(probe->nonce, health->nonce) == 0)
        return NULL;
    return health->nonce
               ? ", but it answers another probe: from a cache, or replayed"
               : ", but it does not give the nonce back: from a cache, or it does not know "
                 "it";
}

static void on_answer(HttpCall *call, const HttpResponse *response, const GError *error, void *data)
{
    (void)call;
    Probe *probe = data;
    const HttpTiming *timing = http_response_timing(response);
    unsigned status = http_response_status(response);
    Health health = {0};
    g_autofree char *detail = NULL;
    ProbeResult result = {
        .sample = {.at_ms = clock_wall_ms(probe->prober->clock), .latency_us = timing->total_us}};
    result.answer = style_of(status, error);
    if (error) {
        detail = words_for_error(probe, error);
    } else if (is_garbage(response)) {
        detail = g_strdup_printf("%u, but the answer makes no sense", status);
    } else {
        read_health(response, &health);
        gint64 ms = timing->total_us / 1000;
        bool good = status >= 200 && status < 300 && !health.down;
        const char *strange = good ? strangeness(probe, &health) : NULL;
        result.sample.ok = good && !strange;
        result.sample.degraded =
            result.sample.ok && (health.sick || (probe->degraded_ms && ms > probe->degraded_ms));
        detail = g_strdup_printf("%u in %" G_GINT64_FORMAT " ms%s", status, ms,
                                 strange       ? strange
                                 : health.sick ? ", degraded"
                                 : health.down ? ", says it is down"
                                               : "");
        if (strange) { // nor is anything else of it of now
            g_clear_pointer(&health.boot_id, g_free);
            g_clear_pointer(&health.faults, g_strfreev);
        }
    }
    result.detail = detail;
    result.boot_id = health.boot_id;
    result.faults = (const char *const *)health.faults;
    probe_end(probe, &result);
    g_free(health.boot_id);
    g_free(health.nonce);
    g_strfreev(health.faults);
}

static char *where_of(const HealthCheck *health)
{
    if (health->socket)
        return g_strdup(health->socket);
    const char *host = health->url ? strstr(health->url, "://") : NULL;
    return host ? g_strndup(host + 3, strcspn(host + 3, "/?")) : g_strdup("nobody");
}

// The URL with the nonce in its query; the caller frees.
static char *url_of(const HealthCheck *health, const char *nonce)
{
    if (!health->url || !nonce)
        return g_strdup(health->url ? health->url : "");
    g_autofree char *bare = g_strndup(health->url, strcspn(health->url, "#"));
    return g_strconcat(bare, strchr(bare, '?') ? "&" : "?", "nonce=", nonce, NULL);
}

static void port_probe(ProberPort *port, const Location *location, ProbeDone done, gpointer data)
{
    Prober *prober = (Prober *)port;
    Probe *probe = g_new0(Probe, 1);
    *probe = (Probe){.prober = prober,
                     .done = done,
                     .data = data,
                     .timeout_ms = location->health.timeout_ms,
                     .degraded_ms = location->health.degraded_ms,
                     .nonce = location->health.nonce ? id_random_hex(&prober->ids, 8) : NULL,
                     .where = where_of(&location->health)};
    g_autofree char *url = url_of(&location->health, probe->nonce);
    probe->link.data = probe;
    g_queue_push_tail_link(&prober->probes, &probe->link);
    http_client_send(prober->client,
                     &(HttpSpec){.url = url,
                                 .socket_path = location->health.socket,
                                 .connect_ms = probe->timeout_ms,
                                 .total_ms = probe->timeout_ms,
                                 .max_body = HEALTH_BODY_MAX},
                     on_answer, probe);
}

ProberPort *prober_new(const Clock *clock, const HttpClientConfig *config)
{
    Prober *prober = g_new0(Prober, 1);
    prober->port.probe = port_probe;
    prober->clock = clock;
    prober->client = http_client_new(clock, config ? config : &(HttpClientConfig){0});
    id_source_init(&prober->ids, clock, 0);
    g_queue_init(&prober->probes);
    return &prober->port;
}

void prober_free(ProberPort *port)
{
    if (!port)
        return;
    Prober *prober = (Prober *)port;
    http_client_free(prober->client);
    const ProbeResult given_up = {.sample = {.at_ms = clock_wall_ms(prober->clock)},
                                  .detail = "given up: the program ends"};
    while (prober->probes.head)
        probe_end(prober->probes.head->data, &given_up);
    id_source_release(&prober->ids);
    g_free(prober);
}
