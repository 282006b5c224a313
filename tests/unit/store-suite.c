#include "store-suite.h"

#include <string.h>

static StoreTxn *durable(void)
{
    return store_txn_new(STORE_DURABLE);
}

static void add_put(StoreTxn *txn, const char *key, const char *text)
{
    store_txn_put_text(txn, STORE_BRANCH_THEN, key, text);
}

static void add_delete(StoreTxn *txn, StoreSpan span)
{
    store_txn_delete(txn, STORE_BRANCH_THEN, &span);
}

static const StoreEntry *only_entry(const GPtrArray *entries)
{
    g_assert_cmpuint(entries->len, ==, 1);
    return g_ptr_array_index(entries, 0);
}

// ---- revisions ----

static void check_entry(StoreCase *test, const char *key, guint64 create, guint64 mod,
                        guint64 version)
{
    g_auto(Answer) answer = ask_get(test, key);
    const StoreEntry *entry = only_entry(answer.entries);
    g_assert_cmpstr(entry->key, ==, key);
    g_assert_cmpuint(entry->create_revision, ==, create);
    g_assert_cmpuint(entry->mod_revision, ==, mod);
    g_assert_cmpuint(entry->version, ==, version);
}

static void test_revisions(gconstpointer suite)
{
    StoreCase test;
    store_case_init(&test, suite);
    guint64 first = must_put(&test, "a", "1");
    check_entry(&test, "a", first, first, 1);
    g_assert_cmpuint(must_put(&test, "b", "1"), ==, first + 1);
    g_assert_cmpuint(must_put(&test, "a", "2"), ==, first + 2);
    check_entry(&test, "a", first, first + 2, 2);
    g_assert_cmpuint(must_delete(&test, "a"), ==, first + 3);
    g_auto(Answer) gone = ask_get(&test, "a");
    g_assert_cmpuint(gone.entries->len, ==, 0);
    g_assert_cmpuint(gone.revision, ==, first + 3);
    g_assert_cmpuint(must_put(&test, "a", "3"), ==, first + 4);
    check_entry(&test, "a", first + 4, first + 4, 1);
    check_entry(&test, "b", first + 1, first + 1, 1);
    g_assert_cmpuint(store_status(test.store)->revision, ==, first + 4);
    store_case_release(&test);
}

// What changes nothing costs no revision; what changes several keys costs one.
static void test_revision_steps(gconstpointer suite)
{
    StoreCase test;
    store_case_init(&test, suite);
    guint64 first = must_put(&test, "a", "1");
    g_assert_cmpuint(must_delete(&test, "none"), ==, first);
    StoreTxn *txn = durable();
    store_txn_if_absent(txn, "a");
    add_put(txn, "b", "1");
    g_auto(Answer) refused = ask_commit(&test, txn);
    g_assert_false(refused.succeeded);
    g_assert_cmpuint(refused.revision, ==, first);
    g_assert_cmpuint(refused.responses->len, ==, 0);
    txn = durable();
    add_put(txn, "c", "1");
    add_put(txn, "d", "1");
    add_delete(txn, store_span_key("a"));
    g_auto(Answer) done = ask_commit(&test, txn);
    g_assert_cmpuint(done.revision, ==, first + 1);
    check_entry(&test, "c", first + 1, first + 1, 1);
    check_entry(&test, "d", first + 1, first + 1, 1);
    must_hold(&test, "", "c=1 d=1");
    store_case_release(&test);
}

// ---- guards ----

