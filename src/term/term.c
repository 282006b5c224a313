#include "term/term.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <glib-unix.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
#include "term/caps.h"
#include "term/decode.h"
#include "term/output.h"
#include "term/restore.h"
#include "term/screen.h"

enum {
    READ_SIZE = 4096,
    LEAVE_MS = 200,    // how long a last picture may take on the way out
    SLOW_MS = 150,     // a terminal that takes longer for a picture is slow
    SLOWEST_MS = 1000, // pictures are never rarer than this
    DEFAULT_WIDTH = 80,
    DEFAULT_HEIGHT = 24,
    SIGNALS = 4,
};

struct Term {
    TermOptions options;
    TermHooks hooks;
    gpointer data;
    TermCaps caps;
    Palette palette;
    struct termios found, ours;
    int signal_pipe[2]; // from the handlers of SIGTSTP and SIGCONT
    Decoder *decoder;
    Output *output;
    Screen *screen;
    Grid *grid;
    GByteArray *frame; // bytes of the picture just drawn
    GByteArray *extra; // bell, clipboard: sent with the next bytes

    bool dirty;       // a picture is wanted
    bool gone;        // the terminal takes nothing any more
    gint64 drawn_ms;  // when the last picture was drawn
    gint64 queued_ms; // when the bytes now pending were queued
    gint64 taken_ms;  // how long the terminal takes for a picture, smoothed

    guint input_source, output_source, paint_source, wait_source, pipe_source;
    guint signal_sources[SIGNALS];
};

static gint64 now_ms(void)
{
    return clock_mono_ms(clock_system());
}

static void remove_source(guint *source)
{
    if (*source)
        g_source_remove(*source);
    *source = 0;
}

// ---- Taking and giving back ----

// Keys one by one and unchanged, without echo. ctrl-s and ctrl-q are keys like others; what interrupts,
// stops and kills stays with the kernel.
static void make_ours(Term *term)
{
    term->ours = term->found;
    term->ours.c_iflag &= ~(tcflag_t)(IXON | IXOFF | ICRNL | INLCR | IGNCR | ISTRIP | PARMRK);
    term->ours.c_oflag &= ~(tcflag_t)OPOST;
    term->ours.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL | IEXTEN);
    term->ours.c_cc[VMIN] = 1;
    term->ours.c_cc[VTIME] = 0;
}

static void add_extra(Term *term, const char *bytes)
{
    gsize n = strlen(bytes);
    if (term->extra->len + n <= OUTPUT_EXTRA_MAX)
        g_byte_array_append(term->extra, (const guint8 *)bytes, (guint)n);
}

static void enter(Term *term)
{
    tcsetattr(STDIN_FILENO, TCSANOW, &term->ours);
    restore_again();
    if (term->caps.modern)
        add_extra(term, "\033[?2004h");
    if (term->caps.modern && term->options.mouse)
        add_extra(term, "\033[?1000h\033[?1006h");
}

static void leave(Term *term)
{
    output_drain(term->output, LEAVE_MS);
    output_drop(term->output);
    restore_now();
    screen_leave(term->screen);
}

static void read_size(int *ret_width, int *ret_height)
{
    struct winsize size = {0};
    bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
    // A serial line says 0x0.
    *ret_width = known && size.ws_col ? size.ws_col : DEFAULT_WIDTH;
    *ret_height = known && size.ws_row ? size.ws_row : DEFAULT_HEIGHT;
}

// ---- Painting ----

static void schedule(Term *term, bool urgent);

static void end_by(Term *term, int signal_number)
{
    if (term->hooks.ended)
        term->hooks.ended(signal_number, term->data);
}

static void lose(Term *term)
{
    if (term->gone)
        return;
    term->gone = true;
    remove_source(&term->input_source);
    remove_source(&term->output_source);
    output_drop(term->output);
    end_by(term, SIGHUP);
}

static gboolean on_writable(gint fd, GIOCondition condition, gpointer data);

