// What changes something: the body is read strictly, the engine decides, the answer comes when it is
// recorded. A request that was cut off may be asked after by its id.
#include <string.h>

#include "api/private.h"
#include "api/reply.h"
#include "base/id.h"
#include "engine/request.h"
#include "model/refusal.h"
#include "wire/operation.h"
#include "wire/statement.h"

// The body as an object. NULL: answered already. An empty body is an empty object.
static json_t *body_of(HttpRequest *request)
{
    gsize size;
    const char *bytes = g_bytes_get_data(http_request_body(request), &size);
    g_autoptr(GError) error = NULL;
    json_t *json =
        size ? wire_parse("The request body", bytes, size, WIRE_BYTES_MAX, &error) : json_object();
    if (!json)
        reply_error(request, error);
    return json;
}

static const char *idempotency_key(HttpRequest *request, bool *ret_ok)
{
    const char *key = http_request_header(request, "Idempotency-Key");
    *ret_ok = !key || id_is_valid(key);
    if (!*ret_ok)
        reply_refusal(request, REFUSAL_BAD_REQUEST,
                      "The Idempotency-Key must be 1 to 64 characters of letters, digits, dot, "
                      "dash and underscore.");
    return key;
}

// ---- answers ----

static void reply_operation(const Operation *operation, const GError *error, gpointer data)
{
    HttpRequest *request = data;
    if (error)
        reply_error(request, error);
    else
        reply_json(request, 200, operation_to_json(operation), operation->revision);
}

static void reply_signoff(const Operation *operation, const SignOff *signoff, const GError *error,
                          gpointer data)
{
    HttpRequest *request = data;
    if (error) {
        reply_error(request, error);
        return;
    }
    json_t *json = signoff_to_json(signoff);
    if (!operation) { // of long ago: only the sign-off itself is still at hand
        reply_json(request, 200, json, 0);
        return;
    }
    wire_set_text(json, "operation_state", name_of(&OPERATION_STATE_NAMES, (int)operation->state));
    const Operation ballot = operation_ballot(operation);
    json_object_set_new(json, "missing", json_integer(quorum_missing(&ballot)));
    reply_json(request, 200, json, 0);
}

static void reply_done(const GError *error, gpointer data)
{
    HttpRequest *request = data;
    if (error)
        reply_error(request, error);
    else
        reply_json(request, 200, json_pack("{s:b}", "done", 1), 0);
}

// ---- requests ----

static bool read_proposal(json_t *body, ProposeRequest *propose, GError **error)
{
    static const char *const FIELDS[] = {"kind",    "scope",   "to",   "reason",
                                         "planned", "dry_run", "mode", NULL};
    static const char *const SCOPE[] = {"group", "location", NULL};
    WireReader reader = {0};
    WireAt root = wire_root(&reader, body);
    wire_only(&root, FIELDS);
    WireAt scope = wire_object(&root, "scope");
    wire_only(&scope, SCOPE);
    propose->kind = (OperationKind)wire_choice(&root, "kind", OPERATION_KIND_NAMES.names,
                                               OPERATION_KIND_NAMES.count);
    propose->group = wire_text_opt(&scope, "group", NULL);
    propose->region = wire_text_opt(&scope, "location", NULL);
    propose->to = wire_text_opt(&root, "to", NULL);
    propose->reason = wire_text(&root, "reason");
    propose->dry_run = wire_bool_opt(&root, "dry_run", false);
    if (wire_has(&root, "mode"))
        propose->drill =
            (DrillKind)wire_choice(&root, "mode", DRILL_NAMES.names, DRILL_NAMES.count);
    if (wire_has(&root, "planned"))
        propose->planned = wire_bool(&root, "planned") ? PROPOSE_PLANNED : PROPOSE_UNPLANNED;
    if (!wire_reader_finish(&reader, error))
        return false;
    if (!propose->group == !propose->region) {
        g_set_error_literal(error, ERR, ERR_INVALID,
                            "scope names one group, or one location whose groups are all meant: "
                            "expected {\"group\": NAME} or {\"location\": NAME}.");
        return false;
    }
    return true;
}

