// The fleet file: every mistake of it in one run, with its place; what is read is what was written.
#include "conf/fleet.h"

#include "conf-scratch.h"

static const char *const DRIVERS[] = {"http",           "haproxy", "azure-logic",
                                      "power-platform", "site",    NULL};

static bool zone_is_known(const char *zone)
{
    return strstr(zone, "Standard Time") || strchr(zone, '/');
}

static const char *const CREDENTIALS[] = {"client_secret_file", "token_file", NULL};

// What is looked at here says what one driver reads; of the others nobody says.
static const char *const *parameters_of(const char *driver)
{
    static const char *const READ[] = {
        "observe_url",  "promote_url", "routed_pointer", "reroute_url",   "reroute_method",
        "reroute_body", "token_file",  "state_pointer",  "passivate_url", NULL};
    return strcmp(driver, "http") == 0 ? READ : NULL;
}

static const FleetNames NAMES = {DRIVERS, zone_is_known, CREDENTIALS, parameters_of};

static Fleet *load_path(const char *path, GPtrArray *mistakes)
{
    Fleet *fleet = NULL;
    bool ok = conf_load_fleet(path, &NAMES, &fleet, mistakes);
    g_assert_cmpint(ok, ==, fleet != NULL);
    g_assert_cmpint(ok, ==, mistakes->len == 0);
    return fleet;
}

// Loads a text that must be right.
static Fleet *load_good(const char *text)
{
    Scratch scratch = scratch_new();
    g_autoptr(GPtrArray) mistakes = mistakes_new();
    Fleet *fleet = load_path(scratch_write(&scratch, "fleet.conf", text), mistakes);
    g_autofree char *told = scratch_tell(&scratch, mistakes);
    g_assert_cmpstr(told, ==, "");
    scratch_release(&scratch);
    return fleet;
}

// Loads a text that must not be, and compares what is told.
static void expect(const char *text, const char *expected)
{
    Scratch scratch = scratch_new();
    g_autoptr(GPtrArray) mistakes = mistakes_new();
    g_autoptr(Fleet) fleet = load_path(scratch_write(&scratch, "fleet.conf", text), mistakes);
    g_autofree char *told = scratch_tell(&scratch, mistakes);
    g_assert_cmpstr(told, ==, expected);
    g_assert_null(fleet);
    scratch_release(&scratch);
}

// ---- the example ----

static Fleet *load_example(void)
{
    g_autofree char *path = source_path("data/examples/fleet.conf");
    g_autoptr(GPtrArray) mistakes = mistakes_new();
    Fleet *fleet = load_path(path, mistakes);
    g_autofree char *told = mistakes_format(mistakes);
    g_assert_cmpstr(told, ==, "");
    return fleet;
}

static void test_example(void)
{
    g_autoptr(Fleet) fleet = load_example();
    g_assert_cmpstr(fleet->name, ==, "contoso-prod");
    g_assert_true(fleet->production);
    g_assert_cmpuint(fleet->locations->len, ==, 3);
    const Group *payments = fleet_group(fleet, "payments");
    g_assert_cmpstr(payments->primary->name, ==, "westeurope");
    g_assert_cmpuint(payments->policy.approvals, ==, 2);
    g_assert_cmpint(payments->rpo_ms, ==, 15 * 60 * 1000);
    g_assert_cmpint(payments->plan_reviewed_ms, ==, G_GINT64_CONSTANT(1772323200000));
    const Workload *close = fleet_workload(fleet, "payments/close-books");
    g_assert_cmpuint(close->depends_on->len, ==, 2);
    const Trigger *trigger = close->triggers->pdata[0];
    g_assert_true(trigger->has_recurrence);
    g_assert_cmpint(trigger->recurrence.frequency, ==, FREQUENCY_MONTH);
    g_assert_cmpuint(trigger->recurrence.hours.count, ==, 1); // a scalar where a list may stand
    g_assert_cmpint(trigger->recurrence.occurrences.values[0].occurrence, ==, -1);
    const Workload *settle = fleet_workload(fleet, "payments/settle");
    const Instance *there = workload_instance(settle, fleet_location(fleet, "northeurope"));
    g_assert_cmpint(there->start_offset_ms, ==, 600000);
    const Workload *figures = fleet_workload(fleet, "payments/figures");
    g_assert_cmpuint(fleet_split(fleet, figures->triggers->pdata[0])->len, ==, 2);
    g_autofree char *group = instance_parameter(there, "resource_group");
    g_assert_cmpstr(group, ==, "rg-northeurope");
}

