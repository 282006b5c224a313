#include "model/recurrence.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"

#define BIT(n) (1U << (n))
#define MONTHLY (BIT(FREQUENCY_MONTH) | BIT(FREQUENCY_YEAR))
#define ANY_FREQUENCY (~0U)

// The greatest interval the service takes for each frequency. It does not say for years; a century is ours.
static const struct {
    const char *name;
    int interval_max;
} FREQUENCIES[FREQUENCY_COUNT] = {
    [FREQUENCY_NONE] = {"NotSpecified", 0}, [FREQUENCY_SECOND] = {"Second", 9999999},
    [FREQUENCY_MINUTE] = {"Minute", 72000}, [FREQUENCY_HOUR] = {"Hour", 12000},
    [FREQUENCY_DAY] = {"Day", 500},         [FREQUENCY_WEEK] = {"Week", 71},
    [FREQUENCY_MONTH] = {"Month", 16},      [FREQUENCY_YEAR] = {"Year", 100},
};

static const char *const WEEKDAYS[WEEKDAY_COUNT] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                    "Thursday", "Friday", "Saturday"};

// The lists of whole numbers, as the service names them.
static const struct {
    const char *name;
    size_t offset;
    int min, max;
    unsigned frequencies; // those it goes with
    const char *with;     // the same in words
    bool named;           // its values are weekdays, and read as such
} LISTS[] = {
    {"minutes", offsetof(Recurrence, minutes), 0, 59, ANY_FREQUENCY, "", false},
    {"hours", offsetof(Recurrence, hours), 0, 23, ANY_FREQUENCY, "", false},
    {"weekDays", offsetof(Recurrence, week_days), 0, 6, BIT(FREQUENCY_WEEK), "Week", true},
    {"monthDays", offsetof(Recurrence, month_days), -31, 31, MONTHLY, "Month", false},
};

static const IntList *list_of(const Recurrence *rule, size_t i)
{
    return (const IntList *)(const void *)((const char *)rule + LISTS[i].offset);
}

bool frequency_parse(const char *text, Frequency *ret_frequency, GError **error)
{
    for (int i = FREQUENCY_SECOND; text && i < FREQUENCY_COUNT; i++)
        if (g_ascii_strcasecmp(text, FREQUENCIES[i].name) == 0) {
            *ret_frequency = (Frequency)i;
            return true;
        }
    g_autofree char *shown = text_clip_end(text, 40, true);
    g_set_error(
        error, ERR, ERR_INVALID,
        "\"%s\" is not a frequency; expected Second, Minute, Hour, Day, Week, Month or Year",
        shown);
    return false;
}

const char *frequency_name(Frequency frequency)
{
    return FREQUENCIES[frequency < FREQUENCY_COUNT ? frequency : FREQUENCY_NONE].name;
}

bool weekday_parse(const char *text, int *ret_day, GError **error)
{
    for (int i = 0; text && i < WEEKDAY_COUNT; i++)
        if (g_ascii_strcasecmp(text, WEEKDAYS[i]) == 0) {
            *ret_day = i;
            return true;
        }
    g_autofree char *shown = text_clip_end(text, 40, true);
    g_set_error(error, ERR, ERR_INVALID, "\"%s\" is not a weekday; expected Sunday to Saturday",
                shown);
    return false;
}

const char *weekday_name(int day)
{
    g_assert(day >= 0 && day < WEEKDAY_COUNT);
    return WEEKDAYS[day];
}

bool int_list_append(IntList *list, int value)
{
    if (list->count >= RECURRENCE_LIST_MAX)
        return false;
    list->values = g_renew(int, list->values, list->count + 1);
    list->values[list->count++] = value;
    return true;
}

bool occurrence_list_append(OccurrenceList *list, int day, int occurrence)
{
    if (list->count >= RECURRENCE_LIST_MAX)
        return false;
    list->values = g_renew(MonthlyOccurrence, list->values, list->count + 1);
    list->values[list->count++] = (MonthlyOccurrence){.day = day, .occurrence = occurrence};
    return true;
}

void recurrence_init(Recurrence *rule)
{
    *rule = (Recurrence){.interval = 1};
}

