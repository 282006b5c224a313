#include "base/id.h"

#include <string.h>
#include <sys/random.h>

static const char ALPHABET[] = "0123456789abcdefghjkmnpqrstvwxyz";

void id_source_init(IdSource *source, const Clock *clock, guint32 seed)
{
    *source = (IdSource){clock, seed ? g_rand_new_with_seed(seed) : NULL};
}

void id_source_release(IdSource *source)
{
    g_clear_pointer(&source->rand, g_rand_free);
}

static void fill_random(const IdSource *source, guint8 *bytes, gsize n)
{
    if (source->rand) {
        for (gsize i = 0; i < n; i++)
            bytes[i] = (guint8)g_rand_int_range(source->rand, 0, 256);
        return;
    }
    gssize got = getrandom(bytes, n, 0);
    g_assert(got == (gssize)n); // up to 256 bytes never come short
}

char *id_new(const IdSource *source, const char *prefix)
{
    guint64 seconds = (guint64)(clock_wall_ms(source->clock) / 1000);
    char time_part[7] = "", chance[5] = "";
    guint8 bytes[4];
    for (int i = 5; i >= 0; i--, seconds >>= 5)
        time_part[i] = ALPHABET[seconds & 31];
    fill_random(source, bytes, sizeof bytes);
    for (int i = 0; i < 4; i++)
        chance[i] = ALPHABET[bytes[i] & 31];
    return g_strconcat(prefix, "-", time_part, "-", chance, NULL);
}

char *id_random_hex(const IdSource *source, guint bytes)
{
    guint8 raw[32];
    g_assert(bytes <= sizeof raw);
    fill_random(source, raw, bytes);
    GString *text = g_string_sized_new(bytes * 2);
    for (guint i = 0; i < bytes; i++)
        g_string_append_printf(text, "%02x", raw[i]);
    return g_string_free(text, FALSE);
}

bool id_is_valid(const char *text)
{
    static const char SET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t n = text ? strlen(text) : 0;
    return n >= 1 && n <= 64 && strspn(text, SET) == n && text[0] != '.' && text[0] != '-';
}
