#include "base/error.h"

G_DEFINE_QUARK(signalbox - error - quark, err)

bool err_is(const GError *error, ErrCode code)
{
    return error && g_error_matches(error, ERR, (int)code);
}
