// Endpoints as people write them, and tokens that only their owner may read.
#include "client/endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

static void test_parse(void)
{
    static const struct {
        const char *text, *base, *socket;
    } ROWS[] = {
        {"unix:/run/sb.sock", "http://localhost", "/run/sb.sock"},
        {"/run/sb.sock", "http://localhost", "/run/sb.sock"},
        {"http://127.0.0.1:4711", "http://127.0.0.1:4711", NULL},
        {"http://127.0.0.1:4711/", "http://127.0.0.1:4711", NULL},
        {"https://weu.example", "https://weu.example", NULL},
        {"http://[::1]:80", "http://[::1]:80", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Endpoint) endpoint = endpoint_parse(ROWS[i].text, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(endpoint->name, ==, ROWS[i].text);
        g_assert_cmpstr(endpoint->base, ==, ROWS[i].base);
        g_assert_cmpstr(endpoint->socket, ==, ROWS[i].socket);
        g_assert_null(endpoint->token);
    }
}

static void test_parse_refuses(void)
{
    static const char *const TEXTS[] = {"",
                                        "unix:",
                                        "unix:relative",
                                        "relative",
                                        "ftp://host",
                                        "http://",
                                        "http://user:pw@host",
                                        "http://host/path",
                                        "http:host",
                                        "http://host?q=1",
                                        "http://ho st",
                                        "http://host#x",
                                        "127.0.0.1:4711"};
    for (guint i = 0; i < G_N_ELEMENTS(TEXTS); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(endpoint_parse(TEXTS[i], &error));
        g_assert_error(error, ERR, ERR_INVALID);
        g_assert_nonnull(strstr(error->message, "expected unix:/PATH"));
    }
}

static void test_list(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) two = endpoints_parse(" unix:/a,, http://127.0.0.1:1 ", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(two->len, ==, 2);
    g_assert_null(endpoints_parse("unix:/a nonsense", &error));
    g_assert_nonnull(strstr(error->message, "\"nonsense\""));
    g_clear_error(&error);
    g_assert_null(endpoints_parse(" , ", &error));
    g_assert_nonnull(strstr(error->message, "SIGNALBOX_URL"));
    g_clear_error(&error);
    g_assert_null(endpoints_parse(NULL, &error));
    g_assert_error(error, ERR, ERR_INVALID);
}

static void test_equal(void)
{
    static const struct {
        const char *a, *b;
        bool equal;
    } ROWS[] = {{"unix:/a", "/a", true},
                {"http://h:1", "http://h:1/", true},
                {"unix:/a", "unix:/b", false},
                {"http://h:1", "http://h:2", false},
                {"http://localhost", "unix:/a", false}};
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autoptr(Endpoint) a = endpoint_parse(ROWS[i].a, NULL);
        g_autoptr(Endpoint) b = endpoint_parse(ROWS[i].b, NULL);
        g_assert_true(endpoint_equal(a, b) == ROWS[i].equal);
    }
}

// ---- tokens ----

static char *write_token(const char *directory, const char *bytes, gsize n, mode_t mode)
{
    char *path = g_build_filename(directory, "token", NULL);
    g_assert_true(g_file_set_contents(path, bytes, (gssize)n, NULL));
    g_assert_cmpint(chmod(path, mode), ==, 0);
    return path;
}

static void test_token(void)
{
    char long_one[5000];
    memset(long_one, 'x', sizeof long_one);
    const struct {
        const char *bytes;
        gsize n;
        mode_t mode;
        int code; // -1 = read
        const char *word;
    } ROWS[] = {
        {"secret\n", 7, 0600, -1, "secret"},
        {"secret", 6, 0400, -1, "secret"},
        {"secret \r\n\n", 10, 0600, -1, "secret"},
        {"secret\n", 7, 0640, ERR_REFUSED, "mode 0640"},
        {"secret\n", 7, 0604, ERR_REFUSED, "chmod 600"},
        {"", 0, 0600, ERR_INVALID, "one token"},
        {"\n \n", 3, 0600, ERR_INVALID, "one token"},
        {long_one, sizeof long_one, 0600, ERR_INVALID, "one token"},
    };
    g_autofree char *directory = g_dir_make_tmp("signalbox-XXXXXX", NULL);
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autofree char *path = write_token(directory, ROWS[i].bytes, ROWS[i].n, ROWS[i].mode);
        g_autoptr(GError) error = NULL;
        char *token = token_read(path, &error);
        if (ROWS[i].code < 0) {
            g_assert_no_error(error);
            g_assert_cmpstr(token, ==, ROWS[i].word);
        } else {
            g_assert_null(token);
            g_assert_error(error, ERR, ROWS[i].code);
            g_assert_nonnull(strstr(error->message, ROWS[i].word));
        }
        token_free(token);
        unlink(path);
    }
    rmdir(directory);
}

// What is no file is said, and never waited for.
static void test_token_no_file(void)
{
    g_autofree char *directory = g_dir_make_tmp("signalbox-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(directory, "token", NULL);
    g_autoptr(GError) error = NULL;
    g_assert_null(token_read(path, &error));
    g_assert_error(error, ERR, ERR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_cmpint(mkfifo(path, 0600), ==, 0);
    g_assert_null(token_read(path, &error));
    g_assert_error(error, ERR, ERR_INVALID);
    g_clear_error(&error);
    unlink(path);
    g_assert_cmpint(symlink("/dev/null", path), ==, 0);
    g_assert_null(token_read(path, &error));
    g_assert_error(error, ERR, ERR_NOT_FOUND);
    unlink(path);
    rmdir(directory);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/client/endpoint/parse", test_parse);
    g_test_add_func("/client/endpoint/parse-refuses", test_parse_refuses);
    g_test_add_func("/client/endpoint/list", test_list);
    g_test_add_func("/client/endpoint/equal", test_equal);
    g_test_add_func("/client/endpoint/token", test_token);
    g_test_add_func("/client/endpoint/token-no-file", test_token_no_file);
    return g_test_run();
}
