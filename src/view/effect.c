#include "view/effect.h"

#include <stdarg.h>

Effect effect_of(EffectKind kind)
{
    return (Effect){.kind = kind, .planned = -1};
}

Effect effect_open(ScreenId screen, const char *object)
{
    Effect effect = effect_of(EFFECT_OPEN);
    effect.screen = screen;
    effect.object = g_strdup(object);
    return effect;
}

Effect effect_message(const char *format, ...)
{
    Effect effect = effect_of(EFFECT_MESSAGE);
    va_list args;
    va_start(args, format);
    effect.text = g_strdup_vprintf(format, args);
    va_end(args);
    return effect;
}

Effect effect_of_form(FormResult result, const char *typed)
{
    if (result == FORM_PASTE_REFUSED && typed)
        return effect_message("%s", typed);
    if (result == FORM_FULL)
        return effect_message("There is no more room in this field.");
    return effect_of(result == FORM_IGNORED ? EFFECT_NONE : EFFECT_REDRAW);
}

void effect_release(Effect *effect)
{
    g_free(effect->object);
    g_free(effect->to);
    g_free(effect->verb);
    g_free(effect->text);
    g_free(effect->ticket);
    g_free(effect->how);
    g_free(effect->name);
    g_free(effect->mark);
    signoff_free(effect->signoff);
    audit_record_free(effect->record);
    *effect = (Effect){0};
}
