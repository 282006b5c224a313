// signalboxd(8) lists the drivers, as the fleet file's manual promises, and every parameter that they read.
#include <string.h>

#include "driver/job.h"

static const Driver *const ALL[] = {&DRIVER_HTTP, &DRIVER_AZURE_LOGIC, &DRIVER_SITE};

static char *read_section(void)
{
    g_autofree char *path = g_build_filename(
        g_getenv("SB_TOP_SRCDIR") ? g_getenv("SB_TOP_SRCDIR") : ".", "doc/man/signalboxd.8", NULL);
    g_autofree char *page = NULL;
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &page, NULL, &error);
    g_assert_no_error(error);
    const char *from = strstr(page, ".Sh DRIVERS"), *to = from ? strstr(from, ".Sh SIGNALS") : NULL;
    g_assert_true(from && to);
    return g_strndup(from, (gsize)(to - from));
}

// True if `name` stands there as a word of its own.
static bool lists(const char *section, const char *name)
{
    gsize length = strlen(name);
    for (const char *at = strstr(section, name); at; at = strstr(at + 1, name))
        if (at[-1] == ' ' && (at[length] == ' ' || at[length] == '\n'))
            return true;
    return false;
}

// "activate_url" stands there as "ACTION_url", with the action named.
static bool lists_action(const char *section, const char *parameter)
{
    const char *dash = strrchr(parameter, '_');
    g_autofree char *action = dash ? g_strndup(parameter, (gsize)(dash - parameter)) : NULL;
    g_autofree char *general = dash ? g_strconcat("ACTION", dash, NULL) : NULL;
    return dash && lists(section, general) && strstr(section, action);
}

static void test_listed(void)
{
    g_autofree char *section = read_section();
    guint count = g_strv_length((char **)driver_names());
    g_assert_cmpuint(count, ==, G_N_ELEMENTS(ALL));
    for (guint i = 0; i < count; i++) {
        g_assert_cmpstr(driver_names()[i], ==, ALL[i]->name);
        g_autofree char *item = g_strdup_printf(".It Cm %s\n", ALL[i]->name);
        g_assert_nonnull(strstr(section, item));
        for (const char *const *p = ALL[i]->parameters; *p; p++)
            if (!lists(section, *p) && !lists_action(section, *p))
                g_error("signalboxd(8) does not list %s of the driver %s", *p, ALL[i]->name);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/driver/manual/listed", test_listed);
    return g_test_run();
}
