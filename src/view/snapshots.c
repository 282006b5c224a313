// A connector's kept configurations (D1): when each was seen to be so, where it is kept, what is in it, and what it
// says otherwise than the one before. The picture knows the newest's date alone; the rest is fetched, and again
// whenever that date becomes another.
#include "view/screens.h"

#include "base/text.h"
#include "base/timefmt.h"
#include "view/badge.h"
#include "view/browse.h"
#include "view/fetch.h"
#include "view/snapshot-row.h"
#include "view/words.h"
#include "wire/inventory.h"

enum { COLUMN_SEEN, COLUMN_FROM, COLUMN_UNTIL, COLUMN_IN, COLUMN_KEPT, COLUMN_WHAT };
enum { ACTION_GO = BROWSE_OWN };
enum { HEAD_LINES = 2, LIST_LINES = SNAPSHOTS_KEPT + 1, DETAIL_MIN_HEIGHT = 16 };
enum { FETCH_BYTES = 16 * 1024 * 1024, FETCH_MS = 10 * 1000 };

static const Binding BINDINGS[] = {
    {BROWSE_OPEN, "open", "enter", "read", "Shows all that is in it.", 0},
    {ACTION_GO, "workload", "o", "workload", "Goes to the connector.", 0},
};

static const Binding PAGE_KEYS[] = {
    {BROWSE_CLOSE, "close", "esc q", "configurations", "Goes back to the list.", 0},
    {ACTION_GO, "workload", "o", "workload", "Goes to the connector.", 0},
};

static const TableColumn COLUMNS[] = {
    [COLUMN_SEEN] = {"SEEN", 10, 8, 0, ALIGN_LEFT, 0},
    [COLUMN_FROM] = {"SO FROM (UTC)", 16, 16, 0, ALIGN_LEFT, 0},
    [COLUMN_UNTIL] = {"SEEN LAST (UTC)", 16, 16, 3, ALIGN_LEFT, 0},
    [COLUMN_IN] = {"CONNECTOR IN", 14, 12, 2, ALIGN_LEFT, 0},
    [COLUMN_KEPT] = {"KEPT IN", 14, 10, 1, ALIGN_LEFT, 0},
    [COLUMN_WHAT] = {"HOLDS", 28, 25, 0, ALIGN_LEFT | ALIGN_CLIP_END, COLUMN_GROW},
};

typedef struct {
    Browse browse;  // first: see view/browse.h; rows: of const Snapshot *, the newest first
    GPtrArray *ids; // of char *, one a row: the moment since when, as a number
    char *workload;
    GPtrArray *kept; // of Snapshot *, as the backend told it: the newest last; NULL = not yet
    Fetch fetch;     // of these
    gint64 known_ms; // the newest's date in the picture when that was asked
} Snapshots;

// ---- what is shown ----

static void snapshots_open(gpointer state, const char *object)
{
    Snapshots *view = state;
    if (g_strcmp0(view->workload, object) == 0)
        return;
    g_free(view->workload);
    view->workload = g_strdup(object);
    g_clear_pointer(&view->kept, g_ptr_array_unref);
    fetch_clear(&view->fetch);
    browse_close(&view->browse);
    view->browse.list.version = 0;
}

static const WorkloadStatus *connector(const Snapshots *view, const Picture *picture)
{
    const WorkloadStatus *workload =
        view->workload ? picture_workload(picture, view->workload) : NULL;
    return workload && workload->kind == KIND_CONNECTOR ? workload : NULL;
}

static char *id_of(const Snapshot *snapshot)
{
    return g_strdup_printf("%" G_GINT64_FORMAT, snapshot->from_ms);
}

// Its place in `kept`; `kept->len` = it is not there.
static guint place_of(const Snapshots *view, const char *id)
{
    guint i = 0;
    for (; view->kept && i < view->kept->len; i++) {
        g_autofree char *own = id_of(view->kept->pdata[i]);
        if (g_strcmp0(own, id) == 0)
            break;
    }
    return i;
}

static void take_answer(Snapshots *view, const ViewContext *context)
{
    g_autoptr(GError) error = NULL;
    if (!fetch_take(&view->fetch, context))
        return;
    g_autoptr(json_t) json = fetch_json(context, "The list", FETCH_BYTES, &error);
    GPtrArray *kept = json ? snapshots_from_json(json, view->workload, &error) : NULL;
    if (kept) {
        if (view->kept)
            g_ptr_array_unref(view->kept);
        view->kept = kept;
    } else
        view->fetch.trouble = g_strdup(error->message);
    view->browse.list.version = 0;
}

