#include "conf/fleet.h"

#include <string.h>

#include "conf/fleet-options.h"

enum { LOCATIONS_MAX = 1000, GROUPS_MAX = 20000, WORKLOADS_MAX = 100000, RESOURCES_MAX = 100000 };
enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, HOUR_MS = 60 * MINUTE_MS };
#define DAY_MS ((gint64)24 * HOUR_MS)

// ---- references ----

static bool parse_location(OptionReader *reader, const Option *option, const char *text,
                           gpointer member, char **ret_hint)
{
    const Fleet *fleet = reader->root;
    Location *location = fleet_location(fleet, text);
    (void)option;
    if (location)
        *(Location **)member = location;
    else
        *ret_hint = fleet_near_location(fleet, text);
    return location != NULL;
}

static char *write_location(const Option *option, gconstpointer member)
{
    const Location *location = *(Location *const *)member;
    (void)option;
    return location ? option_quote(location->name) : NULL;
}

const OptionType FLEET_LOCATION = {.expected = "the name of a location of this file",
                                   .takes = TAKES_TEXT,
                                   .size = sizeof(Location *),
                                   .parse = parse_location,
                                   .write = write_location};

static bool parse_locations(OptionReader *reader, const Option *option, const char *text,
                            gpointer member, char **ret_hint)
{
    GPtrArray *locations = *(GPtrArray **)member;
    Location *location = NULL;
    if (!parse_location(reader, option, text, &location, ret_hint))
        return false;
    if (g_ptr_array_find(locations, location, NULL)) {
        *ret_hint = g_strdup(", each once.");
        return false;
    }
    g_ptr_array_add(locations, location);
    return true;
}

// Locations and workloads both begin with their name.
G_STATIC_ASSERT(offsetof(Location, name) == 0 && offsetof(Workload, name) == 0);

static char *write_references(const Option *option, gconstpointer member)
{
    const GPtrArray *objects = *(GPtrArray *const *)member;
    (void)option;
    if (!objects->len)
        return NULL;
    GString *out = g_string_new("[");
    for (guint i = 0; i < objects->len; i++)
        g_string_append_printf(out, "%s\"%s\"", i ? ", " : " ", *(char *const *)objects->pdata[i]);
    return g_string_free(g_string_append(out, " ]"), FALSE);
}

static const OptionType LOCATIONS = {.expected = "a list of names of locations of this file",
                                     .takes = TAKES_TEXT,
                                     .list = true,
                                     .size = sizeof(GPtrArray *),
                                     .parse = parse_locations,
                                     .write = write_references};

// Workloads may be named before they stand: fleet_check_workload resolves them.
static bool parse_later(OptionReader *reader, const Option *option, const char *text,
                        gpointer member, char **ret_hint)
{
    (void)reader, (void)option, (void)text, (void)member, (void)ret_hint;
    return true;
}

static const OptionType WORKLOADS = {.expected = "a list of names of workloads of this group",
                                     .takes = TAKES_TEXT,
                                     .list = true,
                                     .size = sizeof(GPtrArray *),
                                     .parse = parse_later,
                                     .write = write_references};

static bool parse_driver(OptionReader *reader, const Option *option, const char *text,
                         gpointer member, char **ret_hint)
{
    const FleetNames *names = reader->context;
    Near near = {.text = text};
    if (names && names->drivers && !g_strv_contains(names->drivers, text)) {
        for (const char *const *at = names->drivers; *at; at++)
            near_try(&near, *at);
        g_autofree char *hint = near_hint(&near);
        g_autofree char *known = g_strjoinv(", ", (char **)(gpointer)names->drivers);
        *ret_hint = g_strdup_printf(", known are: %s%s", known, *hint ? hint : ".");
        return false;
    }
    return OPTION_NAME.parse(reader, option, text, member, ret_hint);
}

static const OptionType DRIVER = {.expected = "the name of a driver",
                                  .takes = TAKES_TEXT,
                                  .size = sizeof(char *),
                                  .parse = parse_driver,
                                  .write = option_write_text};

// ---- locations ----

