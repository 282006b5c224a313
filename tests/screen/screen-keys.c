// The console at the keyboard: what each key does, and above all what it does not. Clocks are the test's.
#include <string.h>

#include "play.h"
#include "view/auditlog.h"
#include "view/frame.h"
#include "wire/audit.h"

#define PHRASE "fail over payments to northeurope lose <=1m44s"

static void open_statement(Play *play, const char *id)
{
    play_init(play, SCREEN_STATEMENT, id, 80, 24, false);
    play_keys(play, "space space space");
}

static void open_form(Play *play)
{
    open_statement(play, WORLD_AWAITING);
    g_assert_cmpint(play_keys(play, "enter"), ==, EFFECT_REDRAW);
    play_assert_sees(play, "Type exactly: FAIL OVER payments TO northeurope LOSE <=1m44s");
}

static void fill_form(Play *play)
{
    play_type(play, PHRASE);
    play_keys(play, "tab");
    play_type(play, "the region is gone");
}

// ---- signing ----

static void test_sign(void)
{
    Play play;
    open_form(&play);
    fill_form(&play);
    play_keys(&play, "tab");
    play_type(&play, "INC-1");
    g_assert_cmpint(play_keys(&play, "ctrl-s"), ==, EFFECT_REDRAW);
    play_assert_sees(&play, "opens in");
    play_wait(&play, 3000);
    play_assert_sees(&play, "Ready: ctrl-s signs as oncall-1");
    g_assert_cmpint(play_keys(&play, "ctrl-s"), ==, EFFECT_SIGN);
    const SignOff *signoff = play.effect.signoff;
    g_assert_cmpstr(signoff->operation, ==, WORLD_AWAITING);
    g_assert_cmpstr(signoff->digest, ==, world_operation(play.picture, WORLD_AWAITING)->digest);
    g_assert_cmpstr(signoff->phrase, ==, PHRASE);
    g_assert_cmpstr(signoff->reason, ==, "the region is gone");
    g_assert_cmpstr(signoff->ticket, ==, "INC-1");
    g_assert_cmpint(signoff->decision, ==, DECISION_APPROVE);
    play_assert_sees_not(&play, "Type exactly"); // the form is closed
    play_release(&play);
}

// Enter moves between the fields, as often as it is pressed, and never signs.
static void test_enter_never_signs(void)
{
    Play play;
    open_form(&play);
    fill_form(&play);
    play_wait(&play, 5000);
    for (int i = 0; i < 10; i++)
        g_assert_cmpint(play_keys(&play, "enter"), !=, EFFECT_SIGN);
    play_assert_sees(&play, "Type exactly");
    play_release(&play);
}

static void test_wrong_phrase(void)
{
    static const char *const WRONG[] = {"", "yes", "fail over payments to northeurope",
                                        "FAIL OVER payments TO northeurope LOSE <=1m45s"};
    for (guint i = 0; i < G_N_ELEMENTS(WRONG); i++) {
        Play play;
        open_form(&play);
        play_type(&play, WRONG[i]);
        play_keys(&play, "tab");
        play_type(&play, "reason enough");
        play_wait(&play, 4000);
        g_assert_cmpint(play_keys(&play, "ctrl-s"), ==, EFFECT_REDRAW);
        play_assert_sees(&play, "Not signed.");
        play_release(&play);
    }
}

static void test_needs_reason(void)
{
    Play play;
    open_form(&play);
    play_type(&play, PHRASE);
    play_keys(&play, "tab");
    play_type(&play, " ... ");
    play_wait(&play, 4000);
    g_assert_cmpint(play_keys(&play, "ctrl-s"), ==, EFFECT_REDRAW);
    play_assert_sees(&play, "Not signed. Say why");
    play_release(&play);
}

static void test_paste(void)
{
    Play play;
    open_form(&play);
    play_paste(&play, PHRASE);
    play_assert_sees(&play, "pasting is refused");
    play_keys(&play, "tab");
    play_paste(&play, "from the ticket");
    play_assert_sees(&play, "from the ticket");
    play_release(&play);
}

