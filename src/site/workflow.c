#include "site/workflow.h"

const char *const RUN_STATUS_NAMES[] = {"Running", "Succeeded", "Failed", "Aborted", "Skipped"};

Workflow *workflow_new(const char *group, const char *name, TriggerType type)
{
    Workflow *workflow = g_new0(Workflow, 1);
    workflow->group = g_strdup(group);
    workflow->name = g_strdup(name);
    workflow->type = type;
    workflow->run_ms = 1000;
    workflow->cursor = workflow->polled = -1;
    recurrence_init(&workflow->recurrence);
    workflow->stages = g_ptr_array_new_with_free_func(g_free);
    g_queue_init(&workflow->runs);
    workflow->fires = g_array_new(false, false, sizeof(gint64));
    workflow->peer_fires = g_array_new(false, false, sizeof(gint64));
    workflow->missed = g_array_new(false, false, sizeof(gint64));
    return workflow;
}

void workflow_free(Workflow *workflow)
{
    if (!workflow)
        return;
    g_queue_clear_full(&workflow->runs, g_free);
    g_ptr_array_unref(workflow->stages);
    g_array_unref(workflow->fires);
    g_array_unref(workflow->peer_fires);
    g_array_unref(workflow->missed);
    rule_free(workflow->rule);
    recurrence_release(&workflow->recurrence);
    g_free(workflow->group);
    g_free(workflow->name);
    g_free(workflow->trigger);
    g_free(workflow->api);
    g_free(workflow);
}

bool workflow_set_rule(Workflow *workflow, GError **error)
{
    Rule *rule = rule_new(&workflow->recurrence, error);
    if (!rule)
        return false;
    rule_free(workflow->rule);
    workflow->rule = rule;
    return true;
}

gint64 workflow_arrived(const Workflow *workflow, gint64 now_ms)
{
    return (gint64)((double)now_ms / 1000.0 * workflow->rate);
}

gint64 workflow_queued(const Workflow *workflow, gint64 now_ms)
{
    if (workflow->type != TRIGGER_POLLING || workflow->cursor < 0)
        return 0;
    return MAX(0, workflow_arrived(workflow, now_ms) - workflow->cursor);
}

static bool has_time(const GArray *times, gint64 at_ms)
{
    for (guint i = times->len; i > 0; i--)
        if (g_array_index(times, gint64, i - 1) == at_ms)
            return true;
    return false;
}

static void add_time(GArray *times, gint64 at_ms)
{
    if (times->len >= FIRES_MAX)
        g_array_remove_range(times, 0, FIRES_MAX / 4);
    g_array_append_val(times, at_ms);
}

// The last of them until a moment; 0 = none.
static gint64 last_until(const GArray *times, gint64 until_ms)
{
    gint64 last_ms = 0;
    for (guint i = 0; i < times->len; i++) {
        gint64 at_ms = g_array_index(times, gint64, i);
        last_ms = at_ms <= until_ms ? MAX(last_ms, at_ms) : last_ms;
    }
    return last_ms;
}

// Occurrences between the last that either region is known to have fired and the moment it was enabled.
static void note_missed(Workflow *workflow, gint64 enabled_ms)
{
    gint64 at_ms =
        MAX(last_until(workflow->fires, enabled_ms), last_until(workflow->peer_fires, enabled_ms));
    g_array_set_size(workflow->missed, 0);
    if (workflow->type != TRIGGER_RECURRENCE || at_ms == 0)
        return;
    for (guint n = 0; n < FIRES_MAX; n++) {
        at_ms = rule_next(workflow->rule, at_ms);
        if (at_ms == 0 || at_ms > enabled_ms)
            return;
        add_time(workflow->missed, at_ms);
    }
}

