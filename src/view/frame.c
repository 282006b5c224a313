#include "view/frame.h"

#include <string.h>

#include "base/timefmt.h"
#include "view/badge.h"

enum { STREAM_AMBER_MS = 5000, STREAM_STALE_MS = 15000 };

bool operation_signed_by(const Operation *operation, const char *name)
{
    for (guint i = 0; i < operation->signoffs->len; i++) {
        const SignOff *signoff = operation->signoffs->pdata[i];
        if (!signoff->void_ && g_strcmp0(signoff->operator_name, name) == 0)
            return true;
    }
    return false;
}

bool operation_wants_me(const Operation *operation, const Picture *picture)
{
    return operation->state == OPERATION_AWAITING && person_has(&picture->me, ROLE_BIT_APPROVER) &&
           !operation_signed_by(operation, picture->me.name);
}

static void count_operation(const Picture *picture, const Operation *operation,
                            Attention *attention)
{
    if (operation->state == OPERATION_AWAITING) {
        attention->awaiting++;
        if (operation_wants_me(operation, picture)) {
            gint64 made_ms = operation->statement ? operation->statement->made_ms : 0;
            attention->mine++;
            attention->newest_mine_ms =
                MAX(attention->newest_mine_ms, MAX(made_ms, operation->proposed_ms));
        }
    }
    attention->running +=
        operation->state == OPERATION_RUNNING || operation->state == OPERATION_PAUSED;
    attention->paused += operation->state == OPERATION_PAUSED;
}

void attention_count(const Picture *picture, Attention *ret_attention)
{
    Attention attention = {0};
    for (guint i = 0; i < picture_count(picture, SHELF_ALARMS); i++) {
        const Alarm *alarm = picture_at(picture, SHELF_ALARMS, i);
        attention.alarms += !alarm->ended_ms;
        if (alarm->severity == SEVERITY_CRITICAL && !alarm->acknowledged_by) {
            attention.critical++;
            attention.newest_critical_ms = MAX(attention.newest_critical_ms, alarm->since_ms);
        }
    }
    for (guint i = 0; i < picture_count(picture, SHELF_OPERATIONS); i++)
        count_operation(picture, picture_at(picture, SHELF_OPERATIONS, i), &attention);
    attention.findings = picture_count(picture, SHELF_FINDINGS);
    *ret_attention = attention;
}

guint attention_news(const Attention *before, const Attention *now)
{
    bool alarm =
        now->critical > before->critical || now->newest_critical_ms > before->newest_critical_ms;
    bool signoff = now->mine > before->mine || now->newest_mine_ms > before->newest_mine_ms;
    return (alarm ? NEWS_ALARM : 0) | (signoff ? NEWS_SIGNOFF : 0);
}

bool frame_is_stale(const Picture *picture, gint64 local_ms)
{
    return !picture->complete || picture->link.state == LINK_LOST ||
           picture->link.state == LINK_CONNECTING ||
           local_ms - picture->link.heard_ms > STREAM_STALE_MS;
}

// "live 0.4s", "quiet 7s", "STALE 23s - reconnecting (2/3: neu-1)".
static Role link_text(const ViewContext *context, char *text, gsize size)
{
    const Link *link = &context->picture->link;
    char age[16], left[16] = "";
    gint64 old_ms = context->local_ms - link->heard_ms;
    age_format(link->heard_ms, context->local_ms, age);
    if (link->retry_ms > context->local_ms)
        left_format(link->retry_ms, context->local_ms, left);
    if (!picture_count(context->picture, SHELF_LOCATIONS) && link->state != LINK_LIVE) {
        g_snprintf(text, size, "connecting to %s (%u/%u)", link->endpoint ? link->endpoint : "-",
                   link->attempt, link->endpoints);
        return ROLE_WARN;
    }
    if (frame_is_stale(context->picture, context->local_ms) || link->state == LINK_LOST) {
        g_snprintf(text, size, "STALE %s - reconnecting%s%s (%u/%u: %s)", age, *left ? " in " : "",
                   left, link->attempt, link->endpoints, link->endpoint ? link->endpoint : "-");
        return ROLE_ALARM;
    }
    g_snprintf(text, size, "%s %s", old_ms > STREAM_AMBER_MS ? "quiet" : "live",
               old_ms < 3000 ? "<3s" : age);
    return old_ms > STREAM_AMBER_MS ? ROLE_WARN : ROLE_DIM;
}

static char *who_text(const Picture *picture)
{
    GString *text = g_string_new(picture->me.name ? picture->me.name : "-");
    const char *best = "viewer";
    for (guint i = 0; i < USER_ROLE_NAMES.count; i++)
        if (picture->me.roles & (1u << i))
            best = name_of(&USER_ROLE_NAMES, (int)i);
    if (picture->me.name)
        g_string_append_printf(text, " · %s", best);
    return g_string_free(text, FALSE);
}

// The daemon stands in a location that is down or being left: what it sees may soon go with it.
static bool looks_from_the_fire(const Picture *picture)
{
    const LocationStatus *at = picture_location(picture, picture->frame.daemon_location);
    if (at && at->verdict.state == VERDICT_DOWN)
        return true;
    for (guint i = 0; at && i < picture_count(picture, SHELF_OPERATIONS); i++) {
        const Operation *operation = picture_at(picture, SHELF_OPERATIONS, i);
        if (!operation_has_ended(operation) && g_strcmp0(operation->from, at->name) == 0)
            return true;
    }
    return false;
}

