// A fleet to practise on. `signalbox demo` opens the console on it; a second process keeps the fleet, and takes
// it down as soon as it hears no more of the console, whatever became of that. With --headless there is only
// the second one.
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "command/command.h"
#include "command/demo-files.h"
#include "command/demo-keys.h"
#include "command/demo-keeper.h"
#include "http/client.h"

enum { FAULT_MS = 3000, REPORT_MAX = 4096 };

#define READY "ready"

void demo_options(Session *session, GOptionContext *context)
{
    const GOptionEntry entries[] = {{"headless", 0, 0, G_OPTION_ARG_NONE, &session->args.headless,
                                     "No console: run until SIGTERM", NULL},
                                    {"dir", 0, 0, G_OPTION_ARG_FILENAME, &session->args.dir,
                                     "Keep everything in DIR, and leave it there", "DIR"},
                                    G_OPTION_ENTRY_NULL};
    g_option_context_add_main_entries(context, entries, NULL);
}

// ---- the keeper's process ----

typedef struct {
    const char *dir;
    DemoKeeper *keeper;
    GMainLoop *loop;
    bool stopping;
} Keeping;

static void stop_keeping(Keeping *keeping)
{
    keeping->stopping = true;
    demo_keeper_cancel(keeping->keeper);
    g_main_loop_quit(keeping->loop);
}

static gboolean on_signal(gpointer data)
{
    stop_keeping(data);
    return G_SOURCE_CONTINUE;
}

static gboolean on_console_gone(int fd, GIOCondition condition, gpointer data)
{
    (void)fd;
    (void)condition;
    stop_keeping(data);
    return G_SOURCE_REMOVE;
}

typedef void (*TellReady)(const char *dir, int fd);

// Starts everything, tells, and runs until a signal comes or `life` (a pipe; -1 = none) is closed.
static bool keep(const char *dir, int life, TellReady tell, int fd, GError **error)
{
    Keeping keeping = {dir, demo_keeper_new(dir), g_main_loop_new(NULL, FALSE), false};
    const guint sources[] = {
        g_unix_signal_add(SIGTERM, on_signal, &keeping),
        g_unix_signal_add(SIGINT, on_signal, &keeping),
        g_unix_signal_add(SIGHUP, on_signal, &keeping),
    };
    if (life >= 0)
        g_unix_fd_add(life, G_IO_HUP | G_IO_ERR, on_console_gone, &keeping);
    int held = demo_files_hold(dir, error);
    bool ok = held >= 0 && demo_keeper_start(keeping.keeper, error);
    if (ok) {
        tell(dir, fd);
        if (!keeping.stopping)
            g_main_loop_run(keeping.loop);
    }
    demo_keeper_free(keeping.keeper);
    for (guint i = 0; i < G_N_ELEMENTS(sources); i++)
        g_source_remove(sources[i]);
    g_main_loop_unref(keeping.loop);
    if (held >= 0)
        close(held);
    return ok;
}

// ---- without a console ----

static void tell_url(const char *dir, int fd)
{
    (void)fd;
    g_autofree char *key = demo_keys_own(dir);
    printf("export SIGNALBOX_URL=unix:%s/signalboxd.sock", dir);
    if (key)
        printf(" SIGNALBOX_KEY=%s", key);
    printf("\n");
    fflush(stdout);
}

static int run_headless(Session *session, const char *dir)
{
    g_autoptr(GError) error = NULL;
    if (keep(dir, -1, tell_url, -1, &error) || err_is(error, ERR_CANCELLED))
        return EXIT_FINE;
    return session_complain(session, EXIT_REFUSED, "%s", error->message);
}

// ---- with one ----

static void report(int fd, const char *text)
{
    size_t size = strlen(text);
    if (write(fd, text, size) != (ssize_t)size)
        _exit(1); // nobody listens any more
    close(fd);
}

static void tell_console(const char *dir, int fd)
{
    (void)dir;
    report(fd, READY);
}

// The second process. It has a session of its own: keys and signals of the terminal are the console's.
static void run_keeper(const char *dir, int life, int fd)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *log = demo_file(dir, "demo", "log");
    int out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    setsid();
    signal(SIGPIPE, SIG_IGN);
    if (out >= 0 && in >= 0) {
        dup2(in, 0);
        dup2(out, 1);
        dup2(out, 2);
    }
    if (!keep(dir, life, tell_console, fd, &error))
        report(fd, error->message);
}

