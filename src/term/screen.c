#include "term/screen.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wchar.h>

// Functions, not macros: those would use ERR.
#define NCURSES_NOMACROS
#include <curses.h>
#undef ERR // from here on base/error.h's

#include "base/error.h"

enum {
    PAIRS_MAX = 250,
    FIRST_SLOT = 16, // palette numbers that stand for 24-bit colours on their way through curses
    SLOTS_MAX = 240,
};

typedef struct {
    gint32 fg, bg;
} Pair;

struct Screen {
    const TermCaps *caps;
    SCREEN *curses;
    FILE *in, *out;
    int out_fd;  // memory that curses writes to
    Grid *shown; // what the terminal shows
    bool whole;  // it is not known what the terminal shows
    bool left;   // the terminal is not ours now
    bool cursor_shown;
    GArray *pairs; // Pair; number = index + 1
    GArray *slots; // guint32 0xRRGGBB; palette number = index + FIRST_SLOT
};

// Curses asks the environment for the size of a terminal that it cannot ask itself. The right one at once: its
// windows would be made twice.
static SCREEN *start_curses(Screen *screen, int width, int height)
{
    char wanted_lines[16], wanted_columns[16];
    g_snprintf(wanted_lines, sizeof wanted_lines, "%d", MAX(height, 1));
    g_snprintf(wanted_columns, sizeof wanted_columns, "%d", MAX(width, 1));
    const char *lines = g_getenv("LINES"), *columns = g_getenv("COLUMNS");
    g_autofree char *old_lines = g_strdup(lines), *old_columns = g_strdup(columns);
    g_setenv("LINES", wanted_lines, TRUE);
    g_setenv("COLUMNS", wanted_columns, TRUE);
    use_env(TRUE);
    SCREEN *curses = newterm(screen->caps->name, screen->out, screen->in);
    if (old_lines)
        g_setenv("LINES", old_lines, TRUE);
    else
        g_unsetenv("LINES");
    if (old_columns)
        g_setenv("COLUMNS", old_columns, TRUE);
    else
        g_unsetenv("COLUMNS");
    return curses;
}

static void set_up_curses(const Screen *screen)
{
    if (screen->caps->depth != DEPTH_MONO && has_colors()) {
        start_color();
        use_default_colors();
    }
    nonl();
    typeahead(-1); // it has no keys to look for before it draws
    scrollok(stdscr, FALSE);
    leaveok(stdscr, FALSE);
    curs_set(1); // known from now on; and what curses begins with is in memory now
}

Screen *screen_new(const TermCaps *caps, int in_fd, int width, int height, GError **error)
{
    g_autoptr(Screen) screen = g_new0(Screen, 1);
    screen->caps = caps;
    screen->shown = grid_new(width, height, !caps->unicode);
    screen->pairs = g_array_new(FALSE, FALSE, sizeof(Pair));
    screen->slots = g_array_new(FALSE, FALSE, sizeof(guint32));
    screen->whole = screen->cursor_shown = true;
    screen->out_fd = memfd_create("frame", MFD_CLOEXEC);
    screen->out = screen->out_fd < 0 ? NULL : fdopen(screen->out_fd, "w");
    screen->in = fdopen(fcntl(in_fd, F_DUPFD_CLOEXEC, 3), "r");
    screen->curses = screen->out && screen->in ? start_curses(screen, width, height) : NULL;
    if (!screen->curses) {
        g_set_error(error, ERR, ERR_INTERNAL, "Curses does not start on the terminal \"%s\".",
                    caps->name);
        return NULL;
    }
    set_up_curses(screen);
    return g_steal_pointer(&screen);
}

void screen_free(Screen *screen)
{
    if (!screen)
        return;
    if (screen->curses) {
        endwin(); // into memory that nobody reads any more
        delscreen(screen->curses);
    }
    if (screen->out)
        fclose(screen->out);
    if (screen->in)
        fclose(screen->in);
    grid_free(screen->shown);
    g_array_unref(screen->pairs);
    g_array_unref(screen->slots);
    g_free(screen);
}

void screen_forget(Screen *screen)
{
    screen->whole = true;
}

void screen_resize(Screen *screen, int width, int height)
{
    // Curses cannot be smaller than one cell.
    resizeterm(MAX(height, 1), MAX(width, 1));
    screen_forget(screen);
}

// Curses is not told: its own way back asks for the size where there is nobody to ask. It only has to
// know that the cursor shows.
void screen_leave(Screen *screen)
{
    curs_set(1);
    lseek(screen->out_fd, 0, SEEK_SET);
    screen->cursor_shown = true;
    screen->left = true;
    screen_forget(screen);
}