// It is there to be copied from: nothing that a workload can be is missing in it.
static void test_example_is_whole(void)
{
    g_autoptr(Fleet) fleet = load_example();
    guint patterns = 0, triggers = 0;
    for (guint i = 0; i < fleet->workloads->len; i++) {
        const Workload *workload = fleet->workloads->pdata[i];
        patterns |= 1u << workload->pattern;
        for (guint k = 0; k < workload->triggers->len; k++)
            triggers |= 1u << ((const Trigger *)workload->triggers->pdata[k])->type;
    }
    g_assert_cmphex(patterns, ==, (1u << PATTERN_NAMES.count) - 1);
    g_assert_cmphex(triggers, ==, (1u << TRIGGER_NAMES.count) - 1);
}

static const Resource *used(const Fleet *fleet, const char *workload, const char *location,
                            const char *resource)
{
    const Instance *instance =
        workload_instance(fleet_workload(fleet, workload), fleet_location(fleet, location));
    const Resource *found = fleet_resource(fleet, resource);
    return g_ptr_array_find(instance->resources, found, NULL) ? found : NULL;
}

// What a workload uses is said once, and found for each location.
static void test_resources(void)
{
    g_autoptr(Fleet) fleet = load_example();
    const Resource *orders = used(fleet, "payments/settle", "westeurope", "orders-weu");
    const Resource *copy = used(fleet, "payments/settle", "northeurope", "orders-neu");
    g_assert_null(used(fleet, "payments/settle", "northeurope", "orders-weu"));
    g_assert_true(copy->to->copy_of == orders->to && copy->to->copy == COPY_REPLICA);
    g_assert_true(orders->to->copies->pdata[0] == copy->to);
    const Resource *erp = fleet_resource(fleet, "erp-weu");
    g_assert_cmpuint(erp->gateway->installations, ==, 2);
    g_assert_null(erp->to->location);
    g_assert_cmpuint(fleet_location(fleet, "eastus")->capacity, ==, 40);
}

static void test_resource_mistakes(void)
{
    expect(
        "fleet = \"f\";\n"
        "locations = ( { name = \"west\"; } );\n"
        "resources = (\n"
        "  { name = \"sql\"; kind = \"connection\"; to = \"bd\"; },\n" // 4: twice
        "  { name = \"db\"; kind = \"dependency\"; installations = 2; copy_of = \"db\"; },\n" // 5: twice
        "  { name = \"gw\"; kind = \"gatway\"; location = \"west\"; },\n"                     // 6
        "  { name = \"db\"; kind = \"dependency\"; } );\n"                                    // 7
        "groups = ( { name = \"g\"; primary = \"west\";\n"
        "  workloads = ( { name = \"w\"; kind = \"workflow\"; driver = \"site\"; uses = [ "
        "\"sql-{location}\" ];\n"
        "    instances = ( { location = \"west\"; } ); } ); } );\n",
        "fleet.conf:4: resources[0]: location is missing; a resource of kind connection stands in "
        "one.\n"
        "fleet.conf:4: resources[0].to: found \"bd\"; expected the name of a resource of kind "
        "dependency, did you mean \"db\"?\n"
        "fleet.conf:5: resources[1].installations: only a resource of kind gateway has it; this "
        "one is a dependency.\n"
        "fleet.conf:5: resources[1].copy_of: a dependency cannot be its own copy.\n"
        "fleet.conf:6: resources[2].kind: found \"gatway\"; expected one of integration-account, "
        "connection, gateway, dependency, did you mean \"gateway\"?\n"
        "fleet.conf:7: resources[3].name: there is a resource \"db\" already.\n"
        "fleet.conf:9: groups[0].workloads[0].uses: there is no resource \"sql-west\", which the "
        "instance in \"west\" uses.");
}

// The dump reads back to a fleet whose dump is the same.
static void test_dump(void)
{
    g_autoptr(Fleet) fleet = load_example();
    g_autofree char *dump = conf_dump_fleet(fleet);
    g_autoptr(Fleet) again = load_good(dump);
    g_autofree char *dump_again = conf_dump_fleet(again);
    g_assert_cmpstr(dump, ==, dump_again);
    g_assert_nonnull(strstr(dump, "rto = \"4h\";  # default\n"));
    g_assert_nonnull(strstr(dump, "approvals = 2;\n"));
}

// ---- mistakes ----

