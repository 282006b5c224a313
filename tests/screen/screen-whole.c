// A region-level operation and a drill on the screens: the parts below the whole, the page of the whole, the next
// statement to sign; and the exercise that looks like nothing else.
#include <string.h>

#include "model/region.h"
#include "visit.h"

#define WHOLE "op-whole"

static void add_member(Operation *whole, const char *group, const char *operation,
                       OperationState state, const char *why)
{
    Member *member = member_new(group, operation);
    member->state = state;
    member->why = g_strdup(why);
    g_ptr_array_add(whole->members, member);
}

static void adopt(Visit *visit, const char *id)
{
    Operation *child = world_operation(visit->picture, id);
    g_free(child->parent);
    child->parent = g_strdup(WHOLE);
}

// Two of its groups wait, one runs, one is left out.
static Visit *given_whole(void)
{
    Visit *visit = visit_new();
    Operation *whole = operation_new(WHOLE);
    whole->kind = OPERATION_FAILOVER;
    whole->region = g_strdup("westeurope");
    whole->group = g_strdup("");
    whole->from = g_strdup("westeurope");
    whole->to = g_strdup("");
    whole->state = OPERATION_RUNNING;
    whole->proposer = g_strdup("oncall-1");
    whole->reason = g_strdup("the whole region is gone");
    whole->proposed_ms = WORLD_NOW - 60000;
    const char *const ids[] = {WORLD_AWAITING, WORLD_PLAIN, WORLD_RUNNING};
    for (guint i = 0; i < G_N_ELEMENTS(ids); i++) {
        const Operation *child = world_operation(visit->picture, ids[i]);
        add_member(whole, child->group, child->id, child->state, NULL);
        adopt(visit, ids[i]);
    }
    add_member(whole, "hub", NULL, OPERATION_WITHDRAWN, "operation op-7 is running");
    whole->why = region_sentence(whole);
    picture_put(visit->picture, SHELF_OPERATIONS, whole);
    visit->picture->version++;
    return visit;
}

static int line_of(const char *text, const char *part)
{
    const char *at = strstr(text, part);
    int line = 0;
    if (!at)
        g_printerr("%s\nis not on\n%s\n", part, text);
    g_assert_nonnull(at);
    for (const char *c = text; c < at; c++)
        line += *c == '\n';
    return line;
}

static void test_nested(void)
{
    g_autoptr(Visit) visit = given_whole();
    const Operation *whole = picture_operation(visit->picture, WHOLE);
    visit_open(visit, SCREEN_OPERATIONS, NULL);
    const char *text = visit_at(visit, 132, 43);
    int line = line_of(text, "failover westeurope");
    for (guint i = 0; i < 3; i++) {
        const Member *member = whole->members->pdata[i];
        g_autofree char *part = g_strdup_printf("→ %s", member->group);
        g_assert_cmpint(line_of(text, part), ==, line + 1 + (int)i);
    }
}

static void test_page(void)
{
    g_autoptr(Visit) visit = given_whole();
    visit_open(visit, SCREEN_WHOLE, WHOLE);
    visit_has(visit, "failover of all of West Europe");
    visit_has(visit, "1 of 4 signed, 0 moved");
    visit_has(visit, "left out");
    visit_has(visit, "left out: hub");
    visit_press(visit, "T");
    visit_has(visit, "RETRY " WHOLE);
    visit_press(visit, "esc enter"); // the first waits for its sign-offs
    visit_has(visit, "LIVE FAILOVER");
    visit_has(visit, "of all of West Europe: 1 of 4 signed; s goes to the next");
    static const char *const SIZES[] = {"80x24", "40x10"};
    for (guint i = 0; i < G_N_ELEMENTS(SIZES); i++) { // it fits, and says what is needed most
        visit_open(visit, SCREEN_WHOLE, WHOLE);
        const char *text = i ? visit_at(visit, 40, 10) : visit_at(visit, 80, 24);
        g_assert_nonnull(strstr(text, "payments"));
    }
}

static void test_next_sibling(void)
{
    g_autoptr(Visit) visit = given_whole();
    visit_open(visit, SCREEN_STATEMENT, WORLD_AWAITING);
    visit_press(visit, "s");
    g_assert_cmpstr(ui_object(visit->ui), ==, WORLD_PLAIN);
    visit_press(visit, "s");
    g_assert_cmpstr(ui_object(visit->ui), ==, WORLD_AWAITING);
}

static void test_propose_region(void)
{
    g_autoptr(Visit) visit = visit_new();
    visit_open(visit, SCREEN_OVERVIEW, NULL);
    visit_press(visit, "F");
    visit_has(visit, "propose: FAIL OVER EVERY GROUP OF West Europe");
    visit_press(visit, "esc");
    visit_open(visit, SCREEN_REGION, "northeurope");
    visit_press(visit, "E");
    visit_has(visit, "FAIL OVER EVERY GROUP OF North Europe");
    visit_press(visit, "esc");
    visit_open(visit, SCREEN_OVERVIEW, NULL);
    visit_press(visit, "D");
    visit_has(visit, "propose: DRILL EVERY GROUP OF West Europe");
    visit_has(visit, "live moves them there and home again.");
    visit_has(visit, "isolated");
}

static void test_drill_looks_different(void)
{
    g_autoptr(Visit) visit = visit_new();
    Operation *op = world_operation(visit->picture, WORLD_PLAIN);
    op->kind = op->statement->kind = OPERATION_DRILL;
    op->drill = op->statement->drill = DRILL_ISOLATED;
    op->statement->mode = STATEMENT_DRILL;
    visit->picture->version++;
    visit_open(visit, SCREEN_OPERATIONS, NULL);
    visit_has(visit, "DRILL i");
    visit_has(visit, "ARMED  DRILL"); // in the frame
    visit_open(visit, SCREEN_STATEMENT, WORLD_PLAIN);
    visit_has(visit, "DRILL, ISOLATED");
    visit_lacks(visit, "LIVE F");
    visit_open(visit, SCREEN_ROLES, NULL);
    visit_press(visit, "D");
    visit_has(visit, "propose: DRILL ");
    visit_has(visit, "isolated");
}

// A region that is rehearsed says so in the frame, in the list and on its page; nothing of it is moved.
static void test_drill_of_region(void)
{
    g_autoptr(Visit) visit = given_whole();
    Operation *whole = world_operation(visit->picture, WHOLE);
    whole->kind = OPERATION_DRILL;
    whole->drill = DRILL_ISOLATED;
    g_free(whole->why);
    whole->why = region_sentence(whole);
    visit->picture->version++;
    visit_open(visit, SCREEN_WHOLE, WHOLE);
    g_assert_nonnull(strstr(visit_at(visit, 200, 43), "DRILL of West Europe"));
    visit_has(visit, "DRILL isolated of all of West Europe");
    visit_has(visit, "0 of 4 groups rehearsed");
    visit_lacks(visit, "moved");
    visit_open(visit, SCREEN_OPERATIONS, NULL);
    visit_has(visit, "DRILL i");
    visit_has(visit, "and home");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/screen/whole/nested", test_nested);
    g_test_add_func("/screen/whole/page", test_page);
    g_test_add_func("/screen/whole/next-sibling", test_next_sibling);
    g_test_add_func("/screen/whole/propose-region", test_propose_region);
    g_test_add_func("/screen/whole/drill-looks-different", test_drill_looks_different);
    g_test_add_func("/screen/whole/drill-of-region", test_drill_of_region);
    return g_test_run();
}
