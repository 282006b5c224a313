// The readiness screen and its check-lists: what must be on them, what is sent, and where their keys lead.
#include <string.h>

#include "visit.h"
#include "model/rules.h"

static void test_readiness(void)
{
    g_autoptr(Visit) visit = visit_new();
    visit_open(visit, SCREEN_READINESS, NULL);
    visit_has(visit, "4 findings: 1 error, 2 warnings, 1 info");
    visit_has(visit, "▌R09");
    visit_has(visit, "1 known");
    visit_has(visit, "known to oncall-2: The gateway");
    visit_has(visit, "overdue by 35d");
    visit_press(visit, "j enter");
    visit_has(visit, "The gateway gw-north has one installation");
    visit_has(visit, "ago); judged anew on every change");
    visit_lacks(visit, "checked");
    visit_has(visit, "to oncall-2; said 2d ago");
    visit_has(visit, "CHG-77");
    visit_press(visit, "esc j enter");
    visit_has(visit, "declared is every 3.");
    visit_press(visit, "enter");
    g_assert_cmpint(ui_screen(visit->ui)->id, ==, SCREEN_CELL);
    g_assert_cmpstr(ui_object(visit->ui), ==, "payments/mail-orders");
}

// Whether a finding holds does not hang on a filter: it is read, and acknowledged, where the list leaves it out.
static void test_readiness_hidden(void)
{
    g_autoptr(Visit) visit = visit_new();
    visit_open(visit, SCREEN_READINESS, NULL);
    visit_press(visit, "/ z z enter");
    visit_open(visit, SCREEN_READINESS, "R09:location/eastus");
    visit_has(visit, "SEVERITY");
    visit_lacks(visit, "It holds again");
    visit_press(visit, "=");
    visit_has(visit, "signalbox readiness ack R09:location/eastus --note TEXT --until DATE");
    visit_press(visit, "c");
    visit_has(visit, "ACKNOWLEDGE R09:location/eastus");
    visit_press(visit, "esc esc");
    visit_has(visit, "No finding and no plan matches the filter");
    visit_press(visit, "=");
    visit_lacks(visit, "signalbox readiness ack");
    visit_open(visit, SCREEN_READINESS, "plan/payments");
    visit_lacks(visit, "It holds again");
    visit_has(visit, "payments");
    visit_open(visit, SCREEN_READINESS, "R09:location/nowhere");
    visit_has(visit, "It holds again: R09:location/nowhere is no finding any more.");
}

// What was typed goes out with the mark of what was seen; nothing is sent that is not whole.
static void test_readiness_acknowledge(void)
{
    g_autoptr(Visit) visit = visit_new();
    visit_open(visit, SCREEN_READINESS, NULL);
    visit_press(visit, "c");
    visit_has(visit, "ACKNOWLEDGE R09:location/eastus");
    visit_press(visit, "ctrl-s");
    visit_has(visit, "Comment: In words");
    visit_press(visit, "o k tab s o o n ctrl-s");
    visit_has(visit, "Until: A date such as");
    visit_press(visit, "backspace backspace backspace backspace 1 4 d");
    Effect effect = visit_send(visit, "ctrl-s");
    g_assert_cmpint(effect.kind, ==, EFFECT_ACCEPT);
    g_assert_cmpstr(effect.object, ==, "R09:location/eastus");
    g_assert_cmpstr(effect.mark, ==, "0123456789abcdef");
    g_assert_cmpstr(effect.text, ==, "ok");
    g_assert_cmpint(effect.until_ms, ==, visit->context.now_ms + G_GINT64_CONSTANT(14) * 86400000);
    effect_release(&effect);
    visit_lacks(visit, "ACKNOWLEDGE");
    visit->picture->me.roles = ROLE_BIT_VIEWER;
    visit_press(visit, "c");
    visit_has(visit, "operator is needed");
}

// W is there where somebody has acknowledged, and asks why.
static void test_readiness_withdraw(void)
{
    g_autoptr(Visit) visit = visit_new();
    visit_open(visit, SCREEN_READINESS, NULL);
    visit_lacks(visit, "W withdraw");
    visit_press(visit, "W");
    visit_lacks(visit, "WITHDRAW");
    visit_press(visit, "j");
    visit_has(visit, "W withdraw");
    visit_press(visit, "W");
    visit_has(visit, "WITHDRAW THE ACKNOWLEDGEMENT OF");
    visit_has(visit, "CHG-77");
    visit_press(visit, "ctrl-s");
    visit_has(visit, "Reason: In words");
    visit_press(visit, "n o");
    Effect effect = visit_send(visit, "ctrl-s");
    g_assert_cmpint(effect.kind, ==, EFFECT_WITHDRAW);
    g_assert_cmpstr(effect.verb, ==, "finding");
    g_assert_cmpstr(effect.text, ==, "no");
    effect_release(&effect);
    visit_press(visit, "enter");
    visit_has(visit, "KNOWN");
    visit_press(visit, "W");
    visit_has(visit, "WITHDRAW THE ACKNOWLEDGEMENT OF");
}

