// Where a backend answers: "unix:/run/signalbox/api.sock" (or just the path), "http://127.0.0.1:4711". The
// console knows several and changes over between them.
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
    char *name;   // as the operator wrote it
    char *base;   // URL without a path: "http://localhost", "http://127.0.0.1:4711"
    char *socket; // Unix socket; NULL = by the URL
    char *token;  // bearer token, for TCP; NULL = none. Never sent to another
} Endpoint;

// ERR_INVALID says what was expected. The caller frees.
Endpoint *endpoint_parse(const char *text, GError **error);
void endpoint_free(Endpoint *endpoint);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Endpoint, endpoint_free)

// True if both lead to the same place, however they were written.
bool endpoint_equal(const Endpoint *a, const Endpoint *b);

// A list separated by commas or blanks, as in SIGNALBOX_URL. ERR_INVALID names the one that is wrong, or
// says that there is none. Of Endpoint *; the caller owns it.
GPtrArray *endpoints_parse(const char *text, GError **error);

// Reads a bearer token from a file that only its owner may read. ERR_REFUSED if others may; ERR_NOT_FOUND,
// ERR_INVALID. The caller frees with token_free, which wipes it.
char *token_read(const char *path, GError **error);
void token_free(char *token);
