#include "sched/tzif.h"

#include <string.h>

#include "base/error.h"
#include "model/civil.h"

enum { HEADER_BYTES = 44, TYPE_BYTES = 6, FOOTER_MAX_BYTES = 128, HOURS_MAX = 167 };

// Listed changes lie between these, years -1200 and 5100 or so.
static const gint64 FIRST_S = -100000000000, LAST_S = 100000000000;

// The six counts of a header, in the order of the file.
enum { COUNT_UT, COUNT_STD, COUNT_LEAP, COUNT_TIMES, COUNT_TYPES, COUNT_CHARS, COUNTS };

typedef struct {
    guint32 counts[COUNTS];
    const guint8 *data;
    gsize length;
} Block;

static guint32 read_u32(const guint8 *at)
{
    return (guint32)at[0] << 24 | (guint32)at[1] << 16 | (guint32)at[2] << 8 | at[3];
}

static gint64 read_s64(const guint8 *at)
{
    return (gint64)((guint64)read_u32(at) << 32 | read_u32(at + 4));
}

// One header and the data behind it, whose times have `time_bytes`. False if it does not fit.
static bool read_block(const guint8 *bytes, gsize length, gsize time_bytes, Block *ret_block)
{
    Block block = {0};
    if (length < HEADER_BYTES || memcmp(bytes, "TZif", 4) != 0)
        return false;
    for (int i = 0; i < COUNTS; i++) {
        block.counts[i] = read_u32(bytes + 20 + 4 * i);
        if (block.counts[i] > TZIF_MAX_BYTES)
            return false;
    }
    block.data = bytes + HEADER_BYTES;
    block.length = block.counts[COUNT_TIMES] * (time_bytes + 1) +
                   block.counts[COUNT_TYPES] * (gsize)TYPE_BYTES + block.counts[COUNT_CHARS] +
                   block.counts[COUNT_LEAP] * (time_bytes + 4) + block.counts[COUNT_STD] +
                   block.counts[COUNT_UT];
    if (block.length > length - HEADER_BYTES || block.counts[COUNT_TYPES] == 0)
        return false;
    *ret_block = block;
    return true;
}

// ---- Spans ----------------------------------------------------------------------------------------

// A change to the same offset is none; a change at the moment of the last one replaces it.
static void add_span(GArray *spans, gint64 begin_ms, gint64 offset_ms)
{
    if (spans->len && g_array_index(spans, TzifSpan, spans->len - 1).begin_ms == begin_ms)
        g_array_set_size(spans, spans->len - 1);
    if (spans->len && g_array_index(spans, TzifSpan, spans->len - 1).offset_ms == offset_ms)
        return;
    TzifSpan span = {.begin_ms = begin_ms, .offset_ms = offset_ms};
    g_array_append_val(spans, span);
}

// The listed changes. `*ret_last_ms` is the last one's time, whether or not it changed the offset.
static bool add_listed(GArray *spans, const Block *block, gint64 *ret_last_ms)
{
    const guint8 *types = block->data + block->counts[COUNT_TIMES] * 8;
    const guint8 *infos = types + block->counts[COUNT_TIMES];
    gint64 last_ms = G_MININT64;
    add_span(spans, G_MININT64, (gint32)read_u32(infos) * (gint64)1000);
    for (guint32 i = 0; i < block->counts[COUNT_TIMES]; i++) {
        gint64 at_s = read_s64(block->data + i * 8);
        if (types[i] >= block->counts[COUNT_TYPES] || at_s > LAST_S)
            return false;
        // Some files begin with the Big Bang; such an offset holds from ever.
        gint64 at_ms = at_s < FIRST_S ? G_MININT64 : at_s * 1000;
        if (at_ms < last_ms)
            return false;
        add_span(spans, at_ms, (gint32)read_u32(infos + types[i] * TYPE_BYTES) * (gint64)1000);
        last_ms = at_ms;
    }
    *ret_last_ms = last_ms;
    return true;
}

