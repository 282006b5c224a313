// A rule in words, from its compiled form: what is said is what is computed.
#include "sched/private.h"

#include <string.h>

#include "base/text.h"
#include "base/timefmt.h"

enum { TIMES_LISTED_MAX = 12, ALL_WEEK = 0x7f, ALL_HOURS = 0xffffff };

static const char *const DAYS[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char *const MONTHS[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static int lowest(guint64 mask)
{
    return __builtin_ctzll(mask);
}

static int highest(guint64 mask)
{
    return 63 - __builtin_clzll(mask);
}

static void append_item(GString *text, gsize start, const char *item)
{
    g_string_append_printf(text, "%s%s", text->len > start ? ", " : "", item);
}

// The bits of a mask as "1, 3-7, 20"; runs of three and more are joined. `name` says a bit.
static void append_bits(GString *text, guint64 mask, void (*name)(int bit, char ret_name[8]))
{
    gsize start = text->len;
    while (mask) {
        int from = lowest(mask), to = from;
        while (to < 63 && (mask >> (to + 1) & 1))
            to++;
        char first[8], last[8], item[24];
        name(from, first);
        to = to - from < 2 ? from : to;
        name(to, last);
        g_snprintf(item, sizeof item, to > from ? "%s-%s" : "%s", first, last);
        append_item(text, start, item);
        mask &= to == 63 ? 0 : G_MAXUINT64 << (to + 1);
    }
}

static void name_number(int bit, char ret_name[8])
{
    g_snprintf(ret_name, 8, "%d", bit);
}

static void name_minute(int bit, char ret_name[8])
{
    g_snprintf(ret_name, 8, ":%02d", bit);
}

// Weeks read from Monday: bit 0 is Monday here.
static void name_weekday(int bit, char ret_name[8])
{
    g_strlcpy(ret_name, DAYS[(bit + 1) % WEEKDAY_COUNT], 8);
}

// ---- Rules by distance ----------------------------------------------------------------------------

// The wall clock that a tick's phase is told from, the split's offset included.
static gint64 phase_ms(const Schedule *schedule)
{
    return schedule->start_wall_ms + schedule->offset_ms;
}

static int minute_phase(const Schedule *schedule, int every)
{
    return (int)(civil_floor_div(phase_ms(schedule), CIVIL_MINUTE_MS) % every);
}

static int second_phase(const Schedule *schedule, int period)
{
    return (int)civil_floor_mod(civil_floor_div(phase_ms(schedule), CIVIL_SECOND_MS), period);
}

static void append_hours_step(GString *text, const Schedule *schedule, gint64 hours)
{
    ZoneTransition change;
    int minute = minute_phase(schedule, 60);
    int hour = (int)civil_floor_mod(civil_floor_div(phase_ms(schedule), CIVIL_HOUR_MS), hours);
    bool steady = !zone_next_transition(schedule->zone, schedule->start_ms, &change);
    if (hours == 1)
        g_string_append_printf(text, "hourly at :%02d", minute);
    else if (24 % hours == 0 && steady)
        g_string_append_printf(text, "every %d h from %02d:%02d", (int)hours, hour, minute);
    else
        g_string_append_printf(text, "every %d h", (int)hours);
}

static void append_minutes_step(GString *text, const Schedule *schedule, gint64 minutes)
{
    if (minutes % 60 == 0)
        append_hours_step(text, schedule, minutes / 60);
    else if (minutes == 1)
        g_string_append(text, "every minute");
    else if (60 % minutes == 0)
        g_string_append_printf(text, "every %d min from :%02d", (int)minutes,
                               minute_phase(schedule, (int)minutes));
    else
        g_string_append_printf(text, "every %d min", (int)minutes);
}

static void append_step(GString *text, const Schedule *schedule)
{
    gint64 seconds = schedule->tick.step_ms / CIVIL_SECOND_MS;
    if (seconds % 60 == 0)
        append_minutes_step(text, schedule, seconds / 60);
    else if (seconds == 1)
        g_string_append(text, "every second");
    else if (60 % seconds == 0 && schedule->has_start)
        g_string_append_printf(text, "every %d s from second %d", (int)seconds,
                               second_phase(schedule, (int)seconds));
    else
        g_string_append_printf(text, "every %d s", (int)seconds);
}

static void append_tick(GString *text, const Schedule *schedule)
{
    const Tick *tick = &schedule->tick;
    bool spread = schedule->frequency == FREQUENCY_HOUR && tick->minutes;
    if (!spread)
        append_step(text, schedule);
    else if (schedule->interval == 1)
        g_string_append(text, "hourly at ");
    else
        g_string_append_printf(text, "every %d h at ", schedule->interval);
    if (tick->minutes && !spread)
        g_string_append(text, ", only at ");
    if (tick->minutes)
        append_bits(text, tick->minutes, name_minute);
    if (tick->hours) {
        g_string_append(text, ", hours ");
        append_bits(text, tick->hours, name_number);
    }
}

// ---- Rules by date --------------------------------------------------------------------------------

static const char *ordinal(int n)
{
    static const char *const ORDINALS[] = {"", "1st", "2nd", "3rd", "4th", "5th"};
    return ORDINALS[n];
}

static void append_nth(GString *text, const Calendar *calendar)
{
    gsize start = text->len;
    for (int at = 0; at < WEEKDAY_COUNT; at++) {
        int day = (at + 1) % WEEKDAY_COUNT;
        for (int n = -5; n <= 5; n++) {
            char item[24];
            if (!(calendar->nth[day] >> (5 + n) & 1))
                continue;
            if (n == 0)
                g_snprintf(item, sizeof item, "every %s", DAYS[day]);
            else if (n == -1)
                g_snprintf(item, sizeof item, "last %s", DAYS[day]);
            else
                g_snprintf(item, sizeof item, "%s%s %s", ordinal(ABS(n)), n < 0 ? " last" : "",
                           DAYS[day]);
            append_item(text, start, item);
        }
    }
}

static void append_month_days(GString *text, const Calendar *calendar)
{
    if (!calendar->days && calendar->days_back == 1U << 1) {
        g_string_append(text, "last day");
        return;
    }
    g_string_append(text, "day ");
    gsize start = text->len;
    append_bits(text, calendar->days, name_number);
    for (int back = 31; back > 0; back--) {
        char item[8];
        if (!(calendar->days_back >> back & 1))
            continue;
        g_snprintf(item, sizeof item, "-%d", back);
        append_item(text, start, back == 1 ? "last" : item);
    }
}

static void append_every(GString *text, int interval, const char *units)
{
    if (interval > 1)
        g_string_append_printf(text, "every %d %s ", interval, units);
}

static void append_months(GString *text, const Schedule *schedule)
{
    const Calendar *calendar = &schedule->calendar;
    bool years = schedule->frequency == FREQUENCY_YEAR;
    append_every(text, schedule->interval, years ? "years" : "months");
    if (calendar->by_nth)
        append_nth(text, calendar);
    if (calendar->by_nth && calendar->by_day)
        g_string_append(text, " if ");
    if (calendar->by_day)
        append_month_days(text, calendar);
    if (years)
        g_string_append_printf(text, " of %s",
                               MONTHS[civil_from_days(calendar->anchor_day).month - 1]);
    else if (schedule->interval == 1)
        g_string_append(text, " of month");
}

static void append_days(GString *text, const Schedule *schedule)
{
    const Calendar *calendar = &schedule->calendar;
    guint8 from_monday = (guint8)((calendar->week_days >> 1 | calendar->week_days << 6) & ALL_WEEK);
    if (calendar->unit == CALENDAR_MONTHS) {
        append_months(text, schedule);
    } else if (calendar->unit == CALENDAR_WEEKS) {
        append_every(text, schedule->interval, "weeks");
        append_bits(text, from_monday, name_weekday);
    } else {
        append_every(text, schedule->interval, "days");
        if (schedule->interval == 1)
            g_string_append(text, "daily ");
        g_string_truncate(text, text->len - 1);
    }
}

static void append_time(GString *text, const Calendar *calendar, int hour, int minute)
{
    g_string_append_printf(text, "%02d:%02d", hour, minute);
    if (calendar->second_ms / CIVIL_SECOND_MS)
        g_string_append_printf(text, ":%02u", calendar->second_ms / CIVIL_SECOND_MS);
}

static void append_time_list(GString *text, const Calendar *calendar)
{
    gsize start = text->len;
    for (guint32 hours = calendar->hours; hours; hours &= hours - 1)
        for (guint64 minutes = calendar->minutes; minutes; minutes &= minutes - 1) {
            append_item(text, start, "");
            append_time(text, calendar, lowest(hours), lowest(minutes));
        }
}

// "8 times 05:15-17:45"
static void append_time_span(GString *text, const Calendar *calendar)
{
    g_string_append_printf(text, "%u times ", calendar_times(calendar));
    append_time(text, calendar, lowest(calendar->hours), lowest(calendar->minutes));
    g_string_append_c(text, '-');
    append_time(text, calendar, highest(calendar->hours), highest(calendar->minutes));
}

// How much of a rule's times is said.
typedef enum { TIMES_LISTED, TIMES_SPANNED, TIMES_COUNTED } TimesForm;

static void append_times(GString *text, const Calendar *calendar, TimesForm form)
{
    g_string_append_c(text, ' ');
    if (calendar->hours == ALL_HOURS && calendar_times(calendar) == 24)
        g_string_append_printf(text, "hourly at :%02d", lowest(calendar->minutes));
    else if (calendar_times(calendar) == 1 ||
             (form == TIMES_LISTED && calendar_times(calendar) <= TIMES_LISTED_MAX))
        append_time_list(text, calendar);
    else if (form != TIMES_COUNTED)
        append_time_span(text, calendar);
    else
        g_string_append_printf(text, "%u times", calendar_times(calendar));
}

static void append_calendar(GString *text, const Schedule *schedule, TimesForm form)
{
    append_days(text, schedule);
    append_times(text, &schedule->calendar, form);
    if (schedule->offset_ms) {
        char offset[16];
        duration_format(schedule->offset_ms, offset);
        g_string_append_printf(text, " %s%s", schedule->offset_ms > 0 ? "+" : "", offset);
    }
}

// ---- Both -----------------------------------------------------------------------------------------

static void append_rule(GString *text, const Schedule *schedule, TimesForm form)
{
    if (schedule->by_date)
        append_calendar(text, schedule, form);
    else
        append_tick(text, schedule);
}

char *schedule_describe_short(const Schedule *schedule)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int form = TIMES_LISTED; form <= TIMES_COUNTED; form++) {
        g_string_truncate(text, 0);
        append_rule(text, schedule, (TimesForm)form);
        if (text->len <= SCHEDULE_SHORT_COLUMNS)
            break;
    }
    return text_clip_end(text->str, SCHEDULE_SHORT_COLUMNS, true);
}

static void append_date(GString *text, const char *word, gint64 wall_ms)
{
    gint64 day = civil_floor_div(wall_ms, CIVIL_DAY_MS);
    CivilDate date = civil_from_days(day);
    int second = (int)((wall_ms - day * CIVIL_DAY_MS) / CIVIL_SECOND_MS);
    g_string_append_printf(text, ", %s %04d-%02d-%02d %02d:%02d", word, (int)date.year, date.month,
                           date.day, second / 3600, second / 60 % 60);
    if (second % 60)
        g_string_append_printf(text, ":%02d", second % 60);
}

char *schedule_describe(const Schedule *schedule)
{
    GString *text = g_string_new(NULL);
    append_rule(text, schedule, TIMES_LISTED);
    g_string_append_printf(text, " (%s)", zone_name(schedule->zone));
    if (schedule->has_start)
        append_date(text, "from", schedule->start_wall_ms);
    if (schedule->end_ms != G_MAXINT64)
        append_date(text, "until", zone_to_wall(schedule->zone, schedule->end_ms));
    return g_string_free(text, FALSE);
}
