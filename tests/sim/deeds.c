#include "deeds.h"

#include "model/refusal.h"

static const Person *somebody(GRand *rand)
{
    static const Person *const PEOPLE[] = {&ALICE, &BOB,   &BOB,   &BOB,
                                           &CAROL, &CAROL, &CAROL, &VIEWER};
    return PEOPLE[g_rand_int_range(rand, 0, 8)];
}

static const char *const REGIONS[] = {"west", "north"};

static const char *some_region(GRand *rand)
{
    return REGIONS[g_rand_int_range(rand, 0, 2)];
}

// How a request was answered, for the history.
static void say_answer(const Sim *sim, GString *said)
{
    g_string_append_printf(said, ": %s", sim->error ? sim->error->message : "done");
}

// ---- Regions -----------------------------------------------------------------------------------

static void break_region(Sim *sim, GRand *rand, GString *said)
{
    static const RegionHealth HOW[] = {REGION_DOWN, REGION_HANGING, REGION_SICK};
    static const char *const NAMES[] = {"dies", "hangs", "is sick"};
    const char *region = some_region(rand);
    gint32 how = g_rand_int_range(rand, 0, 3);
    sim_region_set(sim->world, region, HOW[how]);
    g_string_printf(said, "%s %s", region, NAMES[how]);
}

static void mend_region(Sim *sim, GRand *rand, GString *said)
{
    const char *region = some_region(rand);
    sim_region_set(sim->world, region, REGION_UP);
    g_string_printf(said, "%s is up", region);
}

// Down and up again before anybody may have noticed; with luck between a look and a command.
static void reboot_region(Sim *sim, GRand *rand, GString *said)
{
    const char *region = some_region(rand);
    sim_region_set(sim->world, region, REGION_DOWN);
    sim_pass(sim, g_rand_int_range(rand, 0, 1500));
    sim_region_set(sim->world, region, REGION_UP);
    g_string_printf(said, "%s reboots", region);
}

static void flap_region(Sim *sim, GRand *rand, GString *said)
{
    const char *region = some_region(rand);
    gint32 times = g_rand_int_range(rand, 2, 6);
    for (gint32 i = 0; i < times; i++) {
        sim_region_set(sim->world, region, g_rand_boolean(rand) ? REGION_DOWN : REGION_SICK);
        sim_pass(sim, g_rand_int_range(rand, 1000, 12000));
        sim_region_set(sim->world, region, REGION_UP);
        sim_pass(sim, g_rand_int_range(rand, 1000, 12000));
    }
    g_string_printf(said, "%s flaps %d times", region, times);
}

static void garble_region(Sim *sim, GRand *rand, GString *said)
{
    const char *region = some_region(rand);
    Region *it = sim_region(sim->world, region);
    it->garbled = !it->garbled;
    g_string_printf(said, "%s answers %s", region, it->garbled ? "nonsense" : "as itself");
}

static void change_replication(Sim *sim, GRand *rand, GString *said)
{
    Region *region = sim_region(sim->world, some_region(rand));
    region->replication_off = g_rand_int_range(rand, 0, 3) == 0;
    region->replication_delay_ms = g_rand_int_range(rand, 0, 90) * 1000;
    g_string_printf(said, "replication of %s: %s, %" G_GINT64_FORMAT " s late", region->name,
                    region->replication_off ? "off" : "on", region->replication_delay_ms / 1000);
}

// ---- People ------------------------------------------------------------------------------------

static void propose(Sim *sim, GRand *rand, GString *said)
{
    OperationKind kind = g_rand_boolean(rand) ? OPERATION_FAILOVER : OPERATION_FAILBACK;
    sim_propose(sim, kind, (ProposePlanned)g_rand_int_range(rand, 0, 3));
    g_string_printf(said, "alice proposes a %s", name_of(&OPERATION_KIND_NAMES, (int)kind));
    say_answer(sim, said);
}

static void propose_drill(Sim *sim, GRand *rand, GString *said)
{
    DrillKind drill = g_rand_boolean(rand) ? DRILL_LIVE : DRILL_ISOLATED;
    ProposePlanned planned =
        drill == DRILL_ISOLATED && g_rand_boolean(rand) ? PROPOSE_UNPLANNED : PROPOSE_AS_NEEDED;
    sim_propose_exactly(sim, &(ProposeRequest){.person = &ALICE,
                                               .kind = OPERATION_DRILL,
                                               .drill = drill,
                                               .group = "payments",
                                               .planned = planned,
                                               .reason = "an exercise"});
    g_string_printf(said, "alice proposes a drill, %s", name_of(&DRILL_NAMES, (int)drill));
}

