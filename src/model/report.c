#include "model/report.h"

#include "base/timefmt.h"
#include "model/act.h"
#include "model/progress.h"
#include "model/signature.h"

static const char *const OBJECTIVES[] = {
    [OBJECTIVE_KEPT] = "kept",        [OBJECTIVE_MISSED] = "missed",
    [OBJECTIVE_RUNNING] = "running",  [OBJECTIVE_UNKNOWN] = "unknown",
    [OBJECTIVE_NOT_APPLIED] = "none",
};
const NameTable OBJECTIVE_NAMES = NAME_TABLE("result", OBJECTIVES);

static const char *const MOMENTS[] = {
    [MOMENT_DETECTED] = "detected",   [MOMENT_PROPOSED] = "proposed",
    [MOMENT_RESTATED] = "restated",   [MOMENT_SIGNED] = "signed",
    [MOMENT_MILESTONE] = "milestone", [MOMENT_STEP] = "step",
};
const NameTable MOMENT_NAMES = NAME_TABLE("moment", MOMENTS);

static void free_moment(gpointer data)
{
    Moment *moment = data;
    g_free(moment->who);
    g_free(moment->text);
    g_free(moment);
}

static void free_step(gpointer data)
{
    StepReport *step = data;
    g_free(step->title);
    g_free(step->by);
    g_free(step->who);
    g_free(step->words);
    g_free(step->ticket);
    g_free(step);
}

void report_free(Report *report)
{
    if (!report)
        return;
    g_free(report->from_title);
    g_free(report->to_title);
    g_free(report->rto.how);
    g_free(report->rpo.how);
    g_ptr_array_unref(report->timeline);
    g_ptr_array_unref(report->steps);
    g_ptr_array_unref(report->parts);
    g_free(report);
}

// ---- objectives ----

static Objective objective(gint64 target_ms, gint64 actual_ms, ObjectiveResult result, char *how)
{
    return (Objective){target_ms, actual_ms, result, how};
}

static Objective rto_of(const Operation *op)
{
    gint64 stop_ms = operation_clock_stop(op), took_ms = stop_ms - op->detected_ms;
    if (!op->detected_ms)
        return objective(op->rto_ms, -1, OBJECTIVE_NOT_APPLIED,
                         g_strdup("planned: nothing was down, so no clock ran"));
    if (operation_has_ended(op) && !op->started_ms)
        return objective(op->rto_ms, -1, OBJECTIVE_NOT_APPLIED,
                         g_strdup("it ended before anything moved"));
    if (!stop_ms)
        return objective(op->rto_ms, -1, OBJECTIVE_RUNNING,
                         g_strdup("the clock still runs: it stops when the target is verified"));
    return objective(op->rto_ms, took_ms, took_ms <= op->rto_ms ? OBJECTIVE_KEPT : OBJECTIVE_MISSED,
                     g_strdup("from the detection to the verified target"));
}

// What was counted afterwards says more than the bound that was signed for.
static Objective rpo_of(const Operation *op)
{
    const Statement *s = op->statement;
    gint64 target_ms = s ? s->rpo_ms : 0;
    const char *how = s && s->loss_how ? s->loss_how : "nobody says how";
    if (!op->past_pnr)
        return objective(target_ms, -1,
                         operation_has_ended(op) ? OBJECTIVE_NOT_APPLIED : OBJECTIVE_RUNNING,
                         g_strdup("the role was not handed over"));
    if (op->lost.transactions == 0)
        return objective(target_ms, 0, OBJECTIVE_KEPT,
                         g_strdup("no transaction was lost, counted afterwards"));
    if (!s || !s->loss_known)
        return objective(target_ms, -1, OBJECTIVE_UNKNOWN, g_strdup(how));
    return objective(target_ms, s->loss_ms,
                     s->loss_ms <= target_ms ? OBJECTIVE_KEPT : OBJECTIVE_MISSED,
                     g_strdup_printf("at most, as it was signed for: %s", how));
}

// ---- the timeline ----

static void add(Report *report, gint64 at_ms, MomentKind kind, const char *who, char *text)
{
    Moment *moment = g_new(Moment, 1);
    *moment = (Moment){at_ms, kind, g_strdup(who), text};
    if (at_ms)
        g_ptr_array_add(report->timeline, moment);
    else
        free_moment(moment);
}

static void add_beginning(Report *report)
{
    const Operation *op = report->operation;
    add(report, op->detected_ms, MOMENT_DETECTED, NULL,
        g_strdup("the loss was detected: the RTO clock starts"));
    add(report, op->proposed_ms, MOMENT_PROPOSED, op->proposer,
        g_strdup_printf("proposed: %s", op->reason ? op->reason : "no reason given"));
}

static void add_start(Report *report)
{
    const Operation *op = report->operation;
    if (op->signoffs->len)
        add(report, op->approved_ms, MOMENT_MILESTONE, NULL, g_strdup("enough sign-offs"));
    add(report, op->started_ms, MOMENT_MILESTONE, NULL, g_strdup("the first step begins"));
}

static void add_end(Report *report)
{
    const Operation *op = report->operation;
    add(report, op->activated_ms, MOMENT_MILESTONE, NULL, g_strdup("the last activation was done"));
    add(report, op->ended_ms, MOMENT_MILESTONE, NULL,
        g_strdup_printf("%s%s%s", word_of(&OPERATION_STATE_NAMES, (int)op->state),
                        op->why ? ": " : "", op->why ? op->why : ""));
}

// "approved to skip step 4, alone: BREAK-GLASS"
static char *signoff_verdict(const SignOff *signoff)
{
    return g_strdup_printf("%s%s%s%s",
                           signoff->decision == DECISION_APPROVE ? "approved" : "rejected",
                           signoff->about ? " to " : "", signoff->about ? signoff->about : "",
                           signoff->break_glass ? " alone, BREAK-GLASS" : "");
}

