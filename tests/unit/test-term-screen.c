// What is sent makes the picture that was drawn. A small strict terminal reads the bytes: it knows the
// sequences of an xterm that a description names, and anything else fails the test. After every frame
// its cells and their looks must be those of the grid.
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "term/screen.h"

enum { MAX_W = 60, MAX_H = 30 };

typedef struct {
    gunichar ch[CELL_CHARS];
    Look look;
} Spot;

typedef struct {
    int width, height, x, y;
    int kept_x, kept_y;
    int top, bottom; // of the region that scrolls
    bool wrap;       // the cursor waits behind the last column
    bool cursor;
    Look pen;
    Spot spots[MAX_H][MAX_W];
    gunichar last; // for repeating
} Vt;

static const Look plain = {COLOUR_DEFAULT, COLOUR_DEFAULT, 0};

static void vt_init(Vt *vt, int width, int height)
{
    *vt = (Vt){.width = width, .height = height, .bottom = height - 1, .cursor = true};
    vt->pen = plain;
    // Nothing is clean before the first frame has cleaned it.
    for (int y = 0; y < MAX_H; y++)
        for (int x = 0; x < MAX_W; x++)
            vt->spots[y][x] = (Spot){{'#'}, plain};
}

static Spot blank_spot(const Vt *vt)
{
    return (Spot){{' '}, {COLOUR_DEFAULT, vt->pen.bg, 0}};
}

static void erase(Vt *vt, int y, int from, int to)
{
    for (int x = from; x < to; x++)
        vt->spots[y][x] = blank_spot(vt);
}

static void scroll_up(Vt *vt, int top, int bottom, int n)
{
    for (; n > 0; n--) {
        memmove(vt->spots[top], vt->spots[top + 1], (gsize)(bottom - top) * sizeof vt->spots[0]);
        erase(vt, bottom, 0, vt->width);
    }
}

static void scroll_down(Vt *vt, int top, int bottom, int n)
{
    for (; n > 0; n--) {
        memmove(vt->spots[top + 1], vt->spots[top], (gsize)(bottom - top) * sizeof vt->spots[0]);
        erase(vt, top, 0, vt->width);
    }
}

static void move_to(Vt *vt, int x, int y)
{
    vt->x = CLAMP(x, 0, vt->width - 1);
    vt->y = CLAMP(y, 0, vt->height - 1);
    vt->wrap = false;
}

static void line_feed(Vt *vt)
{
    if (vt->y == vt->bottom)
        scroll_up(vt, vt->top, vt->bottom, 1);
    else
        move_to(vt, vt->x, vt->y + 1);
}

static void put_mark(Vt *vt, gunichar ch)
{
    int x = vt->wrap ? vt->x : vt->x - 1;
    Spot *spot = &vt->spots[vt->y][x];
    if (spot->ch[0] == 0 && x > 0)
        spot--;
    int i = 1;
    while (i < CELL_CHARS && spot->ch[i])
        i++;
    g_assert_cmpint(i, <, CELL_CHARS);
    spot->ch[i] = ch;
}

static void put_char(Vt *vt, gunichar ch)
{
    int width = g_unichar_iszerowidth(ch) ? 0 : g_unichar_iswide(ch) ? 2 : 1;
    if (width == 0) {
        put_mark(vt, ch);
        return;
    }
    if (vt->wrap || vt->x + width > vt->width) {
        vt->x = 0;
        vt->wrap = false;
        line_feed(vt);
    }
    for (int i = 0; i < width; i++)
        vt->spots[vt->y][vt->x + i] = (Spot){{i == 0 ? ch : 0}, vt->pen};
    vt->wrap = vt->x + width >= vt->width;
    vt->x = MIN(vt->x + width, vt->width - 1);
    vt->last = ch;
}

static int read_colour(const int *values, int n, int *i)
{
    if (*i + 2 < n && values[*i + 1] == 5) {
        *i += 2;
        return values[*i];
    }
    g_assert_true(*i + 4 < n && values[*i + 1] == 2);
    *i += 4;
    return values[*i - 2] << 16 | values[*i - 1] << 8 | values[*i];
}

