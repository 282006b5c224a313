#include "view/place.h"

#include <string.h>

#include "model/quorum.h"
#include "view/badge.h"
#include "view/words.h"

// ---- what is under way -------------------------------------------------------------------------

static bool is_over(const Step *step)
{
    return step->state == STEP_DONE || step->state == STEP_SKIPPED || step->state == STEP_NOTED ||
           step->state == STEP_UNDONE;
}

// The first that has not ended; a failed one before all others.
static const Step *step_here(const Operation *operation, const char *workload, const char *location)
{
    const Step *found = NULL;
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        if (g_strcmp0(step->workload, workload) != 0 || g_strcmp0(step->location, location) != 0 ||
            is_over(step))
            continue;
        if (step->state == STEP_FAILED)
            return step;
        if (!found)
            found = step;
    }
    return found;
}

bool place_move(const Picture *picture, const WorkloadStatus *workload, const char *location,
                PlaceMove *ret_move)
{
    const GroupStatus *group = picture_group(picture, workload->group);
    const Operation *operation =
        group && group->operation ? picture_operation(picture, group->operation) : NULL;
    if (!operation || operation_has_ended(operation))
        return false;
    const Step *step = step_here(operation, workload->id, location);
    if (!step)
        return false;
    *ret_move = (PlaceMove){.operation = operation,
                            .step = step,
                            .blocked = step->state == STEP_FAILED || operation->held ||
                                       operation->state == OPERATION_PAUSED,
                            .waits = operation->state == OPERATION_AWAITING};
    return true;
}

// What the cell will be when the step is done.
static const char *becomes(const Step *step)
{
    switch (step->kind) {
    case STEP_ACTIVATE:
    case STEP_PROMOTE:
        return "active";
    case STEP_PASSIVATE:
    case STEP_FENCE:
        return "passive";
    default:
        return word_of(&STEP_KIND_NAMES, (int)step->kind);
    }
}

static guint needed(const Operation *operation)
{
    return operation->statement ? operation->statement->approvals : 0;
}

char *place_mark(const PlaceMove *move)
{
    bool on = move->step->kind == STEP_ACTIVATE || move->step->kind == STEP_PROMOTE;
    bool off = move->step->kind == STEP_PASSIVATE || move->step->kind == STEP_FENCE;
    if (move->waits)
        return g_strdup_printf("%s%u/%u", glyph_text(GLYPH_SIGN, false),
                               quorum_given(move->operation), needed(move->operation));
    return g_strdup_printf(" %s%s", glyph_text(GLYPH_ARROW, false),
                           on    ? "on"
                           : off ? "off"
                                 : word_of(&STEP_KIND_NAMES, (int)move->step->kind));
}

static char *signers_of(const Operation *operation)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < operation->signoffs->len; i++) {
        const SignOff *signoff = operation->signoffs->pdata[i];
        if (signoff->decision == DECISION_APPROVE && !signoff->void_)
            g_string_append_printf(text, "%s%s", text->len ? ", " : "", signoff->operator_name);
    }
    return g_string_free(text, FALSE);
}

void place_say_move(Page *page, const PlaceMove *move)
{
    const Operation *operation = move->operation;
    g_autofree char *signers = signers_of(operation);
    page_field(page, "next", move->blocked ? ROLE_ALARM : ROLE_WARN,
               "%s: step %u of %s makes it %s%s%s",
               word_of(&STEP_STATE_NAMES, (int)move->step->state), move->step->number,
               operation->id, becomes(move->step), move->step->detail ? "; " : "",
               move->step->detail ? move->step->detail : "");
    if (move->blocked)
        page_field(page, "blocked", ROLE_ALARM, "%s",
                   operation->why    ? operation->why
                   : operation->held ? "it is held: no new step begins"
                                     : "an operator is needed");
    page_field(page, "signed", move->waits ? ROLE_WARN : ROLE_NORMAL, "by %u of %u%s%s",
               quorum_given(operation), needed(operation), *signers ? ": " : "", signers);
}

// ---- where it stands ---------------------------------------------------------------------------

