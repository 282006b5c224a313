#include "command/checkpoint.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "http/ndjson.h"

enum { LINE_MAX_BYTES = 2 * 1024 * 1024, CHECKPOINTS_MAX = 1000000 };

#define CHECKPOINT_TYPE "signalbox.audit.checkpoint"
#define CHECKPOINT_NAMESPACE "checkpoint@signalbox"

typedef struct {
    gint64 seq;
    char hash[AUDIT_HASH_LENGTH + 1];
} Checkpoint;

struct Checkpoints {
    GArray *all; // of Checkpoint, by seq
    guint next;  // the first that the chain has not come to
    guint met;
    const SshTrust *trust;
    gint64 line;   // while reading
    GError *error; // the first thing that is wrong
};

// ---- one event ----

typedef struct {
    bool done;
    bool good;
    char *why;
} Answer;

static void on_checked(const SignatureCheck *check, gpointer data)
{
    Answer *answer = data;
    answer->done = true;
    answer->good = check->state == SIGNATURE_VERIFIED;
    answer->why = g_strdup(check->why);
}

static void check_signature(const WireAt *data, const char *text, gint64 at_ms,
                            const SshTrust *trust)
{
    Answer answer = {0};
    const char *signature = wire_text(data, "signature"), *daemon = wire_text(data, "daemon");
    if (!signature || !daemon)
        return;
    const VerifyQuestion question = {text,   strlen(text), CHECKPOINT_NAMESPACE,
                                     daemon, signature,    at_ms};
    ssh_verify_start(trust, &question, on_checked, &answer);
    while (!answer.done)
        g_main_context_iteration(NULL, TRUE);
    if (!answer.good)
        wire_fail(data, "signature", "is not good: %s", answer.why ? answer.why : "");
    g_free(answer.why);
}

// What was signed is the text; the fields beside it are for people.
static void read_text(Checkpoints *checkpoints, const WireAt *data, const char *text)
{
    g_autoptr(json_t) json =
        wire_parse("The checkpoint", text, strlen(text), LINE_MAX_BYTES, &data->reader->error);
    if (!json)
        return;
    WireAt root = {data->reader, data, "text", 0, json};
    Checkpoint point = {.seq = wire_integer(&root, "seq", 1, WIRE_INTEGER_MAX)};
    const char *hash = wire_text(&root, "hash");
    gint64 at_ms = wire_time_ms(&root, "at");
    if (hash && strlen(hash) != AUDIT_HASH_LENGTH)
        wire_fail(&root, "hash", "expected %d hexadecimal digits.", AUDIT_HASH_LENGTH);
    if (checkpoints->trust && checkpoints->trust->allowed && !data->reader->error)
        check_signature(data, text, at_ms, checkpoints->trust);
    if (data->reader->error || checkpoints->all->len >= CHECKPOINTS_MAX)
        return;
    memcpy(point.hash, hash, sizeof point.hash);
    g_array_append_val(checkpoints->all, point);
}

static void on_line(const char *line, gsize n, void *data)
{
    Checkpoints *checkpoints = data;
    WireReader reader = {0};
    checkpoints->line++;
    if (checkpoints->error || !n)
        return;
    g_autoptr(json_t) json = wire_parse("The event", line, n, LINE_MAX_BYTES, &checkpoints->error);
    if (!json)
        return;
    WireAt root = wire_root(&reader, json);
    const char *type = wire_text(&root, "type");
    if (g_strcmp0(type, CHECKPOINT_TYPE) == 0) {
        WireAt at = wire_object(&root, "data");
        const char *text = wire_text(&at, "text");
        if (text)
            read_text(checkpoints, &at, text);
    }
    wire_reader_finish(&reader, &checkpoints->error);
}

// ---- all of them ----

static int compare(gconstpointer a, gconstpointer b)
{
    gint64 x = ((const Checkpoint *)a)->seq, y = ((const Checkpoint *)b)->seq;
    return x < y ? -1 : x > y;
}

static bool read_file(Checkpoints *checkpoints, FILE *file, GError **error)
{
    char bytes[65536];
    NdjsonReader reader;
    bool ok = true;
    ndjson_reader_init(&reader, LINE_MAX_BYTES, on_line, checkpoints);
    for (gsize n; ok && !checkpoints->error && (n = fread(bytes, 1, sizeof bytes, file)) > 0;)
        ok = ndjson_reader_feed(&reader, bytes, n, error);
    ok = ok && (checkpoints->error || ndjson_reader_end(&reader, error));
    ndjson_reader_release(&reader);
    if (!ok)
        return false;
    if (checkpoints->error)
        g_propagate_prefixed_error(error, g_steal_pointer(&checkpoints->error),
                                   "line %" G_GINT64_FORMAT ": ", checkpoints->line);
    else if (ferror(file))
        g_set_error(error, ERR, ERR_INTERNAL, "It could not be read: %s.", g_strerror(errno));
    else
        return true;
    return false;
}

Checkpoints *checkpoints_read(const char *path, const SshTrust *trust, GError **error)
{
    Checkpoints *checkpoints = g_new0(Checkpoints, 1);
    checkpoints->all = g_array_new(FALSE, FALSE, sizeof(Checkpoint));
    checkpoints->trust = trust;
    FILE *file = fopen(path, "re");
    bool ok = file && read_file(checkpoints, file, error);
    if (!file)
        g_set_error(error, ERR, ERR_INVALID, "It cannot be opened: %s.", g_strerror(errno));
    else
        fclose(file);
    if (!ok) {
        checkpoints_free(checkpoints);
        g_prefix_error(error, "%s: ", path);
        return NULL;
    }
    g_array_sort(checkpoints->all, compare);
    return checkpoints;
}

void checkpoints_free(Checkpoints *checkpoints)
{
    if (!checkpoints)
        return;
    g_array_unref(checkpoints->all);
    g_clear_error(&checkpoints->error);
    g_free(checkpoints);
}

bool checkpoints_hold(Checkpoints *checkpoints, const AuditChain *chain, GError **error)
{
    for (; checkpoints->next < checkpoints->all->len; checkpoints->next++) {
        const Checkpoint *point = &g_array_index(checkpoints->all, Checkpoint, checkpoints->next);
        if (point->seq > chain->seq)
            return true;
        if (point->seq < chain->seq) // before the beginning of this export
            continue;
        if (strcmp(point->hash, chain->hash) != 0) {
            g_set_error(error, ERR, ERR_CORRUPT,
                        "Record %" G_GINT64_FORMAT
                        " has the hash %s, but a checkpoint that left the house says %s: "
                        "the log was rewritten since.",
                        chain->seq, chain->hash, point->hash);
            return false;
        }
        checkpoints->met++;
    }
    return true;
}

bool checkpoints_end(const Checkpoints *checkpoints, const AuditChain *chain, GError **error)
{
    if (checkpoints->next >= checkpoints->all->len)
        return true;
    const Checkpoint *last =
        &g_array_index(checkpoints->all, Checkpoint, checkpoints->all->len - 1);
    g_set_error(error, ERR, ERR_CORRUPT,
                "The log ends at record %" G_GINT64_FORMAT ", but a checkpoint that left the house "
                "knows record %" G_GINT64_FORMAT ": its end was cut off, or the export is older.",
                chain->seq, last->seq);
    return false;
}

guint checkpoints_count(const Checkpoints *checkpoints)
{
    return checkpoints->all->len;
}

guint checkpoints_met(const Checkpoints *checkpoints)
{
    return checkpoints->met;
}
