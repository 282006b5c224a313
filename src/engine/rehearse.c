#include "engine/rehearse.h"

#include "base/text.h"
#include "base/timefmt.h"

// Between the questions and the last answer.
typedef struct {
    const Clock *clock;
    StepKind kind;
    char *home;
    char *from, *to;
    gint64 rpo_ms;
    GString *words;
    bool good;
    guint waiting;
    gint64 begun_ms;
    RehearsalDone done;
    gpointer data;
} Scene;

// One target that is looked at.
typedef struct {
    Scene *scene;
    char *name;
    char *location;
    bool single;
    bool data;  // it holds data
    bool apart; // the fleet file says how it is rehearsed
    ProofClass proof;
} Actor;

static void actor_free(Actor *actor)
{
    g_free(actor->name);
    g_free(actor->location);
    g_free(actor);
}

static void say(Scene *scene, bool good, const char *format, ...) G_GNUC_PRINTF(3, 4);

static void say(Scene *scene, bool good, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (scene->words->len)
        g_string_append(scene->words, "; ");
    g_string_append_vprintf(scene->words, format, args);
    va_end(args);
    scene->good = scene->good && good;
}

// ---- Judging -----------------------------------------------------------------------------------

static const ReplicationStatus *link_to(const Observation *seen, const char *to)
{
    for (guint i = 0; seen->replication && i < seen->replication->len; i++) {
        const ReplicationStatus *link = seen->replication->pdata[i];
        if (g_strcmp0(link->to, to) == 0)
            return link;
    }
    return NULL;
}

static void judge_state(const Actor *actor, const Observation *seen)
{
    bool home = g_strcmp0(actor->location, actor->scene->home) == 0;
    InstanceState wanted = home ? INSTANCE_ACTIVE : INSTANCE_PASSIVE;
    if (actor->single && seen->state != wanted)
        say(actor->scene, false, "%s in %s is %s, expected %s", actor->name, actor->location,
            word_of(&INSTANCE_NAMES, (int)seen->state), word_of(&INSTANCE_NAMES, (int)wanted));
}

// A command needs what it must carry: a fencing target takes none without its own boot id.
static void judge_fence(const Actor *actor, const Observation *seen)
{
    if (actor->single && actor->proof == PROOF_FENCING && !seen->boot_id)
        say(actor->scene, false, "%s in %s does not report its boot id", actor->name,
            actor->location);
}

static void judge_data(const Actor *actor, const Observation *seen)
{
    const ReplicationStatus *link = link_to(seen, actor->scene->to);
    char lag[16];
    if (!actor->data || g_strcmp0(actor->location, actor->scene->to) != 0)
        return;
    if (!link || !link->streaming)
        say(actor->scene, false, "%s in %s does not follow %s", actor->name, actor->location,
            actor->scene->from);
    else if (link->lag_ms > actor->scene->rpo_ms) {
        duration_format(link->lag_ms, lag);
        say(actor->scene, false, "%s in %s is %s behind, more than its RPO", actor->name,
            actor->location, lag);
    }
}

static void judge_router(const Actor *actor, const Observation *seen)
{
    if (!seen->routed_to)
        say(actor->scene, false, "%s does not say where it points", actor->name);
    else if (g_strcmp0(seen->routed_to, actor->scene->home) != 0)
        say(actor->scene, false, "%s points to %s, expected %s", actor->name, seen->routed_to,
            actor->scene->home);
}

static void judge(const Actor *actor, const Observation *seen)
{
    Scene *scene = actor->scene;
    gint64 took_ms = clock_mono_ms(scene->clock) - scene->begun_ms;
    if (!seen->ok) {
        say(scene, false, "%s in %s %s%s%s", actor->name, actor->location,
            seen->unreachable ? "does not answer" : "does not answer as it should",
            seen->detail ? ": " : "", seen->detail ? seen->detail : "");
        return;
    }
    if (scene->kind == STEP_REROUTE) {
        judge_router(actor, seen);
    } else {
        judge_state(actor, seen);
        judge_fence(actor, seen);
        judge_data(actor, seen);
    }
    say(scene, true, "%s in %s%s answered in %" G_GINT64_FORMAT " ms: %s, epoch %" G_GINT64_FORMAT,
        actor->name, actor->location, actor->apart ? ", asked as its rehearsal has it," : "",
        took_ms, word_of(&INSTANCE_NAMES, (int)seen->state), seen->epoch);
    if (scene->kind == STEP_DRAIN && seen->runs >= 0)
        say(scene, true, "%d run%s in flight", seen->runs, text_plural(seen->runs));
}

