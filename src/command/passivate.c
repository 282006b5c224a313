// Switching an instance off by hand: the way out of a split brain.
#include "base/text.h"
#include "command/command.h"

void passivate_options(Session *session, GOptionContext *context)
{
    const GOptionEntry entries[] = {{"reason", 'r', 0, G_OPTION_ARG_FILENAME, &session->args.reason,
                                     "Why; goes into the audit log", "TEXT"},
                                    {"holder", 0, 0, G_OPTION_ARG_NONE, &session->args.holder,
                                     "Also the side that has the role: then none is active", NULL},
                                    {"withdraw", 0, 0, G_OPTION_ARG_NONE, &session->args.undo,
                                     "Takes it back, while it is not seen off", NULL},
                                    G_OPTION_ENTRY_NULL};
    g_option_context_add_main_entries(context, entries, NULL);
}

int run_passivate(Session *session, int argc, char **argv)
{
    int code = EXIT_FINE;
    if (argc != 3 || !text_has_word(session->args.reason))
        return session_complain(session, EXIT_USAGE,
                                "expected: signalbox passivate GROUP/WORKLOAD LOCATION --reason "
                                "TEXT [--holder | --withdraw]");
    if (session->args.holder && session->args.undo)
        return session_complain(session, EXIT_USAGE, "--holder and --withdraw exclude each other");
    if (!session_connect(session, &code))
        return code;
    json_t *body = json_object();
    wire_set_text(body, "workload", argv[1]);
    wire_set_text(body, "location", argv[2]);
    wire_set_text(body, "reason", session->args.reason);
    if (session->args.holder)
        json_object_set_new(body, "holder", json_true());
    const char *path = session->args.undo ? "/v1/passivations/withdraw" : "/v1/passivations";
    g_autoptr(json_t) json = session_post(session, path, body, 0, &code);
    if (!json)
        return code;
    if (session->json)
        print_json(session, json_incref(json));
    else
        print_line(
            session,
            session->args.undo
                ? "%s in %s: is not to be switched off any more; what had left is not called "
                  "back."
                : "%s in %s: is being switched off; `signalbox roles` shows when it is.",
            argv[1], argv[2]);
    return EXIT_FINE;
}
