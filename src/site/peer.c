// Replication, the sending side: one message at a time to the paired region, with the data this region
// is primary of, what fired here, what is in flight, and the epochs it obeys.
#include <string.h>

#include "site/site.h"

enum { PEER_LIMIT_MS = 3000 };

static json_t *entries_json(const GArray *entries)
{
    json_t *json = json_array();
    for (guint i = 0; i < entries->len; i++) {
        Commit commit = g_array_index(entries, Commit, i);
        json_array_append_new(
            json, json_pack("[I,I]", (json_int_t)commit.position, (json_int_t)commit.at_ms));
    }
    return json;
}

static json_t *data_json(const Site *site, const DataStore *data, gint64 now_ms)
{
    g_autoptr(GArray) entries = g_array_new(false, false, sizeof(Commit));
    DataMessage message;
    if (!data_message(data, now_ms, site->config.delay_ms, entries, &message))
        return json_null();
    return json_pack("{s:s,s:s,s:I,s:I,s:I,s:I,s:b,s:I,s:I,s:o}", "lineage", message.lineage,
                     "parent", message.parent, "fork", (json_int_t)message.fork, "position",
                     (json_int_t)message.position, "sent_ms", (json_int_t)message.sent_ms,
                     "through_ms", (json_int_t)message.through_ms, "sealed", message.sealed ? 1 : 0,
                     "base", (json_int_t)message.base, "base_ms", (json_int_t)message.base_ms,
                     "entries", entries_json(entries));
}

static json_t *fires_json(const Workflow *workflow)
{
    json_t *json = json_array();
    guint64 fresh = MIN(workflow->fires_total - workflow->fires_told, workflow->fires->len);
    for (guint i = workflow->fires->len - (guint)fresh; i < workflow->fires->len; i++)
        json_array_append_new(json, json_integer(g_array_index(workflow->fires, gint64, i)));
    return json;
}

static json_t *message_json(const Site *site)
{
    const Region *region = site->region;
    gint64 now_ms = site_now_ms(site);
    json_t *groups = json_array();
    for (guint i = 0; i < region->groups->len; i++) {
        const SiteGroup *group = g_ptr_array_index(region->groups, i);
        json_array_append_new(
            groups, json_pack("{s:s,s:I,s:I,s:I,s:o}", "name", group->name, "fence",
                              (json_int_t)group->fence, "in_flight",
                              (json_int_t)region_in_flight(region, group), "abandoned",
                              (json_int_t)group->abandoned, "data",
                              group->data ? data_json(site, group->data, now_ms) : json_null()));
    }
    json_t *workflows = json_array();
    for (guint i = 0; i < region->workflows->len; i++) {
        const Workflow *workflow = g_ptr_array_index(region->workflows, i);
        bool news = workflow->fires_told != workflow->fires_total;
        if (news || (workflow->type == TRIGGER_POLLING && workflow->polled >= 0))
            json_array_append_new(workflows,
                                  json_pack("{s:s,s:s,s:o,s:I}", "group", workflow->group, "name",
                                            workflow->name, "fires", fires_json(workflow), "cursor",
                                            (json_int_t)workflow->polled));
    }
    return json_pack("{s:s,s:s,s:o,s:o}", "region", region->name, "boot_id", region->boot_id,
                     "groups", groups, "workflows", workflows);
}

static void read_answer(Site *site, const WireAt *at)
{
    const char *name = wire_text(at, "name");
    guint kind = wire_choice(at, "answer", DATA_ANSWER_NAMES, DATA_ANSWERS);
    const char *lineage = wire_text(at, "lineage");
    const char *parent = wire_text(at, "parent");
    DataAnswer answer = {.kind = (DataAnswerKind)kind,
                         .lineage = lineage,
                         .parent = parent,
                         .fork = wire_integer(at, "fork", 0, WIRE_INTEGER_MAX),
                         .position = wire_integer(at, "position", 0, WIRE_INTEGER_MAX),
                         .through_ms = wire_integer(at, "through_ms", 0, WIRE_INTEGER_MAX),
                         .lost = wire_integer(at, "lost", -1, WIRE_INTEGER_MAX)};
    SiteGroup *group = at->reader->error ? NULL : region_group(site->region, name);
    if (group && group->data)
        region_heard(site->region, group, &answer, site_now_ms(site));
}

