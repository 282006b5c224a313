// A practice region from its start to its end, and its time.
#include "site/site.h"

#include "base/error.h"

// Shorter waits are not worth a wake-up each.
enum { TIMER_MIN_MS = 20, TIMER_MAX_MS = 60000 };

gint64 site_now_ms(const Site *site)
{
    return clock_wall_ms(site->clock);
}

static gboolean on_timer(gpointer data)
{
    site_settle(data);
    return G_SOURCE_REMOVE;
}

void site_settle(Site *site)
{
    g_autoptr(GError) error = NULL;
    gint64 now_ms = site_now_ms(site);
    bool ok = region_advance(site->region, now_ms, &error);
    if (!ok && !site->write_failed)
        log_error(&site->log, "cannot write down what was done", "why", error->message);
    site->write_failed = !ok;
    gint64 next_ms = region_next_ms(site->region);
    if (site->timer)
        g_source_destroy(site->timer);
    g_clear_pointer(&site->timer, g_source_unref);
    if (next_ms == 0)
        return;
    site->timer = g_timeout_source_new((guint)CLAMP(next_ms - now_ms, TIMER_MIN_MS, TIMER_MAX_MS));
    g_source_set_callback(site->timer, on_timer, site, NULL);
    g_source_attach(site->timer, NULL);
}

bool site_start(Site *site, GError **error)
{
    site->held = g_ptr_array_new();
    g_queue_init(&site->tokens);
    site->client =
        http_client_new(site->clock, &(HttpClientConfig){.user_agent = "signalbox-site"});
    if (site->config.state) {
        site->journal =
            site_journal_open(site->config.state, region_journal_line, site->region, error);
        if (!site->journal)
            return false;
        site->region->journal = site->journal;
    }
    // The fence is read and the boot has its id before anybody can be heard.
    if (!region_boot(site->region, site_now_ms(site), false, error) ||
        !site_control_listen(site, error) || !site_listen(site, error))
        return false;
    site_peer_start(site);
    site_routing_start(site);
    site_settle(site);
    log_info(&site->log, "region started", "name", site->config.name, "boot",
             site->region->boot_id);
    return true;
}

void site_stop(Site *site)
{
    site_peer_stop(site);
    site_routing_stop(site);
    g_clear_pointer(&site->server, http_server_free);
    g_clear_pointer(&site->control, http_server_free);
    if (site->held)
        site_release_held(site);
    g_clear_pointer(&site->held, g_ptr_array_unref);
    g_clear_pointer(&site->client, http_client_free);
    site_tokens_clear(site);
    json_decref(site->health);
    if (site->timer)
        g_source_destroy(site->timer);
    g_clear_pointer(&site->timer, g_source_unref);
    g_clear_pointer(&site->journal, site_journal_close);
    g_clear_pointer(&site->region, region_free);
    g_clear_pointer(&site->peer_error, g_free);
    g_free(site->routes);
    g_free(site->control_routes);
    site_config_release(&site->config);
}
