// The running daemon: everything that it is made of, and how it begins, reloads and ends.
//
//   daemon_open   files, store, ports, engine, API: in the order of the fields below; nothing listens yet
//   daemon_run    the engine loads its store; then the sockets open, and it is ready. Until a signal, or
//                 until the store can no longer be trusted
//   daemon_close  everything back, in the reverse order
#pragma once

#include "api/api.h"
#include "daemon/feed.h"
#include "daemon/load.h"
#include "daemon/options.h"
#include "daemon/timetable.h"
#include "ssh/verifier.h"

typedef struct {
    const Options *options;
    Log log;
    IdSource ids;
    Files files;
    Store *store;
    DriverPort *drivers;
    DriverPort *rehearsal; // what isolated drills look with
    ProberPort *prober;
    VerifierPort *verifier;
    Timetable *timetable;
    Engine *engine;
    Api *api;
    Sinks *sinks;
    Feed *feed;
    GSource *pace;
    GMainLoop *loop;
    bool ready;          // loaded and listening
    bool reload_asked;   // by a signal, before that
    bool stopping;       // the first signal has come
    bool engine_stopped; // nothing of it is in flight any more
    guint patience;      // source: stopping has its limit; 0 = none
    guint look;          // source: whether stopping is over; 0 = none
    int status;          // exit status
} Daemon;

// Reads, opens and wires. False if it cannot start: the reasons are on standard error. `options` is
// borrowed. daemon_close is needed in any case.
bool daemon_open(Daemon *daemon, const Options *options);

// Runs until the end; the exit status.
int daemon_run(Daemon *daemon);

void daemon_close(Daemon *daemon);

// The verifier's part of a daemon's file. Borrows from it.
VerifierConfig daemon_verifier(Daemon *daemon, const DaemonConfig *config);

// The sinks are those of the files in force from now on.
void daemon_change_sinks(Daemon *daemon);

// Reads both files again (reload.c): fleet, people and log change over together, or, with a single
// mistake, nothing does; the frame then shows that the files are wrong.
void daemon_reload(Daemon *daemon);

// Tells the engine who may sign, for the frame.
void daemon_set_approvers(Daemon *daemon, const DaemonConfig *config);
