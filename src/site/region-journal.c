// What a region writes down, read back; and its beginning and end.
//
//     boot N                               how often it has started
//     fence GROUP EPOCH
//     data GROUP ROLE GATE LINEAGE PARENT FORK POSITION COMMITTED THROUGH LOST SUPERSEDED SUCCESSOR FORK
//     c GROUP POSITION TIME                one transaction
//     count GROUP ABANDONED BASE TAKEN
//     workflow GROUP NAME ENABLED
//     run GROUP NAME ID, end ID            what is between the two at a start was abandoned
//     fired GROUP NAME TIME, cursor GROUP NAME N POLLED
//     route GROUP NAME LOCATION
//     stock, entity, unentity, restock, restored (stock.h)
#include <string.h>

#include "base/error.h"
#include "site/region.h"

#define I64 "%" G_GINT64_FORMAT

static gint64 number(const char *word)
{
    gint64 value = 0;
    return g_ascii_string_to_signed(word, 10, G_MININT64, G_MAXINT64, &value, NULL) ? value : 0;
}

static bool read_boot(Region *region, char **words)
{
    region->boots = number(words[1]);
    return true;
}

static bool read_fence(Region *region, char **words)
{
    SiteGroup *group = region_group(region, words[1]);
    if (group)
        group->fence = MAX(group->fence, number(words[2]));
    return true;
}

static void copy_lineage(char *to, const char *word)
{
    g_strlcpy(to, strcmp(word, "-") == 0 ? "" : word, LINEAGE_LEN + 1);
}

static bool read_data(Region *region, char **words)
{
    SiteGroup *group = region_group(region, words[1]);
    if (!group || !group->data)
        return true;
    DataStore *data = group->data;
    data->role = number(words[2]) == DATA_PRIMARY ? DATA_PRIMARY : DATA_SECONDARY;
    data->gate = (DataGate)CLAMP(number(words[3]), DATA_SEALED, DATA_OPEN);
    copy_lineage(data->lineage, words[4]);
    copy_lineage(data->parent, words[5]);
    data->fork = number(words[6]);
    data->position = number(words[7]);
    data->committed_ms = number(words[8]);
    data->through_ms = number(words[9]);
    data->lost = number(words[10]);
    data->superseded = number(words[11]) != 0;
    copy_lineage(data->successor, words[12]);
    data->successor_fork = number(words[13]);
    while (data->log->len &&
           g_array_index(data->log, Commit, data->log->len - 1).position > data->position)
        g_array_set_size(data->log, data->log->len - 1);
    return true;
}

static bool read_commit(Region *region, char **words)
{
    SiteGroup *group = region_group(region, words[1]);
    if (!group || !group->data)
        return true;
    group->data->position = number(words[2]) - 1;
    data_commit(group->data, number(words[3]));
    return true;
}

static bool read_count(Region *region, char **words)
{
    SiteGroup *group = region_group(region, words[1]);
    if (group) {
        group->abandoned = number(words[2]);
        group->taken_base = number(words[3]);
        group->taken_in_flight = number(words[4]);
    }
    return true;
}

static bool read_workflow(Region *region, char **words)
{
    Workflow *workflow = region_workflow(region, words[1], words[2]);
    if (workflow)
        workflow->enabled = number(words[3]) != 0;
    return true;
}

// A run that began: forgotten again by its `end`.
static bool read_run(Region *region, char **words)
{
    Workflow *workflow = region_workflow(region, words[1], words[2]);
    if (!workflow)
        return true;
    Run *run = g_new0(Run, 1);
    g_strlcpy(run->id, words[3], sizeof run->id);
    g_queue_push_head(&workflow->runs, run);
    workflow->in_flight++;
    return true;
}

static bool read_end(Region *region, char **words)
{
    for (guint i = 0; i < region->workflows->len; i++) {
        Workflow *workflow = g_ptr_array_index(region->workflows, i);
        for (GList *at = workflow->runs.head; at; at = at->next) {
            Run *run = at->data;
            if (strcmp(run->id, words[1]) != 0)
                continue;
            g_free(run);
            g_queue_delete_link(&workflow->runs, at);
            workflow->in_flight--;
            return true;
        }
    }
    return true;
}

