#include "site/config.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "wire/inventory.h"
#include "wire/recurrence.h"

static void read_recurrence(const WireAt *at, Workflow *workflow)
{
    g_autoptr(GError) error = NULL;
    recurrence_release(&workflow->recurrence);
    recurrence_read(at, &workflow->recurrence);
    if (!at->reader->error && !workflow_set_rule(workflow, &error))
        wire_fail(at, NULL, "%s", error->message);
}

static const char *name_at(const WireAt *at, const char *field)
{
    const char *name = wire_text(at, field);
    if (name && !text_is_name(name))
        wire_fail(at, field, "expected a name of letters, digits, '-', '_' and '.'.");
    return name ? name : "";
}

static void read_group(Region *region, const WireAt *at)
{
    static const char *const fields[] = {"name", "data", "load", NULL};
    wire_only(at, fields);
    const char *name = name_at(at, "name");
    SiteGroup *group = region_add_group(region, name);
    if (!group) {
        wire_fail(at, "name", "the group '%s' is there already, or there are too many.", name);
        return;
    }
    if (wire_has(at, "data")) {
        static const char *const roles[] = {"secondary", "primary"};
        guint role = wire_choice(at, "data", roles, G_N_ELEMENTS(roles));
        group->data = data_new(name, role ? DATA_PRIMARY : DATA_SECONDARY);
    }
    group->load = wire_has(at, "load") ? CLAMP(wire_number(at, "load"), 0, 10000) : 0;
}

static void read_workflow(Region *region, const WireAt *at)
{
    static const char *const fields[] = {"group",      "name",    "type",       "trigger", "rate",
                                         "run_s",      "enabled", "recurrence", "stages",  "shared",
                                         "skip_every", "api",     NULL};
    wire_only(at, fields);
    const char *group = name_at(at, "group");
    const char *name = name_at(at, "name");
    guint type = wire_choice(at, "type", TRIGGER_NAMES.names, TRIGGER_NAMES.count);
    if (!region_group(region, group))
        wire_fail(at, "group", "there is no group '%s'.", group);
    Workflow *workflow = region_add_workflow(region, group, name, (TriggerType)type);
    if (!workflow) {
        wire_fail(at, "name", "the workflow '%s' is there already, or there are too many.", name);
        return;
    }
    workflow->trigger = g_strdup(wire_text_opt(at, "trigger", TRIGGER_NAMES.names[type]));
    workflow->run_ms = wire_seconds_ms_opt(at, "run_s", 1000);
    workflow->enabled_at_first = wire_bool_opt(at, "enabled", false);
    workflow->shared = wire_bool_opt(at, "shared", false);
    workflow->api = g_strdup(wire_has(at, "api") ? name_at(at, "api") : NULL);
    workflow->skip_every = (guint)wire_integer_opt(at, "skip_every", 0, 1000000, 0);
    workflow->rate = wire_has(at, "rate") ? CLAMP(wire_number(at, "rate"), 0, 1000) : 0;
    WireAt stages = wire_array_opt(at, "stages");
    for (gsize i = 0; i < wire_count(&stages); i++) {
        WireAt stage = wire_item(&stages, i);
        g_ptr_array_add(workflow->stages, g_strdup(wire_text(&stage, NULL)));
    }
    WireAt recurrence = wire_object_opt(at, "recurrence");
    if (recurrence.value)
        read_recurrence(&recurrence, workflow);
    else if (type == TRIGGER_RECURRENCE)
        wire_fail(at, "recurrence", "expected an object with frequency and interval.");
}

static void read_router(Region *region, const WireAt *at)
{
    static const char *const fields[] = {"group", "name",    "to", "workflow",
                                         "load",  "targets", NULL};
    wire_only(at, fields);
    const char *group = name_at(at, "group");
    if (!region_group(region, group))
        wire_fail(at, "group", "there is no group '%s'.", group);
    Router *router = region_add_router(region, group, name_at(at, "name"));
    if (!router) {
        wire_fail(at, "name", "this router is there already.");
        return;
    }
    router->to_at_first = g_strdup(name_at(at, "to"));
    router->workflow = g_strdup(wire_text_opt(at, "workflow", NULL));
    router->load = wire_has(at, "load") ? CLAMP(wire_number(at, "load"), 0, 100) : 0;
    WireAt targets = wire_object(at, "targets");
    const char *location;
    json_t *value;
    json_object_foreach(targets.value, location, value)
    {
        WireAt target = wire_object(&targets, location);
        router_add_target(router, location, wire_text(&target, "url"),
                          wire_text_opt(&target, "socket", NULL));
    }
}

