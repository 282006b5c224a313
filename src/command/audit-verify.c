// The audit log verified: its chain, and every signature in it. An export is enough; no backend is needed.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "base/timefmt.h"
#include "command/audit.h"
#include "command/checkpoint.h"
#include "http/ndjson.h"
#include "ssh/agent.h"
#include "ssh/lists.h"
#include "ssh/verify.h"
#include "wire/audit.h"
#include "wire/statement.h"

enum { RECORD_MAX = 4 * 1024 * 1024 };

typedef struct {
    AuditChain chain;
    gint64 line;
    GPtrArray *signed_;       // of AuditRecord *: those that carry a signature
    guint documents;          // of which the digest is right
    SshTrust trust;           // the lists that are judged by
    Checkpoints *checkpoints; // that the chain must fit; NULL = none are known
    GError *error;            // the first thing that does not fit
} Verifier;

// ---- what is judged by ----

static bool open_lists(const Session *session, SshTrust *trust, GError **error)
{
    const Arguments *args = &session->args;
    if (args->allowed && !(trust->allowed = lists_read_allowed(args->allowed, error)))
        return false;
    return !args->revoked || (trust->revoked = lists_read_revoked(args->revoked, error));
}

// The program is needed only where there is a signature to check.
static bool open_keygen(SshTrust *trust, GError **error)
{
    if (!trust->keygen)
        trust->keygen = agent_program("ssh-keygen", error);
    return trust->keygen != NULL;
}

static void release_trust(SshTrust *trust)
{
    g_free((char *)(gpointer)trust->keygen);
    g_clear_pointer(&trust->allowed, g_bytes_unref);
    g_clear_pointer(&trust->revoked, g_bytes_unref);
}

static void free_record(gpointer record)
{
    audit_record_free(record);
}

static bool open_checkpoints(const Session *session, Verifier *verifier, GError **error)
{
    const char *path = session->args.checkpoints;
    if (!path)
        return true;
    if (verifier->trust.allowed && !open_keygen(&verifier->trust, error))
        return false;
    verifier->checkpoints = checkpoints_read(path, &verifier->trust, error);
    return verifier->checkpoints != NULL;
}

// Release it in any case. False if what the command names cannot be used.
static bool verifier_init(Verifier *verifier, const Session *session, GError **error)
{
    *verifier = (Verifier){.signed_ = g_ptr_array_new_with_free_func(free_record)};
    return open_lists(session, &verifier->trust, error) &&
           open_checkpoints(session, verifier, error);
}

static void verifier_release(Verifier *verifier)
{
    g_ptr_array_unref(verifier->signed_);
    checkpoints_free(verifier->checkpoints);
    release_trust(&verifier->trust);
    g_clear_error(&verifier->error);
}

// ---- what a record says of its signature ----

// The document, read; NULL = it is no statement.
static Statement *statement_of(const AuditRecord *record)
{
    const char *text = record->document ? record->document : "";
    g_autoptr(json_t) json = wire_parse("The document", text, strlen(text), RECORD_MAX, NULL);
    return json ? statement_from_json(json, WIRE_LENIENT, NULL) : NULL;
}

static bool is_approval(const AuditRecord *record)
{
    return g_strcmp0(record->action, "signoff.approve") == 0 ||
           g_strcmp0(record->action, "signoff.break-glass") == 0;
}

// A signature is of the document alone: does the record around it say the same? What was signed for a drill, for
// another operation, or as a yes, is no sign-off of this. NULL = it fits.
static const char *misfit_of(const AuditRecord *record)
{
    g_autoptr(Statement) statement = statement_of(record);
    g_autofree char *object =
        g_strconcat("operation/", statement ? statement->operation : "", NULL);
    if (!statement || g_strcmp0(signature_namespace(statement->kind), record->name_space) != 0)
        return "The namespace is not the one of what was signed.";
    if (!is_approval(record))
        return "What was signed says yes, and this record says something else.";
    if (g_strcmp0(object, record->object) != 0)
        return "What was signed is of another operation than this record.";
    return NULL;
}

// Its statement asks for a signature; a record that has none was not made by signalbox.
static bool lacks_signature(const AuditRecord *record)
{
    g_autoptr(Statement) statement =
        is_approval(record) && !record->signature ? statement_of(record) : NULL;
    return statement && statement->signature == SIGNATURE_REQUIRED;
}

// ---- the chain ----

// What was signed is in the record, and its digest must be the one that was named.
static void take_record(Verifier *verifier, json_t *json)
{
    AuditRecord *record = audit_record_from_json(json, WIRE_LENIENT, &verifier->error);
    if (record && record->document) {
        g_autofree char *digest =
            g_compute_checksum_for_string(G_CHECKSUM_SHA256, record->document, -1);
        if (g_strcmp0(digest, record->digest) != 0)
            verifier->error =
                g_error_new(ERR, ERR_CORRUPT,
                            "Record %" G_GINT64_FORMAT " holds a document whose digest is not the "
                            "one that it names.",
                            record->seq);
        verifier->documents++;
    }
    if (record && (record->signature || lacks_signature(record)))
        g_ptr_array_add(verifier->signed_, record);
    else
        audit_record_free(record);
}

