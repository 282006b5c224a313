// Sign-offs against a second opinion: two consoles approve, reject, take back, withdraw and send again at random, ten
// thousand times, and a small model that shares no code with the engine says what must come of each.
#include "sim.h"

#include "model/refusal.h"

#include <string.h>

// ---- The second opinion: two of three people, the proposer (0) not the last; a viewer (3) may nothing ----------

enum { PEOPLE = 4, PROPOSER = 0, ONLOOKER = 3, NEEDED = 2 };
enum { EXPIRE_MS = 90000, STEPS = 7000, STEPS_SLOW = 1000, REMEMBERED = 8 };

typedef enum { OPEN, SIGNED, ENDED } RefState;

typedef struct {
    RefState state;
    OperationState end;
    bool approved[PEOPLE];
    gint64 expires_ms;
} Reference;

static guint ref_count(const Reference *ref)
{
    return (guint)ref->approved[0] + ref->approved[1] + ref->approved[2];
}

static void ref_end(Reference *ref, OperationState end)
{
    ref->state = ENDED;
    ref->end = end;
}

static void ref_clock(Reference *ref, gint64 now_ms)
{
    if (ref->state != ENDED && now_ms >= ref->expires_ms)
        ref_end(ref, OPERATION_EXPIRED);
}

#define NO(refusal) ((int)(refusal) + 1)

// Each answers the refusal it must get; 0 = done.
static int ref_approve(Reference *ref, guint who)
{
    if (ref->state == ENDED)
        return ref->end == OPERATION_EXPIRED ? NO(REFUSAL_EXPIRED) : NO(REFUSAL_WRONG_STATE);
    if (ref->state == SIGNED)
        return NO(REFUSAL_WRONG_STATE);
    if (who == ONLOOKER)
        return NO(REFUSAL_NOT_ALLOWED);
    if (ref->approved[who])
        return NO(REFUSAL_DUPLICATE_PERSON);
    if (who == PROPOSER && ref_count(ref) + 1 >= NEEDED)
        return NO(REFUSAL_FOUR_EYES);
    ref->approved[who] = true;
    if (ref_count(ref) >= NEEDED)
        ref->state = SIGNED;
    return 0;
}

static int ref_reject(Reference *ref, guint who)
{
    if (ref->state == ENDED)
        return ref->end == OPERATION_EXPIRED ? NO(REFUSAL_EXPIRED) : NO(REFUSAL_WRONG_STATE);
    if (who == ONLOOKER)
        return NO(REFUSAL_NOT_ALLOWED);
    ref_end(ref, OPERATION_REJECTED);
    return 0;
}

static int ref_take_back(Reference *ref, guint who)
{
    if (!ref->approved[who])
        return NO(REFUSAL_NOT_FOUND);
    if (ref->state == ENDED)
        return NO(REFUSAL_WRONG_STATE);
    ref->approved[who] = false;
    if (ref_count(ref) < NEEDED)
        ref->state = OPEN;
    return 0;
}

static int ref_withdraw(Reference *ref, guint who)
{
    if (who == ONLOOKER)
        return NO(REFUSAL_NOT_ALLOWED);
    if (ref->state == ENDED)
        return NO(REFUSAL_WRONG_STATE);
    ref_end(ref, OPERATION_WITHDRAWN);
    return 0;
}

// ---- Two consoles ------------------------------------------------------------------------------

static const Person *const WHO[PEOPLE] = {&ALICE, &BOB, &CAROL, &VIEWER};

typedef enum { DO_APPROVE, DO_REJECT, DO_TAKE_BACK, DO_WITHDRAW, DO_AGAIN, DO_OTHER, DEEDS } Deed;

typedef struct {
    char *id;
    guint who;
} Sent;

typedef struct {
    Sim *sim;
    GRand *rand;
    Reference ref;
    Sent sent[REMEMBERED]; // sign-offs of this operation, the latest ones
    guint sent_count;
    char *counting[PEOPLE]; // id of each one's newest approval
    guint answers;
    guint counts[DEEDS][2]; // refused, done
} World;

typedef struct {
    World *world;
    Deed deed;
    guint who;
    int wanted;
} Ask;

