#include "client/endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

enum { TOKEN_MAX = 4096 };

void endpoint_free(Endpoint *endpoint)
{
    if (!endpoint)
        return;
    g_free(endpoint->name);
    g_free(endpoint->base);
    g_free(endpoint->socket);
    token_free(endpoint->token);
    g_free(endpoint);
}

bool endpoint_equal(const Endpoint *a, const Endpoint *b)
{
    return g_strcmp0(a->socket, b->socket) == 0 && strcmp(a->base, b->base) == 0;
}

static Endpoint *unix_endpoint(const char *name, const char *path)
{
    Endpoint *endpoint = g_new0(Endpoint, 1);
    endpoint->name = g_strdup(name);
    endpoint->base = g_strdup("http://localhost");
    endpoint->socket = g_strdup(path);
    return endpoint;
}

Endpoint *endpoint_parse(const char *text, GError **error)
{
    if (g_str_has_prefix(text, "unix:") && text[5] == '/')
        return unix_endpoint(text, text + 5);
    if (text[0] == '/')
        return unix_endpoint(text, text);
    g_autoptr(GUri) uri = g_uri_parse(text, G_URI_FLAGS_NONE, NULL);
    bool web = uri && (g_strcmp0(g_uri_get_scheme(uri), "http") == 0 ||
                       g_strcmp0(g_uri_get_scheme(uri), "https") == 0);
    bool bare = web && g_uri_get_host(uri) && *g_uri_get_host(uri) && !g_uri_get_userinfo(uri) &&
                (!*g_uri_get_path(uri) || strcmp(g_uri_get_path(uri), "/") == 0) &&
                !g_uri_get_query(uri) && !g_uri_get_fragment(uri) &&
                !strchr(g_uri_get_host(uri), ' ');
    if (!bare) {
        g_set_error(error, ERR, ERR_INVALID,
                    "\"%.100s\" is not a backend; expected unix:/PATH, http://HOST:PORT or "
                    "https://HOST:PORT.",
                    text);
        return NULL;
    }
    Endpoint *endpoint = g_new0(Endpoint, 1);
    endpoint->name = g_strdup(text);
    endpoint->base = g_strdup(text);
    if (g_str_has_suffix(endpoint->base, "/"))
        endpoint->base[strlen(endpoint->base) - 1] = '\0';
    return endpoint;
}

static void free_endpoint(gpointer data)
{
    endpoint_free(data);
}

GPtrArray *endpoints_parse(const char *text, GError **error)
{
    g_autoptr(GPtrArray) endpoints = g_ptr_array_new_with_free_func(free_endpoint);
    g_auto(GStrv) parts = g_strsplit_set(text ? text : "", ", \t", -1);
    for (guint i = 0; parts[i]; i++) {
        Endpoint *endpoint = *parts[i] ? endpoint_parse(parts[i], error) : NULL;
        if (*parts[i] && !endpoint)
            return NULL;
        if (endpoint)
            g_ptr_array_add(endpoints, endpoint);
    }
    if (endpoints->len)
        return g_steal_pointer(&endpoints);
    g_set_error(error, ERR, ERR_INVALID,
                "No backend is named: use --url, SIGNALBOX_URL or `urls` in signalbox.conf.");
    return NULL;
}

static bool check_owner(int fd, const char *path, GError **error)
{
    struct stat info;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        g_set_error(error, ERR, ERR_INVALID, "%s is not a regular file.", path);
        return false;
    }
    if ((info.st_mode & 077) == 0)
        return true;
    g_set_error(error, ERR, ERR_REFUSED, "%s may be read by others (mode %04o): chmod 600 it.",
                path, (guint)(info.st_mode & 07777));
    return false;
}

static char *trimmed(const char *buffer, gssize n)
{
    while (n > 0 && g_ascii_isspace(buffer[n - 1]))
        n--;
    return n > 0 ? g_strndup(buffer, (gsize)n) : NULL;
}

char *token_read(const char *path, GError **error)
{
    char buffer[TOKEN_MAX];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
        g_set_error(error, ERR, ERR_NOT_FOUND, "The token file %s cannot be opened: %s.", path,
                    g_strerror(errno));
        return NULL;
    }
    char *token = NULL;
    if (check_owner(fd, path, error)) {
        gssize n = read(fd, buffer, sizeof buffer);
        token = n < (gssize)sizeof buffer ? trimmed(buffer, n) : NULL;
        if (!token)
            g_set_error(error, ERR, ERR_INVALID, "%s does not hold one token of up to %d bytes.",
                        path, TOKEN_MAX);
    }
    explicit_bzero(buffer, sizeof buffer);
    close(fd);
    return token;
}

void token_free(char *token)
{
    if (token)
        explicit_bzero(token, strlen(token));
    g_free(token);
}