static void set_pen(Vt *vt, const int *values, int n)
{
    static const struct {
        int code;
        guint set, clear;
    } attributes[] = {{1, LOOK_BOLD, 0},
                      {2, LOOK_DIM, 0},
                      {4, LOOK_UNDERLINE, 0},
                      {7, LOOK_REVERSE, 0},
                      {22, 0, LOOK_BOLD | LOOK_DIM},
                      {24, 0, LOOK_UNDERLINE},
                      {27, 0, LOOK_REVERSE}};
    for (int i = 0; i < n; i++) {
        int code = values[i];
        bool known = code == 0 || code == 39 || code == 49;
        if (code == 0)
            vt->pen = plain;
        for (gsize k = 0; k < G_N_ELEMENTS(attributes); k++)
            if (attributes[k].code == code) {
                vt->pen.attributes |= attributes[k].set;
                vt->pen.attributes &= ~attributes[k].clear;
                known = true;
            }
        if (code == 38 || (code >= 30 && code <= 37) || code == 39) {
            vt->pen.fg = code == 38 ? read_colour(values, n, &i) : code == 39 ? -1 : code - 30;
            known = true;
        }
        if (code == 48 || (code >= 40 && code <= 47) || code == 49) {
            vt->pen.bg = code == 48 ? read_colour(values, n, &i) : code == 49 ? -1 : code - 40;
            known = true;
        }
        g_assert_true(known);
    }
}

static void erase_display(Vt *vt, int how)
{
    g_assert_true(how == 0 || how == 2);
    erase(vt, vt->y, how == 2 ? 0 : vt->x, vt->width);
    for (int y = how == 2 ? 0 : vt->y + 1; y < vt->height; y++)
        erase(vt, y, 0, vt->width);
}

static void shift_chars(Vt *vt, int n, bool insert)
{
    Spot *line = vt->spots[vt->y];
    int left = vt->width - vt->x;
    n = MIN(n, left);
    gsize kept = (gsize)(left - n) * sizeof *line;
    if (insert)
        memmove(line + vt->x + n, line + vt->x, kept);
    else
        memmove(line + vt->x, line + vt->x + n, kept);
    int from = insert ? vt->x : vt->width - n;
    erase(vt, vt->y, from, from + n);
}

static void control(Vt *vt, char final, const int *values, int n)
{
    int one = values[0] ? values[0] : 1;
    switch (final) {
    case 'A':
        move_to(vt, vt->x, vt->y - one);
        break;
    case 'B':
        move_to(vt, vt->x, vt->y + one);
        break;
    case 'C':
        move_to(vt, vt->x + one, vt->y);
        break;
    case 'D':
        move_to(vt, vt->x - one, vt->y);
        break;
    case 'G':
        move_to(vt, one - 1, vt->y);
        break;
    case 'd':
        move_to(vt, vt->x, one - 1);
        break;
    case 'H':
        move_to(vt, n > 1 ? values[1] - 1 : 0, one - 1);
        break;
    case 'J':
        erase_display(vt, values[0]);
        break;
    case 'K':
        g_assert_true(values[0] == 0 || values[0] == 1);
        erase(vt, vt->y, values[0] ? 0 : vt->x, values[0] ? vt->x + 1 : vt->width);
        break;
    case 'X':
        erase(vt, vt->y, vt->x, MIN(vt->x + one, vt->width));
        break;
    case '@':
        shift_chars(vt, one, true);
        break;
    case 'P':
        shift_chars(vt, one, false);
        break;
    case 'L':
        scroll_down(vt, vt->y, vt->bottom, one);
        break;
    case 'M':
        scroll_up(vt, vt->y, vt->bottom, one);
        break;
    case 'S':
        scroll_up(vt, vt->top, vt->bottom, one);
        break;
    case 'T':
        scroll_down(vt, vt->top, vt->bottom, one);
        break;
    case 'b':
        for (; one > 0; one--)
            put_char(vt, vt->last);
        break;
    case 'm':
        set_pen(vt, values, n);
        break;
    case 'r':
        vt->top = n > 1 ? one - 1 : 0;
        vt->bottom = n > 1 ? MIN(values[1], vt->height) - 1 : vt->height - 1;
        move_to(vt, 0, 0);
        break;
    default:
        g_assert_cmpint(final, ==, 'l'); // insert mode off: the only other one
        g_assert_cmpint(values[0], ==, 4);
    }
}

// Modes: cursor, its blinking, wrapping at the edge, second screen, keypad.
static void private_mode(Vt *vt, char final, int mode)
{
    g_assert_true(mode == 25 || mode == 12 || mode == 7 || mode == 1049 || mode == 1);
    g_assert_true(final == 'h' || final == 'l');
    if (mode == 25)
        vt->cursor = final == 'h';
}

static const char *read_csi(Vt *vt, const char *at)
{
    int values[8] = {0}, n = 1;
    bool is_private = *at == '?';
    at += is_private;
    for (; g_ascii_isdigit(*at) || *at == ';'; at++) {
        if (*at == ';') {
            g_assert_cmpint(++n, <=, 8);
            continue;
        }
        values[n - 1] = values[n - 1] * 10 + *at - '0';
    }
    if (is_private)
        private_mode(vt, *at, values[0]);
    else if (*at != 't') // titles kept and brought back
        control(vt, *at, values, n);
    return at + 1;
}

