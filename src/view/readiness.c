// Screen 6: would a failover work today? The rules that do not hold, worst first, then every group's plan with
// its dates. Enter reads a finding whole; a second Enter goes to what it is about.
#include "view/screens.h"

#include <string.h>

#include "base/text.h"
#include "base/timefmt.h"
#include "model/rules.h"
#include "view/accept.h"
#include "view/badge.h"
#include "view/finding.h"
#include "view/list.h"
#include "view/page.h"
#include "view/parity.h"
#include "view/plan.h"
#include "view/snapshot-row.h"
#include "view/words.h"

enum {
    COLUMN_RULE,
    COLUMN_SEVERITY,
    COLUMN_OBJECT,
    COLUMN_TITLE,
    COLUMN_FACTS,
    COLUMN_SINCE,
    COLUMN_FROM
};
enum { ACTION_OPEN = 1, ACTION_CLOSE, ACTION_GO, ACTION_ACCEPT, ACTION_WITHDRAW };
enum { DETAIL_LINES = 10, DETAIL_MIN_HEIGHT = 18 };

static const Binding BINDINGS[] = {
    {ACTION_OPEN, "open", "enter", "read",
     "Shows the whole finding, the group's plan, the check-list of a kind of entity, or what is "
     "kept "
     "of a connector.",
     0},
    {ACTION_ACCEPT, "acknowledge", "c", "acknowledge",
     "Says that the finding is known, until a date; on what is kept by hand, opens the check-list.",
     BIND_CHANGES},
    {ACTION_WITHDRAW, "withdraw", "W", "withdraw",
     "Takes an acknowledgement back: the finding counts again.", BIND_CHANGES},
};

static const Binding PAGE_KEYS[] = {
    {ACTION_CLOSE, "close", "esc q", "findings", "Goes back to the findings.", 0},
    {ACTION_GO, "go", "enter", "go there", "Goes to what it is about.", 0},
    {ACTION_ACCEPT, "acknowledge", "c", "acknowledge",
     "Says that the finding is known, until a date.", BIND_CHANGES},
    {ACTION_WITHDRAW, "withdraw", "W", "withdraw",
     "Takes the acknowledgement back: the finding counts again.", BIND_CHANGES},
};

static const TableColumn COLUMNS[] = {
    [COLUMN_RULE] = {"RULE", 5, 5, 0, ALIGN_LEFT, 0},
    [COLUMN_SEVERITY] = {"", 10, 9, 0, ALIGN_LEFT, 0},
    [COLUMN_OBJECT] = {"ABOUT", 26, 14, 0, ALIGN_LEFT, 0},
    [COLUMN_TITLE] = {"HOLDS NOT", 20, 18, 3, ALIGN_LEFT, 0},
    [COLUMN_FACTS] = {"FACTS", 60, 34, 1, ALIGN_LEFT | ALIGN_CLIP_END, COLUMN_GROW},
    [COLUMN_SINCE] = {"SINCE", 5, 5, 2, ALIGN_RIGHT, 0},
    [COLUMN_FROM] = {"FROM", 8, 6, 4, ALIGN_LEFT, 0},
};

// A finding, a group's plan, a kind of entity of a standby that is kept by hand, a connector with its kept
// configuration, or (none of them) the heading before such rows.
typedef struct {
    const Finding *finding;
    const GroupStatus *group;
    const Parity *parity;
    const ParityCount *count; // of parity
    const WorkloadStatus *connector;
    const char *heading;
    const char *more; // of the heading, in the column of names; NULL
    char *id;
} Row;

typedef struct {
    List list; // first: see view/list.h
    Page page;
    bool reading;
    Accept *accept; // the form; NULL = closed
    guint counts[SEVERITY_CRITICAL + 1];
    guint shown; // findings that match the filter
    guint known; // findings that somebody has acknowledged
} Readiness;

static void free_row(gpointer data)
{
    g_free(((Row *)data)->id);
    g_free(data);
}

// ---- rows ----

