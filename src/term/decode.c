#include "term/decode.h"

#include <string.h>

typedef enum {
    AT_GROUND,
    AT_ESC,      // behind ESC
    AT_CSI,      // behind ESC [
    AT_SS3,      // behind ESC O
    AT_LINUX,    // behind ESC [ [: function keys of the Linux console
    AT_MOUSE,    // behind ESC [ M: three bytes of an old mouse report
    AT_STRING,   // in OSC, DCS, APC, PM or SOS, until ST or BEL
    AT_PASTE,    // between ESC [200~ and ESC [201~
    AT_CHARACTER // in a character of several bytes
} State;

struct Decoder {
    void (*emit)(const KeyEvent *key, gpointer data);
    gpointer data;
    State state;
    guint mods;    // MOD_ALT behind a doubled ESC
    gint64 esc_ms; // when a lone ESC was given out, -1: other bytes came since
    gsize n;       // bytes in `held`
    char held[DECODE_SEQUENCE_MAX];
    GString *paste;
    bool string_esc; // an ESC in a string: perhaps its end
};

static const char paste_end[] = "\033[201~";

Decoder *decoder_new(void (*emit)(const KeyEvent *key, gpointer data), gpointer data)
{
    Decoder *decoder = g_new0(Decoder, 1);
    decoder->emit = emit;
    decoder->data = data;
    decoder->esc_ms = -1;
    decoder->paste = g_string_new(NULL);
    return decoder;
}

void decoder_free(Decoder *decoder)
{
    if (!decoder)
        return;
    g_string_free(decoder->paste, TRUE);
    g_free(decoder);
}

static void enter(Decoder *decoder, State state)
{
    decoder->state = state;
    decoder->n = 0;
    decoder->string_esc = false;
}

static void emit_key(Decoder *decoder, KeyCode code, gunichar ch, guint mods)
{
    KeyEvent key = {.code = code, .ch = ch, .mods = mods | decoder->mods};
    decoder->mods = 0;
    enter(decoder, AT_GROUND);
    decoder->emit(&key, decoder->data);
}

// Nothing we know: forget it.
static void swallow(Decoder *decoder)
{
    decoder->mods = 0;
    enter(decoder, AT_GROUND);
}

static void hold(Decoder *decoder, char byte)
{
    if (decoder->n < sizeof decoder->held)
        decoder->held[decoder->n++] = byte;
}

// ---- Single bytes and characters ----

static void control_byte(Decoder *decoder, guchar byte)
{
    switch (byte) {
    case '\t':
        emit_key(decoder, K_TAB, 0, 0);
        return;
    case '\r':
    case '\n':
        emit_key(decoder, K_ENTER, 0, 0);
        return;
    case 0x08:
    case 0x7f:
        emit_key(decoder, K_BACKSPACE, 0, 0);
        return;
    case 0:
        emit_key(decoder, K_CHAR, ' ', MOD_CTRL);
        return;
    default:
        emit_key(decoder, K_CHAR, byte < 0x1b ? byte + 0x60u : byte + 0x40u, MOD_CTRL);
    }
}

static void character_byte(Decoder *decoder, char byte)
{
    hold(decoder, byte);
    gunichar ch = g_utf8_get_char_validated(decoder->held, (gssize)decoder->n);
    if (ch == (gunichar)-2 && decoder->n < 4)
        return;
    if (ch == (gunichar)-1 || ch == (gunichar)-2)
        swallow(decoder);
    else
        emit_key(decoder, K_CHAR, ch, 0);
}

static void ground_byte(Decoder *decoder, char byte, gint64 now_ms)
{
    guchar value = (guchar)byte;
    // A sequence torn behind its ESC: the Esc key was given out, but its letters must not be.
    bool late = decoder->esc_ms >= 0 && now_ms - decoder->esc_ms < DECODE_LATE_MS;
    decoder->esc_ms = -1;
    if (late && (byte == '[' || byte == 'O'))
        enter(decoder, byte == '[' ? AT_CSI : AT_SS3);
    else if (value == 0x1b)
        enter(decoder, AT_ESC);
    else if (value < 0x20 || value == 0x7f)
        control_byte(decoder, value);
    else if (value < 0x80)
        emit_key(decoder, K_CHAR, value, 0);
    else {
        enter(decoder, AT_CHARACTER);
        character_byte(decoder, byte);
    }
}

