#include "wire/problem.h"

#include <string.h>

#include "base/error.h"

#define URN "urn:signalbox:problem:"

enum { DETAIL_MAX = 2000 };

// Where there is a refusal that says it, its row is used (type NULL here).
typedef struct {
    RefusalInfo info;
    Refusal as;
} ErrRow;

static const ErrRow ROWS[ERR_COUNT] = {
    [ERR_INVALID] = {.as = REFUSAL_BAD_REQUEST},
    [ERR_NOT_FOUND] = {.as = REFUSAL_NOT_FOUND},
    [ERR_CONFLICT] = {.as = REFUSAL_CONFLICT},
    [ERR_REFUSED] = {{URN "refused", "Refused", 409}, 0},
    [ERR_DENIED] = {.as = REFUSAL_NOT_ALLOWED},
    [ERR_UNREACHABLE] = {{URN "unreachable", "Nobody answered; nothing happened", 502}, 0},
    [ERR_TIMEOUT] = {{URN "timeout", "No answer in time", 504}, 0},
    [ERR_UNKNOWN] = {{URN "outcome-unknown", "It may or may not have happened", 504}, 0},
    [ERR_TOO_LARGE] = {.as = REFUSAL_TOO_LARGE},
    [ERR_PROTOCOL] = {{URN "protocol", "The other side's answer makes no sense", 502}, 0},
    [ERR_CORRUPT] = {{URN "corrupt", "What is stored is damaged", 500}, 0},
    [ERR_NO_SPACE] = {.as = REFUSAL_NOT_RECORDED},
    [ERR_BUSY] = {.as = REFUSAL_UNAVAILABLE},
    [ERR_CANCELLED] = {{URN "cancelled", "Given up before it was done", 503}, 0},
    [ERR_GONE] = {.as = REFUSAL_GONE},
    [ERR_INTERNAL] = {{URN "internal", "Something that should not fail did", 500}, 0},
};

const RefusalInfo *problem_info(const GError *error)
{
    if (error->domain == REFUSAL && (guint)error->code < REFUSAL_COUNT)
        return refusal_info((Refusal)error->code);
    const ErrRow *row = &ROWS[ERR_INTERNAL];
    if (error->domain == ERR && (guint)error->code < ERR_COUNT)
        row = &ROWS[error->code];
    return row->info.type ? &row->info : refusal_info(row->as);
}

json_t *problem_to_json(const GError *error, const char *instance)
{
    const RefusalInfo *info = problem_info(error);
    json_t *json = json_object();
    wire_set_text(json, "type", info->type);
    wire_set_text(json, "title", info->title);
    json_object_set_new(json, "status", json_integer(info->status));
    wire_set_text(json, "detail", error->message);
    if (instance)
        wire_set_text(json, "instance", instance);
    return json;
}

// The domain and code that a type stands for.
static bool find_type(const char *type, GQuark *ret_domain, int *ret_code)
{
    for (int i = 0; i < REFUSAL_COUNT; i++)
        if (strcmp(refusal_info((Refusal)i)->type, type) == 0) {
            *ret_domain = REFUSAL;
            *ret_code = i;
            return true;
        }
    for (int i = 0; i < ERR_COUNT; i++)
        if (g_strcmp0(ROWS[i].info.type, type) == 0) {
            *ret_domain = ERR;
            *ret_code = i;
            return true;
        }
    return false;
}

static const char *member(const json_t *json, const char *name)
{
    return json_string_value(json_object_get(json, name));
}

GError *problem_from_json(json_t *json, int status)
{
    const char *type = member(json, "type");
    const char *title = member(json, "title");
    const char *words = member(json, "detail") ? member(json, "detail") : title;
    GQuark domain;
    int code;
    if (type && words && find_type(type, &domain, &code))
        return g_error_new(domain, code, "%.*s", DETAIL_MAX, words);
    code = status >= 502 && status <= 504 ? ERR_UNREACHABLE : ERR_PROTOCOL;
    return g_error_new(ERR, code, "The backend answered with HTTP status %d: %.*s", status,
                       DETAIL_MAX, words ? words : "nothing more is said.");
}