static void take_answer(Ask *ask, const GError *error)
{
    World *world = ask->world;
    int got = error ? (error->domain == REFUSAL ? NO(error->code) : -1) : 0;
    if (got != ask->wanted)
        g_error("deed %d of %s: refusal %d (%s), wanted %d", (int)ask->deed, WHO[ask->who]->name,
                got, error ? error->message : "done", ask->wanted);
    world->answers++;
    world->counts[ask->deed][got == 0]++;
    g_free(ask);
}

static void on_signoff(const Operation *operation, const SignOff *signoff, const GError *error,
                       gpointer data)
{
    (void)operation, (void)signoff;
    take_answer(data, error);
}

static void on_command(const Operation *operation, const GError *error, gpointer data)
{
    (void)operation;
    take_answer(data, error);
}

static void send(World *world, Ask *ask, const char *id, Decision decision, const char *reason)
{
    const Operation *operation = sim_operation(world->sim);
    SignOff signoff = {.id = (char *)id,
                       .operation = operation->id,
                       .digest = operation->digest,
                       .decision = decision,
                       .reason = (char *)reason,
                       .phrase = operation->statement->confirm};
    engine_sign(world->sim->engine, &(SignRequest){WHO[ask->who], &signoff}, on_signoff, ask);
}

static void sign(World *world, Ask *ask)
{
    bool approve = ask->deed == DO_APPROVE;
    char *id = id_new(&world->sim->ids, "so");
    ask->wanted = approve ? ref_approve(&world->ref, ask->who) : ref_reject(&world->ref, ask->who);
    if (approve && !ask->wanted) {
        Sent *sent = &world->sent[world->sent_count++ % REMEMBERED];
        g_free(sent->id);
        *sent = (Sent){g_strdup(id), ask->who};
        g_free(world->counting[ask->who]);
        world->counting[ask->who] = g_strdup(id);
    }
    send(world, ask, id, approve ? DECISION_APPROVE : DECISION_REJECT, "seen it");
    g_free(id);
}

// A sign-off that was recorded, sent again: the first answer, whatever has become of it since. The same id for
// something else is refused.
static void send_again(World *world, Ask *ask)
{
    guint known = MIN(world->sent_count, (guint)REMEMBERED);
    if (!known) {
        g_free(ask);
        world->answers++;
        return;
    }
    const Sent *sent = &world->sent[g_rand_int_range(world->rand, 0, (gint32)known)];
    ask->who = sent->who;
    ask->wanted = ask->deed == DO_AGAIN ? 0 : NO(REFUSAL_KEY_REUSED);
    send(world, ask, sent->id, DECISION_APPROVE,
         ask->deed == DO_AGAIN ? "seen it" : "something else");
}

static void take_back(World *world, Ask *ask)
{
    const Operation *operation = sim_operation(world->sim);
    const char *id = world->ref.approved[ask->who] ? world->counting[ask->who] : "none";
    ask->wanted = ref_take_back(&world->ref, ask->who);
    engine_take_back(world->sim->engine,
                     &(SignOffRequest){.person = WHO[ask->who],
                                       .operation = operation->id,
                                       .signoff = id,
                                       .reason = "on second thoughts"},
                     on_signoff, ask);
}

static void withdraw(World *world, Ask *ask)
{
    ask->wanted = ref_withdraw(&world->ref, ask->who);
    engine_command(world->sim->engine,
                   &(CommandRequest){.person = WHO[ask->who],
                                     .operation = sim_operation(world->sim)->id,
                                     .command = COMMAND_WITHDRAW,
                                     .reason = "because"},
                   on_command, ask);
}

static Deed some_deed(GRand *rand)
{
    static const Deed WEIGHTED[] = {DO_APPROVE, DO_APPROVE, DO_APPROVE,   DO_APPROVE,
                                    DO_REJECT,  DO_AGAIN,   DO_TAKE_BACK, DO_TAKE_BACK,
                                    DO_OTHER,   DO_WITHDRAW};
    return WEIGHTED[g_rand_int_range(rand, 0, G_N_ELEMENTS(WEIGHTED))];
}

static void one_deed(World *world)
{
    Ask *ask = g_new0(Ask, 1);
    *ask = (Ask){world, some_deed(world->rand), (guint)g_rand_int_range(world->rand, 0, PEOPLE), 0};
    // The end of waiting is rarer than the rest, else nobody would ever have signed.
    if ((ask->deed == DO_REJECT || ask->deed == DO_WITHDRAW) && g_rand_boolean(world->rand))
        ask->deed = DO_APPROVE;
    if (ask->deed == DO_APPROVE || ask->deed == DO_REJECT)
        sign(world, ask);
    else if (ask->deed == DO_TAKE_BACK)
        take_back(world, ask);
    else if (ask->deed == DO_WITHDRAW)
        withdraw(world, ask);
    else
        send_again(world, ask);
}

