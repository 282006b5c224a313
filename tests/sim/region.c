#include "region.h"

#include <string.h>

typedef enum { EVENT_TICK, EVENT_COMMAND, EVENT_ANSWER, EVENT_OBSERVE, EVENT_PROBE } EventKind;

// A message on its way: a command to its target, or an answer to the engine.
typedef struct {
    EventKind kind;
    gint64 at_ms;
    Target *target;
    const Location *location;
    DriverAction action;
    char *key;
    char *to;
    gint64 epoch;
    char *boot_id;
    bool forced;
    bool answer_lost;
    gint64 deadline_ms; // monotonic
    gint64 since_ms;    // of an observation
    Outcome outcome;
    const char *detail;
    DriverDone done;
    DriverObserved observed;
    ProbeDone probed;
    gpointer data;
} Event;

static void free_event(gpointer data)
{
    Event *event = data;
    g_free(event->key);
    g_free(event->to);
    g_free(event->boot_id);
    g_free(event);
}

static Event *add_event(SimWorld *world, EventKind kind, gint64 in_ms)
{
    Event *event = g_new0(Event, 1);
    event->kind = kind;
    event->at_ms = world->clock->mono + in_ms;
    g_ptr_array_add(world->events, event);
    return event;
}

static bool chance(SimWorld *world, guint percent)
{
    return percent && (guint)g_rand_int_range(world->rand, 0, 100) < percent;
}

static gint64 latency(SimWorld *world)
{
    return g_rand_int_range(world->rand, 2, 40);
}

Region *sim_region(SimWorld *world, const char *name)
{
    for (guint i = 0; i < world->regions->len; i++) {
        Region *region = world->regions->pdata[i];
        if (g_str_equal(region->name, name))
            return region;
    }
    return NULL;
}

Target *sim_target(SimWorld *world, const char *workload, const char *location)
{
    for (guint i = 0; i < world->targets->len; i++) {
        Target *target = world->targets->pdata[i];
        if (g_str_equal(target->instance->workload->id, workload) &&
            g_str_equal(target->region->name, location))
            return target;
    }
    return NULL;
}

static char *boot_id(const Region *region)
{
    return g_strdup_printf("%s-boot-%u", region->name, region->boots);
}

static bool holds_data(const Target *target)
{
    return workload_holds_data(target->instance->workload);
}

// ---- Time passes -------------------------------------------------------------------------------

static bool runs_processes(const Region *region)
{
    return region->health != REGION_DOWN;
}

static void commit(SimWorld *world, Target *target)
{
    if (target->active && holds_data(target) && runs_processes(target->region))
        g_array_append_val(target->log, world->clock->wall);
}

static void replay(SimWorld *world, Target *target)
{
    Target *source =
        target->source ? sim_target(world, target->instance->workload->id, target->source) : NULL;
    const Region *region = target->region;
    if (!source || target->active || !runs_processes(region) ||
        source->region->health == REGION_DOWN || source->region->health == REGION_HANGING ||
        source->region->replication_off)
        return;
    gint64 until = world->clock->wall - source->region->replication_delay_ms;
    guint n = target->log->len;
    while (n < source->log->len && g_array_index(source->log, gint64, n) <= until) {
        gint64 at = g_array_index(source->log, gint64, n++);
        g_array_append_val(target->log, at);
    }
    target->replayed_ms = MAX(target->replayed_ms, until);
}

static bool recurs(const Target *target)
{
    const GPtrArray *triggers = target->instance->workload->triggers;
    for (guint i = 0; i < triggers->len; i++)
        if (((const Trigger *)triggers->pdata[i])->type == TRIGGER_RECURRENCE)
            return true;
    return false;
}

static void fire(SimWorld *world, Target *target)
{
    gint64 at_ms = world->clock->wall / SIM_FIRE_MS * SIM_FIRE_MS;
    if (!recurs(target) || !target->active || !runs_processes(target->region) ||
        at_ms <= world->clock->wall - SIM_COMMIT_MS)
        return;
    g_array_append_val(target->fires, at_ms);
    target->last_run_ms = world->clock->wall;
}

