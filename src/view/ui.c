#include "view/ui.h"

#include <stdarg.h>
#include <string.h>

#include "base/error.h"
#include "view/badge.h"
#include "view/colon.h"
#include "view/frame.h"
#include "view/proposal.h"
#include "view/split.h"
#include "widget/footer.h"
#include "widget/message.h"
#include "widget/pager.h"
#include "widget/prompt.h"

enum { WIDTH_MIN = 40, HEIGHT_MIN = 10, MESSAGE_LINE = 1, FOOTER_LINE = 1 };

enum {
    UI_HELP = 2000,
    UI_NEXT_ALARM,
    UI_NEXT_SIGNOFF,
    UI_SCREEN,
    UI_NEXT_SCREEN,
    UI_PREVIOUS_SCREEN,
    UI_FILTER,
    UI_COMMAND,
    UI_ARM,
    UI_FAILOVER,
    UI_FAILBACK,
    UI_EVACUATE,
    UI_DRILL,
    UI_PASSIVATE,
    UI_FAULT,
    UI_COPY,
    UI_WRITE,
    UI_RELOAD,
    UI_COMMAND_LINE,
    UI_CARD,
    UI_REPAINT,
    UI_SUSPEND,
    UI_BACK,
    UI_QUIT,
};

static const Binding BINDINGS[] = {
    {UI_PASSIVATE, "passivate", "Z", "switch it off",
     "Of a split brain: switches the side off that has not the role; asks why.", 0},
    {UI_NEXT_SIGNOFF, "next-signoff", "s", "sign-offs",
     "Goes to the next statement that waits for you.", 0},
    {UI_NEXT_ALARM, "next-alarm", "a", "alarm",
     "Goes to the next alarm; `:ack NOTE` acknowledges it.", 0},
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
    {UI_ARM, "arm", "A", "arm", "Opens the keys that change something, or closes them again.", 0},
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

struct Ui {
    Keymap *keys;
    Keymap *help_keys;             // while the help page is open
    gpointer states[SCREEN_COUNT]; // made when first shown
    const Screen *screen;
    char *object;
    Prompt *colon;
    Prompt *filter;
    bool colon_open, filter_open, help_open;
    Pager *help;
    ProposalForm *proposal; // NULL = closed
    Message message;
    bool hint;     // the message is what the last key brought: the next one ends it
    char *alarm;   // id of the one shown last
    char *watched; // operation whose statement the console was told is looked at; NULL
    const char *const *card;
    bool card_open;
    const ViewContext *context; // during a call, for the prompt's completion
    guint64 version; // of the picture that the shown screen was refreshed from, + 1; 0: never
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
    proposal_form_free(ui->proposal);
    message_release(&ui->message);
    g_free(ui->alarm);
    g_free(ui->watched);
    g_free(ui->object);
    g_free(ui);
}

static gpointer state_of(Ui *ui, const Screen *screen)
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
    gpointer state = state_of(ui, screen);
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
    ui->screen->refresh(state_of(ui, ui->screen), context);
    ui->version = context->picture->version + 1;
}

// Screens hold what they borrowed from the picture: they must not be asked while it is newer than they are.
static void freshen(Ui *ui, const ViewContext *context)
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
    return ui->screen->wish ? ui->screen->wish(state_of(ui, ui->screen), context)
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
        Keymap *map = (Keymap *)screens[i]->keymap(state_of(ui, screens[i]));
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
    return (ui->proposal && proposal_form_is_dirty(ui->proposal)) ||
           (ui->screen->is_dirty && ui->screen->is_dirty(state));
}

// ---- keys in force ----

typedef struct {
    Ui *ui;
    const ViewContext *context;
} KeyData;

static BindingState grey_if(const ViewContext *context, bool there)
{
    return !there ? BINDING_HIDDEN : context->armed ? BINDING_ON : BINDING_GREYED;
}

