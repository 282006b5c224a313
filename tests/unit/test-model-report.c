// The report: what becomes of the objectives, the order of the timeline, and that nothing of others is markup.
#include <string.h>

#include "model/act.h"
#include "model/report.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, T0 = 1000 * SECOND };

#define HOSTILE "<b>|evil|\n# head\x1b[2J"

static Step *step(guint number, StepKind kind, gint64 started_ms, gint64 ended_ms)
{
    Step *one = step_new(number, kind);
    one->title = g_strdup_printf("do %u", number);
    one->started_ms = started_ms;
    one->ended_ms = ended_ms;
    one->state = ended_ms ? STEP_DONE : STEP_INTENT;
    return one;
}

static SignOff *signoff(const char *who, gint64 at_ms)
{
    SignOff *one = signoff_new(who);
    one->operator_name = g_strdup(who);
    one->reason = g_strdup("west is gone");
    one->at_ms = at_ms;
    one->audit_seq = 12;
    return one;
}

// Detected at T0, signed after 2 min, verified after 10.
static Operation *done(void)
{
    Operation *op = operation_new("op-1");
    op->group = g_strdup("payments");
    op->from = g_strdup("west");
    op->to = g_strdup("north");
    op->proposer = g_strdup("watchdog");
    op->reason = g_strdup("west is down");
    op->state = OPERATION_COMPLETED;
    op->past_pnr = true;
    op->rto_ms = HOUR;
    op->detected_ms = T0;
    op->proposed_ms = T0 + SECOND;
    op->approved_ms = T0 + 2 * MINUTE;
    op->started_ms = T0 + 3 * MINUTE;
    op->ended_ms = T0 + 11 * MINUTE;
    op->lost = (Losses){3, 1, -1};
    op->statement = statement_new();
    op->statement->rpo_ms = 15 * MINUTE;
    op->statement->loss_known = true;
    op->statement->loss_ms = 2 * MINUTE;
    op->statement->loss_how = g_strdup("replayed up to 03:08");
    g_ptr_array_add(op->signoffs, signoff("bob", T0 + 2 * MINUTE));
    g_ptr_array_add(op->steps, step(1, STEP_PROMOTE, T0 + 3 * MINUTE, T0 + 5 * MINUTE));
    g_ptr_array_add(op->steps, step(2, STEP_VERIFY, T0 + 5 * MINUTE, T0 + 10 * MINUTE));
    return op;
}

typedef void (*Edit)(Operation *op);

static void nothing(Operation *op)
{
    (void)op;
}
static void late(Operation *op)
{
    op->rto_ms = 10 * MINUTE - 1;
}
static void on_time(Operation *op)
{
    op->rto_ms = 10 * MINUTE;
}
static void planned(Operation *op)
{
    op->detected_ms = 0;
}
static void never_began(Operation *op)
{
    op->state = OPERATION_REJECTED;
    op->started_ms = 0;
    op->past_pnr = false;
    g_ptr_array_set_size(op->steps, 0);
}
static void runs(Operation *op)
{
    op->state = OPERATION_RUNNING;
    op->ended_ms = 0;
    op->past_pnr = false;
    g_ptr_array_set_size(op->steps, 1);
}
static void nothing_lost(Operation *op)
{
    op->lost.transactions = 0;
}
static void over_rpo(Operation *op)
{
    op->statement->loss_ms = 15 * MINUTE + 1;
}
static void not_counted(Operation *op)
{
    op->lost.transactions = -1;
}
static void unknown(Operation *op)
{
    op->statement->loss_known = false;
}