// ---- The comparison ----------------------------------------------------------------------------

static void compare(World *world)
{
    const Operation *operation = sim_operation(world->sim);
    const Reference *ref = &world->ref;
    OperationState wanted = ref->state == OPEN     ? OPERATION_AWAITING
                            : ref->state == SIGNED ? OPERATION_RUNNING
                                                   : ref->end;
    if (operation->state != wanted ||
        (ref->state != ENDED && quorum_given(operation) != ref_count(ref)))
        g_error("%s is %s with %u sign-offs; wanted %s with %u", operation->id,
                name_of(&OPERATION_STATE_NAMES, (int)operation->state), quorum_given(operation),
                name_of(&OPERATION_STATE_NAMES, (int)wanted), ref_count(ref));
    g_assert_true(ref->state != SIGNED || operation->phase == PHASE_HOLDING);
    for (guint i = 0; i < MIN(world->sent_count, (guint)REMEMBERED); i++) {
        guint found = 0;
        for (guint j = 0; j < operation->signoffs->len; j++)
            found += g_str_equal(((const SignOff *)operation->signoffs->pdata[j])->id,
                                 world->sent[i].id);
        g_assert_cmpuint(found, ==, 1);
    }
}

static void begin(World *world)
{
    g_assert_nonnull(sim_propose(world->sim, OPERATION_FAILOVER, PROPOSE_PLANNED));
    world->ref = (Reference){.expires_ms = sim_operation(world->sim)->expires_ms};
    for (guint i = 0; i < REMEMBERED; i++)
        g_clear_pointer(&world->sent[i].id, g_free);
    world->sent_count = 0;
}

// What was observed before is not known any more: it is looked at first.
static void restart(World *world)
{
    sim_restart(world->sim);
    sim_pass(world->sim, 8000);
    ref_clock(&world->ref, world->sim->clock.wall);
}

static void one_step(World *world)
{
    guint deeds = g_rand_boolean(world->rand) ? 1 : 2, before = world->answers;
    for (guint i = 0; i < deeds; i++)
        one_deed(world);
    for (guint i = 0; i < 100 && world->answers < before + deeds; i++)
        sim_turn(world->sim);
    g_assert_cmpuint(world->answers, ==, before + deeds);
    compare(world);
    if (g_rand_int_range(world->rand, 0, 200) == 0)
        restart(world);
    sim_pass(world->sim, g_rand_int_range(world->rand, 0, 200)
                             ? g_rand_int_range(world->rand, 20, 400)
                             : 20000);
    ref_clock(&world->ref, world->sim->clock.wall);
    compare(world);
    if (world->ref.state == ENDED && g_rand_int_range(world->rand, 0, 4) == 0)
        begin(world);
}

static void policy(Fleet *fleet)
{
    Policy *policy = &fleet_group(fleet, "payments")->policy;
    policy->approvals = NEEDED;
    policy->four_eyes = true;
    policy->hold_ms = 10 * EXPIRE_MS;
    policy->expire_ms = EXPIRE_MS;
}

static void test_two_consoles(void)
{
    bool slow = g_strcmp0(g_getenv("SB_SANITIZERS"), "yes") == 0;
    World world = {.sim = sim_new(11, policy), .rand = g_rand_new_with_seed(11)};
    sim_pass(world.sim, 12000);
    begin(&world);
    for (guint i = 0; i < (guint)(slow ? STEPS_SLOW : STEPS); i++)
        one_step(&world);
    for (guint i = 0; i < DEEDS; i++) {
        g_test_message("deed %u: %u refused, %u done", i, world.counts[i][0], world.counts[i][1]);
        g_assert_cmpuint(world.counts[i][0] + world.counts[i][1], >, 20);
    }
    g_assert_true(sim_is_whole(world.sim));
    for (guint i = 0; i < REMEMBERED; i++)
        g_free(world.sent[i].id);
    for (guint i = 0; i < PEOPLE; i++)
        g_free(world.counting[i]);
    g_rand_free(world.rand);
    sim_free(world.sim);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim/signoffs/two-consoles", test_two_consoles);
    return g_test_run();
}
