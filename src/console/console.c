#include "console/console.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"
#include "console/private.h"
#include "view/frame.h"

enum {
    TICK_MS = 1000,
    MINUTE_MS = 60 * 1000,
    BELL_PAUSE_MS = 30 * 1000,
    PRINT_MS = 2000,
    PRINT_POLL_MS = 5,
    REST_MAX_MS = 200,
    WISHES_MAX = 4
};

static int utc_offset_min(Console *console, gint64 local_ms)
{
    if (console->offset_minute != local_ms / MINUTE_MS) {
        g_autoptr(GDateTime) now = g_date_time_new_from_unix_local(local_ms / 1000);
        console->offset_minute = local_ms / MINUTE_MS;
        console->utc_offset_min = (int)(g_date_time_get_utc_offset(now) / G_TIME_SPAN_MINUTE);
        g_free(console->zone);
        console->zone = g_strdup(g_time_zone_get_identifier(g_date_time_get_timezone(now)));
    }
    return console->utc_offset_min;
}

ViewContext console_context(Console *console)
{
    const Picture *picture = client_picture(console->client);
    gint64 local_ms = clock_wall_ms(console->clock);
    int offset_min = utc_offset_min(console, local_ms);
    console_sent_list(console);
    return (ViewContext){.picture = picture,
                         .now_ms = picture_now(picture, local_ms),
                         .local_ms = local_ms,
                         .mono_ms = clock_mono_ms(console->clock),
                         .armed = console->armed,
                         .once = console->term == NULL,
                         .demo = console->options.demo != NULL,
                         .utc_offset_min = offset_min,
                         .zone = console->zone,
                         .sent = (const SentSignOff *)(void *)console->sent->data,
                         .sent_count = console->sent->len,
                         .signing = console->term ? &console->signing : NULL,
                         .record_check = &console->record_check,
                         .fetched_path = console->fetched_path,
                         .fetched_body = console->fetched_body,
                         .fetched_error = console->fetched_error};
}

// What the screen wants by itself: asked until it wants nothing, but not for ever.
static void grant_wishes(Console *console)
{
    for (int i = 0; i < WISHES_MAX && client_picture(console->client)->complete; i++) {
        ViewContext context = console_context(console);
        Effect wish = ui_wish(console->ui, &context);
        if (wish.kind == EFFECT_NONE)
            return;
        console_perform(console, &wish);
    }
}

void console_refresh(Console *console)
{
    ViewContext context = console_context(console);
    ui_refresh(console->ui, &context);
    g_clear_pointer(&console->fetched_path, g_free);
    g_clear_pointer(&console->fetched_body, g_free);
    g_clear_pointer(&console->fetched_error, g_free);
    grant_wishes(console);
    if (console->term)
        term_redraw(console->term);
}

void console_say(Console *console, Style style, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    ui_say(console->ui, style, clock_mono_ms(console->clock), "%s", text);
    if (console->term)
        term_redraw(console->term);
}

// ---- news ----

static void show_changes(Console *console);

static bool rings_for(const Console *console, guint news)
{
    ConfBell wish = console->options.config->bell;
    return ((news & NEWS_ALARM) && wish != BELL_OFF) ||
           ((news & NEWS_SIGNOFF) && wish == BELL_SIGNOFF);
}

static void ring_for_news(Console *console)
{
    Attention attention;
    gint64 now_ms = clock_mono_ms(console->clock);
    attention_count(client_picture(console->client), &attention);
    guint news = attention_news(&console->heard, &attention);
    bool due = !console->rang_ms || now_ms - console->rang_ms >= BELL_PAUSE_MS;
    if (due && console->term && rings_for(console, news)) {
        term_bell(console->term, news & NEWS_ALARM ? "signalbox: a new critical alarm"
                                                   : "signalbox: a sign-off waits for you");
        console->rang_ms = now_ms;
    }
    console->heard = attention;
}

static gboolean on_later(gpointer data)
{
    Console *console = data;
    console->later = 0;
    show_changes(console);
    return G_SOURCE_REMOVE;
}

