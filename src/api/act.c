// What changes something: the body is read strictly, the engine decides, the answer comes when it is
// recorded. A request that was cut off may be asked after by its id.
#include <string.h>

#include "api/body.h"
#include "api/private.h"
#include "api/reply.h"
#include "base/id.h"
#include "engine/request.h"
#include "model/refusal.h"
#include "wire/operation.h"
#include "wire/statement.h"

static Engine *engine_of(const Api *api)
{
    return api->config.engine;
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

static void read_proposal(const WireAt *root, ProposeRequest *propose)
{
    static const char *const SCOPE[] = {"group", "location", NULL};
    WireAt scope = wire_object(root, "scope");
    wire_only(&scope, SCOPE);
    propose->kind = (OperationKind)wire_choice(root, "kind", OPERATION_KIND_NAMES.names,
                                               OPERATION_KIND_NAMES.count);
    propose->group = body_text_opt(&scope, "group");
    propose->region = body_text_opt(&scope, "location");
    propose->to = body_text_opt(root, "to");
    propose->reason = body_text(root, "reason");
    propose->dry_run = wire_bool_opt(root, "dry_run", false);
    if (wire_has(root, "mode"))
        propose->drill = (DrillKind)wire_choice(root, "mode", DRILL_NAMES.names, DRILL_NAMES.count);
    if (wire_has(root, "planned"))
        propose->planned = wire_bool(root, "planned") ? PROPOSE_PLANNED : PROPOSE_UNPLANNED;
}

void post_operation(HttpRequest *request, void *data)
{
    static const char *const FIELDS[] = {"kind",    "scope",   "to",   "reason",
                                         "planned", "dry_run", "mode", NULL};
    g_auto(Body) body = {0};
    if (!body_open(&body, request, FIELDS))
        return;
    ProposeRequest propose = {.person = request_person(request), .key = body_key(&body)};
    read_proposal(&body.root, &propose);
    if (!body_finish(&body))
        return;
    if (!propose.group == !propose.region)
        reply_refusal(request, REFUSAL_BAD_REQUEST,
                      "scope names one group, or one location whose groups are all meant: "
                      "expected {\"group\": NAME} or {\"location\": NAME}.");
    else
        engine_propose(engine_of(data), &propose, reply_operation, request);
}

void put_signoff(HttpRequest *request, void *data)
{
    const char *id = http_request_var(request, "signoff");
    g_auto(Body) body = {0};
    g_autoptr(GError) error = NULL;
    if (!body_open(&body, request, NULL))
        return;
    if (!id_is_valid(id)) {
        reply_refusal(request, REFUSAL_BAD_REQUEST,
                      "A sign-off's id is 1 to 64 of letters, digits, dot, dash, underscore.");
        return;
    }
    g_autoptr(SignOff) signoff = signoff_request_from_json(body.json, &error);
    if (!signoff) {
        reply_error(request, error);
        return;
    }
    signoff->id = g_strdup(id);
    signoff->operation = g_strdup(http_request_var(request, "id"));
    SignRequest sign = {request_person(request), signoff};
    engine_sign(engine_of(data), &sign, reply_signoff, request);
}

void get_signoff(HttpRequest *request, void *data)
{
    engine_find_signoff(engine_of(data), http_request_var(request, "signoff"), reply_signoff,
                        request);
}

// What is done to a sign-off afterwards; the route says which.
void post_signoff(HttpRequest *request, void *data)
{
    static const char *const FIELDS[] = {"reason", NULL};
    g_auto(Body) body = {0};
    if (!body_open(&body, request, FIELDS))
        return;
    SignOffRequest asked = {.person = request_person(request),
                            .key = body_key(&body),
                            .operation = http_request_var(request, "id"),
                            .signoff = http_request_var(request, "signoff"),
                            .reason = body_text(&body.root, "reason")};
    if (!body_finish(&body))
        return;
    if (strcmp(http_request_route(request)->arg, "review") == 0)
        engine_review(engine_of(data), &asked, reply_signoff, request);
    else
        engine_take_back(engine_of(data), &asked, reply_signoff, request);
}

static void run_command(HttpRequest *request, const Api *api, OperationCommand which, guint step)
{
    static const char *const FIELDS[] = {"reason", "ticket", "step", "how", NULL};
    g_auto(Body) body = {0};
    guint64 revision = 0;
    if (!body_open(&body, request, FIELDS) || !request_if_match(request, &revision))
        return;
    const WireAt *root = &body.root;
    CommandRequest command = {.person = request_person(request),
                              .key = body_key(&body),
                              .operation = http_request_var(request, "id"),
                              .command = which,
                              .step = step,
                              .reason = body_text_opt(root, "reason"),
                              .ticket = body_text_opt(root, "ticket"),
                              .revision = revision};
    if (wire_has(root, "how"))
        command.how = (AttestHow)wire_choice(root, "how", ATTEST_NAMES.names, ATTEST_NAMES.count);
    if (!step)
        command.step = (guint)wire_integer_opt(root, "step", 0, 100000, 0);
    if (body_finish(&body))
        engine_command(engine_of(api), &command, reply_operation, request);
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
    g_auto(Body) body = {0};
    if (!body_open(&body, request, FIELDS))
        return;
    PassivateRequest passivate = {.person = request_person(request),
                                  .key = body_key(&body),
                                  .workload = body_text(&body.root, "workload"),
                                  .location = body_text(&body.root, "location"),
                                  .reason = body_text(&body.root, "reason"),
                                  .holder = wire_bool_opt(&body.root, "holder", false)};
    if (body_finish(&body))
        engine_passivate(engine_of(data), &passivate, reply_done, request);
}

// What is taken back; the route says of what.
void post_withdraw(HttpRequest *request, void *data)
{
    static const char *const FIELDS[] = {"reason", NULL};
    g_auto(Body) body = {0};
    if (!body_open(&body, request, FIELDS))
        return;
    WithdrawRequest withdraw = {.person = request_person(request),
                                .key = body_key(&body),
                                .id = http_request_var(request, "id"),
                                .reason = body_text(&body.root, "reason")};
    if (!body_finish(&body))
        return;
    if (strcmp(http_request_route(request)->arg, "alarm") == 0)
        engine_withdraw_alarm(engine_of(data), &withdraw, reply_done, request);
    else
        engine_withdraw_finding(engine_of(data), &withdraw, reply_done, request);
}

void post_withdraw_passivation(HttpRequest *request, void *data)
{
    static const char *const FIELDS[] = {"workload", "location", "reason", NULL};
    g_auto(Body) body = {0};
    if (!body_open(&body, request, FIELDS))
        return;
    WithdrawRequest withdraw = {.person = request_person(request),
                                .key = body_key(&body),
                                .id = body_text(&body.root, "workload"),
                                .location = body_text(&body.root, "location"),
                                .reason = body_text(&body.root, "reason")};
    if (body_finish(&body))
        engine_withdraw_passivation(engine_of(data), &withdraw, reply_done, request);
}

void post_automation(HttpRequest *request, void *data)
{
    static const char *const FIELDS[] = {"arm", "reason", "until", NULL};
    g_auto(Body) body = {0};
    if (!body_open(&body, request, FIELDS))
        return;
    ArmRequest arm = {.person = request_person(request),
                      .key = body_key(&body),
                      .group = http_request_var(request, "g"),
                      .arm = wire_bool(&body.root, "arm"),
                      .reason = body_text(&body.root, "reason"),
                      .until_ms = wire_time_ms_opt(&body.root, "until")};
    if (body_finish(&body))
        engine_arm(engine_of(data), &arm, reply_done, request);
}

void post_review(HttpRequest *request, void *data)
{
    static const char *const FIELDS[] = {"reason", NULL};
    g_auto(Body) body = {0};
    if (!body_open(&body, request, FIELDS))
        return;
    ReviewRequest review = {.person = request_person(request),
                            .key = body_key(&body),
                            .group = http_request_var(request, "g"),
                            .reason = body_text(&body.root, "reason")};
    if (body_finish(&body))
        engine_review_plan(engine_of(data), &review, reply_done, request);
}

void post_acknowledge(HttpRequest *request, void *data)
{
    static const char *const FIELDS[] = {"note", NULL};
    g_auto(Body) body = {0};
    if (!body_open(&body, request, FIELDS))
        return;
    AcknowledgeRequest acknowledge = {request_person(request), http_request_var(request, "id"),
                                      body_text_opt(&body.root, "note")};
    if (body_finish(&body))
        engine_acknowledge(engine_of(data), &acknowledge, reply_done, request);
}

void post_accept_finding(HttpRequest *request, void *data)
{
    static const char *const FIELDS[] = {"mark", "note", "until", NULL};
    g_auto(Body) body = {0};
    if (!body_open(&body, request, FIELDS))
        return;
    AcceptRequest accept = {.person = request_person(request),
                            .finding = http_request_var(request, "id"),
                            .mark = body_text_opt(&body.root, "mark"),
                            .note = body_text(&body.root, "note"),
                            .until_ms = wire_time_ms(&body.root, "until")};
    if (body_finish(&body))
        engine_accept_finding(engine_of(data), &accept, reply_done, request);
}

// An item of the check-list; the route says whether it is seen to, or open again. Why is called a note there, and a
// reason here, as everywhere.
void post_parity(HttpRequest *request, void *data)
{
    bool back = strcmp(http_request_route(request)->arg, "withdraw") == 0;
    const char *why = back ? "reason" : "note";
    const char *const fields[] = {"workload", "standby", "kind", "name", "mark", why, NULL};
    g_auto(Body) body = {0};
    if (!body_open(&body, request, fields))
        return;
    ParityRequest parity = {
        .person = request_person(request),
        .key = body_key(&body),
        .group = http_request_var(request, "g"),
        .workload = body_text(&body.root, "workload"),
        .standby = body_text(&body.root, "standby"),
        .kind = (EntityKind)wire_choice(&body.root, "kind", ENTITY_NAMES.names, ENTITY_NAMES.count),
        .name = body_text(&body.root, "name"),
        .mark = body_text_opt(&body.root, "mark"),
        .note = body_text(&body.root, why)};
    if (!body_finish(&body))
        return;
    if (back)
        engine_withdraw_parity(engine_of(data), &parity, reply_done, request);
    else
        engine_confirm_parity(engine_of(data), &parity, reply_done, request);
}

void post_presence(HttpRequest *request, void *data)
{
    static const char *const FIELDS[] = {"operation", NULL};
    Api *api = data;
    g_auto(Body) body = {0};
    if (!body_open(&body, request, FIELDS))
        return;
    const char *operation = body_text_opt(&body.root, "operation");
    if (!body_finish(&body))
        return;
    if (operation && !engine_operation(engine_of(api), operation)) {
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
    g_autoptr(GError) error = NULL;
    g_auto(Body) body = {0};
    if (!body_open(&body, request, NOTHING) || !body_finish(&body))
        return;
    if (!person_has(person, ROLE_BIT_OPERATOR))
        reply_refusal(request, REFUSAL_NOT_ALLOWED,
                      "Testing a sink needs the role operator, which %s has not.", person->name);
    else if (!api->config.test_sink(http_request_var(request, "id"), person->name, api->config.data,
                                    &error))
        reply_refusal(request, REFUSAL_NOT_FOUND, "%s", error->message);
    else
        reply_done(NULL, request);
}