static void propose_region(Sim *sim, GRand *rand, GString *said)
{
    OperationKind kind = (OperationKind)g_rand_int_range(rand, 0, 3);
    const char *region = some_region(rand);
    ProposePlanned planned = (ProposePlanned)g_rand_int_range(rand, 0, 3);
    if (kind == OPERATION_DRILL)
        sim_drill_region(sim, g_rand_boolean(rand) ? DRILL_LIVE : DRILL_ISOLATED, region, planned);
    else
        sim_propose_region(sim, kind, region, planned);
    g_string_printf(said, "alice proposes a %s of all of %s",
                    name_of(&OPERATION_KIND_NAMES, (int)kind), region);
    say_answer(sim, said);
}

static void approve(Sim *sim, GRand *rand, GString *said)
{
    const Person *person = somebody(rand);
    if (!sim_operation(sim))
        return;
    sim_sign(sim, person, DECISION_APPROVE);
    g_string_printf(said, "%s approves", person->name);
    say_answer(sim, said);
}

static void reject(Sim *sim, GRand *rand, GString *said)
{
    const Person *person = somebody(rand);
    if (!sim_operation(sim) || g_rand_int_range(rand, 0, 4))
        return;
    sim_sign(sim, person, DECISION_REJECT);
    g_string_printf(said, "%s rejects", person->name);
    say_answer(sim, said);
}

// Two at the same instant: both requests are there before the engine looks at either.
static void sign_together(Sim *sim, GRand *rand, GString *said)
{
    const Person *a = somebody(rand), *b = somebody(rand);
    Decision first = g_rand_int_range(rand, 0, 6) ? DECISION_APPROVE : DECISION_REJECT;
    Decision second = g_rand_int_range(rand, 0, 6) ? DECISION_APPROVE : DECISION_REJECT;
    if (!sim_operation(sim))
        return;
    sim_sign_both(sim, a, first, b, second);
    g_string_printf(said, "%s (%s) and %s (%s) sign at once", a->name,
                    name_of(&DECISION_NAMES, (int)first), b->name,
                    name_of(&DECISION_NAMES, (int)second));
}

static void command(Sim *sim, GRand *rand, GString *said)
{
    const Person *person = somebody(rand);
    OperationCommand what = (OperationCommand)g_rand_int_range(rand, 0, COMMAND_COUNT);
    guint step = (guint)g_rand_int_range(rand, 0, 6);
    if (!sim_operation(sim))
        return;
    sim_command(sim, person, what, step);
    g_string_printf(said, "%s: %s, step %u", person->name, name_of(&COMMAND_NAMES, (int)what),
                    step);
    say_answer(sim, said);
}

static void go_on(Sim *sim, GRand *rand, GString *said)
{
    const Person *person = somebody(rand);
    OperationCommand what = g_rand_boolean(rand) ? COMMAND_RETRY : COMMAND_RESUME;
    if (!sim_operation(sim))
        return;
    sim_command(sim, person, what, 0);
    g_string_printf(said, "%s: %s", person->name, name_of(&COMMAND_NAMES, (int)what));
    say_answer(sim, said);
}

static void hold(Sim *sim, GRand *rand, GString *said)
{
    (void)rand;
    if (!sim_operation(sim))
        return;
    sim_command(sim, &BOB, COMMAND_HOLD, 0);
    g_string_assign(said, "bob: hold");
    say_answer(sim, said);
}

static void take_back(Sim *sim, GRand *rand, GString *said)
{
    const Person *person = somebody(rand);
    if (!sim_operation(sim) || sim_operation(sim)->region)
        return;
    sim_take_back(sim, person);
    g_string_printf(said, "%s takes the sign-off back", person->name);
    say_answer(sim, said);
}

static void break_glass(Sim *sim, GRand *rand, GString *said)
{
    const Person *person = somebody(rand);
    if (!sim_operation(sim) || sim_operation(sim)->region)
        return;
    sim_break_glass(sim, person);
    g_string_printf(said, "%s breaks the glass", person->name);
    say_answer(sim, said);
}

// A key is put on the revocation list, or taken off again.
static void revoke_key(Sim *sim, GRand *rand, GString *said)
{
    static const SignatureState STATES[] = {SIGNATURE_REVOKED, SIGNATURE_EXPIRED,
                                            SIGNATURE_VERIFIED};
    const char *key = g_rand_boolean(rand) ? "key-bob" : "key-carol";
    SignatureState state = STATES[g_rand_int_range(rand, 0, 3)];
    sim_signer_set(sim->signer, key, state);
    g_string_printf(said, "%s is %s", key, name_of(&SIGNATURE_STATE_NAMES, (int)state));
}

// ---- The store, the daemon, the network, the clock ---------------------------------------------

static void plan_fault(Sim *sim, GRand *rand, GString *said)
{
    static const StoreFault HOW[] = {STORE_FAULT_LOST_REQUEST, STORE_FAULT_LOST_ANSWER,
                                     STORE_FAULT_CRASH_BEFORE, STORE_FAULT_CRASH_AFTER};
    static const char *const NAMES[] = {"is lost", "has its answer lost", "kills the daemon before",
                                        "kills the daemon after"};
    guint nth = (guint)g_rand_int_range(rand, 1, 8);
    gint32 how = g_rand_int_range(rand, 0, 4);
    store_memory_plan_fault(sim->memory, nth, HOW[how]);
    g_string_printf(said, "write %u from here %s", nth, NAMES[how]);
}

