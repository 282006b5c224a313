// What is so now, in tables: status, regions, roles, sign-offs.
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/timefmt.h"
#include "command/command.h"
#include "view/badge.h"
#include "view/filter.h"
#include "view/frame.h"
#include "wire/operation.h"
#include "wire/status.h"

static gint64 now_of(const Session *session, const Picture *picture)
{
    return picture_now(picture, clock_wall_ms(session->clock));
}

json_t *shelf_json(const Picture *picture, ShelfKind kind, const WireShape *shape)
{
    json_t *list = json_array();
    for (guint i = 0; i < picture_count(picture, kind); i++)
        json_array_append_new(list, shape_to_json(shape, picture_at(picture, kind, i)));
    return list;
}

static bool any_down(const Picture *picture)
{
    for (guint i = 0; i < picture_count(picture, SHELF_LOCATIONS); i++)
        if (((const LocationStatus *)picture_at(picture, SHELF_LOCATIONS, i))->verdict.state ==
            VERDICT_DOWN)
            return true;
    return false;
}

// ---- regions ----

// NULL: no probe yet.
static char *latency_text(const LocationStatus *location)
{
    char p50[16], p99[16];
    latency_format(location->p50_us, p50);
    latency_format(location->p99_us, p99);
    return location->p50_us ? g_strdup_printf("%s/%s ms", p50, p99) : NULL;
}

static void region_row(Printer *printer, const LocationStatus *location, gint64 now_ms)
{
    char since[16], seen[16];
    g_autofree char *latency = latency_text(location);
    g_autofree char *active = g_strdup_printf("%u of %u", location->active, location->instances);
    age_format(location->verdict.since_ms, now_ms, since);
    age_format(location->verdict.observed_at_ms, now_ms, seen);
    printer_row(printer, location->name,
                word_of(&VERDICT_NAMES, (int)badge_aged_verdict(location, now_ms)), since, seen,
                latency, active, location->verdict.why);
}

int run_regions(Session *session, int argc, char **argv)
{
    static const char *const HEADS[] = {"REGION",  "HEALTH", "SINCE", "SEEN",
                                        "P50/P99", "ACTIVE", "WHY",   NULL};
    int code = EXIT_FINE;
    if (has_extra(session, argc, argv))
        return EXIT_USAGE;
    const Picture *picture = session_picture(session, &code);
    if (!picture)
        return code;
    if (session->json) {
        print_json(session, json_pack("{s:o}", "locations",
                                      shelf_json(picture, SHELF_LOCATIONS, &LOCATION_SHAPE)));
    } else {
        Printer *printer = printer_new(session, HEADS);
        for (guint i = 0; i < picture_count(picture, SHELF_LOCATIONS); i++)
            region_row(printer, picture_at(picture, SHELF_LOCATIONS, i), now_of(session, picture));
        printer_end(printer, "The fleet has no locations.");
    }
    return any_down(picture) ? EXIT_DOWN : EXIT_FINE;
}

// ---- status ----

static void print_alarms(const Session *session, const Picture *picture, gint64 now_ms)
{
    for (guint i = 0; i < picture_count(picture, SHELF_ALARMS); i++) {
        const Alarm *alarm = picture_at(picture, SHELF_ALARMS, i);
        char age[16];
        age_format(alarm->since_ms, now_ms, age);
        print_line(session, "%-8s %s  (%s ago%s)", word_of(&SEVERITY_NAMES, (int)alarm->severity),
                   alarm->text, age,
                   alarm->ended_ms          ? ", over"
                   : alarm->acknowledged_by ? ", acknowledged"
                                            : "");
    }
}

