// What a service behind the http driver says that it holds: a second question, behind the one for its state.
//
//     {"entities": [{"kind": "term", "name": "Customer", "fields": {"definition": "who buys"}}], "losses": []}
//
// A target that tags its answers (ETag) is asked whether it has changed, and sends it again only then. What cannot be
// read is no answer: an old inventory beside a new state would be taken for a new one.
#include "driver/http.h"

#include "base/error.h"
#include "wire/inventory.h"

enum { NOT_MODIFIED = 304, ETAG_MAX = 200 };

// A tag is of one address: another one may use the same for something else.
static char *key_of(const Job *job)
{
    return g_strjoin("\n", job->workload, job->location, job_parameter(job, "inventory_url"), NULL);
}

static void free_observation(gpointer data)
{
    observation_free(data);
}

static void finish(Job *job, Inventory *inventory)
{
    Observation *seen = job->own;
    seen->inventory = inventory_ref(inventory);
    job->own = NULL;
    job_observed(job, seen);
    observation_free(seen);
}

static Inventory *read_inventory(json_t *json, GError **error)
{
    g_autoptr(Inventory) inventory = inventory_new();
    WireReader reader = {0};
    WireAt root = wire_root(&reader, json);
    wire_array(&root, "entities"); // an answer without them is none
    inventory_read(&root, "entities", inventory);
    losses_read(&root, inventory);
    if (!wire_reader_finish(&reader, error))
        return NULL;
    inventory_seal(inventory);
    return g_steal_pointer(&inventory);
}

static void keep(Job *job, const HttpResponse *response, Inventory *inventory)
{
    const char *tag = http_response_header(response, "etag");
    g_autofree char *key = key_of(job);
    if (tag && strlen(tag) <= ETAG_MAX) {
        g_hash_table_replace(job->drivers->tags, g_strdup(key), g_strdup(tag));
        g_hash_table_replace(job->drivers->inventories, g_strdup(key), inventory_ref(inventory));
    } else
        g_hash_table_remove(job->drivers->tags, key);
}

static void on_inventory(Job *job, const HttpResponse *response, const GError *error)
{
    g_autofree char *key = key_of(job);
    bool asked = g_hash_table_contains(job->drivers->tags, key);
    Inventory *known = g_hash_table_lookup(job->drivers->inventories, key);
    g_autoptr(GError) reason = NULL;
    if (!error && asked && known && http_response_status(response) == NOT_MODIFIED) {
        finish(job, known);
        return;
    }
    g_autoptr(json_t) json = error ? NULL : job_json(response, &reason);
    g_autoptr(Inventory) inventory = json ? read_inventory(json, &reason) : NULL;
    if (!inventory) {
        job_puzzled(job, false, "What it holds is not known: %s",
                    error ? error->message : reason->message);
        return;
    }
    keep(job, response, inventory);
    finish(job, inventory);
}

bool http_has_inventory(const Job *job)
{
    return job_parameter(job, "inventory_url") != NULL;
}

void http_inventory_ask(Job *job, Observation *observation)
{
    g_autofree char *key = key_of(job);
    const char *tag = g_hash_table_lookup(job->drivers->tags, key);
    const HttpField headers[] = {{"if-none-match", tag}, {NULL, NULL}};
    g_autoptr(GError) error = NULL;
    g_autofree char *token = NULL;
    job->own = observation;
    job->own_free = free_observation;
    if (!http_token(job, &token, &error)) {
        job_puzzled(job, false, "%s", error->message);
        return;
    }
    job_send(job,
             &(HttpSpec){.url = job_parameter(job, "inventory_url"),
                         .socket_path = job_parameter(job, "socket"),
                         .headers = tag ? headers : NULL,
                         .bearer = token},
             on_inventory);
}