// The webhook source's events follow its rate; a poll without a rule comes once a second.
static gint64 next_after(const Workflow *workflow, gint64 at_ms)
{
    switch (workflow->type) {
    case TRIGGER_RECURRENCE:
        return rule_next(workflow->rule, at_ms);
    case TRIGGER_POLLING: {
        gint64 next = rule_next(workflow->rule, at_ms);
        return next ? next : at_ms + 1000;
    }
    case TRIGGER_WEBHOOK:
        return workflow->rate > 0 ? at_ms + MAX(1, (gint64)(1000.0 / workflow->rate)) : 0;
    case TRIGGER_REQUEST:
        break;
    }
    return 0;
}

void workflow_enable(Workflow *workflow, gint64 now_ms)
{
    if (workflow->enabled)
        return;
    note_missed(workflow, now_ms);
    workflow->enabled = true;
    workflow->changed_ms = now_ms;
    workflow->subscribed = workflow->type == TRIGGER_WEBHOOK;
    if (workflow->cursor < 0)
        workflow->cursor = workflow_arrived(workflow, now_ms);
    workflow->takeover = workflow->cursor;
    workflow->doubled_messages = 0;
    workflow->next_ms = next_after(workflow, now_ms);
}

void workflow_disable(Workflow *workflow, gint64 now_ms)
{
    if (!workflow->enabled)
        return;
    workflow->enabled = false;
    workflow->subscribed = false;
    workflow->changed_ms = now_ms;
    workflow->next_ms = 0;
}

static void trim_history(Workflow *workflow)
{
    for (GList *at = workflow->runs.tail; at && workflow->runs.length > RUN_HISTORY_MAX;) {
        GList *newer = at->prev;
        Run *run = at->data;
        if (run->status != RUN_RUNNING) {
            g_free(run);
            g_queue_delete_link(&workflow->runs, at);
        }
        at = newer;
    }
}

Run *workflow_start(Workflow *workflow, gint64 scheduled_ms, gint64 now_ms,
                    WorkflowNameRun name_run, gpointer data)
{
    if (workflow->in_flight >= RUNS_IN_FLIGHT_MAX)
        return NULL;
    Run *run = g_new0(Run, 1);
    run->scheduled_ms = scheduled_ms;
    run->start_ms = now_ms;
    run->end_ms = now_ms + workflow->run_ms;
    run->messages = 1;
    workflow->started++;
    workflow->in_flight++;
    g_queue_push_head(&workflow->runs, run);
    trim_history(workflow);
    name_run(workflow, run, data);
    return run;
}

// It has no run, so nobody names it: its occurrence does.
static void note_skipped(Workflow *workflow, gint64 scheduled_ms, gint64 now_ms)
{
    Run *run = g_new0(Run, 1);
    g_snprintf(run->id, sizeof run->id, "skip%" G_GINT64_FORMAT, scheduled_ms);
    run->scheduled_ms = scheduled_ms;
    run->start_ms = run->end_ms = now_ms;
    run->status = RUN_SKIPPED;
    g_queue_push_head(&workflow->runs, run);
    trim_history(workflow);
}

static void fire_once(Workflow *workflow, gint64 scheduled_ms, gint64 now_ms,
                      WorkflowNameRun name_run, gpointer data)
{
    guint messages = 1;
    if (workflow->type == TRIGGER_POLLING) {
        messages = (guint)MIN(workflow_queued(workflow, now_ms), POLL_BATCH);
        if (messages == 0)
            return;
        workflow->cursor += messages;
        workflow->polled = workflow->cursor;
    }
    workflow->last_fire_ms = scheduled_ms;
    if (workflow->type == TRIGGER_RECURRENCE) {
        add_time(workflow->fires, scheduled_ms);
        workflow->fires_total++;
        if (has_time(workflow->peer_fires, scheduled_ms))
            workflow->doubled++;
    }
    bool skips = workflow->type == TRIGGER_RECURRENCE && workflow->skip_every &&
                 workflow->fires_total % workflow->skip_every == 0;
    Run *run = skips ? NULL : workflow_start(workflow, scheduled_ms, now_ms, name_run, data);
    if (run)
        run->messages = messages;
    else if (skips)
        note_skipped(workflow, scheduled_ms, now_ms);
}

