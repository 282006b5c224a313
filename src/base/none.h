// Lists and tables of which each of a hundred thousand objects has some, nearly all of them empty. Objects that have
// nothing share one empty list; it looks and is given back like any other. Who puts something in takes the list by
// list_own, which gives the object one of its own when it has none.
#pragma once

#include <glib.h>

// A reference to the empty list. Nothing may be put into it.
GPtrArray *list_none(void);

// The list, to be changed: a new one in the place of the empty one, or of NULL. Borrowed from `*list`.
GPtrArray *list_own(GPtrArray **list, GDestroyNotify free_item);

// The same for tables of texts: char * → char *, both owned by the table.
GHashTable *table_none(void);
GHashTable *table_own(GHashTable **table);