static void say_entity(Page *page, const Entity *entity)
{
    page_field(page, name_of(&ENTITY_NAMES, (int)entity->kind), ROLE_TITLE, "%s", entity->name);
    for (guint i = 0; i < entity->fields->len; i++) {
        const EntityField *field = entity->fields->pdata[i];
        page_field(page, "", ROLE_NORMAL, "%s: %s", field->name, field->value);
    }
}

static void say_change(Page *page, const Snapshots *view, guint at)
{
    if (at == 0) {
        page_field(page, "CHANGE", ROLE_DIM, "it is the oldest that is kept");
        return;
    }
    g_autoptr(GPtrArray) list =
        snapshot_differences(view->kept->pdata[at - 1], view->kept->pdata[at]);
    for (guint i = 0; i < list->len; i++)
        page_field(page, i ? "" : "CHANGE", ROLE_CHANGED, "%s", (char *)list->pdata[i]);
}

static void fill_page(Browse *browse, const ViewContext *context)
{
    const Snapshots *view = (const Snapshots *)browse;
    Page *page = &browse->page;
    guint at = place_of(view, page->object);
    char from[32], until[32], age[24];
    pager_begin(page->pager);
    if (!view->kept || at >= view->kept->len) {
        page_say(page, ROLE_UNKNOWN, "It is not kept any more. Esc leads back.");
        return;
    }
    const Snapshot *snapshot = view->kept->pdata[at];
    time_format_full(snapshot->from_ms, from);
    time_format_full(snapshot->at_ms, until);
    ago_format(snapshot->at_ms, context->now_ms, true, age);
    page_field(page, "SO FROM", ROLE_NORMAL, "%s to %s, seen %s", from, until, age);
    page_field(page, "KEPT", ROLE_NORMAL, "in %s, of the connector in %s; no secret is in it",
               snapshot->kept ? picture_title(context->picture, snapshot->kept)
                              : "a location that nobody named",
               snapshot->location ? picture_title(context->picture, snapshot->location)
                                  : "no location");
    say_change(page, view, at);
    for (guint i = 0; i < snapshot->inventory->entities->len; i++)
        say_entity(page, snapshot->inventory->entities->pdata[i]);
    for (guint i = 0; i < snapshot->inventory->losses->len; i++)
        page_field(page, i ? "" : "LOST", ROLE_WARN, "for good, if it is moved: %s",
                   (const char *)snapshot->inventory->losses->pdata[i]);
    page_field(page, "DIGEST", ROLE_DIM, "%s", snapshot->inventory->digest);
}

static void add_rows(Snapshots *view)
{
    g_ptr_array_set_size(view->ids, 0);
    for (guint i = view->kept ? view->kept->len : 0; i-- > 0;) {
        g_ptr_array_add(view->browse.list.rows, view->kept->pdata[i]);
        g_ptr_array_add(view->ids, id_of(view->kept->pdata[i]));
    }
}

static void snapshots_refresh(gpointer state, const ViewContext *context)
{
    Snapshots *view = state;
    take_answer(view, context);
    view->browse.list.waiting = view->fetch.trouble ? view->fetch.trouble
                                : view->kept        ? NULL
                                                    : "It is asked for …";
    if (!connector(view, context->picture) && context->picture->complete)
        view->browse.list.waiting = "This is no connector: only their configurations are kept.";
    if (list_begin(&view->browse.list, context))
        add_rows(view);
    browse_refresh(&view->browse, context);
}

static Effect snapshots_wish(gpointer state, const ViewContext *context)
{
    Snapshots *view = state;
    const WorkloadStatus *workload = connector(view, context->picture);
    bool soon = fetch_rests(&view->fetch, context, FETCH_MS);
    if (!workload || soon || (view->kept && view->known_ms == workload->snapshot_ms))
        return effect_of(EFFECT_NONE);
    g_autofree char *group = g_uri_escape_string(workload->group, NULL, FALSE);
    view->known_ms = workload->snapshot_ms;
    return fetch_ask(&view->fetch, context, g_strdup_printf("/v1/groups/%s/snapshots", group));
}

// ---- the table ----

static void model_row(gpointer data, gsize index, TableRow *ret_row)
{
    ret_row->id = ((Snapshots *)data)->ids->pdata[index];
}

static void moment(gint64 at_ms, TableCell *cell)
{
    char at[32];
    time_format_full(at_ms, at);
    table_cell_printf(cell, ROLE_NORMAL, "%.10s %.5s", at, at_ms > 0 ? at + 11 : "");
}

