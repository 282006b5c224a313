// Standbys that are kept by hand (P1 to P6): what each side holds, side by side, and what people say that they
// have seen to. A confirmation is of one difference as it is: it ends when either side changes.
#include "engine/motion.h"

#include "base/text.h"
#include "engine/findings.h"
#include "engine/request.h"
#include "model/refusal.h"

typedef struct {
    char *mark;
    char *by;
    char *note;
    gint64 at_ms;
} Confirmation;

static void confirmation_free(gpointer data)
{
    Confirmation *confirmation = data;
    g_free(confirmation->mark);
    g_free(confirmation->by);
    g_free(confirmation->note);
    g_free(confirmation);
}

GHashTable *parity_book_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, confirmation_free);
}

// Of one entity of one standby, whatever differs in it now. Hashed: names may hold anything.
static char *name_in_book(const char *workload, const char *standby, EntityKind kind,
                          const char *name)
{
    g_autofree char *text = g_strdup_printf("%s\n%s\n%s\n%s", workload, standby,
                                            name_of(&ENTITY_NAMES, (int)kind), name);
    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
}

static Confirmation *confirmation_from_json(json_t *json, GError **error)
{
    WireReader reader = {0};
    WireAt root = wire_root(&reader, json);
    const char *mark = wire_text(&root, "mark"), *by = wire_text(&root, "by");
    const char *note = wire_text(&root, "note");
    gint64 at_ms = wire_time_ms_opt(&root, "at");
    if (!wire_reader_finish(&reader, error))
        return NULL;
    Confirmation *confirmation = g_new0(Confirmation, 1);
    *confirmation = (Confirmation){g_strdup(mark), g_strdup(by), g_strdup(note), at_ms};
    return confirmation;
}

bool parity_take(Engine *engine, const char *name, json_t *json, GError **error)
{
    Confirmation *confirmation = confirmation_from_json(json, error);
    if (confirmation)
        g_hash_table_replace(engine->confirmed, g_strdup(name), confirmation);
    return confirmation != NULL;
}

// ---- side by side ----

// The side that people work on: where the group lives, else its home.
static const InstanceStatus *source_of(const Engine *engine, const Workload *workload)
{
    const GroupLive *live = world_live(engine, workload->group->name);
    const WorkloadStatus *status = world_workload(engine, workload->id);
    const char *active = live ? live->record->active : NULL;
    const InstanceStatus *at = active ? workload_status_at(status, active) : NULL;
    return at ? at : workload_status_at(status, workload->group->primary->name);
}

static void enter_confirmations(const Engine *engine, Parity *parity)
{
    for (guint i = 0; i < parity->items->len && g_hash_table_size(engine->confirmed); i++) {
        ParityItem *item = parity->items->pdata[i];
        g_autofree char *name =
            name_in_book(parity->workload, parity->standby, item->kind, item->name);
        const Confirmation *confirmation = g_hash_table_lookup(engine->confirmed, name);
        if (confirmation && g_str_equal(confirmation->mark, item->mark))
            parity_confirm(parity, item, confirmation->by, confirmation->note, confirmation->at_ms);
    }
}

// NULL if one of the two is not known.
static Parity *compare(const Engine *engine, const Workload *workload, const InstanceStatus *source,
                       const InstanceStatus *standby)
{
    if (!source || source == standby || !source->inventory || !standby->inventory)
        return NULL;
    Parity *parity = parity_new(workload->id, source->location, standby->location);
    parity->primary_at_ms = source->observed_at_ms;
    parity->standby_at_ms = standby->observed_at_ms;
    parity->cost = g_strdup(workload->group->standby_cost);
    parity_compare(parity, source->inventory, standby->inventory);
    enter_confirmations(engine, parity);
    return parity;
}

static void free_parity(gpointer data)
{
    parity_free(data);
}

static void compare_all(const Engine *engine, const Workload *workload, GPtrArray *out)
{
    const WorkloadStatus *status = world_workload(engine, workload->id);
    const InstanceStatus *source = source_of(engine, workload);
    for (guint i = 0; workload->kind == KIND_CATALOG && i < status->instances->len; i++) {
        Parity *parity = compare(engine, workload, source, status->instances->pdata[i]);
        if (parity)
            g_ptr_array_add(out, parity);
    }
}

GPtrArray *engine_parity(const Engine *engine, const char *group)
{
    const GroupLive *live = world_live(engine, group);
    if (!live)
        return NULL;
    GPtrArray *list = g_ptr_array_new_with_free_func(free_parity);
    for (guint i = 0; i < live->group->workloads->len; i++)
        compare_all(engine, live->group->workloads->pdata[i], list);
    return list;
}

