// Screen 7: the audit log, newest first. The console verifies the chain itself, record by record, and says from
// where to where and when; older pages come when the cursor reaches the end, and what a broken line left out is
// fetched. A chain that breaks, or a log that has become shorter, is an alarm.
#include "view/screens.h"

#include <string.h>

#include "base/text.h"
#include "base/timefmt.h"
#include "view/auditlog.h"
#include "view/badge.h"
#include "view/fetch.h"
#include "view/list.h"
#include "view/statement-text.h"
#include "view/words.h"

enum {
    COLUMN_SEQ,
    COLUMN_AGE,
    COLUMN_TIME,
    COLUMN_ACTOR,
    COLUMN_ACTION,
    COLUMN_OBJECT,
    COLUMN_DETAIL
};
enum { ACTION_OPEN = 1, ACTION_OLDER };
enum { PAGE_SIZE = 200, LAG_MS = 2000, REST_MS = 30 * 1000 };

static const Binding BINDINGS[] = {
    {ACTION_OPEN, "open", "enter", "whole record", "Shows the record whole and checks its hash.",
     0},
    {ACTION_OLDER, "older", "m", "older", "Fetches older records.", 0},
};

static const TableColumn COLUMNS[] = {
    [COLUMN_SEQ] = {"SEQ", 8, 5, 0, ALIGN_LEFT, 0},
    [COLUMN_AGE] = {"AGO", 6, 5, 0, ALIGN_RIGHT, 0},
    [COLUMN_TIME] = {"UTC", 20, 20, 5, ALIGN_LEFT, 0},
    [COLUMN_ACTOR] = {"WHO", 14, 10, 0, ALIGN_LEFT, 0},
    [COLUMN_ACTION] = {"DID", 20, 18, 0, ALIGN_LEFT, 0},
    [COLUMN_OBJECT] = {"TO WHAT", 30, 26, 4, ALIGN_LEFT, 0},
    [COLUMN_DETAIL] = {"DETAIL", 40, 20, 1, ALIGN_LEFT | ALIGN_CLIP_END, COLUMN_GROW},
};

typedef struct {
    List list; // first; rows: const AuditRecord *, of the log
    AuditLog log;
    Fetch fetch;        // of a page of it
    gint64 apart_ms;    // monotonic: since when the backend's end of the log is not ours; 0 = it is
    gint64 verified_ms; // the backend's clock: when a record was last verified
    bool more;          // older ones are wanted
    bool dirty;         // rows are to be made anew
} Audit;

static bool matches(const Audit *view, const AuditRecord *record)
{
    if (filter_is_empty(&view->list.filter))
        return true;
    g_autofree char *text =
        g_strdup_printf("%" G_GINT64_FORMAT " %s %s %s %s", record->seq,
                        record->actor ? record->actor : "", record->action ? record->action : "",
                        record->object ? record->object : "", record->detail ? record->detail : "");
    return filter_matches_text(&view->list.filter, text);
}

static void make_rows(Audit *view)
{
    g_ptr_array_set_size(view->list.rows, 0);
    for (guint i = view->log.records->len; i-- > 0;)
        if (matches(view, view->log.records->pdata[i]))
            g_ptr_array_add(view->list.rows, view->log.records->pdata[i]);
    view->dirty = false;
}

static void take_page(Audit *view, const ViewContext *context)
{
    g_autoptr(GError) error = NULL;
    if (!fetch_take(&view->fetch, context))
        return;
    const char *body = fetch_body(context, &error);
    if (!body)
        view->fetch.trouble =
            g_strdup_printf("The page was not answered: %s m asks again.", error->message);
    else if (!auditlog_take(&view->log, body, &error))
        view->fetch.trouble = g_strdup(error->message);
    view->dirty = true;
}

// Records come a moment before or after the word of the new end: only what lasts means something.
static void compare_ends(Audit *view, const ViewContext *context)
{
    bool same = !view->log.records->len || context->picture->frame.audit_seq == view->log.chain.seq;
    view->apart_ms = same ? 0 : view->apart_ms ? view->apart_ms : MAX(context->mono_ms, (gint64)1);
}

static bool is_apart(const Audit *view, const ViewContext *context)
{
    return view->apart_ms && context->mono_ms - view->apart_ms >= LAG_MS;
}

static void audit_refresh(gpointer state, const ViewContext *context)
{
    Audit *view = state;
    bool old = list_begin(&view->list, context);
    take_page(view, context);
    view->dirty |= auditlog_follow(&view->log, context->picture);
    compare_ends(view, context);
    if (view->dirty)
        view->verified_ms = context->now_ms;
    if (old || view->dirty)
        make_rows(view);
}

