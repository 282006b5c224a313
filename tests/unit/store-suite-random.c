// Thousands of random transactions against a model so simple that it is plainly right: one array of
// rows, searched from the front. Answers, content and the watch's story must be the model's, restarts
// included.
#include "store-suite.h"

#include <string.h>

enum { KEYS = 9, STEPS = 3000, WORDS = 4 };

typedef struct {
    char *key;
    char *text;
    guint64 create, mod, version;
} Row;

typedef struct {
    Row rows[KEYS]; // key NULL: not there
    guint64 revision;
} Model;

typedef struct {
    const char *key;
    StoreField field;
    StoreRelation relation;
    guint64 number;
    const char *text;
} Guard;

typedef struct {
    StoreOpKind kind;
    guint from, to; // indices of keys
    const char *text;
} Op;

typedef struct {
    Guard guards[3];
    Op ops[2][4];
    guint n_guards, n_ops[2];
} Plan;

static const char *const KEY_NAMES[KEYS] = {"a",   "a/1", "a/1/x", "a/2", "b",
                                            "b/é", "b/😀", "c",     "d"};
static const char *const TEXTS[WORDS] = {"", "one", "two", "three"};

static guint pick(GRand *rand, guint n)
{
    return (guint)g_rand_int_range(rand, 0, (gint32)n);
}

// ---- the model ----

static bool ordered(StoreRelation relation, int order)
{
    return (relation == STORE_EQUAL && order == 0) || (relation == STORE_NOT_EQUAL && order != 0) ||
           (relation == STORE_LESS && order < 0) || (relation == STORE_GREATER && order > 0);
}

static const Row *model_row(const Model *model, const char *key)
{
    for (guint i = 0; i < KEYS; i++)
        if (model->rows[i].key && !strcmp(model->rows[i].key, key))
            return &model->rows[i];
    return NULL;
}

static bool model_holds(const Model *model, const Guard *guard)
{
    const Row *row = model_row(model, guard->key);
    if (guard->field == STORE_FIELD_VALUE)
        return row && ordered(guard->relation, strcmp(row->text, guard->text));
    guint64 number = !row                                          ? 0
                     : guard->field == STORE_FIELD_CREATE_REVISION ? row->create
                     : guard->field == STORE_FIELD_MOD_REVISION    ? row->mod
                                                                   : row->version;
    return ordered(guard->relation, (number > guard->number) - (number < guard->number));
}

static void model_put(Model *model, guint i, const char *text)
{
    Row *row = &model->rows[i];
    if (!row->key)
        *row = (Row){.key = g_strdup(KEY_NAMES[i]), .create = model->revision};
    g_free(row->text);
    row->text = g_strdup(text);
    row->mod = model->revision;
    row->version++;
}

static bool model_delete(Model *model, guint i)
{
    Row *row = &model->rows[i];
    if (!row->key)
        return false;
    g_free(row->key);
    g_free(row->text);
    *row = (Row){0};
    return true;
}

static bool model_run(Model *model, const Plan *plan)
{
    bool succeeded = true;
    for (guint i = 0; i < plan->n_guards; i++)
        succeeded = succeeded && model_holds(model, &plan->guards[i]);
    bool changed = false;
    model->revision++;
    for (guint i = 0; i < plan->n_ops[!succeeded]; i++) {
        const Op *op = &plan->ops[!succeeded][i];
        if (op->kind == STORE_OP_PUT) {
            model_put(model, op->from, op->text);
            changed = true;
        }
        for (guint k = op->from; op->kind == STORE_OP_DELETE && k < op->to; k++)
            changed |= model_delete(model, k);
    }
    if (!changed)
        model->revision--;
    return succeeded;
}

static char *model_text(const Model *model)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < KEYS; i++) {
        const Row *row = &model->rows[i];
        if (row->key)
            g_string_append_printf(
                text, "%s=%s:%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT " ",
                row->key, row->text, row->create, row->mod, row->version);
    }
    return g_string_free(text, FALSE);
}

// ---- random plans ----

static void random_guard(GRand *rand, const Model *model, Guard *guard)
{
    *guard = (Guard){KEY_NAMES[pick(rand, KEYS)], pick(rand, 4), pick(rand, 4), 0,
                     TEXTS[pick(rand, WORDS)]};
    guard->number =
        guard->field == STORE_FIELD_VERSION
            ? pick(rand, 4)
            : (pick(rand, 2) ? 0 : model->revision - MIN(model->revision, pick(rand, 9)));
}

static bool meets(const Op *op, guint from, guint to)
{
    return op->kind != STORE_OP_GET && op->from < to && from < op->to;
}

// Adds a random operation, unless it would write a key twice.
static void random_op(GRand *rand, Plan *plan, guint branch)
{
    guint from = pick(rand, KEYS);
    StoreOpKind kind = pick(rand, 3);
    guint to = kind == STORE_OP_PUT ? from + 1 : from + 1 + pick(rand, KEYS - from);
    for (guint i = 0; i < plan->n_ops[branch]; i++)
        if (kind != STORE_OP_GET && meets(&plan->ops[branch][i], from, to))
            return;
    plan->ops[branch][plan->n_ops[branch]++] = (Op){kind, from, to, TEXTS[pick(rand, WORDS)]};
}

static Plan random_plan(GRand *rand, const Model *model)
{
    Plan plan = {0};
    for (plan.n_guards = 0; plan.n_guards < pick(rand, 4); plan.n_guards++)
        random_guard(rand, model, &plan.guards[plan.n_guards]);
    for (guint branch = 0; branch < 2; branch++)
        for (guint i = pick(rand, 5); i > 0; i--)
            random_op(rand, &plan, branch);
    return plan;
}

