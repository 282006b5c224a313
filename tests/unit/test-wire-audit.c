// The audit chain, statement digests and the body of a sign-off: what others compute again must not
// depend on how we feel today.
#include "wire/audit.h"

#include <string.h>

#include "base/error.h"
#include "wire/operation.h"
#include "wire/statement.h"

static AuditRecord *record(const char *action, gint64 at_ms)
{
    AuditRecord *made = audit_record_new("anna", action, "group/payments");
    made->at_ms = at_ms;
    return made;
}

static GPtrArray *chain_of(guint n)
{
    GPtrArray *records = g_ptr_array_new_with_free_func((GDestroyNotify)audit_record_free);
    AuditChain chain = {0};
    for (guint i = 0; i < n; i++) {
        g_ptr_array_add(records, record("operation.proposed", 1764558595250 + i));
        ((AuditRecord *)records->pdata[i])->hash = g_strdup("left over");
        audit_chain_append(&chain, records->pdata[i]);
    }
    return records;
}

static bool verify_all(const GPtrArray *records, GError **error)
{
    AuditChain chain = {0};
    for (guint i = 0; i < records->len; i++)
        if (!audit_chain_verify(&chain, records->pdata[i], error))
            return false;
    return true;
}

// The hash was computed with other tools from the canonical text.
static void test_hash(void)
{
    static const char CANONICAL[] =
        "{\"action\":\"operation.proposed\",\"actor\":\"anna\",\"detail\":null,\"digest\":null,"
        "\"object\":\"group/payments\",\"prev_hash\":\"00000000000000000000000000000000000000000000"
        "00000000000000000000\",\"seq\":1,\"time\":\"2025-12-01T03:09:55.250Z\"}";
    g_autofree char *expected = g_compute_checksum_for_string(G_CHECKSUM_SHA256, CANONICAL, -1);
    g_autoptr(GPtrArray) records = chain_of(1);
    const AuditRecord *first = records->pdata[0];
    g_assert_cmpint(first->seq, ==, 1);
    g_assert_cmpstr(first->prev_hash, ==, AUDIT_ZERO_HASH);
    g_assert_cmpstr(first->hash, ==, expected);
}

static void test_chain(void)
{
    g_autoptr(GPtrArray) records = chain_of(5);
    g_autoptr(GError) error = NULL;
    g_assert_true(verify_all(records, &error));
    g_assert_no_error(error);
    const AuditRecord *a = records->pdata[1], *b = records->pdata[2];
    g_assert_cmpstr(b->prev_hash, ==, a->hash);
}

static void test_changed(void)
{
    g_autoptr(GPtrArray) records = chain_of(3);
    g_autoptr(GError) error = NULL;
    AuditRecord *second = records->pdata[1];
    g_free(second->actor);
    second->actor = g_strdup("bert");
    g_assert_false(verify_all(records, &error));
    g_assert_error(error, ERR, ERR_CORRUPT);
    g_assert_true(g_str_has_prefix(error->message, "Audit record 2 was changed: "));
}

// A changed record whose hash was computed again betrays itself in the next one.
static void test_rewritten(void)
{
    g_autoptr(GPtrArray) records = chain_of(3);
    g_autoptr(GError) error = NULL;
    AuditRecord *second = records->pdata[1];
    second->at_ms++;
    char *hash = audit_record_hash(second);
    g_free(second->hash);
    second->hash = hash;
    g_assert_false(verify_all(records, &error));
    g_assert_true(
        g_str_has_prefix(error->message, "Audit record 3 does not follow the one before it: "));
}

static void test_missing(void)
{
    g_autoptr(GPtrArray) records = chain_of(3);
    g_autoptr(GError) error = NULL;
    g_ptr_array_remove_index(records, 1);
    g_assert_false(verify_all(records, &error));
    g_assert_cmpstr(error->message, ==,
                    "The audit log has record 3 after record 1: records are missing or in another "
                    "order.");
}

