#include "model/parity.h"

#include <string.h>

static const char *const STATES[] = {"missing", "different", "extra"};
const NameTable PARITY_NAMES = NAME_TABLE("difference", STATES);

// What each side has of its own by nature.
static const struct {
    EntityKind kind;
    const char *field;
} OWN[] = {
    {ENTITY_ACCOUNT, "location"},
    {ENTITY_ACCOUNT, "endpoint"},
    {ENTITY_SCAN, "window"}, // R22 wants the two at different times
    {ENTITY_SCAN, "runtime"},
};

static void free_field(gpointer data)
{
    ParityField *field = data;
    g_free(field->name);
    g_free(field->primary);
    g_free(field->standby);
    g_free(field);
}

ParityItem *parity_item_new(void)
{
    ParityItem *item = g_new0(ParityItem, 1);
    item->fields = g_ptr_array_new_with_free_func(free_field);
    return item;
}

void parity_item_free(ParityItem *item)
{
    if (!item)
        return;
    g_free(item->name);
    g_free(item->mark);
    g_free(item->confirmed_by);
    g_free(item->confirmed_note);
    g_ptr_array_unref(item->fields);
    g_free(item);
}

static void free_item(gpointer data)
{
    parity_item_free(data);
}

static ParityCount *parity_count_new(void)
{
    return g_new0(ParityCount, 1);
}

Parity *parity_new(const char *workload, const char *primary, const char *standby)
{
    Parity *parity = g_new0(Parity, 1);
    parity->workload = g_strdup(workload);
    parity->primary = g_strdup(primary);
    parity->standby = g_strdup(standby);
    parity->counts = g_ptr_array_new_with_free_func(g_free);
    parity->items = g_ptr_array_new_with_free_func(free_item);
    return parity;
}

void parity_free(Parity *parity)
{
    if (!parity)
        return;
    g_free(parity->workload);
    g_free(parity->primary);
    g_free(parity->standby);
    g_free(parity->cost);
    g_ptr_array_unref(parity->counts);
    g_ptr_array_unref(parity->items);
    g_free(parity);
}

// ---- comparing ----

static bool is_own(EntityKind kind, const char *field)
{
    for (guint i = 0; i < G_N_ELEMENTS(OWN); i++)
        if (OWN[i].kind == kind && strcmp(OWN[i].field, field) == 0)
            return true;
    return false;
}

static void add_field(ParityItem *item, const char *name, const char *primary, const char *standby)
{
    if (is_own(item->kind, name) || g_strcmp0(primary, standby) == 0)
        return;
    ParityField *field = g_new0(ParityField, 1);
    field->name = g_strdup(name);
    field->primary = g_strdup(primary);
    field->standby = g_strdup(standby);
    g_ptr_array_add(item->fields, field);
}

static void compare_fields(ParityItem *item, const Entity *primary, const Entity *standby)
{
    for (guint i = 0; primary && i < primary->fields->len; i++) {
        const EntityField *field = primary->fields->pdata[i];
        add_field(item, field->name, field->value,
                  standby ? entity_field(standby, field->name) : NULL);
    }
    for (guint i = 0; standby && i < standby->fields->len; i++) {
        const EntityField *field = standby->fields->pdata[i];
        if (!primary || !entity_field(primary, field->name))
            add_field(item, field->name, NULL, field->value);
    }
}

static char *mark_of(const ParityItem *item)
{
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%s\n%s\n%s", name_of(&ENTITY_NAMES, (int)item->kind), item->name,
                           name_of(&PARITY_NAMES, (int)item->state));
    for (guint i = 0; i < item->fields->len; i++) {
        const ParityField *field = item->fields->pdata[i];
        g_string_append_printf(text, "\n%s=%s|%s", field->name,
                               field->primary ? field->primary : "",
                               field->standby ? field->standby : "");
    }
    char *mark = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text->str, (gssize)text->len);
    g_string_free(text, TRUE);
    mark[16] = '\0';
    return mark;
}

