// What drivers tell of what a side holds (P2). A service behind the http driver: read whole, asked for again only when it
// has changed, and never an old one beside a new state; it is a little server of our own. A resource group, by the
// management dialect of practice regions.
#include <gio/gunixsocketaddress.h>

#include "driver-world.h"

// What the server says; changed only while nobody is answered.
typedef struct {
    const char *status; // of the inventory
    const char *tag;    // its ETag; NULL = none
    const char *body;
    guint sent;    // whole inventories
    guint matched; // questions that named the tag
    guint bearers; // that carried the token
} Service;

static void answer(GOutputStream *out, const char *status, const char *tag, const char *body)
{
    g_autofree char *line = tag ? g_strdup_printf("ETag: %s\r\n", tag) : g_strdup("");
    g_autofree char *text =
        g_strdup_printf("HTTP/1.1 %s\r\nConnection: close\r\n%sContent-Length: %zu\r\n\r\n%s",
                        status, line, strlen(body), body);
    g_output_stream_write_all(out, text, strlen(text), NULL, NULL, NULL);
}

static gboolean on_connected(GSocketService *server, GSocketConnection *connection, GObject *source,
                             gpointer data)
{
    Service *service = data;
    char request[4096] = "";
    (void)server, (void)source;
    gsize size = 0;
    while (size + 1 < sizeof request && !strstr(request, "\r\n\r\n")) {
        gssize n = g_input_stream_read(g_io_stream_get_input_stream(G_IO_STREAM(connection)),
                                       request + size, sizeof request - size - 1, NULL, NULL);
        if (n <= 0)
            return FALSE;
        size += (gsize)n;
    }
    GOutputStream *out = g_io_stream_get_output_stream(G_IO_STREAM(connection));
    g_autofree char *lower = g_ascii_strdown(request, -1);
    if (!g_str_has_prefix(request, "GET /holds")) {
        answer(out, "200 OK", NULL, "{\"state\":\"active\"}");
        return FALSE;
    }
    bool matches = service->tag && strstr(lower, "if-none-match:") && strstr(request, service->tag);
    service->matched += matches;
    service->sent += !matches;
    service->bearers += strstr(lower, "authorization: bearer secret") != NULL;
    if (matches)
        answer(out, "304 Not Modified", service->tag, "");
    else
        answer(out, service->status, service->tag, service->body);
    return FALSE;
}

// ---- one look ----

typedef struct {
    bool done, ok;
    InstanceState state;
    Inventory *inventory; // NULL = not told
    char *detail;
} Seen;

static void seen_clear(Seen *seen)
{
    inventory_unref(seen->inventory);
    g_free(seen->detail);
    *seen = (Seen){0};
}

static void on_seen(const Observation *observation, gpointer data)
{
    Seen *seen = data;
    *seen = (Seen){true, observation->ok, observation->state,
                   observation->inventory ? inventory_ref(observation->inventory) : NULL,
                   g_strdup(observation->detail)};
}

static void look_at(World *world, const char *name, guint i, Seen *seen)
{
    seen_clear(seen);
    driver_observe(world->drivers, instance(world, name, i), 0, PATIENCE_MS, on_seen, seen);
    run_until(&seen->done);
}

static void look(World *world, Seen *seen)
{
    look_at(world, "page", 0, seen);
}

static GSocketService *serve(World *world, Service *service, char **ret_path)
{
    *ret_path = g_build_filename(world->dir, "service.sock", NULL);
    GSocketService *server = g_threaded_socket_service_new(4);
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(*ret_path);
    g_signal_connect(server, "run", G_CALLBACK(on_connected), service);
    g_assert_true(g_socket_listener_add_address(G_SOCKET_LISTENER(server), address,
                                                G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
                                                NULL, NULL, NULL));
    return server;
}

static const char TERMS[] = "{\"entities\":[{\"kind\":\"term\",\"name\":\"Customer\",\"fields\":"
                            "{\"definition\":\"who buys\"}},{\"kind\":\"asset\",\"name\":\"t1\","
                            "\"fields\":{}}],\"losses\":[]}";
static const char FEWER[] = "{\"entities\":[{\"kind\":\"asset\",\"name\":\"t1\"}]}";

static void check_terms(const Seen *seen)
{
    g_assert_true(seen->ok);
    g_assert_cmpint(seen->state, ==, INSTANCE_ACTIVE);
    g_assert_nonnull(seen->inventory);
    g_assert_nonnull(seen->inventory->digest);
    g_assert_cmpuint(seen->inventory->entities->len, ==, 2);
    const Entity *term = inventory_find(seen->inventory, ENTITY_TERM, "Customer");
    g_assert_cmpstr(entity_field(term, "definition"), ==, "who buys");
}

