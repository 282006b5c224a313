// Who looks at what: noted, renewed, gone when it is not renewed for half a minute.
#include "api/presence.h"

static guint count(const PresenceBook *book)
{
    g_autoptr(json_t) people = presence_book_to_json(book);
    return (guint)json_array_size(people);
}

static void test_comes_and_goes(void)
{
    PresenceBook *book = presence_book_new();
    g_assert_true(presence_book_note(book, "anna", "op-1", 1000));
    g_assert_false(presence_book_note(book, "anna", "op-1", 2000)); // no news
    g_assert_true(presence_book_note(book, "bert", "op-1", 2000));
    g_assert_true(presence_book_note(book, "anna", "op-2", 3000)); // at another one
    g_assert_cmpuint(count(book), ==, 2);
    g_assert_true(presence_book_note(book, "bert", NULL, 4000));
    g_assert_cmpuint(count(book), ==, 1);
    presence_book_free(book);
}

// Whose line dropped is forgotten at most 30 s later; who renews stays.
static void test_expires(void)
{
    PresenceBook *book = presence_book_new();
    presence_book_note(book, "anna", "op-1", 1000);
    presence_book_note(book, "bert", "op-1", 1000);
    g_assert_false(presence_book_expire(book, 30000));
    presence_book_note(book, "bert", "op-1", 30000);
    g_assert_true(presence_book_expire(book, 31001));
    g_assert_cmpuint(count(book), ==, 1);
    g_assert_true(presence_book_expire(book, 60001));
    g_assert_cmpuint(count(book), ==, 0);
    presence_book_free(book);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/api/presence/comes-and-goes", test_comes_and_goes);
    g_test_add_func("/api/presence/expires", test_expires);
    return g_test_run();
}
