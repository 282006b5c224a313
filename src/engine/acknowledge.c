// Findings that somebody knows of: acknowledged with a comment and an end date. Nothing is forgotten by that:
// the finding stays listed, statements name it and who acknowledged it, and it counts again when the date
// passes or its facts become others.
#include "engine/findings.h"

#include "base/text.h"
#include "base/timefmt.h"
#include "engine/motion.h"
#include "model/refusal.h"

#define LONGEST_MS ((gint64)366 * 24 * 3600 * 1000)

void acceptance_free(Acceptance *acceptance)
{
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

typedef struct {
    AcceptRequest request;
    char *key; // of the finding that was meant
    Acceptance *acceptance;
} Asked;

static void free_asked(gpointer data)
{
    Asked *asked = data;
    g_free(asked->key);
    acceptance_free(asked->acceptance);
    g_free(asked);
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
    Asked *asked = motion->request;
    const AcceptRequest *request = &asked->request;
    const Finding *finding = findings_find(engine, request->finding);
    if (!check(engine, request, finding, error))
        return false;
    g_autofree char *until = time_format_ms(request->until_ms);
    acceptance_free(asked->acceptance);
    asked->acceptance = g_new0(Acceptance, 1);
    *asked->acceptance = (Acceptance){.by = g_strdup(request->person->name),
                                      .note = g_strdup(request->note),
                                      .at_ms = engine->now_ms,
                                      .until_ms = request->until_ms};
    g_free(asked->key);
    asked->key = finding_key(finding);
    motion_audit(motion, request->person->name, "finding.acknowledged", "finding", finding->id)
        ->detail = g_strdup_printf("%s Until %s: %s", finding->facts, until, request->note);
    motion_say(motion, SEVERITY_INFO, "finding", finding->id, "acknowledged by %s until %s: %s",
               request->person->name, until, request->note);
    motion_put(motion, g_strconcat("finding/", asked->key, NULL),
               acceptance_to_text(asked->acceptance), false);
    return true;
}

static void applied(Engine *engine, Motion *motion)
{
    Asked *asked = motion->request;
    findings_accept(engine, asked->key, g_steal_pointer(&asked->acceptance));
}

void engine_accept_finding(Engine *engine, const AcceptRequest *request, EngineDone done,
                           gpointer data)
{
    Asked *asked = g_new0(Asked, 1);
    Motion *motion = motion_new("acknowledge finding", prepare);
    asked->request = (AcceptRequest){.person = motion_person(motion, request->person),
                                     .finding = motion_text(motion, request->finding),
                                     .mark = motion_text_opt(motion, request->mark),
                                     .note = motion_text(motion, request->note),
                                     .until_ms = request->until_ms};
    motion->request = asked;
    motion->free_request = free_asked;
    motion->applied = applied;
    motion_answer(motion, done, data);
    motion_ask(engine, motion);
}