static void check_answers(World *world, Service *service)
{
    Seen seen = {0};
    look(world, &seen);
    check_terms(&seen);
    g_assert_cmpuint(service->sent, ==, 1);
    look(world, &seen); // nothing has changed: it is not sent again
    check_terms(&seen);
    g_assert_cmpuint(service->sent, ==, 1);
    g_assert_cmpuint(service->matched, ==, 1);
    service->tag = "\"two\"";
    service->body = FEWER;
    look(world, &seen);
    g_assert_cmpuint(seen.inventory->entities->len, ==, 1);
    service->tag = NULL; // without a tag it is read each time
    service->body = TERMS;
    look(world, &seen);
    check_terms(&seen);
    look(world, &seen);
    check_terms(&seen);
    g_assert_cmpuint(service->sent, ==, 4);
    g_assert_cmpuint(service->bearers, ==, 5);
    seen_clear(&seen);
}

// Each is an answer that tells nothing: neither the state nor the last inventory stands.
static void check_nonsense(World *world, Service *service)
{
    static const struct {
        const char *status, *body, *words;
    } WRONG[] = {
        {"200 OK", "{}", "entities"},
        {"200 OK", "[]", ""},
        {"200 OK", "nonsense", ""},
        {"200 OK", "{\"entities\":[{\"kind\":\"spoon\",\"name\":\"x\"}]}", "kind"},
        {"304 Not Modified", "", "304"}, // though no tag was named
        {"500 Oh", "", "500"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(WRONG); i++) {
        Seen seen = {0};
        service->status = WRONG[i].status;
        service->body = WRONG[i].body;
        look(world, &seen);
        g_test_message("%s", seen.detail);
        g_assert_false(seen.ok);
        g_assert_null(seen.inventory);
        g_assert_nonnull(strstr(seen.detail, "What it holds is not known"));
        g_assert_nonnull(strstr(seen.detail, WRONG[i].words));
        seen_clear(&seen);
    }
}

static void test_inventory(void)
{
    World world;
    Service service = {.status = "200 OK", .tag = "\"one\"", .body = TERMS};
    g_autofree char *path = NULL;
    world_init(&world);
    g_autoptr(GSocketService) server = serve(&world, &service, &path);
    g_autofree char *token = g_build_filename(world.dir, "service.token", NULL);
    g_assert_true(
        g_file_set_contents_full(token, "secret\n", -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
    set(&fleet_location(world.fleet, "alpha")->parameters, "socket", path);
    GHashTable **page = &instance(&world, "page", 0)->workload->parameters;
    set(page, "observe_url", "http://{location}/state");
    set(page, "state_pointer", "/state");
    set(page, "inventory_url", "http://{location}/holds");
    set(page, "token_file", token);
    check_answers(&world, &service);
    check_nonsense(&world, &service);
    g_socket_service_stop(server);
    g_socket_listener_close(G_SOCKET_LISTENER(server));
    world_release(&world);
}

// ---- a resource group ----

// Two practice regions hold the same workflows, whichever of them are enabled.
static void test_resource_group(void)
{
    World world;
    Seen alpha = {0}, beta = {0};
    world_init(&world);
    const Workload *workload = instance(&world, "settle", 0)->workload;
    ((Workload *)workload)->kind = KIND_CATALOG;
    g_assert_false(driver_can(world.drivers, workload, ACTION_ACTIVATE));
    look_at(&world, "settle", 0, &alpha);
    look_at(&world, "settle", 1, &beta);
    g_assert_true(alpha.ok && beta.ok);
    g_assert_cmpint(alpha.state, ==, INSTANCE_ACTIVE);
    const Entity *settle = inventory_find(alpha.inventory, ENTITY_WORKFLOW, "settle");
    g_assert_nonnull(settle);
    g_assert_cmpuint(strlen(entity_field(settle, "definition")), ==, 64);
    g_assert_cmpuint(strlen(entity_field(settle, "triggers")), >, 0);
    g_assert_nonnull(inventory_find(beta.inventory, ENTITY_WORKFLOW, "settle"));
    g_assert_cmpstr(alpha.inventory->digest, ==, beta.inventory->digest);
    seen_clear(&alpha);
    seen_clear(&beta);
    world_release(&world);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/driver/http/inventory", test_inventory);
    g_test_add_func("/driver/azure-logic/resource-group", test_resource_group);
    return g_test_run();
}
