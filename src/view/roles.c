// Screen 2: the active/passive matrix, a row a workload, a column a location. Sign, word and role carry
// each state; a state whose observation is old reads unknown.
#include "view/screens.h"

#include <string.h>

#include "base/text.h"
#include "view/badge.h"
#include "view/filter.h"
#include "view/place.h"
#include "widget/table.h"

enum { COLUMN_NAME, COLUMN_PATTERN, COLUMN_TRIGGER, COLUMN_AGE, FIXED_COLUMNS };
enum { LOCATIONS_MAX = TABLE_MAX_COLUMNS - FIXED_COLUMNS };
enum { ACTION_OPEN = 1, ACTION_SORT, ACTION_GROUP };
enum { NAME_MIN = 18, NAME_MIN_WIDE = 27, WIDE = 76 };

static const Binding BINDINGS[] = {
    {ACTION_OPEN, "open", "enter", "explain",
     "Explains the row: what it is, since when, how we know; of a group its operation, or its "
     "page.",
     0},
    {ACTION_GROUP, "group", "i", "group",
     "The group's page: objectives, replication, people, what would not work.", 0},
    {ACTION_SORT, "sort", "o", "order", "Worst groups first, or as in the fleet file.", BIND_LATER},
};

enum { NO_WORKLOAD = G_MAXINT };

// One line: a group (no workload), or a workload of it, by their places in the picture's shelves: they stay while
// only what the objects say changes, so that 100,000 rows are not made anew for every observation.
typedef struct {
    guint group;
    guint workload;
} Place;

typedef struct {
    const GroupStatus *group;
    const WorkloadStatus *workload; // NULL: the row is the group's
} Row;

typedef struct {
    Keymap *keys;
    Table *table;
    GArray *rows;      // of Place
    GHashTable *lists; // group → GArray of guint: places of its workloads
    GHashTable *index; // id → row + 1; made when asked for
    guint64 version;
    guint64 layout; // of the picture, when the rows were made
    bool wide;      // as drawn last: names have room
    bool worst_first;
    Filter filter;
    const ViewContext *context; // during a call
} Roles;

static gpointer roles_create(void)
{
    Roles *view = g_new0(Roles, 1);
    view->keys = keymap_new("Roles");
    keymap_add(view->keys, BINDINGS, G_N_ELEMENTS(BINDINGS));
    keymap_add(view->keys, table_fold_binding, 1);
    keymap_add(view->keys, table_bindings, TABLE_BINDINGS);
    view->table = table_new(NULL, 0, TABLE_TREE);
    view->rows = g_array_new(FALSE, FALSE, sizeof(Place));
    filter_init(&view->filter);
    return view;
}

static void roles_destroy(gpointer state)
{
    Roles *view = state;
    keymap_free(view->keys);
    table_free(view->table);
    g_array_unref(view->rows);
    g_clear_pointer(&view->lists, g_hash_table_unref);
    g_clear_pointer(&view->index, g_hash_table_unref);
    filter_release(&view->filter);
    g_free(view);
}

static Row row_at(const Roles *view, gsize index)
{
    const Place *place = &g_array_index(view->rows, Place, index);
    const Picture *picture = view->context->picture;
    bool head = place->workload == NO_WORKLOAD;
    return (Row){picture_at(picture, SHELF_GROUPS, place->group),
                 head ? NULL : picture_at(picture, SHELF_WORKLOADS, place->workload)};
}

static const char *row_id(Row row)
{
    return row.workload ? row.workload->id : row.group->name;
}

// ---- rows from the picture ----

static bool matches(const Roles *view, const GroupStatus *group, const WorkloadStatus *workload)
{
    return filter_is_empty(&view->filter) ||
           filter_matches_workload(&view->filter, group, workload);
}

static int group_badness(const GroupStatus *group)
{
    static const int ORDER[] = {
        [MODE_SPLIT] = 0,       [MODE_FAILING_OVER] = 1, [MODE_FAILING_BACK] = 2,
        [MODE_FAILED_OVER] = 3, [MODE_UNKNOWN] = 4,      [MODE_NORMAL] = 5};
    return group->down_since_ms ? -1 : ORDER[group->mode];
}