void post_operation(HttpRequest *request, void *data)
{
    Api *api = data;
    g_autoptr(json_t) body = body_of(request);
    g_autoptr(GError) error = NULL;
    bool key_ok = true;
    if (!body)
        return;
    ProposeRequest propose = {.person = request_person(request),
                              .key = idempotency_key(request, &key_ok)};
    if (!key_ok)
        return;
    if (read_proposal(body, &propose, &error))
        engine_propose(api->config.engine, &propose, reply_operation, request);
    else
        reply_error(request, error);
}

void put_signoff(HttpRequest *request, void *data)
{
    Api *api = data;
    g_autoptr(json_t) body = body_of(request);
    g_autoptr(GError) error = NULL;
    const char *id = http_request_var(request, "signoff");
    if (!body)
        return;
    if (!id_is_valid(id)) {
        reply_refusal(request, REFUSAL_BAD_REQUEST,
                      "A sign-off's id is 1 to 64 of letters, digits, dot, dash, underscore.");
        return;
    }
    g_autoptr(SignOff) signoff = signoff_request_from_json(body, &error);
    if (!signoff) {
        reply_error(request, error);
        return;
    }
    signoff->id = g_strdup(id);
    signoff->operation = g_strdup(http_request_var(request, "id"));
    SignRequest sign = {request_person(request), signoff};
    engine_sign(api->config.engine, &sign, reply_signoff, request);
}

void get_signoff(HttpRequest *request, void *data)
{
    engine_find_signoff(((Api *)data)->config.engine, http_request_var(request, "signoff"),
                        reply_signoff, request);
}

// What is done to a sign-off afterwards; the route says which.
void post_signoff(HttpRequest *request, void *data)
{
    static const char *const FIELDS[] = {"reason", NULL};
    Api *api = data;
    g_autoptr(json_t) body = body_of(request);
    g_autoptr(GError) error = NULL;
    bool key_ok = true;
    if (!body)
        return;
    WireReader reader = {0};
    WireAt root = wire_root(&reader, body);
    wire_only(&root, FIELDS);
    SignOffRequest asked = {.person = request_person(request),
                            .key = idempotency_key(request, &key_ok),
                            .operation = http_request_var(request, "id"),
                            .signoff = http_request_var(request, "signoff"),
                            .reason = wire_text(&root, "reason")};
    bool ok = wire_reader_finish(&reader, &error);
    if (!key_ok)
        return;
    if (!ok)
        reply_error(request, error);
    else if (strcmp(http_request_route(request)->arg, "review") == 0)
        engine_review(api->config.engine, &asked, reply_signoff, request);
    else
        engine_take_back(api->config.engine, &asked, reply_signoff, request);
}

static bool read_command(json_t *body, CommandRequest *command, GError **error)
{
    static const char *const FIELDS[] = {"reason", "ticket", "step", "how", NULL};
    WireReader reader = {0};
    WireAt root = wire_root(&reader, body);
    wire_only(&root, FIELDS);
    command->reason = wire_text_opt(&root, "reason", NULL);
    command->ticket = wire_text_opt(&root, "ticket", NULL);
    if (wire_has(&root, "how"))
        command->how = (AttestHow)wire_choice(&root, "how", ATTEST_NAMES.names, ATTEST_NAMES.count);
    if (!command->step)
        command->step = (guint)wire_integer_opt(&root, "step", 0, 100000, 0);
    return wire_reader_finish(&reader, error);
}

static void run_command(HttpRequest *request, Api *api, OperationCommand which, guint step)
{
    g_autoptr(json_t) body = body_of(request);
    g_autoptr(GError) error = NULL;
    bool key_ok = true;
    if (!body)
        return;
    CommandRequest command = {.person = request_person(request),
                              .key = idempotency_key(request, &key_ok),
                              .operation = http_request_var(request, "id"),
                              .command = which,
                              .step = step};
    if (!key_ok || !request_if_match(request, &command.revision))
        return;
    if (read_command(body, &command, &error))
        engine_command(api->config.engine, &command, reply_operation, request);
    else
        reply_error(request, error);
}

