// Errors as problem documents and back.
#include "wire/problem.h"

#include <string.h>

#include "base/error.h"

static void check(GQuark domain, int code, GQuark expected_domain, int expected_code)
{
    g_autoptr(GError) error = g_error_new(domain, code, "Group \"payments\" says no.");
    g_autoptr(json_t) json = problem_to_json(error, "/v1/operations");
    int status = (int)json_integer_value(json_object_get(json, "status"));
    g_assert_cmpint(status, >=, 400);
    g_assert_cmpint(status, ==, problem_info(error)->status);
    g_autoptr(GError) back = problem_from_json(json, status);
    g_assert_error(back, expected_domain, expected_code);
    g_assert_cmpstr(back->message, ==, error->message);
}

static void test_refusals(void)
{
    for (int i = 0; i < REFUSAL_COUNT; i++)
        check(REFUSAL, i, REFUSAL, i);
}

static void test_errors(void)
{
    static const struct {
        ErrCode code;
        int as; // a refusal, or -1: comes back as itself
    } ROWS[] = {
        {ERR_INVALID, REFUSAL_BAD_REQUEST},
        {ERR_NOT_FOUND, REFUSAL_NOT_FOUND},
        {ERR_CONFLICT, REFUSAL_CONFLICT},
        {ERR_REFUSED, -1},
        {ERR_DENIED, REFUSAL_NOT_ALLOWED},
        {ERR_UNREACHABLE, -1},
        {ERR_TIMEOUT, -1},
        {ERR_UNKNOWN, -1},
        {ERR_TOO_LARGE, REFUSAL_TOO_LARGE},
        {ERR_PROTOCOL, -1},
        {ERR_CORRUPT, -1},
        {ERR_NO_SPACE, REFUSAL_NOT_RECORDED},
        {ERR_BUSY, REFUSAL_UNAVAILABLE},
        {ERR_CANCELLED, -1},
        {ERR_GONE, REFUSAL_GONE},
        {ERR_INTERNAL, -1},
    };
    g_assert_cmpuint(G_N_ELEMENTS(ROWS), ==, ERR_COUNT);
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++)
        check(ERR, ROWS[i].code, ROWS[i].as < 0 ? ERR : REFUSAL,
              ROWS[i].as < 0 ? (int)ROWS[i].code : ROWS[i].as);
}

static void test_document(void)
{
    g_autoptr(GError) error = g_error_new(REFUSAL, REFUSAL_WRONG_DIGEST, "It has moved on.");
    g_autoptr(json_t) json = problem_to_json(error, NULL);
    g_autofree char *text = wire_format(json);
    g_assert_cmpstr(text, ==,
                    "{\"type\":\"urn:signalbox:problem:wrong-digest\","
                    "\"title\":\"The statement has changed\",\"status\":409,"
                    "\"detail\":\"It has moved on.\"}");
}

static void test_foreign_domain(void)
{
    g_autoptr(GError) error = g_error_new(G_FILE_ERROR, G_FILE_ERROR_IO, "x");
    g_assert_cmpint(problem_info(error)->status, ==, 500);
}

static void test_strangers(void)
{
    static const struct {
        const char *text;
        int status, code;
        const char *sentence;
    } ROWS[] = {
        {NULL, 418, ERR_PROTOCOL,
         "The backend answered with HTTP status 418: nothing more is said."},
        {"{}", 503, ERR_UNREACHABLE,
         "The backend answered with HTTP status 503: nothing more is said."},
        {"[1]", 500, ERR_PROTOCOL,
         "The backend answered with HTTP status 500: nothing more is said."},
        {"{\"type\":\"about:blank\",\"title\":\"No\"}", 400, ERR_PROTOCOL,
         "The backend answered with HTTP status 400: No"},
        {"{\"type\":7,\"detail\":{}}", 502, ERR_UNREACHABLE,
         "The backend answered with HTTP status 502: nothing more is said."},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autoptr(json_t) json = ROWS[i].text ? json_loads(ROWS[i].text, 0, NULL) : NULL;
        g_autoptr(GError) error = problem_from_json(json, ROWS[i].status);
        g_assert_error(error, ERR, ROWS[i].code);
        g_assert_cmpstr(error->message, ==, ROWS[i].sentence);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/problem/refusals", test_refusals);
    g_test_add_func("/wire/problem/errors", test_errors);
    g_test_add_func("/wire/problem/document", test_document);
    g_test_add_func("/wire/problem/foreign-domain", test_foreign_domain);
    g_test_add_func("/wire/problem/strangers", test_strangers);
    return g_test_run();
}
