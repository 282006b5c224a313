// The audit log: read, exported, verified. Verifying needs no backend: the export is enough.
#include "wire/audit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/timefmt.h"
#include "command/command.h"
#include "http/ndjson.h"

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

// The newest record's seq; -1 = told.
static gint64 head_of_log(Session *session, char **ret_hash, int *ret_exit)
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
        seq = head_of_log(session, NULL, ret_exit);
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

// ---- verifying ----

typedef struct {
    AuditChain chain;
    gint64 line;
    GError *error; // the first thing that does not fit
} Verifier;

static void on_line(const char *line, gsize n, void *data)
{
    Verifier *verifier = data;
    verifier->line++;
    if (verifier->error)
        return;
    g_autoptr(json_t) json = wire_parse("The record", line, n, RECORD_MAX, &verifier->error);
    if (json)
        audit_chain_verify_json(&verifier->chain, json, &verifier->error);
}

static bool read_all(NdjsonReader *reader, const Verifier *verifier, FILE *file, GError **error)
{
    char bytes[65536];
    for (gsize n; !verifier->error && (n = fread(bytes, 1, sizeof bytes, file)) > 0;)
        if (!ndjson_reader_feed(reader, bytes, n, error))
            return false;
    if (ferror(file)) {
        g_set_error(error, ERR, ERR_INTERNAL, "It could not be read: %s.", g_strerror(errno));
        return false;
    }
    return verifier->error || ndjson_reader_end(reader, error);
}

static int report(const Session *session, const Verifier *verifier)
{
    const AuditChain *chain = &verifier->chain;
    if (verifier->error)
        return session_complain(session, EXIT_REFUSED, "line %" G_GINT64_FORMAT ": %s",
                                verifier->line, verifier->error->message);
    if (!chain->seq)
        return session_complain(session, EXIT_REFUSED, "There is no record to verify.");
    if (session->json)
        print_json(session, json_pack("{s:b, s:I, s:s}", "verified", 1, "seq",
                                      (json_int_t)chain->seq, "hash", chain->hash));
    else
        print_line(session, "The chain holds: %" G_GINT64_FORMAT " records, head %s", chain->seq,
                   chain->hash);
    return EXIT_FINE;
}

static int verify_stream(Session *session, FILE *file)
{
    Verifier verifier = {0};
    NdjsonReader reader;
    g_autoptr(GError) error = NULL;
    ndjson_reader_init(&reader, RECORD_MAX, on_line, &verifier);
    bool ok = read_all(&reader, &verifier, file, &error);
    int code = ok ? report(session, &verifier)
                  : session_complain(session, EXIT_REFUSED, "after line %" G_GINT64_FORMAT ": %s",
                                     verifier.line, error->message);
    ndjson_reader_release(&reader);
    g_clear_error(&verifier.error);
    return code;
}

static int verify_file(Session *session, const char *path)
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

// The backend's own log: its chain, and that it reaches the head that the backend shows.
static int verify_backend(Session *session)
{
    Verifier verifier = {0};
    NdjsonReader reader;
    int code = EXIT_FINE;
    g_autofree char *hash = NULL;
    if (!session_connect(session, &code))
        return code;
    gint64 seq = head_of_log(session, &hash, &code);
    g_autofree char *text = seq < 0 ? NULL : session_get_text(session, "/v1/audit/export", &code);
    if (!text)
        return code;
    if (!seq && !*text && !session->json) {
        print_line(session, "The log is empty.");
        return EXIT_FINE;
    }
    ndjson_reader_init(&reader, RECORD_MAX, on_line, &verifier);
    if (ndjson_reader_feed(&reader, text, strlen(text), &verifier.error) && !verifier.error)
        ndjson_reader_end(&reader, &verifier.error);
    if (!verifier.error && verifier.chain.seq < seq)
        verifier.error = g_error_new(
            ERR, ERR_CORRUPT,
            "The log ends here, but its head is record %" G_GINT64_FORMAT " (%s).", seq, hash);
    code = report(session, &verifier);
    ndjson_reader_release(&reader);
    g_clear_error(&verifier.error);
    return code;
}

int run_audit(Session *session, int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "list") == 0)
        return list_records(session);
    if (argc == 2 && strcmp(argv[1], "export") == 0)
        return export_records(session);
    if (argc == 2 && strcmp(argv[1], "verify") == 0)
        return verify_backend(session);
    if (argc == 3 && strcmp(argv[1], "verify") == 0)
        return verify_file(session, argv[2]);
    return session_complain(session, EXIT_USAGE,
                            "expected: signalbox audit list, export, or verify [FILE]");
}