static void say_host_type(Page *page, const Picture *picture, const WorkloadStatus *workload,
                          const LocationStatus *location)
{
    const GroupStatus *group = picture_group(picture, workload->group);
    const LocationStatus *home =
        group && group->primary ? picture_get(picture, SHELF_LOCATIONS, group->primary) : NULL;
    bool other = home && home->host != location->host;
    const char *type = word_of(&HOST_NAMES, (int)location->host);
    if (other)
        page_field(page, "host", ROLE_WARN, "%s: its home has %s hosts (R01)", type,
                   word_of(&HOST_NAMES, (int)home->host));
    else if (location->host == HOST_ISOLATED && location->capacity)
        page_field(page, "host",
                   location->load + location->standby_load > location->capacity ? ROLE_WARN
                                                                                : ROLE_NORMAL,
                   "%s, carries %u: %" G_GINT64_FORMAT " at home, %" G_GINT64_FORMAT
                   " would come from elsewhere",
                   type, location->capacity, location->load, location->standby_load);
    else if (location->host == HOST_ISOLATED)
        page_field(page, "host", ROLE_UNKNOWN, "%s; nobody says what it carries (R15)", type);
}

void place_say_host(Page *page, const Picture *picture, const WorkloadStatus *workload,
                    const InstanceStatus *instance)
{
    const LocationStatus *location = picture_get(picture, SHELF_LOCATIONS, instance->location);
    if (!location)
        return;
    say_host_type(page, picture, workload, location);
    for (guint i = 0; i < location->faults->len; i++)
        page_field(page, "fault", ROLE_WARN, "%s: inside the region, not its loss",
                   (const char *)location->faults->pdata[i]);
}

void place_say_uses(Page *page, const Picture *picture, const WorkloadStatus *workload,
                    const char *location)
{
    for (guint i = 0; i < workload->uses->len; i++) {
        const UseStatus *use = workload->uses->pdata[i];
        bool away = use->location && strcmp(use->location, location) != 0;
        if (g_strcmp0(use->at, location) != 0)
            continue;
        page_field(
            page, "uses", away ? ROLE_WARN : ROLE_NORMAL, "%s %s%s%s%s%s%s",
            use->kind == RESOURCE_ACCOUNT ? "account" : word_of(&RESOURCE_NAMES, (int)use->kind),
            use->name, use->detail ? " " : "", use->detail ? use->detail : "",
            !use->location ? ", outside all regions"
            : away         ? ", in "
                           : "",
            away ? picture_title(picture, use->location) : "", use->seen ? "; seen in use" : "");
    }
}

// ---- requests ----------------------------------------------------------------------------------

static void say_routed(Page *page, const Picture *picture, const WorkloadStatus *router)
{
    const GroupStatus *group = picture_group(picture, router->group);
    bool astray = group && router->routed_to && g_strcmp0(group->active, router->routed_to) != 0;
    if (!router->routed_to)
        page_field(page, "route", ROLE_UNKNOWN, "nobody has seen yet where %s sends requests",
                   router->name);
    else
        page_field(page, "route", astray ? ROLE_WARN : ROLE_NORMAL,
                   "%s sends requests to %s%s; a failover re-points it", router->name,
                   picture_title(picture, router->routed_to),
                   astray ? ", where the group does not run" : "");
}

void place_say_route(Page *page, const Picture *picture, const WorkloadStatus *workload)
{
    if (workload->kind == KIND_ROUTER) {
        say_routed(page, picture, workload);
        return;
    }
    g_autofree char *id =
        workload->router ? g_strconcat(workload->group, "/", workload->router, NULL) : NULL;
    const WorkloadStatus *router = id ? picture_workload(picture, id) : NULL;
    if (router)
        say_routed(page, picture, router);
}

// ---- patterns ----------------------------------------------------------------------------------

void place_say_combination(Page *page, const Picture *picture, const WorkloadStatus *workload)
{
    static const char *const WORDS[] = {[PATTERN_ACTIVE_PASSIVE] = "active/passive",
                                        [PATTERN_LOAD_BALANCED] = "load-balanced",
                                        [PATTERN_COMPETING_CONSUMERS] = "on one queue"};
    guint counts[G_N_ELEMENTS(WORDS)] = {0}, kinds = 0;
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < picture_count(picture, SHELF_WORKLOADS); i++) {
        const WorkloadStatus *other = picture_at(picture, SHELF_WORKLOADS, i);
        if (strcmp(other->group, workload->group) == 0 && other->kind != KIND_ROUTER)
            counts[other->pattern]++;
    }
    for (guint i = 0; i < G_N_ELEMENTS(WORDS); i++) {
        if (counts[i])
            g_string_append_printf(text, "%s%u %s", kinds++ ? ", " : "", counts[i], WORDS[i]);
    }
    if (kinds > 1)
        page_field(page, "group", ROLE_NORMAL, "a combination: %s", text->str);
    g_string_free(text, TRUE);
}