// Takes the id.
static void add_row(Readiness *view, Row row)
{
    g_ptr_array_add(view->list.rows, g_memdup2(&row, sizeof row));
}

static int compare_findings(gconstpointer a, gconstpointer b)
{
    const Finding *x = (*(Row *const *)a)->finding, *y = (*(Row *const *)b)->finding;
    int severity = (int)y->severity - (int)x->severity;
    return severity ? severity : strcmp(x->id, y->id);
}

static int compare_plans(gconstpointer a, gconstpointer b)
{
    const GroupStatus *x = *(GroupStatus *const *)a, *y = *(GroupStatus *const *)b;
    gint64 left = group_status_plan_due(x), right = group_status_plan_due(y);
    return left != right ? (left > right) - (left < right) : strcmp(x->name, y->name);
}

static void add_findings(Readiness *view, const Picture *picture)
{
    memset(view->counts, 0, sizeof view->counts);
    view->known = 0;
    for (guint i = 0; i < picture_count(picture, SHELF_FINDINGS); i++) {
        const Finding *finding = picture_at(picture, SHELF_FINDINGS, i);
        g_autofree char *text = g_strjoin(" ", finding->rule, finding->title, finding->object,
                                          word_of(&SEVERITY_NAMES, (int)finding->severity),
                                          finding->facts ? finding->facts : "",
                                          finding->acknowledged_by ? "known" : "", NULL);
        view->known += finding->acknowledged_by != NULL;
        view->counts[CLAMP(finding->severity, SEVERITY_INFO, SEVERITY_CRITICAL)]++;
        if (filter_matches_text(&view->list.filter, text))
            add_row(view, (Row){.finding = finding, .id = g_strdup(finding->id)});
    }
    view->shown = view->list.rows->len;
    g_ptr_array_sort(view->list.rows, compare_findings);
}

static void add_plans(Readiness *view, const Picture *picture)
{
    g_autoptr(GPtrArray) groups = g_ptr_array_new();
    for (guint i = 0; i < picture_count(picture, SHELF_GROUPS); i++) {
        GroupStatus *group = picture_at(picture, SHELF_GROUPS, i);
        g_autofree char *text = g_strconcat("plan ", group->name, NULL);
        if (filter_matches_text(&view->list.filter, text))
            g_ptr_array_add(groups, group);
    }
    g_ptr_array_sort(groups, compare_plans);
    if (groups->len)
        add_row(view, (Row){.heading = "PLANS", .id = g_strdup("plans")});
    for (guint i = 0; i < groups->len; i++) {
        const GroupStatus *group = groups->pdata[i];
        add_row(view, (Row){.group = group, .id = g_strconcat("plan/", group->name, NULL)});
    }
}

static void add_counts(Readiness *view, const Parity *parity)
{
    for (guint i = 0; i < parity->counts->len; i++) {
        const ParityCount *count = parity->counts->pdata[i];
        g_autofree char *object = parity_object(parity, count->kind);
        g_autofree char *id = g_strconcat("parity/", object, NULL);
        if ((count->primary || count->standby) && filter_matches_text(&view->list.filter, id))
            add_row(view, (Row){.parity = parity, .count = count, .id = g_steal_pointer(&id)});
    }
}

// Before what was added since, if anything was.
static void insert_heading(Readiness *view, guint before, const char *more, const char *id)
{
    if (view->list.rows->len == before)
        return;
    Row *heading = g_new0(Row, 1);
    *heading = (Row){.heading = "KEPT", .more = more, .id = g_strdup(id)};
    g_ptr_array_insert(view->list.rows, (int)before, heading);
}

// Kinds of entity of the standbys that are kept by hand.
static void add_parities(Readiness *view, const Picture *picture)
{
    guint before = view->list.rows->len;
    for (guint i = 0; i < picture_count(picture, SHELF_WORKLOADS); i++) {
        const WorkloadStatus *workload = picture_at(picture, SHELF_WORKLOADS, i);
        for (guint k = 0; k < workload->parity->len; k++)
            add_counts(view, workload->parity->pdata[k]);
    }
    insert_heading(view, before, "BY HAND", "parity");
}

