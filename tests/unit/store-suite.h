// What every store must do, written against port/store.h alone. A test program per store names how to
// open one and runs the suite; a store that passes is as good as any other.
#pragma once

#include "base/clock.h"
#include "port/store.h"

typedef struct {
    const char *name; // tests are /store/<name>/…
    gpointer (*world_new)(void);
    // Opens the store of `world`: empty the first time, then with what the last close left.
    Store *(*open)(gpointer world, const Clock *clock);
    void (*close)(gpointer world, Store *store);
    void (*world_free)(gpointer world);
} StoreSuite;

// A store under test.
typedef struct {
    const StoreSuite *suite;
    gpointer world;
    FakeClock clock;
    Store *store;
} StoreCase;

// Adds all tests of the suite to g_test.
void store_suite_add(const StoreSuite *suite);

void store_case_init(StoreCase *test, const StoreSuite *suite);
void store_case_release(StoreCase *test);

// Closes the store and opens it again.
void store_case_restart(StoreCase *test);

// Lets the store work until *done, at most ten seconds.
void store_case_wait(StoreCase *test, const bool *done);

// Lets the store do all it has to do at this moment.
void store_case_settle(StoreCase *test);

// ---- asking and waiting for the answer ----

typedef struct {
    int calls;  // of the callback
    int code;   // -1: no error
    char *text; // of the error
    bool succeeded;
    bool more;
    bool done;
    guint64 revision;
    guint64 lease;
    gint64 ttl_ms;
    GPtrArray *entries;   // of a range
    GPtrArray *responses; // StoreResponse, of a transaction
} Answer;

void answer_release(Answer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Answer, answer_release)

// Callbacks that fill an Answer.
void answer_range(const StoreRange *range, const GError *error, gpointer user_data);
void answer_txn(const StoreTxnResult *result, const GError *error, gpointer user_data);
void answer_lease(guint64 lease, gint64 ttl_ms, const GError *error, gpointer user_data);

// Take `txn`; wait.
Answer ask_commit(StoreCase *test, StoreTxn *txn);
Answer ask_range(StoreCase *test, StoreSpan span, guint limit);
Answer ask_get(StoreCase *test, const char *key);

// Writes one key durably, and checks that it was.
guint64 must_put(StoreCase *test, const char *key, const char *text);
guint64 must_delete(StoreCase *test, const char *key);

// The value of an entry as text (up to 31 bytes, for tests).
const char *entry_text(const StoreEntry *entry, char buffer[32]);

// "key=value key=value" of all entries; the caller frees.
char *entries_text(const GPtrArray *entries);

// Asserts what all keys with `prefix` hold, as entries_text writes it.
void must_hold(StoreCase *test, const char *prefix, const char *expected);

// ---- a watch that remembers ----

typedef struct {
    GString *log;     // "+key=value@r " for a put, "-key@r " for a deletion; revisions less `base`
    guint64 base;     // subtracted from the revisions in the log
    guint64 revision; // of the last event
    guint events;     // how many
    int error;        // -1: none
    bool free_on_call;
    StoreWatch *watch;
} WatchLog;

void watch_log_init(WatchLog *log, guint64 base);
void watch_log_release(WatchLog *log);
void watch_log_changed(const StoreEvents *events, const GError *error, gpointer user_data);

// ---- for the suite's own files ----

typedef struct {
    const char *name;
    GTestDataFunc run; // given the StoreSuite
} StoreSuiteTest;

void store_suite_add_tests(const StoreSuite *suite, const StoreSuiteTest *tests, gsize n);
void store_suite_add_watches(const StoreSuite *suite);
void store_suite_add_random(const StoreSuite *suite);