// Everything anew: one side holds something else, or somebody has confirmed.
static void renew(Engine *engine, const Workload *workload)
{
    WorkloadStatus *status = world_workload(engine, workload->id);
    g_ptr_array_set_size(status->parity, 0);
    compare_all(engine, workload, workload_status_parity(status));
    for (guint i = 0; i < status->parity->len; i++)
        parity_shorten(status->parity->pdata[i]);
    findings_touch_workload(engine, workload);
    tell(engine, ENGINE_WORKLOAD, status->id);
}

// True if the list still stands for this source; then its ages are brought up to date.
static bool is_current(const WorkloadStatus *status, const InstanceStatus *source)
{
    for (guint i = 0; i < status->parity->len; i++) {
        Parity *parity = status->parity->pdata[i];
        const InstanceStatus *standby = workload_status_at(status, parity->standby);
        if (!source || !standby || g_strcmp0(parity->primary, source->location) != 0)
            return false;
        parity->primary_at_ms = source->observed_at_ms;
        parity->standby_at_ms = standby->observed_at_ms;
    }
    return status->parity->len > 0;
}

void parity_seen(Engine *engine, InstanceWatch *watch, Inventory *inventory)
{
    const Workload *workload = watch->instance->workload;
    InstanceStatus *status = watch->status;
    bool same = (!inventory && !status->inventory) ||
                (inventory && status->inventory &&
                 g_strcmp0(inventory->digest, status->inventory->digest) == 0);
    if (inventory && !same) {
        inventory_unref(status->inventory);
        status->inventory = inventory_ref(inventory);
    }
    if (!status->inventory)
        return;
    if (!same || !is_current(watch->workload, source_of(engine, workload)))
        renew(engine, workload);
}

// ---- confirming, and taking that back ----

// The item's, in the book.
static char *entry_of(const ParityRequest *asked)
{
    return name_in_book(asked->workload, asked->standby, asked->kind, asked->name);
}

// The parity that is meant; NULL = there is none.
static Parity *meant(const Engine *engine, const ParityRequest *asked)
{
    const Workload *workload = fleet_workload(engine->fleet, asked->workload);
    const WorkloadStatus *status = workload ? world_workload(engine, workload->id) : NULL;
    const InstanceStatus *standby = status ? workload_status_at(status, asked->standby) : NULL;
    if (!standby || workload->kind != KIND_CATALOG ||
        g_strcmp0(workload->group->name, asked->group) != 0)
        return NULL;
    return compare(engine, workload, source_of(engine, workload), standby);
}

static bool check(const ParityRequest *asked, const Parity *parity, const ParityItem *item,
                  GError **error)
{
    if (!person_has(asked->person, ROLE_BIT_OPERATOR))
        refuse(error, REFUSAL_NOT_ALLOWED,
               "%s may not do that to the check-list: the role operator is needed.",
               asked->person->name);
    else if (!parity)
        refuse(error, REFUSAL_NOT_FOUND,
               "%s of group %s is no workload that is kept by hand with a standby in %s, or nobody "
               "has seen both sides yet.",
               asked->workload, asked->group, asked->standby);
    else if (!item)
        refuse(error, REFUSAL_NOT_FOUND, "The %s %s does not differ between %s and %s.",
               name_of(&ENTITY_NAMES, (int)asked->kind), asked->name, parity->primary,
               parity->standby);
    else if (asked->mark && g_strcmp0(asked->mark, item->mark) != 0)
        refuse(error, REFUSAL_PRECONDITION,
               "The %s %s has changed since you read it: look at it again.",
               name_of(&ENTITY_NAMES, (int)asked->kind), asked->name);
    else
        return true;
    return false;
}

static char *confirmation_to_text(const Confirmation *confirmation)
{
    g_autoptr(json_t) json = json_object();
    wire_set_text(json, "mark", confirmation->mark);
    wire_set_text(json, "by", confirmation->by);
    wire_set_text(json, "note", confirmation->note);
    wire_set_time_ms(json, "at", confirmation->at_ms);
    return wire_format(json);
}