// Connectors, whose configuration is kept.
static void add_connectors(Readiness *view, const Picture *picture)
{
    guint before = view->list.rows->len;
    for (guint i = 0; i < picture_count(picture, SHELF_WORKLOADS); i++) {
        const WorkloadStatus *workload = picture_at(picture, SHELF_WORKLOADS, i);
        g_autofree char *id = g_strconcat("kept/", workload->id, NULL);
        if (workload->kind == KIND_CONNECTOR && filter_matches_text(&view->list.filter, id))
            add_row(view, (Row){.connector = workload, .id = g_steal_pointer(&id)});
    }
    insert_heading(view, before, "CONFIGURATIONS", "kept");
}

static const Row *row_of(const Readiness *view, const char *id)
{
    for (guint i = 0; i < view->list.rows->len; i++)
        if (g_strcmp0(((const Row *)view->list.rows->pdata[i])->id, id) == 0)
            return view->list.rows->pdata[i];
    return NULL;
}

// ---- the page of one ----

static void fill_page(Readiness *view, const ViewContext *context)
{
    const Row *row = row_of(view, view->page.object);
    pager_begin(view->page.pager);
    if (!row)
        page_say(&view->page, ROLE_OK, "It holds again: %s is no finding any more. Esc leads back.",
                 view->page.object);
    else if (row->finding)
        finding_say(&view->page, row->finding, context->now_ms);
    else if (row->group)
        plan_say(&view->page, row->group, context->now_ms);
    else if (row->parity)
        parity_say(&view->page, row->parity, row->count, context->now_ms);
    else if (row->connector)
        snapshot_say(&view->page, context->picture, row->connector, context->now_ms);
}

static void readiness_refresh(gpointer state, const ViewContext *context)
{
    Readiness *view = state;
    if (list_begin(&view->list, context)) {
        add_findings(view, context->picture);
        add_parities(view, context->picture);
        add_connectors(view, context->picture);
        add_plans(view, context->picture);
    }
    if (view->reading)
        fill_page(view, context);
}

static void readiness_open(gpointer state, const char *object)
{
    Readiness *view = state;
    view->reading = true;
    page_open(&view->page, object);
    table_select(view->list.table, object);
}

// ---- the table ----

static void model_row(gpointer data, gsize index, TableRow *ret_row)
{
    const Row *row = ((List *)data)->rows->pdata[index];
    ret_row->id = row->id;
    ret_row->skip = row->heading != NULL;
}

static void finding_cell(const Finding *finding, guint column, gint64 now_ms, TableCell *cell)
{
    Badge badge = badge_severity(finding->severity);
    char age[16];
    switch (column) {
    case COLUMN_RULE:
        cell->text = finding->rule;
        cell->style = ROLE_TITLE;
        break;
    case COLUMN_TITLE:
        cell->text = finding->title;
        break;
    case COLUMN_SEVERITY:
        table_cell_state(cell, badge.glyph, badge.role, badge.word);
        break;
    case COLUMN_OBJECT:
        cell->text = object_words(finding->object);
        break;
    case COLUMN_FACTS:
        if (finding->acknowledged_by)
            table_cell_printf(cell, ROLE_DIM, "known to %s: %s", finding->acknowledged_by,
                              finding->facts);
        else
            cell->text = finding->facts;
        break;
    case COLUMN_SINCE:
        calm_age_format(finding->since_ms, now_ms, age);
        table_cell_printf(cell, ROLE_DIM, "%s", age);
        break;
    default:
        cell->text = finding->from;
        cell->style = ROLE_DIM;
    }
}

static void plan_cell(const GroupStatus *group, guint column, gint64 now_ms, TableCell *cell)
{
    switch (column) {
    case COLUMN_RULE:
        cell->text = "plan";
        break;
    case COLUMN_SEVERITY:
        plan_cell_state(group, now_ms, cell);
        break;
    case COLUMN_OBJECT:
        cell->text = group->name;
        break;
    case COLUMN_FACTS:
        plan_cell_facts(group, now_ms, cell);
        break;
    default:
        break;
    }
}

