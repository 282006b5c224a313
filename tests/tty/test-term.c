// The terminal layer on a pseudo terminal. The test plays the terminal: it starts itself again as a
// guest that shows a table, sends keys, reads what comes, and looks at the line settings.
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/error.h"
#include "term/term.h"
#include "widget/widgets.h"

enum { PATIENCE_MS = 10000, QUIET_MS = 80, ROWS = 1000 };

// ---- The guest ----

typedef struct {
    GMainLoop *loop;
    Term *term;
    Table *table;
    char said[64];
    int signal_number;
} Guest;

static gsize guest_count(gpointer data)
{
    (void)data;
    return ROWS;
}

static void guest_row(gpointer data, gsize index, TableRow *ret_row)
{
    static char id[32];
    (void)data;
    g_snprintf(id, sizeof id, "row-%zu", index);
    ret_row->id = id;
}

static void guest_cell(gpointer data, gsize index, guint column, TableCell *cell)
{
    (void)data;
    if (column == 0)
        table_cell_printf(cell, ROLE_NORMAL, "workload-%zu", index);
    else
        table_cell_state(cell, GLYPH_ACTIVE, ROLE_ACTIVE, "active");
}

static TableModel guest_model(Guest *guest)
{
    return (TableModel){.count = guest_count, .row = guest_row, .cell = guest_cell, .data = guest};
}

static void guest_draw(Grid *grid, gpointer data)
{
    Guest *guest = data;
    Canvas all = canvas_of(grid);
    Rect rest = canvas_rect(&all), head = rect_cut_top(&rest, 1);
    TableModel model = guest_model(guest);
    cells_printf(&all, head.x, head.y, ROLE_TITLE, "guest %dx%d said:%s", all.width, all.height,
                 guest->said);
    Canvas body = canvas_sub(&all, rest);
    table_draw(guest->table, &model, &body);
}

static void guest_crash(const KeyEvent *key)
{
    if (key->ch == 'A')
        abort();
    if (key->ch == 'S')
        raise(SIGSEGV);
    if (key->ch == 'E')
        exit(7);
    if (key->ch == 'G')
        g_error("on purpose");
    if (key->ch == 'W')
        g_printerr("a warning\n");
}

static void guest_key(const KeyEvent *key, gpointer data)
{
    Guest *guest = data;
    TableModel model = guest_model(guest);
    char name[KEY_TEXT_MAX];
    key_format(key, name);
    if (key->code == K_CHAR)
        guest_crash(key);
    if (key->code == K_CHAR && key->ch == 'q')
        g_main_loop_quit(guest->loop);
    else if (key->code == K_CHAR && key->ch == 'j')
        table_act(guest->table, &model, TABLE_DOWN);
    else if (key->code == K_CHAR && key->ch == 'b')
        term_bell(guest->term, "hello\033]0;x\a");
    else if (key->code == K_CHAR && key->ch == 'y')
        term_copy(guest->term, "copied");
    else if (key->code == K_CHAR && key->ch == 'L')
        term_repaint(guest->term);
    else if (key->code == K_PASTE)
        g_snprintf(guest->said, sizeof guest->said, "paste-%zu", strlen(key->text));
    else if (key_is_mouse(key))
        g_snprintf(guest->said, sizeof guest->said, "mouse-%d-%d", key->x, key->y);
    else
        g_snprintf(guest->said, sizeof guest->said, "%s", name);
    term_redraw(guest->term);
}

static void guest_ended(int signal_number, gpointer data)
{
    Guest *guest = data;
    guest->signal_number = signal_number;
    g_main_loop_quit(guest->loop);
}

static int guest_main(void)
{
    static const TableColumn columns[] = {{"WORKLOAD", 24, 12, 0, ALIGN_LEFT, 0},
                                          {"STATE", 12, 0, 0, ALIGN_LEFT, 0}};
    g_autoptr(GError) error = NULL;
    Guest guest = {.loop = g_main_loop_new(NULL, FALSE), .table = table_new(columns, 2, 0)};
    TermHooks hooks = {.draw = guest_draw, .key = guest_key, .ended = guest_ended};
    setlocale(LC_ALL, "");
    guest.term = term_new(&(TermOptions){.mouse = true}, &hooks, &guest, &error);
    if (guest.term)
        g_main_loop_run(guest.loop);
    else
        g_printerr("%s\n", error->message);
    term_free(guest.term);
    table_free(guest.table);
    g_main_loop_unref(guest.loop);
    if (error)
        return 3;
    return guest.signal_number ? 128 + guest.signal_number : 0;
}

