// The drivers and the prober against real practice regions: a pair of signalbox-site processes that the
// test starts, breaks and kills. What the drivers report is compared with what the regions know.
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/error.h"
#include "driver/drivers.h"
#include "driver/prober.h"
#include "wire/json.h"

enum { LIMIT_MS = 15000, DEADLINE_MS = 3000 };

typedef struct {
    char *dir;
    char *program;
    GSubprocess *site[2];
    HttpClient *client;
    DriverPort *drivers;
    ProberPort *prober;
    Fleet *fleet;
    gint64 epoch;
    guint keys;
} World;

static const char *const NAMES[] = {"alpha", "beta"};

// ---- Waiting, with a bound ------------------------------------------------------------------------

static gboolean on_limit(gpointer data)
{
    *(bool *)data = true;
    return G_SOURCE_REMOVE;
}

// Runs the loop until *done; fails the test after LIMIT_MS.
static void run_until(const bool *done)
{
    bool late = false;
    guint limit = g_timeout_add(LIMIT_MS, on_limit, &late);
    while (!*done && !late)
        g_main_context_iteration(NULL, true);
    g_assert_false(late);
    g_source_remove(limit);
}

// ---- Talking to a region beside the drivers -------------------------------------------------------

typedef struct {
    bool done;
    unsigned status;
    json_t *json;
} Reply;

static void on_reply(HttpCall *call, const HttpResponse *response, const GError *error, void *data)
{
    (void)call;
    Reply *reply = data;
    gsize length;
    const char *bytes = g_bytes_get_data(http_response_body(response), &length);
    reply->status = error ? 0 : http_response_status(response);
    reply->json =
        error || !length ? NULL : wire_parse("reply", bytes, length, WIRE_BYTES_MAX, NULL);
    reply->done = true;
}

static json_t *control(World *world, guint i, const char *body, unsigned *ret_status)
{
    g_autofree char *socket = g_strdup_printf("%s/%s.control", world->dir, NAMES[i]);
    g_autoptr(GBytes) bytes = body ? g_bytes_new(body, strlen(body)) : NULL;
    Reply reply = {0};
    http_client_send(
        world->client,
        &(HttpSpec){.method = body ? "POST" : "GET",
                    .url = body ? "http://site/site/v1/fault" : "http://site/site/v1/state",
                    .socket_path = socket,
                    .body = bytes},
        on_reply, &reply);
    run_until(&reply.done);
    if (ret_status)
        *ret_status = reply.status;
    return reply.json;
}

static void fault(World *world, guint i, const char *body)
{
    unsigned status;
    json_decref(control(world, i, body, &status));
    g_assert_cmpuint(status, ==, 200);
}

// A value of the region's own state of the group.
static const json_t *group_value(const json_t *state, const char *name)
{
    return json_object_get(json_array_get(json_object_get(state, "groups"), 0), name);
}

static gint64 group_number(World *world, guint i, const char *name)
{
    g_autoptr(json_t) state = control(world, i, NULL, NULL);
    const json_t *value = group_value(state, name);
    return json_is_integer(value) ? json_integer_value(value) : -1;
}

static gint64 data_number(World *world, guint i, const char *name)
{
    g_autoptr(json_t) state = control(world, i, NULL, NULL);
    return json_integer_value(json_object_get(group_value(state, "data"), name));
}

// ---- Starting ---------------------------------------------------------------------------------------

