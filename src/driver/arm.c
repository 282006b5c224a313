#include "driver/arm.h"

#include <string.h>

#include "base/error.h"
#include "driver/job-private.h"
#include "http/retry.h"

enum { TOKEN_LIMIT_MS = 10000, TOKEN_EARLY_MS = 300000 };

// One token: for everybody who asks with the same credentials.
typedef struct {
    ArmClient *client;
    char *token;        // NULL = none good
    gint64 renew_ms;    // mono: from then on a new one is fetched
    HttpCall *call;     // fetching; NULL
    GPtrArray *waiting; // of Job *
} TokenSlot;

const char *const arm_credentials[] = {"tenant", "client_id", "client_secret_file", NULL};

struct ArmClient {
    Drivers *drivers;
    bool
        withheld; // others sign in as the daemon file says, and a rehearsal has no client of its own
    GHashTable *slots;   // char * credentials → TokenSlot *
    GHashTable *sign_in; // parameter → value, where the fleet names no tenant
};

// One request of a job, until its answer counts.
struct ArmCall {
    char *method;
    char *url;
    JobAnswered answered;
    bool renewed; // the token was, after a 401
    // A list.
    json_t *items;
    guint pages;
    guint max_pages;
    bool cut; // there were more
    ArmListed listed;
};

static void slot_free(gpointer data)
{
    TokenSlot *slot = data;
    if (slot->call)
        http_call_cancel(slot->call);
    g_ptr_array_unref(slot->waiting);
    g_free(slot->token);
    g_free(slot);
}

ArmClient *arm_client_new(Drivers *drivers)
{
    ArmClient *client = g_new0(ArmClient, 1);
    client->drivers = drivers;
    client->slots = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, slot_free);
    client->sign_in = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return client;
}

void arm_client_sign_in(ArmClient *client, const AzureSignIn *sign_in)
{
    const struct {
        const char *parameter, *value;
    } rows[] = {{"tenant", sign_in->tenant},
                {"client_id", sign_in->client},
                {"client_secret_file", sign_in->secret_file},
                {"authority", sign_in->authority},
                {"endpoint", sign_in->management}};
    g_hash_table_remove_all(client->sign_in);
    client->withheld = sign_in->withheld;
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].value)
            g_hash_table_insert(client->sign_in, g_strdup(rows[i].parameter),
                                g_strdup(rows[i].value));
}

void arm_client_free(ArmClient *client)
{
    g_hash_table_unref(client->sign_in);
    g_hash_table_unref(client->slots);
    g_free(client);
}

void arm_call_free(ArmCall *call)
{
    if (!call)
        return;
    json_decref(call->items);
    g_free(call->method);
    g_free(call->url);
    g_free(call);
}

// The fleet's own, or the daemon's. Credentials are not mixed: who names a tenant names the rest too.
static const char *parameter(const Job *job, const char *name)
{
    const char *value = job_parameter(job, name);
    bool own = job_parameter(job, "tenant") && strcmp(name, "endpoint") != 0;
    return value || own ? value : g_hash_table_lookup(job->drivers->arm->sign_in, name);
}

static const char *parameter_or(const Job *job, const char *name, const char *fallback)
{
    const char *value = parameter(job, name);
    return value ? value : fallback;
}

const char *arm_endpoint(const Job *job)
{
    return parameter_or(job, "endpoint", "https://management.azure.com");
}

// ---- Tokens ---------------------------------------------------------------------------------------

static TokenSlot *slot_of(Job *job)
{
    g_autofree char *key = g_strjoin(
        "\n", parameter_or(job, "authority", ""), parameter(job, "tenant"),
        parameter_or(job, "client_id", ""), parameter_or(job, "client_secret_file", ""),
        parameter_or(job, "scope", arm_endpoint(job)), parameter_or(job, "arm_socket", ""), NULL);
    ArmClient *client = job->drivers->arm;
    TokenSlot *slot = g_hash_table_lookup(client->slots, key);
    if (slot)
        return slot;
    slot = g_new0(TokenSlot, 1);
    slot->client = client;
    slot->waiting = g_ptr_array_new();
    g_hash_table_insert(client->slots, g_steal_pointer(&key), slot);
    return slot;
}

static bool slot_is_good(const TokenSlot *slot)
{
    return slot->token && clock_mono_ms(slot->client->drivers->clock) < slot->renew_ms;
}

static void send_now(Job *job);