static void test_ten(void)
{
    expect(
        "fleet = \"Contoso Prod\";\n"                                          // 1: no name
        "locations = (\n"                                                      // 2
        "  { name = \"west\"; pair = \"nroth\";\n"                             // 3: a near name
        "    health = { url = \"htp:/weu\"; interval = 10; } },\n"             // 4: twice
        "  { name = \"north\"; } );\n"                                         // 5
        "groups = (\n"                                                         // 6
        "  { name = \"pay\"; primary = \"west\"; standbys = [ \"north\" ];\n"  // 7
        "    approval = 2;\n"                                                  // 8: unknown option
        "    rto = \"4\";\n"                                                   // 9: no unit
        "    workloads = (\n"                                                  // 10
        "      { name = \"settle\"; kind = \"workflw\"; driver = \"htttp\";\n" // 11: twice
        "        triggers = ( { name = \"t\"; type = \"recurrence\";\n"        // 12
        "          frequency = \"Minute\"; interval = 20;\n"                   // 13
        "          zone = \"Mars\"; } );\n"                                    // 14: no zone
        "        parameters = { client_secret = \"hunter2\"; };\n"             // 15: a secret
        "        instances = ( { location = \"west\"; } ); } ); } );\n",
        "fleet.conf:1: fleet: found \"Contoso Prod\"; expected a name of 1 to 64 characters of "
        "a-z 0-9 . _ -, starting with a letter or digit.\n"
        "fleet.conf:3: locations[0].pair: found \"nroth\"; expected the name of a location of "
        "this file, did you mean \"north\"?\n"
        "fleet.conf:4: locations[0].health.url: found \"htp:/weu\"; expected a URL such as "
        "\"https://weu.example.net/health\", without user or password.\n"
        "fleet.conf:4: locations[0].health.interval: found 10; expected a duration such as "
        "\"10s\" or \"1h30m\", from 100ms to 1h.\n"
        "fleet.conf:8: groups[0].approval: a group has no option \"approval\", did you mean "
        "\"approvals\"?\n"
        "fleet.conf:9: groups[0].rto: found \"4\"; expected a duration such as \"10s\" or "
        "\"1h30m\", from 1s to 365d.\n"
        "fleet.conf:11: groups[0].workloads[0].kind: found \"workflw\"; expected one of "
        "workflow, environment, catalog, connector, database, router, service, did you mean "
        "\"workflow\"?\n"
        "fleet.conf:11: groups[0].workloads[0].driver: found \"htttp\"; expected the name of a "
        "driver, known are: http, haproxy, azure-logic, power-platform, site, did you mean "
        "\"http\"?\n"
        "fleet.conf:14: groups[0].workloads[0].triggers[0].zone: found \"Mars\"; expected a time "
        "zone such as \"Europe/Rome\" or \"W. Europe Standard Time\".\n"
        "fleet.conf:15: groups[0].workloads[0].parameters.client_secret: a secret must not stand "
        "in this file; name a file that holds it: client_secret_file = \"PATH\".");
}

// A whole file around something that stands in a location, a group, a workload or a trigger.
#define IN_FILE(locations, groups)                                                                 \
    "fleet = \"f\"; locations = ( { name = \"a\"; }, { name = \"b\"; }" locations                  \
    " ); groups = (\n" groups " );\n"
#define IN_GROUP(text) IN_FILE("", "{ name = \"g\"; primary = \"a\"; standbys = \"b\"; " text " }")
#define IN_WORKLOADS(text) IN_GROUP("workloads = (\n" text " );")
#define IN_WORKLOAD(text)                                                                          \
    IN_WORKLOADS("{ name = \"w\"; kind = \"service\"; driver = \"http\"; "                         \
                 "instances = ( { location = \"a\"; } ); " text " }")
#define IN_TRIGGER(text) IN_WORKLOAD("triggers = ( { name = \"t\"; " text " } );")
#define WORKLOAD(name, text)                                                                       \
    "{ name = \"" name "\"; kind = \"service\"; driver = \"http\"; "                               \
    "instances = ( { location = \"a\"; } ); " text " }"