// A large fleet changes all the time, and to make a screen of it anew may take some milliseconds: changes get a fifth
// of the time, the rest is for keys. What takes no time waits for none.
static void show_changes(Console *console)
{
    gint64 begun_ms = clock_mono_ms(console->clock);
    if (begun_ms < console->rest_ms) {
        if (!console->later)
            console->later = g_timeout_add((guint)(console->rest_ms - begun_ms), on_later, console);
        return;
    }
    ring_for_news(console);
    console_refresh(console);
    gint64 done_ms = clock_mono_ms(console->clock);
    console->rest_ms = done_ms + MIN(4 * (done_ms - begun_ms), (gint64)REST_MAX_MS);
}

static void on_changed(gpointer data)
{
    show_changes(data);
}

static void on_fate(const JournalEntry *entry, gpointer data)
{
    static const Style STYLES[FATE_COUNT] = {ROLE_ALARM, ROLE_OK, ROLE_WARN, ROLE_ALARM};
    console_sent_settle(data, entry);
    console_say(data, STYLES[entry->fate], "Sign-off of %s: %s.", entry->signoff->operation,
                entry->answer ? entry->answer : name_of(&FATE_NAMES, (int)entry->fate));
}

static void on_trouble(const char *sentence, gpointer data)
{
    console_say(data, ROLE_WARN, "Journal: %s", sentence);
}

// ---- terminal ----

static void on_draw(Grid *grid, gpointer data)
{
    Console *console = data;
    ViewContext context = console_context(console);
    ui_draw(console->ui, &context, grid);
}

static void on_key(const KeyEvent *key, gpointer data)
{
    Console *console = data;
    ViewContext context = console_context(console);
    Effect effect = ui_key(console->ui, &context, key);
    console_perform(console, &effect);
    grant_wishes(console);
}

static void on_ended(int signal_number, gpointer data)
{
    (void)signal_number;
    g_main_loop_quit(((Console *)data)->loop);
}

// Ages and clocks: once a second, on the second.
static gboolean on_tick(gpointer data)
{
    Console *console = data;
    gint64 past_ms = clock_wall_ms(console->clock) % TICK_MS;
    console_refresh(console);
    console->tick = g_timeout_add((guint)(TICK_MS - past_ms), on_tick, console);
    return G_SOURCE_REMOVE;
}

// ---- life ----

static bool rebind_keys(Console *console, GError **error)
{
    GHashTableIter iter;
    gpointer action, keys;
    g_hash_table_iter_init(&iter, console->options.config->keys);
    while (g_hash_table_iter_next(&iter, &action, &keys))
        if (!ui_rebind(console->ui, action, keys, error)) {
            g_prefix_error(error, "signalbox.conf, keys: ");
            return false;
        }
    return true;
}

static bool console_init(Console *console, const ConsoleOptions *options, bool follow,
                         GError **error)
{
    *console = (Console){.options = *options, .clock = clock_system(), .armed = options->armed};
    id_source_init(&console->ids, console->clock, 0);
    ClientConfig client = {.clock = console->clock,
                           .ids = &console->ids,
                           .endpoints = options->endpoints,
                           .journal = options->journal,
                           .follow = follow,
                           .changed = on_changed,
                           .fate = follow ? on_fate : NULL, // a printed screen tells no fates
                           .trouble = on_trouble,
                           .data = console};
    console_sent_init(console);
    console->ui = ui_new();
    console->client = client_new(&client, error);
    if (!console->client || !rebind_keys(console, error))
        return false;
    console->loop = g_main_loop_new(NULL, FALSE);
    ui_set_card(console->ui, options->card);
    if (options->screen != SCREEN_NONE)
        ui_show(console->ui, options->screen, options->object);
    return true;
}

static void console_release(Console *console)
{
    if (console->tick)
        g_source_remove(console->tick);
    if (console->later)
        g_source_remove(console->later);
    term_free(console->term);
    client_free(console->client);
    http_client_free(console->demo);
    ui_free(console->ui);
    id_source_release(&console->ids);
    g_clear_pointer(&console->loop, g_main_loop_unref);
    g_free(console->fetched_path);
    g_free(console->fetched_body);
    g_free(console->fetched_error);
    g_free(console->zone);
    console_sent_release(console);
    console_keys_release(console);
    console_check_release(console);
}