static void fail(Job *job, const GError *error)
{
    JobAnswered answered = job->arm->answered;
    answered(job, NULL, error);
}

// Everybody who waited goes on, or hears why not.
static void wake_waiting(TokenSlot *slot, const GError *error)
{
    g_autoptr(GPtrArray) waiting = slot->waiting;
    slot->waiting = g_ptr_array_new();
    for (guint i = 0; i < waiting->len; i++) {
        Job *job = waiting->pdata[i];
        g_source_destroy(job->timer);
        g_clear_pointer(&job->timer, g_source_unref);
        if (error)
            fail(job, error);
        else
            send_now(job);
    }
}

static bool read_token(TokenSlot *slot, const HttpResponse *response, GError **error)
{
    g_autoptr(json_t) json = job_json(response, error);
    if (!json)
        return false;
    const char *token = json_string_value(json_object_get(json, "access_token"));
    const json_t *expires = json_object_get(json, "expires_in");
    gint64 seconds = json_integer_value(expires);
    // Some endpoints send the number as a string.
    if (json_is_string(expires))
        g_ascii_string_to_signed(json_string_value(expires), 10, 0, G_MAXINT, &seconds, NULL);
    if (!token || seconds <= 0) {
        g_set_error(error, ERR, ERR_PROTOCOL, "The token endpoint's answer holds no token.");
        return false;
    }
    gint64 ms = MIN(seconds, G_MAXINT) * 1000;
    g_free(slot->token);
    slot->token = g_strdup(token);
    slot->renew_ms = clock_mono_ms(slot->client->drivers->clock) + ms - MIN(TOKEN_EARLY_MS, ms / 5);
    return true;
}

static void on_token(HttpCall *call, const HttpResponse *response, const GError *error, void *data)
{
    (void)call;
    TokenSlot *slot = data;
    g_autoptr(GError) reason = NULL;
    slot->call = NULL;
    if (error)
        reason = g_error_copy(error);
    else
        read_token(slot, response, &reason);
    if (reason)
        g_prefix_error(&reason, "No token: ");
    wake_waiting(slot, reason);
}

static bool fetch_token(TokenSlot *slot, const Job *job, GError **error)
{
    const char *file = parameter(job, "client_secret_file");
    if (!file) {
        g_set_error(error, ERR, ERR_INVALID, "No parameter \"client_secret_file\" is set.");
        return false;
    }
    g_autofree char *secret = job_secret(file, error);
    if (!secret)
        return false;
    g_autofree char *scope = g_strconcat(arm_endpoint(job), "/.default", NULL);
    g_autofree char *scope_text =
        g_uri_escape_string(parameter_or(job, "scope", scope), NULL, false);
    g_autofree char *secret_text = g_uri_escape_string(secret, NULL, false);
    g_autofree char *client_text =
        g_uri_escape_string(parameter_or(job, "client_id", ""), NULL, false);
    char *text =
        g_strdup_printf("client_id=%s&scope=%s&client_secret=%s&grant_type=client_credentials",
                        client_text, scope_text, secret_text);
    g_autoptr(GBytes) body = g_bytes_new_take(text, strlen(text));
    g_autofree char *tenant = g_uri_escape_string(parameter(job, "tenant"), NULL, false);
    g_autofree char *url = g_strdup_printf(
        "%s/%s/oauth2/v2.0/token",
        parameter_or(job, "authority", "https://login.microsoftonline.com"), tenant);
    slot->call = http_client_send(job->drivers->client,
                                  &(HttpSpec){.method = "POST",
                                              .url = url,
                                              .socket_path = job_parameter(job, "arm_socket"),
                                              .content_type = "application/x-www-form-urlencoded",
                                              .body = body,
                                              .idempotent = true,
                                              .total_ms = TOKEN_LIMIT_MS},
                                  on_token, slot);
    return true;
}

static void on_token_late(Job *job)
{
    TokenSlot *slot = slot_of(job);
    g_ptr_array_remove(slot->waiting, job);
    g_autoptr(GError) error =
        g_error_new(ERR, ERR_TIMEOUT, "No token came in time: the command was not sent.");
    fail(job, error);
}

// ---- Requests -------------------------------------------------------------------------------------

