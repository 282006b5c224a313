// The facts of a statement as they are now: value, unit, source, and when each was observed.
#include "engine/evidence-private.h"

#include "base/timefmt.h"
#include "engine/snapshot.h"

enum { FOLLOWS_MS = 10 * 1000 };

static Fact *add_fact(Maker *maker, const char *label, const char *value, gint64 at_ms,
                      const char *id_format, ...) G_GNUC_PRINTF(5, 6);

static Fact *add_fact(Maker *maker, const char *label, const char *value, gint64 at_ms,
                      const char *id_format, ...)
{
    va_list args;
    va_start(args, id_format);
    g_autofree char *id = g_strdup_vprintf(id_format, args);
    va_end(args);
    Fact *fact = fact_new(id, label);
    fact->value = g_strdup(value);
    fact->unit = g_strdup("");
    fact->observed_at_ms = at_ms;
    g_ptr_array_add(maker->statement->facts, fact);
    return fact;
}

static void set_unit(Fact *fact, const char *unit)
{
    g_free(fact->unit);
    fact->unit = g_strdup(unit);
}

// NULL for what is not known.
static char *count_text(gint64 count)
{
    return count < 0 ? NULL : g_strdup_printf("%" G_GINT64_FORMAT, count);
}

const char *maker_title(const Location *location)
{
    return location->title ? location->title : location->name;
}

void maker_not_known(Maker *maker, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_ptr_array_add(maker->statement->not_known, g_strdup_vprintf(format, args));
    va_end(args);
}

static char *vantages_of(const LocationStatus *status)
{
    GString *text = g_string_new("probes from");
    for (guint i = 0; i < status->vantages->len; i++)
        g_string_append_printf(text, "%s %s", i ? "," : "",
                               ((const VantageStatus *)status->vantages->pdata[i])->vantage);
    if (!status->vantages->len)
        g_string_append(text, " nowhere");
    return g_string_free(text, FALSE);
}

static void add_verdict(Maker *maker, const Location *location)
{
    const LocationStatus *status = world_location(maker->engine, location->name);
    g_autofree char *text =
        g_strdup_printf("%s: %s", word_of(&VERDICT_NAMES, (int)status->verdict.state),
                        status->verdict.why ? status->verdict.why : "");
    Fact *fact = add_fact(maker, maker_title(location), text, status->verdict.observed_at_ms,
                          "verdict.%s", location->name);
    fact->source = vantages_of(status);
    // A location without a health check has no verdict to wait for; its instances speak for it.
    fact->frozen = !location->health.url;
    if (fact->frozen)
        maker_not_known(maker, "whether %s is healthy: it has no health check",
                        maker_title(location));
    for (guint i = 0; i < status->vantages->len; i++) {
        const VantageStatus *vantage = status->vantages->pdata[i];
        g_autofree char *failures = g_strdup_printf("%u", vantage->failures);
        Fact *count =
            add_fact(maker, "failed probes in a row", failures, status->verdict.observed_at_ms,
                     "failures.%s.%s", location->name, vantage->vantage);
        count->source = g_strdup(vantage->vantage);
        set_unit(count, "probes");
    }
}

// True for an instance of the lost side that nobody can look at: what was last seen stands. A target that
// hangs or answers nonsense (a 503 before it) tells no more than one that is gone, once its region is down;
// waiting for fresh words from it would keep everybody from signing.
static bool is_silent(const Maker *maker, const InstanceStatus *status)
{
    const LocationStatus *from = world_location(maker->engine, maker->operation->from);
    if (maker->from == maker->to || !g_str_equal(status->location, maker->operation->from))
        return false;
    return status->state == INSTANCE_UNREACHABLE ||
           (status->state == INSTANCE_UNKNOWN && !maker->operation->planned && from &&
            from->verdict.state == VERDICT_DOWN);
}

