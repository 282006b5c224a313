#include "client/client.h"

#include <string.h>

#include "base/error.h"
#include "base/timefmt.h"
#include "client/private.h"
#include "model/refusal.h"
#include "wire/operation.h"
#include "wire/problem.h"

enum {
    ANSWER_MAX_BYTES = 64 * 1024 * 1024,
    ANSWER_MS = 10 * 1000,
    PRESENCE_MS = 10 * 1000,
    SEARCH_MS = 1900
};

static void free_entry(gpointer data)
{
    journal_entry_free(data);
}

Client *client_new(const ClientConfig *config, GError **error)
{
    g_autofree char *directory = config->journal ? g_strdup(config->journal) : journal_directory();
    Journal *journal = journal_open(directory, error);
    if (!journal)
        return NULL;
    Client *client = g_new0(Client, 1);
    HttpClientConfig http = {.user_agent = "signalbox"};
    client->config = *config;
    client->token = g_strdup(config->token);
    client->journal = journal;
    client->http = http_client_new(config->clock, &http);
    client->picture = picture_new();
    client->attempts = g_ptr_array_new_with_free_func(attempt_free);
    client->unsettled = g_ptr_array_new_with_free_func(free_entry);
    client->picture->link.endpoints = config->endpoints->len;
    return client;
}

void client_free(Client *client)
{
    if (!client)
        return;
    link_stop(client);
    if (client->told)
        g_source_remove(client->told);
    if (client->presence)
        g_source_remove(client->presence);
    g_ptr_array_unref(client->attempts);
    http_client_free(client->http);
    sse_reader_release(&client->sse);
    picture_free(client->picture);
    journal_free(client->journal);
    g_ptr_array_unref(client->unsettled);
    token_free(client->token);
    g_free(client->watching);
    g_free(client);
}

const Endpoint *client_endpoint(const Client *client, guint index)
{
    return client->config.endpoints->pdata[index % client->config.endpoints->len];
}

static gboolean tell_now(gpointer data)
{
    Client *client = data;
    client->told = 0;
    if (client->config.changed)
        client->config.changed(client->config.data);
    return G_SOURCE_REMOVE;
}

void client_tell(Client *client)
{
    if (!client->told) // as soon as the loop turns: a change must be seen within a frame
        client->told = g_idle_add_full(G_PRIORITY_DEFAULT, tell_now, client, NULL);
}

static void read_journal(Client *client)
{
    g_autoptr(GPtrArray) all =
        journal_read(client->journal, clock_wall_ms(client->config.clock), NULL);
    for (guint i = all->len; i-- > 0;)
        if (((JournalEntry *)all->pdata[i])->fate == FATE_UNKNOWN)
            g_ptr_array_insert(client->unsettled, 0, g_ptr_array_steal_index(all, i));
}

void client_start(Client *client)
{
    read_journal(client);
    link_start(client);
}

void client_reload(Client *client)
{
    link_start(client);
}

const Picture *client_picture(const Client *client)
{
    return client->picture;
}

const GPtrArray *client_unsettled(const Client *client)
{
    return client->unsettled;
}

// ---- asking ----

typedef struct {
    ClientDone done;
    gpointer data;
} Question;

static void answer(Question *question, const HttpResponse *response, const GError *failure)
{
    gsize size = 0;
    const char *bytes = g_bytes_get_data(http_response_body(response), &size);
    g_autofree char *text = g_strndup(bytes ? bytes : "", size);
    g_autoptr(GError) error = failure ? g_error_copy(failure) : NULL;
    const char *type = http_response_header(response, "Content-Type");
    bool is_json = type && strstr(type, "json") && !strstr(type, "ndjson");
    g_autoptr(json_t) json = !error && size && is_json ? wire_parse("The backend's answer", text,
                                                                    size, ANSWER_MAX_BYTES, &error)
                                                       : NULL;
    unsigned status = http_response_status(response);
    if (!failure && status >= 400) {
        g_clear_error(&error);
        error = problem_from_json(json, (int)status);
    }
    question->done(json, text, error, question->data);
    g_free(question);
}

static void on_answer(HttpCall *call, const HttpResponse *response, const GError *error, void *data)
{
    (void)call;
    answer(data, response, error);
}

typedef struct {
    const char *method;
    const char *path;
    json_t *body; // borrowed; NULL = none
    guint64 revision;
    const char *key;
    gint64 limit_ms; // 0 = ANSWER_MS
} Ask;

