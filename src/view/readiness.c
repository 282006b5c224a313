// Screen 6: would a failover work today? The rules that do not hold, worst first, then every group's plan with
// its dates. Enter reads a finding whole; a second Enter goes to what it is about.
#include "view/screens.h"

#include <string.h>

#include "base/text.h"
#include "model/rules.h"
#include "view/accept.h"
#include "view/browse.h"
#include "view/finding.h"
#include "view/parity.h"
#include "view/plan.h"
#include "view/readiness-row.h"
#include "view/snapshot-row.h"

enum { ACTION_GO = BROWSE_OWN, ACTION_ACCEPT, ACTION_WITHDRAW };
enum { DETAIL_LINES = 10, DETAIL_MIN_HEIGHT = 18 };

static const Binding BINDINGS[] = {
    {BROWSE_OPEN, "open", "enter", "read",
     "Shows the whole finding, the group's plan, the check-list of a kind of entity, or what is "
     "kept of a connector.",
     0},
    {ACTION_ACCEPT, "acknowledge", "c", "acknowledge",
     "Says that the finding is known, until a date; on what is kept by hand, opens the check-list.",
     BIND_CHANGES},
    {ACTION_WITHDRAW, "withdraw", "W", "withdraw",
     "Takes an acknowledgement back: the finding counts again.", BIND_CHANGES},
};

static const Binding PAGE_KEYS[] = {
    {BROWSE_CLOSE, "close", "esc q", "findings", "Goes back to the findings.", 0},
    {ACTION_GO, "go", "enter", "go there",
     "Goes to what it is about: of parity, to the check-list.", 0},
    {ACTION_ACCEPT, "acknowledge", "c", "acknowledge",
     "Says that the finding is known, until a date.", BIND_CHANGES},
    {ACTION_WITHDRAW, "withdraw", "W", "withdraw",
     "Takes the acknowledgement back: the finding counts again.", BIND_CHANGES},
};

typedef struct {
    Browse browse; // first: see view/browse.h; rows: of const ReadinessRow *
    KeptPlaces kept;
    ReadinessCounts counts;
    ReadinessRow hidden; // the row that is read, where the filter leaves it out; borrows
} Readiness;

// ---- the page of one ----

// The row with that id: whether something holds does not hang on the filter. NULL: it is gone.
static const ReadinessRow *row_of(Readiness *view, const Picture *picture, char *id)
{
    const ReadinessRow *row = readiness_row_find(view->browse.list.rows, id);
    if (row || !id)
        return row;
    view->hidden = (ReadinessRow){.finding = picture_get(picture, SHELF_FINDINGS, id), .id = id};
    if (g_str_has_prefix(id, PLAN_PREFIX))
        view->hidden.group = picture_group(picture, id + strlen(PLAN_PREFIX));
    return view->hidden.finding || view->hidden.group ? &view->hidden : NULL;
}

static void fill_page(Browse *browse, const ViewContext *context)
{
    Page *page = &browse->page;
    const ReadinessRow *row = row_of((Readiness *)browse, context->picture, page->object);
    pager_begin(page->pager);
    if (!row)
        page_say(page, ROLE_OK, "It holds again: %s is no finding any more. Esc leads back.",
                 page->object);
    else if (row->finding)
        finding_say(page, row->finding, context->now_ms);
    else if (row->group)
        plan_say(page, row->group, context->now_ms);
    else if (row->parity)
        parity_say(page, row->parity, row->count, context->now_ms);
    else if (row->connector)
        snapshot_say(page, context->picture, row->connector, context->now_ms);
}

static void readiness_refresh(gpointer state, const ViewContext *context)
{
    Readiness *view = state;
    if (list_begin(&view->browse.list, context)) {
        readiness_rows(view->browse.list.rows, &view->browse.list.filter, context->picture,
                       &view->kept, &view->counts);
    }
    browse_refresh(&view->browse, context);
}

static void readiness_open(gpointer state, const char *object)
{
    browse_read(state, object);
}

// ---- the table ----

static void model_row(gpointer data, gsize index, TableRow *ret_row)
{
    const ReadinessRow *row = ((List *)data)->rows->pdata[index];
    ret_row->id = row->id;
    ret_row->skip = row->heading != NULL;
}

static void model_cell(gpointer data, gsize index, guint column, TableCell *cell)
{
    const List *list = data;
    readiness_row_cell(list->rows->pdata[index], list->context, column, cell);
}