// What it ran, each for a second; of old ones nothing is told.
static void add_fires(const SimWorld *world, Observation *seen, const Target *target,
                      gint64 since_ms)
{
    for (guint i = 0; i < target->fires->len; i++) {
        gint64 at_ms = g_array_index(target->fires, gint64, i);
        if (at_ms < since_ms)
            continue;
        g_autofree char *id = g_strdup_printf("run-%" G_GINT64_FORMAT, at_ms);
        RunRecord *run = run_record_new(id, target->region->name);
        run->scheduled_ms = run->start_ms = at_ms;
        run->state = world->clock->wall < at_ms + 1000 ? RUN_STATE_RUNNING : RUN_STATE_SUCCEEDED;
        if (world->skip_every && at_ms / SIM_FIRE_MS % world->skip_every == 0)
            run->state = RUN_STATE_SKIPPED;
        run->end_ms = run->state == RUN_STATE_RUNNING ? 0 : at_ms + 1000;
        observation_add_run(seen, run);
    }
}

static void tick(SimWorld *world)
{
    for (guint i = 0; i < world->targets->len; i++)
        commit(world, world->targets->pdata[i]);
    for (guint i = 0; i < world->targets->len; i++) {
        Target *target = world->targets->pdata[i];
        replay(world, target);
        fire(world, target);
        if (target->active && runs_processes(target->region) && chance(world, 30))
            target->last_run_ms = world->clock->wall;
        if (target->runs && chance(world, 60))
            target->runs--;
    }
    add_event(world, EVENT_TICK, SIM_COMMIT_MS);
}

void sim_region_set(SimWorld *world, const char *name, RegionHealth health)
{
    Region *region = sim_region(world, name);
    bool boots = region->health == REGION_DOWN && health != REGION_DOWN;
    region->health = health;
    if (!boots)
        return;
    region->boots++;
    for (guint i = 0; i < world->targets->len; i++) {
        Target *target = world->targets->pdata[i];
        // Boots passive: nothing is served before somebody grants it the role. Active-active ones serve.
        if (target->region == region)
            target->active = !workload_is_single_active(target->instance->workload);
    }
}

// ---- A command arrives -------------------------------------------------------------------------

static void promote(SimWorld *world, Target *target, const Event *event)
{
    const Target *source =
        target->source ? sim_target(world, target->instance->workload->id, target->source) : NULL;
    if (source && event->forced && source->log->len > target->log->len) {
        target->lost = (gint64)source->log->len - target->log->len;
        target->lost_ms = g_array_index(source->log, gint64, source->log->len - 1) -
                          g_array_index(source->log, gint64, target->log->len) + 1;
    }
    target->active = true;
    target->lineage++;
    g_clear_pointer(&target->source, g_free);
}

static const char *other_side(const Target *target)
{
    const GPtrArray *instances = target->instance->workload->instances;
    for (guint i = 0; i < instances->len; i++) {
        const Instance *instance = instances->pdata[i];
        if (instance != target->instance)
            return instance->location->name;
    }
    return NULL;
}

// Becomes a copy of the other side, which is the primary now: what it had alone is gone.
static void rejoin(SimWorld *world, Target *target)
{
    const Target *source = sim_target(world, target->instance->workload->id, other_side(target));
    g_free(target->source);
    target->source = g_strdup(source->region->name);
    g_array_set_size(target->log, MIN(target->log->len, source->log->len));
    target->replayed_ms = 0;
    target->lineage = source->lineage;
}

