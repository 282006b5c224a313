// Taking up what the store holds: one prefix after the other, each with its reader. Whatever cannot be understood
// stops the start; nothing is overwritten.
#include "engine/alarms.h"
#include "engine/findings.h"
#include "engine/history.h"
#include "engine/lag.h"
#include "engine/motion.h"
#include "engine/seen.h"
#include "engine/snapshot.h"
#include "wire/audit.h"
#include "wire/operation.h"

#include <stdlib.h>
#include <string.h>

typedef bool (*TakeEntry)(Engine *engine, const StoreEntry *entry, const char *name, json_t *json,
                          GError **error);

static bool take_operation(Engine *engine, const StoreEntry *entry, const char *name, json_t *json,
                           GError **error)
{
    Operation *operation = operation_from_json(json, WIRE_LENIENT, error);
    (void)name;
    if (!operation)
        return false;
    operation->revision = entry->mod_revision;
    g_ptr_array_add(engine->operations, operation);
    g_hash_table_insert(engine->operation_by_id, operation->id, operation);
    GroupLive *live = world_live(engine, operation->group);
    if (!live)
        return true;
    if (!operation_has_ended(operation))
        live->open = operation;
    if (g_strcmp0(operation->proposer, "watchdog") == 0) {
        g_free(live->proposed);
        live->proposed = g_strdup(operation->id);
    }
    return true;
}

static bool take_group(Engine *engine, const StoreEntry *entry, const char *name, json_t *json,
                       GError **error)
{
    GroupRecord *record = group_record_from_json(json, error);
    GroupLive *live = world_live(engine, name);
    if (!record)
        return false;
    record->revision = entry->mod_revision;
    if (!live) {
        g_hash_table_replace(engine->orphans, g_strdup(name), record);
        return true;
    }
    group_record_free(live->record);
    live->record = record;
    return true;
}

static bool take_automation(Engine *engine, const StoreEntry *entry, const char *name, json_t *json,
                            GError **error)
{
    (void)name;
    automation_record_release(engine->automation);
    if (!automation_record_from_json(json, engine->automation, error)) {
        *engine->automation = (AutomationRecord){0};
        return false;
    }
    engine->automation->revision = entry->mod_revision;
    return true;
}

static bool take_durations(Engine *engine, const StoreEntry *entry, const char *name, json_t *json,
                           GError **error)
{
    GArray *durations = g_array_new(FALSE, FALSE, sizeof(gint64));
    size_t i;
    json_t *item;
    (void)entry, (void)error;
    json_array_foreach(json, i, item)
    {
        gint64 ms = json_integer_value(item);
        g_array_append_val(durations, ms);
    }
    g_hash_table_replace(engine->durations, g_strdup(name), durations);
    return true;
}

static char *text_of(const StoreEntry *entry)
{
    gsize size;
    const char *bytes = g_bytes_get_data(entry->value, &size);
    return g_strndup(bytes ? bytes : "", size);
}

static bool corrupt(GError **error, const StoreEntry *entry)
{
    g_set_error(error, ERR, ERR_CORRUPT,
                "The store's %s cannot be understood. Nothing was changed; restore a backup.",
                entry->key);
    return false;
}

static bool take_request(Engine *engine, const StoreEntry *entry, const char *name, json_t *json,
                         GError **error)
{
    g_autofree char *text = text_of(entry);
    char *blank = strchr(text, ' ');
    (void)json;
    if (!blank)
        return corrupt(error, entry);
    RequestNote *note = g_new0(RequestNote, 1);
    note->content = g_strndup(text, (gsize)(blank - text));
    note->object = g_strdup(blank + 1);
    g_hash_table_replace(engine->requests, g_strdup(name), note);
    return true;
}

