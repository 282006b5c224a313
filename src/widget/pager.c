#include "widget/pager.h"

#include <string.h>

#include "widget/scroll.h"

enum { WHEEL_LINES = 3, PAGER_READABLE = 12 };

typedef enum { BLOCK_TEXT, BLOCK_RULE } BlockKind;

typedef struct {
    BlockKind kind;
    char *label; // NULL: none
    char *text;  // never NULL
    Style style;
    gsize size;   // of text
    gsize seen;   // bytes of it that have been shown, from the first on without a gap
    bool is_seen; // something of it has been shown
} Block;

// One line of the screen: a piece of a block's text.
typedef struct {
    guint block;
    gsize start, size;
} Line;

struct Pager {
    GArray *blocks; // Block
    GArray *before; // Block: those before pager_begin, until they are matched
    GArray *lines;  // Line, for wrapped_width
    guint matched;  // of `before`
    bool same;      // it is the same text, told again
    int wrapped_width;
    int labels; // width of the label column
    gsize top;
    Rect at; // where it was drawn last, in the grid
};

const Binding pager_bindings[PAGER_BINDINGS] = {
    {PAGER_PAGE_DOWN, "page-down", "space page-down ctrl-f", "next page", "Shows the next page.",
     BIND_LATER},
    {PAGER_PAGE_UP, "page-up", "b page-up ctrl-b", "page back", "Shows the page before.",
     BIND_QUIET},
    {PAGER_DOWN, "down", "j down", "down", "Moves down by a line.", BIND_QUIET},
    {PAGER_UP, "up", "k up", "up", "Moves up by a line.", BIND_QUIET},
    {PAGER_FIRST, "first", "g home", "first", "Moves to the beginning.", BIND_QUIET},
    {PAGER_LAST, "last", "G end", "last", "Moves to the end.", BIND_QUIET},
};

static void block_clear(gpointer data)
{
    Block *block = data;
    g_free(block->label);
    g_free(block->text);
}

static GArray *new_blocks(void)
{
    GArray *blocks = g_array_new(FALSE, TRUE, sizeof(Block));
    g_array_set_clear_func(blocks, block_clear);
    return blocks;
}

Pager *pager_new(void)
{
    Pager *pager = g_new0(Pager, 1);
    pager->blocks = new_blocks();
    pager->before = new_blocks();
    pager->lines = g_array_new(FALSE, FALSE, sizeof(Line));
    pager->wrapped_width = -1;
    return pager;
}

void pager_free(Pager *pager)
{
    if (!pager)
        return;
    g_array_unref(pager->blocks);
    g_array_unref(pager->before);
    g_array_unref(pager->lines);
    g_free(pager);
}

void pager_begin(Pager *pager)
{
    GArray *before = pager->before;
    pager->before = pager->blocks;
    pager->blocks = before;
    g_array_set_size(before, 0);
    pager->matched = 0;
    pager->same = false;
    pager->wrapped_width = -1;
}

void pager_again(Pager *pager)
{
    pager_begin(pager);
    pager->same = true;
}

void pager_reset(Pager *pager)
{
    g_array_set_size(pager->blocks, 0);
    g_array_set_size(pager->before, 0);
    pager->top = 0;
    pager->wrapped_width = -1;
}

static Block *block_at(const GArray *blocks, guint index)
{
    return &((Block *)(void *)blocks->data)[index];
}

// What had been seen of the block before pager_begin: the next one of its label, so that a block that comes
// or goes does not make the rest unread.
static void recall_seen(Pager *pager, Block *block)
{
    guint index = pager->matched;
    while (index < pager->before->len &&
           g_strcmp0(block_at(pager->before, index)->label, block->label) != 0)
        index++;
    if (index == pager->before->len)
        return;
    const Block *old = block_at(pager->before, index);
    bool to_its_end = old->is_seen && old->seen >= old->size;
    pager->matched = index + 1;
    block->seen = pager->same && to_its_end ? block->size : old->seen;
    block->is_seen = old->is_seen;
}

static void add_block(Pager *pager, BlockKind kind, const char *label, Style style,
                      const char *text)
{
    if (pager->blocks->len > PAGER_MAX_BLOCKS)
        return;
    if (pager->blocks->len == PAGER_MAX_BLOCKS)
        text = "... more was left out: the text is too long to be shown.";
    Block block = {
        .kind = kind, .label = g_strdup(label), .text = g_strdup(text ? text : ""), .style = style};
    block.size = strlen(block.text);
    recall_seen(pager, &block);
    g_array_append_val(pager->blocks, block);
    pager->wrapped_width = -1;
}

void pager_text(Pager *pager, Style style, const char *text)
{
    add_block(pager, BLOCK_TEXT, NULL, style, text);
}

void pager_field(Pager *pager, const char *label, Style style, const char *text)
{
    add_block(pager, BLOCK_TEXT, label, style, text);
}

void pager_rule(Pager *pager, const char *title)
{
    add_block(pager, BLOCK_RULE, NULL, ROLE_BORDER, title);
}

void pager_blank(Pager *pager)
{
    add_block(pager, BLOCK_TEXT, NULL, ROLE_NORMAL, NULL);
}

// ---- Wrapping ----

