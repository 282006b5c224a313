#include "driver-world.h"
#include "base/none.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/prctl.h>

#include "base/error.h"

static const char *const NAMES[] = {"alpha", "beta"};

// ---- Waiting, with a bound ------------------------------------------------------------------------

gboolean on_limit(gpointer data)
{
    *(bool *)data = true;
    return G_SOURCE_REMOVE;
}

// Runs the loop until *done; fails the test after LIMIT_MS.
void run_until(const bool *done)
{
    bool late = false;
    guint limit = g_timeout_add(LIMIT_MS, on_limit, &late);
    while (!*done && !late)
        g_main_context_iteration(NULL, true);
    g_assert_false(late);
    g_source_remove(limit);
}

void wait_turn(gint64 *end_ms)
{
    gint64 now_ms = g_get_monotonic_time() / 1000;
    bool waited = false;
    if (!*end_ms)
        *end_ms = now_ms + LIMIT_MS;
    g_assert_cmpint(now_ms, <, *end_ms);
    g_timeout_add(20, on_limit, &waited);
    run_until(&waited);
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
                    .body = bytes,
                    .connect_ms = PATIENCE_MS,
                    .total_ms = PATIENCE_MS},
        on_reply, &reply);
    run_until(&reply.done);
    if (ret_status)
        *ret_status = reply.status;
    return reply.json;
}

void fault(World *world, guint i, const char *body)
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

gint64 group_number(World *world, guint i, const char *name)
{
    g_autoptr(json_t) state = control(world, i, NULL, NULL);
    const json_t *value = group_value(state, name);
    return json_is_integer(value) ? json_integer_value(value) : -1;
}

gint64 data_number(World *world, guint i, const char *name)
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
        "\"auth\":{\"tenant\":\"t1\",\"client_id\":\"c1\",\"secret_file\":\"%s\",\"token_s\":600,"
        "\"reader\":{\"client_id\":\"r1\",\"secret_file\":\"%s/reader\",\"token_file\":\"%s/"
        "reader-token\"}},"
        "\"dependencies\":[{\"name\":\"bus\",\"zone\":\"z1\"}],"
        "\"groups\":[{\"name\":\"pay\",\"data\":\"%s\",\"load\":50}],"
        "\"workflows\":["
        "{\"group\":\"pay\",\"name\":\"settle\",\"type\":\"recurrence\",\"run_s\":60,\"enabled\":%"
        "s,\"stages\":[\"read\",\"bill\"],"
        "\"recurrence\":{\"frequency\":\"Second\",\"interval\":1}},"
        "{\"group\":\"pay\",\"name\":\"ticks\",\"type\":\"recurrence\",\"trigger\":\"tick\",\"run_"
        "s\":0.1,"
        "\"enabled\":true,\"shared\":true,\"skip_every\":2,"
        "\"recurrence\":{\"frequency\":\"Second\",\"interval\":1}},"
        "{\"group\":\"pay\",\"name\":\"ask\",\"type\":\"request\",\"run_s\":0.1,\"enabled\":%s},"
        "{\"group\":\"pay\",\"name\":\"hook\",\"type\":\"webhook\",\"rate\":1,\"stages\":[\"read\"]"
        ","
        "\"enabled\":%s}],"
        "\"routers\":[{\"group\":\"pay\",\"name\":\"door\",\"to\":\"alpha\",\"workflow\":\"ask\","
        "\"load\":10,\"targets\":{"
        "\"alpha\":{\"url\":\"http://alpha\",\"socket\":\"%s/alpha.sock\"},"
        "\"beta\":{\"url\":\"http://beta\",\"socket\":\"%s/beta.sock\"}}}]}",
        NAMES[i], world->dir, NAMES[i], world->dir, NAMES[i], world->dir, NAMES[i], world->dir,
        NAMES[i], NAMES[other], NAMES[other], world->dir, NAMES[other], secret, world->dir,
        world->dir, i == 0 ? "primary" : "secondary", on, on, on, world->dir, world->dir);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void die_with_test(gpointer data)
{
    (void)data;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

void start_site(World *world, guint i)
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
    for (gint64 end_ms = 0; !g_file_test(port, G_FILE_TEST_EXISTS);)
        wait_turn(&end_ms);
}

void kill_site(World *world, guint i)
{
    g_subprocess_force_exit(world->site[i]);
    g_subprocess_wait(world->site[i], NULL, NULL);
    g_clear_object(&world->site[i]);
}

void set(GHashTable **parameters, const char *name, const char *value)
{
    g_hash_table_replace(table_own(parameters), g_strdup(name), g_strdup(value));
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
        set(&location->parameters, "endpoint", url);
        set(&location->parameters, "authority", url);
        set(&location->parameters, "arm_socket", socket);
        set(&location->parameters, "site_socket", socket);
        set(&location->parameters, "socket", socket);
        set(&location->parameters, "tenant", "t1");
        set(&location->parameters, "client_id", "c1");
        set(&location->parameters, "client_secret_file", secret);
        location->health = (HealthCheck){
            .url = g_strdup(health), .socket = g_strdup(socket), .timeout_ms = PATIENCE_MS};
    }
    Group *group = fleet_add_group(world->fleet, "pay");
    static const struct {
        const char *name;
        WorkloadKind kind;
        const char *driver;
    } workloads[] = {{"settle", KIND_WORKFLOW, "azure-logic"},
                     {"ask", KIND_WORKFLOW, "azure-logic"},
                     {"ticks", KIND_WORKFLOW, "azure-logic"},
                     {"hook", KIND_WORKFLOW, "site"},
                     {"ledger", KIND_DATABASE, "site"},
                     {"door", KIND_ROUTER, "site"},
                     {"page", KIND_SERVICE, "http"}};
    for (guint i = 0; i < G_N_ELEMENTS(workloads); i++) {
        Workload *workload = group_add_workload(world->fleet, group, workloads[i].name);
        workload->kind = workloads[i].kind;
        g_free(workload->driver);
        workload->driver = g_strdup(workloads[i].driver);
        set(&workload->parameters, "subscription", "s1");
        set(&workload->parameters, "resource_group", "rg-{location}");
        for (guint j = 0; j < 2; j++)
            workload_add_instance(workload, fleet_location(world->fleet, NAMES[j]));
    }
}

