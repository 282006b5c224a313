#include "command/demo-keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "command/demo-files.h"
#include "http/client.h"
#include "wire/json.h"

// Under load and sanitizers a start takes longer than the fraction of a second that it should.
enum { READY_MS = 20000, KNOWN_MS = 5000, STOP_MS = 5000, POLL_MS = 20, TAIL_BYTES = 600 };
enum { ANSWER_BYTES = 1 << 20 };

typedef struct {
    const char *name; // also of its files
    const char *program;
    const char *config; // suffix of its configuration
    const char *ready;  // path that answers 200 when it is
} Part;

// Regions first: the daemon should find them alive.
static const Part PARTS[] = {{"westeurope", "signalbox-site", "json", "/health"},
                             {"northeurope", "signalbox-site", "json", "/health"},
                             {"eastus", "signalbox-site", "json", "/health"},
                             {"signalboxd", "signalboxd", "conf", "/readyz"}};

enum { N_PARTS = G_N_ELEMENTS(PARTS), N_REGIONS = N_PARTS - 1 };

typedef struct {
    const Part *part;
    GPid pid; // 0 = not running
    guint watch;
    bool ready;
    bool asking;
    int status; // of waitpid, once it has ended
} Child;

struct DemoKeeper {
    char *dir;
    const Clock *clock;
    HttpClient *client;
    Child children[N_PARTS];
    bool asking;
    guint known; // rows of KNOWN
    bool cancelled;
};

DemoKeeper *demo_keeper_new(const char *dir)
{
    DemoKeeper *keeper = g_new0(DemoKeeper, 1);
    keeper->dir = g_strdup(dir);
    keeper->clock = clock_system();
    keeper->client = http_client_new(keeper->clock, NULL);
    for (guint i = 0; i < N_PARTS; i++)
        keeper->children[i].part = &PARTS[i];
    return keeper;
}

void demo_keeper_free(DemoKeeper *keeper)
{
    if (!keeper)
        return;
    demo_keeper_stop(keeper);
    http_client_free(keeper->client);
    g_free(keeper->dir);
    g_free(keeper);
}

// ---- starting one ----

// Beside this program (the build tree), in the directory for daemons next to it, or where they were installed.
static char *find_program(const char *name, GError **error)
{
    g_autofree char *self = demo_program();
    g_autofree char *here = g_path_get_dirname(self);
    g_autofree char *beside = g_build_filename(here, "..", "sbin", NULL);
    const char *chosen = g_getenv("SIGNALBOX_BINDIR");
    const char *places[] = {here, beside, SB_SBINDIR};
    if (chosen && *chosen)
        places[0] = places[1] = places[2] = chosen;
    for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autofree char *path = g_build_filename(places[i], name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_EXECUTABLE))
            return g_steal_pointer(&path);
    }
    g_set_error(error, ERR, ERR_NOT_FOUND,
                "%s is not in %s, nor where it would be installed (%s). SIGNALBOX_BINDIR names "
                "another place.",
                name, places[0], places[2]);
    return NULL;
}

// In the new process: dies with its parent, writes into its log.
static void become(const char *program, const char *config, const char *log, pid_t parent)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    int in = open("/dev/null", O_RDONLY);
    int out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    bool ok = in >= 0 && out >= 0 && dup2(in, 0) >= 0 && dup2(out, 1) >= 0 && dup2(out, 2) >= 0;
    if (ok && getppid() == parent) {
        closefrom(3);
        execl(program, program, "--config", config, (char *)NULL);
    }
    _exit(127);
}

static void on_ended(GPid pid, int status, gpointer data)
{
    Child *child = data;
    (void)pid;
    child->pid = 0;
    child->watch = 0;
    child->status = status;
}

static bool write_pid(const DemoKeeper *keeper, const Child *child, GError **error)
{
    g_autofree char *path = demo_file(keeper->dir, child->part->name, "pid");
    g_autofree char *text = g_strdup_printf("%d\n", (int)child->pid);
    return g_file_set_contents(path, text, -1, error);
}

static bool start_child(DemoKeeper *keeper, Child *child, GError **error)
{
    const Part *part = child->part;
    g_autofree char *program = find_program(part->program, error);
    g_autofree char *config = demo_file(keeper->dir, part->name, part->config);
    g_autofree char *log = demo_file(keeper->dir, part->name, "log");
    if (!program)
        return false;
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0)
        become(program, config, log, parent);
    if (pid < 0) {
        g_set_error(error, ERR, ERR_INTERNAL, "No process for %s: %s.", part->name,
                    g_strerror(errno));
        return false;
    }
    child->pid = pid;
    child->watch = g_child_watch_add(pid, on_ended, child);
    return write_pid(keeper, child, error);
}