// "old" was created at revision r0, written a second time at r0 + 1 with the value "m".
static void test_compares(gconstpointer suite)
{
    enum { R0 = 1000 }; // stands for the revision of the first write
    static const struct {
        const char *key;
        StoreField field;
        StoreRelation relation;
        guint64 number;
        bool holds;
    } ROWS[] = {
        {"old", STORE_FIELD_CREATE_REVISION, STORE_EQUAL, R0, true},
        {"old", STORE_FIELD_CREATE_REVISION, STORE_EQUAL, R0 + 1, false},
        {"old", STORE_FIELD_CREATE_REVISION, STORE_NOT_EQUAL, R0, false},
        {"old", STORE_FIELD_CREATE_REVISION, STORE_LESS, R0 + 1, true},
        {"old", STORE_FIELD_CREATE_REVISION, STORE_LESS, R0, false},
        {"old", STORE_FIELD_CREATE_REVISION, STORE_GREATER, 0, true},
        {"old", STORE_FIELD_MOD_REVISION, STORE_EQUAL, R0 + 1, true},
        {"old", STORE_FIELD_MOD_REVISION, STORE_EQUAL, R0, false},
        {"old", STORE_FIELD_MOD_REVISION, STORE_GREATER, R0, true},
        {"old", STORE_FIELD_MOD_REVISION, STORE_GREATER, R0 + 1, false},
        {"old", STORE_FIELD_VERSION, STORE_EQUAL, 2, true},
        {"old", STORE_FIELD_VERSION, STORE_LESS, 2, false},
        {"none", STORE_FIELD_CREATE_REVISION, STORE_EQUAL, 0, true},
        {"none", STORE_FIELD_MOD_REVISION, STORE_EQUAL, 0, true},
        {"none", STORE_FIELD_VERSION, STORE_EQUAL, 0, true},
        {"none", STORE_FIELD_VERSION, STORE_GREATER, 0, false},
        {"none", STORE_FIELD_VERSION, STORE_LESS, 1, true},
        {"none", STORE_FIELD_MOD_REVISION, STORE_NOT_EQUAL, 0, false},
    };
    StoreCase test;
    store_case_init(&test, suite);
    guint64 r0 = must_put(&test, "old", "first");
    must_put(&test, "old", "m");
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        StoreTxn *txn = durable();
        bool revision = ROWS[i].number >= R0;
        store_txn_if(txn, ROWS[i].key, ROWS[i].field, ROWS[i].relation,
                     revision ? ROWS[i].number - R0 + r0 : ROWS[i].number);
        g_auto(Answer) answer = ask_commit(&test, txn);
        g_assert_cmpint(answer.code, ==, -1);
        if (answer.succeeded != ROWS[i].holds)
            g_error("row %zu", i);
    }
    store_case_release(&test);
}

static void test_compare_values(gconstpointer suite)
{
    static const struct {
        const char *key;
        StoreRelation relation;
        const char *value;
        bool holds;
    } ROWS[] = {
        {"old", STORE_EQUAL, "m", true},      {"old", STORE_EQUAL, "n", false},
        {"old", STORE_EQUAL, "", false},      {"old", STORE_NOT_EQUAL, "n", true},
        {"old", STORE_NOT_EQUAL, "m", false}, {"old", STORE_LESS, "n", true},
        {"old", STORE_LESS, "mm", true},      {"old", STORE_LESS, "m", false},
        {"old", STORE_GREATER, "a", true},    {"old", STORE_GREATER, "m", false},
        {"none", STORE_EQUAL, "", false},     {"none", STORE_NOT_EQUAL, "m", false},
        {"none", STORE_LESS, "m", false},     {"old", STORE_LESS, "\xff", true},
    };
    StoreCase test;
    store_case_init(&test, suite);
    must_put(&test, "old", "m");
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        StoreTxn *txn = durable();
        g_autoptr(GBytes) value = g_bytes_new(ROWS[i].value, strlen(ROWS[i].value));
        store_txn_if_value(txn, ROWS[i].key, ROWS[i].relation, value);
        g_auto(Answer) answer = ask_commit(&test, txn);
        if (answer.succeeded != ROWS[i].holds)
            g_error("row %zu", i);
    }
    store_case_release(&test);
}

// ---- transactions ----

static void test_all_or_nothing(gconstpointer suite)
{
    StoreCase test;
    store_case_init(&test, suite);
    must_put(&test, "x", "0");
    StoreTxn *txn = durable();
    store_txn_if_exists(txn, "x");
    store_txn_if_absent(txn, "y");
    store_txn_if_exists(txn, "missing"); // one guard of three fails
    add_put(txn, "x", "1");
    add_put(txn, "y", "1");
    g_auto(Answer) refused = ask_commit(&test, txn);
    g_assert_false(refused.succeeded);
    must_hold(&test, "", "x=0");
    store_case_release(&test);
}