static void wrap_block(Pager *pager, const Canvas *canvas, guint index, int width)
{
    const Block *block = block_at(pager->blocks, index);
    int columns = MAX(block->label ? width - pager->labels - 1 : width, 1);
    gsize at = 0;
    do {
        gsize left = block->size - at;
        gsize n =
            block->kind == BLOCK_RULE ? left : cells_wrap(canvas, block->text + at, left, columns);
        Line line = {index, at, n};
        g_array_append_val(pager->lines, line);
        at += n;
    } while (at < block->size);
}

static int widest_label(const Pager *pager, const Canvas *canvas, int width)
{
    int widest = 0;
    for (guint i = 0; i < pager->blocks->len; i++)
        widest = MAX(widest, cells_width(canvas, block_at(pager->blocks, i)->label));
    return MIN(widest, width / 3);
}

static void wrap(Pager *pager, const Canvas *canvas, int width)
{
    if (pager->wrapped_width == width)
        return;
    g_array_set_size(pager->lines, 0);
    pager->labels = widest_label(pager, canvas, width);
    for (guint i = 0; i < pager->blocks->len; i++)
        wrap_block(pager, canvas, i, width);
    pager->wrapped_width = width;
}

// ---- Drawing ----

// Only what follows what has been seen counts: jumping over lines is not reading them. In a column too
// narrow for the longest escape something may be missing.
static void mark_seen(Block *block, const Line *line, int columns)
{
    if (line->start > block->seen || columns < PAGER_READABLE)
        return;
    block->seen = MAX(block->seen, line->start + line->size);
    block->is_seen = true;
}

static void draw_line(Pager *pager, const Canvas *canvas, const Line *line, int y)
{
    Block *block = block_at(pager->blocks, line->block);
    Rect at = rect_make(0, y, canvas->width, 1);
    if (block->kind == BLOCK_RULE) {
        mark_seen(block, line, PAGER_READABLE);
        cells_rule(canvas, at, block->style, *block->text ? block->text : NULL);
        return;
    }
    if (block->label) {
        Rect label = rect_cut_left(&at, pager->labels);
        rect_cut_left(&at, 1);
        if (line->start == 0)
            cells_fit(canvas, label, ALIGN_LEFT, ROLE_DIM, block->label);
    }
    Canvas text = canvas_sub(canvas, at);
    mark_seen(block, line, text.width);
    cells_put_n(&text, 0, 0, block->style, block->text + line->start, line->size);
}

static gsize height(const Pager *pager)
{
    return (gsize)MAX(pager->at.height, 0);
}

void pager_draw(Pager *pager, const Canvas *canvas)
{
    Rect rest = canvas_rect(canvas);
    Rect bar = rect_cut_right(&rest, rest.width > 4 ? 1 : 0);
    pager->at = rect_make(canvas->x, canvas->y, canvas->width, canvas->height);
    wrap(pager, canvas, rest.width);
    gsize total = pager->lines->len;
    pager->top = scroll_by(pager->top, 0, height(pager), total);
    Canvas text = canvas_sub(canvas, rest);
    for (int y = 0; y < rest.height && pager->top + (gsize)y < total; y++)
        draw_line(pager, &text, &g_array_index(pager->lines, Line, pager->top + (gsize)y), y);
    scroll_draw(canvas, bar, &(ScrollState){pager->top, height(pager), total});
}

// ---- Keys ----

static void scroll(Pager *pager, gint64 delta)
{
    pager->top = scroll_by(pager->top, delta, height(pager), pager->lines->len);
}

bool pager_act(Pager *pager, int action)
{
    // A page keeps one line of the one before, for the eye to find its place.
    gint64 page = MAX((gint64)height(pager) - 1, 1), all = G_MAXINT32;
    const gint64 deltas[] = {
        [PAGER_UP - PAGER_UP] = -1,         [PAGER_DOWN - PAGER_UP] = 1,
        [PAGER_PAGE_UP - PAGER_UP] = -page, [PAGER_PAGE_DOWN - PAGER_UP] = page,
        [PAGER_FIRST - PAGER_UP] = -all,    [PAGER_LAST - PAGER_UP] = all,
    };
    if (action < PAGER_UP || action > PAGER_LAST)
        return false;
    scroll(pager, deltas[action - PAGER_UP]);
    return true;
}

bool pager_mouse(Pager *pager, const KeyEvent *event)
{
    if (!rect_contains(pager->at, event->x, event->y) || event->code == K_CLICK)
        return false;
    scroll(pager, event->code == K_WHEEL_UP ? -WHEEL_LINES : WHEEL_LINES);
    return true;
}

static bool is_read(const Block *block)
{
    return block->is_seen && block->seen >= block->size;
}

bool pager_seen_all(const Pager *pager)
{
    for (guint i = 0; i < pager->blocks->len; i++)
        if (!is_read(block_at(pager->blocks, i)))
            return false;
    return pager->blocks->len > 0;
}

bool pager_show_unseen(Pager *pager)
{
    for (guint i = 0; i < pager->lines->len; i++) {
        const Line *line = &g_array_index(pager->lines, Line, i);
        const Block *block = block_at(pager->blocks, line->block);
        if (is_read(block) || (block->is_seen && line->start + line->size <= block->seen))
            continue;
        pager->top = i;
        scroll(pager, 0);
        return true;
    }
    return false;
}
