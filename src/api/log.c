// The audit log as asked for: pages, the head, the whole for verification elsewhere.
#include <string.h>

#include "api/private.h"
#include "api/reply.h"
#include "model/refusal.h"
#include "httpd/stream.h"
#include "wire/audit.h"
#include "wire/problem.h"

enum {
    PAGE = 200,
    PAGE_MAX = 1000,
    EXPORT_QUEUE = 8 * 1024 * 1024, // holds any record, and any piece
    EXPORT_PIECE = 64 * 1024        // lines are sent together up to this
};

static void reply_page(const GPtrArray *records, bool more, const GError *error, gpointer data)
{
    HttpRequest *request = data;
    if (error) {
        reply_error(request, error);
        return;
    }
    json_t *list = json_array();
    for (guint i = 0; i < records->len; i++)
        json_array_append_new(list, audit_record_to_json(records->pdata[i]));
    reply_json(request, 200, json_pack("{s:o, s:b}", "records", list, "more", more), 0);
}

static bool read_after(HttpRequest *request, gint64 *ret_after, guint *ret_limit)
{
    const char *after = http_request_query(request, "after"),
               *limit = http_request_query(request, "limit");
    guint64 count = PAGE;
    if (after && !g_ascii_string_to_signed(after, 10, 0, G_MAXINT64, ret_after, NULL)) {
        reply_refusal(request, REFUSAL_BAD_REQUEST,
                      "after is \"%.40s\"; expected the seq of a record.", after);
        return false;
    }
    if (limit && !g_ascii_string_to_unsigned(limit, 10, 1, PAGE_MAX, &count, NULL)) {
        reply_refusal(request, REFUSAL_BAD_REQUEST, "limit is \"%.40s\"; expected 1 to %d.", limit,
                      PAGE_MAX);
        return false;
    }
    *ret_limit = (guint)count;
    return true;
}

void get_audit(HttpRequest *request, void *data)
{
    Api *api = data;
    gint64 after = 0;
    guint limit = PAGE;
    if (read_after(request, &after, &limit))
        engine_audit(api->config.engine, after, limit, reply_page, request);
}

void get_audit_head(HttpRequest *request, void *data)
{
    const FrameStatus *frame = engine_frame(((Api *)data)->config.engine);
    json_t *json = json_object();
    json_object_set_new(json, "seq", json_integer(frame->audit_seq));
    wire_set_text(json, "hash", frame->audit_hash);
    reply_json(request, 200, json, 0);
}

// ---- export: page after page as the reader takes them ----

typedef struct {
    Engine *engine;
    HttpStream *stream; // NULL = the reader has gone
    gint64 after;
    bool asking;
    bool waiting; // the queue is full: go on when it has run empty
} Export;

static void export_more(Export *export);

static void export_end(Export *export)
{
    if (export->stream)
        http_stream_end(export->stream);
    g_free(export);
}

// A log that ends early must not look whole: its last line is no record but says why.
static void send_problem(HttpStream *stream, const GError *error)
{
    g_autoptr(json_t) line = json_object();
    json_object_set_new(line, "problem", problem_to_json(error, NULL));
    g_autofree char *text = wire_format(line);
    g_autofree char *whole = g_strconcat(text, "\n", NULL);
    g_autoptr(GBytes) bytes = g_bytes_new(whole, strlen(whole));
    http_stream_send(stream, bytes);
}

// Sends what was collected. False if the reader is too slow for it: from the record behind `after` on again, later.
static bool send_piece(Export *export, GString *piece, gint64 last)
{
    g_autoptr(GBytes) bytes = g_bytes_new(piece->str, piece->len);
    if (piece->len && !http_stream_send(export->stream, bytes))
        return false;
    g_string_truncate(piece, 0);
    export->after = last;
    return true;
}

static bool send_records(Export *export, const GPtrArray *records)
{
    g_autoptr(GString) piece = g_string_new(NULL);
    gint64 last = export->after;
    for (guint i = 0; i < records->len; i++) {
        g_autoptr(json_t) json = audit_record_to_json(records->pdata[i]);
        g_autofree char *line = wire_format(json);
        g_string_append_printf(piece, "%s\n", line);
        last = ((const AuditRecord *)records->pdata[i])->seq;
        if (piece->len >= EXPORT_PIECE && !send_piece(export, piece, last))
            return false;
    }
    return send_piece(export, piece, last);
}

static void on_records(const GPtrArray *records, bool more, const GError *error, gpointer data)
{
    Export *export = data;
    export->asking = false;
    if (!export->stream || error) {
        if (export->stream)
            send_problem(export->stream, error);
        export_end(export);
        return;
    }
    export->waiting = !send_records(export, records);
    if (export->waiting)
        return;
    if (more)
        export_more(export);
    else
        export_end(export);
}

static void export_more(Export *export)
{
    export->asking = true;
    engine_audit(export->engine, export->after, PAGE_MAX, on_records, export);
}

static void on_drained(HttpStream *stream, void *data)
{
    Export *export = data;
    (void)stream;
    if (export->waiting && !export->asking) {
        export->waiting = false;
        export_more(export);
    }
}

static void on_closed(HttpStream *stream, void *data)
{
    Export *export = data;
    (void)stream;
    export->stream = NULL;
    if (!export->asking)
        export_end(export);
}

void get_audit_export(HttpRequest *request, void *data)
{
    static const HttpStreamCallbacks CALLBACKS = {on_drained, on_closed};
    Export *export = g_new0(Export, 1);
    export->engine = ((Api *)data)->config.engine;
    export->stream = reply_stream(request, MEDIA_LINES, 0, EXPORT_QUEUE, &CALLBACKS, export);
    if (!export->stream) {
        g_free(export);
        return;
    }
    http_stream_set_finite(export->stream);
    export_more(export);
}