static const Option HEALTH_OPTIONS[] = {
    {"url", &OPTION_URL, OPTION_AT(Location, health.url), .required = true,
     .help = "The health check: it must answer with a status of 200 to 299 in time."},
    {"socket", &OPTION_PATH, OPTION_AT(Location, health.socket), .max = SOCKET_PATH_MAX,
     .help = "Unix socket to reach it through, instead of the URL's host."},
    {"interval", &OPTION_DURATION, OPTION_AT(Location, health.interval_ms), 100, HOUR_MS,
     .fallback = "10s", .help = "Time between the starts of two probes."},
    {"timeout", &OPTION_DURATION, OPTION_AT(Location, health.timeout_ms), 50, MINUTE_MS,
     .fallback = "3s", .help = "Time limit for the whole answer."},
    {"failures", &OPTION_NUMBER, OPTION_AT(Location, health.failures), 1, 100, .fallback = "3",
     .help = "So many failed probes in a row mean that the location is down."},
    {"recoveries", &OPTION_NUMBER, OPTION_AT(Location, health.recoveries), 1, 100, .fallback = "2",
     .help = "So many good probes in a row mean that it is up again."},
    {"degraded", &OPTION_DURATION, OPTION_AT(Location, health.degraded_ms), 0, MINUTE_MS,
     .fallback = "0s", .help = "A slower answer than this means degraded; 0s means never."},
    {"nonce", &OPTION_BOOL, OPTION_AT(Location, health.nonce), .fallback = "false",
     .help = "Whether each probe sends a number of its own, nonce=N in the query, and counts as "
             "failed unless the JSON of the answer gives it back as \"nonce\": so a cache, or "
             "somebody who replays an old answer, cannot stand for the location. Only for health "
             "checks that know it."},
};

static const OptionSection HEALTH_SECTION = {
    .what = "health check",
    OPTION_ROWS(HEALTH_OPTIONS),
    .help = "How the location is probed. Without it nothing is known of the location's health."};

static gpointer add_location(OptionReader *reader, gpointer parent, const char *name,
                             char **ret_why)
{
    g_autofree char *any = name ? g_strdup(name) : g_strdup_printf("?%u", reader->anonymous++);
    Location *location = fleet_add_location(parent, any);
    if (!location)
        *ret_why = g_strdup_printf("there is a location \"%s\" already.", name);
    return location;
}

static const Option LOCATION_OPTIONS[] = {
    {"name", &OPTION_NAME, OPTION_AT(Location, name), .key = true,
     .help = "Name of the location, as it is typed and shown; unique in the fleet."},
    {"title", &OPTION_TEXT, OPTION_AT(Location, title), .max = 100, .help = "Name for people."},
    {"pair", &OPTION_NAME, OPTION_AT(Location, pair),
     .help = "The paired location: the one that is looked after with this one by its provider."},
    {"host", &OPTION_CHOICE, OPTION_AT(Location, host), .names = &HOST_NAMES,
     .fallback = "multi-tenant",
     .help = "What runs there: shared hosts, or an isolated environment with its own capacity."},
    {"health", &OPTION_SECTION, OPTION_SELF(Location), .section = &HEALTH_SECTION,
     .help = "The health check, see locations[].health."},
    {"zones", &OPTION_TEXTS, OPTION_AT(Location, zones), .max = 100,
     .help = "Fault domains inside the location. A fault in one of them is not its loss."},
    {"capacity", &OPTION_NUMBER, OPTION_AT(Location, capacity), 0, 1000000000, .fallback = "0",
     .help =
         "Of an isolated host: how much it carries, in the units of the workloads' load; 0 means "
         "that nobody has said."},
    {"parameters", &OPTION_TABLE, OPTION_AT(Location, parameters),
     .help = "What drivers need to reach the location, any names; a workload's parameters refer to "
             "NAME as {location.NAME}."},
    {"rehearsal", &OPTION_TABLE, OPTION_AT(Location, rehearsal),
     .help = "Parameters that isolated drills use here in place of others: credentials that may "
             "only read, or a target of its own. Live credentials are never used in a rehearsal: a "
             "target that has some and none here is not looked at, and the drill says so."},
};

