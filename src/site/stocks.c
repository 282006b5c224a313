// Catalogs and connectors over the region's own API: what they hold, page by page, and how it is changed by hand.
#include <string.h>

#include "site/site.h"
#include "wire/inventory.h"

enum { PAGE_MAX = 1000 };

static Stock *find(Site *site, HttpRequest *request, SiteGroup **ret_group)
{
    *ret_group = region_group(site->region, http_request_var(request, "group"));
    Stock *stock = *ret_group ? region_stock(site->region, (*ret_group)->name,
                                             http_request_var(request, "name"))
                              : NULL;
    if (!stock)
        site_refuse(site, request, 404, "ResourceNotFound",
                    "There is no such catalog or connector at this region.");
    return stock;
}

static guint number_of(HttpRequest *request, const char *name, guint64 most, guint fallback)
{
    const char *text = http_request_query(request, name);
    guint64 value = 0;
    if (text && g_ascii_string_to_unsigned(text, 10, 0, most, &value, NULL))
        return (guint)value;
    return fallback;
}

// "?from=N&limit=M": M entities from the N-th on. "?known=DIGEST": none, if they are still the same.
static void add_page(HttpRequest *request, const Stock *stock, json_t *json)
{
    const GPtrArray *entities = stock->inventory->entities;
    guint from = number_of(request, "from", G_MAXINT32, 0);
    guint limit = MAX(number_of(request, "limit", PAGE_MAX, PAGE_MAX), 1);
    bool known = g_strcmp0(http_request_query(request, "known"), stock_digest(stock)) == 0;
    json_t *list = json_array();
    guint end = known ? 0 : MIN(entities->len, from + limit);
    for (guint i = from; i < end; i++)
        json_array_append_new(list, entity_to_json(entities->pdata[i]));
    json_object_set_new(json, "unchanged", json_boolean(known));
    json_object_set_new(json, "entities", list);
    json_object_set_new(json, "next", end && end < entities->len ? json_integer(end) : json_null());
}

static void handle_get(Site *site, HttpRequest *request)
{
    SiteGroup *group;
    site_settle(site);
    const Stock *stock = find(site, request, &group);
    if (!stock)
        return;
    json_t *json = json_pack("{s:s,s:s,s:s,s:b,s:s,s:I,s:s,s:I,s:b}", "group", group->name, "name",
                             stock->name, "kind", stock->connector ? "connector" : "catalog",
                             "active", stock->active ? 1 : 0, "boot_id", site->region->boot_id,
                             "epoch", (json_int_t)group->fence, "digest", stock_digest(stock),
                             "count", (json_int_t)stock->inventory->entities->len, "limited",
                             site->region->limited ? 1 : 0);
    wire_set_time_ms(json, "now", site_now_ms(site));
    json_object_set_new(json, "recreation",
                        json_pack("{s:I,s:I}", "total", (json_int_t)stock->recreates, "done",
                                  (json_int_t)stock_recreated(stock, site_now_ms(site))));
    json_object_set_new(json, "losses", losses_to_json(stock->inventory));
    add_page(request, stock, json);
    site_reply_group(site, request, group, 200, json);
}

static void answer_change(Site *site, HttpRequest *request, const SiteGroup *group,
                          const Stock *stock)
{
    g_autoptr(GError) error = NULL;
    SiteJournal *journal = site->region->journal;
    if (journal && !site_journal_flush(journal, true, &error))
        site_reply_error(site, request, group, error);
    else
        site_reply_group(site, request, group, 200,
                         json_pack("{s:s,s:I}", "digest", stock_digest(stock), "count",
                                   (json_int_t)stock->inventory->entities->len));
}

// Creates the entity of the body, or gives it other fields: what a person does in the catalog.
static void handle_put(Site *site, HttpRequest *request)
{
    SiteGroup *group;
    Stock *stock = find(site, request, &group);
    g_autoptr(json_t) body = stock ? site_body(site, request) : NULL;
    if (!body)
        return;
    WireReader reader = {0};
    g_autoptr(GError) error = NULL;
    WireAt root = wire_root(&reader, body);
    g_autoptr(Entity) entity = entity_read(&root);
    if (!wire_reader_finish(&reader, &error))
        site_reply_error(site, request, group, error);
    else if (!stock_put(stock, g_steal_pointer(&entity), site->region->journal))
        site_refuse(site, request, 413, "RequestTooLarge", "It holds as much as it can already.");
    else
        answer_change(site, request, group, stock);
}

static void handle_delete(Site *site, HttpRequest *request)
{
    SiteGroup *group;
    int kind = 0;
    Stock *stock = find(site, request, &group);
    if (!stock)
        return;
    if (!name_parse(&ENTITY_NAMES, http_request_var(request, "kind"), &kind, NULL) ||
        !stock_remove(stock, (EntityKind)kind, http_request_var(request, "entity"),
                      site->region->journal))
        site_refuse(site, request, 404, "ResourceNotFound", "It holds no such entity.");
    else
        answer_change(site, request, group, stock);
}

// Makes it anew of the entities in the body, and switches it on: what is there already stays.
static bool restore(Site *site, HttpRequest *request, Stock *stock, const SiteGroup *group)
{
    g_autoptr(json_t) body = site_body(site, request);
    g_autoptr(GError) error = NULL;
    g_autoptr(Inventory) given = inventory_new();
    if (!body)
        return false;
    WireReader reader = {0};
    WireAt root = wire_root(&reader, body);
    inventory_read(&root, "entities", given);
    if (!wire_reader_finish(&reader, &error)) {
        site_reply_error(site, request, group, error);
        return false;
    }
    stock->restoring = inventory_ref(given);
    return true;
}

static void handle_restore(Site *site, HttpRequest *request)
{
    SiteGroup *group;
    SiteCommand command;
    Stock *stock = find(site, request, &group);
    if (!stock || !site_command(site, request, &command) || !restore(site, request, stock, group))
        return;
    site_act(site, request, VERB_ENABLE, &(SiteTarget){.group = group, .stock = stock}, &command,
             json_object());
    g_clear_pointer(&stock->restoring, inventory_unref); // refused, or done before
}

static void handle_verb(Site *site, HttpRequest *request)
{
    static const SiteVerb VERBS[] = {VERB_ENABLE, VERB_DISABLE, VERB_FENCE};
    SiteGroup *group;
    SiteCommand command;
    const char *word = http_request_var(request, "verb");
    Stock *stock = find(site, request, &group);
    if (!stock)
        return;
    for (guint i = 0; i < G_N_ELEMENTS(VERBS); i++) {
        if (strcmp(VERB_NAMES[VERBS[i]], word) != 0)
            continue;
        if (site_command(site, request, &command))
            site_act(site, request, VERBS[i], &(SiteTarget){.group = group, .stock = stock},
                     &command, json_object());
        return;
    }
    site_refuse(site, request, 404, "ResourceNotFound", "There is no such command here.");
}

const Endpoint STOCK_ENDPOINTS[] = {
    {"GET", "/site/v1/groups/{group}/stocks/{name}", ACCESS_OPEN, handle_get},
    {"PUT", "/site/v1/groups/{group}/stocks/{name}/entities", ACCESS_OPEN, handle_put},
    {"DELETE", "/site/v1/groups/{group}/stocks/{name}/entities/{kind}/{entity}", ACCESS_OPEN,
     handle_delete},
    {"POST", "/site/v1/groups/{group}/stocks/{name}/restore", ACCESS_OPEN, handle_restore},
    {"POST", "/site/v1/groups/{group}/stocks/{name}/{verb}", ACCESS_OPEN, handle_verb},
    {.method = NULL},
};