static void add_state(Maker *maker, const InstanceWatch *watch)
{
    const InstanceStatus *status = watch->status;
    g_autofree char *label =
        g_strdup_printf("%s in %s", watch->workload->name, maker_title(watch->instance->location));
    Fact *fact =
        add_fact(maker, label, word_of(&INSTANCE_NAMES, (int)status->state), status->observed_at_ms,
                 "state.%s.%s", watch->workload->name, status->location);
    fact->source = g_strdup(watch->workload->driver);
    fact->frozen = is_silent(maker, status);
}

static void add_runs(Maker *maker, gint64 runs, gint64 at_ms, bool frozen)
{
    g_autofree char *value = count_text(runs);
    Fact *fact = add_fact(maker, "runs in flight", value, at_ms, "runs.%s", maker->operation->from);
    set_unit(fact, "runs");
    fact->source = g_strdup("drivers");
    fact->frozen = frozen || runs < 0;
    if (runs < 0)
        maker_not_known(maker, "how many runs are in flight in %s", maker_title(maker->from));
}

// Counted from the timetable, so as of now; unless nobody can count.
static void add_missed(Maker *maker, gint64 missed)
{
    g_autofree char *value = count_text(missed);
    Fact *fact = add_fact(maker, "recurrences missed so far", value, maker->engine->now_ms,
                          "missed.%s", maker->operation->from);
    set_unit(fact, "recurrences");
    fact->source = g_strdup("timetable");
    fact->frozen = missed < 0;
    if (missed < 0)
        maker_not_known(maker, "how many recurrences were missed in %s", maker_title(maker->from));
}

// What runs and misses on the losing side.
static void count_losing_side(Maker *maker)
{
    gint64 runs = 0, missed = 0, at_ms = maker->engine->now_ms;
    bool frozen = false;
    for (guint i = 0; i < maker->live->group->workloads->len; i++) {
        const Workload *workload = maker->live->group->workloads->pdata[i];
        const InstanceWatch *watch =
            world_instance(maker->engine, workload->id, maker->operation->from);
        if (!watch || workload->kind == KIND_ROUTER)
            continue;
        const InstanceStatus *status = watch->status;
        frozen = frozen || is_silent(maker, status);
        at_ms = status->observed_at_ms ? MIN(at_ms, status->observed_at_ms) : at_ms;
        runs = runs < 0 || status->runs < 0 ? -1 : runs + status->runs;
        missed = missed < 0 || status->missed < 0 ? -1 : missed + status->missed;
    }
    bool none = maker->operation->planned || operation_is_rehearsal(maker->operation);
    maker->statement->abandoned_runs = none ? 0 : runs;
    maker->statement->missed_recurrences = missed;
    add_runs(maker, runs, at_ms, frozen);
    add_missed(maker, missed);
}

static void add_states(Maker *maker)
{
    const Location *both[] = {maker->from, maker->to};
    for (guint i = 0; i < maker->live->group->workloads->len; i++) {
        const Workload *workload = maker->live->group->workloads->pdata[i];
        for (guint j = maker->from == maker->to; j < 2; j++) {
            const InstanceWatch *watch = world_instance(maker->engine, workload->id, both[j]->name);
            if (watch)
                add_state(maker, watch);
        }
    }
}

// How far one end of a link is: as a moment, and as a position where it counts its transactions.
static void add_end(Maker *maker, const ReplicationStatus *link, bool replayed, bool frozen)
{
    const char *at = replayed ? link->to : link->from;
    gint64 position = replayed ? link->replayed_pos : link->committed_pos;
    g_autofree char *moment = time_format_ms(replayed ? link->replayed_ms : link->committed_ms);
    g_autofree char *number = count_text(position);
    const struct {
        const char *label, *value, *unit, *what;
    } FACTS[] = {{replayed ? "replayed up to" : "last known committed", moment, "UTC",
                  replayed ? "replayed" : "committed"},
                 {replayed ? "position replayed" : "position committed", number, "transactions",
                  replayed ? "replayed_position" : "committed_position"}};
    for (guint i = 0; i < G_N_ELEMENTS(FACTS) - (position < 0); i++) {
        Fact *fact = add_fact(maker, FACTS[i].label, FACTS[i].value,
                              replayed ? link->observed_at_ms : link->source_at_ms,
                              "replication.%s.%s.%s", link->workload, at, FACTS[i].what);
        set_unit(fact, FACTS[i].unit);
        fact->source = g_strdup(at);
        fact->frozen = frozen;
    }
}

