// The pages that explain (a region, a workload, a group): what must be on them, and where their keys lead.
#include <string.h>

#include "visit.h"
#include "view/colon.h"

static void set_verdict(Visit *visit, const char *name, VerdictState state)
{
    LocationStatus *location = picture_get(visit->picture, SHELF_LOCATIONS, name);
    location->verdict.state = state;
    location->verdict.observed_at_ms = visit->context.now_ms;
    visit->picture->version++;
}

// Where one panel has room it is the worst region's, until somebody has moved the cursor.
static void test_overview_shows_the_worst(void)
{
    g_autoptr(Visit) visit = visit_new();
    set_verdict(visit, "westeurope", VERDICT_UP);
    visit_open(visit, SCREEN_OVERVIEW, NULL);
    g_assert_null(strstr(visit_at(visit, 67, 21), " DOWN "));
    set_verdict(visit, "eastus", VERDICT_DOWN);
    g_assert_nonnull(strstr(visit_at(visit, 67, 21), " DOWN "));
    set_verdict(visit, "eastus", VERDICT_UP);
    visit_press(visit, "j k");
    g_assert_null(strstr(visit_at(visit, 67, 21), " DOWN "));
}

// A failover that people rejected: on the overview at every size (also in the place of the log), and on the pages of the
// group and the region.
static void test_declined(void)
{
    g_autoptr(Visit) visit = visit_new();
    GroupStatus *payments = picture_get(visit->picture, SHELF_GROUPS, "payments");
    payments->blocked = g_strdup("rejected by bob at 03:14:07Z; propose anew with F or `signalbox "
                                 "failover payments --reason TEXT`");
    visit_open(visit, SCREEN_OVERVIEW, NULL);
    g_assert_nonnull(strstr(visit_at(visit, 80, 24), "payments: no failover is proposed"));
    g_assert_nonnull(
        strstr(visit_at(visit, 80, 24), "`signalbox failover payments --reason TEXT`"));
    g_assert_nonnull(strstr(visit_at(visit, 40, 10), "rejected by bob"));
    g_assert_nonnull(
        strstr(visit_at(visit, 132, 43), "`signalbox failover payments --reason TEXT`"));
    visit_open(visit, SCREEN_GROUP, "payments");
    visit_has(visit, "no failover is proposed: rejected by bob at 03:14:07Z");
    visit_open(visit, SCREEN_REGION, "westeurope");
    visit_has(visit, "no failover of payments is proposed: rejected by bob");
}

static void test_region(void)
{
    g_autoptr(Visit) visit = visit_new();
    visit_open(visit, SCREEN_REGION, "westeurope");
    visit_has(visit, "✗ DOWN  since 2026-11-21 03:09:55Z (4m12s ago)");
    visit_has(visit, "eus-1 in East US: ✗ 24 failed in a row");
    visit_has(visit, "A fault inside the region is not its loss");
    visit_has(visit, "last probe 2s ago");
    visit_lacks(visit, "DISAGREE");
    LocationStatus *west = picture_get(visit->picture, SHELF_LOCATIONS, "westeurope");
    west->managed_at_ms = 0;
    visit->picture->version++;
    visit_has(visit, "none was seen yet");
    west->instances = 0;
    visit->picture->version++;
    visit_has(visit, "no workload has an instance here");
    visit_lacks(visit, "never");
    visit->context.now_ms += 5 * 60 * 1000;
    visit_has(visit, "UNKNOWN: the last probe was 5m2s ago");
    // Where no probe was good there is no latency: words, and no 0 that looks like the best of all.
    VantageStatus *vantage = west->vantages->pdata[0];
    for (guint k = 0; k < vantage->history_len; k++)
        vantage->history[k].ok = false;
    west->p50_us = 0;
    visit->picture->version++;
    visit_open(visit, SCREEN_REGION, "westeurope");
    visit_has(visit, " probes was good");
    visit_open(visit, SCREEN_OVERVIEW, NULL);
    visit_has(visit, "none good");
}