static void read_stock(Region *region, const WireAt *at, bool connector)
{
    static const char *const fields[] = {"group",     "name",       "active", "entities",
                                         "recreates", "recreate_s", "losses", NULL};
    wire_only(at, fields);
    const char *group = name_at(at, "group");
    if (!region_group(region, group))
        wire_fail(at, "group", "there is no group '%s'.", group);
    Stock *stock = region_add_stock(region, group, name_at(at, "name"), connector);
    if (!stock) {
        wire_fail(at, "name", "it is there already, or there are too many.");
        return;
    }
    stock->active_at_first = wire_bool_opt(at, "active", false);
    stock->recreates = (guint)wire_integer_opt(at, "recreates", 0, 1000000, 0);
    stock->recreate_ms = wire_seconds_ms_opt(at, "recreate_s", 5000);
    inventory_read(at, "entities", stock->inventory);
    losses_read(at, stock->inventory);
    if (stock->inventory->cut)
        wire_fail(at, "entities", "expected at most %d of them.", INVENTORY_MAX);
}

static void read_catalog(Region *region, const WireAt *at)
{
    read_stock(region, at, false);
}

static void read_connector(Region *region, const WireAt *at)
{
    read_stock(region, at, true);
}

static void read_dependency(Region *region, const WireAt *at)
{
    Dependency *dependency = g_new0(Dependency, 1);
    dependency->name = g_strdup(name_at(at, "name"));
    dependency->zone = g_strdup(wire_text_opt(at, "zone", NULL));
    g_ptr_array_add(region->dependencies, dependency);
}

static void each(Region *region, const WireAt *root, const char *name,
                 void (*read)(Region *region, const WireAt *at))
{
    WireAt items = wire_array_opt(root, name);
    for (gsize i = 0; i < wire_count(&items); i++) {
        WireAt item = wire_item(&items, i);
        WireAt object = wire_object(&item, NULL);
        read(region, &object);
    }
}

static void read_listen(const WireAt *root, SiteConfig *config)
{
    const char *listen = wire_text_opt(root, "listen", NULL);
    if (!listen)
        return;
    const char *colon = strrchr(listen, ':');
    guint64 port;
    if (!colon || !g_ascii_string_to_unsigned(colon + 1, 10, 0, 65535, &port, NULL)) {
        wire_fail(root, "listen", "expected ADDRESS:PORT (\"127.0.0.1:0\"), found \"%s\".", listen);
        return;
    }
    config->address = g_strndup(listen, (gsize)(colon - listen));
    config->port = (guint16)port;
}

// What stands in the file that `name` names. NULL, and a mistake, if it cannot be read; NULL if nothing is named.
static char *read_secret(const WireAt *at, const char *name)
{
    g_autoptr(GError) error = NULL;
    const char *file = wire_text_opt(at, name, NULL);
    char *secret = NULL;
    if (file && !g_file_get_contents(file, &secret, NULL, &error))
        wire_fail(at, name, "cannot read it: %s.", error->message);
    return secret ? g_strchomp(secret) : NULL;
}

// Who may only read: a client of the tenant, and whoever shows a token.
static void read_reader(const WireAt *auth, SiteConfig *config)
{
    static const char *const fields[] = {"client_id", "secret_file", "token_file", NULL};
    WireAt reader = wire_object_opt(auth, "reader");
    if (!reader.value)
        return;
    wire_only(&reader, fields);
    config->reader_id = g_strdup(wire_text_opt(&reader, "client_id", NULL));
    config->reader_secret = read_secret(&reader, "secret_file");
    config->reader_token = read_secret(&reader, "token_file");
    if (!config->reader_id != !config->reader_secret)
        wire_fail(&reader, "secret_file", "client_id and secret_file go together.");
}

