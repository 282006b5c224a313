#include "sink/event.h"

#include <string.h>

#include "base/text.h"

static json_t *too_large(gsize bytes)
{
    json_t *data = json_object();
    json_object_set_new(data, "left_out", json_true());
    json_object_set_new(data, "bytes", json_integer((json_int_t)bytes));
    return data;
}

static json_t *head(const EventFacts *facts, const char *source, guint64 seq)
{
    json_t *event = json_object();
    g_autofree char *sequence = g_strdup_printf("%020" G_GUINT64_FORMAT, seq);
    wire_set_text(event, "specversion", "1.0");
    wire_set_text(event, "id", facts->id ? facts->id : sequence);
    wire_set_text(event, "source", source);
    wire_set_text(event, "type", facts->type);
    wire_set_text(event, "subject", facts->subject);
    wire_set_time_ms(event, "time", facts->at_ms);
    wire_set_text(event, "datacontenttype", "application/json");
    wire_set_text(event, "topic", name_of(&TOPIC_NAMES, (int)facts->topic));
    wire_set_text(event, "severity", name_of(&SEVERITY_NAMES, (int)facts->severity));
    wire_set_text(event, "sequence", sequence);
    return event;
}

char *event_format(const EventFacts *facts, const char *source, guint64 seq, json_t *data)
{
    g_autoptr(json_t) event = head(facts, source, seq);
    json_object_set_new(event, "data", data);
    char *text = wire_format(event);
    if (strlen(text) <= SINK_EVENT_MAX)
        return text;
    json_object_set_new(event, "data", too_large(strlen(text)));
    g_free(text);
    return wire_format(event);
}

void sink_event_free(SinkEvent *event)
{
    if (!event)
        return;
    g_free(event->type);
    g_free(event->subject);
    g_free(event->json);
    g_free(event);
}

SinkEvent *sink_event_parse(guint64 seq, const char *json, gsize size, GError **error)
{
    WireReader reader = {0};
    g_autoptr(json_t) document = wire_parse("the event", json, size, SINK_EVENT_MAX * 2, error);
    if (!document)
        return NULL;
    WireAt root = wire_root(&reader, document);
    g_autoptr(SinkEvent) event = g_new0(SinkEvent, 1);
    event->seq = seq;
    event->topic = (Topic)wire_choice(&root, "topic", TOPIC_NAMES.names, TOPIC_NAMES.count);
    event->severity =
        (Severity)wire_choice(&root, "severity", SEVERITY_NAMES.names, SEVERITY_NAMES.count);
    event->at_ms = wire_time_ms_opt(&root, "time");
    event->type = g_strdup(wire_text(&root, "type"));
    event->subject = g_strdup(wire_text_opt(&root, "subject", ""));
    if (!wire_reader_finish(&reader, error))
        return NULL;
    event->json = g_strndup(json, size);
    return g_steal_pointer(&event);
}

char *sink_event_words(const SinkEvent *event)
{
    static const char *const SENTENCES[] = {"text", "detail", "facts", "why"};
    const char *type = g_str_has_prefix(event->type, "signalbox.") ? event->type + 10 : event->type;
    const char *words = NULL;
    g_autoptr(json_t) json =
        wire_parse("the event", event->json, strlen(event->json), SINK_EVENT_MAX * 2, NULL);
    for (gsize i = 0; !words && i < G_N_ELEMENTS(SENTENCES); i++)
        words = json_string_value(json_object_get(json_object_get(json, "data"), SENTENCES[i]));
    g_autofree char *line =
        g_strdup_printf("%s %s%s%s", type, event->subject, words ? ": " : "", words ? words : "");
    return text_escape(line);
}