// ---- A shell ----

// As much of one as job control needs: runs the guest in front, says so when it stops, and brings it
// to the front again when a line is typed.
static int shell_main(const char *self)
{
    char line[16];
    int status = 0;
    signal(SIGTTOU, SIG_IGN);
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        tcsetpgrp(STDIN_FILENO, getpid());
        signal(SIGTTOU, SIG_DFL);
        execl(self, self, "--guest", NULL);
        _exit(99);
    }
    setpgid(pid, pid);
    while (waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status)) {
        tcsetpgrp(STDIN_FILENO, getpgrp());
        fputs("shell-sees-stop\n", stderr);
        if (read(STDIN_FILENO, line, sizeof line) <= 0)
            return 98;
        tcsetpgrp(STDIN_FILENO, pid);
        kill(-pid, SIGCONT);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 97;
}

// ---- The terminal ----

typedef struct {
    const char *self; // path of this program
    int master;
    pid_t pid;
    struct termios before;
    GString *output; // since the last forget()
} Tty;

static const char *self_path;

static void fresh_terminal(struct termios *ret_settings)
{
    int master, slave;
    g_assert_cmpint(openpty(&master, &slave, NULL, NULL, NULL), ==, 0);
    g_assert_cmpint(tcgetattr(slave, ret_settings), ==, 0);
    close(slave);
    close(master);
}

static void start_as(Tty *tty, const char *role, const char *term, const char *extra)
{
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    tty->output = g_string_new(NULL);
    fresh_terminal(&tty->before); // asked of the guest's own, it may be the guest's doing already
    tty->pid = forkpty(&tty->master, NULL, &tty->before, &size);
    g_assert_cmpint(tty->pid, >=, 0);
    if (tty->pid == 0) {
        char *env[] = {(char *)(extra ? extra : "LINES=1"), g_strdup_printf("TERM=%s", term),
                       (char *)"LC_ALL=C.UTF-8", // the first of a name counts
                       // A sanitizer leaves the handlers to us.
                       (char *)"ASAN_OPTIONS=handle_segv=0:handle_abort=0", NULL};
        execle(self_path, self_path, role, NULL, env);
        _exit(99);
    }
    fcntl(tty->master, F_SETFL, O_NONBLOCK);
}

static void start(Tty *tty, const char *term, const char *extra)
{
    start_as(tty, "--guest", term, extra);
}

// Reads what there is; false when nothing came for `wait_ms`.
static bool pump(Tty *tty, int wait_ms)
{
    char bytes[65536];
    struct pollfd wait = {.fd = tty->master, .events = POLLIN};
    if (poll(&wait, 1, wait_ms) <= 0)
        return false;
    gssize n = read(tty->master, bytes, sizeof bytes);
    if (n <= 0)
        return false;
    g_string_append_len(tty->output, bytes, n);
    return true;
}

static void expect(Tty *tty, const char *text)
{
    gint64 until = g_get_monotonic_time() + PATIENCE_MS * 1000;
    while (!strstr(tty->output->str, text)) {
        if (g_get_monotonic_time() > until) {
            g_autofree char *seen = g_strescape(tty->output->str, NULL);
            g_error("\"%s\" did not come, but: %s", text, seen);
        }
        pump(tty, 50);
    }
}

// Waits until nothing comes any more; returns how much came since the last forget().
static gsize settle(Tty *tty)
{
    while (pump(tty, QUIET_MS)) {
    }
    return tty->output->len;
}

static void forget(Tty *tty)
{
    settle(tty);
    g_string_truncate(tty->output, 0);
}

static void say(const Tty *tty, const char *bytes)
{
    g_assert_cmpint(write(tty->master, bytes, strlen(bytes)), ==, (gssize)strlen(bytes));
}

// Waits for the guest to end; returns its wait status.
static int finish(Tty *tty)
{
    int status = -1;
    gint64 until = g_get_monotonic_time() + PATIENCE_MS * 1000;
    while (waitpid(tty->pid, &status, WNOHANG) == 0) {
        pump(tty, 20);
        g_assert_cmpint(g_get_monotonic_time(), <, until);
    }
    settle(tty);
    return status;
}

static void tear_down(Tty *tty)
{
    close(tty->master);
    g_string_free(tty->output, TRUE);
}