static const char LAGS[] =
    "{\"lags\":[{\"workload\":\"payments/"
    "ledger-db\",\"from\":\"westeurope\",\"to\":\"northeurope\","
    "\"lag_s\":104,\"p95_s\":3,\"worst_s\":1000,\"samples\":["
    "{\"at\":\"2026-11-21T03:08:00Z\",\"lag_s\":1},{\"at\":\"2026-11-21T03:09:00Z\",\"lag_s\":500},"
    "{\"at\":\"2026-11-21T03:10:00Z\",\"lag_s\":2},{\"at\":\"2026-11-21T03:11:00Z\",\"lag_s\":1000}"
    ","
    "{\"at\":\"2026-11-21T03:12:00Z\",\"lag_s\":1},{\"at\":\"2026-11-21T03:13:00Z\",\"lag_s\":1},"
    "{\"at\":\"2026-11-21T03:14:00Z\",\"lag_s\":null}]}],\"more\":false}";

// How the region's links were behind: asked for once a minute, the worst of three minutes a column, a dot where nobody
// knew; what was known stays when nobody answers, and is not shown of another region.
static void test_region_lag(void)
{
    g_autoptr(Visit) visit = visit_new();
    visit_open(visit, SCREEN_REGION, "westeurope");
    g_autofree char *path = visit_wish(visit), *again = visit_wish(visit);
    g_assert_cmpstr(path, ==, "/v1/locations/westeurope/lags");
    g_assert_null(again);
    visit_answer(visit, path, LAGS);
    visit_press(visit, "space");
    visit_has(visit, "▄█·  lag of two hours: p95 3s, worst 16m40s; RPO 15m");
    visit->context.mono_ms += 60 * 1000;
    g_autofree char *later = visit_wish(visit);
    g_assert_cmpstr(later, ==, path);
    visit_answer(visit, path, NULL);
    visit_has(visit, "lag of two hours");
    visit_open(visit, SCREEN_REGION, "northeurope");
    visit_has(visit, "ledger-db");
    visit_lacks(visit, "lag of two hours");
    g_autofree char *other = visit_wish(visit);
    g_assert_cmpstr(other, ==, "/v1/locations/northeurope/lags");
}

static void test_region_disagreement(void)
{
    g_autoptr(Visit) visit = visit_new();
    LocationStatus *west = picture_get(visit->picture, SHELF_LOCATIONS, "westeurope");
    VantageStatus *second = west->vantages->pdata[1];
    second->failures = 0;
    visit_open(visit, SCREEN_REGION, "westeurope");
    visit_has(visit, "eus-1 sees it up, neu-1 sees it fail");
}

static void test_region_host(void)
{
    g_autoptr(Visit) visit = visit_new();
    LocationStatus *west = picture_get(visit->picture, SHELF_LOCATIONS, "westeurope");
    west->host = HOST_ISOLATED;
    west->answer = ANSWER_ACCEPTED;
    g_ptr_array_add(west->zones, g_strdup("zone-1"));
    g_ptr_array_add(west->zones, g_strdup("zone-2"));
    visit_open(visit, SCREEN_REGION, "westeurope");
    visit_press(visit, "G");
    visit_has(visit, "nobody says how much");
    visit_has(visit, "zone-1, zone-2");
    visit_has(visit, "accepted: not in the same exchange (R13)");
    west->capacity = 20;
    west->load = 15;
    west->standby_load = 6;
    visit_has(visit, "20 units: 15 at home here, 6 would come from elsewhere");
}

// F and B mean the group under the cursor.
static void test_region_groups(void)
{
    g_autoptr(Visit) visit = visit_new();
    visit_open(visit, SCREEN_REGION, "westeurope");
    visit_has(visit, "▌ledger");
    visit_press(visit, "j");
    visit_has(visit, "▌payments");
    visit_press(visit, "enter");
    g_assert_cmpint(ui_screen(visit->ui)->id, ==, SCREEN_ROLES);
    g_assert_cmpstr(ui_object(visit->ui), ==, "payments");
}

