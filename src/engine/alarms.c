#include "engine/alarms.h"

#include "base/timefmt.h"
#include "model/progress.h"
#include "model/quorum.h"

enum { STUCK_LEAST_MS = 5000 }; // nobody looks at a step that takes a moment more than a moment

static void free_alarm(gpointer data)
{
    alarm_free(data);
}

Alarm *alarms_find(const Engine *engine, const char *id)
{
    for (guint i = 0; i < engine->alarms->len; i++) {
        Alarm *alarm = engine->alarms->pdata[i];
        if (g_strcmp0(alarm->id, id) == 0)
            return alarm;
    }
    return NULL;
}

#define LOCATION_DOWN "location-down:"

// So long after a start everything has been observed.
enum { STANDS_AGAIN_MS = 5 * 60 * 1000 };

static void mark_acknowledged(Alarm *alarm, const char *person, gint64 at_ms)
{
    g_free(alarm->acknowledged_by);
    alarm->acknowledged_by = g_strdup(person);
    alarm->acknowledged_ms = at_ms;
}

void alarms_remember(Engine *engine, const char *id, const char *person)
{
    g_hash_table_replace(engine->acknowledged, g_strdup(id), g_strdup(person));
}

static void on_forgotten(const StoreTxnResult *result, const GError *error, gpointer data)
{
    (void)result, (void)error, (void)data;
}

// What was acknowledged is over: the next time, also after a restart, is another.
static void forget_acknowledged(const Engine *engine, const char *id)
{
    g_autofree char *key = g_strconcat("alarm/", id, NULL);
    const StoreSpan span = store_span_key(key);
    StoreTxn *txn = store_txn_new(STORE_BATCHED);
    store_txn_delete(txn, STORE_BRANCH_THEN, &span);
    store_commit(engine->config.store, txn, on_forgotten, NULL);
}

void alarms_acknowledge(Engine *engine, const char *id, const char *person, gint64 at_ms)
{
    Alarm *alarm = alarms_find(engine, id);
    if (!alarm) { // it was over before this was recorded
        forget_acknowledged(engine, id);
        return;
    }
    mark_acknowledged(alarm, person, at_ms);
    engine->alarms_dirty = true;
    tell(engine, ENGINE_ALARM, id);
}

// ---- What should be there ----------------------------------------------------------------------

typedef struct {
    const Engine *engine;
    GPtrArray *wanted; // of Alarm *
} Wanted;

static void want(Wanted *wanted, Severity severity, guint consequences, char *id, char *object,
                 char *text)
{
    Alarm *alarm = alarm_new(id);
    alarm->severity = severity;
    alarm->object = object;
    alarm->text = text;
    alarm->consequences = consequences;
    g_free(id);
    g_ptr_array_add(wanted->wanted, alarm);
}

static void want_location(Wanted *wanted, const LocationStatus *status)
{
    guint consequences = 0;
    if (status->verdict.state != VERDICT_DOWN)
        return;
    for (guint i = 0; i < wanted->engine->groups->len; i++) {
        const GroupStatus *group = wanted->engine->groups->pdata[i];
        consequences += g_strcmp0(group->active, status->name) == 0;
    }
    // No counts of probes: the text stays while the alarm does.
    g_autoptr(GString) seen = g_string_new(NULL);
    for (guint i = 0; i < status->vantages->len; i++)
        g_string_append_printf(seen, "%s%s", i ? ", " : "",
                               ((const VantageStatus *)status->vantages->pdata[i])->vantage);
    want(wanted, consequences ? SEVERITY_CRITICAL : SEVERITY_ERROR, consequences,
         g_strconcat(LOCATION_DOWN, status->name, NULL),
         g_strconcat("location/", status->name, NULL),
         g_strdup_printf("%s is down, seen from %s", status->title ? status->title : status->name,
                         seen->str));
}

// What each of them has been doing since when; no counts, so that the text stays while the alarm does.
static void append_active(const Engine *engine, const Workload *workload, const char *holder,
                          GString *text)
{
    guint active = 0;
    g_autoptr(GString) each = g_string_new(NULL);
    for (guint i = 0; i < workload->instances->len; i++) {
        const InstanceWatch *watch =
            g_hash_table_lookup(engine->watch_of, workload->instances->pdata[i]);
        const InstanceStatus *status = watch->status;
        char since[16];
        if (!derive_seen_active(engine, watch))
            continue;
        time_format_clock(status->since_ms, since);
        g_string_append_printf(each, "%s%s%s since %s under epoch %" G_GINT64_FORMAT ", boot %s",
                               active++ ? "; " : "", world_title(engine, status->location),
                               g_strcmp0(status->location, holder) == 0 ? " (has the role)" : "",
                               since, status->epoch, status->boot_id ? status->boot_id : "unknown");
    }
    if (active > 1)
        g_string_append_printf(text, " %s is active in %s.", workload->name, each->str);
}

