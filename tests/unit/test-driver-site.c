// The drivers and the prober against real practice regions: a pair of signalbox-site processes that the
// test starts, breaks and kills. What the drivers report is compared with what the regions know.
#include <gio/gunixsocketaddress.h>

#include "driver-world.h"

// Until so few of its runs as one are seen in flight.
static void wait_runs(World *world, const char *name, guint i, Result *ret_seen)
{
    gint64 end_ms = 0;
    for (observe(world, name, i, ret_seen); ret_seen->copy.runs <= 0;
         observe(world, name, i, ret_seen))
        wait_turn(&end_ms);
}

static void test_observe_and_switch(void)
{
    World world;
    world_init(&world);
    // A page holds one workflow: these two are found on different pages, by one shared list.
    Result settle = {0};
    Result ask = {0};
    driver_observe(world.drivers, instance(&world, "settle", 0), 0, PATIENCE_MS, on_observed,
                   &settle);
    driver_observe(world.drivers, instance(&world, "ask", 0), 0, PATIENCE_MS, on_observed, &ask);
    run_until(&settle.done);
    run_until(&ask.done);
    g_assert_true(settle.copy.ok && ask.copy.ok);
    g_assert_cmpint(settle.copy.state, ==, INSTANCE_ACTIVE);
    g_assert_cmpint(ask.copy.runs, >=, 0);
    g_assert_nonnull(settle.boot_id);
    g_assert_cmpuint(settle.triggers, ==, 1);
    g_assert_cmpint(state_at(&world, "settle", 1), ==, INSTANCE_PASSIVE);
    const Workload *workload = instance(&world, "settle", 0)->workload;
    g_assert_cmpint(driver_proof(world.drivers, workload), ==, PROOF_FENCING);
    g_assert_true(driver_can(world.drivers, workload, ACTION_ACTIVATE));
    g_assert_false(driver_can(world.drivers, workload, ACTION_PROMOTE));

    g_assert_cmpint(act(&world, "settle", 0, ACTION_PASSIVATE, false), ==, OUTCOME_DONE);
    g_assert_cmpint(state_at(&world, "settle", 0), ==, INSTANCE_PASSIVE);
    world.epoch = 2;
    g_assert_cmpint(act(&world, "hook", 0, ACTION_PASSIVATE, false), ==, OUTCOME_DONE);
    g_assert_cmpint(state_at(&world, "hook", 0), ==, INSTANCE_PASSIVE);
    observe(&world, "settle", 0, &settle);
    g_assert_cmpint(settle.copy.epoch, ==, 2);
    // The workflow that runs for a minute is still in flight.
    g_assert_cmpint(act(&world, "settle", 1, ACTION_ACTIVATE, false), ==, OUTCOME_DONE);
    wait_runs(&world, "settle", 1, &settle);
    g_assert_cmpint(settle.copy.last_run_ms, >, 0);
    result_clear(&settle);
    result_clear(&ask);
    world_release(&world);
}

static void test_obedience(void)
{
    World world;
    world_init(&world);
    Result seen = {0};
    Result result = {0};
    observe(&world, "settle", 1, &seen);
    g_autofree char *boot = g_strdup(seen.boot_id);
    DriverCommand on = {.key = "a1", .epoch = 5, .boot_id = boot, .deadline_ms = PATIENCE_MS};
    DriverCommand off = {.key = "a2", .epoch = 5, .boot_id = boot, .deadline_ms = PATIENCE_MS};
    act_as(&world, "settle", 1, ACTION_ACTIVATE, &on, &result);
    g_assert_cmpint(result.outcome, ==, OUTCOME_DONE);
    act_as(&world, "settle", 1, ACTION_PASSIVATE, &off, &result);
    g_assert_cmpint(result.outcome, ==, OUTCOME_DONE);
    // The same command once more has no second effect.
    act_as(&world, "settle", 1, ACTION_ACTIVATE, &on, &result);
    g_assert_cmpint(result.outcome, ==, OUTCOME_DONE);
    g_assert_cmpint(state_at(&world, "settle", 1), ==, INSTANCE_PASSIVE);
    on = (DriverCommand){.key = "a3", .epoch = 4, .boot_id = boot, .deadline_ms = PATIENCE_MS};
    act_as(&world, "settle", 1, ACTION_ACTIVATE, &on, &result);
    g_assert_cmpint(result.outcome, ==, OUTCOME_REFUSED);
    g_assert_nonnull(strstr(result.detail, "Epoch 4 of pay is over"));
    // After a crash the fence still stands, and the boot id has changed.
    kill_site(&world, 1);
    start_site(&world, 1);
    on.epoch = 6;
    act_as(&world, "settle", 1, ACTION_ACTIVATE, &on, &result);
    g_assert_cmpint(result.outcome, ==, OUTCOME_REFUSED);
    g_assert_nonnull(strstr(result.detail, "meant for boot"));
    g_assert_cmpint(group_number(&world, 1, "epoch"), ==, 5);
    result_clear(&result);
    result_clear(&seen);
    world_release(&world);
}