static bool take_alarm(Engine *engine, const StoreEntry *entry, const char *name, json_t *json,
                       GError **error)
{
    g_autofree char *text = text_of(entry);
    char *blank = strchr(text, ' ');
    (void)json;
    if (!blank)
        return corrupt(error, entry);
    alarms_remember(engine, name, blank + 1);
    return true;
}

static bool take_finding(Engine *engine, const StoreEntry *entry, const char *name, json_t *json,
                         GError **error)
{
    Acceptance *acceptance = acceptance_from_json(json);
    if (!acceptance)
        return corrupt(error, entry);
    findings_accept(engine, name, acceptance);
    return true;
}

static bool take_head(Engine *engine, const StoreEntry *entry, const char *name, json_t *json,
                      GError **error)
{
    g_autofree char *text = text_of(entry);
    char *blank = strchr(text, ' ');
    (void)json;
    (void)name;
    if (!blank || strlen(blank + 1) != AUDIT_HASH_LENGTH)
        return corrupt(error, entry);
    engine->audit_seq = g_ascii_strtoll(text, NULL, 10);
    g_free(engine->audit_hash);
    engine->audit_hash = g_strdup(blank + 1);
    engine->audit_revision = entry->mod_revision;
    return true;
}

// The head must name the last record, and that record must hash to what the head says.
static bool check_tail(Engine *engine, const StoreEntry *entry, const char *name, json_t *json,
                       GError **error)
{
    g_autoptr(AuditRecord) record = audit_record_from_json(json, WIRE_LENIENT, error);
    (void)name;
    if (!record)
        return false;
    if (record->seq != engine->audit_seq)
        return true; // not the last
    g_autofree char *hash = audit_record_hash(record);
    if (g_strcmp0(hash, engine->audit_hash) == 0)
        return true;
    return corrupt(error, entry);
}

static bool take_runs(Engine *engine, const StoreEntry *entry, const char *name, json_t *json,
                      GError **error)
{
    gsize size;
    const char *bytes = g_bytes_get_data(entry->value, &size);
    (void)json, (void)error;
    if (world_workload(engine, name))
        history_load(engine, name, bytes, size);
    return true;
}

typedef struct {
    const char *prefix;
    TakeEntry take;
    // Instead: into a book of the engine's, by the name behind the prefix.
    bool (*book)(Engine *engine, const char *name, json_t *json, GError **error);
    bool json;
    bool tail; // only from the audit head on
} Stage;

static const Stage STAGES[] = {
    {.prefix = "audit/head", .take = take_head},
    {.prefix = "audit/record/", .take = check_tail, .json = true, .tail = true},
    {.prefix = "group/", .take = take_group, .json = true},
    {.prefix = "automation", .take = take_automation, .json = true},
    {.prefix = "operation/", .take = take_operation, .json = true},
    {.prefix = "duration/", .take = take_durations, .json = true},
    {.prefix = "request/", .take = take_request},
    {.prefix = "alarm/", .take = take_alarm},
    {.prefix = "seen/location/", .book = seen_take_location, .json = true},
    {.prefix = "seen/group/", .book = seen_take_group, .json = true},
    {.prefix = "seen/fall/", .book = seen_take_fall, .json = true},
    {.prefix = "seen/lag/", .book = lag_take, .json = true},
    {.prefix = "finding/", .take = take_finding, .json = true},
    {.prefix = "parity/", .book = parity_take, .json = true},
    {.prefix = "snapshot/", .book = snapshot_take, .json = true},
    {.prefix = "runs/", .take = take_runs},
};

static void read_stage(Engine *engine, const char *from);

static bool is_forgettable(const Operation *operation)
{
    for (guint i = 0; i < operation->signoffs->len; i++)
        if (signoff_review_is_due(operation->signoffs->pdata[i]))
            return false;
    return operation_has_ended(operation);
}