// The seq behind which to ask: what is newer than ours, what is older and wanted, or the end for a beginning; -1:
// nothing is missing.
static gint64 wanted_after(Audit *view, const ViewContext *context)
{
    gint64 head = context->picture->frame.audit_seq;
    bool more = view->more;
    view->more = false;
    if (!view->log.records->len)
        return head ? MAX(head - PAGE_SIZE, (gint64)0) : -1;
    if (is_apart(view, context) && head > view->log.chain.seq)
        return view->log.chain.seq;
    return more ? auditlog_older_after(&view->log, PAGE_SIZE) : -1;
}

static Effect audit_wish(gpointer state, const ViewContext *context)
{
    Audit *view = state;
    bool waits = view->fetch.path || view->fetch.trouble;
    if (waits && fetch_rests(&view->fetch, context, REST_MS))
        return effect_of(EFFECT_NONE);
    gint64 after = wanted_after(view, context);
    if (after < 0)
        return effect_of(EFFECT_NONE);
    return fetch_ask(
        &view->fetch, context,
        g_strdup_printf("/v1/audit?after=%" G_GINT64_FORMAT "&limit=%d", after, PAGE_SIZE));
}

// ---- the table's model ----

static void model_row(gpointer data, gsize index, TableRow *ret_row)
{
    // The hash names a record for good, and it is a text that stays.
    ret_row->id = ((const AuditRecord *)((List *)data)->rows->pdata[index])->hash;
}

static Role role_of(const AuditRecord *record)
{
    static const struct {
        const char *prefix;
        Role role;
    } ROLES[] = {{"signoff.", ROLE_WARN}, {"operation.", ROLE_TITLE}, {"verdict.", ROLE_CHANGED}};
    for (guint i = 0; i < G_N_ELEMENTS(ROLES); i++)
        if (record->action && g_str_has_prefix(record->action, ROLES[i].prefix))
            return ROLES[i].role;
    return ROLE_NORMAL;
}

static void model_cell(gpointer data, gsize index, guint column, TableCell *cell)
{
    const List *list = data;
    const AuditRecord *record = list->rows->pdata[index];
    char text[32];
    switch (column) {
    case COLUMN_SEQ:
        table_cell_printf(cell, ROLE_DIM, "%" G_GINT64_FORMAT, record->seq);
        break;
    case COLUMN_AGE:
        calm_age_format(record->at_ms, list->context->now_ms, text);
        table_cell_printf(cell, ROLE_DIM, "%s", text);
        break;
    case COLUMN_TIME:
        time_format_full(record->at_ms, text);
        table_cell_printf(cell, ROLE_DIM, "%s", text);
        break;
    case COLUMN_ACTOR:
        cell->text = record->actor;
        break;
    case COLUMN_ACTION:
        cell->text = record->action;
        cell->style = role_of(record);
        break;
    case COLUMN_OBJECT:
        cell->text = record->object;
        break;
    default: // where nothing more is told, to what it was done, if the screen is too narrow to show that
        cell->text = text_has_word(record->detail)             ? record->detail
                     : table_shows(list->table, COLUMN_OBJECT) ? ""
                                                               : record->object;
    }
}

static const ListKind KIND = {
    .title = "Audit log",
    LIST_TABLES(BINDINGS, COLUMNS),
    .row = model_row,
    .cell = model_cell,
    .none_matches = "No record matches the filter: / changes it, m fetches older.",
    .none = "The log has no records yet.",
};

static gpointer audit_create(void)
{
    Audit *view = g_new0(Audit, 1);
    list_init(&view->list, &KIND);
    auditlog_init(&view->log);
    return view;
}

static void audit_destroy(gpointer state)
{
    Audit *view = state;
    list_release(&view->list);
    auditlog_release(&view->log);
    fetch_clear(&view->fetch);
    g_free(view);
}

// ---- drawing ----

// What speaks against the log; NULL: nothing does.
static char *chain_trouble(const Audit *view, const ViewContext *context)
{
    const FrameStatus *frame = &context->picture->frame;
    const AuditChain *chain = &view->log.chain;
    bool same = frame->audit_seq == chain->seq;
    if (view->log.broken)
        return g_strdup_printf("CHAIN BROKEN: %s", view->log.broken);
    if (same && frame->audit_hash && strcmp(frame->audit_hash, chain->hash) != 0)
        return g_strdup_printf("CHAIN BROKEN: the backend's hash of record %" G_GINT64_FORMAT
                               " is not the one that its content gives.",
                               chain->seq);
    if (is_apart(view, context) && frame->audit_seq < chain->seq)
        return g_strdup_printf("LOG CUT: the backend's log ends at %" G_GINT64_FORMAT
                               ", but record %" G_GINT64_FORMAT " was seen.",
                               frame->audit_seq, chain->seq);
    return NULL;
}

