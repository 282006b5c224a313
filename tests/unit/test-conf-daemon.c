// The daemon's and the console's files, and files with secrets.
#include "conf/daemon.h"

#include "base/error.h"
#include "conf-scratch.h"
#include "conf/console.h"

static DaemonConfig *load(const char *path, bool check_system, GPtrArray *mistakes)
{
    DaemonConfig *config = NULL;
    bool ok = conf_load_daemon(path, check_system, &config, mistakes);
    g_assert_cmpint(ok, ==, config != NULL);
    return config;
}

static void test_example(void)
{
    g_autofree char *path = source_path("data/examples/signalboxd.conf");
    g_autoptr(GPtrArray) mistakes = mistakes_new();
    g_autoptr(DaemonConfig) config = load(path, false, mistakes);
    g_autofree char *told = mistakes_format(mistakes);
    g_assert_cmpstr(told, ==, "");
    g_assert_cmpstr(config->name, ==, "neu-1");
    g_assert_cmpuint(config->users->len, ==, 3);
    const ConfUser *anna = config->users->pdata[0], *root = config->users->pdata[2];
    g_assert_cmphex(anna->roles, ==, ROLE_BIT_OPERATOR | ROLE_BIT_APPROVER);
    g_assert_cmpstr(root->user, ==, "0");
    g_assert_cmphex(root->roles, ==, ROLE_BIT_ADMIN);
    g_assert_cmphex(config->socket_mode, ==, 0666);
    g_assert_null(config->listen.host);
    g_assert_cmpint(config->log_level, ==, LOG_LEVEL_INFO);
    g_assert_cmpstr(config->azure.management, ==, "https://management.azure.com");
}

static void test_dump(void)
{
    Scratch scratch = scratch_new();
    g_autoptr(GPtrArray) mistakes = mistakes_new();
    const char *path = scratch_write(
        &scratch, "d.conf",
        "name = \"d\"; store = \"s.db\"; listen = \"[::1]:0\"; socket_mode = \"0660\";\n"
        "tokens = ( { name = \"t\"; file = \"t.token\"; roles = [ \"viewer\", \"admin\" ]; } );\n"
        "log = { level = \"debug\"; format = \"json\"; };\n"
        "azure = { tenant = \"t\"; client = \"c\"; secret_file = \"s\"; };\n");
    g_autoptr(DaemonConfig) config = load(path, false, mistakes);
    g_assert_cmpstr(config->listen.host, ==, "::1");
    g_autofree char *store = g_build_filename(scratch.folder, "s.db", NULL);
    g_assert_cmpstr(config->store, ==, store); // from the place of the file
    g_autofree char *dump = conf_dump_daemon(config);
    g_assert_nonnull(strstr(dump, "listen = \"[::1]:0\";\n"));
    g_assert_nonnull(strstr(dump, "roles = [ \"viewer\", \"admin\" ];\n"));
    g_autoptr(DaemonConfig) again = load(scratch_write(&scratch, "e.conf", dump), false, mistakes);
    g_autofree char *dump_again = conf_dump_daemon(again);
    g_assert_cmpstr(dump, ==, dump_again);
    scratch_release(&scratch);
}

static void expect(const char *text, bool check_system, const char *expected)
{
    Scratch scratch = scratch_new();
    g_autoptr(GPtrArray) mistakes = mistakes_new();
    g_autoptr(DaemonConfig) config =
        load(scratch_write(&scratch, "d.conf", text), check_system, mistakes);
    g_autofree char *told = scratch_tell(&scratch, mistakes);
    g_assert_cmpstr(told, ==, expected);
    scratch_release(&scratch);
}

#define WIDE "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" // 53 bytes