static void write_config(World *world, guint i)
{
    guint other = 1 - i;
    g_autofree char *path = g_strdup_printf("%s/%s.json", world->dir, NAMES[i]);
    g_autofree char *secret = g_build_filename(world->dir, "secret", NULL);
    const char *on = i == 0 ? "true" : "false";
    g_autofree char *text = g_strdup_printf(
        "{\"name\":\"%s\",\"listen\":\"127.0.0.1:0\",\"port_file\":\"%s/%s.port\","
        "\"socket\":\"%s/%s.sock\",\"control\":\"%s/%s.control\",\"state\":\"%s/%s.state\","
        "\"peer\":{\"name\":\"%s\",\"url\":\"http://%s\",\"socket\":\"%s/%s.sock\"},"
        "\"replication\":{\"delay_s\":0.4,\"interval_s\":0.05},\"page\":1,"
        "\"auth\":{\"tenant\":\"t1\",\"client_id\":\"c1\",\"secret_file\":\"%s\",\"token_s\":600},"
        "\"dependencies\":[{\"name\":\"bus\",\"zone\":\"z1\"}],"
        "\"groups\":[{\"name\":\"pay\",\"data\":\"%s\",\"load\":50}],"
        "\"workflows\":["
        "{\"group\":\"pay\",\"name\":\"settle\",\"type\":\"recurrence\",\"run_s\":60,\"enabled\":%"
        "s,"
        "\"recurrence\":{\"frequency\":\"Second\",\"interval\":1}},"
        "{\"group\":\"pay\",\"name\":\"ask\",\"type\":\"request\",\"run_s\":0.1,\"enabled\":%s},"
        "{\"group\":\"pay\",\"name\":\"hook\",\"type\":\"webhook\",\"rate\":1,\"enabled\":%s}],"
        "\"routers\":[{\"group\":\"pay\",\"name\":\"door\",\"to\":\"alpha\",\"workflow\":\"ask\","
        "\"load\":10,\"targets\":{"
        "\"alpha\":{\"url\":\"http://alpha\",\"socket\":\"%s/alpha.sock\"},"
        "\"beta\":{\"url\":\"http://beta\",\"socket\":\"%s/beta.sock\"}}}]}",
        NAMES[i], world->dir, NAMES[i], world->dir, NAMES[i], world->dir, NAMES[i], world->dir,
        NAMES[i], NAMES[other], NAMES[other], world->dir, NAMES[other], secret,
        i == 0 ? "primary" : "secondary", on, on, on, world->dir, world->dir);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void die_with_test(gpointer data)
{
    (void)data;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void start_site(World *world, guint i)
{
    g_autofree char *path = g_strdup_printf("%s/%s.json", world->dir, NAMES[i]);
    g_autofree char *port = g_strdup_printf("%s/%s.port", world->dir, NAMES[i]);
    g_autoptr(GError) error = NULL;
    g_unlink(port);
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
    g_subprocess_launcher_set_child_setup(launcher, die_with_test, NULL, NULL);
    world->site[i] =
        g_subprocess_launcher_spawn(launcher, &error, world->program, "--config", path, NULL);
    g_assert_no_error(error);
    for (guint n = 0; n < LIMIT_MS / 10; n++) {
        bool waited = false;
        if (g_file_test(port, G_FILE_TEST_EXISTS))
            return;
        g_timeout_add(10, on_limit, &waited);
        run_until(&waited);
    }
    g_assert_not_reached();
}

static void kill_site(World *world, guint i)
{
    g_subprocess_force_exit(world->site[i]);
    g_subprocess_wait(world->site[i], NULL, NULL);
    g_clear_object(&world->site[i]);
}

static void set(GHashTable *parameters, const char *name, const char *value)
{
    g_hash_table_replace(parameters, g_strdup(name), g_strdup(value));
}

static void make_fleet(World *world)
{
    world->fleet = fleet_new("test");
    g_autofree char *secret = g_build_filename(world->dir, "secret", NULL);
    for (guint i = 0; i < 2; i++) {
        Location *location = fleet_add_location(world->fleet, NAMES[i]);
        g_autofree char *socket = g_strdup_printf("%s/%s.sock", world->dir, NAMES[i]);
        g_autofree char *url = g_strdup_printf("http://%s", NAMES[i]);
        g_autofree char *health = g_strdup_printf("%s/health", url);
        set(location->parameters, "endpoint", url);
        set(location->parameters, "authority", url);
        set(location->parameters, "arm_socket", socket);
        set(location->parameters, "site_socket", socket);
        set(location->parameters, "socket", socket);
        set(location->parameters, "tenant", "t1");
        set(location->parameters, "client_id", "c1");
        set(location->parameters, "client_secret_file", secret);
        location->health = (HealthCheck){.url = g_strdup(health),
                                         .socket = g_strdup(socket),
                                         .timeout_ms = 500,
                                         .degraded_ms = 400};
    }
    Group *group = fleet_add_group(world->fleet, "pay");
    static const struct {
        const char *name;
        WorkloadKind kind;
        const char *driver;
    } workloads[] = {{"settle", KIND_WORKFLOW, "azure-logic"},
                     {"ask", KIND_WORKFLOW, "azure-logic"},
                     {"hook", KIND_WORKFLOW, "site"},
                     {"ledger", KIND_DATABASE, "site"},
                     {"door", KIND_ROUTER, "site"},
                     {"page", KIND_SERVICE, "http"}};
    for (guint i = 0; i < G_N_ELEMENTS(workloads); i++) {
        Workload *workload = group_add_workload(world->fleet, group, workloads[i].name);
        workload->kind = workloads[i].kind;
        g_free(workload->driver);
        workload->driver = g_strdup(workloads[i].driver);
        set(workload->parameters, "subscription", "s1");
        set(workload->parameters, "resource_group", "rg-{location}");
        for (guint j = 0; j < 2; j++)
            workload_add_instance(workload, fleet_location(world->fleet, NAMES[j]));
    }
}

static void world_init(World *world)
{
    memset(world, 0, sizeof *world);
    const char *build = g_getenv("SB_TOP_BUILDDIR");
    world->program = g_build_filename(build ? build : ".", "signalbox-site", NULL);
    world->dir = g_dir_make_tmp("signalbox-test-XXXXXX", NULL);
    world->epoch = 1;
    world->client = http_client_new(clock_system(), &(HttpClientConfig){0});
    world->drivers = drivers_new(clock_system(), NULL);
    world->prober = prober_new(clock_system(), NULL);
    g_autofree char *secret = g_build_filename(world->dir, "secret", NULL);
    g_assert_true(g_file_set_contents(secret, "s3cret+/= &\n", -1, NULL));
    make_fleet(world);
    for (guint i = 0; i < 2; i++) {
        write_config(world, i);
        start_site(world, i);
    }
}

static void remove_tree(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        remove_tree(child);
    }
    if (dir)
        g_dir_close(dir);
    g_remove(path);
}

static void world_release(World *world)
{
    drivers_free(world->drivers);
    prober_free(world->prober);
    for (guint i = 0; i < 2; i++)
        if (world->site[i])
            kill_site(world, i);
    http_client_free(world->client);
    fleet_unref(world->fleet);
    remove_tree(world->dir);
    g_free(world->dir);
    g_free(world->program);
}

// ---- The drivers, one question at a time ------------------------------------------------------------

typedef struct {
    bool done;
    Observation copy;
    char *detail;
    char *boot_id;
    Outcome outcome;
} Result;

static void result_clear(Result *result)
{
    g_free(result->detail);
    g_free(result->boot_id);
    g_free(result->copy.routed_to);
    g_clear_pointer(&result->copy.replication, g_ptr_array_unref);
    memset(result, 0, sizeof *result);
}

static void on_observed(const Observation *observation, gpointer data)
{
    Result *result = data;
    result->copy = *observation;
    result->detail = g_strdup(observation->detail);
    result->boot_id = g_strdup(observation->boot_id);
    result->copy.routed_to = g_strdup(observation->routed_to);
    if (observation->replication)
        g_ptr_array_ref(observation->replication);
    result->done = true;
}

static void on_acted(Outcome outcome, const char *detail, gpointer data)
{
    Result *result = data;
    result->outcome = outcome;
    result->detail = g_strdup(detail);
    result->done = true;
}

static const Instance *instance(World *world, const char *name, guint i)
{
    g_autofree char *id = g_strconcat("pay/", name, NULL);
    return workload_instance(fleet_workload(world->fleet, id),
                             fleet_location(world->fleet, NAMES[i]));
}

static void observe(World *world, const char *name, guint i, Result *ret_result)
{
    result_clear(ret_result);
    driver_observe(world->drivers, instance(world, name, i), DEADLINE_MS, on_observed, ret_result);
    run_until(&ret_result->done);
}

static void act_as(World *world, const char *name, guint i, DriverAction action,
                   const DriverCommand *command, Result *ret_result)
{
    result_clear(ret_result);
    driver_act(world->drivers, instance(world, name, i), action, command, on_acted, ret_result);
    run_until(&ret_result->done);
}

// With the boot id just observed, the world's epoch and a key of its own.
static Outcome act(World *world, const char *name, guint i, DriverAction action, bool forced)
{
    Result seen = {0};
    Result result = {0};
    observe(world, name, i, &seen);
    g_autofree char *key = g_strdup_printf("key-%u", ++world->keys);
    act_as(world, name, i, action,
           &(DriverCommand){.key = key,
                            .operation = "op-1",
                            .epoch = world->epoch,
                            .boot_id = seen.boot_id,
                            .forced = forced,
                            .to = "beta",
                            .deadline_ms = DEADLINE_MS},
           &result);
    Outcome outcome = result.outcome;
    if (outcome != OUTCOME_DONE)
        g_test_message("%s %s: %s", driver_action_name(action), name, result.detail);
    result_clear(&result);
    result_clear(&seen);
    return outcome;
}

static InstanceState state_at(World *world, const char *name, guint i)
{
    Result seen = {0};
    observe(world, name, i, &seen);
    InstanceState state = seen.copy.ok ? seen.copy.state : INSTANCE_UNREACHABLE;
    result_clear(&seen);
    return state;
}

// Until `name` of the region's group is at least `value`.
static void wait_group_number(World *world, guint i, const char *name, gint64 value)
{
    for (gint64 n = 0; n < LIMIT_MS / 20; n++) {
        bool waited = false;
        if (group_number(world, i, name) >= value)
            return;
        g_timeout_add(20, on_limit, &waited);
        run_until(&waited);
    }
    g_assert_not_reached();
}

static void wait_caught_up(World *world, guint i)
{
    for (guint n = 0; n < LIMIT_MS / 20; n++) {
        g_autoptr(json_t) state = control(world, i, NULL, NULL);
        if (json_is_true(json_object_get(group_value(state, "data"), "caught_up")))
            return;
        bool waited = false;
        g_timeout_add(20, on_limit, &waited);
        run_until(&waited);
    }
    g_assert_not_reached();
}

static void wait_position(World *world, guint i, gint64 position)
{
    for (guint n = 0; n < LIMIT_MS / 20; n++) {
        if (data_number(world, i, "position") >= position)
            return;
        bool waited = false;
        g_timeout_add(20, on_limit, &waited);
        run_until(&waited);
    }
    g_assert_not_reached();
}

// ---- Tests ----------------------------------------------------------------------------------------

static void test_observe_and_switch(void)
{
    World world;
    world_init(&world);
    // A page holds one workflow: these two are found on different pages, by one shared list.
    Result settle = {0};
    Result ask = {0};
    driver_observe(world.drivers, instance(&world, "settle", 0), DEADLINE_MS, on_observed, &settle);
    driver_observe(world.drivers, instance(&world, "ask", 0), DEADLINE_MS, on_observed, &ask);
    run_until(&settle.done);
    run_until(&ask.done);
    g_assert_true(settle.copy.ok && ask.copy.ok);
    g_assert_cmpint(settle.copy.state, ==, INSTANCE_ACTIVE);
    g_assert_cmpint(ask.copy.runs, >=, 0);
    g_assert_nonnull(settle.boot_id);
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
    for (guint n = 0; n < 200; n++) {
        observe(&world, "settle", 1, &settle);
        if (settle.copy.runs > 0)
            break;
    }
    g_assert_cmpint(settle.copy.runs, >, 0);
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
    DriverCommand on = {.key = "a1", .epoch = 5, .boot_id = boot, .deadline_ms = DEADLINE_MS};
    DriverCommand off = {.key = "a2", .epoch = 5, .boot_id = boot, .deadline_ms = DEADLINE_MS};
    act_as(&world, "settle", 1, ACTION_ACTIVATE, &on, &result);
    g_assert_cmpint(result.outcome, ==, OUTCOME_DONE);
    act_as(&world, "settle", 1, ACTION_PASSIVATE, &off, &result);
    g_assert_cmpint(result.outcome, ==, OUTCOME_DONE);
    // The same command once more has no second effect.
    act_as(&world, "settle", 1, ACTION_ACTIVATE, &on, &result);
    g_assert_cmpint(result.outcome, ==, OUTCOME_DONE);
    g_assert_cmpint(state_at(&world, "settle", 1), ==, INSTANCE_PASSIVE);
    on = (DriverCommand){.key = "a3", .epoch = 4, .boot_id = boot, .deadline_ms = DEADLINE_MS};
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

static void test_unplanned_loss(void)
{
    World world;
    world_init(&world);
    wait_position(&world, 1, 30);
    Result seen = {0};
    observe(&world, "ledger", 1, &seen);
    g_assert_cmpint(seen.copy.state, ==, INSTANCE_PASSIVE);
    const ReplicationStatus *link = seen.copy.replication->pdata[0];
    g_assert_cmpstr(link->from, ==, "alpha");
    g_assert_cmpstr(link->to, ==, "beta");
    g_assert_true(link->streaming);
    g_assert_cmpint(link->lag_ms, >=, 400);
    g_assert_cmpint(link->committed_pos, >, link->replayed_pos);
    kill_site(&world, 0);
    // Nobody answers now; planned is not possible, forced is.
    observe(&world, "ledger", 0, &seen);
    g_assert_false(seen.copy.ok);
    g_assert_true(seen.copy.unreachable);
    g_assert_cmpint(act(&world, "ledger", 1, ACTION_PROMOTE, false), ==, OUTCOME_UNKNOWN);
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
    wait_group_number(&world, 1, "taken_abandoned_runs", abandoned);
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
    for (guint n = 0; n < 300 && (n == 0 || !seen.copy.last_run_ms); n++)
        observe(&world, "ask", 1, &seen);
    g_assert_cmpint(seen.copy.last_run_ms, >, 0);
    result_clear(&seen);
    world_release(&world);
}

static void test_faults(void)
{
    static const struct {
        const char *fault;
        bool unreachable;
        Outcome outcome;
        bool happens;
    } cases[] = {
        {"{\"kind\":\"hang\"}", true, OUTCOME_UNKNOWN, false},
        {"{\"kind\":\"garbage\"}", false, OUTCOME_UNKNOWN, false},
        {"{\"kind\":\"down\"}", true, OUTCOME_UNKNOWN, false},
        {"{\"kind\":\"huge\"}", false, OUTCOME_UNKNOWN, false},
    };
    World world;
    world_init(&world);
    Result seen = {0};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        fault(&world, 1, cases[i].fault);
        observe(&world, "ledger", 1, &seen);
        g_assert_false(seen.copy.ok);
        g_assert_true(seen.copy.unreachable == cases[i].unreachable);
        g_assert_nonnull(seen.detail);
        observe(&world, "settle", 1, &seen);
        g_assert_false(seen.copy.ok);
        g_assert_cmpint(act(&world, "settle", 1, ACTION_ACTIVATE, false), ==, cases[i].outcome);
        fault(&world, 1, "{\"kind\":\"recover\"}");
        g_assert_cmpint(state_at(&world, "settle", 1), ==, INSTANCE_PASSIVE);
    }
    result_clear(&seen);
    world_release(&world);
}

static void test_lost_answer(void)
{
    World world;
    world_init(&world);
    fault(&world, 1, "{\"kind\":\"mute\"}");
    g_assert_cmpint(act(&world, "settle", 1, ACTION_ACTIVATE, false), ==, OUTCOME_UNKNOWN);
    g_assert_cmpint(state_at(&world, "settle", 1), ==, INSTANCE_ACTIVE);
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
    fault(&world, 0, "{\"kind\":\"throttle\",\"count\":100,\"retry_after_s\":60}");
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
} Probed;

static void on_probed(const ProbeResult *result, gpointer data)
{
    Probed *probed = data;
    probed->sample = result->sample;
    probed->detail = g_strdup(result->detail);
    probed->faults = result->faults ? g_strv_length((char **)result->faults) : 0;
    probed->done = true;
}

static void test_prober(void)
{
    static const struct {
        const char *fault;
        bool ok;
        bool degraded;
        guint faults;
        const char *words;
    } cases[] = {
        {"{\"kind\":\"recover\"}", true, false, 0, "200 in "},
        {"{\"kind\":\"dependency\",\"name\":\"bus\"}", true, true, 0, "degraded"},
        {"{\"kind\":\"zone\",\"name\":\"z1\"}", true, true, 1, "degraded"},
        {"{\"kind\":\"hang\"}", false, false, 0, "no answer within 0.5s"},
        {"{\"kind\":\"garbage\"}", false, false, 0, "makes no sense"},
        {"{\"kind\":\"slow\",\"delay_s\":0.42}", true, true, 0, "200 in 4"},
        {"{\"kind\":\"down\"}", false, false, 0, "no connection"},
    };
    World world;
    world_init(&world);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        Probed probed = {0};
        fault(&world, 0, cases[i].fault);
        prober_probe(world.prober, fleet_location(world.fleet, "alpha"), on_probed, &probed);
        run_until(&probed.done);
        g_test_message("%s -> %s", cases[i].fault, probed.detail);
        g_assert_true(probed.sample.ok == cases[i].ok);
        g_assert_true(probed.sample.degraded == cases[i].degraded);
        g_assert_cmpuint(probed.faults, ==, cases[i].faults);
        g_assert_nonnull(strstr(probed.detail, cases[i].words));
        g_free(probed.detail);
        fault(&world, 0, "{\"kind\":\"recover\"}");
    }
    world_release(&world);
}