// ---- Colours ----

// Curses knows no 24-bit colours on most descriptions. It gets a number of the 256 instead, and
// put_direct_colours turns that number into the colour in what it wrote.
static int slot_of(Screen *screen, guint32 rgb)
{
    const guint32 *slots = (const guint32 *)(void *)screen->slots->data;
    for (guint i = 0; i < screen->slots->len; i++)
        if (slots[i] == rgb)
            return (int)(FIRST_SLOT + i);
    if (screen->slots->len == SLOTS_MAX)
        return COLOUR_DEFAULT;
    g_array_append_val(screen->slots, rgb);
    return (int)(FIRST_SLOT + screen->slots->len - 1);
}

static int colour_of(Screen *screen, const Palette *palette, gint32 colour)
{
    if (colour == COLOUR_DEFAULT || palette->depth != DEPTH_TRUE)
        return colour;
    return slot_of(screen, (guint32)colour);
}

static int pair_of(Screen *screen, Pair wanted)
{
    const Pair *pairs = (const Pair *)(void *)screen->pairs->data;
    if (wanted.fg == COLOUR_DEFAULT && wanted.bg == COLOUR_DEFAULT)
        return 0;
    for (guint i = 0; i < screen->pairs->len; i++)
        if (pairs[i].fg == wanted.fg && pairs[i].bg == wanted.bg)
            return (int)i + 1;
    if (screen->pairs->len >= PAIRS_MAX || (int)screen->pairs->len + 1 >= COLOR_PAIRS ||
        init_extended_pair((int)screen->pairs->len + 1, wanted.fg, wanted.bg) != OK)
        return 0;
    g_array_append_val(screen->pairs, wanted);
    return (int)screen->pairs->len;
}

static attr_t attributes_of(const Look *look)
{
    attr_t attributes = A_NORMAL;
    attributes |= look->attributes & LOOK_BOLD ? A_BOLD : 0;
    attributes |= look->attributes & LOOK_DIM ? A_DIM : 0;
    attributes |= look->attributes & LOOK_UNDERLINE ? A_UNDERLINE : 0;
    attributes |= look->attributes & LOOK_REVERSE ? A_REVERSE : 0;
    return attributes;
}

// ---- Cells ----

// Curses measures characters with the C library. Where that disagrees with the grid, a replacement
// of the right width keeps every later cell in its place.
static void text_of(const Cell *cell, wchar_t text[CELL_CHARS + 2])
{
    int n = 0;
    if (wcwidth((wchar_t)cell->ch[0]) != cell->width) {
        text[n++] = '?';
        text[n] = 0;
        return;
    }
    for (int i = 0; i < CELL_CHARS && cell->ch[i]; i++)
        if (i == 0 || wcwidth((wchar_t)cell->ch[i]) == 0)
            text[n++] = (wchar_t)cell->ch[i];
    text[n] = 0;
}

static void put_cell(Screen *screen, const Palette *palette, int x, int y, const Cell *cell)
{
    cchar_t character;
    wchar_t text[CELL_CHARS + 2];
    Look look = palette_look(palette, cell->style);
    Pair colours = {colour_of(screen, palette, look.fg), colour_of(screen, palette, look.bg)};
    int pair = pair_of(screen, colours);
    text_of(cell, text);
    if (setcchar(&character, text, attributes_of(&look), 0, &pair) == OK)
        mvadd_wch(y, x, &character); // fails in the last cell of the screen, though it is drawn
    if (cell->width == 2 && text[0] == '?')
        mvadd_wch(y, x + 1, &character);
}

