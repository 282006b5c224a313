// Logic workflows through ARM (Microsoft.Logic, 2019-05-01): state, runs in flight, enable and disable.
// Whoever observes workflows of one resource group within a moment shares one list; the runs are asked
// for one by one, and then of recurrences the trigger's history: fires that it left out on purpose have no run, and
// were not missed. A question never shares a list that was sent before it: the answer must be newer.
//
//     subscription, resource_group, workflow (default: the workload's name), api_version
//     and those of arm.h
//
// A workload of kind catalog is the resource group as a whole, kept by hand: its workflows are compared (azure-stock.c).
//
// Class M, until the target has answered with its epoch, which ARM itself does not know: then F.
#include <string.h>

#include "base/error.h"
#include "base/timefmt.h"
#include "driver/arm.h"
#include "driver/azure-logic.h"
#include "driver/definition.h"
#include "driver/job-private.h"

enum { GATHER_MS = 10, RUN_PAGES_MAX = 8, TRIGGERS_MAX = 8 };
// So long after it was disabled its triggers may still have something new to tell.
enum { CHANGED_LATELY_MS = 10 * 60 * 1000 };

static const char *const PARAMETERS[] = {ARM_PARAMETERS, "subscription", "resource_group",
                                         "workflow",     "api_version",  NULL};

// A whole resource group is not switched by one command.
static guint actions(const Workload *workload)
{
    if (workload->kind == KIND_CATALOG)
        return 0;
    return 1u << ACTION_ACTIVATE | 1u << ACTION_PASSIVATE | 1u << ACTION_FENCE;
}

static ProofClass proof(const Workload *workload, bool fenced)
{
    (void)workload;
    return fenced ? PROOF_FENCING : PROOF_MANUAL;
}

static const char *version(const Job *job)
{
    const char *text = job_parameter(job, "api_version");
    return text ? text : "2019-05-01";
}

static const char *workflow(const Job *job)
{
    const char *text = job_parameter(job, "workflow");
    return text ? text : job->name;
}

// The list's URL; NULL if a parameter is missing. The caller frees.
static char *base_url(const Job *job)
{
    const char *subscription = job_parameter(job, "subscription");
    const char *group = job_parameter(job, "resource_group");
    if (!subscription || !group)
        return NULL;
    return g_strdup_printf(
        "%s/subscriptions/%s/resourceGroups/%s/providers/Microsoft.Logic/workflows",
        arm_endpoint(job), subscription, group);
}

static const char MISSING[] = "The parameters \"subscription\" and \"resource_group\" are needed.";

// ---- Runs, the second question --------------------------------------------------------------------

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static gint64 time_of(const json_t *object, const char *name)
{
    gint64 at_ms = 0;
    const char *text = text_of(object, name);
    return text && time_parse(text, &at_ms, NULL) ? at_ms : 0;
}

// The service's words. What waits or goes on is in flight; what it has no word for is unknown.
static const struct {
    const char *word;
    RunState state;
} RUN_STATES[] = {
    {"Running", RUN_STATE_RUNNING},     {"Waiting", RUN_STATE_RUNNING},
    {"Suspended", RUN_STATE_RUNNING},   {"Paused", RUN_STATE_RUNNING},
    {"Succeeded", RUN_STATE_SUCCEEDED}, {"Failed", RUN_STATE_FAILED},
    {"Faulted", RUN_STATE_FAILED},      {"TimedOut", RUN_STATE_FAILED},
    {"Cancelled", RUN_STATE_CANCELLED}, {"Aborted", RUN_STATE_CANCELLED},
    {"Skipped", RUN_STATE_SKIPPED},     {"Ignored", RUN_STATE_SKIPPED},
};

static RunState run_state(const char *word)
{
    for (guint i = 0; word && i < G_N_ELEMENTS(RUN_STATES); i++)
        if (g_ascii_strcasecmp(word, RUN_STATES[i].word) == 0)
            return RUN_STATES[i].state;
    return RUN_STATE_UNKNOWN;
}

static bool is_in_flight(const char *status)
{
    return status && (g_ascii_strcasecmp(status, "Running") == 0 ||
                      g_ascii_strcasecmp(status, "Waiting") == 0);
}

