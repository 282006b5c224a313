// The practice region's catalogs and connectors: their state, and all that they hold, page by page. What has not
// changed since it was read last is not read again.
#include <string.h>

#include "base/error.h"
#include "driver/site.h"
#include "wire/inventory.h"

enum { PAGES_MAX = 200 };

// One look under way.
typedef struct {
    Inventory *inventory; // as far as it is read
    char *digest;         // that the first page named
    guint pages;
} Look;

static void look_free(gpointer data)
{
    Look *look = data;
    inventory_unref(look->inventory);
    g_free(look->digest);
    g_free(look);
}

static char *key_of(const Job *job)
{
    return g_strconcat(job->workload, "\n", job->location, NULL);
}

// What was read last; NULL = nothing was. Borrowed.
static Inventory *known(const Job *job)
{
    g_autofree char *key = key_of(job);
    return g_hash_table_lookup(job->drivers->inventories, key);
}

static void ask(Job *job, gint64 from);

static void begin(Job *job)
{
    Look *look = job->own;
    inventory_unref(look->inventory);
    g_clear_pointer(&look->digest, g_free);
    look->inventory = inventory_new();
    ask(job, 0);
}

// What the provider brings back after a connector was made anew, and how far it is.
static void read_recreation(const WireAt *root, Observation *observation)
{
    WireAt at = wire_object_opt(root, "recreation");
    observation->recreates = wire_integer_opt(&at, "total", 0, WIRE_INTEGER_MAX, 0);
    observation->recreated = wire_integer_opt(&at, "done", 0, WIRE_INTEGER_MAX, 0);
    if (observation->recreated < observation->recreates)
        observation->detail =
            g_strdup_printf("the provider has recreated %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
                            " alerts, recommendations and entities",
                            observation->recreated, observation->recreates);
}

static void finish(Job *job, const WireAt *root, Inventory *inventory)
{
    g_autoptr(Observation) observation = observation_new();
    observation->ok = true;
    observation->at_ms = wire_time_ms(root, "now");
    observation->epoch = wire_integer(root, "epoch", 0, WIRE_INTEGER_MAX);
    observation->boot_id = g_strdup(wire_text(root, "boot_id"));
    observation->maintains_limits = wire_bool(root, "limited");
    observation->state = wire_bool(root, "active") ? INSTANCE_ACTIVE : INSTANCE_PASSIVE;
    observation->runs = 0;
    read_recreation(root, observation);
    observation->inventory = inventory_ref(inventory);
    g_hash_table_replace(job->drivers->inventories, key_of(job), inventory_ref(inventory));
    if (!root->reader->error)
        job_observed(job, observation);
}

// Goes on with the next page, or ends. False: the answer makes no sense.
static void take_page(Job *job, const WireAt *root)
{
    Look *look = job->own;
    const char *digest = wire_text(root, "digest");
    gint64 next = wire_integer_opt(root, "next", 1, INVENTORY_MAX, 0);
    Inventory *last = known(job);
    if (wire_bool_opt(root, "unchanged", false) && last && g_strcmp0(last->digest, digest) == 0) {
        finish(job, root, last);
        return;
    }
    bool other = look->digest && g_strcmp0(look->digest, digest) != 0;
    if (root->reader->error || ++look->pages > PAGES_MAX)
        wire_fail(root, "next", "there is no end to it.");
    else if (other) // it has changed while it was read
        begin(job);
    else {
        inventory_read(root, "entities", look->inventory);
        if (!look->digest) { // the first page
            look->digest = g_strdup(digest);
            losses_read(root, look->inventory);
        }
        if (root->reader->error)
            return;
        if (next && !look->inventory->cut) {
            ask(job, next);
            return;
        }
        inventory_seal(look->inventory);
        finish(job, root, look->inventory);
    }
}

static void on_page(Job *job, const HttpResponse *response, const GError *error)
{
    g_autoptr(GError) reason = NULL;
    g_autoptr(json_t) json = error ? NULL : job_json(response, &reason);
    if (!json) {
        job_blind(job, error ? error : reason);
        return;
    }
    WireReader reader = {0};
    WireAt root = wire_root(&reader, json);
    take_page(job, &root);
    // The job is gone if it was told; it is not where there was a mistake.
    if (reader.error) {
        wire_reader_finish(&reader, &reason);
        job_puzzled(job, false, "The answer makes no sense: %s", reason->message);
    }
}

static void ask(Job *job, gint64 from)
{
    const Inventory *last = known(job);
    const char *digest = last && from == 0 ? last->digest : NULL;
    g_autofree char *name = g_uri_escape_string(site_workload_name(job), NULL, FALSE);
    g_autofree char *url =
        g_strdup_printf("%s/site/v1/groups/%s/stocks/%s?from=%" G_GINT64_FORMAT "%s%s",
                        job_parameter(job, "endpoint"), site_group_name(job), name, from,
                        digest ? "&known=" : "", digest ? digest : "");
    g_autoptr(GError) error = NULL;
    g_autofree char *token = NULL;
    if (!site_token(job, &token, &error)) {
        job_blind(job, error);
        return;
    }
    job_send(
        job,
        &(HttpSpec){.url = url, .socket_path = job_parameter(job, "site_socket"), .bearer = token},
        on_page);
}

void site_stock_observe(Job *job)
{
    job->own = g_new0(Look, 1);
    job->own_free = look_free;
    begin(job);
}