// What the keeper reports: NULL if it is ready, else why not. The caller frees.
static char *read_report(int fd)
{
    g_autoptr(GString) text = g_string_new(NULL);
    char bytes[256];
    for (ssize_t n; (n = read(fd, bytes, sizeof bytes)) > 0 && text->len < REPORT_MAX;)
        g_string_append_len(text, bytes, n);
    if (strcmp(text->str, READY) == 0)
        return NULL;
    return g_strdup(text->len ? text->str : "The demo's keeper ended without a word.");
}

static int show_console(Session *session, const char *dir)
{
    g_autofree char *bob = g_strdup_printf("   %s/bob", dir);
    const char *const CARD[] = {"!  breaks West Europe: in about 5 s a failover is proposed",
                                "s  shows it; space reads on; A arms; enter signs, ctrl-s sends",
                                "5  shows it run; 2 shows the roles turned over",
                                "!  again mends West Europe",
                                "B  on payments, in 2, brings it home",
                                "q  leaves and takes everything down",
                                "ledger wants two people. The second one's console is",
                                bob,
                                NULL};
    g_free(session->url);
    session->url = g_strdup_printf("unix:%s/signalboxd.sock", dir);
    g_free(session->args.demo);
    session->args.demo = g_strdup(dir);
    if (!session->args.key)
        session->args.key = demo_keys_own(dir);
    if (!session->journal)
        session->journal = g_build_filename(dir, "journal", NULL);
    return open_console(session, CARD);
}

static int watch_keeper(Session *session, const char *dir, int fd)
{
    g_autofree char *trouble = read_report(fd);
    if (!trouble)
        return show_console(session, dir);
    return session_complain(session, EXIT_REFUSED, "%s", trouble);
}

static int run_with_console(Session *session, const char *dir)
{
    int life[2], told[2];
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return session_complain(session, EXIT_USAGE,
                                "The console needs a terminal; --headless --dir DIR goes without.");
    if (pipe2(life, O_CLOEXEC) < 0 || pipe2(told, O_CLOEXEC) < 0)
        return session_complain(session, EXIT_REFUSED, "No pipe: %s.", g_strerror(errno));
    fprintf(stderr, "signalbox demo: starting three regions and a daemon ...\n");
    pid_t keeper = fork();
    if (keeper < 0)
        return session_complain(session, EXIT_REFUSED, "No process: %s.", g_strerror(errno));
    if (keeper == 0) {
        close(life[1]);
        close(told[0]);
        run_keeper(dir, life[0], told[1]);
        if (!session->args.dir)
            demo_files_remove(dir);
        _exit(0);
    }
    close(life[0]);
    close(told[1]);
    int code = watch_keeper(session, dir, told[0]);
    close(told[0]);
    close(life[1]); // from here on it takes everything down
    while (waitpid(keeper, NULL, 0) < 0 && errno == EINTR)
        continue;
    return code;
}

// ---- the directory ----

// Ours alone, or the one that is asked for. NULL with the reason. The caller frees.
static char *choose_directory(const Session *session, GError **error)
{
    if (session->args.dir)
        return g_canonicalize_filename(session->args.dir, NULL);
    const char *runtime = g_getenv("XDG_RUNTIME_DIR");
    bool usable = runtime && *runtime == '/' && g_access(runtime, W_OK | X_OK) == 0;
    char *dir = g_build_filename(usable ? runtime : g_get_tmp_dir(), "signalbox-XXXXXX", NULL);
    if (g_mkdtemp(dir))
        return dir;
    g_set_error(error, ERR, ERR_NO_SPACE, "No directory for the demo: %s: %s. --dir DIR names one.",
                dir, g_strerror(errno));
    g_free(dir);
    return NULL;
}

static int run_fleet(Session *session)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *dir = choose_directory(session, &error);
    bool made = dir && demo_files_write(dir, &error);
    int code = !made ? session_complain(session, EXIT_REFUSED, "%s", error->message)
               : session->args.headless ? run_headless(session, dir)
                                        : run_with_console(session, dir);
    if (dir && !session->args.dir)
        demo_files_remove(dir);
    return code;
}

// ---- faults ----

