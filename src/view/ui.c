#include "view/ui.h"

#include <stdarg.h>

#include "base/error.h"
#include "view/colon.h"
#include "view/split.h"
#include "view/ui-private.h"

static const Binding BINDINGS[] = {
    {UI_PASSIVATE, "passivate", "Z", "switch it off",
     "Of a split brain: switches the side off that has not the role; asks why.", 0},
    {UI_LET_RUN, "let-run", "K", "let it run",
     "Takes back that an instance is to be switched off, while it is not seen off; asks why.", 0},
    {UI_NEXT_SIGNOFF, "next-signoff", "s", "sign-offs",
     "Goes to the next statement that waits for you.", 0},
    {UI_NEXT_ALARM, "next-alarm", "a", "alarm",
     "Goes to the next alarm; `:ack NOTE` acknowledges it.", 0},
    {UI_ARM, "arm", "A", "arm", "Opens the keys that change something, or closes them again.", 0},
    {UI_FAILOVER, "failover", "F", "fail over",
     "Proposes a failover of the selected group, or of every group of the region.", BIND_CHANGES},
    {UI_FAILBACK, "failback", "B", "fail back",
     "Proposes the way home of the selected group, or of every group of the region.", BIND_CHANGES},
    {UI_EVACUATE, "evacuate", "E", "fail over all",
     "Proposes a failover of every group of the region.", BIND_CHANGES | BIND_QUIET},
    {UI_DRILL, "drill", "D", "drill",
     "Proposes an exercise of the selected group, or of every group of the region.",
     BIND_CHANGES | BIND_QUIET},
    {UI_FAULT, "fault", "!", "break it", "Breaks or mends a practice region (demo only).", 0},
    {UI_FILTER, "filter", "/", "filter", "Shows only what matches.", 0},
    {UI_COMMAND, "command", ":", "command", "A command line with completion.", BIND_QUIET},
    {UI_SCREEN, "screen", "1 2 3 4 5 6 7", "screens", "Goes to a screen.", BIND_QUIET},
    {UI_NEXT_SCREEN, "next-screen", "tab", "next screen", "Goes to the next screen.", BIND_QUIET},
    {UI_PREVIOUS_SCREEN, "previous-screen", "shift-tab", "screen before",
     "Goes to the screen before.", BIND_QUIET},
    {UI_COPY, "copy", "y", "copy", "Copies the row to the terminal's clipboard.", BIND_QUIET},
    {UI_WRITE, "write", "w", "write", "Writes the screen to a file.", BIND_QUIET},
    {UI_RELOAD, "reload", "R", "reload", "Fetches everything again.", BIND_QUIET},
    {UI_COMMAND_LINE, "command-line", "=", "as command",
     "Shows the command line that does the same.", BIND_QUIET},
    {UI_CARD, "card", "c", "card", "Shows or hides the demo's card.", BIND_QUIET},
    {UI_REPAINT, "repaint", "ctrl-l", "repaint", "Paints the whole screen again.", BIND_QUIET},
    {UI_SUSPEND, "suspend", "ctrl-z", "suspend", "Suspends the console; `fg` brings it back.",
     BIND_QUIET},
    {UI_BACK, "back", "esc", "back", "One level out. Never acts.", 0},
    {UI_QUIT, "quit", "q", "quit", "One level out; quits at the top.", 0},
    {UI_HELP, "help", "?", "all keys", "Every key that works here.", 0},
};

enum { HELP_CLOSE = 1 };

static const Binding HELP_BINDINGS[] = {
    {HELP_CLOSE, "close", "esc q ? enter", "close", "Closes this page.", 0},
};

static void complete_colon(const char *text, GPtrArray *candidates, gpointer data)
{
    const Ui *ui = data;
    if (ui->context)
        colon_complete(ui->context, text, candidates);
}