void post_command(HttpRequest *request, void *data)
{
    int command = 0;
    bool known = name_parse(&COMMAND_NAMES, http_request_route(request)->arg, &command, NULL);
    g_assert(known); // the routes table and the engine's names are both ours
    run_command(request, data, (OperationCommand)command, 0);
}

void post_confirm(HttpRequest *request, void *data)
{
    guint64 step = 0;
    if (!g_ascii_string_to_unsigned(http_request_var(request, "n"), 10, 1, 100000, &step, NULL)) {
        reply_refusal(request, REFUSAL_BAD_REQUEST, "A step is named by its number, from 1.");
        return;
    }
    run_command(request, data, COMMAND_CONFIRM, (guint)step);
}

void post_passivation(HttpRequest *request, void *data)
{
    static const char *const FIELDS[] = {"workload", "location", "reason", "holder", NULL};
    Api *api = data;
    g_autoptr(json_t) body = body_of(request);
    g_autoptr(GError) error = NULL;
    bool key_ok = true;
    if (!body)
        return;
    WireReader reader = {0};
    WireAt root = wire_root(&reader, body);
    wire_only(&root, FIELDS);
    PassivateRequest passivate = {.person = request_person(request),
                                  .key = idempotency_key(request, &key_ok),
                                  .workload = wire_text(&root, "workload"),
                                  .location = wire_text(&root, "location"),
                                  .reason = wire_text(&root, "reason"),
                                  .holder = wire_bool_opt(&root, "holder", false)};
    bool ok = wire_reader_finish(&reader, &error);
    if (!key_ok)
        return;
    if (ok)
        engine_passivate(api->config.engine, &passivate, reply_done, request);
    else
        reply_error(request, error);
}

void post_automation(HttpRequest *request, void *data)
{
    static const char *const FIELDS[] = {"arm", "reason", "until", NULL};
    Api *api = data;
    g_autoptr(json_t) body = body_of(request);
    g_autoptr(GError) error = NULL;
    bool key_ok = true;
    if (!body)
        return;
    WireReader reader = {0};
    WireAt root = wire_root(&reader, body);
    wire_only(&root, FIELDS);
    ArmRequest arm = {.person = request_person(request),
                      .key = idempotency_key(request, &key_ok),
                      .group = http_request_var(request, "g"),
                      .arm = wire_bool(&root, "arm"),
                      .reason = wire_text(&root, "reason"),
                      .until_ms = wire_time_ms_opt(&root, "until")};
    bool ok = wire_reader_finish(&reader, &error);
    if (!key_ok)
        return;
    if (ok)
        engine_arm(api->config.engine, &arm, reply_done, request);
    else
        reply_error(request, error);
}

void post_review(HttpRequest *request, void *data)
{
    static const char *const FIELDS[] = {"reason", NULL};
    Api *api = data;
    g_autoptr(json_t) body = body_of(request);
    g_autoptr(GError) error = NULL;
    bool key_ok = true;
    if (!body)
        return;
    WireReader reader = {0};
    WireAt root = wire_root(&reader, body);
    wire_only(&root, FIELDS);
    ReviewRequest review = {.person = request_person(request),
                            .key = idempotency_key(request, &key_ok),
                            .group = http_request_var(request, "g"),
                            .reason = wire_text(&root, "reason")};
    bool ok = wire_reader_finish(&reader, &error);
    if (!key_ok)
        return;
    if (ok)
        engine_review_plan(api->config.engine, &review, reply_done, request);
    else
        reply_error(request, error);
}

void post_acknowledge(HttpRequest *request, void *data)
{
    static const char *const FIELDS[] = {"note", NULL};
    Api *api = data;
    g_autoptr(json_t) body = body_of(request);
    g_autoptr(GError) error = NULL;
    if (!body)
        return;
    WireReader reader = {0};
    WireAt root = wire_root(&reader, body);
    wire_only(&root, FIELDS);
    AcknowledgeRequest acknowledge = {request_person(request), http_request_var(request, "id"),
                                      wire_text_opt(&root, "note", NULL)};
    if (wire_reader_finish(&reader, &error))
        engine_acknowledge(api->config.engine, &acknowledge, reply_done, request);
    else
        reply_error(request, error);
}