static char *split_text(const Engine *engine, const GroupLive *live)
{
    GString *text = g_string_new(NULL);
    g_string_printf(text, "SPLIT BRAIN: %s.", live->group->name);
    for (guint i = 0; i < live->group->workloads->len; i++) {
        const Workload *workload = live->group->workloads->pdata[i];
        if (workload->kind != KIND_ROUTER && workload_is_single_active(workload))
            append_active(engine, workload, live->record->active, text);
    }
    g_string_append(text, " Switch one off: Z, or `signalbox passivate GROUP/WORKLOAD LOCATION "
                          "--reason TEXT`.");
    return g_string_free(text, FALSE);
}

static void want_group(Wanted *wanted, const GroupStatus *status)
{
    const GroupLive *live = world_live(wanted->engine, status->name);
    char *object = g_strconcat("group/", status->name, NULL);
    if (status->mode == MODE_SPLIT)
        want(wanted, SEVERITY_CRITICAL, 0, g_strconcat("split:", status->name, NULL),
             g_strdup(object), split_text(wanted->engine, live));
    if (!status->active && !live->open)
        want(wanted, SEVERITY_CRITICAL, 0, g_strconcat("nobody:", status->name, NULL),
             g_strdup(object),
             g_strdup_printf("Nobody has the role of %s, and no operation is under way.",
                             status->name));
    if (live->rests)
        want(wanted, SEVERITY_CRITICAL, 0, g_strconcat("resting:", status->name, NULL),
             g_strdup(object),
             g_strdup_printf("%s runs nowhere: it is passive in %s, where it has its role.",
                             status->name, status->active));
    if (status->blocked)
        want(wanted, SEVERITY_ERROR, 0, g_strconcat("blocked:", status->name, NULL),
             g_strdup(object),
             g_strdup_printf("No failover of %s is proposed: %s", status->name, status->blocked));
    for (guint i = 0; i < live->record->quarantine->len; i++) {
        const QuarantineIntent *intent = live->record->quarantine->pdata[i];
        want(wanted, SEVERITY_ERROR, 0,
             g_strdup_printf("quarantine:%s@%s", intent->workload, intent->location),
             g_strconcat("workload/", intent->workload, NULL),
             intent->by
                 ? g_strdup_printf("%s is being switched off in %s: %s asked for it.",
                                   intent->workload, world_title(wanted->engine, intent->location),
                                   intent->by)
                 : g_strdup_printf("%s came back active in %s while %s runs elsewhere: it "
                                   "is being switched off.",
                                   intent->workload, world_title(wanted->engine, intent->location),
                                   status->name));
    }
    g_free(object);
}

// From when on a step is late: what waits for a person past its limit, what runs past what is usual. 0 = never.
static gint64 late_ms(const Step *step)
{
    bool runs = step->state == STEP_INTENT || step->state == STEP_UNKNOWN;
    if (step->state == STEP_WAITING)
        return step->started_ms + step->limit_ms;
    return runs && step->usual_p95_ms
               ? step->started_ms + MAX(step->usual_p95_ms, (gint64)STUCK_LEAST_MS)
               : 0;
}

static void want_waiting(Wanted *wanted, const Operation *operation, const Step *step, bool late)
{
    char limit[16];
    duration_format(step->limit_ms, limit);
    want(wanted, late && !step->best_effort ? SEVERITY_ERROR : SEVERITY_WARNING, 0,
         g_strdup_printf("manual:%s:%u", operation->id, step->number),
         g_strconcat("operation/", operation->id, NULL),
         g_strdup_printf("%s step %u: %s%s%s",
                         step->side == SIDE_PROVIDER ? "The provider is waited for in"
                                                     : "A person must do",
                         step->number, step->title, late ? ". It is late: its limit was " : "",
                         late ? limit : ""));
}

// Said before the limit strikes, while there is time to look.
static void want_stuck(Wanted *wanted, const Operation *operation, const Step *step)
{
    char usual[16], limit[16];
    duration_format(step->usual_p95_ms, usual);
    duration_format(step->limit_ms, limit);
    want(wanted, SEVERITY_WARNING, 0, g_strdup_printf("stuck:%s:%u", operation->id, step->number),
         g_strconcat("operation/", operation->id, NULL),
         g_strdup_printf("Step %u is stuck: %s. 95 of 100 take up to %s; its limit is %s",
                         step->number, step->title, usual, limit));
}

