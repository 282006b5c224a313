// Triggers of workloads, with their recurrences: the options, and the types that only they have.
#include "conf/fleet-options.h"

#include <string.h>

// ---- words and times of a recurrence ----

static bool parse_frequency(OptionReader *reader, const Option *option, const char *text,
                            gpointer member, char **ret_hint)
{
    (void)reader, (void)option, (void)ret_hint;
    return frequency_parse(text, member, NULL);
}

static char *write_frequency(const Option *option, gconstpointer member)
{
    Frequency frequency = *(const Frequency *)member;
    (void)option;
    return frequency == FREQUENCY_NONE ? NULL : option_quote(frequency_name(frequency));
}

static const OptionType FREQUENCY = {.expected =
                                         "one of Second, Minute, Hour, Day, Week, Month, Year",
                                     .takes = TAKES_TEXT,
                                     .size = sizeof(Frequency),
                                     .parse = parse_frequency,
                                     .write = write_frequency};

// The interval is a signed number in the model.
static bool parse_interval(OptionReader *reader, const Option *option, const char *text,
                           gpointer member, char **ret_hint)
{
    guint value;
    if (!OPTION_NUMBER.parse(reader, option, text, &value, ret_hint))
        return false;
    *(int *)member = (int)value;
    return true;
}

static char *write_interval(const Option *option, gconstpointer member)
{
    (void)option;
    int interval = *(const int *)member;
    return interval == 1 ? NULL : g_strdup_printf("%d", interval);
}

static const OptionType INTERVAL = {.expected = "a whole number",
                                    .takes = TAKES_NUMBER,
                                    .size = sizeof(int),
                                    .parse = parse_interval,
                                    .write = write_interval};

static bool parse_rule_time(OptionReader *reader, const Option *option, const char *text,
                            gpointer member, char **ret_hint)
{
    (void)reader, (void)option, (void)ret_hint;
    return rule_time_parse(text, member, NULL);
}

static char *write_rule_time(const Option *option, gconstpointer member)
{
    const RuleTime *time = member;
    (void)option;
    return time->text ? option_quote(time->text) : NULL;
}

static const OptionType RULE_TIME = {
    .expected = "a time such as \"2026-01-01T09:00:00\", or with a Z for UTC",
    .takes = TAKES_TEXT,
    .size = sizeof(RuleTime),
    .parse = parse_rule_time,
    .write = write_rule_time};

static bool parse_zone(OptionReader *reader, const Option *option, const char *text,
                       gpointer member, char **ret_hint)
{
    const FleetNames *names = reader->context;
    if (names && names->zone_is_known && !names->zone_is_known(text))
        return false;
    return OPTION_TEXT.parse(reader, option, text, member, ret_hint);
}

static const OptionType ZONE = {
    .expected = "a time zone such as \"Europe/Rome\" or \"W. Europe Standard Time\"",
    .takes = TAKES_TEXT,
    .size = sizeof(char *),
    .parse = parse_zone,
    .write = option_write_text};

// ---- lists of a schedule ----

static char *write_list(const IntList *list, const char *(*name)(int))
{
    GString *out = g_string_new("[");
    for (guint i = 0; i < list->count; i++) {
        const char *comma = i ? ", " : " ";
        if (name)
            g_string_append_printf(out, "%s\"%s\"", comma, name(list->values[i]));
        else
            g_string_append_printf(out, "%s%d", comma, list->values[i]);
    }
    return g_string_free(g_string_append(out, " ]"), FALSE);
}

static bool parse_int(OptionReader *reader, const Option *option, const char *text, gpointer member,
                      char **ret_hint)
{
    gint64 value;
    (void)reader, (void)ret_hint;
    return g_ascii_string_to_signed(text, 10, option->min, option->max, &value, NULL) &&
           int_list_append(member, (int)value);
}

static char *write_ints(const Option *option, gconstpointer member)
{
    const IntList *list = member;
    (void)option;
    return list->count ? write_list(list, NULL) : NULL;
}

static const OptionType INTS = {.expected = "whole numbers",
                                .takes = TAKES_NUMBER,
                                .list = true,
                                .size = sizeof(IntList),
                                .parse = parse_int,
                                .write = write_ints};

static bool parse_week_day(OptionReader *reader, const Option *option, const char *text,
                           gpointer member, char **ret_hint)
{
    int day;
    (void)reader, (void)option, (void)ret_hint;
    return weekday_parse(text, &day, NULL) && int_list_append(member, day);
}

