// A person switches an instance off: the safe direction, which takes no sign-off, but a name and a reason. From here
// on it goes the way of a returned primary (reconcile.c): written ahead, sent, looked at, told.
#include "base/text.h"
#include "engine/motion.h"
#include "model/quorum.h"
#include "model/refusal.h"

static bool may_be_asked(const Engine *engine, const PassivateRequest *asked, GError **error)
{
    const InstanceWatch *watch = world_instance(engine, asked->workload, asked->location);
    if (!person_has(asked->person, ROLE_BIT_OPERATOR))
        refuse(error, REFUSAL_NOT_ALLOWED, "%s may not switch off: the role operator is needed.",
               asked->person->name);
    else if (!watch)
        refuse(error, REFUSAL_NOT_FOUND, "There is no workload %s in %s.", asked->workload,
               asked->location);
    else if (!text_has_word(asked->reason))
        refuse(error, REFUSAL_NO_REASON,
               "A reason in words is needed; it goes into the audit log with your name.");
    else if (!driver_can(engine->config.driver, watch->instance->workload, ACTION_PASSIVATE))
        refuse(error, REFUSAL_BLOCKED,
               "The driver %s cannot switch %s off: do it by hand, at the target.",
               watch->workload->driver, asked->workload);
    else
        return true;
    return false;
}

static bool may_be_done(const Engine *engine, const PassivateRequest *asked, GError **error)
{
    const InstanceWatch *watch = world_instance(engine, asked->workload, asked->location);
    const GroupRecord *record = world_live(engine, watch->workload->group)->record;
    if (group_record_quarantine(record, asked->workload, asked->location))
        refuse(error, REFUSAL_NOTHING_TO_DO, "%s in %s is being switched off already.",
               asked->workload, asked->location);
    else if (watch->status->state == INSTANCE_PASSIVE)
        refuse(error, REFUSAL_NOTHING_TO_DO, "%s in %s is passive already.", asked->workload,
               asked->location);
    else if (!asked->holder && g_strcmp0(record->active, asked->location) == 0)
        refuse(error, REFUSAL_BLOCKED,
               "%s has the role of %s: switching %s off there leaves it active nowhere. Say that "
               "this is meant (holder), or switch the other side off.",
               asked->location, watch->workload->group, asked->workload);
    else if (!watch->last)
        refuse(error, REFUSAL_UNAVAILABLE,
               "%s in %s has not been seen yet: a command might reach what came up since. Wait "
               "until it answers.",
               asked->workload, asked->location);
    else
        return true;
    return false;
}

static void wake(Engine *engine, Motion *motion)
{
    (void)motion;
    engine_wake(engine);
}

static bool prepare(Engine *engine, Motion *motion, GError **error)
{
    const PassivateRequest *asked = motion->request;
    if (!may_be_asked(engine, asked, error) || !may_be_done(engine, asked, error))
        return false;
    const InstanceWatch *watch = world_instance(engine, asked->workload, asked->location);
    GroupRecord *record = motion_record(engine, motion, watch->workload->group);
    g_autofree char *key = id_new(engine->config.ids, "pa");
    // What runs under a newer epoch than ours takes no older one.
    QuarantineIntent intent = {.workload = watch->workload->id,
                               .location = watch->status->location,
                               .key = key,
                               .by = asked->person->name,
                               .epoch = MAX(record->epoch, watch->last->epoch),
                               .boot_id = watch->last->boot_id};
    group_record_add_quarantine(record, &intent);
    motion->applied = wake;
    motion_audit(motion, asked->person->name, "passivate.asked", "workload", asked->workload)
        ->detail =
        g_strdup_printf("in %s%s: %s; key %s, epoch %" G_GINT64_FORMAT ", boot id %s",
                        asked->location, asked->holder ? ", which has the role" : "", asked->reason,
                        key, intent.epoch, intent.boot_id ? intent.boot_id : "none");
    motion_say(motion, SEVERITY_ERROR, "workload", asked->workload, "%s switches it off in %s: %s",
               asked->person->name, asked->location, asked->reason);
    return true;
}

void engine_passivate(Engine *engine, const PassivateRequest *request, EngineDone done,
                      gpointer data)
{
    Motion *motion = motion_new("passivate", prepare);
    const PassivateRequest asked = {.person = motion_person(motion, request->person),
                                    .workload = motion_text(motion, request->workload),
                                    .location = motion_text(motion, request->location),
                                    .reason = motion_text(motion, request->reason),
                                    .holder = request->holder};
    motion_set_key(motion, request->key, "passivate", asked.person->name, asked.workload,
                   asked.location, asked.reason, NULL);
    motion_submit(engine, motion, &asked, sizeof asked, done, data);
}
