// May a failover start by itself? Shown, disarmed for a time, armed again.
#include <string.h>

#include "base/text.h"
#include "base/timefmt.h"
#include "command/command.h"
#include "wire/status.h"

void automation_options(Session *session, GOptionContext *context)
{
    const GOptionEntry entries[] = {{"for", 0, 0, G_OPTION_ARG_STRING, &session->args.lasts,
                                     "off: for how long (2h, 30m; at most 7d)", "DURATION"},
                                    {"reason", 'r', 0, G_OPTION_ARG_FILENAME, &session->args.reason,
                                     "Why; everybody sees it", "TEXT"},
                                    G_OPTION_ENTRY_NULL};
    g_option_context_add_main_entries(context, entries, NULL);
}

static void state_row(Printer *printer, const char *name, bool off, const char *why,
                      gint64 until_ms)
{
    char until[32];
    time_format_full(until_ms, until);
    printer_row(printer, name, off ? "off" : "armed", off ? until : NULL, why);
}

static int show(Session *session)
{
    static const char *const HEADS[] = {"GROUP", "AUTOMATION", "UNTIL", "WHY", NULL};
    int code = EXIT_FINE;
    const Picture *picture = session_picture(session, &code);
    if (!picture)
        return code;
    const FrameStatus *frame = &picture->frame;
    if (session->json) {
        g_autoptr(json_t) whole = shape_to_json(&FRAME_SHAPE, frame);
        print_json(session,
                   json_pack("{s:O, s:o}", "automation", json_object_get(whole, "automation"),
                             "groups", shelf_json(picture, SHELF_GROUPS, &GROUP_SHAPE)));
        return EXIT_FINE;
    }
    Printer *printer = printer_new(session, HEADS);
    state_row(printer, "(all)", frame->automation_off, frame->automation_why,
              frame->automation_until_ms);
    for (guint i = 0; i < picture_count(picture, SHELF_GROUPS); i++) {
        const GroupStatus *group = picture_at(picture, SHELF_GROUPS, i);
        state_row(printer, group->name, group->automation_off, group->automation_why,
                  group->automation_until_ms);
    }
    printer_end(printer, "");
    return EXIT_FINE;
}

// Milliseconds; -1 = told.
static gint64 read_length(const Session *session)
{
    g_autoptr(GError) error = NULL;
    gint64 length_ms = 0;
    if (duration_parse(session->args.lasts, &length_ms, &error))
        return length_ms;
    session_complain(session, EXIT_USAGE, "--for: %s", error->message);
    return -1;
}

static int change(Session *session, bool arm, const char *group, gint64 length_ms)
{
    int code = EXIT_FINE;
    if (!session_connect(session, &code))
        return code;
    g_autofree char *name = group ? g_uri_escape_string(group, NULL, FALSE) : NULL;
    g_autofree char *path =
        name ? g_strdup_printf("/v1/groups/%s/automation", name) : g_strdup("/v1/automation");
    json_t *body = json_object();
    json_object_set_new(body, "arm", json_boolean(arm));
    wire_set_text(body, "reason", session->args.reason);
    if (!arm)
        wire_set_time_ms(body, "until", session_now_ms(session) + length_ms);
    g_autoptr(json_t) json = session_post(session, path, body, 0, &code);
    if (!json)
        return code;
    if (session->json)
        print_json(session, json_incref(json));
    else
        print_line(session, "Automation of %s is %s.", group ? group : "the whole fleet",
                   arm ? "armed" : "off");
    return EXIT_FINE;
}

int run_automation(Session *session, int argc, char **argv)
{
    if (argc == 1)
        return show(session);
    bool arm = strcmp(argv[1], "on") == 0;
    bool known = arm || strcmp(argv[1], "off") == 0;
    if (!known || argc > 3 || !text_has_word(session->args.reason) || arm != !session->args.lasts)
        return session_complain(session, EXIT_USAGE,
                                "expected: signalbox automation off [GROUP] --for DURATION "
                                "--reason TEXT, or automation on [GROUP] --reason TEXT");
    gint64 length_ms = arm ? 0 : read_length(session);
    if (length_ms < 0)
        return EXIT_USAGE;
    return change(session, arm, argc == 3 ? argv[2] : NULL, length_ms);
}
