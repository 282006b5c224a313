// What must be repeated on a standby that is kept by hand, entity by entity of one kind: what differs, and who has
// seen to it. `c` confirms the item under the cursor, with a note, `W` takes that back. The picture carries the first
// few of a kind; where there are more, the backend is asked for all.
#include "view/screens.h"

#include <string.h>

#include "base/timefmt.h"
#include "view/accept.h"
#include "view/badge.h"
#include "view/browse.h"
#include "view/fetch.h"
#include "view/parity.h"
#include "view/words.h"
#include "wire/inventory.h"

enum { COLUMN_STATE, COLUMN_NAME, COLUMN_FIELDS, COLUMN_BY };
enum { ACTION_GO = BROWSE_OWN, ACTION_CONFIRM, ACTION_WITHDRAW };
enum { HEAD_LINES = 2, DETAIL_LINES = 9, DETAIL_MIN_HEIGHT = 18 };
enum { FETCH_ITEMS = 1000, FETCH_BYTES = 16 * 1024 * 1024, FETCH_MS = 15 * 1000 };

static const Binding BINDINGS[] = {
    {BROWSE_OPEN, "open", "enter", "read", "Shows the whole item.", 0},
    {ACTION_CONFIRM, "confirm", "c", "confirm",
     "Says that the item is seen to, or may differ, with a note.", BIND_CHANGES},
    {ACTION_WITHDRAW, "withdraw", "W", "withdraw",
     "Takes a confirmation back: the item is open again.", BIND_CHANGES},
    {ACTION_GO, "workload", "o", "workload", "Goes to the workload.", 0},
};

static const Binding PAGE_KEYS[] = {
    {BROWSE_CLOSE, "close", "esc q", "check-list", "Goes back to the check-list.", 0},
    {ACTION_CONFIRM, "confirm", "c", "confirm",
     "Says that the item is seen to, or may differ, with a note.", BIND_CHANGES},
    {ACTION_WITHDRAW, "withdraw", "W", "withdraw",
     "Takes a confirmation back: the item is open again.", BIND_CHANGES},
    {ACTION_GO, "workload", "o", "workload", "Goes to the workload.", 0},
};

static const TableColumn COLUMNS[] = {
    [COLUMN_STATE] = {"", 11, 11, 0, ALIGN_LEFT, 0},
    [COLUMN_NAME] = {"ENTITY", 28, 14, 0, ALIGN_LEFT, 0},
    [COLUMN_FIELDS] = {"DIFFERS IN", 40, 16, 2, ALIGN_LEFT | ALIGN_CLIP_END, COLUMN_GROW},
    [COLUMN_BY] = {"CONFIRMED", 30, 16, 0, ALIGN_LEFT | ALIGN_CLIP_END, COLUMN_GROW},
};

typedef struct {
    Browse browse; // first: see view/browse.h; rows: of const ParityItem *
    char *object;
    char *workload, *standby; // parts of it; NULL where it has none
    int kind;                 // -1 likewise
    Parity *fetched;          // this kind as the backend told it whole; NULL
    Fetch fetch;              // of it
    ParityCount asked_count;  // what the picture said then
} Checklist;

// ---- what is shown ----

static void forget(Checklist *view)
{
    g_clear_pointer(&view->workload, g_free);
    g_clear_pointer(&view->standby, g_free);
    g_clear_pointer(&view->fetched, parity_free);
    fetch_clear(&view->fetch);
    browse_close(&view->browse);
    view->kind = -1;
    view->browse.list.version = 0;
}

static void checklist_open(gpointer state, const char *object)
{
    Checklist *view = state;
    if (g_strcmp0(view->object, object) == 0)
        return;
    forget(view);
    g_free(view->object);
    view->object = g_strdup(object);
    g_auto(GStrv) parts = g_strsplit(object, "/", 4);
    if (g_strv_length(parts) != 4 || !name_parse(&ENTITY_NAMES, parts[3], &view->kind, NULL))
        return;
    view->workload = g_strconcat(parts[0], "/", parts[1], NULL);
    view->standby = g_strdup(parts[2]);
}

// As the picture has it; NULL if there is none (any more).
static const Parity *in_picture(const Checklist *view, const Picture *picture)
{
    const WorkloadStatus *workload =
        view->workload ? picture_workload(picture, view->workload) : NULL;
    for (guint i = 0; workload && i < workload->parity->len; i++) {
        const Parity *parity = workload->parity->pdata[i];
        if (strcmp(parity->standby, view->standby) == 0)
            return parity;
    }
    return NULL;
}