static void print_groups(const Session *session, const Picture *picture, gint64 now_ms)
{
    static const char *const HEADS[] = {"GROUP", "MODE", "ACTIVE AT", "LOSS BOUND",
                                        "SEEN",  "RPO",  "OPERATION", NULL};
    Printer *printer = printer_new(session, HEADS);
    for (guint i = 0; i < picture_count(picture, SHELF_GROUPS); i++) {
        const GroupStatus *group = picture_at(picture, SHELF_GROUPS, i);
        char loss[16], rpo[16], seen[16];
        g_autofree char *at =
            group->down_since_ms ? g_strconcat(group->active, " (down)", NULL) : NULL;
        duration_format_up(group->loss.loss_ms, loss);
        duration_format(group->rpo_ms, rpo);
        age_format(group->loss.observed_at_ms, now_ms, seen);
        printer_row(printer, group->name, word_of(&MODE_NAMES, (int)group->mode),
                    at ? at : group->active, group->loss.known ? loss : "unknown", seen, rpo,
                    group->operation);
    }
    printer_end(printer, "The fleet has no groups.");
}

static json_t *status_json(const Picture *picture, const Attention *a)
{
    json_t *json = json_object();
    json_object_set_new(json, "fleet", shape_to_json(&FRAME_SHAPE, &picture->frame));
    json_object_set_new(json, "critical", json_integer(a->critical));
    json_object_set_new(json, "critical_over", json_integer(a->over));
    json_object_set_new(json, "awaiting_sign_off", json_integer(a->awaiting));
    json_object_set_new(json, "running", json_integer(a->running));
    json_object_set_new(json, "findings", json_integer(a->findings));
    json_object_set_new(json, "alarms", shelf_json(picture, SHELF_ALARMS, &ALARM_SHAPE));
    json_object_set_new(json, "groups", shelf_json(picture, SHELF_GROUPS, &GROUP_SHAPE));
    return json;
}

int run_status(Session *session, int argc, char **argv)
{
    int code = EXIT_FINE;
    Attention a;
    if (has_extra(session, argc, argv))
        return EXIT_USAGE;
    const Picture *picture = session_picture(session, &code);
    if (!picture)
        return code;
    attention_count(picture, &a);
    if (session->json) {
        print_json(session, status_json(picture, &a));
    } else {
        g_autofree char *critical = attention_critical(&a);
        print_line(session, "%s%s through %s: %s, %u wait%s for sign-off, %u running, %u finding%s",
                   picture->frame.fleet, picture->frame.production ? " (production)" : "",
                   picture->link.endpoint, critical, a.awaiting, a.awaiting == 1 ? "s" : "",
                   a.running, a.findings, text_plural(a.findings));
        print_alarms(session, picture, now_of(session, picture));
        print_groups(session, picture, now_of(session, picture));
    }
    return any_down(picture) || a.critical ? EXIT_DOWN : EXIT_FINE;
}

// ---- roles ----

void roles_options(Session *session, GOptionContext *context)
{
    const GOptionEntry entries[] = {{"filter", 'f', 0, G_OPTION_ARG_FILENAME, &session->args.filter,
                                     "Words as behind / in the console (group:x state:active)",
                                     "WORDS"},
                                    G_OPTION_ENTRY_NULL};
    g_option_context_add_main_entries(context, entries, NULL);
}

static void role_rows(Printer *printer, const WorkloadStatus *workload, gint64 now_ms)
{
    for (guint i = 0; i < workload->instances->len; i++) {
        const InstanceStatus *instance = workload->instances->pdata[i];
        char age[16], since[16];
        age_format(instance->observed_at_ms, now_ms, age);
        age_format(instance->since_ms, now_ms, since);
        printer_row(printer, workload->id, word_of(&PATTERN_NAMES, (int)workload->pattern),
                    instance->location, instance->primary ? "primary" : "secondary",
                    word_of(&INSTANCE_NAMES, (int)badge_aged_instance(instance, now_ms)),
                    word_of(&INSTANCE_NAMES, (int)instance->desired), since, age);
    }
}

