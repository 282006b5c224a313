#include <string.h>

#include "base/error.h"
#include "http/private.h"

// libcurl's results that need no more than a row. `certain`: it ended before
// the request was sent, so it certainly had no effect, whatever its method.
static const struct {
    CURLcode result;
    ErrCode code;
    bool certain;
    bool with_words; // libcurl's own words say more
    const char *sentence;
} FAILURES[] = {
    {CURLE_COULDNT_RESOLVE_HOST, ERR_UNREACHABLE, true, false,
     "the host name could not be resolved"},
    {CURLE_COULDNT_RESOLVE_PROXY, ERR_UNREACHABLE, true, false,
     "the proxy's name could not be resolved"},
    {CURLE_URL_MALFORMAT, ERR_INVALID, true, false, "the URL makes no sense"},
    {CURLE_UNSUPPORTED_PROTOCOL, ERR_PROTOCOL, false, false, "the answer is not HTTP"},
    {CURLE_WEIRD_SERVER_REPLY, ERR_PROTOCOL, false, false, "the answer is not HTTP"},
    {CURLE_BAD_CONTENT_ENCODING, ERR_PROTOCOL, false, false, "the answer is not HTTP"},
    {CURLE_GOT_NOTHING, ERR_UNREACHABLE, false, false,
     "the connection was closed without an answer"},
    {CURLE_SEND_ERROR, ERR_UNREACHABLE, false, false,
     "the connection broke while the request was sent"},
    {CURLE_RECV_ERROR, ERR_UNREACHABLE, false, false,
     "the connection broke before the answer was whole"},
    {CURLE_PARTIAL_FILE, ERR_UNREACHABLE, false, false,
     "the connection broke before the answer was whole"},
    {CURLE_SSL_CONNECT_ERROR, ERR_PROTOCOL, true, true, "the TLS handshake failed"},
    {CURLE_PEER_FAILED_VERIFICATION, ERR_PROTOCOL, true, true,
     "the server's certificate is not accepted"},
    {CURLE_SSL_ISSUER_ERROR, ERR_PROTOCOL, true, true, "the server's certificate is not accepted"},
    {CURLE_SSL_PINNEDPUBKEYNOTMATCH, ERR_PROTOCOL, true, false,
     "the server's key is not the pinned one"},
    {CURLE_SSL_CACERT_BADFILE, ERR_INVALID, true, true, "the CA file cannot be read"},
    {CURLE_SSL_CERTPROBLEM, ERR_INVALID, true, true, "our own certificate cannot be used"},
    {CURLE_SSL_CIPHER, ERR_PROTOCOL, true, true, "the TLS handshake failed"},
};

static bool was_sent(const HttpCall *call)
{
    long bytes = 0;
    return curl_easy_getinfo(call->easy, CURLINFO_REQUEST_SIZE, &bytes) == CURLE_OK && bytes > 0;
}

static bool was_connected(const HttpCall *call)
{
    curl_off_t us = 0;
    return was_sent(call) ||
           (curl_easy_getinfo(call->easy, CURLINFO_PRETRANSFER_TIME_T, &us) == CURLE_OK && us > 0);
}

static const char *where(const HttpCall *call)
{
    return call->socket_path ? call->socket_path : "";
}

// "GET http://host/path over SOCKET: WHAT."; ERR_UNKNOWN instead of `code`
// where it may have had an effect.
static GError *fail(const HttpCall *call, ErrCode code, bool certain, const char *what)
{
    const char *over = call->socket_path ? " over " : "";
    if (!certain && !call->idempotent && code != ERR_TOO_LARGE)
        return g_error_new(ERR, ERR_UNKNOWN,
                           "%s%s%s: %s. It was sent: whether it had its effect is unknown.",
                           call->shown, over, where(call), what);
    return g_error_new(ERR, code, "%s%s%s: %s.", call->shown, over, where(call), what);
}

static GError *fail_connect(const HttpCall *call)
{
    long saved = 0;
    curl_easy_getinfo(call->easy, CURLINFO_OS_ERRNO, &saved);
    g_autofree char *what = saved ? g_strdup_printf("no connection: %s", g_strerror((int)saved))
                                  : g_strdup("no connection");
    return fail(call, ERR_UNREACHABLE, true, what);
}

static GError *fail_timeout(const HttpCall *call)
{
    if (!was_connected(call)) {
        gint64 ms = call->total_ms >= 0 ? MIN(call->connect_ms, call->total_ms) : call->connect_ms;
        g_autofree char *what = g_strdup_printf("no connection within %" G_GINT64_FORMAT " ms", ms);
        return fail(call, ERR_UNREACHABLE, true, what);
    }
    g_autofree char *what = g_strdup_printf(
        "connected, but no whole answer within %" G_GINT64_FORMAT " ms", call->total_ms);
    return fail(call, ERR_TIMEOUT, !was_sent(call), what);
}

static GError *fail_cut(const HttpCall *call)
{
    g_autofree char *what = NULL;
    switch (call->cut) {
    case CUT_BODY:
        what =
            g_strdup_printf("the answer is larger than %zu bytes and was cut off", call->max_body);
        return fail(call, ERR_TOO_LARGE, false, what);
    case CUT_HEADER:
        return fail(call, ERR_TOO_LARGE, false, "the answer's header is too large and was cut off");
    case CUT_UNWANTED:
        return fail(call, ERR_CANCELLED, true, "the answer was not what was wanted");
    case CUT_SILENCE:
        what = g_strdup_printf("nothing came for %" G_GINT64_FORMAT " ms", call->silence_ms);
        return fail(call, ERR_TIMEOUT, !was_sent(call), what);
    case CUT_WAITED:
        what = g_strdup_printf("not sent: earlier calls to this host kept it "
                               "waiting for %" G_GINT64_FORMAT " ms",
                               call->total_ms);
        return fail(call, ERR_UNREACHABLE, true, what);
    case CUT_NOT:
        break;
    }
    g_assert_not_reached();
}

static GError *fail_as_tabled(const HttpCall *call, CURLcode result)
{
    for (gsize i = 0; i < G_N_ELEMENTS(FAILURES); i++) {
        if (FAILURES[i].result != result)
            continue;
        bool words = FAILURES[i].with_words && call->curl_words[0];
        g_autofree char *valid = g_utf8_make_valid(call->curl_words, -1);
        g_autofree char *what = words ? g_strdup_printf("%s (%s)", FAILURES[i].sentence, valid)
                                      : g_strdup(FAILURES[i].sentence);
        return fail(call, FAILURES[i].code, FAILURES[i].certain || !was_sent(call), what);
    }
    return fail(call, was_sent(call) ? ERR_PROTOCOL : ERR_INTERNAL, !was_sent(call),
                curl_easy_strerror(result));
}

GError *http_failure_of(const HttpCall *call, CURLcode result)
{
    if (call->cut != CUT_NOT)
        return fail_cut(call);
    if (result == CURLE_OK && !call->head_whole)
        result = CURLE_RECV_ERROR; // libcurl is content with a header that was cut off
    if (result == CURLE_OK)
        return NULL;
    if (result == CURLE_COULDNT_CONNECT)
        return fail_connect(call);
    if (result == CURLE_OPERATION_TIMEDOUT)
        return fail_timeout(call);
    return fail_as_tabled(call, result);
}
