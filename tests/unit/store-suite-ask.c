// The suite's hands: asking a store and waiting for its answer, whether that comes at once or later.
#include "store-suite.h"

#include <string.h>

#include "port/store-impl.h"

// ---- the case ----

void store_case_init(StoreCase *test, const StoreSuite *suite)
{
    *test = (StoreCase){.suite = suite, .world = suite->world_new()};
    fake_clock_init(&test->clock, G_GINT64_CONSTANT(1795230847250));
    test->store = suite->open(test->world, &test->clock.clock);
    g_assert_nonnull(test->store);
}

void store_case_release(StoreCase *test)
{
    test->suite->close(test->world, test->store);
    test->suite->world_free(test->world);
}

void store_case_restart(StoreCase *test)
{
    test->suite->close(test->world, test->store);
    test->store = test->suite->open(test->world, &test->clock.clock);
    g_assert_nonnull(test->store);
}

void store_case_wait(StoreCase *test, const bool *done)
{
    gint64 give_up = g_get_monotonic_time() + 120 * G_TIME_SPAN_SECOND;
    while (!*done) {
        store_tick(test->store);
        g_main_context_iteration(NULL, FALSE);
        g_assert_cmpint(g_get_monotonic_time(), <, give_up);
    }
}

void store_case_settle(StoreCase *test)
{
    for (int i = 0; i < 3; i++) {
        store_tick(test->store);
        while (g_main_context_iteration(NULL, FALSE))
            ;
    }
}

// ---- answers ----

static void answer_reset(Answer *answer)
{
    int calls = answer->calls;
    answer_release(answer);
    *answer = (Answer){.calls = calls + 1, .code = -1, .done = true};
}

static bool answer_error(Answer *answer, const GError *error)
{
    answer_reset(answer);
    if (!error)
        return false;
    g_assert_true(error->domain == ERR);
    answer->code = error->code;
    answer->text = g_strdup(error->message);
    return true;
}

void answer_release(Answer *answer)
{
    g_clear_pointer(&answer->text, g_free);
    g_clear_pointer(&answer->entries, g_ptr_array_unref);
    g_clear_pointer(&answer->responses, g_ptr_array_unref);
}

void answer_range(const StoreRange *range, const GError *error, gpointer user_data)
{
    Answer *answer = user_data;
    if (answer_error(answer, error))
        return;
    answer->entries = g_ptr_array_ref(range->entries);
    answer->revision = range->revision;
    answer->more = range->more;
}

void answer_txn(const StoreTxnResult *result, const GError *error, gpointer user_data)
{
    Answer *answer = user_data;
    if (answer_error(answer, error))
        return;
    answer->succeeded = result->succeeded;
    answer->revision = result->revision;
    answer->responses = g_ptr_array_ref(result->responses);
}

void answer_lease(guint64 lease, gint64 ttl_ms, const GError *error, gpointer user_data)
{
    Answer *answer = user_data;
    answer_error(answer, error);
    answer->lease = lease;
    answer->ttl_ms = ttl_ms;
}

Answer ask_commit(StoreCase *test, StoreTxn *txn)
{
    Answer answer = {0};
    store_commit(test->store, txn, answer_txn, &answer);
    store_case_wait(test, &answer.done);
    g_assert_cmpint(answer.calls, ==, 1);
    return answer;
}

Answer ask_range(StoreCase *test, StoreSpan span, guint limit)
{
    Answer answer = {0};
    store_range(test->store, &span, limit, answer_range, &answer);
    store_case_wait(test, &answer.done);
    g_assert_cmpint(answer.calls, ==, 1);
    return answer;
}

Answer ask_get(StoreCase *test, const char *key)
{
    Answer answer = {0};
    store_get(test->store, key, answer_range, &answer);
    store_case_wait(test, &answer.done);
    g_assert_cmpint(answer.calls, ==, 1);
    return answer;
}

static guint64 must_commit(StoreCase *test, StoreTxn *txn)
{
    g_auto(Answer) answer = ask_commit(test, txn);
    g_assert_cmpstr(answer.text, ==, NULL);
    g_assert_true(answer.succeeded);
    return answer.revision;
}

guint64 must_put(StoreCase *test, const char *key, const char *text)
{
    StoreTxn *txn = store_txn_new(STORE_DURABLE);
    store_txn_put_text(txn, STORE_BRANCH_THEN, key, text);
    return must_commit(test, txn);
}

guint64 must_delete(StoreCase *test, const char *key)
{
    StoreTxn *txn = store_txn_new(STORE_DURABLE);
    StoreSpan span = store_span_key(key);
    store_txn_delete(txn, STORE_BRANCH_THEN, &span);
    return must_commit(test, txn);
}

// ---- what is held ----

const char *entry_text(const StoreEntry *entry, char buffer[32])
{
    gsize n;
    const char *bytes = g_bytes_get_data(entry->value, &n);
    g_snprintf(buffer, 32, "%.*s", (int)MIN(n, 31), bytes ? bytes : "");
    return buffer;
}

char *entries_text(const GPtrArray *entries)
{
    GString *text = g_string_new(NULL);
    char buffer[32];
    for (guint i = 0; i < entries->len; i++) {
        const StoreEntry *entry = g_ptr_array_index(entries, i);
        g_string_append_printf(text, "%s%s=%s", i ? " " : "", entry->key,
                               entry_text(entry, buffer));
    }
    return g_string_free(text, FALSE);
}

void must_hold(StoreCase *test, const char *prefix, const char *expected)
{
    g_auto(Answer) answer = ask_range(test, store_span_prefix(prefix), 0);
    g_assert_cmpint(answer.code, ==, -1);
    g_autofree char *text = entries_text(answer.entries);
    g_assert_cmpstr(text, ==, expected);
}

// ---- watching ----

void watch_log_init(WatchLog *log, guint64 base)
{
    *log = (WatchLog){.log = g_string_new(NULL), .base = base, .error = -1};
}

void watch_log_release(WatchLog *log)
{
    g_clear_pointer(&log->watch, store_watch_free);
    g_string_free(log->log, TRUE);
}

static void log_event(WatchLog *log, const StoreEvent *event)
{
    char buffer[32];
    g_assert_cmpuint(event->entry->mod_revision, >=, log->revision);
    log->revision = event->entry->mod_revision;
    log->events++;
    if (event->kind == STORE_EVENT_PUT)
        g_string_append_printf(log->log, "+%s=%s@%" G_GUINT64_FORMAT " ", event->entry->key,
                               entry_text(event->entry, buffer), log->revision - log->base);
    else
        g_string_append_printf(log->log, "-%s@%" G_GUINT64_FORMAT " ", event->entry->key,
                               log->revision - log->base);
}

void watch_log_changed(const StoreEvents *events, const GError *error, gpointer user_data)
{
    WatchLog *log = user_data;
    g_assert_cmpint(log->error, ==, -1); // silent after an error
    g_assert_true((events == NULL) != (error == NULL));
    if (error)
        log->error = error->code;
    for (gsize i = 0; events && i < events->count; i++)
        log_event(log, &events->events[i]);
    g_assert_true(!events || events->revision == log->revision);
    if (log->free_on_call)
        g_clear_pointer(&log->watch, store_watch_free);
}