static void test_changes_under_the_form(void)
{
    Play play;
    open_form(&play);
    fill_form(&play);
    play_wait(&play, 5000);
    world_restate(play.picture, WORLD_AWAITING, "another-digest",
                  "the data-loss bound went from 1m44s to 6m");
    // the key was on its way already: it must not sign what nobody has read
    g_assert_cmpint(play_keys(&play, "ctrl-s"), ==, EFFECT_REDRAW);
    play_draw(&play);
    play_assert_sees(&play, "CHANGED (statement 2): the data-loss bound went from 1m44s to 6m");
    play_assert_sees(&play, "the region is gone"); // only the phrase is emptied
    play_keys(&play, "up");
    play_type(&play, PHRASE);
    g_assert_cmpint(play_keys(&play, "ctrl-s"), ==, EFFECT_REDRAW);
    play_assert_sees(&play, "CHANGED: read it again. The sign key");
    play_wait(&play, 2000);
    g_assert_cmpint(play_keys(&play, "ctrl-s"), ==, EFFECT_SIGN);
    g_assert_cmpstr(play.effect.signoff->digest, ==, "another-digest");
    play_release(&play);
}

// The footer's first key: in full, or greyed (or gone).
static bool is_sign_key_offered(const Play *play)
{
    Style style = grid_line(play->grid, 23)->style;
    return strstr(play->seen, "\nenter write sign-off") && style_role(style) != ROLE_MUTED;
}

static void test_must_be_read_again(void)
{
    Play play;
    open_statement(&play, WORLD_AWAITING);
    world_restate(play.picture, WORLD_AWAITING, "another-digest", "the steps have changed");
    play_draw(&play);
    g_assert_false(is_sign_key_offered(&play));
    play_keys(&play, "enter");
    play_assert_sees(&play, "Read it to its end first");
    play_keys(&play, "space space space");
    g_assert_true(is_sign_key_offered(&play));
    play_keys(&play, "enter");
    play_assert_sees(&play, "Type exactly");
    play_release(&play);
}

static void test_must_be_read(void)
{
    Play play;
    play_init(&play, SCREEN_STATEMENT, WORLD_AWAITING, 80, 24, false);
    play_keys(&play, "enter");
    play_assert_sees(&play, "Read it to its end first");
    play_assert_sees_not(&play, "Type exactly");
    // to jump to the end is not to read: what was left out is shown, and the rest is a matter of space
    play_keys(&play, "G enter");
    play_assert_sees(&play, "this was not on the screen yet");
    play_assert_sees_not(&play, "Type exactly");
    play_assert_sees_not(&play, "DIGEST");
    play_keys(&play, "space space space enter");
    play_assert_sees(&play, "Type exactly");
    play_release(&play);
    // where all of it is on the screen at once, the form opens at once
    play_init(&play, SCREEN_STATEMENT, WORLD_AWAITING, 132, 60, false);
    play_keys(&play, "enter");
    play_assert_sees(&play, "Type exactly");
    play_release(&play);
}

static void test_esc(void)
{
    Play play;
    open_form(&play);
    fill_form(&play);
    g_assert_true(ui_is_dirty(play.ui));
    play_wait(&play, 5000);
    g_assert_cmpint(play_keys(&play, "esc"), ==, EFFECT_REDRAW);
    play_assert_sees_not(&play, "Type exactly");
    g_assert_false(ui_is_dirty(play.ui));
    g_assert_cmpint(ui_screen(play.ui)->id, ==, SCREEN_STATEMENT);
    play_keys(&play, "esc");
    g_assert_cmpint(ui_screen(play.ui)->id, ==, SCREEN_SIGNOFFS);
    play_release(&play);
}

// Letters are letters while a form is open: q does not quit, H does not hold, 1 does not go anywhere.
static void test_keys_are_text(void)
{
    Play play;
    open_form(&play);
    play_type(&play, "qH1?:/A");
    play_assert_sees(&play, "qH1?:/A");
    g_assert_cmpint(ui_screen(play.ui)->id, ==, SCREEN_STATEMENT);
    g_assert_cmpint(play_keys(&play, "ctrl-l"), ==, EFFECT_REPAINT);
    play_release(&play);
}

// Nothing can be lost: the group's name is enough, and nothing is slowed down.
static void test_plain(void)
{
    Play play;
    open_statement(&play, WORLD_PLAIN);
    play_keys(&play, "enter");
    play_assert_sees(&play, "Type exactly: stock");
    play_type(&play, "Stock");
    play_keys(&play, "tab");
    play_type(&play, "maintenance");
    g_assert_cmpint(play_keys(&play, "ctrl-s"), ==, EFFECT_SIGN);
    play_release(&play);
}

