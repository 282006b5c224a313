// A statement as the commands print it: all that the screen shows of it, a line each, in the screen's words.
#include "model/statement-words.h"

#include "base/timefmt.h"
#include "command/command.h"
#include "view/badge.h"

static void print_field(const Session *session, const char *label, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static void print_field(const Session *session, const char *label, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    print_line(session, "  %-9s %s", label, text);
}

// A line each; without any, what `none` says, or nothing.
static void print_each(const Session *session, const char *label, const GPtrArray *texts,
                       const char *none)
{
    for (guint i = 0; i < texts->len; i++)
        print_field(session, i ? "" : label, "%s", (const char *)texts->pdata[i]);
    if (!texts->len && none)
        print_field(session, label, "%s", none);
}

static void print_loss(const Session *session, const Statement *statement)
{
    char rpo[16], age[16];
    g_autofree char *loss = statement_loss(statement);
    duration_format(statement->rpo_ms, rpo);
    age_format(statement->made_ms, session_now_ms(session), age);
    print_field(session, "loss", "%s; RPO %s; %s; stated %s ago", loss, rpo,
                statement->loss_how ? statement->loss_how : "nobody says how", age);
}

static void print_expiry(const Session *session, const Statement *statement)
{
    gint64 now_ms = session_now_ms(session);
    char left[16], at[32];
    left_format(statement->expires_ms, now_ms, left);
    time_format_full(statement->expires_ms, at);
    if (statement->expires_ms > now_ms)
        print_field(session, "expires", "in %s, at %s; what has expired cannot be signed", left,
                    at);
    else
        print_field(session, "expires", "expired at %s", at);
}

static void print_tested(const Session *session, const Statement *statement)
{
    char tested[32], reviewed[32], age[16];
    time_format_full(statement->tested_ms, tested);
    time_format_full(statement->reviewed_ms, reviewed);
    age_format(statement->tested_ms, session_now_ms(session), age);
    const char *of_plan = statement->reviewed_ms ? reviewed : "never";
    if (statement->tested_ms)
        print_field(session, "tested", "%.10s, %s ago; the plan was reviewed %.10s", tested, age,
                    of_plan);
    else
        print_field(session, "tested", "never; the plan was reviewed %.10s", of_plan);
}

static void print_planned(const Session *session, const PlannedStep *step, bool is_point)
{
    char limit[16];
    duration_format(step->limit_ms, limit);
    print_line(session, "  %2u. %s  [%s%s%s, limit %s%s%s]", step->number, step->title,
               word_of(&SIDE_NAMES, (int)step->side), step->who ? ": " : "",
               step->who ? step->who : "", limit, step->best_effort ? ", best effort" : "",
               is_point ? ", point of no return" : "");
    if (step->task)
        print_line(session, "      \"%s\"", step->task);
}

static void print_plan(const Session *session, const Statement *statement)
{
    bool passed = false; // only the first step that grants the role is the point of no return
    for (guint i = 0; i < statement->steps->len; i++) {
        const PlannedStep *step = statement->steps->pdata[i];
        bool is_point = step->grants && !passed && statement->act == ACT_NONE &&
                        statement->drill != DRILL_ISOLATED; // of a rehearsal there is none
        print_planned(session, step, is_point);
        passed = passed || is_point;
    }
}

void print_statement(const Session *session, const Statement *statement, bool open)
{
    if (!statement)
        return;
    g_autofree char *old = statement_old_side(statement);
    g_autofree char *standing = statement_standing(statement);
    g_autofree char *runs = statement_runs(statement);
    g_autofree char *needs = statement_needs(statement);
    print_line(session, "%s", statement->summary);
    print_field(session, "mode", "%s", name_of(&STATEMENT_MODE_NAMES, (int)statement->mode));
    print_field(session, "group", "%s, %s", statement->group, standing);
    print_field(session, "why", "%s", statement->why);
    print_field(session, "seen by", "%s", statement->vantage ? statement->vantage : "not said");
    print_loss(session, statement);
    print_field(session, "proof", "%s; %s", old,
                statement->proof_how ? statement->proof_how : "nobody says how");
    if (statement->act == ACT_NONE)
        print_field(session, "runs", "%s", runs);
    print_each(session, "limited", statement->reduced, NULL);
    print_each(session, "effects", statement->effects, NULL);
    print_field(session, "wait", "%s", statement->if_we_wait ? statement->if_we_wait : "not said");
    print_field(session, "undo", "%s", statement->way_back ? statement->way_back : "not said");
    print_each(session, "NOT KNOWN", statement->not_known, NULL);
    print_each(session, "NOT DONE", statement->not_done, NULL);
    print_tested(session, statement);
    print_each(session, "overrides", statement->overrides, "none in force");
    print_each(session, "findings", statement->findings, "none that touch it");
    print_plan(session, statement);
    print_field(session, "sign-offs", "%s", needs);
    if (open) {
        print_expiry(session, statement);
        print_field(session, "confirm", "%s", statement->confirm);
    }
}

void print_evidence(const Session *session, const Statement *statement, const char *digest)
{
    static const char *const HEADS[] = {"EVIDENCE", "VALUE", "AGE", "SOURCE", NULL};
    if (!statement)
        return;
    print_field(session, "digest", "%s", digest ? digest : "none");
    Printer *printer = printer_new(session, HEADS);
    for (guint i = 0; i < statement->facts->len; i++) {
        const Fact *fact = statement->facts->pdata[i];
        char age[16];
        g_autofree char *value = fact_words(fact);
        age_format(fact->observed_at_ms, session_now_ms(session), age);
        printer_row(printer, fact->label, value, age, fact->source);
    }
    printer_end(printer, "No evidence was stated.");
}
