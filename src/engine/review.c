// People reviewed a group's plan: recorded durably, with who and what they found (F10). A fleet file may say a later
// date; the newer one counts.
#include "engine/motion.h"

#include "base/text.h"
#include "engine/request.h"
#include "model/refusal.h"

static bool check(const Engine *engine, const ReviewRequest *asked, GError **error)
{
    if (!person_has(asked->person, ROLE_BIT_OPERATOR))
        refuse(error, REFUSAL_NOT_ALLOWED,
               "%s may not record a review: the role operator is needed.", asked->person->name);
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
    const ReviewRequest *asked = motion->request;
    if (!check(engine, asked, error))
        return false;
    GroupRecord *record = motion_record(engine, motion, asked->group);
    record->reviewed_ms = engine->now_ms;
    g_free(record->reviewed_by);
    g_free(record->review_note);
    record->reviewed_by = g_strdup(asked->person->name);
    record->review_note = g_strdup(asked->reason);
    motion_audit(motion, asked->person->name, "plan.reviewed", "group", asked->group)->detail =
        g_strdup(asked->reason);
    motion_say(motion, SEVERITY_INFO, "group", asked->group, "%s reviewed its plan: %s",
               asked->person->name, asked->reason);
    return true;
}

void engine_review_plan(Engine *engine, const ReviewRequest *request, EngineDone done,
                        gpointer data)
{
    Motion *motion = motion_new("review", prepare);
    const ReviewRequest asked = {.person = motion_person(motion, request->person),
                                 .group = motion_text(motion, request->group),
                                 .reason = motion_text(motion, request->reason)};
    motion_set_key(motion, request->key, "review", asked.person->name, asked.group, asked.reason,
                   NULL);
    motion_submit(engine, motion, &asked, sizeof asked, done, data);
}