static const char *read_escape(Vt *vt, const char *at)
{
    switch (*at) {
    case '[':
        return read_csi(vt, at + 1);
    case '(':
        g_assert_cmpint(at[1], ==, 'B');
        return at + 2;
    case 'M':
        if (vt->y == vt->top)
            scroll_down(vt, vt->top, vt->bottom, 1);
        else
            move_to(vt, vt->x, vt->y - 1);
        return at + 1;
    case '7':
        vt->kept_x = vt->x;
        vt->kept_y = vt->y;
        return at + 1;
    case '8':
        move_to(vt, vt->kept_x, vt->kept_y);
        return at + 1;
    default:
        g_assert_true(*at == '>' || *at == '=');
        return at + 1;
    }
}

static const char *read_one(Vt *vt, const char *at)
{
    switch (*at) {
    case '\033':
        return read_escape(vt, at + 1);
    case '\r':
        move_to(vt, 0, vt->y);
        return at + 1;
    case '\n':
        line_feed(vt);
        return at + 1;
    case '\b':
        move_to(vt, vt->x - 1, vt->y);
        return at + 1;
    default:
        g_assert_cmpint((guchar)*at, >=, 0x20);
        put_char(vt, g_utf8_get_char(at));
        return g_utf8_next_char(at);
    }
}

static void vt_read(Vt *vt, const GByteArray *bytes)
{
    const char *at = (const char *)bytes->data, *end = at + bytes->len;
    g_assert_true(bytes->len == 0 || g_utf8_validate(at, (gssize)bytes->len, NULL));
    while (at < end)
        at = read_one(vt, at);
    g_assert_true(at == end);
}

// ---- The picture ----

// A blank looks the same with or without a foreground; reversed or underlined it does not.
static bool same_look(const Spot *spot, const Look *wanted)
{
    bool plain_blank = spot->ch[0] == ' ' && !((spot->look.attributes | wanted->attributes) &
                                               (LOOK_REVERSE | LOOK_UNDERLINE));
    if (plain_blank)
        return spot->look.bg == wanted->bg;
    return spot->look.fg == wanted->fg && spot->look.bg == wanted->bg &&
           spot->look.attributes == wanted->attributes;
}

static void assert_picture(const Vt *vt, const Grid *grid, const Palette *palette)
{
    for (int y = 0; y < grid_height(grid); y++)
        for (int x = 0; x < grid_width(grid); x++) {
            const Cell *cell = &grid_line(grid, y)[x];
            const Spot *spot = &vt->spots[y][x];
            Look wanted = palette_look(palette, cell->style);
            g_assert_true(memcmp(spot->ch, cell->ch, sizeof cell->ch) == 0);
            g_assert_true(same_look(spot, &wanted));
        }
    int x = 0, y = 0;
    bool shown = grid_cursor(grid, &x, &y);
    g_assert_cmpint(vt->cursor, ==, shown);
    if (shown)
        g_assert_true(vt->x == x && vt->y == y);
}

// ---- Frames ----

typedef struct {
    TermCaps caps;
    Palette palette;
    Screen *screen;
    Grid *grid;
    GByteArray *bytes;
    Vt vt;
} Stage;

static void stage_init(Stage *stage, ColourDepth depth, int width, int height)
{
    static const char enter[] = "\033[?1049h";
    *stage = (Stage){.caps = {.depth = depth, .unicode = true, .region = "\033[%i%p1%d;%p2%dr"}};
    g_strlcpy(stage->caps.name, "xterm-256color", sizeof stage->caps.name);
    memcpy(stage->caps.enter, enter, sizeof enter - 1);
    stage->caps.enter_size = sizeof enter - 1;
    g_assert_true(palette_init(&stage->palette, NULL, depth, NULL));
    stage->screen = screen_new(&stage->caps, 0, 80, 24, NULL);
    g_assert_nonnull(stage->screen);
    screen_resize(stage->screen, width, height);
    stage->grid = grid_new(width, height, false);
    stage->bytes = g_byte_array_new();
    vt_init(&stage->vt, width, height);
}

static void stage_release(Stage *stage)
{
    screen_free(stage->screen);
    grid_free(stage->grid);
    g_byte_array_unref(stage->bytes);
}

static guint stage_show(Stage *stage)
{
    g_byte_array_set_size(stage->bytes, 0);
    screen_draw(stage->screen, stage->grid, &stage->palette, stage->bytes);
    vt_read(&stage->vt, stage->bytes);
    assert_picture(&stage->vt, stage->grid, &stage->palette);
    return stage->bytes->len;
}

