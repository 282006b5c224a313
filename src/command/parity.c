// Is the standby equal to the primary? What must be repeated on it, entity by entity; and saying that one of them
// is seen to.
#include <string.h>

#include "base/text.h"
#include "base/timefmt.h"
#include "command/command.h"
#include "wire/inventory.h"
#include "view/words.h"

static const char USAGE[] = "expected: signalbox parity GROUP [--kind KIND], or "
                            "parity confirm GROUP/WORKLOAD STANDBY KIND NAME --note TEXT (or "
                            "--withdraw --reason TEXT)";

void parity_options(Session *session, GOptionContext *context)
{
    const GOptionEntry entries[] = {{"kind", 0, 0, G_OPTION_ARG_STRING, &session->args.kind,
                                     "Only this kind of entity (term, scan, ...)", "KIND"},
                                    {"note", 0, 0, G_OPTION_ARG_FILENAME, &session->args.note,
                                     "confirm: what was done, or why it may differ", "TEXT"},
                                    {"withdraw", 0, 0, G_OPTION_ARG_NONE, &session->args.undo,
                                     "confirm: takes that back: it is open again", NULL},
                                    {"reason", 'r', 0, G_OPTION_ARG_FILENAME, &session->args.reason,
                                     "confirm --withdraw: why; goes into the audit log", "TEXT"},
                                    G_OPTION_ENTRY_NULL};
    g_option_context_add_main_entries(context, entries, NULL);
}

static char *number(guint n)
{
    return g_strdup_printf("%u", n);
}

static void print_counts(const Session *session, const GPtrArray *list)
{
    static const char *const HEADS[] = {"WORKLOAD",    "STANDBY", "KIND",      "PRIMARY",
                                        "STANDBY HAS", "MISSING", "DIFFERENT", "EXTRA",
                                        "CONFIRMED",   NULL};
    Printer *printer = printer_new(session, HEADS);
    for (guint i = 0; i < list->len; i++) {
        const Parity *parity = list->pdata[i];
        for (guint k = 0; k < parity->counts->len; k++) {
            const ParityCount *count = parity->counts->pdata[k];
            g_autofree char *primary = number(count->primary), *standby = number(count->standby);
            g_autofree char *missing = number(count->missing), *extra = number(count->extra);
            g_autofree char *different = number(count->different);
            g_autofree char *confirmed = number(count->confirmed);
            printer_row(printer, parity->workload, parity->standby,
                        word_of(&ENTITY_NAMES, (int)count->kind), primary, standby, missing,
                        different, extra, confirmed);
        }
    }
    printer_end(printer, "The group has no standby that is kept by hand, or nobody has seen both "
                         "sides yet.");
}

// "definition: 'who buys' here, 'a buyer' there; owner: 'sales' here, none there"
static char *fields_text(const ParityItem *item)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < item->fields->len; i++) {
        const ParityField *field = item->fields->pdata[i];
        g_string_append_printf(text, "%s%s: ", i ? "; " : "", field->name);
        if (item->state != PARITY_DIFFERENT)
            g_string_append(text, field->primary ? field->primary : field->standby);
        else
            g_string_append_printf(text, "%s (primary), %s (standby)",
                                   field->primary ? field->primary : "none",
                                   field->standby ? field->standby : "none");
    }
    return g_string_free(text, !text->len);
}

static void print_items(const Session *session, const GPtrArray *list)
{
    static const char *const HEADS[] = {"STANDBY", "KIND",      "NAME", "DIFFERENCE",
                                        "FIELDS",  "CONFIRMED", NULL};
    bool any = false;
    for (guint i = 0; i < list->len; i++)
        any = any || ((const Parity *)list->pdata[i])->items->len;
    if (!any)
        return;
    Printer *printer = printer_new(session, HEADS);
    for (guint i = 0; i < list->len; i++) {
        const Parity *parity = list->pdata[i];
        for (guint k = 0; k < parity->items->len; k++) {
            const ParityItem *item = parity->items->pdata[k];
            char at[32];
            g_autofree char *fields = fields_text(item);
            time_format_full(item->confirmed_ms, at);
            g_autofree char *confirmed =
                item->confirmed_by
                    ? g_strdup_printf("%.10s %s: %s", at, item->confirmed_by, item->confirmed_note)
                    : NULL;
            printer_row(printer, parity->standby, word_of(&ENTITY_NAMES, (int)item->kind),
                        item->name, word_of(&PARITY_NAMES, (int)item->state), fields, confirmed);
        }
    }
    printer_end(printer, "");
}