static void parity_cell(const Row *row, guint column, TableCell *cell)
{
    switch (column) {
    case COLUMN_RULE:
        cell->text = "same";
        break;
    case COLUMN_SEVERITY:
        parity_cell_state(row->count, cell);
        break;
    case COLUMN_OBJECT:
        table_cell_printf(cell, ROLE_NORMAL, "%s %s", word_of(&ENTITY_NAMES, (int)row->count->kind),
                          row->parity->workload);
        break;
    case COLUMN_TITLE:
        cell->text = row->parity->standby;
        break;
    case COLUMN_FACTS:
        parity_cell_facts(row->count, cell);
        break;
    default:
        break;
    }
}

static void connector_cell(const Row *row, const ViewContext *context, guint column,
                           TableCell *cell)
{
    const WorkloadStatus *workload = row->connector;
    switch (column) {
    case COLUMN_RULE:
        cell->text = "kept";
        break;
    case COLUMN_SEVERITY:
        snapshot_cell_state(context->picture, workload, cell);
        break;
    case COLUMN_OBJECT:
        cell->text = workload->id;
        break;
    case COLUMN_FACTS:
        snapshot_cell_facts(context->picture, workload, context->now_ms, cell);
        break;
    default:
        break;
    }
}

static void model_cell(gpointer data, gsize index, guint column, TableCell *cell)
{
    const List *list = data;
    const Row *row = list->rows->pdata[index];
    if (row->finding)
        finding_cell(row->finding, column, list->context->now_ms, cell);
    else if (row->group)
        plan_cell(row->group, column, list->context->now_ms, cell);
    else if (row->parity)
        parity_cell(row, column, cell);
    else if (row->connector)
        connector_cell(row, list->context, column, cell);
    else if (column == COLUMN_RULE)
        table_cell_printf(cell, ROLE_HEADER, "%s", row->heading);
    else if (column == COLUMN_OBJECT && row->more)
        table_cell_printf(cell, ROLE_HEADER, "%s", row->more);
}

static const ListKind KIND = {
    .title = "Readiness",
    .keys = BINDINGS,
    .key_count = G_N_ELEMENTS(BINDINGS),
    .columns = COLUMNS,
    .column_count = G_N_ELEMENTS(COLUMNS),
    .row = model_row,
    .cell = model_cell,
    .none_matches = "No finding and no plan matches the filter: / changes it.",
    .none = "Nothing to be ready for: the fleet has no groups.",
};

static gpointer readiness_create(void)
{
    Readiness *view = g_new0(Readiness, 1);
    list_init(&view->list, &KIND);
    g_ptr_array_set_free_func(view->list.rows, free_row);
    page_init(&view->page, "Finding", PAGE_KEYS, G_N_ELEMENTS(PAGE_KEYS));
    return view;
}

static void readiness_destroy(gpointer state)
{
    Readiness *view = state;
    list_release(&view->list);
    page_release(&view->page);
    accept_free(view->accept);
    g_free(view);
}

// "3 rules do not hold", or that all do; first of all, because an empty list could also mean that nobody looked.
static void draw_summary(const Readiness *view, const ViewContext *context, const Canvas *line)
{
    guint rules, all = picture_count(context->picture, SHELF_FINDINGS);
    const guint *counts = view->counts;
    rules_all(&rules);
    if (!context->picture->complete)
        return;
    if (!all) {
        cells_printf(line, 1, 0, ROLE_OK, "%s All %u rules hold.", glyph_text(GLYPH_UP, false),
                     rules);
        return;
    }
    bool grave = counts[SEVERITY_ERROR] + counts[SEVERITY_CRITICAL] > 0;
    int x = cells_printf(line, 1, 0, grave ? ROLE_WARN : ROLE_NORMAL,
                         "%u finding%s: %u error%s, %u warning%s, %u info", all, text_plural(all),
                         counts[SEVERITY_ERROR] + counts[SEVERITY_CRITICAL],
                         text_plural(counts[SEVERITY_ERROR] + counts[SEVERITY_CRITICAL]),
                         counts[SEVERITY_WARNING], text_plural(counts[SEVERITY_WARNING]),
                         counts[SEVERITY_INFO]);
    x = cells_printf(line, x + 1, 0, ROLE_DIM, "of %u rules%s", rules,
                     view->shown < all ? "; not all match the filter" : "");
    if (view->known)
        cells_printf(line, x, 0, ROLE_DIM, "; %u known", view->known);
}

