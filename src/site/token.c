// The token endpoint of the ARM dialect: client credentials in, a bearer token with an end out.
#include <string.h>

#include "site/site.h"

static void token_free(gpointer data)
{
    Token *token = data;
    g_free(token->token);
    g_free(token);
}

void site_tokens_clear(Site *site)
{
    g_queue_clear_full(&site->tokens, token_free);
}

Grant site_token_grant(Site *site, HttpRequest *request)
{
    Grant stranger = site->config.tenant ? GRANT_NONE : GRANT_ALL;
    const char *header = http_request_header(request, "Authorization");
    if (!header || g_ascii_strncasecmp(header, "Bearer ", 7) != 0)
        return stranger;
    if (site->config.reader_token && strcmp(site->config.reader_token, header + 7) == 0)
        return GRANT_READ;
    gint64 now_ms = site_now_ms(site);
    for (GList *at = site->tokens.head; at; at = at->next) {
        const Token *token = at->data;
        if (strcmp(token->token, header + 7) == 0 && token->until_ms > now_ms)
            return token->reads ? GRANT_READ : GRANT_ALL;
    }
    return stranger;
}

// The field of a form body, decoded; NULL if absent. The caller frees.
static char *form_field(char **pairs, const char *name)
{
    gsize length = strlen(name);
    for (guint i = 0; pairs[i]; i++) {
        if (strncmp(pairs[i], name, length) != 0 || pairs[i][length] != '=')
            continue;
        g_autofree char *plain = g_strdup(pairs[i] + length + 1);
        g_strdelimit(plain, "+", ' ');
        return g_uri_unescape_string(plain, NULL);
    }
    return NULL;
}

static void refuse(Site *site, HttpRequest *request, unsigned status, const char *code,
                   const char *description)
{
    site_reply(site, request, status,
               json_pack("{s:s,s:s}", "error", code, "error_description", description));
}

static void issue(Site *site, HttpRequest *request, bool reads)
{
    if (site->tokens.length >= TOKENS_MAX)
        token_free(g_queue_pop_head(&site->tokens));
    Token *token = g_new0(Token, 1);
    token->token = id_random_hex(&site->ids, 24);
    token->until_ms = site_now_ms(site) + site->config.token_ms;
    token->reads = reads;
    g_queue_push_tail(&site->tokens, token);
    site_reply(site, request, 200,
               json_pack("{s:s,s:I,s:s}", "token_type", "Bearer", "expires_in",
                         (json_int_t)(site->config.token_ms / 1000), "access_token", token->token));
}

void site_token_handle(Site *site, HttpRequest *request)
{
    gsize length;
    const char *bytes = g_bytes_get_data(http_request_body(request), &length);
    g_autofree char *body = g_strndup(length ? bytes : "", length);
    g_auto(GStrv) pairs = g_strsplit(body, "&", 16);
    g_autofree char *grant = form_field(pairs, "grant_type");
    g_autofree char *client = form_field(pairs, "client_id");
    g_autofree char *secret = form_field(pairs, "client_secret");
    if (!site->config.tenant ||
        g_strcmp0(http_request_var(request, "tenant"), site->config.tenant) != 0)
        refuse(site, request, 400, "invalid_request", "There is no such tenant.");
    else if (g_strcmp0(grant, "client_credentials") != 0)
        refuse(site, request, 400, "unsupported_grant_type", "Only client_credentials is granted.");
    else if (site->config.reader_id && g_strcmp0(client, site->config.reader_id) == 0 &&
             g_strcmp0(secret, site->config.reader_secret) == 0)
        issue(site, request, true);
    else if (g_strcmp0(client, site->config.client_id) != 0 ||
             g_strcmp0(secret, site->config.secret) != 0)
        refuse(site, request, 401, "invalid_client", "The client or its secret is not known.");
    else
        issue(site, request, false);
}