static BindingState frame_state(const Ui *ui, const ViewContext *context, const Binding *row)
{
    switch (row->action) {
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
    const KeyData *key = data;
    Ui *ui = key->ui;
    if (row->action >= UI_HELP)
        return frame_state(ui, key->context, row);
    if ((row->flags & BIND_CHANGES) && !key->context->armed)
        return BINDING_GREYED;
    return ui->screen->state ? ui->screen->state(state_of(ui, ui->screen), key->context, row)
                             : BINDING_ON;
}

static bool is_captured(Ui *ui)
{
    return ui->screen->captures && ui->screen->captures(state_of(ui, ui->screen));
}

// While a form has the keys, only its own are in force (and shown).
static KeyContext keys_of(Ui *ui, KeyData *data)
{
    const Keymap *own = ui->screen->keymap ? ui->screen->keymap(state_of(ui, ui->screen)) : NULL;
    if (ui->help_open)
        return (KeyContext){.maps = {ui->help_keys}};
    if (ui->proposal)
        return (KeyContext){.maps = {proposal_form_keymap(ui->proposal)}};
    KeyContext keys = {.maps = {own ? own : ui->keys, own && !is_captured(ui) ? ui->keys : NULL},
                       .state = state_of_key,
                       .data = data};
    return keys;
}

// ---- drawing ----

static void draw_card(const Ui *ui, const Canvas *canvas)
{
    int lines = 0, width = 0;
    for (; ui->card[lines]; lines++)
        width = MAX(width, cells_width(canvas, ui->card[lines]));
    width = MIN(width, canvas->width - 5);
    Rect at =
        rect_make(canvas->width - width - 5, canvas->height - lines - 2, width + 4, lines + 2);
    if (width < 1 || at.y < 0)
        return;
    cells_fill(canvas, at, ROLE_NORMAL, GLYPH_NONE);
    Canvas box = cells_box(
        canvas, at, &(BoxLook){.title = "try this", .tag = "c hides it", .tag_style = ROLE_DIM});
    for (int i = 0; i < lines; i++)
        cells_fit(&box, rect_make(1, i, width, 1), ALIGN_LEFT, ROLE_NORMAL, ui->card[i]);
}

static void draw_bottom(Ui *ui, const ViewContext *context, const Canvas *message,
                        const Canvas *footer)
{
    KeyData data = {ui, context};
    KeyContext keys = keys_of(ui, &data);
    if (ui->colon_open)
        prompt_draw(ui->colon, message);
    else if (ui->filter_open)
        prompt_draw(ui->filter, message);
    else
        message_draw(&ui->message, message, context->mono_ms);
    if (!context->once)
        footer_draw(footer, &keys);
}

static void draw_tiny(const ViewContext *context, const Canvas *canvas)
{
    Attention a;
    char text[80];
    attention_count(context->picture, &a);
    g_snprintf(text, sizeof text, "%s%u crit %u sign %u run",
               frame_is_stale(context->picture, context->local_ms) ? "STALE " : "", a.critical,
               a.mine, a.running);
    cells_put(canvas, 0, 0, a.critical ? ROLE_ALARM : ROLE_NORMAL, text);
    if (canvas->height > 1)
        cells_put(canvas, 0, 1, ROLE_DIM, "needs 40x10");
}

static void draw_body(Ui *ui, const ViewContext *context, const Canvas *body)
{
    if (ui->help_open)
        pager_draw(ui->help, body);
    else if (!frame_draw_trouble(context, body))
        ui->screen->draw(state_of(ui, ui->screen), context, body);
    if (frame_is_stale(context->picture, context->local_ms) && context->picture->complete)
        cells_restyle(body, canvas_rect(body), STYLE_DIMMED, 0);
    // Elsewhere it would lie on what has to be read.
    if (ui->card && ui->card_open && ui->screen->id == SCREEN_OVERVIEW && !ui->help_open)
        draw_card(ui, body);
    if (ui->proposal)
        proposal_form_draw(ui->proposal, context, body);
}

void ui_draw(Ui *ui, const ViewContext *context, Grid *grid)
{
    grid_clear(grid);
    freshen(ui, context);
    Canvas all = canvas_of(grid);
    if (all.width < WIDTH_MIN || all.height < HEIGHT_MIN) {
        draw_tiny(context, &all);
        return;
    }
    const char *filter = ui->screen->filter ? ui->screen->filter(state_of(ui, ui->screen)) : NULL;
    Canvas framed = split_draw(context, &all); // nothing stands above this
    Canvas below = frame_draw_top(context, &framed, ui->screen, filter);
    Rect rest = canvas_rect(&below);
    Canvas footer = canvas_sub(&below, rect_cut_bottom(&rest, context->once ? 0 : FOOTER_LINE));
    Canvas message = canvas_sub(&below, rect_cut_bottom(&rest, context->once ? 0 : MESSAGE_LINE));
    Canvas body = canvas_sub(&below, rest);
    draw_body(ui, context, &body);
    draw_bottom(ui, context, &message, &footer);
}

// ---- keys ----

static Effect open_top(Ui *ui, int step)
{
    guint at =
        (guint)(ui->screen->digit ? ui->screen->digit : screen_by_id(ui->screen->parent)->digit) -
        '0';
    guint next = (at - 1 + 7 + (guint)(step + 7)) % 7 + 1;
    const Screen *screen = screen_by_digit('0' + next);
    return screen ? effect_open(screen->id, NULL) : effect_of(EFFECT_NONE);
}

// The alarm after the one shown last, not acknowledged ones only.
static const Alarm *next_alarm(const Ui *ui, const Picture *picture)
{
    guint n = picture_count(picture, SHELF_ALARMS), start = 0;
    for (guint i = 0; i < n; i++)
        if (g_strcmp0(((const Alarm *)picture_at(picture, SHELF_ALARMS, i))->id, ui->alarm) == 0)
            start = i + 1;
    for (guint i = 0; i < n; i++) {
        const Alarm *alarm = picture_at(picture, SHELF_ALARMS, (start + i) % n);
        if (!alarm->acknowledged_by)
            return alarm;
    }
    return NULL;
}

static Effect show_next_alarm(Ui *ui, const ViewContext *context)
{
    const Alarm *alarm = next_alarm(ui, context->picture);
    char age[16];
    if (!alarm)
        return effect_message("No alarm waits for you.");
    g_free(ui->alarm);
    ui->alarm = g_strdup(alarm->id);
    age_format(alarm->since_ms, context->now_ms, age);
    ui_say(ui, badge_severity(alarm->severity).role, context->mono_ms,
           "%s, since %s%s  (:ack NOTE acknowledges)", alarm->text ? alarm->text : alarm->id, age,
           alarm->ended_ms ? ", over now" : "");
    Effect effect = screen_open_object(alarm->object);
    effect.kind = effect.kind == EFFECT_NONE ? EFFECT_REDRAW : effect.kind;
    return effect;
}

static Effect show_next_signoff(Ui *ui, const ViewContext *context)
{
    const Picture *picture = context->picture;
    guint n = picture_count(picture, SHELF_OPERATIONS), start = 0;
    bool here = ui->screen->id == SCREEN_STATEMENT;
    for (guint i = 0; here && i < n; i++)
        if (g_strcmp0(((const Operation *)picture_at(picture, SHELF_OPERATIONS, i))->id,
                      ui->object) == 0)
            start = i + 1;
    const Operation *from = here ? picture_operation(picture, ui->object) : NULL;
    for (guint pass = from && from->parent ? 0 : 1; pass < 2; pass++) // its siblings first
        for (guint i = 0; i < n; i++) {
            const Operation *operation = picture_at(picture, SHELF_OPERATIONS, (start + i) % n);
            const Operation ballot = operation_ballot(operation);
            bool sibling = from && operation != from && operation_wants_me(&ballot, picture) &&
                           g_strcmp0(operation->parent, from->parent) == 0;
            if (ballot.state == OPERATION_AWAITING && !operation->region && (pass || sibling))
                return effect_open(SCREEN_STATEMENT, operation->id);
        }
    return effect_message("Nothing waits for a sign-off.");
}

static Effect open_proposal(Ui *ui, const ViewContext *context, OperationKind kind, bool whole)
{
    gpointer state = state_of(ui, ui->screen);
    const char *group = ui->screen->group && !whole ? ui->screen->group(state, context) : NULL;
    const char *region = ui->screen->region ? ui->screen->region(state, context) : NULL;
    ui->proposal = proposal_form_new(context, kind, group, region);
    return ui->proposal ? effect_of(EFFECT_REDRAW)
                        : effect_message("Select a group first (screen 2, or a region's page).");
}

// The line is written as far as the reason.
static Effect open_passivate(Ui *ui, const ViewContext *context)
{
    const InstanceStatus *intruder = NULL;
    const WorkloadStatus *workload = split_find(context->picture, &intruder);
    if (!workload || !intruder)
        return effect_message("Nothing is split.");
    g_autofree char *line = g_strdup_printf("passivate %s %s ", workload->id, intruder->location);
    prompt_open(ui->colon, line);
    ui->colon_open = true;
    return effect_message("Say why, then enter: it is switched off in %s.",
                          picture_title(context->picture, intruder->location));
}

static void fill_help(Ui *ui, const ViewContext *context)
{
    KeyData data = {ui, context};
    KeyContext keys = keys_of(ui, &data);
    const char *usage, *help;
    pager_reset(ui->help);
    help_fill(ui->help, &keys);
    pager_rule(ui->help, "Commands behind :");
    for (guint i = 0; colon_help(i, &usage, &help); i++) {
        g_autofree char *text = g_strdup_printf("%s — %s", usage, help);
        pager_text(ui->help, ROLE_NORMAL, text);
    }
    ui->help_open = true;
}

static Effect copy_row(Ui *ui, const ViewContext *context)
{
    char *text = ui->screen->copy ? ui->screen->copy(state_of(ui, ui->screen), context) : NULL;
    if (!text)
        return effect_message("There is nothing under the cursor to copy.");
    Effect effect = effect_of(EFFECT_COPY);
    effect.text = text;
    return effect;
}

static Effect show_command_line(Ui *ui, const ViewContext *context)
{
    g_autofree char *text = ui->screen->command_line
                                ? ui->screen->command_line(state_of(ui, ui->screen), context)
                                : NULL;
    return text ? effect_message("%s", text)
                : effect_message("No command line does what this screen does.");
}

static Effect go_back(Ui *ui)
{
    return ui->screen->parent != SCREEN_NONE ? effect_open(ui->screen->parent, NULL)
                                             : effect_of(EFFECT_NONE);
}

// What is down is offered to be mended; else the region is offered to be broken that most depends on.
static Effect open_fault(Ui *ui, const ViewContext *context)
{
    const LocationStatus *most = NULL, *down = NULL;
    for (guint i = 0; i < picture_count(context->picture, SHELF_LOCATIONS); i++) {
        const LocationStatus *location = picture_at(context->picture, SHELF_LOCATIONS, i);
        if (!most || location->primary_of > most->primary_of)
            most = location;
        if (!down && location->verdict.state == VERDICT_DOWN)
            down = location;
    }
    if (!most)
        return effect_message("No region is known yet.");
    g_autofree char *line =
        g_strdup_printf("fault %s %s", down ? down->name : most->name, down ? "recover" : "down");
    prompt_open(ui->colon, line);
    ui->colon_open = true;
    return effect_of(EFFECT_REDRAW);
}

static Effect toggle_card(Ui *ui)
{
    bool here = ui->screen->id == SCREEN_OVERVIEW;
    ui->card_open = !here || !ui->card_open;
    return here ? effect_of(EFFECT_REDRAW) : effect_open(SCREEN_OVERVIEW, NULL);
}

static Effect open_prompt(Prompt *prompt, bool *is_open, const char *text)
{
    prompt_open(prompt, text);
    *is_open = true;
    return effect_of(EFFECT_REDRAW);
}

static Effect frame_key(Ui *ui, const ViewContext *context, const KeyEvent *key, const Binding *row)
{
    const Screen *screen;
    switch (row->action) {
    case UI_HELP:
        fill_help(ui, context);
        return effect_of(EFFECT_REDRAW);
    case UI_NEXT_ALARM:
        return show_next_alarm(ui, context);
    case UI_NEXT_SIGNOFF:
        return show_next_signoff(ui, context);
    case UI_SCREEN:
        screen = screen_by_digit(key->ch);
        return screen ? effect_open(screen->id, NULL) : effect_of(EFFECT_NONE);
    case UI_NEXT_SCREEN:
        return open_top(ui, 1);
    case UI_PREVIOUS_SCREEN:
        return open_top(ui, -1);
    case UI_FILTER:
        return open_prompt(ui->filter, &ui->filter_open,
                           ui->screen->filter(state_of(ui, ui->screen)));
    case UI_COMMAND:
        return open_prompt(ui->colon, &ui->colon_open, NULL);
    case UI_ARM:
        return effect_of(EFFECT_ARM);
    case UI_FAILOVER:
        return open_proposal(ui, context, OPERATION_FAILOVER, false);
    case UI_FAILBACK:
        return open_proposal(ui, context, OPERATION_FAILBACK, false);
    case UI_EVACUATE:
        return open_proposal(ui, context, OPERATION_FAILOVER, true);
    case UI_DRILL:
        return open_proposal(ui, context, OPERATION_DRILL, false);
    case UI_PASSIVATE:
        return open_passivate(ui, context);
    case UI_FAULT:
        return open_fault(ui, context);
    case UI_COPY:
        return copy_row(ui, context);
    case UI_WRITE:
        return effect_of(EFFECT_WRITE);
    case UI_RELOAD:
        return effect_of(EFFECT_RELOAD);
    case UI_COMMAND_LINE:
        return show_command_line(ui, context);
    case UI_CARD:
        return toggle_card(ui);
    case UI_REPAINT:
        return effect_of(EFFECT_REPAINT);
    case UI_SUSPEND:
        return effect_of(EFFECT_SUSPEND);
    case UI_QUIT:
        return ui->screen->parent == SCREEN_NONE ? effect_of(EFFECT_QUIT) : go_back(ui);
    default:
        return go_back(ui);
    }
}

static Effect colon_key(Ui *ui, const ViewContext *context, const KeyEvent *key)
{
    switch (prompt_key(ui->colon, key)) {
    case PROMPT_ACCEPTED:
        ui->colon_open = false;
        return colon_run(context, prompt_text(ui->colon), ui->alarm);
    case PROMPT_CANCELLED:
        ui->colon_open = false;
        return effect_of(EFFECT_REDRAW);
    case PROMPT_IGNORED:
        return effect_of(EFFECT_NONE);
    default:
        return effect_of(EFFECT_REDRAW);
    }
}

static Effect filter_key(Ui *ui, const ViewContext *context, const KeyEvent *key)
{
    PromptResult result = prompt_key(ui->filter, key);
    if (result == PROMPT_IGNORED)
        return effect_of(EFFECT_NONE);
    if (result == PROMPT_CANCELLED)
        ui->screen->set_filter(state_of(ui, ui->screen), "");
    else
        ui->screen->set_filter(state_of(ui, ui->screen), prompt_text(ui->filter));
    ui->filter_open = result != PROMPT_ACCEPTED && result != PROMPT_CANCELLED;
    ui_refresh(ui, context);
    return effect_of(EFFECT_REDRAW);
}

// Any other key closes the page too: whoever is lost in it shall not be kept there.
static Effect help_key(Ui *ui, const KeyEvent *key)
{
    const Binding *row = keymap_find(ui->help_keys, key);
    if (key_is_mouse(key))
        return effect_of(pager_mouse(ui->help, key) ? EFFECT_REDRAW : EFFECT_NONE);
    if (!row || !pager_act(ui->help, row->action))
        ui->help_open = false;
    return effect_of(EFFECT_REDRAW);
}

static Effect proposal_key(Ui *ui, const ViewContext *context, const KeyEvent *key)
{
    Effect effect = proposal_form_key(ui->proposal, context, key);
    if (effect.kind == EFFECT_BACK || effect.kind == EFFECT_PROPOSE)
        g_clear_pointer(&ui->proposal, proposal_form_free);
    if (effect.kind == EFFECT_BACK)
        effect.kind = EFFECT_REDRAW;
    return effect;
}

static Effect greyed(const ViewContext *context, const Binding *row)
{
    if (!context->armed && (row->flags & BIND_CHANGES))
        return effect_message("%s: read-only until armed. Press A first.", row->label);
    return effect_message("%s is not possible here right now.", row->label);
}

// Text goes to the form; what never changes anything stays possible.
static Effect captured_key(Ui *ui, const ViewContext *context, const KeyEvent *key,
                           const Binding *row)
{
    const Binding *everywhere = keymap_find(ui->keys, key);
    bool harmless = everywhere && !row &&
                    (everywhere->action == UI_REPAINT || everywhere->action == UI_SUSPEND);
    return harmless ? frame_key(ui, context, key, everywhere)
                    : ui->screen->update(state_of(ui, ui->screen), context, key, row);
}

static Effect screen_key(Ui *ui, const ViewContext *context, const KeyEvent *key)
{
    gpointer state = state_of(ui, ui->screen);
    KeyData data = {ui, context};
    KeyContext keys = keys_of(ui, &data);
    char name[KEY_TEXT_MAX];
    if (key_is_mouse(key))
        return ui->screen->update(state, context, key, NULL);
    const Binding *row = keys_find(&keys, key);
    if (is_captured(ui))
        return captured_key(ui, context, key, row);
    if (!row) {
        key_format(key, name);
        return *name ? effect_message("%s does nothing here; ? shows the keys that do.", name)
                     : effect_of(EFFECT_NONE);
    }
    if (keys_state(&keys, row) == BINDING_GREYED && (row->flags & BIND_CHANGES) && !context->armed)
        return greyed(context, row);
    return row->action >= UI_HELP ? frame_key(ui, context, key, row)
                                  : ui->screen->update(state, context, key, row);
}

// Screens and messages are ours; everything else is for the loop.
static Effect settle(Ui *ui, const ViewContext *context, Effect effect)
{
    if (effect.kind == EFFECT_OPEN)
        ui_show(ui, effect.screen, effect.object);
    else if (effect.kind == EFFECT_BACK && ui->screen->parent != SCREEN_NONE)
        ui_show(ui, ui->screen->parent, NULL);
    else if (effect.kind == EFFECT_MESSAGE)
        ui_say(ui, ROLE_NORMAL, context->mono_ms, "%s", effect.text);
    else if (effect.kind != EFFECT_BACK)
        return effect;
    ui->hint = effect.kind == EFFECT_MESSAGE;
    ui_refresh(ui, context);
    effect_release(&effect);
    return effect_of(EFFECT_REDRAW);
}

Effect ui_key(Ui *ui, const ViewContext *context, const KeyEvent *key)
{
    Effect effect;
    freshen(ui, context);
    ui->context = context;
    bool hinted = ui->hint;
    if (hinted)
        message_clear(&ui->message);
    ui->hint = false;
    if (ui->proposal)
        effect = proposal_key(ui, context, key);
    else if (ui->colon_open)
        effect = colon_key(ui, context, key);
    else if (ui->filter_open)
        effect = filter_key(ui, context, key);
    else if (ui->help_open)
        effect = help_key(ui, key);
    else
        effect = screen_key(ui, context, key);
    effect = settle(ui, context, effect);
    ui->context = NULL;
    return hinted && effect.kind == EFFECT_NONE ? effect_of(EFFECT_REDRAW) : effect;
}