static void test_mistakes(void)
{
    expect(
        "name = \"d\"; listen = \"0.0.0.0:80\"; socket_mode = \"0777\"; observe = \"1ms\";", false,
        "d.conf:1: socket_mode: found \"0777\"; expected a file mode from \"0600\" to \"0666\", in "
        "quotes.\n"
        "d.conf:1: listen: found \"0.0.0.0:80\"; expected \"127.0.0.1:PORT\" or \"[::1]:PORT\"; "
        "other addresses are not served without TLS.\n"
        "d.conf:1: observe: found \"1ms\"; expected a duration such as \"10s\" or \"1h30m\", from "
        "100ms to 1h.");
    expect("name = \"d\"; socket = \"/" WIDE WIDE
           "x\"; sinks = ( { name = \"far\"; kind = \"syslog\";\n"
           "path = \"/" WIDE WIDE "x\"; }, { name = \"near\"; kind = \"file\"; path = \"/" WIDE WIDE
           "x\"; } );",
           false,
           "d.conf:1: socket: found \"/" WIDE
           "xxxx..\"; expected a path, absolute or from the place of this file, "
           "whole of at most 107 bytes.\n"
           "d.conf:2: sinks[0].path: the whole path of a socket has at most 107 bytes.");
    expect(
        "name = \"d\"; listen = \"127.0.0.1:80\";", false,
        "d.conf:1: listen: nobody could use it: people are known by tokens on TCP, and there are "
        "none.");
    expect(
        "name = \"d\"; users = ( { name = \"a\"; user = \"a b\"; roles = \"boss\"; },\n"
        "{ name = \"b\"; user = 1; roles = [ ]; }, { name = \"b\"; user = \"x\"; roles = [ ]; },\n"
        "{ name = \"c\"; user = \"x\"; roles = [ ]; } ); azure = { secret = \"x\"; };",
        false,
        "d.conf:1: users[0].user: found \"a b\"; expected the name or the number of a Unix "
        "account.\n"
        "d.conf:1: users[0].roles: found \"boss\"; expected a list of viewer, operator, approver, "
        "admin.\n"
        "d.conf:1: users: the Unix user \"x\" is named twice, as \"b\" and as \"c\".\n"
        "d.conf:3: azure.secret: a secret must not stand in this file; name a file that holds it: "
        "secret_file = \"PATH\".\n"
        "d.conf:3: azure: tenant is missing; expected a text of 1 to 100 bytes, printable.\n"
        "d.conf:3: azure: client is missing; expected a text of 1 to 100 bytes, printable.\n"
        "d.conf:3: azure: secret_file is missing; expected a path, absolute or from the place of "
        "this file.");
    expect(
        "name = \"d\"; azure = { tenant = \"t\"; client = \"c\"; secret_file = \"s\";\n"
        "rehearsal_client = \"r\"; };",
        false,
        "d.conf:1: azure: rehearsal_client and rehearsal_secret_file go together: expected both, "
        "or neither.");
    expect("name = \"d\"; azure = { tenant = \"t\"; client = \"c\"; secret_file = \"s\";\n"
           "rehearsal_client = \"c\"; rehearsal_secret_file = \"r\"; };",
           false,
           "d.conf:2: azure.rehearsal_secret_file: the rehearsal signs in as the live client: "
           "expected "
           "another client with a secret of its own, that may only read.");
}

static void test_system(void)
{
    expect("name = \"d\";\n"
           "users = ( { name = \"x\"; user = \"no-such-user\"; roles = \"viewer\"; },\n"
           "  { name = \"root\"; user = \"root\"; roles = \"viewer\"; } );\n"
           "groups = ( { name = \"no-such-group\"; roles = \"viewer\"; } );\n"
           "tokens = ( { name = \"t\"; file = \"none\"; roles = \"viewer\"; } );\n",
           true,
           "d.conf:2: users[0].user: there is no user \"no-such-user\" on this machine.\n"
           "d.conf:4: groups[0].name: there is no group \"no-such-group\" on this machine.\n"
           "d.conf:5: tokens[0].file: The secret file \"none\" is not used: No such file or "
           "directory.");
}

// ---- secrets ----