// Until `ledger` is seen to be fed. Whoever stood still for a moment has heard nothing lately.
static const ReplicationStatus *wait_streaming(World *world, guint i, Result *ret_seen)
{
    for (gint64 end_ms = 0;; wait_turn(&end_ms)) {
        observe(world, "ledger", i, ret_seen);
        const ReplicationStatus *link = ret_seen->copy.replication->pdata[0];
        if (link->streaming)
            return link;
    }
}

static void test_unplanned_loss(void)
{
    World world;
    world_init(&world);
    wait_position(&world, 1, 30);
    Result seen = {0};
    wait_runs(&world, "settle", 0, &seen); // one that the loss abandons
    const ReplicationStatus *link = wait_streaming(&world, 1, &seen);
    g_assert_cmpint(seen.copy.state, ==, INSTANCE_PASSIVE);
    g_assert_cmpstr(link->from, ==, "alpha");
    g_assert_cmpstr(link->to, ==, "beta");
    g_assert_cmpint(link->lag_ms, >=, 400);
    g_assert_cmpint(link->committed_pos, >, link->replayed_pos);
    kill_site(&world, 0);
    // Nobody answers now; planned is not possible, forced is.
    observe(&world, "ledger", 0, &seen);
    g_assert_false(seen.copy.ok);
    g_assert_true(seen.copy.unreachable);
    world.deadline_ms = SHORT_MS; // "not yet" for ever
    g_assert_cmpint(act(&world, "ledger", 1, ACTION_PROMOTE, false), ==, OUTCOME_UNKNOWN);
    world.deadline_ms = PATIENCE_MS;
    world.epoch = 2;
    g_assert_cmpint(act(&world, "ledger", 1, ACTION_PROMOTE, true), ==, OUTCOME_DONE);
    observe(&world, "ledger", 1, &seen);
    g_assert_cmpint(seen.copy.state, ==, INSTANCE_ACTIVE);
    g_assert_cmpint(seen.copy.lost_transactions, ==, -1);
    gint64 fork = data_number(&world, 1, "fork");
    // Back from the dead: passive, and the truth is known on both sides.
    start_site(&world, 0);
    g_assert_cmpint(state_at(&world, "settle", 0), ==, INSTANCE_PASSIVE);
    gint64 had = data_number(&world, 0, "position");
    wait_group_number(&world, 1, "lost_transactions", 0);
    g_assert_cmpint(group_number(&world, 1, "lost_transactions"), ==, had - fork);
    g_assert_cmpint(had - fork, >, 0);
    gint64 abandoned = group_number(&world, 0, "abandoned_runs");
    g_assert_cmpint(abandoned, >, 0);
    // Until it has heard that, it tells what was in flight when it last heard: one may have ended since.
    wait_group_number(&world, 1, "peer_abandoned_runs", abandoned);
    g_assert_cmpint(group_number(&world, 1, "taken_abandoned_runs"), ==, abandoned);
    observe(&world, "ledger", 1, &seen);
    g_assert_cmpint(seen.copy.abandoned_runs, ==, abandoned);
    g_assert_cmpint(seen.copy.lost_transactions, ==, had - fork);
    wait_group_number(&world, 0, "lost_transactions", had - fork);
    world.epoch = 2;
    g_assert_cmpint(act(&world, "ledger", 0, ACTION_ACTIVATE, false), ==, OUTCOME_REFUSED);
    g_assert_cmpint(act(&world, "ledger", 0, ACTION_REJOIN, false), ==, OUTCOME_DONE);
    wait_position(&world, 0, fork + 20);
    observe(&world, "ledger", 0, &seen);
    link = seen.copy.replication->pdata[0];
    g_assert_cmpstr(link->from, ==, "beta");
    result_clear(&seen);
    world_release(&world);
}