// The row under the cursor whole, below the table, where there is room for both.
static void draw_detail(Readiness *view, const ViewContext *context, const Canvas *canvas)
{
    const Row *row = list_selected(&view->list, context);
    Rect rest = canvas_rect(canvas);
    cells_rule(canvas, rect_cut_top(&rest, 1), ROLE_BORDER, NULL);
    if (!row)
        return;
    page_open(&view->page, row->id);
    fill_page(view, context);
    Canvas text = canvas_sub(canvas, rect_inset(rest, 1, 0));
    pager_draw(view->page.pager, &text);
}

static void draw_list(Readiness *view, const ViewContext *context, const Canvas *canvas)
{
    Rect rest = canvas_rect(canvas);
    if (rest.height > 3) {
        Canvas line = canvas_sub(canvas, rect_cut_top(&rest, 1));
        draw_summary(view, context, &line);
    }
    bool room = canvas->height >= DETAIL_MIN_HEIGHT;
    Canvas detail = canvas_sub(canvas, rect_cut_bottom(&rest, room ? DETAIL_LINES : 0));
    Canvas table = canvas_sub(canvas, rest);
    list_draw(&view->list, context, &table);
    if (room)
        draw_detail(view, context, &detail);
}

static void readiness_draw(gpointer state, const ViewContext *context, const Canvas *canvas)
{
    Readiness *view = state;
    if (view->reading)
        pager_draw(view->page.pager, canvas);
    else
        draw_list(view, context, canvas);
    if (view->accept)
        accept_draw(view->accept, canvas);
}

// ---- keys ----

static const Row *selected(Readiness *view, const ViewContext *context)
{
    return view->reading ? row_of(view, view->page.object) : list_selected(&view->list, context);
}

static Effect go_there(const Row *row)
{
    if (row && row->group)
        return effect_open(SCREEN_ROLES, row->group->name);
    Effect effect = row ? screen_open_object(row->finding->object) : effect_of(EFFECT_NONE);
    return effect.kind == EFFECT_NONE ? effect_message("It is about nothing that has a page.")
                                      : effect;
}

static Effect open_checklist(const Row *row)
{
    g_autofree char *object = parity_object(row->parity, row->count->kind);
    return effect_open(SCREEN_CHECKLIST, object);
}

static Effect open_row(Readiness *view, const ViewContext *context)
{
    const Row *row = selected(view, context);
    if (!row)
        return effect_message("There is nothing to read here.");
    if (row->parity)
        return open_checklist(row);
    if (row->connector)
        return effect_open(SCREEN_SNAPSHOTS, row->connector->id);
    readiness_open(view, row->id);
    fill_page(view, context);
    return effect_of(EFFECT_REDRAW);
}

static Effect begin_accept(Readiness *view, const ViewContext *context)
{
    const Row *row = selected(view, context);
    const char *no = accept_refusal(context);
    if (no)
        return effect_message("%s", no);
    if (row && row->parity)
        return open_checklist(row);
    if (!row || !row->finding)
        return effect_message("Only findings are acknowledged; a plan is reviewed and tested.");
    view->accept = accept_new(row->finding);
    return effect_of(EFFECT_REDRAW);
}