static char *chain_text(const Audit *view, const ViewContext *context, Style *ret_style)
{
    const AuditLog *log = &view->log;
    const AuditRecord *first = log->records->len ? log->records->pdata[0] : NULL;
    char head[16], age[24];
    if (!first)
        return g_strdup(view->fetch.path ? "fetching the log …" : "nothing to verify yet");
    char *trouble = chain_trouble(view, context);
    *ret_style = trouble ? ROLE_ALARM | STYLE_BOLD : ROLE_OK;
    if (trouble)
        return trouble;
    digest_short(log->chain.hash, head);
    ago_format(view->verified_ms, context->now_ms, true, age);
    bool same = context->picture->frame.audit_seq == log->chain.seq;
    return g_strdup_printf(
        "%s verified %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ", %s, head %s%s%s%s",
        glyph_text(GLYPH_UP, false), first->seq, log->chain.seq, age, head,
        same ? " as the backend's" : "", first->seq > 1 ? " · m older" : " · from the first on",
        view->fetch.path ? " · fetching …" : "");
}

static void audit_draw(gpointer state, const ViewContext *context, const Canvas *canvas)
{
    Audit *view = state;
    Rect rest = canvas_rect(canvas);
    Rect top = rect_cut_top(&rest, rest.height > 3 ? 1 : 0);
    Style style = ROLE_DIM;
    g_autofree char *text = chain_text(view, context, &style);
    rect_cut_left(&top, 1);
    if (view->fetch.trouble && style_role(style) != ROLE_ALARM)
        cells_fit(canvas, top, ALIGN_LEFT | ALIGN_CLIP_END, ROLE_WARN, view->fetch.trouble);
    else
        cells_fit(canvas, top, ALIGN_LEFT | ALIGN_CLIP_END, style, text);
    view->list.waiting = view->fetch.path ? "Fetching the log …"
                         : view->fetch.trouble
                             ? "What the log holds is not known: it was not answered."
                             : NULL;
    Canvas table = canvas_sub(canvas, rest);
    list_draw(&view->list, context, &table);
}

// ---- keys ----

// At the last row the next page of older ones is wanted.
static void want_more(Audit *view, const ViewContext *context)
{
    const GPtrArray *rows = view->list.rows;
    gconstpointer row = list_selected(&view->list, context);
    view->more |= row && row == rows->pdata[rows->len - 1];
}

static Effect audit_update(gpointer state, const ViewContext *context, const KeyEvent *key,
                           const Binding *binding)
{
    Audit *view = state;
    const AuditRecord *record = list_selected(&view->list, context);
    if (binding && binding->action == ACTION_OPEN) {
        g_autofree char *seq = g_strdup_printf("%" G_GINT64_FORMAT, record ? record->seq : 0);
        return record ? effect_open(SCREEN_RECORD, seq)
                      : effect_message("There is no record here.");
    }
    if (binding && binding->action == ACTION_OLDER) {
        view->more = true;
        g_clear_pointer(&view->fetch.trouble, g_free);
        return auditlog_older_after(&view->log, PAGE_SIZE) < 0
                   ? effect_message("This is where the log begins.")
                   : effect_message("Fetching older records …");
    }
    Effect effect = list_key(&view->list, context, key, binding);
    if (effect.kind != EFFECT_NONE)
        want_more(view, context);
    return effect;
}

static char *audit_copy(gpointer state, const ViewContext *context)
{
    const AuditRecord *record = list_selected(state, context);
    g_autoptr(json_t) json = record ? audit_record_to_json(record) : NULL;
    return json ? wire_format(json) : NULL;
}

static char *audit_command_line(gpointer state, const ViewContext *context)
{
    (void)state, (void)context;
    return g_strdup("signalbox audit verify");
}

const Screen AUDIT_SCREEN = {
    .id = SCREEN_AUDIT,
    .name = "audit",
    .title = "Audit",
    .digit = '7',
    .create = audit_create,
    .destroy = audit_destroy,
    .refresh = audit_refresh,
    .wish = audit_wish,
    .draw = audit_draw,
    .update = audit_update,
    .keymap = list_keymap,
    .copy = audit_copy,
    .command_line = audit_command_line,
    .filter = list_filter,
    .set_filter = list_set_filter,
};