static const struct {
    const char *text, *told;
} SINGLE[] = {
    {"", "fleet.conf: fleet is missing; expected a name of 1 to 64 characters of a-z 0-9 . _ "
         "-, starting with a letter or digit.\n"
         "fleet.conf: locations is missing; expected a list ( { ... }, ... )."},
    {"fleet = \"f\"; locations = { }; groups = 5;",
     "fleet.conf:1: locations: found a group { ... }; expected a list ( { ... }, ... ).\n"
     "fleet.conf:1: groups: found 5; expected a list ( { ... }, ... )."},
    {IN_FILE(", { name = \"a\"; }", ""),
     "fleet.conf:1: locations[2].name: there is a location \"a\" already."},
    {IN_FILE(", { title = \"x\"; }, 5", ""),
     "fleet.conf:1: locations[2]: name is missing; expected a name of 1 to 64 characters of "
     "a-z "
     "0-9 . _ -, starting with a letter or digit.\n"
     "fleet.conf:1: locations[3]: found 5; expected a group { ... }."},
    {IN_FILE(", { name = \"c\"; pair = \"c\"; title = \"a\\x1b[2Jb\"; }", ""),
     "fleet.conf:1: locations[2].title: found \"a\\x1b[2Jb\"; expected a text of 1 to 100 "
     "bytes, printable.\n"
     "fleet.conf:1: locations[2].pair: a location cannot be its own pair."},
    {IN_FILE(", { name = \"c\"; health = { interval = \"1s\"; timeout = \"2s\"; }; }", ""),
     "fleet.conf:1: locations[2].health: url is missing; expected a URL such as "
     "\"https://weu.example.net/health\", without user or password.\n"
     "fleet.conf:1: locations[2].health.timeout: the timeout is longer than the interval "
     "between "
     "two probes."},
    {IN_FILE(", { name = \"c\"; health = { url = \"https://u:p@h/\"; }; }", ""),
     "fleet.conf:1: locations[2].health.url: found \"https://u:p@h/\"; expected a URL such as "
     "\"https://weu.example.net/health\", without user or password."},
    {IN_FILE("", "{ name = \"g\"; primary = \"c\"; standbys = [ \"b\", \"b\" ]; }"),
     "fleet.conf:2: groups[0].primary: found \"c\"; expected the name of a location of this "
     "file.\n"
     "fleet.conf:2: groups[0].standbys[1]: found \"b\"; expected a list of names of locations "
     "of this file, each once."},
    {IN_FILE("", "{ name = \"g\"; primary = \"b\"; standbys = [ \"b\" ]; }"),
     "fleet.conf:2: groups[0].standbys: the primary \"b\" cannot be its own standby."},
    {IN_GROUP("failover = \"auto\"; four_eyes = \"yes\"; approvals = 0;"),
     "fleet.conf:2: groups[0].failover: found \"auto\"; expected one of manual, automatic.\n"
     "fleet.conf:2: groups[0].approvals: found 0; expected a whole number from 1 to 10.\n"
     "fleet.conf:2: groups[0].four_eyes: found \"yes\"; expected true or false."},
    {IN_GROUP("plan = { reviewed = \"2026-02-30\"; tested = \"14.3.2026\"; };"),
     "fleet.conf:2: groups[0].plan.reviewed: found \"2026-02-30\"; expected a date such as "
     "\"2026-03-01\".\n"
     "fleet.conf:2: groups[0].plan.tested: found \"14.3.2026\"; expected a date such as "
     "\"2026-03-01\"."},
    {IN_WORKLOADS("{ name = \"w\"; instances = ( { location = \"a\"; }, { location = \"a\"; }, "
                  "{ location = \"c\"; }, { } ); }"),
     "fleet.conf:3: groups[0].workloads[0]: kind is missing; expected one of workflow, "
     "environment, catalog, connector, database, router, service.\n"
     "fleet.conf:3: groups[0].workloads[0]: driver is missing; expected the name of a driver.\n"
     "fleet.conf:3: groups[0].workloads[0].instances[1].location: there is an instance in "
     "\"a\" "
     "already.\n"
     "fleet.conf:3: groups[0].workloads[0].instances[2].location: there is no location \"c\".\n"
     "fleet.conf:3: groups[0].workloads[0].instances[3]: location is missing; expected the "
     "name "
     "of a location of this file."},
    {IN_FILE(", { name = \"c\"; }",
             "{ name = \"g\"; primary = \"a\"; workloads = ( { name = \"w\"; kind = \"service\"; "
             "driver = \"http\"; instances = ( { location = \"c\"; } ); } ); }"),
     "fleet.conf:2: groups[0].workloads[0].instances[0].location: group \"g\" is neither at "
     "home "
     "in \"c\" nor has it as a standby."},
    {IN_WORKLOADS("{ name = \"w\"; kind = \"service\"; driver = \"http\"; instances = ( ); }"),
     "fleet.conf:3: groups[0].workloads[0].instances: it is empty; expected at least one "
     "instance."},
    {IN_WORKLOAD("router = \"r\";\n depends_on = [ \"v\" ];\n stages = [ 1, 2 ];"),
     "fleet.conf:3: groups[0].workloads[0].router: found \"r\"; expected the name of a "
     "workload "
     "of this group, of kind router.\n"
     "fleet.conf:4: groups[0].workloads[0].depends_on[0]: found \"v\"; expected the name of a "
     "workload of this group.\n"
     "fleet.conf:5: groups[0].workloads[0].stages[0]: found 1; expected a list of texts of 1 "
     "to "
     "100 bytes, printable.\n"
     "fleet.conf:5: groups[0].workloads[0].stages[1]: found 2; expected a list of texts of 1 "
     "to "
     "100 bytes, printable."},
    {IN_WORKLOAD("router = \"w\";"),
     "fleet.conf:3: groups[0].workloads[0].router: workload \"w\" is of kind service; expected "
     "one of kind router."},
    {IN_WORKLOADS(WORKLOAD("x", "depends_on = \"y\";") ",\n" WORKLOAD(
         "y", "depends_on = [ \"z\" ];") ",\n" WORKLOAD("z", "depends_on = [ \"w\", \"y\" "
                                                             "];") ",\n" WORKLOAD("w", "")),
     "fleet.conf:2: groups[0].workloads: the workloads depend on each other in a circle: y, z, "
     "y; none of them could be activated first."},
    {IN_TRIGGER("type = \"request\"; frequency = \"Day\";"),
     "fleet.conf:3: groups[0].workloads[0].triggers[0]: a trigger of type request has no "
     "recurrence; leave out frequency, interval, start, end, zone and schedule."},
    {IN_TRIGGER("type = \"recurrence\"; interval = 3;"),
     "fleet.conf:3: groups[0].workloads[0].triggers[0]: frequency is missing; interval, start, "
     "end, zone and schedule mean nothing without it."},
    {IN_TRIGGER("type = \"recurrence\"; frequency = \"Day\"; start = \"9 o'clock\"; schedule = { "
                "hours = [ 24 ]; week_days = [ \"Funday\" ]; minutes = \"5\"; };"),
     "fleet.conf:3: groups[0].workloads[0].triggers[0].start: found \"9 o'clock\"; expected a "
     "time such as \"2026-01-01T09:00:00\", or with a Z for UTC.\n"
     "fleet.conf:3: groups[0].workloads[0].triggers[0].schedule.minutes: found \"5\"; expected "
     "whole numbers from 0 to 59.\n"
     "fleet.conf:3: groups[0].workloads[0].triggers[0].schedule.hours[0]: found 24; expected "
     "whole numbers from 0 to 23.\n"
     "fleet.conf:3: groups[0].workloads[0].triggers[0].schedule.week_days[0]: found "
     "\"Funday\"; "
     "expected names of days such as \"Monday\"."},
    {IN_WORKLOAD(
         "parameters = { observe_url = \"x\"; list = [ 1 ]; token = 5; token_file = \"t\"; };"),
     "fleet.conf:3: groups[0].workloads[0].parameters.list: found an array [ ... ]; expected a "
     "text, a number, true or false.\n"
     "fleet.conf:3: groups[0].workloads[0].parameters.token: a secret must not stand in this "
     "file; name a file that holds it: token_file = \"PATH\"."},
    {IN_FILE(", { name = \"c\"; rehearsal = { token = 5; list = [ 1 ]; }; }", ""),
     "fleet.conf:1: locations[2].rehearsal.token: a secret must not stand in this file; name a "
     "file "
     "that holds it: token_file = \"PATH\".\n"
     "fleet.conf:1: locations[2].rehearsal.list: found an array [ ... ]; expected a text, a "
     "number, "
     "true or false."},
    {IN_WORKLOAD("parameters = { token_file = \"{location}.token\"; };\n"
                 "rehearsal = { token_file = \"a.token\"; };"),
     "fleet.conf:4: groups[0].workloads[0].rehearsal: the rehearsal of \"w\" in \"a\" has the live "
     "credentials (token_file): expected others, that may only read."},
    {IN_GROUP("password = \"x\";"),
     "fleet.conf:2: groups[0].password: a secret must not stand in this file; name a file that "
     "holds it: password_file = \"PATH\"."},
};