static void take_effect(SimWorld *world, Target *target, const Event *event)
{
    target->fence = MAX(target->fence, event->epoch);
    target->epoch = event->epoch;
    if (event->action == ACTION_ACTIVATE)
        target->active = true;
    else if (event->action == ACTION_PASSIVATE || event->action == ACTION_FENCE) {
        target->active = false;
        target->runs = target->runs ? target->runs : g_rand_int_range(world->rand, 0, 3);
    } else if (event->action == ACTION_PROMOTE)
        promote(world, target, event);
    else if (event->action == ACTION_REJOIN)
        rejoin(world, target);
    else if (event->action == ACTION_REROUTE) {
        g_free(target->routed_to);
        target->routed_to = g_strdup(event->to);
    }
    if (world->hooks.effect)
        world->hooks.effect(target->instance, event->action, event->key, world->hooks.data);
}

static Outcome receive(SimWorld *world, Target *target, const Event *event, const char **ret_detail)
{
    g_autofree char *own = boot_id(target->region);
    if (event->epoch < target->fence) {
        *ret_detail = "older epoch";
        return OUTCOME_REFUSED;
    }
    if (event->boot_id && !g_str_equal(event->boot_id, own)) {
        *ret_detail = "another boot id";
        world->misfits++;
        return OUTCOME_REFUSED;
    }
    if (g_hash_table_contains(target->answered, event->key))
        return OUTCOME_DONE; // as the first time
    if (world->lying && (event->action == ACTION_PASSIVATE || event->action == ACTION_FENCE))
        return OUTCOME_DONE;
    g_hash_table_add(target->answered, g_strdup(event->key));
    take_effect(world, target, event);
    return OUTCOME_DONE;
}

static void answer(SimWorld *world, const Event *event, gint64 at_ms, Outcome outcome,
                   const char *detail)
{
    Event *reply = add_event(world, EVENT_ANSWER, at_ms - world->clock->mono);
    reply->outcome = outcome;
    reply->detail = detail;
    reply->done = event->done;
    reply->data = event->data;
}

static void arrive(SimWorld *world, const Event *event)
{
    RegionHealth health = event->target->region->health;
    const char *detail = NULL;
    bool late = event->at_ms > event->deadline_ms;
    if (health == REGION_DOWN && event->done && !late) {
        answer(world, event, world->clock->mono + latency(world), OUTCOME_UNKNOWN,
               "connection refused");
        return;
    }
    if (health == REGION_DOWN || health == REGION_HANGING) {
        if (event->done && !late)
            answer(world, event, event->deadline_ms, OUTCOME_UNKNOWN, "no answer");
        return;
    }
    Outcome outcome = receive(world, event->target, event, &detail);
    if (!event->done || late)
        return;
    if (event->answer_lost)
        answer(world, event, event->deadline_ms, OUTCOME_UNKNOWN, "no answer");
    else
        answer(world, event, world->clock->mono + latency(world), outcome, detail);
}

// ---- The driver --------------------------------------------------------------------------------

static bool can(DriverEyes *port, const Workload *workload, DriverAction action)
{
    const SimWorld *world = (const SimWorld *)port;
    if (action == ACTION_REROUTE)
        return workload->kind == KIND_ROUTER;
    if (action == ACTION_PROMOTE || action == ACTION_REJOIN)
        return workload_holds_data(workload);
    return action != ACTION_NOTIFY &&
           !(world->unable && (action == ACTION_PASSIVATE || action == ACTION_FENCE));
}

static ProofClass proof(DriverEyes *port, const Workload *workload)
{
    (void)workload;
    return ((const SimWorld *)port)->proof;
}

static Event *command_event(SimWorld *world, Target *target, DriverAction action,
                            const DriverCommand *command, gint64 in_ms)
{
    Event *event = add_event(world, EVENT_COMMAND, in_ms);
    event->target = target;
    event->action = action;
    event->key = g_strdup(command->key);
    event->to = g_strdup(command->to);
    event->epoch = command->epoch;
    event->boot_id = g_strdup(command->boot_id);
    event->forced = command->forced;
    event->deadline_ms = world->clock->mono + command->deadline_ms;
    return event;
}