static void scribble(Grid *grid)
{
    static const char *const words[] = {"payments",     "東京支社", "●",
                                        "e\314\201tat", "\033[2J!", "       ",
                                        "──",           "a",        "aaaaaaaaaaaaaaaaaaaa"};
    Canvas all = canvas_of(grid);
    for (int n = g_test_rand_int_range(0, 6); n > 0; n--) {
        Style style = (Style)g_test_rand_int_range(0, ROLE_COUNT);
        style |= g_test_rand_int_range(0, 4) ? 0 : STYLE_SELECTED;
        int x = g_test_rand_int_range(-3, MAX(all.width, 1));
        int y = g_test_rand_int_range(0, MAX(all.height, 1));
        cells_put(&all, x, y, style, words[g_test_rand_int_range(0, G_N_ELEMENTS(words))]);
    }
    if (g_test_rand_bit())
        cells_cursor(&all, g_test_rand_int_range(0, MAX_W), g_test_rand_int_range(0, MAX_H));
}

// Moves all lines up by one, as a list that scrolls does.
static void roll(Grid *grid)
{
    for (int y = 0; y + 1 < grid_height(grid); y++)
        memcpy(grid_line_mutable(grid, y), grid_line(grid, y + 1),
               (gsize)grid_width(grid) * sizeof(Cell));
}

static void test_random(gconstpointer data)
{
    Stage stage;
    stage_init(&stage, *(const ColourDepth *)data, 50, 30);
    for (int frame = 0; frame < 400; frame++) {
        if (g_test_rand_int_range(0, 12) == 0)
            grid_clear(stage.grid);
        if (g_test_rand_int_range(0, 4) == 0)
            roll(stage.grid);
        scribble(stage.grid);
        stage_show(&stage);
    }
    stage_release(&stage);
}

static void test_resize(void)
{
    Stage stage;
    stage_init(&stage, DEPTH_256, 40, 12);
    for (int round = 0; round < 300; round++) {
        int width = g_test_rand_int_range(1, MAX_W + 1),
            height = g_test_rand_int_range(1, MAX_H + 1);
        grid_resize(stage.grid, width, height);
        screen_resize(stage.screen, width, height);
        Look pen = stage.vt.pen;
        bool cursor = stage.vt.cursor;
        vt_init(&stage.vt, width, height);
        stage.vt.pen = pen;
        stage.vt.cursor = cursor;
        scribble(stage.grid);
        stage_show(&stage);
    }
    grid_resize(stage.grid, 0, 0);
    screen_resize(stage.screen, 0, 0);
    screen_draw(stage.screen, stage.grid, &stage.palette, stage.bytes);
    stage_release(&stage);
}

// Nothing changed: nothing is sent. A changed number costs little.
static void test_cheap(void)
{
    Stage stage;
    stage_init(&stage, DEPTH_256, 40, 12);
    Canvas all = canvas_of(stage.grid);
    cells_put(&all, 3, 3, ROLE_NORMAL, "latency 41 ms");
    g_assert_cmpuint(stage_show(&stage), >, 0);
    g_assert_cmpuint(stage_show(&stage), ==, 0);
    cells_put(&all, 11, 3, ROLE_NORMAL, "57");
    g_assert_cmpuint(stage_show(&stage), <=, 20);
    screen_forget(stage.screen);
    g_assert_cmpuint(stage_show(&stage), >, 20);
    stage_release(&stage);
}

// Left and taken again: the terminal is in an unknown state, the picture is whole again.
static void test_leave(void)
{
    Stage stage;
    stage_init(&stage, DEPTH_256, 40, 12);
    for (int round = 0; round < 20; round++) {
        scribble(stage.grid);
        stage_show(&stage);
        screen_leave(stage.screen);
        vt_init(&stage.vt, 40, 12);
        stage_show(&stage);
    }
    stage_release(&stage);
}

int main(int argc, char **argv)
{
    static const ColourDepth depths[] = {DEPTH_MONO, DEPTH_8, DEPTH_256, DEPTH_TRUE};
    g_test_init(&argc, &argv, NULL);
    if (!setlocale(LC_ALL, "C.UTF-8"))
        return 77;
    for (gsize i = 0; i < G_N_ELEMENTS(depths); i++) {
        g_autofree char *path = g_strdup_printf("/screen/random/%zu", i);
        g_test_add_data_func(path, &depths[i], test_random);
    }
    g_test_add_func("/screen/resize", test_resize);
    g_test_add_func("/screen/cheap", test_cheap);
    g_test_add_func("/screen/leave", test_leave);
    return g_test_run();
}
