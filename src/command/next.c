// `signalbox schedules next RULE`: what a recurrence means, without any backend.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/timefmt.h"
#include "command/command.h"
#include "sched/schedule.h"
#include "wire/recurrence.h"

enum { COUNT_MAX = 1000, RULE_MAX = 64 * 1024 };

// Everything that one answer is made of.
typedef struct {
    const Session *session;
    Zones *zones;
    Recurrence rule;
    Schedule *schedule;
    const Zone *its, *mine;
    gint64 after_ms;
    guint count; // asked for
    guint found;
    Occurrence occurrences[COUNT_MAX + 1];
} Answer;

// ---- what is asked ----

// The rule's text: the argument, or standard input for "-". The caller frees. NULL with a reason.
static char *rule_text(const char *argument, GError **error)
{
    if (strcmp(argument, "-") != 0)
        return g_strdup(argument);
    g_autofree char *text = g_malloc(RULE_MAX + 1);
    gsize length = fread(text, 1, RULE_MAX, stdin);
    if (ferror(stdin)) {
        g_set_error(error, ERR, ERR_INTERNAL, "The rule could not be read: %s.", g_strerror(errno));
        return NULL;
    }
    text[length] = '\0';
    return g_steal_pointer(&text);
}

static bool read_rule(Answer *answer, const char *argument, GError **error)
{
    WireReader reader = {0};
    g_autofree char *text = rule_text(argument, error);
    g_autoptr(json_t) json =
        text ? wire_parse("The rule", text, strlen(text), RULE_MAX, error) : NULL;
    if (!json)
        return false;
    WireAt root = wire_root(&reader, json);
    if (root.value)
        recurrence_read(&root, &answer->rule);
    g_autoptr(GError) unknown = NULL;
    if (!reader.error && !zones_get(answer->zones, answer->rule.zone, &unknown))
        wire_fail(&root, "timeZone", "%s", unknown->message);
    return wire_reader_finish(&reader, error);
}

// A time of an option; `fallback_ms` where it is not given.
static bool read_time(const char *name, const char *text, gint64 fallback_ms, gint64 *ret_ms,
                      GError **error)
{
    g_autoptr(GError) reason = NULL;
    *ret_ms = fallback_ms;
    if (!text || time_parse(text, ret_ms, &reason))
        return true;
    g_set_error(error, ERR, ERR_INVALID, "%s: %s", name, reason->message);
    return false;
}

// Whose clock is mine: the one asked for, or this machine's as far as it has a name.
static const Zone *my_zone(Zones *zones, const char *name, GError **error)
{
    if (name)
        return zones_get(zones, name, error);
    g_autoptr(GTimeZone) local = g_time_zone_new_local();
    const Zone *zone = zones_get(zones, g_time_zone_get_identifier(local), NULL);
    return zone ? zone : zones_get(zones, NULL, error);
}

static bool ask(Answer *answer, const char *argument, GError **error)
{
    const Arguments *args = &answer->session->args;
    ScheduleAnchor anchor = {.now_ms = clock_wall_ms(clock_system())};
    if (args->count < 1 || args->count > COUNT_MAX) {
        g_set_error(error, ERR, ERR_INVALID, "--count: expected 1 to %d.", COUNT_MAX);
        return false;
    }
    answer->count = (guint)args->count;
    if (!read_time("--after", args->after, anchor.now_ms, &answer->after_ms, error) ||
        !read_time("--created", args->created, 0, &anchor.created_ms, error) ||
        !read_rule(answer, argument, error))
        return false;
    anchor.now_ms = answer->after_ms;
    answer->mine = my_zone(answer->zones, args->zone, error);
    answer->schedule =
        answer->mine ? schedule_new(&answer->rule, answer->zones, &anchor, error) : NULL;
    if (!answer->schedule)
        return false;
    answer->its = schedule_zone(answer->schedule);
    answer->found =
        schedule_next(answer->schedule, answer->after_ms, answer->count + 1, answer->occurrences);
    return true;
}

// ---- what is answered ----

static char *clock_words(const Answer *answer, guint i)
{
    gint64 before_ms = i ? answer->occurrences[i - 1].at_ms : answer->after_ms;
    return schedule_clock_words(answer->its, before_ms, &answer->occurrences[i]);
}

