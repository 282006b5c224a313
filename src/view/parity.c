#include "view/parity.h"

#include <string.h>

#include "view/badge.h"
#include "view/words.h"

guint parity_differing(const ParityCount *count)
{
    return count->missing + count->different + count->extra;
}

static bool is_open(const ParityCount *count)
{
    return parity_differing(count) > count->confirmed;
}

static void append(GString *text, guint n, const char *what)
{
    if (n)
        g_string_append_printf(text, ", %u %s", n, what);
}

void parity_cell_facts(const ParityCount *count, TableCell *cell)
{
    g_autoptr(GString) text = g_string_new(NULL);
    append(text, count->missing, "missing");
    append(text, count->different, "different");
    append(text, count->extra, "extra");
    append(text, count->confirmed, "confirmed");
    table_cell_printf(cell, is_open(count) ? ROLE_WARN : ROLE_NORMAL, "%u primary, %u standby%s",
                      count->primary, count->standby, text->str);
}

void parity_cell_state(const ParityCount *count, TableCell *cell)
{
    if (!parity_differing(count))
        table_cell_state(cell, GLYPH_UP, ROLE_OK, "equal");
    else if (!is_open(count))
        table_cell_state(cell, GLYPH_UP, ROLE_NORMAL, "confirmed");
    else {
        Badge badge = badge_severity(count->missing ? SEVERITY_ERROR : SEVERITY_WARNING);
        table_cell_state(cell, badge.glyph, badge.role, count->missing ? "missing" : "differs");
    }
}

static void say_fields(Page *page, const ParityItem *item)
{
    for (guint i = 0; i < item->fields->len; i++) {
        const ParityField *field = item->fields->pdata[i];
        if (item->state == PARITY_DIFFERENT)
            page_field(page, "", ROLE_DIM, "%s: \"%s\" on the primary, \"%s\" on the standby",
                       field->name, field->primary ? field->primary : "",
                       field->standby ? field->standby : "");
        else
            page_field(page, "", ROLE_DIM, "%s: \"%s\"", field->name,
                       field->primary ? field->primary : field->standby);
    }
}

void parity_say_item(Page *page, const ParityItem *item, gint64 now_ms)
{
    char at[24];
    page_field(page, word_of(&PARITY_NAMES, (int)item->state),
               item->confirmed_by ? ROLE_NORMAL : ROLE_WARN, "%s", item->name);
    say_fields(page, item);
    ago_format(item->confirmed_ms, now_ms, true, at);
    if (item->confirmed_by)
        page_field(page, "", ROLE_OK, "confirmed by %s %s: %s", item->confirmed_by, at,
                   item->confirmed_note ? item->confirmed_note : "");
}

static guint say_items(Page *page, const Parity *parity, EntityKind kind, gint64 now_ms)
{
    guint shown = 0;
    for (guint i = 0; i < parity->items->len; i++) {
        const ParityItem *item = parity->items->pdata[i];
        if (item->kind != kind)
            continue;
        parity_say_item(page, item, now_ms);
        shown++;
    }
    return shown;
}

void parity_say(Page *page, const Parity *parity, const ParityCount *count, gint64 now_ms)
{
    const char *kind = word_of(&ENTITY_NAMES, (int)count->kind);
    char primary[24], standby[24];
    ago_format(parity->primary_at_ms, now_ms, true, primary);
    ago_format(parity->standby_at_ms, now_ms, true, standby);
    page_field(page, "PARITY", ROLE_TITLE, "%s of %s", kind, parity->workload);
    page_field(page, "PRIMARY", ROLE_NORMAL, "%s: %u, seen %s", parity->primary, count->primary,
               primary);
    page_field(page, "STANDBY", ROLE_NORMAL, "%s: %u, seen %s", parity->standby, count->standby,
               standby);
    if (parity->cost)
        page_field(page, "COST", ROLE_DIM, "%s", parity->cost);
    guint shown = say_items(page, parity, count->kind, now_ms);
    if (!parity_differing(count))
        page_say(page, ROLE_OK, "Both sides are equal.");
    else if (shown < parity_differing(count))
        page_say(page, ROLE_DIM, "And %u more: `signalbox parity %.*s --kind %s` lists all.",
                 parity_differing(count) - shown, (int)strcspn(parity->workload, "/"),
                 parity->workload, name_of(&ENTITY_NAMES, (int)count->kind));
    if (is_open(count))
        page_say(page, ROLE_DIM,
                 "Repeat on the standby what was done on the primary. What is seen to, or may "
                 "differ, is confirmed with a note until either side changes: Enter opens the "
                 "check-list, c confirms an item there.");
}

char *parity_object(const Parity *parity, EntityKind kind)
{
    return g_strjoin("/", parity->workload, parity->standby, name_of(&ENTITY_NAMES, (int)kind),
                     NULL);
}
