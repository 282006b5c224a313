// Two signatures over {"summary":"fail over payments"}, for signoff@signalbox, each by a hardware key of its own
// (tests/lib/token.c): one was touched for it, the other was made to need no touch.
#pragma once

#define HARDWARE_TOUCHED_KEY                                                                       \
    "sk-ssh-ed25519@openssh.com "                                                                  \
    "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAICsM6DIh8Akx9yT9tSeX6gCyDwyfYbpphX5liWBkqWl7AAAA" \
    "BHNzaDo="
#define HARDWARE_UNTOUCHED_KEY                                                                     \
    "sk-ssh-ed25519@openssh.com "                                                                  \
    "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIJPKX6O5dVjHVGUxx0rCkgfL1Mv4VVxSZYcuUajNhXDWAAAA" \
    "BHNzaDo="

#define HARDWARE_TOUCHED                                                                           \
    "-----BEGIN SSH SIGNATURE-----\n"                                                              \
    "U1NIU0lHAAAAAQAAAEoAAAAac2stc3NoLWVkMjU1MTlAb3BlbnNzaC5jb20AAAAgKwzoMi\n"                     \
    "HwCTH3JP21J5fqALIPDJ9hummFfmWJYGSpaXsAAAAEc3NoOgAAABFzaWdub2ZmQHNpZ25h\n"                     \
    "bGJveAAAAAAAAAAGc2hhNTEyAAAAZwAAABpzay1zc2gtZWQyNTUxOUBvcGVuc3NoLmNvbQ\n"                     \
    "AAAEBZ0TiNAv13YU75j+8eYigBqj6XP6l4Zc/0gTMhVfESySrl5sOrerixMTmiBMZahj0P\n"                     \
    "nbCTFCy68kHGv7wNVywKAQAAAAE=\n"                                                               \
    "-----END SSH SIGNATURE-----\n"
#define HARDWARE_UNTOUCHED                                                                         \
    "-----BEGIN SSH SIGNATURE-----\n"                                                              \
    "U1NIU0lHAAAAAQAAAEoAAAAac2stc3NoLWVkMjU1MTlAb3BlbnNzaC5jb20AAAAgk8pfo7\n"                     \
    "l1WMdUZTHHSsKSB8vUy/hVXFJlhy5RqM2FcNYAAAAEc3NoOgAAABFzaWdub2ZmQHNpZ25h\n"                     \
    "bGJveAAAAAAAAAAGc2hhNTEyAAAAZwAAABpzay1zc2gtZWQyNTUxOUBvcGVuc3NoLmNvbQ\n"                     \
    "AAAEBspiQ1EldrNmziyi5vIogfBHjzh4NUS/FSif+esNSabP2zuwO2pAOh/QXh9QkRYnUd\n"                     \
    "+7Tst2WIj6ferW+jFn4CAAAAAAE=\n"                                                               \
    "-----END SSH SIGNATURE-----\n"

#include <glib.h>
#include <string.h>

#define HARDWARE_BEGIN "-----BEGIN SSH SIGNATURE-----\n"
#define HARDWARE_END "-----END SSH SIGNATURE-----\n"

// What is between beginning and end, and the other way. The caller frees.
static inline guint8 *hardware_bytes(const char *armour, gsize *ret_size)
{
    const char *from = armour + strlen(HARDWARE_BEGIN);
    g_autofree char *base64 = g_strndup(from, (gsize)(strstr(from, HARDWARE_END) - from));
    return g_base64_decode(base64, ret_size);
}

static inline char *hardware_armour(const guint8 *bytes, gsize size)
{
    g_autofree char *base64 = g_base64_encode(bytes, size);
    return g_strconcat(HARDWARE_BEGIN, base64, "\n", HARDWARE_END, NULL);
}