static int compare_groups(gconstpointer a, gconstpointer b, gpointer data)
{
    const Picture *picture = data;
    const GroupStatus *x = picture_at(picture, SHELF_GROUPS, *(const guint *)a);
    const GroupStatus *y = picture_at(picture, SHELF_GROUPS, *(const guint *)b);
    int difference = group_badness(x) - group_badness(y);
    return difference ? difference : strcmp(x->name, y->name);
}

static GArray *ordered_groups(const Roles *view, const Picture *picture)
{
    GArray *groups = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; i < picture_count(picture, SHELF_GROUPS); i++)
        g_array_append_val(groups, i);
    if (view->worst_first)
        g_array_sort_with_data(groups, compare_groups, (gpointer)picture);
    return groups;
}

// Places of workloads by group, each list in the order of the fleet file.
static GHashTable *by_group(const Picture *picture)
{
    GHashTable *lists =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_array_unref);
    GArray *last = NULL;
    const char *name = NULL;
    for (guint i = 0; i < picture_count(picture, SHELF_WORKLOADS); i++) {
        WorkloadStatus *workload = picture_at(picture, SHELF_WORKLOADS, i);
        if (!name || strcmp(name, workload->group) != 0) {
            name = workload->group;
            last = g_hash_table_lookup(lists, name);
            if (!last)
                g_hash_table_insert(lists, g_strdup(name),
                                    last = g_array_new(FALSE, FALSE, sizeof(guint)));
        }
        g_array_append_val(last, i);
    }
    return lists;
}

static void add_group(Roles *view, const Picture *picture, guint at, const GArray *workloads)
{
    const GroupStatus *group = picture_at(picture, SHELF_GROUPS, at);
    guint start = view->rows->len;
    Place head = {at, NO_WORKLOAD};
    bool folded = table_is_folded(view->table, group->name);
    bool any = false;
    g_array_append_val(view->rows, head);
    for (guint i = 0; workloads && i < workloads->len; i++) {
        Place place = {at, g_array_index(workloads, guint, i)};
        if (!matches(view, group, picture_at(picture, SHELF_WORKLOADS, place.workload)))
            continue;
        any = true;
        if (!folded)
            g_array_append_val(view->rows, place);
    }
    if (!any && !filter_is_empty(&view->filter))
        g_array_set_size(view->rows, start);
}

static void make_rows(Roles *view, const Picture *picture)
{
    g_autoptr(GArray) groups = ordered_groups(view, picture);
    if (!view->lists || view->layout != picture->layout) {
        g_clear_pointer(&view->lists, g_hash_table_unref);
        view->lists = by_group(picture);
    }
    g_array_set_size(view->rows, 0);
    g_clear_pointer(&view->index, g_hash_table_unref);
    for (guint i = 0; i < groups->len; i++) {
        guint at = g_array_index(groups, guint, i);
        const GroupStatus *group = picture_at(picture, SHELF_GROUPS, at);
        add_group(view, picture, at, g_hash_table_lookup(view->lists, group->name));
    }
    view->layout = picture->layout;
}

// A fault inside a region is marked at its head: it is not the region's loss (F12).
static char *location_title(const LocationStatus *location)
{
    const char *title = location->title && *location->title ? location->title : location->name;
    return location->faults->len ? g_strdup_printf("%s%u %s", glyph_text(GLYPH_HALF, false),
                                                   location->faults->len, title)
                                 : g_strdup(title);
}

