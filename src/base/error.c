#include "base/error.h"

G_DEFINE_QUARK(signalbox - error - quark, err)

static const char *const NAMES[ERR_COUNT] = {
    [ERR_INVALID] = "invalid",   [ERR_NOT_FOUND] = "not-found", [ERR_CONFLICT] = "conflict",
    [ERR_REFUSED] = "refused",   [ERR_DENIED] = "denied",       [ERR_UNREACHABLE] = "unreachable",
    [ERR_TIMEOUT] = "timeout",   [ERR_UNKNOWN] = "unknown",     [ERR_TOO_LARGE] = "too-large",
    [ERR_PROTOCOL] = "protocol", [ERR_CORRUPT] = "corrupt",     [ERR_NO_SPACE] = "no-space",
    [ERR_BUSY] = "busy",         [ERR_CANCELLED] = "cancelled", [ERR_INTERNAL] = "internal",
    [ERR_GONE] = "gone",
};

const char *err_name(ErrCode code)
{
    return (unsigned)code < ERR_COUNT ? NAMES[code] : "unnamed";
}

bool err_is(const GError *error, ErrCode code)
{
    return error && g_error_matches(error, ERR, (int)code);
}