// The plan is due a year after the older of its two dates; 35 days before that it begins to warn.
static void test_readiness_plans(void)
{
    static const struct {
        gint64 days;
        const char *says;
    } ROWS[] = {{329, "✓ fine"}, {331, "◐ warning"}, {366, "▲ overdue"}};
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autoptr(Visit) visit = visit_new();
        GroupStatus *stock = picture_get(visit->picture, SHELF_GROUPS, "stock");
        stock->plan_tested_ms = WORLD_NOW - ROWS[i].days * 24 * 3600 * 1000;
        visit_open(visit, SCREEN_READINESS, NULL);
        visit_press(visit, "/ p l a n space s t o c k enter");
        visit_has(visit, ROWS[i].says);
        visit_lacks(visit, "c acknowledge"); // a plan is reviewed and tested
    }
}

// A standby that is kept by hand: a row a kind, and behind it the entities with their differing fields (P2).
static void test_readiness_parity(void)
{
    g_autoptr(Visit) visit = visit_new();
    world_add_catalog(visit->picture);
    visit_open(visit, SCREEN_READINESS, NULL);
    visit_press(visit, "/ p a r i t y enter");
    visit_has(visit, "KEPT  ");
    visit_has(visit, "BY HAND");
    visit_has(visit, "✓ equal");
    visit_has(visit, "2 primary, 1 standby, 1 missing");
    visit_press(visit, "end");
    visit_has(visit, "term of stock/catalog");
    visit_has(visit, "a second account");
    visit_has(visit, "\"who buys\" on the primary, \"a buyer\" on the standby");
    visit_press(visit, "enter");
    g_assert_cmpint(ui_screen(visit->ui)->id, ==, SCREEN_CHECKLIST);
    g_assert_cmpstr(ui_object(visit->ui), ==, "stock/catalog/northeurope/term");
}

// What R19 finds is seen to in the check-list.
static void test_readiness_parity_finding(void)
{
    g_autoptr(Visit) visit = visit_new();
    world_add_catalog(visit->picture);
    Finding *finding = finding_new();
    finding->id = g_strdup("R19:workload/stock/catalog");
    finding->rule = g_strdup("R19");
    finding->object = g_strdup("workload/stock/catalog");
    picture_put(visit->picture, SHELF_FINDINGS, finding);
    visit_open(visit, SCREEN_READINESS, finding->id);
    visit_press(visit, "enter");
    g_assert_cmpint(ui_screen(visit->ui)->id, ==, SCREEN_CHECKLIST);
    g_assert_true(g_str_has_prefix(ui_object(visit->ui), "stock/catalog/northeurope/"));
}

// What somebody confirmed is taken back with a reason; W is offered only where there is something to take back.
static void take_item_back(Visit *visit, const Parity *parity)
{
    visit_press(visit, "home");
    visit_lacks(visit, "W withdraw");
    visit_press(visit, "end");
    visit_has(visit, "W withdraw");
    visit_press(visit, "W");
    visit_has(visit, "WITHDRAW THE CONFIRMATION OF term Order");
    visit_has(visit, "olga confirmed it: not wanted.");
    visit_press(visit, "ctrl-s");
    visit_has(visit, "Reason: In words");
    visit_press(visit, "n o");
    Effect effect = visit_send(visit, "ctrl-s");
    g_assert_cmpint(effect.kind, ==, EFFECT_WITHDRAW);
    g_assert_cmpstr(effect.object, ==, "stock/catalog");
    g_assert_cmpstr(effect.to, ==, "northeurope");
    g_assert_cmpstr(effect.verb, ==, "term");
    g_assert_cmpstr(effect.name, ==, "Order");
    g_assert_cmpstr(effect.mark, ==, parity_find(parity, ENTITY_TERM, "Order")->mark);
    g_assert_cmpstr(effect.text, ==, "no");
    effect_release(&effect);
    visit_lacks(visit, "WITHDRAW THE");
}