static void on_answer(Job *job, const HttpResponse *response, const GError *error)
{
    ArmCall *call = job->arm;
    unsigned status = error ? 0 : http_response_status(response);
    if (status == 401 && parameter(job, "tenant") && !call->renewed) {
        call->renewed = true;
        g_clear_pointer(&slot_of(job)->token, g_free);
        send_now(job);
        return;
    }
    const char *after = error ? NULL : http_response_header(response, "Retry-After");
    gint64 wait_ms;
    // Commands are repeated by job_settle.
    if (status == 429 && !job->done && after &&
        http_retry_after_parse(after, clock_wall_ms(job->drivers->clock), &wait_ms) &&
        wait_ms < job_left_ms(job)) {
        job_wait(job, MAX(1, wait_ms), send_now);
        return;
    }
    call->answered(job, response, error);
}

static void send_with(Job *job, const char *token)
{
    HttpField headers[6] = {{NULL, NULL}};
    char epoch[24];
    if (job->done)
        job_headers(job, headers, epoch);
    job_send(job,
             &(HttpSpec){.method = job->arm->method,
                         .url = job->arm->url,
                         .socket_path = job_parameter(job, "arm_socket"),
                         .headers = headers,
                         .bearer = token},
             on_answer);
}

static void send_now(Job *job)
{
    g_autoptr(GError) error = NULL;
    TokenSlot *slot = parameter(job, "tenant") ? slot_of(job) : NULL;
    if (!slot && job->drivers->arm->withheld) {
        error = g_error_new(ERR, ERR_REFUSED,
                            "Not looked at: the daemon's file names no rehearsal_client, and live "
                            "credentials are not used in a rehearsal.");
        fail(job, error);
        return;
    }
    if (!slot || slot_is_good(slot)) {
        send_with(job, slot ? slot->token : NULL);
        return;
    }
    if (!slot->call && !fetch_token(slot, job, &error)) {
        fail(job, error);
        return;
    }
    g_ptr_array_add(slot->waiting, job);
    job_wait(job, job_left_ms(job), on_token_late);
}

static void begin(Job *job, const char *method, const char *url, JobAnswered answered)
{
    arm_call_free(job->arm);
    job->arm = g_new0(ArmCall, 1);
    job->arm->method = g_strdup(method);
    job->arm->url = g_strdup(url);
    job->arm->answered = answered;
}

void arm_send(Job *job, const char *method, const char *url, JobAnswered answered)
{
    begin(job, method, url, answered);
    send_now(job);
}

// ---- Lists ----------------------------------------------------------------------------------------

// A link to elsewhere would carry our token there.
static bool link_is_ours(const Job *job, const char *link)
{
    const char *endpoint = arm_endpoint(job);
    gsize length = strlen(endpoint);
    while (length > 0 && endpoint[length - 1] == '/')
        length--;
    return g_ascii_strncasecmp(link, endpoint, length) == 0 && link[length] == '/';
}

static void list_failed(Job *job, ErrCode code, const char *sentence)
{
    g_autoptr(GError) error = g_error_new(ERR, code, "%s", sentence);
    job->arm->listed(job, NULL, error);
}

static void on_page(Job *job, const HttpResponse *response, const GError *error)
{
    ArmCall *call = job->arm;
    g_autoptr(GError) reason = NULL;
    if (error) {
        call->listed(job, NULL, error);
        return;
    }
    g_autoptr(json_t) json = job_json(response, &reason);
    json_t *value = json_object_get(json, "value");
    if (!json) {
        call->listed(job, NULL, reason);
        return;
    }
    if (!json_is_array(value)) {
        list_failed(job, ERR_PROTOCOL, "The list that was asked for has no \"value\".");
        return;
    }
    json_array_extend(call->items, value);
    const char *next = json_string_value(json_object_get(json, "nextLink"));
    call->pages++;
    call->cut = next && *next && call->pages >= call->max_pages;
    if (!next || !*next || call->pages >= call->max_pages)
        call->listed(job, call->items, NULL);
    else if (!link_is_ours(job, next))
        list_failed(job, ERR_PROTOCOL, "The list goes on at another host: not followed.");
    else if (json_array_size(call->items) > ARM_ITEMS_MAX)
        list_failed(job, ERR_TOO_LARGE, "The list is longer than 20000 items.");
    else {
        g_free(call->url);
        call->url = g_strdup(next);
        send_now(job);
    }
}

bool arm_list_is_cut(const Job *job)
{
    return job->arm && job->arm->cut;
}

void arm_list(Job *job, const char *url, guint max_pages, ArmListed listed)
{
    begin(job, "GET", url, on_page);
    job->arm->items = json_array();
    job->arm->max_pages = max_pages;
    job->arm->listed = listed;
    send_now(job);
}
