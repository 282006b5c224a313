// The table of screens. A new one is one file and one line here.
#include "view/screens.h"

#include <string.h>

static const Screen *const SCREENS[] = {
    &OVERVIEW_SCREEN,   &ROLES_SCREEN,     &SCHEDULES_SCREEN, &SIGNOFFS_SCREEN,
    &OPERATIONS_SCREEN, &READINESS_SCREEN, &AUDIT_SCREEN,     &REGION_SCREEN,
    &CELL_SCREEN,       &GROUP_SCREEN,     &CHECKLIST_SCREEN, &SNAPSHOTS_SCREEN,
    &STATEMENT_SCREEN,  &OPERATION_SCREEN, &WHOLE_SCREEN,     &RECORD_SCREEN,
};

const Screen *const *screens_all(guint *ret_count)
{
    if (ret_count)
        *ret_count = G_N_ELEMENTS(SCREENS);
    return SCREENS;
}

const Screen *screen_by_id(ScreenId id)
{
    for (guint i = 0; i < G_N_ELEMENTS(SCREENS); i++)
        if (SCREENS[i]->id == id)
            return SCREENS[i];
    return NULL;
}

const Screen *screen_by_name(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(SCREENS); i++)
        if (g_strcmp0(SCREENS[i]->name, name) == 0)
            return SCREENS[i];
    return NULL;
}

const Screen *screen_by_digit(gunichar digit)
{
    for (guint i = 0; i < G_N_ELEMENTS(SCREENS); i++)
        if (digit && (gunichar)SCREENS[i]->digit == digit)
            return SCREENS[i];
    return NULL;
}

// "step/OPERATION/NUMBER": the operation has the page.
static Effect open_step(const char *rest)
{
    const char *slash = strchr(rest, '/');
    g_autofree char *operation = slash ? g_strndup(rest, (gsize)(slash - rest)) : g_strdup(rest);
    return effect_open(SCREEN_OPERATION, operation);
}

Effect screen_open_object(const char *object)
{
    static const struct {
        const char *prefix;
        ScreenId screen;
    } PAGES[] = {{"location/", SCREEN_REGION},
                 {"operation/", SCREEN_OPERATION},
                 {"workload/", SCREEN_CELL},
                 {"group/", SCREEN_ROLES}};
    for (guint i = 0; object && i < G_N_ELEMENTS(PAGES); i++)
        if (g_str_has_prefix(object, PAGES[i].prefix) && screen_by_id(PAGES[i].screen))
            return effect_open(PAGES[i].screen, object + strlen(PAGES[i].prefix));
    return object && g_str_has_prefix(object, "step/") ? open_step(object + strlen("step/"))
                                                       : effect_of(EFFECT_NONE);
}