static void make_viewer(Play *play)
{
    play->picture->me.roles = ROLE_BIT_VIEWER;
}

static void disarm(Play *play)
{
    play->context.armed = false;
}

static void make_stale(Play *play)
{
    play->picture->link.heard_ms -= 23000;
}

static void expire(Play *play)
{
    world_operation(play->picture, WORLD_AWAITING)->expires_ms = WORLD_NOW - 1;
}

static void sign_already(Play *play)
{
    Operation *op = world_operation(play->picture, WORLD_AWAITING);
    SignOff *first = op->signoffs->pdata[0];
    g_free(first->operator_name);
    first->operator_name = g_strdup("oncall-1");
}

static void age_evidence(Play *play)
{
    ((LocationStatus *)picture_get(play->picture, SHELF_LOCATIONS, "northeurope"))
        ->verdict.observed_at_ms -= 30000;
}

static void end_it(Play *play)
{
    world_operation(play->picture, WORLD_AWAITING)->state = OPERATION_WITHDRAWN;
}

static const struct {
    const char *what;
    void (*spoil)(Play *play);
    const char *says;
    bool before; // the form does not even open
} REFUSALS[] = {
    {"viewer", make_viewer, "approver is needed", true},
    {"not armed", disarm, "Press A first", true},
    {"stale", make_stale, "The stream is stale", true},
    {"expired", expire, "expired", true},
    {"signed already", sign_already, "has signed this already", true},
    {"old evidence", age_evidence, "The evidence", true},
    {"old evidence at last", age_evidence, "The evidence", false},
    {"viewer at last", make_viewer, "approver is needed", false},
    {"disarmed at last", disarm, "press A first", false},
    {"stale at last", make_stale, "The stream is stale", false},
    {"expired at last", expire, "expired", false},
    {"ended at last", end_it, "no longer takes sign-offs", false},
};

static void test_refusals(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(REFUSALS); i++) {
        Play play;
        g_test_message("%s", REFUSALS[i].what);
        open_statement(&play, WORLD_AWAITING);
        if (!REFUSALS[i].before) {
            play_keys(&play, "enter");
            fill_form(&play);
            play_wait(&play, 4000);
        }
        g_assert_cmpint(is_sign_key_offered(&play), ==, REFUSALS[i].before);
        REFUSALS[i].spoil(&play);
        play_draw(&play);
        g_assert_false(is_sign_key_offered(&play)); // said beforehand
        if (REFUSALS[i].spoil == make_stale)
            play_assert_sees(&play, "STALE: signing is closed until the backend is heard again.");
        EffectKind kind = play_keys(&play, REFUSALS[i].before ? "enter" : "ctrl-s");
        g_assert_cmpint(kind, ==, EFFECT_REDRAW);
        play_assert_sees(&play, REFUSALS[i].says);
        if (REFUSALS[i].before)
            play_assert_sees_not(&play, "Type exactly");
        play_release(&play);
    }
}

static void test_reject(void)
{
    Play play;
    play_init(&play, SCREEN_STATEMENT, WORLD_AWAITING, 80, 24, false);
    play_keys(&play, "X"); // needs no reading: it is the safe direction
    g_assert_cmpint(play_keys(&play, "ctrl-r"), ==, EFFECT_REDRAW);
    play_assert_sees(&play, "Reason: In words");
    play_type(&play, "wrong region");
    g_assert_cmpint(play_keys(&play, "enter"), ==, EFFECT_REDRAW);
    g_assert_cmpint(play_keys(&play, "ctrl-r"), ==, EFFECT_SIGN);
    g_assert_cmpint(play.effect.signoff->decision, ==, DECISION_REJECT);
    g_assert_cmpstr(play.effect.signoff->reason, ==, "wrong region");
    play_release(&play);
    open_form(&play);
    play_keys(&play, "ctrl-r");
    play_assert_sees(&play, "Not rejected. Say why");
    play_keys(&play, "tab");
    play_type(&play, "no");
    g_assert_cmpint(play_keys(&play, "ctrl-r"), ==, EFFECT_SIGN);
    g_assert_cmpint(play.effect.signoff->decision, ==, DECISION_REJECT);
    play_release(&play);
}