static bool read_fired(Region *region, char **words)
{
    Workflow *workflow = region_workflow(region, words[1], words[2]);
    gint64 at_ms = number(words[3]);
    if (!workflow)
        return true;
    if (workflow->fires->len >= FIRES_MAX)
        g_array_remove_range(workflow->fires, 0, FIRES_MAX / 4);
    g_array_append_val(workflow->fires, at_ms);
    workflow->fires_total++;
    workflow->last_fire_ms = at_ms;
    return true;
}

static bool read_cursor(Region *region, char **words)
{
    Workflow *workflow = region_workflow(region, words[1], words[2]);
    if (workflow) {
        workflow->cursor = number(words[3]);
        workflow->polled = number(words[4]);
    }
    return true;
}

static bool read_route(Region *region, char **words)
{
    Router *router = region_router(region, words[1], words[2]);
    if (router) {
        g_free(router->to);
        router->to = g_strdup(words[3]);
    }
    return true;
}

static bool read_stock(Region *region, char **words)
{
    Stock *stock = region_stock(region, words[1], words[2]);
    return !stock || stock_journal_line(stock, words);
}

static const struct {
    const char *word;
    guint words;
    bool (*read)(Region *region, char **words);
} LINES[] = {
    {"boot", 2, read_boot},      {"fence", 3, read_fence},  {"data", 14, read_data},
    {"c", 4, read_commit},       {"count", 5, read_count},  {"workflow", 4, read_workflow},
    {"run", 4, read_run},        {"end", 2, read_end},      {"fired", 4, read_fired},
    {"cursor", 5, read_cursor},  {"route", 4, read_route},  {"stock", 4, read_stock},
    {"restock", 3, read_stock},  {"entity", 4, read_stock}, {"unentity", 5, read_stock},
    {"restored", 4, read_stock},
};

bool region_journal_line(char **words, guint n, gpointer data, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(LINES); i++) {
        if (strcmp(words[0], LINES[i].word) != 0)
            continue;
        if (n == LINES[i].words)
            return LINES[i].read(data, words);
        g_set_error(error, ERR, ERR_CORRUPT, "'%s' with %u words, expected %u.", words[0], n,
                    LINES[i].words);
        return false;
    }
    g_set_error(error, ERR, ERR_CORRUPT, "'%s' is no kind of line.", words[0]);
    return false;
}

static void write_group(SiteJournal *journal, const SiteGroup *group)
{
    if (group->fence)
        site_journal_add(journal, "fence %s " I64, group->name, group->fence);
    site_journal_add(journal, "count %s " I64 " " I64 " " I64, group->name, group->abandoned,
                     group->taken_base, group->taken_in_flight);
    const DataStore *data = group->data;
    if (!data)
        return;
    for (guint i = 0; i < data->log->len; i++) {
        Commit commit = g_array_index(data->log, Commit, i);
        site_journal_add(journal, "c %s " I64 " " I64, group->name, commit.position, commit.at_ms);
    }
    site_journal_add(journal,
                     "data %s %d %d %s %s " I64 " " I64 " " I64 " " I64 " " I64 " %d %s " I64,
                     group->name, (int)data->role, (int)data->gate, data->lineage,
                     data->parent[0] ? data->parent : "-", data->fork, data->position,
                     data->committed_ms, data->through_ms, data->lost, data->superseded ? 1 : 0,
                     data->successor[0] ? data->successor : "-", data->successor_fork);
}

