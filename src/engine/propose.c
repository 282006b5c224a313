#include "engine/propose.h"

#include "base/text.h"
#include "engine/evidence.h"
#include "engine/execute.h"
#include "engine/region.h"
#include "model/quorum.h"
#include "model/refusal.h"

typedef struct {
    ProposeRequest request;
    Operation *dry; // what it would be
    EngineOperationDone done;
    gpointer data;
} Asked;

static void free_asked(gpointer data)
{
    Asked *asked = data;
    operation_free(asked->dry);
    g_free(asked);
}

// In order of preference; NULL past the last one.
static const Location *candidate(const Group *group, guint i)
{
    if (i == 0)
        return group->primary;
    return i <= group->standbys->len ? group->standbys->pdata[i - 1] : NULL;
}

const Location *propose_target(const Engine *engine, const Group *group, const Location *from)
{
    const Location *location;
    for (guint i = 0; (location = candidate(group, i)); i++)
        if (location != from && group_runs_at(group, location) && derive_healthy(engine, location))
            return location;
    return NULL;
}

const Location *propose_unprobed(const Engine *engine, const Group *group, const Location *from)
{
    const Location *location;
    for (guint i = 0; (location = candidate(group, i)); i++) {
        if (location == from || !group_runs_at(group, location))
            continue;
        if (derive_unprobed(engine, location))
            return location;
        if (derive_healthy(engine, location))
            return NULL;
    }
    return NULL;
}

bool propose_draft(Engine *engine, Motion *motion, const Proposal *proposal, GError **error)
{
    const Policy *policy = &proposal->live->group->policy;
    g_autofree char *id = id_new(engine->config.ids, "op");
    g_autoptr(Operation) operation = operation_new(id);
    operation->kind = proposal->kind;
    operation->drill = proposal->drill;
    operation->planned = proposal->planned;
    operation->group = g_strdup(proposal->live->group->name);
    operation->from = g_strdup(proposal->from->name);
    operation->to = g_strdup(proposal->to->name);
    operation->state = OPERATION_AWAITING;
    operation->proposer = g_strdup(proposal->proposer);
    operation->reason = g_strdup(proposal->reason);
    operation->detected_ms = proposal->detected_ms;
    operation->proposed_ms = engine->now_ms;
    operation->expires_ms = engine->now_ms + policy->expire_ms;
    operation->statement_version = 1;
    operation->rto_ms = proposal->live->group->rto_ms;
    if (operation->kind == OPERATION_FAILBACK || operation->drill == DRILL_LIVE)
        operation->off_limit_ms = proposal->live->group->failback_limit_ms;
    g_autoptr(GPtrArray) steps = evidence_plan(engine, operation, error);
    if (!steps)
        return false;
    Statement *statement = evidence_statement(engine, operation, steps);
    operation->automatic = !proposal->planned && statement->approvals == 0;
    execute_state(engine, motion, operation, statement, steps);
    AuditRecord *audit =
        motion_audit(motion, proposal->proposer, "operation.proposed", "operation", operation->id);
    audit->digest = g_strdup(operation->digest);
    audit->detail = g_strdup(operation->statement->summary);
    motion_say(motion, proposal->planned ? SEVERITY_INFO : SEVERITY_WARNING, "operation",
               operation->id, "%s proposes: %s", proposal->proposer, operation->statement->summary);
    motion->operation = g_steal_pointer(&operation);
    motion->fresh = true;
    return true;
}

// ---- What people ask for -----------------------------------------------------------------------

const Location *propose_location(const Engine *engine, const GroupLive *live)
{
    const char *name = live->record->active;
    const Location *location = name ? fleet_location(engine->fleet, name) : NULL;
    return location ? location : live->group->primary;
}

static bool check_asker(const Engine *engine, const ProposeRequest *asked, GError **error)
{
    const GroupLive *live = world_live(engine, asked->group);
    if (!person_has(asked->person, ROLE_BIT_OPERATOR))
        refuse(error, REFUSAL_NOT_ALLOWED, "%s may not propose: the role operator is needed.",
               asked->person->name);
    else if (asked->region && !fleet_location(engine->fleet, asked->region))
        refuse(error, REFUSAL_NOT_FOUND, "There is no location %s.", asked->region);
    else if (!asked->region && !live)
        refuse(error, REFUSAL_NOT_FOUND, "There is no group %s.", asked->group);
    else if ((asked->kind == OPERATION_DRILL) != (asked->drill != DRILL_NONE))
        refuse(error, REFUSAL_BAD_REQUEST,
               "A drill says in its mode what it is, isolated or live; nothing else has one.");
    else if (asked->drill == DRILL_LIVE && asked->planned == PROPOSE_UNPLANNED)
        refuse(error, REFUSAL_BAD_REQUEST,
               "A live drill is a planned move: only an isolated one rehearses the unplanned.");
    else if (!text_has_word(asked->reason))
        refuse(error, REFUSAL_NO_REASON,
               "A reason in words is needed; it stands in the statement and in the audit log.");
    else if (live && live->open && !asked->dry_run)
        refuse(error, REFUSAL_CONFLICT,
               "Operation %s of group %s is %s. One at a time: end it first, or sign that one.",
               live->open->id, asked->group,
               word_of(&OPERATION_STATE_NAMES, (int)live->open->state));
    else
        return true;
    return false;
}

