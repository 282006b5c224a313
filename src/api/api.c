#include "api/api.h"

#include "api/private.h"
#include "api/reply.h"
#include "base/error.h"
#include "model/refusal.h"

static void drop_person(gpointer data)
{
    person_release(data);
    g_free(data);
}

const Person *request_person(const HttpRequest *request)
{
    return http_request_data(request);
}

// Who is it? Asked before the body is read.
static bool know_person(HttpRequest *request, const Api *api)
{
    g_autoptr(GError) error = NULL;
    Person person = {0};
    if (http_request_route(request)->flags & HTTP_ROUTE_OPEN)
        return true;
    if (!identities_find(api->config.identities, request, &person, &error)) {
        reply_error(request, error);
        return false;
    }
    http_request_set_data(request, g_memdup2(&person, sizeof person), drop_person);
    return true;
}

static bool guard(HttpRequest *request, void *data)
{
    Api *api = data;
    api->requests++;
    bool ok = know_person(request, api) && request_check_query(request);
    api->refused += !ok;
    return ok;
}

static void refuse(HttpRequest *request, unsigned status, const char *sentence, void *data)
{
    static const Refusal KINDS[] = {REFUSAL_BAD_REQUEST, REFUSAL_NOT_FOUND, REFUSAL_TOO_LARGE,
                                    REFUSAL_UNAVAILABLE};
    ((Api *)data)->refused++;
    for (guint i = 0; i < G_N_ELEMENTS(KINDS); i++)
        if ((int)status == refusal_info(KINDS[i])->status) {
            reply_refusal(request, (int)KINDS[i], "%s", sentence);
            return;
        }
    reply_plain_problem(request, status, sentence);
}

static void access_log(const HttpAccess *access, void *data)
{
    const Api *api = data;
    const Person *person = request_person(access->request);
    LogLevel level = access->status >= 500 ? LOG_LEVEL_WARNING : LOG_LEVEL_DEBUG;
    if (level > api->config.log->level)
        return;
    g_autofree char *status = g_strdup_printf("%u", access->status);
    g_autofree char *duration = g_strdup_printf("%" G_GINT64_FORMAT, access->duration_ms);
    log_write(api->config.log, level, "request", "id", http_request_id(access->request), "method",
              http_request_method(access->request), "path", http_request_path(access->request),
              "status", status, "ms", duration, "person", person ? person->name : NULL, NULL);
}

static void release_bytes(gpointer bytes)
{
    g_bytes_unref(bytes);
}

Api *api_new(const ApiConfig *config)
{
    Api *api = g_new0(Api, 1);
    api->config = *config;
    api->started_ms = clock_wall_ms(config->clock);
    api->presence = presence_book_new();
    api->lines = line_cache_new();
    api->pages = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, release_bytes);
    const EventHubConfig hub = {config->engine, config->clock, api->lines, config->streams};
    api->hub = event_hub_new(&hub);
    HttpServerConfig server = {.routes = API_ROUTES,
                               .clock = config->clock,
                               .hooks = {.guard = guard, .refuse = refuse, .access = access_log},
                               .data = api};
    api->server = http_server_new(&server);
    return api;
}

void api_free(Api *api)
{
    if (!api)
        return;
    event_hub_free(api->hub);
    http_server_free(api->server);
    presence_book_free(api->presence);
    g_hash_table_unref(api->pages);
    line_cache_free(api->lines);
    g_free(api);
}

HttpServer *api_server(Api *api)
{
    return api->server;
}

void api_note(Api *api, EngineObject kind, const char *key)
{
    event_hub_note(api->hub, kind, key);
}

void api_tell_presence(Api *api, bool changed)
{
    if (!changed)
        return;
    g_autoptr(json_t) people = presence_book_to_json(api->presence);
    g_autofree char *text = wire_format(people);
    event_hub_tell(api->hub, "presence", text);
}

void api_flush(Api *api)
{
    event_hub_flush(api->hub);
    api_tell_presence(api, presence_book_expire(api->presence, clock_wall_ms(api->config.clock)));
}

void api_set_identities(Api *api, const Identities *identities)
{
    api->config.identities = identities;
}
