#include "engine/region.h"

#include <string.h>

#include "base/text.h"
#include "engine/execute.h"
#include "model/refusal.h"
#include "model/region.h"

enum {
    CHILDREN_MAX = 28, // open at once: four writes each, in transactions of 128
    // Bytes that an operation and its statement take when they are written, on the safe side.
    CHILD_BYTES = 4096,
    STEP_BYTES = 800,
    FACT_BYTES = 500,
    SIGNOFF_BYTES = 2500,
    CHILDREN_BYTES_MAX = STORE_TXN_BYTES_MAX - 180 * 1024,
};

// ---- Which groups ------------------------------------------------------------------------------

// Has the group something to move between the region and elsewhere? A failover moves what is active there, a
// failback brings home what is at home there (or activates it again where it waits passive), a drill exercises
// what is at home there (and is told of what cannot be exercised now: it is elsewhere).
static bool belongs(const Engine *engine, const GroupLive *live, OperationKind kind,
                    const Location *region)
{
    bool here = propose_location(engine, live) == region;
    if (kind == OPERATION_FAILOVER)
        return here;
    if (kind == OPERATION_DRILL)
        return live->group->primary == region;
    return live->group->primary == region &&
           (!here || propose_is_resting(engine, live->group, region));
}

static int compare_tier(gconstpointer a, gconstpointer b)
{
    const Group *x = *(const Group *const *)a, *y = *(const Group *const *)b;
    if (x->tier != y->tier)
        return x->tier < y->tier ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static GPtrArray *groups_of(const Engine *engine, const Wish *wish)
{
    const Location *region = fleet_location(engine->fleet, wish->region);
    GPtrArray *groups = g_ptr_array_new();
    for (guint i = 0; i < engine->fleet->groups->len; i++) {
        Group *group = engine->fleet->groups->pdata[i];
        if (belongs(engine, world_live(engine, group->name), wish->kind, region))
            g_ptr_array_add(groups, group);
    }
    g_ptr_array_sort(groups, compare_tier);
    return groups;
}

// ---- Children ----------------------------------------------------------------------------------

static gsize bytes_of(const Motion *motion)
{
    gsize bytes = 0;
    for (guint i = 0; i < motion->others->len; i++) {
        const Operation *child = motion->others->pdata[i];
        gsize facts = child->statement ? child->statement->facts->len : 0;
        bytes += CHILD_BYTES + STEP_BYTES * child->steps->len + FACT_BYTES * facts +
                 SIGNOFF_BYTES * child->signoffs->len;
    }
    return bytes;
}

static void leave_out(Member *member, const char *why)
{
    g_clear_pointer(&member->operation, g_free);
    member->state = OPERATION_WITHDRAWN;
    g_free(member->why);
    member->why = g_strdup(why);
}

static void take_in(const Operation *parent, Member *member, Operation *child)
{
    g_free(member->operation);
    member->operation = g_strdup(child->id);
    member->state = child->state;
    g_clear_pointer(&member->why, g_free);
    g_free(child->parent);
    child->parent = g_strdup(parent->id);
}

// Of drills: what looks is no part of what moves, nor a rehearsal of the planned one of the unplanned.
static bool is_drilled_the_same(const Operation *open, const Wish *wish)
{
    bool planned = wish->planned != PROPOSE_UNPLANNED;
    return open->drill == wish->drill && (!open->drill || open->planned == planned);
}

static bool moves_the_same(const Operation *open, const Wish *wish)
{
    return open->kind == wish->kind && is_drilled_the_same(open, wish) &&
           (!wish->to || g_strcmp0(open->to, wish->to) == 0) &&
           g_strcmp0(wish->kind == OPERATION_FAILBACK ? open->to : open->from, wish->region) == 0;
}

// What moves the group the same way already becomes a part of this; its sign-offs stand.
static void adopt(Engine *engine, Motion *motion, const Operation *parent, Member *member,
                  const Wish *wish, const Operation *open)
{
    const Operation *other = open->parent ? world_operation(engine, open->parent) : NULL;
    bool taken = other && g_strcmp0(other->id, parent->id) != 0 && !operation_has_ended(other);
    if (moves_the_same(open, wish) && !taken) {
        take_in(parent, member, motion_other(motion, open));
        return;
    }
    g_autofree char *why = g_strdup_printf("operation %s is %s", open->id,
                                           word_of(&OPERATION_STATE_NAMES, (int)open->state));
    leave_out(member, why);
}

static void draft_child(Engine *engine, Motion *motion, const Operation *parent, Member *member,
                        const Wish *wish)
{
    g_autoptr(GError) no = NULL;
    Wish mine = *wish;
    mine.group = member->group;
    if (!propose_wish(engine, motion, &mine, &no)) {
        leave_out(member, no->message);
        return;
    }
    take_in(parent, member, motion->operation);
    g_ptr_array_add(motion->others, g_steal_pointer(&motion->operation));
}

// What cannot be moved at this moment, only because the daemon has just begun, would be left out.
static bool is_too_early(const Engine *engine, const Wish *wish, const char *group, GError **error)
{
    const GroupLive *live = world_live(engine, group);
    Wish mine = *wish;
    mine.group = group;
    return live && !live->open && propose_is_too_early(engine, &mine, error);
}

static bool has_room(const Motion *motion, const Operation *parent)
{
    return region_open(parent) < CHILDREN_MAX && bytes_of(motion) < CHILDREN_BYTES_MAX;
}

// Finds the member its operation, or says why it has none.
static void settle_member(Engine *engine, Motion *motion, const Operation *parent, Member *member,
                          const Wish *wish)
{
    const GroupLive *live = world_live(engine, member->group);
    if (!live)
        leave_out(member, "it is no longer in the fleet file");
    else if (!has_room(motion, parent))
        leave_out(member, "no room for more at once: retry takes it when others have ended");
    else if (live->open)
        adopt(engine, motion, parent, member, wish, live->open);
    else
        draft_child(engine, motion, parent, member, wish);
}

// "from" and "to" where they are the same for all; else empty.
static void set_ends(const Motion *motion, Operation *parent)
{
    for (guint i = 0; i < motion->others->len; i++) {
        const Operation *child = motion->others->pdata[i];
        if (!parent->from) {
            parent->from = g_strdup(child->from);
            parent->to = g_strdup(child->to);
        }
        if (g_strcmp0(parent->from, child->from) != 0)
            *parent->from = '\0';
        if (g_strcmp0(parent->to, child->to) != 0)
            *parent->to = '\0';
        parent->planned = parent->planned && child->planned;
        if (child->detected_ms)
            parent->detected_ms = parent->detected_ms ? MIN(parent->detected_ms, child->detected_ms)
                                                      : child->detected_ms;
        parent->rto_ms = parent->rto_ms ? MIN(parent->rto_ms, child->rto_ms) : child->rto_ms;
    }
}

static void set_state(Operation *parent)
{
    parent->state = region_state(parent);
    g_free(parent->why);
    parent->why = region_sentence(parent);
}

static Operation *new_parent(Engine *engine, const Wish *wish)
{
    g_autofree char *id = id_new(engine->config.ids, "op");
    Operation *parent = operation_new(id);
    parent->kind = wish->kind;
    parent->drill = wish->drill;
    parent->region = g_strdup(wish->region);
    parent->group = g_strdup("");
    parent->planned = true;
    parent->proposer = g_strdup(wish->person);
    parent->reason = g_strdup(wish->reason);
    parent->proposed_ms = engine->now_ms;
    return parent;
}

static bool refuse_nothing(const Operation *parent, GError **error)
{
    g_autofree char *sentence = region_sentence(parent);
    static const char *const NONE[] = {[OPERATION_FAILOVER] = "none is active there",
                                       [OPERATION_FAILBACK] =
                                           "none that is at home there is elsewhere",
                                       [OPERATION_DRILL] = "none is at home there"};
    refuse(error, REFUSAL_NOTHING_TO_DO, "No group of %s can be %s now: %s.", parent->region,
           parent->kind == OPERATION_DRILL ? "exercised" : "moved",
           parent->members->len ? sentence : NONE[parent->kind]);
    return false;
}

bool region_draft(Engine *engine, Motion *motion, const Wish *wish, GError **error)
{
    g_autoptr(GPtrArray) groups = groups_of(engine, wish);
    g_autoptr(Operation) parent = new_parent(engine, wish);
    for (guint i = 0; i < groups->len; i++) {
        const Group *group = groups->pdata[i];
        if (is_too_early(engine, wish, group->name, error))
            return false;
        Member *member = member_new(group->name, NULL);
        settle_member(engine, motion, parent, member, wish);
        g_ptr_array_add(parent->members, member);
    }
    if (!motion->others->len)
        return refuse_nothing(parent, error);
    set_ends(motion, parent);
    set_state(parent);
    motion_audit(motion, wish->person, "operation.proposed", "operation", parent->id)->detail =
        g_strdup_printf("%s of all groups of %s: %s", operation_word(parent), wish->region,
                        parent->why);
    bool drill = wish->kind == OPERATION_DRILL;
    motion_say(motion, drill ? SEVERITY_INFO : SEVERITY_WARNING, "operation", parent->id,
               "%s proposes to %s every group of %s: %u operation%s, each signed on its own",
               wish->person, drill ? "exercise" : "move", wish->region, motion->others->len,
               text_plural(motion->others->len));
    motion->operation = g_steal_pointer(&parent);
    motion->fresh = true;
    return true;
}

void region_explain(const Motion *motion, Operation *parent)
{
    for (guint i = 0; i < motion->others->len; i++) {
        const Operation *child = motion->others->pdata[i];
        Member *member = operation_member(parent, child->group);
        guint needed = child->statement->approvals;
        g_free(member->why);
        member->why = g_strdup_printf("%s; %u sign-off%s", child->statement->summary, needed,
                                      text_plural(needed));
    }
}

// Where the group is meanwhile without this operation, nothing is left to be moved.
static bool drop_gone(const Engine *engine, Operation *parent, Member *member)
{
    const Location *region = fleet_location(engine->fleet, parent->region);
    const GroupLive *live = world_live(engine, member->group);
    return live && region && !live->open && !belongs(engine, live, parent->kind, region);
}

bool region_retry(Engine *engine, Motion *motion, Operation *parent, const Wish *wish,
                  GError **error)
{
    guint before = region_open(parent), dropped = 0;
    motion->operation = NULL; // the drafts of the children go through it
    for (guint i = 0; i < parent->members->len; i++) {
        Member *member = parent->members->pdata[i];
        if (!member_is_left(member))
            continue;
        if (drop_gone(engine, parent, member)) {
            g_ptr_array_remove_index(parent->members, i--);
            dropped++;
        } else if (is_too_early(engine, wish, member->group, error))
            return false;
        else
            settle_member(engine, motion, parent, member, wish);
    }
    motion->operation = parent;
    motion->fresh = false;
    set_state(parent);
    if (region_open(parent) > before)
        parent->ended_ms = 0;
    else if (!dropped) {
        g_autofree char *sentence = region_sentence(parent);
        refuse(error, REFUSAL_NOTHING_TO_DO, "There is nothing to retry in %s: %s.", parent->id,
               sentence);
        return false;
    }
    return true;
}

// ---- Following ---------------------------------------------------------------------------------

static void end_parent(Engine *engine, Motion *motion, Operation *parent)
{
    parent->ended_ms = engine->now_ms;
    motion_audit(motion, "signalbox", "operation.ended", "operation", parent->id)->detail =
        g_strdup_printf("%s: %s", word_of(&OPERATION_STATE_NAMES, (int)parent->state), parent->why);
    motion_say(motion, parent->state == OPERATION_COMPLETED ? SEVERITY_INFO : SEVERITY_WARNING,
               "operation", parent->id, "%s of %s: %s: %s", operation_word(parent), parent->region,
               word_of(&OPERATION_STATE_NAMES, (int)parent->state), parent->why);
}

static void follow(Engine *engine, Motion *motion, const Operation *child)
{
    const Operation *drafted = child->parent ? motion_drafted(motion, child->parent) : NULL;
    const Operation *now =
        drafted || !child->parent ? drafted : world_operation(engine, child->parent);
    const Member *part = now ? operation_member(now, child->group) : NULL;
    if (!part || g_strcmp0(part->operation, child->id) != 0 || part->state == child->state)
        return;
    Operation *parent = motion_other(motion, now);
    bool ended = operation_has_ended(parent);
    operation_member(parent, child->group)->state = child->state;
    set_state(parent);
    if (!parent->started_ms && child->started_ms)
        parent->started_ms = child->started_ms;
    if (!ended && operation_has_ended(parent))
        end_parent(engine, motion, parent);
}

void region_follow(Engine *engine, Motion *motion)
{
    guint drafted = motion->others->len; // parents come behind
    if (motion->operation)
        follow(engine, motion, motion->operation);
    for (guint i = 0; i < drafted; i++)
        follow(engine, motion, motion->others->pdata[i]);
}

static bool is_moving(const Operation *operation)
{
    return operation->state == OPERATION_RUNNING && operation->phase != PHASE_HOLDING;
}

static bool is_ready(const Engine *engine, const Operation *operation)
{
    return operation->state == OPERATION_RUNNING && operation->phase == PHASE_HOLDING &&
           !operation->held && engine->now_ms >= operation->hold_until_ms;
}

bool region_may_start(const Engine *engine, const Operation *operation)
{
    const Operation *parent = operation->parent ? world_operation(engine, operation->parent) : NULL;
    guint ahead = 0;
    bool before = true; // in the order of the tiers: who is ready and stands before it goes first
    for (guint i = 0; parent && i < parent->members->len; i++) {
        const Member *member = parent->members->pdata[i];
        const Operation *other =
            member->operation ? world_operation(engine, member->operation) : NULL;
        before = before && other != operation;
        if (other && other != operation)
            ahead += is_moving(other) || (before && is_ready(engine, other));
    }
    return !parent || ahead < engine->fleet->parallel;
}