static bool read_answers(Site *site, GBytes *body, GError **error)
{
    gsize length;
    const char *bytes = g_bytes_get_data(body, &length);
    g_autoptr(json_t) json = wire_parse("the peer's answer", bytes, length, WIRE_BYTES_MAX, error);
    if (!json)
        return false;
    WireReader reader = {0};
    WireAt root = wire_root(&reader, json);
    WireAt groups = wire_array(&root, "groups");
    for (gsize i = 0; i < wire_count(&groups); i++) {
        WireAt item = wire_item(&groups, i);
        WireAt group = wire_object(&item, NULL);
        read_answer(site, &group);
    }
    return wire_reader_finish(&reader, error);
}

static void took_fires(Region *region)
{
    for (guint i = 0; i < region->workflows->len; i++) {
        Workflow *workflow = g_ptr_array_index(region->workflows, i);
        workflow->fires_told = workflow->fires_asked;
    }
}

static void on_answer(HttpCall *call, const HttpResponse *response, const GError *error, void *data)
{
    (void)call;
    Site *site = data;
    g_autoptr(GError) reason = NULL;
    site->peer_call = NULL;
    g_clear_pointer(&site->peer_error, g_free);
    if (error)
        site->peer_error = g_strdup(error->message);
    else if (http_response_status(response) != 200)
        site->peer_error = g_strdup_printf("The peer answered %u.", http_response_status(response));
    else if (!read_answers(site, http_response_body(response), &reason))
        site->peer_error = g_strdup(reason->message);
    if (site->peer_error)
        return;
    site->peer_heard_ms = site_now_ms(site);
    took_fires(site->region);
    site_settle(site);
    if (site->peer_again)
        site_peer_kick(site);
}

static void send_message(Site *site)
{
    g_autoptr(json_t) json = message_json(site);
    for (guint i = 0; i < site->region->workflows->len; i++) {
        Workflow *workflow = g_ptr_array_index(site->region->workflows, i);
        workflow->fires_asked = workflow->fires_total;
    }
    char *text = wire_format(json);
    g_autoptr(GBytes) body = g_bytes_new_take(text, strlen(text));
    g_autofree char *url = g_strconcat(site->config.peer_url, "/site/v1/replicate", NULL);
    HttpSpec spec = {.method = "POST",
                     .url = url,
                     .socket_path = site->config.peer_socket,
                     .content_type = "application/json",
                     .body = body,
                     .idempotent = true,
                     .total_ms = PEER_LIMIT_MS};
    site->peer_call = http_client_send(site->client, &spec, on_answer, site);
}

static gboolean on_peer_timer(gpointer data)
{
    Site *site = data;
    if (site->peer_call || site->fault.no_replication || site->fault.kind == FAULT_HANG)
        return G_SOURCE_CONTINUE;
    site_settle(site);
    send_message(site);
    return G_SOURCE_CONTINUE;
}

void site_peer_kick(Site *site)
{
    site->peer_again = site->peer_call != NULL;
    if (site->peer_timer)
        on_peer_timer(site);
}

void site_peer_start(Site *site)
{
    if (!site->config.peer_url || site->peer_timer)
        return;
    site->peer_timer = g_timeout_source_new((guint)site->config.interval_ms);
    g_source_set_callback(site->peer_timer, on_peer_timer, site, NULL);
    g_source_attach(site->peer_timer, NULL);
}

void site_peer_stop(Site *site)
{
    if (site->peer_timer)
        g_source_destroy(site->peer_timer);
    g_clear_pointer(&site->peer_timer, g_source_unref);
    if (site->peer_call)
        http_call_cancel(site->peer_call);
    site->peer_call = NULL;
}