static void act(DriverPort *port, const Instance *instance, DriverAction action,
                const DriverCommand *command, DriverDone done, gpointer data)
{
    SimWorld *world = (SimWorld *)port;
    Target *target = sim_target(world, instance->workload->id, instance->location->name);
    Event *event;
    if (world->hooks.sent)
        world->hooks.sent(instance, action, command, world->hooks.data);
    if (world->lose || chance(world, world->trouble)) { // lost on the way there
        world->lose -= world->lose > 0;
        event = add_event(world, EVENT_ANSWER, command->deadline_ms);
        event->outcome = OUTCOME_UNKNOWN;
        event->detail = "no answer";
    } else if (chance(world, world->trouble)) { // arrives long after it was given up
        command_event(world, target, action, command,
                      command->deadline_ms + g_rand_int_range(world->rand, 1, 20000));
        event = add_event(world, EVENT_ANSWER, command->deadline_ms);
        event->outcome = OUTCOME_UNKNOWN;
        event->detail = "no answer";
    } else {
        event = command_event(world, target, action, command, latency(world));
        event->answer_lost = chance(world, world->trouble);
        if (chance(world, world->trouble)) // and once more, later
            command_event(world, target, action, command, g_rand_int_range(world->rand, 50, 20000));
    }
    event->done = done;
    event->data = data;
}

static void observe(DriverEyes *port, const Instance *instance, gint64 since_ms, gint64 deadline_ms,
                    DriverObserved done, gpointer data)
{
    SimWorld *world = (SimWorld *)port;
    Target *target = sim_target(world, instance->workload->id, instance->location->name);
    RegionHealth health = target->region->health;
    bool silent = health == REGION_HANGING || chance(world, world->trouble);
    Event *event = add_event(world, EVENT_OBSERVE, silent ? deadline_ms : latency(world));
    event->target = target;
    event->answer_lost = silent;
    event->observed = done;
    event->data = data;
    event->since_ms = since_ms;
}

static void add_link(SimWorld *world, Observation *seen, const Target *target)
{
    const Workload *workload = target->instance->workload;
    const char *other = other_side(target);
    if (!holds_data(target) || !other || g_strcmp0(world->untold, workload->id) == 0)
        return;
    const Target *peer = sim_target(world, workload->id, other);
    seen->replication = g_ptr_array_new_with_free_func((GDestroyNotify)replication_status_free);
    bool standby = target->source != NULL;
    ReplicationStatus *link =
        replication_status_new(workload->id, standby ? target->source : target->region->name,
                               standby ? target->region->name : other);
    link->committed_pos = link->replayed_pos = link->lag_ms = -1;
    link->lineage = g_strdup_printf("line-%" G_GINT64_FORMAT, target->lineage);
    g_ptr_array_add(seen->replication, link);
    if (standby) {
        link->observed_at_ms = seen->at_ms;
        link->replayed_ms = target->replayed_ms ? target->replayed_ms + peer->region->skew_ms
                                                : 0; // as the source has it
        link->replayed_pos = world->uncounted ? -1 : (gint64)target->log->len;
        link->streaming = peer->region->health == REGION_UP && !peer->region->replication_off;
        link->lag_ms = target->replayed_ms ? seen->at_ms - target->replayed_ms : -1;
    } else {
        link->source_at_ms = seen->at_ms;
        link->committed_pos = world->uncounted ? -1 : (gint64)target->log->len;
        link->committed_ms =
            target->log->len
                ? g_array_index(target->log, gint64, target->log->len - 1) + target->region->skew_ms
                : 0;
    }
}

static Discovery *discovered_of(const SimWorld *world)
{
    Discovery *discovery = discovery_new();
    discovery->knows_connections = true;
    if (*world->connection)
        g_ptr_array_add(discovery->connections, g_strdup(world->connection));
    return discovery;
}

// A connector holds something where it is the one in use.
static Inventory *configuration_of(const SimWorld *world, const Target *target)
{
    Inventory *inventory = inventory_new();
    if (target->active)
        inventory_put(inventory, entity_new(ENTITY_ORGANISATION, "contoso"));
    if (world->loss)
        inventory_add_loss(inventory, world->loss);
    inventory_seal(inventory);
    return inventory;
}

