#include "cells/palette.h"

#include <string.h>

#include "base/error.h"

typedef struct {
    const char *name;
    guint32 rgb;
    gint32 basic; // of 8 colours
} Colour;

// On dark backgrounds: Okabe-Ito as published. Blue there is lightened, it was made for white
// paper.
static const Colour dark_colours[] = {
    {"black", 0x000000, 0},  {"orange", 0xe69f00, 3}, {"sky", 0x56b4e9, 6},
    {"green", 0x009e73, 2},  {"yellow", 0xf0e442, 3}, {"blue", 0x4a9fd8, 4},
    {"purple", 0xcc79a7, 5}, {"white", 0xffffff, 7},  {"vermillion", 0xd55e00, 1},
    {"grey", 0x8a8a8a, 7},
};

// On light backgrounds the same hues, darkened until they can be read.
static const Colour light_colours[] = {
    {"black", 0x000000, 0},  {"orange", 0x966800, 3}, {"sky", 0x005f99, 4},
    {"green", 0x00664a, 2},  {"yellow", 0x6e6500, 3}, {"blue", 0x0050a0, 4},
    {"purple", 0x8a2f66, 5}, {"white", 0xffffff, 7},  {"vermillion", 0x9c1c00, 1},
    {"grey", 0x6a6a6a, 0},
};

static const char *const colourful[ROLE_COUNT] = {
    [ROLE_NORMAL] = "default",
    [ROLE_DIM] = "grey",
    [ROLE_TITLE] = "default bold",
    [ROLE_HEADER] = "default bold",
    [ROLE_BORDER] = "grey",
    [ROLE_OK] = "default",
    [ROLE_ACTIVE] = "sky bold",
    [ROLE_PASSIVE] = "default",
    [ROLE_WARN] = "orange",
    [ROLE_ALARM] = "vermillion bold",
    [ROLE_UNKNOWN] = "default reverse",
    [ROLE_STALE] = "grey dim",
    [ROLE_CHANGED] = "yellow bold",
    [ROLE_KEY] = "sky bold",
    [ROLE_MUTED] = "grey dim",
    [ROLE_DRILL] = "purple bold",
    [ROLE_PRODUCTION] = "orange bold",
    [ROLE_INPUT] = "default underline",
    [ROLE_MATCH] = "yellow underline",
};

static const char *const colourless[ROLE_COUNT] = {
    [ROLE_NORMAL] = "default",
    [ROLE_DIM] = "default",
    [ROLE_TITLE] = "default bold",
    [ROLE_HEADER] = "default bold",
    [ROLE_BORDER] = "default",
    [ROLE_OK] = "default",
    [ROLE_ACTIVE] = "default bold",
    [ROLE_PASSIVE] = "default",
    [ROLE_WARN] = "default underline",
    [ROLE_ALARM] = "default bold underline",
    [ROLE_UNKNOWN] = "default reverse",
    [ROLE_STALE] = "default dim",
    [ROLE_CHANGED] = "default bold underline",
    [ROLE_KEY] = "default bold",
    [ROLE_MUTED] = "default dim",
    [ROLE_DRILL] = "default bold reverse",
    [ROLE_PRODUCTION] = "default bold",
    [ROLE_INPUT] = "default underline",
    [ROLE_MATCH] = "default underline",
};

typedef struct {
    const char *name;
    const Colour *colours;
    const char *const *roles;
} Theme;

enum { COLOUR_NAMES = G_N_ELEMENTS(dark_colours) };
G_STATIC_ASSERT(G_N_ELEMENTS(light_colours) == COLOUR_NAMES);

static const Theme themes[] = {
    {"dark", dark_colours, colourful},
    {"light", light_colours, colourful},
    {"mono", dark_colours, colourless},
};
static const char *const theme_names[] = {"dark", "light", "mono", NULL};

static const struct {
    const char *name;
    guint attribute;
} attribute_names[] = {
    {"bold", LOOK_BOLD},       {"dim", LOOK_DIM}, {"underline", LOOK_UNDERLINE},
    {"reverse", LOOK_REVERSE}, {"none", 0},
};

const char *const *palette_themes(void)
{
    return theme_names;
}