static void test_planned(void)
{
    World world;
    world_init(&world);
    wait_position(&world, 1, 10);
    // A run of a minute would hold the drain up: off with it.
    g_assert_cmpint(act(&world, "settle", 0, ACTION_FENCE, false), ==, OUTCOME_DONE);
    g_assert_cmpint(act(&world, "ask", 0, ACTION_PASSIVATE, false), ==, OUTCOME_DONE);
    g_assert_cmpint(act(&world, "hook", 0, ACTION_PASSIVATE, false), ==, OUTCOME_DONE);
    g_assert_cmpint(act(&world, "ledger", 0, ACTION_FENCE, false), ==, OUTCOME_DONE);
    wait_caught_up(&world, 1);
    g_assert_cmpint(act(&world, "ledger", 1, ACTION_PROMOTE, false), ==, OUTCOME_DONE);
    g_assert_cmpint(group_number(&world, 1, "lost_transactions"), ==, 0);
    g_assert_cmpint(act(&world, "door", 1, ACTION_REROUTE, false), ==, OUTCOME_DONE);
    Result seen = {0};
    observe(&world, "door", 1, &seen);
    g_assert_cmpstr(seen.copy.routed_to, ==, "beta");
    g_assert_cmpint(act(&world, "ask", 1, ACTION_ACTIVATE, false), ==, OUTCOME_DONE);
    // The router's requests now run at the new place.
    gint64 end_ms = 0;
    for (observe(&world, "ask", 1, &seen); !seen.copy.last_run_ms; observe(&world, "ask", 1, &seen))
        wait_turn(&end_ms);
    result_clear(&seen);
    world_release(&world);
}

static void test_faults(void)
{
    static const struct {
        const char *fault;
        bool unreachable;
        gint64 deadline_ms;
        const char *words;
    } cases[] = {
        {"{\"kind\":\"hang\"}", true, SHORT_MS, " within "},
        {"{\"kind\":\"garbage\"}", false, PATIENCE_MS, "not valid JSON"},
        {"{\"kind\":\"down\"}", true, PATIENCE_MS, "no connection"},
        {"{\"kind\":\"huge\"}", false, PATIENCE_MS, "was cut off"},
    };
    World world;
    world_init(&world);
    Result seen = {0};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        fault(&world, 1, cases[i].fault);
        world.deadline_ms = cases[i].deadline_ms;
        observe(&world, "ledger", 1, &seen);
        g_test_message("%s: %s", cases[i].fault, seen.detail);
        g_assert_false(seen.copy.ok);
        g_assert_true(seen.copy.unreachable == cases[i].unreachable);
        g_assert_nonnull(strstr(seen.detail, cases[i].words));
        observe(&world, "settle", 1, &seen);
        g_assert_false(seen.copy.ok);
        g_assert_cmpint(act(&world, "settle", 1, ACTION_ACTIVATE, false), ==, OUTCOME_UNKNOWN);
        fault(&world, 1, "{\"kind\":\"recover\"}");
        world.deadline_ms = PATIENCE_MS;
        wait_state(&world, "settle", 1, INSTANCE_PASSIVE);
    }
    result_clear(&seen);
    world_release(&world);
}

static void test_lost_answer(void)
{
    World world;
    world_init(&world);
    fault(&world, 1, "{\"kind\":\"mute\"}");
    // A machine that stands still lets a short deadline pass before the command is even sent: then with a longer one.
    for (gint64 deadline_ms = SHORT_MS; state_at(&world, "settle", 1) != INSTANCE_ACTIVE;
         deadline_ms *= 2) {
        g_assert_cmpint(deadline_ms, <, LIMIT_MS);
        world.deadline_ms = deadline_ms;
        g_assert_cmpint(act(&world, "settle", 1, ACTION_ACTIVATE, false), ==, OUTCOME_UNKNOWN);
        world.deadline_ms = PATIENCE_MS;
    }
    world_release(&world);
}

// The fleet names no tenant: the drivers sign in as the daemon file says.
static void test_daemon_signs_in(void)
{
    World world;
    world_init(&world);
    static const char *const OWN[] = {"tenant", "client_id", "client_secret_file", "authority"};
    for (guint i = 0; i < G_N_ELEMENTS(OWN); i++)
        g_hash_table_remove(fleet_location(world.fleet, "alpha")->parameters, OWN[i]);
    g_assert_cmpint(state_at(&world, "settle", 0), !=, INSTANCE_ACTIVE); // no token, no answer
    g_autofree char *secret = g_build_filename(world.dir, "secret", NULL);
    AzureSignIn sign_in = {"t1", "c1", secret, "http://anywhere", NULL, false};
    drivers_set_azure(world.drivers, &sign_in);
    g_assert_cmpint(state_at(&world, "settle", 0), ==, INSTANCE_ACTIVE);
    g_assert_cmpint(state_at(&world, "settle", 1), ==, INSTANCE_PASSIVE); // its own are whole
    sign_in.client = "somebody else";
    drivers_set_azure(world.drivers, &sign_in);
    g_assert_cmpint(state_at(&world, "settle", 0), !=, INSTANCE_ACTIVE);
    world_release(&world);
}

