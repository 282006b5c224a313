#include "httpd/stream.h"

#include <string.h>
#include <sys/epoll.h>

#include "httpd/private.h"

enum {
    DEFAULT_MAX_QUEUE = 256 * 1024,
    BLOCK_SIZE = 16 * 1024, // what libmicrohttpd asks for at once, at most
};

HttpStream *http_stream_new(gsize max_queue, const HttpStreamCallbacks *callbacks, void *data)
{
    HttpStream *stream = g_new0(HttpStream, 1);
    stream->callbacks = callbacks;
    stream->data = data;
    stream->max_queue = max_queue ? max_queue : DEFAULT_MAX_QUEUE;
    g_queue_init(&stream->queue);
    stream->link.data = stream;
    return stream;
}

static void stream_free(HttpStream *stream)
{
    if (stream->idle)
        g_source_remove(stream->idle);
    g_queue_clear_full(&stream->queue, (GDestroyNotify)g_bytes_unref);
    g_free(stream);
}

static void report_closed(HttpStream *stream)
{
    stream->closing = true;
    if (!stream->orphan && stream->callbacks && stream->callbacks->closed)
        stream->callbacks->closed(stream, stream->data);
    stream_free(stream);
}

// ---- out

static gsize take(HttpStream *stream, char *to, gsize max)
{
    gsize done = 0;
    while (done < max && stream->queue.head) {
        GBytes *bytes = (GBytes *)stream->queue.head->data;
        gsize size;
        const char *from = (const char *)g_bytes_get_data(bytes, &size);
        gsize n = MIN(size - stream->offset, max - done);
        memcpy(to + done, from + stream->offset, n);
        done += n;
        stream->offset += n;
        if (stream->offset == size) {
            g_bytes_unref((GBytes *)g_queue_pop_head(&stream->queue));
            stream->offset = 0;
        }
    }
    stream->queued -= done;
    return done;
}

static void tell_drained(HttpStream *stream)
{
    stream->refused = false;
    if (!stream->orphan && !stream->ended && stream->callbacks && stream->callbacks->drained)
        stream->callbacks->drained(stream, stream->data);
}

// libmicrohttpd asks for bytes. Without any, the connection is suspended until some are queued.
static ssize_t read_stream(void *cls, uint64_t position, char *to, size_t max)
{
    (void)position;
    HttpStream *stream = (HttpStream *)cls;
    if (stream->gone)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    while (!stream->queue.head && stream->refused)
        tell_drained(stream);
    if (stream->queue.head)
        return (ssize_t)take(stream, to, max);
    if (stream->ended)
        return stream->finite && !stream->orphan ? MHD_CONTENT_READER_END_WITH_ERROR
                                                 : MHD_CONTENT_READER_END_OF_STREAM;
    MHD_suspend_connection(stream->request->mhd);
    stream->request->suspended = true;
    return 0;
}

// A suspended connection does not notice that the other side hangs up: so its socket is watched
// apart.
static void watch_gone(HttpStream *stream, int op)
{
    HttpConn *conn = stream->request->conn;
    struct epoll_event event = {.events = EPOLLRDHUP | EPOLLET, .data.ptr = stream};
    epoll_ctl(conn->listener->gone_fd, op, conn->fd, &event);
}

struct MHD_Response *http_stream_attach(HttpStream *stream, HttpRequest *request)
{
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_SIZE, read_stream, stream, NULL);
    g_assert(response);
    stream->request = request;
    stream->ended = request->server->draining;
    request->stream = stream;
    g_queue_push_tail_link(&request->server->streams, &stream->link);
    watch_gone(stream, EPOLL_CTL_ADD);
    return response;
}

static void wake(HttpStream *stream)
{
    if (stream->request && stream->request->suspended)
        http_conn_resume(stream->request);
}

bool http_stream_send(HttpStream *stream, GBytes *bytes)
{
    gsize size = g_bytes_get_size(bytes);
    if (stream->ended || stream->gone || !stream->request)
        return false;
    if (stream->refused || size > stream->max_queue - stream->queued) {
        stream->refused = true;
        return false;
    }
    if (size == 0)
        return true;
    g_queue_push_tail(&stream->queue, g_bytes_ref(bytes));
    stream->queued += size;
    wake(stream);
    return true;
}

void http_stream_set_finite(HttpStream *stream)
{
    stream->finite = true;
}

void http_stream_pause(HttpStream *stream)
{
    stream->refused = true;
    wake(stream); // if nothing is queued, it is so at once
}

gsize http_stream_queued(const HttpStream *stream)
{
    return stream->queued;
}

// ---- the end

void http_stream_finish(HttpStream *stream)
{
    stream->ended = true;
    wake(stream);
}

void http_stream_end(HttpStream *stream)
{
    stream->orphan = true;
    if (stream->request)
        http_stream_finish(stream);
    else if (!stream->closing)
        stream_free(stream);
}

void http_stream_hang_up(HttpStream *stream)
{
    stream->gone = true;
    wake(stream);
}

void http_stream_detach(HttpStream *stream)
{
    watch_gone(stream, EPOLL_CTL_DEL);
    g_queue_unlink(&stream->request->server->streams, &stream->link);
    stream->request = NULL;
    report_closed(stream);
}

static gboolean on_idle(gpointer data)
{
    HttpStream *stream = (HttpStream *)data;
    stream->idle = 0;
    report_closed(stream);
    return G_SOURCE_REMOVE;
}

void http_stream_report_unconnected(HttpStream *stream)
{
    stream->idle = g_idle_add(on_idle, stream);
}
