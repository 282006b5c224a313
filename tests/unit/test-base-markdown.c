// Text from outside in Markdown: nothing in it is markup, a link, a table's edge, a line of its own, or acts on a
// terminal; and it still reads as what it is.
#include <glib.h>
#include <string.h>

#include "base/markdown.h"

static const struct {
    const char *text, *markdown;
} ROWS[] = {
    {NULL, ""},
    {"", ""},
    {"plain text, 10.4% at 03:14:07Z (x2)", "plain text, 10.4% at 03:14:07Z (x2)"},
    {"a|b", "a\\|b"},
    {"*bold* _it_ `code` ~~gone~~", "\\*bold\\* \\_it\\_ \\`code\\` \\~\\~gone\\~\\~"},
    {"[x](y) ![i](j)", "\\[x\\](y) !\\[i\\](j)"},
    {"<script>alert(1)</script> &amp;", "\\<script\\>alert(1)\\</script\\> \\&amp;"},
    {"see http://evil.example or www.evil.example",
     "see http\\://evil.example or www\\.evil.example"},
    {"WWW.x wwwx", "WWW\\.x wwwx"},
    {"back\\slash", "back\\\\slash"},
    {"line\n# heading", "line\\\\x0a# heading"},
    {"\x1b[2J", "\\\\x1b\\[2J"},
    {"$x^2$", "\\$x^2\\$"},
    {"bad \xff byte", "bad \\\\xff byte"},
    {"支払", "支払"},
};

static void test_rows(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autofree char *out = markdown_escape(ROWS[i].text);
        g_assert_cmpstr(out, ==, ROWS[i].markdown);
    }
}

// Whatever is put in: one line, valid UTF-8, and no character of markup without its backslash.
static void test_random(void)
{
    static const char ALPHABET[] = "ab|*_`[]<>&~$\\\n\r\x1b:/w. #-\xe2\x80\xae\xff";
    for (guint round = 0; round < 2000; round++) {
        char text[24] = "";
        gsize n = (gsize)g_test_rand_int_range(0, sizeof text);
        for (gsize i = 0; i < n; i++)
            text[i] = ALPHABET[g_test_rand_int_range(0, sizeof ALPHABET - 1)];
        g_autofree char *out = markdown_escape(text);
        g_assert_true(g_utf8_validate(out, -1, NULL));
        g_assert_null(strpbrk(out, "\n\r\x1b"));
        for (const char *at = out; *at; at++) {
            if (*at == '\\') {
                at++;
                g_assert_true(*at != '\0');
                continue;
            }
            g_assert_null(strchr("`*_[]<>&|~$", *at));
            g_assert_false(g_str_has_prefix(at, "://"));
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/markdown/rows", test_rows);
    g_test_add_func("/base/markdown/random", test_random);
    return g_test_run();
}