// The reader's credentials, as parameters or as a rehearsal.
static void set_reader(const World *world, GHashTable **table)
{
    g_autofree char *secret = g_build_filename(world->dir, "reader", NULL);
    g_autofree char *token = g_build_filename(world->dir, "reader-token", NULL);
    set(table, "tenant", "t1");
    set(table, "client_id", "r1");
    set(table, "client_secret_file", secret);
    set(table, "token_file", token);
}

// Who may only read reads everything and is refused all that changes something, by both interfaces.
static void test_reader(void)
{
    static const struct {
        const char *workload;
        DriverAction action;
    } CASES[] = {{"settle", ACTION_PASSIVATE},
                 {"ledger", ACTION_PASSIVATE},
                 {"hook", ACTION_FENCE},
                 {"door", ACTION_REROUTE}};
    World world;
    world_init(&world);
    set_reader(&world, &fleet_location(world.fleet, "alpha")->parameters);
    for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
        InstanceState before = state_at(&world, CASES[i].workload, 0);
        Result result = {0};
        g_assert_cmpint(before, !=, INSTANCE_UNREACHABLE);
        act_as(&world, CASES[i].workload, 0, CASES[i].action,
               &(DriverCommand){.key = "k", .epoch = 9, .to = "beta", .deadline_ms = PATIENCE_MS},
               &result);
        g_assert_cmpint(result.outcome, ==, OUTCOME_REFUSED);
        g_assert_nonnull(strstr(result.detail, "may only read"));
        g_assert_cmpint(state_at(&world, CASES[i].workload, 0), ==, before);
        result_clear(&result);
    }
    g_assert_cmpint(group_number(&world, 0, "epoch"), <, 9);
    world_release(&world);
}

static DriverPort *begin_rehearsal(World *world)
{
    DriverPort *live = world->drivers;
    world->drivers = drivers_new_rehearsal(clock_system(), NULL);
    return live;
}

static void end_rehearsal(World *world, DriverPort *live)
{
    drivers_free(world->drivers);
    world->drivers = live;
}

// What isolated drills look with: its own credentials or none, whatever the live ones are; and it has no hands.
static void test_rehearsal(void)
{
    World world;
    world_init(&world);
    Location *alpha = fleet_location(world.fleet, "alpha");
    g_autofree char *live_token = g_build_filename(world.dir, "live-token", NULL);
    DriverPort *live = begin_rehearsal(&world);
    Result seen = {0};
    observe(&world, "settle", 0, &seen);
    g_assert_false(seen.copy.ok);
    g_assert_nonnull(strstr(seen.detail, "live credentials are not used"));
    set(&alpha->parameters, "token_file", live_token); // which is not even there
    observe(&world, "ledger", 0, &seen);
    g_assert_nonnull(strstr(seen.detail, "names no token_file"));
    set_reader(&world, &alpha->rehearsal);
    g_assert_cmpint(state_at(&world, "settle", 0), ==, INSTANCE_ACTIVE);
    g_assert_cmpint(state_at(&world, "ledger", 0), ==, INSTANCE_ACTIVE);
    g_assert_cmpint(act(&world, "settle", 0, ACTION_PASSIVATE, false), ==, OUTCOME_REFUSED);
    // A target of its own: the other region, for this group.
    const Location *beta = fleet_location(world.fleet, "beta");
    GHashTable **group = &fleet_group(world.fleet, "pay")->rehearsal;
    static const char *const WHERE[] = {"endpoint", "authority", "arm_socket"};
    for (guint i = 0; i < G_N_ELEMENTS(WHERE); i++)
        set(group, WHERE[i], g_hash_table_lookup(beta->parameters, WHERE[i]));
    set(group, "resource_group", "rg-beta");
    g_assert_cmpint(state_at(&world, "settle", 0), ==, INSTANCE_PASSIVE);
    end_rehearsal(&world, live);
    g_hash_table_remove(alpha->parameters, "token_file");
    g_assert_cmpint(state_at(&world, "settle", 0), ==, INSTANCE_ACTIVE); // nothing of it is live
    result_clear(&seen);
    world_release(&world);
}

