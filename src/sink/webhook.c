// A webhook: HTTP POST, one event each, as structured CloudEvents or as Alertmanager's message. 2xx means taken.
#include <string.h>

#include "conf/daemon.h"
#include "http/client.h"
#include "http/retry.h"
#include "sink/alertmanager.h"
#include "sink/transport.h"

enum { ANSWER_MAX = 64 * 1024 };

typedef struct {
    Transport transport;
    const Clock *clock;
    HttpClient *client;
    HttpCall *call;
    char *token; // NULL = none
} Webhook;

static Transport *webhook_open(const ConfSink *sink, const Clock *clock, GError **error)
{
    char *token = NULL;
    if (sink->token_file && !(token = conf_read_secret(sink->token_file, error)))
        return NULL;
    const HttpClientConfig config = {
        .user_agent = "signalboxd", .ca_file = sink->ca_file, .connections_kept = 1};
    Webhook *webhook = g_new0(Webhook, 1);
    webhook->transport.sink = sink;
    webhook->clock = clock;
    webhook->token = token;
    webhook->client = http_client_new(clock, &config);
    return &webhook->transport;
}

static void webhook_close(Transport *transport)
{
    Webhook *webhook = (Webhook *)transport;
    http_client_free(webhook->client);
    if (webhook->token)
        explicit_bzero(webhook->token, strlen(webhook->token));
    g_free(webhook->token);
    g_free(webhook);
}

// What no repetition makes better: the receiver says that this event, as it is, is nothing it understands.
static bool is_refusal(unsigned status)
{
    return status == 400 || status == 413 || status == 415 || status == 422;
}

static void on_answer(HttpCall *call, const HttpResponse *response, const GError *error, void *data)
{
    Webhook *webhook = data;
    unsigned status = http_response_status(response);
    gint64 wait_ms = 0;
    (void)call;
    webhook->call = NULL;
    if (error) {
        transport_end(&webhook->transport, SENT_FAILED, error->message, 0);
        return;
    }
    if (status / 100 == 2) {
        transport_end(&webhook->transport, SENT_TAKEN, NULL, 0);
        return;
    }
    const char *after = http_response_header(response, "Retry-After");
    if (!after || !http_retry_after_parse(after, clock_wall_ms(webhook->clock), &wait_ms))
        wait_ms = 0;
    g_autofree char *detail = g_strdup_printf("It answered %u.", status);
    transport_end(&webhook->transport, is_refusal(status) ? SENT_REFUSED : SENT_FAILED, detail,
                  wait_ms);
}

static char *body_of(const ConfSink *sink, const SinkEvent *event)
{
    return sink->format == SINK_FORMAT_ALERTMANAGER ? alertmanager_format(event, sink->name)
                                                    : g_strdup(event->json);
}

static void webhook_send(Transport *transport, const SinkEvent *const *events, guint count,
                         TransportDone done, gpointer data)
{
    Webhook *webhook = (Webhook *)transport;
    const ConfSink *sink = transport->sink;
    char *text = body_of(sink, events[0]);
    g_assert(count == 1);
    transport_begin(transport, done, data);
    if (!text) { // nothing that this format has words for
        transport_end(transport, SENT_TAKEN, NULL, 0);
        return;
    }
    g_autoptr(GBytes) body = g_bytes_new_take(text, strlen(text));
    const HttpSpec spec = {.method = "POST",
                           .url = sink->url,
                           .bearer = webhook->token,
                           .content_type = sink->format == SINK_FORMAT_ALERTMANAGER
                                               ? "application/json"
                                               : "application/cloudevents+json; charset=utf-8",
                           .body = body,
                           .idempotent = true, // it has an id: who gets it twice can know
                           .total_ms = sink->timeout_ms,
                           .max_body = ANSWER_MAX};
    webhook->call = http_client_send(webhook->client, &spec, on_answer, webhook);
}

// Without what may be secret in it.
static char *webhook_target(const ConfSink *sink)
{
    return g_strndup(sink->url, strcspn(sink->url, "?#"));
}

const TransportKind TRANSPORT_WEBHOOK = {1, webhook_open, webhook_send, webhook_close,
                                         webhook_target};
