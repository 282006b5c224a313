// Answers and what every command's request has in common.
#include <string.h>

#include "base/error.h"
#include "site/site.h"

static void send(Site *site, HttpRequest *request, unsigned status, const SiteGroup *group,
                 json_t *json, gint64 retry_after_s)
{
    char epoch[24];
    char retry[24];
    g_snprintf(epoch, sizeof epoch, "%" G_GINT64_FORMAT, group ? group->fence : 0);
    g_snprintf(retry, sizeof retry, "%" G_GINT64_FORMAT, retry_after_s);
    HttpHeader headers[4] = {{"x-signalbox-boot-id", site->region->boot_id}};
    guint n = 1;
    if (group)
        headers[n++] = (HttpHeader){"x-signalbox-epoch", epoch};
    if (retry_after_s > 0)
        headers[n++] = (HttpHeader){"Retry-After", retry};
    g_autofree char *text = json ? wire_format(json) : NULL;
    json_decref(json);
    g_autoptr(GBytes) body = text ? g_bytes_new(text, strlen(text)) : NULL;
    http_request_reply(request, status, text ? "application/json; charset=utf-8" : NULL, body,
                       headers);
}

void site_reply(Site *site, HttpRequest *request, unsigned status, json_t *json)
{
    send(site, request, status, NULL, json, 0);
}

void site_reply_group(Site *site, HttpRequest *request, const SiteGroup *group, unsigned status,
                      json_t *json)
{
    send(site, request, status, group, json, 0);
}

static json_t *envelope(const char *code, const char *message)
{
    return json_pack("{s:{s:s,s:s}}", "error", "code", code, "message", message);
}

void site_refuse(Site *site, HttpRequest *request, unsigned status, const char *code,
                 const char *message)
{
    send(site, request, status, NULL, envelope(code, message),
         status == 429 ? site->fault.retry_after_s : 0);
}

static const struct {
    ErrCode code;
    unsigned status;
    const char *word;
} ERRORS[] = {
    {ERR_INVALID, 400, "InvalidRequest"},
    {ERR_NOT_FOUND, 404, "ResourceNotFound"},
    {ERR_REFUSED, 409, "CommandRefused"},
    {ERR_CONFLICT, 409, "Conflict"},
    {ERR_BUSY, 503, "NotYet"},
    {ERR_TOO_LARGE, 413, "RequestTooLarge"},
    {ERR_NO_SPACE, 507, "InsufficientStorage"},
};

void site_reply_error(Site *site, HttpRequest *request, const SiteGroup *group, const GError *error)
{
    for (guint i = 0; i < G_N_ELEMENTS(ERRORS); i++) {
        if (!err_is(error, ERRORS[i].code))
            continue;
        send(site, request, ERRORS[i].status, group, envelope(ERRORS[i].word, error->message),
             ERRORS[i].code == ERR_BUSY ? 1 : 0);
        return;
    }
    send(site, request, 500, group, envelope("InternalServerError", error->message), 0);
}

json_t *site_body(Site *site, HttpRequest *request)
{
    gsize length;
    const char *bytes = g_bytes_get_data(http_request_body(request), &length);
    if (length == 0)
        return json_object();
    g_autoptr(GError) error = NULL;
    json_t *json = wire_parse("the request body", bytes, length, REPLICATE_BYTES_MAX, &error);
    if (!json)
        site_reply_error(site, request, NULL, error);
    return json;
}

bool site_command(Site *site, HttpRequest *request, SiteCommand *ret_command)
{
    const char *epoch = http_request_header(request, "x-signalbox-epoch");
    SiteCommand command = {.epoch = -1,
                           .boot_id = http_request_header(request, "x-signalbox-boot-id"),
                           .key = http_request_header(request, "x-signalbox-key")};
    if (epoch && !g_ascii_string_to_signed(epoch, 10, 0, G_MAXINT64, &command.epoch, NULL)) {
        site_refuse(site, request, 400, "InvalidRequest", "x-signalbox-epoch is no whole number.");
        return false;
    }
    if (command.key && !id_is_valid(command.key)) {
        site_refuse(site, request, 400, "InvalidRequest",
                    "x-signalbox-key is no id (1 to 64 letters, digits, '.', '_', '-').");
        return false;
    }
    *ret_command = command;
    return true;
}

void site_act(Site *site, HttpRequest *request, SiteVerb verb, const SiteTarget *target,
              const SiteCommand *command, json_t *answer)
{
    g_autoptr(GError) error = NULL;
    bool ok = region_act(site->region, verb, target, command, site_now_ms(site), &error);
    log_info(&site->log, ok ? "command done" : "command refused", "verb", VERB_NAMES[verb], "group",
             target->group->name, "workflow", target->workflow ? target->workflow->name : NULL,
             "why", error ? error->message : NULL);
    if (site->fault.kind == FAULT_MUTE) {
        json_decref(answer);
        site_hold(site, request);
    } else if (ok) {
        site_reply_group(site, request, target->group, 200, answer);
    } else {
        json_decref(answer);
        site_reply_error(site, request, target->group, error);
    }
    site_settle(site);
    // What was just sealed is what the other side waits for.
    if (ok && target->data)
        site_peer_kick(site);
}
