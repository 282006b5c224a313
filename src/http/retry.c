#include "http/retry.h"

#include <curl/curl.h>
#include <string.h>

enum { DEFAULT_FIRST_MS = 200, DEFAULT_MAX_MS = 30000 };

static gint64 longest_wait(const HttpBackoff *backoff)
{
    return backoff->max_ms > 0 ? backoff->max_ms : DEFAULT_MAX_MS;
}

gint64 http_backoff_ms(const HttpBackoff *backoff, guint retry, guint32 chance)
{
    if (backoff->max_retries && retry > backoff->max_retries)
        return -1;
    gint64 max = longest_wait(backoff);
    gint64 wait = MIN(backoff->first_ms > 0 ? backoff->first_ms : DEFAULT_FIRST_MS, max);
    for (guint i = 1; i < retry && wait < max; i++)
        wait = MIN(wait * 2, max);
    gint64 half = wait / 2;
    return half + (gint64)((guint64)(wait - half) * chance / G_MAXUINT32);
}

bool http_retry_after_parse(const char *text, gint64 wall_ms, gint64 *ret_ms)
{
    gsize length = strlen(text);
    gsize digits = strspn(text, "0123456789");
    if (length == 0 || length > 64)
        return false;
    if (digits == length) {
        // Beyond a century it is all the same, and the product stays in range.
        *ret_ms =
            (gint64)MIN(g_ascii_strtoull(text, NULL, 10), G_GUINT64_CONSTANT(3153600000)) * 1000;
        return true;
    }
    time_t date = g_ascii_isalpha(text[0]) ? curl_getdate(text, NULL) : -1;
    if (date < 0)
        return false;
    *ret_ms = MAX((gint64)date * 1000 - wall_ms, 0);
    return true;
}
