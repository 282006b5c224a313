// An operation's whole story: Markdown for the post-mortem, or JSON.
#include "command/command.h"

int run_report(Session *session, int argc, char **argv)
{
    int code = EXIT_FINE;
    if (argc != 2)
        return session_complain(session, EXIT_USAGE, "expected: signalbox report ID");
    if (!session_connect(session, &code))
        return code;
    g_autofree char *path =
        operation_path(argv[1], session->json ? "/report" : "/report?format=markdown");
    if (session->json) {
        json_t *json = session_get(session, path, &code);
        if (json)
            print_json(session, json);
        return json ? EXIT_FINE : code;
    }
    g_autofree char *text = session_get_text(session, path, &code);
    if (!text)
        return code;
    g_auto(GStrv) lines = g_strsplit(g_strchomp(text), "\n", -1);
    for (char **line = lines; *line; line++)
        print_line(session, "%s", *line);
    return EXIT_FINE;
}
