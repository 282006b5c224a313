// Findings: what the rules say of each object, kept by object. A change touches the object that changed, and
// only that one is judged again; so one change among 100,000 workloads costs what one workload costs.
//
//   findings_touch ─▶ touched ─▶ (at most once a second) judge ─▶ of_object, sorted list, counts, tells
//
// What only time changes (plan dates, lag that nobody reports any more) is judged once a minute, in slices. So is
// everything after a start or a new fleet: a round, that holds the loop for one slice at a time. What was found of the
// fleet before stands until its object has been judged.
#include "engine/findings.h"

#include "engine/evidence.h"

#include <string.h>

enum { AGAIN_EVERY_MS = 60 * 1000, SLICE = 500, ROUND_SLICE = 4000 };

// What was found of one object, and in which round.
typedef struct {
    GPtrArray *findings; // of Finding *, owned; never empty
    guint round;
} Known;

struct Findings {
    // In engine->findings they stand sorted, borrowed from here.
    GHashTable *of_object; // "group/payments" → Known *; a new fleet's object is found by its name
    GHashTable *by_id;     // id → Finding *, borrowed
    GHashTable *touched;   // the keys of of_object → RuleObject *
    bool all;              // everything is to be judged again: a new fleet
    bool in_round;         // that has begun …
    RuleScope scope;       // … and is at the n-th object of this scope
    guint n;
    guint round;          // the number of the last one
    gint64 judged_ms;     // monotonic
    gint64 swept_ms;      // monotonic: when a slice of all but the workloads was judged last …
    guint swept;          // … and how many of the groups in this round
    GHashTable *accepted; // finding_key → Acceptance *
    gint64 lapse_ms;      // wall: when the next of them ends; 0 = none
};

// One pass over what is touched.
typedef struct {
    Engine *engine;
    RuleWorld world;
    GHashTable
        *gone; // set of Finding * that are in no list any more; owned, until the list is sorted
    GPtrArray *fresh; // of Finding *, borrowed
} Pass;

static void free_finding(gpointer data)
{
    finding_free(data);
}

static void free_known(gpointer data)
{
    Known *known = data;
    g_clear_pointer(&known->findings, g_ptr_array_unref);
    g_free(known);
}

Findings *findings_new(void)
{
    Findings *findings = g_new0(Findings, 1);
    findings->of_object = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_known);
    findings->by_id = g_hash_table_new(g_str_hash, g_str_equal);
    findings->touched = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    findings->accepted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, acceptance_free);
    findings->all = true;
    return findings;
}

void findings_free(Findings *findings)
{
    if (!findings)
        return;
    g_hash_table_unref(findings->by_id);
    g_hash_table_unref(findings->of_object);
    g_hash_table_unref(findings->touched);
    g_hash_table_unref(findings->accepted);
    g_free(findings);
}

// ---- what is touched ---------------------------------------------------------------------------

static gconstpointer key_of(const Engine *engine, const RuleObject *object)
{
    return object->location   ? (gconstpointer)object->location
           : object->group    ? (gconstpointer)object->group
           : object->workload ? (gconstpointer)object->workload
                              : (gconstpointer)engine->fleet;
}

static void touch(Engine *engine, const RuleObject *object)
{
    Findings *findings = engine->judged;
    gpointer key = (gpointer)key_of(engine, object);
    if (!findings->all && !g_hash_table_contains(findings->touched, key))
        g_hash_table_insert(findings->touched, key, g_memdup2(object, sizeof *object));
}

void findings_touch_workload(Engine *engine, const Workload *workload)
{
    touch(engine, &(RuleObject){.scope = SCOPE_WORKLOAD, .workload = workload});
}

void findings_touch_group(Engine *engine, const Group *group)
{
    touch(engine, &(RuleObject){.scope = SCOPE_GROUP, .group = group});
}

void findings_touch_location(Engine *engine, const Location *location)
{
    touch(engine, &(RuleObject){.scope = SCOPE_LOCATION, .location = location});
}

