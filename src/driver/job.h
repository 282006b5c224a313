// What drivers are made of: a row of the table, and a job: one observation or one action under way, from
// the engine's call to its callback. A job keeps copies of everything it needs: the fleet may be
// reloaded meanwhile. It ends exactly once, by job_observed or job_acted, or as given up with the drivers.
#pragma once

#include "driver/drivers.h"
#include "wire/json.h"

enum { DRIVER_BODY_MAX = 64 * 1024 * 1024, DRIVER_DETAIL_MAX = 400, JOB_STAGES_MAX = 32 };

typedef struct Drivers Drivers;
typedef struct Job Job;
typedef struct ArmClient ArmClient;
typedef struct ArmCall ArmCall;

// One driver.
typedef struct {
    const char *name;
    // Bits (1 << DriverAction) of what it can do with such a workload.
    guint (*actions)(const Workload *workload);
    // The class its answers prove; `fenced`: the target has shown that it obeys epochs.
    ProofClass (*proof)(const Workload *workload, bool fenced);
    void (*observe)(Job *job);
    void (*act)(Job *job);
    const char *const *parameters; // that it reads, ended by NULL
    const char *const
        *credentials; // of them, those that let somebody in, ended by NULL; NULL = none
} Driver;

extern const Driver DRIVER_HTTP;
extern const Driver DRIVER_AZURE_LOGIC;
extern const Driver DRIVER_SITE;

struct Drivers {
    DriverPort port; // first: &drivers->port is what the engine has
    const Clock *clock;
    HttpClient *client;
    GQueue jobs;             // of Job *
    GHashTable *fenced;      // set of workload ids whose target has answered with an epoch
    GHashTable *inventories; // "workload\nlocation", or "…\nURL" → Inventory *: as read last
    GHashTable *tags; // "…\nURL" → char *: the ETag under which the inventory of that key was sent
    ArmClient *arm;
    bool rehearses; // nothing is commanded, and live credentials are not used
};

typedef void (*JobAnswered)(Job *job, const HttpResponse *response, const GError *error);
typedef void (*JobWoken)(Job *job);

struct Job {
    Drivers *drivers;
    GList link; // in drivers->jobs
    const Driver *driver;
    char *workload; // id
    char *group;
    char *name; // of the workload, in its group
    char *location;
    WorkloadKind kind;
    char **parameters; // values, in the order of driver->parameters; an entry may be NULL
    guint n_parameters;
    gint64 begun_ms; // mono
    gint64 due_ms;   // mono
    HttpCall *call;  // under way; NULL
    JobAnswered answered;
    GSource *timer; // NULL = none
    JobWoken woken;
    gpointer own; // the driver's
    GDestroyNotify own_free;
    ArmCall *arm; // of arm.c; NULL

    gint64 since_ms;         // runs that began earlier are known; 0 = none is
    DriverObserved observed; // NULL for an action
    DriverDone done;
    gpointer data;

    DriverAction action;
    char *key;
    char *operation;
    char *boot_id;
    char *to;
    Inventory *configuration; // NULL = none
    gint64 epoch;
    bool forced;
    const char *withheld; // of a rehearsal: the live credential that nothing stands in for; NULL
};

// The value of a parameter; NULL if nobody sets it. Borrowed.
const char *job_parameter(const Job *job, const char *name);

// Milliseconds left until the deadline; 0 = over.
gint64 job_left_ms(const Job *job);

// Sends a request of this job; `answered` gets its end. Sets the time limit and the body limit.
void job_send(Job *job, HttpSpec *spec, JobAnswered answered);

// The headers that carry a command's epoch, boot id and key; `ret_headers` has room for 6, texts live in
// the job and in `epoch` (24 bytes).
void job_headers(const Job *job, HttpField *ret_headers, char *epoch);

// Calls `woken` after a while. One timer a job.
void job_wait(Job *job, gint64 ms, JobWoken woken);

// The end. `observation` is borrowed; `detail` too.
void job_observed(Job *job, const Observation *observation);
void job_acted(Job *job, Outcome outcome, const char *detail);

// The end of an observation that learned nothing: from an error, or in words.
void job_blind(Job *job, const GError *error);
void job_puzzled(Job *job, bool unreachable, const char *format, ...) G_GNUC_PRINTF(3, 4);

// What stands before a target (a gateway, a front door) says that nobody is behind it.
bool job_is_absent(unsigned status);

// The JSON of an answer with a 2xx status; NULL with ERR_PROTOCOL (not JSON), ERR_UNREACHABLE (the target is absent),
// ERR_BUSY (it wants to be asked later) or ERR_REFUSED (its words). An empty body is an empty object.
json_t *job_json(const HttpResponse *response, GError **error);

// Ends a command by its answer, or waits and calls `again` where the target asks for it.
void job_settle(Job *job, const HttpResponse *response, const GError *error, JobWoken again);

// Notes that this workload's target obeys epochs.
void job_fenced(Job *job);

// Reads a secret from a file of at most 4 KiB; trailing blanks go. The error names the file only.
char *job_secret(const char *path, GError **error);
