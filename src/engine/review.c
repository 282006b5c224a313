// People reviewed a group's plan: recorded durably, with who and what they found (F10). A fleet file may say a later
// date; the newer one counts.
#include "engine/motion.h"

#include "base/text.h"
#include "engine/request.h"
#include "model/refusal.h"

typedef struct {
    char *person;
    guint roles;
    char *group;
    char *reason;
    EngineDone done;
    gpointer data;
} Asked;

static void free_asked(gpointer data)
{
    Asked *asked = data;
    g_free(asked->person);
    g_free(asked->group);
    g_free(asked->reason);
    g_free(asked);
}

static bool check(const Engine *engine, const Asked *asked, GError **error)
{
    if (!(asked->roles & ROLE_BIT_OPERATOR))
        refuse(error, REFUSAL_NOT_ALLOWED,
               "%s may not record a review: the role operator is needed.", asked->person);
    else if (!world_live(engine, asked->group))
        refuse(error, REFUSAL_NOT_FOUND, "There is no group %s.", asked->group);
    else if (!text_has_word(asked->reason))
        refuse(
            error, REFUSAL_NO_REASON,
            "What was reviewed, in words, is needed; it goes into the audit log with your name.");
    else
        return true;
    return false;
}

static bool prepare(Engine *engine, Motion *motion, GError **error)
{
    const Asked *asked = motion->request;
    if (!check(engine, asked, error))
        return false;
    GroupRecord *record = motion_record(engine, motion, asked->group);
    record->reviewed_ms = engine->now_ms;
    g_free(record->reviewed_by);
    g_free(record->review_note);
    record->reviewed_by = g_strdup(asked->person);
    record->review_note = g_strdup(asked->reason);
    motion_audit(motion, asked->person, "plan.reviewed", "group", asked->group)->detail =
        g_strdup(asked->reason);
    motion_say(motion, SEVERITY_INFO, "group", asked->group, "%s reviewed its plan: %s",
               asked->person, asked->reason);
    return true;
}

static void finished(Engine *engine, Motion *motion, const GError *error)
{
    const Asked *asked = motion->request;
    (void)engine;
    asked->done(error, asked->data);
}

void engine_review_plan(Engine *engine, const ReviewRequest *request, EngineDone done,
                        gpointer data)
{
    Asked *asked = g_new0(Asked, 1);
    Motion *motion = motion_new("review", prepare);
    *asked = (Asked){.person = g_strdup(request->person->name),
                     .roles = request->person->roles,
                     .group = g_strdup(request->group ? request->group : ""),
                     .reason = g_strdup(request->reason ? request->reason : ""),
                     .done = done,
                     .data = data};
    motion->request = asked;
    motion->free_request = free_asked;
    motion->finished = finished;
    motion_set_key(motion, request->key, "review", asked->person, asked->group, asked->reason,
                   NULL);
    motion_ask(engine, motion);
}
