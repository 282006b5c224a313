// Keys by name, keymaps, and what is made from them: footer, help, man page.
#include <string.h>

#include "base/error.h"
#include "widget/widgets.h"

static void test_names(void)
{
    static const char *const names[] = {"j",          "F",     "?",       "space",    "ctrl-s",
                                        "alt-x",      "enter", "esc",     "tab",      "up",
                                        "f12",        "é",     "page-up", "shift-up", "shift-tab",
                                        "ctrl-alt-a", "-",     "ctrl--",  "alt-f4"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        KeyEvent key;
        char text[KEY_TEXT_MAX];
        g_autoptr(GError) error = NULL;
        g_assert_true(key_parse(names[i], &key, &error));
        g_assert_no_error(error);
        key_format(&key, text);
        g_assert_cmpstr(text, ==, names[i]);
    }
}

static void test_bad_names(void)
{
    static const char *const names[] = {"", "jj", "ctrl-", "shift-a", "f13", "\xff", "\001", "up "};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        KeyEvent key = {.code = K_ESC};
        g_autoptr(GError) error = NULL;
        g_assert_false(key_parse(names[i], &key, &error));
        g_assert_error(error, ERR, ERR_INVALID);
        g_assert_cmpint(key.code, ==, K_ESC);
    }
}

enum { OPEN = 1, FAILOVER, QUIET, HELP, QUIT, SHADOWED };

static const Binding inner[] = {
    {OPEN, "open", "enter o", "open", "Opens it.", 0},
    {FAILOVER, "failover", "F", "fail over", "Proposes a failover.", BIND_CHANGES},
    {QUIET, "quiet", "x", "quiet", "Is not in the footer.", BIND_QUIET},
};
static const Binding outer[] = {
    {QUIT, "quit", "q o", "quit", "Leaves signalbox.", 0},
    {SHADOWED, "shadowed", "x", "shadow", "Has a key that is taken further in.", 0},
    {HELP, "help", "?", "help", ".Shows all keys - here.", 0},
};

static BindingState state_of(const Binding *row, gpointer data)
{
    return row->flags & BIND_CHANGES ? *(BindingState *)data : BINDING_ON;
}

typedef struct {
    Keymap *inner, *outer;
    BindingState changes;
    KeyContext context;
} Maps;

static void maps_set_up(Maps *maps, gconstpointer data)
{
    (void)data;
    maps->inner = keymap_new("Regions");
    maps->outer = keymap_new("Everywhere");
    keymap_add(maps->inner, inner, G_N_ELEMENTS(inner));
    keymap_add(maps->outer, outer, G_N_ELEMENTS(outer));
    maps->changes = BINDING_ON;
    maps->context =
        (KeyContext){.maps = {maps->inner, maps->outer}, .state = state_of, .data = &maps->changes};
}

static void maps_tear_down(Maps *maps, gconstpointer data)
{
    (void)data;
    keymap_free(maps->inner);
    keymap_free(maps->outer);
}

static int action_of(const Maps *maps, const char *name)
{
    KeyEvent key;
    g_assert_true(key_parse(name, &key, NULL));
    const Binding *row = keys_find(&maps->context, &key);
    return row ? row->action : 0;
}

static void test_find(Maps *maps, gconstpointer data)
{
    (void)data;
    g_assert_cmpint(action_of(maps, "enter"), ==, OPEN);
    g_assert_cmpint(action_of(maps, "o"), ==, OPEN); // the inner map wins
    g_assert_cmpint(action_of(maps, "q"), ==, QUIT);
    g_assert_cmpint(action_of(maps, "ctrl-q"), ==, 0);
    g_assert_cmpint(action_of(maps, "F"), ==, FAILOVER);
    maps->changes = BINDING_GREYED;
    g_assert_cmpint(action_of(maps, "F"), ==, FAILOVER);
    maps->changes = BINDING_HIDDEN;
    g_assert_cmpint(action_of(maps, "F"), ==, 0);
    // it is no quiet row's of the outer map, but one's that the footer shows
    g_autoptr(Keymap) quiet = keymap_new("Quiet"), shown = keymap_new("Shown");
    keymap_add(quiet, &(Binding){SHADOWED, "card", "F", "card", "Shows a card.", BIND_QUIET}, 1);
    keymap_add(shown, &(Binding){QUIT, "run", "F", "let it run", "Lets it run.", 0}, 1);
    maps->context.maps[1] = quiet;
    g_assert_cmpint(action_of(maps, "F"), ==, 0);
    maps->context.maps[1] = shown;
    g_assert_cmpint(action_of(maps, "F"), ==, QUIT);
}

