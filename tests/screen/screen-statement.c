// The page that is signed: what a material change shows and whom it tells, what old evidence closes.
#include <string.h>

#include "visit.h"
#include "model/quorum.h"

static void differ(Restatement *note, const char *label, const char *then, const char *now,
                   bool material)
{
    Difference *difference = g_new0(Difference, 1);
    *difference = (Difference){.field = g_strdup(label),
                               .label = g_strdup(label),
                               .then = g_strdup(then),
                               .now = g_strdup(now),
                               .material = material};
    g_ptr_array_add(note->differences, difference);
}

// The bound went up; `giver` had signed what was before.
static Operation *changed(Visit *visit, const char *giver)
{
    Operation *op = world_operation(visit->picture, WORLD_AWAITING);
    Restatement *note = restatement_new();
    g_ptr_array_set_size(op->signoffs, 0);
    SignOff *signoff = signoff_new("s-void");
    signoff->operator_name = g_strdup(giver);
    signoff->digest = g_strdup(op->digest);
    signoff->at_ms = WORLD_NOW - 60000;
    signoff->void_ = true;
    g_ptr_array_add(op->signoffs, signoff);
    note->version = 2;
    note->at_ms = WORLD_NOW - 5000;
    note->why = g_strdup("the data-loss bound went from 1m44s to 6m");
    g_ptr_array_add(note->givers, g_strdup(giver));
    differ(note, "data-loss bound", "1m44s (up to 5m)", "6m (up to the RPO)", true);
    differ(note, "recurrences missed", "2", "3", false);
    g_ptr_array_add(op->restatements, note);
    world_restate(visit->picture, WORLD_AWAITING, "d2", note->why);
    return op;
}

static void test_change_side_by_side(void)
{
    g_autoptr(Visit) visit = visit_new();
    changed(visit, "oncall-2");
    visit_open(visit, SCREEN_STATEMENT, WORLD_AWAITING);
    visit_has(visit, "CHANGED (statement 2): the data-loss bound went from 1m44s to 6m");
    visit_has(visit, "CHANGED 5s ago, at 03:14:02Z: was → is");
    visit_has(visit, "data-loss bound:  1m44s (up to 5m)  →  6m (up to the RPO)");
    visit_has(visit, "recurrences missed:  2  →  3");
    visit_has(visit, "oncall-2 must look again");
    visit_lacks(visit, "to sign AGAIN"); // it was not mine
}

// A place that came back passive is switched on again where it is: nothing changes places.
static void test_in_place(void)
{
    g_autoptr(Visit) visit = visit_new();
    Operation *op = world_operation(visit->picture, WORLD_AWAITING);
    g_free(op->to);
    op->to = g_strdup(op->from);
    visit_open(visit, SCREEN_STATEMENT, WORLD_AWAITING);
    visit_has(visit, "payments is active again where it was, in West Europe");
    visit_has(visit, "passive → active, nothing");
    visit_lacks(visit, "is given up");
}

// Whoever gave one of the void sign-offs is told in the frame of every screen, until they decide again.
static void test_giver_is_told(void)
{
    g_autoptr(Visit) visit = visit_new();
    Operation *op = changed(visit, "oncall-1");
    visit_open(visit, SCREEN_OVERVIEW, NULL);
    visit_has(visit, "1 to sign AGAIN");
    visit_open(visit, SCREEN_SIGNOFFS, NULL);
    visit_has(visit, "✎ AGAIN");
    SignOff *again = signoff_copy(op->signoffs->pdata[0]);
    again->void_ = false;
    g_free(again->digest);
    again->digest = g_strdup(op->digest);
    g_ptr_array_add(op->signoffs, again);
    visit->picture->version++;
    visit_lacks(visit, "to sign AGAIN");
    visit_lacks(visit, "✎ AGAIN");
}

// Once it runs, or is over, nobody must look again.
static void test_no_change_after_the_start(void)
{
    g_autoptr(Visit) visit = visit_new();
    Operation *op = changed(visit, "oncall-1");
    op->state = OPERATION_RUNNING;
    op->started_ms = WORLD_NOW;
    visit_open(visit, SCREEN_STATEMENT, WORLD_AWAITING);
    visit_lacks(visit, "was → is");
    visit_lacks(visit, "to sign AGAIN");
}

// A source that went silent: the key is grey, the page says how old and what the limit is, the form stays shut.
static void test_old_evidence(void)
{
    g_autoptr(Visit) visit = visit_new();
    visit_open(visit, SCREEN_STATEMENT, WORLD_AWAITING);
    visit_press(visit, "space space space space");
    visit_lacks(visit, "TOO OLD TO SIGN");
    LocationStatus *north = picture_get(visit->picture, SHELF_LOCATIONS, "northeurope");
    north->verdict.observed_at_ms = WORLD_NOW - 16000;
    visit->picture->version++;
    visit_press(visit, "g");
    visit_has(visit,
              "evidence 16s old, limit 15s, TOO OLD TO SIGN (oldest: probes in North Europe");
    visit_press(visit, "enter");
    visit_has(visit, "is 16s old; at most 15s is signable");
    visit_lacks(visit, "Type exactly");
    Operation *operation = world_operation(visit->picture, WORLD_AWAITING);
    operation->state = OPERATION_WITHDRAWN; // of what has ended nobody is kept from signing
    visit->picture->version++;
    visit_press(visit, "g");
    visit_lacks(visit, "TOO OLD TO SIGN");
    operation->state = OPERATION_AWAITING;
    north->verdict.observed_at_ms = WORLD_NOW - 15000; // a near miss
    visit->picture->version++;
    visit_press(visit, "enter");
    visit_has(visit, "Type exactly");
}

