#include "view/report.h"

#include <stdarg.h>

#include "base/text.h"
#include "base/timefmt.h"
#include "view/progress.h"

typedef struct {
    GString *out;
    const Operation *operation;
    const Picture *picture;
} Report;

// Escaped for a terminal, and so that it cannot pose as Markdown of ours in a table.
static char *safe(const char *text)
{
    g_autofree char *escaped = text_escape(text ? text : "");
    g_auto(GStrv) parts = g_strsplit(escaped, "|", -1);
    return g_strjoinv("\\|", parts);
}

static void line(const Report *report, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void line(const Report *report, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_string_append_vprintf(report->out, format, args);
    va_end(args);
    g_string_append_c(report->out, '\n');
}

static void blank(const Report *report)
{
    g_string_append_c(report->out, '\n');
}

static void section(const Report *report, const char *title)
{
    blank(report);
    line(report, "## %s", title);
    blank(report);
}

static const char *title_of(const Report *report, const char *location)
{
    return picture_title(report->picture, location);
}

static void write_head(const Report *report)
{
    const Operation *op = report->operation;
    g_autofree char *group = safe(op->group), *from = safe(title_of(report, op->from)),
                    *to = safe(title_of(report, op->to)), *id = safe(op->id);
    line(report, "# %s of %s: %s", name_of(&OPERATION_KIND_NAMES, (int)op->kind), group,
         name_of(&OPERATION_STATE_NAMES, (int)op->state));
    blank(report);
    line(report, "- operation: %s", id);
    line(report, "- from %s to %s, %s", from, to, op->planned ? "planned" : "unplanned");
    if (op->epoch)
        line(report, "- epoch: %" G_GINT64_FORMAT, op->epoch);
    if (op->why) {
        g_autofree char *why = safe(op->why);
        line(report, "- %s", why);
    }
}

static void write_clock(const Report *report)
{
    const Operation *op = report->operation;
    gint64 stop_ms = operation_clock_stop(op);
    char rto[16], took[16];
    if (!op->detected_ms)
        return;
    duration_format(op->rto_ms, rto);
    duration_format(stop_ms - op->detected_ms, took);
    if (operation_has_ended(op) && !op->started_ms)
        line(report, "- RTO %s: ended %s after detection, before anything moved", rto, took);
    else if (stop_ms)
        line(report, "- RTO %s: took %s from detection, %s", rto, took,
             stop_ms - op->detected_ms <= op->rto_ms ? "kept" : "MISSED");
    else
        line(report, "- RTO %s: the clock still runs", rto);
}

static void write_losses(const Report *report)
{
    const struct {
        const char *what;
        gint64 count;
    } LOSSES[] = {{"transactions lost", report->operation->lost.transactions},
                  {"runs abandoned", report->operation->lost.abandoned_runs},
                  {"recurrences missed", report->operation->lost.missed_recurrences}};
    for (guint i = 0; i < G_N_ELEMENTS(LOSSES); i++) {
        if (LOSSES[i].count < 0)
            line(report, "- %s: not known", LOSSES[i].what);
        else
            line(report, "- %s: %" G_GINT64_FORMAT, LOSSES[i].what, LOSSES[i].count);
    }
}

static void write_exceptions(const Report *report)
{
    const GPtrArray *exceptions = report->operation->exceptions;
    if (exceptions->len)
        section(report, "Exceptions");
    for (guint i = 0; i < exceptions->len; i++) {
        g_autofree char *text = safe(exceptions->pdata[i]);
        line(report, "- %s", text);
    }
}

// ---- timeline ----

typedef struct {
    gint64 at_ms;
    char *text;
} Moment;

static void clear_moment(gpointer moment)
{
    g_free(((Moment *)moment)->text);
}

static int compare_moments(gconstpointer a, gconstpointer b)
{
    const Moment *x = a, *y = b;
    return (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
}

static void add(GArray *moments, gint64 at_ms, char *text)
{
    Moment moment = {at_ms, text};
    if (at_ms)
        g_array_append_val(moments, moment);
    else
        g_free(text);
}

static void add_signoffs(GArray *moments, const Operation *op)
{
    for (guint i = 0; i < op->signoffs->len; i++) {
        const SignOff *signoff = op->signoffs->pdata[i];
        g_autofree char *who = safe(signoff->operator_name), *why = safe(signoff->reason),
                        *ticket = safe(signoff->ticket);
        add(moments, signoff->at_ms,
            g_strdup_printf("%s %s: %s%s%s (audit %" G_GINT64_FORMAT ")%s", who,
                            signoff->decision == DECISION_APPROVE ? "approved" : "rejected", why,
                            *ticket ? ", " : "", ticket, signoff->audit_seq,
                            signoff->void_ ? ", void since the statement changed" : ""));
    }
}

static void add_steps(GArray *moments, const Operation *op, gint64 now_ms)
{
    for (guint i = 0; i < op->steps->len; i++) {
        const Step *step = op->steps->pdata[i];
        g_autofree char *title = safe(step->title), *words = safe(step->detail),
                        *by = safe(step->by);
        char took[16];
        duration_format(step_elapsed(step, now_ms), took);
        add(moments, step->started_ms, g_strdup_printf("step %u begins: %s", step->number, title));
        add(moments, step->ended_ms,
            g_strdup_printf("step %u %s after %s%s%s%s%s", step->number,
                            name_of(&STEP_STATE_NAMES, (int)step->state), took, *by ? ", by " : "",
                            by, *words ? ": " : "", words));
    }
}

static void add_milestones(GArray *moments, const Operation *op)
{
    g_autofree char *proposer = safe(op->proposer), *reason = safe(op->reason);
    const struct {
        gint64 at_ms;
        const char *text;
    } MILESTONES[] = {{op->detected_ms, "the loss was detected: the RTO clock starts"},
                      {op->approved_ms, "enough sign-offs"},
                      {op->started_ms, "started"},
                      {op->activated_ms, "the last activation was done"},
                      {op->ended_ms, name_of(&OPERATION_STATE_NAMES, (int)op->state)}};
    for (guint i = 0; i < G_N_ELEMENTS(MILESTONES); i++)
        add(moments, MILESTONES[i].at_ms, g_strdup(MILESTONES[i].text));
    add(moments, op->proposed_ms, g_strdup_printf("proposed by %s: %s", proposer, reason));
}

static void write_timeline(const Report *report)
{
    g_autoptr(GArray) moments = g_array_new(FALSE, FALSE, sizeof(Moment));
    g_array_set_clear_func(moments, clear_moment);
    add_milestones(moments, report->operation);
    add_signoffs(moments, report->operation);
    add_steps(moments, report->operation, 0);
    g_array_sort(moments, compare_moments);
    section(report, "Timeline (UTC)");
    for (guint i = 0; i < moments->len; i++) {
        const Moment *moment = &g_array_index(moments, Moment, i);
        char at[32];
        time_format_full(moment->at_ms, at);
        line(report, "- %s %s", at, moment->text);
    }
}

static void write_steps(const Report *report)
{
    const GPtrArray *steps = report->operation->steps;
    section(report, "Steps");
    line(report, "| # | step | state | side | took | limit |");
    line(report, "| --: | --- | --- | --- | --: | --: |");
    for (guint i = 0; i < steps->len; i++) {
        const Step *step = steps->pdata[i];
        g_autofree char *title = safe(step->title);
        char took[16], limit[16];
        duration_format(step_elapsed(step, 0), took);
        duration_format(step->limit_ms, limit);
        line(report, "| %u | %s | %s | %s | %s | %s |", step->number, title,
             name_of(&STEP_STATE_NAMES, (int)step->state), name_of(&SIDE_NAMES, (int)step->side),
             step->ended_ms ? took : "-", limit);
    }
}

char *report_make(const Operation *operation, const Picture *picture)
{
    Report report = {g_string_new(NULL), operation, picture};
    write_head(&report);
    write_clock(&report);
    write_losses(&report);
    write_exceptions(&report);
    write_timeline(&report);
    write_steps(&report);
    return g_string_free(report.out, FALSE);
}