// --dir, SIGNALBOX_DEMO_DIR, or where the daemon's socket lies. NULL: not known. The caller frees.
static char *running_directory(const Session *session)
{
    const char *url = session->url ? session->url : g_getenv("SIGNALBOX_URL");
    const char *named = session->args.dir ? session->args.dir : g_getenv("SIGNALBOX_DEMO_DIR");
    if (named && *named)
        return g_canonicalize_filename(named, NULL);
    return url && g_str_has_prefix(url, "unix:/") ? g_path_get_dirname(url + strlen("unix:"))
                                                  : NULL;
}

typedef struct {
    Session *session;
    bool done;
    int code;
} Asking;

static void on_fault(HttpCall *call, const HttpResponse *response, const GError *error, void *data)
{
    Asking *asking = data;
    (void)call;
    asking->done = true;
    if (error) {
        asking->code =
            session_complain(asking->session, EXIT_UNREACHABLE,
                             "%s Does the demo run? --dir DIR says where.", error->message);
        return;
    }
    if (http_response_status(response) < 300)
        return;
    GBytes *body = http_response_body(response);
    gsize size;
    const char *text = g_bytes_get_data(body, &size);
    g_autoptr(json_t) json =
        size ? wire_parse("the answer", text, size, WIRE_BYTES_MAX, NULL) : NULL;
    const char *why = json_string_value(json_object_get(json_object_get(json, "error"), "message"));
    asking->code = session_complain(asking->session, EXIT_REFUSED, "The region refused it: %s",
                                    why ? why : "no reason is given.");
}

static int send_fault(Session *session, const char *dir, const char *location, const char *kind)
{
    Asking asking = {.session = session, .code = EXIT_FINE};
    g_autofree char *socket = demo_file(dir, location, "control.sock");
    g_autoptr(json_t) json = json_object();
    wire_set_text(json, "kind", kind);
    char *text = wire_format(json);
    g_autoptr(GBytes) body = g_bytes_new_take(text, strlen(text));
    g_autoptr(HttpClient) client = http_client_new(clock_system(), NULL);
    HttpSpec spec = {.method = "POST",
                     .url = "http://localhost/site/v1/fault",
                     .socket_path = socket,
                     .content_type = "application/json",
                     .body = body,
                     .idempotent = true,
                     .total_ms = FAULT_MS};
    http_client_send(client, &spec, on_fault, &asking);
    while (!asking.done)
        g_main_context_iteration(NULL, TRUE);
    return asking.code;
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

// The regions of the demo in `dir`, as words: each has a socket for its faults. NULL: none runs there. The caller frees.
static char *regions_of(const char *dir)
{
    static const char END[] = ".control.sock";
    g_autoptr(GDir) files = g_dir_open(dir, 0, NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *file;
    while (files && (file = g_dir_read_name(files)))
        if (g_str_has_suffix(file, END))
            g_ptr_array_add(names, g_strndup(file, strlen(file) - strlen(END)));
    if (!names->len)
        return NULL;
    g_ptr_array_sort(names, by_name);
    g_ptr_array_add(names, NULL);
    return g_strjoinv(", ", (char **)names->pdata);
}

static int run_fault(Session *session, const char *location, const char *kind)
{
    g_autofree char *dir = running_directory(session);
    if (!dir)
        return session_complain(session, EXIT_USAGE,
                                "Where does the demo run? --dir DIR or SIGNALBOX_URL says it.");
    if (!text_is_name(location))
        return session_complain(session, EXIT_USAGE, "\"%s\" is no location's name.", location);
    g_autofree char *socket = demo_file(dir, location, "control.sock");
    g_autofree char *regions = regions_of(dir);
    if (regions && !g_file_test(socket, G_FILE_TEST_EXISTS))
        return session_complain(session, EXIT_REFUSED, "There is no region %s in this demo: %s.",
                                location, regions);
    return send_fault(session, dir, location, kind);
}

int run_demo(Session *session, int argc, char **argv)
{
    if (argc == 1)
        return run_fleet(session);
    if (argc == 4 && strcmp(argv[1], "fault") == 0)
        return run_fault(session, argv[2], argv[3]);
    return session_complain(session, EXIT_USAGE,
                            "expected: signalbox demo, or signalbox demo fault LOCATION "
                            "down|hang|slow|garbage|no-replication|recover");
}
