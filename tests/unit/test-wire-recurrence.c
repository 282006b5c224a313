// Recurrences as JSON: read, refused with the path of what is wrong, written again as read.
#include "wire/recurrence.h"

#include <string.h>

static bool read_rule(const char *text, Recurrence *ret_rule, GError **error)
{
    WireReader reader = {0};
    g_autoptr(json_t) json = wire_parse("The rule", text, strlen(text), 65536, NULL);
    g_assert_nonnull(json);
    WireAt root = wire_root(&reader, json);
    recurrence_read(&root, ret_rule);
    return wire_reader_finish(&reader, error);
}

// What is read is written the same; scalars become lists, names the service's spelling, null nothing.
static void test_round_trip(void)
{
    static const struct {
        const char *text, *written; // NULL = the same
    } ROWS[] = {
        {"{\"frequency\":\"Minute\",\"interval\":20}", NULL},
        {"{\"frequency\":\"Day\",\"interval\":1,\"startTime\":\"2026-01-01T09:00:00\",\"endTime\":"
         "\"2027-01-01T09:00:00\",\"timeZone\":\"W. Europe Standard Time\",\"schedule\":{"
         "\"minutes\":[0,30],\"hours\":[8,16]}}",
         NULL},
        {"{\"frequency\":\"Month\",\"interval\":1,\"schedule\":{\"monthDays\":[1,-1]}}", NULL},
        {"{\"frequency\":\"Month\",\"interval\":1,\"schedule\":{\"monthlyOccurrences\":[{\"day\":"
         "\"Monday\",\"occurrence\":-1},{\"day\":\"Friday\"}]}}",
         NULL},
        {"{\"frequency\":\"WEEK\",\"interval\":2.0,\"endTime\":null,\"schedule\":{\"hours\":8,"
         "\"minutes\":null,\"weekDays\":\"monday\",\"monthDays\":null}}",
         "{\"frequency\":\"Week\",\"interval\":2,\"schedule\":{\"hours\":[8],\"weekDays\":["
         "\"Monday\"]}}"},
        {"{\"frequency\":\"Hour\"}", "{\"frequency\":\"Hour\",\"interval\":1}"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        Recurrence rule;
        g_autoptr(GError) error = NULL;
        bool good = read_rule(ROWS[i].text, &rule, &error);
        g_assert_no_error(error);
        g_assert_true(good);
        g_autoptr(json_t) json = recurrence_to_json(&rule);
        g_autofree char *text = wire_format(json);
        g_assert_cmpstr(text, ==, ROWS[i].written ? ROWS[i].written : ROWS[i].text);
        recurrence_release(&rule);
    }
}

static void test_mistakes(void)
{
    static const struct {
        const char *text, *words;
    } ROWS[] = {
        {"{}", "frequency: expected a string, found nothing."},
        {"{\"frequency\":\"Dai\"}", "frequency: \"Dai\" is not a frequency; expected Second"},
        {"{\"frequency\":\"Day\",\"interval\":0}", "interval: 0 is not from 1 to"},
        {"{\"frequency\":\"Day\",\"interval\":501}", "interval 501 is outside 1 to 500"},
        {"{\"frequency\":\"Day\",\"start\":\"x\"}", "start: there is no such field; known are:"},
        {"{\"frequency\":\"Day\",\"startTime\":\"today\"}", "startTime: \"today\" is not a time"},
        {"{\"frequency\":\"Day\",\"schedule\":[8]}", "schedule: expected an object"},
        {"{\"frequency\":\"Day\",\"schedule\":{\"hour\":8}}", "schedule.hour: there is no such"},
        {"{\"frequency\":\"Day\",\"schedule\":{\"hours\":[8,24]}}", "schedule.hours[1]: 24 is not"},
        {"{\"frequency\":\"Day\",\"schedule\":{\"minutes\":60}}", "schedule.minutes: 60 is not"},
        {"{\"frequency\":\"Day\",\"schedule\":{\"minutes\":[0,0]}}", "0 is listed twice"},
        {"{\"frequency\":\"Week\",\"schedule\":{\"weekDays\":[\"Moonday\"]}}",
         "schedule.weekDays[0]: "},
        {"{\"frequency\":\"Day\",\"schedule\":{\"weekDays\":[\"Monday\"]}}",
         "weekDays goes with frequency Week"},
        {"{\"frequency\":\"Month\",\"schedule\":{\"monthDays\":[0]}}",
         "schedule.monthDays[0]: expected 1 to 31, or from the month's end"},
        {"{\"frequency\":\"Month\",\"schedule\":{\"monthlyOccurrences\":[{\"day\":\"Monday\","
         "\"occurrence\":6}]}}",
         "schedule.monthlyOccurrences[0].occurrence: 6 is not from -5 to 5"},
        {"{\"frequency\":\"Month\",\"schedule\":{\"monthlyOccurrences\":[{\"occurrence\":1}]}}",
         "schedule.monthlyOccurrences[0].day: expected a string"},
        {"{\"frequency\":\"Month\",\"schedule\":{\"monthlyOccurrences\":[5]}}",
         "schedule.monthlyOccurrences[0]: expected an object"},
        {"{\"frequency\":\"Day\",\"startTime\":\"2026-01-02T00:00:00Z\",\"endTime\":"
         "\"2026-01-01T00:00:00Z\"}",
         "endTime lies before startTime"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        Recurrence rule;
        g_autoptr(GError) error = NULL;
        g_assert_false(read_rule(ROWS[i].text, &rule, &error));
        g_assert_nonnull(error);
        if (!strstr(error->message, ROWS[i].words))
            g_error("%s: \"%s\" lacks \"%s\"", ROWS[i].text, error->message, ROWS[i].words);
        recurrence_release(&rule);
    }
}

// A list from outside is bounded.
static void test_long_list(void)
{
    g_autoptr(GString) text =
        g_string_new("{\"frequency\":\"Month\",\"schedule\":{\"monthlyOccurrences\":[");
    for (int i = 0; i < 1000; i++)
        g_string_append_printf(text, "%s{\"day\":\"Monday\"}", i ? "," : "");
    g_string_append(text, "]}}");
    Recurrence rule;
    g_autoptr(GError) error = NULL;
    g_assert_false(read_rule(text->str, &rule, &error));
    g_assert_nonnull(strstr(error->message, "[128]: a list has at most 128 values."));
    g_assert_cmpuint(rule.occurrences.count, <=, RECURRENCE_LIST_MAX);
    recurrence_release(&rule);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/recurrence/round-trip", test_round_trip);
    g_test_add_func("/wire/recurrence/mistakes", test_mistakes);
    g_test_add_func("/wire/recurrence/long-list", test_long_list);
    return g_test_run();
}