static void test_region_neighbours(void)
{
    g_autoptr(Visit) visit = visit_new();
    visit_open(visit, SCREEN_REGION, "westeurope");
    visit_press(visit, "l");
    g_assert_cmpstr(ui_object(visit->ui), ==, "northeurope");
    visit_press(visit, "h h");
    g_assert_cmpstr(ui_object(visit->ui), ==, "eastus");
    visit_open(visit, SCREEN_REGION, "atlantis");
    visit_has(visit, "There is no location atlantis");
}

static void test_cell(void)
{
    g_autoptr(Visit) visit = visit_new();
    WorkloadStatus *settle = picture_get(visit->picture, SHELF_WORKLOADS, "payments/settle");
    visit_open(visit, SCREEN_CELL, "payments/settle");
    visit_has(visit, "unreachable for 4m10s, seen 3s ago by azure-logic");
    visit_has(visit, "active: IT IS NOT SO");
    visit_has(visit, "Operation op-awaiting is open");
    visit_has(visit, "class F: the target refuses");
    workload_status_at(settle, "westeurope")->quarantined = true;
    visit_has(visit, "West Europe keeps it passive by quarantine");
    visit_open(visit, SCREEN_ROLES, NULL);
    workload_status_at(settle, "westeurope")->state = INSTANCE_PASSIVE;
    visit_has(visit, "quarantined");
    workload_status_at(settle, "westeurope")->state = INSTANCE_UNREACHABLE;
    visit_open(visit, SCREEN_CELL, "payments/settle");
    workload_status_at(settle, "westeurope")->observed_at_ms = WORLD_NOW - 3 * 60 * 1000;
    visit_has(visit, "unknown: it was unreachable when azure-logic last saw it, 3m ago");
    visit_press(visit, "o");
    g_assert_cmpint(ui_screen(visit->ui)->id, ==, SCREEN_OPERATION);
}

// A database runs nothing; a target of class F without an epoch has had no command yet.
static void test_cell_of_a_database(void)
{
    g_autoptr(Visit) visit = visit_new();
    WorkloadStatus *db = picture_get(visit->picture, SHELF_WORKLOADS, "payments/ledger-db");
    db->proof = PROOF_FENCING;
    db->single_active = true;
    workload_status_at(db, "westeurope")->epoch = 0;
    visit_open(visit, SCREEN_CELL, "payments/ledger-db");
    visit_lacks(visit, "last run");
    visit_lacks(visit, "in flight");
    visit_has(visit, "no epoch yet: it comes with the first command; boot id");
    db->proof = PROOF_LEASE;
    visit->picture->version++;
    visit_has(visit, "it reports no epoch; boot id");
    visit_open(visit, SCREEN_CELL, "payments/settle");
    visit_has(visit, "0 runs in flight, none seen to run here yet");
}

static const char OUTLOOK[] =
    "{\"group\":\"payments\",\"owner\":\"payments desk\",\"rpo_s\":900,\"rto_s\":14400,"
    "\"forecast\":{\"usual_s\":42,\"usual_p95_s\":95,\"steps\":7,\"unknown_steps\":1},"
    "\"gate\":{\"open\":false,\"why\":\"payments has its role in westeurope, which is down.\"},"
    "\"failback_window\":\"01:00-05:00\",\"lags\":[{\"workload\":\"payments/ledger-db\","
    "\"from\":\"westeurope\",\"to\":\"northeurope\",\"lag_s\":104,\"p95_s\":3,\"worst_s\":1000,"
    "\"samples\":[{\"at\":\"2026-11-21T03:12:00Z\",\"lag_s\":1},"
    "{\"at\":\"2026-11-21T03:13:00Z\",\"lag_s\":null},{\"at\":\"2026-11-21T03:14:00Z\","
    "\"lag_s\":1000}]}],\"responsibilities\":[{\"step\":\"promote\",\"who\":\"DBA on call\"}],"
    "\"notices\":[{\"when\":\"failover\",\"text\":\"payments runs in North Europe\"}],"
    "\"reduced\":[\"refunds wait\"],\"nonproduction\":[\"preview\"],"
    "\"unmanaged\":[\"tell the desk\"]}";

