// Findings that somebody knows of: acknowledged with a comment and an end date. Nothing is forgotten by that:
// the finding stays listed, statements name it and who acknowledged it, and it counts again when the date
// passes or its facts become others.
#include "engine/findings.h"

#include "base/text.h"
#include "base/timefmt.h"
#include "engine/motion.h"
#include "model/refusal.h"

#define LONGEST_MS ((gint64)366 * 24 * 3600 * 1000)

void acceptance_free(gpointer data)
{
    Acceptance *acceptance = data;
    if (!acceptance)
        return;
    g_free(acceptance->by);
    g_free(acceptance->note);
    g_free(acceptance);
}

static char *acceptance_to_text(const Acceptance *acceptance)
{
    g_autoptr(json_t) json = json_object();
    wire_set_text(json, "by", acceptance->by);
    wire_set_text(json, "note", acceptance->note);
    wire_set_time_ms(json, "at", acceptance->at_ms);
    wire_set_time_ms(json, "until", acceptance->until_ms);
    return wire_format(json);
}

Acceptance *acceptance_from_json(json_t *json)
{
    WireReader reader = {0};
    WireAt root = wire_root(&reader, json);
    g_autoptr(GError) error = NULL;
    Acceptance read = {.at_ms = wire_time_ms_opt(&root, "at"),
                       .until_ms = wire_time_ms_opt(&root, "until")};
    const char *by = wire_text(&root, "by"), *note = wire_text(&root, "note");
    if (!wire_reader_finish(&reader, &error))
        return NULL;
    read.by = g_strdup(by);
    read.note = g_strdup(note);
    return g_memdup2(&read, sizeof read);
}

static bool check(const Engine *engine, const AcceptRequest *asked, const Finding *finding,
                  GError **error)
{
    if (!person_has(asked->person, ROLE_BIT_OPERATOR))
        refuse(error, REFUSAL_NOT_ALLOWED, "%s may not acknowledge: the role operator is needed.",
               asked->person->name);
    else if (!finding)
        refuse(error, REFUSAL_NOT_FOUND,
               "There is no finding %s: the rule holds, or its id is another.", asked->finding);
    else if (asked->mark && g_strcmp0(asked->mark, finding->mark) != 0)
        refuse(error, REFUSAL_PRECONDITION, "%s has changed since you read it. It says now: %s",
               asked->finding, finding->facts);
    else if (!text_has_word(asked->note))
        refuse(
            error, REFUSAL_NO_REASON,
            "A comment in words is needed; statements and the audit log show it with your name.");
    else if (asked->until_ms <= engine->now_ms || asked->until_ms > engine->now_ms + LONGEST_MS)
        refuse(error, REFUSAL_BAD_REQUEST,
               "An acknowledgement needs its end: a moment from now on, at most 366 days ahead.");
    else
        return true;
    return false;
}

static bool prepare(Engine *engine, Motion *motion, GError **error)
{
    const AcceptRequest *asked = motion->request;
    const Finding *finding = findings_find(engine, asked->finding);
    if (!check(engine, asked, finding, error))
        return false;
    g_autofree char *until = time_format_ms(asked->until_ms);
    Acceptance *acceptance = g_new0(Acceptance, 1);
    *acceptance = (Acceptance){.by = g_strdup(asked->person->name),
                               .note = g_strdup(asked->note),
                               .at_ms = engine->now_ms,
                               .until_ms = asked->until_ms};
    motion_draft(motion, finding_key(finding), acceptance, acceptance_free);
    motion_audit(motion, asked->person->name, "finding.acknowledged", "finding", finding->id)
        ->detail = g_strdup_printf("%s Until %s: %s", finding->facts, until, asked->note);
    motion_say(motion, SEVERITY_INFO, "finding", finding->id, "acknowledged by %s until %s: %s",
               asked->person->name, until, asked->note);
    motion_put(motion, g_strconcat("finding/", motion->entry, NULL), acceptance_to_text(acceptance),
               false);
    return true;
}

static void applied(Engine *engine, Motion *motion)
{
    findings_accept(engine, motion->entry, motion_take_value(motion));
}

void engine_accept_finding(Engine *engine, const AcceptRequest *request, EngineDone done,
                           gpointer data)
{
    Motion *motion = motion_new("acknowledge finding", prepare);
    const AcceptRequest asked = {.person = motion_person(motion, request->person),
                                 .finding = motion_text(motion, request->finding),
                                 .mark = motion_text_opt(motion, request->mark),
                                 .note = motion_text(motion, request->note),
                                 .until_ms = request->until_ms};
    motion->applied = applied;
    motion_submit(engine, motion, &asked, sizeof asked, done, data);
}