// What runs at home and is not installed where it should run would be missed only afterwards.
static void judge_parity(Scene *scene, const Group *group, const char *location)
{
    for (guint i = 0; i < group->workloads->len; i++) {
        const Workload *workload = group->workloads->pdata[i];
        bool home = false, here = false;
        for (guint j = 0; j < workload->instances->len; j++) {
            const Instance *instance = workload->instances->pdata[j];
            home = home || g_strcmp0(instance->location->name, scene->home) == 0;
            here = here || g_strcmp0(instance->location->name, location) == 0;
        }
        if (home && !here && workload->kind != KIND_ROUTER)
            say(scene, false, "%s is not installed in %s", workload->name, location);
    }
}

// ---- Looking -----------------------------------------------------------------------------------

static void settle(Scene *scene)
{
    if (--scene->waiting)
        return;
    scene->done(scene->good, scene->words->str, scene->data);
    g_string_free(scene->words, TRUE);
    g_free(scene->home);
    g_free(scene->from);
    g_free(scene->to);
    g_free(scene);
}

static void on_observed(const Observation *seen, gpointer data)
{
    Actor *actor = data;
    Scene *scene = actor->scene;
    judge(actor, seen);
    actor_free(actor);
    settle(scene);
}

static void look(const Rehearsal *rehearsal, Scene *scene, const Instance *instance)
{
    const Workload *workload = instance->workload;
    Actor *actor = g_new0(Actor, 1);
    *actor = (Actor){.scene = scene,
                     .name = g_strdup(workload->name),
                     .location = g_strdup(instance->location->name),
                     .single = workload->kind != KIND_ROUTER && workload_is_single_active(workload),
                     .data = workload_holds_data(workload),
                     .apart = instance_has_rehearsal(instance),
                     .proof = eyes_proof(rehearsal->live, workload)};
    scene->waiting++;
    eyes_observe(rehearsal->eyes, instance, rehearsal->now_ms, rehearsal->deadline_ms, on_observed,
                 actor);
}

// The targets of a step: its own, or (of a step of the whole group) all of the group at its location.
static bool takes_part(const Step *step, const Workload *workload, const Instance *instance)
{
    if (step->workload && g_strcmp0(step->workload, workload->id) != 0)
        return false;
    bool data = step->kind != STEP_CATCH_UP || workload_holds_data(workload);
    return g_strcmp0(step->location, instance->location->name) == 0 && data &&
           (step->workload || workload->kind != KIND_ROUTER);
}

void rehearse(const Rehearsal *rehearsal, RehearsalDone done, gpointer data)
{
    const Step *step = rehearsal->step;
    Scene *scene = g_new0(Scene, 1);
    *scene = (Scene){.clock = rehearsal->clock,
                     .kind = step->kind,
                     .home = g_strdup(rehearsal->home),
                     .from = g_strdup(rehearsal->from),
                     .to = g_strdup(rehearsal->to),
                     .rpo_ms = rehearsal->group->rpo_ms,
                     .words = g_string_new(NULL),
                     .good = true,
                     .waiting = 1, // until everybody is asked
                     .begun_ms = clock_mono_ms(rehearsal->clock),
                     .done = done,
                     .data = data};
    if (rehearsal->sick)
        say(scene, false, "%s is not healthy: %s", step->location ? step->location : "its place",
            rehearsal->sick);
    if (step->kind == STEP_VERIFY)
        judge_parity(scene, rehearsal->group, step->location);
    for (guint i = 0; i < rehearsal->group->workloads->len; i++) {
        const Workload *workload = rehearsal->group->workloads->pdata[i];
        for (guint j = 0; j < workload->instances->len; j++)
            if (takes_part(step, workload, workload->instances->pdata[j]))
                look(rehearsal, scene, workload->instances->pdata[j]);
    }
    settle(scene);
}
