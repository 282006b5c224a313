// Bytes to keys: every sequence we know, and above all those we do not.
#include <string.h>

#include "term/decode.h"

// What was emitted, as names: "j", "ctrl-s", "<click 3,4>", "<paste text>".
static void record(const KeyEvent *key, gpointer data)
{
    GString *out = data;
    char name[KEY_TEXT_MAX];
    key_format(key, name);
    if (out->len)
        g_string_append_c(out, ' ');
    if (key->code == K_PASTE)
        g_string_append_printf(out, "<paste %s>", key->text);
    else if (key_is_mouse(key))
        g_string_append_printf(out, "<%s %d,%d>",
                               key->code == K_CLICK      ? "click"
                               : key->code == K_WHEEL_UP ? "wheel-up"
                                                         : "wheel-down",
                               key->x, key->y);
    else
        g_string_append(out, name);
}

typedef struct {
    const char *name, *bytes, *expected;
} Case;

static const Case cases[] = {
    {"letters", "jF?", "j F ?"},
    {"space", " ", "space"},
    {"utf8", "é東", "é 東"},
    {"control", "\x13\x12\x01", "ctrl-s ctrl-r ctrl-a"},
    {"enter", "\r\n\t\x7f\b", "enter enter tab backspace backspace"},
    {"arrows", "\033[A\033OB\033[C\033OD", "up down right left"},
    {"home-end", "\033[H\033[F\033[1~\033[4~\033[7~\033[8~", "home end home end home end"},
    {"pages", "\033[5~\033[6~\033[3~\033[2~", "page-up page-down delete insert"},
    {"functions", "\033OP\033[15~\033[24~\033[[B", "f1 f5 f12 f2"},
    {"modified", "\033[1;5A\033[1;2B\033[3;3~\033[Z", "ctrl-up shift-down alt-delete shift-tab"},
    {"alt", "\033x\033\r", "alt-x alt-enter"},
    {"escape-mark", "\033", "esc"},
    {"alt-arrow", "\033\033[A", "alt-up"},
    {"coded", "\033[97;5u\033[27u\033[13;3u", "ctrl-a esc alt-enter"},
    {"mouse", "\033[<0;4;5M\033[<0;4;5m\033[<64;1;1M\033[<65;2;2M\033[<2;9;9M",
     "<click 3,4> <wheel-up 0,0> <wheel-down 1,1>"},
    {"old-mouse", "\033[M !\"j", "<click 0,1> j"},
    {"paste", "a\033[200~F q\r\033[A\033[201~b", "a <paste F q\r\033[A> b"},
    {"paste-false-end", "\033[200~x\033[201\033[201~", "<paste x\033[201>"},
    {"paste-esc-end", "\033[200~x\033\033[201~", "<paste x\033>"},
    // Nothing of these may come out as letters.
    {"unknown-csi", "\033[99;7zj\033[?62;4cj\033[>1;2;3cj\033[200;300;400Xj", "j j j j"},
    {"answers", "\033[24;80Rj\033[1;1Rj\033[?2026;2$yj\033[0nj", "j j j j"},
    {"counted", "\033[5Aj", "j"},
    {"osc", "\033]11;rgb:0/0/0\aj\033]52;c;QUFB\033\\j", "j j"},
    {"dcs", "\033P1$r0m\033\\j\033_Gi=1\033\\j\033^x\033\\j\033Xx\033\\j", "j j j j"},
    {"unknown-ss3", "\033Oyj", "j"},
    {"broken-csi", "\033[12\033[Bj\033[1\xc3j", "down j j"},
    {"broken-utf8", "\xff\xc3\xe6\x9djq", "j q"},
    {"nul", "\0j", ""},
};

static char *decode(const char *bytes, gsize n, gsize step)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(Decoder) decoder = decoder_new(record, out);
    for (gsize i = 0; i < n; i += step)
        decoder_feed(decoder, bytes + i, MIN(step, n - i), 0);
    if (decoder_wait_ms(decoder) > 0)
        decoder_timeout(decoder, 0);
    return g_strdup(out->str);
}