static void read_auth(const WireAt *root, SiteConfig *config)
{
    WireAt auth = wire_object_opt(root, "auth");
    if (!auth.value)
        return;
    read_reader(&auth, config);
    config->tenant = g_strdup(wire_text(&auth, "tenant"));
    config->client_id = g_strdup(wire_text(&auth, "client_id"));
    config->token_ms = wire_seconds_ms_opt(&auth, "token_s", 3600000);
    if (wire_text(&auth, "secret_file"))
        config->secret = read_secret(&auth, "secret_file");
}

static Region *read_all(WireAt *root, IdSource *ids, SiteConfig *config)
{
    static const char *const fields[] = {
        "name",    "listen",       "port_file",    "socket",   "control",    "state",
        "peer",    "replication",  "auth",         "page",     "groups",     "workflows",
        "routers", "dependencies", "subscription", "catalogs", "connectors", NULL};
    wire_only(root, fields);
    config->name = g_strdup(name_at(root, "name"));
    read_listen(root, config);
    config->port_file = g_strdup(wire_text_opt(root, "port_file", NULL));
    config->socket = g_strdup(wire_text_opt(root, "socket", NULL));
    config->control = g_strdup(wire_text_opt(root, "control", NULL));
    config->state = g_strdup(wire_text_opt(root, "state", NULL));
    config->page = (guint)wire_integer_opt(root, "page", 1, 1000, 100);
    config->subscription =
        g_strdup(wire_text_opt(root, "subscription", "00000000-0000-0000-0000-000000000000"));
    WireAt peer = wire_object_opt(root, "peer");
    if (peer.value) {
        config->peer_name = g_strdup(name_at(&peer, "name"));
        config->peer_url = g_strdup(wire_text(&peer, "url"));
        config->peer_socket = g_strdup(wire_text_opt(&peer, "socket", NULL));
    }
    WireAt replication = wire_object_opt(root, "replication");
    config->delay_ms = wire_seconds_ms_opt(&replication, "delay_s", 500);
    config->interval_ms = MAX(20, wire_seconds_ms_opt(&replication, "interval_s", 200));
    read_auth(root, config);
    Region *region = region_new(config->name, ids);
    each(region, root, "groups", read_group);
    each(region, root, "workflows", read_workflow);
    each(region, root, "routers", read_router);
    each(region, root, "catalogs", read_catalog);
    each(region, root, "connectors", read_connector);
    each(region, root, "dependencies", read_dependency);
    return region;
}

Region *site_config_load(const char *path, IdSource *ids, SiteConfig *config, GError **error)
{
    g_autofree char *text = NULL;
    gsize length;
    g_autoptr(GError) reason = NULL;
    if (!g_file_get_contents(path, &text, &length, &reason)) {
        g_set_error(error, ERR, ERR_INVALID, "Cannot read the configuration: %s.", reason->message);
        return NULL;
    }
    g_autoptr(json_t) json = wire_parse(path, text, length, WIRE_BYTES_MAX, error);
    if (!json)
        return NULL;
    WireReader reader = {0};
    WireAt root = wire_root(&reader, json);
    g_autoptr(Region) region = read_all(&root, ids, config);
    if (!wire_reader_finish(&reader, error)) {
        g_prefix_error(error, "%s: ", path);
        return NULL;
    }
    return g_steal_pointer(&region);
}

void site_config_release(SiteConfig *config)
{
    g_free(config->name);
    g_free(config->address);
    g_free(config->port_file);
    g_free(config->socket);
    g_free(config->control);
    g_free(config->state);
    g_free(config->peer_name);
    g_free(config->peer_url);
    g_free(config->peer_socket);
    g_free(config->tenant);
    g_free(config->client_id);
    g_free(config->secret);
    g_free(config->reader_id);
    g_free(config->reader_secret);
    g_free(config->reader_token);
    g_free(config->subscription);
}
