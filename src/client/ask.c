// One question to the backend, one answer.
#include <string.h>

#include "base/error.h"
#include "client/private.h"
#include "wire/problem.h"

enum { ANSWER_MAX_BYTES = 64 * 1024 * 1024 };

struct Question {
    Client *client;
    HttpCall *call;
    bool as_it_comes;
    AnswerFunc func;
    GDestroyNotify drop;
    gpointer data;
};

static bool is_json(const HttpResponse *response)
{
    const char *type = http_response_header(response, "Content-Type");
    return type && strstr(type, "json") && !strstr(type, "ndjson");
}

// What is wrong with an answer that came whole; NULL = nothing. `*ret_json` may be set either way.
static GError *judge(const Question *question, const HttpResponse *response, json_t **ret_json)
{
    unsigned status = http_response_status(response);
    gsize size = 0;
    const char *bytes = g_bytes_get_data(http_response_body(response), &size);
    GError *error = NULL;
    if (size && is_json(response))
        *ret_json = wire_parse("The backend's answer", bytes, size, ANSWER_MAX_BYTES, &error);
    if (status < 200 || status >= 300) {
        g_clear_error(&error);
        return problem_from_json(*ret_json, (int)status);
    }
    if (error) { // whatever was wrong with it: it is not what a backend says
        error->code = ERR_PROTOCOL;
        return error;
    }
    if (size && memchr(bytes, '\0', size))
        return g_error_new(ERR, ERR_PROTOCOL, "The backend's answer holds a zero byte.");
    if (!*ret_json && !question->as_it_comes)
        return g_error_new(ERR, ERR_PROTOCOL,
                           "The backend's answer is not JSON: is this a signalboxd?");
    return NULL;
}

static void on_done(HttpCall *call, const HttpResponse *response, const GError *failure, void *data)
{
    Question *question = data;
    gsize size = 0;
    const char *bytes = g_bytes_get_data(http_response_body(response), &size);
    g_autofree char *text = g_strndup(bytes ? bytes : "", size);
    g_autoptr(json_t) json = NULL;
    g_autoptr(GError) error = failure ? g_error_copy(failure) : judge(question, response, &json);
    Answer answer = {json, text, error, failure && err_is(failure, ERR_UNREACHABLE)};
    (void)call;
    g_ptr_array_remove_fast(question->client->questions, question);
    question->func(&answer, question->data);
    g_free(question);
}

Question *question_send(Client *client, const Ask *ask, AnswerFunc func, GDestroyNotify drop,
                        gpointer data)
{
    const Endpoint *endpoint = client_endpoint(client, ask->endpoint);
    g_autofree char *url = g_strconcat(endpoint->base, ask->path, NULL);
    g_autofree char *match = g_strdup_printf("\"%" G_GUINT64_FORMAT "\"", ask->revision);
    g_autofree char *text = ask->body ? wire_format(ask->body) : NULL;
    g_autoptr(GBytes) bytes = text ? g_bytes_new(text, strlen(text)) : NULL;
    HttpField headers[3] = {0};
    guint n = 0;
    if (ask->key)
        headers[n++] = (HttpField){"Idempotency-Key", ask->key};
    if (ask->revision)
        headers[n++] = (HttpField){"If-Match", match};
    HttpSpec spec = {.method = ask->method,
                     .url = url,
                     .socket_path = endpoint->socket,
                     .headers = headers,
                     .bearer = endpoint->token,
                     .content_type = bytes ? "application/json" : NULL,
                     .body = bytes,
                     .never_repeat = ask->never_repeat,
                     .connect_ms = client->config.waits->connect_ms,
                     .total_ms = ask->limit_ms ? ask->limit_ms : client->config.waits->answer_ms,
                     .max_body = ANSWER_MAX_BYTES};
    Question *question = g_new0(Question, 1);
    *question = (Question){client, NULL, ask->as_it_comes, func, drop, data};
    question->call = http_client_send(client->http, &spec, on_done, question);
    g_ptr_array_add(client->questions, question);
    return question;
}

void question_drop(Question *question)
{
    http_call_cancel(question->call);
    g_ptr_array_remove_fast(question->client->questions, question);
    if (question->drop)
        question->drop(question->data);
    g_free(question);
}

// ---- for everybody ----

typedef struct {
    ClientDone done;
    gpointer data;
} Asker;

static void on_answer(const Answer *answer, gpointer data)
{
    Asker *asker = data;
    asker->done(answer->json, answer->text, answer->error, asker->data);
    g_free(asker);
}

static void send_for(Client *client, Ask ask, ClientDone done, gpointer data)
{
    Asker *asker = g_new0(Asker, 1);
    *asker = (Asker){done, data};
    ask.endpoint = client->current;
    question_send(client, &ask, on_answer, g_free, asker);
}

void client_get(Client *client, const char *path, ClientDone done, gpointer data)
{
    send_for(client, (Ask){.method = "GET", .path = path}, done, data);
}

void client_get_text(Client *client, const char *path, ClientDone done, gpointer data)
{
    send_for(client, (Ask){.method = "GET", .path = path, .as_it_comes = true}, done, data);
}

void client_post(Client *client, const char *path, json_t *body, guint64 revision, ClientDone done,
                 gpointer data)
{
    g_autofree char *key = id_new(client->config.ids, "req");
    g_autoptr(json_t) owned = body ? body : json_object();
    send_for(client,
             (Ask){.method = "POST", .path = path, .body = owned, .revision = revision, .key = key},
             done, data);
}