static void test_case(gconstpointer data)
{
    const Case *c = data;
    g_autofree char *whole = decode(c->bytes, strlen(c->bytes), 1000);
    g_assert_cmpstr(whole, ==, c->expected);
    g_autofree char *single = decode(c->bytes, strlen(c->bytes), 1);
    g_assert_cmpstr(single, ==, c->expected);
}

// A slow link tears a sequence behind its ESC: Esc comes out, its letters do not.
static void test_late(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(Decoder) decoder = decoder_new(record, out);
    decoder_feed(decoder, "\033", 1, 1000);
    g_assert_cmpint(decoder_wait_ms(decoder), ==, DECODE_ESC_MS);
    decoder_timeout(decoder, 1025);
    decoder_feed(decoder, "[A", 2, 1200);
    g_assert_cmpstr(out->str, ==, "esc up");
    decoder_feed(decoder, "\033", 1, 2000);
    decoder_timeout(decoder, 2025);
    decoder_feed(decoder, "[", 1, 2025 + DECODE_LATE_MS); // too late for that: a key
    g_assert_cmpstr(out->str, ==, "esc up esc [");
    decoder_feed(decoder, "[", 1, 9000);
    g_assert_cmpstr(out->str, ==, "esc up esc [ [");
}

// What is unfinished for long is dropped, and keys work again.
static void test_unfinished(void)
{
    static const char *const starts[] = {"\033[12", "\033O", "\033]0;title", "\033[M!", "\xe6\x9d"};
    for (gsize i = 0; i < G_N_ELEMENTS(starts); i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        g_autoptr(Decoder) decoder = decoder_new(record, out);
        decoder_feed(decoder, starts[i], strlen(starts[i]), 0);
        g_assert_cmpint(decoder_wait_ms(decoder), >, DECODE_ESC_MS);
        decoder_timeout(decoder, 1000);
        g_assert_cmpint(decoder_wait_ms(decoder), ==, 0);
        decoder_feed(decoder, "j", 1, 2000);
        g_assert_cmpstr(out->str, ==, "j");
    }
}

static void count_paste(const KeyEvent *key, gpointer data)
{
    g_assert_cmpint(key->code, ==, K_PASTE);
    *(gsize *)data = strlen(key->text);
}

static void test_paste_bounded(void)
{
    gsize size = 0;
    g_autoptr(Decoder) decoder = decoder_new(count_paste, &size);
    g_autofree char *text = g_strnfill(3 * DECODE_PASTE_MAX, 'F');
    decoder_feed(decoder, "\033[200~", 6, 0);
    decoder_feed(decoder, text, strlen(text), 0);
    decoder_feed(decoder, "\0\033[201~", 7, 0);
    g_assert_cmpuint(size, ==, DECODE_PASTE_MAX);
    g_autofree char *sequence = g_strdup_printf("\033[%s", text);
    memset(sequence + 2, '1', strlen(sequence) - 2);
    decoder_feed(decoder, sequence, strlen(sequence), 0);
    decoder_feed(decoder, "A", 1, 0);
    g_assert_cmpint(decoder_wait_ms(decoder), ==, 0);
}

static void ignore(const KeyEvent *key, gpointer data)
{
    (void)data;
    char name[KEY_TEXT_MAX];
    key_format(key, name);
}

// Any bytes at all, in any pieces.
static void test_random(void)
{
    static const char common[] = "\033[]O<;0123456789~MmuRA\x07\\P";
    g_autoptr(Decoder) decoder = decoder_new(ignore, NULL);
    for (int i = 0; i < 300000; i++) {
        char byte = g_test_rand_bit() ? common[g_test_rand_int_range(0, sizeof common - 1)]
                                      : (char)g_test_rand_int_range(0, 256);
        decoder_feed(decoder, &byte, 1, i);
        if (g_test_rand_int_range(0, 50) == 0)
            decoder_timeout(decoder, i);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/decode/%s", cases[i].name);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/decode/late", test_late);
    g_test_add_func("/decode/unfinished", test_unfinished);
    g_test_add_func("/decode/paste-bounded", test_paste_bounded);
    g_test_add_func("/decode/random", test_random);
    return g_test_run();
}
