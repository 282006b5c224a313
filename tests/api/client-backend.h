// A small backend for tests of client/: a real HTTP server (src/httpd) that answers as it is told, and a cable
// before it that can be cut, in one process on one main loop.
#pragma once

#include "client/client.h"
#include "http-loop.h"

// Gives nothing up while the machine stands still; the rest is as usual. A test takes a copy, and shortens what it is
// about.
extern const ClientWaits PATIENT;

// Relays one socket to another, byte by byte, and spoils it as told.
typedef enum {
    CABLE_PASS,
    CABLE_MUTE,        // accepts and forwards nothing
    CABLE_CUT_REQUEST, // cuts when a request arrives that holds `word`
    CABLE_CUT_ANSWER,  // lets it through, and cuts when the answer comes back
} CableMode;

typedef struct {
    char *path; // to connect to
    char *to;
    CableMode mode;
    const char *word;
    guint cuts;
    HttpListen listen;
    guint source;
    GPtrArray *wires;
} Cable;

void cable_init(Cable *cable, const char *directory, const char *name, const char *to);
void cable_cut_all(Cable *cable); // every connection that is open
void cable_release(Cable *cable);

enum { BACKEND_STREAMS = 8, BACKEND_KINDS = 16 };

typedef struct {
    HttpServer *server;
    char *path;   // Unix socket
    guint16 port; // and TCP
    guint64 revision;
    GString *lines; // of the snapshot, between `me` and `end`
    guint snapshots, events, whoamis, puts, gets, presences; // requests seen
    char *since;                                             // of the last request for events
    char *bearer;                                            // Authorization of the last request
    unsigned refuse;                                         // status of every answer; 0 = 200
    bool gone;                                               // events: 410
    bool end_streams;                                        // events: the stream ends at once
    const char *first;                                       // events: said at once
    bool hold_puts;                                          // keeps sign-offs waiting
    HttpRequest *held;
    unsigned put_status;  // 0 = recorded
    GHashTable *recorded; // sign-off ids
    HttpStream *streams[BACKEND_STREAMS];
} Backend;

void backend_init(Backend *backend, const char *directory, const char *name);
void backend_release(Backend *backend);

// A location in the snapshot.
void backend_add_location(Backend *backend, const char *name);
// Sends to every event stream.
void backend_say(Backend *backend, const char *text);
// A delta that makes a location known.
void backend_say_location(Backend *backend, const char *name);
void backend_end_streams(Backend *backend);
// Answers the sign-off that was held: recorded.
void backend_answer_held(Backend *backend);
guint backend_streams(const Backend *backend);