static bool set_looks(const Console *console, Palette *palette, GError **error)
{
    GHashTableIter iter;
    gpointer role, look;
    g_hash_table_iter_init(&iter, console->options.config->roles);
    while (g_hash_table_iter_next(&iter, &role, &look))
        if (!palette_set(palette, role, look, error)) {
            g_prefix_error(error, "signalbox.conf, roles: ");
            return false;
        }
    return true;
}

static bool take_terminal(Console *console, GError **error)
{
    const ConsoleOptions *options = &console->options;
    TermOptions term = {.theme = options->theme ? options->theme : options->config->theme,
                        .ascii = options->ascii || options->config->ascii == CONF_YES,
                        .mono = options->mono,
                        .mouse = options->config->mouse,
                        .frame_ms = options->slow_link || options->config->slow_link ? 500 : 0};
    static const TermHooks HOOKS = {on_draw, on_key, on_ended};
    console->term = term_new(&term, &HOOKS, console, error);
    return console->term && set_looks(console, term_palette(console->term), error);
}

bool console_run(const ConsoleOptions *options, GError **error)
{
    Console console;
    bool ok = console_init(&console, options, true, error) && take_terminal(&console, error);
    if (ok) {
        client_start(console.client);
        console_keys_look(&console);
        on_tick(&console);
        g_main_loop_run(console.loop);
    }
    console_release(&console);
    return ok;
}

// ---- one screen to standard output ----

static gboolean on_poll(gpointer data)
{
    (void)data; // only wakes the loop up
    return G_SOURCE_CONTINUE;
}

static bool is_silent(const Console *console)
{
    gint64 heard_ms = client_picture(console->client)->link.heard_ms;
    return heard_ms && clock_wall_ms(console->clock) - heard_ms >= PRINT_MS;
}

static bool is_waiting(const Console *console)
{
    bool here = client_picture(console->client)->complete && !console->asking;
    return !here && !client_failure(console->client);
}

static void wait_for_picture(Console *console)
{
    guint poll = g_timeout_add(PRINT_POLL_MS, on_poll, console);
    while (is_waiting(console) && !is_silent(console))
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(poll);
}

static GError *no_picture(const Console *console)
{
    const GError *failure = client_failure(console->client);
    return failure ? g_error_copy(failure)
                   : g_error_new(ERR, ERR_TIMEOUT, "%s began to answer and fell silent.",
                                 client_picture(console->client)->link.endpoint);
}

// NULL with the reason: a theme or role that is none.
static char *render(const Console *console, const Grid *grid, GError **error)
{
    const ConsoleOptions *options = &console->options;
    const char *colours = g_getenv("COLORTERM");
    bool direct = g_strcmp0(colours, "truecolor") == 0 || g_strcmp0(colours, "24bit") == 0;
    ColourDepth depth = options->mono ? DEPTH_MONO : direct ? DEPTH_TRUE : DEPTH_256;
    Palette palette;
    if (!options->ansi)
        return grid_text(grid);
    bool ok = palette_init(&palette, options->theme ? options->theme : options->config->theme,
                           depth, error) &&
              set_looks(console, &palette, error);
    return ok ? grid_ansi(grid, &palette) : NULL;
}

static bool print_grid(Console *console, int width, int height, GError **error)
{
    if (!client_picture(console->client)->complete) {
        g_propagate_error(error, no_picture(console));
        return false;
    }
    ViewContext context = console_context(console);
    g_autoptr(Grid) grid = grid_new(width, height, console->options.ascii);
    ui_refresh(console->ui, &context);
    ui_draw(console->ui, &context, grid);
    g_autofree char *text = render(console, grid, error);
    if (text)
        fputs(text, stdout);
    return text != NULL;
}

bool console_print(const ConsoleOptions *options, int width, int height, GError **error)
{
    Console console;
    bool ok = console_init(&console, options, false, error);
    if (ok) {
        client_start(console.client);
        wait_for_picture(&console);
        console_refresh(
            &console); // the screen may want something beyond the picture: its page of a log
        wait_for_picture(&console);
        ok = print_grid(&console, width, height, error);
    }
    console_release(&console);
    return ok;
}