// Sends what is pending; what the terminal does not take now goes when it is writable again.
static void send(Term *term)
{
    if (!output_flush(term->output)) {
        lose(term);
        return;
    }
    if (output_pending(term->output) > 0) {
        if (!term->output_source)
            term->output_source = g_unix_fd_add(output_fd(term->output),
                                                G_IO_OUT | G_IO_HUP | G_IO_ERR, on_writable, term);
        return;
    }
    gint64 took = now_ms() - term->queued_ms;
    term->taken_ms = (3 * term->taken_ms + took) / 4;
    if (term->dirty)
        schedule(term, false);
}

static gboolean on_writable(gint fd, GIOCondition condition, gpointer data)
{
    Term *term = data;
    (void)fd;
    (void)condition;
    term->output_source = 0;
    send(term);
    return G_SOURCE_REMOVE;
}

static void add_frame(Term *term)
{
    bool marked = term->caps.sync && term->frame->len > 256;
    if (marked)
        output_add(term->output, "\033[?2026h", 8);
    output_add(term->output, (const char *)term->frame->data, term->frame->len);
    if (marked)
        output_add(term->output, "\033[?2026l", 8);
}

static void paint(Term *term)
{
    remove_source(&term->paint_source);
    if (term->gone || output_pending(term->output) > 0)
        return; // still dirty: painted when the terminal has taken the last picture
    term->dirty = false;
    term->drawn_ms = term->queued_ms = now_ms();
    grid_clear(term->grid);
    term->hooks.draw(term->grid, term->data);
    g_byte_array_set_size(term->frame, 0);
    screen_draw(term->screen, term->grid, &term->palette, term->frame);
    output_add(term->output, (const char *)term->extra->data, term->extra->len);
    g_byte_array_set_size(term->extra, 0);
    if (term->frame->len > 0)
        add_frame(term);
    if (output_pending(term->output) > 0)
        send(term);
}

static gboolean on_paint(gpointer data)
{
    Term *term = data;
    term->paint_source = 0;
    paint(term);
    return G_SOURCE_REMOVE;
}

static bool is_slow(const Term *term)
{
    return term->taken_ms > SLOW_MS;
}

// How long the next picture that no key asked for has to wait.
static guint paint_delay(const Term *term)
{
    gint64 apart = term->options.frame_ms;
    if (is_slow(term))
        apart = MAX(apart, MIN(2 * term->taken_ms, SLOWEST_MS));
    gint64 left = term->drawn_ms + apart - now_ms();
    return (guint)CLAMP(left, 0, apart);
}

static void schedule(Term *term, bool urgent)
{
    if (term->gone || output_pending(term->output) > 0)
        return;
    if (urgent)
        remove_source(&term->paint_source);
    if (term->paint_source)
        return;
    guint delay = urgent ? 0 : paint_delay(term);
    term->paint_source = delay > 0 ? g_timeout_add(delay, on_paint, term)
                                   : g_idle_add_full(G_PRIORITY_HIGH_IDLE, on_paint, term, NULL);
}

void term_redraw(Term *term)
{
    term->dirty = true;
    schedule(term, false);
}

void term_repaint(Term *term)
{
    screen_forget(term->screen);
    term->dirty = true;
    schedule(term, true);
}

// ---- Input ----

static void on_key(const KeyEvent *key, gpointer data)
{
    Term *term = data;
    if (term->hooks.key)
        term->hooks.key(key, term->data);
}

static void wait_for_more(Term *term);

// What keys have changed is shown at once, before anything else on the loop.
static void settle_keys(Term *term)
{
    wait_for_more(term);
    if (term->dirty)
        paint(term);
}

static gboolean on_no_more(gpointer data)
{
    Term *term = data;
    term->wait_source = 0;
    decoder_timeout(term->decoder, now_ms());
    settle_keys(term);
    return G_SOURCE_REMOVE;
}