// The check-list: open items first, confirmed by a key and a note, with the mark of what was seen.
static void test_checklist(void)
{
    g_autoptr(Visit) visit = visit_new();
    Parity *parity = world_add_catalog(visit->picture);
    visit_open(visit, SCREEN_CHECKLIST, "stock/catalog/northeurope/term");
    visit_has(visit, "2 open, 0 confirmed");
    visit_has(visit, "primary West Europe has 2, ");
    visit_has(visit, "Customer");
    visit_press(visit, "end enter");
    visit_has(visit, "missing");
    visit_has(visit, "Order");
    visit_press(visit, "c");
    visit_has(visit, "CONFIRM term Order");
    visit_press(visit, "ctrl-s");
    visit_has(visit, "Note: In words");
    visit_press(visit, "o k enter");
    Effect effect = visit_send(visit, "ctrl-s");
    g_assert_cmpint(effect.kind, ==, EFFECT_CONFIRM);
    g_assert_cmpstr(effect.object, ==, "stock/catalog");
    g_assert_cmpstr(effect.to, ==, "northeurope");
    g_assert_cmpstr(effect.verb, ==, "term");
    g_assert_cmpstr(effect.name, ==, "Order");
    g_assert_cmpstr(effect.mark, ==, parity_find(parity, ENTITY_TERM, "Order")->mark);
    g_assert_cmpstr(effect.text, ==, "ok");
    effect_release(&effect);
    visit_lacks(visit, "CONFIRM term");
    visit_press(visit, "esc");
    parity_confirm(parity, parity_find(parity, ENTITY_TERM, "Order"), "olga", "not wanted",
                   WORLD_NOW);
    visit->picture->version++;
    visit_has(visit, "1 open, 1 confirmed");
    visit_has(visit, "olga");
    visit_has(visit, "not wanted");
    take_item_back(visit, parity);
    visit->picture->me.roles = ROLE_BIT_VIEWER;
    visit_press(visit, "c");
    visit_has(visit, "operator is needed");
    visit_open(visit, SCREEN_CHECKLIST, "stock/none/northeurope/term");
    visit_has(visit, "nobody has seen both sides");
}

static const char CHECKLIST[] =
    "{\"more\":false,\"parity\":[{\"workload\":\"stock/catalog\",\"primary\":\"westeurope\","
    "\"standby\":\"northeurope\",\"kinds\":[{\"kind\":\"term\",\"primary\":30,\"standby\":0,"
    "\"missing\":30,\"different\":0,\"extra\":0,\"confirmed\":0}],\"items\":[{\"kind\":\"term\","
    "\"name\":\"Term 07\",\"state\":\"missing\",\"fields\":[],\"mark\":\"07\"},{\"kind\":\"term\","
    "\"name\":\"Term 29\",\"state\":\"missing\",\"fields\":[],\"mark\":\"29\"}]}]}";

// Where the picture carries but the first of them, the backend is asked for all; what it says counts as long as the
// picture says the same.
static void test_checklist_long(void)
{
    g_autoptr(Visit) visit = visit_new();
    Parity *parity = world_add_catalog(visit->picture);
    ParityCount *count = NULL;
    for (guint i = 0; i < parity->counts->len; i++)
        if (((ParityCount *)parity->counts->pdata[i])->kind == ENTITY_TERM)
            count = parity->counts->pdata[i];
    *count = (ParityCount){ENTITY_TERM, 30, 0, 30, 0, 0, 0};
    visit_open(visit, SCREEN_CHECKLIST, "stock/catalog/northeurope/term");
    g_autofree char *path = visit_wish(visit), *again = visit_wish(visit);
    g_assert_cmpstr(path, ==, "/v1/groups/stock/parity?kind=term&limit=1000");
    g_assert_null(again);
    visit_lacks(visit, "Term 29");
    visit_answer(visit, path, NULL);
    visit_has(visit, "the rest was not answered");
    visit_answer(visit, path, "{\"parity\":[{}]}"); // nobody asked for this one
    visit->context.mono_ms += 20 * 1000;
    g_autofree char *later = visit_wish(visit);
    visit_answer(visit, later, CHECKLIST);
    visit_has(visit, "Term 29");
    visit_lacks(visit, "the rest was not answered");
    count->confirmed = 1;
    visit->picture->version++;
    visit_lacks(visit, "Term 29");
    g_autofree char *changed = visit_wish(visit);
    g_assert_cmpstr(changed, ==, path);
}

static void test_readiness_nothing(void)
{
    g_autoptr(Visit) visit = visit_new();
    while (picture_count(visit->picture, SHELF_FINDINGS)) {
        g_autofree char *id =
            g_strdup(((const Finding *)picture_at(visit->picture, SHELF_FINDINGS, 0))->id);
        picture_remove(visit->picture, SHELF_FINDINGS, id);
    }
    guint rules;
    rules_all(&rules);
    g_autofree char *all = g_strdup_printf("All %u rules hold.", rules);
    visit_open(visit, SCREEN_READINESS, NULL);
    visit_has(visit, all);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/readiness/screen", test_readiness);
    g_test_add_func("/readiness/hidden", test_readiness_hidden);
    g_test_add_func("/readiness/acknowledge", test_readiness_acknowledge);
    g_test_add_func("/readiness/withdraw", test_readiness_withdraw);
    g_test_add_func("/readiness/plans", test_readiness_plans);
    g_test_add_func("/readiness/parity", test_readiness_parity);
    g_test_add_func("/readiness/parity-finding", test_readiness_parity_finding);
    g_test_add_func("/readiness/checklist", test_checklist);
    g_test_add_func("/readiness/checklist-long", test_checklist_long);
    g_test_add_func("/readiness/nothing", test_readiness_nothing);
    return g_test_run();
}