static void assert_restored(const Tty *tty)
{
    struct termios now;
    g_assert_nonnull(strstr(tty->output->str, "\033[?1049l"));
    g_assert_nonnull(strstr(tty->output->str, "\033[?2004l"));
    g_assert_nonnull(strstr(tty->output->str, "\033[?1000l"));
    g_assert_cmpint(tcgetattr(tty->master, &now), ==, 0);
    g_assert_cmpuint(now.c_lflag, ==, tty->before.c_lflag);
    g_assert_cmpuint(now.c_iflag, ==, tty->before.c_iflag);
    g_assert_cmpuint(now.c_oflag, ==, tty->before.c_oflag);
}

// ---- Ways out ----

typedef struct {
    const char *name;
    const char *keys;  // to type
    int signal_number; // to send; 0: none
    int exit_code;     // expected; -1: killed by `killed_by`
    int killed_by;
} WayOut;

static const WayOut ways_out[] = {
    {"quit", "q", 0, 0, 0},
    {"exit", "E", 0, 7, 0},
    {"interrupt-key", "\x03", 0, 128 + SIGINT, 0},
    {"term", "", SIGTERM, 128 + SIGTERM, 0},
    {"hup", "", SIGHUP, 128 + SIGHUP, 0},
    {"int", "", SIGINT, 128 + SIGINT, 0},
    {"abort", "A", 0, -1, SIGABRT},
    {"segv", "S", 0, -1, SIGSEGV},
    {"g-error", "G", 0, -1, SIGTRAP},
    {"quit-signal", "", SIGQUIT, -1, SIGQUIT},
    {"usr1", "", SIGUSR1, -1, SIGUSR1},
    {"alarm", "", SIGALRM, -1, SIGALRM},
};

static void test_way_out(gconstpointer data)
{
    const WayOut *way = data;
    Tty tty = {0};
    start(&tty, "xterm-256color", NULL);
    expect(&tty, "workload-20");
    forget(&tty);
    say(&tty, way->keys);
    if (way->signal_number)
        kill(tty.pid, way->signal_number);
    int status = finish(&tty);
    if (way->exit_code >= 0) {
        g_assert_true(WIFEXITED(status));
        g_assert_cmpint(WEXITSTATUS(status), ==, way->exit_code);
    } else {
        g_assert_true(WIFSIGNALED(status));
        g_assert_cmpint(WTERMSIG(status), ==, way->killed_by);
    }
    assert_restored(&tty);
    tear_down(&tty);
}

// What is said on standard error does not spoil the picture, and is not lost either.
static void test_words(void)
{
    Tty tty = {0};
    start(&tty, "xterm-256color", NULL);
    expect(&tty, "workload-20");
    say(&tty, "W\033[B");
    expect(&tty, "down");
    g_assert_null(strstr(tty.output->str, "a warning"));
    say(&tty, "G");
    finish(&tty);
    assert_restored(&tty);
    const char *back = strstr(tty.output->str, "\033[?1049l");
    g_assert_nonnull(strstr(back, "a warning"));
    g_assert_nonnull(strstr(back, "on purpose"));
    tear_down(&tty);
}

// The terminal goes away: the guest ends instead of spinning.
static void test_gone(void)
{
    Tty tty = {0};
    int status;
    start(&tty, "xterm-256color", NULL);
    expect(&tty, "workload-20");
    close(tty.master);
    g_assert_cmpint(waitpid(tty.pid, &status, 0), ==, tty.pid);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 128 + SIGHUP);
    g_string_free(tty.output, TRUE);
}

// ctrl-z gives the terminal back; going on draws everything anew and keys work.
static void test_stop(void)
{
    Tty tty = {0};
    int status;
    start(&tty, "xterm-256color", NULL);
    expect(&tty, "workload-20");
    forget(&tty);
    // A session leader's own group is an orphan here and would not stop; the signal can be forced.
    kill(tty.pid, SIGSTOP);
    g_assert_cmpint(waitpid(tty.pid, &status, WUNTRACED), ==, tty.pid);
    g_assert_true(WIFSTOPPED(status));
    struct termios shell = tty.before;
    tcsetattr(tty.master, TCSANOW, &shell);
    kill(tty.pid, SIGCONT);
    expect(&tty, "workload-20");
    say(&tty, "\033[B");
    expect(&tty, "down");
    forget(&tty);
    kill(tty.pid, SIGTSTP);
    expect(&tty, "\033[?1049l"); // left ...
    expect(&tty, "\033[?1049h"); // ... and taken again
    expect(&tty, "workload-20");
    say(&tty, "q");
    g_assert_cmpint(finish(&tty), ==, 0);
    assert_restored(&tty);
    tear_down(&tty);
}