static void wait_for_more(Term *term)
{
    int wait_ms = decoder_wait_ms(term->decoder);
    remove_source(&term->wait_source);
    if (wait_ms > 0)
        term->wait_source = g_timeout_add((guint)wait_ms, on_no_more, term);
}

static gboolean on_input(gint fd, GIOCondition condition, gpointer data)
{
    Term *term = data;
    char bytes[READ_SIZE];
    (void)condition;
    gssize n = read(fd, bytes, sizeof bytes);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return G_SOURCE_CONTINUE;
    if (n <= 0) {
        term->input_source = 0;
        lose(term);
        return G_SOURCE_REMOVE;
    }
    decoder_feed(term->decoder, bytes, (gsize)n, now_ms());
    settle_keys(term);
    return G_SOURCE_CONTINUE;
}

// ---- Signals ----

static void resize(Term *term)
{
    int width, height;
    read_size(&width, &height);
    if (width == grid_width(term->grid) && height == grid_height(term->grid))
        return;
    grid_resize(term->grid, width, height);
    screen_resize(term->screen, grid_width(term->grid), grid_height(term->grid));
    term->dirty = true;
    schedule(term, true);
}

static gboolean on_resize(gpointer data)
{
    resize(data);
    return G_SOURCE_CONTINUE;
}

static gboolean on_interrupt(gpointer data)
{
    end_by(data, SIGINT);
    return G_SOURCE_CONTINUE;
}

static gboolean on_terminate(gpointer data)
{
    end_by(data, SIGTERM);
    return G_SOURCE_CONTINUE;
}

static gboolean on_hangup(gpointer data)
{
    end_by(data, SIGHUP);
    return G_SOURCE_CONTINUE;
}

static void come_back(Term *term)
{
    enter(term);
    output_drop(term->output);
    screen_forget(term->screen);
    resize(term);
    term_repaint(term);
}

void term_suspend(Term *term)
{
    leave(term);
    restore_stop_self();
    come_back(term);
}

static gboolean on_job_control(gint fd, GIOCondition condition, gpointer data)
{
    Term *term = data;
    char numbers[64];
    (void)condition;
    gssize n = read(fd, numbers, sizeof numbers);
    if (n > 0 && memchr(numbers, SIGTSTP, (gsize)n)) {
        term_suspend(term);
        // Going on has told itself through the pipe, too; that is done.
        n = read(fd, numbers, sizeof numbers);
    } else if (n > 0) // stopped by force, without a chance to leave the terminal properly
        come_back(term);
    return G_SOURCE_CONTINUE;
}

static void watch_signals(Term *term)
{
    static const struct {
        int number;
        GSourceFunc function;
    } signals[SIGNALS] = {{SIGWINCH, on_resize},
                          {SIGINT, on_interrupt},
                          {SIGTERM, on_terminate},
                          {SIGHUP, on_hangup}};
    for (guint i = 0; i < SIGNALS; i++)
        term->signal_sources[i] = g_unix_signal_add(signals[i].number, signals[i].function, term);
    term->pipe_source = g_unix_fd_add(term->signal_pipe[0], G_IO_IN, on_job_control, term);
    term->input_source = g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_input, term);
}

// ---- Life ----

static bool detect(Term *term, GError **error)
{
    if (!caps_detect(STDIN_FILENO, &term->caps, error) ||
        !caps_detect(STDOUT_FILENO, &term->caps, error))
        return false;
    if (term->options.ascii)
        term->caps.unicode = false;
    if (term->options.mono)
        term->caps.depth = DEPTH_MONO;
    const char *theme = term->options.theme;
    if (!theme && term->caps.light)
        theme = "light";
    return palette_init(&term->palette, theme, term->caps.depth, error);
}