static const OptionSection LOCATION_SECTION = {.what = "location",
                                               OPTION_ROWS(LOCATION_OPTIONS),
                                               .add = add_location,
                                               .check = fleet_check_location,
                                               .help = "A region or site in which something runs."};

// ---- workloads ----

static gpointer add_instance(OptionReader *reader, gpointer parent, const char *name,
                             char **ret_why)
{
    const Fleet *fleet = reader->root;
    Location *location = fleet_location(fleet, name);
    if (name && !location) {
        g_autofree char *near = fleet_near_location(fleet, name);
        *ret_why = g_strdup_printf("there is no location \"%s\"%s", name, *near ? near : ".");
        return NULL;
    }
    Instance *instance = workload_add_instance(parent, location);
    if (instance)
        return instance;
    if (location) {
        *ret_why = g_strdup_printf("there is an instance in \"%s\" already.", name);
        return NULL;
    }
    g_ptr_array_set_size(((Workload *)parent)->instances, 0); // the nameless one before
    return workload_add_instance(parent, NULL);
}

static const Option INSTANCE_OPTIONS[] = {
    {"location", &FLEET_LOCATION, OPTION_AT(Instance, location), .key = true,
     .help = "Where it is: the group's primary or one of its standbys."},
    {"start_offset", &OPTION_DURATION, OPTION_AT(Instance, start_offset_ms), 0, 31 * DAY_MS,
     .fallback = "0s",
     .help =
         "Shifts the start of the workload's recurrences here. One location runs them at a time; a "
         "schedule that is split over locations has workloads for its parts (split)."},
    {"uses", &OPTION_TEXTS, OPTION_AT(Instance, uses), .max = 200,
     .help = "What it uses here, instead of the workload's uses."},
    {"parameters", &OPTION_TABLE, OPTION_AT(Instance, parameters),
     .help = "Parameters that differ from the workload's here."},
};

static const OptionSection INSTANCE_SECTION = {.what = "instance",
                                               OPTION_ROWS(INSTANCE_OPTIONS),
                                               .add = add_instance,
                                               .help = "The workload at one location."};

static gpointer add_workload(OptionReader *reader, gpointer parent, const char *name,
                             char **ret_why)
{
    Group *group = parent;
    g_autofree char *any = name ? g_strdup(name) : g_strdup_printf("?%u", reader->anonymous++);
    Workload *workload = group_add_workload(reader->root, group, any);
    if (!workload)
        *ret_why =
            g_strdup_printf("group \"%s\" has a workload \"%s\" already.", group->name, name);
    return workload;
}