static void write_workflow(SiteJournal *journal, const Workflow *workflow)
{
    site_journal_add(journal, "workflow %s %s %d", workflow->group, workflow->name,
                     workflow->enabled ? 1 : 0);
    for (guint i = 0; i < workflow->fires->len; i++)
        site_journal_add(journal, "fired %s %s " I64, workflow->group, workflow->name,
                         g_array_index(workflow->fires, gint64, i));
    if (workflow->cursor >= 0)
        site_journal_add(journal, "cursor %s %s " I64 " " I64, workflow->group, workflow->name,
                         workflow->cursor, workflow->polled);
    for (GList *at = workflow->runs.tail; at; at = at->prev) {
        const Run *run = at->data;
        if (run->status == RUN_RUNNING)
            site_journal_add(journal, "run %s %s %s", workflow->group, workflow->name, run->id);
    }
}

bool region_compact(Region *region, GError **error)
{
    if (!region->journal)
        return true;
    site_journal_compact_begin(region->journal);
    site_journal_add(region->journal, "boot " I64, region->boots);
    for (guint i = 0; i < region->groups->len; i++)
        write_group(region->journal, g_ptr_array_index(region->groups, i));
    for (guint i = 0; i < region->workflows->len; i++)
        write_workflow(region->journal, g_ptr_array_index(region->workflows, i));
    for (guint i = 0; i < region->routers->len; i++) {
        const Router *router = g_ptr_array_index(region->routers, i);
        if (router->to)
            site_journal_add(region->journal, "route %s %s %s", router->group, router->name,
                             router->to);
    }
    for (guint i = 0; i < region->stocks->len; i++)
        stock_write(g_ptr_array_index(region->stocks, i), region->journal);
    return site_journal_compact_end(region->journal, error);
}

// Whatever was going on when the last life ended.
static void abandon_runs(Region *region, gint64 now_ms)
{
    for (guint i = 0; i < region->workflows->len; i++) {
        Workflow *workflow = g_ptr_array_index(region->workflows, i);
        SiteGroup *group = region_group(region, workflow->group);
        for (GList *at = workflow->runs.head; at; at = at->next) {
            Run *run = at->data;
            if (run->status != RUN_RUNNING)
                continue;
            workflow_end(workflow, run, RUN_ABORTED, "RegionLost", now_ms);
            if (group)
                group->abandoned++;
        }
    }
}

static void boot_workflow(Workflow *workflow, bool on, gint64 now_ms)
{
    workflow->enabled = false;
    workflow->next_ms = 0;
    workflow->subscribed = false;
    workflow->changed_ms = now_ms;
    if (on)
        workflow_enable(workflow, now_ms);
}

bool region_boot(Region *region, gint64 now_ms, bool still_active, GError **error)
{
    bool first = region->boots == 0;
    region->boots++;
    region->booted_ms = now_ms;
    region->down = false;
    g_free(region->boot_id);
    region->boot_id = id_random_hex(region->ids, 8);
    region_forget_keys(region);
    abandon_runs(region, now_ms);
    for (guint i = 0; i < region->workflows->len; i++) {
        Workflow *workflow = g_ptr_array_index(region->workflows, i);
        bool comes_back = still_active || workflow->shared;
        boot_workflow(workflow,
                      first ? workflow->enabled_at_first : comes_back && workflow->enabled, now_ms);
    }
    for (guint i = 0; i < region->groups->len; i++) {
        SiteGroup *group = g_ptr_array_index(region->groups, i);
        group->load_from_ms = 0;
        if (group->data && !first && !still_active)
            data_seal(group->data);
    }
    for (guint i = 0; i < region->stocks->len; i++) {
        Stock *stock = g_ptr_array_index(region->stocks, i);
        bool on = first ? stock->active_at_first : still_active && stock->active;
        stock_set_active(stock, on, NULL); // written below
    }
    for (guint i = 0; i < region->routers->len; i++) {
        Router *router = g_ptr_array_index(region->routers, i);
        if (!router->to)
            router->to = g_strdup(router->to_at_first);
    }
    return region_compact(region, error);
}

void region_halt(Region *region, gint64 now_ms)
{
    // What was running stays as it is: the next boot finds and counts it.
    region_advance(region, now_ms, NULL);
    region->down = true;
}
