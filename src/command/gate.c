// May a deployment go on? (F5)
#include <string.h>

#include "command/command.h"

int run_gate(Session *session, int argc, char **argv)
{
    int code = EXIT_FINE;
    if (argc != 3 || strcmp(argv[1], "maintenance") != 0)
        return session_complain(session, EXIT_USAGE, "expected: signalbox gate maintenance GROUP");
    if (!session_connect(session, &code))
        return code;
    g_autofree char *group = g_uri_escape_string(argv[2], NULL, FALSE);
    g_autofree char *path = g_strdup_printf("/v1/groups/%s/gates/maintenance", group);
    g_autoptr(json_t) json = session_get(session, path, &code);
    if (!json)
        return code;
    WireReader reader = {0};
    WireAt root = wire_root(&reader, json);
    g_autofree char *state = g_strdup(wire_text(&root, "state"));
    g_autofree char *why = g_strdup(wire_text_opt(&root, "why", ""));
    g_autoptr(GError) error = NULL;
    if (!wire_reader_finish(&reader, &error))
        return session_nonsense(session, error);
    if (session->json)
        print_json(session, json_incref(json));
    else
        print_line(session, "%s%s%s", state, *why ? ": " : "", why);
    return strcmp(state, "open") == 0 ? EXIT_FINE : EXIT_REFUSED; // what is not open is closed
}