static void test_single(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(SINGLE); i++)
        expect(SINGLE[i].text, SINGLE[i].told);
}

// What a rule makes impossible is told with the rule's own words.
static void test_impossible_recurrence(void)
{
    Scratch scratch = scratch_new();
    g_autoptr(GPtrArray) mistakes = mistakes_new();
    const char *path = scratch_write(&scratch, "fleet.conf",
                                     IN_TRIGGER("type = \"recurrence\"; frequency = \"Day\"; "
                                                "schedule = { week_days = \"Monday\"; };"));
    g_assert_null(load_path(path, mistakes));
    g_assert_cmpuint(mistakes->len, ==, 1);
    const Mistake *mistake = mistakes->pdata[0];
    g_assert_cmpstr(mistake->path, ==, "groups[0].workloads[0].triggers[0]");
    g_assert_true(g_str_has_prefix(mistake->text, "The recurrence is not valid: "));
    scratch_release(&scratch);
}

static void test_syntax(void)
{
    expect("fleet = \"f\";\nlocations = (\n  { name = \"a\" \"b\" = 5; } );\n",
           "fleet.conf:3: syntax error: what stands here or just before cannot be read; expected "
           "name = value; with every bracket closed, and each name once.");
    expect("fleet = \"f\";\nfleet = \"g\";\n",
           "fleet.conf:2: duplicate setting name: what stands here or just before cannot be read; "
           "expected name = value; with every bracket closed, and each name once.");
}