// The page asks once a minute, shows what it has meanwhile, and forgets another group's answer.
static void test_group(void)
{
    static const char *const PARTS[] = {"now 1m44s · p95 3s · worst 16m40s",
                                        "4h: usually 42s from the start, 95 of 100 within 1m35s",
                                        "6 of 7 steps known",
                                        "CLOSED: payments has its role in westeurope",
                                        "01:00-05:00 UTC",
                                        "payments desk",
                                        "promote: DBA on call",
                                        "failover: “payments runs in North Europe”",
                                        "refunds wait",
                                        "preview",
                                        "tell the desk",
                                        "OVERDUE since"};
    g_autoptr(Visit) visit = visit_new();
    visit_open(visit, SCREEN_GROUP, "payments");
    visit_has(visit, "The rest is being asked for.");
    g_autofree char *path = visit_wish(visit), *again = visit_wish(visit);
    g_assert_cmpstr(path, ==, "/v1/groups/payments/outlook");
    g_assert_null(again);
    visit_answer(visit, path, OUTLOOK);
    for (guint i = 0; i < G_N_ELEMENTS(PARTS); i++)
        visit_has(visit, PARTS[i]);
    visit->context.mono_ms += 60 * 1000;
    g_autofree char *later = visit_wish(visit);
    g_assert_cmpstr(later, ==, path);
    visit_answer(visit, path, NULL);
    visit_has(visit, "The outlook was not answered: Nobody answered.");
    visit_has(visit, "DBA on call"); // the last answer stays
    visit_open(visit, SCREEN_GROUP, "stock");
    visit_lacks(visit, "DBA on call");
    visit_open(visit, SCREEN_GROUP, "atlantis");
    visit_has(visit, "There is no group atlantis");
}

// Seen, wanted, blocked and signed in one cell, and each of them explained.
static void test_cell_in_depth(void)
{
    g_autoptr(Visit) visit = visit_new();
    Operation *operation = picture_get(visit->picture, SHELF_OPERATIONS, WORLD_AWAITING);
    Step *step = step_new(99, STEP_ACTIVATE);
    step->workload = g_strdup("payments/settle");
    step->location = g_strdup("northeurope");
    g_ptr_array_add(operation->steps, step);
    visit_open(visit, SCREEN_ROLES, NULL);
    visit_has(visit, "○ passive✎1/2");
    visit_has(visit, "◐1 West Europe");
    visit_open(visit, SCREEN_CELL, "payments/settle");
    visit_has(visit, "pending: step 99 of op-awaiting makes it active");
    visit_has(visit, "by 1 of 2: oncall-2");
    operation->state = OPERATION_RUNNING;
    visit_open(visit, SCREEN_ROLES, NULL);
    visit_has(visit, "○ passive →on");
    step->state = STEP_FAILED;
    visit_has(visit, "○ BLOCKED");
    visit_open(visit, SCREEN_CELL, "payments/settle");
    visit_has(visit, "blocked");
    operation->state = OPERATION_COMPLETED;
    WorkloadStatus *settle = picture_get(visit->picture, SHELF_WORKLOADS, "payments/settle");
    workload_status_at(settle, "northeurope")->state = INSTANCE_ACTIVE;
    visit_open(visit, SCREEN_ROLES, NULL);
    visit_has(visit, "● ACTIVE !off");
}