static void esc_byte(Decoder *decoder, char byte, gint64 now_ms)
{
    switch (byte) {
    case '[':
        enter(decoder, AT_CSI);
        return;
    case 'O':
        enter(decoder, AT_SS3);
        return;
    case ']':
    case 'P':
    case '_':
    case '^':
    case 'X':
        enter(decoder, AT_STRING);
        return;
    case 0x1b: // alt with a key that is itself a sequence
        decoder->mods = MOD_ALT;
        enter(decoder, AT_ESC);
        return;
    default:
        decoder->mods = MOD_ALT;
        enter(decoder, AT_GROUND);
        ground_byte(decoder, byte, now_ms);
    }
}

// ---- Control sequences ----

typedef struct {
    char final;
    KeyCode code;
    gunichar ch;
    guint mods;
} FinalKey;

static const FinalKey finals[] = {
    {'A', K_UP, 0, 0},       {'B', K_DOWN, 0, 0},        {'C', K_RIGHT, 0, 0},
    {'D', K_LEFT, 0, 0},     {'H', K_HOME, 0, 0},        {'F', K_END, 0, 0},
    {'P', K_FUNCTION, 1, 0}, {'Q', K_FUNCTION, 2, 0},    {'R', K_FUNCTION, 3, 0},
    {'S', K_FUNCTION, 4, 0}, {'Z', K_TAB, 0, MOD_SHIFT},
};

// The key of ESC [ number ~.
static const struct {
    int number;
    KeyCode code;
    gunichar ch;
} numbers[] = {
    {1, K_HOME, 0},      {2, K_INSERT, 0},     {3, K_DELETE, 0},     {4, K_END, 0},
    {5, K_PAGE_UP, 0},   {6, K_PAGE_DOWN, 0},  {7, K_HOME, 0},       {8, K_END, 0},
    {11, K_FUNCTION, 1}, {12, K_FUNCTION, 2},  {13, K_FUNCTION, 3},  {14, K_FUNCTION, 4},
    {15, K_FUNCTION, 5}, {17, K_FUNCTION, 6},  {18, K_FUNCTION, 7},  {19, K_FUNCTION, 8},
    {20, K_FUNCTION, 9}, {21, K_FUNCTION, 10}, {23, K_FUNCTION, 11}, {24, K_FUNCTION, 12},
};

enum { PARAMETERS = 4 };

// Reads "1;5" into numbers; false if there is anything but digits and semicolons.
static bool read_parameters(const char *text, gsize n, int ret_values[PARAMETERS])
{
    int values[PARAMETERS] = {0};
    guint at = 0;
    for (gsize i = 0; i < n; i++) {
        if (text[i] == ';')
            at++;
        else if (!g_ascii_isdigit(text[i]))
            return false;
        else if (at < PARAMETERS)
            values[at] = MIN(values[at] * 10 + (text[i] - '0'), 99999);
    }
    memcpy(ret_values, values, sizeof values);
    return true;
}

// Terminals count modifiers from 1: shift 1, alt 2, ctrl 4.
static guint mods_of(int value)
{
    guint bits = value > 0 ? (guint)value - 1 : 0;
    return (bits & 1 ? MOD_SHIFT : 0) | (bits & 2 ? MOD_ALT : 0) | (bits & 4 ? MOD_CTRL : 0);
}