static void test_otherwise(gconstpointer suite)
{
    StoreCase test;
    store_case_init(&test, suite);
    must_put(&test, "lock", "anna");
    StoreTxn *txn = durable();
    StoreSpan lock = store_span_key("lock");
    store_txn_if_absent(txn, "lock");
    add_put(txn, "lock", "bert");
    store_txn_get(txn, STORE_BRANCH_OTHERWISE, &lock, 0);
    store_txn_put_text(txn, STORE_BRANCH_OTHERWISE, "tried", "bert");
    g_auto(Answer) answer = ask_commit(&test, txn);
    g_assert_false(answer.succeeded);
    g_assert_cmpuint(answer.responses->len, ==, 2);
    const StoreResponse *got = g_ptr_array_index(answer.responses, 0);
    g_assert_cmpint(got->kind, ==, STORE_OP_GET);
    g_autofree char *text = entries_text(got->entries);
    g_assert_cmpstr(text, ==, "lock=anna");
    must_hold(&test, "", "lock=anna tried=bert");
    store_case_release(&test);
}

// Operations are done in their order: a get sees the writes before it, not those after it.
static void test_order_in_branch(gconstpointer suite)
{
    StoreCase test;
    store_case_init(&test, suite);
    must_put(&test, "a", "0");
    must_put(&test, "b", "0");
    StoreTxn *txn = durable();
    StoreSpan all = store_span_prefix("");
    store_txn_get(txn, STORE_BRANCH_THEN, &all, 0);
    add_put(txn, "c", "1");
    add_delete(txn, store_span_between("a", "b"));
    store_txn_get(txn, STORE_BRANCH_THEN, &all, 0);
    add_put(txn, "d", "1");
    store_txn_get(txn, STORE_BRANCH_THEN, &all, 2);
    g_auto(Answer) answer = ask_commit(&test, txn);
    static const char *const EXPECTED[] = {"a=0 b=0", NULL, NULL, "b=0 c=1", NULL, "b=0 c=1"};
    g_assert_cmpuint(answer.responses->len, ==, G_N_ELEMENTS(EXPECTED));
    for (guint i = 0; i < answer.responses->len; i++) {
        const StoreResponse *response = g_ptr_array_index(answer.responses, i);
        g_autofree char *text = response->entries ? entries_text(response->entries) : NULL;
        g_assert_cmpstr(text, ==, EXPECTED[i]);
    }
    const StoreResponse *deleted = g_ptr_array_index(answer.responses, 2);
    g_assert_cmpuint(deleted->deleted, ==, 1);
    const StoreResponse *cut = g_ptr_array_index(answer.responses, 5);
    g_assert_true(cut->more);
    store_case_release(&test);
}

// The pattern for requests that may come twice: the second one finds the first one's answer.
static void test_idempotent(gconstpointer suite)
{
    StoreCase test;
    store_case_init(&test, suite);
    for (int i = 0; i < 2; i++) {
        StoreTxn *txn = durable();
        StoreSpan request = store_span_key("request/1");
        store_txn_if_absent(txn, "request/1");
        add_put(txn, "request/1", "done");
        add_put(txn, "effect", i ? "twice" : "once");
        store_txn_get(txn, STORE_BRANCH_OTHERWISE, &request, 0);
        g_auto(Answer) answer = ask_commit(&test, txn);
        g_assert_true(answer.succeeded == (i == 0));
    }
    must_hold(&test, "", "effect=once request/1=done");
    store_case_release(&test);
}

static void commit_again(const StoreTxnResult *result, const GError *error, gpointer user_data)
{
    StoreCase *test = ((gpointer *)user_data)[0];
    Answer *answer = ((gpointer *)user_data)[1];
    g_assert_no_error((GError *)(gpointer)error);
    g_assert_true(result->succeeded);
    StoreTxn *txn = durable();
    store_txn_if_exists(txn, "first");
    add_put(txn, "second", "1");
    store_commit(test->store, txn, answer_txn, answer);
}

static void test_commit_in_callback(gconstpointer suite)
{
    StoreCase test;
    store_case_init(&test, suite);
    g_auto(Answer) second = {0};
    gpointer both[] = {&test, &second};
    StoreTxn *txn = durable();
    add_put(txn, "first", "1");
    store_commit(test.store, txn, commit_again, both);
    store_case_wait(&test, &second.done);
    g_assert_true(second.succeeded);
    must_hold(&test, "", "first=1 second=1");
    store_case_release(&test);
}

// ---- batches ----