static void test_hold(void)
{
    Play play;
    play_init(&play, SCREEN_STATEMENT, WORLD_HOLDING, 80, 24, false);
    play_assert_sees(&play, "[ H ]  HOLD    the first step begins in 8s");
    disarm(&play); // stopping needs no arming
    g_assert_cmpint(play_keys(&play, "H"), ==, EFFECT_COMMAND);
    g_assert_cmpstr(play.effect.verb, ==, "hold");
    g_assert_cmpstr(play.effect.object, ==, WORLD_HOLDING);
    make_viewer(&play);
    g_assert_cmpint(play_keys(&play, "H"), ==, EFFECT_REDRAW);
    play_assert_sees(&play, "operator is needed to hold");
    world_operation(play.picture, WORLD_HOLDING)->held = true;
    play_draw(&play);
    play_assert_sees(&play, "HELD: no new step begins");
    play_release(&play);
}

// Others see who looks: told when a statement is opened, and when it is left.
static void test_watching(void)
{
    g_autoptr(Picture) picture = world_new();
    g_autoptr(Ui) ui = ui_new();
    ViewContext context = world_context(picture);
    const struct {
        ScreenId screen;
        const char *object;
        bool told;
    } STEPS[] = {{SCREEN_OVERVIEW, NULL, false},
                 {SCREEN_STATEMENT, WORLD_AWAITING, true},
                 {SCREEN_STATEMENT, WORLD_AWAITING, false},
                 {SCREEN_STATEMENT, WORLD_PLAIN, true},
                 {SCREEN_ROLES, NULL, true}};
    for (guint i = 0; i < G_N_ELEMENTS(STEPS); i++) {
        ui_show(ui, STEPS[i].screen, STEPS[i].object);
        ui_refresh(ui, &context);
        Effect wish = ui_wish(ui, &context);
        g_assert_cmpint(wish.kind == EFFECT_WATCHING, ==, STEPS[i].told);
        if (STEPS[i].told)
            g_assert_cmpstr(wish.object, ==,
                            STEPS[i].screen == SCREEN_STATEMENT ? STEPS[i].object : NULL);
        effect_release(&wish);
    }
}

// ---- operations ----

