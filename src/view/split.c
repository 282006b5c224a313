#include "view/split.h"

#include <string.h>

#include "base/text.h"
#include "view/badge.h"
#include "view/words.h"

static guint count_active(const WorkloadStatus *workload)
{
    guint active = 0;
    for (guint i = 0; i < workload->instances->len; i++)
        active += ((const InstanceStatus *)workload->instances->pdata[i])->state == INSTANCE_ACTIVE;
    return active;
}

// Of two that are active the one without the role goes; if nobody has it, the last one that came up.
static const InstanceStatus *intruder_of(const WorkloadStatus *workload, const char *holder)
{
    const InstanceStatus *found = NULL;
    for (guint i = 0; i < workload->instances->len; i++) {
        const InstanceStatus *instance = workload->instances->pdata[i];
        bool candidate =
            instance->state == INSTANCE_ACTIVE && g_strcmp0(instance->location, holder) != 0;
        if (candidate && (!found || instance->since_ms > found->since_ms))
            found = instance;
    }
    return found;
}

// Asked for every key of every footer: of 100,000 workloads nothing is looked at while no group is split.
static bool any_split(const Picture *picture)
{
    for (guint i = 0; i < picture_count(picture, SHELF_GROUPS); i++)
        if (((const GroupStatus *)picture_at(picture, SHELF_GROUPS, i))->mode == MODE_SPLIT)
            return true;
    return false;
}

const WorkloadStatus *split_find(const Picture *picture, const InstanceStatus **ret_intruder)
{
    guint count = any_split(picture) ? picture_count(picture, SHELF_WORKLOADS) : 0;
    for (guint i = 0; i < count; i++) {
        const WorkloadStatus *workload = picture_at(picture, SHELF_WORKLOADS, i);
        const GroupStatus *group = picture_group(picture, workload->group);
        if (!workload->single_active || !group || group->mode != MODE_SPLIT ||
            count_active(workload) < 2)
            continue;
        if (ret_intruder)
            *ret_intruder = intruder_of(workload, group->active);
        return workload;
    }
    return NULL;
}

// By the alarm that there is of each: nothing is looked at while there is none.
const WorkloadStatus *split_find_pending(const Picture *picture,
                                         const InstanceStatus **ret_instance)
{
    for (guint i = 0; i < picture_count(picture, SHELF_ALARMS); i++) {
        const Alarm *alarm = picture_at(picture, SHELF_ALARMS, i);
        if (alarm->ended_ms || !g_str_has_prefix(alarm->id, "quarantine:"))
            continue;
        g_auto(GStrv) parts = g_strsplit(alarm->id + strlen("quarantine:"), "@", 2);
        const WorkloadStatus *workload = parts[0] ? picture_workload(picture, parts[0]) : NULL;
        const InstanceStatus *instance =
            workload && parts[1] ? workload_status_at(workload, parts[1]) : NULL;
        if (!instance || !instance->passivate_by)
            continue;
        *ret_instance = instance;
        return workload;
    }
    return NULL;
}

static void append_instance(const ViewContext *context, const InstanceStatus *instance,
                            const char *holder, GString *out)
{
    char since[16], run[16], seen[24];
    age_format(instance->since_ms, context->now_ms, since);
    age_format(instance->last_run_ms, context->now_ms, run);
    ago_format(instance->observed_at_ms, context->now_ms, false, seen);
    g_string_append_printf(out, "%s%s: active for %s, epoch %" G_GINT64_FORMAT,
                           picture_title(context->picture, instance->location),
                           g_strcmp0(instance->location, holder) == 0 ? " (has the role)" : "",
                           since, instance->epoch);
    if (instance->boot_id)
        g_string_append_printf(out, ", boot %.12s", instance->boot_id);
    if (instance->runs >= 0)
        g_string_append_printf(out, ", %d run%s in flight", instance->runs,
                               text_plural(instance->runs));
    if (instance->last_run_ms)
        g_string_append_printf(out, ", last run %s ago", run);
    g_string_append_printf(out, " (seen %s)", seen);
}

// In as many lines as it takes, and nothing is cut, as long as it leaves two thirds of the screen for the rest.
static void put_wrapped(const Canvas *canvas, Rect *rest, Style style, const char *text)
{
    gsize size = strlen(text), done = 0;
    while (done < size && rest->height > MAX(canvas->height * 2 / 3, 4)) {
        Rect at = rect_cut_top(rest, 1);
        gsize n = cells_wrap(canvas, text + done, size - done, MAX(canvas->width - 3, 1));
        cells_fill(canvas, at, style, GLYPH_NONE);
        cells_put_n(canvas, done ? 3 : 1, at.y, style, text + done, n);
        done += n;
    }
}

Canvas split_draw(const ViewContext *context, const Canvas *canvas)
{
    const Style loud = ROLE_ALARM | STYLE_REVERSE | STYLE_BOLD;
    const InstanceStatus *intruder = NULL;
    const WorkloadStatus *workload = split_find(context->picture, &intruder);
    Rect rest = canvas_rect(canvas);
    if (!workload || canvas->height < 6)
        return *canvas;
    const GroupStatus *group = picture_group(context->picture, workload->group);
    g_autofree char *title =
        g_strdup_printf("SPLIT BRAIN: %s is active in %u places. Z switches %s off.", workload->id,
                        count_active(workload),
                        intruder ? picture_title(context->picture, intruder->location) : "one");
    put_wrapped(canvas, &rest, loud, title);
    for (guint i = 0; i < workload->instances->len; i++) {
        const InstanceStatus *instance = workload->instances->pdata[i];
        if (instance->state != INSTANCE_ACTIVE)
            continue;
        g_autoptr(GString) line = g_string_new(NULL);
        append_instance(context, instance, group->active, line);
        put_wrapped(canvas, &rest, ROLE_ALARM, line->str);
    }
    return canvas_sub(canvas, rest);
}