static void test_batched(gconstpointer suite)
{
    enum { N = 300 };
    StoreCase test;
    store_case_init(&test, suite);
    Answer answers[N] = {0};
    for (int i = 0; i < N; i++) {
        StoreTxn *txn = store_txn_new(STORE_BATCHED);
        g_autofree char *key = g_strdup_printf("probe/%03d", i);
        add_put(txn, key, "x");
        store_commit(test.store, txn, answer_txn, &answers[i]);
    }
    for (int i = 0; i < N; i++) {
        store_case_wait(&test, &answers[i].done);
        g_assert_true(answers[i].succeeded);
        g_assert_cmpint(answers[i].calls, ==, 1);
        g_assert_cmpuint(answers[i].revision, ==, answers[0].revision + (guint64)i);
        answer_release(&answers[i]);
    }
    g_auto(Answer) all = ask_range(&test, store_span_prefix("probe/"), 0);
    g_assert_cmpuint(all.entries->len, ==, N);
    store_case_release(&test);
}

// A durable change does not overtake a batched one given before it.
static void test_batched_order(gconstpointer suite)
{
    StoreCase test;
    store_case_init(&test, suite);
    g_auto(Answer) observation = {0};
    StoreTxn *txn = store_txn_new(STORE_BATCHED);
    add_put(txn, "seen", "1");
    store_commit(test.store, txn, answer_txn, &observation);
    txn = durable();
    store_txn_if_exists(txn, "seen");
    add_put(txn, "decided", "1");
    g_auto(Answer) decision = ask_commit(&test, txn);
    g_assert_true(decision.succeeded);
    g_assert_true(observation.done);
    g_assert_cmpuint(observation.revision + 1, ==, decision.revision);
    store_case_release(&test);
}

// What waits when the store is closed is written first.
static void test_batched_close(gconstpointer suite)
{
    StoreCase test;
    store_case_init(&test, suite);
    g_auto(Answer) observation = {0};
    StoreTxn *txn = store_txn_new(STORE_BATCHED);
    add_put(txn, "seen", "1");
    store_commit(test.store, txn, answer_txn, &observation);
    store_case_restart(&test);
    g_assert_true(observation.done);
    g_assert_true(observation.succeeded);
    must_hold(&test, "", "seen=1");
    store_case_release(&test);
}

// ---- ranges ----

static void test_ranges(gconstpointer suite)
{
    static const struct {
        StoreSpanKind kind;
        const char *from, *to;
        guint limit;
        const char *expected;
        bool more;
    } ROWS[] = {
        {STORE_SPAN_KEY, "b", NULL, 0, "b=2", false},
        {STORE_SPAN_KEY, "bb", NULL, 0, "", false},
        {STORE_SPAN_PREFIX, "", NULL, 0, "a=1 b=2 b/1=3 b/2=4 bé=5 c=6 é=7 😀=8", false},
        {STORE_SPAN_PREFIX, "b", NULL, 0, "b=2 b/1=3 b/2=4 bé=5", false},
        {STORE_SPAN_PREFIX, "b/", NULL, 0, "b/1=3 b/2=4", false},
        {STORE_SPAN_PREFIX, "b/", NULL, 1, "b/1=3", true},
        {STORE_SPAN_PREFIX, "b/", NULL, 2, "b/1=3 b/2=4", false},
        {STORE_SPAN_PREFIX, "é", NULL, 0, "é=7", false},
        {STORE_SPAN_PREFIX, "😀", NULL, 0, "😀=8", false},
        {STORE_SPAN_PREFIX, "zz", NULL, 0, "", false},
        {STORE_SPAN_BETWEEN, "b", "c", 0, "b=2 b/1=3 b/2=4 bé=5", false},
        {STORE_SPAN_BETWEEN, "c", NULL, 0, "c=6 é=7 😀=8", false},
        {STORE_SPAN_BETWEEN, "", "b", 0, "a=1", false},
        {STORE_SPAN_BETWEEN, "c", "a", 0, "", false},
        {STORE_SPAN_BETWEEN, "b", "b", 0, "", false},
    };
    static const char *const KEYS[] = {"a", "b", "b/1", "b/2", "bé", "c", "é", "😀"};
    StoreCase test;
    store_case_init(&test, suite);
    for (guint i = G_N_ELEMENTS(KEYS); i > 0; i--)
        must_put(&test, KEYS[i - 1], (char[]){(char)('0' + (int)i), '\0'});
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        StoreSpan span = {ROWS[i].kind, ROWS[i].from, ROWS[i].to};
        g_auto(Answer) answer = ask_range(&test, span, ROWS[i].limit);
        g_autofree char *text = entries_text(answer.entries);
        g_assert_cmpstr(text, ==, ROWS[i].expected);
        g_assert_true(answer.more == ROWS[i].more);
    }
    store_case_release(&test);
}