static void test_many(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < 2 * MISTAKES_MAX; i++)
        g_string_append_printf(text, "surprise%d = 5;\n", i);
    Scratch scratch = scratch_new();
    g_autoptr(GPtrArray) mistakes = mistakes_new();
    g_assert_null(load_path(scratch_write(&scratch, "fleet.conf", text->str), mistakes));
    g_assert_cmpuint(mistakes->len, ==, MISTAKES_MAX + 1);
    const Mistake *last = mistakes->pdata[MISTAKES_MAX];
    g_assert_cmpstr(last->text, ==, "there are more mistakes, which are not listed.");
    g_autofree char *count = mistakes_count(mistakes);
    g_assert_cmpstr(count, ==, "More than 200 mistakes.");
    scratch_release(&scratch);
}

// What is over a list's bound is counted and not looked at: 50,000 wrong items are told as soon as 1,001.
static void test_too_many_items(void)
{
    g_autoptr(GString) text = g_string_new("fleet = \"f\";\nlocations = (\n");
    for (int i = 0; i < 50000; i++)
        g_string_append_printf(text, "%s{ name = \"l%d\"; %s}", i ? ",\n" : "", i,
                               i < 1000 ? "" : "surprise = 5; ");
    g_string_append(text, ");\n");
    Scratch scratch = scratch_new();
    g_autoptr(GPtrArray) mistakes = mistakes_new();
    g_assert_null(load_path(scratch_write(&scratch, "fleet.conf", text->str), mistakes));
    g_assert_cmpuint(mistakes->len, ==, 1);
    const Mistake *only = mistakes->pdata[0];
    g_assert_cmpstr(only->text, ==, "50000 items; at most 1000 are taken.");
    g_autofree char *count = mistakes_count(mistakes);
    g_assert_cmpstr(count, ==, "1 mistake.");
    scratch_release(&scratch);
}

// ---- includes ----

static void test_includes(void)
{
    Scratch scratch = scratch_new();
    g_autoptr(GPtrArray) mistakes = mistakes_new();
    const char *path = scratch_write(&scratch, "fleet.conf",
                                     "fleet = \"f\";\n"
                                     "@include \"parts/locations.conf\"\n"
                                     "groups = (\n"
                                     "  @include \"parts/groups.conf\"\n"
                                     ");\n"
                                     "surprise = 1;\n");
    scratch_write(&scratch, "parts/locations.conf",
                  "locations = ( { name = \"a\"; },\n  { name = \"b\"; pair = \"c\"; } );\n");
    scratch_write(
        &scratch, "parts/groups.conf",
        "# a comment\n@include \"one.conf\"\n, { name = \"h\"; primary = \"b\";\n rpo = 5; }\n");
    scratch_write(&scratch, "parts/one.conf", "{ name = \"g\";\n primary = \"x\"; }\n");
    g_assert_null(load_path(path, mistakes));
    g_autofree char *told = scratch_tell(&scratch, mistakes);
    g_assert_cmpstr(
        told, ==,
        "parts/locations.conf:2: locations[1].pair: found \"c\"; expected the name of a "
        "location of this file.\n"
        "parts/one.conf:2: groups[0].primary: found \"x\"; expected the name of a "
        "location of this file.\n"
        "parts/groups.conf:4: groups[1].rpo: found 5; expected a duration such as "
        "\"10s\" or \"1h30m\", from 0s to 365d.\n"
        "fleet.conf:6: surprise: a fleet file has no option \"surprise\"; it knows: "
        "fleet, production, parallel, locations, resources, groups.");
    scratch_release(&scratch);
}