Ui *ui_new(void)
{
    Ui *ui = g_new0(Ui, 1);
    ui->keys = keymap_new("Everywhere");
    keymap_add(ui->keys, BINDINGS, G_N_ELEMENTS(BINDINGS));
    ui->help_keys = keymap_new("This page");
    keymap_add(ui->help_keys, HELP_BINDINGS, G_N_ELEMENTS(HELP_BINDINGS));
    keymap_add(ui->help_keys, pager_bindings, PAGER_BINDINGS);
    ui->colon = prompt_new(":", complete_colon, ui);
    ui->filter = prompt_new("/", NULL, NULL);
    ui->help = pager_new();
    message_init(&ui->message);
    ui_show(ui, SCREEN_OVERVIEW, NULL);
    return ui;
}

void ui_free(Ui *ui)
{
    if (!ui)
        return;
    guint count;
    const Screen *const *screens = screens_all(&count);
    for (guint i = 0; i < count; i++)
        if (ui->states[screens[i]->id])
            screens[i]->destroy(ui->states[screens[i]->id]);
    keymap_free(ui->keys);
    keymap_free(ui->help_keys);
    prompt_free(ui->colon);
    prompt_free(ui->filter);
    pager_free(ui->help);
    dialog_free(ui->proposal);
    message_release(&ui->message);
    g_free(ui->alarm);
    g_free(ui->watched);
    g_free(ui->object);
    g_free(ui);
}

gpointer ui_state(Ui *ui, const Screen *screen)
{
    if (!ui->states[screen->id])
        ui->states[screen->id] = screen->create();
    return ui->states[screen->id];
}

void ui_show(Ui *ui, ScreenId id, const char *object)
{
    const Screen *screen = screen_by_id(id);
    if (!screen)
        return;
    char *copy = g_strdup(object); // it may be the one that is freed here
    g_free(ui->object);
    ui->object = copy;
    ui->screen = screen;
    ui->help_open = false;
    ui->version = 0;
    gpointer state = ui_state(ui, screen);
    if (screen->open && object)
        screen->open(state, ui->object);
}

const Screen *ui_screen(const Ui *ui)
{
    return ui->screen;
}

const char *ui_object(const Ui *ui)
{
    return ui->object;
}

const Keymap *ui_keymap(const Ui *ui)
{
    return ui->keys;
}

void ui_refresh(Ui *ui, const ViewContext *context)
{
    ui->screen->refresh(ui_state(ui, ui->screen), context);
    ui->version = context->picture->version + 1;
}

void ui_freshen(Ui *ui, const ViewContext *context)
{
    if (ui->version != context->picture->version + 1)
        ui_refresh(ui, context);
}

// Others see who looks at a statement: the console is told when one is opened or left.
static bool watch_changed(Ui *ui, Effect *ret_effect)
{
    const char *now = ui->screen->id == SCREEN_STATEMENT ? ui->object : NULL;
    if (g_strcmp0(now, ui->watched) == 0)
        return false;
    g_free(ui->watched);
    ui->watched = g_strdup(now);
    *ret_effect = effect_of(EFFECT_WATCHING);
    ret_effect->object = g_strdup(now);
    return true;
}

Effect ui_wish(Ui *ui, const ViewContext *context)
{
    Effect watching;
    if (!context->once && watch_changed(ui, &watching))
        return watching;
    return ui->screen->wish ? ui->screen->wish(ui_state(ui, ui->screen), context)
                            : effect_of(EFFECT_NONE);
}

void ui_say(Ui *ui, Style style, gint64 mono_ms, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    message_set(&ui->message, style, mono_ms, "%s", text);
    ui->hint = false;
}

void ui_set_card(Ui *ui, const char *const *lines)
{
    ui->card = lines;
    ui->card_open = lines != NULL;
}