void findings_touch_fleet(Engine *engine)
{
    touch(engine, &(RuleObject){.scope = SCOPE_FLEET});
}

void findings_touch_all(Engine *engine)
{
    engine->judged->all = true;
    g_hash_table_remove_all(engine->judged->touched);
}

// ---- what the rules look at --------------------------------------------------------------------

static const LocationStatus *rule_location(const char *name, gpointer data)
{
    return world_location(data, name);
}

static const WorkloadStatus *rule_workload(const char *id, gpointer data)
{
    return world_workload(data, id);
}

static const GroupStatus *rule_group(const char *name, gpointer data)
{
    const GroupLive *live = world_live(data, name);
    return live ? live->status : NULL;
}

static RuleWorld rule_world(Engine *engine)
{
    return (RuleWorld){.fleet = engine->fleet,
                       .now_ms = engine->now_ms,
                       .location = rule_location,
                       .workload = rule_workload,
                       .group = rule_group,
                       .can = evidence_can,
                       .next = engine->config.next ? world_next_fire : NULL,
                       .data = engine,
                       .vantages = engine->vantages,
                       .sinks = engine->sinks};
}

// ---- what was accepted -------------------------------------------------------------------------

char *finding_key(const Finding *finding)
{
    return g_strdup_printf("%s:%s:%s", finding->rule, finding->object, finding->mark);
}

Finding *findings_find(const Engine *engine, const char *id)
{
    return g_hash_table_lookup(engine->judged->by_id, id);
}

static void set_acceptance(Finding *finding, const Acceptance *acceptance)
{
    g_free(finding->acknowledged_by);
    g_free(finding->acknowledged_note);
    finding->acknowledged_by = acceptance ? g_strdup(acceptance->by) : NULL;
    finding->acknowledged_note = acceptance ? g_strdup(acceptance->note) : NULL;
    finding->acknowledged_ms = acceptance ? acceptance->at_ms : 0;
    finding->acknowledged_until_ms = acceptance ? acceptance->until_ms : 0;
}

// As it stands in the book now. True if that is another than before.
static bool look_up(const Engine *engine, Finding *finding)
{
    g_autofree char *key = finding_key(finding);
    const Acceptance *acceptance = g_hash_table_lookup(engine->judged->accepted, key);
    if (acceptance && acceptance->until_ms <= engine->now_ms)
        acceptance = NULL;
    gint64 until_ms = acceptance ? acceptance->until_ms : 0;
    gint64 at_ms = acceptance ? acceptance->at_ms : 0;
    if (finding->acknowledged_until_ms == until_ms && finding->acknowledged_ms == at_ms)
        return false;
    set_acceptance(finding, acceptance);
    return true;
}

static void find_lapse(Findings *findings, gint64 now_ms)
{
    GHashTableIter iter;
    gpointer value;
    findings->lapse_ms = 0;
    g_hash_table_iter_init(&iter, findings->accepted);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        gint64 until_ms = ((const Acceptance *)value)->until_ms;
        if (until_ms > now_ms && (!findings->lapse_ms || until_ms < findings->lapse_ms))
            findings->lapse_ms = until_ms;
    }
}

void findings_accept(Engine *engine, const char *key, Acceptance *acceptance)
{
    if (acceptance)
        g_hash_table_replace(engine->judged->accepted, g_strdup(key), acceptance);
    else
        g_hash_table_remove(engine->judged->accepted, key);
    find_lapse(engine->judged, engine->now_ms);
    for (guint i = 0; i < engine->findings->len; i++) {
        Finding *finding = engine->findings->pdata[i];
        if (g_str_has_prefix(key, finding->rule) && look_up(engine, finding))
            tell(engine, ENGINE_FINDING, finding->id);
    }
}