static StoreTxn *plan_txn(const Plan *plan, StoreDurability durability)
{
    StoreTxn *txn = store_txn_new(durability);
    for (guint i = 0; i < plan->n_guards; i++) {
        const Guard *guard = &plan->guards[i];
        g_autoptr(GBytes) value = g_bytes_new(guard->text, strlen(guard->text));
        if (guard->field == STORE_FIELD_VALUE)
            store_txn_if_value(txn, guard->key, guard->relation, value);
        else
            store_txn_if(txn, guard->key, guard->field, guard->relation, guard->number);
    }
    for (guint branch = 0; branch < 2; branch++)
        for (guint i = 0; i < plan->n_ops[branch]; i++) {
            const Op *op = &plan->ops[branch][i];
            StoreSpan span =
                store_span_between(KEY_NAMES[op->from], op->to < KEYS ? KEY_NAMES[op->to] : NULL);
            if (op->kind == STORE_OP_PUT)
                store_txn_put_text(txn, branch, KEY_NAMES[op->from], op->text);
            else if (op->kind == STORE_OP_DELETE)
                store_txn_delete(txn, branch, &span);
            else
                store_txn_get(txn, branch, &span, 0);
        }
    return txn;
}

// ---- the test ----

static char *store_text(StoreCase *test)
{
    g_auto(Answer) all = ask_range(test, store_span_prefix(""), 0);
    GString *text = g_string_new(NULL);
    char buffer[32];
    for (guint i = 0; i < all.entries->len; i++) {
        const StoreEntry *entry = g_ptr_array_index(all.entries, i);
        g_string_append_printf(
            text, "%s=%s:%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT " ",
            entry->key, entry_text(entry, buffer), entry->create_revision, entry->mod_revision,
            entry->version);
    }
    return g_string_free(text, FALSE);
}

static void must_equal(StoreCase *test, const Model *model)
{
    g_autofree char *expected = model_text(model);
    g_autofree char *found = store_text(test);
    g_assert_cmpstr(found, ==, expected);
}

// Replays what the watch told: key → "text:create,mod,version ".
static void replay(const StoreEvents *events, const GError *error, gpointer user_data)
{
    g_assert_no_error((GError *)(gpointer)error);
    GTree *told = user_data;
    char buffer[32];
    for (gsize i = 0; i < events->count; i++) {
        const StoreEntry *entry = events->events[i].entry;
        if (events->events[i].kind == STORE_EVENT_DELETE) {
            g_assert_true(g_tree_remove(told, entry->key));
            continue;
        }
        g_tree_insert(told, g_strdup(entry->key),
                      g_strdup_printf("%s=%s:%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT
                                      ",%" G_GUINT64_FORMAT " ",
                                      entry->key, entry_text(entry, buffer), entry->create_revision,
                                      entry->mod_revision, entry->version));
    }
}

static gboolean append_told(gpointer key, gpointer value, gpointer user_data)
{
    (void)key;
    g_string_append(user_data, value);
    return FALSE;
}

static void told_must_equal(StoreCase *test, GTree *told, const Model *model)
{
    store_case_settle(test);
    g_autofree char *expected = model_text(model);
    g_autoptr(GString) text = g_string_new(NULL);
    g_tree_foreach(told, append_told, text);
    g_assert_cmpstr(text->str, ==, expected);
}

static void random_step(StoreCase *test, GRand *rand, Model *model)
{
    Plan plan = random_plan(rand, model);
    StoreDurability durability = pick(rand, 2) ? STORE_DURABLE : STORE_BATCHED;
    g_auto(Answer) answer = ask_commit(test, plan_txn(&plan, durability));
    g_assert_cmpstr(answer.text, ==, NULL);
    bool succeeded = model_run(model, &plan);
    g_assert_true(answer.succeeded == succeeded);
    g_assert_cmpuint(answer.revision, ==, model->revision);
    g_assert_cmpuint(answer.responses->len, ==, plan.n_ops[!succeeded]);
}

static int compare_texts(gconstpointer a, gconstpointer b, gpointer user_data)
{
    (void)user_data;
    return strcmp(a, b);
}

static void test_random(gconstpointer suite)
{
    StoreCase test;
    store_case_init(&test, suite);
    g_autoptr(GRand) rand = g_rand_new_with_seed(44);
    Model model = {.revision = store_status(test.store)->revision};
    g_autoptr(GTree) told = g_tree_new_full(compare_texts, NULL, g_free, g_free);
    StoreWatch *watch = store_watch(test.store, "", 0, replay, told);
    for (int i = 0; i < STEPS; i++) {
        random_step(&test, rand, &model);
        if (i % 50 == 0)
            must_equal(&test, &model);
        if (i % 500 == 499) {
            told_must_equal(&test, told, &model);
            store_watch_free(watch);
            store_case_restart(&test);
            must_equal(&test, &model);
            watch = store_watch(test.store, "", 0, replay, told);
        }
    }
    told_must_equal(&test, told, &model);
    must_equal(&test, &model);
    store_watch_free(watch);
    for (guint i = 0; i < KEYS; i++)
        model_delete(&model, i);
    store_case_release(&test);
}

void store_suite_add_random(const StoreSuite *suite)
{
    static const StoreSuiteTest TESTS[] = {{"random", test_random}};
    store_suite_add_tests(suite, TESTS, G_N_ELEMENTS(TESTS));
}
