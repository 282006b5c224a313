#include "client/client.h"

#include "client/private.h"

enum { PRESENCE_MS = 10 * 1000, SETTLE_FIRST_MS = 500 };

const ClientWaits CLIENT_WAITS = {.hedge_ms = 150,
                                  .connect_ms = 1500,
                                  .head_ms = 1800,
                                  .answer_ms = 10 * 1000,
                                  .silence_ms = 15 * 1000,
                                  .sure_ms = 1500,
                                  .sure_other_ms = 13 * 1000};

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
    if (!client->config.waits)
        client->config.waits = &CLIENT_WAITS;
    client->journal = journal;
    client->http = http_client_new(config->clock, &http);
    client->picture = picture_new();
    client->attempts = g_ptr_array_new_with_free_func(attempt_free);
    client->unsettled = g_ptr_array_new_with_free_func(free_entry);
    client->questions = g_ptr_array_new();
    client->troubles = g_string_new(NULL);
    client->words = g_string_new(NULL);
    client->settle_ms = SETTLE_FIRST_MS;
    client->picture->link.endpoints = config->endpoints->len;
    return client;
}

static void stop_timers(Client *client)
{
    guint *timers[] = {&client->told, &client->presence, &client->settling};
    for (guint i = 0; i < G_N_ELEMENTS(timers); i++)
        if (*timers[i])
            g_source_remove(*timers[i]);
}

void client_free(Client *client)
{
    if (!client)
        return;
    link_stop(client);
    stop_timers(client);
    search_free(client->search);
    while (client->questions->len)
        question_drop(client->questions->pdata[client->questions->len - 1]);
    http_client_free(client->http);
    picture_free(client->picture);
    journal_free(client->journal);
    g_ptr_array_unref(client->attempts);
    g_ptr_array_unref(client->unsettled);
    g_ptr_array_unref(client->questions);
    g_string_free(client->troubles, TRUE);
    g_string_free(client->words, TRUE);
    g_clear_error(&client->refusal);
    g_clear_error(&client->failure);
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

void client_start(Client *client)
{
    sign_read_journal(client);
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

const GError *client_failure(const Client *client)
{
    return client->failure;
}

const GPtrArray *client_unsettled(const Client *client)
{
    return client->unsettled;
}

// ---- presence ----

static void ignore_answer(json_t *json, const char *text, const GError *error, gpointer data)
{
    (void)json, (void)text, (void)error, (void)data; // it is a courtesy
}

static void tell_presence(Client *client)
{
    json_t *body = json_object();
    if (client->watching)
        wire_set_text(body, "operation", client->watching);
    client_post(client, "/v1/presence", body, 0, ignore_answer, NULL);
}

static gboolean on_presence(gpointer data)
{
    tell_presence(data);
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
    client->presence = operation ? g_timeout_add(PRESENCE_MS, on_presence, client) : 0;
    tell_presence(client);
}