// ---- waiting ----

static gboolean on_wake(gpointer data)
{
    (void)data; // only so that the loop turns
    return G_SOURCE_CONTINUE;
}

static void on_answer(HttpCall *call, const HttpResponse *response, const GError *error, void *data)
{
    Child *child = data;
    (void)call;
    child->asking = false;
    child->ready = !error && http_response_status(response) == 200;
}

static void ask(const DemoKeeper *keeper, Child *child)
{
    g_autofree char *socket = demo_file(keeper->dir, child->part->name, "sock");
    g_autofree char *url = g_strconcat("http://localhost", child->part->ready, NULL);
    child->asking = true;
    http_client_send(keeper->client,
                     &(HttpSpec){.url = url, .socket_path = socket, .total_ms = 1000}, on_answer,
                     child);
}

// The end of its log, behind a line feed; "" if there is none. The caller frees.
static char *last_words(const DemoKeeper *keeper, const Child *child)
{
    g_autofree char *path = demo_file(keeper->dir, child->part->name, "log");
    g_autofree char *text = NULL;
    gsize size;
    if (!g_file_get_contents(path, &text, &size, NULL) || !size)
        return g_strdup("");
    g_strchomp(text);
    size = strlen(text);
    const char *from = text + (size > TAIL_BYTES ? size - TAIL_BYTES : 0);
    return g_strconcat("\n", from, NULL);
}

static void tell_failure(const DemoKeeper *keeper, const Child *child, GError **error)
{
    g_autofree char *words = last_words(keeper, child);
    if (keeper->cancelled)
        g_set_error(error, ERR, ERR_CANCELLED, "The start was given up.");
    else if (!child->pid)
        g_set_error(error, ERR, ERR_INTERNAL, "%s ended right after its start (%s %d).%s",
                    child->part->name, WIFSIGNALED(child->status) ? "signal" : "status",
                    WIFSIGNALED(child->status) ? WTERMSIG(child->status)
                                               : WEXITSTATUS(child->status),
                    words);
    else
        g_set_error(error, ERR, ERR_TIMEOUT, "%s did not answer within %d s.%s", child->part->name,
                    READY_MS / 1000, words);
}

// One look at each. The one that cannot get ready any more; NULL if there is none.
static const Child *look(DemoKeeper *keeper, guint from, guint to, bool *ret_all)
{
    *ret_all = true;
    for (guint i = from; i < to; i++) {
        Child *child = &keeper->children[i];
        *ret_all = *ret_all && child->ready;
        if (!child->pid)
            return child;
        if (!child->ready && !child->asking)
            ask(keeper, child);
    }
    return NULL;
}

static const Child *first_unready(const DemoKeeper *keeper, guint from)
{
    while (from + 1 < N_PARTS && keeper->children[from].ready)
        from++;
    return &keeper->children[from];
}

static bool wait_ready(DemoKeeper *keeper, guint from, guint to, GError **error)
{
    gint64 until_ms = clock_mono_ms(keeper->clock) + READY_MS;
    guint wake = g_timeout_add(POLL_MS, on_wake, NULL);
    bool all = false;
    const Child *lost = NULL;
    while (!all && !lost && !keeper->cancelled && clock_mono_ms(keeper->clock) < until_ms) {
        lost = look(keeper, from, to, &all);
        if (!all && !lost)
            g_main_context_iteration(NULL, TRUE);
    }
    g_source_remove(wake);
    if (!all)
        tell_failure(keeper, lost ? lost : first_unready(keeper, from), error);
    return all;
}

// What is to be known before the demo is ready: where it is asked, and whether the answer says so.
typedef struct {
    const char *path;
    bool (*is_known)(const json_t *json);
} Known;

static bool is_probed(const json_t *json)
{
    gsize i, probed = 0;
    json_t *location;
    json_array_foreach(json_object_get(json, "locations"), i, location)
    {
        const json_t *verdict = json_object_get(location, "verdict");
        probed += g_strcmp0(json_string_value(json_object_get(verdict, "state")), "unknown") != 0;
    }
    return probed == N_REGIONS;
}