static const Option WORKLOAD_OPTIONS[] = {
    {"name", &OPTION_NAME, OPTION_AT(Workload, name), .key = true,
     .help = "Name of the workload; unique in its group."},
    {"kind", &OPTION_CHOICE, OPTION_AT(Workload, kind), .names = &KIND_NAMES, .required = true,
     .help = "What it is. Environments and databases hold data that is promoted."},
    {"pattern", &OPTION_CHOICE, OPTION_AT(Workload, pattern), .names = &PATTERN_NAMES,
     .fallback = "active-passive",
     .help = "How its instances share the work: one is active, or all are, behind a router or on "
             "one queue."},
    {"driver", &DRIVER, OPTION_AT(Workload, driver), .required = true,
     .help = "The driver that observes and moves it; signalboxd(8) lists them."},
    {"router", &OPTION_NAME, OPTION_AT(Workload, router),
     .help = "The workload of this group, of kind router, that sends requests to it."},
    {"depends_on", &WORKLOADS, OPTION_AT(Workload, depends_on),
     .help = "Workloads of this group that must be active before it."},
    {"uses", &OPTION_TEXTS, OPTION_AT(Workload, uses), .max = 200,
     .help = "Names of resources that each of its instances uses, see resources[]; {location} and "
             "the like stand in them as in parameters."},
    {"regions", &OPTION_TEXTS, OPTION_AT(Workload, regions), .max = 200,
     .help =
         "Names or titles of the regions in which its provider supports it; nothing means all."},
    {"snapshot_every", &OPTION_DURATION, OPTION_AT(Workload, snapshot_every_ms), SECOND_MS, DAY_MS,
     .fallback = "1h",
     .help = "Of a connector: how often its kept configuration is confirmed; a change is kept at "
             "once."},
    {"snapshot_limit", &OPTION_DURATION, OPTION_AT(Workload, snapshot_limit_ms), MINUTE_MS,
     30 * DAY_MS, .fallback = "1d",
     .help = "Of a connector: an older kept configuration is a finding."},
    {"release", &OPTION_TEXT, OPTION_AT(Workload, release), .max = 200,
     .fallback = "ask the provider to release the organisations from the old connector",
     .help = "Of a connector: what a person asks of its provider once it was made anew elsewhere. "
             "Each move has a manual step for it, confirmed with the ticket; none means that "
             "nothing has to be asked."},
    {"losses", &OPTION_TEXTS, OPTION_AT(Workload, losses), .max = 200,
     .help = "Of a connector: what nobody recreates when it is moved, named in the statement. "
             "Without it, what its driver tells; without that, container mapping of earlier runs, "
             "alerts older than a week, and IaC mapping history."},
    {"more_losses", &OPTION_TEXTS, OPTION_AT(Workload, more_losses), .max = 200,
     .help = "Of a connector: what nobody recreates beside these."},
    {"load", &OPTION_NUMBER, OPTION_AT(Workload, load), 0, 1000000, .fallback = "1",
     .help = "Units of its host's capacity that one active instance takes."},
    {"stages", &OPTION_TEXTS, OPTION_AT(Workload, stages), .max = 100,
     .help = "The stages of its process, in order."},
    {"triggers", &OPTION_LIST, OPTION_AT(Workload, triggers), .max = 100,
     .section = &TRIGGER_SECTION,
     .help = "What starts it, see groups[].workloads[].triggers[]. What the driver discovers need "
             "not be written; what is written is compared with it."},
    {"parameters", &OPTION_TABLE, OPTION_AT(Workload, parameters),
     .help = "What its driver needs, any names. In the values {location}, {group} and {workload} "
             "stand for the names, {location.NAME} for a parameter of the location."},
    {"rehearsal", &OPTION_TABLE, OPTION_AT(Workload, rehearsal),
     .help = "Parameters that isolated drills use in place of others; before the group's and the "
             "location's rehearsal."},
    {"instances", &OPTION_LIST, OPTION_AT(Workload, instances), .max = 100,
     .section = &INSTANCE_SECTION, .required = true,
     .help = "Where it is installed, see groups[].workloads[].instances[]."},
};

static const OptionSection WORKLOAD_SECTION = {.what = "workload",
                                               OPTION_ROWS(WORKLOAD_OPTIONS),
                                               .add = add_workload,
                                               .check = fleet_check_workload,
                                               .help = "One thing that runs."};

// ---- groups ----

static const Option PLAN_OPTIONS[] = {
    {"reviewed", &OPTION_DATE, OPTION_AT(Group, plan_reviewed_ms),
     .help = "When the plan was last reviewed."},
    {"tested", &OPTION_DATE, OPTION_AT(Group, plan_tested_ms),
     .help = "When it was last tested, by a drill or by an emergency."},
};

static const OptionSection PLAN_SECTION = {
    .what = "plan",
    OPTION_ROWS(PLAN_OPTIONS),
    .help = "When people last looked at how this group fails over."};

static gpointer add_group(OptionReader *reader, gpointer parent, const char *name, char **ret_why)
{
    g_autofree char *any = name ? g_strdup(name) : g_strdup_printf("?%u", reader->anonymous++);
    Group *group = fleet_add_group(parent, any);
    if (!group)
        *ret_why = g_strdup_printf("there is a group \"%s\" already.", name);
    return group;
}

