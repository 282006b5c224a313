// Alarms: listed, acknowledged.
#include "base/text.h"
#include "command/command.h"
#include "view/badge.h"
#include "view/frame.h"
#include "wire/status.h"

static const char *state_of(const Alarm *alarm)
{
    return alarm->ended_ms ? "over" : alarm->acknowledged_by ? "acknowledged" : "active";
}

static void alarm_row(Printer *printer, const Alarm *alarm, gint64 now_ms)
{
    char since[16];
    g_autofree char *more = alarm->consequences ? g_strdup_printf("%u", alarm->consequences) : NULL;
    age_format(alarm->since_ms, now_ms, since);
    printer_row(printer, alarm->id, word_of(&SEVERITY_NAMES, (int)alarm->severity), state_of(alarm),
                since, alarm->acknowledged_by, more, alarm->text);
}

static void print_alarms(const Session *session, const Picture *picture)
{
    static const char *const HEADS[] = {"ALARM", "SEVERITY", "STATE", "SINCE",
                                        "BY",    "CAUSED",   "TEXT",  NULL};
    gint64 now_ms = picture_now(picture, clock_wall_ms(session->clock));
    Printer *printer = printer_new(session, HEADS);
    for (guint i = 0; i < picture_count(picture, SHELF_ALARMS); i++)
        alarm_row(printer, picture_at(picture, SHELF_ALARMS, i), now_ms);
    printer_end(printer, "There is no alarm.");
}

int run_alarms(Session *session, int argc, char **argv)
{
    int code = EXIT_FINE;
    Attention attention;
    if (has_extra(session, argc, argv))
        return EXIT_USAGE;
    const Picture *picture = session_picture(session, &code);
    if (!picture)
        return code;
    if (session->json)
        print_json(session,
                   json_pack("{s:o}", "alarms", shelf_json(picture, SHELF_ALARMS, &ALARM_SHAPE)));
    else
        print_alarms(session, picture);
    attention_count(picture, &attention);
    return attention.critical ? EXIT_DOWN : EXIT_FINE;
}

void ack_options(Session *session, GOptionContext *context)
{
    const GOptionEntry entries[] = {{"note", 0, 0, G_OPTION_ARG_FILENAME, &session->args.note,
                                     "What is known of it; goes into the audit log", "TEXT"},
                                    {"withdraw", 0, 0, G_OPTION_ARG_NONE, &session->args.undo,
                                     "Takes the acknowledgement back", NULL},
                                    {"reason", 'r', 0, G_OPTION_ARG_FILENAME, &session->args.reason,
                                     "With --withdraw: why; goes into the audit log", "TEXT"},
                                    G_OPTION_ENTRY_NULL};
    g_option_context_add_main_entries(context, entries, NULL);
}

int run_ack(Session *session, int argc, char **argv)
{
    int code = EXIT_FINE;
    bool back = session->args.undo;
    if (argc != 2 || back != text_has_word(session->args.reason) || (back && session->args.note))
        return session_complain(session, EXIT_USAGE,
                                "expected: signalbox ack ID [--note TEXT | --withdraw --reason "
                                "TEXT]");
    if (!session_connect(session, &code))
        return code;
    g_autofree char *id = g_uri_escape_string(argv[1], NULL, FALSE);
    g_autofree char *path =
        g_strdup_printf("/v1/alarms/%s/%s", id, back ? "withdraw" : "acknowledge");
    json_t *body = json_object();
    if (session->args.note)
        wire_set_text(body, "note", session->args.note);
    if (back)
        wire_set_text(body, "reason", session->args.reason);
    g_autoptr(json_t) json = session_post(session, path, body, 0, &code);
    if (!json)
        return code;
    if (session->json)
        print_json(session, json_incref(json));
    else
        print_line(session, back ? "%s: waits for somebody again." : "%s: acknowledged.", argv[1]);
    return EXIT_FINE;
}