static bool prepare(Engine *engine, Motion *motion, GError **error)
{
    const ParityRequest *request = motion->request;
    g_autoptr(Parity) parity = meant(engine, request);
    const ParityItem *item = parity ? parity_find(parity, request->kind, request->name) : NULL;
    if (!check(request, parity, item, error))
        return false;
    if (!text_has_word(request->note)) {
        refuse(error, REFUSAL_NO_REASON,
               "A note in words is needed: what was done, or why it may differ.");
        return false;
    }
    Confirmation *confirmation = g_new0(Confirmation, 1);
    *confirmation = (Confirmation){g_strdup(item->mark), g_strdup(request->person->name),
                                   g_strdup(request->note), engine->now_ms};
    motion_draft(motion, entry_of(request), confirmation, confirmation_free);
    const char *kind = name_of(&ENTITY_NAMES, (int)request->kind);
    const char *state = name_of(&PARITY_NAMES, (int)item->state);
    motion_audit(motion, request->person->name, "parity.confirmed", "workload", request->workload)
        ->detail = g_strdup_printf("%s %s, %s in %s: %s", kind, request->name, state,
                                   request->standby, request->note);
    motion_say(motion, SEVERITY_INFO, "workload", request->workload,
               "%s confirmed %s %s, %s in %s: %s", request->person->name, kind, request->name,
               state, request->standby, request->note);
    motion_put(motion, g_strconcat("parity/", motion->entry, NULL),
               confirmation_to_text(confirmation), false);
    return true;
}

// The item is open again: as any withdrawal, in the direction that hides nothing.
static bool prepare_withdrawal(Engine *engine, Motion *motion, GError **error)
{
    const ParityRequest *request = motion->request;
    g_autoptr(Parity) parity = meant(engine, request);
    const ParityItem *item = parity ? parity_find(parity, request->kind, request->name) : NULL;
    const char *kind = name_of(&ENTITY_NAMES, (int)request->kind);
    if (!check(request, parity, item, error))
        return false;
    if (!text_has_word(request->note))
        refuse(error, REFUSAL_NO_REASON,
               "A reason in words is needed; it goes into the audit log with your name.");
    else if (!item->confirmed_by)
        refuse(error, REFUSAL_NOTHING_TO_DO, "Nobody has confirmed the %s %s as it is now.", kind,
               request->name);
    if (!text_has_word(request->note) || !item->confirmed_by)
        return false;
    const char *state = name_of(&PARITY_NAMES, (int)item->state);
    motion_audit(motion, request->person->name, "parity.withdrawn", "workload", request->workload)
        ->detail = g_strdup_printf("%s %s, %s in %s: %s had confirmed it: %s. Now: %s", kind,
                                   request->name, state, request->standby, item->confirmed_by,
                                   item->confirmed_note, request->note);
    motion_say(motion, SEVERITY_WARNING, "workload", request->workload,
               "%s %s, %s in %s, is open again: %s takes back what %s confirmed: %s", kind,
               request->name, state, request->standby, request->person->name, item->confirmed_by,
               request->note);
    motion_draft(motion, entry_of(request), NULL, NULL);
    motion_put(motion, g_strconcat("parity/", motion->entry, NULL), NULL, false);
    return true;
}

// Of a withdrawal there is no confirmation.
static void applied(Engine *engine, Motion *motion)
{
    const ParityRequest *asked = motion->request;
    const Workload *workload = fleet_workload(engine->fleet, asked->workload);
    Confirmation *confirmation = motion_take_value(motion);
    if (confirmation)
        g_hash_table_replace(engine->confirmed, g_strdup(motion->entry), confirmation);
    else
        g_hash_table_remove(engine->confirmed, motion->entry);
    if (workload)
        renew(engine, workload);
}

static void ask(Engine *engine, Motion *motion, const char *what, const ParityRequest *request,
                EngineDone done, gpointer data)
{
    const ParityRequest asked = {.person = motion_person(motion, request->person),
                                 .group = motion_text(motion, request->group),
                                 .workload = motion_text(motion, request->workload),
                                 .standby = motion_text(motion, request->standby),
                                 .kind = request->kind,
                                 .name = motion_text(motion, request->name),
                                 .mark = motion_text_opt(motion, request->mark),
                                 .note = motion_text(motion, request->note)};
    g_autofree char *entry = entry_of(&asked);
    motion->applied = applied;
    motion_set_key(motion, request->key, what, asked.person->name, entry,
                   asked.mark ? asked.mark : "", asked.note, NULL);
    motion_submit(engine, motion, &asked, sizeof asked, done, data);
}

void engine_confirm_parity(Engine *engine, const ParityRequest *request, EngineDone done,
                           gpointer data)
{
    ask(engine, motion_new("confirm parity", prepare), "confirm-parity", request, done, data);
}

void engine_withdraw_parity(Engine *engine, const ParityRequest *request, EngineDone done,
                            gpointer data)
{
    ask(engine, motion_new("withdraw confirmation", prepare_withdrawal), "withdraw-parity", request,
        done, data);
}