static void mouse_event(Decoder *decoder, int button, int x, int y)
{
    static const struct {
        int button;
        KeyCode code;
    } codes[] = {{0, K_CLICK}, {64, K_WHEEL_UP}, {65, K_WHEEL_DOWN}};
    swallow(decoder);
    for (guint i = 0; i < G_N_ELEMENTS(codes); i++)
        if (codes[i].button == button) {
            KeyEvent key = {.code = codes[i].code, .x = x - 1, .y = y - 1};
            decoder->emit(&key, decoder->data);
        }
}

// ESC [ < button ; x ; y M
static void mouse_report(Decoder *decoder)
{
    int values[PARAMETERS];
    if (read_parameters(decoder->held + 1, decoder->n - 2, values))
        mouse_event(decoder, values[0], values[1], values[2]);
    else
        swallow(decoder);
}

static void number_key(Decoder *decoder, const int *values)
{
    if (values[0] == 200) {
        g_string_truncate(decoder->paste, 0);
        enter(decoder, AT_PASTE);
        return;
    }
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
        if (numbers[i].number == values[0]) {
            emit_key(decoder, numbers[i].code, numbers[i].ch, mods_of(values[1]));
            return;
        }
    swallow(decoder);
}

// ESC [ code ; mods u: terminals that send every key in this form.
static void code_key(Decoder *decoder, const int *values)
{
    guint mods = mods_of(values[1]);
    gunichar ch = (gunichar)values[0];
    decoder->mods |= mods;
    if (ch == 0x1b)
        emit_key(decoder, K_ESC, 0, 0);
    else if (ch < 0x20 || ch == 0x7f)
        control_byte(decoder, (guchar)ch);
    else if (g_unichar_validate(ch))
        emit_key(decoder, K_CHAR, ch, mods & ~(guint)MOD_SHIFT);
    else
        swallow(decoder);
}

// ESC [ parameters final, complete in `held`.
static void csi_done(Decoder *decoder, char final)
{
    int values[PARAMETERS];
    if (decoder->held[0] == '<' && final == 'M') {
        mouse_report(decoder);
        return;
    }
    if (decoder->n > sizeof decoder->held - 1 ||
        !read_parameters(decoder->held, decoder->n - 1, values)) {
        swallow(decoder);
        return;
    }
    if (final == '~') {
        number_key(decoder, values);
        return;
    }
    if (final == 'u') {
        code_key(decoder, values);
        return;
    }
    // With a first parameter other than 1, or as R with any, it is an answer (where the cursor
    // is), not a key.
    bool answer = values[0] > 1 || (final == 'R' && decoder->n > 1);
    for (guint i = 0; i < G_N_ELEMENTS(finals) && !answer; i++)
        if (finals[i].final == final) {
            emit_key(decoder, finals[i].code, finals[i].ch, finals[i].mods | mods_of(values[1]));
            return;
        }
    swallow(decoder);
}

static void csi_byte(Decoder *decoder, char byte)
{
    if (decoder->n == 0 && byte == '[') {
        enter(decoder, AT_LINUX);
        return;
    }
    if (decoder->n == 0 && byte == 'M') {
        enter(decoder, AT_MOUSE);
        return;
    }
    hold(decoder, byte);
    if ((guchar)byte < 0x20 || (guchar)byte > 0x7e) // broken off by something else
        swallow(decoder);
    else if (byte >= 0x40)
        csi_done(decoder, byte);
}

static void ss3_byte(Decoder *decoder, char byte)
{
    if (g_ascii_isdigit(byte) || byte == ';') // modifiers of some terminals: ESC O 5 A
        return;
    for (guint i = 0; i < G_N_ELEMENTS(finals); i++)
        if (finals[i].final == byte && byte != 'Z') {
            emit_key(decoder, finals[i].code, finals[i].ch, 0);
            return;
        }
    if (byte == 'M') // enter of the keypad
        emit_key(decoder, K_ENTER, 0, 0);
    else
        swallow(decoder);
}

static void linux_byte(Decoder *decoder, char byte)
{
    if (byte >= 'A' && byte <= 'E')
        emit_key(decoder, K_FUNCTION, (gunichar)(byte - 'A' + 1), 0);
    else
        swallow(decoder);
}