// Its date has passed: the finding counts again, and that is said.
static void lapse(Engine *engine)
{
    for (guint i = 0; i < engine->findings->len; i++) {
        Finding *finding = engine->findings->pdata[i];
        gint64 until_ms = finding->acknowledged_until_ms;
        if (!until_ms || until_ms > engine->now_ms)
            continue;
        g_autofree char *text = g_strdup_printf(
            "%s %s of %s counts again: it was acknowledged by %s until now", finding->rule,
            finding->title, finding->object, finding->acknowledged_by);
        set_acceptance(finding, NULL);
        tell(engine, ENGINE_FINDING, finding->id);
        tell_change(engine, finding->severity, finding->object, text);
    }
    find_lapse(engine->judged, engine->now_ms);
}

// ---- judging -----------------------------------------------------------------------------------

static void swap_text(char **a, char **b)
{
    char *text = *a;
    *a = *b;
    *b = text;
}

static Finding *find_id(const GPtrArray *list, const char *id)
{
    for (guint i = 0; list && i < list->len; i++)
        if (g_str_equal(((const Finding *)list->pdata[i])->id, id))
            return list->pdata[i];
    return NULL;
}

// What stays a finding stays the same object, if only its words have changed: its place in the list holds.
static bool keep(Pass *pass, Finding *old, Finding *fresh)
{
    if (old->severity != fresh->severity)
        return false;
    bool news = strcmp(old->facts, fresh->facts) != 0;
    old->observed_at_ms = fresh->observed_at_ms;
    swap_text(&old->facts, &fresh->facts);
    swap_text(&old->way_out, &fresh->way_out);
    swap_text(&old->mark, &fresh->mark);
    if (look_up(pass->engine, old) || news)
        tell(pass->engine, ENGINE_FINDING, old->id);
    return true;
}

// Out of the list, and freed when that is done.
static void let_go(Pass *pass, Finding *finding)
{
    GHashTable *by_id = pass->engine->judged->by_id;
    if (g_hash_table_lookup(by_id, finding->id) == finding)
        g_hash_table_remove(by_id, finding->id);
    g_hash_table_add(pass->gone, finding);
}

static void add(Pass *pass, Finding *fresh, const Finding *old)
{
    if (old)
        fresh->since_ms = old->since_ms;
    look_up(pass->engine, fresh);
    g_hash_table_replace(pass->engine->judged->by_id, fresh->id, fresh);
    g_ptr_array_add(pass->fresh, fresh);
    tell(pass->engine, ENGINE_FINDING, fresh->id);
}

// The list of an object as it is from now on: of the old one what stays, else the new, which is taken.
static GPtrArray *merge(Pass *pass, GPtrArray *old, GPtrArray *fresh)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(free_finding);
    for (guint i = 0; i < fresh->len; i++) {
        Finding *finding = fresh->pdata[i];
        Finding *known = find_id(old, finding->id);
        if (known && keep(pass, known, finding)) {
            g_ptr_array_add(list, known);
            continue;
        }
        add(pass, finding, known);
        g_ptr_array_add(list, finding);
        fresh->pdata[i] = NULL; // taken
    }
    return list;
}

static void drop_old(Pass *pass, GPtrArray *old, const GPtrArray *list)
{
    for (guint i = 0; old && i < old->len; i++) {
        Finding *finding = old->pdata[i];
        if (find_id(list, finding->id) == finding)
            continue;
        if (!find_id(list, finding->id))
            tell(pass->engine, ENGINE_FINDING_GONE, finding->id);
        let_go(pass, finding);
    }
}

static void count(Engine *engine, const RuleObject *object, int more)
{
    const Group *group = object->workload ? object->workload->group : object->group;
    GroupLive *live = group ? world_live(engine, group->name) : NULL;
    WorkloadStatus *workload =
        object->workload ? world_workload(engine, object->workload->id) : NULL;
    if (!more)
        return;
    if (workload) {
        workload->findings += (guint)more;
        tell(engine, ENGINE_WORKLOAD, workload->id);
    }
    if (live) {
        live->status->findings += (guint)more;
        tell(engine, ENGINE_GROUP, live->status->name);
    }
}

// What stays of the old list is in the new one, what goes in `gone`.
static void take_apart(Known *known)
{
    g_ptr_array_set_free_func(known->findings, NULL);
    g_clear_pointer(&known->findings, g_ptr_array_unref);
}