// The daemon's own sign-in is live, too.
static void test_rehearsal_sign_in(void)
{
    World world;
    world_init(&world);
    Location *alpha = fleet_location(world.fleet, "alpha");
    for (guint i = 0; i < 3; i++)
        g_hash_table_remove(alpha->parameters,
                            ((const char *[]){"tenant", "client_id", "client_secret_file"})[i]);
    g_hash_table_remove(alpha->parameters, "authority");
    DriverPort *live = begin_rehearsal(&world);
    Result seen = {0};
    drivers_set_azure(world.drivers, &(AzureSignIn){.withheld = true});
    observe(&world, "settle", 0, &seen);
    g_assert_false(seen.copy.ok);
    g_assert_nonnull(strstr(seen.detail, "names no rehearsal_client"));
    g_autofree char *secret = g_build_filename(world.dir, "reader", NULL);
    drivers_set_azure(world.drivers, &(AzureSignIn){.tenant = "t1",
                                                    .client = "r1",
                                                    .secret_file = secret,
                                                    .authority = "http://anywhere"});
    g_assert_cmpint(state_at(&world, "settle", 0), ==, INSTANCE_ACTIVE);
    result_clear(&seen);
    end_rehearsal(&world, live);
    world_release(&world);
}

static void test_tokens_and_throttling(void)
{
    World world;
    world_init(&world);
    g_assert_cmpint(state_at(&world, "settle", 0), ==, INSTANCE_ACTIVE);
    fault(&world, 0, "{\"kind\":\"expire-tokens\"}");
    g_assert_cmpint(state_at(&world, "settle", 0), ==, INSTANCE_ACTIVE);
    fault(&world, 0, "{\"kind\":\"throttle\",\"count\":1,\"retry_after_s\":1}");
    g_assert_cmpint(state_at(&world, "settle", 0), ==, INSTANCE_ACTIVE);
    fault(&world, 0, "{\"kind\":\"throttle\",\"count\":100,\"retry_after_s\":3600}");
    g_assert_cmpint(state_at(&world, "settle", 0), ==, INSTANCE_UNREACHABLE);
    fault(&world, 0, "{\"kind\":\"recover\"}");
    // A wrong secret: said, without the secret.
    g_autofree char *secret = g_build_filename(world.dir, "secret", NULL);
    g_assert_true(g_file_set_contents(secret, "wr0ng", -1, NULL));
    fault(&world, 0, "{\"kind\":\"expire-tokens\"}");
    Result seen = {0};
    observe(&world, "settle", 0, &seen);
    g_assert_false(seen.copy.ok);
    g_assert_nonnull(strstr(seen.detail, "No token"));
    g_assert_null(strstr(seen.detail, "wr0ng"));
    result_clear(&seen);
    world_release(&world);
}

typedef struct {
    bool done;
    ProbeSample sample;
    char *detail;
    guint faults;
    AnswerStyle answer;
} Probed;

static void on_probed(const ProbeResult *result, gpointer data)
{
    Probed *probed = data;
    probed->sample = result->sample;
    probed->detail = g_strdup(result->detail);
    probed->faults = result->faults ? g_strv_length((char **)result->faults) : 0;
    probed->answer = result->answer;
    probed->done = true;
}

static void probe(ProberPort *prober, const Location *location, Probed *probed)
{
    g_free(probed->detail);
    *probed = (Probed){0};
    prober_probe(prober, location, on_probed, probed);
    run_until(&probed->done);
}

