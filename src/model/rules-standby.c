// Rules over standbys that people keep by hand, and over connectors.
#include "model/rules-private.h"

#include <string.h>

#include "base/timefmt.h"
#include "model/window.h"

enum { DAY_MIN = 24 * 60, WEEK_MIN = 7 * DAY_MIN };

// ---- R19: parity -------------------------------------------------------------------------------

static void append_count(GString *out, guint n, const char *what)
{
    if (n)
        g_string_append_printf(out, "%s%u %s", out->len ? ", " : "", n, what);
}

// "glossary: 2 missing, 1 different"
static char *kind_words(const ParityCount *count)
{
    g_autoptr(GString) text = g_string_new(NULL);
    append_count(text, count->missing, "missing");
    append_count(text, count->different, "different");
    append_count(text, count->extra, "extra");
    return text->len
               ? g_strdup_printf("%s: %s", word_of(&ENTITY_NAMES, (int)count->kind), text->str)
               : NULL;
}

static char *parity_words(const Parity *parity, const ParityCount *total)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < parity->counts->len; i++) {
        g_autofree char *words = kind_words(parity->counts->pdata[i]);
        if (words)
            g_string_append_printf(text, "%s%s", text->len ? "; " : "", words);
    }
    guint differs = total->missing + total->different + total->extra;
    if (differs == 1)
        g_string_append(text,
                        total->confirmed ? ". It is confirmed." : ". Nobody has confirmed it.");
    else
        g_string_append_printf(text, ". People have confirmed %u of these %u.", total->confirmed,
                               differs);
    return g_string_free(text, FALSE);
}

static void check_parity(const RuleWorld *world, const Parity *parity, GPtrArray *findings)
{
    ParityCount total = parity_total(parity);
    guint differs = total.missing + total.different + total.extra;
    if (!differs)
        return;
    g_autofree char *words = parity_words(parity, &total);
    Severity severity = total.confirmed >= differs ? SEVERITY_INFO
                        : total.missing            ? SEVERITY_ERROR
                                                   : SEVERITY_WARNING;
    rule_add(findings, severity,
             g_strdup_printf("The standby in %s is not what %s is: %s",
                             rule_place(world, parity->standby), rule_place(world, parity->primary),
                             words),
             "Repeat on the standby what was done on the primary: `signalbox parity GROUP` is the "
             "check-list; what may differ is confirmed there with a note.");
}

// Both sides were looked at, and one tells nothing of what it holds.
static const InstanceStatus *silent_side(const WorkloadStatus *status)
{
    const InstanceStatus *silent = NULL;
    for (guint i = 0; i < status->instances->len; i++) {
        const InstanceStatus *instance = status->instances->pdata[i];
        if (!instance->observed_at_ms)
            return NULL;
        if (!instance->inventory)
            silent = instance;
    }
    return silent;
}

void rule_parity(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    const WorkloadStatus *status = world->workload(object->workload->id, world->data);
    if (object->workload->kind != KIND_CATALOG || !status || status->instances->len < 2)
        return;
    const InstanceStatus *silent = silent_side(status);
    if (silent)
        rule_add(findings, SEVERITY_WARNING,
                 g_strdup_printf("Nobody tells what the instance in %s holds, so whether primary "
                                 "and standby are equal is not known.",
                                 rule_place(world, silent->location)),
                 "Use a driver that lists the entities, or compare the two sides by hand at every "
                 "review of the plan.");
    for (guint i = 0; i < status->parity->len; i++)
        check_parity(world, status->parity->pdata[i], findings);
}

// ---- R20, R21: what may not be shared ----------------------------------------------------------

typedef void PairCheck(const RuleWorld *world, const InstanceStatus *one,
                       const InstanceStatus *other, GPtrArray *findings);

// Calls `check` for each two sides whose entities are known.
static void each_pair(const RuleWorld *world, const Workload *workload, PairCheck *check,
                      GPtrArray *findings)
{
    const WorkloadStatus *status = world->workload(workload->id, world->data);
    for (guint i = 0; status && i < status->instances->len; i++)
        for (guint k = i + 1; k < status->instances->len; k++) {
            const InstanceStatus *one = status->instances->pdata[i];
            const InstanceStatus *other = status->instances->pdata[k];
            if (one->inventory && other->inventory)
                check(world, one, other, findings);
        }
}