static void judge(Pass *pass, const RuleObject *object)
{
    Findings *findings = pass->engine->judged;
    g_autofree char *name = rule_object_text(object);
    g_autoptr(GPtrArray) fresh = rules_check_object(&pass->world, object);
    Known *known = g_hash_table_lookup(findings->of_object, name);
    if (!fresh->len && !known)
        return;
    GPtrArray *old = known ? known->findings : NULL;
    GPtrArray *list = merge(pass, old, fresh);
    bool counted = known && known->round == findings->round;
    count(pass->engine, object, (int)list->len - (int)(counted ? old->len : 0));
    drop_old(pass, old, list);
    if (known)
        take_apart(known);
    if (list->len) {
        if (!known)
            g_hash_table_insert(findings->of_object, g_steal_pointer(&name),
                                known = g_new0(Known, 1));
        *known = (Known){list, findings->round};
        return;
    }
    g_ptr_array_unref(list);
    g_hash_table_remove(findings->of_object, name);
}

// The list in its order: what is gone left out, what is new merged in. One walk, whatever has changed.
static void sort_in(Pass *pass)
{
    GPtrArray *old = pass->engine->findings, *fresh = pass->fresh;
    bool some_gone = g_hash_table_size(pass->gone) > 0;
    if (!fresh->len && !some_gone)
        return;
    GPtrArray *all = g_ptr_array_sized_new(old->len + fresh->len);
    g_ptr_array_sort(fresh, rules_compare);
    for (guint i = 0, k = 0; i < old->len || k < fresh->len;) {
        if (i < old->len && some_gone && g_hash_table_contains(pass->gone, old->pdata[i]))
            i++;
        else if (k == fresh->len ||
                 (i < old->len && rules_compare(&old->pdata[i], &fresh->pdata[k]) <= 0))
            g_ptr_array_add(all, old->pdata[i++]);
        else
            g_ptr_array_add(all, fresh->pdata[k++]);
    }
    g_ptr_array_unref(old);
    pass->engine->findings = all;
}

// ---- a new fleet -------------------------------------------------------------------------------

static void reset_counts(const Engine *engine)
{
    for (guint i = 0; i < engine->groups->len; i++)
        ((GroupStatus *)engine->groups->pdata[i])->findings = 0;
    for (guint i = 0; i < engine->workloads->len; i++)
        ((WorkloadStatus *)engine->workloads->pdata[i])->findings = 0;
}

// What is known stands as of the fleet before until it has been judged again.
static void begin_round(Engine *engine)
{
    Findings *findings = engine->judged;
    reset_counts(engine);
    findings->swept_ms = engine->mono_ms;
    findings->all = false;
    findings->in_round = true;
    findings->round++;
    findings->scope = 0;
    findings->n = 0;
}

// What is left is of objects that are no more.
static void end_round(Pass *pass)
{
    Findings *findings = pass->engine->judged;
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, findings->of_object);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Known *known = value;
        if (known->round == findings->round)
            continue;
        drop_old(pass, known->findings, none);
        take_apart(known);
        g_hash_table_iter_remove(&iter);
    }
    findings->in_round = false;
}

// A group's rules look at each of its workloads.
static guint weight_of(const RuleObject *object)
{
    return object->group ? 1 + object->group->workloads->len : 1;
}

static void judge_slice(Pass *pass)
{
    Findings *findings = pass->engine->judged;
    RuleObject object;
    for (guint done = 0; done < ROUND_SLICE && findings->in_round;) {
        if (rules_nth_object(pass->engine->fleet, findings->scope, findings->n, &object)) {
            findings->n++;
            done += weight_of(&object);
            judge(pass, &object);
            continue;
        }
        findings->n = 0;
        if (++findings->scope == SCOPES)
            end_round(pass);
    }
}

// ---- the pass ----------------------------------------------------------------------------------

// How long after one slice of the sweep the next is due: all of them take a minute.
static gint64 slice_ms(const Engine *engine)
{
    guint slices = (engine->fleet->groups->len + SLICE - 1) / SLICE;
    return AGAIN_EVERY_MS / MAX(slices, 1);
}