// ---- The rule at the end: "CET-1CEST,M3.5.0,M10.5.0/3" ----------------------------------------------

typedef struct {
    char
        kind; // 'M': month, week, day; 'J': day of year, 29 February not counted; '0': counted, from 0
    int month, week, day;
    gint64 time_s; // wall clock, from that day's midnight
} YearDay;

typedef struct {
    gint64 standard_s, summer_s; // offsets, ahead of UTC
    bool has_summer;
    YearDay summer_begin, summer_end;
} YearRule;

typedef struct {
    const char *at;
    bool ok;
} Reader;

static bool skip(Reader *reader, char expected)
{
    if (!reader->ok || *reader->at != expected)
        return false;
    reader->at++;
    return true;
}

static int read_number(Reader *reader, int min, int max)
{
    int value = 0;
    reader->ok = reader->ok && g_ascii_isdigit(*reader->at);
    while (reader->ok && g_ascii_isdigit(*reader->at)) {
        value = value * 10 + (*reader->at++ - '0');
        reader->ok = value <= max;
    }
    reader->ok = reader->ok && value >= min;
    return value;
}

// [+-]h[:mm[:ss]] in seconds.
static gint64 read_time(Reader *reader)
{
    bool negative = skip(reader, '-');
    if (!negative)
        skip(reader, '+');
    gint64 seconds = read_number(reader, 0, HOURS_MAX) * (gint64)3600;
    if (skip(reader, ':'))
        seconds += read_number(reader, 0, 59) * (gint64)60;
    if (skip(reader, ':'))
        seconds += read_number(reader, 0, 59);
    return negative ? -seconds : seconds;
}

static void read_name(Reader *reader)
{
    const char *start = reader->at;
    if (skip(reader, '<')) {
        reader->at += strcspn(reader->at, ">");
        reader->ok = skip(reader, '>');
        return;
    }
    while (g_ascii_isalpha(*reader->at))
        reader->at++;
    reader->ok = reader->ok && reader->at > start;
}

static YearDay read_year_day(Reader *reader)
{
    YearDay day = {.kind = '0', .time_s = 7200};
    if (skip(reader, 'M')) {
        day.kind = 'M';
        day.month = read_number(reader, 1, 12);
        reader->ok = skip(reader, '.');
        day.week = read_number(reader, 1, 5);
        reader->ok = skip(reader, '.');
        day.day = read_number(reader, 0, 6);
    } else if (skip(reader, 'J')) {
        day.kind = 'J';
        day.day = read_number(reader, 1, 365);
    } else {
        day.day = read_number(reader, 0, 365);
    }
    if (skip(reader, '/'))
        day.time_s = read_time(reader);
    return day;
}

// Offsets in the text are behind UTC, ours ahead.
static bool parse_rule(const char *text, YearRule *ret_rule)
{
    Reader reader = {.at = text, .ok = true};
    YearRule rule = {0};
    read_name(&reader);
    rule.standard_s = -read_time(&reader);
    rule.has_summer = reader.ok && *reader.at;
    if (rule.has_summer) {
        read_name(&reader);
        rule.summer_s = rule.standard_s + 3600;
        if (reader.ok && *reader.at != ',')
            rule.summer_s = -read_time(&reader);
        reader.ok = skip(&reader, ',');
        rule.summer_begin = read_year_day(&reader);
        reader.ok = skip(&reader, ',');
        rule.summer_end = read_year_day(&reader);
    }
    *ret_rule = rule;
    return reader.ok && !*reader.at;
}