static void test_secret_file(void)
{
    static const struct {
        const char *text;
        mode_t mode;
        const char *secret; // NULL = refused
        int code;
        const char *why;
    } ROWS[] = {
        {"hunter2\n", 0600, "hunter2", 0, NULL},
        {"  two words \r\nsecond line\n", 0400, "two words", 0, NULL},
        {"hunter2", 0640, NULL, ERR_DENIED, "others than its owner may use it; give it mode 0600."},
        {"hunter2", 0604, NULL, ERR_DENIED, "others than its owner may use it; give it mode 0600."},
        {"\nhunter2\n", 0600, NULL, ERR_INVALID, "its first line is empty."},
        {"", 0600, NULL, ERR_INVALID, "its first line is empty."},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        Scratch scratch = scratch_new();
        g_autoptr(GError) error = NULL;
        const char *path = scratch_write(&scratch, "secret", ROWS[i].text);
        g_assert_cmpint(g_chmod(path, ROWS[i].mode), ==, 0);
        g_autofree char *secret = conf_read_secret(path, &error);
        g_assert_cmpstr(secret, ==, ROWS[i].secret);
        if (!ROWS[i].secret) {
            g_assert_error(error, ERR, ROWS[i].code);
            g_assert_true(g_str_has_suffix(error->message, ROWS[i].why));
            g_assert_null(strstr(error->message, "hunter2"));
        }
        scratch_release(&scratch);
    }
}

static void test_secret_too_long(void)
{
    Scratch scratch = scratch_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *text = g_strnfill(4097, 'x');
    const char *path = scratch_write(&scratch, "secret", text);
    g_chmod(path, 0600);
    g_assert_null(conf_read_secret(path, &error));
    g_assert_error(error, ERR, ERR_INVALID);
    g_clear_error(&error);
    g_assert_null(conf_read_secret(scratch.folder, &error));
    g_assert_error(error, ERR, ERR_INVALID);
    scratch_release(&scratch);
}

// ---- the console ----

static void test_console(void)
{
    g_autofree char *path = source_path("data/examples/signalbox.conf");
    g_autoptr(GPtrArray) mistakes = mistakes_new();
    g_autoptr(ConsoleConfig) config = NULL;
    g_assert_true(conf_load_console(path, &config, mistakes));
    g_assert_cmpuint(config->backends->len, ==, 2);
    const ConfBackend *second = config->backends->pdata[1];
    g_assert_cmpstr(second->name, ==, "weu-1");
    g_assert_true(g_path_is_absolute(second->token_file));
    g_assert_cmpstr(config->theme, ==, "dark");

    g_autoptr(ConsoleConfig) usual = console_config_new();
    g_assert_true(usual->mouse);
    g_assert_cmpint(usual->bell, ==, BELL_CRITICAL);
    g_autofree char *dump = conf_dump_console(usual);
    g_assert_nonnull(strstr(dump, "theme = \"dark\";  # default\n"));
}

static void test_console_mistakes(void)
{
    Scratch scratch = scratch_new();
    g_autoptr(GPtrArray) mistakes = mistakes_new();
    g_autoptr(ConsoleConfig) config = NULL;
    const char *path = scratch_write(&scratch, "c.conf",
                                     "backends = ( { name = \"a\"; url = \"unix:relative\"; } );\n"
                                     "theme = \"drak\";\n"
                                     "mouse = 1;\n"
                                     "keys = { failover = \"F\"; quit = [ \"q\" ]; };\n");
    g_assert_false(conf_load_console(path, &config, mistakes));
    g_autofree char *told = scratch_tell(&scratch, mistakes);
    g_assert_cmpstr(
        told, ==,
        "c.conf:1: backends[0].url: found \"unix:relative\"; expected \"unix:/PATH\", or a "
        "URL such as \"http://127.0.0.1:8470\".\n"
        "c.conf:2: theme: found \"drak\"; expected the name of a theme: dark, light, mono, "
        "did you mean \"dark\"?\n"
        "c.conf:3: mouse: found 1; expected true or false.\n"
        "c.conf:4: keys.quit: found an array [ ... ]; expected a text, a number, true or "
        "false.");
    scratch_release(&scratch);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/conf/daemon/example", test_example);
    g_test_add_func("/conf/daemon/dump", test_dump);
    g_test_add_func("/conf/daemon/mistakes", test_mistakes);
    g_test_add_func("/conf/daemon/system", test_system);
    g_test_add_func("/conf/secret/file", test_secret_file);
    g_test_add_func("/conf/secret/too-long", test_secret_too_long);
    g_test_add_func("/conf/console/example", test_console);
    g_test_add_func("/conf/console/mistakes", test_console_mistakes);
    return g_test_run();
}
