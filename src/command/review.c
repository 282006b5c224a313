// The reviews that broken glass has left: listed, and closed by somebody else.
#include <string.h>

#include "base/text.h"
#include "command/command.h"
#include "wire/operation.h"

void review_options(Session *session, GOptionContext *context)
{
    const GOptionEntry entries[] = {{"all", 'a', 0, G_OPTION_ARG_NONE, &session->args.all,
                                     "Closed ones too (with --json always)", NULL},
                                    {"reason", 'r', 0, G_OPTION_ARG_FILENAME, &session->args.reason,
                                     "What the review found; goes into the audit log", "TEXT"},
                                    G_OPTION_ENTRY_NULL};
    g_option_context_add_main_entries(context, entries, NULL);
}

static int list_reviews(const Session *session, json_t *json)
{
    static const char *const HEADS[] = {"SIGN-OFF", "OPERATION", "BY",    "ABOUT",
                                        "REASON",   "REVIEW",    "FOUND", NULL};
    const json_t *list = json_object_get(json, "reviews");
    if (session->json) {
        print_json(session, json_incref(json));
        return EXIT_FINE;
    }
    Printer *printer = printer_new(session, HEADS);
    for (gsize i = 0; i < json_array_size(list); i++) {
        g_autoptr(SignOff) signoff = signoff_from_json(json_array_get(list, i), WIRE_LENIENT, NULL);
        if (!signoff || (!session->args.all && !signoff_review_is_due(signoff)))
            continue;
        printer_row(printer, signoff->id, signoff->operation, signoff->operator_name,
                    signoff->about ? signoff->about : "the operation", signoff->reason,
                    signoff->reviewed_by ? signoff->reviewed_by : "DUE", signoff->review_note);
    }
    printer_end(printer, session->args.all ? "The glass was never broken." : "No review is due.");
    return EXIT_FINE;
}

// NULL if there is no such review. Borrowed from `json`.
static const char *operation_of(json_t *json, const char *signoff)
{
    const json_t *list = json_object_get(json, "reviews");
    for (gsize i = 0; i < json_array_size(list); i++) {
        const json_t *review = json_array_get(list, i);
        const char *id = json_string_value(json_object_get(review, "id"));
        if (g_strcmp0(id, signoff) == 0)
            return json_string_value(json_object_get(review, "operation"));
    }
    return NULL;
}

static int close_review(Session *session, json_t *json, const char *signoff)
{
    int code = EXIT_FINE;
    const char *operation = operation_of(json, signoff);
    if (!operation)
        return session_complain(session, EXIT_REFUSED,
                                "There is no review of a sign-off %s; `signalbox review` lists "
                                "them.",
                                signoff);
    g_autofree char *id = g_uri_escape_string(signoff, NULL, FALSE);
    g_autofree char *rest = g_strdup_printf("/signoffs/%s/review", id);
    g_autofree char *path = operation_path(operation, rest);
    json_t *body = json_object();
    wire_set_text(body, "reason", session->args.reason);
    g_autoptr(json_t) answer = session_post(session, path, body, 0, &code);
    if (!answer)
        return code;
    if (session->json)
        print_json(session, json_incref(answer));
    else
        print_line(session, "%s: the review is closed.", signoff);
    return EXIT_FINE;
}

int run_review(Session *session, int argc, char **argv)
{
    int code = EXIT_FINE;
    if (argc > 2 || (argc == 2 && !text_has_word(session->args.reason)))
        return session_complain(session, EXIT_USAGE,
                                "expected: signalbox review, or signalbox review SIGNOFF --reason "
                                "TEXT");
    if (!session_connect(session, &code))
        return code;
    g_autoptr(json_t) json = session_get(session, "/v1/reviews", &code);
    if (!json)
        return code;
    return argc == 1 ? list_reviews(session, json) : close_review(session, json, argv[1]);
}
