#include "sink/alertmanager.h"

#include <string.h>

#include "wire/json.h"

// "location-down:westeurope" → "location-down": the alert's name; the rest stands in its labels.
static json_t *alert_name(const char *id)
{
    const char *colon = strchr(id, ':');
    g_autofree char *name = colon ? g_strndup(id, (gsize)(colon - id)) : g_strdup(id);
    return wire_text_new(name);
}

static json_t *labels(const WireAt *root, const WireAt *alarm)
{
    json_t *labels = json_object();
    json_object_set_new(labels, "alertname", alert_name(wire_text(alarm, "id")));
    wire_set_text(labels, "severity", wire_text(alarm, "severity"));
    wire_set_text(labels, "object", wire_text_opt(alarm, "object", ""));
    wire_set_text(labels, "source", wire_text(root, "source"));
    return labels;
}

static json_t *annotations(const WireAt *alarm)
{
    json_t *annotations = json_object();
    wire_set_text(annotations, "summary", wire_text_opt(alarm, "text", ""));
    return annotations;
}

static json_t *alert(const WireAt *root, const WireAt *alarm, const char *status)
{
    json_t *alert = json_object();
    const char *id = wire_text(alarm, "id");
    g_autofree char *print = g_compute_checksum_for_string(G_CHECKSUM_SHA256, id, -1);
    print[16] = '\0';
    wire_set_text(alert, "status", status);
    json_object_set_new(alert, "labels", labels(root, alarm));
    json_object_set_new(alert, "annotations", annotations(alarm));
    wire_set_text(alert, "startsAt", wire_text_opt(alarm, "since", "0001-01-01T00:00:00Z"));
    wire_set_text(alert, "endsAt", wire_text_opt(alarm, "ended_at", "0001-01-01T00:00:00Z"));
    wire_set_text(alert, "generatorURL", "");
    wire_set_text(alert, "fingerprint", print);
    return alert;
}

static json_t *message(const WireAt *root, const WireAt *alarm, const char *receiver)
{
    json_t *message = json_object(), *alerts = json_array();
    const char *status = wire_has(alarm, "ended_at") ? "resolved" : "firing";
    json_array_append_new(alerts, alert(root, alarm, status));
    wire_set_text(message, "version", "4");
    wire_set_text(message, "groupKey", wire_text(alarm, "id"));
    json_object_set_new(message, "truncatedAlerts", json_integer(0));
    wire_set_text(message, "status", status);
    wire_set_text(message, "receiver", receiver);
    json_object_set_new(message, "groupLabels", json_object());
    json_object_set_new(message, "commonLabels", labels(root, alarm));
    json_object_set_new(message, "commonAnnotations", annotations(alarm));
    wire_set_text(message, "externalURL", "");
    json_object_set_new(message, "alerts", alerts);
    return message;
}

char *alertmanager_format(const SinkEvent *event, const char *receiver)
{
    WireReader reader = {0};
    if (event->topic != TOPIC_ALARM)
        return NULL;
    g_autoptr(json_t) document =
        wire_parse("the event", event->json, strlen(event->json), SINK_EVENT_MAX * 2, NULL);
    if (!document)
        return NULL;
    WireAt root = wire_root(&reader, document);
    WireAt alarm = wire_object(&root, "data");
    if (!wire_text(&alarm, "id") || !wire_text(&root, "source") ||
        !wire_reader_finish(&reader, NULL))
        return NULL;
    g_autoptr(json_t) whole = message(&root, &alarm, receiver);
    return wire_reader_finish(&reader, NULL) ? wire_format(whole) : NULL;
}