static const struct {
    const char *what;
    Edit edit;
    ObjectiveResult rto, rpo;
    gint64 rto_ms, rpo_ms; // -1 = not said
} ROWS[] = {
    {"kept", nothing, OBJECTIVE_KEPT, OBJECTIVE_KEPT, 10 * MINUTE, 2 * MINUTE},
    {"late", late, OBJECTIVE_MISSED, OBJECTIVE_KEPT, 10 * MINUTE, 2 * MINUTE},
    {"just on time", on_time, OBJECTIVE_KEPT, OBJECTIVE_KEPT, 10 * MINUTE, 2 * MINUTE},
    {"planned", planned, OBJECTIVE_NOT_APPLIED, OBJECTIVE_KEPT, -1, 2 * MINUTE},
    {"never began", never_began, OBJECTIVE_NOT_APPLIED, OBJECTIVE_NOT_APPLIED, -1, -1},
    {"runs", runs, OBJECTIVE_RUNNING, OBJECTIVE_RUNNING, -1, -1},
    {"nothing lost", nothing_lost, OBJECTIVE_KEPT, OBJECTIVE_KEPT, 10 * MINUTE, 0},
    {"over the RPO", over_rpo, OBJECTIVE_KEPT, OBJECTIVE_MISSED, 10 * MINUTE, 15 * MINUTE + 1},
    {"not counted", not_counted, OBJECTIVE_KEPT, OBJECTIVE_KEPT, 10 * MINUTE, 2 * MINUTE},
    {"unknown", unknown, OBJECTIVE_KEPT, OBJECTIVE_UNKNOWN, 10 * MINUTE, -1},
};

static void test_objectives(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autoptr(Operation) op = done();
        ROWS[i].edit(op);
        g_autoptr(Report) report = report_new(op, T0 + HOUR, NULL, NULL);
        g_test_message("%s", ROWS[i].what);
        g_assert_cmpint((int)report->rto.result, ==, (int)ROWS[i].rto);
        g_assert_cmpint((int)report->rpo.result, ==, (int)ROWS[i].rpo);
        g_assert_cmpint(report->rto.actual_ms, ==, ROWS[i].rto_ms);
        g_assert_cmpint(report->rpo.actual_ms, ==, ROWS[i].rpo_ms);
    }
}

static Restatement *restated(void)
{
    Restatement *note = restatement_new();
    Difference *difference = g_new0(Difference, 1);
    note->version = 2;
    note->at_ms = T0 + MINUTE;
    note->why = g_strdup("the target north is no longer healthy");
    g_ptr_array_add(note->givers, g_strdup("alice"));
    difference->label = g_strdup("target");
    difference->then = g_strdup("up");
    difference->now = g_strdup("down");
    difference->material = true;
    g_ptr_array_add(note->differences, difference);
    return note;
}

static void test_timeline(void)
{
    static const char *const ORDER[] = {"the loss was detected",
                                        "proposed: west is down",
                                        "statement 2: the target",
                                        "approved: west is gone",
                                        "enough sign-offs",
                                        "the first step begins",
                                        "step 1 begins",
                                        "step 1 done after 2m",
                                        "step 2 begins",
                                        "step 2 done after 5m",
                                        "completed"};
    g_autoptr(Operation) op = done();
    g_ptr_array_add(op->restatements, restated());
    g_autoptr(Report) report = report_new(op, T0 + HOUR, NULL, NULL);
    g_assert_cmpuint(report->timeline->len, ==, G_N_ELEMENTS(ORDER));
    for (guint i = 0; i < report->timeline->len; i++) {
        const Moment *moment = report->timeline->pdata[i];
        g_test_message("%s: %s", moment->who ? moment->who : "-", moment->text);
        g_assert_true(!i || moment->at_ms >= ((Moment *)report->timeline->pdata[i - 1])->at_ms);
        g_assert_true(g_str_has_prefix(moment->text, ORDER[i]));
    }
}