static void mouse_byte(Decoder *decoder, char byte)
{
    hold(decoder, byte);
    if (decoder->n < 3)
        return;
    const guchar *held = (const guchar *)decoder->held;
    mouse_event(decoder, held[0] - 32, held[1] - 32, held[2] - 32);
}

static void string_byte(Decoder *decoder, char byte)
{
    bool esc = decoder->string_esc;
    decoder->string_esc = byte == 0x1b;
    if (byte == 0x07 || byte == 0x18 || (esc && byte == '\\'))
        swallow(decoder);
}

// ---- Paste ----

static void paste_done(Decoder *decoder)
{
    KeyEvent key = {.code = K_PASTE, .text = decoder->paste->str};
    swallow(decoder);
    decoder->emit(&key, decoder->data);
    g_string_truncate(decoder->paste, 0);
}

static void keep_pasted(Decoder *decoder, char byte)
{
    // A NUL would end the text early and hide what follows.
    if (decoder->paste->len < DECODE_PASTE_MAX)
        g_string_append_c(decoder->paste, byte ? byte : ' ');
}

// `n` counts how much of the end mark has been matched.
static void paste_byte(Decoder *decoder, char byte)
{
    if (byte == paste_end[decoder->n]) {
        decoder->n++;
        if (decoder->n == sizeof paste_end - 1)
            paste_done(decoder);
        return;
    }
    for (gsize i = 0; i < decoder->n; i++)
        keep_pasted(decoder, paste_end[i]);
    decoder->n = byte == paste_end[0] ? 1 : 0;
    if (decoder->n == 0)
        keep_pasted(decoder, byte);
}

// ---- All together ----

static void feed_byte(Decoder *decoder, char byte, gint64 now_ms)
{
    static void (*const states[])(Decoder * decoder, char byte) = {
        [AT_CSI] = csi_byte,
        [AT_SS3] = ss3_byte,
        [AT_LINUX] = linux_byte,
        [AT_MOUSE] = mouse_byte,
        [AT_STRING] = string_byte,
        [AT_PASTE] = paste_byte,
        [AT_CHARACTER] = character_byte,
    };
    // An ESC begins anew wherever a sequence was broken off.
    bool breaks = byte == 0x1b && (decoder->state == AT_CSI || decoder->state == AT_SS3 ||
                                   decoder->state == AT_LINUX || decoder->state == AT_CHARACTER);
    if (breaks)
        swallow(decoder);
    if (decoder->state == AT_GROUND)
        ground_byte(decoder, byte, now_ms);
    else if (decoder->state == AT_ESC)
        esc_byte(decoder, byte, now_ms);
    else
        states[decoder->state](decoder, byte);
}

void decoder_feed(Decoder *decoder, const char *bytes, gsize n, gint64 now_ms)
{
    for (gsize i = 0; i < n; i++)
        feed_byte(decoder, bytes[i], now_ms);
}

int decoder_wait_ms(const Decoder *decoder)
{
    static const int waits[] = {
        [AT_GROUND] = 0,
        [AT_ESC] = DECODE_ESC_MS,
        [AT_CSI] = DECODE_LATE_MS,
        [AT_SS3] = DECODE_LATE_MS,
        [AT_LINUX] = DECODE_LATE_MS,
        [AT_MOUSE] = DECODE_LATE_MS,
        [AT_STRING] = DECODE_STRING_MS,
        [AT_PASTE] = DECODE_PASTE_MS,
        [AT_CHARACTER] = DECODE_LATE_MS,
    };
    return waits[decoder->state];
}

void decoder_timeout(Decoder *decoder, gint64 now_ms)
{
    if (decoder->state == AT_PASTE)
        paste_done(decoder);
    else if (decoder->state == AT_ESC) {
        decoder->mods = 0;
        emit_key(decoder, K_ESC, 0, 0);
        decoder->esc_ms = now_ms;
    } else
        swallow(decoder);
}
