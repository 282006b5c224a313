// Fuzzed: what reads JSON from outside: deltas (and through them every kind of object), statements, bodies
// of sign-offs, problems, audit records, recurrences, runs. With libFuzzer: clang -fsanitize=fuzzer,address -DFUZZER. Without
// it, the program replays the files of a corpus folder, and what comes of cutting and changing them.
//
// What must hold: an answer is an object or an error, never both; and what is read can be written, read
// again, and is then the same.
#include <string.h>

#include "base/error.h"
#include "wire/audit.h"
#include "wire/delta.h"
#include "wire/operation.h"
#include "wire/problem.h"
#include "wire/recurrence.h"
#include "wire/run.h"
#include "wire/statement.h"
#include "wire/status.h"
#include "replay.h"

static const WireShape *const SHAPES[] = {&STATEMENT_SHAPE, &SIGNOFF_REQUEST_SHAPE, &AUDIT_SHAPE,
                                          &OPERATION_SHAPE, &LOCATION_SHAPE,        &GROUP_SHAPE,
                                          &RUN_SHAPE,       &RUN_HISTORY_SHAPE};

static void check_shape(const WireShape *shape, json_t *json, WireMode mode)
{
    g_autoptr(GError) error = NULL;
    gpointer object = shape_from_json(shape, json, mode, &error);
    g_assert((object == NULL) == (error != NULL));
    if (!object)
        return;
    g_autoptr(json_t) written = shape_to_json(shape, object);
    gpointer again = shape_from_json(shape, written, WIRE_STRICT, &error);
    g_assert_no_error(error);
    g_autoptr(json_t) written_again = shape_to_json(shape, again);
    g_assert_true(json_equal(written, written_again));
    shape_free(shape, object);
    shape_free(shape, again);
}

static void check_delta(json_t *json, WireMode mode)
{
    g_autoptr(GError) error = NULL;
    g_auto(Delta) delta = {.kind = DELTA_KINDS};
    bool ok = delta_from_json(json, mode, &delta, &error);
    g_assert(ok == (error == NULL) && ok == (delta.key != NULL));
    if (!delta.object)
        return;
    g_autoptr(json_t) written = delta_to_json(delta.kind, delta.object);
    g_auto(Delta) again = {.kind = DELTA_KINDS};
    g_assert_true(delta_from_json(written, WIRE_STRICT, &again, NULL));
    g_assert_cmpstr(delta.key, ==, again.key);
}

// What the short way reads is what the long way reads.
static void check_scan(const char *text, gsize n, json_t *json)
{
    g_auto(Delta) scanned = {.kind = DELTA_KINDS}, delta = {.kind = DELTA_KINDS};
    if (!delta_scan(text, n, &scanned))
        return;
    g_assert_true(json && delta_from_json(json, WIRE_STRICT, &delta, NULL));
    g_assert_true(scanned.kind == delta.kind && !scanned.object == !delta.object);
    g_assert_cmpstr(scanned.key, ==, delta.key);
    if (!delta.object)
        return;
    g_autoptr(json_t) left = delta_to_json(delta.kind, delta.object);
    g_autoptr(json_t) right = delta_to_json(scanned.kind, scanned.object);
    g_assert_true(json_equal(left, right));
}

// A rule that is read is a rule, and written and read again is the same.
static void check_recurrence(json_t *json)
{
    WireReader reader = {0};
    Recurrence rule, again;
    WireAt root = wire_root(&reader, json);
    recurrence_read(&root, &rule);
    if (wire_reader_finish(&reader, NULL)) {
        g_autoptr(json_t) written = recurrence_to_json(&rule);
        root = wire_root(&reader, written);
        recurrence_read(&root, &again);
        g_assert_true(wire_reader_finish(&reader, NULL));
        g_autoptr(json_t) same = recurrence_to_json(&again);
        g_assert_true(json_equal(written, same));
        recurrence_release(&again);
    }
    recurrence_release(&rule);
}

int LLVMFuzzerTestOneInput(const guint8 *bytes, size_t n)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) json = wire_parse("It", (const char *)bytes, n, WIRE_BYTES_MAX, &error);
    g_assert((json == NULL) == (error != NULL));
    check_scan((const char *)bytes, n, json);
    if (!json)
        return 0;
    for (WireMode mode = WIRE_STRICT; mode <= WIRE_LENIENT; mode++) {
        check_delta(json, mode);
        for (gsize i = 0; i < G_N_ELEMENTS(SHAPES); i++)
            check_shape(SHAPES[i], json, mode);
    }
    check_recurrence(json);
    AuditChain chain = {0};
    audit_chain_verify_json(&chain, json, NULL);
    g_autofree char *digest = statement_json_digest(json, NULL);
    g_autoptr(GError) problem = problem_from_json(json, 409);
    g_assert_nonnull(problem);
    return 0;
}

#ifndef FUZZER
int main(int argc, char **argv)
{
    return replay_run(argc, argv, "corpus-wire", 997);
}
#endif
