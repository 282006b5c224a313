// The routers' own load: requests sent for real to the location that each router points to.
#include <string.h>

#include "site/site.h"

enum { ROUTE_TICK_MS = 100, ROUTE_LIMIT_MS = 2000, ROUTE_CALLS_MAX = 50 };

// Routers live as long as the region; calls are cancelled with the client before it.
static void on_answer(HttpCall *call, const HttpResponse *response, const GError *error, void *data)
{
    (void)call;
    Router *router = data;
    g_clear_pointer(&router->last_error, g_free);
    unsigned status = http_response_status(response);
    if (!error && status < 300) {
        router->answered++;
        return;
    }
    router->failed++;
    router->last_error = error ? g_strdup(error->message) : g_strdup_printf("answered %u", status);
}

static void send_request(Site *site, Router *router)
{
    const RouterTarget *target = g_hash_table_lookup(router->targets, router->to);
    if (!target)
        return;
    g_autofree char *url = g_strdup_printf("%s/site/v1/groups/%s/workflows/%s/invoke", target->url,
                                           router->group, router->workflow);
    HttpSpec spec = {
        .method = "POST", .url = url, .socket_path = target->socket, .total_ms = ROUTE_LIMIT_MS};
    router->sent++;
    http_client_send(site->client, &spec, on_answer, router);
}

static gboolean on_tick(gpointer data)
{
    Site *site = data;
    gint64 now_ms = site_now_ms(site);
    for (guint i = 0; i < site->region->routers->len; i++) {
        Router *router = g_ptr_array_index(site->region->routers, i);
        if (router->load <= 0 || !router->workflow || !router->to)
            continue;
        // After a pause (or a jump of the clock) it begins anew.
        if (router->next_ms == 0 || now_ms - router->next_ms > 5000 ||
            router->next_ms - now_ms > 60000)
            router->next_ms = now_ms;
        while (router->next_ms <= now_ms) {
            router->next_ms += MAX(1, (gint64)(1000.0 / router->load));
            if (http_client_calls(site->client) < ROUTE_CALLS_MAX)
                send_request(site, router);
        }
    }
    return G_SOURCE_CONTINUE;
}

static bool has_load(const Region *region)
{
    for (guint i = 0; i < region->routers->len; i++) {
        const Router *router = g_ptr_array_index(region->routers, i);
        if (router->load > 0 && router->workflow)
            return true;
    }
    return false;
}

void site_routing_start(Site *site)
{
    if (site->route_timer || !has_load(site->region))
        return;
    site->route_timer = g_timeout_source_new(ROUTE_TICK_MS);
    g_source_set_callback(site->route_timer, on_tick, site, NULL);
    g_source_attach(site->route_timer, NULL);
}

void site_routing_stop(Site *site)
{
    if (site->route_timer)
        g_source_destroy(site->route_timer);
    g_clear_pointer(&site->route_timer, g_source_unref);
}