static bool cell_same(const Cell *a, const Cell *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

// True if the line had changed.
static bool put_line(Screen *screen, const Palette *palette, const Grid *grid, int y)
{
    const Cell *line = grid_line(grid, y), *shown = grid_line(screen->shown, y);
    int width = grid_width(grid);
    if (!screen->whole && memcmp(line, shown, (gsize)width * sizeof *line) == 0)
        return false;
    for (int x = 0; x < width; x++) {
        bool same = !screen->whole && cell_same(&line[x], &shown[x]);
        // A wide character is drawn by its left cell, also when only the right one was broken.
        if (line[x].width == 2 && x + 1 < width)
            same = same && cell_same(&line[x + 1], &shown[x + 1]);
        if (!same && line[x].width > 0)
            put_cell(screen, palette, x, y, &line[x]);
    }
    return true;
}

static void put_cursor(Screen *screen, const Grid *grid)
{
    int x = 0, y = 0;
    bool shown = grid_cursor(grid, &x, &y);
    if (shown)
        move(y, x);
    if (shown != screen->cursor_shown)
        curs_set(shown ? 1 : 0);
    screen->cursor_shown = shown;
}

static bool same_cursor(const Grid *a, const Grid *b)
{
    int ax = 0, ay = 0, bx = 0, by = 0;
    bool shown = grid_cursor(a, &ax, &ay);
    return shown == grid_cursor(b, &bx, &by) && ax == bx && ay == by;
}

static void put_frame(Screen *screen, const Grid *grid, const Palette *palette)
{
    if (grid_width(grid) != grid_width(screen->shown) ||
        grid_height(grid) != grid_height(screen->shown))
        screen->whole = true;
    if (screen->whole) {
        erase();
        clearok(curscr, TRUE);
    }
    bool changed = screen->whole || !same_cursor(screen->shown, grid);
    for (int y = 0; y < grid_height(grid); y++)
        changed |= put_line(screen, palette, grid, y);
    if (!changed)
        return;
    put_cursor(screen, grid);
    wnoutrefresh(stdscr);
    doupdate();
    grid_copy(screen->shown, grid);
    screen->whole = false;
}

// ---- Bytes ----

// Reads "38;5;NUMBERm" or "48;5;NUMBERm" behind ESC [; 0 if it is something else.
static gsize read_slot(const char *at, gsize n, int *ret_number)
{
    gsize i = 5;
    int number = 0;
    if (n < 7 || (memcmp(at, "38;5;", 5) != 0 && memcmp(at, "48;5;", 5) != 0))
        return 0;
    while (i < n && g_ascii_isdigit(at[i]) && number < 1000)
        number = number * 10 + (at[i++] - '0');
    if (i == n || at[i] != 'm')
        return 0;
    *ret_number = number;
    return i + 1;
}

static void append_direct(GByteArray *out, char plane, guint32 rgb)
{
    char text[32];
    int n = g_snprintf(text, sizeof text, "\033[%c8;2;%u;%u;%um", plane, rgb >> 16, rgb >> 8 & 255,
                       rgb & 255);
    g_byte_array_append(out, (const guint8 *)text, (guint)n);
}

static void put_direct_colours(const Screen *screen, const char *bytes, gsize n, GByteArray *out)
{
    const guint32 *slots = (const guint32 *)(void *)screen->slots->data;
    gsize start = 0;
    for (gsize i = 0; i + 2 < n; i++) {
        int number = 0;
        gsize size = bytes[i] == 0x1b && bytes[i + 1] == '['
                         ? read_slot(bytes + i + 2, n - i - 2, &number)
                         : 0;
        int slot = number - FIRST_SLOT;
        if (size == 0 || slot < 0 || slot >= (int)screen->slots->len)
            continue;
        g_byte_array_append(out, (const guint8 *)bytes + start, (guint)(i - start));
        append_direct(out, bytes[i + 2], slots[slot]);
        start = i + 2 + size;
        i = start - 1;
    }
    g_byte_array_append(out, (const guint8 *)bytes + start, (guint)(n - start));
}

// Takes what curses wrote out of its memory.
static void take_bytes(Screen *screen, const Palette *palette, GByteArray *out)
{
    off_t size = lseek(screen->out_fd, 0, SEEK_CUR);
    if (size <= 0)
        return;
    g_autofree char *bytes = g_malloc((gsize)size);
    gssize n = pread(screen->out_fd, bytes, (gsize)size, 0);
    g_assert(n == size);
    lseek(screen->out_fd, 0, SEEK_SET);
    if (palette->depth == DEPTH_TRUE)
        put_direct_colours(screen, bytes, (gsize)n, out);
    else
        g_byte_array_append(out, (const guint8 *)bytes, (guint)n);
}

void screen_draw(Screen *screen, const Grid *grid, const Palette *palette, GByteArray *out)
{
    if (screen->left)
        g_byte_array_append(out, (const guint8 *)screen->caps->enter,
                            (guint)screen->caps->enter_size);
    screen->left = false;
    // Curses believes that all lines scroll. Whoever had the terminal before may have set it otherwise,
    // and so does curses at its beginning, when it does not know the size.
    take_bytes(screen, palette, out);
    if (screen->whole)
        caps_append_region(screen->caps, MAX(grid_height(grid), 1), out);
    put_frame(screen, grid, palette);
    take_bytes(screen, palette, out);
}
