// Looks: themes at every colour depth, what a configuration may change, what the colours are worth to
// eyes that see fewer of them, and the coloured dump.
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "cells/cells.h"

static const ColourDepth depths[] = {DEPTH_MONO, DEPTH_8, DEPTH_256, DEPTH_TRUE};
static const gint32 limits[] = {0, 8, 256, 0x1000000};

static void test_themes(void)
{
    for (const char *const *name = palette_themes(); *name; name++)
        for (gsize d = 0; d < G_N_ELEMENTS(depths); d++) {
            Palette palette;
            g_assert_true(palette_init(&palette, *name, depths[d], NULL));
            for (guint role = 0; role < ROLE_COUNT; role++) {
                Look look = palette_look(&palette, role);
                g_assert_cmpint(look.fg, >=, COLOUR_DEFAULT);
                g_assert_cmpint(look.fg, <, limits[d]);
                g_assert_cmpint(look.bg, <, limits[d]);
            }
        }
}

static void test_unknown_theme(void)
{
    Palette palette = {.depth = DEPTH_8};
    g_autoptr(GError) error = NULL;
    g_assert_false(palette_init(&palette, "neon", DEPTH_TRUE, &error));
    g_assert_error(error, ERR, ERR_NOT_FOUND);
    g_assert_nonnull(strstr(error->message, "neon"));
    g_assert_cmpint(palette.depth, ==, DEPTH_8);
}

static void test_set(void)
{
    static const struct {
        const char *role, *look, *bad; // bad: named in the message; NULL: understood
    } cases[] = {{"alarm", "orange bold", NULL},     {"alarm", "#56b4e9 on black", NULL},
                 {"alarm", "default reverse", NULL}, {"alarm", "none", NULL},
                 {"alarm", "pink", "pink"},          {"alarm", "#56b4e", "#56b4e"},
                 {"alarm", "#56b4eg", "#56b4eg"},    {"alert", "orange", "alert"}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Palette palette;
        g_autoptr(GError) error = NULL;
        g_assert_true(palette_init(&palette, NULL, DEPTH_TRUE, NULL));
        Look before = palette_look(&palette, ROLE_ALARM);
        bool done = palette_set(&palette, cases[i].role, cases[i].look, &error);
        g_assert_cmpint(done, ==, cases[i].bad == NULL);
        if (done)
            continue;
        g_assert_error(error, ERR, ERR_INVALID);
        g_assert_nonnull(strstr(error->message, cases[i].bad));
        g_assert_cmpint(palette_look(&palette, ROLE_ALARM).fg, ==, before.fg);
    }
}

static void test_set_value(void)
{
    Palette palette;
    g_assert_true(palette_init(&palette, NULL, DEPTH_TRUE, NULL));
    g_assert_true(palette_set(&palette, "alarm", "#56b4e9 on black bold", NULL));
    Look look = palette_look(&palette, ROLE_ALARM);
    g_assert_cmpint(look.fg, ==, 0x56b4e9);
    g_assert_cmpint(look.bg, ==, 0);
    g_assert_cmpuint(look.attributes, ==, LOOK_BOLD);
    Look selected = palette_look(&palette, ROLE_ALARM | STYLE_SELECTED | STYLE_UNDERLINE);
    g_assert_cmpuint(selected.attributes, ==, LOOK_BOLD | LOOK_REVERSE | LOOK_UNDERLINE);
    // What is stale must not keep the colour it had when it was true.
    Look stale = palette_look(&palette, ROLE_ALARM | STYLE_DIMMED);
    g_assert_cmpint(stale.fg, ==, palette_look(&palette, ROLE_STALE).fg);
}

// ---- Colours as eyes have them ----

typedef struct {
    double r, g, b; // linear light, 0 to 1
} Light;