static char *write_week_days(const Option *option, gconstpointer member)
{
    const IntList *list = member;
    (void)option;
    return list->count ? write_list(list, weekday_name) : NULL;
}

static const OptionType WEEK_DAYS = {.expected = "names of days such as \"Monday\"",
                                     .takes = TAKES_TEXT,
                                     .list = true,
                                     .size = sizeof(IntList),
                                     .parse = parse_week_day,
                                     .write = write_week_days};

// One { day = "Monday"; occurrence = -1; }.
static void read_occurrence(OptionReader *reader, const Option *option, config_setting_t *setting,
                            OccurrenceList *list)
{
    config_setting_t *day = option_setting(setting, "day");
    config_setting_t *which = option_setting(setting, "occurrence");
    const char *name = day ? config_setting_get_string(day) : NULL;
    int weekday, occurrence = which ? config_setting_get_int(which) : 0;
    bool whole = !which || config_setting_type(which) == CONFIG_TYPE_INT;
    if (config_setting_length(setting) != (day ? 1 : 0) + (which ? 1 : 0) || !name ||
        !weekday_parse(name, &weekday, NULL) || !whole || occurrence < -5 || occurrence > 5 ||
        !occurrence_list_append(list, weekday, occurrence))
        option_unexpected(reader, setting, option->type->expected, NULL);
}

static void read_occurrences(OptionReader *reader, const Option *option, config_setting_t *setting,
                             gpointer member)
{
    int type = config_setting_type(setting);
    if (type == CONFIG_TYPE_GROUP) {
        read_occurrence(reader, option, setting, member);
        return;
    }
    if (type != CONFIG_TYPE_LIST) {
        option_unexpected(reader, setting, option->type->expected, NULL);
        return;
    }
    for (int i = 0; i < config_setting_length(setting); i++) {
        config_setting_t *item = config_setting_get_elem(setting, (unsigned)i);
        if (config_setting_type(item) == CONFIG_TYPE_GROUP)
            read_occurrence(reader, option, item, member);
        else
            option_unexpected(reader, item, option->type->expected, NULL);
    }
}

static char *write_occurrences(const Option *option, gconstpointer member)
{
    const OccurrenceList *list = member;
    (void)option;
    if (!list->count)
        return NULL;
    GString *out = g_string_new("(");
    for (guint i = 0; i < list->count; i++)
        g_string_append_printf(out, "%s{ day = \"%s\"; occurrence = %d; }", i ? ", " : " ",
                               weekday_name(list->values[i].day), list->values[i].occurrence);
    return g_string_free(g_string_append(out, " )"), FALSE);
}

static const OptionType OCCURRENCES = {
    .expected = "( { day = \"Monday\"; occurrence = -1; }, ... ), the occurrence from 1 to 5 or, "
                "from the month's end, -1 to -5",
    .size = sizeof(OccurrenceList),
    .read = read_occurrences,
    .write = write_occurrences};

// ---- the options ----

static const Option SCHEDULE_OPTIONS[] = {
    {"minutes", &INTS, OPTION_AT(Trigger, recurrence.minutes), 0, 59,
     .help = "Minutes of the hour; each goes with each of the hours."},
    {"hours", &INTS, OPTION_AT(Trigger, recurrence.hours), 0, 23, .help = "Hours of the day."},
    {"week_days", &WEEK_DAYS, OPTION_AT(Trigger, recurrence.week_days),
     .help = "Days of the week; only with Week."},
    {"month_days", &INTS, OPTION_AT(Trigger, recurrence.month_days), -31, 31,
     .help = "Days of the month, negative ones from its end; only with Month or Year."},
    {"monthly_occurrences", &OCCURRENCES, OPTION_AT(Trigger, recurrence.occurrences),
     .help = "Such as the last Monday of the month; only with Month or Year."},
};

static const OptionSection SCHEDULE_SECTION = {
    .what = "schedule",
    OPTION_ROWS(SCHEDULE_OPTIONS),
    .help = "When within its frequency a recurrence fires. One value may stand where a list may."};

