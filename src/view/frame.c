#include "view/frame.h"

#include <string.h>

#include "base/timefmt.h"
#include "model/quorum.h"
#include "view/badge.h"
#include "view/signkey.h"

enum { STREAM_AMBER_MS = 5000, STREAM_STALE_MS = 15000 };

bool operation_signed_by(const Operation *operation, const char *name)
{
    for (guint i = 0; i < operation->signoffs->len; i++) {
        const SignOff *signoff = operation->signoffs->pdata[i];
        if (!signoff->void_ && g_strcmp0(signoff->operator_name, name) == 0 &&
            g_strcmp0(signoff->digest, operation->digest) == 0)
            return true;
    }
    return false;
}

const SignOff *operation_approval_of(const Operation *operation, const char *name)
{
    for (guint i = operation->signoffs->len; i-- > 0;) {
        const SignOff *signoff = operation->signoffs->pdata[i];
        if (!signoff->void_ && signoff->decision == DECISION_APPROVE &&
            g_strcmp0(signoff->operator_name, name) == 0 &&
            g_strcmp0(signoff->digest, operation->digest) == 0)
            return signoff;
    }
    return NULL;
}

bool operation_wants_me(const Operation *operation, const Picture *picture)
{
    return operation->state == OPERATION_AWAITING && !operation->region &&
           person_has(&picture->me, ROLE_BIT_APPROVER) &&
           !operation_signed_by(operation, picture->me.name);
}

static void count_operation(const Picture *picture, const Operation *whole, Attention *attention)
{
    if (whole->region) // its children count
        return;
    const Operation ballot = operation_ballot(whole), *operation = &ballot;
    if (operation->state == OPERATION_AWAITING) {
        attention->awaiting++;
        if (operation_wants_me(operation, picture)) {
            gint64 made_ms = operation->statement ? operation->statement->made_ms : 0;
            attention->mine++;
            attention->again += quorum_must_look_again(operation, picture->me.name);
            attention->newest_mine_ms =
                MAX(attention->newest_mine_ms, MAX(made_ms, operation->proposed_ms));
        }
    }
    attention->running += whole->state == OPERATION_RUNNING || whole->state == OPERATION_PAUSED;
    attention->paused += whole->state == OPERATION_PAUSED;
}

void attention_count(const Picture *picture, Attention *ret_attention)
{
    Attention attention = {0};
    for (guint i = 0; i < picture_count(picture, SHELF_ALARMS); i++) {
        const Alarm *alarm = picture_at(picture, SHELF_ALARMS, i);
        attention.alarms += !alarm->ended_ms;
        if (alarm->severity == SEVERITY_CRITICAL && !alarm->acknowledged_by) {
            attention.critical++;
            attention.over += alarm->ended_ms != 0;
            attention.newest_critical_ms = MAX(attention.newest_critical_ms, alarm->since_ms);
        }
    }
    for (guint i = 0; i < picture_count(picture, SHELF_OPERATIONS); i++)
        count_operation(picture, picture_at(picture, SHELF_OPERATIONS, i), &attention);
    for (guint i = 0; i < picture_count(picture, SHELF_FINDINGS); i++)
        attention.findings +=
            !((const Finding *)picture_at(picture, SHELF_FINDINGS, i))->acknowledged_by;
    *ret_attention = attention;
}

