#include "driver/drivers.h"

#include <string.h>

#include "driver/arm.h"
#include "driver/job.h"
#include "driver/job-private.h"

static const Driver *const DRIVERS[] = {&DRIVER_HTTP, &DRIVER_AZURE_LOGIC, &DRIVER_SITE};

static const Driver *find(const char *name)
{
    for (guint i = 0; name && i < G_N_ELEMENTS(DRIVERS); i++)
        if (strcmp(DRIVERS[i]->name, name) == 0)
            return DRIVERS[i];
    return NULL;
}

const char *const *driver_names(void)
{
    static const char *const names[] = {"http", "azure-logic", "site", NULL};
    return names;
}

const char *const *driver_parameters(const char *name)
{
    const Driver *driver = find(name);
    return driver ? driver->parameters : NULL;
}

const char *const *driver_credentials(void)
{
    static const char *const names[] = {"client_secret_file", "token_file", NULL};
    return names;
}

static bool port_can(DriverEyes *port, const Workload *workload, DriverAction action)
{
    (void)port;
    const Driver *driver = find(workload->driver);
    return driver && (driver->actions(workload) & (1u << action)) != 0;
}

static ProofClass port_proof(DriverEyes *port, const Workload *workload)
{
    Drivers *drivers = (Drivers *)port;
    const Driver *driver = find(workload->driver);
    return driver ? driver->proof(workload, g_hash_table_contains(drivers->fenced, workload->id))
                  : PROOF_MANUAL;
}

// In a rehearsal no live credential is read, not even from the fleet.
static char *parameter_of(Job *job, const Instance *instance, const char *name)
{
    const char *const *secrets = job->driver->credentials;
    if (!job->drivers->rehearses)
        return instance_parameter(instance, name);
    bool apart = secrets && g_strv_contains(secrets, name);
    char *value = instance_rehearsal(instance, name, apart);
    g_autofree char *live = apart && !value ? instance_parameter(instance, name) : NULL;
    if (live)
        job->withheld = name;
    return value;
}

static Job *job_new(Drivers *drivers, const Driver *driver, const Instance *instance,
                    gint64 deadline_ms)
{
    Job *job = g_new0(Job, 1);
    job->drivers = drivers;
    job->driver = driver;
    job->workload = g_strdup(instance->workload->id);
    job->group = g_strdup(instance->workload->group->name);
    job->name = g_strdup(instance->workload->name);
    job->location = g_strdup(instance->location->name);
    job->kind = instance->workload->kind;
    job->begun_ms = clock_mono_ms(drivers->clock);
    job->due_ms = job->begun_ms + deadline_ms;
    while (driver && driver->parameters[job->n_parameters])
        job->n_parameters++;
    job->parameters = g_new0(char *, job->n_parameters + 1);
    for (guint i = 0; i < job->n_parameters; i++)
        job->parameters[i] = parameter_of(job, instance, driver->parameters[i]);
    job->link.data = job;
    g_queue_push_tail_link(&drivers->jobs, &job->link);
    return job;
}

static void no_driver(Job *job)
{
    if (job->observed && job->withheld) {
        job_puzzled(job, false,
                    "Not looked at: its rehearsal in the fleet file names no %s, and live "
                    "credentials are not used in a rehearsal.",
                    job->withheld);
        return;
    }
    if (job->observed)
        job_puzzled(job, false, "There is no driver of that name.");
    else
        job_acted(job, OUTCOME_REFUSED,
                  job->drivers->rehearses ? "A rehearsal commands nothing."
                                          : "The driver cannot do that.");
}

// Work begins on the loop, so that no callback comes from within the engine's own call.
static void begin(Job *job)
{
    if (job->observed)
        job->driver->observe(job);
    else
        job->driver->act(job);
}

static void port_observe(DriverEyes *port, const Instance *instance, gint64 since_ms,
                         gint64 deadline_ms, DriverObserved done, gpointer data)
{
    const Driver *driver = find(instance->workload->driver);
    Job *job = job_new((Drivers *)port, driver, instance, deadline_ms);
    job->observed = done;
    job->data = data;
    job->since_ms = since_ms;
    job_wait(job, 0, driver && !job->withheld ? begin : no_driver);
}

static void port_act(DriverPort *port, const Instance *instance, DriverAction action,
                     const DriverCommand *command, DriverDone done, gpointer data)
{
    const Driver *driver = find(instance->workload->driver);
    Job *job = job_new((Drivers *)port, driver, instance, command->deadline_ms);
    job->done = done;
    job->data = data;
    job->action = action;
    job->key = g_strdup(command->key);
    job->operation = g_strdup(command->operation);
    job->boot_id = g_strdup(command->boot_id);
    job->to = g_strdup(command->to);
    job->configuration =
        command->configuration ? inventory_ref((Inventory *)command->configuration) : NULL;
    job->epoch = command->epoch;
    job->forced = command->forced;
    bool can = !job->drivers->rehearses && port_can(&port->eyes, instance->workload, action);
    job_wait(job, 0, can ? begin : no_driver);
}

DriverPort *drivers_new_rehearsal(const Clock *clock, const HttpClientConfig *config)
{
    DriverPort *port = drivers_new(clock, config);
    ((Drivers *)port)->rehearses = true;
    return port;
}

DriverPort *drivers_new(const Clock *clock, const HttpClientConfig *config)
{
    Drivers *drivers = g_new0(Drivers, 1);
    HttpClientConfig http = config ? *config : (HttpClientConfig){0};
    if (!http.calls_per_host)
        http.calls_per_host = 8;
    drivers->port = (DriverPort){{port_can, port_proof, port_observe}, port_act};
    drivers->clock = clock;
    drivers->client = http_client_new(clock, &http);
    drivers->fenced = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    drivers->inventories =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)inventory_unref);
    drivers->tags = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_queue_init(&drivers->jobs);
    drivers->arm = arm_client_new(drivers);
    return &drivers->port;
}

void drivers_set_azure(DriverPort *port, const AzureSignIn *sign_in)
{
    arm_client_sign_in(((Drivers *)port)->arm, sign_in);
}

void drivers_free(DriverPort *port)
{
    if (!port)
        return;
    Drivers *drivers = (Drivers *)port;
    drivers_give_up_jobs(drivers);
    arm_client_free(drivers->arm);
    http_client_free(drivers->client);
    g_hash_table_unref(drivers->fenced);
    g_hash_table_unref(drivers->inventories);
    g_hash_table_unref(drivers->tags);
    g_free(drivers);
}