static gpointer add_step(OptionReader *reader, gpointer parent, const char *name, char **ret_why)
{
    Group *group = parent;
    g_autofree char *any = name ? g_strdup(name) : g_strdup_printf("?%u", reader->anonymous++);
    OwnStep *step = group_add_step(group, any);
    if (!step)
        *ret_why = g_strdup_printf("group \"%s\" has a step \"%s\" already.", group->name, name);
    return step;
}

static const Option STEP_OPTIONS[] = {
    {"name", &OPTION_NAME, OPTION_AT(OwnStep, name), .key = true,
     .help = "Name of the step; unique in its group."},
    {"title", &OPTION_TEXT, OPTION_AT(OwnStep, title), .max = 100, .required = true,
     .help = "What is to be done, as it stands in the plan."},
    {"at", &OPTION_CHOICE, OPTION_AT(OwnStep, place), .names = &PLACE_NAMES,
     .fallback = "before-grant",
     .help = "Where in the plan: before anything else, when the old side is off, before or after "
             "the activations, or at the end. What follows waits for it."},
    {"on", &OPTION_CHOICE, OPTION_AT(OwnStep, on), .names = &STEP_ON_NAMES, .fallback = "both",
     .help = "Whether it belongs to failovers, to failbacks, or to both."},
    {"side", &OPTION_CHOICE, OPTION_AT(OwnStep, side), .names = &WORKER_NAMES,
     .fallback = "operator",
     .help = "Who does it: an operator by hand, or the provider, who is waited for."},
    {"who", &OPTION_TEXT, OPTION_AT(OwnStep, who), .max = 60,
     .help = "Which person, team or provider."},
    {"limit", &OPTION_DURATION, OPTION_AT(OwnStep, limit_ms), SECOND_MS, 7 * DAY_MS,
     .fallback = "30m", .help = "When it is late: then it is alarmed."},
    {"ticket", &OPTION_BOOL, OPTION_AT(OwnStep, ticket), .fallback = "false",
     .help = "Whether confirming it takes the reference of a ticket."},
    {"watch", &FLEET_LOCATION, OPTION_AT(OwnStep, watch),
     .help = "A location: the step is done by itself when that is healthy. Without it a person "
             "confirms it. Only for side = provider."},
};

static void check_step(OptionReader *reader, config_setting_t *setting, gpointer object)
{
    const OwnStep *step = object;
    if (step->watch && step->side != WORKER_PROVIDER)
        option_mistake(reader, setting,
                       "step \"%s\" is an operator's: watch is for side = \"provider\".",
                       step->name);
    if (step->watch && !step->watch->health.url)
        option_mistake(reader, setting,
                       "step \"%s\" watches %s, which has no health check: nothing would be seen.",
                       step->name, step->watch->name);
}

static const OptionSection STEP_SECTION = {
    .what = "step",
    OPTION_ROWS(STEP_OPTIONS),
    .add = add_step,
    .check = check_step,
    .help = "A step of the group's own, that people or a provider do."};