static int square_distance(guint32 a, guint32 b)
{
    int red = (int)(a >> 16 & 255) - (int)(b >> 16 & 255);
    int green = (int)(a >> 8 & 255) - (int)(b >> 8 & 255);
    int blue = (int)(a & 255) - (int)(b & 255);
    return red * red + green * green + blue * blue;
}

// What colour 16..255 of a 256-colour terminal is.
static guint32 colour_of_256(guint index)
{
    static const guint32 steps[] = {0, 95, 135, 175, 215, 255};
    if (index >= 232)
        return (8 + 10 * (index - 232)) * 0x010101u;
    index -= 16;
    return steps[index / 36] << 16 | steps[index / 6 % 6] << 8 | steps[index % 6];
}

int palette_nearest_256(guint32 rgb)
{
    int best = 16;
    for (int i = 17; i < 256; i++)
        if (square_distance(colour_of_256((guint)i), rgb) <
            square_distance(colour_of_256((guint)best), rgb))
            best = i;
    return best;
}

// The colour as this depth has it.
static gint32 reduce(const Colour *colour, ColourDepth depth)
{
    switch (depth) {
    case DEPTH_TRUE:
        return (gint32)colour->rgb;
    case DEPTH_256:
        return palette_nearest_256(colour->rgb);
    case DEPTH_8:
        return colour->basic;
    default:
        return COLOUR_DEFAULT;
    }
}

// The basic colour nearest to a #rrggbb: which of its channels are strong.
static gint32 nearest_basic(guint32 rgb)
{
    return (gint32)((rgb >> 23 & 1) | (rgb >> 14 & 2) | (rgb >> 5 & 4));
}

static bool parse_rgb(const char *word, Colour *ret_colour)
{
    if (word[0] != '#' || strlen(word) != 7)
        return false;
    for (int i = 1; i < 7; i++)
        if (!g_ascii_isxdigit(word[i]))
            return false;
    guint32 rgb = (guint32)g_ascii_strtoull(word + 1, NULL, 16);
    *ret_colour = (Colour){NULL, rgb, nearest_basic(rgb)};
    return true;
}

static bool parse_colour(const char *word, const Colour *names, ColourDepth depth, gint32 *ret)
{
    Colour colour;
    if (strcmp(word, "default") == 0) {
        *ret = COLOUR_DEFAULT;
        return true;
    }
    if (parse_rgb(word, &colour)) {
        *ret = reduce(&colour, depth);
        return true;
    }
    for (guint i = 0; i < COLOUR_NAMES; i++)
        if (strcmp(word, names[i].name) == 0) {
            *ret = reduce(&names[i], depth);
            return true;
        }
    return false;
}

static bool parse_attribute(const char *word, guint *attributes)
{
    for (guint i = 0; i < G_N_ELEMENTS(attribute_names); i++)
        if (strcmp(word, attribute_names[i].name) == 0) {
            *attributes |= attribute_names[i].attribute;
            return true;
        }
    return false;
}

// Reads "FG [on BG] [attribute...]". NULL if understood, else the index of the word that was not.
static bool parse_look(char **words, const Colour *names, ColourDepth depth, Look *ret_look,
                       const char **ret_bad)
{
    Look look = {COLOUR_DEFAULT, COLOUR_DEFAULT, 0};
    bool background = false;
    for (; *words; words++) {
        if (**words == '\0')
            continue;
        if (strcmp(*words, "on") == 0) {
            background = true;
            continue;
        }
        if (!parse_attribute(*words, &look.attributes) &&
            !parse_colour(*words, names, depth, background ? &look.bg : &look.fg)) {
            *ret_bad = *words;
            return false;
        }
    }
    *ret_look = look;
    return true;
}

static const Theme *find_theme(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(themes); i++)
        if (strcmp(themes[i].name, name ? name : "dark") == 0)
            return &themes[i];
    return NULL;
}