void workflow_fire_due(Workflow *workflow, gint64 now_ms, WorkflowNameRun name_run, gpointer data)
{
    for (guint n = 0; workflow->enabled && workflow->next_ms && workflow->next_ms <= now_ms; n++) {
        gint64 due_ms = workflow->next_ms;
        fire_once(workflow, due_ms, now_ms, name_run, data);
        // A clock that jumped, or a machine that slept: what is long past is not made up for.
        workflow->next_ms = next_after(workflow, n < FIRES_MAX ? due_ms : now_ms);
    }
}

Run *workflow_ended(Workflow *workflow, gint64 now_ms)
{
    if (workflow->in_flight == 0)
        return NULL;
    for (GList *at = workflow->runs.tail; at; at = at->prev) {
        Run *run = at->data;
        if (run->status == RUN_RUNNING && run->end_ms <= now_ms)
            return run;
    }
    return NULL;
}

void workflow_end(Workflow *workflow, Run *run, RunStatus status, const char *code, gint64 now_ms)
{
    g_assert(run->status == RUN_RUNNING && workflow->in_flight > 0);
    run->status = status;
    run->code = code;
    run->end_ms = MIN(run->end_ms, now_ms);
    workflow->in_flight--;
}

gint64 workflow_next_ms(const Workflow *workflow)
{
    gint64 next_ms = workflow->enabled ? workflow->next_ms : 0;
    for (GList *at = workflow->in_flight ? workflow->runs.head : NULL; at; at = at->next) {
        const Run *run = at->data;
        if (run->status == RUN_RUNNING && (next_ms == 0 || run->end_ms < next_ms))
            next_ms = run->end_ms;
    }
    return next_ms;
}

// Runs that are in stage `i`, or (`waiting`) still before it.
static guint count_runs_at(const Workflow *workflow, guint i, bool waiting, gint64 now_ms)
{
    guint n = 0;
    gint64 whole_ms = MAX(1, workflow->run_ms), stages = workflow->stages->len;
    for (GList *at = workflow->runs.head; at; at = at->next) {
        const Run *run = at->data;
        gint64 gone = CLAMP(now_ms - run->start_ms, 0, whole_ms - 1) * stages;
        bool waits = i > 0 && gone % whole_ms < whole_ms / 4;
        if (run->status == RUN_RUNNING && gone / whole_ms == i && waits == waiting)
            n++;
    }
    return n;
}

guint workflow_in_stage(const Workflow *workflow, guint i, gint64 now_ms)
{
    return count_runs_at(workflow, i, false, now_ms);
}

guint workflow_before_stage(const Workflow *workflow, guint i, gint64 now_ms)
{
    return i ? count_runs_at(workflow, i, true, now_ms)
             : (guint)MIN(workflow_queued(workflow, now_ms), G_MAXINT);
}

void workflow_peer_fired(Workflow *workflow, gint64 scheduled_ms)
{
    if (has_time(workflow->peer_fires, scheduled_ms))
        return;
    add_time(workflow->peer_fires, scheduled_ms);
    if (has_time(workflow->fires, scheduled_ms))
        workflow->doubled++;
    // Heard late: it was the last before we were enabled, or the first that we know of at all.
    if (workflow->enabled && scheduled_ms <= workflow->changed_ms)
        note_missed(workflow, workflow->changed_ms);
}

void workflow_peer_cursor(Workflow *workflow, gint64 cursor)
{
    if (!workflow->enabled || workflow->shared) {
        workflow->cursor = MAX(workflow->cursor, cursor);
        return;
    }
    // Messages behind our takeover that the peer had handled as well.
    gint64 twice = MAX(0, MIN(cursor, workflow->cursor) - workflow->takeover);
    workflow->doubled += MAX(0, twice - workflow->doubled_messages);
    workflow->doubled_messages = MAX(workflow->doubled_messages, twice);
}
