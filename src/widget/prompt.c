#include "widget/prompt.h"

#include <string.h>

#include "widget/edit.h"

struct Prompt {
    char *sign;
    PromptComplete complete;
    gpointer data;
    Edit edit;
    GPtrArray *history;    // strings, oldest first
    guint history_at;      // == history->len: the line being typed
    GPtrArray *candidates; // for the text as typed
    guint next_candidate;
};

Prompt *prompt_new(const char *sign, PromptComplete complete, gpointer data)
{
    Prompt *prompt = g_new0(Prompt, 1);
    prompt->sign = g_strdup(sign);
    prompt->complete = complete;
    prompt->data = data;
    prompt->history = g_ptr_array_new_with_free_func(g_free);
    prompt->candidates = g_ptr_array_new_with_free_func(g_free);
    edit_init(&prompt->edit, PROMPT_MAX, 0);
    return prompt;
}

void prompt_free(Prompt *prompt)
{
    if (!prompt)
        return;
    edit_release(&prompt->edit);
    g_ptr_array_unref(prompt->history);
    g_ptr_array_unref(prompt->candidates);
    g_free(prompt->sign);
    g_free(prompt);
}

static void find_candidates(Prompt *prompt)
{
    g_ptr_array_set_size(prompt->candidates, 0);
    prompt->next_candidate = 0;
    if (prompt->complete)
        prompt->complete(edit_text(&prompt->edit), prompt->candidates, prompt->data);
    if (prompt->candidates->len > PROMPT_CANDIDATES)
        g_ptr_array_set_size(prompt->candidates, PROMPT_CANDIDATES);
}

void prompt_open(Prompt *prompt, const char *text)
{
    edit_set_text(&prompt->edit, text);
    prompt->history_at = prompt->history->len;
    find_candidates(prompt);
}

const char *prompt_text(const Prompt *prompt)
{
    return edit_text(&prompt->edit);
}

static void remember(Prompt *prompt)
{
    const char *text = prompt_text(prompt);
    GPtrArray *history = prompt->history;
    if (*text == '\0' || (history->len > 0 && strcmp(history->pdata[history->len - 1], text) == 0))
        return;
    if (history->len == PROMPT_HISTORY)
        g_ptr_array_remove_index(history, 0);
    g_ptr_array_add(history, g_strdup(text));
}

static PromptResult recall(Prompt *prompt, int step)
{
    gint64 at = (gint64)prompt->history_at + step;
    if (at < 0 || at > prompt->history->len)
        return PROMPT_MOVED;
    prompt->history_at = (guint)at;
    edit_set_text(&prompt->edit, at < prompt->history->len ? prompt->history->pdata[at] : "");
    find_candidates(prompt);
    return PROMPT_CHANGED;
}

// The longest beginning that all candidates share.
static gsize common_size(const GPtrArray *candidates)
{
    const char *first = candidates->pdata[0];
    gsize size = strlen(first);
    for (guint i = 1; i < candidates->len; i++) {
        const char *other = candidates->pdata[i];
        gsize n = 0;
        while (n < size && other[n] == first[n])
            n++;
        size = n;
    }
    // Not in the middle of a character.
    while (size > 0 && ((guchar)first[size] & 0xc0) == 0x80)
        size--;
    return size;
}

// Tab first completes as far as all candidates agree, then goes through them one by one.
static PromptResult complete(Prompt *prompt)
{
    GPtrArray *candidates = prompt->candidates;
    if (candidates->len == 0)
        return PROMPT_MOVED;
    gsize size = common_size(candidates);
    if (prompt->next_candidate == 0 && size > strlen(prompt_text(prompt))) {
        g_autofree char *common = g_strndup(candidates->pdata[0], size);
        edit_set_text(&prompt->edit, common);
        find_candidates(prompt);
        return PROMPT_CHANGED;
    }
    edit_set_text(&prompt->edit, candidates->pdata[prompt->next_candidate]);
    prompt->next_candidate = (prompt->next_candidate + 1) % candidates->len;
    return PROMPT_CHANGED;
}

static PromptResult type_key(Prompt *prompt, const KeyEvent *key)
{
    EditResult result = edit_key(&prompt->edit, key);
    if (result == EDIT_IGNORED)
        return PROMPT_IGNORED;
    if (result != EDIT_CHANGED)
        return PROMPT_MOVED;
    prompt->history_at = prompt->history->len;
    find_candidates(prompt);
    return PROMPT_CHANGED;
}

PromptResult prompt_key(Prompt *prompt, const KeyEvent *key)
{
    bool empty = *prompt_text(prompt) == '\0';
    switch (key->code) {
    case K_ENTER:
        remember(prompt);
        return PROMPT_ACCEPTED;
    case K_ESC:
        return PROMPT_CANCELLED;
    case K_TAB:
        return complete(prompt);
    case K_UP:
        return recall(prompt, -1);
    case K_DOWN:
        return recall(prompt, 1);
    case K_BACKSPACE:
        return empty ? PROMPT_CANCELLED : type_key(prompt, key);
    default:
        return type_key(prompt, key);
    }
}

void prompt_draw(Prompt *prompt, const Canvas *canvas)
{
    cells_fill(canvas, rect_make(0, 0, canvas->width, 1), ROLE_NORMAL, GLYPH_NONE);
    int x = cells_put(canvas, 0, 0, ROLE_KEY, prompt->sign);
    int typed = cells_width(canvas, prompt_text(prompt)) + 1;
    Rect at = rect_make(x, 0, MIN(MAX(typed, 20), canvas->width - x), 1);
    edit_draw(&prompt->edit, canvas, at, ROLE_NORMAL, true);
    x = at.x + at.width + 1;
    for (guint i = 0; i < prompt->candidates->len && x < canvas->width; i++)
        x = cells_put(canvas, x, 0, ROLE_DIM, prompt->candidates->pdata[i]) + 2;
}