bool ui_rebind(Ui *ui, const char *action, const char *keys, GError **error)
{
    bool found = false;
    guint count;
    const Screen *const *screens = screens_all(&count);
    g_autoptr(GError) first = NULL;
    if (keymap_rebind(ui->keys, action, keys, &first))
        found = true;
    for (guint i = 0; i < count && (!first || err_is(first, ERR_NOT_FOUND)); i++) {
        // the maps are handed out const for drawing; they are the screens' own and ours to rebind
        Keymap *map = (Keymap *)screens[i]->keymap(ui_state(ui, screens[i]));
        g_clear_error(&first);
        found |= keymap_rebind(map, action, keys, &first);
    }
    if (found)
        return true;
    g_propagate_error(error, g_steal_pointer(&first));
    return false;
}

bool ui_is_dirty(const Ui *ui)
{
    gpointer state = ui->states[ui->screen->id];
    return dialog_is_dirty(ui->proposal) || (ui->screen->is_dirty && ui->screen->is_dirty(state));
}

// ---- keys in force ----

static BindingState grey_if(const ViewContext *context, bool there)
{
    return !there ? BINDING_HIDDEN : context->armed ? BINDING_ON : BINDING_GREYED;
}

static BindingState frame_state(const Ui *ui, const ViewContext *context, const Binding *row)
{
    const InstanceStatus *pending = NULL;
    switch (row->action) {
    case UI_LET_RUN:
        return split_find_pending(context->picture, &pending) ? BINDING_ON : BINDING_HIDDEN;
    case UI_PASSIVATE:
        return split_find(context->picture, NULL) ? BINDING_ON : BINDING_HIDDEN;
    case UI_FAULT:
    case UI_CARD:
        return context->demo ? BINDING_ON : BINDING_HIDDEN;
    case UI_FILTER:
        return ui->screen->set_filter ? BINDING_ON : BINDING_HIDDEN;
    case UI_BACK:
        return ui->screen->parent == SCREEN_NONE ? BINDING_HIDDEN : BINDING_ON;
    case UI_FAILOVER:
    case UI_FAILBACK:
    case UI_DRILL:
        return grey_if(context, ui->screen->group || ui->screen->region);
    case UI_EVACUATE:
        return grey_if(context, ui->screen->region);
    default:
        return BINDING_ON;
    }
}

static BindingState state_of_key(const Binding *row, gpointer data)
{
    const UiKeys *key = data;
    Ui *ui = key->ui;
    if (row->action >= UI_HELP)
        return frame_state(ui, key->context, row);
    BindingState state = ui->screen->state
                             ? ui->screen->state(ui_state(ui, ui->screen), key->context, row)
                             : BINDING_ON;
    // What is not to be had here is not promised to whoever arms either.
    bool shut = (row->flags & BIND_CHANGES) && !key->context->armed;
    return state == BINDING_ON && shut ? BINDING_GREYED : state;
}

// The key that closes is not called by what it opens.
static const char *label_of_key(const Binding *row, gpointer data)
{
    const UiKeys *key = data;
    return row->action == UI_ARM && key->context->armed ? "disarm" : NULL;
}

// The screen's own keys, a failover where people propose them, the frame's; last what any list and text can.
static int rank_of_key(const Binding *row, gpointer data)
{
    const Screen *screen = ((const UiKeys *)data)->ui->screen;
    if (row->flags & BIND_LATER)
        return 3;
    return row->action < UI_HELP ? 0 : row->action == UI_FAILOVER && screen->proposes ? 1 : 2;
}

bool ui_is_captured(Ui *ui)
{
    return ui->screen->captures && ui->screen->captures(ui_state(ui, ui->screen));
}

KeyContext ui_keys(Ui *ui, UiKeys *data)
{
    const Keymap *own = ui->screen->keymap ? ui->screen->keymap(ui_state(ui, ui->screen)) : NULL;
    if (ui->help_open)
        return (KeyContext){.maps = {ui->help_keys}};
    if (ui->proposal)
        return (KeyContext){.maps = {dialog_keymap(ui->proposal)}};
    KeyContext keys = {.maps = {own ? own : ui->keys, own && !ui_is_captured(ui) ? ui->keys : NULL},
                       .state = state_of_key,
                       .label = label_of_key,
                       .rank = rank_of_key,
                       .data = data};
    return keys;
}