static void add_run(const Job *job, const json_t *item, Observation *observation)
{
    const json_t *properties = json_object_get(item, "properties");
    const json_t *trigger = json_object_get(properties, "trigger");
    const char *id = text_of(item, "name");
    if (!id)
        return;
    RunRecord *run = run_record_new(id, job->location);
    run->trigger = g_strdup(text_of(trigger, "name"));
    run->state = run_state(text_of(properties, "status"));
    run->code = g_strdup(text_of(properties, "code"));
    run->scheduled_ms = time_of(trigger, "scheduledTime");
    run->start_ms = time_of(properties, "startTime");
    run->end_ms = time_of(properties, "endTime");
    observation_add_run(observation, run);
}

// One look under way.
typedef struct {
    Observation *seen;   // as far as it is known
    GPtrArray *triggers; // of char *: whose history is to be asked for yet
} Look;

static void look_free(gpointer data)
{
    Look *look = data;
    if (!look)
        return;
    observation_free(look->seen);
    g_ptr_array_unref(look->triggers);
    g_free(look);
}

static void finish(Job *job)
{
    Look *look = job->own;
    job->own = NULL;
    job_observed(job, look->seen);
    look_free(look);
}

// ---- What triggers left out, the third question -----------------------------------------------------

static void ask_history(Job *job);

static void add_skipped(const Job *job, const json_t *item, const char *trigger, Observation *seen)
{
    const json_t *properties = json_object_get(item, "properties");
    const char *name = text_of(item, "name");
    bool fired = json_is_true(json_object_get(properties, "fired"));
    if (!name || fired || run_state(text_of(properties, "status")) != RUN_STATE_SKIPPED)
        return;
    RunRecord *run = run_record_new(name, job->location);
    run->trigger = g_strdup(trigger);
    run->state = RUN_STATE_SKIPPED;
    run->code = g_strdup(text_of(properties, "code"));
    run->start_ms = time_of(properties, "startTime");
    run->end_ms = time_of(properties, "endTime");
    run->scheduled_ms = time_of(properties, "scheduledTime");
    if (!run->scheduled_ms)
        run->scheduled_ms = run->start_ms;
    observation_add_run(seen, run);
}

// A target that does not tell (it says no, or knows no such trigger) is believed by its runs. Where nobody answers, they
// are not told either: all is asked for again, lest what was left out on purpose counts as missed.
static void on_history(Job *job, json_t *items, const GError *error)
{
    Look *look = job->own;
    g_autofree char *trigger = g_ptr_array_steal_index(look->triggers, 0);
    if (error && !err_is(error, ERR_REFUSED)) {
        g_clear_pointer(&look->seen->history, g_ptr_array_unref);
        look->seen->history_cut = false;
        finish(job);
        return;
    }
    size_t i;
    json_t *item;
    json_array_foreach(items, i, item) add_skipped(job, item, trigger, look->seen);
    look->seen->history_cut |= !error && arm_list_is_cut(job);
    ask_history(job);
}

static void ask_history(Job *job)
{
    const Look *look = job->own;
    if (!look->triggers->len) {
        finish(job);
        return;
    }
    g_autofree char *base = base_url(job);
    g_autofree char *since = time_format_ms(job->since_ms);
    g_autofree char *trigger = g_uri_escape_string(look->triggers->pdata[0], NULL, FALSE);
    g_autofree char *url = g_strdup_printf(
        "%s/%s/triggers/%s/histories?api-version=%s&%%24top=50&%%24filter=%s%s%sstatus%%20eq%%20"
        "%%27Skipped%%27",
        base, workflow(job), trigger, version(job), since ? "startTime%20ge%20" : "",
        since ? since : "", since ? "%20and%20" : "");
    arm_list(job, url, RUN_PAGES_MAX, on_history);
}

// The recurrences of what may have fired since it was looked at last.
static void want_histories(Look *look, const json_t *properties)
{
    const Discovery *discovered = look->seen->discovered;
    gint64 changed_ms = time_of(properties, "changedTime");
    bool lately = look->seen->at_ms - changed_ms < CHANGED_LATELY_MS;
    if (look->seen->state != INSTANCE_ACTIVE && !lately)
        return;
    for (guint i = 0; i < discovered->triggers->len && look->triggers->len < TRIGGERS_MAX; i++) {
        const DiscoveredTrigger *trigger = discovered->triggers->pdata[i];
        if (trigger->has_type && trigger->type == TRIGGER_RECURRENCE)
            g_ptr_array_add(look->triggers, g_strdup(trigger->name));
    }
}

