// An answer without an end: server-sent events, or lines of JSON as they are produced. Bytes are
// queued per stream by reference, so that one event goes to a thousand streams as one GBytes.
//
// The queue has a limit. Bytes that do not fit are refused, never cut: the stream then takes
// nothing more until its queue has run empty, and tells so by `drained`: the place to send "there
// was a gap, start again from revision N", to go on producing, or to give up. A slow reader delays
// nobody else.
//
// A stream ends in one of two ways. The other side goes, or the server stops: `closed` is called,
// once, and the pointer is not to be used again. Or its owner calls http_stream_end: what is queued
// is still sent, and no callback comes any more. Heartbeats are the owner's affair.
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "httpd/request.h"

typedef struct HttpStream HttpStream;

typedef struct {
    // After a refused http_stream_send, or http_stream_pause: the queue is empty again. May send and end. May be NULL.
    void (*drained)(HttpStream *stream, void *data);

    // The stream is gone. May be NULL.
    void (*closed)(HttpStream *stream, void *data);
} HttpStreamCallbacks;

// Answers `request` (and consumes it) with `status` and a stream. `callbacks` is kept, not copied;
// `max_queue` bytes may wait (0 = 256 KiB). Never NULL, even if the client has gone meanwhile: then
// `closed` is called soon after, from the main loop.
HttpStream *http_request_stream(HttpRequest *request, unsigned status, const char *content_type,
                                const HttpHeader *headers, gsize max_queue,
                                const HttpStreamCallbacks *callbacks, void *data);

// Queues a reference to `bytes`. False if they do not fit: then none of them are sent.
bool http_stream_send(HttpStream *stream, GBytes *bytes);

// It is whole only when its owner ends it: if the server stops before, the connection is cut behind what is queued.
void http_stream_set_finite(HttpStream *stream);

// Takes nothing more until what is queued has been sent, which `drained` tells: for an owner who writes while it is read.
void http_stream_pause(HttpStream *stream);

// Ends the stream after what is queued; the pointer is not to be used again, no callback comes.
void http_stream_end(HttpStream *stream);

// Bytes that wait to be sent.
gsize http_stream_queued(const HttpStream *stream);