static void test_prober(void)
{
    static const struct {
        const char *fault;
        bool ok;
        bool degraded;
        guint faults;
        const char *words;
        AnswerStyle answer;
        gint64 limit_ms, degraded_ms;
    } cases[] = {
        {"{\"kind\":\"recover\"}", true, false, 0, "200 in ", ANSWER_SYNCHRONOUS, PATIENCE_MS, 0},
        {"{\"kind\":\"dependency\",\"name\":\"bus\"}", true, true, 0, "degraded",
         ANSWER_SYNCHRONOUS, PATIENCE_MS, 0},
        {"{\"kind\":\"zone\",\"name\":\"z1\"}", true, true, 1, "degraded", ANSWER_SYNCHRONOUS,
         PATIENCE_MS, 0},
        {"{\"kind\":\"hang\"}", false, false, 0, "no answer within ", ANSWER_LATE, 500, 0},
        {"{\"kind\":\"garbage\"}", false, false, 0, "makes no sense", ANSWER_SYNCHRONOUS,
         PATIENCE_MS, 0},
        {"{\"kind\":\"slow\",\"delay_s\":0.42}", true, true, 0, "200 in ", ANSWER_SYNCHRONOUS,
         PATIENCE_MS, 400},
        {"{\"kind\":\"slow\"}", true, true, 0, "200 in ", ANSWER_SYNCHRONOUS, PATIENCE_MS, 500},
        {"{\"kind\":\"down\"}", false, false, 0, "no connection", ANSWER_UNKNOWN, PATIENCE_MS, 0},
    };
    World world;
    world_init(&world);
    Location *alpha = fleet_location(world.fleet, "alpha");
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        Probed probed = {0};
        fault(&world, 0, cases[i].fault);
        alpha->health.timeout_ms = cases[i].limit_ms;
        alpha->health.degraded_ms = cases[i].degraded_ms;
        probe(world.prober, alpha, &probed);
        // Who stood still until the limit was over has not even connected: once more, with a longer one.
        while (cases[i].answer == ANSWER_LATE && probed.answer == ANSWER_UNKNOWN &&
               (alpha->health.timeout_ms *= 2) < LIMIT_MS)
            probe(world.prober, alpha, &probed);
        g_test_message("%s -> %s", cases[i].fault, probed.detail);
        g_assert_true(probed.sample.ok == cases[i].ok);
        g_assert_true(probed.sample.degraded == cases[i].degraded);
        g_assert_cmpuint(probed.faults, ==, cases[i].faults);
        g_assert_cmpint(probed.answer, ==, cases[i].answer);
        g_assert_nonnull(strstr(probed.detail, cases[i].words));
        g_free(probed.detail);
        fault(&world, 0, "{\"kind\":\"recover\"}");
    }
    world_release(&world);
}

// ---- How a health check answers ---------------------------------------------------------------------

static gboolean on_incoming(GSocketService *service, GSocketConnection *connection, GObject *source,
                            gpointer data)
{
    g_autofree char *answer = g_strdup(*(const char **)data); // the test may be over meanwhile
    GOutputStream *out = g_io_stream_get_output_stream(G_IO_STREAM(connection));
    char request[4096];
    (void)service, (void)source;
    g_input_stream_read(g_io_stream_get_input_stream(G_IO_STREAM(connection)), request,
                        sizeof request, NULL, NULL);
    g_output_stream_write_all(out, answer, strlen(answer), NULL, NULL, NULL);
    g_io_stream_close(G_IO_STREAM(connection), NULL, NULL);
    return TRUE;
}

// Answers each connection with *answer, from threads of its own: reading there waits for what the main loop sends.
static GSocketService *answerer_new(const char **answer, guint16 *ret_port)
{
    GSocketService *service = g_threaded_socket_service_new(4);
    *ret_port = g_socket_listener_add_any_inet_port(G_SOCKET_LISTENER(service), NULL, NULL);
    g_signal_connect(service, "run", G_CALLBACK(on_incoming), answer);
    return service;
}

static void answerer_free(GSocketService *service)
{
    g_socket_service_stop(service);
    g_socket_listener_close(G_SOCKET_LISTENER(service));
    g_object_unref(service);
}

// "Later" and "elsewhere" are no answers in the same exchange (R13).
static void test_answers(void)
{
    static const struct {
        const char *answer;
        AnswerStyle style;
    } CASES[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", ANSWER_SYNCHRONOUS},
        {"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
         ANSWER_ACCEPTED},
        {"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n"
         "Connection: close\r\n\r\n",
         ANSWER_REDIRECTED},
        {"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", ANSWER_SYNCHRONOUS},
    };
    g_autoptr(Fleet) fleet = fleet_new("f");
    Location *place = fleet_add_location(fleet, "place");
    ProberPort *prober = prober_new(clock_system(), NULL);
    const char *answer = NULL;
    guint16 port;
    GSocketService *service = answerer_new(&answer, &port);
    place->health.timeout_ms = PATIENCE_MS;
    place->health.url = g_strdup_printf("http://127.0.0.1:%u/health", port);
    for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
        Probed probed = {0};
        answer = CASES[i].answer;
        probe(prober, place, &probed);
        g_assert_cmpint(probed.answer, ==, CASES[i].style);
        g_free(probed.detail);
    }
    prober_free(prober);
    answerer_free(service);
}