static void want_steps(Wanted *wanted, const Operation *operation)
{
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        gint64 at_ms = late_ms(step);
        bool late = at_ms && wanted->engine->now_ms >= at_ms;
        if (step->state == STEP_WAITING)
            want_waiting(wanted, operation, step, late);
        else if (late)
            want_stuck(wanted, operation, step);
    }
}

// When it has been off for too long on its way home; 0 = it is not off, or nobody says how long it may be.
static gint64 off_too_long_ms(const Operation *operation)
{
    gint64 until_ms = 0, since_ms = operation_off_since(operation, &until_ms);
    return operation->off_limit_ms && since_ms && !until_ms ? since_ms + operation->off_limit_ms
                                                            : 0;
}

static void want_off(Wanted *wanted, const Operation *operation)
{
    char limit[16];
    gint64 at_ms = off_too_long_ms(operation);
    if (!at_ms || wanted->engine->now_ms < at_ms)
        return;
    duration_format(operation->off_limit_ms, limit);
    want(
        wanted, SEVERITY_ERROR, 0, g_strconcat("off:", operation->id, NULL),
        g_strconcat("operation/", operation->id, NULL),
        g_strdup_printf("%s is off for more than %s on its way home. %s", operation->group, limit,
                        operation->past_pnr
                            ? "It is past its point of no return: help the step that it waits for."
                            : "An abort brings it back to where it was; else help the step that it "
                              "waits for."));
}

// Steps become late by themselves, and what is off too long.
static void watch_moment(Engine *engine, gint64 at_ms, gint64 *due_ms)
{
    if (at_ms > engine->alarms_ms && at_ms <= engine->now_ms)
        engine->alarms_dirty = true;
    else if (at_ms > engine->now_ms)
        engine_sooner(due_ms, engine_mono_of(engine, at_ms));
}

static void watch_late(Engine *engine, gint64 *due_ms)
{
    for (guint i = 0; i < engine->operations->len; i++) {
        const Operation *operation = engine->operations->pdata[i];
        if (operation_has_ended(operation))
            continue;
        for (guint j = 0; j < operation->steps->len; j++)
            watch_moment(engine, late_ms(operation->steps->pdata[j]), due_ms);
        watch_moment(engine, off_too_long_ms(operation), due_ms);
    }
}

static void want_signature(Wanted *wanted, const Operation *operation)
{
    for (guint i = 0; i < operation->signoffs->len; i++) {
        const SignOff *signoff = operation->signoffs->pdata[i];
        if (signoff->lapsed)
            want(wanted, SEVERITY_CRITICAL, 0, g_strconcat("signature:", signoff->id, NULL),
                 g_strconcat("operation/", operation->id, NULL),
                 g_strdup_printf("The signature of %s under %s no longer stands, and it is past "
                                 "its point of no return: %s",
                                 signoff->operator_name, operation->id, signoff->void_why));
    }
}

// The glass was broken: everybody hears of it, until somebody else has looked.
static void want_reviews(Wanted *wanted, const Operation *operation)
{
    for (guint i = 0; i < operation->signoffs->len; i++) {
        const SignOff *signoff = operation->signoffs->pdata[i];
        if (signoff_review_is_due(signoff))
            want(wanted, SEVERITY_CRITICAL, 0, g_strconcat("review:", signoff->id, NULL),
                 g_strconcat("operation/", operation->id, NULL),
                 g_strdup_printf("BREAK-GLASS: %s alone signed %s%s%s of %s: %s. A review by "
                                 "somebody else is due.",
                                 signoff->operator_name, signoff->about ? "\"" : "",
                                 signoff->about
                                     ? signoff->about
                                     : word_of(&OPERATION_KIND_NAMES, (int)operation->kind),
                                 signoff->about ? "\"" : "", operation->group, signoff->reason));
    }
}

static void want_act(Wanted *wanted, const Operation *operation)
{
    const Act *act = operation_act(operation);
    const Operation ballot = operation_ballot(operation);
    if (!act)
        return;
    guint missing = quorum_missing(&ballot);
    want(wanted, SEVERITY_WARNING, 0, g_strdup_printf("signoff:%s:%u", operation->id, act->number),
         g_strconcat("operation/", operation->id, NULL),
         g_strdup_printf("%u sign-off%s wanted to %s. %s", missing, missing == 1 ? " is" : "s are",
                         act->kind == ACT_ABORT ? "abort" : "skip", act->statement->summary));
    g_autofree char *again = quorum_look_again(&ballot);
    if (again)
        want(wanted, SEVERITY_WARNING, 0,
             g_strdup_printf("again:%s:%u.%u", operation->id, act->number, act->statement_version),
             g_strconcat("operation/", operation->id, NULL),
             g_strdup_printf("%s must look again at %s: %s", again, operation->id,
                             act->changed ? act->changed : "the act's statement changed"));
}