static void make_columns(Roles *view, const Picture *picture)
{
    TableColumn columns[TABLE_MAX_COLUMNS] = {
        [COLUMN_NAME] = {"GROUP / WORKLOAD", 38, view->wide ? NAME_MIN_WIDE : NAME_MIN, 0,
                         ALIGN_LEFT, 0},
        [COLUMN_PATTERN] = {"PATTERN", 12, 12, 3, ALIGN_LEFT, 0},
        [COLUMN_TRIGGER] = {"TRIGGER", 12, 12, 2, ALIGN_LEFT, 0},
        [COLUMN_AGE] = {"AGE", 5, 5, 1, ALIGN_RIGHT, 0},
    };
    guint n = MIN(picture_count(picture, SHELF_LOCATIONS), (guint)LOCATIONS_MAX);
    g_autoptr(GPtrArray) titles = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < n; i++) {
        g_ptr_array_add(titles, location_title(picture_at(picture, SHELF_LOCATIONS, i)));
        columns[FIXED_COLUMNS + i] = (TableColumn){titles->pdata[i], 18, 13, 0, ALIGN_LEFT, 0};
    }
    table_set_columns(view->table, columns, FIXED_COLUMNS + n);
}

// What is sorted or chosen by state must be looked at whenever anything changes.
static bool rows_depend_on_state(const Roles *view)
{
    return view->worst_first || filter_moves(&view->filter);
}

static void roles_refresh(gpointer state, const ViewContext *context)
{
    Roles *view = state;
    const Picture *picture = context->picture;
    bool first = !view->version || !view->rows->len;
    view->context = context;
    if (view->version == picture->version && !first)
        return;
    if (first || view->layout != picture->layout || rows_depend_on_state(view))
        make_rows(view, picture);
    g_clear_pointer(&view->index, g_hash_table_unref); // its keys are the objects' own
    make_columns(view, picture);
    view->version = picture->version;
}

// ---- the table's model ----

static gsize model_count(gpointer data)
{
    return ((Roles *)data)->rows->len;
}

static void model_row(gpointer data, gsize index, TableRow *ret_row)
{
    const Roles *view = data;
    Row row = row_at(view, index);
    ret_row->id = row_id(row);
    ret_row->level = row.workload ? 1 : 0;
    ret_row->fold = row.workload                                    ? FOLD_LEAF
                    : table_is_folded(view->table, row.group->name) ? FOLD_CLOSED
                                                                    : FOLD_OPEN;
}

static gsize model_find(gpointer data, const char *id)
{
    Roles *view = data;
    if (!view->index) {
        view->index = g_hash_table_new(g_str_hash, g_str_equal);
        for (guint i = 0; i < view->rows->len; i++)
            g_hash_table_insert(view->index, (gpointer)row_id(row_at(view, i)),
                                GUINT_TO_POINTER(i + 1));
    }
    guint found = GPOINTER_TO_UINT(g_hash_table_lookup(view->index, id));
    return found ? found - 1 : G_MAXSIZE;
}

static const char *pattern_word(const WorkloadStatus *workload)
{
    static const char *const WORDS[] = {[PATTERN_ACTIVE_PASSIVE] = "a/p",
                                        [PATTERN_LOAD_BALANCED] = "a/a lb",
                                        [PATTERN_COMPETING_CONSUMERS] = "a/a queue"};
    return workload->kind == KIND_ROUTER ? "router" : WORDS[workload->pattern];
}

static void trigger_cell(const WorkloadStatus *workload, TableCell *cell)
{
    if (workload->kind == KIND_ROUTER && workload->routed_to) {
        table_cell_printf(cell, ROLE_NORMAL, "%s %s", glyph_text(GLYPH_ARROW, false),
                          workload->routed_to);
        return;
    }
    const TriggerStatus *trigger = workload->triggers->len ? workload->triggers->pdata[0] : NULL;
    table_cell_printf(cell, ROLE_NORMAL, "%s%s",
                      trigger ? word_of(&TRIGGER_NAMES, (int)trigger->type)
                              : word_of(&KIND_NAMES, (int)workload->kind),
                      workload->triggers->len > 1 ? "+" : "");
}

static gint64 oldest_observation(const WorkloadStatus *workload)
{
    gint64 oldest = G_MAXINT64;
    for (guint i = 0; i < workload->instances->len; i++) {
        const InstanceStatus *instance = workload->instances->pdata[i];
        oldest = MIN(oldest, instance->observed_at_ms);
    }
    return workload->instances->len ? oldest : 0;
}