static void forget_old(Engine *engine)
{
    for (guint i = 0;
         i < engine->operations->len && engine->operations->len > ENGINE_KEEP_OPERATIONS;) {
        Operation *operation = engine->operations->pdata[i];
        if (!is_forgettable(operation)) {
            i++;
            continue;
        }
        g_hash_table_remove(engine->operation_by_id, operation->id);
        g_ptr_array_remove_index(engine->operations, i);
    }
}

// Is the last thing that the watchdog proposed about the time of silence that may be going on now? Not where that has
// moved the group, nor where its location answered since: then its failed probes, if any, began later.
static bool is_proposed(const Engine *engine, const GroupLive *live)
{
    const Operation *last = world_operation(engine, live->proposed);
    const Location *at = fleet_location(engine->fleet, live->record->active);
    if (!last || !at || (operation_has_ended(last) && last->past_pnr))
        return false;
    const LocationWatch *watch = engine->watches->pdata[at->index];
    return watch->run_kept && watch->before.first_ms <= last->proposed_ms;
}

static void load_done(Engine *engine)
{
    forget_old(engine);
    for (guint i = 0; i < engine->groups->len; i++) {
        const char *name = ((const GroupStatus *)engine->groups->pdata[i])->name;
        GroupLive *live = world_live(engine, name);
        live->declined = is_proposed(engine, live);
        world_group_dirty(engine, name);
    }
    engine->life = LIFE_RUNNING;
    engine->life_told = false;
    engine->alarms_dirty = true;
    findings_touch_all(engine);
    tell(engine, ENGINE_FLEET, NULL);
    engine_wake(engine);
}

static void load_failed(Engine *engine, const GError *error)
{
    engine->life = LIFE_FAILED;
    engine->life_told = false;
    g_clear_error(&engine->life_error);
    engine->life_error = g_error_copy(error);
    engine_wake(engine);
}

static bool take_entry(Engine *engine, const Stage *stage, const StoreEntry *entry, GError **error)
{
    gsize size;
    const char *bytes = g_bytes_get_data(entry->value, &size);
    g_autoptr(json_t) json =
        stage->json ? wire_parse(entry->key, bytes, size, STORE_VALUE_MAX, NULL) : NULL;
    if (stage->json && !json)
        return corrupt(error, entry);
    const char *name = entry->key + strlen(stage->prefix);
    return stage->book ? stage->book(engine, name, json, error)
                       : stage->take(engine, entry, name, json, error);
}

static void on_range(const StoreRange *range, const GError *error, gpointer data)
{
    Engine *engine = engine_unlink(data);
    g_autoptr(GError) bad = NULL;
    if (!engine || engine->life != LIFE_LOADING)
        return;
    if (error) {
        load_failed(engine, error);
        return;
    }
    for (guint i = 0; i < range->entries->len; i++)
        if (!take_entry(engine, &STAGES[engine->load_stage], range->entries->pdata[i], &bad)) {
            load_failed(engine, bad);
            return;
        }
    if (range->more) {
        const StoreEntry *last = range->entries->pdata[range->entries->len - 1];
        g_autofree char *from = store_key_after(last->key);
        read_stage(engine, from);
        return;
    }
    if (++engine->load_stage == G_N_ELEMENTS(STAGES))
        load_done(engine);
    else
        read_stage(engine, NULL);
}

static void read_stage(Engine *engine, const char *from)
{
    const Stage *stage = &STAGES[engine->load_stage];
    g_autofree char *tail =
        g_strdup_printf("%s%016" G_GINT64_FORMAT, stage->prefix, engine->audit_seq);
    g_autofree char *end = g_strconcat(stage->prefix, "\xf4\x8f\xbf\xbf", NULL); // behind every key
    StoreSpan span = store_span_between(from ? from : stage->tail ? tail : stage->prefix, end);
    store_range(engine->config.store, &span, 0, on_range, engine_link(engine));
}

void load_begin(Engine *engine)
{
    engine->life = LIFE_LOADING;
    engine->load_stage = 0;
    read_stage(engine, NULL);
}