// What an instance needs, what its host carries, and where the router sends requests.
static void test_cell_surroundings(void)
{
    g_autoptr(Visit) visit = visit_new();
    WorkloadStatus *settle = picture_get(visit->picture, SHELF_WORKLOADS, "payments/settle");
    LocationStatus *north = picture_get(visit->picture, SHELF_LOCATIONS, "northeurope");
    UseStatus *use = g_new0(UseStatus, 1);
    *use = (UseStatus){g_strdup("northeurope"), RESOURCE_CONNECTION, g_strdup("erp-weu"),
                       g_strdup("westeurope"),  g_strdup("to erp"),  true};
    g_ptr_array_add(workload_status_uses(settle), use);
    WorkloadStatus *front = workload_status_new("payments", "front");
    front->kind = KIND_ROUTER;
    front->routed_to = g_strdup("northeurope");
    picture_put(visit->picture, SHELF_WORKLOADS, front);
    settle->router = g_strdup("front");
    north->host = HOST_ISOLATED;
    ((TriggerStatus *)settle->triggers->pdata[0])->split =
        g_strdup("split over 2 locations, together every 10m");
    visit_open(visit, SCREEN_CELL, "payments/settle");
    visit_has(visit, "every 20 min from :00, split over 2 locations, together every 10m");
    visit_has(visit, "connection erp-weu to erp, in West Europe; seen in use");
    visit_has(visit, "isolated: its home has multi-tenant hosts (R01)");
    visit_has(visit, "front sends requests to North Europe, where the group does not run");
    visit_has(visit, "a combination: 3 active/passive, 1 on one queue");
    ((LocationStatus *)picture_get(visit->picture, SHELF_LOCATIONS, "westeurope"))->host =
        HOST_ISOLATED;
    north->capacity = 40;
    north->load = 12;
    north->standby_load = 10;
    visit_has(visit, "isolated, carries 40: 12 at home, 10 would come from elsewhere");
}

// A region that came back rests: its group has the role there, and nothing of it runs.
static void test_roles_at_rest(void)
{
    g_autoptr(Visit) visit = visit_new();
    WorkloadStatus *count = picture_get(visit->picture, SHELF_WORKLOADS, "stock/count");
    InstanceStatus *here = workload_status_at(count, "eastus");
    visit_open(visit, SCREEN_ROLES, NULL);
    visit_has(visit, "auto OFF                                              ● active");
    here->state = INSTANCE_PASSIVE;
    visit->picture->version++;
    visit_has(visit, "auto OFF                                              ◐ passive");
}

// A finding of the group's own marks its row; those of its workloads do where they are folded away.
static void test_roles_findings(void)
{
    g_autoptr(Visit) visit = visit_new();
    GroupStatus *stock = picture_get(visit->picture, SHELF_GROUPS, "stock");
    GroupStatus *ledger = picture_get(visit->picture, SHELF_GROUPS, "ledger");
    visit_open(visit, SCREEN_ROLES, "payments");
    visit_lacks(visit, "stock !");
    visit_lacks(visit, "payments !");
    visit_press(visit, "z");
    visit_has(visit, "payments !");
    visit_press(visit, "z");
    visit_lacks(visit, "payments !");
    stock->findings++;
    ledger->findings++;
    visit->picture->version++;
    visit_has(visit, "stock !");
    visit_has(visit, "ledger ! ");
}

