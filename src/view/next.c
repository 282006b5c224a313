#include "view/next.h"

#include "view/frame.h"

const Alarm *next_alarm(const Picture *picture, const char *shown)
{
    guint n = picture_count(picture, SHELF_ALARMS), start = 0;
    for (guint i = 0; i < n; i++)
        if (g_strcmp0(((const Alarm *)picture_at(picture, SHELF_ALARMS, i))->id, shown) == 0)
            start = i + 1;
    for (guint i = 0; i < n; i++) {
        const Alarm *alarm = picture_at(picture, SHELF_ALARMS, (start + i) % n);
        if (!alarm->acknowledged_by)
            return alarm;
    }
    return NULL;
}

static bool waits(const Operation *operation)
{
    return operation_ballot(operation).state == OPERATION_AWAITING && !operation->region;
}

// Of the same region-level operation, and not signed by me.
static bool is_sibling(const Operation *operation, const Operation *from, const Picture *picture)
{
    const Operation ballot = operation_ballot(operation);
    return operation != from && g_strcmp0(operation->parent, from->parent) == 0 &&
           operation_wants_me(&ballot, picture);
}

const Operation *next_signoff(const Picture *picture, const char *shown)
{
    const Operation *from = shown ? picture_operation(picture, shown) : NULL;
    guint n = picture_count(picture, SHELF_OPERATIONS), start = 0;
    for (guint i = 0; from && i < n; i++)
        if (picture_at(picture, SHELF_OPERATIONS, i) == from)
            start = i + 1;
    for (guint pass = from && from->parent ? 0 : 1; pass < 2; pass++) // its siblings first
        for (guint i = 0; i < n; i++) {
            const Operation *operation = picture_at(picture, SHELF_OPERATIONS, (start + i) % n);
            if (waits(operation) && (pass || is_sibling(operation, from, picture)))
                return operation;
        }
    return NULL;
}