// Of each of these groups, whose data replicates, what a loss now would cost.
static bool is_measured(const json_t *json)
{
    static const char *const GROUPS[] = {"payments", "ledger"};
    gsize i, known = 0;
    json_t *group;
    json_array_foreach(json_object_get(json, "groups"), i, group)
    {
        const char *name = json_string_value(json_object_get(group, "name"));
        bool asked = false;
        for (guint k = 0; k < G_N_ELEMENTS(GROUPS); k++)
            asked = asked || g_strcmp0(name, GROUPS[k]) == 0;
        known += asked && json_is_true(json_object_get(json_object_get(group, "loss"), "known"));
    }
    return known == G_N_ELEMENTS(GROUPS);
}

static const Known KNOWN[] = {{"/v1/locations", is_probed}, {"/v1/groups", is_measured}};

static void on_known(HttpCall *call, const HttpResponse *response, const GError *error, void *data)
{
    DemoKeeper *keeper = data;
    GBytes *body = error ? NULL : http_response_body(response);
    gsize size = 0;
    const char *bytes = body ? g_bytes_get_data(body, &size) : NULL;
    g_autoptr(json_t) json =
        bytes ? wire_parse("the answer", bytes, size, ANSWER_BYTES, NULL) : NULL;
    (void)call;
    keeper->asking = false;
    keeper->known += json && KNOWN[keeper->known].is_known(json);
}

static void ask_known(DemoKeeper *keeper)
{
    g_autofree char *socket = demo_file(keeper->dir, "signalboxd", "sock");
    g_autofree char *url = g_strconcat("http://localhost", KNOWN[keeper->known].path, NULL);
    keeper->asking = true;
    http_client_send(keeper->client,
                     &(HttpSpec){.url = url, .socket_path = socket, .total_ms = 1000}, on_known,
                     keeper);
}

// A region that is broken before its data was ever measured leaves an unknown loss, and nothing can be proposed before
// every region was probed: no good first lesson. So the demo is ready once that is known; if it takes too long, without.
static void wait_known(DemoKeeper *keeper)
{
    gint64 until_ms = clock_mono_ms(keeper->clock) + KNOWN_MS;
    guint wake = g_timeout_add(POLL_MS, on_wake, NULL);
    while (keeper->known < G_N_ELEMENTS(KNOWN) && !keeper->cancelled &&
           clock_mono_ms(keeper->clock) < until_ms) {
        if (!keeper->asking)
            ask_known(keeper);
        g_main_context_iteration(NULL, TRUE);
    }
    g_source_remove(wake);
}

static bool start_range(DemoKeeper *keeper, guint from, guint to, GError **error)
{
    bool ok = true;
    for (guint i = from; ok && i < to; i++)
        ok = start_child(keeper, &keeper->children[i], error);
    return ok && wait_ready(keeper, from, to, error);
}

bool demo_keeper_start(DemoKeeper *keeper, GError **error)
{
    bool ok =
        start_range(keeper, 0, N_REGIONS, error) && start_range(keeper, N_REGIONS, N_PARTS, error);
    if (ok)
        wait_known(keeper);
    else
        demo_keeper_stop(keeper);
    return ok;
}

void demo_keeper_cancel(DemoKeeper *keeper)
{
    keeper->cancelled = true;
}

// ---- stopping ----

static void wait_gone(DemoKeeper *keeper, guint from, guint to)
{
    gint64 until_ms = clock_mono_ms(keeper->clock) + STOP_MS;
    guint wake = g_timeout_add(POLL_MS, on_wake, NULL);
    bool gone = false;
    while (!gone && clock_mono_ms(keeper->clock) < until_ms) {
        gone = true;
        for (guint i = from; i < to; i++)
            gone = gone && !keeper->children[i].pid;
        if (!gone)
            g_main_context_iteration(NULL, TRUE);
    }
    g_source_remove(wake);
}

static void stop_range(DemoKeeper *keeper, guint from, guint to)
{
    static const int SIGNALS[] = {SIGTERM, SIGKILL};
    for (guint k = 0; k < G_N_ELEMENTS(SIGNALS); k++) {
        for (guint i = from; i < to; i++)
            if (keeper->children[i].pid)
                kill(keeper->children[i].pid, SIGNALS[k]);
        wait_gone(keeper, from, to);
    }
}

void demo_keeper_stop(DemoKeeper *keeper)
{
    stop_range(keeper, N_REGIONS, N_PARTS);
    stop_range(keeper, 0, N_REGIONS);
}