static void test_http_driver(void)
{
    World world;
    world_init(&world);
    GHashTable *page = instance(&world, "page", 0)->workload->parameters;
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
    GHashTable *alpha = fleet_location(world.fleet, "alpha")->parameters;
    GHashTable *page = instance(&world, "page", 0)->workload->parameters;
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

static void never_observed(const Observation *observation, gpointer data)
{
    (void)observation;
    (void)data;
    g_assert_not_reached();
}

static void test_free_under_way(void)
{
    World world;
    world_init(&world);
    fault(&world, 0, "{\"kind\":\"hang\"}");
    for (guint i = 0; i < 3; i++) {
        driver_observe(world.drivers, instance(&world, "settle", 0), DEADLINE_MS, never_observed,
                       NULL);
        driver_observe(world.drivers, instance(&world, "ledger", 0), DEADLINE_MS, never_observed,
                       NULL);
        bool waited = false;
        g_timeout_add(20, on_limit, &waited);
        run_until(&waited);
    }
    world_release(&world);
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
    g_test_add_func("/driver/tokens-and-throttling", test_tokens_and_throttling);
    g_test_add_func("/driver/prober", test_prober);
    g_test_add_func("/driver/http", test_http_driver);
    g_test_add_func("/driver/front-door", test_front_door);
    g_test_add_func("/driver/free-under-way", test_free_under_way);
    return g_test_run();
}
