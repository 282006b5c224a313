#include "ssh/lists.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "ssh/blob.h"
#include "ssh/pubkey.h"

enum { LIST_MAX = 4 * 1024 * 1024, KRL_HEAD = 8 + 4 + 8 + 8 + 8 };

// ---- reading ----

static bool check_owner(int fd, const char *path, GError **error)
{
    struct stat status;
    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
        g_set_error(error, ERR, ERR_INVALID, "%s is no regular file.", path);
        return false;
    }
    if ((status.st_uid == 0 || status.st_uid == geteuid()) && !(status.st_mode & 022))
        return true;
    g_set_error(error, ERR, ERR_DENIED,
                "%s decides whose signatures count, but others can write it: it must belong to the "
                "daemon's user or root, and be writable by its owner only (chmod go-w).",
                path);
    return false;
}

static GBytes *read_fd(int fd, const char *path, GError **error)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    guint8 part[16384];
    for (;;) {
        ssize_t n = read(fd, part, sizeof part);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || bytes->len + (gsize)n > LIST_MAX) {
            g_set_error(error, ERR, ERR_INVALID, "%s cannot be read: %s.", path,
                        n < 0 ? g_strerror(errno) : "it is longer than 4 MiB");
            return NULL;
        }
        if (n == 0)
            return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
        g_byte_array_append(bytes, part, (guint)n);
    }
}

static GBytes *read_list(const char *path, bool (*check)(const char *, gsize, GError **),
                         GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        g_set_error(error, ERR, ERR_NOT_FOUND, "%s cannot be opened: %s.", path, g_strerror(errno));
        return NULL;
    }
    g_autoptr(GBytes) bytes = check_owner(fd, path, error) ? read_fd(fd, path, error) : NULL;
    close(fd);
    if (!bytes)
        return NULL;
    gsize size;
    const char *text = g_bytes_get_data(bytes, &size);
    if (check(text, size, error))
        return g_steal_pointer(&bytes);
    g_prefix_error(error, "%s: ", path);
    return NULL;
}

GBytes *lists_read_allowed(const char *path, GError **error)
{
    return read_list(path, lists_check_allowed, error);
}

GBytes *lists_read_revoked(const char *path, GError **error)
{
    return read_list(path, lists_check_revoked, error);
}

// ---- lines ----

typedef bool (*LineCheck)(char *line, gpointer data, GError **error);

// Each line that holds something. `ret_count` counts them.
static bool each_line(const char *text, gsize size, LineCheck check, gpointer data,
                      guint *ret_count, GError **error)
{
    guint number = 1, count = 0;
    if (memchr(text, 0, size)) {
        g_set_error_literal(error, ERR, ERR_INVALID, "it is no text.");
        return false;
    }
    for (const char *at = text, *end = text + size; at < end; number++) {
        const char *to = memchr(at, '\n', (gsize)(end - at));
        gsize n = (gsize)((to ? to : end) - at);
        g_autofree char *line = g_strndup(at, n);
        g_strstrip(line);
        at += n + 1;
        if (!*line || *line == '#')
            continue;
        count++;
        if (!check(line, data, error)) {
            g_prefix_error(error, "line %u: ", number);
            return false;
        }
    }
    *ret_count = count;
    return true;
}

// ---- allowed signers ----

// Cuts off the first word of a line; blanks inside quotes do not end it. The rest, or NULL.
static char *cut_word(char *line)
{
    bool quoted = false;
    for (char *at = line; *at; at++) {
        if (*at == '"')
            quoted = !quoted;
        if (quoted || (*at != ' ' && *at != '\t'))
            continue;
        *at++ = '\0';
        return at + strspn(at, " \t");
    }
    return NULL;
}

static bool is_option(const char *text)
{
    static const char *const OPTIONS[] = {"namespaces=\"", "valid-after=\"", "valid-before=\""};
    bool known = g_ascii_strncasecmp(text, "cert-authority", strlen("cert-authority")) == 0;
    for (gsize i = 0; !known && i < G_N_ELEMENTS(OPTIONS); i++)
        known = g_ascii_strncasecmp(text, OPTIONS[i], strlen(OPTIONS[i])) == 0;
    return known;
}

static bool check_allowed_line(char *line, gpointer data, GError **error)
{
    char *rest = cut_word(line);
    bool authority = false;
    (void)data;
    if (rest && is_option(rest)) {
        char *options = rest;
        rest = cut_word(options);
        authority = g_ascii_strncasecmp(options, "cert-authority", strlen("cert-authority")) == 0 ||
                    strstr(options, ",cert-authority");
    }
    if (!rest) {
        g_set_error_literal(error, ERR, ERR_INVALID,
                            "expected: person [options] type base64, as ssh-keygen(1) says under "
                            "ALLOWED SIGNERS.");
        return false;
    }
    if (strpbrk(line, "*?!") && !authority) {
        g_set_error(error, ERR, ERR_INVALID,
                    "\"%.60s\" is a pattern: one key could sign for many people. Name the person.",
                    line);
        return false;
    }
    g_autoptr(GError) why = NULL;
    SigningKey *key = pubkey_parse(rest, &why);
    if (!key)
        g_set_error(error, ERR, ERR_INVALID, "%s", why->message);
    bool ok = key != NULL;
    signing_key_free(key);
    return ok;
}

bool lists_check_allowed(const char *text, gsize size, GError **error)
{
    guint count = 0;
    if (!each_line(text, size, check_allowed_line, NULL, &count, error))
        return false;
    if (!count)
        g_set_error_literal(error, ERR, ERR_INVALID, "it allows nobody: it holds no line.");
    return count > 0;
}

// ---- revoked keys ----

static bool check_krl(const char *text, gsize size, GError **error)
{
    Blob blob = blob_of(text, size);
    blob_skip(&blob, 8);
    bool known = blob_u32(&blob) == 1;
    blob_skip(&blob, KRL_HEAD - 8 - 4);
    blob_string(&blob); // reserved
    blob_string(&blob); // comment
    while (!blob.failed && blob.left) {
        blob_byte(&blob);
        blob_string(&blob);
    }
    if (blob.failed || !known)
        g_set_error_literal(error, ERR, ERR_INVALID,
                            "it is a damaged key revocation list (KRL); make it anew with "
                            "ssh-keygen -k.");
    return !blob.failed && known;
}

static bool check_revoked_line(char *line, gpointer data, GError **error)
{
    g_autoptr(GError) why = NULL;
    (void)data;
    SigningKey *key = pubkey_parse(line, &why);
    if (!key)
        g_set_error(error, ERR, ERR_INVALID, "%s", why->message);
    bool ok = key != NULL;
    signing_key_free(key);
    return ok;
}

// ssh-keygen takes an empty file for "nothing is revoked"; a file cut off to nothing must not say that.
bool lists_check_revoked(const char *text, gsize size, GError **error)
{
    guint count;
    if (!size)
        g_set_error_literal(error, ERR, ERR_INVALID,
                            "it is empty. A list that revokes nothing holds a comment (\"# none\") "
                            "or is made by ssh-keygen -k.");
    else if (size >= 8 && memcmp(text, "SSHKRL\n", 8) == 0)
        return check_krl(text, size, error);
    return size && each_line(text, size, check_revoked_line, NULL, &count, error);
}