static const ListKind LIST = {
    .title = "Readiness",
    .keys = BINDINGS,
    .key_count = G_N_ELEMENTS(BINDINGS),
    .columns = READINESS_TABLE,
    .column_count = READINESS_COLUMNS,
    .row = model_row,
    .cell = model_cell,
    .none_matches = "No finding and no plan matches the filter: / changes it.",
    .none = "Nothing to be ready for: the fleet has no groups.",
};

// "3 rules do not hold", or that all do; first of all, because an empty list could also mean that nobody looked.
static void draw_summary(Browse *browse, const ViewContext *context, const Canvas *line)
{
    const Readiness *view = (const Readiness *)browse;
    guint rules, all = picture_count(context->picture, SHELF_FINDINGS);
    const guint *counts = view->counts.severity;
    rules_all(&rules);
    if (!context->picture->complete)
        return;
    if (!all) {
        cells_printf(line, 1, 0, ROLE_OK, "%s All %u rules hold.", glyph_text(GLYPH_UP, false),
                     rules);
        return;
    }
    g_autofree char *infos =
        counts[SEVERITY_INFO] ? g_strdup_printf(", %u info", counts[SEVERITY_INFO]) : g_strdup("");
    bool grave = counts[SEVERITY_ERROR] + counts[SEVERITY_CRITICAL] > 0;
    int x = cells_printf(line, 1, 0, grave ? ROLE_WARN : ROLE_NORMAL,
                         "%u finding%s: %u error%s, %u warning%s%s", all, text_plural(all),
                         counts[SEVERITY_ERROR] + counts[SEVERITY_CRITICAL],
                         text_plural(counts[SEVERITY_ERROR] + counts[SEVERITY_CRITICAL]),
                         counts[SEVERITY_WARNING], text_plural(counts[SEVERITY_WARNING]), infos);
    x = cells_printf(line, x + 1, 0, ROLE_DIM, "of %u rules%s", rules,
                     view->counts.shown < all ? "; not all match the filter" : "");
    if (view->counts.known)
        cells_printf(line, x, 0, ROLE_DIM, "; %u known", view->counts.known);
}

static const BrowseKind KIND = {
    .list = &LIST,
    .page_title = "Finding",
    .page_keys = PAGE_KEYS,
    .page_key_count = G_N_ELEMENTS(PAGE_KEYS),
    .fill = fill_page,
    .draw_head = draw_summary,
    .head_lines = 1,
    .detail_min = DETAIL_MIN_HEIGHT,
    .detail_lines = DETAIL_LINES,
};

// ---- life ----

static gpointer readiness_create(void)
{
    Readiness *view = g_new0(Readiness, 1);
    browse_init(&view->browse, &KIND);
    g_ptr_array_set_free_func(view->browse.list.rows, readiness_row_free);
    return view;
}

static void readiness_destroy(gpointer state)
{
    Readiness *view = state;
    browse_release(&view->browse);
    g_clear_pointer(&view->kept.places, g_array_unref);
    g_free(view);
}

// ---- keys ----

static const ReadinessRow *selected(Readiness *view, const ViewContext *context)
{
    const Browse *browse = &view->browse;
    return browse->reading ? row_of(view, context->picture, browse->page.object)
                           : readiness_row_find(browse->list.rows,
                                                list_selected_id(&view->browse.list, context));
}

static Effect open_checklist(const ReadinessRow *row)
{
    g_autofree char *object = parity_object(row->parity, row->count->kind);
    return effect_open(SCREEN_CHECKLIST, object);
}

// The check-list that a finding of parity is about: the first kind of its workload that differs. NULL: it is of another
// rule, or that row is not shown.
static const ReadinessRow *kept_row(const Readiness *view, const Finding *finding)
{
    const char *workload = finding->object + strcspn(finding->object, "/");
    for (guint i = 0; strcmp(finding->rule, "R19") == 0 && i < view->browse.list.rows->len; i++) {
        const ReadinessRow *row = view->browse.list.rows->pdata[i];
        if (row->parity && parity_differing(row->count) && *workload &&
            strcmp(row->parity->workload, workload + 1) == 0)
            return row;
    }
    return NULL;
}

static Effect go_there(const Readiness *view, const ReadinessRow *row)
{
    if (row && row->group)
        return effect_open(SCREEN_ROLES, row->group->name);
    const ReadinessRow *kept = row && row->finding ? kept_row(view, row->finding) : NULL;
    if (kept)
        return open_checklist(kept);
    Effect effect =
        row && row->finding ? screen_open_object(row->finding->object) : effect_of(EFFECT_NONE);
    return effect.kind == EFFECT_NONE ? effect_message("It is about nothing that has a page.")
                                      : effect;
}

