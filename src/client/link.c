// The line: rounds over the endpoints until one gives a snapshot, then its event stream. A line that is cut
// is taken up again where it was; if that endpoint does not answer, the next one is asked, in view.
#include <string.h>

#include "base/error.h"
#include "client/private.h"
#include "http/retry.h"
#include "model/refusal.h"
#include "wire/problem.h"

// ---- what is seen of it ----

void link_note(Client *client, guint endpoint, const char *why)
{
    Link *link = &client->picture->link;
    const char *name = client_endpoint(client, endpoint)->name;
    g_autofree char *trouble = why ? g_strdup_printf("%s: %s", name, why) : NULL;
    if (why)
        g_string_append_printf(client->troubles, "%s%s", client->troubles->len ? " " : "", trouble);
    // Before the first picture the words of the last whole round stay, rather than flicker.
    if (!why || client->picture->complete) {
        g_free(link->trouble);
        link->trouble = g_steal_pointer(&trouble);
    }
}

void link_show(Client *client, guint endpoint)
{
    Link *link = &client->picture->link;
    g_free(link->endpoint);
    link->endpoint = g_strdup(client_endpoint(client, endpoint)->name);
    link->attempt = endpoint + 1;
    link->endpoints = client->config.endpoints->len;
}

void link_heard(Client *client)
{
    client->picture->link.heard_ms = clock_wall_ms(client->config.clock);
    client->picture->link.state = LINK_LIVE;
}

GError *link_error(unsigned status, const char *body, gsize size)
{
    g_autoptr(json_t) json =
        size ? wire_parse("The backend's answer", body, size, size, NULL) : NULL;
    g_autoptr(GError) problem = problem_from_json(json, (int)status);
    return g_error_new(problem->domain, problem->code, "it answered %u: %s", status,
                       problem->message);
}

// ---- rounds ----

static gboolean on_retry(gpointer data)
{
    Client *client = data;
    client->retry = 0;
    link_start(client);
    return G_SOURCE_REMOVE;
}

static void try_later(Client *client, guint times)
{
    static const HttpBackoff BACKOFF = {250, 5000, 0};
    gint64 wait_ms = http_backoff_ms(&BACKOFF, times, g_random_int());
    client->picture->link.state = LINK_LOST;
    client->picture->link.retry_ms = clock_wall_ms(client->config.clock) + wait_ms;
    if (!client->retry)
        client->retry = g_timeout_add((guint)wait_ms, on_retry, client);
    client_tell(client);
}

// A no is the better answer than silence: it says what to do.
static void fail_round(Client *client)
{
    g_clear_error(&client->failure);
    client->failure = client->refusal ? g_steal_pointer(&client->refusal)
                                      : g_error_new(ERR, ERR_UNREACHABLE, "No backend answered. %s",
                                                    client->troubles->str);
    g_free(client->picture->link.trouble);
    client->picture->link.trouble = g_strdup(client->failure->message);
    try_later(client, ++client->rounds);
}

static gboolean on_hedge(gpointer data)
{
    Client *client = data;
    client->hedge = 0;
    if (!snapshot_has_begun(client) && client->tried < client->config.endpoints->len)
        link_try_next(client);
    return G_SOURCE_REMOVE;
}

void link_try_next(Client *client)
{
    guint count = client->config.endpoints->len;
    if (client->tried >= count) {
        fail_round(client);
        return;
    }
    client->picture->link.retry_ms = 0;
    if (!client->picture->complete)
        client->picture->link.state = LINK_CONNECTING;
    snapshot_ask(client, (client->first + client->tried++) % count);
    if (!client->hedge && client->tried < count)
        client->hedge = g_timeout_add((guint)client->config.waits->hedge_ms, on_hedge, client);
    client_tell(client);
}

void link_has_picture(Client *client, guint64 revision)
{
    Picture *picture = client->picture;
    if (client->next) {
        picture_replace(picture, client->next);
        g_clear_pointer(&client->next, picture_free);
    }
    picture->complete = true;
    picture->revision = revision;
    picture->version++;
    client->rounds = 0;
    g_clear_error(&client->failure);
    link_note(client, client->current, NULL);
    if (client->hedge)
        g_source_remove(client->hedge);
    client->hedge = 0;
    sign_settle_now(client);
    if (client->config.follow)
        events_start(client);
    client_tell(client);
}

void link_start(Client *client)
{
    link_stop(client);
    client->first = client->current;
    client->tried = 0;
    g_string_truncate(client->troubles, 0);
    g_clear_error(&client->refusal);
    link_try_next(client);
}

void link_restart(Client *client)
{
    link_stop(client);
    if (client->restarts++ == 0)
        link_start(client);
    else
        try_later(client, client->restarts);
}

void link_stop(Client *client)
{
    if (client->retry)
        g_source_remove(client->retry);
    if (client->hedge)
        g_source_remove(client->hedge);
    client->retry = client->hedge = 0;
    events_stop(client);
    g_ptr_array_set_size(client->attempts, 0);
    g_clear_pointer(&client->next, picture_free);
}
