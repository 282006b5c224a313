#include <string.h>

#include "http/private.h"

enum { HEADERS_MAX = 64 * 1024 };

void http_response_init(HttpResponse *response)
{
    response->headers = g_string_new(NULL);
}

void http_response_release(HttpResponse *response)
{
    if (response->headers)
        g_string_free(response->headers, TRUE);
    if (response->body)
        g_byte_array_free(response->body, TRUE);
    if (response->bytes)
        g_bytes_unref(response->bytes);
    *response = (HttpResponse){0};
}

bool http_response_take_line(HttpResponse *response, const char *line, gsize n)
{
    GString *headers = response->headers;
    const char *colon = memchr(line, ':', n);
    bool status_line = n >= 5 && memcmp(line, "HTTP/", 5) == 0;
    if (!colon || status_line || memchr(line, '\0', n))
        return true;
    if (headers->len + n + 2 > HEADERS_MAX)
        return false;
    const char *value = colon + 1;
    const char *end = line + n;
    while (value < end && g_ascii_isspace(*value))
        value++;
    while (end > value && g_ascii_isspace(end[-1]))
        end--;
    g_string_append_len(headers, line, colon - line);
    g_string_append_c(headers, '\0');
    g_string_append_len(headers, value, end - value);
    g_string_append_c(headers, '\0');
    return true;
}

unsigned http_response_status(const HttpResponse *response)
{
    return response->status;
}

const char *http_response_header(const HttpResponse *response, const char *name)
{
    const char *at = response->headers->str;
    const char *end = at + response->headers->len;
    while (at < end) {
        const char *value = at + strlen(at) + 1;
        if (g_ascii_strcasecmp(at, name) == 0)
            return value;
        at = value + strlen(value) + 1;
    }
    return NULL;
}

GBytes *http_response_body(const HttpResponse *response)
{
    return response->bytes;
}

const HttpTiming *http_response_timing(const HttpResponse *response)
{
    return &response->timing;
}