// What a cell says behind what is seen there: what is under way, or that it is not as it should be.
static char *mark_of(const InstanceStatus *instance, InstanceState state, const PlaceMove *move,
                     bool wrong)
{
    if (instance->quarantined && state == INSTANCE_PASSIVE)
        return g_strdup("");
    if (move)
        return place_mark(move);
    return g_strdup(!wrong ? "" : instance->desired == INSTANCE_ACTIVE ? " !on" : " !off");
}

static const char *state_word(const InstanceStatus *instance, InstanceState state, bool marked)
{
    if (state == INSTANCE_ACTIVE && !instance->primary)
        return "ACTIVE";
    if (state == INSTANCE_PASSIVE && instance->quarantined)
        return "quarantined"; // as wide as the column of a narrow screen
    return state == INSTANCE_UNREACHABLE && marked ? "unreach" : badge_instance(state).word;
}

// Seen, wanted, blocked and signed in one cell: "● active", "○ passive !on", "○ passive✎1/2", "○ BLOCKED".
static void instance_cell(const Roles *view, const WorkloadStatus *workload,
                          const LocationStatus *location, TableCell *cell)
{
    const InstanceStatus *instance = workload_status_at(workload, location->name);
    if (!instance) {
        cell->glyph = GLYPH_DOT;
        cell->glyph_style = ROLE_DIM;
        return;
    }
    PlaceMove move;
    bool moves = place_move(view->context->picture, workload, location->name, &move);
    bool blocked = moves && move.blocked;
    InstanceState state = badge_aged_instance(instance, view->context->now_ms);
    Badge badge = badge_instance(state);
    bool wrong = instance->desired != INSTANCE_UNKNOWN && state != instance->desired &&
                 (state == INSTANCE_ACTIVE || state == INSTANCE_PASSIVE);
    bool news = badge_is_news(instance->since_ms, view->context->now_ms);
    g_autofree char *mark =
        blocked ? g_strdup("") : mark_of(instance, state, moves ? &move : NULL, wrong);
    Style style = blocked ? ROLE_ALARM : wrong ? ROLE_WARN : (Style)badge.role;
    table_cell_printf(cell, news ? (Style)ROLE_CHANGED | STYLE_BOLD : style, "%s%s",
                      blocked ? "BLOCKED" : state_word(instance, state, *mark), mark);
    cell->glyph = badge.glyph;
    cell->glyph_style = badge.role;
}

// Has the group findings that no row of its workloads below marks: its own, or theirs where they are folded?
static bool has_findings(const Roles *view, const GroupStatus *group)
{
    const GArray *places = view->lists ? g_hash_table_lookup(view->lists, group->name) : NULL;
    bool folded = table_is_folded(view->table, group->name);
    guint below = 0; // the group's count has those of its workloads in it
    for (guint i = 0; group->findings && !folded && places && i < places->len; i++) {
        guint at = g_array_index(places, guint, i);
        const WorkloadStatus *workload = picture_at(view->context->picture, SHELF_WORKLOADS, at);
        below += workload->findings;
    }
    return group->findings > below;
}

// The name, marked where there are findings, and behind it what is not as usual: the open operation, or the mode.
static void group_name_cell(const Roles *view, const GroupStatus *group, TableCell *cell)
{
    const Operation *operation = picture_operation(view->context->picture, group->operation);
    Badge badge = operation ? badge_operation(operation) : badge_mode(group->mode);
    bool found = has_findings(view, group);
    const char *mark = found ? " !" : "";
    if (operation || group->mode != MODE_NORMAL)
        table_cell_printf(cell, badge.role, "%s%s %s %s", group->name, mark,
                          badge.glyph ? glyph_text(badge.glyph, false) : "",
                          operation && operation_ballot(operation).state == OPERATION_AWAITING
                              ? "to sign"
                              : badge.word);
    else
        table_cell_printf(cell, found ? ROLE_WARN : ROLE_TITLE, "%s%s", group->name, mark);
}

