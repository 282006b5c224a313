// One record of the audit log, whole, with the check of its hash and of its link to the one before.
#include "view/screens.h"

#include <string.h>

#include "base/timefmt.h"
#include "view/auditlog.h"
#include "view/badge.h"
#include "view/fetch.h"
#include "view/page.h"

enum { ACTION_GO = 1, ACTION_OLDER, ACTION_NEWER };
enum { WAIT_MS = 15 * 1000 };

static const Binding BINDINGS[] = {
    {ACTION_GO, "go", "enter", "go there", "Goes to what the record is about.", 0},
    {ACTION_OLDER, "record-before", "h left p", "before", "Shows the record before.", 0},
    {ACTION_NEWER, "record-after", "l right n", "after", "Shows the record behind.", 0},
};

typedef struct {
    Page page;
    GPtrArray *
        fetched; // of AuditRecord *: the one before and this one, if the picture has them not; NULL
    Fetch fetch; // of it
    bool answered;
    gint64 checked; // seq of the record whose signature was asked to be checked
} RecordView;

static gpointer record_create(void)
{
    RecordView *view = g_new0(RecordView, 1);
    page_init(&view->page, "Audit record", BINDINGS, G_N_ELEMENTS(BINDINGS));
    return view;
}

static void record_destroy(gpointer state)
{
    RecordView *view = state;
    page_release(&view->page);
    g_clear_pointer(&view->fetched, g_ptr_array_unref);
    fetch_clear(&view->fetch);
    g_free(view);
}