static const ParityCount *count_in(const Parity *parity, int kind)
{
    for (guint i = 0; parity && i < parity->counts->len; i++)
        if ((int)((const ParityCount *)parity->counts->pdata[i])->kind == kind)
            return parity->counts->pdata[i];
    return NULL;
}

static guint items_of(const Parity *parity, int kind)
{
    guint n = 0;
    for (guint i = 0; i < parity->items->len; i++)
        n += (int)((const ParityItem *)parity->items->pdata[i])->kind == kind;
    return n;
}

static bool same_count(const ParityCount *a, const ParityCount *b)
{
    return a && b && memcmp(a, b, sizeof *a) == 0;
}

// The whole one where it says the same as the picture, which is the newer of the two.
static const Parity *shown(const Checklist *view, const Picture *picture)
{
    const Parity *parity = in_picture(view, picture);
    bool whole = parity && view->fetched &&
                 same_count(count_in(parity, view->kind), count_in(view->fetched, view->kind));
    return whole ? view->fetched : parity;
}

static char *text_of(const ParityItem *item)
{
    return g_strjoin(" ", name_of(&PARITY_NAMES, (int)item->state), item->name,
                     item->confirmed_by ? "confirmed" : "open",
                     item->confirmed_by ? item->confirmed_by : "", NULL);
}

static int compare_items(gconstpointer a, gconstpointer b)
{
    const ParityItem *x = *(ParityItem *const *)a, *y = *(ParityItem *const *)b;
    int known = (x->confirmed_by != NULL) - (y->confirmed_by != NULL);
    return known ? known : strcmp(x->name, y->name);
}

static void add_items(Checklist *view, const Parity *parity)
{
    for (guint i = 0; parity && i < parity->items->len; i++) {
        ParityItem *item = parity->items->pdata[i];
        g_autofree char *text = text_of(item);
        if ((int)item->kind == view->kind && filter_matches_text(&view->browse.list.filter, text))
            g_ptr_array_add(view->browse.list.rows, item);
    }
    g_ptr_array_sort(view->browse.list.rows, compare_items);
}

static const ParityItem *item_named(const Checklist *view, const Picture *picture, const char *name)
{
    const Parity *parity = shown(view, picture);
    return parity && name ? parity_find(parity, (EntityKind)view->kind, name) : NULL;
}

static void fill_page(Browse *browse, const ViewContext *context)
{
    const Checklist *view = (const Checklist *)browse;
    Page *page = &browse->page;
    const ParityItem *item = item_named(view, context->picture, page->object);
    pager_begin(page->pager);
    if (item)
        parity_say_item(page, item, context->now_ms);
    else
        page_say(page, ROLE_OK, "%s does not differ any more. Esc leads back.",
                 page->object ? page->object : "It");
}

// ---- all of them, where the picture has not ----

static void take_answer(Checklist *view, const ViewContext *context)
{
    g_autoptr(GError) error = NULL;
    if (!fetch_take(&view->fetch, context))
        return;
    g_autoptr(json_t) json = fetch_json(context, "The check-list", FETCH_BYTES, &error);
    g_autoptr(GPtrArray) list = json ? parities_from_json(json, &error) : NULL;
    if (!list)
        view->fetch.trouble = g_strdup(error->message);
    for (guint i = 0; list && i < list->len; i++) {
        const Parity *parity = list->pdata[i];
        if (g_strcmp0(parity->workload, view->workload) != 0 ||
            g_strcmp0(parity->standby, view->standby) != 0)
            continue;
        g_clear_pointer(&view->fetched, parity_free);
        view->fetched = g_ptr_array_steal_index(list, i);
        break;
    }
    view->browse.list.version = 0;
}

static void checklist_refresh(gpointer state, const ViewContext *context)
{
    Checklist *view = state;
    take_answer(view, context);
    if (list_begin(&view->browse.list, context))
        add_items(view, shown(view, context->picture));
    browse_refresh(&view->browse, context);
}

static Effect checklist_wish(gpointer state, const ViewContext *context)
{
    Checklist *view = state;
    const Parity *parity = shown(view, context->picture);
    const ParityCount *count = count_in(parity, view->kind);
    bool soon =
        fetch_rests(&view->fetch, context, FETCH_MS) && same_count(count, &view->asked_count);
    if (!count || items_of(parity, view->kind) >= parity_differing(count) || soon)
        return effect_of(EFFECT_NONE);
    g_autofree char *name = g_strndup(view->workload, strcspn(view->workload, "/"));
    g_autofree char *group = g_uri_escape_string(name, NULL, FALSE);
    view->asked_count = *count;
    return fetch_ask(&view->fetch, context,
                     g_strdup_printf("/v1/groups/%s/parity?kind=%s&limit=%d", group,
                                     name_of(&ENTITY_NAMES, view->kind), FETCH_ITEMS));
}

