#include "base/timefmt.h"

#include <string.h>

#include "base/error.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

typedef struct {
    int year, month, day, hour, minute, second, millis;
} Fields;

// Days since 1970-01-01 to civil date, proleptic Gregorian: shifts the year's start to March so
// that the leap day comes last.
static void civil_from_days(gint64 days, Fields *f)
{
    days += 719468;
    gint64 era = (days >= 0 ? days : days - 146096) / 146097;
    gint64 doe = days - era * 146097;
    gint64 yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    gint64 doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    gint64 mp = (5 * doy + 2) / 153;
    f->day = (int)(doy - (153 * mp + 2) / 5 + 1);
    f->month = (int)(mp < 10 ? mp + 3 : mp - 9);
    f->year = (int)(yoe + era * 400 + (f->month <= 2 ? 1 : 0));
}

static void fields_from_ms(gint64 at_ms, Fields *f)
{
    gint64 days = at_ms / DAY;
    gint64 rest = at_ms % DAY;
    civil_from_days(days, f);
    f->hour = (int)(rest / HOUR);
    f->minute = (int)(rest / MINUTE % 60);
    f->second = (int)(rest / SECOND % 60);
    f->millis = (int)(rest % SECOND);
}

char *time_format_ms(gint64 at_ms)
{
    if (at_ms <= 0)
        return NULL;
    Fields f;
    fields_from_ms(at_ms, &f);
    return g_strdup_printf("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", f.year, f.month, f.day, f.hour,
                           f.minute, f.second, f.millis);
}

void time_format_clock(gint64 at_ms, char buffer[16])
{
    Fields f;
    if (at_ms <= 0) {
        g_strlcpy(buffer, "-", 16);
        return;
    }
    fields_from_ms(at_ms, &f);
    g_snprintf(buffer, 16, "%02d:%02d:%02dZ", f.hour, f.minute, f.second);
}

void time_format_full(gint64 at_ms, char buffer[32])
{
    Fields f;
    if (at_ms <= 0) {
        g_strlcpy(buffer, "-", 32);
        return;
    }
    fields_from_ms(at_ms, &f);
    g_snprintf(buffer, 32, "%04d-%02d-%02d %02d:%02d:%02dZ", f.year, f.month, f.day, f.hour,
               f.minute, f.second);
}