// What one entity differs in; nothing if it does not. One of the two may be NULL.
static void compare_entity(Parity *parity, const Entity *primary, const Entity *standby)
{
    const Entity *any = primary ? primary : standby;
    g_assert(any);
    ParityCount *count = parity->counts->pdata[any->kind];
    g_autoptr(GPtrArray) hold = g_ptr_array_new_with_free_func(free_item);
    ParityItem *item = parity_item_new();
    g_ptr_array_add(hold, item);
    item->kind = any->kind;
    item->state = !standby ? PARITY_MISSING : !primary ? PARITY_EXTRA : PARITY_DIFFERENT;
    compare_fields(item, primary, standby);
    count->primary += primary != NULL;
    count->standby += standby != NULL;
    if (item->state == PARITY_DIFFERENT && !item->fields->len)
        return;
    *(item->state == PARITY_MISSING     ? &count->missing
      : item->state == PARITY_DIFFERENT ? &count->different
                                        : &count->extra) += 1;
    item->name = g_strdup(any->name);
    item->mark = mark_of(item);
    g_ptr_array_add(parity->items, g_ptr_array_steal_index(hold, 0));
}

static const Entity *compared(const Inventory *inventory, guint at)
{
    const Entity *entity = at < inventory->entities->len ? inventory->entities->pdata[at] : NULL;
    return entity && entity->kind < ENTITY_COMPARED ? entity : NULL;
}

static int compare_order(const Entity *a, const Entity *b)
{
    if (!a || !b)
        return a ? -1 : 1;
    return a->kind != b->kind ? (a->kind > b->kind) - (a->kind < b->kind)
                              : strcmp(a->name, b->name);
}

void parity_compare(Parity *parity, const Inventory *primary, const Inventory *standby)
{
    g_ptr_array_set_size(parity->counts, 0);
    g_ptr_array_set_size(parity->items, 0);
    for (int kind = 0; kind < ENTITY_COMPARED; kind++) {
        ParityCount *count = parity_count_new();
        count->kind = (EntityKind)kind;
        g_ptr_array_add(parity->counts, count);
    }
    parity->cut = primary->cut || standby->cut;
    for (guint i = 0, k = 0;;) {
        const Entity *a = compared(primary, i), *b = compared(standby, k);
        if (!a && !b)
            break;
        int order = compare_order(a, b);
        compare_entity(parity, order <= 0 ? a : NULL, order >= 0 ? b : NULL);
        i += order <= 0;
        k += order >= 0;
    }
}

// ---- the check-list ----

ParityItem *parity_find(const Parity *parity, EntityKind kind, const char *name)
{
    for (guint i = 0; i < parity->items->len; i++) {
        ParityItem *item = parity->items->pdata[i];
        if (item->kind == kind && strcmp(item->name, name) == 0)
            return item;
    }
    return NULL;
}

void parity_confirm(Parity *parity, ParityItem *item, const char *by, const char *note,
                    gint64 at_ms)
{
    for (guint i = 0; i < parity->counts->len && !item->confirmed_by; i++) {
        ParityCount *count = parity->counts->pdata[i];
        count->confirmed += count->kind == item->kind;
    }
    g_free(item->confirmed_by);
    g_free(item->confirmed_note);
    item->confirmed_by = g_strdup(by);
    item->confirmed_note = g_strdup(note);
    item->confirmed_ms = at_ms;
}

static int compare_urgency(gconstpointer a, gconstpointer b)
{
    const ParityItem *x = *(ParityItem *const *)a, *y = *(ParityItem *const *)b;
    if (x->kind != y->kind)
        return (x->kind > y->kind) - (x->kind < y->kind);
    if (!x->confirmed_by != !y->confirmed_by)
        return x->confirmed_by ? 1 : -1;
    return strcmp(x->name, y->name);
}

void parity_shorten(Parity *parity)
{
    guint shown[ENTITY_KINDS] = {0};
    g_ptr_array_sort(parity->items, compare_urgency);
    for (guint i = 0; i < parity->items->len;) {
        const ParityItem *item = parity->items->pdata[i];
        if (shown[item->kind]++ >= PARITY_SHOWN) {
            g_ptr_array_remove_index(parity->items, i);
            continue;
        }
        if (item->fields->len > PARITY_SHOWN_FIELDS)
            g_ptr_array_set_size(item->fields, PARITY_SHOWN_FIELDS);
        i++;
    }
}

ParityCount parity_total(const Parity *parity)
{
    ParityCount total = {.kind = ENTITY_KINDS};
    for (guint i = 0; i < parity->counts->len; i++) {
        const ParityCount *count = parity->counts->pdata[i];
        total.primary += count->primary;
        total.standby += count->standby;
        total.missing += count->missing;
        total.different += count->different;
        total.extra += count->extra;
        total.confirmed += count->confirmed;
    }
    return total;
}