static void on_line(const char *line, gsize n, void *data)
{
    Verifier *verifier = data;
    if (verifier->error) // its line is what is told
        return;
    verifier->line++;
    g_autoptr(json_t) json = wire_parse("The record", line, n, RECORD_MAX, &verifier->error);
    if (json && audit_chain_verify_json(&verifier->chain, json, &verifier->error) &&
        (!verifier->checkpoints ||
         checkpoints_hold(verifier->checkpoints, &verifier->chain, &verifier->error)))
        take_record(verifier, json);
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

// ---- signatures ----

typedef struct {
    bool done;
    SignatureCheck check;
} Answer;

static void on_checked(const SignatureCheck *check, gpointer data)
{
    Answer *answer = data;
    answer->done = true;
    signature_check_copy(check, &answer->check);
}

static bool is_good(const SshTrust *trust, const SignatureCheck *check)
{
    return check->state == SIGNATURE_VERIFIED ||
           (!trust->allowed && check->state == SIGNATURE_NOT_ALLOWED);
}

// Validity is judged at the moment of the record. Without a list of allowed signers only whether the signature fits:
// then the state is SIGNATURE_NOT_ALLOWED.
static SignatureCheck check_record(const SshTrust *trust, const AuditRecord *record)
{
    Answer answer = {0};
    if (!record->signature) // it lacks one that its statement asks for
        return (SignatureCheck){
            .state = SIGNATURE_NONE,
            .why = g_strdup("Its statement asks for a signature, and there is none.")};
    const char *text = record->document ? record->document : "";
    const VerifyQuestion question = {
        text,          strlen(text),      record->name_space ? record->name_space : "",
        record->actor, record->signature, record->at_ms};
    ssh_verify_start(trust, &question, on_checked, &answer);
    while (!answer.done)
        g_main_context_iteration(NULL, TRUE);
    signature_hold_against(&answer.check, record->key);
    const char *misfit = is_good(trust, &answer.check) ? misfit_of(record) : NULL;
    if (misfit) {
        answer.check.state = SIGNATURE_WRONG_NAMESPACE;
        g_free(answer.check.why);
        answer.check.why = g_strdup(misfit);
    }
    return answer.check;
}

static void print_check(const Session *session, const SshTrust *trust, const AuditRecord *record,
                        const SignatureCheck *check)
{
    char at[32];
    time_format_full(record->at_ms, at);
    g_autofree char *what =
        g_strdup_printf("record %" G_GINT64_FORMAT ": %s of %s by %s", record->seq, record->action,
                        record->object, record->actor);
    if (!is_good(trust, check))
        print_line(session, "%s: NOT VERIFIED (%s). %s", what,
                   word_of(&SIGNATURE_STATE_NAMES, (int)check->state),
                   check->why ? check->why : "");
    else if (trust->allowed)
        print_line(session, "%s: signed with %s, a key of %s for %s; its validity judged at %s",
                   what, check->key, record->actor, record->name_space, at);
    else
        print_line(session, "%s: signed with %s for %s; whose key that is was not checked", what,
                   check->key, record->name_space);
}

static json_t *check_to_json(const SshTrust *trust, const AuditRecord *record,
                             const SignatureCheck *check)
{
    json_t *json = json_object();
    json_object_set_new(json, "seq", json_integer(record->seq));
    wire_set_text(json, "actor", record->actor);
    wire_set_text(json, "action", record->action);
    wire_set_text(json, "object", record->object);
    wire_set_text(json, "key", check->key);
    wire_set_text(json, "state",
                  trust->allowed || !is_good(trust, check)
                      ? word_of(&SIGNATURE_STATE_NAMES, (int)check->state)
                      : "fits");
    wire_set_time_ms(json, "judged_at", record->at_ms);
    wire_set_text(json, "why", is_good(trust, check) ? NULL : check->why);
    return json;
}

// Checks and tells them all; how many are no good.
static guint check_signatures(const Session *session, const Verifier *verifier,
                              const SshTrust *trust, json_t *list)
{
    guint bad = 0;
    for (guint i = 0; i < verifier->signed_->len; i++) {
        const AuditRecord *record = verifier->signed_->pdata[i];
        SignatureCheck check = check_record(trust, record);
        bad += !is_good(trust, &check);
        if (session->json)
            json_array_append_new(list, check_to_json(trust, record, &check));
        else
            print_check(session, trust, record, &check);
        signature_check_release(&check);
    }
    return bad;
}

// ---- what was found ----

static json_t *found_json(const Verifier *verifier, guint bad, json_t *signatures)
{
    const AuditChain *chain = &verifier->chain;
    json_t *json = json_pack("{s:b, s:I, s:s, s:O}", "verified", bad == 0, "seq",
                             (json_int_t)chain->seq, "hash", chain->hash, "signatures", signatures);
    if (verifier->checkpoints)
        json_object_set_new(json, "checkpoints",
                            json_integer(checkpoints_met(verifier->checkpoints)));
    return json;
}

static void print_checkpoints(const Session *session, const Checkpoints *checkpoints)
{
    if (checkpoints)
        print_line(session, "%u of %u checkpoint%s that left the house found in it%s.",
                   checkpoints_met(checkpoints), checkpoints_count(checkpoints),
                   text_plural(checkpoints_count(checkpoints)),
                   session->args.allowed ? ", their signatures are good" : "");
}

static int tell(const Session *session, const Verifier *verifier)
{
    const AuditChain *chain = &verifier->chain;
    const SshTrust *trust = &verifier->trust;
    g_autoptr(json_t) list = json_array();
    guint bad = check_signatures(session, verifier, trust, list);
    if (session->json)
        print_json(session, found_json(verifier, bad, list));
    else
        print_line(session,
                   "The chain holds: %" G_GINT64_FORMAT
                   " record%s, head %s; %u sign-off%s with what was signed, %u signature%s.",
                   chain->seq, text_plural(chain->seq), chain->hash, verifier->documents,
                   text_plural(verifier->documents), verifier->signed_->len,
                   text_plural(verifier->signed_->len));
    if (!session->json)
        print_checkpoints(session, verifier->checkpoints);
    if (bad)
        return session_complain(session, EXIT_REFUSED, "%u of %u signature%s %s not verified.", bad,
                                verifier->signed_->len, text_plural(verifier->signed_->len),
                                bad == 1 ? "is" : "are");
    return EXIT_FINE;
}

static int report(const Session *session, Verifier *verifier)
{
    g_autoptr(GError) error = NULL;
    if (verifier->error)
        return session_complain(session, EXIT_REFUSED, "line %" G_GINT64_FORMAT ": %s",
                                verifier->line, verifier->error->message);
    if (!verifier->chain.seq)
        return session_complain(session, EXIT_REFUSED, "There is no record to verify.");
    if (verifier->checkpoints && !checkpoints_end(verifier->checkpoints, &verifier->chain, &error))
        return session_complain(session, EXIT_REFUSED, "%s", error->message);
    if (verifier->signed_->len && !open_keygen(&verifier->trust, &error))
        return session_complain(session, EXIT_USAGE, "%s", error->message);
    return tell(session, verifier);
}

static int verify_stream(Session *session, FILE *file)
{
    Verifier verifier;
    NdjsonReader reader;
    g_autoptr(GError) error = NULL;
    bool known = verifier_init(&verifier, session, &error);
    ndjson_reader_init(&reader, RECORD_MAX, on_line, &verifier);
    int code = !known ? session_complain(session, EXIT_USAGE, "%s", error->message)
               : read_all(&reader, &verifier, file, &error)
                   ? report(session, &verifier)
                   : session_complain(session, EXIT_REFUSED, "after line %" G_GINT64_FORMAT ": %s",
                                      verifier.line, error->message);
    ndjson_reader_release(&reader);
    verifier_release(&verifier);
    return code;
}

int audit_verify_file(Session *session, const char *path)
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

static void verify_text(Verifier *verifier, const char *text)
{
    NdjsonReader reader;
    ndjson_reader_init(&reader, RECORD_MAX, on_line, verifier);
    if (ndjson_reader_feed(&reader, text, strlen(text), &verifier->error) && !verifier->error)
        ndjson_reader_end(&reader, &verifier->error);
    ndjson_reader_release(&reader);
}

// The backend's own log: its chain, and that it reaches the head that the backend shows.
int audit_verify_backend(Session *session)
{
    Verifier verifier;
    int code = EXIT_FINE;
    g_autofree char *hash = NULL;
    g_autoptr(GError) error = NULL;
    if (!session_connect(session, &code))
        return code;
    gint64 seq = audit_head(session, &hash, &code);
    g_autofree char *text = seq < 0 ? NULL : session_get_text(session, "/v1/audit/export", &code);
    if (!text)
        return code;
    if (!seq && !*text && !session->json && !session->args.checkpoints) {
        print_line(session, "The log is empty.");
        return EXIT_FINE;
    }
    if (!verifier_init(&verifier, session, &error)) {
        verifier_release(&verifier);
        return session_complain(session, EXIT_USAGE, "%s", error->message);
    }
    verify_text(&verifier, text);
    if (!verifier.error && verifier.chain.seq < seq)
        verifier.error = g_error_new(
            ERR, ERR_CORRUPT,
            "The log ends here, but its head is record %" G_GINT64_FORMAT " (%s).", seq, hash);
    code = report(session, &verifier);
    verifier_release(&verifier);
    return code;
}
