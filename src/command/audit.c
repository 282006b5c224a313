// The audit log: read and exported.
#include "wire/audit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/timefmt.h"
#include "command/audit.h"

enum { LIST_DEFAULT = 50 };

void audit_options(Session *session, GOptionContext *context)
{
    const GOptionEntry entries[] = {
        {"from", 0, 0, G_OPTION_ARG_STRING, &session->args.from,
         "list: after this seq (the last 50)", "SEQ"},
        {"allowed-signers", 0, 0, G_OPTION_ARG_FILENAME, &session->args.allowed,
         "verify: whose SSH key is whose (ssh-keygen(1))", "FILE"},
        {"revoked", 0, 0, G_OPTION_ARG_FILENAME, &session->args.revoked,
         "verify: keys that count no longer", "FILE"},
        {"checkpoints", 0, 0, G_OPTION_ARG_FILENAME, &session->args.checkpoints,
         "verify: events of a sink, whose checkpoints must fit", "FILE"},
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

gint64 audit_head(Session *session, char **ret_hash, int *ret_exit)
{
    g_autoptr(json_t) head = session_get(session, "/v1/audit/head", ret_exit);
    g_autoptr(GError) error = NULL;
    if (!head)
        return -1;
    WireReader reader = {0};
    WireAt root = wire_root(&reader, head);
    gint64 seq = wire_integer(&root, "seq", 0, WIRE_INTEGER_MAX);
    g_autofree char *hash = g_strdup(wire_text_opt(&root, "hash", ""));
    if (!wire_reader_finish(&reader, &error)) {
        *ret_exit = session_nonsense(session, error);
        return -1;
    }
    if (ret_hash)
        *ret_hash = g_steal_pointer(&hash);
    return seq;
}

// After which record the list begins; -1 = told.
static gint64 start_of_list(Session *session, int *ret_exit)
{
    const char *from = session->args.from;
    gint64 seq = 0;
    if (!from) {
        seq = audit_head(session, NULL, ret_exit);
        return seq < 0 ? -1 : MAX(seq - LIST_DEFAULT, (gint64)0);
    }
    if (g_ascii_string_to_signed(from, 10, 0, WIRE_INTEGER_MAX, &seq, NULL))
        return seq;
    *ret_exit = session_complain(session, EXIT_USAGE, "--from is the seq of a record, from 0");
    return -1;
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
        print_json(session, json_incref(json));
        return EXIT_FINE;
    }
    Printer *printer = printer_new(session, HEADS);
    json_t *records = json_object_get(json, "records");
    gsize count = json_array_size(records);
    for (gsize i = 0; i < count; i++)
        record_row(printer, json_array_get(records, i));
    printer_end(printer, "There is no record.");
    if (json_is_true(json_object_get(json, "more")))
        print_error(session, "there are more: --from %" G_GINT64_FORMAT, after + (gint64)count);
    return EXIT_FINE;
}

static int export_records(Session *session)
{
    int code = EXIT_FINE;
    if (!session_connect(session, &code))
        return code;
    g_autofree char *text = session_get_text(session, "/v1/audit/export", &code);
    if (text)
        print_exactly(session, text);
    return code;
}

int run_audit(Session *session, int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "list") == 0)
        return list_records(session);
    if (argc == 2 && strcmp(argv[1], "export") == 0)
        return export_records(session);
    if (argc == 2 && strcmp(argv[1], "verify") == 0)
        return audit_verify_backend(session);
    if (argc == 3 && strcmp(argv[1], "verify") == 0)
        return audit_verify_file(session, argv[2]);
    return session_complain(session, EXIT_USAGE,
                            "expected: signalbox audit list, export, or verify [FILE] "
                            "[--allowed-signers FILE] [--revoked FILE] [--checkpoints FILE]");
}