static void answer_observation(SimWorld *world, const Event *event)
{
    const Target *target = event->target;
    RegionHealth health = target->region->health;
    g_autoptr(Observation) seen = observation_new();
    seen->at_ms = world->clock->wall + target->region->skew_ms;
    if (event->answer_lost || health == REGION_DOWN || health == REGION_HANGING) {
        seen->unreachable = !target->region->garbled;
        seen->detail = g_strdup(health == REGION_DOWN ? "connection refused" : "no answer");
        event->observed(seen, event->data);
        return;
    }
    seen->ok = true;
    seen->state = target->active ? INSTANCE_ACTIVE : INSTANCE_PASSIVE;
    seen->runs = target->runs;
    seen->last_run_ms = target->last_run_ms;
    seen->epoch = MAX(target->epoch, target->fence);
    seen->boot_id = world->nameless ? NULL : boot_id(target->region);
    seen->routed_to = g_strdup(target->routed_to);
    // What the other side had alone, only it can tell.
    const char *other = other_side(target);
    const Region *peer = other ? sim_region(world, other) : NULL;
    seen->lost_transactions = peer && peer->health == REGION_UP ? target->lost : -1;
    if (holds_data(target))
        seen->abandoned_runs = peer && peer->health == REGION_UP ? target->abandoned : 0;
    add_link(world, seen, target);
    add_fires(world, seen, target, event->since_ms);
    if (target->instance->workload->kind == KIND_CONNECTOR)
        seen->inventory = configuration_of(world, target);
    if (world->connection)
        seen->discovered = discovered_of(world);
    event->observed(seen, event->data);
}

// ---- The prober --------------------------------------------------------------------------------

static void probe(ProberPort *port, const Location *location, ProbeDone done, gpointer data)
{
    SimWorld *world = (SimWorld *)((char *)port - G_STRUCT_OFFSET(SimWorld, prober));
    RegionHealth health = sim_region(world, location->name)->health;
    Event *event =
        add_event(world, EVENT_PROBE,
                  health == REGION_HANGING ? location->health.timeout_ms : latency(world));
    event->location = location;
    event->probed = done;
    event->data = data;
}

static void answer_probe(SimWorld *world, const Event *event)
{
    const Region *region = sim_region(world, event->location->name);
    bool ok = region->health == REGION_UP;
    g_autofree char *boot = boot_id(region);
    ProbeResult result = {.sample = {world->clock->wall, ok, false, 20000},
                          .detail = ok ? "200 in 20 ms" : "no good answer",
                          .boot_id = ok ? boot : NULL};
    result.answer = region->health == REGION_HANGING ? ANSWER_LATE
                    : ok                             ? ANSWER_SYNCHRONOUS
                                                     : ANSWER_UNKNOWN;
    event->probed(&result, event->data);
}

// ---- The world ---------------------------------------------------------------------------------

static void free_region(gpointer data)
{
    Region *region = data;
    g_free(region->name);
    g_free(region);
}

static void free_target(gpointer data)
{
    Target *target = data;
    g_hash_table_unref(target->answered);
    g_array_unref(target->log);
    g_array_unref(target->fires);
    g_free(target->source);
    g_free(target->routed_to);
    g_free(target);
}

static void add_target(SimWorld *world, const Instance *instance)
{
    Target *target = g_new0(Target, 1);
    const Group *group = instance->workload->group;
    bool home = instance->location == group->primary;
    target->instance = instance;
    target->region = sim_region(world, instance->location->name);
    target->active = home || !workload_is_single_active(instance->workload);
    target->answered = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    target->log = g_array_new(FALSE, FALSE, sizeof(gint64));
    target->fires = g_array_new(FALSE, FALSE, sizeof(gint64));
    target->routed_to = g_strdup(group->primary->name);
    if (!home && holds_data(target))
        target->source = g_strdup(group->primary->name);
    g_ptr_array_add(world->targets, target);
}