// RFC 3339 with the zone's offset. A new value.
static json_t *local_json(const Zone *zone, gint64 at_ms)
{
    char text[32];
    zone_format(zone, at_ms, text);
    *strchr(text, ' ') = 'T';
    return json_string(text);
}

static json_t *occurrences_json(const Answer *answer)
{
    json_t *list = json_array();
    for (guint i = 0; i < MIN(answer->found, answer->count); i++) {
        json_t *row = json_object();
        g_autofree char *clocks = clock_words(answer, i);
        wire_set_time_ms(row, "at", answer->occurrences[i].at_ms);
        json_object_set_new(row, "local", local_json(answer->its, answer->occurrences[i].at_ms));
        json_object_set_new(row, "mine", local_json(answer->mine, answer->occurrences[i].at_ms));
        wire_set_text(row, "clocks", clocks);
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *zone_json(const Zone *zone)
{
    return json_pack("{s:s,s:s}", "name", zone_name(zone), "iana", zone_iana(zone));
}

static json_t *notes_json(const Schedule *schedule, bool ambiguous)
{
    json_t *list = json_array();
    const ScheduleNote *note;
    for (guint i = 0; (note = schedule_note(schedule, i)); i++) {
        if (note->ambiguous != ambiguous)
            continue;
        json_t *row = json_pack("{s:s,s:s}", "name", note->name, "text", note->text);
        if (note->reading)
            json_object_set_new(row, "reading", json_string(note->reading));
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *answer_json(const Answer *answer)
{
    json_t *json = json_object();
    g_autofree char *rule = schedule_describe(answer->schedule);
    wire_set_text(json, "rule", rule);
    json_object_set_new(json, "recurrence", recurrence_to_json(&answer->rule));
    json_object_set_new(json, "zone", zone_json(answer->its));
    json_object_set_new(json, "my_zone", zone_json(answer->mine));
    wire_set_time_ms(json, "after", answer->after_ms);
    json_object_set_new(json, "occurrences", occurrences_json(answer));
    json_object_set_new(json, "more", json_boolean(answer->found > answer->count));
    json_object_set_new(json, "ambiguous", notes_json(answer->schedule, true));
    json_object_set_new(json, "warnings", notes_json(answer->schedule, false));
    return json;
}

static void print_notes(const Answer *answer)
{
    const ScheduleNote *note;
    for (guint i = 0; (note = schedule_note(answer->schedule, i)); i++)
        print_line(answer->session, "%s %s: %s%s%s",
                   note->ambiguous ? "open:" : "note:", note->name, note->text,
                   note->reading ? " Here: " : "", note->reading ? note->reading : "");
}

static void print_answer(const Answer *answer)
{
    const char *const heads[] = {"#",      "UTC", zone_name(answer->its), zone_name(answer->mine),
                                 "CLOCKS", NULL};
    g_autofree char *rule = schedule_describe(answer->schedule);
    print_line(answer->session, "%s", rule);
    print_notes(answer);
    Printer *printer = printer_new(answer->session, heads);
    for (guint i = 0; i < MIN(answer->found, answer->count); i++) {
        char number[16], utc[32], its[32], mine[32];
        g_autofree char *clocks = clock_words(answer, i);
        g_snprintf(number, sizeof number, "%u", i + 1);
        time_format_full(answer->occurrences[i].at_ms, utc);
        zone_format(answer->its, answer->occurrences[i].at_ms, its);
        zone_format(answer->mine, answer->occurrences[i].at_ms, mine);
        printer_row(printer, number, utc, its, mine, clocks);
    }
    printer_end(printer, "It does not fire any more.");
}

int run_next(Session *session, const char *rule)
{
    g_autoptr(GError) error = NULL;
    g_autofree Answer *answer = g_new0(Answer, 1);
    answer->session = session;
    g_autoptr(Zones) zones = answer->zones = zones_new();
    bool good = ask(answer, rule, &error);
    g_autoptr(Schedule) schedule = answer->schedule;
    if (good && session->json)
        print_json(session, answer_json(answer));
    else if (good)
        print_answer(answer);
    recurrence_release(&answer->rule);
    return good ? EXIT_FINE : session_complain(session, EXIT_USAGE, "%s", error->message);
}