// The instant, in ms, at which that day's time comes on a clock with that offset.
static gint64 year_day_ms(const YearDay *day, int year, gint64 offset_s)
{
    gint64 days = civil_to_days(year, 1, 1) + day->day;
    if (day->kind == 'J') {
        bool leap = civil_month_length(year, 2) == 29;
        days = civil_to_days(year, 1, 1) + day->day - (leap && day->day >= 60 ? 0 : 1);
    } else if (day->kind == 'M') {
        gint64 first = civil_to_days(year, day->month, 1);
        days = first + (day->day - civil_weekday(first) + WEEKDAY_COUNT) % WEEKDAY_COUNT +
               (day->week - 1) * WEEKDAY_COUNT;
        // The fifth means the last.
        if (days >= first + civil_month_length(year, day->month))
            days -= WEEKDAY_COUNT;
    }
    return days * CIVIL_DAY_MS + (day->time_s - offset_s) * 1000;
}

static void add_by_rule(GArray *spans, const YearRule *rule, gint64 last_ms, int until_year)
{
    int year = last_ms == G_MININT64
                   ? 1970
                   : (int)civil_from_days(civil_floor_div(last_ms, CIVIL_DAY_MS)).year;
    if (!rule->has_summer) {
        add_span(spans, last_ms, rule->standard_s * 1000);
        return;
    }
    for (; year < until_year; year++) {
        TzifSpan begin = {year_day_ms(&rule->summer_begin, year, rule->standard_s),
                          rule->summer_s * 1000};
        TzifSpan end = {year_day_ms(&rule->summer_end, year, rule->summer_s),
                        rule->standard_s * 1000};
        TzifSpan first = begin.begin_ms < end.begin_ms ? begin : end;
        TzifSpan second = begin.begin_ms < end.begin_ms ? end : begin;
        if (first.begin_ms > last_ms)
            add_span(spans, first.begin_ms, first.offset_ms);
        if (second.begin_ms > last_ms)
            add_span(spans, second.begin_ms, second.offset_ms);
    }
}

static bool offsets_are_sane(const GArray *spans)
{
    for (guint i = 0; i < spans->len; i++)
        if (ABS(g_array_index(spans, TzifSpan, i).offset_ms) >= CIVIL_DAY_MS)
            return false;
    return true;
}

// The text between the two line ends behind the data; NULL if it is not there. The caller frees.
static char *footer_text(const guint8 *at, const guint8 *end)
{
    const guint8 *line_end =
        at < end && *at == '\n' ? memchr(at + 1, '\n', (gsize)(end - at - 1)) : NULL;
    if (!line_end || line_end - at > FOOTER_MAX_BYTES)
        return NULL;
    return g_strndup((const char *)at + 1, (gsize)(line_end - at - 1));
}

TzifSpan *tzif_parse(const guint8 *bytes, gsize length, int until_year, guint *ret_count,
                     GError **error)
{
    const char *what = NULL;
    gint64 last_ms;
    YearRule rule;
    Block old, block;
    g_autofree char *footer = NULL;
    g_autoptr(GArray) spans = g_array_new(FALSE, FALSE, sizeof(TzifSpan));
    const guint8 *end = bytes + length;
    if (length > TZIF_MAX_BYTES || !read_block(bytes, length, 4, &old) || bytes[4] < '2')
        what = "it is no TZif file of version 2 or later";
    else if (!read_block(old.data + old.length, (gsize)(end - old.data) - old.length, 8, &block))
        what = "it is cut off";
    else if (block.counts[COUNT_LEAP])
        what = "it counts leap seconds";
    else if (!add_listed(spans, &block, &last_ms))
        what = "its changes are out of order";
    else if (!(footer = footer_text(block.data + block.length, end)) ||
             (*footer && !parse_rule(footer, &rule)))
        what = "the rule at its end cannot be read";
    if (!what && *footer)
        add_by_rule(spans, &rule, last_ms, until_year);
    if (!what && !offsets_are_sane(spans))
        what = "it has an offset of a day or more";
    if (what) {
        g_set_error(error, ERR, ERR_CORRUPT, "The time zone file cannot be used: %s.", what);
        return NULL;
    }
    *ret_count = spans->len;
    return (TzifSpan *)(void *)g_array_free(g_steal_pointer(&spans), FALSE);
}