// A context of its own, to the same regions.
static void look(DriverEyes *eyes, const Instance *instance, gint64 since_ms, gint64 deadline_ms,
                 DriverObserved done, gpointer data)
{
    SimWorld *world = (SimWorld *)((char *)eyes - offsetof(SimWorld, rehearsal));
    world->looks++;
    observe(&world->driver.eyes, instance, since_ms, deadline_ms, done, data);
}

SimWorld *sim_world_new(FakeClock *clock, Fleet *fleet, guint32 seed)
{
    SimWorld *world = g_new0(SimWorld, 1);
    world->driver = (DriverPort){{can, proof, observe}, act};
    world->rehearsal = (DriverEyes){.observe = look}; // nothing else is asked of it
    world->prober.probe = probe;
    world->clock = clock;
    world->fleet = fleet_ref(fleet);
    world->rand = g_rand_new_with_seed(seed);
    world->regions = g_ptr_array_new_with_free_func(free_region);
    world->targets = g_ptr_array_new_with_free_func(free_target);
    world->events = g_ptr_array_new_with_free_func(free_event);
    for (guint i = 0; i < fleet->locations->len; i++) {
        Region *region = g_new0(Region, 1);
        region->name = g_strdup(((const Location *)fleet->locations->pdata[i])->name);
        region->replication_delay_ms = 1500;
        g_ptr_array_add(world->regions, region);
    }
    for (guint i = 0; i < fleet->workloads->len; i++) {
        const Workload *workload = fleet->workloads->pdata[i];
        for (guint j = 0; j < workload->instances->len; j++)
            add_target(world, workload->instances->pdata[j]);
    }
    add_event(world, EVENT_TICK, SIM_COMMIT_MS);
    return world;
}

gint64 sim_world_next(const SimWorld *world)
{
    gint64 next = G_MAXINT64;
    for (guint i = 0; i < world->events->len; i++)
        next = MIN(next, ((const Event *)world->events->pdata[i])->at_ms);
    return next;
}

static void happen(SimWorld *world, const Event *event)
{
    switch (event->kind) {
    case EVENT_TICK:
        tick(world);
        break;
    case EVENT_COMMAND:
        arrive(world, event);
        break;
    case EVENT_ANSWER:
        event->done(event->outcome, event->detail, event->data);
        break;
    case EVENT_OBSERVE:
        answer_observation(world, event);
        break;
    case EVENT_PROBE:
        answer_probe(world, event);
        break;
    }
}

static Event *take_due(SimWorld *world)
{
    guint best = G_MAXUINT;
    for (guint i = 0; i < world->events->len; i++) {
        const Event *event = world->events->pdata[i];
        if (event->at_ms <= world->clock->mono &&
            (best == G_MAXUINT ||
             event->at_ms < ((const Event *)world->events->pdata[best])->at_ms))
            best = i;
    }
    return best == G_MAXUINT ? NULL : g_ptr_array_steal_index(world->events, best);
}

void sim_world_run(SimWorld *world)
{
    Event *event;
    while ((event = take_due(world))) {
        happen(world, event);
        free_event(event);
    }
}

// Whoever still waits is answered, so that nothing leaks.
static void answer_all(SimWorld *world)
{
    for (guint i = 0; i < world->events->len; i++) {
        const Event *event = world->events->pdata[i];
        g_autoptr(Observation) seen = observation_new();
        ProbeResult result = {.detail = "the end"};
        if (event->done)
            event->done(OUTCOME_UNKNOWN, "the end", event->data);
        if (event->observed)
            event->observed(seen, event->data);
        if (event->probed)
            event->probed(&result, event->data);
    }
}

void sim_world_free(SimWorld *world)
{
    answer_all(world);
    g_ptr_array_unref(world->events);
    g_ptr_array_unref(world->targets);
    g_ptr_array_unref(world->regions);
    g_rand_free(world->rand);
    fleet_unref(world->fleet);
    g_free(world);
}