static void send_ask(Client *client, const Ask *ask, HttpDoneFunc done, gpointer data)
{
    const Endpoint *endpoint = client_endpoint(client, client->current);
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
                     .bearer = endpoint->socket ? NULL : client->token,
                     .content_type = bytes ? "application/json" : NULL,
                     .body = bytes,
                     .connect_ms = 2000,
                     .total_ms = ask->limit_ms ? ask->limit_ms : ANSWER_MS,
                     .max_body = ANSWER_MAX_BYTES};
    http_client_send(client->http, &spec, done, data);
}

static Question *question_new(ClientDone done, gpointer data)
{
    Question *question = g_new0(Question, 1);
    *question = (Question){done, data};
    return question;
}

void client_get(Client *client, const char *path, ClientDone done, gpointer data)
{
    send_ask(client, &(Ask){.method = "GET", .path = path}, on_answer, question_new(done, data));
}

void client_post(Client *client, const char *path, json_t *body, guint64 revision, ClientDone done,
                 gpointer data)
{
    g_autofree char *key = id_new(client->config.ids, "req");
    g_autoptr(json_t) owned = body ? body : json_object();
    send_ask(client, &(Ask){"POST", path, owned, revision, key, 0}, on_answer,
             question_new(done, data));
}

// ---- finding an endpoint without a picture ----

typedef struct {
    Client *client;
    guint tried;
    GString *troubles; // what was tried, and why not
    ClientDone done;
    gpointer data;
} Search;

static void search_next(Search *search);

static void search_end(Search *search, json_t *json, const char *text, const GError *error)
{
    search->done(json, text, error, search->data);
    g_string_free(search->troubles, TRUE);
    g_free(search);
}

static void on_found(json_t *json, const char *text, const GError *error, gpointer data)
{
    Search *search = data;
    Client *client = search->client;
    if (!error || error->domain == REFUSAL) { // it answered: a no is an answer too
        search_end(search, json, text, error);
        return;
    }
    g_string_append_printf(search->troubles, " %s: %s",
                           client_endpoint(client, client->current)->name, error->message);
    client->current = (client->current + 1) % client->config.endpoints->len;
    search_next(search);
}

static void search_next(Search *search)
{
    Client *client = search->client;
    if (search->tried++ < client->config.endpoints->len) {
        send_ask(client, &(Ask){.method = "GET", .path = "/v1/whoami", .limit_ms = SEARCH_MS},
                 on_answer, question_new(on_found, search));
        return;
    }
    g_autoptr(GError) error =
        g_error_new(ERR, ERR_UNREACHABLE, "No backend answered.%s", search->troubles->str);
    search_end(search, NULL, NULL, error);
}

void client_connect(Client *client, ClientDone done, gpointer data)
{
    Search *search = g_new0(Search, 1);
    *search = (Search){client, 0, g_string_new(NULL), done, data};
    search_next(search);
}

// ---- signing ----

typedef struct {
    Client *client;
    char *id;
    ClientDone done; // NULL = only asking after it
    gpointer data;
} Signing;

static void signing_free(Signing *signing)
{
    g_free(signing->id);
    g_free(signing);
}

static guint find_unsettled(const Client *client, const char *id)
{
    for (guint i = 0; i < client->unsettled->len; i++)
        if (strcmp(((JournalEntry *)client->unsettled->pdata[i])->signoff->id, id) == 0)
            return i;
    return G_MAXUINT;
}

// The words of the backend's receipt: who recorded it, when, where in the audit log.
static char *receipt(const Client *client, json_t *json)
{
    g_autoptr(SignOff) signoff = json ? signoff_from_json(json, WIRE_LENIENT, NULL) : NULL;
    char at[16];
    if (!signoff)
        return g_strdup("recorded");
    time_format_clock(signoff->at_ms, at);
    return g_strdup_printf("recorded by %s at %s (audit %" G_GINT64_FORMAT ")",
                           client->picture->frame.daemon ? client->picture->frame.daemon
                                                         : "the backend",
                           at, signoff->audit_seq);
}

