#include "widget/footer.h"

#include <string.h>

enum { FOOTER_GAP = 2, QUIT_WIDTH = 60 }; // narrower, the screen's own keys are worth more

// A row of the footer: the key to press and what it does.
typedef struct {
    const char *key;
    const Binding *row;
    const char *label;
    BindingState state;
} Hint;

// False for rows that do not belong into the footer: quiet, hidden, without a key, or whose key
// means something else in a map further in.
static bool hint_of(const KeyContext *context, const Keymap *map, gsize index, Hint *ret_hint)
{
    const Binding *row = keymap_row(map, index);
    const KeyEvent *key = keymap_first_event(map, index);
    if (row->flags & BIND_QUIET || !key || keys_find(context, key) != row)
        return false;
    *ret_hint = (Hint){keymap_first_key(map, index), row, keys_label(context, row),
                       keys_state(context, row)};
    return ret_hint->state != BINDING_HIDDEN;
}

static int hint_width(const Canvas *canvas, const Hint *hint)
{
    return cells_width(canvas, hint->key) + 1 + cells_width(canvas, hint->label);
}

static void hint_draw(const Canvas *canvas, int x, const Hint *hint)
{
    bool on = hint->state == BINDING_ON;
    x = cells_put(canvas, x, 0, on ? ROLE_KEY : ROLE_MUTED, hint->key);
    cells_put(canvas, x + 1, 0, on ? ROLE_NORMAL : ROLE_MUTED, hint->label);
}

// The row of that name and its place; false if no map has it.
static bool find_hint(const KeyContext *context, const char *name, Hint *ret_hint)
{
    for (guint m = 0; m < KEY_CONTEXT_MAPS && context->maps[m]; m++)
        for (gsize i = 0; i < keymap_count(context->maps[m]); i++)
            if (strcmp(keymap_row(context->maps[m], i)->name, name) == 0)
                return hint_of(context, context->maps[m], i, ret_hint);
    return false;
}

// Puts the key of that name at the right end, where it is always found; moves the end.
static const Binding *put_last(const Canvas *canvas, const KeyContext *context, const char *name,
                               int *end)
{
    Hint hint;
    if (!find_hint(context, name, &hint) || hint_width(canvas, &hint) > *end)
        return NULL;
    *end -= hint_width(canvas, &hint);
    hint_draw(canvas, *end, &hint);
    *end -= FOOTER_GAP;
    return hint.row;
}

// The hints of one rank from `x` on, those that have room and do not stand at the end; where the next one begins.
static int put_rank(const Canvas *canvas, const KeyContext *context, int rank,
                    const Binding *const *last, int x, int end)
{
    for (guint m = 0; m < KEY_CONTEXT_MAPS && context->maps[m]; m++)
        for (gsize i = 0; i < keymap_count(context->maps[m]); i++) {
            Hint hint;
            const Binding *row = keymap_row(context->maps[m], i);
            if ((context->rank ? context->rank(row, context->data) : 0) != rank || row == last[0] ||
                row == last[1] || !hint_of(context, context->maps[m], i, &hint) ||
                x + hint_width(canvas, &hint) > end)
                continue;
            hint_draw(canvas, x, &hint);
            x += hint_width(canvas, &hint) + FOOTER_GAP;
        }
    return x;
}

void footer_draw(const Canvas *canvas, const KeyContext *context)
{
    Hint back;
    int x = 0, end = canvas->width;
    bool top = canvas->width >= QUIT_WIDTH && !find_hint(context, "back", &back);
    const Binding *last[2] = {put_last(canvas, context, "help", &end)};
    last[1] = top ? put_last(canvas, context, "quit", &end) : NULL;
    for (int rank = 0; rank < BIND_RANKS; rank++)
        x = put_rank(canvas, context, rank, last, x, end);
}

static void help_map(Pager *pager, const KeyContext *context, const Keymap *map)
{
    pager_rule(pager, keymap_title(map));
    for (gsize i = 0; i < keymap_count(map); i++) {
        const Binding *row = keymap_row(map, i);
        BindingState state = keys_state(context, row);
        const char *keys = keymap_keys(map, i);
        if (state == BINDING_HIDDEN || (*keys && !keys_reach(context, map, i)))
            continue;
        pager_field(pager, *keys ? keys : "(no key)",
                    state == BINDING_ON ? ROLE_NORMAL : ROLE_MUTED, row->help);
    }
    pager_blank(pager);
}

void help_fill(Pager *pager, const KeyContext *context)
{
    pager_begin(pager);
    for (guint m = 0; m < KEY_CONTEXT_MAPS && context->maps[m]; m++)
        help_map(pager, context, context->maps[m]);
}

// Roff takes a leading dot, an apostrophe and backslashes for itself; a bare - is a hyphen to it.
static void append_roff(GString *out, const char *text)
{
    if (*text == '.' || *text == '\'')
        g_string_append(out, "\\&");
    for (; *text; text++) {
        if (*text == '\\')
            g_string_append(out, "\\e");
        else if (*text == '-')
            g_string_append(out, "\\-");
        else
            g_string_append_c(out, *text);
    }
}

// Blanks part the keys; each begins with nothing, for some of them are punctuation to roff.
static void append_keys(GString *out, const char *keys)
{
    g_auto(GStrv) parts = g_strsplit(*keys ? keys : "(none)", " ", -1);
    for (guint i = 0; parts[i]; i++) {
        g_string_append(out, " \\&");
        append_roff(out, parts[i]);
    }
}

// A line for each, as man pages have it.
static void append_sentences(GString *out, const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, ". ", -1);
    for (guint i = 0; parts[i]; i++) {
        append_roff(out, parts[i]);
        if (parts[i + 1])
            g_string_append(out, ".\n");
    }
}

void help_man_row(GString *out, const Keymap *map, gsize index)
{
    const Binding *row = keymap_row(map, index);
    g_string_append(out, ".It Ic");
    append_keys(out, keymap_keys(map, index));
    g_string_append_c(out, '\n');
    append_sentences(out, row->help);
    g_string_append_printf(out, "\n.Pq Cm %s\n", row->name);
}

char *help_man(const Keymap *map)
{
    GString *out = g_string_new(NULL);
    for (gsize i = 0; i < keymap_count(map); i++)
        help_man_row(out, map, i);
    return g_string_free(out, FALSE);
}