static gpointer add_trigger(OptionReader *reader, gpointer parent, const char *name, char **ret_why)
{
    Workload *workload = parent;
    g_autofree char *any = name ? g_strdup(name) : g_strdup_printf("?%u", reader->anonymous++);
    Trigger *trigger = workload_add_trigger(workload, any);
    if (trigger)
        recurrence_init(&trigger->recurrence);
    else
        *ret_why =
            g_strdup_printf("workload \"%s\" has a trigger \"%s\" already.", workload->name, name);
    return trigger;
}

// Whether any option of a recurrence is given.
static bool recurrence_is_given(config_setting_t *setting)
{
    static const char *const NAMES[] = {"frequency", "interval", "start",
                                        "end",       "zone",     "schedule"};
    for (gsize i = 0; i < G_N_ELEMENTS(NAMES); i++)
        if (option_setting(setting, NAMES[i]))
            return true;
    return false;
}

static void check_trigger(OptionReader *reader, config_setting_t *setting, gpointer object)
{
    Trigger *trigger = object;
    g_autoptr(GError) error = NULL;
    trigger->has_recurrence = trigger->recurrence.frequency != FREQUENCY_NONE;
    if (trigger->split && trigger->type != TRIGGER_RECURRENCE)
        option_mistake(reader, option_setting(setting, "split"),
                       "only a recurrence can be a part of a split schedule, not a trigger of type "
                       "%s.",
                       name_of(&TRIGGER_NAMES, (int)trigger->type));
    if (!recurrence_is_given(setting))
        return;
    if (trigger->type != TRIGGER_RECURRENCE && trigger->type != TRIGGER_POLLING)
        option_mistake(reader, setting,
                       "a trigger of type %s has no recurrence; leave out frequency, interval, "
                       "start, end, zone and schedule.",
                       name_of(&TRIGGER_NAMES, (int)trigger->type));
    else if (!option_setting(setting, "frequency"))
        option_mistake(reader, setting,
                       "frequency is missing; interval, start, end, zone and schedule mean nothing "
                       "without it.");
    else if (trigger->has_recurrence && !recurrence_check(&trigger->recurrence, &error))
        option_mistake(reader, setting, "%s", error->message);
}

static const Option TRIGGER_OPTIONS[] = {
    {"name", &OPTION_NAME, OPTION_AT(Trigger, name), .key = true,
     .help = "Name of the trigger; unique in its workload."},
    {"type", &OPTION_CHOICE, OPTION_AT(Trigger, type), .names = &TRIGGER_NAMES, .required = true,
     .help = "What starts a run."},
    {"keeper", &OPTION_CHOICE, OPTION_AT(Trigger, keeper), .names = &KEEPER_NAMES,
     .fallback = "server",
     .help = "Who remembers what was handled. Where the client does, one instance only may be "
             "active."},
    {"ordered", &OPTION_BOOL, OPTION_AT(Trigger, ordered), .fallback = "false",
     .help = "Whether messages must be handled in their order."},
    {"sessions", &OPTION_BOOL, OPTION_AT(Trigger, sessions), .fallback = "false",
     .help = "Whether the queue keeps that order by sessions."},
    {"frequency", &FREQUENCY, OPTION_AT(Trigger, recurrence.frequency),
     .help = "Unit of the recurrence. Only for the types recurrence and polling."},
    {"interval", &INTERVAL, OPTION_AT(Trigger, recurrence.interval), 1, 100000,
     .help = "It fires every so many of them; 1 where it is not given."},
    {"start", &RULE_TIME, OPTION_AT(Trigger, recurrence.start),
     .help = "When it fires first, and from when intervals are counted."},
    {"end", &RULE_TIME, OPTION_AT(Trigger, recurrence.end), .help = "When it ends."},
    {"zone", &ZONE, OPTION_AT(Trigger, recurrence.zone), .max = 64,
     .help = "Time zone of the times and of the schedule. Without it they are UTC."},
    {"split", &OPTION_NAME, OPTION_AT(Trigger, split),
     .help = "Name of the split schedule that it is a part of: each part is a recurrence of a "
             "workload of its own, at home in another location. Only for the type recurrence."},
    {"schedule", &OPTION_SECTION, OPTION_SELF(Trigger), .section = &SCHEDULE_SECTION,
     .help = "See groups[].workloads[].triggers[].schedule."},
};

const OptionSection TRIGGER_SECTION = {.what = "trigger",
                                       OPTION_ROWS(TRIGGER_OPTIONS),
                                       .add = add_trigger,
                                       .check = check_trigger,
                                       .help = "What starts a workload's runs."};
