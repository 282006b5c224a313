#include "base/none.h"

static void test_list(void)
{
    g_autoptr(GPtrArray) first = list_none(), second = list_none();
    g_assert_true(first == second);
    g_ptr_array_set_size(first, 0); // emptying it is fine
    g_ptr_array_add(list_own(&first, g_free), g_strdup("one"));
    g_ptr_array_add(list_own(&first, g_free), g_strdup("two"));
    g_assert_cmpuint(first->len, ==, 2);
    g_assert_cmpuint(second->len, ==, 0);
    g_autoptr(GPtrArray) third = NULL;
    g_ptr_array_add(list_own(&third, NULL), first);
    g_assert_true(third->pdata[0] == first);
}

static void test_table(void)
{
    g_autoptr(GHashTable) first = table_none(), second = table_none();
    g_assert_true(first == second && !g_hash_table_lookup(first, "a"));
    g_hash_table_insert(table_own(&first), g_strdup("a"), g_strdup("1"));
    g_hash_table_insert(table_own(&first), g_strdup("b"), g_strdup("2"));
    g_assert_cmpstr(g_hash_table_lookup(first, "a"), ==, "1");
    g_assert_cmpuint(g_hash_table_size(first), ==, 2);
    g_assert_cmpuint(g_hash_table_size(second), ==, 0);
}

// Who puts something into everybody's list is found out at the next use of it.
static void test_misuse(void)
{
    if (g_test_subprocess()) {
        g_autoptr(GPtrArray) list = list_none();
        g_ptr_array_add(list, list);
        g_ptr_array_unref(list_none());
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_failed();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/none/list", test_list);
    g_test_add_func("/base/none/table", test_table);
    g_test_add_func("/base/none/misuse", test_misuse);
    return g_test_run();
}