// Who has the role is one thing, what is seen there another: a region that came back rests until somebody
// says where the group is to run.
static bool rests_here(const Roles *view, const GroupStatus *group, const char *location)
{
    const ViewContext *context = view->context;
    const GArray *places = view->lists ? g_hash_table_lookup(view->lists, group->name) : NULL;
    bool rests = false;
    for (guint i = 0; places && i < places->len; i++) {
        const WorkloadStatus *workload =
            picture_at(context->picture, SHELF_WORKLOADS, g_array_index(places, guint, i));
        const InstanceStatus *instance = workload_status_at(workload, location);
        if (!workload->single_active || !instance)
            continue;
        InstanceState state = badge_aged_instance(instance, context->now_ms);
        if (state == INSTANCE_ACTIVE)
            return false;
        rests = rests || state == INSTANCE_PASSIVE;
    }
    return rests;
}

static void group_place_cell(const Roles *view, const GroupStatus *group, guint column,
                             TableCell *cell)
{
    const LocationStatus *location =
        picture_at(view->context->picture, SHELF_LOCATIONS, column - FIXED_COLUMNS);
    bool here = g_strcmp0(group->active, location->name) == 0;
    bool home = g_strcmp0(group->primary, location->name) == 0;
    if (badge_aged_verdict(location, view->context->now_ms) == VERDICT_DOWN && (here || home))
        table_cell_state(cell, GLYPH_DOWN, ROLE_ALARM, "down");
    else if (here && rests_here(view, group, location->name))
        table_cell_state(cell, GLYPH_HALF, ROLE_WARN, "passive");
    else if (here)
        table_cell_state(cell, home ? GLYPH_ACTIVE : GLYPH_ALARM, home ? ROLE_ACTIVE : ROLE_WARN,
                         home ? "active" : "ACTIVE");
    else if (home)
        table_cell_state(cell, GLYPH_PASSIVE, ROLE_DIM, "home");
}

static void group_cell(const Roles *view, const GroupStatus *group, guint column, TableCell *cell)
{
    if (column == COLUMN_NAME)
        group_name_cell(view, group, cell);
    else if (column == COLUMN_PATTERN)
        table_cell_printf(cell, ROLE_DIM, "%s", word_of(&MODE_NAMES, (int)group->mode));
    else if (column == COLUMN_TRIGGER)
        table_cell_printf(cell, group->automation_off ? ROLE_WARN : ROLE_DIM, "%s",
                          group->automation_off                     ? "auto OFF"
                          : group->failover == AUTOMATION_AUTOMATIC ? "automatic"
                                                                    : "manual");
    else if (column >= FIXED_COLUMNS)
        group_place_cell(view, group, column, cell);
}

static void model_cell(gpointer data, gsize index, guint column, TableCell *cell)
{
    const Roles *view = data;
    Row row = row_at(view, index);
    char age[16];
    if (!row.workload) {
        group_cell(view, row.group, column, cell);
        return;
    }
    switch (column) {
    case COLUMN_NAME:
        cell->text = row.workload->name;
        if (row.workload->findings)
            table_cell_printf(cell, ROLE_WARN, "%s !", row.workload->name);
        break;
    case COLUMN_PATTERN:
        cell->text = pattern_word(row.workload);
        break;
    case COLUMN_TRIGGER:
        trigger_cell(row.workload, cell);
        break;
    case COLUMN_AGE:
        calm_age_format(oldest_observation(row.workload), view->context->now_ms, age);
        table_cell_printf(cell, ROLE_DIM, "%s", age);
        break;
    default:
        instance_cell(view, row.workload,
                      picture_at(view->context->picture, SHELF_LOCATIONS, column - FIXED_COLUMNS),
                      cell);
    }
}

static TableModel model_of(Roles *view, const ViewContext *context)
{
    view->context = context;
    return (TableModel){
        .count = model_count,
        .row = model_row,
        .cell = model_cell,
        .find = model_find,
        .data = view,
        .empty = !filter_is_empty(&view->filter) ? "Nothing matches the filter: / changes it."
                 : context->picture->complete    ? "The fleet has no groups: see the fleet file."
                                                 : "Waiting for the backend's first picture."};
}

