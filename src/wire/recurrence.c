#include "wire/recurrence.h"

#include "base/error.h"

// ---- lists ----

// Takes one value of a list; `at` is the value itself.
typedef void (*TakeItem)(const WireAt *at, gpointer list);

static void read_list(const WireAt *at, const char *name, TakeItem take, gpointer list)
{
    if (!wire_has(at, name))
        return;
    WireAt value = {at->reader, at, name, 0, json_object_get(at->value, name)};
    if (!json_is_array(value.value)) {
        take(&value, list);
        return;
    }
    for (gsize i = 0; i < wire_count(&value); i++) {
        WireAt item = wire_item(&value, i);
        take(&item, list);
    }
}

static void append_int(const WireAt *at, IntList *list, int value)
{
    if (!int_list_append(list, value))
        wire_fail(at, NULL, "a list has at most %d values.", RECURRENCE_LIST_MAX);
}

static void take_minute(const WireAt *at, gpointer list)
{
    append_int(at, list, (int)wire_integer(at, NULL, 0, 59));
}

static void take_hour(const WireAt *at, gpointer list)
{
    append_int(at, list, (int)wire_integer(at, NULL, 0, 23));
}

static void take_month_day(const WireAt *at, gpointer list)
{
    gint64 day = wire_integer(at, NULL, -31, 31);
    if (!day)
        wire_fail(at, NULL, "expected 1 to 31, or from the month's end -1 (the last) to -31.");
    append_int(at, list, (int)day);
}

static int read_weekday(const WireAt *at, const char *name)
{
    int day = SUNDAY;
    g_autoptr(GError) error = NULL;
    const char *text = wire_text(at, name);
    if (text && !weekday_parse(text, &day, &error))
        wire_fail(at, name, "%s", error->message);
    return day;
}

static void take_weekday(const WireAt *at, gpointer list)
{
    append_int(at, list, read_weekday(at, NULL));
}

static void take_occurrence(const WireAt *at, gpointer list)
{
    static const char *const FIELDS[] = {"day", "occurrence", NULL};
    WireAt object = wire_object(at, NULL);
    if (!object.value)
        return;
    wire_only(&object, FIELDS);
    int day = read_weekday(&object, "day");
    int occurrence = (int)wire_integer_opt(&object, "occurrence", -5, 5, 0);
    if (wire_has(&object, "occurrence") && !occurrence)
        wire_fail(&object, "occurrence", "expected 1 to 5, or from the month's end -1 to -5.");
    if (!occurrence_list_append(list, day, occurrence))
        wire_fail(at, NULL, "a list has at most %d values.", RECURRENCE_LIST_MAX);
}

// ---- the rule ----

static void read_schedule(const WireAt *at, Recurrence *rule)
{
    const struct {
        const char *name;
        TakeItem take;
        gpointer list;
    } LISTS[] = {
        {"minutes", take_minute, &rule->minutes},
        {"hours", take_hour, &rule->hours},
        {"weekDays", take_weekday, &rule->week_days},
        {"monthDays", take_month_day, &rule->month_days},
        {"monthlyOccurrences", take_occurrence, &rule->occurrences},
    };
    const char *names[G_N_ELEMENTS(LISTS) + 1] = {NULL};
    for (guint i = 0; i < G_N_ELEMENTS(LISTS); i++) {
        names[i] = LISTS[i].name;
        read_list(at, LISTS[i].name, LISTS[i].take, LISTS[i].list);
    }
    wire_only(at, names);
}

static void read_time(const WireAt *at, const char *name, RuleTime *ret_time)
{
    g_autoptr(GError) error = NULL;
    const char *text = wire_text_opt(at, name, NULL);
    if (text && !rule_time_parse(text, ret_time, &error))
        wire_fail(at, name, "%s.", error->message);
}

void recurrence_read(const WireAt *at, Recurrence *ret_rule)
{
    static const char *const FIELDS[] = {"frequency", "interval", "startTime", "endTime",
                                         "timeZone",  "schedule", NULL};
    g_autoptr(GError) error = NULL;
    recurrence_init(ret_rule);
    wire_only(at, FIELDS);
    const char *frequency = wire_text(at, "frequency");
    if (frequency && !frequency_parse(frequency, &ret_rule->frequency, &error))
        wire_fail(at, "frequency", "%s", error->message);
    ret_rule->interval = (int)wire_integer_opt(at, "interval", 1, G_MAXINT, 1);
    read_time(at, "startTime", &ret_rule->start);
    read_time(at, "endTime", &ret_rule->end);
    ret_rule->zone = g_strdup(wire_text_opt(at, "timeZone", NULL));
    WireAt schedule = wire_object_opt(at, "schedule");
    if (schedule.value)
        read_schedule(&schedule, ret_rule);
    g_clear_error(&error);
    if (!at->reader->error && !recurrence_check(ret_rule, &error))
        wire_fail(at, NULL, "%s", error->message);
}

// ---- writing ----

static void set_ints(json_t *object, const char *name, const IntList *list)
{
    if (list->count == 0)
        return;
    json_t *array = json_array();
    for (guint i = 0; i < list->count; i++)
        json_array_append_new(array, json_integer(list->values[i]));
    json_object_set_new(object, name, array);
}

static void set_week_days(json_t *object, const IntList *list)
{
    if (list->count == 0)
        return;
    json_t *days = json_array();
    for (guint i = 0; i < list->count; i++)
        json_array_append_new(days, json_string(weekday_name(list->values[i])));
    json_object_set_new(object, "weekDays", days);
}

static void set_occurrences(json_t *object, const OccurrenceList *list)
{
    if (list->count == 0)
        return;
    json_t *array = json_array();
    for (guint i = 0; i < list->count; i++) {
        json_t *one = json_pack("{s:s}", "day", weekday_name(list->values[i].day));
        if (list->values[i].occurrence)
            json_object_set_new(one, "occurrence", json_integer(list->values[i].occurrence));
        json_array_append_new(array, one);
    }
    json_object_set_new(object, "monthlyOccurrences", array);
}

json_t *recurrence_to_json(const Recurrence *rule)
{
    json_t *json = json_pack("{s:s,s:i}", "frequency", frequency_name(rule->frequency), "interval",
                             rule->interval);
    if (rule->start.text)
        json_object_set_new(json, "startTime", json_string(rule->start.text));
    if (rule->end.text)
        json_object_set_new(json, "endTime", json_string(rule->end.text));
    if (rule->zone)
        json_object_set_new(json, "timeZone", json_string(rule->zone));
    if (!recurrence_has_schedule(rule))
        return json;
    json_t *schedule = json_object();
    set_ints(schedule, "minutes", &rule->minutes);
    set_ints(schedule, "hours", &rule->hours);
    set_week_days(schedule, &rule->week_days);
    set_ints(schedule, "monthDays", &rule->month_days);
    set_occurrences(schedule, &rule->occurrences);
    json_object_set_new(json, "schedule", schedule);
    return json;
}
