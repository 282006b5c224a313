// A key: of the line or form that is open, of the frame, or of the shown screen.
#include "base/timefmt.h"
#include "view/badge.h"
#include "view/colon.h"
#include "view/next.h"
#include "view/split.h"
#include "view/ui-private.h"
#include "widget/footer.h"

static Effect open_top(Ui *ui, int step)
{
    guint at =
        (guint)(ui->screen->digit ? ui->screen->digit : screen_by_id(ui->screen->parent)->digit) -
        '0';
    guint next = (at - 1 + 7 + (guint)(step + 7)) % 7 + 1;
    const Screen *screen = screen_by_digit('0' + next);
    return screen ? effect_open(screen->id, NULL) : effect_of(EFFECT_NONE);
}

static Effect show_next_alarm(Ui *ui, const ViewContext *context)
{
    const Alarm *alarm = next_alarm(context->picture, ui->alarm);
    char since[32];
    if (!alarm)
        return effect_message("No alarm waits for you.");
    g_free(ui->alarm);
    ui->alarm = g_strdup(alarm->id);
    // A moment, not an age: these words stay as they are until others come.
    time_format_full(alarm->since_ms, since);
    ui_say(ui, badge_severity(alarm->severity).role, context->mono_ms,
           "%s, since %s%s  (:ack NOTE acknowledges)", alarm->text ? alarm->text : alarm->id, since,
           alarm->ended_ms ? ", over now" : "");
    Effect effect = screen_open_object(alarm->object);
    effect.kind = effect.kind == EFFECT_NONE ? EFFECT_REDRAW : effect.kind;
    return effect;
}

static Effect show_next_signoff(const Ui *ui, const ViewContext *context)
{
    const char *here = ui->screen->id == SCREEN_STATEMENT ? ui->object : NULL;
    const Operation *operation = next_signoff(context->picture, here);
    return operation ? effect_open(SCREEN_STATEMENT, operation->id)
                     : effect_message("Nothing waits for a sign-off.");
}

static Effect open_proposal(Ui *ui, const ViewContext *context, OperationKind kind, bool whole)
{
    gpointer state = ui_state(ui, ui->screen);
    const char *group = ui->screen->group && !whole ? ui->screen->group(state, context) : NULL;
    const char *region = ui->screen->region ? ui->screen->region(state, context) : NULL;
    ui->proposal = proposal_new(context, kind, group, region);
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

static Effect open_let_run(Ui *ui, const ViewContext *context)
{
    const InstanceStatus *instance = NULL;
    const WorkloadStatus *workload = split_find_pending(context->picture, &instance);
    if (!workload)
        return effect_message("Nobody waits for anything to be switched off.");
    g_autofree char *line = g_strdup_printf("unpassivate %s %s ", workload->id, instance->location);
    prompt_open(ui->colon, line);
    ui->colon_open = true;
    return effect_message("Say why, then enter: what %s asked for is taken back; what has left is "
                          "not called back.",
                          instance->passivate_by);
}

static void fill_help(Ui *ui, const ViewContext *context)
{
    UiKeys data = {ui, context};
    KeyContext keys = ui_keys(ui, &data);
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
    char *text = ui->screen->copy ? ui->screen->copy(ui_state(ui, ui->screen), context) : NULL;
    if (!text)
        return effect_message("There is nothing under the cursor to copy.");
    Effect effect = effect_of(EFFECT_COPY);
    effect.text = text;
    return effect;
}

static Effect show_command_line(Ui *ui, const ViewContext *context)
{
    g_autofree char *text = ui->screen->command_line
                                ? ui->screen->command_line(ui_state(ui, ui->screen), context)
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
                           ui->screen->filter(ui_state(ui, ui->screen)));
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
    case UI_LET_RUN:
        return open_let_run(ui, context);
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
        ui->screen->set_filter(ui_state(ui, ui->screen), "");
    else
        ui->screen->set_filter(ui_state(ui, ui->screen), prompt_text(ui->filter));
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
                    : ui->screen->update(ui_state(ui, ui->screen), context, key, row);
}

static Effect screen_key(Ui *ui, const ViewContext *context, const KeyEvent *key)
{
    gpointer state = ui_state(ui, ui->screen);
    UiKeys data = {ui, context};
    KeyContext keys = ui_keys(ui, &data);
    char name[KEY_TEXT_MAX];
    if (key_is_mouse(key))
        return ui->screen->update(state, context, key, NULL);
    const Binding *row = keys_find(&keys, key);
    if (ui_is_captured(ui))
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

// What came of an act is not said on the next screen too; what must not be overlooked stays until something else is
// said. `before`: the words, and what was shown, before the key.
static void end_message(Ui *ui, const char *before, const Screen *screen, const char *object)
{
    bool moved = ui->screen != screen || g_strcmp0(ui->object, object) != 0;
    bool same = ui->message.text && ui->message.text == before; // the key itself has said nothing
    if (moved && same && ui->message.until_ms)
        message_clear(&ui->message);
}

Effect ui_key(Ui *ui, const ViewContext *context, const KeyEvent *key)
{
    Effect effect;
    ui_freshen(ui, context);
    ui->context = context;
    bool hinted = ui->hint;
    if (hinted)
        message_clear(&ui->message);
    ui->hint = false;
    const char *said = ui->message.text;
    const Screen *screen = ui->screen;
    g_autofree char *object = g_strdup(ui->object);
    if (ui->proposal)
        effect = dialog_key(&ui->proposal, context, key);
    else if (ui->colon_open)
        effect = colon_key(ui, context, key);
    else if (ui->filter_open)
        effect = filter_key(ui, context, key);
    else if (ui->help_open)
        effect = help_key(ui, key);
    else
        effect = screen_key(ui, context, key);
    effect = settle(ui, context, effect);
    end_message(ui, said, screen, object);
    ui->context = NULL;
    return hinted && effect.kind == EFFECT_NONE ? effect_of(EFFECT_REDRAW) : effect;
}
