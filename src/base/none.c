#include "base/none.h"

static GPtrArray *the_list(void)
{
    static GPtrArray *list;
    if (!list)
        list = g_ptr_array_new();
    g_assert(!list->len); // or somebody has put something into everybody's list
    return list;
}

GPtrArray *list_none(void)
{
    return g_ptr_array_ref(the_list());
}

GPtrArray *list_own(GPtrArray **list, GDestroyNotify free_item)
{
    if (*list && *list != the_list())
        return *list;
    g_clear_pointer(list, g_ptr_array_unref);
    return *list = g_ptr_array_new_with_free_func(free_item);
}

static GHashTable *the_table(void)
{
    static GHashTable *table;
    if (!table)
        table = g_hash_table_new(g_str_hash, g_str_equal);
    g_assert(!g_hash_table_size(table));
    return table;
}

GHashTable *table_none(void)
{
    return g_hash_table_ref(the_table());
}

GHashTable *table_own(GHashTable **table)
{
    if (*table && *table != the_table())
        return *table;
    g_clear_pointer(table, g_hash_table_unref);
    return *table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}
