// The sinks: how each is doing.
#include "api/private.h"
#include "api/reply.h"
#include "wire/status.h"

void get_sinks(HttpRequest *request, void *data)
{
    const Api *api = data;
    const ApiConfig *config = &api->config;
    json_t *sinks = json_array(), *answer = json_object();
    const GPtrArray *all = config->sinks ? config->sinks(config->data) : NULL;
    for (guint i = 0; all && i < all->len; i++)
        json_array_append_new(sinks, shape_to_json(&SINK_SHAPE, all->pdata[i]));
    json_object_set_new(answer, "sinks", sinks);
    reply_json(request, 200, answer, 0);
}