// The whole way through a shell: ctrl-z, a line typed to the shell with echo, and back.
static void test_job_control(void)
{
    Tty tty = {0};
    start_as(&tty, "--shell", "xterm-256color", NULL);
    expect(&tty, "workload-20");
    for (int round = 0; round < 2; round++) {
        forget(&tty);
        say(&tty, "\x1a");
        expect(&tty, "shell-sees-stop");
        assert_restored(&tty);
        forget(&tty);
        say(&tty, "fg\n");
        expect(&tty, "fg\r\n");
        expect(&tty, "\033[?1049h");
        expect(&tty, "\033[?2004h");
        expect(&tty, "workload-20");
        say(&tty, "\033[B");
        expect(&tty, "down");
    }
    say(&tty, "q");
    g_assert_cmpint(finish(&tty), ==, 0);
    assert_restored(&tty);
    tear_down(&tty);
}

// ---- Input ----

static void test_paste(void)
{
    Tty tty = {0};
    start(&tty, "xterm-256color", NULL);
    expect(&tty, "workload-20");
    expect(&tty, "\033[?2004h");
    say(&tty, "\033[200~qASEG and more\r\033[201~");
    expect(&tty, "paste-15");
    say(&tty, "\033[?62;4c\033[99;9z\033]11;rgb:q/q/q\a\033[A");
    expect(&tty, "up");
    say(&tty, "\033[<0;11;6M");
    expect(&tty, "mouse-10-5");
    say(&tty, "q");
    g_assert_cmpint(finish(&tty), ==, 0);
    tear_down(&tty);
}

static void test_esc_latency(void)
{
    Tty tty = {0};
    start(&tty, "xterm-256color", NULL);
    expect(&tty, "workload-20");
    forget(&tty);
    gint64 began = g_get_monotonic_time();
    say(&tty, "\033");
    expect(&tty, "esc");
    g_assert_cmpint(g_get_monotonic_time() - began, <, 500000);
    say(&tty, "q");
    g_assert_cmpint(finish(&tty), ==, 0);
    tear_down(&tty);
}

// ---- Output ----

static void test_bytes(void)
{
    Tty tty = {0};
    start(&tty, "xterm-256color", NULL);
    expect(&tty, "workload-20");
    forget(&tty);
    for (int i = 0; i < 10; i++) {
        say(&tty, "j");
        gint64 until = g_get_monotonic_time() + PATIENCE_MS * 1000;
        while (tty.output->len == 0 && g_get_monotonic_time() < until)
            pump(&tty, 50);
        g_assert_cmpuint(settle(&tty), <=, 150);
        g_assert_cmpuint(tty.output->len, >, 0);
        g_test_message("cursor down: %zu bytes", tty.output->len);
        forget(&tty);
    }
    say(&tty, "x");
    expect(&tty, "x");
    forget(&tty);
    say(&tty, "x"); // the same again: nothing has changed, nothing is sent
    g_assert_cmpuint(settle(&tty), ==, 0);
    say(&tty, "L");
    expect(&tty, "workload-20");
    say(&tty, "q");
    g_assert_cmpint(finish(&tty), ==, 0);
    tear_down(&tty);
}

static void test_extras(void)
{
    Tty tty = {0};
    start(&tty, "xterm-256color", NULL);
    expect(&tty, "workload-20");
    say(&tty, "b");
    expect(&tty, "\a\033]9;signalbox: hello?]0;x?\033\\");
    say(&tty, "y");
    expect(&tty, "\033]52;c;Y29waWVk\033\\");
    say(&tty, "q");
    g_assert_cmpint(finish(&tty), ==, 0);
    tear_down(&tty);
}

static void set_size(const Tty *tty, int width, int height)
{
    struct winsize size = {.ws_row = (unsigned short)height, .ws_col = (unsigned short)width};
    ioctl(tty->master, TIOCSWINSZ, &size);
}

static void test_resize(void)
{
    Tty tty = {0};
    start(&tty, "xterm-256color", NULL);
    expect(&tty, "workload-20");
    for (int i = 0; i < 200; i++) {
        set_size(&tty, (i * 37) % 130, (i * 23) % 50);
        pump(&tty, i % 10 == 0 ? 5 : 0);
    }
    set_size(&tty, 1, 1);
    settle(&tty);
    set_size(&tty, 0, 0);
    settle(&tty);
    set_size(&tty, 100, 30);
    expect(&tty, "guest 100x30");
    say(&tty, "q");
    g_assert_cmpint(finish(&tty), ==, 0);
    assert_restored(&tty);
    tear_down(&tty);
}

