// The commands to a region: what each verb does, and by which rules it is obeyed (site/region.h).
#include "site/region-private.h"

#include <string.h>

#include "base/error.h"

// What was answered to a key.
typedef struct {
    char *key;
    char *what; // verb and target: a key is for one thing only
} KeyedOutcome;

static void keyed_free(gpointer data)
{
    KeyedOutcome *keyed = data;
    g_free(keyed->key);
    g_free(keyed->what);
    g_free(keyed);
}

typedef bool (*VerbAct)(Region *region, const SiteTarget *target, const SiteCommand *command,
                        gint64 now_ms, GError **error);

static void note_enabled(Region *region, const Workflow *workflow)
{
    region_note(region, "workflow %s %s %d", workflow->group, workflow->name,
                workflow->enabled ? 1 : 0);
}

static bool act_enable(Region *region, const SiteTarget *target, const SiteCommand *command,
                       gint64 now_ms, GError **error)
{
    (void)command;
    (void)error;
    if (target->stock) {
        stock_enable(target->stock, region->journal, now_ms);
        return true;
    }
    workflow_enable(target->workflow, now_ms);
    note_enabled(region, target->workflow);
    return true;
}

static bool act_disable(Region *region, const SiteTarget *target, const SiteCommand *command,
                        gint64 now_ms, GError **error)
{
    (void)command;
    (void)error;
    if (target->stock) {
        stock_set_active(target->stock, false, region->journal);
        return true;
    }
    workflow_disable(target->workflow, now_ms);
    note_enabled(region, target->workflow);
    return true;
}

static bool act_promote(Region *region, const SiteTarget *target, const SiteCommand *command,
                        gint64 now_ms, GError **error)
{
    (void)now_ms;
    g_autofree char *lineage = id_random_hex(region->ids, LINEAGE_LEN / 2);
    SiteGroup *group = target->group;
    bool takes = group->data->role == DATA_SECONDARY;
    bool whole = data_caught_up(group->data);
    if (!data_promote(group->data, command->forced, lineage, error))
        return false;
    if (takes) {
        group->taken_base = group->peer_abandoned;
        group->taken_in_flight = whole ? 0 : group->peer_in_flight;
        region_note(region, "count %s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT,
                    group->name, group->abandoned, group->taken_base, group->taken_in_flight);
    }
    region_note_data(region, group);
    return true;
}

static bool act_activate(Region *region, const SiteTarget *target, const SiteCommand *command,
                         gint64 now_ms, GError **error)
{
    if (target->group->data->role == DATA_PRIMARY)
        return act_promote(region, target, command, now_ms, error);
    g_set_error(error, ERR, ERR_REFUSED,
                "The data of %s is the secondary at %s: promote it, then it is active.",
                target->group->name, region->name);
    return false;
}

static bool act_passivate(Region *region, const SiteTarget *target, const SiteCommand *command,
                          gint64 now_ms, GError **error)
{
    (void)command;
    (void)now_ms;
    (void)error;
    data_drain(target->group->data);
    region_note_data(region, target->group);
    region_advance_drain(region, target->group);
    return true;
}

static bool act_fence(Region *region, const SiteTarget *target, const SiteCommand *command,
                      gint64 now_ms, GError **error)
{
    if (target->workflow || target->stock)
        return act_disable(region, target, command, now_ms, error);
    if (target->data) {
        data_seal(target->group->data);
        region_note_data(region, target->group);
    }
    return true;
}

static bool act_rejoin(Region *region, const SiteTarget *target, const SiteCommand *command,
                       gint64 now_ms, GError **error)
{
    (void)command;
    (void)now_ms;
    if (!data_rejoin(target->group->data, error))
        return false;
    region_note_data(region, target->group);
    return true;
}

static bool act_route(Region *region, const SiteTarget *target, const SiteCommand *command,
                      gint64 now_ms, GError **error)
{
    (void)now_ms;
    Router *router = target->router;
    if (!command->to || !g_hash_table_contains(router->targets, command->to)) {
        g_set_error(error, ERR, ERR_REFUSED, "The router %s knows no location '%s'.", router->name,
                    command->to ? command->to : "");
        return false;
    }
    g_free(router->to);
    router->to = g_strdup(command->to);
    region_note(region, "route %s %s %s", router->group, router->name, router->to);
    return true;
}