// ---- the table ----

static void model_row(gpointer data, gsize index, TableRow *ret_row)
{
    ret_row->id = ((const ParityItem *)((List *)data)->rows->pdata[index])->name;
}

static void fields_cell(const ParityItem *item, TableCell *cell)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < item->fields->len && item->state == PARITY_DIFFERENT; i++)
        g_string_append_printf(text, "%s%s", i ? ", " : "",
                               ((const ParityField *)item->fields->pdata[i])->name);
    table_cell_printf(cell, ROLE_NORMAL, "%s",
                      item->state == PARITY_MISSING ? "not on the standby"
                      : item->state == PARITY_EXTRA ? "not on the primary"
                                                    : text->str);
}

static void by_cell(const ParityItem *item, gint64 now_ms, TableCell *cell)
{
    char at[24];
    ago_format(item->confirmed_ms, now_ms, true, at);
    if (item->confirmed_by)
        table_cell_printf(cell, ROLE_NORMAL, "%s %s: %s", item->confirmed_by, at,
                          item->confirmed_note ? item->confirmed_note : "");
    else
        table_cell_printf(cell, ROLE_WARN, "nobody yet");
}

static void model_cell(gpointer data, gsize index, guint column, TableCell *cell)
{
    const List *list = data;
    const ParityItem *item = list->rows->pdata[index];
    Badge badge = badge_severity(item->state == PARITY_MISSING ? SEVERITY_ERROR : SEVERITY_WARNING);
    switch (column) {
    case COLUMN_STATE:
        table_cell_state(cell, item->confirmed_by ? GLYPH_UP : badge.glyph,
                         item->confirmed_by ? ROLE_NORMAL : badge.role,
                         name_of(&PARITY_NAMES, (int)item->state));
        break;
    case COLUMN_NAME:
        cell->text = item->name;
        break;
    case COLUMN_FIELDS:
        fields_cell(item, cell);
        break;
    default:
        by_cell(item, list->context->now_ms, cell);
    }
}

static const ListKind LIST = {
    .title = "Check-list",
    LIST_TABLES(BINDINGS, COLUMNS),
    .row = model_row,
    .cell = model_cell,
    .none_matches = "No item matches the filter: / changes it.",
    .none = "Nothing is to be repeated: of this kind both sides hold the same.",
};

// ---- drawing ----

static void put_line(const Canvas *canvas, int y, Role role, const char *text)
{
    cells_fit(canvas, rect_make(1, y, canvas->width - 1, 1), ALIGN_LEFT | ALIGN_CLIP_END, role,
              text);
}

static void draw_side(const ViewContext *context, const Canvas *canvas, int y, const char *word,
                      const char *location, guint n, gint64 at_ms)
{
    char seen[24];
    ago_format(at_ms, context->now_ms, true, seen);
    g_autofree char *text = g_strdup_printf("%s %s has %u, %s", word,
                                            picture_title(context->picture, location), n, seen);
    put_line(canvas, y, ROLE_NORMAL, text);
}

static void draw_head(Browse *browse, const ViewContext *context, const Canvas *canvas)
{
    const Checklist *view = (const Checklist *)browse;
    const Parity *parity = shown(view, context->picture);
    const ParityCount *count = count_in(parity, view->kind);
    if (!count) {
        g_autofree char *none =
            g_strdup_printf("%s: nobody has seen both sides of it.",
                            view->object ? view->object : "Nothing was chosen on screen 6");
        put_line(canvas, 0, ROLE_UNKNOWN, none);
        return;
    }
    guint open = parity_differing(count) - MIN(count->confirmed, parity_differing(count));
    Rect lines = canvas_rect(canvas);
    Rect right = rect_cut_right(&lines, lines.width / 2);
    Canvas left = canvas_sub(canvas, lines), beside = canvas_sub(canvas, right);
    g_autofree char *title =
        g_strdup_printf("%s of %s", name_of(&ENTITY_NAMES, view->kind), view->workload);
    g_autofree char *state =
        g_strdup_printf("%u open, %u confirmed%s", open, count->confirmed,
                        view->fetch.trouble ? "; the rest was not answered" : "");
    put_line(&left, 0, ROLE_TITLE, title);
    put_line(&left, 1, open ? ROLE_WARN : ROLE_OK, state);
    draw_side(context, &beside, 0, "primary", parity->primary, count->primary,
              parity->primary_at_ms);
    draw_side(context, &beside, 1, "standby", parity->standby, count->standby,
              parity->standby_at_ms);
}