// The other way round.
static gint64 days_from_civil(const Fields *f)
{
    gint64 year = f->year - (f->month <= 2 ? 1 : 0), era = year / 400, yoe = year - era * 400;
    gint64 doy = (153 * (f->month + (f->month > 2 ? -3 : 9)) + 2) / 5 + f->day - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

bool time_parse_plain(const char *text, gsize n, gint64 *ret_ms)
{
    static const char FORM[] = "0000-00-00T00:00:00.000Z";
    int digits[sizeof FORM];
    if (n != sizeof FORM - 1)
        return false;
    for (gsize i = 0; i < n; i++) {
        digits[i] = text[i] - '0';
        if (FORM[i] == '0' ? digits[i] < 0 || digits[i] > 9 : text[i] != FORM[i])
            return false;
    }
#define TWO(i) (10 * digits[i] + digits[(i) + 1])
    Fields f = {100 * TWO(0) + TWO(2),     TWO(5), TWO(8), TWO(11), TWO(14), TWO(17),
                100 * digits[20] + TWO(21)};
#undef TWO
    if (f.year < 1970 || f.hour > 23 || f.minute > 59 || f.second > 59 ||
        !g_date_valid_dmy((GDateDay)f.day, (GDateMonth)f.month, (GDateYear)f.year))
        return false;
    gint64 ms = ((days_from_civil(&f) * 24 + f.hour) * 60 + f.minute) * MINUTE + f.second * SECOND +
                f.millis;
    if (ms <= 0)
        return false;
    *ret_ms = ms;
    return true;
}

static bool has_zone(const char *text)
{
    const char *t = strchr(text, 'T');
    return !t || strpbrk(t, "Zz+-");
}

bool time_parse(const char *text, gint64 *ret_ms, GError **error)
{
    g_autoptr(GDateTime) parsed = NULL;
    if (text && time_parse_plain(text, strlen(text), ret_ms))
        return true;
    if (text && strlen(text) < 64) {
        g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
        g_autofree char *padded = has_zone(text) ? g_strdup(text) : g_strconcat(text, "Z", NULL);
        parsed = g_date_time_new_from_iso8601(padded, utc);
    }
    if (!parsed) {
        g_set_error(error, ERR, ERR_INVALID,
                    "\"%.40s\" is not a time; expected RFC 3339 such as 2026-11-21T03:14:07Z",
                    text ? text : "");
        return false;
    }
    *ret_ms = g_date_time_to_unix(parsed) * 1000 + g_date_time_get_microsecond(parsed) / 1000;
    return true;
}

static void format_two(gint64 total, gint64 unit, char big, gint64 sub, char small, char *buffer)
{
    gint64 rest = total % unit / sub;
    if (rest)
        g_snprintf(buffer, 16, "%" G_GINT64_FORMAT "%c%" G_GINT64_FORMAT "%c", total / unit, big,
                   rest, small);
    else
        g_snprintf(buffer, 16, "%" G_GINT64_FORMAT "%c", total / unit, big);
}

static void format_abs(gint64 ms, char *buffer)
{
    if (ms < 10 * SECOND && ms % SECOND / 100)
        g_snprintf(buffer, 16, "%d.%ds", (int)(ms / SECOND), (int)(ms % SECOND / 100));
    else if (ms < MINUTE)
        g_snprintf(buffer, 16, "%ds", (int)(ms / SECOND));
    else if (ms < HOUR)
        format_two(ms, MINUTE, 'm', SECOND, 's', buffer);
    else if (ms < DAY)
        format_two(ms, HOUR, 'h', MINUTE, 'm', buffer);
    else
        format_two(ms, DAY, 'd', HOUR, 'h', buffer);
}

void duration_format(gint64 ms, char buffer[16])
{
    char text[16];
    const gint64 most = (gint64)99999 * DAY;
    gint64 size = ms < 0 ? (ms < -most ? most : -ms) : MIN(ms, most);
    format_abs(size, text);
    g_snprintf(buffer, 16, "%s%.14s", ms < 0 && size >= 100 ? "-" : "", text);
}

void duration_format_up(gint64 ms, char buffer[16])
{
    gint64 grain = ms <= 9900              ? 100
                   : ms <= MINUTE - SECOND ? SECOND
                   : ms < HOUR             ? SECOND
                   : ms < DAY              ? MINUTE
                                           : HOUR;
    duration_format(ms <= 0 ? ms : (ms + grain - 1) / grain * grain, buffer);
}

void latency_format(gint64 us, char buffer[16])
{
    g_snprintf(buffer, 16, "%.*f", us < 9950 ? 1 : 0, (double)us / 1000.0);
}

static const struct {
    const char *name;
    gint64 ms;
} UNITS[] = {{"ms", 1}, {"s", SECOND}, {"m", MINUTE}, {"h", HOUR}, {"d", DAY}};

static bool read_unit(const char **at, gint64 *ret_ms)
{
    size_t length = strspn(*at, "abcdefghijklmnopqrstuvwxyz");
    for (size_t i = 0; i < G_N_ELEMENTS(UNITS); i++)
        if (strlen(UNITS[i].name) == length && strncmp(*at, UNITS[i].name, length) == 0) {
            *at += length;
            *ret_ms = UNITS[i].ms;
            return true;
        }
    return false;
}

static bool parse_parts(const char *text, gint64 *ret_ms)
{
    const gint64 most = (gint64)36525 * DAY;
    gint64 total = 0;
    const char *at = text;
    if (!*at)
        return false;
    while (*at) {
        if (!g_ascii_isdigit(*at))
            return false;
        guint64 number = g_ascii_strtoull(at, (char **)&at, 10);
        gint64 unit = 0;
        if (!read_unit(&at, &unit) || number > (guint64)(most / unit))
            return false;
        total += (gint64)number * unit;
        if (total > most)
            return false;
    }
    *ret_ms = total;
    return true;
}

bool duration_parse(const char *text, gint64 *ret_ms, GError **error)
{
    if (text && parse_parts(text, ret_ms))
        return true;
    g_set_error(
        error, ERR, ERR_INVALID,
        "\"%.40s\" is not a duration; expected a number with a unit, such as 500ms, 10s, 1m30s, "
        "4h or 365d",
        text ? text : "");
    return false;
}
