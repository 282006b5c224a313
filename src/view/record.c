// One record of the audit log, whole, with the check of its hash and of its link to the one before.
#include "view/screens.h"

#include <string.h>

#include "base/timefmt.h"
#include "view/auditlog.h"
#include "view/badge.h"
#include "view/page.h"

typedef struct {
    Page page;
    GPtrArray *
        fetched; // of AuditRecord *: the one before and this one, if the picture has them not; NULL
    char *asked;
    bool answered;
} RecordView;

static gpointer record_create(void)
{
    RecordView *view = g_new0(RecordView, 1);
    page_init(&view->page, "Audit record", NULL, 0);
    return view;
}

static void record_destroy(gpointer state)
{
    RecordView *view = state;
    page_release(&view->page);
    g_clear_pointer(&view->fetched, g_ptr_array_unref);
    g_free(view->asked);
    g_free(view);
}

static void record_open(gpointer state, const char *object)
{
    RecordView *view = state;
    if (g_strcmp0(view->page.object, object) != 0) {
        g_clear_pointer(&view->fetched, g_ptr_array_unref);
        g_clear_pointer(&view->asked, g_free);
        view->answered = false;
    }
    page_open(&view->page, object);
}

static gint64 seq_of(const RecordView *view)
{
    return view->page.object ? g_ascii_strtoll(view->page.object, NULL, 10) : 0;
}

static const AuditRecord *find(const GPtrArray *records, gint64 seq)
{
    for (guint i = 0; records && i < records->len; i++)
        if (((const AuditRecord *)records->pdata[i])->seq == seq)
            return records->pdata[i];
    return NULL;
}

static const AuditRecord *lookup(const RecordView *view, const ViewContext *context, gint64 seq)
{
    const AuditRecord *record = find(context->picture->audit, seq);
    return record ? record : find(view->fetched, seq);
}

static void say_hash(Page *page, const AuditRecord *record, const AuditRecord *before)
{
    g_autofree char *hash = audit_record_hash(record);
    bool whole = g_strcmp0(hash, record->hash) == 0;
    page_field(page, "hash", whole ? ROLE_OK : ROLE_ALARM, "%s", record->hash ? record->hash : "-");
    page_field(page, "", whole ? ROLE_OK : ROLE_ALARM, "%s",
               whole ? "is the content's" : "IS NOT THE CONTENT'S: the record was altered");
    page_field(page, "before", ROLE_NORMAL, "%s", record->prev_hash ? record->prev_hash : "-");
    if (!before && record->seq > 1) {
        page_field(page, "", ROLE_UNKNOWN, "the record before is not here: its link is unchecked");
        return;
    }
    bool linked = g_strcmp0(record->prev_hash, before ? before->hash : AUDIT_ZERO_HASH) == 0;
    page_field(page, "", linked ? ROLE_OK : ROLE_ALARM, "%s",
               linked ? "is the hash of the record before"
                      : "IS NOT THE HASH OF THE RECORD BEFORE: the chain is broken here");
}

static void say_record(Page *page, const ViewContext *context, const AuditRecord *record)
{
    char at[32], age[16];
    time_format_full(record->at_ms, at);
    age_format(record->at_ms, context->now_ms, age);
    page_field(page, "seq", ROLE_TITLE, "%" G_GINT64_FORMAT, record->seq);
    page_field(page, "when", ROLE_NORMAL, "%s, %s ago", at, age);
    page_field(page, "who", ROLE_NORMAL, "%s", record->actor ? record->actor : "-");
    page_field(page, "did", ROLE_NORMAL, "%s", record->action ? record->action : "-");
    page_field(page, "to what", ROLE_NORMAL, "%s", record->object ? record->object : "-");
    if (record->digest)
        page_field(page, "digest", ROLE_NORMAL, "%s", record->digest);
    if (record->detail)
        page_field(page, "detail", ROLE_NORMAL, "%s", record->detail);
    pager_rule(page->pager, "chain");
}

static void record_refresh(gpointer state, const ViewContext *context)
{
    RecordView *view = state;
    gint64 seq = seq_of(view);
    if (context->fetched_path && g_strcmp0(context->fetched_path, view->asked) == 0) {
        g_clear_pointer(&view->fetched, g_ptr_array_unref);
        view->fetched = context->fetched_body ? auditlog_read(context->fetched_body, NULL) : NULL;
        view->answered = true;
    }
    const AuditRecord *record = lookup(view, context, seq);
    pager_begin(view->page.pager);
    if (!record) {
        page_say(&view->page, ROLE_DIM,
                 view->asked && !view->answered ? "Fetching record %" G_GINT64_FORMAT " …"
                                                : "There is no record %" G_GINT64_FORMAT
                                                  " here. Esc leads back.",
                 seq);
        return;
    }
    say_record(&view->page, context, record);
    say_hash(&view->page, record, lookup(view, context, seq - 1));
}

static Effect record_wish(gpointer state, const ViewContext *context)
{
    RecordView *view = state;
    gint64 seq = seq_of(view);
    bool whole = lookup(view, context, seq) && (seq <= 1 || lookup(view, context, seq - 1));
    if (seq <= 0 || whole || view->asked)
        return effect_of(EFFECT_NONE);
    view->asked =
        g_strdup_printf("/v1/audit?after=%" G_GINT64_FORMAT "&limit=2", MAX(seq - 2, (gint64)0));
    Effect effect = effect_of(EFFECT_FETCH);
    effect.text = g_strdup(view->asked);
    return effect;
}

static void record_draw(gpointer state, const ViewContext *context, const Canvas *canvas)
{
    (void)context;
    pager_draw(((RecordView *)state)->page.pager, canvas);
}

static Effect record_update(gpointer state, const ViewContext *context, const KeyEvent *key,
                            const Binding *binding)
{
    (void)context;
    return page_key(&((RecordView *)state)->page, key, binding);
}

static const Keymap *record_keymap(gpointer state)
{
    return ((RecordView *)state)->page.keys;
}

static char *record_copy(gpointer state, const ViewContext *context)
{
    const AuditRecord *record = lookup(state, context, seq_of(state));
    g_autoptr(json_t) json = record ? audit_record_to_json(record) : NULL;
    return json ? wire_format(json) : NULL;
}

static char *record_command_line(gpointer state, const ViewContext *context)
{
    (void)state, (void)context;
    return g_strdup("signalbox audit verify");
}

const Screen RECORD_SCREEN = {
    .id = SCREEN_RECORD,
    .parent = SCREEN_AUDIT,
    .name = "record",
    .title = "Audit record",
    .create = record_create,
    .destroy = record_destroy,
    .refresh = record_refresh,
    .wish = record_wish,
    .draw = record_draw,
    .update = record_update,
    .keymap = record_keymap,
    .open = record_open,
    .copy = record_copy,
    .command_line = record_command_line,
};
