#include "cells/style.h"

static const char *const names[ROLE_COUNT] = {
    [ROLE_NORMAL] = "normal",   [ROLE_DIM] = "dim",         [ROLE_TITLE] = "title",
    [ROLE_HEADER] = "header",   [ROLE_BORDER] = "border",   [ROLE_OK] = "ok",
    [ROLE_ACTIVE] = "active",   [ROLE_PASSIVE] = "passive", [ROLE_WARN] = "warn",
    [ROLE_ALARM] = "alarm",     [ROLE_UNKNOWN] = "unknown", [ROLE_STALE] = "stale",
    [ROLE_CHANGED] = "changed", [ROLE_KEY] = "key",         [ROLE_MUTED] = "muted",
    [ROLE_DRILL] = "drill",     [ROLE_INPUT] = "input",     [ROLE_PRODUCTION] = "production",
    [ROLE_MATCH] = "match",
};

Role style_role(Style style)
{
    guint role = style & STYLE_ROLE_MASK;
    return role < ROLE_COUNT ? (Role)role : ROLE_NORMAL;
}

const char *role_name(Role role)
{
    return (guint)role < ROLE_COUNT ? names[role] : "normal";
}

Role role_from_name(const char *name)
{
    for (guint i = 0; i < ROLE_COUNT; i++)
        if (g_strcmp0(names[i], name) == 0)
            return (Role)i;
    return ROLE_COUNT;
}