// A target that answers, and tells nothing new of what it replays: it does not follow. Its last word, or none, stands;
// waiting for a newer one would keep everybody from signing the way to it.
static bool has_stopped(Maker *maker, const ReplicationStatus *link)
{
    const InstanceWatch *target = world_instance(maker->engine, link->workload, link->to);
    if (!target || target->bad || !target->last ||
        target->status->observed_at_ms - link->observed_at_ms <= FOLLOWS_MS)
        return false;
    maker_not_known(maker,
                    "what %s has replayed of %s since its last word of it: it does not follow",
                    maker_title(maker->to), link->workload);
    return true;
}

static void add_link(Maker *maker, const ReplicationStatus *link)
{
    const InstanceWatch *source = world_instance(maker->engine, link->workload, link->from);
    // What nobody can look at stands as it was last seen; where it may go on, the bound moves.
    bool silent = (source && source->silent_ms) || derive_source_silent(maker->engine, link) != 0;
    // A planned move proves it by catching up; there the link may be down until the old primary rejoins.
    bool orderly = maker->operation->planned || maker->operation->kind == OPERATION_FAILBACK;
    add_end(maker, link, true, orderly || has_stopped(maker, link));
    add_end(maker, link, false, orderly || silent || !link->source_at_ms);
}

static void add_links(Maker *maker)
{
    GString *lineage = g_string_new(NULL);
    const GPtrArray *links = maker->live->status->replication;
    for (guint i = 0; i < links->len; i++) {
        const ReplicationStatus *link = links->pdata[i];
        if (g_strcmp0(link->from, maker->operation->from) != 0 ||
            g_strcmp0(link->to, maker->operation->to) != 0)
            continue;
        add_link(maker, link);
        if (link->lineage)
            g_string_append_printf(lineage, "%s%s", lineage->len ? " " : "", link->lineage);
    }
    // A failback's link is made by its first step.
    bool has = lineage->len && maker->operation->kind != OPERATION_FAILBACK;
    maker->statement->lineage = g_string_free(lineage, !has);
}

// ---- Who sees it -------------------------------------------------------------------------------

static void append_vantage(const Maker *maker, GString *out, const VantageStatus *vantage)
{
    const Location *at =
        vantage->location ? fleet_location(maker->engine->fleet, vantage->location) : NULL;
    char since[16];
    time_format_clock(vantage->failures ? vantage->first_failure_ms : vantage->last_ok_ms, since);
    g_string_append_printf(out, "%s%s in %s: ", out->len ? "; " : "", vantage->vantage,
                           at ? maker_title(at) : "an unknown place");
    if (vantage->failures)
        g_string_append_printf(out, "%u failed probes in a row, since %s", vantage->failures,
                               since);
    else if (vantage->last_ok_ms)
        g_string_append_printf(out, "up at %s", since);
    else
        g_string_append(out, "no probe yet");
}

// "neu-1 in North Europe: 12 failed probes in a row, since 03:09:55Z; stated by weu-1 in West Europe"
static char *vantage_line(const Maker *maker)
{
    const LocationStatus *from = world_location(maker->engine, maker->operation->from);
    const char *place = maker->engine->config.location;
    const Location *at = place ? fleet_location(maker->engine->fleet, place) : NULL;
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < from->vantages->len; i++)
        append_vantage(maker, out, from->vantages->pdata[i]);
    if (!out->len)
        g_string_append_printf(out, "no vantage point looks at %s", maker_title(maker->from));
    g_string_append_printf(out, "; stated by %s", maker->engine->config.daemon);
    if (at)
        g_string_append_printf(out, " in %s", maker_title(at));
    if (at && at == maker->from && maker->from != maker->to)
        g_string_append(out, ", which is the place being left");
    return g_string_free(out, FALSE);
}