// True if what must be active there is seen passive: the region has come back, and waits.
bool propose_is_resting(const Engine *engine, const Group *group, const Location *location)
{
    bool any = false;
    for (guint i = 0; i < group->workloads->len; i++) {
        const Workload *workload = group->workloads->pdata[i];
        const InstanceWatch *watch = world_instance(engine, workload->id, location->name);
        if (!watch || workload->kind == KIND_ROUTER || !workload_is_single_active(workload))
            continue;
        if (derive_seen_active(engine, watch))
            return false;
        any |= watch->status->state == INSTANCE_PASSIVE;
    }
    return any;
}

// A daemon that has just begun knows nothing yet of a location that the choice rests on: moments later it does.
bool propose_is_too_early(const Engine *engine, const Wish *wish, GError **error)
{
    const GroupLive *live = world_live(engine, wish->group);
    const Location *from = propose_location(engine, live);
    const Location *to = wish->kind == OPERATION_FAILBACK ? live->group->primary
                         : wish->to                       ? fleet_location(engine->fleet, wish->to)
                                                          : NULL;
    bool asks = wish->planned != PROPOSE_UNPLANNED || wish->kind != OPERATION_FAILOVER;
    const Location *unprobed = asks && derive_unprobed(engine, from) ? from
                               : !to ? propose_unprobed(engine, live->group, from)
                               : derive_unprobed(engine, to) ? to
                                                             : NULL;
    if (!unprobed)
        return false;
    refuse(error, REFUSAL_UNAVAILABLE,
           "This daemon has only just begun and has not probed %s yet: ask again in a moment.",
           unprobed->name);
    return true;
}

static bool choose_target(const Engine *engine, const Wish *asked, Proposal *proposal,
                          GError **error)
{
    const Group *group = proposal->live->group;
    if (asked->kind == OPERATION_FAILBACK)
        proposal->to = group->primary;
    else if (asked->to)
        proposal->to = fleet_location(engine->fleet, asked->to);
    else
        proposal->to = propose_target(engine, group, proposal->from);
    if (asked->kind == OPERATION_FAILBACK && asked->to &&
        g_strcmp0(asked->to, group->primary->name) != 0)
        refuse(error, REFUSAL_BAD_REQUEST,
               "A failback goes home, to %s; to go elsewhere propose a failover.",
               group->primary->name);
    else if (asked->to && (!proposal->to || !group_has_location(group, proposal->to) ||
                           !group_runs_at(group, proposal->to)))
        refuse(error, REFUSAL_BAD_REQUEST, "Group %s does not run at %s.", group->name, asked->to);
    else if (!proposal->to && !group->standbys->len)
        refuse(error, REFUSAL_TARGET_NOT_HEALTHY,
               "Group %s has no standby: there is nowhere to go.", group->name);
    else if (!proposal->to)
        refuse(error, REFUSAL_TARGET_NOT_HEALTHY, "No other location of group %s is healthy.",
               group->name);
    else if (proposal->to == proposal->from && !propose_is_resting(engine, group, proposal->to))
        refuse(error, REFUSAL_NOTHING_TO_DO, "Group %s is at %s already.", group->name,
               proposal->to->name);
    else if (!derive_healthy(engine, proposal->to))
        refuse(error, REFUSAL_TARGET_NOT_HEALTHY, "%s is not healthy: %s.", proposal->to->name,
               world_location(engine, proposal->to->name)->verdict.why);
    else
        return true;
    return false;
}

// A drill begins and ends at home, while nothing is wrong.
static bool choose_drill(const Engine *engine, const Wish *asked, Proposal *proposal,
                         GError **error)
{
    const GroupLive *live = proposal->live;
    const LocationStatus *from = world_location(engine, proposal->from->name);
    proposal->drill = asked->drill;
    proposal->planned = asked->drill == DRILL_LIVE || asked->planned != PROPOSE_UNPLANNED;
    if (proposal->from != live->group->primary || live->status->mode != MODE_NORMAL)
        refuse(error, REFUSAL_WRONG_STATE,
               "A drill begins at home, in mode normal: %s is in %s, %s. Bring it home first.",
               live->group->name, proposal->from->name,
               word_of(&MODE_NAMES, (int)live->status->mode));
    else if (!derive_healthy(engine, proposal->from))
        refuse(error, REFUSAL_WRONG_STATE, "%s is %s: that is no time for a drill.", from->name,
               word_of(&VERDICT_NAMES, (int)from->verdict.state));
    else
        return true;
    return false;
}

