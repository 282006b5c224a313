// The kept configurations of connectors: which there are, how old they are, where they are kept, and what is in them.
#include <string.h>

#include "base/timefmt.h"
#include "command/command.h"
#include "wire/inventory.h"

static const char USAGE[] = "expected: signalbox snapshots [GROUP], or "
                            "snapshots show GROUP/WORKLOAD [--number N]";

void snapshots_options(Session *session, GOptionContext *context)
{
    const GOptionEntry entries[] = {{"number", 'n', 0, G_OPTION_ARG_INT, &session->args.count,
                                     "show: which one, 1 is the newest (1)", "N"},
                                    G_OPTION_ENTRY_NULL};
    g_option_context_add_main_entries(context, entries, NULL);
}

static char *ago(const Session *session, gint64 at_ms)
{
    char age[16];
    gint64 now_ms = session_now_ms(session);
    duration_format(MAX(now_ms - at_ms, (gint64)0), age);
    return at_ms > 0 ? g_strdup_printf("%s ago", age) : g_strdup("never");
}

// ---- every connector ----

static json_t *connectors_json(const Picture *picture)
{
    json_t *list = json_array();
    for (guint i = 0; i < picture_count(picture, SHELF_WORKLOADS); i++) {
        const WorkloadStatus *workload = picture_at(picture, SHELF_WORKLOADS, i);
        if (workload->kind != KIND_CONNECTOR)
            continue;
        json_t *one = json_object();
        wire_set_text(one, "workload", workload->id);
        wire_set_time_ms(one, "at", workload->snapshot_ms);
        wire_set_text(one, "kept", workload->snapshot_kept);
        json_array_append_new(list, one);
    }
    return json_pack("{s:o}", "connectors", list);
}

static int list_connectors(Session *session)
{
    static const char *const HEADS[] = {"CONNECTOR", "SEEN LAST (UTC)", "AGE", "KEPT IN", NULL};
    int code = EXIT_FINE;
    const Picture *picture = session_picture(session, &code);
    if (!picture)
        return code;
    if (session->json) {
        print_json(session, connectors_json(picture));
        return EXIT_FINE;
    }
    Printer *printer = printer_new(session, HEADS);
    for (guint i = 0; i < picture_count(picture, SHELF_WORKLOADS); i++) {
        const WorkloadStatus *workload = picture_at(picture, SHELF_WORKLOADS, i);
        char at[32];
        g_autofree char *age = ago(session, workload->snapshot_ms);
        time_format_full(workload->snapshot_ms, at);
        if (workload->kind == KIND_CONNECTOR)
            printer_row(printer, workload->id, workload->snapshot_ms ? at : NULL, age,
                        workload->snapshot_kept);
    }
    printer_end(printer, "The fleet has no connector.");
    return EXIT_FINE;
}

// ---- of one group, of one connector ----

// `group`: as much of it as stands before a slash. NULL: told.
static json_t *fetch(Session *session, const char *group, int *ret_code)
{
    g_autofree char *name = g_strndup(group, strcspn(group, "/"));
    g_autofree char *escaped = g_uri_escape_string(name, NULL, FALSE);
    g_autofree char *path = g_strdup_printf("/v1/groups/%s/snapshots", escaped);
    return session_connect(session, ret_code) ? session_get(session, path, ret_code) : NULL;
}

// Its number among those of its workload: 1 is the newest.
static guint number_of(const GPtrArray *list, guint at)
{
    const Snapshot *one = list->pdata[at];
    guint number = 1;
    for (guint i = at + 1; i < list->len; i++)
        number += g_strcmp0(((const Snapshot *)list->pdata[i])->workload, one->workload) == 0;
    return number;
}

static void print_list(const Session *session, const GPtrArray *list)
{
    static const char *const HEADS[] = {"CONNECTOR",       "NUMBER",   "SO FROM (UTC)",
                                        "SEEN LAST (UTC)", "AGE",      "CONNECTOR IN",
                                        "KEPT IN",         "ENTITIES", NULL};
    Printer *printer = printer_new(session, HEADS);
    for (guint i = list->len; i-- > 0;) {
        const Snapshot *snapshot = list->pdata[i];
        char from[32], until[32];
        g_autofree char *number = g_strdup_printf("%u", number_of(list, i));
        g_autofree char *holds = g_strdup_printf("%u", snapshot->inventory->entities->len);
        g_autofree char *age = ago(session, snapshot->at_ms);
        time_format_full(snapshot->from_ms, from);
        time_format_full(snapshot->at_ms, until);
        printer_row(printer, snapshot->workload, number, from, until, age, snapshot->location,
                    snapshot->kept, holds);
    }
    printer_end(printer, "No configuration is kept: the group has no connector, or nobody has seen "
                         "it yet.");
}

