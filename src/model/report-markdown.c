// The report as Markdown: sections and tables of ours, every text of others escaped.
#include <stdarg.h>

#include "base/markdown.h"
#include "base/timefmt.h"
#include "model/act.h"
#include "model/report.h"
#include "model/statement-words.h"

static void line(GString *out, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void line(GString *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_string_append_vprintf(out, format, args);
    va_end(args);
    g_string_append_c(out, '\n');
}

static void section(GString *out, const char *title)
{
    line(out, "\n## %s\n", title);
}

// "- label: text", nothing if there is no text.
static void item(GString *out, const char *label, const char *text)
{
    g_autofree char *safe = markdown_escape(text);
    if (*safe)
        line(out, "- %s: %s", label, safe);
}

// A row of a table: texts up to a NULL, each escaped; "" is an empty cell.
static void row(GString *out, ...) G_GNUC_NULL_TERMINATED;

static void row(GString *out, ...)
{
    va_list cells;
    va_start(cells, out);
    for (const char *cell; (cell = va_arg(cells, const char *));) {
        g_autofree char *safe = markdown_escape(cell);
        g_string_append_printf(out, "| %s ", safe);
    }
    va_end(cells);
    g_string_append(out, "|\n");
}

static const char *or_none(const char *text)
{
    return text ? text : "";
}

static void write_head(GString *out, const Report *report)
{
    const Operation *op = report->operation;
    g_autofree char *group = markdown_escape(op->region ? op->region : op->group),
                    *from = markdown_escape(report->from_title),
                    *to = markdown_escape(report->to_title);
    line(out, "# %s of %s%s: %s\n", operation_word(op), op->region ? "every group of " : "", group,
         word_of(&OPERATION_STATE_NAMES, (int)op->state));
    item(out, "operation", op->id);
    line(out, "- from %s to %s, %s", from, to, op->planned ? "planned" : "unplanned");
    if (op->epoch)
        line(out, "- epoch: %" G_GINT64_FORMAT, op->epoch);
    item(out, "outcome", op->why);
    if (!operation_has_ended(op)) {
        char at[32];
        time_format_full(report->made_ms, at);
        line(out, "- NOT OVER: so far, at %s", at);
    }
}

// A region-level operation: its groups, each of which has a report of its own, which follows.
static void write_members(GString *out, const Operation *op)
{
    section(out, "Groups");
    line(out, "| group | operation | state | why |\n| --- | --- | --- | --- |");
    for (guint i = 0; i < op->members->len; i++) {
        const Member *member = op->members->pdata[i];
        row(out, member->group, or_none(member->operation),
            member->operation ? word_of(&OPERATION_STATE_NAMES, (int)member->state) : "left out",
            or_none(member->why), NULL);
    }
}

// A loss is a bound, and never less than was signed for; a time that passed is said as everywhere else.
static void write_objective(GString *out, const char *name, bool bound, const Objective *objective)
{
    char target[16], actual[16] = "";
    duration_format(objective->target_ms, target);
    if (objective->actual_ms >= 0)
        (bound ? duration_format_up : duration_format)(objective->actual_ms, actual);
    g_autofree char *text = g_strdup_printf("%s%s", bound && *actual ? "≤ " : "", actual);
    row(out, name, target, text, word_of(&OBJECTIVE_NAMES, (int)objective->result),
        or_none(objective->how), NULL);
}

static void write_objectives(GString *out, const Report *report)
{
    section(out, "Objectives");
    line(out, "| objective | target | actual | result | how |\n| --- | --: | --: | --- | --- |");
    write_objective(out, "RTO", false, &report->rto);
    write_objective(out, "RPO", report->rpo.actual_ms > 0, &report->rpo);
}

static void write_losses(GString *out, const Report *report)
{
    const Operation *op = report->operation;
    const struct {
        const char *what;
        gint64 count;
    } LOSSES[] = {{"transactions lost", op->lost.transactions},
                  {"runs abandoned", op->lost.abandoned_runs},
                  {"recurrences missed", op->lost.missed_recurrences}};
    section(out, "What was lost");
    if (!op->past_pnr)
        line(out, operation_has_ended(op) ? "Nothing: the role was not handed over."
                                          : "Nothing yet: the role was not handed over.");
    for (guint i = 0; op->past_pnr && i < G_N_ELEMENTS(LOSSES); i++) {
        if (LOSSES[i].count < 0)
            line(out, "- %s: not %s", LOSSES[i].what,
                 operation_has_ended(op) ? "known" : "counted yet");
        else
            line(out, "- %s: %" G_GINT64_FORMAT, LOSSES[i].what, LOSSES[i].count);
    }
    for (guint i = 0; op->statement && i < op->statement->reduced->len; i++)
        item(out, "limited meanwhile", op->statement->reduced->pdata[i]);
}

static void write_exceptions(GString *out, const Report *report)
{
    const GPtrArray *exceptions = report->operation->exceptions;
    if (exceptions->len)
        section(out, "Exceptions");
    for (guint i = 0; i < exceptions->len; i++) {
        g_autofree char *text = markdown_escape(exceptions->pdata[i]);
        line(out, "- %s", text);
    }
}

static void write_detection(GString *out, const Report *report)
{
    const Operation *op = report->operation;
    char at[32];
    section(out, "Detection");
    time_format_full(op->detected_ms, at);
    if (op->detected_ms)
        item(out, "detected", at);
    item(out, "why", op->statement ? op->statement->why : op->reason);
    item(out, "seen by", op->statement ? op->statement->vantage : NULL);
    if (op->statement) {
        item(out, "loss, as stated", op->statement->loss_how);
        g_autofree char *old = statement_old_side(op->statement);
        item(out, "old primary, as stated", old);
        item(out, "proof", op->statement->proof_how);
    }
}

static void write_evidence(GString *out, const Statement *statement, const char *digest)
{
    g_autofree char *title =
        g_strdup_printf("Evidence, as stated (statement %u)", statement->version);
    section(out, title);
    line(out, "Digest `%s`.\n", or_none(digest));
    line(out, "| fact | value | observed (UTC) | source |\n| --- | --- | --- | --- |");
    for (guint i = 0; i < statement->facts->len; i++) {
        const Fact *fact = statement->facts->pdata[i];
        char at[32];
        time_format_full(fact->observed_at_ms, at);
        g_autofree char *value = fact_words(fact);
        row(out, or_none(fact->label), value, at, or_none(fact->source), NULL);
    }
    if (statement->not_known->len)
        line(out, "%s", "");
    for (guint i = 0; i < statement->not_known->len; i++)
        item(out, "not known", statement->not_known->pdata[i]);
}

// "approved to skip step 4, break-glass"
static char *decision_text(const SignOff *signoff)
{
    return g_strdup_printf("%s%s%s%s", word_of(&DECISION_NAMES, (int)signoff->decision),
                           signoff->about ? " to " : "", or_none(signoff->about),
                           signoff->break_glass ? ", break-glass" : "");
}

// "SHA256:k3V… ed25519, verified", "none"
static char *signature_text(const SignOff *signoff)
{
    if (!signoff->signature)
        return g_strdup("none");
    return g_strdup_printf("%s %s, %s", or_none(signoff->key), or_none(signoff->key_type),
                           word_of(&SIGNATURE_STATE_NAMES, (int)signoff->verified));
}

static const char *count_text(const SignOff *signoff)
{
    if (signoff->void_)
        return signoff->void_why ? signoff->void_why : "void: the statement changed";
    return signoff->lapsed ? "it did, and lapsed afterwards" : "yes";
}

static void write_signoff(GString *out, const SignOff *signoff)
{
    char at[32];
    g_autofree char *seq = g_strdup_printf("%" G_GINT64_FORMAT, signoff->audit_seq);
    g_autofree char *decision = decision_text(signoff), *signature = signature_text(signoff);
    time_format_full(signoff->at_ms, at);
    row(out, or_none(signoff->operator_name), decision, at, or_none(signoff->reason),
        or_none(signoff->ticket), signature, seq, count_text(signoff), NULL);
}

static void write_reviews(GString *out, const GPtrArray *signoffs)
{
    for (guint i = 0; i < signoffs->len; i++) {
        const SignOff *signoff = signoffs->pdata[i];
        if (!signoff->break_glass)
            continue;
        g_autofree char *text =
            signoff->reviewed_by
                ? g_strdup_printf("%s's, reviewed by %s: %s", or_none(signoff->operator_name),
                                  signoff->reviewed_by, or_none(signoff->review_note))
                : g_strdup_printf("%s's; its REVIEW IS DUE", or_none(signoff->operator_name));
        line(out, "%s", "");
        item(out, "break-glass", text);
    }
}

static void write_signoffs(GString *out, const Report *report)
{
    const Operation *op = report->operation;
    section(out, "Sign-offs");
    if (!op->signoffs->len) {
        line(out, "None%s.",
             op->statement && !op->statement->approvals ? ", and none was needed" : "");
        return;
    }
    line(out, "| who | decision | when (UTC) | why | ticket | signature | audit | counts |\n"
              "| --- | --- | --- | --- | --- | --- | --: | --- |");
    for (guint i = 0; i < op->signoffs->len; i++)
        write_signoff(out, op->signoffs->pdata[i]);
    write_reviews(out, op->signoffs);
}

// What was asked for in the middle of it: to leave a step out, or to undo the whole.
static void write_acts(GString *out, const Report *report)
{
    const GPtrArray *acts = report->operation->acts;
    if (!acts->len)
        return;
    section(out, "Exceptional acts");
    line(out, "| act | asked for by | when (UTC) | why | ticket | became |\n"
              "| --- | --- | --- | --- | --- | --- |");
    for (guint i = 0; i < acts->len; i++) {
        const Act *act = acts->pdata[i];
        char at[32];
        g_autofree char *words = act_words(act->kind, act->step);
        g_autofree char *became =
            g_strdup_printf("%s%s%s", word_of(&ACT_STATE_NAMES, (int)act->state),
                            act->why ? ": " : "", or_none(act->why));
        time_format_full(act->asked_ms, at);
        row(out, words, or_none(act->by), at, or_none(act->reason), or_none(act->ticket), became,
            NULL);
    }
}

static void write_change(GString *out, const Restatement *note)
{
    char at[32];
    g_autofree char *why = markdown_escape(note->why);
    time_format_full(note->at_ms, at);
    g_autofree char *about = markdown_escape(note->about);
    line(out, "Statement %u%s%s, %s: %s\n", note->version, *about ? " of " : "", about, at, why);
    for (guint i = 0; i < note->givers->len; i++)
        item(out, "sign-off void", note->givers->pdata[i]);
    line(out, "%s| field | was | is | material |\n| --- | --- | --- | --- |",
         note->givers->len ? "\n" : "");
    for (guint i = 0; i < note->differences->len; i++) {
        const Difference *d = note->differences->pdata[i];
        row(out, or_none(d->label), or_none(d->then), or_none(d->now), d->material ? "yes" : "no",
            NULL);
    }
    line(out, "%s", "");
}

static void write_changes(GString *out, const Report *report)
{
    const GPtrArray *notes = report->operation->restatements;
    if (notes->len)
        section(out, "What changed under the sign-offs");
    for (guint i = 0; i < notes->len; i++)
        write_change(out, notes->pdata[i]);
}

static void write_timeline(GString *out, const Report *report)
{
    section(out, "Timeline (UTC)");
    for (guint i = 0; i < report->timeline->len; i++) {
        const Moment *moment = report->timeline->pdata[i];
        g_autofree char *who = markdown_escape(moment->who), *text = markdown_escape(moment->text);
        char at[32];
        time_format_full(moment->at_ms, at);
        line(out, "- %s %s%s%s", at, who, *who ? ": " : "", text);
    }
}

static void write_steps(GString *out, const Report *report)
{
    section(out, "Steps");
    line(out, "| # | step | state | side | took | usually | limit | by | ticket | words |\n"
              "| --: | --- | --- | --- | --: | --: | --: | --- | --- | --- |");
    for (guint i = 0; i < report->steps->len; i++) {
        const StepReport *step = report->steps->pdata[i];
        char took[16] = "", limit[16], usual[16] = "";
        g_autofree char *number = g_strdup_printf("%u", step->number);
        if (step->took_ms >= 0)
            duration_format(step->took_ms, took);
        if (step->usual_ms)
            duration_format(step->usual_ms, usual);
        duration_format(step->limit_ms, limit);
        row(out, number, or_none(step->title), word_of(&STEP_STATE_NAMES, (int)step->state),
            word_of(&SIDE_NAMES, (int)step->side), took, usual, limit,
            or_none(step->by ? step->by : step->who), or_none(step->ticket), or_none(step->words),
            NULL);
    }
}

// The whole report of a group's operation, its headings one deeper. What came from outside never begins a heading.
static void write_part(GString *out, const Report *part)
{
    g_autofree char *text = report_markdown(part);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_string_append_c(out, '\n');
    for (char **at = lines; *at; at++)
        if (**at || at[1])
            g_string_append_printf(out, "%s%s\n", **at == '#' ? "#" : "", *at);
}

char *report_markdown(const Report *report)
{
    GString *out = g_string_new(NULL);
    const Operation *op = report->operation;
    write_head(out, report);
    if (op->region) {
        write_members(out, op);
        write_timeline(out, report);
        for (guint i = 0; i < report->parts->len; i++)
            write_part(out, report->parts->pdata[i]);
        return g_string_free(out, FALSE);
    }
    write_objectives(out, report);
    write_losses(out, report);
    write_exceptions(out, report);
    write_timeline(out, report);
    write_steps(out, report);
    write_signoffs(out, report);
    write_acts(out, report);
    write_changes(out, report);
    write_detection(out, report);
    if (op->statement)
        write_evidence(out, op->statement, op->digest);
    return g_string_free(out, FALSE);
}