// What has a screen of its own is opened there.
static Effect open_row(Readiness *view, const ViewContext *context, const KeyEvent *key,
                       const Binding *binding)
{
    const ReadinessRow *row = selected(view, context);
    if (row && row->parity)
        return open_checklist(row);
    if (row && row->connector)
        return effect_open(SCREEN_SNAPSHOTS, row->connector->id);
    return browse_key(&view->browse, context, key, binding);
}

static Effect begin_accept(Readiness *view, const ViewContext *context)
{
    const ReadinessRow *row = selected(view, context);
    const char *no = accept_refusal(context);
    if (no)
        return effect_message("%s", no);
    if (row && row->parity)
        return open_checklist(row);
    if (!row || !row->finding)
        return effect_message("Only findings are acknowledged; a plan is reviewed and tested.");
    return browse_ask(&view->browse, accept_new(row->finding));
}

static Effect begin_withdraw(Readiness *view, const ViewContext *context)
{
    const ReadinessRow *row = selected(view, context);
    const char *no = accept_refusal(context);
    if (no)
        return effect_message("%s", no);
    if (!row || !row->finding || !row->finding->acknowledged_by)
        return effect_message("Only an acknowledgement is withdrawn: nobody has given one here.");
    return browse_ask(&view->browse, accept_new_withdrawal(row->finding));
}

static Effect readiness_update(gpointer state, const ViewContext *context, const KeyEvent *key,
                               const Binding *binding)
{
    Readiness *view = state;
    switch (binding && !view->browse.dialog ? binding->action : 0) {
    case ACTION_ACCEPT:
        return begin_accept(view, context);
    case ACTION_WITHDRAW:
        return begin_withdraw(view, context);
    case BROWSE_OPEN:
        return open_row(view, context, key, binding);
    case ACTION_GO:
        return go_there(view, selected(view, context));
    default:
        return browse_key(&view->browse, context, key, binding);
    }
}

// A finding is acknowledged, what is kept by hand has its check-list; what can be withdrawn is there only where somebody
// has acknowledged.
static BindingState readiness_state(gpointer state, const ViewContext *context,
                                    const Binding *binding)
{
    Readiness *view = state;
    bool asks = binding->action == ACTION_WITHDRAW || binding->action == ACTION_ACCEPT;
    if (view->browse.dialog || !asks)
        return BINDING_ON;
    const ReadinessRow *row = selected(view, context);
    bool there = binding->action == ACTION_ACCEPT
                     ? row && (row->finding || row->parity)
                     : row && row->finding && row->finding->acknowledged_by;
    return there ? BINDING_ON : BINDING_HIDDEN;
}

static char *readiness_copy(gpointer state, const ViewContext *context)
{
    const ReadinessRow *row = selected(state, context);
    if (row && row->finding)
        return g_strdup_printf("%s %s %s", row->finding->rule, row->finding->object,
                               row->finding->facts ? row->finding->facts : "");
    return row ? g_strdup(row->id) : NULL;
}

static char *readiness_command_line(gpointer state, const ViewContext *context)
{
    Readiness *view = state;
    const ReadinessRow *row = view->browse.reading ? selected(view, context) : NULL;
    const Finding *finding = row ? row->finding : NULL;
    if (!finding)
        return g_strdup("signalbox readiness");
    return g_strdup_printf(finding->acknowledged_by
                               ? "signalbox readiness ack %s --withdraw --reason TEXT"
                               : "signalbox readiness ack %s --note TEXT --until DATE",
                           finding->id);
}

static const char *readiness_group(gpointer state, const ViewContext *context)
{
    const ReadinessRow *row = selected(state, context);
    return row && row->group ? row->group->name : NULL;
}

const Screen READINESS_SCREEN = {
    .id = SCREEN_READINESS,
    .name = "readiness",
    .title = "Readiness",
    .digit = '6',
    .create = readiness_create,
    .destroy = readiness_destroy,
    .refresh = readiness_refresh,
    .draw = browse_draw,
    .update = readiness_update,
    .keymap = browse_keymap,
    .state = readiness_state,
    .open = readiness_open,
    .captures = browse_captures,
    .is_dirty = browse_is_dirty,
    .copy = readiness_copy,
    .command_line = readiness_command_line,
    .filter = list_filter,
    .set_filter = list_set_filter,
    .group = readiness_group,
};