static const BrowseKind KIND = {
    .list = &LIST,
    .page_title = "Item",
    .page_keys = PAGE_KEYS,
    .page_key_count = G_N_ELEMENTS(PAGE_KEYS),
    .fill = fill_page,
    .draw_head = draw_head,
    .head_lines = HEAD_LINES,
    .detail_min = DETAIL_MIN_HEIGHT,
    .detail_lines = DETAIL_LINES,
};

// ---- life ----

static gpointer checklist_create(void)
{
    Checklist *view = g_new0(Checklist, 1);
    browse_init(&view->browse, &KIND);
    view->kind = -1;
    return view;
}

static void checklist_destroy(gpointer state)
{
    Checklist *view = state;
    forget(view);
    browse_release(&view->browse);
    g_free(view->object);
    g_free(view);
}

// ---- keys ----

static const ParityItem *selected(Checklist *view, const ViewContext *context)
{
    return item_named(view, context->picture, browse_object(&view->browse, context));
}

static Effect begin_confirm(Checklist *view, const ViewContext *context)
{
    const char *no = accept_refusal(context);
    const ParityItem *item = selected(view, context);
    if (no)
        return effect_message("%s", no);
    if (!item)
        return effect_message("There is no item to confirm.");
    return browse_ask(&view->browse,
                      accept_new_item(context->picture, shown(view, context->picture), item));
}

static Effect begin_withdraw(Checklist *view, const ViewContext *context)
{
    const char *no = accept_refusal(context);
    const ParityItem *item = selected(view, context);
    if (no)
        return effect_message("%s", no);
    if (!item || !item->confirmed_by)
        return effect_message("Only a confirmation is withdrawn: nobody has given one here.");
    return browse_ask(&view->browse,
                      accept_new_item_withdrawal(shown(view, context->picture), item));
}

static Effect checklist_update(gpointer state, const ViewContext *context, const KeyEvent *key,
                               const Binding *binding)
{
    Checklist *view = state;
    switch (binding && !view->browse.dialog ? binding->action : 0) {
    case ACTION_CONFIRM:
        return begin_confirm(view, context);
    case ACTION_WITHDRAW:
        return begin_withdraw(view, context);
    case ACTION_GO:
        return view->workload ? effect_open(SCREEN_CELL, view->workload)
                              : effect_message("There is no workload to go to.");
    default:
        return browse_key(&view->browse, context, key, binding);
    }
}

// What can be withdrawn is there only where somebody has confirmed.
static BindingState checklist_state(gpointer state, const ViewContext *context,
                                    const Binding *binding)
{
    Checklist *view = state;
    if (view->browse.dialog || binding->action != ACTION_WITHDRAW)
        return BINDING_ON;
    const ParityItem *item = selected(view, context);
    return item && item->confirmed_by ? BINDING_ON : BINDING_HIDDEN;
}

static char *checklist_command_line(gpointer state, const ViewContext *context)
{
    Checklist *view = state;
    const ParityItem *item = selected(view, context);
    if (!view->workload)
        return NULL;
    if (!item)
        return g_strdup_printf("signalbox parity %.*s", (int)strcspn(view->workload, "/"),
                               view->workload);
    g_autofree char *name = g_shell_quote(item->name);
    return g_strdup_printf(item->confirmed_by
                               ? "signalbox parity confirm %s %s %s %s --withdraw --reason TEXT"
                               : "signalbox parity confirm %s %s %s %s --note TEXT",
                           view->workload, view->standby, name_of(&ENTITY_NAMES, view->kind), name);
}

static const char *checklist_group(gpointer state, const ViewContext *context)
{
    const Checklist *view = state;
    const WorkloadStatus *workload =
        view->workload ? picture_workload(context->picture, view->workload) : NULL;
    return workload ? workload->group : NULL;
}

const Screen CHECKLIST_SCREEN = {
    .id = SCREEN_CHECKLIST,
    .parent = SCREEN_READINESS,
    .name = "checklist",
    .title = "Check-list",
    .create = checklist_create,
    .destroy = checklist_destroy,
    .refresh = checklist_refresh,
    .wish = checklist_wish,
    .draw = browse_draw,
    .update = checklist_update,
    .keymap = browse_keymap,
    .state = checklist_state,
    .open = checklist_open,
    .captures = browse_captures,
    .is_dirty = browse_is_dirty,
    .copy = list_copy,
    .command_line = checklist_command_line,
    .filter = list_filter,
    .set_filter = list_set_filter,
    .group = checklist_group,
};
