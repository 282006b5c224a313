// The footer and the help page against the keys themselves: what they show works, and what works they show.
#include <string.h>

#include "play.h"

typedef struct {
    ScreenId screen;
    const char *object;
    const char *keys; // pressed first; NULL = none
} Place;

static const Place PLACES[] = {
    {SCREEN_OVERVIEW, NULL, NULL},
    {SCREEN_ROLES, NULL, NULL},
    {SCREEN_SCHEDULES, NULL, NULL},
    {SCREEN_SIGNOFFS, NULL, NULL},
    {SCREEN_OPERATIONS, NULL, NULL},
    {SCREEN_READINESS, NULL, NULL},
    {SCREEN_READINESS, NULL, "end"}, // a plan
    {SCREEN_AUDIT, NULL, NULL},
    {SCREEN_REGION, "westeurope", NULL},
    {SCREEN_CELL, "payments/settle", NULL},
    {SCREEN_GROUP, "payments", NULL},
    {SCREEN_CHECKLIST, "stock/catalog/northeurope/term", NULL},
    {SCREEN_SNAPSHOTS, "stock/code-hosts", NULL},
    {SCREEN_STATEMENT, WORLD_AWAITING, NULL},
    {SCREEN_STATEMENT, WORLD_HOLDING, NULL},
    {SCREEN_OPERATION, WORLD_PAUSED, NULL},
    {SCREEN_OPERATION, WORLD_DONE, NULL},
    {SCREEN_OPERATION, WORLD_DONE, "r"},
    {SCREEN_RECORD, "4704", NULL},
};

static void go(Play *play, const Place *place, bool armed, int height)
{
    play_init(play, place->screen, place->object, 80, height, false);
    world_add_catalog(play->picture);
    world_add_connector(play->picture);
    play->picture->version++;
    play->context.armed = armed;
    play->context.demo = true; // every key of the frame is there
    play_draw(play);
    if (place->keys)
        play_keys(play, place->keys);
}

// True if the key does something here, or says why it does not now.
static bool works(const Place *place, bool armed, const char *key)
{
    Play play;
    go(&play, place, armed, 24);
    play_keys(&play, key);
    bool nothing = strstr(play.seen, "does nothing here") != NULL;
    play_release(&play);
    return !nothing;
}

// ---- the footer ----

static void check_footer(const Place *place, bool armed)
{
    Play play;
    go(&play, place, armed, 24);
    g_auto(GStrv) lines = g_strsplit(g_strchomp(play.seen), "\n", -1);
    g_auto(GStrv) hints = g_strsplit(lines[g_strv_length(lines) - 1], "  ", -1);
    for (guint i = 0; hints[i]; i++) {
        g_autofree char *key = g_strndup(g_strchug(hints[i]), strcspn(hints[i], " "));
        if (*key && !works(place, armed, key))
            g_error("%s: the footer shows %s, which does nothing", ui_screen(play.ui)->name, key);
    }
    play_release(&play);
}

// ---- the help page ----

// Of the lines "j down   Goes to the next line." the keys; those behind `:` are no keys.
static GHashTable *keys_in_help(const Place *place, bool armed)
{
    GHashTable *keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Play play;
    go(&play, place, armed, 200);
    play_keys(&play, "?");
    char *behind = strstr(play.seen, "Commands behind :");
    g_assert_nonnull(behind);
    *behind = '\0';
    g_auto(GStrv) lines = g_strsplit(strchr(play.seen, '\n'), "\n", -1);
    for (guint i = 2; lines[i]; i++) { // behind the frame's two
        char *gap = strstr(g_strchug(lines[i]), "  ");
        if (gap)
            *gap = '\0';
        g_auto(GStrv) names = g_strsplit(lines[i], " ", -1);
        for (guint k = 0; names[k]; k++)
            g_hash_table_add(keys, g_strdup(names[k]));
    }
    play_release(&play);
    return keys;
}

static void check_help(const Place *place, bool armed)
{
    g_autoptr(GHashTable) shown = keys_in_help(place, armed);
    for (char ch = '!'; ch <= '~'; ch++) {
        const char key[] = {ch, '\0'};
        bool on = works(place, armed, key), told = g_hash_table_contains(shown, key);
        if (on != told)
            g_error("%s: %s %s, and the help page %s it", screen_by_id(place->screen)->name, key,
                    on ? "does something" : "does nothing", told ? "has" : "lacks");
    }
}

static void test_everywhere(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(PLACES); i++)
        for (int armed = 0; armed < 2; armed++) {
            check_footer(&PLACES[i], armed);
            check_help(&PLACES[i], armed);
        }
}

// Where people propose, the footer says by which key; at 80 columns, too.
static void test_proposes(void)
{
    static const ScreenId PROPOSE[] = {SCREEN_OVERVIEW, SCREEN_ROLES, SCREEN_REGION, SCREEN_CELL,
                                       SCREEN_GROUP};
    for (guint i = 0; i < G_N_ELEMENTS(PLACES); i++)
        for (guint k = 0; k < G_N_ELEMENTS(PROPOSE); k++)
            if (PLACES[i].screen == PROPOSE[k]) {
                Play play;
                go(&play, &PLACES[i], true, 24);
                play_assert_sees(&play, "F fail over");
                play_release(&play);
            }
}

// A key that a screen has for itself means nothing else where there is nothing to do with it: c acknowledges
// findings, and does not show the demo's card of the overview where the row is a plan.
static void test_nothing_else(void)
{
    static const char *const CARD[] = {"A card", NULL};
    const Place plan = {SCREEN_READINESS, NULL, "end"}, roles = {SCREEN_ROLES, NULL, NULL};
    Play play;
    go(&play, &plan, true, 24);
    ui_set_card(play.ui, CARD);
    play_keys(&play, "c");
    g_assert_cmpint(ui_screen(play.ui)->id, ==, SCREEN_READINESS);
    play_assert_sees(&play, "c does nothing here");
    play_release(&play);
    go(&play, &roles, true, 24);
    play_keys(&play, "c");
    g_assert_cmpint(ui_screen(play.ui)->id, ==, SCREEN_OVERVIEW);
    play_release(&play);
}

// The footer says what its keys do now.
static void test_now(void)
{
    Play play;
    play_init(&play, SCREEN_OVERVIEW, NULL, 132, 43, false);
    play_assert_sees(&play, "A disarm");
    play.context.armed = false;
    play_draw(&play);
    play_assert_sees(&play, "A arm");
    play_release(&play);
    play_init(&play, SCREEN_CELL, "payments/settle", 132, 43, false);
    play_assert_sees(&play, "o operation");
    g_clear_pointer(&((GroupStatus *)picture_group(play.picture, "payments"))->operation, g_free);
    play.picture->version++;
    play_draw(&play);
    play_assert_sees_not(&play, "o operation");
    ui_show(play.ui, SCREEN_GROUP, "payments");
    play_draw(&play);
    play_assert_sees_not(&play, "o operation");
    play_release(&play);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/footer/everywhere", test_everywhere);
    g_test_add_func("/footer/proposes", test_proposes);
    g_test_add_func("/footer/nothing-else", test_nothing_else);
    g_test_add_func("/footer/now", test_now);
    return g_test_run();
}