// Of one millisecond: what led to it stands before it.
static void test_one_moment(void)
{
    g_autoptr(Operation) op = done();
    op->started_ms = op->activated_ms = op->ended_ms = T0 + 2 * MINUTE;
    for (guint i = 0; i < op->steps->len; i++) {
        Step *one = op->steps->pdata[i];
        one->started_ms = one->ended_ms = T0 + 2 * MINUTE;
    }
    static const char *const ORDER[] = {"approved", "enough",   "the first", "step 1 b", "step 1 d",
                                        "step 2 b", "step 2 d", "the last",  "completed"};
    g_autoptr(Report) report = report_new(op, T0 + HOUR, NULL, NULL);
    g_assert_cmpuint(report->timeline->len, ==, 2 + G_N_ELEMENTS(ORDER));
    for (guint i = 0; i < G_N_ELEMENTS(ORDER); i++) {
        const Moment *moment = report->timeline->pdata[i + 2];
        g_test_message("%s", moment->text);
        g_assert_true(g_str_has_prefix(moment->text, ORDER[i]));
    }
}

// What is out of the ordinary stands out: acts and how they ended, the glass that was broken, a signature's key, a
// sign-off that was taken back, an attestation.
static void test_exceptional(void)
{
    static const char *const LINES[] = {
        "| bob | approved to skip step 2, break-glass |",
        "| SHA256:k3V ed25519, ",
        "- break-glass: bob's; its REVIEW IS DUE\n",
        "| carol | approved |",
        "| taken back: wrong region |\n",
        "bob: approved to skip step 2 alone, BREAK-GLASS: west is gone, ",
        "carol: approved: west is gone, audit 12 (void since: taken back: wrong region)\n",
        "## Exceptional acts\n\n",
        "| skip step 2 | alice |",
        "alice: asks to skip step 2: the mailbox is empty\n",
        "alice: attests that the old primary is off, by power: the feed is cut\n",
    };
    g_autoptr(Operation) op = done();
    SignOff *bob = op->signoffs->pdata[0], *carol = signoff("carol", T0 + MINUTE);
    Act *act = act_new();
    bob->about = g_strdup("skip step 2");
    bob->break_glass = true;
    bob->signature = g_strdup("armoured");
    bob->key = g_strdup("SHA256:k3V");
    bob->key_type = g_strdup("ed25519");
    carol->void_ = true;
    carol->void_why = g_strdup("taken back: wrong region");
    g_ptr_array_add(op->signoffs, carol);
    act->kind = ACT_SKIP;
    act->step = 2;
    act->by = g_strdup("alice");
    act->reason = g_strdup("the mailbox is empty");
    act->asked_ms = T0 + 6 * MINUTE;
    g_ptr_array_add(op->acts, act);
    op->attested =
        (Attestation){ATTEST_POWER, g_strdup("alice"), g_strdup("the feed is cut"), T0 + MINUTE};
    g_autoptr(Report) report = report_new(op, T0 + HOUR, NULL, NULL);
    g_autofree char *text = report_markdown(report);
    for (guint i = 0; i < G_N_ELEMENTS(LINES); i++)
        if (!strstr(text, LINES[i]))
            g_error("%s is not in\n%s", LINES[i], text);
}

static const char *title(const char *location, gpointer data)
{
    (void)data;
    return g_str_equal(location, "west") ? "West Europe" : NULL;
}

static void test_markdown(void)
{
    static const char *const LINES[] = {
        "# failover of payments: completed\n",
        "- from West Europe to north, unplanned\n",
        "| RTO | 1h | 10m | kept | from the detection to the verified target |\n",
        "| RPO | 15m | ≤ 2m | kept | at most, as it was signed for: replayed up to 03:08 |\n",
        "- transactions lost: 3\n- runs abandoned: 1\n- recurrences missed: not known\n",
        "| bob | approved | 1970-01-01 00:18:40Z | west is gone |  | none | 12 | yes |\n",
        "Statement 2, 1970-01-01 00:17:40Z: the target north is no longer healthy\n\n"
        "- sign-off void: alice\n",
        "| target | up | down | yes |\n",
        "| 2 | do 2 | done | signalbox | 5m |  | 0s |  |  |  |\n",
    };
    g_autoptr(Operation) op = done();
    g_ptr_array_add(op->restatements, restated());
    for (guint i = 0; i < op->steps->len; i++)
        ((Step *)op->steps->pdata[i])->side = SIDE_SIGNALBOX;
    g_autoptr(Report) report = report_new(op, T0 + HOUR, title, NULL);
    g_autofree char *text = report_markdown(report);
    for (guint i = 0; i < G_N_ELEMENTS(LINES); i++)
        if (!strstr(text, LINES[i]))
            g_error("%s is not in\n%s", LINES[i], text);
    g_assert_null(strstr(text, "NOT OVER"));
}