static void restart(Sim *sim, GRand *rand, GString *said)
{
    (void)rand;
    sim_restart(sim);
    g_string_assign(said, "the daemon is killed");
}

static void fill_disk(Sim *sim, GRand *rand, GString *said)
{
    bool full = g_rand_boolean(rand);
    store_memory_set_full(sim->memory, full);
    g_string_printf(said, "the disk %s", full ? "is full" : "has room");
}

static void change_network(Sim *sim, GRand *rand, GString *said)
{
    sim->world->trouble = g_rand_boolean(rand) ? 0 : (guint)g_rand_int_range(rand, 0, 30);
    g_string_printf(said, "the network loses, delays or doubles %u %%", sim->world->trouble);
}

// Somebody sets the wall clock.
static void jump(Sim *sim, GRand *rand, GString *said)
{
    gint32 s = g_rand_int_range(rand, -4000, 4000);
    sim->clock.wall += (gint64)s * 1000;
    g_string_printf(said, "the clock jumps by %d s", s);
}

static void wait_long(Sim *sim, GRand *rand, GString *said)
{
    gint32 ms = g_rand_int_range(rand, 1000, 40000);
    sim_pass(sim, ms);
    g_string_printf(said, "%d s pass", ms / 1000);
}

static void let_expire(Sim *sim, GRand *rand, GString *said)
{
    const Operation *operation = sim_operation(sim);
    bool waits = operation && !operation->region &&
                 (operation->state == OPERATION_AWAITING || operation->phase == PHASE_HOLDING);
    if (!waits || g_rand_int_range(rand, 0, 3))
        return;
    gint64 left_ms = operation->expires_ms - sim->clock.wall;
    sim_pass(sim, CLAMP(left_ms + g_rand_int_range(rand, -1500, 1500), 0, 6 * 60 * 1000));
    g_string_assign(said, "it is about to expire");
}

// ---- By chance ---------------------------------------------------------------------------------

static const struct {
    void (*deed)(Sim *sim, GRand *rand, GString *said);
    int weight;
} DEEDS[] = {
    {break_region, 6}, {mend_region, 6},    {reboot_region, 2},
    {flap_region, 1},  {garble_region, 1},  {change_replication, 2},
    {propose, 5},      {propose_region, 1}, {propose_drill, 1},
    {approve, 14},     {reject, 1},         {sign_together, 3},
    {command, 5},      {go_on, 6},          {plan_fault, 5},
    {restart, 1},      {fill_disk, 1},      {change_network, 3},
    {wait_long, 4},    {let_expire, 2},     {hold, 2},
    {revoke_key, 2},   {take_back, 2},      {jump, 1},
    {break_glass, 1},
};

void deeds_one(Sim *sim, GRand *rand, GString *said)
{
    int sum = 0;
    for (guint i = 0; i < G_N_ELEMENTS(DEEDS); i++)
        sum += DEEDS[i].weight;
    int at = g_rand_int_range(rand, 0, sum);
    guint i = 0;
    while ((at -= DEEDS[i].weight) >= 0)
        i++;
    DEEDS[i].deed(sim, rand, said);
}

void deeds_mend(Sim *sim)
{
    sim->world->trouble = 0;
    store_memory_plan_fault(sim->memory, 1, STORE_FAULT_NONE);
    store_memory_set_full(sim->memory, false);
    sim_signer_set(sim->signer, "key-bob", SIGNATURE_VERIFIED);
    sim_signer_set(sim->signer, "key-carol", SIGNATURE_VERIFIED);
    for (guint i = 0; i < G_N_ELEMENTS(REGIONS); i++) {
        Region *region = sim_region(sim->world, REGIONS[i]);
        sim_region_set(sim->world, REGIONS[i], REGION_UP);
        region->garbled = false;
        region->replication_off = false;
        region->replication_delay_ms = 500;
    }
}

void deeds_tweak(Fleet *fleet, guint32 seed)
{
    Policy *policy = &fleet_group(fleet, "payments")->policy;
    policy->approvals = 1 + seed % 2;
    policy->four_eyes = seed % 3 == 0;
    policy->hold_ms = seed % 5 == 0 ? 5000 : 0;
    policy->failover = seed % 4 == 0 ? AUTOMATION_AUTOMATIC : AUTOMATION_MANUAL;
    policy->signature = seed % 7 == 0 ? SIGNATURE_REQUIRED : SIGNATURE_OFF;
    policy->break_glass = seed % 11 == 0;
    policy->step_limit_ms = 20000;
    policy->drain_limit_ms = 60000;
    policy->expire_ms = 5 * 60 * 1000;
}