// An export of a later version holds more fields; they are part of what was hashed.
static void test_export(void)
{
    g_autoptr(GPtrArray) records = chain_of(1);
    g_autoptr(json_t) json = audit_record_to_json(records->pdata[0]);
    AuditChain chain = {0};
    g_autoptr(GError) error = NULL;
    g_assert_true(audit_chain_verify_json(&chain, json, &error));
    g_assert_no_error(error);
    g_assert_cmpint(chain.seq, ==, 1);

    json_object_set_new(json, "vantage", json_string("neu-1"));
    chain = (AuditChain){0};
    g_assert_false(audit_chain_verify_json(&chain, json, &error));
    g_assert_error(error, ERR, ERR_CORRUPT);
    g_assert_cmpint(chain.seq, ==, 0);

    g_clear_error(&error);
    json_object_del(json, "prev_hash");
    g_assert_false(audit_chain_verify_json(&chain, json, &error));
    g_assert_error(error, ERR, ERR_INVALID);
}

static Statement *sample_statement(void)
{
    Statement *statement = statement_new();
    statement->operation = g_strdup("op-1");
    statement->group = g_strdup("payments");
    statement->loss_known = true;
    statement->loss_ms = 104000;
    Fact *fact = fact_new("verdict.westeurope", "West Europe");
    fact->value = g_strdup("down");
    fact->observed_at_ms = 1764558595250;
    g_ptr_array_add(statement->facts, fact);
    return statement;
}

static void test_statement_digest(void)
{
    g_autoptr(Statement) statement = sample_statement();
    g_autofree char *digest = statement_digest(statement);
    g_assert_cmpuint(strlen(digest), ==, 64);

    // Whoever has the document, in whatever spacing and order, comes to the same digest.
    g_autoptr(json_t) json = statement_to_json(statement);
    char *pretty = json_dumps(json, JSON_INDENT(3) | JSON_SORT_KEYS);
    g_autoptr(json_t) read = wire_parse("It", pretty, strlen(pretty), WIRE_BYTES_MAX, NULL);
    free(pretty);
    g_autofree char *again = statement_json_digest(read, NULL);
    g_assert_cmpstr(digest, ==, again);
    g_autoptr(Statement) back = statement_from_json(read, WIRE_STRICT, NULL);
    g_autofree char *third = statement_digest(back);
    g_assert_cmpstr(digest, ==, third);

    // Any fact that moves moves the digest.
    Fact *fact = back->facts->pdata[0];
    fact->observed_at_ms++;
    g_autofree char *moved = statement_digest(back);
    g_assert_cmpstr(digest, !=, moved);
}

static void test_signoff_request(void)
{
    static const struct {
        const char *text, *sentence;
    } ROWS[] = {
        {"{\"digest\":\"d\",\"decision\":\"approve\",\"reason\":\"r\"}", NULL},
        {"{\"decision\":\"approve\"}", "digest: expected a string, found nothing."},
        {"{\"digest\":\"d\"}", "decision: expected a string, found nothing."},
        {"{\"digest\":\"d\",\"decision\":\"maybe\"}",
         "decision: \"maybe\" is none of: approve, reject."},
        {"{\"digest\":\"d\",\"decision\":\"reject\",\"operator\":\"eve\"}",
         "operator: there is no such field"},
        {"{\"digest\":\"d\",\"decision\":\"reject\",\"audit_seq\":5}",
         "audit_seq: there is no such field"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(json_t) json = json_loads(ROWS[i].text, 0, NULL);
        g_autoptr(SignOff) signoff = signoff_request_from_json(json, &error);
        if (!ROWS[i].sentence)
            g_assert_no_error(error);
        else
            g_assert_nonnull(strstr(error->message, ROWS[i].sentence));
        g_assert_cmpint(signoff == NULL, ==, error != NULL);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/audit/hash", test_hash);
    g_test_add_func("/wire/audit/chain", test_chain);
    g_test_add_func("/wire/audit/changed", test_changed);
    g_test_add_func("/wire/audit/rewritten", test_rewritten);
    g_test_add_func("/wire/audit/missing", test_missing);
    g_test_add_func("/wire/audit/export", test_export);
    g_test_add_func("/wire/statement/digest", test_statement_digest);
    g_test_add_func("/wire/signoff/request", test_signoff_request);
    return g_test_run();
}