void post_accept_finding(HttpRequest *request, void *data)
{
    static const char *const FIELDS[] = {"mark", "note", "until", NULL};
    Api *api = data;
    g_autoptr(json_t) body = body_of(request);
    g_autoptr(GError) error = NULL;
    if (!body)
        return;
    WireReader reader = {0};
    WireAt root = wire_root(&reader, body);
    wire_only(&root, FIELDS);
    AcceptRequest accept = {.person = request_person(request),
                            .finding = http_request_var(request, "id"),
                            .mark = wire_text_opt(&root, "mark", NULL),
                            .note = wire_text(&root, "note"),
                            .until_ms = wire_time_ms(&root, "until")};
    if (wire_reader_finish(&reader, &error))
        engine_accept_finding(api->config.engine, &accept, reply_done, request);
    else
        reply_error(request, error);
}

void post_confirm_parity(HttpRequest *request, void *data)
{
    static const char *const FIELDS[] = {"workload", "standby", "kind", "name",
                                         "mark",     "note",    NULL};
    Api *api = data;
    g_autoptr(json_t) body = body_of(request);
    g_autoptr(GError) error = NULL;
    if (!body)
        return;
    WireReader reader = {0};
    WireAt root = wire_root(&reader, body);
    wire_only(&root, FIELDS);
    ParityRequest parity = {
        .person = request_person(request),
        .group = http_request_var(request, "g"),
        .workload = wire_text(&root, "workload"),
        .standby = wire_text(&root, "standby"),
        .kind = (EntityKind)wire_choice(&root, "kind", ENTITY_NAMES.names, ENTITY_NAMES.count),
        .name = wire_text(&root, "name"),
        .mark = wire_text_opt(&root, "mark", NULL),
        .note = wire_text(&root, "note")};
    if (wire_reader_finish(&reader, &error))
        engine_confirm_parity(api->config.engine, &parity, reply_done, request);
    else
        reply_error(request, error);
}

void post_presence(HttpRequest *request, void *data)
{
    static const char *const FIELDS[] = {"operation", NULL};
    Api *api = data;
    g_autoptr(json_t) body = body_of(request);
    g_autoptr(GError) error = NULL;
    if (!body)
        return;
    WireReader reader = {0};
    WireAt root = wire_root(&reader, body);
    wire_only(&root, FIELDS);
    const char *operation = wire_text_opt(&root, "operation", NULL);
    if (!wire_reader_finish(&reader, &error)) {
        reply_error(request, error);
        return;
    }
    if (operation && !engine_operation(api->config.engine, operation)) {
        reply_refusal(request, REFUSAL_NOT_FOUND, "There is no operation %.64s.", operation);
        return;
    }
    gint64 now_ms = clock_wall_ms(api->config.clock);
    api_tell_presence(
        api, presence_book_note(api->presence, request_person(request)->name, operation, now_ms));
    reply_json(request, 200, presence_book_to_json(api->presence), 0);
}

void post_sink_test(HttpRequest *request, void *data)
{
    static const char *const NOTHING[] = {NULL};
    const Api *api = data;
    const Person *person = request_person(request);
    WireReader reader = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) body = body_of(request);
    if (!body)
        return;
    WireAt root = wire_root(&reader, body);
    wire_only(&root, NOTHING);
    if (!wire_reader_finish(&reader, &error))
        reply_error(request, error);
    else if (!person_has(person, ROLE_BIT_OPERATOR))
        reply_refusal(request, REFUSAL_NOT_ALLOWED,
                      "Testing a sink needs the role operator, which %s has not.", person->name);
    else if (!api->config.test_sink(http_request_var(request, "id"), person->name, api->config.data,
                                    &error))
        reply_refusal(request, REFUSAL_NOT_FOUND, "%s", error->message);
    else
        reply_done(NULL, request);
}