static void test_paging(gconstpointer suite)
{
    enum { N = 25, PAGE = 7 };
    StoreCase test;
    store_case_init(&test, suite);
    StoreTxn *txn = durable();
    for (int i = 0; i < N; i++) {
        g_autofree char *key = g_strdup_printf("k%02d", i);
        add_put(txn, key, "x");
    }
    g_auto(Answer) written = ask_commit(&test, txn);
    g_assert_true(written.succeeded);
    guint seen = 0;
    g_autofree char *from = g_strdup("k");
    for (bool more = true; more;) {
        g_auto(Answer) page = ask_range(&test, store_span_between(from, "l"), PAGE);
        seen += page.entries->len;
        more = page.more;
        const StoreEntry *last = g_ptr_array_index(page.entries, page.entries->len - 1);
        g_free(from);
        from = store_key_after(last->key);
    }
    g_assert_cmpuint(seen, ==, N);
    StoreTxn *clear = durable();
    add_delete(clear, store_span_prefix("k"));
    g_auto(Answer) cleared = ask_commit(&test, clear);
    g_assert_cmpuint(((StoreResponse *)g_ptr_array_index(cleared.responses, 0))->deleted, ==, N);
    store_case_release(&test);
}

// ---- limits ----

static void add_key_too_long(StoreTxn *txn)
{
    g_autofree char *key = g_strnfill(STORE_KEY_MAX + 1, 'k');
    add_put(txn, key, "x");
}

static void add_key_empty(StoreTxn *txn)
{
    add_put(txn, "", "x");
}

static void add_key_control(StoreTxn *txn)
{
    add_put(txn, "a\nb", "x");
}

static void add_key_not_text(StoreTxn *txn)
{
    add_put(txn, "a\xff", "x");
}

static void add_key_in_guard(StoreTxn *txn)
{
    store_txn_if_absent(txn, "\x1b[2J");
    add_put(txn, "a", "x");
}

static void add_value_too_long(StoreTxn *txn)
{
    g_autofree char *text = g_strnfill(STORE_VALUE_MAX + 1, 'v');
    add_put(txn, "a", text);
}

static void add_too_many(StoreTxn *txn)
{
    for (int i = 0; i <= STORE_TXN_OPS_MAX; i++) {
        g_autofree char *key = g_strdup_printf("k%d", i);
        add_put(txn, key, "x");
    }
}

static void add_too_many_guards(StoreTxn *txn)
{
    for (int i = 0; i <= STORE_TXN_OPS_MAX; i++)
        store_txn_if_absent(txn, "none");
}

static void add_too_much(StoreTxn *txn)
{
    g_autofree char *text = g_strnfill(STORE_VALUE_MAX, 'v');
    add_put(txn, "a", text);
    add_put(txn, "b", text);
}

static void add_twice(StoreTxn *txn)
{
    add_put(txn, "a", "1");
    add_put(txn, "a", "2");
}

static void add_put_and_delete(StoreTxn *txn)
{
    add_delete(txn, store_span_prefix("a/"));
    add_put(txn, "a/b", "2");
}

static void test_limits(gconstpointer suite)
{
    static const struct {
        void (*add)(StoreTxn *txn);
        int code;
    } ROWS[] = {
        {add_key_too_long, ERR_INVALID},   {add_key_empty, ERR_INVALID},
        {add_key_control, ERR_INVALID},    {add_key_not_text, ERR_INVALID},
        {add_key_in_guard, ERR_INVALID},   {add_value_too_long, ERR_TOO_LARGE},
        {add_too_many, ERR_TOO_LARGE},     {add_too_many_guards, ERR_TOO_LARGE},
        {add_too_much, ERR_TOO_LARGE},     {add_twice, ERR_INVALID},
        {add_put_and_delete, ERR_INVALID},
    };
    StoreCase test;
    store_case_init(&test, suite);
    must_put(&test, "first", "1");
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        StoreTxn *txn = durable();
        ROWS[i].add(txn);
        g_auto(Answer) answer = ask_commit(&test, txn);
        if (answer.code != ROWS[i].code)
            g_error("row %zu: %d %s", i, answer.code, answer.text);
        g_assert_true(g_str_has_suffix(answer.text, "."));
    }
    must_hold(&test, "", "first=1");
    g_auto(Answer) bad = ask_get(&test, "a\x7f");
    g_assert_cmpint(bad.code, ==, ERR_INVALID);
    store_case_release(&test);
}