static double linear(guint32 channel)
{
    double value = channel / 255.0;
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

static Light light_of(gint32 rgb)
{
    guint32 value = (guint32)rgb;
    return (Light){linear(value >> 16 & 255), linear(value >> 8 & 255), linear(value & 255)};
}

static double luminance(Light c)
{
    return 0.2126 * c.r + 0.7152 * c.g + 0.0722 * c.b;
}

static double contrast(Light a, Light b)
{
    double x = luminance(a), y = luminance(b);
    return (MAX(x, y) + 0.05) / (MIN(x, y) + 0.05);
}

// Every colour of the themes can be read on its background (WCAG: 4.5 to 1).
static void test_contrast(void)
{
    static const struct {
        const char *theme;
        gint32 background;
    } cases[] = {{"dark", 0x000000}, {"light", 0xffffff}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Palette palette;
        g_assert_true(palette_init(&palette, cases[i].theme, DEPTH_TRUE, NULL));
        for (guint role = 0; role < ROLE_COUNT; role++) {
            Look look = palette_look(&palette, role);
            if (look.fg != COLOUR_DEFAULT)
                g_assert_cmpfloat(contrast(light_of(look.fg), light_of(cases[i].background)), >=,
                                  4.5);
        }
    }
}

// How full colour vision, and the three ways of missing one kind of receptor, mix linear light.
static const double eyes[][9] = {
    {1, 0, 0, 0, 1, 0, 0, 0, 1},
    {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998},
    {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881},
    {1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900},
};

static Light seen_by(const double *eye, Light c)
{
    Light seen = {eye[0] * c.r + eye[1] * c.g + eye[2] * c.b,
                  eye[3] * c.r + eye[4] * c.g + eye[5] * c.b,
                  eye[6] * c.r + eye[7] * c.g + eye[8] * c.b};
    return (Light){CLAMP(seen.r, 0, 1), CLAMP(seen.g, 0, 1), CLAMP(seen.b, 0, 1)};
}

static double lab_root(double t)
{
    return t > 0.008856 ? cbrt(t) : 7.787 * t + 16.0 / 116;
}

// Distance as eyes judge it (CIE 1976): 2 is barely visible, 10 is plain.
static double distance(Light a, Light b)
{
    double lab[2][3];
    const Light *colours[] = {&a, &b};
    for (int i = 0; i < 2; i++) {
        const Light *c = colours[i];
        double x = lab_root((0.4124 * c->r + 0.3576 * c->g + 0.1805 * c->b) / 0.9505);
        double y = lab_root(luminance(*c));
        double z = lab_root((0.0193 * c->r + 0.1192 * c->g + 0.9505 * c->b) / 1.089);
        lab[i][0] = 116 * y - 16;
        lab[i][1] = 500 * (x - y);
        lab[i][2] = 200 * (y - z);
    }
    return sqrt(pow(lab[0][0] - lab[1][0], 2) + pow(lab[0][1] - lab[1][1], 2) +
                pow(lab[0][2] - lab[1][2], 2));
}

// The states that matter stay apart for everybody.
static void test_colour_blind(void)
{
    static const Role states[] = {ROLE_ACTIVE, ROLE_WARN, ROLE_ALARM, ROLE_DRILL};
    static const char *const names[] = {"dark", "light"};
    for (gsize t = 0; t < 2; t++)
        for (gsize eye = 0; eye < G_N_ELEMENTS(eyes); eye++)
            for (gsize i = 0; i < G_N_ELEMENTS(states); i++)
                for (gsize k = 0; k < i; k++) {
                    Palette palette;
                    g_assert_true(palette_init(&palette, names[t], DEPTH_TRUE, NULL));
                    Light a = light_of(palette_look(&palette, states[i]).fg);
                    Light b = light_of(palette_look(&palette, states[k]).fg);
                    double apart = distance(seen_by(eyes[eye], a), seen_by(eyes[eye], b));
                    g_test_message("%s eye %zu: %s and %s are %.1f apart", names[t], eye,
                                   role_name(states[i]), role_name(states[k]), apart);
                    g_assert_cmpfloat(apart, >=, 10);
                }
}

// With 8 colours the states differ in colour or attributes; without any, in attributes or sign.
static void test_few_colours(void)
{
    Palette palette;
    g_assert_true(palette_init(&palette, NULL, DEPTH_8, NULL));
    static const Role states[] = {ROLE_NORMAL, ROLE_ACTIVE, ROLE_WARN, ROLE_ALARM, ROLE_UNKNOWN};
    for (gsize i = 0; i < G_N_ELEMENTS(states); i++)
        for (gsize k = 0; k < i; k++) {
            Look a = palette_look(&palette, states[i]), b = palette_look(&palette, states[k]);
            g_assert_true(a.fg != b.fg || a.attributes != b.attributes);
        }
}

static void test_nearest(void)
{
    g_assert_cmpint(palette_nearest_256(0x000000), ==, 16);
    g_assert_cmpint(palette_nearest_256(0xffffff), ==, 231);
    g_assert_cmpint(palette_nearest_256(0x878787), ==, 102);
    g_assert_cmpint(palette_nearest_256(0x8a8a8a), ==, 245);
    g_assert_cmpint(palette_nearest_256(0xd75f00), ==, 166);
}

static void test_ansi(void)
{
    static const char *const expected[] = {
        "a \033[0;1;4m▲ x\033[0m\n\033[0;7msel\033[0m\n",
        "a \033[0;1;31m▲ x\033[0m\n\033[0;7msel\033[0m\n",
        "a \033[0;1;38;5;166m▲ x\033[0m\n\033[0;7msel\033[0m\n",
        "a \033[0;1;38;2;213;94;0m▲ x\033[0m\n\033[0;7msel\033[0m\n",
    };
    g_autoptr(Grid) grid = grid_new(9, 2, false);
    Canvas all = canvas_of(grid);
    cells_put(&all, 0, 0, ROLE_NORMAL, "a");
    cells_put(&all, 2, 0, ROLE_ALARM, "▲ x");
    cells_put(&all, 0, 1, ROLE_NORMAL | STYLE_SELECTED, "sel");
    for (gsize i = 0; i < G_N_ELEMENTS(depths); i++) {
        Palette palette;
        g_assert_true(palette_init(&palette, NULL, depths[i], NULL));
        g_autofree char *text = grid_ansi(grid, &palette);
        g_assert_cmpstr(text, ==, expected[i]);
    }
}

// The only escapes in a dump are ours, whatever the texts were.
static void test_ansi_hostile(void)
{
    Palette palette;
    g_assert_true(palette_init(&palette, NULL, DEPTH_MONO, NULL));
    for (int round = 0; round < 2000; round++) {
        char text[24];
        g_autoptr(Grid) grid = grid_new(40, 1, round % 2);
        Canvas all = canvas_of(grid);
        for (gsize i = 0; i < sizeof text - 1; i++)
            text[i] = (char)g_test_rand_int_range(1, 256);
        text[sizeof text - 1] = '\0';
        cells_put(&all, 0, 0, ROLE_NORMAL, text);
        g_autofree char *dump = grid_ansi(grid, &palette);
        g_assert_true(g_utf8_validate(dump, -1, NULL));
        for (const char *at = dump; (at = strchr(at, '\033')); at++)
            g_assert_true(g_str_has_prefix(at, "\033[0m") || g_str_has_prefix(at, "\033[0;4m"));
        g_autofree char *plain = grid_text(grid);
        for (const char *at = plain; *at && *at != '\n'; at++)
            g_assert_true((guchar)*at >= 0x20 && *at != 0x7f);
    }
}

static void test_roles(void)
{
    for (guint role = 0; role < ROLE_COUNT; role++) {
        g_assert_cmpint(role_from_name(role_name((Role)role)), ==, (int)role);
        for (guint other = 0; other < role; other++)
            g_assert_cmpint(grid_role_letter(role), !=, grid_role_letter(other));
    }
    g_assert_cmpint(role_from_name("red"), ==, ROLE_COUNT);
    g_assert_cmpint(style_role(200), ==, ROLE_NORMAL);
}

// Both glyph sets: one column each, ASCII plain.
static void test_glyphs(void)
{
    g_autoptr(Grid) grid = grid_new(1, 1, false);
    Canvas all = canvas_of(grid);
    for (guint glyph = 0; glyph < GLYPH_COUNT; glyph++) {
        g_assert_cmpint(cells_width(&all, glyph_text((Glyph)glyph, false)), ==, 1);
        g_assert_cmpuint(strlen(glyph_text((Glyph)glyph, true)), ==, 1);
        g_assert_cmpuint(g_utf8_get_char(glyph_text((Glyph)glyph, false)), ==,
                         glyph_char((Glyph)glyph, false));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/palette/themes", test_themes);
    g_test_add_func("/palette/unknown-theme", test_unknown_theme);
    g_test_add_func("/palette/set", test_set);
    g_test_add_func("/palette/set-value", test_set_value);
    g_test_add_func("/palette/contrast", test_contrast);
    g_test_add_func("/palette/colour-blind", test_colour_blind);
    g_test_add_func("/palette/few-colours", test_few_colours);
    g_test_add_func("/palette/nearest", test_nearest);
    g_test_add_func("/palette/ansi", test_ansi);
    g_test_add_func("/palette/ansi-hostile", test_ansi_hostile);
    g_test_add_func("/palette/roles", test_roles);
    g_test_add_func("/palette/glyphs", test_glyphs);
    return g_test_run();
}