static void want_operation(Wanted *wanted, const Operation *operation)
{
    guint missing = operation->state == OPERATION_AWAITING ? quorum_missing(operation) : 0;
    bool hurries = !operation->planned || operation->detected_ms; // an outage goes on
    if (operation->state == OPERATION_AWAITING)
        want(wanted, hurries ? SEVERITY_WARNING : SEVERITY_INFO, 0,
             g_strconcat("signoff:", operation->id, NULL),
             g_strconcat("operation/", operation->id, NULL),
             g_strdup_printf("%u sign-off%s wanted: %s", missing, missing == 1 ? " is" : "s are",
                             operation->statement->summary));
    // By version: a further change is news again, whatever was acknowledged.
    g_autofree char *again = quorum_look_again(operation);
    if (again)
        want(wanted, SEVERITY_WARNING, 0,
             g_strdup_printf("again:%s:%u", operation->id, operation->statement_version),
             g_strconcat("operation/", operation->id, NULL),
             g_strdup_printf("%s must look again at %s: %s", again, operation->id,
                             operation_last_change(operation)
                                 ? operation_last_change(operation)->why
                                 : "its statement changed"));
    if (operation->state == OPERATION_PAUSED)
        want(wanted, SEVERITY_CRITICAL, 0, g_strconcat("paused:", operation->id, NULL),
             g_strconcat("operation/", operation->id, NULL),
             g_strdup_printf("%s is paused, an operator is needed: %s",
                             operation->statement->summary, operation->why ? operation->why : ""));
    if (operation->state == OPERATION_RUNNING && operation->phase == PHASE_HOLDING &&
        operation->why)
        want(wanted, SEVERITY_WARNING, 0, g_strconcat("blocked:", operation->id, NULL),
             g_strconcat("operation/", operation->id, NULL),
             g_strdup_printf("%s. %s", operation->statement->summary, operation->why));
    want_steps(wanted, operation);
    want_off(wanted, operation);
    want_signature(wanted, operation);
    want_act(wanted, operation);
}

static void want_sink(Wanted *wanted, const RuleSink *sink)
{
    if (sink->trouble)
        want(wanted, SEVERITY_ERROR, 0, g_strconcat("sink:", sink->name, NULL),
             g_strconcat("sink/", sink->name, NULL), g_strdup(sink->trouble));
}

static GPtrArray *wanted_alarms(const Engine *engine)
{
    Wanted wanted = {engine, g_ptr_array_new_with_free_func(free_alarm)};
    for (guint i = 0; i < engine->locations->len; i++)
        want_location(&wanted, engine->locations->pdata[i]);
    for (guint i = 0; i < engine->groups->len; i++)
        want_group(&wanted, engine->groups->pdata[i]);
    for (guint i = 0; i < engine->operations->len; i++) {
        const Operation *operation = engine->operations->pdata[i];
        if (!operation_has_ended(operation) && !operation->region)
            want_operation(&wanted, operation);
        want_reviews(&wanted, operation);
    }
    for (guint i = 0; engine->sinks && i < engine->sinks->len; i++)
        want_sink(&wanted, engine->sinks->pdata[i]);
    if (!engine->frame.store_ok)
        want(&wanted, SEVERITY_CRITICAL, 0, g_strdup("store"), g_strdup("fleet"),
             g_strdup_printf("Decisions cannot be recorded, so none are made: %s",
                             engine->frame.store_detail));
    if (engine->config_error)
        want(&wanted, SEVERITY_WARNING, 0, g_strdup("config"), g_strdup("fleet"),
             g_strdup_printf("The new fleet file is not in use: %s", engine->config_error));
    if (engine->signers_error)
        want(
            &wanted, SEVERITY_ERROR, 0, g_strdup("signers"), g_strdup("fleet"),
            g_strdup_printf("Whose signatures count was not read anew; the lists of before stay in "
                            "force: %s",
                            engine->signers_error));
    return wanted.wanted;
}

// ---- What is there -----------------------------------------------------------------------------

