#include "ssh/verifier.h"

#include <string.h>
#include <sys/stat.h>

#include "ssh/lists.h"
#include "ssh/verify.h"

enum { LOOK_MS = 1000, CHILDREN_MAX = 4, WAITING_MAX = 256 };

typedef GBytes *(*ListReader)(const char *path, GError **error);

typedef struct {
    char *path;   // NULL = there is none
    GBytes *text; // as it was last good
    struct stat seen;
    char *mistake; // in the file as it is now; NULL = none
} List;

typedef struct {
    char *keygen;
    List allowed, revoked;
    guint limit_ms;
    bool touch;
} Trust;

typedef struct {
    VerifierPort port;
    Trust trust;
    guint64 edition;
    bool news; // not told yet
    void (*changed)(const char *mistake, gpointer data);
    gpointer data;
    guint timer;
    GQueue waiting;  // of Job *
    GQueue checking; // of Job *
} Verifier;

typedef struct {
    Verifier *verifier;
    char *text, *name_space, *principal, *signature;
    gsize size;
    gint64 at_ms;
    SshVerify *verify;
    VerifierDone done;
    gpointer data;
} Job;

// ---- lists ----

static void list_release(List *list)
{
    g_clear_pointer(&list->path, g_free);
    g_clear_pointer(&list->text, g_bytes_unref);
    g_clear_pointer(&list->mistake, g_free);
}

static void trust_release(Trust *trust)
{
    g_clear_pointer(&trust->keygen, g_free);
    list_release(&trust->allowed);
    list_release(&trust->revoked);
}

static bool list_load(List *list, const char *path, ListReader read, GError **error)
{
    list->path = g_strdup(path);
    if (!path)
        return true;
    if (stat(path, &list->seen) < 0)
        list->seen = (struct stat){0};
    list->text = read(path, error);
    return list->text != NULL;
}

static bool trust_load(Trust *trust, const VerifierConfig *config, GError **error)
{
    *trust = (Trust){
        .keygen = g_strdup(config->keygen), .limit_ms = config->limit_ms, .touch = config->touch};
    if (list_load(&trust->allowed, config->allowed, lists_read_allowed, error) &&
        list_load(&trust->revoked, config->revoked, lists_read_revoked, error))
        return true;
    trust_release(trust);
    return false;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
           a->st_mode == b->st_mode && a->st_uid == b->st_uid &&
           memcmp(&a->st_mtim, &b->st_mtim, sizeof a->st_mtim) == 0 &&
           memcmp(&a->st_ctim, &b->st_ctim, sizeof a->st_ctim) == 0;
}

// True if the file was looked into. `ret_changed`: there is another good list now.
static bool list_look(List *list, ListReader read, bool *ret_changed)
{
    struct stat now = {0};
    g_autoptr(GError) error = NULL;
    if (!list->path || (stat(list->path, &now) == 0 && is_same(&now, &list->seen)))
        return false;
    list->seen = now;
    g_autoptr(GBytes) text = read(list->path, &error);
    if (text && !g_bytes_equal(text, list->text)) {
        g_bytes_unref(list->text);
        list->text = g_steal_pointer(&text);
        *ret_changed = true;
    }
    g_free(list->mistake);
    list->mistake = error ? g_strdup(error->message) : NULL;
    return true;
}

static const char *mistake_of(const Trust *trust)
{
    return trust->allowed.mistake ? trust->allowed.mistake : trust->revoked.mistake;
}

// What one look found and the next did not find any more is still to be told.
static void look(Verifier *verifier)
{
    Trust *trust = &verifier->trust;
    bool changed = false, bad = mistake_of(trust);
    bool looked = list_look(&trust->allowed, lists_read_allowed, &changed);
    looked = list_look(&trust->revoked, lists_read_revoked, &changed) || looked;
    verifier->news = verifier->news || (looked && (changed || bad || mistake_of(trust)));
    verifier->edition += changed;
}

static gboolean on_look(gpointer data)
{
    Verifier *verifier = data;
    look(verifier);
    if (verifier->news && verifier->changed)
        verifier->changed(mistake_of(&verifier->trust), verifier->data);
    verifier->news = false;
    return G_SOURCE_CONTINUE;
}

