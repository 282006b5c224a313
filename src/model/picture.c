#include "model/picture.h"

static const char *location_key(gconstpointer item)
{
    return ((const LocationStatus *)item)->name;
}

static const char *group_key(gconstpointer item)
{
    return ((const GroupStatus *)item)->name;
}

static const char *workload_key(gconstpointer item)
{
    return ((const WorkloadStatus *)item)->id;
}

static const char *operation_key(gconstpointer item)
{
    return ((const Operation *)item)->id;
}

static const char *finding_key(gconstpointer item)
{
    return ((const Finding *)item)->id;
}

static const char *alarm_key(gconstpointer item)
{
    return ((const Alarm *)item)->id;
}

static void drop_location(gpointer item)
{
    location_status_free(item);
}

static void drop_group(gpointer item)
{
    group_status_free(item);
}

static void drop_workload(gpointer item)
{
    workload_status_free(item);
}

static void drop_operation(gpointer item)
{
    operation_free(item);
}

static void drop_finding(gpointer item)
{
    finding_free(item);
}

static void drop_alarm(gpointer item)
{
    alarm_free(item);
}

static void drop_change(gpointer item)
{
    change_free(item);
}

static void drop_audit(gpointer item)
{
    audit_record_free(item);
}

static void drop_presence(gpointer item)
{
    Presence *presence = item;
    g_free(presence->person);
    g_free(presence->operation);
    g_free(presence);
}

static const struct {
    const char *(*key)(gconstpointer item);
    GDestroyNotify drop;
} KINDS[SHELF_COUNT] = {
    [SHELF_LOCATIONS] = {location_key, drop_location},
    [SHELF_GROUPS] = {group_key, drop_group},
    [SHELF_WORKLOADS] = {workload_key, drop_workload},
    [SHELF_OPERATIONS] = {operation_key, drop_operation},
    [SHELF_FINDINGS] = {finding_key, drop_finding},
    [SHELF_ALARMS] = {alarm_key, drop_alarm},
};

Picture *picture_new(void)
{
    Picture *picture = g_new0(Picture, 1);
    for (guint i = 0; i < SHELF_COUNT; i++) {
        Shelf *shelf = &picture->shelves[i];
        shelf->items = g_ptr_array_new_with_free_func(KINDS[i].drop);
        shelf->index = g_hash_table_new(g_str_hash, g_str_equal);
        shelf->key = KINDS[i].key;
    }
    picture->changes = g_ptr_array_new_with_free_func(drop_change);
    picture->audit = g_ptr_array_new_with_free_func(drop_audit);
    picture->presences = g_ptr_array_new_with_free_func(drop_presence);
    return picture;
}

void picture_clear(Picture *picture)
{
    for (guint i = 0; i < SHELF_COUNT; i++) {
        g_hash_table_remove_all(picture->shelves[i].index);
        g_ptr_array_set_size(picture->shelves[i].items, 0);
    }
    g_ptr_array_set_size(picture->changes, 0);
    g_ptr_array_set_size(picture->audit, 0);
    g_ptr_array_set_size(picture->presences, 0);
    frame_status_release(&picture->frame);
    picture->version++;
    picture->layout++;
}

void picture_free(Picture *picture)
{
    if (!picture)
        return;
    picture_clear(picture);
    for (guint i = 0; i < SHELF_COUNT; i++) {
        g_hash_table_unref(picture->shelves[i].index);
        g_ptr_array_unref(picture->shelves[i].items);
    }
    g_ptr_array_unref(picture->changes);
    g_ptr_array_unref(picture->audit);
    g_ptr_array_unref(picture->presences);
    person_release(&picture->me);
    g_free(picture->link.endpoint);
    g_free(picture->link.trouble);
    g_free(picture);
}

void picture_replace(Picture *picture, Picture *next)
{
    Picture old = *picture;
    *picture = *next;
    *next = old;
    // the line belongs to the picture that stays
    Link link = picture->link;
    picture->link = next->link;
    next->link = link;
    picture->version = next->version + 1;
    picture->layout = next->layout + 1;
}

static guint position_of(const Shelf *shelf, const char *key)
{
    return key ? GPOINTER_TO_UINT(g_hash_table_lookup(shelf->index, key)) : 0;
}

static void note_position(Shelf *shelf, guint position)
{
    // replace, not insert: the key must belong to the item that stands there now
    g_hash_table_replace(shelf->index, (gpointer)shelf->key(shelf->items->pdata[position]),
                         GUINT_TO_POINTER(position + 1));
}

void picture_put(Picture *picture, ShelfKind kind, gpointer item)
{
    Shelf *shelf = &picture->shelves[kind];
    guint known = position_of(shelf, shelf->key(item));
    picture->version++;
    if (!known) {
        picture->layout++;
        g_ptr_array_add(shelf->items, item);
        note_position(shelf, shelf->items->len - 1);
        return;
    }
    gpointer old = shelf->items->pdata[known - 1];
    shelf->items->pdata[known - 1] = item;
    note_position(shelf, known - 1);
    KINDS[kind].drop(old);
}

void picture_remove(Picture *picture, ShelfKind kind, const char *key)
{
    Shelf *shelf = &picture->shelves[kind];
    guint known = position_of(shelf, key);
    if (!known)
        return;
    g_hash_table_remove(shelf->index, key);
    g_ptr_array_remove_index(shelf->items, known - 1);
    for (guint i = known - 1; i < shelf->items->len; i++)
        note_position(shelf, i);
    picture->version++;
    picture->layout++;
}

gpointer picture_get(const Picture *picture, ShelfKind kind, const char *key)
{
    guint known = position_of(&picture->shelves[kind], key);
    return known ? picture->shelves[kind].items->pdata[known - 1] : NULL;
}

guint picture_count(const Picture *picture, ShelfKind kind)
{
    return picture->shelves[kind].items->len;
}

gpointer picture_at(const Picture *picture, ShelfKind kind, guint i)
{
    return picture->shelves[kind].items->pdata[i];
}

static void add_bounded(GPtrArray *array, gpointer item, guint most)
{
    if (array->len == most)
        g_ptr_array_remove_index(array, 0);
    g_ptr_array_add(array, item);
}

void picture_add_change(Picture *picture, Change *change)
{
    add_bounded(picture->changes, change, PICTURE_CHANGES);
    picture->version++;
}

void picture_add_audit(Picture *picture, AuditRecord *record)
{
    GPtrArray *audit = picture->audit;
    const AuditRecord *last = audit->len ? audit->pdata[audit->len - 1] : NULL;
    if (last && record->seq <= last->seq) {
        audit_record_free(record);
        return;
    }
    add_bounded(audit, record, PICTURE_AUDIT);
    picture->version++;
}

const LocationStatus *picture_location(const Picture *picture, const char *name)
{
    return picture_get(picture, SHELF_LOCATIONS, name);
}

const GroupStatus *picture_group(const Picture *picture, const char *name)
{
    return picture_get(picture, SHELF_GROUPS, name);
}

const WorkloadStatus *picture_workload(const Picture *picture, const char *id)
{
    return picture_get(picture, SHELF_WORKLOADS, id);
}

const Operation *picture_operation(const Picture *picture, const char *id)
{
    return picture_get(picture, SHELF_OPERATIONS, id);
}

gint64 picture_now(const Picture *picture, gint64 local_ms)
{
    return local_ms + picture->link.clock_ahead_ms;
}

const char *picture_title(const Picture *picture, const char *location)
{
    const LocationStatus *status = picture_location(picture, location);
    return status && status->title && *status->title ? status->title : location;
}