static void print_sides(const Session *session, const Parity *parity)
{
    char primary[24], standby[24];
    gint64 now_ms = session_now_ms(session);
    ago_format(parity->primary_at_ms, now_ms, false, primary);
    ago_format(parity->standby_at_ms, now_ms, false, standby);
    print_line(session, "%s: %s seen %s, %s seen %s.%s", parity->workload, parity->primary, primary,
               parity->standby, standby,
               parity->cut ? " There are more entities than are looked at." : "");
    if (parity->cost)
        print_line(session, "Cost of the standby: %s", parity->cost);
}

static int show(Session *session, const char *group)
{
    int code = EXIT_FINE;
    g_autoptr(GError) error = NULL;
    if (session->args.note || session->args.undo || session->args.reason)
        return session_complain(session, EXIT_USAGE, "%s", USAGE);
    if (!session_connect(session, &code))
        return code;
    g_autofree char *name = g_uri_escape_string(group, NULL, FALSE);
    g_autofree char *kind =
        session->args.kind ? g_uri_escape_string(session->args.kind, NULL, FALSE) : NULL;
    g_autofree char *path =
        g_strdup_printf("/v1/groups/%s/parity%s%s", name, kind ? "?kind=" : "", kind ? kind : "");
    g_autoptr(json_t) json = session_get(session, path, &code);
    if (!json)
        return code;
    if (session->json) {
        print_json(session, json_incref(json));
        return EXIT_FINE;
    }
    g_autoptr(GPtrArray) list = parities_from_json(json, &error);
    if (!list)
        return session_nonsense(session, error);
    for (guint i = 0; i < list->len; i++)
        print_sides(session, list->pdata[i]);
    print_counts(session, list);
    print_items(session, list);
    return EXIT_FINE;
}

// Confirms an item, or takes that back. `what`: GROUP/WORKLOAD, STANDBY, KIND, NAME.
static int confirm(Session *session, char **what)
{
    int code = EXIT_FINE;
    const Arguments *args = &session->args;
    const char *slash = strchr(what[0], '/');
    const char *why = args->undo ? args->reason : args->note;
    if (!slash || !text_has_word(why) || args->kind || (args->undo ? args->note : args->reason))
        return session_complain(session, EXIT_USAGE, "%s", USAGE);
    if (!session_connect(session, &code))
        return code;
    g_autofree char *group = g_strndup(what[0], (gsize)(slash - what[0]));
    g_autofree char *name = g_uri_escape_string(group, NULL, FALSE);
    g_autofree char *path =
        g_strdup_printf("/v1/groups/%s/parity/%s", name, args->undo ? "withdraw" : "confirm");
    json_t *body = json_object();
    wire_set_text(body, "workload", what[0]);
    wire_set_text(body, "standby", what[1]);
    wire_set_text(body, "kind", what[2]);
    wire_set_text(body, "name", what[3]);
    wire_set_text(body, args->undo ? "reason" : "note", why);
    json_t *json = session_post(session, path, body, 0, &code);
    if (!json)
        return code;
    if (session->json)
        print_json(session, json);
    else {
        print_line(session,
                   args->undo ? "%s %s: open again."
                              : "%s %s: confirmed, until either side changes.",
                   what[2], what[3]);
        json_decref(json);
    }
    return EXIT_FINE;
}

int run_parity(Session *session, int argc, char **argv)
{
    bool confirms = argc > 1 && strcmp(argv[1], "confirm") == 0;
    if (confirms && argc == 6)
        return confirm(session, argv + 2);
    if (confirms || argc != 2)
        return session_complain(session, EXIT_USAGE, "%s", USAGE);
    return show(session, argv[1]);
}