// ---- jobs ----

static void job_free(Job *job)
{
    ssh_verify_cancel(job->verify);
    g_free(job->text);
    g_free(job->name_space);
    g_free(job->principal);
    g_free(job->signature);
    g_free(job);
}

static void start_jobs(Verifier *verifier);

static void on_checked(const SignatureCheck *check, gpointer data)
{
    Job *job = data;
    Verifier *verifier = job->verifier;
    job->verify = NULL;
    g_queue_remove(&verifier->checking, job);
    job->done(check, job->data);
    job_free(job);
    start_jobs(verifier);
}

static void start_jobs(Verifier *verifier)
{
    while (verifier->checking.length < CHILDREN_MAX && verifier->waiting.length) {
        Job *job = g_queue_pop_head(&verifier->waiting);
        const SshTrust trust = {verifier->trust.keygen, verifier->trust.allowed.text,
                                verifier->trust.revoked.text, verifier->trust.limit_ms,
                                verifier->trust.touch};
        const VerifyQuestion question = {job->text,      job->size,      job->name_space,
                                         job->principal, job->signature, job->at_ms};
        g_queue_push_tail(&verifier->checking, job);
        job->verify = ssh_verify_start(&trust, &question, on_checked, job);
    }
}

static gboolean on_too_many(gpointer data)
{
    Job *job = data;
    const SignatureCheck check = {.state = SIGNATURE_UNCHECKED,
                                  .why = (char *)"Too many signatures are being checked at once. "
                                                 "Try again in a moment."};
    job->done(&check, job->data);
    job_free(job);
    return G_SOURCE_REMOVE;
}

static void verify(VerifierPort *port, const VerifyQuestion *question, VerifierDone done,
                   gpointer data)
{
    Verifier *verifier = (Verifier *)port;
    Job *job = g_new0(Job, 1);
    look(verifier);
    job->verifier = verifier;
    job->text = g_memdup2(question->text, question->size);
    job->size = question->size;
    job->name_space = g_strdup(question->name_space);
    job->principal = g_strdup(question->principal);
    job->signature = g_strdup(question->signature);
    job->at_ms = question->at_ms;
    job->done = done;
    job->data = data;
    if (verifier->waiting.length >= WAITING_MAX) {
        g_idle_add(on_too_many, job);
        return;
    }
    g_queue_push_tail(&verifier->waiting, job);
    start_jobs(verifier);
}

static guint64 edition(VerifierPort *port)
{
    Verifier *verifier = (Verifier *)port;
    look(verifier);
    return verifier->edition;
}

// ---- its life ----

VerifierPort *verifier_new(const VerifierConfig *config, GError **error)
{
    Trust trust;
    if (!trust_load(&trust, config, error))
        return NULL;
    Verifier *verifier = g_new0(Verifier, 1);
    verifier->port = (VerifierPort){verify, edition};
    verifier->trust = trust;
    verifier->edition = 1;
    verifier->changed = config->changed;
    verifier->data = config->data;
    verifier->timer = g_timeout_add(LOOK_MS, on_look, verifier);
    return &verifier->port;
}

bool verifier_set_files(VerifierPort *port, const VerifierConfig *config, GError **error)
{
    Verifier *verifier = (Verifier *)port;
    Trust trust;
    if (!trust_load(&trust, config, error))
        return false;
    trust_release(&verifier->trust);
    verifier->trust = trust;
    verifier->edition++;
    return true;
}

void verifier_free(VerifierPort *port)
{
    Verifier *verifier = (Verifier *)port;
    const SignatureCheck given_up = {.state = SIGNATURE_UNCHECKED,
                                     .why = (char *)"Given up: the program ends."};
    Job *job;
    if (!verifier)
        return;
    g_source_remove(verifier->timer);
    while ((job = g_queue_pop_head(&verifier->waiting)) ||
           (job = g_queue_pop_head(&verifier->checking))) {
        job->done(&given_up, job->data);
        job_free(job);
    }
    trust_release(&verifier->trust);
    g_free(verifier);
}
