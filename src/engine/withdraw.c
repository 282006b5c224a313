// What a person takes back: that a finding or an alarm is acknowledged (it counts again from now on), and that an
// instance is to be switched off, while it is not yet seen off. All three are in the direction that hides nothing and
// commands nothing, so any operator may; each asks for a reason and stands in the audit log.
#include "base/text.h"
#include "engine/alarms.h"
#include "engine/findings.h"
#include "engine/motion.h"
#include "model/quorum.h"
#include "model/refusal.h"

static bool may(const WithdrawRequest *request, GError **error)
{
    if (!person_has(request->person, ROLE_BIT_OPERATOR))
        refuse(error, REFUSAL_NOT_ALLOWED,
               "%s may not take that back: the role operator is needed.", request->person->name);
    else if (!text_has_word(request->reason))
        refuse(error, REFUSAL_NO_REASON,
               "A reason in words is needed; it goes into the audit log with your name.");
    else
        return true;
    return false;
}

static void ask(Engine *engine, Motion *motion, const char *what, const WithdrawRequest *request,
                EngineDone done, gpointer data)
{
    const WithdrawRequest asked = {.person = motion_person(motion, request->person),
                                   .id = motion_text(motion, request->id),
                                   .location = motion_text_opt(motion, request->location),
                                   .reason = motion_text(motion, request->reason)};
    motion_set_key(motion, request->key, what, asked.person->name, asked.id,
                   asked.location ? asked.location : "", asked.reason, NULL);
    motion_submit(engine, motion, &asked, sizeof asked, done, data);
}

// ---- A finding ---------------------------------------------------------------------------------

static bool prepare_finding(Engine *engine, Motion *motion, GError **error)
{
    const WithdrawRequest *request = motion->request;
    const Finding *finding = findings_find(engine, request->id);
    const char *person = request->person->name;
    if (!may(request, error))
        return false;
    if (!finding || !finding->acknowledged_by) {
        refuse(error, finding ? REFUSAL_NOTHING_TO_DO : REFUSAL_NOT_FOUND,
               finding ? "%s is not acknowledged."
                       : "There is no finding %s: the rule holds, or its id is another.",
               request->id);
        return false;
    }
    motion_draft(motion, finding_key(finding), NULL, NULL);
    motion_audit(motion, person, "finding.withdrawn", "finding", finding->id)->detail =
        g_strdup_printf("%s It was acknowledged by %s: %s. Now: %s", finding->facts,
                        finding->acknowledged_by, finding->acknowledged_note, request->reason);
    motion_say(motion, finding->severity, "finding", finding->id,
               "counts again: %s takes the acknowledgement of %s back: %s", person,
               finding->acknowledged_by, request->reason);
    motion_put(motion, g_strconcat("finding/", motion->entry, NULL), NULL, false);
    return true;
}

static void finding_applied(Engine *engine, Motion *motion)
{
    findings_accept(engine, motion->entry, NULL);
}

void engine_withdraw_finding(Engine *engine, const WithdrawRequest *request, EngineDone done,
                             gpointer data)
{
    Motion *motion = motion_new("withdraw acknowledgement", prepare_finding);
    motion->applied = finding_applied;
    ask(engine, motion, "withdraw-finding", request, done, data);
}

// ---- An alarm ----------------------------------------------------------------------------------

static bool prepare_alarm(Engine *engine, Motion *motion, GError **error)
{
    const WithdrawRequest *request = motion->request;
    const Alarm *alarm = alarms_find(engine, request->id);
    if (!may(request, error))
        return false;
    if (!alarm || !alarm->acknowledged_by) {
        refuse(error, alarm ? REFUSAL_NOTHING_TO_DO : REFUSAL_NOT_FOUND,
               alarm ? "%s is not acknowledged." : "There is no alarm %s.", request->id);
        return false;
    }
    motion_audit(motion, request->person->name, "alarm.withdrawn", "alarm", request->id)->detail =
        g_strdup_printf("%s: it was acknowledged by %s. Now: %s", alarm->text,
                        alarm->acknowledged_by, request->reason);
    motion_put(motion, g_strconcat("alarm/", request->id, NULL), NULL, false);
    return true;
}

static void alarm_applied(Engine *engine, Motion *motion)
{
    alarms_acknowledge(engine, ((const WithdrawRequest *)motion->request)->id, NULL, 0);
}

void engine_withdraw_alarm(Engine *engine, const WithdrawRequest *request, EngineDone done,
                           gpointer data)
{
    Motion *motion = motion_new("withdraw acknowledgement", prepare_alarm);
    motion->applied = alarm_applied;
    ask(engine, motion, "withdraw-alarm", request, done, data);
}

// ---- A passivation -----------------------------------------------------------------------------

// A command that was sent cannot be called back. What left before a restart is not known any more.
static const char *what_left(const Engine *engine, const QuarantineIntent *intent)
{
    const Exec *exec = g_hash_table_lookup(engine->execs, intent->key);
    return exec && exec->tries ? "a command has left before and may still switch it off"
                               : "no command has left since this daemon began";
}

static bool prepare_passivation(Engine *engine, Motion *motion, GError **error)
{
    const WithdrawRequest *request = motion->request;
    const InstanceWatch *watch = world_instance(engine, request->id, request->location);
    const GroupLive *live = watch ? world_live(engine, watch->workload->group) : NULL;
    const QuarantineIntent *intent =
        live ? group_record_quarantine(live->record, request->id, request->location) : NULL;
    if (!may(request, error))
        return false;
    if (!watch)
        refuse(error, REFUSAL_NOT_FOUND, "There is no workload %s in %s.", request->id,
               request->location);
    else if (!intent)
        refuse(error, REFUSAL_NOTHING_TO_DO, "Nobody waits for %s in %s to be switched off.",
               request->id, request->location);
    else if (!intent->by)
        refuse(
            error, REFUSAL_BLOCKED,
            "%s in %s came back while %s has the role of %s: that it is switched off is nobody's "
            "wish, and is not taken back.",
            request->id, request->location, live->record->active, live->group->name);
    if (!intent || !intent->by)
        return false;
    motion_draft(motion, g_strdup(intent->key), NULL, NULL);
    motion_audit(motion, request->person->name, "passivate.withdrawn", "workload", request->id)
        ->detail =
        g_strdup_printf("in %s, asked for by %s: %s; %s; key %s", request->location, intent->by,
                        request->reason, what_left(engine, intent), intent->key);
    motion_say(motion, SEVERITY_WARNING, "workload", request->id,
               "%s takes back that it is switched off in %s (%s): %s", request->person->name,
               request->location, what_left(engine, intent), request->reason);
    group_record_drop_quarantine(motion_record(engine, motion, live->group->name), request->id,
                                 request->location);
    return true;
}

static void passivation_applied(Engine *engine, Motion *motion)
{
    g_hash_table_remove(engine->execs, motion->entry);
    engine_wake(engine);
}

void engine_withdraw_passivation(Engine *engine, const WithdrawRequest *request, EngineDone done,
                                 gpointer data)
{
    Motion *motion = motion_new("withdraw passivation", prepare_passivation);
    motion->applied = passivation_applied;
    ask(engine, motion, "withdraw-passivation", request, done, data);
}