static void on_runs(Job *job, json_t *items, const GError *error)
{
    Look *look = job->own;
    Observation *observation = look->seen;
    if (error) {
        // The state is known all the same; that the runs are not is said.
        observation->runs = -1;
        observation->detail = g_strdup_printf("Runs are not known: %s", error->message);
        g_ptr_array_set_size(look->triggers, 0);
    } else {
        observation->runs = 0;
        observation->last_run_ms = job->since_ms;
        observation->history_cut = arm_list_is_cut(job);
        size_t i;
        json_t *item;
        json_array_foreach(items, i, item)
        {
            const json_t *properties = json_object_get(item, "properties");
            observation->runs += is_in_flight(text_of(properties, "status")) ? 1 : 0;
            observation->last_run_ms =
                MAX(observation->last_run_ms, time_of(properties, "startTime"));
            add_run(job, item, observation);
        }
    }
    ask_history(job);
}

// Only what is not known yet: everything that goes on began at since_ms or later.
static void ask_runs(Job *job)
{
    g_autofree char *base = base_url(job);
    g_autofree char *since = time_format_ms(job->since_ms);
    g_autofree char *url = g_strdup_printf(
        "%s/%s/runs?api-version=%s&%%24top=50%s%s", base, workflow(job), version(job),
        since ? "&%24filter=startTime%20ge%20" : "", since ? since : "");
    arm_list(job, url, RUN_PAGES_MAX, on_runs);
}

// ---- The list, shared -----------------------------------------------------------------------------

// Those who wait for one list. It can be joined until it is sent.
typedef struct {
    char *url;
    GPtrArray *waiting; // of Job *
} Round;

static void round_free(gpointer data)
{
    Round *round = data;
    g_free(round->url);
    g_ptr_array_unref(round->waiting);
    g_free(round);
}

static const struct {
    const char *word;
    InstanceState state;
} STATES[] = {
    {"Enabled", INSTANCE_ACTIVE},    {"Disabled", INSTANCE_PASSIVE},
    {"Suspended", INSTANCE_PASSIVE}, {"Completed", INSTANCE_PASSIVE},
    {"Deleted", INSTANCE_PASSIVE},
};

InstanceState azure_logic_state(const char *word)
{
    for (guint i = 0; word && i < G_N_ELEMENTS(STATES); i++)
        if (g_ascii_strcasecmp(word, STATES[i].word) == 0)
            return STATES[i].state;
    return INSTANCE_UNKNOWN;
}

static json_t *find_item(json_t *items, const char *name)
{
    size_t i;
    json_t *item;
    json_array_foreach(items, i, item)
    {
        const char *text = text_of(item, "name");
        if (text && g_ascii_strcasecmp(text, name) == 0)
            return item;
    }
    return NULL;
}

// "collect 2 1;net 0 0": each stage with what waits before it and what is in it.
static void read_stages(const char *text, Observation *observation)
{
    g_auto(GStrv) parts = g_strsplit(text ? text : "", ";", JOB_STAGES_MAX + 1);
    for (guint i = 0; i < JOB_STAGES_MAX && parts[i]; i++) {
        g_auto(GStrv) words = g_strsplit(parts[i], " ", 4);
        gint64 queued, in_flight;
        if (g_strv_length(words) != 3 ||
            !g_ascii_string_to_signed(words[1], 10, 0, G_MAXINT, &queued, NULL) ||
            !g_ascii_string_to_signed(words[2], 10, 0, G_MAXINT, &in_flight, NULL))
            return;
        StageStatus *stage = stage_status_new(words[0]);
        stage->queued = (int)queued;
        stage->in_flight = (int)in_flight;
        observation_add_stage(observation, stage);
    }
}

// A target that obeys epochs tells its own in the tags.
static void read_tags(Job *job, const json_t *tags, Observation *observation)
{
    const char *epoch = text_of(tags, "signalbox-epoch");
    if (epoch && g_ascii_string_to_signed(epoch, 10, 0, G_MAXINT64, &observation->epoch, NULL))
        job_fenced(job);
    observation->boot_id = g_strdup(text_of(tags, "signalbox-boot-id"));
    const char *missed = text_of(tags, "signalbox-missed");
    if (missed)
        g_ascii_string_to_signed(missed, 10, 0, G_MAXINT64, &observation->missed_recurrences, NULL);
    read_stages(text_of(tags, "signalbox-stages"), observation);
}