// A connector's kept configurations: on screen 6, and behind its row what is in each and what has changed.
static void test_snapshots(void)
{
    g_autoptr(Visit) visit = visit_new();
    world_add_connector(visit->picture);
    visit_open(visit, SCREEN_READINESS, NULL);
    visit_press(visit, "/ k e p t enter");
    visit_has(visit, "CONFIGURATIONS");
    visit_has(visit, "seen <10s ago, kept in East US");
    visit_press(visit, "end enter");
    g_assert_cmpint(ui_screen(visit->ui)->id, ==, SCREEN_SNAPSHOTS);
    g_autofree char *path = visit_wish(visit), *again = visit_wish(visit),
                    *body = world_snapshots();
    g_assert_cmpstr(path, ==, "/v1/groups/stock/snapshots");
    g_assert_null(again);
    visit_answer(visit, path, NULL);
    visit_has(visit, "Nobody answered.");
    visit->context.mono_ms += 11 * 1000;
    g_autofree char *later = visit_wish(visit);
    g_assert_cmpstr(later, ==, path);
    visit_answer(visit, path, body);
    visit_has(visit, "R23 holds");
    visit_has(visit, "1 setting, 1 organisation");
    visit_has(visit, "organisation fabrikam is new");
    visit_has(visit, "organisation contoso is gone");
    visit_press(visit, "j enter");
    visit_has(visit, "it is the oldest that is kept");
    visit_has(visit, "enabled: true");
    visit_press(visit, "esc");
    WorkloadStatus *connector = picture_get(visit->picture, SHELF_WORKLOADS, "stock/code-hosts");
    connector->snapshot_ms += 5000;
    visit->context.mono_ms += 11 * 1000;
    g_autofree char *newer = visit_wish(visit);
    g_assert_cmpstr(newer, ==, path);
    visit_press(visit, "o");
    g_assert_cmpint(ui_screen(visit->ui)->id, ==, SCREEN_CELL);
    visit_has(visit, "K kept");
    visit_press(visit, "K");
    g_assert_cmpint(ui_screen(visit->ui)->id, ==, SCREEN_SNAPSHOTS);
    visit_open(visit, SCREEN_SNAPSHOTS, "payments/settle");
    visit_has(visit, "This is no connector");
    visit_open(visit, SCREEN_CELL, "payments/settle");
    visit_lacks(visit, "K kept");
}

// `:reviewed GROUP WORDS` asks for a record; it takes an armed console, a group that there is, and words.
static void test_reviewed(void)
{
    static const struct {
        const char *line;
        bool armed;
        EffectKind kind;
    } ROWS[] = {{"reviewed payments the order of steps", true, EFFECT_REVIEW},
                {"reviewed payments the order of steps", false, EFFECT_MESSAGE},
                {"reviewed atlantis it is fine", true, EFFECT_MESSAGE},
                {"reviewed payments", true, EFFECT_MESSAGE}};
    g_autoptr(Visit) visit = visit_new();
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        visit->context.armed = ROWS[i].armed;
        Effect effect = colon_run(&visit->context, ROWS[i].line, NULL);
        g_assert_cmpint((int)effect.kind, ==, (int)ROWS[i].kind);
        if (effect.kind == EFFECT_REVIEW) {
            g_assert_cmpstr(effect.object, ==, "payments");
            g_assert_cmpstr(effect.text, ==, "the order of steps");
        }
        effect_release(&effect);
    }
}

static void test_objects(void)
{
    static const struct {
        const char *object;
        ScreenId screen;
        const char *opens;
    } ROWS[] = {{"location/eastus", SCREEN_REGION, "eastus"},
                {"workload/stock/count", SCREEN_CELL, "stock/count"},
                {"group/stock", SCREEN_ROLES, "stock"},
                {"operation/op-1", SCREEN_OPERATION, "op-1"},
                {"step/op-1/3", SCREEN_OPERATION, "op-1"},
                {"fleet", SCREEN_NONE, NULL},
                {NULL, SCREEN_NONE, NULL}};
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        Effect effect = screen_open_object(ROWS[i].object);
        g_assert_cmpint(effect.screen, ==, ROWS[i].screen);
        g_assert_cmpstr(effect.object, ==, ROWS[i].opens);
        effect_release(&effect);
    }
}

// Healthy pages must not change with every second that goes by.
static void test_calm(void)
{
    static const struct {
        ScreenId screen;
        const char *object;
    } ROWS[] = {{SCREEN_REGION, "eastus"}, {SCREEN_CELL, "stock/count"}, {SCREEN_READINESS, NULL}};
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autoptr(Visit) visit = visit_new();
        visit->context.now_ms += 1000; // off the full minute that everything of the picture lies on
        visit_open(visit, ROWS[i].screen, ROWS[i].object);
        g_autofree char *before = g_strdup(strchr(visit_at(visit, 80, 24), '\n'));
        visit->context.now_ms += 1000;
        g_assert_cmpstr(strchr(visit_at(visit, 80, 24), '\n'), ==, before);
    }
}