static void replace(char **text, const char *with)
{
    g_free(*text);
    *text = g_strdup(with);
}

// Every text of others is hostile: the document keeps its lines, its headings and its tables.
static void test_hostile(void)
{
    g_autoptr(Operation) op = done();
    SignOff *signed_by = op->signoffs->pdata[0];
    Step *first = op->steps->pdata[0];
    char **texts[] = {&op->group,
                      &op->from,
                      &op->to,
                      &op->proposer,
                      &op->reason,
                      &op->why,
                      &op->id,
                      &signed_by->operator_name,
                      &signed_by->reason,
                      &signed_by->ticket,
                      &first->title,
                      &first->detail,
                      &first->by,
                      &first->ticket,
                      &op->statement->loss_how,
                      &op->statement->why,
                      &op->statement->vantage,
                      &op->statement->proof_how};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        replace(texts[i], HOSTILE);
    Fact *fact = fact_new("f", HOSTILE);
    fact->value = g_strdup(HOSTILE);
    fact->source = g_strdup(HOSTILE);
    g_ptr_array_add(op->statement->facts, fact);
    g_ptr_array_add(op->statement->not_known, g_strdup(HOSTILE));
    g_ptr_array_add(op->statement->reduced, g_strdup(HOSTILE));
    g_ptr_array_add(op->exceptions, g_strdup(HOSTILE));
    g_autoptr(Report) report = report_new(op, T0 + HOUR, NULL, NULL);
    g_autofree char *text = report_markdown(report);
    g_assert_null(strstr(text, "<b>"));
    g_assert_null(strchr(text, '\x1b'));
    g_assert_null(strstr(text, "\n# head"));
    for (const char *at = text; (at = strstr(at, "|evil")); at++)
        g_assert_cmpint(at[-1], ==, '\\');
}

// A region-level operation's report holds those of its groups, one heading deeper.
static void test_parts(void)
{
    g_autoptr(Operation) op = done();
    g_autoptr(Operation) whole = operation_new("op-whole");
    whole->region = g_strdup("westeurope");
    whole->state = OPERATION_COMPLETED;
    g_autoptr(Report) report = report_new(whole, T0 + HOUR, NULL, NULL);
    report_add_part(report, report_new(op, T0 + HOUR, NULL, NULL));
    g_autofree char *text = report_markdown(report);
    g_autoptr(Report) alone = report_new(op, T0 + HOUR, NULL, NULL);
    g_autofree char *part = report_markdown(alone);
    g_auto(GStrv) lines = g_strsplit(part, "\n", -1);
    for (char **line = lines; *line; line++) {
        g_autofree char *deeper = g_strdup_printf("\n%s%s", **line == '#' ? "#" : "", *line);
        g_assert_nonnull(strstr(text, deeper));
    }
    g_assert_true(g_str_has_prefix(text, "# "));
    g_assert_null(strstr(text + 1, "\n# "));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/report/parts", test_parts);
    g_test_add_func("/model/report/objectives", test_objectives);
    g_test_add_func("/model/report/timeline", test_timeline);
    g_test_add_func("/model/report/one-moment", test_one_moment);
    g_test_add_func("/model/report/markdown", test_markdown);
    g_test_add_func("/model/report/exceptional", test_exceptional);
    g_test_add_func("/model/report/hostile", test_hostile);
    return g_test_run();
}
