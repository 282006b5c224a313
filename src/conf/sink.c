// sinks[] of the daemon's file.
#include "conf/sink.h"

#include "conf/daemon-options.h"

#include <string.h>

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, DAY_MS = 24 * 60 * MINUTE_MS };

static ConfSink *conf_sink_new(const char *name)
{
    ConfSink *sink = g_new0(ConfSink, 1);
    sink->name = g_strdup(name);
    sink->command = g_ptr_array_new_with_free_func(g_free);
    return sink;
}

void conf_sink_free(ConfSink *sink)
{
    if (!sink)
        return;
    char *texts[] = {sink->name,       sink->location, sink->url,
                     sink->token_file, sink->ca_file,  sink->path};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_ptr_array_unref(sink->command);
    g_free(sink);
}

static gpointer add_sink(OptionReader *reader, gpointer parent, const char *name, char **ret_why)
{
    GPtrArray *sinks = ((DaemonConfig *)parent)->sinks;
    (void)reader;
    for (guint i = 0; name && i < sinks->len; i++)
        if (g_strcmp0(((ConfSink *)sinks->pdata[i])->name, name) == 0) {
            *ret_why = g_strdup_printf("\"%s\" stands in this list already.", name);
            return NULL;
        }
    ConfSink *sink = conf_sink_new(name);
    g_ptr_array_add(sinks, sink);
    return sink;
}

// Which of its own options each kind needs, and which mean nothing to it.
typedef enum { FOREIGN, MAY, MUST } Use;

static const struct {
    const char *option;
    Use use[5]; // by SinkKind
} USES[] = {
    {"url", {MUST, FOREIGN, FOREIGN, FOREIGN, FOREIGN}},
    {"format", {MAY, FOREIGN, FOREIGN, FOREIGN, FOREIGN}},
    {"token_file", {MAY, FOREIGN, FOREIGN, FOREIGN, FOREIGN}},
    {"ca_file", {MAY, FOREIGN, FOREIGN, FOREIGN, FOREIGN}},
    {"command", {FOREIGN, MUST, FOREIGN, FOREIGN, FOREIGN}},
    {"path", {FOREIGN, FOREIGN, MAY, MAY, MUST}},
};

static void check_sink(OptionReader *reader, config_setting_t *setting, gpointer object)
{
    const ConfSink *sink = object;
    const char *kind = name_of(&SINK_KIND_NAMES, (int)sink->kind);
    for (gsize i = 0; i < G_N_ELEMENTS(USES); i++) {
        const config_setting_t *given = option_setting(setting, USES[i].option);
        if (given && USES[i].use[sink->kind] == FOREIGN)
            option_mistake(reader, given, "a sink of kind \"%s\" has no %s.", kind, USES[i].option);
        if (!given && USES[i].use[sink->kind] == MUST)
            option_mistake(reader, setting, "a sink of kind \"%s\" needs %s.", kind,
                           USES[i].option);
    }
    if (sink->command->len && *(const char *)sink->command->pdata[0] != '/')
        option_mistake(reader, option_setting(setting, "command"),
                       "the program is named by its absolute path, and \"%s\" is none.",
                       (const char *)sink->command->pdata[0]);
    if ((sink->kind == SINK_JOURNAL || sink->kind == SINK_SYSLOG) && sink->path &&
        strlen(sink->path) > SOCKET_PATH_MAX)
        option_mistake(reader, option_setting(setting, "path"),
                       "the whole path of a socket has at most %d bytes.", SOCKET_PATH_MAX);
    daemon_check_secret(reader, option_setting(setting, "token_file"), sink->token_file);
}

static const Option SINK_OPTIONS[] = {
    {"name", &OPTION_NAME, OPTION_AT(ConfSink, name), .key = true,
     .help = "The sink. What it has got already is kept under this name."},
    {"kind", &OPTION_CHOICE, OPTION_AT(ConfSink, kind), .names = &SINK_KIND_NAMES, .required = true,
     .help =
         "webhook: HTTP POST, one event each. command: the program is run once for each event, "
         "which "
         "it reads from standard input; exit status 0 means taken. journal, syslog: the sockets of "
         "this machine's logs. file: one line of JSON an event, appended and flushed."},
    {"location", &OPTION_NAME, OPTION_AT(ConfSink, location),
     .help =
         "The location in which the receiver stands. Rule R25 wants two sinks in different ones."},
    {"topics", &OPTION_FLAGS, OPTION_AT(ConfSink, topics), .names = &TOPIC_NAMES,
     .help = "What it is told of; not given: audit, alarm, verdict, checkpoint, notice, reminder "
             "and sink. Where a sink names notice, customers are told through it, and no plan asks "
             "a person to."},
    {"severity", &OPTION_CHOICE, OPTION_AT(ConfSink, severity), .names = &SEVERITY_NAMES,
     .fallback = "info",
     .help =
         "The mildest event that it is told. Audit records and checkpoints are info, a location "
         "that is down is an error."},
    {"format", &OPTION_CHOICE, OPTION_AT(ConfSink, format), .names = &SINK_FORMAT_NAMES,
     .fallback = "cloudevents",
     .help = "cloudevents: CloudEvents 1.0, structured JSON. alertmanager: alarms alone, as "
             "Alertmanager's webhook (version 4) tells them."},
    {"url", &OPTION_URL, OPTION_AT(ConfSink, url), .help = "Of a webhook: where to."},
    {"token_file", &OPTION_PATH, OPTION_AT(ConfSink, token_file),
     .help = "Of a webhook: the file whose first line is its bearer token; owner and mode as for "
             "tokens[]."},
    {"ca_file", &OPTION_PATH, OPTION_AT(ConfSink, ca_file),
     .help = "Of a webhook: PEM file of the only authority that is trusted there."},
    {"command", &OPTION_TEXTS, OPTION_AT(ConfSink, command), .max = 1000,
     .help =
         "Of a command: the program's absolute path, then its arguments. No shell is involved."},
    {"path", &OPTION_PATH, OPTION_AT(ConfSink, path),
     .help = "Of a file: where it is; a file that was moved away is made anew. Of journal and "
             "syslog: the "
             "socket, if it is not /run/systemd/journal/socket or /dev/log."},
    {"timeout", &OPTION_DURATION, OPTION_AT(ConfSink, timeout_ms), 100, 10 * MINUTE_MS,
     .fallback = "10s", .help = "For one delivery, until it counts as failed and is tried again."},
    {"patience", &OPTION_DURATION, OPTION_AT(ConfSink, patience_ms), 0, DAY_MS, .fallback = "1m",
     .help = "A sink that has taken nothing for longer than this raises an alarm."},
};

const OptionSection SINK_SECTION = {
    .what = "sink",
    OPTION_ROWS(SINK_OPTIONS),
    .add = add_sink,
    .check = check_sink,
    .help = "Who is told what happens: at least once, in order, each at its own pace. What a sink "
            "has not "
            "taken yet waits on disk. The program of a command runs as the daemon's user."};
