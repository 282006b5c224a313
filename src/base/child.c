#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

enum { FIRST_FILE = 10, READ_BYTES = 4096 };

typedef struct {
    int fd;
    guint watch;
    GString *text;
} Output;

struct Child {
    GPid pid;
    guint watch;
    guint timer;
    bool timed_out;
    Output out, err;
    ChildDone done;
    gpointer data;
};

const char *child_path(guint file)
{
    static const char *const PATHS[CHILD_FILES] = {"/dev/fd/10", "/dev/fd/11", "/dev/fd/12"};
    g_assert(file < CHILD_FILES);
    return PATHS[file];
}

// ---- what it reads ----

static bool write_all(int fd, const char *bytes, gsize size)
{
    while (size) {
        ssize_t n = write(fd, bytes, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        size -= (gsize)n;
    }
    return true;
}

// A file in memory that nobody can change any more; -1 if there is no memory for it.
static int memory_file(GBytes *bytes)
{
    gsize size = 0;
    const char *text = bytes ? g_bytes_get_data(bytes, &size) : NULL;
    int fd = memfd_create("signalbox", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd >= 0 && (!write_all(fd, text, size) || lseek(fd, 0, SEEK_SET) < 0 ||
                    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK) < 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

// ---- what it says ----

static void output_open(Output *output, int fd)
{
    output->fd = fd;
    output->text = g_string_new(NULL);
    g_unix_set_fd_nonblocking(fd, TRUE, NULL);
}

static void output_close(Output *output)
{
    g_clear_handle_id(&output->watch, g_source_remove);
    if (output->text)
        close(output->fd);
    if (output->text)
        g_string_free(output->text, TRUE);
    *output = (Output){0};
}

// What is there. False: no more will come. What goes beyond the limit is thrown away.
static bool output_read(Output *output)
{
    char bytes[READ_BYTES];
    for (;;) {
        ssize_t n = read(output->fd, bytes, sizeof bytes);
        if (n > 0)
            g_string_append_len(output->text, bytes,
                                MIN((gssize)n, CHILD_OUTPUT_MAX - (gssize)output->text->len));
        else if (n == 0 || (errno != EINTR && errno != EAGAIN))
            return false;
        else if (errno == EAGAIN)
            return true;
    }
}

static gboolean on_output(int fd, GIOCondition condition, gpointer data)
{
    Output *output = data;
    (void)fd, (void)condition;
    if (output_read(output))
        return G_SOURCE_CONTINUE;
    output->watch = 0;
    return G_SOURCE_REMOVE;
}

// ---- its life ----

static void child_free(Child *child)
{
    g_clear_handle_id(&child->timer, g_source_remove);
    g_clear_handle_id(&child->watch, g_source_remove);
    output_close(&child->out);
    output_close(&child->err);
    g_free(child);
}

static void on_ended(GPid pid, int status, gpointer data)
{
    Child *child = data;
    child->watch = 0;
    g_spawn_close_pid(pid);
    output_read(&child->out);
    output_read(&child->err);
    const ChildResult result = {.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
                                .timed_out = child->timed_out,
                                .out = child->out.text->str,
                                .out_size = child->out.text->len,
                                .err = child->err.text->str};
    child->done(&result, child->data);
    child_free(child);
}

// It leads a session of its own (as soon as it runs): helpers that it has started end with it.
static void end(const Child *child)
{
    kill(child->pid, SIGKILL);
    kill(-child->pid, SIGKILL);
}

static gboolean on_timeout(gpointer data)
{
    Child *child = data;
    child->timer = 0;
    child->timed_out = true;
    end(child);
    return G_SOURCE_REMOVE;
}

static void on_orphan(GPid pid, int status, gpointer data)
{
    (void)status, (void)data;
    g_spawn_close_pid(pid);
}

void child_cancel(Child *child)
{
    if (!child)
        return;
    end(child);
    g_clear_handle_id(&child->watch, g_source_remove);
    g_child_watch_add(child->pid, on_orphan, NULL);
    child_free(child);
}

// In the new process: no terminal, no orphan.
static void detach(gpointer data)
{
    (void)data;
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static char **pass(char **env, const char *name)
{
    const char *value = g_getenv(name);
    return value ? g_environ_setenv(env, name, value, TRUE) : env;
}

static char **environment(const ChildSpec *spec)
{
    char **env = g_environ_setenv(NULL, "PATH", "/usr/bin:/bin", TRUE);
    env = g_environ_setenv(env, "LC_ALL", "C", TRUE);
    env = g_environ_setenv(env, "TZ", "UTC", TRUE);
    env = g_environ_setenv(env, "SSH_ASKPASS_REQUIRE", "never", TRUE); // there is nobody to ask
    env = pass(env, "HOME");
    for (const char *const *name = spec->pass; name && *name; name++)
        env = pass(env, *name);
    for (const char *const *pair = spec->set; pair && *pair; pair++) {
        g_auto(GStrv) parts = g_strsplit(*pair, "=", 2);
        env = g_environ_setenv(env, parts[0], parts[1], TRUE);
    }
    return env;
}

static bool spawn(Child *child, const ChildSpec *spec, const int *from, int n, GError **error)
{
    static const int TO[CHILD_FILES] = {FIRST_FILE, FIRST_FILE + 1, FIRST_FILE + 2};
    int in = memory_file(spec->input), out, err;
    g_auto(GStrv) env = environment(spec);
    g_autoptr(GError) why = NULL;
    bool ok = in >= 0 && g_spawn_async_with_pipes_and_fds(
                             NULL, spec->argv, (const char *const *)env,
                             G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_CLOEXEC_PIPES, detach, NULL, in,
                             -1, -1, from, TO, (gsize)n, &child->pid, NULL, &out, &err, &why);
    if (in >= 0)
        close(in);
    if (!ok) {
        g_set_error(error, ERR, ERR_INTERNAL, "%s could not be started: %s.", spec->argv[0],
                    why ? why->message : g_strerror(errno));
        return false;
    }
    output_open(&child->out, out);
    output_open(&child->err, err);
    return true;
}

static bool open_files(const ChildSpec *spec, int *files, int *ret_n, GError **error)
{
    for (; *ret_n < CHILD_FILES && spec->files[*ret_n]; (*ret_n)++) {
        files[*ret_n] = memory_file(spec->files[*ret_n]);
        if (files[*ret_n] < 0) {
            g_set_error(error, ERR, ERR_INTERNAL, "No memory for what %s is to read: %s.",
                        spec->argv[0], g_strerror(errno));
            return false;
        }
    }
    return true;
}

Child *child_start(const ChildSpec *spec, ChildDone done, gpointer data, GError **error)
{
    int files[CHILD_FILES] = {-1, -1, -1}, n = 0;
    Child *child = g_new0(Child, 1);
    child->done = done;
    child->data = data;
    bool ok = open_files(spec, files, &n, error) && spawn(child, spec, files, n, error);
    while (n-- > 0)
        close(files[n]);
    if (!ok) {
        child_free(child);
        return NULL;
    }
    child->out.watch = g_unix_fd_add(child->out.fd, G_IO_IN | G_IO_HUP, on_output, &child->out);
    child->err.watch = g_unix_fd_add(child->err.fd, G_IO_IN | G_IO_HUP, on_output, &child->err);
    child->watch = g_child_watch_add(child->pid, on_ended, child);
    child->timer = g_timeout_add(spec->timeout_ms, on_timeout, child);
    return child;
}