static Effect begin_withdraw(Readiness *view, const ViewContext *context)
{
    const Row *row = selected(view, context);
    const char *no = accept_refusal(context);
    if (no)
        return effect_message("%s", no);
    if (!row || !row->finding || !row->finding->acknowledged_by)
        return effect_message("Only an acknowledgement is withdrawn: nobody has given one here.");
    view->accept = accept_new_withdrawal(row->finding);
    return effect_of(EFFECT_REDRAW);
}

static Effect key_in_form(Readiness *view, const ViewContext *context, const KeyEvent *key,
                          const Binding *binding)
{
    Effect effect = accept_key(view->accept, context, key, binding);
    bool sent = effect.kind == EFFECT_ACCEPT || effect.kind == EFFECT_WITHDRAW;
    if (effect.kind != EFFECT_BACK && !sent)
        return effect;
    g_clear_pointer(&view->accept, accept_free);
    return sent ? effect : effect_of(EFFECT_REDRAW);
}

static Effect readiness_update(gpointer state, const ViewContext *context, const KeyEvent *key,
                               const Binding *binding)
{
    Readiness *view = state;
    if (view->accept)
        return key_in_form(view, context, key, binding);
    switch (binding ? binding->action : 0) {
    case ACTION_ACCEPT:
        return begin_accept(view, context);
    case ACTION_WITHDRAW:
        return begin_withdraw(view, context);
    case ACTION_OPEN:
        return open_row(view, context);
    case ACTION_CLOSE:
        view->reading = false;
        return effect_of(EFFECT_REDRAW);
    case ACTION_GO:
        return go_there(selected(view, context));
    default:
        return view->reading ? page_key(&view->page, key, binding)
                             : list_key(&view->list, context, key, binding);
    }
}

// What can be withdrawn is there only where somebody has acknowledged.
static BindingState readiness_state(gpointer state, const ViewContext *context,
                                    const Binding *binding)
{
    Readiness *view = state;
    const Row *row =
        binding->action == ACTION_WITHDRAW && !view->accept ? selected(view, context) : NULL;
    bool known = row && row->finding && row->finding->acknowledged_by;
    return binding->action != ACTION_WITHDRAW || view->accept || known ? BINDING_ON
                                                                       : BINDING_HIDDEN;
}

static const Keymap *readiness_keymap(gpointer state)
{
    const Readiness *view = state;
    return view->accept    ? accept_keymap(view->accept)
           : view->reading ? view->page.keys
                           : view->list.keys;
}

static bool readiness_captures(gpointer state)
{
    return ((Readiness *)state)->accept != NULL;
}

static bool readiness_is_dirty(gpointer state)
{
    const Readiness *view = state;
    return view->accept && accept_is_dirty(view->accept);
}

static char *readiness_copy(gpointer state, const ViewContext *context)
{
    const Row *row = selected(state, context);
    if (row && row->finding)
        return g_strdup_printf("%s %s %s", row->finding->rule, row->finding->object,
                               row->finding->facts ? row->finding->facts : "");
    return row ? g_strdup(row->id) : NULL;
}

static char *readiness_command_line(gpointer state, const ViewContext *context)
{
    Readiness *view = state;
    const Row *row = view->accept ? selected(view, context) : NULL;
    if (row && row->finding && row->finding->acknowledged_by)
        return g_strdup_printf("signalbox readiness ack %s --withdraw --reason …", row->id);
    return row ? g_strdup_printf("signalbox readiness ack %s --note … --until …", row->id)
               : g_strdup("signalbox readiness");
}

static const char *readiness_group(gpointer state, const ViewContext *context)
{
    const Row *row = selected(state, context);
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
    .draw = readiness_draw,
    .update = readiness_update,
    .keymap = readiness_keymap,
    .state = readiness_state,
    .open = readiness_open,
    .captures = readiness_captures,
    .is_dirty = readiness_is_dirty,
    .copy = readiness_copy,
    .command_line = readiness_command_line,
    .filter = list_filter,
    .set_filter = list_set_filter,
    .group = readiness_group,
};