static int list_group(Session *session, const char *group)
{
    int code = EXIT_FINE;
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) json = fetch(session, group, &code);
    if (!json)
        return code;
    if (session->json) {
        print_json(session, json_incref(json));
        return EXIT_FINE;
    }
    g_autoptr(GPtrArray) list = snapshots_from_json(json, NULL, &error);
    if (!list)
        return session_nonsense(session, error);
    print_list(session, list);
    return EXIT_FINE;
}

static void print_entities(const Session *session, const Inventory *inventory)
{
    static const char *const HEADS[] = {"KIND", "NAME", "FIELD", "VALUE", NULL};
    Printer *printer = printer_new(session, HEADS);
    for (guint i = 0; i < inventory->entities->len; i++) {
        const Entity *entity = inventory->entities->pdata[i];
        const char *kind = name_of(&ENTITY_NAMES, (int)entity->kind);
        if (!entity->fields->len)
            printer_row(printer, kind, entity->name, NULL, NULL);
        for (guint k = 0; k < entity->fields->len; k++) {
            const EntityField *field = entity->fields->pdata[k];
            printer_row(printer, kind, entity->name, field->name, field->value);
        }
    }
    printer_end(printer, "Nothing is in it.");
}

static void print_one(const Session *session, const Snapshot *snapshot, const Snapshot *before)
{
    char from[32], until[32];
    g_autofree char *age = ago(session, snapshot->at_ms);
    time_format_full(snapshot->from_ms, from);
    time_format_full(snapshot->at_ms, until);
    print_line(session, "Configuration of %s in %s, so from %s to %s (seen last %s).",
               snapshot->workload, snapshot->location ? snapshot->location : "no location", from,
               until, age);
    print_line(session, "Kept in %s, without secrets; digest %s.",
               snapshot->kept ? snapshot->kept : "a place that nobody named",
               snapshot->inventory->digest);
    g_autoptr(GPtrArray) list = before ? snapshot_differences(before, snapshot) : NULL;
    for (guint i = 0; list && i < list->len; i++)
        print_line(session, "Since the one before: %s.", (char *)list->pdata[i]);
    for (guint i = 0; i < snapshot->inventory->losses->len; i++)
        print_line(session, "Lost for good if it is moved: %s.",
                   (const char *)snapshot->inventory->losses->pdata[i]);
    print_entities(session, snapshot->inventory);
}

static int show(Session *session, const char *workload)
{
    int code = EXIT_FINE;
    guint number = (guint)MAX(session->args.count, 1);
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) json = fetch(session, workload, &code);
    if (!json)
        return code;
    g_autoptr(GPtrArray) list = snapshots_from_json(json, workload, &error);
    if (!list)
        return session_nonsense(session, error);
    if (number > list->len)
        return session_complain(session, EXIT_REFUSED, "of %s %u configurations are kept", workload,
                                list->len);
    const Snapshot *snapshot = list->pdata[list->len - number];
    const Snapshot *before = number < list->len ? list->pdata[list->len - number - 1] : NULL;
    if (session->json) {
        json_t *one = snapshot_to_json(snapshot);
        wire_set_text(one, "workload", snapshot->workload);
        print_json(session, one);
    } else
        print_one(session, snapshot, before);
    return EXIT_FINE;
}

int run_snapshots(Session *session, int argc, char **argv)
{
    bool shows = argc > 1 && strcmp(argv[1], "show") == 0;
    if (shows && argc == 3 && strchr(argv[2], '/') && session->args.count >= 0)
        return show(session, argv[2]);
    if (shows || argc > 2 || session->args.count)
        return session_complain(session, EXIT_USAGE, "%s", USAGE);
    return argc > 1 ? list_group(session, argv[1]) : list_connectors(session);
}
