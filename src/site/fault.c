// The fault API, on a socket of its own so that it outlives what it breaks.
#include <string.h>

#include "base/error.h"
#include "site/site.h"

// Slow if nothing else is said: late for a person, in time for a probe that waits a second.
enum { SLOW_MS = 700 };

// What a fault's request may say besides its kind.
typedef struct {
    const char *name;
    gint64 delay_ms;
    guint count;
    gint64 retry_after_s;
    bool still_active;
} FaultSpec;

static bool set_kind(Site *site, FaultKind kind, const FaultSpec *spec)
{
    site->fault.kind = kind;
    site->fault.delay_ms = spec->delay_ms;
    return true;
}

static bool apply_down(Site *site, const FaultSpec *spec, GError **error)
{
    (void)error;
    set_kind(site, FAULT_DOWN, spec);
    if (site->region->down)
        return true;
    region_halt(site->region, site_now_ms(site));
    site_peer_stop(site);
    site_routing_stop(site);
    site_unlisten(site);
    site_tokens_clear(site);
    site_settle(site);
    return true;
}

static bool apply_recover(Site *site, const FaultSpec *spec, GError **error)
{
    if (site->region->down) {
        if (!region_boot(site->region, site_now_ms(site), spec->still_active, error) ||
            !site_listen(site, error))
            return false;
        site_peer_start(site);
        site_routing_start(site);
    }
    memset(&site->fault, 0, sizeof site->fault);
    g_ptr_array_set_size(site->region->zones, 0);
    for (guint i = 0; i < site->region->dependencies->len; i++)
        ((Dependency *)g_ptr_array_index(site->region->dependencies, i))->down = false;
    site_release_held(site);
    site_settle(site);
    return true;
}

static bool apply_hang(Site *site, const FaultSpec *spec, GError **error)
{
    (void)error;
    return set_kind(site, FAULT_HANG, spec);
}

static bool apply_slow(Site *site, const FaultSpec *spec, GError **error)
{
    (void)error;
    return set_kind(site, FAULT_SLOW, spec);
}

static bool apply_garbage(Site *site, const FaultSpec *spec, GError **error)
{
    (void)error;
    return set_kind(site, FAULT_GARBAGE, spec);
}

static bool apply_huge(Site *site, const FaultSpec *spec, GError **error)
{
    (void)error;
    return set_kind(site, FAULT_HUGE, spec);
}

static bool apply_mute(Site *site, const FaultSpec *spec, GError **error)
{
    (void)error;
    return set_kind(site, FAULT_MUTE, spec);
}

static bool apply_no_replication(Site *site, const FaultSpec *spec, GError **error)
{
    (void)spec;
    (void)error;
    site->fault.no_replication = true;
    return true;
}

static bool apply_stale(Site *site, const FaultSpec *spec, GError **error)
{
    (void)spec;
    (void)error;
    site->fault.stale = true;
    return true;
}

static bool apply_throttle(Site *site, const FaultSpec *spec, GError **error)
{
    (void)error;
    site->fault.throttle = spec->count;
    site->fault.retry_after_s = spec->retry_after_s;
    return true;
}

static bool apply_expire_tokens(Site *site, const FaultSpec *spec, GError **error)
{
    (void)spec;
    (void)error;
    site_tokens_clear(site);
    return true;
}

static bool apply_zone(Site *site, const FaultSpec *spec, GError **error)
{
    if (!spec->name) {
        g_set_error(error, ERR, ERR_INVALID, "name: expected the zone's name.");
        return false;
    }
    g_ptr_array_add(site->region->zones, g_strdup(spec->name));
    return true;
}

static bool apply_dependency(Site *site, const FaultSpec *spec, GError **error)
{
    for (guint i = 0; i < site->region->dependencies->len; i++) {
        Dependency *dependency = g_ptr_array_index(site->region->dependencies, i);
        if (g_strcmp0(dependency->name, spec->name) != 0)
            continue;
        dependency->down = true;
        return true;
    }
    g_set_error(error, ERR, ERR_NOT_FOUND, "There is no dependency '%s'.",
                spec->name ? spec->name : "");
    return false;
}

static const struct {
    const char *kind;
    bool (*apply)(Site *site, const FaultSpec *spec, GError **error);
} FAULTS[] = {
    {"down", apply_down},         {"hang", apply_hang},
    {"slow", apply_slow},         {"garbage", apply_garbage},
    {"huge", apply_huge},         {"mute", apply_mute},
    {"throttle", apply_throttle}, {"no-replication", apply_no_replication},
    {"zone", apply_zone},         {"dependency", apply_dependency},
    {"recover", apply_recover},   {"expire-tokens", apply_expire_tokens},
    {"stale", apply_stale},
};

static bool apply(Site *site, const WireAt *root, GError **error)
{
    const char *kinds[G_N_ELEMENTS(FAULTS)];
    for (guint i = 0; i < G_N_ELEMENTS(FAULTS); i++)
        kinds[i] = FAULTS[i].kind;
    static const char *const fields[] = {"kind",          "name",         "delay_s", "count",
                                         "retry_after_s", "still_active", NULL};
    wire_only(root, fields);
    guint kind = wire_choice(root, "kind", kinds, G_N_ELEMENTS(kinds));
    FaultSpec spec = {
        .name = wire_text_opt(root, "name", NULL),
        .delay_ms = wire_seconds_ms_opt(root, "delay_s", SLOW_MS),
        .count = (guint)wire_integer_opt(root, "count", 1, 1000000, 1),
        .retry_after_s = wire_integer_opt(root, "retry_after_s", 1, 3600, 1),
        .still_active = wire_bool_opt(root, "still_active", false),
    };
    if (!wire_reader_finish(root->reader, error))
        return false;
    log_info(&site->log, "fault", "kind", FAULTS[kind].kind, "name", spec.name);
    return FAULTS[kind].apply(site, &spec, error);
}

static void handle_fault(Site *site, HttpRequest *request)
{
    g_autoptr(json_t) body = site_body(site, request);
    if (!body)
        return;
    WireReader reader = {0};
    WireAt root = wire_root(&reader, body);
    g_autoptr(GError) error = NULL;
    if (apply(site, &root, &error))
        site_reply(site, request, 200, site_state_json(site));
    else
        site_reply_error(site, request, NULL, error);
}

static void handle_state(Site *site, HttpRequest *request)
{
    site_settle(site);
    site_reply(site, request, 200, site_state_json(site));
}

const Endpoint CONTROL_ENDPOINTS[] = {
    {"POST", "/site/v1/fault", ACCESS_OPEN, handle_fault},
    {"GET", "/site/v1/state", ACCESS_OPEN, handle_state},
    {.method = NULL},
};
