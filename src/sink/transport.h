// How an event gets to one kind of sink. A kind is a row: what it needs to be opened, and how it sends. Sending is
// asynchronous, one delivery at a time; what it sends is borrowed until it has answered.
#pragma once

#include "base/clock.h"
#include "conf/sink.h"
#include "sink/event.h"

typedef enum {
    SENT_TAKEN,
    SENT_FAILED, // perhaps later
    SENT_REFUSED // it will never take this one
} Sent;

// `detail`: why not, a sentence (NULL if taken). `wait_ms`: it asks to be left alone for so long; 0 = it does not say.
typedef void (*TransportDone)(Sent sent, const char *detail, gint64 wait_ms, gpointer data);

typedef struct Transport Transport;

typedef struct {
    guint batch; // events that one delivery may hold
    // NULL with a sentence if it cannot be used. `sink` is borrowed for the transport's life.
    Transport *(*open)(const ConfSink *sink, const Clock *clock, GError **error);
    // `done` is called once: now, or later from the loop.
    void (*send)(Transport *transport, const SinkEvent *const *events, guint count,
                 TransportDone done, gpointer data);
    // Gives up what is under way, without an answer.
    void (*close)(Transport *transport);
    // Where it sends to, for people. The caller frees.
    char *(*target)(const ConfSink *sink);
} TransportKind;

// By SinkKind.
const TransportKind *transport_kind(SinkKind kind);

// First member of every kind's own.
struct Transport {
    const ConfSink *sink;
    TransportDone done; // of the delivery under way; NULL = none
    gpointer data;
};

// Notes whom to answer; answers. An answer may free the transport.
void transport_begin(Transport *transport, TransportDone done, gpointer data);
void transport_end(Transport *transport, Sent sent, const char *detail, gint64 wait_ms);

extern const TransportKind TRANSPORT_WEBHOOK;
extern const TransportKind TRANSPORT_COMMAND;
extern const TransportKind TRANSPORT_JOURNAL;
extern const TransportKind TRANSPORT_SYSLOG;
extern const TransportKind TRANSPORT_FILE;