static bool choose_planned(const Engine *engine, const Wish *asked, Proposal *proposal,
                           GError **error)
{
    bool alive = derive_healthy(engine, proposal->from);
    const LocationStatus *from = world_location(engine, proposal->from->name);
    if (asked->kind == OPERATION_DRILL) // chosen already
        return true;
    if (proposal->from == proposal->to) { // a restart: nothing moves, nothing is lost
        proposal->kind = OPERATION_FAILBACK;
        proposal->planned = true;
        proposal->detected_ms = proposal->live->fell_ms;
        return true;
    }
    proposal->planned = asked->planned == PROPOSE_PLANNED || asked->kind == OPERATION_FAILBACK ||
                        (asked->planned == PROPOSE_AS_NEEDED && alive);
    if (proposal->planned && !alive) {
        refuse(error, REFUSAL_WRONG_STATE,
               "%s is %s, so it cannot take part: propose an unplanned failover instead.",
               proposal->from->name, word_of(&VERDICT_NAMES, (int)from->verdict.state));
        return false;
    }
    if (!proposal->planned)
        proposal->detected_ms = proposal->live->fell_ms ? proposal->live->fell_ms : engine->now_ms;
    return true;
}

bool propose_wish(Engine *engine, Motion *motion, const Wish *wish, GError **error)
{
    const GroupLive *live = world_live(engine, wish->group);
    Proposal proposal = {.live = live,
                         .kind = wish->kind,
                         .from = propose_location(engine, live),
                         .proposer = wish->person,
                         .reason = wish->reason};
    if (wish->kind == OPERATION_DRILL && !choose_drill(engine, wish, &proposal, error))
        return false;
    if (!choose_target(engine, wish, &proposal, error) ||
        !choose_planned(engine, wish, &proposal, error))
        return false;
    g_autoptr(GError) plan = NULL;
    if (propose_draft(engine, motion, &proposal, &plan))
        return true;
    refuse(error, REFUSAL_WRONG_STATE, "%s", plan->message);
    return false;
}

static bool prepare_propose(Engine *engine, Motion *motion, GError **error)
{
    Asked *asked = motion->request;
    const ProposeRequest *request = &asked->request;
    Wish wish = {request->person->name, request->kind, request->drill,   request->group,
                 request->region,       request->to,   request->planned, request->reason};
    if (!check_asker(engine, request, error) ||
        (!request->region && propose_is_too_early(engine, &wish, error)))
        return false;
    if (!(request->region ? region_draft : propose_wish)(engine, motion, &wish, error))
        return false;
    if (!request->dry_run)
        return true;
    if (request->region)
        region_explain(motion, motion->operation);
    asked->dry = g_steal_pointer(&motion->operation);
    return false;
}

static void observe_proposed(Engine *engine, const Operation *operation)
{
    observe_group(engine, operation->group);
    for (guint i = 0; i < operation->members->len; i++)
        observe_group(engine, ((const Member *)operation->members->pdata[i])->group);
}

static void propose_finished(Engine *engine, Motion *motion, const GError *error)
{
    Asked *asked = motion->request;
    const Operation *operation = asked->dry ? asked->dry : world_operation(engine, motion->object);
    if (!error && operation)
        observe_proposed(engine, operation);
    asked->done(error ? NULL : operation, error, asked->data);
}

void engine_propose(Engine *engine, const ProposeRequest *request, EngineOperationDone done,
                    gpointer data)
{
    Asked *asked = g_new0(Asked, 1);
    Motion *motion = motion_new("propose", prepare_propose);
    const ProposeRequest kept = {.person = motion_person(motion, request->person),
                                 .kind = request->kind,
                                 .drill = request->drill,
                                 .group = motion_text(motion, request->group),
                                 .region = motion_text_opt(motion, request->region),
                                 .to = motion_text_opt(motion, request->to),
                                 .planned = request->planned,
                                 .reason = motion_text(motion, request->reason),
                                 .dry_run = request->dry_run};
    *asked = (Asked){.request = kept, .done = done, .data = data};
    motion->request = asked;
    motion->free_request = free_asked;
    motion->finished = propose_finished;
    if (!request->dry_run)
        motion_set_key(motion, request->key, "propose", kept.person->name,
                       name_of(&OPERATION_KIND_NAMES, (int)kept.kind),
                       name_of(&DRILL_NAMES, (int)kept.drill), kept.group,
                       kept.region ? kept.region : "", kept.to ? kept.to : "", kept.reason, NULL);
    motion_ask(engine, motion);
}