// In a region that is down, a target that answers nonsense is silent: its last word stands, and nobody is kept from
// signing by it. In one that is up it is waited for.
static void test_silent_side(void)
{
    g_autoptr(Visit) visit = visit_new();
    WorkloadStatus *settle = picture_get(visit->picture, SHELF_WORKLOADS, "payments/settle");
    LocationStatus *west = picture_get(visit->picture, SHELF_LOCATIONS, "westeurope");
    InstanceStatus *there = workload_status_at(settle, "westeurope");
    there->state = INSTANCE_UNKNOWN;
    there->observed_at_ms = WORLD_NOW - 60000;
    visit_open(visit, SCREEN_STATEMENT, WORLD_AWAITING);
    visit_lacks(visit, "TOO OLD TO SIGN");
    west->verdict.state = VERDICT_DEGRADED;
    visit->picture->version++;
    visit_has(visit, "TOO OLD TO SIGN (oldest: payments/settle in West Europe");
}

// The fields of the confirm screen (11-SAFETY 5.2), each with what belongs into it; the first seven fit 80×24.
static void test_fields(void)
{
    static const struct {
        const char *part;
        bool first; // on the first page at 80×24
    } FIELDS[] = {
        {"LIVE FAILOVER", true},                                       // 1 mode
        {"payments (4 workloads, tier 1, owner payments desk)", true}, // 2 what
        {"NOW       West Europe DOWN for 4m12s", true},                // 3 from, to
        {"AFTER     North Europe carries payments", true},             //
        {"neu-1 in North Europe: 25 failed in a row", true},           // 4 why now, seen by whom
        {"LOSS      up to 1m44s of writes (911 transactions", true},   // 5 data loss
        {"RUNS      an unknown number of runs", true},                 // 6 consequences
        {"LIMITED   Card refunds", true},                              //
        {"PROOF     old side UNCONFIRMED", true},                      // 7 proof
        {"WAIT      RTO 4h: 4m12s used", false},                       // 8 if we wait
        {"UNDO      An abort undoes it until", false},                 // 9 reversibility
        {"usually 12s, limit 2m]  ← point of no return", false},       // 10 steps, last drill
        {"TESTED    2026-10-12, 40d ago; the plan was reviewed 2026-10-11", false},
        {"OVERRIDES automation of the group is off until tomorrow", false}, // 11
        {"may sign: oncall-1, members of desk", false},                     // 12 who else
        {"oncall-3 looks too", false},                                      //
        {"other proposal waits", false},                                    //
        {"FRESH     evidence 3s old, limit 15s", false},                    // 13 freshness
        {"newest 2s old", false},                                           //
        {"clocks 0s apart", false},                                         //
        {"store writes", false},                                            //
        {"plan bb8a…6efb", false},                                          // 14 digests, audit
        {"audit 4706", false},                                              //
        {"NOT KNOWN whether West Europe still runs", false},                // 15 not known
    };
    g_autoptr(Visit) visit = visit_new();
    g_ptr_array_add(world_operation(visit->picture, WORLD_AWAITING)->statement->overrides,
                    g_strdup("automation of the group is off until tomorrow, by bob: disks"));
    visit_open(visit, SCREEN_STATEMENT, WORLD_AWAITING);
    g_autofree char *small = g_strdup(visit_at(visit, 80, 24));
    g_autofree char *large = g_strdup(visit_at(visit, 132, 60));
    for (guint i = 0; i < G_N_ELEMENTS(FIELDS); i++) {
        if (!strstr(large, FIELDS[i].part))
            g_error("\"%s\" is not on\n%s", FIELDS[i].part, large);
        g_autofree char *label = g_strndup(FIELDS[i].part, 18);
        if (FIELDS[i].first && !strstr(small, label))
            g_error("\"%s\" is not on the first page:\n%s", label, small);
    }
}

// What became of the sign-offs that were given here; of those that came to nothing the newest.
static void test_fates(void)
{
    static const SentSignOff SENT[] = {
        {WORLD_AWAITING, "s-2", false, SENT_UNKNOWN, WORLD_NOW - 12000, "the line broke"},
        {WORLD_AWAITING, "s-1", true, SENT_REFUSED, WORLD_NOW - 60000, "wrong digest."},
        {WORLD_AWAITING, "s-3", true, SENT_REFUSED, WORLD_NOW - 90000, "wrong role."}, // history
        {WORLD_PLAIN, "s-0", false, SENT_RECORDED, WORLD_NOW, "recorded by neu-1"},
    };
    g_autoptr(Visit) visit = visit_new();
    visit->context.sent = SENT;
    visit->context.sent_count = G_N_ELEMENTS(SENT);
    visit_open(visit, SCREEN_STATEMENT, WORLD_AWAITING);
    visit_has(visit, "Your sign-off (12s ago): UNKNOWN, still asking. the line broke");
    visit_has(visit, "Your reject (1m ago): REFUSED, it counts for nothing. wrong digest.");
    visit_lacks(visit, "wrong role");
    visit_lacks(visit, "recorded by neu-1");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/statement/in-place", test_in_place);
    g_test_add_func("/statement/change-side-by-side", test_change_side_by_side);
    g_test_add_func("/statement/giver-is-told", test_giver_is_told);
    g_test_add_func("/statement/no-change-after-the-start", test_no_change_after_the_start);
    g_test_add_func("/statement/fields", test_fields);
    g_test_add_func("/statement/old-evidence", test_old_evidence);
    g_test_add_func("/statement/silent-side", test_silent_side);
    g_test_add_func("/statement/fates", test_fates);
    return g_test_run();
}