static void deliver(Job *job, json_t *items, const GError *error)
{
    if (error) {
        job_blind(job, error);
        return;
    }
    json_t *item = find_item(items, workflow(job));
    if (!item) {
        job_puzzled(job, false, "The resource group has no workflow '%s'.", workflow(job));
        return;
    }
    const json_t *properties = json_object_get(item, "properties");
    const char *state = text_of(properties, "state");
    Observation *observation = observation_new();
    observation->ok = true;
    observation->at_ms = clock_wall_ms(job->drivers->clock);
    observation->state = azure_logic_state(state);
    if (observation->state == INSTANCE_UNKNOWN)
        observation->detail = g_strdup_printf("state %s", state ? state : "not given");
    read_tags(job, json_object_get(item, "tags"), observation);
    observation->discovered = definition_read(json_object_get(item, "properties"));
    Look *look = g_new(Look, 1);
    *look = (Look){observation, g_ptr_array_new_with_free_func(g_free)};
    want_histories(look, properties);
    job->own = look;
    job->own_free = look_free;
    ask_runs(job);
}

static void on_list(Job *shared, json_t *items, const GError *error)
{
    Round *round = shared->own;
    for (guint i = 0; i < round->waiting->len; i++)
        deliver(round->waiting->pdata[i], items, error);
    job_free(shared);
}

// From here on nobody joins.
static void send_round(Job *shared)
{
    Round *round = shared->own;
    g_autofree char *base = g_steal_pointer(&round->url);
    g_autofree char *url = g_strdup_printf("%s?api-version=%s", base, version(shared));
    arm_list(shared, url, ARM_PAGES_MAX, on_list);
}

static Job *open_round(const Job *job, const char *url)
{
    for (GList *at = job->drivers->jobs.head; at; at = at->next) {
        Job *shared = at->data;
        bool is_round = !shared->observed && !shared->done && shared->woken == send_round;
        const Round *round = is_round ? shared->own : NULL;
        if (round && round->url && strcmp(round->url, url) == 0 &&
            g_strcmp0(job_parameter(shared, "arm_socket"), job_parameter(job, "arm_socket")) == 0 &&
            g_strcmp0(job_parameter(shared, "client_id"), job_parameter(job, "client_id")) == 0)
            return shared;
    }
    return NULL;
}

static void observe(Job *job)
{
    g_autofree char *url = base_url(job);
    if (!url) {
        job_puzzled(job, false, "%s", MISSING);
        return;
    }
    if (job->kind == KIND_CATALOG) {
        g_autofree char *list = g_strdup_printf("%s?api-version=%s", url, version(job));
        azure_stock_observe(job, list);
        return;
    }
    Job *shared = open_round(job, url);
    if (!shared) {
        Round *round = g_new0(Round, 1);
        round->url = g_steal_pointer(&url);
        round->waiting = g_ptr_array_new();
        shared = job_new_shared(job);
        shared->own = round;
        shared->own_free = round_free;
        job_wait(shared, GATHER_MS, send_round);
    }
    Round *round = shared->own;
    shared->due_ms = MAX(shared->due_ms, job->due_ms);
    g_ptr_array_add(round->waiting, job);
}

// ---- Acting ---------------------------------------------------------------------------------------

static void act(Job *job);

static void on_acted(Job *job, const HttpResponse *response, const GError *error)
{
    if (!response) { // nothing was sent: no token
        job_acted(job, err_is(error, ERR_REFUSED) ? OUTCOME_REFUSED : OUTCOME_UNKNOWN,
                  error->message);
        return;
    }
    if (!error && http_response_header(response, "x-signalbox-epoch"))
        job_fenced(job);
    job_settle(job, response, error, act);
}

static void act(Job *job)
{
    g_autofree char *base = base_url(job);
    if (!base) {
        job_acted(job, OUTCOME_REFUSED, MISSING);
        return;
    }
    g_autofree char *url =
        g_strdup_printf("%s/%s/%s?api-version=%s", base, workflow(job),
                        job->action == ACTION_ACTIVATE ? "enable" : "disable", version(job));
    arm_send(job, "POST", url, on_acted);
}

const Driver DRIVER_AZURE_LOGIC = {"azure-logic", actions,    proof,          observe,
                                   act,           PARAMETERS, arm_credentials};
