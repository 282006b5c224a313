// The routes table.
#include <string.h>

#include "httpd/route.h"

static void nothing(HttpRequest *request, void *data)
{
    (void)request;
    (void)data;
}

#define ROW(m, p)                                                                                  \
    {                                                                                              \
        .method = m, .pattern = p, .handler = nothing                                              \
    }

static const HttpRoute ROUTES[] = {
    ROW("GET", "/"),
    ROW("GET", "/v1/audit/{id}"),
    ROW("GET", "/v1/audit/head"),
    ROW("POST", "/v1/audit/head"),
    ROW("PUT", "/v1/operations/{id}/signoffs/{signoff-id}"),
    ROW("GET", "/v1/operations/{id}/signoffs/{signoff-id}"),
    ROW("GET", "/files/{path*}"),
    ROW("GET", "/files/{name}"),
    ROW("GET", "/{a}/x/{c}"),
    ROW("GET", "/{a}/{b}/y"),
    {.method = "GET",
     .pattern = "/subscriptions/{s}/resourceGroups/{g}",
     .handler = nothing,
     .flags = HTTP_ROUTE_NOCASE},
    {0},
};

typedef struct {
    const char *method, *path;
    const char *pattern; // NULL: none
    const char *vars;    // values, each with a semicolon
    const char *allow;
} Case;

static const Case CASES[] = {
    {"GET", "/", "/", "", NULL},
    {"GET", "/v1/audit/head", "/v1/audit/head", "", NULL},
    {"GET", "/v1/audit/heads", "/v1/audit/{id}", "heads;", NULL},
    {"HEAD", "/v1/audit/3", "/v1/audit/{id}", "3;", NULL},
    {"DELETE", "/v1/audit/3", NULL, "", "GET, HEAD"},
    {"DELETE", "/v1/audit/head", NULL, "", "GET, HEAD, POST"},
    {"POST", "/v1/audit/3", NULL, "", "GET, HEAD"},
    {"PUT", "/v1/operations/op-1/signoffs/so-2", "/v1/operations/{id}/signoffs/{signoff-id}",
     "op-1;so-2;", NULL},
    {"HEAD", "/v1/operations/op-1/signoffs/so-2", "/v1/operations/{id}/signoffs/{signoff-id}",
     "op-1;so-2;", NULL},
    {"GET", "/v1/operations/op-1/signoffs", NULL, "", NULL},
    {"GET", "/v1/operations/op-1/signoffs/so-2/more", NULL, "", NULL},
    {"GET", "/files", NULL, "", NULL},
    {"GET", "/files/a", "/files/{name}", "a;", NULL},
    {"GET", "/files/a/b", "/files/{path*}", "a/b;", NULL},
    {"GET", "/1/x/y", "/{a}/x/{c}", "1;y;", NULL},
    {"GET", "/1/2/y", "/{a}/{b}/y", "1;2;", NULL},
    {"GET", "/V1/audit/head", NULL, "", NULL},
    {"GET", "/SUBSCRIPTIONS/S1/resourcegroups/G", "/subscriptions/{s}/resourceGroups/{g}", "S1;G;",
     NULL},
    {"get", "/v1/audit/3", NULL, "", "GET, HEAD"},
};

static void check(const Case *row)
{
    HttpMatch match;
    g_auto(GStrv) segments = g_strsplit(row->path + 1, "/", -1);
    g_autoptr(GString) vars = g_string_new(NULL);
    http_match_init(&match, ROUTES, row->method, (const char *const *)segments,
                    g_strv_length(segments));
    for (guint i = 0; i < match.n_vars; i++)
        g_string_append_printf(vars, "%s;", match.vars[i].value);
    g_assert_cmpstr(match.route ? match.route->pattern : NULL, ==, row->pattern);
    g_assert_cmpstr(match.allow, ==, row->allow);
    g_assert_cmpstr(vars->str, ==, row->vars);
    http_match_release(&match);
}

static void test_table(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_test_message("%s %s", CASES[i].method, CASES[i].path);
        check(&CASES[i]);
    }
}

static void assert_name(const HttpVar *var, const char *name)
{
    g_autofree char *text = g_strndup(var->name, var->name_len);
    g_assert_cmpstr(text, ==, name);
}

static void test_names(void)
{
    static const char *const SEGMENTS[] = {"v1", "operations", "a", "signoffs", "b", NULL};
    HttpMatch match;
    http_match_init(&match, ROUTES, "PUT", SEGMENTS, 5);
    g_assert_cmpuint(match.n_vars, ==, 2);
    assert_name(&match.vars[0], "id");
    assert_name(&match.vars[1], "signoff-id");
    http_match_release(&match);
}

static void test_valid(void)
{
    static const struct {
        HttpRoute route;
        bool valid;
    } ROWS[] = {
        {ROW("GET", "/a/{b}"), true},
        {ROW("GET", "/a/{b*}"), true},
        {ROW("GET", "/{1}/{2}/{3}/{4}/{5}/{6}/{7}/{8}"), true},
        {ROW("GET", "/{1}/{2}/{3}/{4}/{5}/{6}/{7}/{8}/{9}"), false},
        {ROW("HEAD", "/a"), false},
        {ROW("", "/a"), false},
        {ROW("GET", "a"), false},
        {ROW("GET", "/a//b"), false},
        {ROW("GET", "/a{b}"), false},
        {ROW("GET", "/{b"), false},
        {ROW("GET", "/{}"), false},
        {ROW("GET", "/{*}"), false},
        {ROW("GET", "/{b*}/c"), false},
        {{.method = "GET", .pattern = "/a"}, false},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_test_message("%s", ROWS[i].route.pattern);
        g_assert_true(http_route_is_valid(&ROWS[i].route) == ROWS[i].valid);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/httpd/route/table", test_table);
    g_test_add_func("/httpd/route/names", test_names);
    g_test_add_func("/httpd/route/valid", test_valid);
    return g_test_run();
}