// ---- defaults ----

// The model sets defaults for fleets that no file made; the tables must not differ from it.
static void test_defaults(void)
{
    g_autoptr(Fleet) fleet =
        load_good(IN_FILE(", { name = \"c\"; health = { url = \"http://c/\"; }; }",
                          "{ name = \"g\"; primary = \"a\"; }"));
    g_autoptr(Fleet) bare = fleet_new("bare");
    const Group *read = fleet_group(fleet, "g"), *made = fleet_add_group(bare, "g");
    g_assert_true(memcmp(&read->policy, &made->policy, sizeof(Policy)) == 0);
    g_assert_cmpint(read->rpo_ms, ==, made->rpo_ms);
    g_assert_cmpint(read->rto_ms, ==, made->rto_ms);
    const HealthCheck *health = &fleet_location(fleet, "c")->health;
    const HealthCheck *usual = &fleet_add_location(bare, "c")->health;
    g_assert_cmpint(health->interval_ms, ==, usual->interval_ms);
    g_assert_cmpint(health->timeout_ms, ==, usual->timeout_ms);
    g_assert_cmpuint(health->failures, ==, usual->failures);
    g_assert_cmpuint(health->recoveries, ==, usual->recoveries);
    g_assert_cmpint(health->degraded_ms, ==, usual->degraded_ms);
}

// Where nobody says which drivers and zones there are, any are taken.
// A rehearsal's parameters stand before everybody's, the nearest first; credentials of others are never among them.
static void test_rehearsal(void)
{
    g_autoptr(Fleet) fleet = load_good(
        "fleet = \"f\"; locations = ( { name = \"a\"; parameters = { token_file = \"live\"; host = "
        "\"h\"; port = 1; }; rehearsal = { host = \"practice\"; reader_file = \"r\"; port = 2; }; "
        "} "
        ");\n"
        "groups = ( { name = \"g\"; primary = \"a\"; rehearsal = { port = 3; path = \"/g\"; }; "
        "workloads = ( { name = \"w\"; kind = \"service\"; driver = \"http\"; "
        "parameters = { observe_url = \"http://{location.host}/\"; }; rehearsal = { path = "
        "\"/{workload}\"; "
        "}; instances = ( { location = \"a\"; } ); } ); } );");
    const Instance *instance = fleet_workload(fleet, "g/w")->instances->pdata[0];
    static const struct {
        const char *name;
        bool apart;
        const char *live, *rehearsal;
    } ROWS[] = {{"token_file", true, "live", NULL},
                {"token_file", false, "live", "live"},
                {"port", false, "1", "3"},
                {"path", false, NULL, "/w"},
                {"observe_url", false, "http://h/", "http://practice/"},
                {"reader_file", true, NULL, "r"}};
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autofree char *live = instance_parameter(instance, ROWS[i].name);
        g_autofree char *rehearsal = instance_rehearsal(instance, ROWS[i].name, ROWS[i].apart);
        g_assert_cmpstr(live, ==, ROWS[i].live);
        g_assert_cmpstr(rehearsal, ==, ROWS[i].rehearsal);
    }
    g_assert_true(instance_has_rehearsal(instance));
}

#define PART(group, home, trigger)                                                                 \
    "{ name = \"" group "\"; primary = \"" home                                                    \
    "\"; workloads = ( { name = \"w\"; kind = \"workflow\"; driver = \"azure-logic\"; instances "  \
    "= ( "                                                                                         \
    "{ location = \"" home "\"; } ); triggers = ( { name = \"t\"; " trigger " } ); } ); }"
#define TWO_PLACES "fleet = \"f\"; locations = ( { name = \"a\"; }, { name = \"b\"; } );\n"