static void raise_alarm(Engine *engine, Alarm *fresh)
{
    const char *person = g_hash_table_lookup(engine->acknowledged, fresh->id);
    fresh->since_ms = engine->now_ms;
    if (person) {
        mark_acknowledged(fresh, person, engine->now_ms);
        g_hash_table_remove(engine->acknowledged, fresh->id);
    }
    g_ptr_array_add(engine->alarms, fresh);
    tell(engine, ENGINE_ALARM, fresh->id);
    tell_change(engine, fresh->severity, fresh->object, fresh->text);
}

static void update(Engine *engine, Alarm *alarm, Alarm *fresh)
{
    bool again = alarm->ended_ms != 0;
    if (!again && g_strcmp0(alarm->text, fresh->text) == 0 &&
        alarm->consequences == fresh->consequences) {
        alarm_free(fresh);
        return;
    }
    if (again) { // the same cause anew: what was acknowledged was the last time
        alarm->since_ms = engine->now_ms;
        g_clear_pointer(&alarm->acknowledged_by, g_free);
        alarm->acknowledged_ms = 0;
    }
    alarm->ended_ms = 0;
    alarm->severity = fresh->severity;
    alarm->consequences = fresh->consequences;
    g_free(alarm->text);
    alarm->text = g_steal_pointer(&fresh->text);
    alarm_free(fresh);
    tell(engine, ENGINE_ALARM, alarm->id);
}

static bool is_wanted(const GPtrArray *ids, const char *id)
{
    for (guint i = 0; i < ids->len; i++)
        if (g_str_equal(ids->pdata[i], id))
            return true;
    return false;
}

// An alarm that has ended stays until somebody has seen it; what merely waited for somebody is over with it.
static bool goes_by_itself(const Alarm *alarm)
{
    return alarm->acknowledged_by || g_str_has_prefix(alarm->id, "signoff:") ||
           g_str_has_prefix(alarm->id, "again:") || g_str_has_prefix(alarm->id, "manual:") ||
           g_str_has_prefix(alarm->id, "review:") || g_str_has_prefix(alarm->id, "stuck:");
}

static void end_alarms(Engine *engine, const GPtrArray *ids)
{
    for (guint i = engine->alarms->len; i-- > 0;) {
        Alarm *alarm = engine->alarms->pdata[i];
        if (is_wanted(ids, alarm->id))
            continue;
        if (goes_by_itself(alarm) || engine->alarms->len > ENGINE_KEEP_ALARMS) {
            if (alarm->acknowledged_by)
                forget_acknowledged(engine, alarm->id);
            tell(engine, ENGINE_ALARM_GONE, alarm->id);
            g_ptr_array_remove_index(engine->alarms, i);
        } else if (!alarm->ended_ms) {
            alarm->ended_ms = engine->now_ms;
            tell(engine, ENGINE_ALARM, alarm->id);
        }
    }
}

// True once an alarm that was acknowledged before the start would stand again if its cause did.
static bool is_over(const Engine *engine, const char *id)
{
    if (!g_str_has_prefix(id, LOCATION_DOWN))
        return engine->now_ms - engine->frame.started_ms > STANDS_AGAIN_MS;
    const LocationStatus *at = world_location(engine, id + strlen(LOCATION_DOWN));
    return !at || at->verdict.state == VERDICT_UP;
}

// What was acknowledged before the start, and ended while no daemon saw it: else the next alarm of that cause would
// begin acknowledged.
static void forget_old(Engine *engine, const GPtrArray *ids)
{
    GHashTableIter iter;
    gpointer id;
    g_hash_table_iter_init(&iter, engine->acknowledged);
    while (g_hash_table_iter_next(&iter, &id, NULL)) {
        if (is_wanted(ids, id) || !is_over(engine, id))
            continue;
        forget_acknowledged(engine, id);
        g_hash_table_iter_remove(&iter);
    }
}

static void derive_alarms(Engine *engine)
{
    g_autoptr(GPtrArray) wanted = wanted_alarms(engine);
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
    engine->alarms_dirty = false;
    engine->alarms_ms = engine->now_ms;
    g_ptr_array_set_free_func(wanted, NULL);
    for (guint i = 0; i < wanted->len; i++) {
        Alarm *fresh = wanted->pdata[i];
        Alarm *alarm = alarms_find(engine, fresh->id);
        g_ptr_array_add(ids, g_strdup(fresh->id));
        if (alarm)
            update(engine, alarm, fresh);
        else
            raise_alarm(engine, fresh);
    }
    end_alarms(engine, ids);
    forget_old(engine, ids);
}

void alarms_run(Engine *engine, gint64 *due_ms)
{
    watch_late(engine, due_ms);
    if (engine->alarms_dirty)
        derive_alarms(engine);
}