static void check_attachments(const RuleWorld *world, const InstanceStatus *one,
                              const InstanceStatus *other, GPtrArray *findings)
{
    for (guint i = 0; i < one->inventory->entities->len; i++) {
        const Entity *entity = one->inventory->entities->pdata[i];
        const char *type = entity_field(entity, "type");
        if (entity->kind == ENTITY_ATTACHMENT &&
            inventory_find(other->inventory, ENTITY_ATTACHMENT, entity->name))
            rule_add(findings, SEVERITY_ERROR,
                     g_strdup_printf("%s and %s are both attached to the %s %s, which serves one "
                                     "account only.",
                                     rule_place(world, one->location),
                                     rule_place(world, other->location), type ? type : "resource",
                                     entity->name),
                     "Detach it from the standby. Its lineage is then not seen there while the "
                     "standby is in use: list that under `reduced`.");
    }
}

void rule_exclusive_attachment(const RuleWorld *world, const RuleObject *object,
                               GPtrArray *findings)
{
    each_pair(world, object->workload, check_attachments, findings);
}

static void check_runtimes(const RuleWorld *world, const InstanceStatus *one,
                           const InstanceStatus *other, GPtrArray *findings)
{
    for (guint i = 0; i < one->inventory->entities->len; i++) {
        const Entity *entity = one->inventory->entities->pdata[i];
        if (entity->kind == ENTITY_RUNTIME &&
            inventory_find(other->inventory, ENTITY_RUNTIME, entity->name))
            rule_add(findings, SEVERITY_ERROR,
                     g_strdup_printf("The integration runtime %s serves the accounts in %s and in "
                                     "%s; it belongs to one of them.",
                                     entity->name, rule_place(world, one->location),
                                     rule_place(world, other->location)),
                     "Install a runtime for each account, and let its scans use that one.");
    }
}

void rule_own_runtime(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    each_pair(world, object->workload, check_runtimes, findings);
}

// ---- R22: scans at the same time ---------------------------------------------------------------

typedef struct {
    DayWindow window;
    guint days; // bit 0 = Monday
} ScanTime;

