// Sockets that listen: what is taken over, what is refused, and with which permissions.
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "httpd/listen.h"

typedef struct {
    char *dir;
    char *path;
    HttpListen first; // listens at path
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    fixture->dir = g_dir_make_tmp("signalbox-XXXXXX", NULL);
    fixture->path = g_build_filename(fixture->dir, "sock", NULL);
    g_assert_true(http_listen_unix(fixture->path, 0600, &fixture->first, &error));
    g_assert_no_error(error);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    (void)data;
    static const char *const LEFT[] = {"sock.lock", "open.lock", "file.lock", "file"};
    http_listen_release(&fixture->first);
    for (gsize i = 0; i < G_N_ELEMENTS(LEFT); i++) {
        g_autofree char *path = g_build_filename(fixture->dir, LEFT[i], NULL);
        g_unlink(path);
    }
    g_assert_cmpint(g_rmdir(fixture->dir), ==, 0); // and so no socket file was left
    g_free(fixture->dir);
    g_free(fixture->path);
}

static mode_t mode_of(const char *path)
{
    struct stat info;
    g_assert_cmpint(stat(path, &info), ==, 0);
    return info.st_mode & 07777;
}

static void test_permissions(Fixture *fixture, gconstpointer data)
{
    (void)data;
    HttpListen second;
    g_autofree char *path = g_build_filename(fixture->dir, "open", NULL);
    g_assert_cmpuint(mode_of(fixture->path), ==, 0600);
    g_assert_true(http_listen_unix(path, 0666, &second, NULL));
    g_assert_cmpuint(mode_of(path), ==, 0666);
    http_listen_release(&second);
    g_assert_cmpint(access(path, F_OK), !=, 0);
}

static void assert_busy(const char *path)
{
    HttpListen listen_on;
    g_autoptr(GError) error = NULL;
    g_assert_false(http_listen_unix(path, 0600, &listen_on, &error));
    g_assert_error(error, ERR, ERR_BUSY);
}

static void test_taken_over(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autofree char *lock = g_strconcat(fixture->path, ".lock", NULL);
    assert_busy(fixture->path);
    // Alive, and its lock file lost: still refused.
    g_assert_cmpint(unlink(lock), ==, 0);
    assert_busy(fixture->path);
    // As after kill -9: the descriptors are closed, the file is left.
    close(fixture->first.fd);
    close(fixture->first.lock_fd);
    g_free(fixture->first.path);
    g_assert_true(http_listen_unix(fixture->path, 0600, &fixture->first, &error));
    g_assert_no_error(error);
}

// A program that stops removes only its own file.
static void test_replaced_meanwhile(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_assert_cmpint(g_unlink(fixture->path), ==, 0);
    g_assert_true(g_file_set_contents(fixture->path, "another's", -1, NULL));
    http_listen_release(&fixture->first);
    g_assert_cmpint(g_unlink(fixture->path), ==, 0);
}

static void test_mistakes(Fixture *fixture, gconstpointer data)
{
    (void)data;
    HttpListen listen_on;
    g_autoptr(GError) error = NULL;
    g_autofree char *file = g_build_filename(fixture->dir, "file", NULL);
    g_autofree char *nowhere = g_build_filename(fixture->dir, "no/where", NULL);
    g_autofree char *tail = g_strnfill(120, 'x');
    g_autofree char *longer = g_build_filename(fixture->dir, tail, NULL);
    g_file_set_contents(file, "precious", -1, NULL);
    const char *const paths[] = {file, nowhere, longer, ""};
    const char *const words[] = {"not a socket", "No such file", "107 bytes", "107 bytes"};
    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_assert_false(http_listen_unix(paths[i], 0600, &listen_on, &error));
        g_assert_error(error, ERR, ERR_INVALID);
        g_assert_nonnull(strstr(error->message, words[i]));
        g_clear_error(&error);
    }
    g_autofree char *kept = NULL;
    g_assert_true(g_file_get_contents(file, &kept, NULL, NULL));
    g_assert_cmpstr(kept, ==, "precious");
}

static void test_tcp(Fixture *fixture, gconstpointer data)
{
    (void)fixture;
    (void)data;
    guint16 port = 0;
    HttpListen listen_on, again;
    g_autoptr(GError) error = NULL;
    g_assert_true(http_listen_tcp("127.0.0.1", 0, &listen_on, &port, &error));
    g_assert_cmpuint(port, >, 0);
    g_assert_false(http_listen_tcp("127.0.0.1", port, &again, NULL, &error));
    g_assert_error(error, ERR, ERR_BUSY);
    g_clear_error(&error);
    g_assert_false(http_listen_tcp("localhost", 0, &again, NULL, &error));
    g_assert_error(error, ERR, ERR_INVALID);
    http_listen_release(&listen_on);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/httpd/listen/permissions", Fixture, NULL, set_up, test_permissions, tear_down);
    g_test_add("/httpd/listen/taken-over", Fixture, NULL, set_up, test_taken_over, tear_down);
    g_test_add("/httpd/listen/replaced-meanwhile", Fixture, NULL, set_up, test_replaced_meanwhile,
               tear_down);
    g_test_add("/httpd/listen/mistakes", Fixture, NULL, set_up, test_mistakes, tear_down);
    g_test_add("/httpd/listen/tcp", Fixture, NULL, set_up, test_tcp, tear_down);
    return g_test_run();
}