// The answers of a cache: to no probe, or to another one.
static void test_nonce(void)
{
    static const struct {
        const char *body, *words;
    } CASES[] = {{"{\"status\":\"up\"}", "does not give the nonce back"},
                 {"{\"status\":\"up\",\"nonce\":\"17\",\"boot_id\":\"old\"}", "another probe"},
                 {"{\"status\":\"up\",\"nonce\":17}", "does not give the nonce back"}};
    g_autoptr(Fleet) fleet = fleet_new("f");
    Location *place = fleet_add_location(fleet, "place");
    ProberPort *prober = prober_new(clock_system(), NULL);
    const char *answer = NULL;
    guint16 port;
    GSocketService *service = answerer_new(&answer, &port);
    place->health.timeout_ms = PATIENCE_MS;
    place->health.url = g_strdup_printf("http://127.0.0.1:%u/health?of=all#there", port);
    for (guint i = 0; i < 2 * G_N_ELEMENTS(CASES); i++) {
        Probed probed = {0};
        const char *body = CASES[i / 2].body;
        g_autofree char *text =
            g_strdup_printf("HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
                            strlen(body), body);
        answer = text;
        place->health.nonce = i % 2;
        probe(prober, place, &probed);
        g_test_message("%s -> %s", body, probed.detail);
        g_assert_true(probed.sample.ok == !place->health.nonce); // only where it is asked for
        g_assert_true(!place->health.nonce || strstr(probed.detail, CASES[i / 2].words));
        g_free(probed.detail);
    }
    prober_free(prober);
    answerer_free(service);
}

static void test_nonce_of_region(void)
{
    World world;
    world_init(&world);
    Location *alpha = fleet_location(world.fleet, "alpha");
    alpha->health.nonce = true;
    for (guint i = 0; i < 3; i++) {
        Probed probed = {0};
        if (i)
            fault(&world, 0, i == 1 ? "{\"kind\":\"stale\"}" : "{\"kind\":\"recover\"}");
        probe(world.prober, alpha, &probed);
        g_assert_true(probed.sample.ok == (i != 1));
        g_free(probed.detail);
    }
    world_release(&world);
}

static void test_http_driver(void)
{
    World world;
    world_init(&world);
    GHashTable **page = &instance(&world, "page", 0)->workload->parameters;
    set(page, "observe_url", "http://{location}/site/v1/groups/pay");
    set(page, "state_pointer", "/workflows/0/enabled");
    set(page, "active_value", "true");
    set(page, "passive_value", "false");
    set(page, "runs_pointer", "/in_flight");
    set(page, "boot_pointer", "/boot_id");
    set(page, "proof", "F");
    set(page, "passivate_url", "http://{location}/site/v1/groups/pay/workflows/settle/disable");
    set(page, "activate_url", "http://{location}/nowhere/{epoch}");
    const Workload *workload = instance(&world, "page", 0)->workload;
    g_assert_cmpint(driver_proof(world.drivers, workload), ==, PROOF_MANUAL);
    Result seen = {0};
    observe(&world, "page", 0, &seen);
    g_assert_cmpint(seen.copy.state, ==, INSTANCE_ACTIVE);
    g_assert_cmpint(seen.copy.runs, >=, 0);
    g_assert_cmpint(driver_proof(world.drivers, workload), ==, PROOF_FENCING);
    g_assert_true(driver_can(world.drivers, workload, ACTION_PASSIVATE));
    g_assert_false(driver_can(world.drivers, workload, ACTION_PROMOTE));
    g_assert_cmpint(act(&world, "page", 0, ACTION_PASSIVATE, false), ==, OUTCOME_DONE);
    g_assert_cmpint(state_at(&world, "page", 0), ==, INSTANCE_PASSIVE);
    g_assert_cmpint(act(&world, "page", 0, ACTION_ACTIVATE, false), ==, OUTCOME_REFUSED);
    g_assert_cmpint(act(&world, "page", 0, ACTION_PROMOTE, false), ==, OUTCOME_REFUSED);
    result_clear(&seen);
    world_release(&world);
}

static gboolean on_connected(GSocketService *service, GSocketConnection *connection,
                             GObject *source, gpointer data)
{
    static const char ANSWER[] = "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n"
                                 "Content-Length: 7\r\n\r\nabsent\n";
    char request[4096];
    (void)service, (void)source, (void)data;
    GInputStream *in = g_io_stream_get_input_stream(G_IO_STREAM(connection));
    g_input_stream_read(in, request, sizeof request, NULL, NULL);
    g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(connection)), ANSWER,
                              sizeof ANSWER - 1, NULL, NULL, NULL);
    return FALSE;
}