int run_roles(Session *session, int argc, char **argv)
{
    static const char *const HEADS[] = {"WORKLOAD", "PATTERN", "LOCATION", "ROLE", "OBSERVED",
                                        "DESIRED",  "SINCE",   "SEEN",     NULL};
    int code = EXIT_FINE;
    if (has_extra(session, argc, argv))
        return EXIT_USAGE;
    const Picture *picture = session_picture(session, &code);
    if (!picture)
        return code;
    Filter filter;
    filter_init(&filter);
    filter_set(&filter, session->args.filter);
    Printer *printer = session->json ? NULL : printer_new(session, HEADS);
    json_t *list = json_array();
    for (guint i = 0; i < picture_count(picture, SHELF_WORKLOADS); i++) {
        const WorkloadStatus *workload = picture_at(picture, SHELF_WORKLOADS, i);
        if (!filter_matches_workload(&filter, picture_group(picture, workload->group), workload))
            continue;
        if (printer)
            role_rows(printer, workload, now_of(session, picture));
        else
            json_array_append_new(list, workload_status_to_json(workload));
    }
    filter_release(&filter);
    if (printer) {
        printer_end(printer,
                    session->args.filter ? "No workload matches." : "The fleet has no workloads.");
        json_decref(list);
    } else
        print_json(session, json_pack("{s:o}", "workloads", list));
    return EXIT_FINE;
}

// ---- sign-offs ----

static guint needed_of(const Operation *ballot)
{
    return ballot->statement ? ballot->statement->approvals : 0;
}

static void ballot_row(Printer *printer, const Operation *operation, const Operation *ballot,
                       gint64 now_ms)
{
    const Act *act = operation_act(operation);
    char left[16];
    g_autofree char *given = g_strdup_printf("%u of %u", quorum_given(ballot), needed_of(ballot));
    g_autofree char *again = quorum_look_again(ballot);
    left_format(ballot->expires_ms, now_ms, left);
    printer_row(printer, operation->id,
                act ? word_of(&ACT_NAMES, (int)act->kind) : operation_word(operation),
                operation->group, operation->from, operation->to, given, again, left,
                ballot->proposer);
}

// The operation, and what the table says besides.
static json_t *ballot_json(const Operation *operation, const Operation *ballot)
{
    json_t *json = operation_to_json(operation), *names = json_array();
    g_auto(GStrv) again = quorum_who_again(ballot);
    for (char **name = again; *name; name++)
        json_array_append_new(names, json_string(*name));
    json_object_set_new(json, "given", json_integer(quorum_given(ballot)));
    json_object_set_new(json, "needed", json_integer(needed_of(ballot)));
    json_object_set_new(json, "look_again", names);
    return json;
}

int run_signoffs(Session *session, int argc, char **argv)
{
    static const char *const HEADS[] = {"OPERATION",   "KIND",   "GROUP",      "FROM",
                                        "TO",          "SIGNED", "LOOK AGAIN", "EXPIRES IN",
                                        "PROPOSED BY", NULL};
    int code = EXIT_FINE;
    if (has_extra(session, argc, argv))
        return EXIT_USAGE;
    const Picture *picture = session_picture(session, &code);
    if (!picture)
        return code;
    Printer *printer = session->json ? NULL : printer_new(session, HEADS);
    json_t *list = json_array();
    for (guint i = 0; i < picture_count(picture, SHELF_OPERATIONS); i++) {
        const Operation *operation = picture_at(picture, SHELF_OPERATIONS, i);
        const Operation ballot = operation_ballot(operation);
        if (ballot.state != OPERATION_AWAITING || operation->region)
            continue;
        if (printer)
            ballot_row(printer, operation, &ballot, now_of(session, picture));
        else
            json_array_append_new(list, ballot_json(operation, &ballot));
    }
    if (printer) {
        printer_end(printer, "Nothing waits for a sign-off.");
        json_decref(list);
    } else
        print_json(session, json_pack("{s:o}", "operations", list));
    return EXIT_FINE;
}