static void test_rebind(Maps *maps, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_assert_true(keymap_rebind(maps->inner, "quiet", "enter ctrl-y", &error));
    g_assert_cmpint(action_of(maps, "enter"), ==, QUIET);
    g_assert_cmpint(action_of(maps, "x"), ==, SHADOWED);
    g_assert_cmpstr(keymap_keys(maps->inner, 0), ==, "o");
    g_assert_false(keymap_rebind(maps->inner, "quiet", "no-such-key", &error));
    g_assert_error(error, ERR, ERR_INVALID);
    g_clear_error(&error);
    g_assert_cmpint(action_of(maps, "enter"), ==, QUIET);
    g_assert_false(keymap_rebind(maps->inner, "nothing", "a", &error));
    g_assert_error(error, ERR, ERR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_false(keymap_rebind(maps->inner, "quiet", "a b c d e f g h i j k l", &error));
    g_assert_error(error, ERR, ERR_TOO_LARGE);
    g_assert_true(keymap_rebind(maps->inner, "quiet", "", NULL));
    g_assert_cmpint(action_of(maps, "enter"), ==, 0);
}

static char *footer_text(const Maps *maps, int width, bool roles)
{
    g_autoptr(Grid) grid = grid_new(width, 1, false);
    Canvas canvas = canvas_of(grid);
    footer_draw(&canvas, &maps->context);
    return roles ? grid_roles(grid) : grid_text(grid);
}

static void test_footer(Maps *maps, gconstpointer data)
{
    (void)data;
    static const struct {
        int width;
        const char *expected;
    } cases[] = {{60, "enter open  F fail over                       q quit  ? help\n"},
                 {31, "enter open  F fail over  ? help\n"},
                 {30, "enter open  q quit      ? help\n"},
                 {18, "enter open  ? help\n"},
                 {8, "  ? help\n"},
                 {5, "\n"},
                 {0, "\n"}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = footer_text(maps, cases[i].width, false);
        g_assert_cmpstr(text, ==, cases[i].expected);
    }
    maps->changes = BINDING_GREYED;
    g_autofree char *roles = footer_text(maps, 31, true);
    g_assert_cmpstr(roles, ==, "kkkkk.......m.mmmmmmmmm..k.....\n");
}

static void test_help(Maps *maps, gconstpointer data)
{
    (void)data;
    g_autoptr(Pager) pager = pager_new();
    g_autoptr(Grid) grid = grid_new(40, 11, false);
    Canvas canvas = canvas_of(grid);
    help_fill(pager, &maps->context);
    pager_draw(pager, &canvas);
    g_autofree char *text = grid_text(grid);
    g_assert_cmpstr(text, ==,
                    "─ Regions ─────────────────────────────\n"
                    "enter o Opens it.\n"
                    "F       Proposes a failover.\n"
                    "x       Is not in the footer.\n"
                    "\n"
                    "─ Everywhere ──────────────────────────\n"
                    "q o     Leaves signalbox.\n"
                    "?       .Shows all keys - here.\n"
                    "\n\n\n");
    g_autofree char *man = help_man(maps->outer);
    g_assert_cmpstr(man, ==,
                    ".It Ic \\&q \\&o\nLeaves signalbox.\n.Pq Cm quit\n"
                    ".It Ic \\&x\nHas a key that is taken further in.\n.Pq Cm shadowed\n"
                    ".It Ic \\&?\n\\&.Shows all keys \\- here.\n.Pq Cm help\n");
}

// In one map an earlier row keeps its key.
static void test_taken(void)
{
    static const Binding rows[] = {{1, "one", "a b", "one", "One.", 0},
                                   {2, "two", "b c", "two", "Two.", 0}};
    g_autoptr(Keymap) map = keymap_new("Keys");
    keymap_add(map, rows, 2);
    KeyEvent b = key_of_char('b');
    g_assert_cmpint(keymap_find(map, &b)->action, ==, 1);
    g_assert_cmpstr(keymap_keys(map, 1), ==, "c");
    g_assert_cmpstr(keymap_first_key(map, 1), ==, "c");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/key/names", test_names);
    g_test_add_func("/key/bad-names", test_bad_names);
    g_test_add_func("/key/taken", test_taken);
    g_test_add("/key/find", Maps, NULL, maps_set_up, test_find, maps_tear_down);
    g_test_add("/key/rebind", Maps, NULL, maps_set_up, test_rebind, maps_tear_down);
    g_test_add("/key/footer", Maps, NULL, maps_set_up, test_footer, maps_tear_down);
    g_test_add("/key/help", Maps, NULL, maps_set_up, test_help, maps_tear_down);
    return g_test_run();
}