void world_init(World *world)
{
    memset(world, 0, sizeof *world);
    const char *build = g_getenv("SB_TOP_BUILDDIR");
    world->program = g_build_filename(build ? build : ".", "signalbox-site", NULL);
    world->dir = g_dir_make_tmp("signalbox-test-XXXXXX", NULL);
    world->epoch = 1;
    world->deadline_ms = PATIENCE_MS;
    world->client = http_client_new(clock_system(), &(HttpClientConfig){0});
    world->drivers = drivers_new(clock_system(), NULL);
    world->prober = prober_new(clock_system(), NULL);
    g_autofree char *secret = g_build_filename(world->dir, "secret", NULL);
    g_assert_true(g_file_set_contents(secret, "s3cret+/= &\n", -1, NULL));
    g_autofree char *reader = g_build_filename(world->dir, "reader", NULL);
    g_autofree char *token = g_build_filename(world->dir, "reader-token", NULL);
    g_assert_true(g_file_set_contents(reader, "r3ader\n", -1, NULL));
    g_assert_true(g_file_set_contents(token, "t0ken\n", -1, NULL));
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

void world_release(World *world)
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

void result_clear(Result *result)
{
    g_free(result->detail);
    g_free(result->boot_id);
    g_free(result->copy.routed_to);
    g_clear_pointer(&result->copy.replication, g_ptr_array_unref);
    g_clear_pointer(&result->copy.history, g_ptr_array_unref);
    g_clear_pointer(&result->copy.stages, g_ptr_array_unref);
    memset(result, 0, sizeof *result);
}

void on_observed(const Observation *observation, gpointer data)
{
    Result *result = data;
    result->copy = *observation;
    result->detail = g_strdup(observation->detail);
    result->boot_id = g_strdup(observation->boot_id);
    result->copy.routed_to = g_strdup(observation->routed_to);
    GPtrArray *lists[] = {observation->replication, observation->history, observation->stages};
    for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
        if (lists[i])
            g_ptr_array_ref(lists[i]);
    result->triggers = observation->discovered ? observation->discovered->triggers->len : 0;
    result->done = true;
}

static void on_acted(Outcome outcome, const char *detail, gpointer data)
{
    Result *result = data;
    result->outcome = outcome;
    result->detail = g_strdup(detail);
    result->done = true;
}

const Instance *instance(World *world, const char *name, guint i)
{
    g_autofree char *id = g_strconcat("pay/", name, NULL);
    return workload_instance(fleet_workload(world->fleet, id),
                             fleet_location(world->fleet, NAMES[i]));
}

void observe(World *world, const char *name, guint i, Result *ret_result)
{
    result_clear(ret_result);
    driver_observe(world->drivers, instance(world, name, i), 0, world->deadline_ms, on_observed,
                   ret_result);
    run_until(&ret_result->done);
}

void act_as(World *world, const char *name, guint i, DriverAction action,
            const DriverCommand *command, Result *ret_result)
{
    result_clear(ret_result);
    driver_act(world->drivers, instance(world, name, i), action, command, on_acted, ret_result);
    run_until(&ret_result->done);
}

// With the boot id just observed, the world's epoch and a key of its own.
Outcome act(World *world, const char *name, guint i, DriverAction action, bool forced)
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
                            .deadline_ms = world->deadline_ms},
           &result);
    Outcome outcome = result.outcome;
    if (outcome != OUTCOME_DONE)
        g_test_message("%s %s: %s", driver_action_name(action), name, result.detail);
    result_clear(&result);
    result_clear(&seen);
    return outcome;
}

InstanceState state_at(World *world, const char *name, guint i)
{
    Result seen = {0};
    observe(world, name, i, &seen);
    InstanceState state = seen.copy.ok ? seen.copy.state : INSTANCE_UNREACHABLE;
    result_clear(&seen);
    return state;
}

void wait_state(World *world, const char *name, guint i, InstanceState state)
{
    for (gint64 end_ms = 0; state_at(world, name, i) != state;)
        wait_turn(&end_ms);
}

// Until `name` of the region's group is at least `value`.
void wait_group_number(World *world, guint i, const char *name, gint64 value)
{
    for (gint64 end_ms = 0; group_number(world, i, name) < value;)
        wait_turn(&end_ms);
}

static bool is_caught_up(World *world, guint i)
{
    g_autoptr(json_t) state = control(world, i, NULL, NULL);
    return json_is_true(json_object_get(group_value(state, "data"), "caught_up"));
}

void wait_caught_up(World *world, guint i)
{
    for (gint64 end_ms = 0; !is_caught_up(world, i);)
        wait_turn(&end_ms);
}

void wait_position(World *world, guint i, gint64 position)
{
    for (gint64 end_ms = 0; data_number(world, i, "position") < position;)
        wait_turn(&end_ms);
}
