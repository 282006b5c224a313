// Arming and disarming automation, acknowledging alarms, the maintenance gate.
#include "base/text.h"
#include "base/timefmt.h"
#include "engine/alarms.h"
#include "engine/motion.h"
#include "model/quorum.h"
#include "model/refusal.h"

#define DISARM_MAX_MS (7 * 24 * 3600 * G_GINT64_CONSTANT(1000))

static bool check_arm(const Engine *engine, const ArmRequest *asked, GError **error)
{
    if (!person_has(asked->person, ROLE_BIT_APPROVER))
        refuse(error, REFUSAL_NOT_ALLOWED, "%s may not arm or disarm: the role approver is needed.",
               asked->person->name);
    else if (asked->group && !world_live(engine, asked->group))
        refuse(error, REFUSAL_NOT_FOUND, "There is no group %s.", asked->group);
    else if (!text_has_word(asked->reason))
        refuse(error, REFUSAL_NO_REASON, "A reason in words is needed; everybody will see it.");
    else if (!asked->arm && (asked->until_ms <= engine->now_ms ||
                             asked->until_ms > engine->now_ms + DISARM_MAX_MS))
        refuse(error, REFUSAL_BAD_REQUEST,
               "Disarming needs its end: a time from now on, at most 7 days ahead.");
    else
        return true;
    return false;
}

static void set_automation(AutomationRecord *automation, const ArmRequest *asked)
{
    automation_record_release(automation);
    automation->off = !asked->arm;
    automation->why = asked->arm ? NULL : g_strdup(asked->reason);
    automation->by = g_strdup(asked->person->name);
    automation->until_ms = asked->arm ? 0 : asked->until_ms;
}

static bool prepare_arm(Engine *engine, Motion *motion, GError **error)
{
    const ArmRequest *asked = motion->request;
    if (!check_arm(engine, asked, error))
        return false;
    if (asked->group) {
        GroupRecord *record = motion_record(engine, motion, asked->group);
        set_automation(&record->automation, asked);
        if (asked->arm)
            record->antiflap_until_ms = 0; // this person has looked
    } else {
        motion->automation = g_new0(AutomationRecord, 1);
        set_automation(motion->automation, asked);
    }
    g_autofree char *until = time_format_ms(asked->until_ms);
    const char *kind = asked->group ? "group" : "fleet";
    const char *name = asked->group ? asked->group : engine->fleet->name;
    motion_audit(motion, asked->person->name,
                 asked->arm ? "automation.armed" : "automation.disarmed", kind, name)
        ->detail = asked->arm ? g_strdup(asked->reason)
                              : g_strdup_printf("until %s: %s", until, asked->reason);
    motion_say(motion, SEVERITY_WARNING, kind, name, "automation %s by %s: %s",
               asked->arm ? "armed" : "disarmed", asked->person->name, asked->reason);
    return true;
}

void engine_arm(Engine *engine, const ArmRequest *request, EngineDone done, gpointer data)
{
    Motion *motion = motion_new("arm", prepare_arm);
    g_autofree char *until = g_strdup_printf("%" G_GINT64_FORMAT, request->until_ms);
    const ArmRequest asked = {.person = motion_person(motion, request->person),
                              .group = motion_text_opt(motion, request->group),
                              .reason = motion_text(motion, request->reason),
                              .arm = request->arm,
                              .until_ms = request->until_ms};
    motion_set_key(motion, request->key, asked.arm ? "arm" : "disarm", asked.person->name,
                   asked.group ? asked.group : "", asked.reason, until, NULL);
    motion_submit(engine, motion, &asked, sizeof asked, done, data);
}

// ---- Alarms ------------------------------------------------------------------------------------

static bool prepare_acknowledge(Engine *engine, Motion *motion, GError **error)
{
    const AcknowledgeRequest *asked = motion->request;
    const Alarm *alarm = alarms_find(engine, asked->alarm);
    if (!person_has(asked->person, ROLE_BIT_OPERATOR)) {
        refuse(error, REFUSAL_NOT_ALLOWED, "%s may not acknowledge: the role operator is needed.",
               asked->person->name);
        return false;
    }
    if (!alarm) {
        refuse(error, REFUSAL_NOT_FOUND, "There is no alarm %s.", asked->alarm);
        return false;
    }
    if (alarm->acknowledged_by)
        return false; // somebody was faster: it is acknowledged
    motion_audit(motion, asked->person->name, "alarm.acknowledged", "alarm", asked->alarm)->detail =
        g_strdup_printf("%s%s%s", alarm->text, *asked->note ? ": " : "", asked->note);
    motion_put(motion, g_strconcat("alarm/", asked->alarm, NULL),
               g_strdup_printf("%" G_GINT64_FORMAT " %s", engine->now_ms, asked->person->name),
               false);
    return true;
}

static void acknowledge_applied(Engine *engine, Motion *motion)
{
    const AcknowledgeRequest *asked = motion->request;
    alarms_acknowledge(engine, asked->alarm, asked->person->name, engine->now_ms);
}

void engine_acknowledge(Engine *engine, const AcknowledgeRequest *request, EngineDone done,
                        gpointer data)
{
    Motion *motion = motion_new("acknowledge", prepare_acknowledge);
    const AcknowledgeRequest asked = {.person = motion_person(motion, request->person),
                                      .alarm = motion_text(motion, request->alarm),
                                      .note = motion_text(motion, request->note)};
    motion->applied = acknowledge_applied;
    motion_submit(engine, motion, &asked, sizeof asked, done, data);
}

// ---- The gate ----------------------------------------------------------------------------------

bool engine_gate(const Engine *engine, const char *group, bool *ret_open, char **ret_why,
                 GError **error)
{
    const GroupLive *live = world_live(engine, group);
    if (!live) {
        refuse(error, REFUSAL_NOT_FOUND, "There is no group %s.", group);
        return false;
    }
    const GroupRecord *record = live->record;
    bool open = false;
    if (live->open && !operation_has_ended(live->open) && live->open->started_ms &&
        !operation_is_rehearsal(live->open))
        *ret_why = g_strdup_printf("Operation %s of %s is %s.", live->open->id, group,
                                   word_of(&OPERATION_STATE_NAMES, (int)live->open->state));
    else if (record->limited)
        *ret_why =
            g_strdup_printf("%s is in limited mode: it runs in %s since its failover.", group,
                            record->active ? world_title(engine, record->active) : "no location");
    else if (live->status->mode == MODE_SPLIT)
        *ret_why = g_strdup_printf("%s is split: two active at once.", group);
    else {
        const LocationStatus *home = record->active ? world_location(engine, record->active) : NULL;
        bool down = home && home->verdict.state == VERDICT_DOWN;
        open = record->active && !down;
        *ret_why =
            open   ? g_strdup_printf("%s runs normally in %s.", group,
                                     world_title(engine, record->active))
            : down ? g_strdup_printf("%s has its role in %s, which is down.", group, record->active)
                   : g_strdup_printf("%s has its role nowhere.", group);
    }
    *ret_open = open;
    return true;
}
