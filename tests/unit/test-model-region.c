// What the parts of a region-level operation make of the whole.
#include "model/region.h"

typedef struct {
    const char *
        members; // a letter each: w awaits, r runs, p paused, c completed, x with exceptions, a aborted,
                 // j rejected, e expired, - left out
    OperationState state;
    const char *sentence;
} Row;

static const Row ROWS[] = {
    {"ww", OPERATION_AWAITING, "0 of 2 groups moved; awaiting sign-off: g0, g1"},
    {"wr", OPERATION_RUNNING, "0 of 2 groups moved; awaiting sign-off: g0; running: g1"},
    {"wp", OPERATION_PAUSED, "0 of 2 groups moved; awaiting sign-off: g0; paused: g1"},
    {"rp", OPERATION_RUNNING, "0 of 2 groups moved; running: g0; paused: g1"},
    {"cw", OPERATION_AWAITING, "1 of 2 groups moved; awaiting sign-off: g1"},
    {"ccc", OPERATION_COMPLETED, "3 of 3 groups moved"},
    {"cx", OPERATION_COMPLETED_EXCEPTIONS, "2 of 2 groups moved; completed with exceptions: g1"},
    {"cj", OPERATION_PARTIAL, "1 of 2 groups moved; rejected: g1"},
    {"jj", OPERATION_REJECTED, "0 of 2 groups moved; rejected: g0, g1"},
    {"aa", OPERATION_ABORTED, "0 of 2 groups moved; aborted: g0, g1"},
    {"je", OPERATION_PARTIAL, "0 of 2 groups moved; rejected: g0; expired: g1"},
    {"c-", OPERATION_PARTIAL, "1 of 2 groups moved; left out: g1 (it is busy)"},
    {"w-", OPERATION_AWAITING,
     "0 of 2 groups moved; awaiting sign-off: g0; left out: g1 (it is busy)"},
};

static OperationState state_of(char letter)
{
    switch (letter) {
    case 'w':
        return OPERATION_AWAITING;
    case 'r':
        return OPERATION_RUNNING;
    case 'p':
        return OPERATION_PAUSED;
    case 'c':
        return OPERATION_COMPLETED;
    case 'x':
        return OPERATION_COMPLETED_EXCEPTIONS;
    case 'a':
        return OPERATION_ABORTED;
    case 'j':
        return OPERATION_REJECTED;
    case 'e':
        return OPERATION_EXPIRED;
    default:
        return OPERATION_WITHDRAWN;
    }
}

static Operation *make(const char *members)
{
    Operation *operation = operation_new("op-whole");
    operation->region = g_strdup("west");
    for (guint i = 0; members[i]; i++) {
        g_autofree char *group = g_strdup_printf("g%u", i);
        Member *member = member_new(group, members[i] == '-' ? NULL : "op-part");
        member->state = state_of(members[i]);
        member->why = members[i] == '-' ? g_strdup("it is busy") : NULL;
        g_ptr_array_add(operation->members, member);
    }
    return operation;
}

static void test_states(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autoptr(Operation) operation = make(ROWS[i].members);
        g_autofree char *sentence = region_sentence(operation);
        g_assert_cmpstr(sentence, ==, ROWS[i].sentence);
        g_assert_cmpstr(name_of(&OPERATION_STATE_NAMES, (int)region_state(operation)), ==,
                        name_of(&OPERATION_STATE_NAMES, (int)ROWS[i].state));
    }
}

static void test_left(void)
{
    g_autoptr(Operation) operation = make("wrpcxaje-");
    g_assert_cmpuint(region_open(operation), ==, 3);
    g_assert_cmpuint(region_moved(operation), ==, 2);
    for (guint i = 0; i < operation->members->len; i++)
        g_assert_true(member_is_left(operation->members->pdata[i]) == (i >= 5));
    g_assert_nonnull(operation_member(operation, "g8"));
    g_assert_null(operation_member(operation, "g9"));
    g_autoptr(Operation) copy = operation_copy(operation);
    g_assert_cmpuint(copy->members->len, ==, operation->members->len);
    g_assert_cmpstr(operation_member(copy, "g8")->why, ==, "it is busy");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/region/states", test_states);
    g_test_add_func("/model/region/left", test_left);
    return g_test_run();
}