static void record_open(gpointer state, const char *object)
{
    RecordView *view = state;
    if (g_strcmp0(view->page.object, object) != 0) {
        g_clear_pointer(&view->fetched, g_ptr_array_unref);
        fetch_clear(&view->fetch);
        view->answered = false;
    }
    view->checked = 0;
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

// Whether the signature fits what was signed: ssh-keygen says it, a moment later.
static void say_signature(Page *page, const ViewContext *context, const AuditRecord *record)
{
    const RecordCheck *found = context->record_check;
    page_field(page, "signed", ROLE_NORMAL, "with %s for %s",
               record->key ? record->key : "a key that is not named",
               record->name_space ? record->name_space : "-");
    if (!found || found->seq != record->seq || !found->done)
        page_field(page, "", ROLE_UNKNOWN, "%s",
                   found ? "is being checked …" : "`signalbox audit verify` checks it");
    else if (found->check->state == SIGNATURE_NOT_ALLOWED)
        page_field(page, "", ROLE_OK,
                   "fits the statement, checked just now; whose key it is, the daemon has checked");
    else
        page_field(page, "", ROLE_ALARM, "NOT VERIFIED: %s",
                   found->check->why ? found->check->why : "no reason is known");
}

static void say_document(Page *page, const ViewContext *context, const AuditRecord *record)
{
    g_autofree char *digest =
        g_compute_checksum_for_string(G_CHECKSUM_SHA256, record->document, -1);
    bool right = g_strcmp0(digest, record->digest) == 0;
    page_field(page, "", right ? ROLE_OK : ROLE_ALARM, "%s",
               right ? "is that of the statement in this record"
                     : "IS NOT THAT OF THE STATEMENT IN THIS RECORD");
    if (record->signature)
        say_signature(page, context, record);
}

static void say_record(Page *page, const ViewContext *context, const AuditRecord *record)
{
    char at[32], age[16];
    time_format_full(record->at_ms, at);
    calm_age_format(record->at_ms, context->now_ms, age);
    page_field(page, "seq", ROLE_TITLE, "%" G_GINT64_FORMAT, record->seq);
    page_field(page, "when", ROLE_NORMAL, "%s, %s ago", at, age);
    page_field(page, "who", ROLE_NORMAL, "%s", record->actor ? record->actor : "-");
    page_field(page, "did", ROLE_NORMAL, "%s", record->action ? record->action : "-");
    page_field(page, "to what", ROLE_NORMAL, "%s", record->object ? record->object : "-");
    if (record->digest)
        page_field(page, "digest", ROLE_NORMAL, "%s", record->digest);
    if (record->document)
        say_document(page, context, record);
    if (record->detail)
        page_field(page, "detail", ROLE_NORMAL, "%s", record->detail);
    pager_rule(page->pager, "chain");
}

static void take_answer(RecordView *view, const ViewContext *context)
{
    g_autoptr(GError) error = NULL;
    const char *body = fetch_body(context, &error);
    view->fetched = body ? auditlog_read(body, &error) : NULL;
    view->answered = view->fetched != NULL;
    if (!view->fetched)
        view->fetch.trouble = g_strdup(error->message);
}

static void record_refresh(gpointer state, const ViewContext *context)
{
    RecordView *view = state;
    gint64 seq = seq_of(view);
    if (fetch_take(&view->fetch, context)) {
        g_clear_pointer(&view->fetched, g_ptr_array_unref);
        take_answer(view, context);
    }
    const AuditRecord *record = lookup(view, context, seq);
    pager_begin(view->page.pager);
    if (!record && view->fetch.trouble) {
        page_say(&view->page, ROLE_WARN,
                 "Record %" G_GINT64_FORMAT " was not answered, and is asked for again: %s", seq,
                 view->fetch.trouble);
        return;
    }
    if (!record) {
        page_say(&view->page, ROLE_DIM,
                 view->fetch.path ? "Fetching record %" G_GINT64_FORMAT " …"
                                  : "There is no record %" G_GINT64_FORMAT " here. Esc leads back.",
                 seq);
        return;
    }
    say_record(&view->page, context, record);
    say_hash(&view->page, record, lookup(view, context, seq - 1));
}

static Effect wish_check(RecordView *view, const ViewContext *context)
{
    const AuditRecord *record = lookup(view, context, seq_of(view));
    if (!context->record_check || !record || !record->signature || view->checked == record->seq)
        return effect_of(EFFECT_NONE);
    view->checked = record->seq;
    Effect effect = effect_of(EFFECT_VERIFY);
    effect.record = audit_record_copy(record);
    return effect;
}

static Effect record_wish(gpointer state, const ViewContext *context)
{
    RecordView *view = state;
    gint64 seq = seq_of(view);
    bool whole = lookup(view, context, seq) && (seq <= 1 || lookup(view, context, seq - 1));
    bool waits = view->answered || fetch_rests(&view->fetch, context, WAIT_MS);
    if (seq <= 0 || whole || waits)
        return wish_check(view, context);
    return fetch_ask(
        &view->fetch, context,
        g_strdup_printf("/v1/audit?after=%" G_GINT64_FORMAT "&limit=2", MAX(seq - 2, (gint64)0)));
}

static void record_draw(gpointer state, const ViewContext *context, const Canvas *canvas)
{
    (void)context;
    pager_draw(((RecordView *)state)->page.pager, canvas);
}

static Effect go_there(const RecordView *view, const ViewContext *context)
{
    const AuditRecord *record = lookup(view, context, seq_of(view));
    Effect effect = record ? screen_open_object(record->object) : effect_of(EFFECT_NONE);
    return effect.kind == EFFECT_NONE ? effect_message("It is about nothing that has a page.")
                                      : effect;
}

static Effect open_neighbour(const RecordView *view, const ViewContext *context, gint64 step)
{
    gint64 seq = seq_of(view) + step;
    if (seq < 1)
        return effect_message("This is the first record.");
    if (seq > context->picture->frame.audit_seq)
        return effect_message("This is the newest record.");
    g_autofree char *object = g_strdup_printf("%" G_GINT64_FORMAT, seq);
    return effect_open(SCREEN_RECORD, object);
}

static Effect record_update(gpointer state, const ViewContext *context, const KeyEvent *key,
                            const Binding *binding)
{
    RecordView *view = state;
    switch (binding ? binding->action : 0) {
    case ACTION_GO:
        return go_there(view, context);
    case ACTION_OLDER:
        return open_neighbour(view, context, -1);
    case ACTION_NEWER:
        return open_neighbour(view, context, 1);
    default:
        return page_key(&view->page, key, binding);
    }
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