static void test_largest(gconstpointer suite)
{
    StoreCase test;
    store_case_init(&test, suite);
    g_autofree char *key = g_strnfill(STORE_KEY_MAX, 'k');
    g_autofree char *text = g_strnfill(STORE_VALUE_MAX, 'v');
    must_put(&test, key, text);
    must_put(&test, "empty", "");
    g_autoptr(GBytes) zeros = g_bytes_new("\0\1\0", 3);
    StoreTxn *txn = durable();
    store_txn_put(txn, STORE_BRANCH_THEN, "zeros", zeros, 0);
    g_auto(Answer) written = ask_commit(&test, txn);
    store_case_restart(&test);
    g_auto(Answer) large = ask_get(&test, key);
    g_assert_cmpuint(g_bytes_get_size(only_entry(large.entries)->value), ==, STORE_VALUE_MAX);
    g_auto(Answer) empty = ask_get(&test, "empty");
    g_assert_cmpuint(g_bytes_get_size(only_entry(empty.entries)->value), ==, 0);
    g_auto(Answer) binary = ask_get(&test, "zeros");
    g_assert_true(g_bytes_equal(only_entry(binary.entries)->value, zeros));
    txn = durable();
    for (int i = 0; i < STORE_TXN_OPS_MAX; i++) {
        g_autofree char *many = g_strdup_printf("m%03d", i);
        store_txn_if_absent(txn, many);
        add_put(txn, many, "x");
    }
    g_auto(Answer) most = ask_commit(&test, txn);
    g_assert_true(most.succeeded);
    store_case_release(&test);
}

// ---- the whole ----

static void test_restart(gconstpointer suite)
{
    StoreCase test;
    store_case_init(&test, suite);
    guint64 first = must_put(&test, "a", "1");
    must_put(&test, "a", "2");
    must_put(&test, "b", "1");
    must_delete(&test, "b");
    store_case_restart(&test);
    check_entry(&test, "a", first, first + 1, 2);
    g_assert_cmpuint(store_status(test.store)->revision, ==, first + 3);
    g_assert_cmpuint(must_put(&test, "b", "2"), ==, first + 4);
    must_hold(&test, "", "a=2 b=2");
    store_case_release(&test);
}

static void test_status(gconstpointer suite)
{
    StoreCase test;
    store_case_init(&test, suite);
    const StoreStatus *status = store_status(test.store);
    g_assert_cmpint(status->health, ==, STORE_HEALTHY);
    g_assert_cmpstr(status->reason, ==, "");
    guint64 before = status->bytes;
    g_autofree char *text = g_strnfill(200000, 'x');
    must_put(&test, "large", text);
    g_assert_cmpuint(store_status(test.store)->bytes, >, before);
    store_case_release(&test);
}

void store_suite_add_tests(const StoreSuite *suite, const StoreSuiteTest *tests, gsize n)
{
    for (gsize i = 0; i < n; i++) {
        g_autofree char *path = g_strdup_printf("/store/%s/%s", suite->name, tests[i].name);
        g_test_add_data_func(path, suite, tests[i].run);
    }
}

void store_suite_add(const StoreSuite *suite)
{
    static const StoreSuiteTest TESTS[] = {
        {"revisions", test_revisions},
        {"revision-steps", test_revision_steps},
        {"compares", test_compares},
        {"compare-values", test_compare_values},
        {"all-or-nothing", test_all_or_nothing},
        {"otherwise", test_otherwise},
        {"order-in-branch", test_order_in_branch},
        {"idempotent", test_idempotent},
        {"commit-in-callback", test_commit_in_callback},
        {"batched", test_batched},
        {"batched-order", test_batched_order},
        {"batched-close", test_batched_close},
        {"ranges", test_ranges},
        {"paging", test_paging},
        {"limits", test_limits},
        {"largest", test_largest},
        {"restart", test_restart},
        {"status", test_status},
    };
    store_suite_add_tests(suite, TESTS, G_N_ELEMENTS(TESTS));
    store_suite_add_watches(suite);
    store_suite_add_random(suite);
}
