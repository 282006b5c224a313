// The manual pages of the configuration files hold exactly the options of the tables. After a change of a
// table, --print NAME (fleet, daemon, console) prints what belongs between the two marks of the page.
#include <stdio.h>
#include <string.h>

#include "conf-scratch.h"
#include "conf/console-options.h"
#include "conf/daemon-options.h"
#include "conf/fleet-options.h"

static const struct {
    const char *name;
    const OptionSection *section;
    const char *page;
} PAGES[] = {
    {"fleet", &FLEET_SECTION, "doc/man/signalbox-fleet.5"},
    {"daemon", &DAEMON_SECTION, "doc/man/signalboxd.conf.5"},
    {"console", &CONSOLE_SECTION, "doc/man/signalbox.conf.5"},
};

static const char BEGIN[] = ".\\\" The options begin here.\n";
static const char END[] = ".\\\" The options end here.\n";

static void test_page(gconstpointer data)
{
    gsize i = GPOINTER_TO_SIZE(data);
    g_autofree char *path = source_path(PAGES[i].page);
    g_autofree char *page = NULL;
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &page, NULL, &error);
    g_assert_no_error(error);
    const char *begin = strstr(page, BEGIN), *end = strstr(page, END);
    g_assert_true(begin && end && begin < end);
    begin += strlen(BEGIN);
    g_autofree char *written = g_strndup(begin, (gsize)(end - begin));
    g_autofree char *made = option_manual(PAGES[i].section);
    g_assert_cmpstr(written, ==, made);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--print") == 0) {
        for (gsize i = 0; i < G_N_ELEMENTS(PAGES); i++) {
            g_autofree char *made = option_manual(PAGES[i].section);
            if (strcmp(PAGES[i].name, argv[2]) == 0)
                fputs(made, stdout);
        }
        return 0;
    }
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(PAGES); i++) {
        g_autofree char *test = g_strdup_printf("/conf/manual/%s", PAGES[i].name);
        g_test_add_data_func(test, GSIZE_TO_POINTER(i), test_page);
    }
    return g_test_run();
}