// A terminal that takes nothing: the guest neither hangs nor piles up frames, and shows the newest
// picture when it goes on.
static void test_stalled(void)
{
    Tty tty = {0};
    start(&tty, "xterm-256color", NULL);
    expect(&tty, "workload-20");
    forget(&tty);
    for (int i = 0; i < 400; i++) {
        struct pollfd wait = {.fd = tty.master, .events = POLLOUT};
        if (poll(&wait, 1, 10) > 0)
            say(&tty, i % 2 ? "L" : "j");
    }
    g_assert_cmpint(waitpid(tty.pid, NULL, WNOHANG), ==, 0);
    // What the kernel holds, and at most one picture more.
    gsize size = settle(&tty);
    g_assert_cmpuint(size, <, 200000);
    forget(&tty);
    say(&tty, "\033[B");
    expect(&tty, "down");
    // Ends in time even when nothing is read any more.
    kill(tty.pid, SIGTERM);
    int status = finish(&tty);
    g_assert_cmpint(WEXITSTATUS(status), ==, 128 + SIGTERM);
    tear_down(&tty);
}

// ---- Terminals ----

typedef struct {
    const char *term, *extra;
    const char *expected, *unwanted;
} Kind;

static const Kind kinds[] = {
    {"xterm-256color", "COLORTERM=truecolor", "38;2;86;180;233", "38;5;"},
    {"xterm-256color", NULL, "38;5;74", "38;2;"},
    {"xterm-256color", "NO_COLOR=1", "workload-20", "[38;"},
    {"xterm-256color", "LC_ALL=C", "* active", "\342"},
    {"xterm", NULL, "\033[36m", "38;5"},
    {"linux", NULL, "workload-20", "?2004h"},
    {"vt100", NULL, "workload-20", "[3"},
    {"screen", NULL, "workload-20", "38;5"},
    {"xterm-kitty-nowhere", NULL, "38;5;74", "38;2;"},
    {"nowhere", NULL, "workload-20", "38;5;"},
};

static void test_kind(gconstpointer data)
{
    const Kind *kind = data;
    Tty tty = {0};
    start(&tty, kind->term, kind->extra);
    expect(&tty, kind->expected);
    say(&tty, "j");
    settle(&tty);
    g_assert_null(strstr(tty.output->str, kind->unwanted));
    say(&tty, "q");
    g_assert_cmpint(finish(&tty), ==, 0);
    tear_down(&tty);
}

static void test_dumb(void)
{
    Tty tty = {0};
    start(&tty, "dumb", NULL);
    expect(&tty, "cannot show a screen");
    expect(&tty, "--once");
    g_assert_cmpint(WEXITSTATUS(finish(&tty)), ==, 3);
    g_assert_null(strchr(tty.output->str, 0x1b));
    tear_down(&tty);
}

static void test_no_terminal(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    int status = 0;
    char *argv[] = {(char *)self_path, (char *)"--guest", NULL};
    g_spawn_sync(NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, &text, &status, &error);
    g_assert_no_error(error);
    g_assert_cmpint(WEXITSTATUS(status), ==, 3);
    g_assert_nonnull(strstr(text, "needs a terminal"));
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--guest") == 0)
        return guest_main();
    if (argc > 1 && strcmp(argv[1], "--shell") == 0)
        return shell_main(argv[0]);
    self_path = argv[0];
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(ways_out); i++) {
        g_autofree char *path = g_strdup_printf("/term/way-out/%s", ways_out[i].name);
        g_test_add_data_func(path, &ways_out[i], test_way_out);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *path = g_strdup_printf("/term/kind/%s-%s", kinds[i].term,
                                                kinds[i].extra ? kinds[i].extra : "");
        g_test_add_data_func(path, &kinds[i], test_kind);
    }
    g_test_add_func("/term/words", test_words);
    g_test_add_func("/term/gone", test_gone);
    g_test_add_func("/term/stop", test_stop);
    g_test_add_func("/term/job-control", test_job_control);
    g_test_add_func("/term/paste", test_paste);
    g_test_add_func("/term/esc-latency", test_esc_latency);
    g_test_add_func("/term/bytes", test_bytes);
    g_test_add_func("/term/extras", test_extras);
    g_test_add_func("/term/resize", test_resize);
    g_test_add_func("/term/stalled", test_stalled);
    g_test_add_func("/term/dumb", test_dumb);
    g_test_add_func("/term/no-terminal", test_no_terminal);
    return g_test_run();
}