// A schedule split over workloads: each part names it.
static void test_split(void)
{
    g_autoptr(Fleet) fleet = load_good(TWO_PLACES "groups = (\n" PART(
        "g", "a",
        "type = \"recurrence\"; frequency = \"Minute\"; interval = 20; split = "
        "\"s\";") ",\n" PART("h", "b",
                             "type = \"recurrence\"; frequency = \"Minute\"; "
                             "interval = 20; split = \"s\"; start = "
                             "\"2026-01-01T00:10:00Z\";") " );");
    const Trigger *trigger = fleet_workload(fleet, "g/w")->triggers->pdata[0];
    const GPtrArray *parts = fleet_split(fleet, trigger);
    g_assert_cmpuint(parts->len, ==, 2);
    g_assert_cmpstr(((const SplitPart *)parts->pdata[1])->workload->id, ==, "h/w");
    expect(
        TWO_PLACES "groups = (\n" PART("g", "a",
                                       "type = \"recurrence\"; frequency = \"Minute\"; split = "
                                       "\"s\";") ",\n" PART("h", "b",
                                                            "type = \"polling\"; frequency = "
                                                            "\"Minute\"; split = \"z\";") " );",
        "fleet.conf:3: groups[0].workloads[0].triggers: trigger \"t\" is the only part of the "
        "split schedule \"s\"; expected a trigger of another workload with the same split.\n"
        "fleet.conf:4: groups[1].workloads[0].triggers[0].split: only a recurrence can be a part "
        "of a split schedule, not a trigger of type polling.");
}

// A parameter that its driver does not read would do nothing, in silence.
static void test_parameters(void)
{
    expect(
        "fleet = \"f\"; locations = ( { name = \"a\"; parameters = { mine = \"x\"; }; } );\n"
        "groups = ( { name = \"g\"; primary = \"a\"; workloads = ( { name = \"w\"; kind = "
        "\"service\"; "
        "driver = \"http\";\n"
        "  parameters = { url = \"http://x/{location.mine}\"; };\n"
        "  instances = ( { location = \"a\"; parameters = { observe_ulr = \"http://x/\"; }; } ); } "
        "); } );",
        "fleet.conf:3: groups[0].workloads[0].parameters.url: the driver http reads no parameter "
        "\"url\"; signalboxd(8) lists those that it reads.\n"
        "fleet.conf:4: groups[0].workloads[0].instances[0].parameters.observe_ulr: the driver http "
        "reads no parameter \"observe_ulr\", did you mean \"observe_url\"? signalboxd(8) lists "
        "those "
        "that it reads.");
}

static void test_any_names(void)
{
    Scratch scratch = scratch_new();
    g_autoptr(GPtrArray) mistakes = mistakes_new();
    g_autoptr(Fleet) fleet = NULL;
    const char *path = scratch_write(
        &scratch, "fleet.conf",
        IN_WORKLOADS("{ name = \"w\"; kind = \"service\"; driver = \"tape\"; instances = ( { "
                     "location = \"a\"; } ); triggers = ( { name = \"t\"; type = \"polling\"; "
                     "frequency = \"Hour\"; zone = \"Mars\"; } ); }"));
    g_assert_true(conf_load_fleet(path, NULL, &fleet, mistakes));
    g_assert_cmpstr(fleet->source, ==, path);
    scratch_release(&scratch);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/conf/fleet/example", test_example);
    g_test_add_func("/conf/fleet/example-is-whole", test_example_is_whole);
    g_test_add_func("/conf/fleet/resources", test_resources);
    g_test_add_func("/conf/fleet/resource-mistakes", test_resource_mistakes);
    g_test_add_func("/conf/fleet/dump", test_dump);
    g_test_add_func("/conf/fleet/split", test_split);
    g_test_add_func("/conf/fleet/parameters", test_parameters);
    g_test_add_func("/conf/fleet/ten-mistakes", test_ten);
    g_test_add_func("/conf/fleet/single-mistakes", test_single);
    g_test_add_func("/conf/fleet/impossible-recurrence", test_impossible_recurrence);
    g_test_add_func("/conf/fleet/syntax", test_syntax);
    g_test_add_func("/conf/fleet/many-mistakes", test_many);
    g_test_add_func("/conf/fleet/too-many-items", test_too_many_items);
    g_test_add_func("/conf/fleet/includes", test_includes);
    g_test_add_func("/conf/fleet/defaults", test_defaults);
    g_test_add_func("/conf/fleet/rehearsal", test_rehearsal);
    g_test_add_func("/conf/fleet/any-names", test_any_names);
    return g_test_run();
}