static const Option GROUP_OPTIONS[] = {
    {"name", &OPTION_NAME, OPTION_AT(Group, name), .key = true,
     .help = "Name of the group, as it is typed in phrases; unique in the fleet."},
    {"title", &OPTION_TEXT, OPTION_AT(Group, title), .max = 100, .help = "Name for people."},
    {"primary", &FLEET_LOCATION, OPTION_AT(Group, primary), .required = true,
     .help = "The location where the group is at home."},
    {"standbys", &LOCATIONS, OPTION_AT(Group, standbys),
     .help = "Where it may fail over to, the preferred one first."},
    {"rpo", &OPTION_DURATION, OPTION_AT(Group, rpo_ms), 0, 365 * DAY_MS, .fallback = "15m",
     .help = "Recovery point objective: how much may be lost."},
    {"rto", &OPTION_DURATION, OPTION_AT(Group, rto_ms), SECOND_MS, 365 * DAY_MS, .fallback = "4h",
     .help = "Recovery time objective: how soon it must run again."},
    {"failover", &OPTION_CHOICE, OPTION_AT(Group, policy.failover), .names = &AUTOMATION_NAMES,
     .fallback = "manual",
     .help = "Whether a failover in which nothing can be lost starts by itself."},
    {"propose", &OPTION_BOOL, OPTION_AT(Group, policy.propose), .fallback = "true",
     .help = "Whether the watchdog proposes a failover when the primary is down."},
    {"approvals", &OPTION_NUMBER, OPTION_AT(Group, policy.approvals), 1, 10, .fallback = "1",
     .help = "How many different people must sign where a sign-off is needed."},
    {"four_eyes", &OPTION_BOOL, OPTION_AT(Group, policy.four_eyes), .fallback = "false",
     .help = "Whether whoever proposes may not give the last sign-off."},
    {"break_glass", &OPTION_BOOL, OPTION_AT(Group, policy.break_glass), .fallback = "false",
     .help = "One approver alone may sign, with a longer typed sentence: when nobody else can be "
             "reached. It alarms everybody, and leaves a review that somebody else must close."},
    {"signature", &OPTION_CHOICE, OPTION_AT(Group, policy.signature), .names = &SIGNATURE_NAMES,
     .fallback = "off",
     .help = "Whether approvals are signed with the operator's SSH key: off; preferred, where they "
             "have one; required, only with a valid one by a key that signalboxd.conf(5), "
             "signatures, knows as theirs."},
    {"hold", &OPTION_DURATION, OPTION_AT(Group, policy.hold_ms), 0, HOUR_MS, .fallback = "10s",
     .help = "Time between the last sign-off and the first step, in which it can be held."},
    {"expire", &OPTION_DURATION, OPTION_AT(Group, policy.expire_ms), 10 * SECOND_MS, 7 * DAY_MS,
     .fallback = "30m", .help = "A proposal that is not signed in this time expires."},
    {"evidence", &OPTION_DURATION, OPTION_AT(Group, policy.evidence_ms), SECOND_MS, HOUR_MS,
     .fallback = "15s", .help = "Evidence that is older than this cannot be signed."},
    {"rollback", &OPTION_DURATION, OPTION_AT(Group, policy.rollback_ms), 0, 7 * DAY_MS,
     .fallback = "1h", .help = "How long the way back is kept prepared after a failover."},
    {"antiflap", &OPTION_DURATION, OPTION_AT(Group, policy.antiflap_ms), 0, 7 * DAY_MS,
     .fallback = "30m",
     .help = "For so long after an operation nothing is proposed automatically."},
    {"step_limit", &OPTION_DURATION, OPTION_AT(Group, policy.step_limit_ms), SECOND_MS, DAY_MS,
     .fallback = "1m", .help = "Time limit of a step, where its kind has no longer one."},
    {"manual_limit", &OPTION_DURATION, OPTION_AT(Group, policy.manual_limit_ms), SECOND_MS,
     7 * DAY_MS, .fallback = "30m",
     .help = "When a step by hand is late: then it is alarmed. The group's own steps have limits "
             "of their own."},
    {"drain_limit", &OPTION_DURATION, OPTION_AT(Group, policy.drain_limit_ms), 0, DAY_MS,
     .fallback = "5m", .help = "How long runs in flight are waited for."},
    {"tier", &OPTION_NUMBER, OPTION_AT(Group, tier), 1, 9, .fallback = "5",
     .help = "In a region-level operation groups of a lower tier go first; signers see it."},
    {"plan", &OPTION_SECTION, OPTION_SELF(Group), .section = &PLAN_SECTION,
     .help = "See groups[].plan."},
    {"failback_window", &OPTION_WINDOW, OPTION_AT(Group, failback_window),
     .help = "When a failback may begin its interruption, in UTC: once the data has caught up, it "
             "waits for that. Without it, at any time."},
    {"failback_limit", &OPTION_DURATION, OPTION_AT(Group, failback_limit_ms), 0, 7 * DAY_MS,
     .fallback = "25m",
     .help =
         "For how long its work (batch) may be off on the way home, from the first passivation "
         "until it is seen to work: the statement says so, and longer is alarmed; 0s means that "
         "nobody says."},
    {"standby_cost", &OPTION_TEXT, OPTION_AT(Group, standby_cost), .max = 200,
     .help = "What keeping the standbys costs, in words: shown beside what they lack."},
    {"failed_over_cost", &OPTION_TEXT, OPTION_AT(Group, failed_over_cost), .max = 200,
     .help = "What running in a standby costs beside, in words: signers see it."},
    {"owner", &OPTION_TEXT, OPTION_AT(Group, owner), .max = 200,
     .help = "Who answers for the group, and how they are reached; signers see it."},
    {"responsibilities", &OPTION_TABLE, OPTION_AT(Group, responsibilities),
     .help = "Who does the steps of a kind, such as { promote = \"database on call\"; reroute = "
             "\"network desk\"; }; shown with each step."},
    {"rehearsal", &OPTION_TABLE, OPTION_AT(Group, rehearsal),
     .help = "Parameters that isolated drills of this group use in place of others; before the "
             "location's rehearsal."},
    {"notices", &OPTION_SECTION, OPTION_SELF(Group), .section = &NOTICE_SECTION,
     .help = "See groups[].notices."},
    {"reduced", &OPTION_TEXTS, OPTION_AT(Group, reduced), .max = 200,
     .help = "What does not work while the group is failed over."},
    {"nonproduction", &OPTION_TEXTS, OPTION_AT(Group, nonproduction), .max = 200,
     .help = "Members that are not for production and may be degraded meanwhile."},
    {"unmanaged", &OPTION_TEXTS, OPTION_AT(Group, unmanaged), .max = 200,
     .help = "Resources and steps that are the customer's own; each becomes a manual step at the "
             "end of a failover and of a failback."},
    {"steps", &OPTION_LIST, OPTION_AT(Group, steps), .max = 100, .section = &STEP_SECTION,
     .help = "Steps that people or a provider do, see groups[].steps[]."},
    {"workloads", &OPTION_LIST, OPTION_AT(Group, workloads), .max = WORKLOADS_MAX,
     .section = &WORKLOAD_SECTION, .help = "What fails over together, see groups[].workloads[]."},
};