// False for a scan that is started by hand, is off, or says no time that we understand.
static bool scan_time(const Entity *scan, ScanTime *ret_time)
{
    static const char *const DAYS[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    const char *window = entity_field(scan, "window"), *days = entity_field(scan, "days");
    ret_time->days = days ? 0 : 0x7f;
    for (guint i = 0; days && i < G_N_ELEMENTS(DAYS); i++)
        if (strstr(days, DAYS[i]))
            ret_time->days |= 1u << i;
    return window && g_strcmp0(entity_field(scan, "enabled"), "false") != 0 &&
           day_window_parse(window, &ret_time->window);
}

static guint length_of(const DayWindow *window)
{
    return (window->to_min + DAY_MIN - window->from_min) % DAY_MIN;
}

// True if two stretches of the week, which goes round, have a minute in common.
static bool stretches_meet(guint from, guint length, guint other_from, guint other_length)
{
    return (other_from + WEEK_MIN - from) % WEEK_MIN < length ||
           (from + WEEK_MIN - other_from) % WEEK_MIN < other_length;
}

static bool times_meet(const ScanTime *one, const ScanTime *other)
{
    for (guint i = 0; i < 7; i++)
        for (guint k = 0; k < 7; k++)
            if ((one->days & 1u << i) && (other->days & 1u << k) &&
                stretches_meet(i * DAY_MIN + one->window.from_min, length_of(&one->window),
                               k * DAY_MIN + other->window.from_min, length_of(&other->window)))
                return true;
    return false;
}

static void check_scan(const RuleWorld *world, const InstanceStatus *one, const Entity *scan,
                       const InstanceStatus *other, GPtrArray *findings)
{
    ScanTime time, other_time;
    const char *source = entity_field(scan, "source");
    if (!source || !scan_time(scan, &time))
        return;
    for (guint i = 0; i < other->inventory->entities->len; i++) {
        const Entity *entity = other->inventory->entities->pdata[i];
        if (entity->kind != ENTITY_SCAN || !scan_time(entity, &other_time) ||
            g_strcmp0(entity_field(entity, "source"), source) != 0 ||
            !times_meet(&time, &other_time))
            continue;
        rule_add(findings, SEVERITY_WARNING,
                 g_strdup_printf("The source %s is scanned from %s (%s, %s) and from %s (%s, %s) "
                                 "at the same time (UTC), which loads it twice.",
                                 source, rule_place(world, one->location), scan->name,
                                 entity_field(scan, "window"), rule_place(world, other->location),
                                 entity->name, entity_field(entity, "window")),
                 "Move one of the two scans to another time.");
        return; // one is enough to act upon
    }
}

static void check_scans(const RuleWorld *world, const InstanceStatus *one,
                        const InstanceStatus *other, GPtrArray *findings)
{
    for (guint i = 0; i < one->inventory->entities->len; i++) {
        const Entity *entity = one->inventory->entities->pdata[i];
        if (entity->kind == ENTITY_SCAN)
            check_scan(world, one, entity, other, findings);
    }
}

void rule_parallel_scan(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    each_pair(world, object->workload, check_scans, findings);
}

// ---- R23: the kept configuration ---------------------------------------------------------------

// Where it runs; or where it should, if that side does not answer: then this matters most.
static const InstanceStatus *running_side(const WorkloadStatus *status)
{
    const InstanceStatus *silent = NULL;
    for (guint i = 0; i < status->instances->len; i++) {
        const InstanceStatus *instance = status->instances->pdata[i];
        bool wanted = instance->desired == INSTANCE_UNKNOWN ? instance->primary
                                                            : instance->desired == INSTANCE_ACTIVE;
        if (instance->state == INSTANCE_ACTIVE)
            return instance;
        if (wanted && instance->state == INSTANCE_UNREACHABLE)
            silent = instance;
    }
    return silent;
}

static void check_age(const Workload *workload, gint64 age_ms, GPtrArray *findings)
{
    char age[16], limit[16];
    duration_format(age_ms, age);
    duration_format(workload->snapshot_limit_ms, limit);
    if (age_ms > workload->snapshot_limit_ms)
        rule_add_moving(
            findings, SEVERITY_ERROR,
            g_strdup_printf("Its configuration was kept %s ago; the limit is %s.", age, limit),
            "See why its region does not answer, or keep its configuration by hand.",
            g_strdup("old"));
}

void rule_snapshot_age(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    const Workload *workload = object->workload;
    const WorkloadStatus *status = world->workload(workload->id, world->data);
    if (workload->kind != KIND_CONNECTOR || !status)
        return;
    const InstanceStatus *at = running_side(status);
    if (status->snapshot_ms)
        check_age(workload, world->now_ms - status->snapshot_ms, findings);
    else if (at && (at->observed_at_ms || at->state == INSTANCE_UNREACHABLE))
        rule_add(findings, SEVERITY_ERROR,
                 g_strdup_printf("Its configuration in %s is kept nowhere: it is lost with that "
                                 "region.",
                                 rule_place(world, at->location)),
                 "Use a driver that reads the configuration, or keep it by hand elsewhere.");
    if (at && status->snapshot_ms && g_strcmp0(status->snapshot_kept, at->location) == 0)
        rule_add(findings, SEVERITY_ERROR,
                 g_strdup_printf("Its configuration is kept in %s, where it runs itself.",
                                 rule_place(world, at->location)),
                 "Let a daemon in another location keep it.");
}

// ---- R24: supported regions --------------------------------------------------------------------

static char *join(const GPtrArray *texts)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < texts->len; i++)
        g_string_append_printf(out, "%s%s", i ? ", " : "", (const char *)texts->pdata[i]);
    return g_string_free(out, FALSE);
}

void rule_supported_region(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    const Workload *workload = object->workload;
    (void)world;
    for (guint i = 0; i < workload->instances->len; i++) {
        const Location *at = ((const Instance *)workload->instances->pdata[i])->location;
        if (workload_supports(workload, at))
            continue;
        g_autofree char *regions = join(workload->regions);
        rule_add(findings, SEVERITY_ERROR,
                 g_strdup_printf("A %s is not supported in %s; it is in: %s.",
                                 word_of(&KIND_NAMES, (int)workload->kind), rule_title(at),
                                 regions),
                 "Choose a standby in one of the supported regions, or correct `regions`.");
    }
}
