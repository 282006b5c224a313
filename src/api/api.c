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
static bool guard(HttpRequest *request, void *data)
{
    Api *api = data;
    g_autoptr(GError) error = NULL;
    Person person = {0};
    api->requests++;
    if (http_request_route(request)->flags & HTTP_ROUTE_OPEN)
        return true;
    if (!identities_find(api->config.identities, request, &person, &error)) {
        api->refused++;
        reply_error(request, error);
        return false;
    }
    Person *kept = g_new(Person, 1);
    *kept = person;
    http_request_set_data(request, kept, drop_person);
    return true;
}

static void refuse(HttpRequest *request, unsigned status, const char *sentence, void *data)
{
    static const struct {
        unsigned status;
        Refusal refusal;
    } KINDS[] = {{404, REFUSAL_NOT_FOUND}, {413, REFUSAL_TOO_LARGE}, {503, REFUSAL_UNAVAILABLE}};
    Refusal refusal = REFUSAL_BAD_REQUEST;
    for (guint i = 0; i < G_N_ELEMENTS(KINDS); i++)
        if (KINDS[i].status == status)
            refusal = KINDS[i].refusal;
    ((Api *)data)->refused++;
    if ((int)status == refusal_info(refusal)->status) {
        reply_refusal(request, (int)refusal, "%s", sentence);
        return;
    }
    g_autoptr(json_t) json = json_pack("{s:s, s:s, s:i, s:s}", "type", "about:blank", "title",
                                       sentence, "status", (int)status, "detail", sentence);
    g_autofree char *text = wire_format(json);
    http_request_reply_text(request, status, "application/problem+json", text);
}

static void access_log(const HttpAccess *access, void *data)
{
    const Api *api = data;
    const Person *person = request_person(access->request);
    g_autofree char *status = g_strdup_printf("%u", access->status);
    g_autofree char *duration = g_strdup_printf("%" G_GINT64_FORMAT, access->duration_ms);
    log_write(api->config.log, access->status >= 500 ? LOG_LEVEL_WARNING : LOG_LEVEL_DEBUG,
              "request", "id", http_request_id(access->request), "method",
              http_request_method(access->request), "path", http_request_path(access->request),
              "status", status, "ms", duration, "person", person ? person->name : NULL, NULL);
}

Api *api_new(const ApiConfig *config)
{
    Api *api = g_new0(Api, 1);
    api->config = *config;
    api->started_ms = clock_wall_ms(config->clock);
    api->presence = presence_book_new();
    api->hub = event_hub_new(config->engine, config->clock, config->streams);
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

void api_flush(Api *api)
{
    event_hub_flush(api->hub);
}

void api_set_identities(Api *api, const Identities *identities)
{
    api->config.identities = identities;
}