static void draw_header(const ViewContext *context, const Canvas *line)
{
    const Picture *picture = context->picture;
    char link[200], clock[16];
    Role link_role = link_text(context, link, sizeof link);
    Style back = picture->frame.production ? ROLE_PRODUCTION : ROLE_HEADER;
    bool fire = looks_from_the_fire(picture);
    g_autofree char *who = who_text(picture);
    g_autofree char *through = g_strdup_printf(
        "%s%s%s", picture->frame.daemon ? picture->frame.daemon : "",
        picture->frame.leader ? " leader" : "", fire ? " IN THE AFFECTED REGION" : "");
    time_format_clock(context->now_ms, clock);
    cells_fill(line, canvas_rect(line), back, GLYPH_NONE);
    int x = cells_put(line, 1, 0, back | STYLE_BOLD, "signalbox");
    x = cells_printf(line, x + 2, 0, back, "%s%s", picture->frame.fleet ? picture->frame.fleet : "",
                     picture->frame.production ? " PRODUCTION" : "");
    int right = line->width - 1 - cells_width(line, clock);
    cells_put(line, right, 0, back, clock);
    right -= cells_width(line, link) + 3;
    cells_put(line, right, 0, link_role == ROLE_DIM ? back : (Style)link_role | STYLE_BOLD, link);
    int through_x = right - 3 - cells_width(line, through);
    if (through_x > x + 2)
        cells_put(line, right = through_x, 0, fire ? (Style)ROLE_ALARM : back, through);
    int who_x = right - 3 - cells_width(line, who);
    if (who_x > x + 2)
        cells_put(line, who_x, 0, back, who);
}

typedef struct {
    guint count;
    Glyph glyph;
    Role role;
    const char *one, *many;
} Want;

static int draw_wants(const ViewContext *context, const Canvas *line)
{
    Attention a;
    attention_count(context->picture, &a);
    const Want wants[] = {
        {a.critical, GLYPH_ALARM, ROLE_ALARM, "critical", "critical"},
        {a.mine, GLYPH_SIGN, ROLE_WARN, "waits for your sign-off", "wait for your sign-off"},
        {a.awaiting - a.mine, GLYPH_SIGN, ROLE_DIM, "waits for others", "wait for others"},
        {a.paused, GLYPH_PAUSE, ROLE_ALARM, "operation PAUSED", "operations PAUSED"},
        {a.running - a.paused, GLYPH_ACTIVE, ROLE_ACTIVE, "operation running",
         "operations running"},
        {a.findings, GLYPH_NONE, ROLE_WARN, "finding", "findings"},
    };
    int x = 1;
    for (guint i = 0; i < G_N_ELEMENTS(wants); i++) {
        const Want *want = &wants[i];
        if (!want->count)
            continue;
        x = want->glyph ? cells_glyph(line, x, 0, want->role, want->glyph)
                        : cells_put(line, x, 0, want->role, "!");
        x = cells_printf(line, x + 1, 0, want->role, "%u %s", want->count,
                         want->count == 1 ? want->one : want->many) +
            2;
    }
    return x > 1 ? x : cells_put(line, 1, 0, ROLE_OK, "nothing wants you") + 2;
}

// Modes that must never be invisible: armed, automation off, a filter, a store that cannot write.
static int draw_modes(const ViewContext *context, const Canvas *line, int x, const char *filter)
{
    const FrameStatus *frame = &context->picture->frame;
    char left[16];
    if (context->armed)
        x = cells_put(line, x, 0, ROLE_WARN | STYLE_BOLD, "ARMED") + 2;
    if (frame->automation_off) {
        left_format(frame->automation_until_ms, context->now_ms, left);
        x = cells_printf(line, x, 0, ROLE_WARN, "automation OFF for %s", left) + 2;
    }
    if (frame->fleet && !frame->store_ok)
        x = cells_put(line, x, 0, ROLE_ALARM, "store READ-ONLY") + 2;
    if (frame->config_error)
        x = cells_put(line, x, 0, ROLE_WARN, "fleet file has mistakes") + 2;
    if (filter && *filter)
        x = cells_printf(line, x, 0, ROLE_MATCH, "filter: %s", filter) + 2;
    return x;
}

static void draw_attention(const ViewContext *context, const Canvas *line, const Screen *screen,
                           const char *filter)
{
    int x = draw_wants(context, line);
    x = draw_modes(context, line, x, filter);
    g_autofree char *name = screen->digit ? g_strdup_printf("[%c] %s", screen->digit, screen->title)
                                          : g_strdup(screen->title);
    int at = line->width - 1 - cells_width(line, name);
    if (at > x)
        cells_put(line, at, 0, ROLE_TITLE, name);
}

Canvas frame_draw_top(const ViewContext *context, const Canvas *canvas, const Screen *screen,
                      const char *filter)
{
    Rect rest = canvas_rect(canvas);
    Canvas header = canvas_sub(canvas, rect_cut_top(&rest, 1));
    draw_header(context, &header);
    Canvas attention = canvas_sub(canvas, rect_cut_top(&rest, 1));
    draw_attention(context, &attention, screen, filter);
    return canvas_sub(canvas, rest);
}