static void model_cell(gpointer data, gsize index, guint column, TableCell *cell)
{
    const List *list = data;
    const Snapshot *snapshot = list->rows->pdata[index];
    const Picture *picture = list->context->picture;
    char age[24];
    switch (column) {
    case COLUMN_SEEN:
        ago_format(snapshot->at_ms, list->context->now_ms, true, age);
        table_cell_printf(cell, ROLE_NORMAL, "%s", age);
        break;
    case COLUMN_FROM:
        moment(snapshot->from_ms, cell);
        break;
    case COLUMN_UNTIL:
        moment(snapshot->at_ms, cell);
        break;
    case COLUMN_IN:
        cell->text = snapshot->location ? picture_title(picture, snapshot->location) : "-";
        break;
    case COLUMN_KEPT:
        cell->text = snapshot->kept ? picture_title(picture, snapshot->kept) : "unknown";
        break;
    default: {
        g_autofree char *settings =
            text_count(inventory_count(snapshot->inventory, ENTITY_SETTING), "setting");
        g_autofree char *organisations =
            text_count(inventory_count(snapshot->inventory, ENTITY_ORGANISATION), "organisation");
        table_cell_printf(cell, ROLE_NORMAL, "%s, %s", settings, organisations);
    }
    }
}

static const ListKind LIST = {
    .title = "Kept configurations",
    LIST_TABLES(BINDINGS, COLUMNS),
    .row = model_row,
    .cell = model_cell,
    .none =
        "None is kept: nobody has seen the connector yet, or its driver tells no configuration.",
};

// ---- drawing ----

static void put_line(const Canvas *canvas, int y, Role role, const char *text)
{
    cells_fit(canvas, rect_make(1, y, canvas->width - 1, 1), ALIGN_LEFT | ALIGN_CLIP_END, role,
              text);
}

static void draw_head(Browse *browse, const ViewContext *context, const Canvas *canvas)
{
    const Snapshots *view = (const Snapshots *)browse;
    const WorkloadStatus *workload = connector(view, context->picture);
    const Finding *finding = workload ? snapshot_finding(context->picture, workload->id) : NULL;
    g_autofree char *title = g_strconcat(
        "configurations of ", view->workload ? view->workload : "nothing that was chosen", NULL);
    put_line(canvas, 0, ROLE_TITLE, title);
    if (!workload)
        return;
    g_autofree char *state =
        finding ? g_strconcat("R23: ", finding->facts ? finding->facts : "", NULL)
                : g_strconcat(glyph_text(GLYPH_UP, false),
                              " R23 holds: young enough, and kept elsewhere", NULL);
    put_line(canvas, 1, finding ? badge_severity(finding->severity).role : ROLE_OK, state);
}

static const BrowseKind KIND = {
    .list = &LIST,
    .page_title = "Kept configuration",
    .page_keys = PAGE_KEYS,
    .page_key_count = G_N_ELEMENTS(PAGE_KEYS),
    .fill = fill_page,
    .draw_head = draw_head,
    .head_lines = HEAD_LINES,
    .detail_min = DETAIL_MIN_HEIGHT,
    .list_lines = LIST_LINES,
};

// ---- life ----

static gpointer snapshots_create(void)
{
    Snapshots *view = g_new0(Snapshots, 1);
    browse_init(&view->browse, &KIND);
    view->ids = g_ptr_array_new_with_free_func(g_free);
    return view;
}

static void snapshots_destroy(gpointer state)
{
    Snapshots *view = state;
    browse_release(&view->browse);
    g_ptr_array_unref(view->ids);
    g_clear_pointer(&view->kept, g_ptr_array_unref);
    g_free(view->workload);
    fetch_clear(&view->fetch);
    g_free(view);
}

// ---- keys ----

static Effect snapshots_update(gpointer state, const ViewContext *context, const KeyEvent *key,
                               const Binding *binding)
{
    Snapshots *view = state;
    if (!binding || binding->action != ACTION_GO)
        return browse_key(&view->browse, context, key, binding);
    return view->workload ? effect_open(SCREEN_CELL, view->workload)
                          : effect_message("There is no workload to go to.");
}

static char *snapshots_command_line(gpointer state, const ViewContext *context)
{
    const Snapshots *view = state;
    (void)context;
    return view->workload ? g_strdup_printf("signalbox snapshots show %s", view->workload)
                          : g_strdup("signalbox snapshots");
}

static const char *snapshots_group(gpointer state, const ViewContext *context)
{
    const WorkloadStatus *workload = connector(state, context->picture);
    return workload ? workload->group : NULL;
}

const Screen SNAPSHOTS_SCREEN = {
    .id = SCREEN_SNAPSHOTS,
    .parent = SCREEN_READINESS,
    .name = "snapshots",
    .title = "Kept configurations",
    .create = snapshots_create,
    .destroy = snapshots_destroy,
    .refresh = snapshots_refresh,
    .wish = snapshots_wish,
    .draw = browse_draw,
    .update = snapshots_update,
    .keymap = browse_keymap,
    .open = snapshots_open,
    .copy = list_copy,
    .command_line = snapshots_command_line,
    .group = snapshots_group,
};