// ---- Schedules and stages ------------------------------------------------------------------------

// What this operation now would miss, of each trigger that follows a clock. A rehearsal commands nothing: it misses
// nothing, and says no more than that.
static void add_fires(Maker *maker, const Workload *workload)
{
    const Instance *to =
        operation_is_rehearsal(maker->operation) ? NULL : workload_instance(workload, maker->to);
    const char *what = maker->from == maker->to
                           ? "restart"
                           : word_of(&OPERATION_KIND_NAMES, (int)maker->operation->kind);
    for (guint i = 0; to && i < workload->triggers->len; i++) {
        const Trigger *trigger = workload->triggers->pdata[i];
        g_autofree char *words = engine_move_words(maker->engine, what, to, trigger);
        g_autofree char *label = g_strdup_printf("%s/%s", workload->name, trigger->name);
        if (!words)
            continue;
        Fact *fact = add_fact(maker, label, words, maker->engine->now_ms, "fires.%s.%s",
                              workload->name, trigger->name);
        fact->source = g_strdup("timetable and runs");
    }
}

// What the process's stages held when they were last seen: the loss of the location strands it (L8).
static void add_stages(Maker *maker, const Workload *workload)
{
    const InstanceWatch *watch =
        world_instance(maker->engine, workload->id, maker->operation->from);
    if (!watch || !watch->status->stages->len || maker->from == maker->to)
        return;
    const InstanceStatus *status = watch->status;
    g_autofree char *stranded = stages_stranded(status->stages);
    g_autofree char *label =
        g_strdup_printf("stages of %s in %s", workload->name, maker_title(maker->from));
    Fact *fact = add_fact(maker, label, stranded ? stranded : "nothing queued or in flight",
                          status->observed_at_ms, "stages.%s.%s", workload->name, status->location);
    fact->source = g_strdup(watch->workload->driver);
    fact->frozen = is_silent(maker, status);
}

// What a connector is made anew of elsewhere (D2): the kept configuration, whose age is the message.
static void add_kept(Maker *maker, const Workload *workload)
{
    const GPtrArray *kept = engine_snapshots(maker->engine, workload->id);
    const Snapshot *newest = kept && kept->len ? kept->pdata[kept->len - 1] : NULL;
    if (workload->kind != KIND_CONNECTOR || maker->from == maker->to)
        return;
    char since[32] = "";
    if (newest)
        time_format_full(newest->from_ms, since);
    g_autofree char *value =
        newest ? g_strdup_printf("%u entities of %s, so since %s, kept in %s",
                                 newest->inventory->entities->len, newest->location, since,
                                 newest->kept ? newest->kept : "an unknown place")
               : g_strdup("none: the new one cannot be made of it");
    g_autofree char *label = g_strdup_printf("kept configuration of %s", workload->name);
    Fact *fact =
        add_fact(maker, label, value, newest ? newest->at_ms : 0, "kept.%s", workload->name);
    fact->source = g_strdup("snapshot");
    fact->frozen = true;
}

static void add_schedules(Maker *maker)
{
    for (guint i = 0; i < maker->live->group->workloads->len; i++) {
        add_fires(maker, maker->live->group->workloads->pdata[i]);
        add_stages(maker, maker->live->group->workloads->pdata[i]);
        add_kept(maker, maker->live->group->workloads->pdata[i]);
    }
}

void maker_add_facts(Maker *maker)
{
    if (maker->from != maker->to)
        add_verdict(maker, maker->from);
    add_verdict(maker, maker->to);
    add_states(maker);
    add_links(maker);
    count_losing_side(maker);
    add_schedules(maker);
    maker->statement->vantage = vantage_line(maker);
}