// A front door that is still there answers for a region that is not: unreachable, not unknown.
static void test_front_door(void)
{
    World world;
    world_init(&world);
    g_autofree char *path = g_build_filename(world.dir, "door.sock", NULL);
    g_autoptr(GSocketService) door = g_threaded_socket_service_new(4);
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
    g_signal_connect(door, "run", G_CALLBACK(on_connected), NULL);
    g_assert_true(g_socket_listener_add_address(G_SOCKET_LISTENER(door), address,
                                                G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
                                                NULL, NULL, NULL));
    GHashTable **alpha = &fleet_location(world.fleet, "alpha")->parameters;
    GHashTable **page = &instance(&world, "page", 0)->workload->parameters;
    set(alpha, "site_socket", path);
    set(alpha, "arm_socket", path);
    set(alpha, "socket", path);
    set(page, "observe_url", "http://{location}/state");
    set(page, "state_pointer", "/state");
    static const char *const NAMES_HERE[] = {"ledger", "settle", "page"};
    for (guint i = 0; i < G_N_ELEMENTS(NAMES_HERE); i++) {
        Result seen = {0};
        observe(&world, NAMES_HERE[i], 0, &seen);
        g_test_message("%s: %s", NAMES_HERE[i], seen.detail);
        g_assert_false(seen.copy.ok);
        g_assert_true(seen.copy.unreachable);
        g_assert_nonnull(strstr(seen.detail, "503"));
        result_clear(&seen);
    }
    g_socket_service_stop(door);
    g_socket_listener_close(G_SOCKET_LISTENER(door));
    world_release(&world);
}

static void count_given_up(const Observation *observation, gpointer data)
{
    g_assert_false(observation->ok);
    ++*(guint *)data;
}

static void count_unknown(Outcome outcome, const char *detail, gpointer data)
{
    g_assert_cmpint(outcome, ==, OUTCOME_UNKNOWN);
    g_assert_nonnull(detail);
    ++*(guint *)data;
}

static void count_failed(const ProbeResult *result, gpointer data)
{
    g_assert_false(result->sample.ok);
    ++*(guint *)data;
}

// Who asked keeps something for the answer: it comes, at the latest with the end.
static void test_free_under_way(void)
{
    World world;
    world_init(&world);
    gint64 end_ms = 0;
    guint answered = 0;
    const DriverCommand command = {.key = "k", .operation = "op", .deadline_ms = LIMIT_MS};
    fault(&world, 0, "{\"kind\":\"hang\"}");
    for (guint i = 0; i < 3; i++) {
        driver_observe(world.drivers, instance(&world, "settle", 0), 0, LIMIT_MS, count_given_up,
                       &answered);
        driver_observe(world.drivers, instance(&world, "ledger", 0), 0, LIMIT_MS, count_given_up,
                       &answered);
        driver_act(world.drivers, instance(&world, "settle", 0), ACTION_FENCE, &command,
                   count_unknown, &answered);
        wait_turn(&end_ms);
    }
    prober_probe(world.prober, world.fleet->locations->pdata[0], count_failed, &answered);
    g_assert_cmpuint(answered, ==, 0);
    world_release(&world);
    g_assert_cmpuint(answered, ==, 10);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/driver/observe-and-switch", test_observe_and_switch);
    g_test_add_func("/driver/obedience", test_obedience);
    g_test_add_func("/driver/unplanned-loss", test_unplanned_loss);
    g_test_add_func("/driver/planned", test_planned);
    g_test_add_func("/driver/faults", test_faults);
    g_test_add_func("/driver/lost-answer", test_lost_answer);
    g_test_add_func("/driver/daemon-signs-in", test_daemon_signs_in);
    g_test_add_func("/driver/reader", test_reader);
    g_test_add_func("/driver/rehearsal", test_rehearsal);
    g_test_add_func("/driver/rehearsal-sign-in", test_rehearsal_sign_in);
    g_test_add_func("/driver/tokens-and-throttling", test_tokens_and_throttling);
    g_test_add_func("/driver/prober", test_prober);
    g_test_add_func("/driver/prober/answers", test_answers);
    g_test_add_func("/driver/prober/nonce", test_nonce);
    g_test_add_func("/driver/prober/nonce-of-region", test_nonce_of_region);
    g_test_add_func("/driver/http", test_http_driver);
    g_test_add_func("/driver/front-door", test_front_door);
    g_test_add_func("/driver/free-under-way", test_free_under_way);
    return g_test_run();
}