void recurrence_release(Recurrence *rule)
{
    g_free(rule->start.text);
    g_free(rule->end.text);
    g_free(rule->zone);
    for (size_t i = 0; i < G_N_ELEMENTS(LISTS); i++)
        g_free(list_of(rule, i)->values);
    g_free(rule->occurrences.values);
    *rule = (Recurrence){0};
}

static bool int_list_has(const IntList *list, guint upto, int value)
{
    for (guint i = 0; i < upto; i++)
        if (list->values[i] == value)
            return true;
    return false;
}

static bool occurrence_list_has(const OccurrenceList *list, guint upto, MonthlyOccurrence value)
{
    for (guint i = 0; i < upto; i++)
        if (list->values[i].day == value.day && list->values[i].occurrence == value.occurrence)
            return true;
    return false;
}

bool recurrence_has_schedule(const Recurrence *rule)
{
    for (size_t i = 0; i < G_N_ELEMENTS(LISTS); i++)
        if (list_of(rule, i)->count)
            return true;
    return rule->occurrences.count > 0;
}

// ---- The check ------------------------------------------------------------------------------------

static void fault(GString *faults, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void fault(GString *faults, const char *format, ...)
{
    // A rule with a hundred mistakes is described well enough by its first dozen.
    if (faults->len > 1000)
        return;
    if (faults->len)
        g_string_append(faults, "; ");
    va_list arguments;
    va_start(arguments, format);
    g_string_append_vprintf(faults, format, arguments);
    va_end(arguments);
}

static void check_interval(const Recurrence *rule, GString *faults)
{
    if (rule->frequency <= FREQUENCY_NONE || rule->frequency >= FREQUENCY_COUNT) {
        fault(faults,
              "frequency is missing; expected Second, Minute, Hour, Day, Week, Month or Year");
        return;
    }
    int max = FREQUENCIES[rule->frequency].interval_max;
    if (rule->interval < 1 || rule->interval > max)
        fault(faults, "interval %d is outside 1 to %d, what frequency %s takes", rule->interval,
              max, frequency_name(rule->frequency));
}

static void check_value(GString *faults, size_t i, const IntList *list, guint at)
{
    int value = list->values[at];
    bool negative = LISTS[i].min < 0;
    if (value < LISTS[i].min || value > LISTS[i].max || (negative && value == 0))
        fault(faults, "%s: %d is outside %s%d to %d", LISTS[i].name, value,
              negative ? "-1 to -31 and " : "", negative ? 1 : LISTS[i].min, LISTS[i].max);
    else if (int_list_has(list, at, value) && LISTS[i].named)
        fault(faults, "%s: %s is listed twice", LISTS[i].name, weekday_name(value));
    else if (int_list_has(list, at, value))
        fault(faults, "%s: %d is listed twice", LISTS[i].name, value);
}

static void check_list(const Recurrence *rule, GString *faults, size_t i)
{
    const IntList *list = list_of(rule, i);
    if (list->count && !(LISTS[i].frequencies & BIT(rule->frequency)))
        fault(faults, "%s goes with frequency %s, not with %s", LISTS[i].name, LISTS[i].with,
              frequency_name(rule->frequency));
    for (guint at = 0; at < list->count; at++)
        check_value(faults, i, list, at);
}

static void check_occurrences(const Recurrence *rule, GString *faults)
{
    const OccurrenceList *list = &rule->occurrences;
    if (list->count && !(MONTHLY & BIT(rule->frequency)))
        fault(faults, "monthlyOccurrences goes with frequency Month, not with %s",
              frequency_name(rule->frequency));
    for (guint i = 0; i < list->count; i++) {
        MonthlyOccurrence one = list->values[i];
        if (one.day < 0 || one.day >= WEEKDAY_COUNT)
            fault(faults, "monthlyOccurrences: %d is no weekday", one.day);
        else if (one.occurrence < -5 || one.occurrence > 5)
            fault(faults,
                  "monthlyOccurrences: %s number %d; expected 1 to 5, or -1 (the last) to -5",
                  weekday_name(one.day), one.occurrence);
        else if (occurrence_list_has(list, i, one))
            fault(faults, "monthlyOccurrences: %s number %d is listed twice", weekday_name(one.day),
                  one.occurrence);
    }
}

bool recurrence_check(const Recurrence *rule, GError **error)
{
    g_autoptr(GString) faults = g_string_new(NULL);
    check_interval(rule, faults);
    for (size_t i = 0; i < G_N_ELEMENTS(LISTS); i++)
        check_list(rule, faults, i);
    check_occurrences(rule, faults);
    // A start and an end that are not both instants, or both local, are compared where zones are known.
    if (rule->start.text && rule->end.text && rule->start.had_z == rule->end.had_z &&
        rule->end.wall_ms < rule->start.wall_ms)
        fault(faults, "endTime lies before startTime");
    if (faults->len)
        g_set_error(error, ERR, ERR_INVALID, "The recurrence is not valid: %s.", faults->str);
    return faults->len == 0;
}

// ---- Times ----------------------------------------------------------------------------------------

typedef struct {
    const char *at;
    bool ok;
} Reader;

// Exactly `digits` digits, within min to max.
static int read_number(Reader *reader, int digits, int min, int max)
{
    int value = 0;
    for (int i = 0; i < digits && reader->ok; i++) {
        reader->ok = g_ascii_isdigit(*reader->at);
        value = reader->ok ? value * 10 + (*reader->at++ - '0') : 0;
    }
    reader->ok = reader->ok && value >= min && value <= max;
    return value;
}

static void read_char(Reader *reader, char expected)
{
    reader->ok = reader->ok && *reader->at == expected;
    if (reader->ok)
        reader->at++;
}

static gint64 read_date(Reader *reader)
{
    int year = read_number(reader, 4, 1, 9999);
    read_char(reader, '-');
    int month = read_number(reader, 2, 1, 12);
    read_char(reader, '-');
    int day = read_number(reader, 2, 1, 31);
    reader->ok = reader->ok && day <= civil_month_length(year, month);
    return reader->ok ? civil_to_days(year, month, day) * CIVIL_DAY_MS : 0;
}

// Decimals beyond the third are read and dropped: the service prints seven of them.
static gint64 read_fraction(Reader *reader)
{
    gint64 unit = 100, ms = 0;
    reader->ok = reader->ok && g_ascii_isdigit(*reader->at);
    for (; reader->ok && g_ascii_isdigit(*reader->at); reader->at++, unit /= 10)
        ms += (*reader->at - '0') * unit;
    return ms;
}

static gint64 read_clock(Reader *reader)
{
    gint64 ms = (gint64)read_number(reader, 2, 0, 23) * CIVIL_HOUR_MS;
    read_char(reader, ':');
    ms += (gint64)read_number(reader, 2, 0, 59) * CIVIL_MINUTE_MS;
    if (reader->ok && *reader->at == ':') {
        reader->at++;
        ms += (gint64)read_number(reader, 2, 0, 59) * CIVIL_SECOND_MS;
        if (reader->ok && *reader->at == '.') {
            reader->at++;
            ms += read_fraction(reader);
        }
    }
    return ms;
}

static void read_zone(Reader *reader, RuleTime *time)
{
    if (!reader->ok || !*reader->at)
        return;
    time->had_z = true;
    char sign = *reader->at++;
    if (sign == 'Z' || sign == 'z')
        return;
    reader->ok = sign == '+' || sign == '-';
    gint64 offset = (gint64)read_number(reader, 2, 0, 23) * CIVIL_HOUR_MS;
    if (reader->ok && *reader->at == ':')
        reader->at++;
    offset += (gint64)read_number(reader, 2, 0, 59) * CIVIL_MINUTE_MS;
    time->had_offset = true;
    time->wall_ms -= sign == '-' ? -offset : offset;
}

bool rule_time_parse(const char *text, RuleTime *ret_time, GError **error)
{
    Reader reader = {.at = text ? text : "", .ok = text && strlen(text) <= 48};
    RuleTime time = {0};
    time.wall_ms = read_date(&reader);
    read_char(&reader, 'T');
    time.wall_ms += read_clock(&reader);
    read_zone(&reader, &time);
    if (!reader.ok || *reader.at) {
        g_autofree char *shown = text_clip_end(text, 40, true);
        g_set_error(
            error, ERR, ERR_INVALID,
            "\"%s\" is not a time of a rule; expected 2026-01-01T09:00:00 (in the rule's zone) or "
            "2026-01-01T09:00:00Z (UTC)",
            shown);
        return false;
    }
    g_free(ret_time->text);
    *ret_time = time;
    ret_time->text = g_strdup(text);
    return true;
}