// The fleet, the locations and some of the groups, in turn: a fleet of any size costs a slice at a time.
static void sweep(Engine *engine)
{
    Findings *findings = engine->judged;
    const GPtrArray *groups = engine->fleet->groups, *locations = engine->fleet->locations;
    bool first = findings->swept >= groups->len;
    findings->swept_ms = engine->mono_ms;
    if (first) {
        findings->swept = 0;
        touch(engine, &(RuleObject){.scope = SCOPE_FLEET});
    }
    for (guint i = 0; first && i < locations->len; i++)
        findings_touch_location(engine, locations->pdata[i]);
    for (guint i = 0; i < SLICE && findings->swept < groups->len; i++)
        findings_touch_group(engine, groups->pdata[findings->swept++]);
}

static void judge_touched(Pass *pass)
{
    GHashTableIter iter;
    gpointer object;
    g_autoptr(GHashTable) touched = pass->engine->judged->touched;
    pass->engine->judged->touched = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    g_hash_table_iter_init(&iter, touched);
    while (g_hash_table_iter_next(&iter, NULL, &object))
        judge(pass, object);
}

static Pass begin_pass(Engine *engine)
{
    if (engine->judged->all)
        begin_round(engine);
    return (Pass){.engine = engine,
                  .world = rule_world(engine),
                  .gone = g_hash_table_new_full(NULL, NULL, free_finding, NULL),
                  .fresh = g_ptr_array_new()};
}

static void end_pass(Pass *pass)
{
    sort_in(pass);
    g_hash_table_unref(pass->gone);
    g_ptr_array_unref(pass->fresh);
}

static void judge_now(Engine *engine)
{
    Findings *findings = engine->judged;
    Pass pass = begin_pass(engine);
    findings->judged_ms = engine->mono_ms;
    if (findings->in_round)
        judge_slice(&pass);
    else {
        if (engine->mono_ms >= findings->swept_ms + slice_ms(engine))
            sweep(engine);
        judge_touched(&pass);
    }
    end_pass(&pass);
}

bool findings_are_whole(const Engine *engine)
{
    return !engine->judged->all && !engine->judged->in_round;
}

void findings_settle(Engine *engine, const Group *group)
{
    if (findings_are_whole(engine))
        return;
    Pass pass = begin_pass(engine);
    judge(&pass, &(RuleObject){.scope = SCOPE_GROUP, .group = group});
    judge(&pass, &(RuleObject){.scope = SCOPE_LOCATION, .location = group->primary});
    for (guint i = 0; i < group->standbys->len; i++)
        judge(&pass, &(RuleObject){.scope = SCOPE_LOCATION, .location = group->standbys->pdata[i]});
    for (guint i = 0; i < group->workloads->len; i++)
        judge(&pass,
              &(RuleObject){.scope = SCOPE_WORKLOAD, .workload = group->workloads->pdata[i]});
    end_pass(&pass);
}

// When to judge next: a round goes on at once, what was touched waits for a second to be over, the sweep for its turn.
static gint64 next_ms(const Engine *engine)
{
    const Findings *findings = engine->judged;
    bool dirty = findings->all || g_hash_table_size(findings->touched);
    if (!findings->judged_ms || findings->in_round)
        return engine->mono_ms;
    return dirty ? findings->judged_ms + ENGINE_DERIVE_MS : findings->swept_ms + slice_ms(engine);
}

void findings_run(Engine *engine, gint64 *due_ms)
{
    Findings *findings = engine->judged;
    // A slice is what one turn of the loop may cost: there is another pass in this one.
    bool later = findings->in_round && engine->again;
    if (!later && engine->mono_ms >= next_ms(engine))
        judge_now(engine);
    if (findings->lapse_ms && findings->lapse_ms <= engine->now_ms)
        lapse(engine);
    engine_sooner(due_ms, next_ms(engine));
    if (findings->lapse_ms)
        engine_sooner(due_ms, engine_mono_of(engine, findings->lapse_ms));
}
