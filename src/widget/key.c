#include "widget/key.h"

#include <string.h>

#include "base/error.h"

typedef struct {
    const char *name;
    KeyCode code;
    gunichar ch;
} KeyName;

// The first name of a key is the one shown.
static const KeyName names[] = {
    {"enter", K_ENTER, 0},   {"return", K_ENTER, 0},    {"esc", K_ESC, 0},
    {"tab", K_TAB, 0},       {"delete", K_DELETE, 0},   {"backspace", K_BACKSPACE, 0},
    {"insert", K_INSERT, 0}, {"up", K_UP, 0},           {"down", K_DOWN, 0},
    {"left", K_LEFT, 0},     {"right", K_RIGHT, 0},     {"home", K_HOME, 0},
    {"end", K_END, 0},       {"page-up", K_PAGE_UP, 0}, {"page-down", K_PAGE_DOWN, 0},
    {"pgup", K_PAGE_UP, 0},  {"pgdn", K_PAGE_DOWN, 0},  {"space", K_CHAR, ' '},
    {"f1", K_FUNCTION, 1},   {"f2", K_FUNCTION, 2},     {"f3", K_FUNCTION, 3},
    {"f4", K_FUNCTION, 4},   {"f5", K_FUNCTION, 5},     {"f6", K_FUNCTION, 6},
    {"f7", K_FUNCTION, 7},   {"f8", K_FUNCTION, 8},     {"f9", K_FUNCTION, 9},
    {"f10", K_FUNCTION, 10}, {"f11", K_FUNCTION, 11},   {"f12", K_FUNCTION, 12},
};

static const struct {
    const char *prefix;
    guint mod;
} mods[] = {{"ctrl-", MOD_CTRL}, {"alt-", MOD_ALT}, {"shift-", MOD_SHIFT}};

KeyEvent key_of_char(gunichar ch)
{
    return (KeyEvent){.code = K_CHAR, .ch = ch};
}

static const char *parse_mods(const char *name, guint *ret_mods)
{
    for (guint i = 0; i < G_N_ELEMENTS(mods); i++)
        if (g_str_has_prefix(name, mods[i].prefix) && name[strlen(mods[i].prefix)]) {
            *ret_mods |= mods[i].mod;
            return parse_mods(name + strlen(mods[i].prefix), ret_mods);
        }
    return name;
}

static bool parse_base(const char *name, KeyEvent *key)
{
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(names[i].name, name) == 0) {
            key->code = names[i].code;
            key->ch = names[i].ch;
            return true;
        }
    gunichar ch = g_utf8_get_char_validated(name, -1);
    if (!g_unichar_isgraph(ch) || ch >= 0x110000 || name[g_unichar_to_utf8(ch, NULL)])
        return false;
    key->code = K_CHAR;
    key->ch = ch;
    return true;
}

bool key_parse(const char *name, KeyEvent *ret_key, GError **error)
{
    KeyEvent key = {0};
    const char *base = parse_mods(name, &key.mods);
    bool understood = parse_base(base, &key);
    // Terminals send a letter for ctrl-letter, and the capital itself for shift-letter.
    if (understood && key.code == K_CHAR && key.mods & MOD_SHIFT)
        understood = false;
    if (!understood) {
        g_set_error(error, ERR, ERR_INVALID,
                    "\"%s\" is not a key; expected a character, space, enter, esc, tab, "
                    "up, down, "
                    "left, right, home, end, page-up, page-down, insert, delete, backspace "
                    "or f1 "
                    "to f12, with ctrl-, alt- or (not for characters) shift- before it.",
                    name);
        return false;
    }
    if (key.code == K_CHAR && key.mods & MOD_CTRL)
        key.ch = g_unichar_tolower(key.ch);
    *ret_key = key;
    return true;
}

void key_format(const KeyEvent *key, char buffer[KEY_TEXT_MAX])
{
    GString *out = g_string_new(NULL);
    const char *base = NULL;
    char utf8[8] = "";
    for (guint i = 0; i < G_N_ELEMENTS(names) && !base; i++)
        if (names[i].code == key->code && names[i].ch == key->ch)
            base = names[i].name;
    if (!base && key->code == K_CHAR && g_unichar_isgraph(key->ch)) {
        utf8[g_unichar_to_utf8(key->ch, utf8)] = '\0';
        base = utf8;
    }
    for (guint i = 0; i < G_N_ELEMENTS(mods) && base; i++)
        if (key->mods & mods[i].mod)
            g_string_append(out, mods[i].prefix);
    g_string_append(out, base ? base : "");
    g_strlcpy(buffer, out->str, KEY_TEXT_MAX);
    g_string_free(out, TRUE);
}

bool key_equal(const KeyEvent *a, const KeyEvent *b)
{
    return a->code == b->code && a->ch == b->ch && a->mods == b->mods;
}

bool key_is_mouse(const KeyEvent *key)
{
    return key->code == K_CLICK || key->code == K_WHEEL_UP || key->code == K_WHEEL_DOWN;
}