static const OptionSection GROUP_SECTION = {
    .what = "group",
    OPTION_ROWS(GROUP_OPTIONS),
    .add = add_group,
    .check = fleet_check_group,
    .help = "What fails over together, with its objectives and its policy."};

// ---- the file ----

static const Option FLEET_OPTIONS[] = {
    {"fleet", &OPTION_NAME, OPTION_AT(Fleet, name), .required = true, .help = "Name of the fleet."},
    {"production", &OPTION_BOOL, OPTION_AT(Fleet, production), .fallback = "false",
     .help = "Whether this is production: the console then looks different."},
    {"parallel", &OPTION_NUMBER, OPTION_AT(Fleet, parallel), 1, 100, .fallback = "8",
     .help = "How many groups of a region-level operation move at once."},
    {"locations", &OPTION_LIST, OPTION_AT(Fleet, locations), .max = LOCATIONS_MAX,
     .section = &LOCATION_SECTION, .required = true, .help = "See locations[]."},
    {"resources", &OPTION_LIST, OPTION_AT(Fleet, resources), .max = RESOURCES_MAX,
     .section = &RESOURCE_SECTION,
     .help = "What workloads use and what is no workload, see resources[]."},
    {"groups", &OPTION_LIST, OPTION_AT(Fleet, groups), .max = GROUPS_MAX, .section = &GROUP_SECTION,
     .help = "See groups[]. Without any, the locations are watched and nothing is moved."},
};

const OptionSection FLEET_SECTION = {
    .what = "fleet file", OPTION_ROWS(FLEET_OPTIONS), .help = "The whole file."};

bool conf_load_fleet(const char *path, const FleetNames *names, Fleet **ret_fleet,
                     GPtrArray *mistakes)
{
    g_autoptr(Fleet) fleet = fleet_new(NULL);
    fleet->source = g_strdup(path);
    if (!option_load(path, &FLEET_SECTION, fleet, names, mistakes))
        return false;
    *ret_fleet = g_steal_pointer(&fleet);
    return true;
}

char *conf_dump_fleet(const Fleet *fleet)
{
    return option_dump(&FLEET_SECTION, fleet);
}