static void test_commands(void)
{
    static const struct {
        const char *operation, *keys, *typed, *verb;
        guint step;
    } ROWS[] = {
        {WORLD_PAUSED, "T", "the disk is back", "retry", 2},
        {WORLD_PAUSED, "down C", "seen on the console", "confirm", 3},
        {WORLD_HOLDING, "N", "cannot wait", "start", 0},
        {WORLD_AWAITING, "W", "not needed", "withdraw", 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        Play play;
        play_init(&play, SCREEN_OPERATION, ROWS[i].operation, 80, 24, false);
        g_assert_cmpint(play_keys(&play, ROWS[i].keys), ==, EFFECT_REDRAW);
        g_assert_cmpint(play_keys(&play, "ctrl-s"), ==, EFFECT_REDRAW); // no reason yet
        play_type(&play, ROWS[i].typed);
        g_assert_cmpint(play_keys(&play, "enter enter enter"), ==, EFFECT_REDRAW);
        g_assert_cmpint(play_keys(&play, "ctrl-s"), ==, EFFECT_COMMAND);
        g_assert_cmpstr(play.effect.verb, ==, ROWS[i].verb);
        g_assert_cmpstr(play.effect.text, ==, ROWS[i].typed);
        g_assert_cmpuint(play.effect.step, ==, ROWS[i].step);
        play_release(&play);
    }
}

static void test_no_abort_past_return(void)
{
    Play play;
    play_init(&play, SCREEN_OPERATION, WORLD_RUNNING, 80, 24, false);
    g_assert_cmpint(play_keys(&play, "X"), ==, EFFECT_REDRAW);
    play_assert_sees(&play, "Past the point of no return");
    play_release(&play);
}

static void test_again(void)
{
    Play play;
    play_init(&play, SCREEN_OPERATION, WORLD_EXPIRED, 80, 24, false);
    g_assert_cmpint(play_keys(&play, "P"), ==, EFFECT_PROPOSE);
    g_assert_cmpstr(play.effect.object, ==, "ledger");
    g_assert_cmpstr(play.effect.to, ==, "northeurope");
    disarm(&play);
    g_assert_cmpint(play_keys(&play, "P"), ==, EFFECT_REDRAW);
    play_assert_sees(&play, "Press A first");
    play_release(&play);
}

static void test_report(void)
{
    Play play;
    play_init(&play, SCREEN_OPERATION, WORLD_DONE, 80, 24, false);
    play_keys(&play, "r");
    play_assert_sees(&play, "# failback of stock: completed with exceptions");
    g_assert_cmpint(play_keys(&play, "y"), ==, EFFECT_COPY);
    g_assert_nonnull(strstr(play.effect.text, "## Timeline (UTC)"));
    play_keys(&play, "esc"); // out of the report, not off the page
    g_assert_cmpint(ui_screen(play.ui)->id, ==, SCREEN_OPERATION);
    play_assert_sees_not(&play, "# failback");
    play_release(&play);
    play_init(&play, SCREEN_OPERATIONS, NULL, 100, 30,
              false); // and from the list, of the one under the cursor
    play_keys(&play, "r");
    g_assert_cmpint(ui_screen(play.ui)->id, ==, SCREEN_OPERATION);
    play_assert_sees(&play, "## Objectives");
    play_release(&play);
}

// ---- everywhere ----

// Every key that a screen shows does something, or says why not. Nothing is ever silent.
static void check_keys(const Screen *screen, const char *object, bool armed)
{
    Play probe;
    play_init(&probe, screen->id, object, 132, 43, false);
    const Keymap *maps[] = {ui_keymap(probe.ui), NULL};
    GPtrArray *keys = g_ptr_array_new_with_free_func(g_free);
    for (gsize i = 0; i < keymap_count(maps[0]); i++)
        g_ptr_array_add(keys, g_strdup(keymap_first_key(maps[0], i)));
    gpointer state = screen->create();
    const Keymap *own = screen->keymap(state);
    for (gsize i = 0; i < keymap_count(own); i++)
        g_ptr_array_add(keys, g_strdup(keymap_first_key(own, i)));
    screen->destroy(state);
    for (guint i = 0; i < keys->len; i++) {
        Play play;
        play_init(&play, screen->id, object, 132, 43, false);
        play.context.armed = armed;
        if (*(char *)keys->pdata[i] && play_keys(&play, keys->pdata[i]) == EFFECT_NONE)
            g_error("%s: %s is silent", screen->name, (char *)keys->pdata[i]);
        play_release(&play);
    }
    g_ptr_array_unref(keys);
    play_release(&probe);
}

static void test_every_key(void)
{
    static const struct {
        ScreenId screen;
        const char *object;
    } OBJECTS[] = {{SCREEN_REGION, "westeurope"},     {SCREEN_CELL, "payments/settle"},
                   {SCREEN_GROUP, "payments"},        {SCREEN_STATEMENT, WORLD_AWAITING},
                   {SCREEN_STATEMENT, WORLD_HOLDING}, {SCREEN_OPERATION, WORLD_PAUSED},
                   {SCREEN_OPERATION, WORLD_DONE},    {SCREEN_RECORD, "4704"}};
    guint count;
    const Screen *const *screens = screens_all(&count);
    for (guint i = 0; i < count; i++)
        for (int armed = 0; armed < 2 && screens[i]->parent == SCREEN_NONE; armed++)
            check_keys(screens[i], NULL, armed);
    for (guint i = 0; i < G_N_ELEMENTS(OBJECTS); i++)
        for (int armed = 0; armed < 2; armed++)
            check_keys(screen_by_id(OBJECTS[i].screen), OBJECTS[i].object, armed);
}

static void test_unknown_key(void)
{
    Play play;
    play_init(&play, SCREEN_OVERVIEW, NULL, 80, 24, false);
    g_assert_cmpint(play_keys(&play, "f9"), ==, EFFECT_REDRAW);
    play_assert_sees(&play, "f9 does nothing here; ? shows the keys that do.");
    play_keys(&play, "5"); // what was said of a key ends with the next one
    play_assert_sees_not(&play, "does nothing here");
    play_keys(&play, "f9");
    play_release(&play);
}

static void test_not_armed(void)
{
    Play play;
    play_init(&play, SCREEN_ROLES, NULL, 80, 24, false);
    disarm(&play);
    play_draw(&play);
    play_assert_sees_not(&play, "ARMED");
    g_assert_cmpint(play_keys(&play, "F"), ==, EFFECT_REDRAW);
    play_assert_sees(&play, "read-only until armed. Press A first.");
    g_assert_cmpint(play_keys(&play, "A"), ==, EFFECT_ARM);
    play_release(&play);
}

static void test_propose(void)
{
    Play play;
    play_init(&play, SCREEN_ROLES, NULL, 80, 24, false);
    play_keys(&play, "F");
    g_assert_cmpint(play_keys(&play, "ctrl-s"), ==, EFFECT_REDRAW);
    play_type(&play, "the region is gone");
    g_assert_cmpint(play_keys(&play, "enter enter"), ==, EFFECT_REDRAW);
    g_assert_cmpint(play_keys(&play, "ctrl-s"), ==, EFFECT_PROPOSE);
    g_assert_cmpstr(play.effect.object, ==, "payments");
    g_assert_cmpstr(play.effect.to, ==, "northeurope");
    play_release(&play);
}

static void test_filter(void)
{
    Play play;
    play_init(&play, SCREEN_ROLES, NULL, 80, 24, false);
    play_keys(&play, "/");
    play_type(&play, "mail");
    play_assert_sees(&play, "mail-orders");
    play_assert_sees_not(&play, "close-books"); // while it is being typed
    play_keys(&play, "enter");
    play_assert_sees(&play, "/mail");
    play_keys(&play, "n enter");
    g_assert_cmpint(ui_screen(play.ui)->id, ==, SCREEN_CELL);
    play_keys(&play, "esc /");
    play_type(&play, "zzz");
    play_assert_sees(&play, "Nothing matches the filter");
    play_keys(&play, "esc");
    play_assert_sees(&play, "close-books");
    play_release(&play);
}

static void test_mouse(void)
{
    Play play;
    play_init(&play, SCREEN_SIGNOFFS, NULL, 80, 24, false);
    g_assert_cmpint(play_mouse(&play, K_CLICK, 5, 4), ==, EFFECT_REDRAW);
    play_keys(&play, "enter");
    g_assert_cmpstr(ui_object(play.ui), ==, WORLD_PLAIN);
    g_assert_cmpint(play_mouse(&play, K_WHEEL_DOWN, 20, 10), ==, EFFECT_REDRAW);
    play_release(&play);
    play_init(&play, SCREEN_OVERVIEW, NULL, 132, 43, false);
    g_assert_cmpint(play_mouse(&play, K_CLICK, 100, 6), ==, EFFECT_REDRAW);
    play_keys(&play, "enter");
    g_assert_cmpstr(ui_object(play.ui), ==, "northeurope");
    play_release(&play);
}

static void test_stale_frame(void)
{
    Play play;
    play_init(&play, SCREEN_ROLES, NULL, 132, 24, false);
    play.picture->link.state = LINK_LOST;
    play.picture->link.attempt = 2;
    play.picture->link.heard_ms = WORLD_NOW - 23000;
    play_draw(&play);
    play_assert_sees(&play, "STALE 23s - reconnecting (2/3: neu-1)");
    play_assert_sees(&play, "mail-orders"); // the last picture stays
    const Cell *line = grid_line(play.grid, 6);
    g_assert_true(line[5].style & STYLE_DIMMED);
    grid_resize(play.grid, 40, 10);
    play_draw(&play);
    play_assert_sees(&play, "STALE 23s");
    play_release(&play);
}

// Before the first picture: nothing is said to be quiet, and what was tried stands there.
static void test_no_picture(void)
{
    Play play;
    play_init(&play, SCREEN_ROLES, NULL, 80, 24, false);
    picture_clear(play.picture);
    play.picture->complete = false;
    play.picture->link.state = LINK_CONNECTING;
    play_draw(&play);
    play_assert_sees(&play, "nothing is known yet");
    play_assert_sees(&play, "Waiting for the backend's first picture.");
    play.picture->link.trouble = g_strdup(
        "No backend answered. unix:/run/one.sock: no connection: No such file or directory. "
        "http://127.0.0.1:1: it said nothing for 1.8 s.");
    play_draw(&play);
    play_assert_sees(&play, "No backend answered. unix:/run/one.sock: no connection");
    play_assert_sees(&play, "it said nothing for 1.8 s.");
    play_release(&play);
}

static void test_news(void)
{
    g_autoptr(Picture) picture = world_new();
    Attention none = {0}, first, second;
    attention_count(picture, &first);
    g_assert_cmpuint(attention_news(&none, &first), ==, NEWS_ALARM | NEWS_SIGNOFF);
    g_assert_cmpuint(attention_news(&first, &first), ==, 0);
    // one goes as another comes: the count is the same, the news is not
    Alarm *alarm = picture_get(picture, SHELF_ALARMS, "location-down:westeurope");
    alarm->since_ms = WORLD_NOW;
    attention_count(picture, &second);
    g_assert_cmpuint(attention_news(&first, &second), ==, NEWS_ALARM);
    world_operation(picture, WORLD_AWAITING)->statement->made_ms = WORLD_NOW;
    attention_count(picture, &first);
    g_assert_cmpuint(attention_news(&second, &first), ==, NEWS_SIGNOFF);
    picture->me.roles = ROLE_BIT_VIEWER;
    attention_count(picture, &second);
    g_assert_cmpuint(attention_news(&first, &second), ==, 0);
}

// ---- audit and schedules ----

static char *page_of(guint from, guint to, const char *next_prev_hash, char **ret_hash)
{
    AuditChain chain = {.seq = from - 1};
    GString *body = g_string_new("{\"records\":[");
    g_strlcpy(chain.hash, AUDIT_ZERO_HASH, sizeof chain.hash);
    for (guint seq = from; seq <= to; seq++) {
        AuditRecord *record = audit_record_new("daemon", "test", "object/1");
        record->at_ms = WORLD_NOW - 1000;
        audit_chain_append(&chain, record);
        g_autoptr(json_t) json = audit_record_to_json(record);
        g_autofree char *text = wire_format(json);
        g_string_append_printf(body, "%s%s", seq > from ? "," : "", text);
        audit_record_free(record);
    }
    (void)next_prev_hash;
    *ret_hash = g_strdup(chain.hash);
    g_string_append(body, "],\"more\":false}");
    return g_string_free(body, FALSE);
}

static void test_auditlog(void)
{
    g_autoptr(Picture) picture = picture_new();
    g_autofree char *hash = NULL, *body = page_of(1, 5, NULL, &hash);
    AuditLog log;
    AuditChain chain = {.seq = 5};
    auditlog_init(&log);
    g_strlcpy(chain.hash, hash, sizeof chain.hash);
    for (guint i = 0; i < 3; i++) {
        AuditRecord *record = audit_record_new("daemon", "later", "object/2");
        record->at_ms = WORLD_NOW;
        audit_chain_append(&chain, record);
        picture_add_audit(picture, record);
    }
    g_assert_true(auditlog_follow(&log, picture));
    g_assert_false(auditlog_follow(&log, picture));
    g_assert_cmpint(auditlog_older_after(&log, 200), ==, 0);
    g_assert_true(auditlog_take(&log, body, NULL));
    g_assert_cmpuint(log.records->len, ==, 8);
    g_assert_cmpstr(log.broken, ==, NULL);
    g_assert_cmpint(auditlog_older_after(&log, 200), ==, -1);
    g_assert_cmpint(((const AuditRecord *)log.records->pdata[2])->seq, ==, 3);
    auditlog_release(&log);
}

static void test_auditlog_altered(void)
{
    g_autoptr(Picture) picture = world_new();
    AuditLog log;
    auditlog_init(&log);
    g_free(((AuditRecord *)picture->audit->pdata[2])->actor);
    ((AuditRecord *)picture->audit->pdata[2])->actor = g_strdup("somebody else");
    auditlog_follow(&log, picture);
    g_assert_nonnull(log.broken);
    g_assert_nonnull(strstr(log.broken, "4703"));
    auditlog_release(&log);
}

static void test_auditlog_join(void)
{
    g_autoptr(Picture) picture = world_new();
    g_autofree char *hash = NULL, *gap = page_of(10, 20, NULL, &hash);
    AuditLog log;
    auditlog_init(&log);
    auditlog_follow(&log, picture);
    auditlog_take(&log, gap, NULL); // it does not join: nothing of it is kept
    g_assert_false(auditlog_take(&log, "{\"records\":[{\"seq\":1}]}", NULL));
    g_assert_false(auditlog_take(&log, "nonsense", NULL));
    g_assert_cmpuint(log.records->len, >=, 6); // a gap is fetched, never passed over
    auditlog_release(&log);
}

static void test_audit_asks_for_older(void)
{
    g_autoptr(Picture) picture = world_new();
    g_autoptr(Ui) ui = ui_new();
    ViewContext context = world_context(picture);
    KeyEvent end;
    ui_show(ui, SCREEN_AUDIT, NULL);
    ui_refresh(ui, &context);
    Effect wish = ui_wish(ui, &context);
    g_assert_cmpint(wish.kind, ==, EFFECT_NONE);
    key_parse("G", &end, NULL);
    Effect effect = ui_key(ui, &context, &end);
    effect_release(&effect);
    wish = ui_wish(ui, &context);
    g_assert_cmpint(wish.kind, ==, EFFECT_FETCH);
    g_assert_cmpstr(wish.text, ==, "/v1/audit?after=4500&limit=200");
    effect_release(&wish);
    wish = ui_wish(ui, &context); // not the same twice
    g_assert_cmpint(wish.kind, ==, EFFECT_NONE);
}

static void test_schedules_ask(void)
{
    g_autoptr(Picture) picture = world_new();
    g_autoptr(Ui) ui = ui_new();
    ViewContext context = world_context(picture);
    g_autofree char *body = world_schedules();
    ui_show(ui, SCREEN_SCHEDULES, NULL);
    ui_refresh(ui, &context);
    Effect wish = ui_wish(ui, &context);
    g_assert_cmpint(wish.kind, ==, EFFECT_FETCH);
    g_assert_true(g_str_has_prefix(wish.text, "/v1/schedules?from=2026-11-21T02:29:00.000Z&to="));
    context.fetched_path = wish.text;
    context.fetched_body = body;
    ui_refresh(ui, &context);
    effect_release(&wish);
    context.fetched_path = context.fetched_body = NULL;
    wish = ui_wish(ui, &context);
    g_assert_cmpint(wish.kind, ==, EFFECT_NONE);
    KeyEvent minus = key_of_char('-');
    for (int i = 0; i < 3; i++) {
        Effect effect = ui_key(ui, &context, &minus);
        effect_release(&effect);
    }
    wish = ui_wish(ui, &context); // farther than what is known
    g_assert_cmpint(wish.kind, ==, EFFECT_FETCH);
    effect_release(&wish);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *path;
        void (*test)(void);
    } TESTS[] = {
        {"/sign/good", test_sign},
        {"/sign/enter-never-signs", test_enter_never_signs},
        {"/sign/wrong-phrase", test_wrong_phrase},
        {"/sign/needs-reason", test_needs_reason},
        {"/sign/paste", test_paste},
        {"/sign/changes-under-the-form", test_changes_under_the_form},
        {"/sign/must-be-read", test_must_be_read},
        {"/sign/must-be-read-again", test_must_be_read_again},
        {"/sign/esc", test_esc},
        {"/sign/keys-are-text", test_keys_are_text},
        {"/sign/plain", test_plain},
        {"/sign/refusals", test_refusals},
        {"/sign/reject", test_reject},
        {"/sign/hold", test_hold},
        {"/sign/watching", test_watching},
        {"/operation/commands", test_commands},
        {"/operation/no-abort-past-return", test_no_abort_past_return},
        {"/operation/again", test_again},
        {"/operation/report", test_report},
        {"/ui/every-key", test_every_key},
        {"/ui/unknown-key", test_unknown_key},
        {"/ui/not-armed", test_not_armed},
        {"/ui/propose", test_propose},
        {"/ui/filter", test_filter},
        {"/ui/mouse", test_mouse},
        {"/ui/stale", test_stale_frame},
        {"/ui/no-picture", test_no_picture},
        {"/ui/news", test_news},
        {"/audit/log", test_auditlog},
        {"/audit/altered", test_auditlog_altered},
        {"/audit/join", test_auditlog_join},
        {"/audit/older", test_audit_asks_for_older},
        {"/schedules/ask", test_schedules_ask},
    };
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(TESTS); i++)
        g_test_add_func(TESTS[i].path, TESTS[i].test);
    return g_test_run();
}