bool palette_init(Palette *palette, const char *name, ColourDepth depth, GError **error)
{
    const Theme *theme = find_theme(name);
    if (!theme) {
        g_set_error(error, ERR, ERR_NOT_FOUND,
                    "There is no theme \"%s\": dark, light and mono are.", name);
        return false;
    }
    palette->depth = depth;
    const char *const *roles = depth == DEPTH_MONO ? colourless : theme->roles;
    for (guint i = 0; i < ROLE_COUNT; i++) {
        const char *bad = NULL;
        g_auto(GStrv) words = g_strsplit(roles[i], " ", -1);
        bool understood = parse_look(words, theme->colours, depth, &palette->roles[i], &bad);
        g_assert(understood);
    }
    return true;
}

bool palette_set(Palette *palette, const char *role, const char *look, GError **error)
{
    const char *bad = NULL;
    Role which = role_from_name(role);
    if (which == ROLE_COUNT) {
        g_set_error(error, ERR, ERR_INVALID, "A theme has no role \"%s\".", role);
        return false;
    }
    g_auto(GStrv) words = g_strsplit(look, " ", 16);
    if (!parse_look(words, dark_colours, palette->depth, &palette->roles[which], &bad)) {
        g_set_error(error, ERR, ERR_INVALID,
                    "The look of role \"%s\" has \"%s\"; expected a colour "
                    "(default, black, orange, "
                    "sky, green, yellow, blue, vermillion, purple, white, grey, "
                    "#rrggbb), on, bold, "
                    "dim, underline, reverse or none.",
                    role, bad);
        return false;
    }
    return true;
}

Look palette_look(const Palette *palette, Style style)
{
    Look look = palette->roles[style & STYLE_DIMMED ? ROLE_STALE : style_role(style)];
    if (style & STYLE_BOLD)
        look.attributes |= LOOK_BOLD;
    if (style & STYLE_UNDERLINE)
        look.attributes |= LOOK_UNDERLINE;
    if (style & STYLE_REVERSE)
        look.attributes ^= LOOK_REVERSE;
    if (style & STYLE_SELECTED)
        look.attributes ^= LOOK_REVERSE;
    return look;
}

static void append_colour(GString *out, gint32 colour, int base, ColourDepth depth)
{
    guint32 rgb = (guint32)colour;
    if (colour == COLOUR_DEFAULT)
        return;
    if (depth == DEPTH_TRUE)
        g_string_append_printf(out, ";%d;2;%u;%u;%u", base + 8, rgb >> 16, rgb >> 8 & 255,
                               rgb & 255);
    else if (depth == DEPTH_256)
        g_string_append_printf(out, ";%d;5;%d", base + 8, colour);
    else
        g_string_append_printf(out, ";%d", base + colour);
}

static void append_look(GString *out, const Palette *palette, Style style)
{
    Look look = palette_look(palette, style);
    g_string_append(out, "\033[0");
    if (look.attributes & LOOK_BOLD)
        g_string_append(out, ";1");
    if (look.attributes & LOOK_DIM)
        g_string_append(out, ";2");
    if (look.attributes & LOOK_UNDERLINE)
        g_string_append(out, ";4");
    if (look.attributes & LOOK_REVERSE)
        g_string_append(out, ";7");
    append_colour(out, look.fg, 30, palette->depth);
    append_colour(out, look.bg, 40, palette->depth);
    g_string_append_c(out, 'm');
}

static bool cell_is_blank(const Cell *cell)
{
    return cell->ch[0] == ' ' && cell->style == ROLE_NORMAL;
}

static void append_line(GString *out, const Cell *line, int width, const Palette *palette)
{
    guint style = ROLE_NORMAL;
    while (width > 0 && cell_is_blank(&line[width - 1]))
        width--;
    for (int x = 0; x < width; x++) {
        if (line[x].style != style)
            append_look(out, palette, line[x].style);
        style = line[x].style;
        for (int i = 0; line[x].width > 0 && i < CELL_CHARS && line[x].ch[i]; i++)
            g_string_append_unichar(out, line[x].ch[i]);
    }
    if (style != ROLE_NORMAL)
        g_string_append(out, "\033[0m");
    g_string_append_c(out, '\n');
}

char *grid_ansi(const Grid *grid, const Palette *palette)
{
    GString *out = g_string_new(NULL);
    for (int y = 0; y < grid_height(grid); y++)
        append_line(out, grid_line(grid, y), grid_width(grid), palette);
    return g_string_free(out, FALSE);
}