static const struct {
    VerbAct act;
    bool safe; // the direction in which a missing boot id does no harm
} VERBS[VERB_COUNT] = {
    [VERB_ENABLE] = {act_enable, false},      [VERB_DISABLE] = {act_disable, true},
    [VERB_PROMOTE] = {act_promote, false},    [VERB_ACTIVATE] = {act_activate, false},
    [VERB_PASSIVATE] = {act_passivate, true}, [VERB_FENCE] = {act_fence, true},
    [VERB_REJOIN] = {act_rejoin, true},       [VERB_ROUTE] = {act_route, true},
};

const char *const VERB_NAMES[VERB_COUNT] = {"enable",    "disable", "promote", "activate",
                                            "passivate", "fence",   "rejoin",  "route"};

static bool admit(const Region *region, SiteVerb verb, const SiteGroup *group,
                  const SiteCommand *command, GError **error)
{
    if (command->boot_id && strcmp(command->boot_id, region->boot_id) != 0)
        g_set_error(error, ERR, ERR_REFUSED,
                    "The command was meant for boot %s of %s; this is boot %s.", command->boot_id,
                    region->name, region->boot_id);
    else if (command->epoch >= 0 && command->epoch < group->fence)
        g_set_error(error, ERR, ERR_REFUSED,
                    "Epoch %" G_GINT64_FORMAT " of %s is over: %s obeys %" G_GINT64_FORMAT
                    " and later.",
                    command->epoch, group->name, region->name, group->fence);
    else if (command->epoch < 0 && group->fence > 0)
        g_set_error(error, ERR, ERR_REFUSED,
                    "%s obeys only commands with an epoch for %s, %" G_GINT64_FORMAT " or later.",
                    region->name, group->name, group->fence);
    else if (!command->boot_id && group->fence > 0 && !VERBS[verb].safe)
        g_set_error(error, ERR, ERR_REFUSED,
                    "%s obeys only commands that name its boot (%s): look at it first.",
                    region->name, region->boot_id);
    else
        return true;
    return false;
}

bool region_raise_fence(Region *region, SiteGroup *group, gint64 epoch, GError **error)
{
    if (epoch <= group->fence)
        return true;
    if (region->journal) {
        site_journal_add(region->journal, "fence %s %" G_GINT64_FORMAT, group->name, epoch);
        if (!site_journal_flush(region->journal, true, error))
            return false;
    }
    group->fence = epoch;
    return true;
}

static const KeyedOutcome *find_key(const Region *region, const char *key)
{
    for (GList *at = key ? region->keys.tail : NULL; at; at = at->prev) {
        const KeyedOutcome *keyed = at->data;
        if (strcmp(keyed->key, key) == 0)
            return keyed;
    }
    return NULL;
}

static void keep_key(Region *region, const char *key, const char *what)
{
    if (!key)
        return;
    if (region->keys.length >= KEYS_MAX)
        keyed_free(g_queue_pop_head(&region->keys));
    KeyedOutcome *keyed = g_new0(KeyedOutcome, 1);
    keyed->key = g_strdup(key);
    keyed->what = g_strdup(what);
    g_queue_push_tail(&region->keys, keyed);
}

void region_forget_keys(Region *region)
{
    g_queue_clear_full(&region->keys, keyed_free);
}

bool region_act(Region *region, SiteVerb verb, const SiteTarget *target, const SiteCommand *command,
                gint64 now_ms, GError **error)
{
    if (!region_advance(region, now_ms, error))
        return false;
    const char *name = target->workflow ? target->workflow->name
                       : target->router ? target->router->name
                       : target->stock  ? target->stock->name
                                        : "data";
    g_autofree char *what = g_strdup_printf("%s %s/%s %s", VERB_NAMES[verb], target->group->name,
                                            name, command->to ? command->to : "");
    // First of all: who is told by its key that it is done believes that it is so.
    if (!admit(region, verb, target->group, command, error))
        return false;
    const KeyedOutcome *keyed = find_key(region, command->key);
    if (keyed && strcmp(keyed->what, what) == 0)
        return true;
    if (keyed) {
        g_set_error(error, ERR, ERR_CONFLICT, "The key %s was used for another command (%s).",
                    command->key, keyed->what);
        return false;
    }
    if (!region_raise_fence(region, target->group, command->epoch, error) ||
        !VERBS[verb].act(region, target, command, now_ms, error))
        return false;
    keep_key(region, command->key, what);
    return !region->journal || site_journal_flush(region->journal, true, error);
}