// The facts of schedules and stages stand under the figures of the runs where something is lost or stranded.
static void test_statement_runs(void)
{
    g_autoptr(Visit) visit = visit_new();
    Operation *operation = (Operation *)picture_operation(visit->picture, "op-awaiting");
    static const char *const FACTS[][3] = {
        {"fires.settle.every-20", "settle/every-20",
         "a failover now misses 1: due since the last run"},
        {"fires.mail.inbox", "mail/inbox", "misses nothing: once it is enabled again it goes on"},
        {"stages.settle.westeurope", "stages of settle in West Europe",
         "stranded: 3 queued at stage bill"},
        {"stages.mail.westeurope", "stages of mail in West Europe", "nothing queued or in flight"}};
    for (guint i = 0; i < G_N_ELEMENTS(FACTS); i++) {
        Fact *fact = fact_new(FACTS[i][0], FACTS[i][1]);
        fact->value = g_strdup(FACTS[i][2]);
        g_ptr_array_add(operation->statement->facts, fact);
    }
    visit_open(visit, SCREEN_STATEMENT, "op-awaiting");
    visit_has(visit, "settle/every-20: a failover now misses 1");
    visit_has(visit, "stages of settle in West Europe: stranded: 3 queued at stage bill");
    visit_lacks(visit, "mail/inbox: misses nothing");
    visit_lacks(visit, "stages of mail in West Europe: nothing");
}

static void test_every_size(void)
{
    static const struct {
        ScreenId screen;
        const char *object;
    } ROWS[] = {{SCREEN_REGION, "westeurope"},
                {SCREEN_REGION, "atlantis"},
                {SCREEN_CELL, "payments/settle"},
                {SCREEN_GROUP, "payments"},
                {SCREEN_READINESS, NULL},
                {SCREEN_CHECKLIST, "stock/catalog/northeurope/term"},
                {SCREEN_SNAPSHOTS, "stock/code-hosts"},
                {SCREEN_SCHEDULES, NULL},
                {SCREEN_AUDIT, NULL},
                {SCREEN_RECORD, "4704"}};
    g_autoptr(Visit) visit = visit_new();
    world_add_catalog(visit->picture);
    world_add_connector(visit->picture);
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        visit_open(visit, ROWS[i].screen, ROWS[i].object);
        g_autofree char *path = visit_wish(visit), *body = world_schedules();
        if (path)
            visit_answer(visit, path, body);
        for (int height = 1; height <= 100; height += height < 30 ? 1 : 23)
            for (int width = 1; width <= 300; width += width < 90 ? 1 : 41)
                visit_at(visit, width, height);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pages/overview-shows-the-worst", test_overview_shows_the_worst);
    g_test_add_func("/pages/region", test_region);
    g_test_add_func("/pages/statement-runs", test_statement_runs);
    g_test_add_func("/pages/region-disagreement", test_region_disagreement);
    g_test_add_func("/pages/region-lag", test_region_lag);
    g_test_add_func("/pages/declined", test_declined);
    g_test_add_func("/pages/region-groups", test_region_groups);
    g_test_add_func("/pages/region-neighbours", test_region_neighbours);
    g_test_add_func("/pages/cell", test_cell);
    g_test_add_func("/pages/cell-of-a-database", test_cell_of_a_database);
    g_test_add_func("/pages/group", test_group);
    g_test_add_func("/pages/region-host", test_region_host);
    g_test_add_func("/pages/cell-in-depth", test_cell_in_depth);
    g_test_add_func("/pages/cell-surroundings", test_cell_surroundings);
    g_test_add_func("/pages/roles-at-rest", test_roles_at_rest);
    g_test_add_func("/pages/roles-findings", test_roles_findings);
    g_test_add_func("/pages/snapshots", test_snapshots);
    g_test_add_func("/pages/reviewed", test_reviewed);
    g_test_add_func("/pages/objects", test_objects);
    g_test_add_func("/pages/calm", test_calm);
    g_test_add_func("/pages/every-size", test_every_size);
    return g_test_run();
}