static Fate fate_of(const GError *error, bool asking)
{
    if (!error)
        return FATE_RECORDED;
    if (error->domain != REFUSAL) // nobody answered, or nonsense: still not known
        return FATE_UNKNOWN;
    if (asking && error->code == REFUSAL_NOT_FOUND)
        return FATE_LOST;
    return asking || error->code == REFUSAL_UNAVAILABLE ? FATE_UNKNOWN : FATE_REFUSED;
}

static void settle(Client *client, const char *id, Fate fate, char *words)
{
    guint at = find_unsettled(client, id);
    if (at == G_MAXUINT || fate == FATE_UNKNOWN) {
        g_free(words);
        return;
    }
    JournalEntry *entry = g_ptr_array_steal_index(client->unsettled, at);
    entry->fate = fate;
    entry->settled_ms = clock_wall_ms(client->config.clock);
    g_free(entry->answer);
    entry->answer = words;
    journal_write(client->journal, entry,
                  NULL); // if not: it is asked after once more, which does no harm
    if (client->config.fate)
        client->config.fate(entry, client->config.data);
    journal_entry_free(entry);
    client_tell(client);
}

static void on_signed(json_t *json, const char *text, const GError *error, gpointer data)
{
    Signing *signing = data;
    Client *client = signing->client;
    Fate fate = fate_of(error, signing->done == NULL);
    // ERR_UNREACHABLE on the PUT: certainly not sent
    if (signing->done && error && err_is(error, ERR_UNREACHABLE))
        fate = FATE_LOST;
    char *words = !error              ? receipt(client, json)
                  : fate == FATE_LOST ? g_strdup("never reached the backend: it counts for nothing")
                                      : g_strdup(error->message);
    settle(client, signing->id, fate, words);
    if (signing->done)
        signing->done(json, text, error, signing->data);
    signing_free(signing);
}

static char *signoff_path(const SignOff *signoff)
{
    g_autofree char *operation = g_uri_escape_string(signoff->operation, NULL, FALSE);
    return g_strdup_printf("/v1/operations/%s/signoffs/%s", operation, signoff->id);
}

void client_sign(Client *client, const SignOff *signoff, ClientDone done, gpointer data)
{
    JournalEntry *entry = g_new0(JournalEntry, 1);
    g_autoptr(GError) error = NULL;
    entry->signoff = signoff_copy(signoff);
    if (!entry->signoff->id)
        entry->signoff->id = id_new(client->config.ids, "so");
    entry->sent_ms = entry->signoff->at_ms = clock_wall_ms(client->config.clock);
    entry->endpoint = g_strdup(client_endpoint(client, client->current)->name);
    if (!journal_write(client->journal, entry, &error)) {
        journal_entry_free(entry);
        done(NULL, NULL, error, data);
        return;
    }
    g_ptr_array_add(client->unsettled, entry);
    Signing *signing = g_new0(Signing, 1);
    *signing = (Signing){client, g_strdup(entry->signoff->id), done, data};
    g_autofree char *path = signoff_path(entry->signoff);
    g_autoptr(json_t) body = signoff_request_to_json(entry->signoff);
    send_ask(client, &(Ask){"PUT", path, body, 0, NULL, 0}, on_answer,
             question_new(on_signed, signing));
}

void settle_all(Client *client)
{
    for (guint i = 0; i < client->unsettled->len; i++) {
        const JournalEntry *entry = client->unsettled->pdata[i];
        Signing *signing = g_new0(Signing, 1);
        *signing = (Signing){client, g_strdup(entry->signoff->id), NULL, NULL};
        g_autofree char *path = signoff_path(entry->signoff);
        client_get(client, path, on_signed, signing);
    }
}

// ---- presence ----

static void ignore_answer(json_t *json, const char *text, const GError *error, gpointer data)
{
    (void)json, (void)text, (void)error, (void)data; // it is a courtesy
}

static gboolean tell_presence(gpointer data)
{
    Client *client = data;
    json_t *body = json_object();
    if (client->watching)
        wire_set_text(body, "operation", client->watching);
    client_post(client, "/v1/presence", body, 0, ignore_answer, NULL);
    return G_SOURCE_CONTINUE;
}

void client_watch(Client *client, const char *operation)
{
    if (g_strcmp0(client->watching, operation) == 0)
        return;
    g_free(client->watching);
    client->watching = g_strdup(operation);
    if (client->presence)
        g_source_remove(client->presence);
    client->presence = operation ? g_timeout_add(PRESENCE_MS, tell_presence, client) : 0;
    tell_presence(client);
}
