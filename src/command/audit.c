// The audit log: read, exported, verified. Verifying needs no backend: the export is enough.
#include "wire/audit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/timefmt.h"
#include "command/command.h"

enum { LIST_DEFAULT = 50, RECORD_MAX = 4 * 1024 * 1024 };

void audit_options(Session *session, GOptionContext *context)
{
    const GOptionEntry entries[] = {{"from", 0, 0, G_OPTION_ARG_STRING, &session->args.from,
                                     "list: after this seq (the last 50)", "SEQ"},
                                    G_OPTION_ENTRY_NULL};
    g_option_context_add_main_entries(context, entries, NULL);
}

static void record_row(Printer *printer, json_t *json)
{
    g_autoptr(AuditRecord) record = audit_record_from_json(json, WIRE_LENIENT, NULL);
    char at[32];
    if (!record)
        return;
    g_autofree char *seq = g_strdup_printf("%" G_GINT64_FORMAT, record->seq);
    time_format_full(record->at_ms, at);
    printer_row(printer, seq, at, record->actor, record->action, record->object, record->detail);
}

static gint64 start_of_list(Session *session, int *ret_exit)
{
    if (session->args.from)
        return g_ascii_strtoll(session->args.from, NULL, 10);
    g_autoptr(json_t) head = session_get(session, "/v1/audit/head", ret_exit);
    WireReader reader = {0};
    WireAt root = head ? wire_root(&reader, head) : (WireAt){0};
    gint64 seq = head ? wire_integer(&root, "seq", 0, WIRE_INTEGER_MAX) : -1;
    if (head)
        wire_reader_finish(&reader, NULL);
    return seq < 0 ? -1 : MAX(seq - LIST_DEFAULT, (gint64)0);
}

static int list_records(Session *session)
{
    static const char *const HEADS[] = {"SEQ", "TIME", "ACTOR", "ACTION", "OBJECT", "DETAIL", NULL};
    int code = EXIT_FINE;
    if (!session_connect(session, &code))
        return code;
    gint64 after = start_of_list(session, &code);
    if (after < 0)
        return code;
    g_autofree char *path = g_strdup_printf("/v1/audit?after=%" G_GINT64_FORMAT, after);
    g_autoptr(json_t) json = session_get(session, path, &code);
    if (!json)
        return code;
    if (session->json) {
        session_print_json(json_incref(json));
        return EXIT_FINE;
    }
    Printer *printer = printer_new(HEADS);
    json_t *records = json_object_get(json, "records");
    for (size_t i = 0; i < json_array_size(records); i++)
        record_row(printer, json_array_get(records, i));
    printer_end(printer, "The log is empty.");
    return EXIT_FINE;
}

static int export_records(Session *session)
{
    int code = EXIT_FINE;
    if (!session_connect(session, &code))
        return code;
    g_autofree char *text = session_get_text(session, "/v1/audit/export", &code);
    if (!text)
        return code;
    if (fputs(text, stdout) < 0 || fflush(stdout) != 0)
        return session_complain(session, EXIT_REFUSED, "The export could not be written: %s.",
                                g_strerror(errno));
    return EXIT_FINE;
}

static bool verify_line(AuditChain *chain, const char *line, gsize n, GError **error)
{
    g_autoptr(json_t) json = wire_parse("The record", line, n, RECORD_MAX, error);
    return json && audit_chain_verify_json(chain, json, error);
}

static int verify_stream(Session *session, FILE *file)
{
    AuditChain chain = {0};
    g_autoptr(GError) error = NULL;
    char *line = NULL;
    size_t room = 0;
    gint64 number = 0;
    bool ok = true;
    for (ssize_t n; ok && (n = getline(&line, &room, file)) > 0;) {
        number++;
        ok = verify_line(&chain, line, (gsize)n, &error);
    }
    free(line);
    if (!ok)
        return session_complain(session, EXIT_REFUSED, "line %" G_GINT64_FORMAT ": %s", number,
                                error->message);
    if (!chain.seq)
        return session_complain(session, EXIT_REFUSED, "There is no record to verify.");
    if (session->json)
        session_print_json(json_pack("{s:b, s:I, s:s}", "verified", 1, "seq", (json_int_t)chain.seq,
                                     "hash", chain.hash));
    else
        print_line("The chain holds: %" G_GINT64_FORMAT " records, head %s", chain.seq, chain.hash);
    return EXIT_FINE;
}

static int verify_records(Session *session, const char *path)
{
    if (strcmp(path, "-") == 0)
        return verify_stream(session, stdin);
    FILE *file = fopen(path, "re");
    if (!file)
        return session_complain(session, EXIT_USAGE, "%s cannot be opened: %s.", path,
                                g_strerror(errno));
    int code = verify_stream(session, file);
    fclose(file);
    return code;
}

int run_audit(Session *session, int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "list") == 0)
        return list_records(session);
    if (argc == 2 && strcmp(argv[1], "export") == 0)
        return export_records(session);
    if (argc == 3 && strcmp(argv[1], "verify") == 0)
        return verify_records(session, argv[2]);
    return session_complain(session, EXIT_USAGE,
                            "expected: signalbox audit list, export, or verify FILE");
}
