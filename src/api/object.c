#include "api/object.h"

#include <string.h>

static const char *frame_key(gconstpointer object)
{
    (void)object;
    return "";
}

static const char *location_key(gconstpointer object)
{
    return ((const LocationStatus *)object)->name;
}

static const char *group_key(gconstpointer object)
{
    return ((const GroupStatus *)object)->name;
}

static const char *workload_key(gconstpointer object)
{
    return ((const WorkloadStatus *)object)->id;
}

static const char *operation_key(gconstpointer object)
{
    return ((const Operation *)object)->id;
}

static const char *finding_key(gconstpointer object)
{
    return ((const Finding *)object)->id;
}

static const char *alarm_key(gconstpointer object)
{
    return ((const Alarm *)object)->id;
}

static gconstpointer find_frame(const Engine *engine, const char *key)
{
    (void)key;
    return engine_frame(engine);
}

static gconstpointer find_location(const Engine *engine, const char *key)
{
    return engine_location(engine, key);
}

static gconstpointer find_group(const Engine *engine, const char *key)
{
    return engine_group(engine, key);
}

static gconstpointer find_workload(const Engine *engine, const char *key)
{
    return engine_workload(engine, key);
}

static gconstpointer find_operation(const Engine *engine, const char *key)
{
    return engine_operation(engine, key);
}

static gconstpointer find_finding(const Engine *engine, const char *key)
{
    return engine_finding(engine, key);
}

static gconstpointer find_alarm(const Engine *engine, const char *key)
{
    const GPtrArray *all = engine_alarms(engine);
    for (guint i = 0; i < all->len; i++)
        if (strcmp(((const Alarm *)all->pdata[i])->id, key) == 0)
            return all->pdata[i];
    return NULL;
}

static const struct {
    const char *(*key)(gconstpointer object);
    gconstpointer (*find)(const Engine *engine, const char *key);
} ROWS[DELTA_KINDS] = {
    [DELTA_FRAME] = {frame_key, find_frame},
    [DELTA_LOCATION] = {location_key, find_location},
    [DELTA_GROUP] = {group_key, find_group},
    [DELTA_WORKLOAD] = {workload_key, find_workload},
    [DELTA_OPERATION] = {operation_key, find_operation},
    [DELTA_FINDING] = {finding_key, find_finding},
    [DELTA_ALARM] = {alarm_key, find_alarm},
};

const char *object_key(DeltaKind kind, gconstpointer object)
{
    return ROWS[kind].key ? ROWS[kind].key(object) : NULL;
}

gconstpointer object_find(const Engine *engine, DeltaKind kind, const char *key)
{
    return ROWS[kind].find ? ROWS[kind].find(engine, key) : NULL;
}
