// signalbox(1) holds exactly the screens, keys and `:` commands of the tables. After a change of a table,
// --print prints what belongs between the two marks of the page.
#include <stdio.h>
#include <string.h>

#include "view/colon.h"
#include "view/ui.h"
#include "widget/footer.h"

// Rows from here on are the widgets', the same on every screen that has them.
enum { WIDGET_ACTIONS = 1000 };

static void add_screens(GString *out)
{
    guint count;
    const Screen *const *screens = screens_all(&count);
    g_string_append(out, ".Ss Screens\n.Bl -tag -width operations\n");
    for (guint i = 0; i < count; i++) {
        const Screen *screen = screens[i], *parent = screen_by_id(screen->parent);
        g_string_append_printf(out, ".It Cm %s\n", screen->name);
        if (parent)
            g_string_append_printf(out, "%s: a page of\n.Cm %s .\n", screen->title, parent->name);
        else
            g_string_append_printf(out, "%s: key\n.Ic %c .\n", screen->title, screen->digit);
    }
    g_string_append(out, ".El\n");
}

static void add_head(GString *out, const char *title)
{
    g_string_append_printf(out, ".Ss Keys: %s\n.Bl -tag -width Ds\n", title);
}

// The widgets' rows of this map that were not told yet.
static void add_shared(GString *out, const Keymap *map, GHashTable *told)
{
    for (gsize i = 0; i < keymap_count(map); i++) {
        const Binding *row = keymap_row(map, i);
        if (row->action >= WIDGET_ACTIONS && g_hash_table_add(told, (gpointer)row->name))
            help_man_row(out, map, i);
    }
}

static void add_own(GString *out, const Screen *screen, const Keymap *map)
{
    bool any = false;
    for (gsize i = 0; i < keymap_count(map); i++) {
        if (keymap_row(map, i)->action >= WIDGET_ACTIONS)
            continue;
        if (!any)
            add_head(out, screen->title);
        any = true;
        help_man_row(out, map, i);
    }
    if (any)
        g_string_append(out, ".El\n");
}

static void add_keys(GString *out)
{
    guint count;
    const Screen *const *screens = screens_all(&count);
    g_autoptr(Ui) ui = ui_new();
    g_autoptr(GHashTable) told = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GString) shared = g_string_new(NULL);
    g_autofree char *everywhere = help_man(ui_keymap(ui));
    add_head(out, "everywhere");
    g_string_append_printf(out, "%s.El\n", everywhere);
    for (guint i = 0; i < count; i++) {
        gpointer state = screens[i]->create();
        const Keymap *map = screens[i]->keymap(state);
        add_own(out, screens[i], map);
        add_shared(shared, map, told);
        screens[i]->destroy(state);
    }
    add_head(out, "lists and texts");
    g_string_append_printf(out, "%s.El\n", shared->str);
}

static void add_commands(GString *out)
{
    const char *usage, *help;
    g_string_append(out, ".Ss Commands behind the colon\n.Bl -tag -width Ds\n");
    for (guint i = 0; colon_help(i, &usage, &help); i++)
        g_string_append_printf(out, ".It Ic %s\n%s\n", usage, help);
    g_string_append(out, ".El\n");
}

static char *manual(void)
{
    GString *out = g_string_new(NULL);
    add_screens(out);
    add_keys(out);
    add_commands(out);
    return g_string_free(out, FALSE);
}

static const char BEGIN[] = ".\\\" The keys begin here.\n";
static const char END[] = ".\\\" The keys end here.\n";

static void test_page(void)
{
    g_autofree char *path =
        g_build_filename(g_getenv("SB_TOP_SRCDIR"), "doc/man/signalbox.1", NULL);
    g_autofree char *page = NULL;
    g_autofree char *made = manual();
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &page, NULL, &error);
    g_assert_no_error(error);
    const char *begin = strstr(page, BEGIN), *end = strstr(page, END);
    g_assert_true(begin && end && begin < end);
    begin += strlen(BEGIN);
    g_autofree char *written = g_strndup(begin, (gsize)(end - begin));
    g_assert_cmpstr(written, ==, made);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--print") == 0) {
        g_autofree char *made = manual();
        fputs(made, stdout);
        return 0;
    }
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/screen/manual", test_page);
    return g_test_run();
}
