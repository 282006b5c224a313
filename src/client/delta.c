// Deltas into the picture: the same lines from a snapshot and from the event stream.
#include "wire/delta.h"

#include <string.h>

#include "client/private.h"

static const int SHELVES[DELTA_KINDS] = {
    [DELTA_FRAME] = -1,
    [DELTA_LOCATION] = SHELF_LOCATIONS,
    [DELTA_GROUP] = SHELF_GROUPS,
    [DELTA_WORKLOAD] = SHELF_WORKLOADS,
    [DELTA_OPERATION] = SHELF_OPERATIONS,
    [DELTA_FINDING] = SHELF_FINDINGS,
    [DELTA_ALARM] = SHELF_ALARMS,
    [DELTA_CHANGE] = -1,
    [DELTA_AUDIT] = -1,
    [DELTA_RELOAD] = -1,
};

static void take_frame(Picture *picture, Delta *delta)
{
    FrameStatus *frame = delta_steal_object(delta);
    if (!frame)
        return;
    frame_status_release(&picture->frame);
    picture->frame = *frame;
    picture->version++;
    g_free(frame);
}

static void take(Picture *picture, Delta *delta, bool *ret_reload)
{
    switch (delta->kind) {
    case DELTA_FRAME:
        take_frame(picture, delta);
        return;
    case DELTA_CHANGE:
        if (delta->object)
            picture_add_change(picture, delta_steal_object(delta));
        return;
    case DELTA_AUDIT:
        if (delta->object)
            picture_add_audit(picture, delta_steal_object(delta));
        return;
    case DELTA_RELOAD:
        *ret_reload = true;
        return;
    case DELTA_KINDS: // of a newer backend: nothing that we could show
        return;
    default:
        break;
    }
    ShelfKind shelf = (ShelfKind)SHELVES[delta->kind];
    if (delta->object)
        picture_put(picture, shelf, delta_steal_object(delta));
    else
        picture_remove(picture, shelf, delta->key);
}

static bool take_me(Picture *picture, WireReader *reader, const WireAt *root, GError **error)
{
    WireAt me = wire_object(root, "object");
    const char *name = wire_text(&me, "operator");
    const char *how = wire_text_opt(&me, "how", NULL);
    gint64 roles = wire_integer(&me, "roles", 0, G_MAXINT32);
    if (!wire_reader_finish(reader, error))
        return false;
    person_release(&picture->me);
    picture->me = (Person){g_strdup(name), g_strdup(how), (guint)roles};
    return true;
}

bool delta_take(Picture *picture, const char *text, gsize n, guint64 *ret_end, bool *ret_reload,
                GError **error)
{
    g_auto(Delta) scanned = {.kind = DELTA_KINDS};
    if (delta_scan(text, n, &scanned)) {
        take(picture, &scanned, ret_reload);
        return true;
    }
    g_autoptr(json_t) json = wire_parse("What the backend sent", text, n, LINE_MAX_BYTES, error);
    if (!json)
        return false;
    WireReader reader = {0};
    WireAt root = wire_root(&reader, json);
    const char *kind = wire_text(&root, "kind");
    if (g_strcmp0(kind, "me") == 0)
        return take_me(picture, &reader, &root, error);
    if (g_strcmp0(kind, "end") == 0) {
        *ret_end = (guint64)wire_integer(&root, "revision", 0, WIRE_INTEGER_MAX);
        return wire_reader_finish(&reader, error);
    }
    if (!wire_reader_finish(&reader, error))
        return false;
    g_auto(Delta) delta = {0};
    if (!delta_from_json(json, WIRE_LENIENT, &delta, error))
        return false;
    take(picture, &delta, ret_reload);
    return true;
}