static void add_signoffs(Report *report)
{
    const Operation *op = report->operation;
    for (guint i = 0; i < op->signoffs->len; i++) {
        const SignOff *signoff = op->signoffs->pdata[i];
        bool ticket = signoff->ticket && *signoff->ticket;
        bool signature = signoff->verified != SIGNATURE_NONE;
        const char *why = signoff->void_why ? signoff->void_why : "the statement changed";
        g_autofree char *words = signature_words(signoff);
        g_autofree char *verdict = signoff_verdict(signoff);
        add(report, signoff->at_ms, MOMENT_SIGNED, signoff->operator_name,
            g_strdup_printf("%s: %s%s%s%s%s, audit %" G_GINT64_FORMAT "%s%s%s", verdict,
                            signoff->reason ? signoff->reason : "no reason",
                            ticket ? ", ticket " : "", ticket ? signoff->ticket : "",
                            signature ? ", " : "", signature ? words : "", signoff->audit_seq,
                            signoff->void_ ? " (void since: " : "", signoff->void_ ? why : "",
                            signoff->void_ ? ")" : ""));
    }
}

static void add_acts(Report *report)
{
    const Operation *op = report->operation;
    for (guint i = 0; i < op->acts->len; i++) {
        const Act *act = op->acts->pdata[i];
        g_autofree char *words = act_words(act->kind, act->step);
        add(report, act->asked_ms, MOMENT_MILESTONE, act->by,
            g_strdup_printf("asks to %s: %s", words, act->reason ? act->reason : "no reason"));
        add(report, act->ended_ms, MOMENT_MILESTONE, NULL,
            g_strdup_printf("%s: %s%s%s", words, word_of(&ACT_STATE_NAMES, (int)act->state),
                            act->why ? ", " : "", act->why ? act->why : ""));
    }
    if (op->attested.how != ATTEST_NONE)
        add(report, op->attested.at_ms, MOMENT_MILESTONE, op->attested.by,
            g_strdup_printf("attests that the old primary is off, by %s: %s",
                            word_of(&ATTEST_NAMES, (int)op->attested.how),
                            op->attested.note ? op->attested.note : ""));
}

static void add_restatements(Report *report)
{
    const Operation *op = report->operation;
    for (guint i = 0; i < op->restatements->len; i++) {
        const Restatement *note = op->restatements->pdata[i];
        GString *text = g_string_new(NULL);
        g_string_printf(text, "statement %u: %s", note->version, note->why ? note->why : "");
        for (guint k = 0; k < note->givers->len; k++)
            g_string_append_printf(text, "%s%s", k ? ", " : "; void: the sign-off of ",
                                   (const char *)note->givers->pdata[k]);
        add(report, note->at_ms, MOMENT_RESTATED, NULL, g_string_free(text, FALSE));
    }
}

static void add_step(Report *report, const Step *step)
{
    char took[16];
    bool words = step->detail && *step->detail;
    duration_format(step_elapsed(step, 0), took);
    add(report, step->started_ms, MOMENT_STEP, NULL,
        g_strdup_printf("step %u begins: %s", step->number, step->title));
    add(report, step->ended_ms, MOMENT_STEP, step->by,
        g_strdup_printf("step %u %s after %s%s%s", step->number,
                        word_of(&STEP_STATE_NAMES, (int)step->state), took, words ? ": " : "",
                        words ? step->detail : ""));
    StepReport *row = g_new(StepReport, 1);
    *row = (StepReport){
        .number = step->number,
        .title = g_strdup(step->title),
        .side = step->side,
        .state = step->state,
        .started_ms = step->started_ms,
        .took_ms = step->ended_ms && step->started_ms ? step->ended_ms - step->started_ms : -1,
        .limit_ms = step->limit_ms,
        .usual_ms = step->usual_ms,
        .by = g_strdup(step->by),
        .who = g_strdup(step->who),
        .words = g_strdup(step->detail),
        .ticket = g_strdup(step->ticket)};
    g_ptr_array_add(report->steps, row);
}

static int compare_moments(gconstpointer a, gconstpointer b)
{
    const Moment *x = *(Moment *const *)a, *y = *(Moment *const *)b;
    return (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
}

static char *title_of(const char *location, const char *(*title)(const char *, gpointer),
                      gpointer data)
{
    const char *text = title && location ? title(location, data) : NULL;
    return g_strdup(text ? text : location);
}

static void free_part(gpointer data)
{
    report_free(data);
}

void report_add_part(Report *report, Report *part)
{
    g_ptr_array_add(report->parts, part);
}

Report *report_new(const Operation *operation, gint64 now_ms,
                   const char *(*title)(const char *location, gpointer data), gpointer data)
{
    Report *report = g_new0(Report, 1);
    report->operation = operation;
    report->made_ms = now_ms;
    report->from_title = title_of(operation->from, title, data);
    report->to_title = title_of(operation->to, title, data);
    report->rto = rto_of(operation);
    report->rpo = rpo_of(operation);
    report->timeline = g_ptr_array_new_with_free_func(free_moment);
    report->steps = g_ptr_array_new_with_free_func(free_step);
    report->parts = g_ptr_array_new_with_free_func(free_part);
    // What is of one moment keeps this order: the sort is stable.
    add_beginning(report);
    add_restatements(report);
    add_signoffs(report);
    add_start(report);
    add_acts(report);
    for (guint i = 0; i < operation->steps->len; i++)
        add_step(report, operation->steps->pdata[i]);
    add_end(report);
    g_ptr_array_sort(report->timeline, compare_moments);
    return report;
}
