#include "model/civil.h"

// The year is moved to begin in March, so that the leap day is its last and month lengths follow one
// formula. 400 years are 146,097 days; 719,468 days lie between 0000-03-01 and 1970-01-01.
enum { ERA_DAYS = 146097, EPOCH_SHIFT = 719468 };

gint64 civil_floor_div(gint64 value, gint64 by)
{
    return value / by - (value % by < 0 ? 1 : 0);
}

gint64 civil_floor_mod(gint64 value, gint64 by)
{
    gint64 rest = value % by;
    return rest < 0 ? rest + by : rest;
}

gint64 civil_to_days(gint64 year, int month, int day)
{
    gint64 y = year - (month <= 2 ? 1 : 0);
    gint64 era = civil_floor_div(y, 400);
    gint64 year_of_era = y - era * 400;
    gint64 day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    gint64 day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * ERA_DAYS + day_of_era - EPOCH_SHIFT;
}

CivilDate civil_from_days(gint64 days)
{
    gint64 shifted = days + EPOCH_SHIFT;
    gint64 era = civil_floor_div(shifted, ERA_DAYS);
    gint64 doe = shifted - era * ERA_DAYS;
    gint64 yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    gint64 doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    gint64 march_month = (5 * doy + 2) / 153;
    int month = (int)(march_month < 10 ? march_month + 3 : march_month - 9);
    int day = (int)(doy - (153 * march_month + 2) / 5 + 1);
    return (CivilDate){.year = yoe + era * 400 + (month <= 2 ? 1 : 0), .month = month, .day = day};
}

int civil_month_length(gint64 year, int month)
{
    static const int LENGTHS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return LENGTHS[month - 1] + (month == 2 && leap ? 1 : 0);
}

int civil_weekday(gint64 days)
{
    return (int)civil_floor_mod(days + THURSDAY, WEEKDAY_COUNT);
}