static bool open_terminal(Term *term, GError **error)
{
    int width, height;
    if (tcgetattr(STDIN_FILENO, &term->found) != 0 ||
        pipe2(term->signal_pipe, O_CLOEXEC | O_NONBLOCK) != 0) {
        g_set_error(error, ERR, ERR_INTERNAL, "The terminal cannot be set up: %s.",
                    g_strerror(errno));
        return false;
    }
    term->output = output_new(STDOUT_FILENO, error);
    if (!term->output)
        return false;
    make_ours(term);
    // Handlers first: curses puts its own where it finds none.
    restore_arm(output_fd(term->output), term->signal_pipe[1], &term->found, term->caps.restore,
                term->caps.restore_size);
    watch_signals(term);
    read_size(&width, &height);
    term->grid = grid_new(width, height, !term->caps.unicode); // clamps the size
    term->screen = screen_new(&term->caps, STDIN_FILENO, grid_width(term->grid),
                              grid_height(term->grid), error);
    if (!term->screen)
        return false;
    screen_resize(term->screen, grid_width(term->grid), grid_height(term->grid));
    return true;
}

Term *term_new(const TermOptions *options, const TermHooks *hooks, gpointer data, GError **error)
{
    g_autoptr(Term) term = g_new0(Term, 1);
    term->options = *options;
    term->hooks = *hooks;
    term->data = data;
    term->signal_pipe[0] = term->signal_pipe[1] = -1;
    if (!detect(term, error))
        return NULL;
    term->decoder = decoder_new(on_key, term);
    term->frame = g_byte_array_new();
    term->extra = g_byte_array_new();
    if (!open_terminal(term, error))
        return NULL;
    enter(term);
    term_redraw(term);
    return g_steal_pointer(&term);
}

static void remove_sources(Term *term)
{
    remove_source(&term->input_source);
    remove_source(&term->output_source);
    remove_source(&term->paint_source);
    remove_source(&term->wait_source);
    remove_source(&term->pipe_source);
    for (guint i = 0; i < SIGNALS; i++)
        remove_source(&term->signal_sources[i]);
}

void term_free(Term *term)
{
    if (!term)
        return;
    if (term->screen)
        leave(term);
    if (term->output)
        restore_disarm();
    remove_sources(term);
    screen_free(term->screen);
    output_free(term->output);
    decoder_free(term->decoder);
    grid_free(term->grid);
    g_clear_pointer(&term->frame, g_byte_array_unref);
    g_clear_pointer(&term->extra, g_byte_array_unref);
    for (guint i = 0; i < 2; i++)
        if (term->signal_pipe[i] >= 0)
            close(term->signal_pipe[i]);
    g_free(term);
}

Palette *term_palette(Term *term)
{
    return &term->palette;
}

void term_size(const Term *term, int *ret_width, int *ret_height)
{
    *ret_width = grid_width(term->grid);
    *ret_height = grid_height(term->grid);
}

// ---- Beside the picture ----

// Plain ASCII only: terminals show this outside any grid.
static void clean_note(const char *note, char ret_clean[TERM_NOTE_MAX + 1])
{
    gsize n = 0;
    for (; *note && n < TERM_NOTE_MAX; note++)
        ret_clean[n++] = g_ascii_isprint(*note) ? *note : '?';
    ret_clean[n] = '\0';
}

void term_bell(Term *term, const char *note)
{
    char clean[TERM_NOTE_MAX + 1];
    add_extra(term, "\a");
    if (note && term->caps.modern) {
        clean_note(note, clean);
        g_autofree char *bytes = g_strdup_printf("\033]9;signalbox: %s\033\\", clean);
        add_extra(term, bytes);
    }
    term_redraw(term);
}

bool term_copy(Term *term, const char *text)
{
    g_autofree char *safe = text_escape(text);
    if (!term->caps.modern || strlen(safe) > TERM_COPY_MAX)
        return false;
    g_autofree char *code = g_base64_encode((const guchar *)safe, strlen(safe));
    g_autofree char *bytes = g_strdup_printf("\033]52;c;%s\033\\", code);
    add_extra(term, bytes);
    term_redraw(term);
    return true;
}