static void roles_draw(gpointer state, const ViewContext *context, const Canvas *canvas)
{
    Roles *view = state;
    bool wide = canvas->width >= WIDE;
    if (wide != view->wide) {
        view->wide = wide;
        make_columns(view, context->picture);
    }
    TableModel model = model_of(view, context);
    table_draw(view->table, &model, canvas);
}

// A row without a group if there is none.
static Row selected_row(Roles *view, const ViewContext *context)
{
    TableModel model = model_of(view, context);
    gsize index = table_index(view->table, &model);
    return index < view->rows->len ? row_at(view, index) : (Row){0};
}

static Effect open_row(Roles *view, const ViewContext *context)
{
    Row row = selected_row(view, context);
    if (!row.group)
        return effect_of(EFFECT_NONE);
    if (row.workload)
        return effect_open(SCREEN_CELL, row.workload->id);
    return row.group->operation ? effect_open(SCREEN_OPERATION, row.group->operation)
                                : effect_open(SCREEN_GROUP, row.group->name);
}

static Effect roles_update(gpointer state, const ViewContext *context, const KeyEvent *key,
                           const Binding *binding)
{
    Roles *view = state;
    TableModel model = model_of(view, context);
    if (key_is_mouse(key))
        return effect_of(table_mouse(view->table, &model, key) ? EFFECT_REDRAW : EFFECT_NONE);
    if (!binding)
        return effect_of(EFFECT_NONE);
    if (binding->action == ACTION_OPEN)
        return open_row(view, context);
    if (binding->action == ACTION_GROUP) {
        Row row = selected_row(view, context);
        return row.group ? effect_open(SCREEN_GROUP, row.group->name)
                         : effect_message("There is no group here.");
    }
    if (binding->action == ACTION_SORT) {
        view->worst_first = !view->worst_first;
        make_rows(view, context->picture);
        return effect_message("Groups %s.",
                              view->worst_first ? "worst first" : "as in the fleet file");
    }
    TableResult result = table_act(view->table, &model, binding->action);
    if (result == TABLE_FOLDED)
        make_rows(view, context->picture);
    return effect_of(result == TABLE_NOT_MINE ? EFFECT_NONE : EFFECT_REDRAW);
}

static const Keymap *roles_keymap(gpointer state)
{
    return ((Roles *)state)->keys;
}

static void roles_open(gpointer state, const char *object)
{
    table_select(((Roles *)state)->table, object);
}

static char *roles_copy(gpointer state, const ViewContext *context)
{
    Row row = selected_row(state, context);
    return row.group ? g_strdup(row_id(row)) : NULL;
}

static char *roles_command_line(gpointer state, const ViewContext *context)
{
    Row row = selected_row(state, context);
    return row.group ? g_strdup_printf("signalbox roles --filter group:%s", row.group->name)
                     : g_strdup("signalbox roles");
}

static const char *roles_filter(gpointer state)
{
    return filter_text(&((Roles *)state)->filter);
}

static void roles_set_filter(gpointer state, const char *text)
{
    Roles *view = state;
    filter_set(&view->filter, text);
    view->version = 0;
}

static const char *roles_group(gpointer state, const ViewContext *context)
{
    Row row = selected_row(state, context);
    return row.group ? row.group->name : NULL;
}

const Screen ROLES_SCREEN = {
    .id = SCREEN_ROLES,
    .name = "roles",
    .title = "Roles",
    .digit = '2',
    .create = roles_create,
    .destroy = roles_destroy,
    .refresh = roles_refresh,
    .draw = roles_draw,
    .update = roles_update,
    .keymap = roles_keymap,
    .open = roles_open,
    .copy = roles_copy,
    .command_line = roles_command_line,
    .filter = roles_filter,
    .set_filter = roles_set_filter,
    .proposes = true,
    .group = roles_group,
};