char *attention_critical(const Attention *attention)
{
    guint now = attention->critical - attention->over;
    return attention->over
               ? g_strdup_printf("%u critical and %u that %s over, not acknowledged", now,
                                 attention->over, attention->over == 1 ? "is" : "are")
               : g_strdup_printf("%u critical", now);
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

// "live <3s", "quiet 7s", "STALE 23s - reconnecting in 3s (2/3: neu-1)"; in `brief` what fits anywhere.
static Role link_text(const ViewContext *context, bool brief, char *text, gsize size)
{
    const Link *link = &context->picture->link;
    const char *endpoint = link->endpoint ? link->endpoint : "-";
    char age[16], left[16] = "";
    gint64 old_ms = context->local_ms - link->heard_ms;
    age_format(link->heard_ms, context->local_ms, age);
    if (link->retry_ms > context->local_ms)
        left_format(link->retry_ms, context->local_ms, left);
    if (!context->picture->complete && link->state != LINK_LIVE) {
        g_snprintf(text, size, brief ? "connecting" : "connecting to %s (%u/%u)", endpoint,
                   link->attempt, link->endpoints);
        return ROLE_WARN;
    }
    if (frame_is_stale(context->picture, context->local_ms)) {
        g_snprintf(text, size, brief ? "STALE %s" : "STALE %s - reconnecting%s%s (%u/%u: %s)", age,
                   *left ? " in " : "", left, link->attempt, link->endpoints, endpoint);
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
            best = word_of(&USER_ROLE_NAMES, (int)i);
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

// ---- the first line: pieces, the least important left out first ----

typedef enum {
    PIECE_NAME,
    PIECE_FLEET,
    PIECE_PRODUCTION,
    PIECE_WHO,
    PIECE_SIGNS,
    PIECE_THROUGH,
    PIECE_LINK,
    PIECE_CLOCK,
    PIECE_LOCAL,
    PIECES
} Piece;

typedef struct {
    char text[PIECES][200]; // "" = left out
    Style style[PIECES];
} Header;

enum { PIECE_GAP = 2 };

static void set_piece(Header *header, Piece piece, Style style, const char *text)
{
    g_strlcpy(header->text[piece], text, sizeof header->text[piece]);
    header->style[piece] = style;
}

static void fill_header(const ViewContext *context, Style back, Header *header)
{
    const Picture *picture = context->picture;
    bool fire = looks_from_the_fire(picture);
    char clock[16], link[200];
    g_autofree char *who = who_text(picture);
    g_autofree char *signs = signing_badge(context->signing);
    g_autofree char *through = g_strdup_printf(
        "via %s%s%s", picture->frame.daemon ? picture->frame.daemon : "-",
        picture->frame.leader ? ", leader" : "", fire ? ", IN THE AFFECTED REGION" : "");
    Role role = link_text(context, false, link, sizeof link);
    time_format_clock(context->now_ms, clock);
    set_piece(header, PIECE_NAME, back | STYLE_BOLD, "signalbox");
    set_piece(header, PIECE_FLEET, back, picture->frame.fleet ? picture->frame.fleet : "");
    set_piece(header, PIECE_PRODUCTION, back | STYLE_BOLD,
              picture->frame.production ? "PRODUCTION" : "");
    set_piece(header, PIECE_WHO, back, who);
    set_piece(header, PIECE_SIGNS, back, signs ? signs : "");
    set_piece(header, PIECE_THROUGH, fire ? (Style)ROLE_ALARM : back,
              picture->frame.daemon ? through : "");
    set_piece(header, PIECE_LINK, role == ROLE_DIM ? back : (Style)role | STYLE_BOLD, link);
    set_piece(header, PIECE_CLOCK, back, clock);
    if (context->utc_offset_min) {
        time_format_clock(context->now_ms + (gint64)context->utc_offset_min * 60000, clock);
        clock[5] = '\0'; // minutes are enough beside the seconds of the other
        g_autofree char *local = g_strdup_printf("(%s here)", clock);
        set_piece(header, PIECE_LOCAL, back, local);
    }
}

static int header_width(const Canvas *line, const Header *header)
{
    int width = 2;
    for (guint i = 0; i < PIECES; i++)
        if (*header->text[i])
            width += cells_width(line, header->text[i]) + PIECE_GAP;
    return width - PIECE_GAP;
}

static void fit_header(const ViewContext *context, const Canvas *line, Header *header)
{
    static const Piece ORDER[] = {PIECE_SIGNS,   PIECE_LOCAL, PIECE_NAME,
                                  PIECE_THROUGH, PIECE_WHO,   PIECE_FLEET};
    char brief[200];
    bool fire =
        looks_from_the_fire(context->picture); // not by its colour: a stale header has that, too
    for (guint i = 0; i < G_N_ELEMENTS(ORDER) && header_width(line, header) > line->width; i++) {
        if (ORDER[i] == PIECE_THROUGH && fire)
            set_piece(header, PIECE_THROUGH, ROLE_ALARM, "via AFFECTED REGION");
        else
            header->text[ORDER[i]][0] = '\0';
        // a long complaint about the line gives way before who and where do
        if (ORDER[i] == PIECE_NAME && header_width(line, header) > line->width) {
            link_text(context, true, brief, sizeof brief);
            set_piece(header, PIECE_LINK, header->style[PIECE_LINK], brief);
        }
    }
    if (fire && header_width(line, header) > line->width)
        set_piece(header, PIECE_THROUGH, ROLE_ALARM, "AFFECTED REGION");
}

static void draw_header(const ViewContext *context, const Canvas *line)
{
    const Picture *picture = context->picture;
    bool stale = picture->complete && frame_is_stale(picture, context->local_ms);
    Style back = stale ? ROLE_ALARM : picture->frame.production ? ROLE_PRODUCTION : ROLE_HEADER;
    Header header = {0};
    fill_header(context, back, &header);
    if (stale)
        header.style[PIECE_LINK] = ROLE_ALARM | STYLE_REVERSE | STYLE_BOLD;
    fit_header(context, line, &header);
    cells_fill(line, canvas_rect(line), back, GLYPH_NONE);
    int x = 1, right = line->width - 1;
    for (guint i = PIECES; i-- > PIECE_THROUGH;) {
        if (!*header.text[i])
            continue;
        right -= cells_width(line, header.text[i]);
        cells_put(line, right, 0, header.style[i], header.text[i]);
        right -= PIECE_GAP;
    }
    Canvas left = canvas_sub(line, rect_make(0, 0, right, 1));
    for (guint i = 0; i < PIECE_THROUGH; i++)
        if (*header.text[i])
            x = cells_put(&left, x, 0, header.style[i], header.text[i]) + PIECE_GAP;
}

// ---- the second line: what wants attention, and the modes nobody may overlook ----

// A word group in its forms from long to short; the shortest is never left out.
enum { FORMS = 3, SEGMENTS_MAX = 16, SEGMENT_MAX = 120 };

typedef struct {
    Style style;
    char text[FORMS][SEGMENT_MAX];
} Segment;

typedef struct {
    Segment items[SEGMENTS_MAX];
    guint count;
} Segments;

static Segment *add_segment(Segments *segments, Style style)
{
    Segment *segment = &segments->items[MIN(segments->count, SEGMENTS_MAX - 1u)];
    segments->count = MIN(segments->count + 1, (guint)SEGMENTS_MAX);
    segment->style = style;
    return segment;
}

static void add_mode(Segments *segments, Style style, const char *text, const char *brief)
{
    Segment *segment = add_segment(segments, style);
    g_strlcpy(segment->text[0], text, SEGMENT_MAX);
    g_strlcpy(segment->text[1], brief, SEGMENT_MAX);
    g_strlcpy(segment->text[2], brief, SEGMENT_MAX);
}

static void add_wants(const ViewContext *context, Segments *segments)
{
    Attention a;
    attention_count(context->picture, &a);
    const struct {
        guint count;
        Glyph glyph;
        Role role;
        const char *one, *many, *brief;
    } WANTS[] = {
        {a.critical - a.over, GLYPH_ALARM, ROLE_ALARM, "critical", "critical", "crit"},
        {a.over, GLYPH_OVER, ROLE_WARN, "over, not acknowledged", "over, not acknowledged", "over"},
        {a.again, GLYPH_SIGN, ROLE_ALARM, "CHANGED: your sign-off is void",
         "CHANGED: your sign-offs are void", "to sign AGAIN"},
        {a.mine - a.again, GLYPH_SIGN, ROLE_WARN, "waits for your sign-off",
         "wait for your sign-off", "to sign"},
        {a.awaiting - a.mine, GLYPH_SIGN, ROLE_DIM, "waits for others", "wait for others", "wait"},
        {a.paused, GLYPH_PAUSE, ROLE_ALARM, "operation PAUSED", "operations PAUSED", "PAUSED"},
        {a.running - a.paused, GLYPH_ACTIVE, ROLE_ACTIVE, "operation running", "operations running",
         "running"},
        {a.findings, GLYPH_NONE, ROLE_WARN, "finding", "findings", "found"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(WANTS); i++) {
        if (!WANTS[i].count)
            continue;
        Segment *segment = add_segment(segments, WANTS[i].role);
        const char *sign = WANTS[i].glyph ? glyph_text(WANTS[i].glyph, false) : "!";
        const char *word = WANTS[i].count == 1 ? WANTS[i].one : WANTS[i].many;
        g_snprintf(segment->text[0], SEGMENT_MAX, "%s %u %s", sign, WANTS[i].count, word);
        g_snprintf(segment->text[1], SEGMENT_MAX, "%s %u %s", sign, WANTS[i].count, WANTS[i].brief);
        g_snprintf(segment->text[2], SEGMENT_MAX, "%s%u", sign, WANTS[i].count);
    }
    if (!context->picture->complete)
        add_mode(segments, ROLE_WARN, "nothing is known yet", "unknown");
    else if (!segments->count)
        add_mode(segments, ROLE_OK, "nothing wants you", "all quiet");
}

// The group, or the region, that is being exercised; NULL if none is.
static const char *drill_under_way(const Picture *picture)
{
    for (guint i = 0; i < picture_count(picture, SHELF_OPERATIONS); i++) {
        const Operation *operation = picture_at(picture, SHELF_OPERATIONS, i);
        if (operation->kind == OPERATION_DRILL && !operation_has_ended(operation))
            return operation->region ? picture_title(picture, operation->region) : operation->group;
    }
    return NULL;
}

// The one whose automation a person has disarmed and that ends last; NULL if none is.
static const GroupStatus *disarmed_group(const Picture *picture)
{
    const GroupStatus *last = NULL;
    for (guint i = 0; i < picture_count(picture, SHELF_GROUPS); i++) {
        const GroupStatus *group = picture_at(picture, SHELF_GROUPS, i);
        if (group->automation_off &&
            (!last || group->automation_until_ms > last->automation_until_ms))
            last = group;
    }
    return last;
}

// With its end wherever words have room; its reason stands behind, see draw_reason.
static void add_disarmed(Segments *segments, const char *what, const char *brief, const char *left)
{
    Segment *segment = add_segment(segments, ROLE_WARN);
    g_snprintf(segment->text[0], SEGMENT_MAX, "%s for %s", what, left);
    g_snprintf(segment->text[1], SEGMENT_MAX, "%s %s", brief, left);
    g_strlcpy(segment->text[2], brief, SEGMENT_MAX);
}

static void add_modes(const ViewContext *context, const char *filter, Segments *segments)
{
    const FrameStatus *frame = &context->picture->frame;
    char left[16], text[SEGMENT_MAX], brief[SEGMENT_MAX];
    if (context->armed)
        add_mode(segments, ROLE_WARN | STYLE_BOLD, "ARMED", "ARMED");
    const char *drill = drill_under_way(context->picture);
    if (drill) {
        g_snprintf(text, sizeof text, "DRILL of %s", drill);
        add_mode(segments, ROLE_DRILL, text, "DRILL");
    }
    if (frame->automation_off) {
        calm_left_format(frame->automation_until_ms, context->now_ms, left);
        add_disarmed(segments, "automation OFF", "auto OFF", left);
    }
    const GroupStatus *group = disarmed_group(context->picture);
    if (group && !frame->automation_off) {
        calm_left_format(group->automation_until_ms, context->now_ms, left);
        g_snprintf(brief, sizeof brief, "automation of %s OFF", group->name);
        add_disarmed(segments, brief, "auto OFF", left);
    }
    if (frame->fleet && !frame->store_ok)
        add_mode(segments, ROLE_ALARM, "store READ-ONLY", "READ-ONLY");
    if (frame->config_error)
        add_mode(segments, ROLE_WARN, "fleet file has mistakes", "file!");
    if (filter && *filter) {
        g_snprintf(text, sizeof text, "filter: %s", filter);
        g_snprintf(brief, sizeof brief, "/%.12s", filter);
        add_mode(segments, ROLE_MATCH, text, brief);
    }
}

static int segments_width(const Canvas *line, const Segments *segments, guint form)
{
    int width = 1;
    for (guint i = 0; i < segments->count; i++)
        width += cells_width(line, segments->items[i].text[form]) + (form < 2 ? 2 : 1);
    return width;
}

// Why automation is off, as far as there is room.
static void draw_reason(const ViewContext *context, const Canvas *line, int x, int right)
{
    const FrameStatus *frame = &context->picture->frame;
    const GroupStatus *group = disarmed_group(context->picture);
    const char *why = frame->automation_off ? frame->automation_why
                      : group               ? group->automation_why
                                            : NULL;
    enum { LEAST = 8 };
    if (!why || right - x < LEAST)
        return;
    Canvas room = canvas_sub(line, rect_make(x - 1, 0, right - x, 1));
    g_autofree char *text = g_strdup_printf("(%s)", why);
    cells_fit(&room, rect_make(0, 0, room.width, 1), ALIGN_LEFT | ALIGN_CLIP_END, ROLE_DIM, text);
}

static void draw_attention(const ViewContext *context, const Canvas *line, const Screen *screen,
                           const char *filter)
{
    Segments segments = {0};
    add_wants(context, &segments);
    add_modes(context, filter, &segments);
    char brief[] = {'[', screen->digit, ']', '\0'};
    g_autofree char *name =
        screen->digit ? g_strdup_printf("%s %s", brief, screen->title) : g_strdup(screen->title);
    int title = cells_width(line, name) + 1;
    guint form = 0;
    // the name of the screen gives way to words, words to signs
    while (form + 1 < FORMS &&
           segments_width(line, &segments, form) > line->width - (form == 0 ? title : 0))
        form++;
    int x = 1;
    for (guint i = 0; i < segments.count; i++)
        x = cells_put(line, x, 0, segments.items[i].style, segments.items[i].text[form]) +
            (form < 2 ? 2 : 1);
    if (form < 2)
        draw_reason(context, line, x, line->width - title - 1);
    if (line->width - title >= x)
        cells_put(line, line->width - title, 0, ROLE_TITLE, name);
    else if (screen->digit && line->width - 4 >= x)
        cells_put(line, line->width - 4, 0, ROLE_TITLE, brief);
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

bool frame_draw_trouble(const ViewContext *context, const Canvas *body)
{
    const char *text = context->picture->link.trouble;
    if (context->picture->complete || !text)
        return false;
    Canvas inside = canvas_sub(body, rect_make(1, 1, MAX(body->width - 2, 1), body->height - 1));
    int y = cells_put_wrapped(&inside, canvas_rect(&inside), ROLE_ALARM, text);
    cells_put(&inside, 0, y + 1, ROLE_DIM, "It is tried again and again. q quits.");
    return true;
}
