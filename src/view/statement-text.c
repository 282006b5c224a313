#include "view/statement-text.h"

#include <string.h>

#include "base/text.h"
#include "base/timefmt.h"
#include "view/badge.h"
#include "view/evidence.h"
#include "view/frame.h"
#include "model/progress.h"
#include "model/statement-words.h"
#include "wire/statement.h"
#include "view/whole.h"
#include "model/signature.h"
#include "view/words.h"

const char *statement_mode_word(const Operation *operation)
{
    static const char *const WORDS[] = {[OPERATION_FAILOVER] = "LIVE FAILOVER",
                                        [OPERATION_FAILBACK] = "LIVE FAILBACK",
                                        [OPERATION_DRILL] = "DRILL, LIVE"};
    static const char *const ACTS[] = {[ACT_SKIP] = "LIVE SKIP", [ACT_ABORT] = "LIVE ABORT"};
    ActKind act = operation->statement ? operation->statement->act : ACT_NONE;
    if (act != ACT_NONE && operation->kind != OPERATION_DRILL)
        return ACTS[act];
    if (operation_is_rehearsal(operation))
        return "DRILL, ISOLATED";
    return WORDS[operation->kind];
}

void digest_short(const char *digest, char buffer[16])
{
    gsize n = digest ? strlen(digest) : 0;
    if (n < 12)
        g_strlcpy(buffer, n ? digest : "none", 16);
    else
        g_snprintf(buffer, 16, "%.4s…%s", digest, digest + n - 4);
}

// What a piece of the text is made from.
typedef struct {
    Page *page;
    const ViewContext *context;
    const Picture *picture;
    const Operation *operation;
    const Statement *statement;
    const GroupStatus *group; // NULL if it is not in the picture
} Text;

static const char *title_of(const Text *text, const char *location)
{
    return picture_title(text->picture, location);
}

// "West Europe DOWN for 4m12s (probed 2s ago)"
static char *state_of_location(const Text *text, const char *name)
{
    const LocationStatus *location = picture_location(text->picture, name);
    char since[16], age[24];
    if (!location)
        return g_strdup_printf("%s (not in the picture)", name);
    Badge badge = badge_verdict(badge_aged_verdict(location, text->context->now_ms));
    age_format(location->verdict.since_ms, text->context->now_ms, since);
    ago_format(location->verdict.observed_at_ms, text->context->now_ms, false, age);
    return g_strdup_printf("%s %s for %s, probed %s", title_of(text, name), badge.word, since, age);
}

// Home again: by a failback, or because the standby that carried it was lost.
static bool goes_home(const Text *text)
{
    const Operation *operation = text->operation;
    return operation->kind == OPERATION_FAILBACK ||
           (text->group && g_strcmp0(text->group->primary, operation->to) == 0);
}

// What is so when it is done. A place that came back passive is switched on where it is: from equals to.
static void say_after(const Text *text)
{
    const Operation *operation = text->operation;
    if (operation->kind == OPERATION_DRILL)
        page_field(text->page, "AFTER", ROLE_DRILL, "%s",
                   operation_is_rehearsal(operation)
                       ? "everything is as before: nothing is commanded"
                       : "everything is as before: it is moved there, and home again");
    else if (g_strcmp0(operation->from, operation->to) == 0)
        page_field(text->page, "AFTER", ROLE_NORMAL, "%s is active again where it was, in %s",
                   operation->group, title_of(text, operation->to));
    else
        page_field(text->page, "AFTER", ROLE_NORMAL, "%s carries %s%s; %s is %s",
                   title_of(text, operation->to), operation->group,
                   goes_home(text) ? ", normal mode" : ", limited mode until a failback",
                   title_of(text, operation->from), operation->planned ? "passive" : "given up");
}

// Both sides as they are now; one, where nothing changes places.
static void say_now(const Text *text)
{
    const Operation *operation = text->operation;
    bool stays = g_strcmp0(operation->from, operation->to) == 0;
    g_autofree char *from = state_of_location(text, operation->from);
    g_autofree char *to = stays ? NULL : state_of_location(text, operation->to);
    page_field(text->page, "NOW", ROLE_NORMAL, "%s%s%s", from, to ? "; " : "", to ? to : "");
}

static void say_move(const Text *text)
{
    const Operation *operation = text->operation;
    guint count = text->group ? text->group->workloads : 0;
    bool stays = g_strcmp0(operation->from, operation->to) == 0;
    g_autofree char *standing = statement_standing(text->statement);
    page_field(text->page, "MOVE", ROLE_TITLE, "%s (%u workload%s, %s)  %s → %s, %s",
               operation->group, count, text_plural(count), standing,
               stays ? "passive" : title_of(text, operation->from),
               stays ? "active" : title_of(text, operation->to),
               stays                ? "nothing changes places"
               : operation->planned ? "planned"
                                    : "unplanned");
    say_now(text);
    g_autofree char *part = whole_part(operation, text->picture);
    if (part)
        page_field(text->page, "PART", ROLE_NORMAL, "%s; s goes to the next", part);
    say_after(text);
}

static void say_each(const Text *text, const char *label, Style style, const GPtrArray *lines)
{
    for (guint i = 0; i < lines->len; i++)
        pager_field(text->page->pager, i ? "" : label, style, lines->pdata[i]);
}

// What voided the last statement, old beside new; what moved within its bounds is told too, dimmed.
static void say_changes(const Text *text)
{
    const Restatement *last = operation_last_change(text->operation);
    char age[16], at[16];
    bool act = text->statement->act != ACT_NONE;
    if (!last || (last->about != NULL) != act || operation_has_ended(text->operation) ||
        (!act && text->operation->started_ms))
        return;
    age_format(last->at_ms, text->context->now_ms, age);
    time_format_clock(last->at_ms, at);
    g_autofree char *title = g_strdup_printf("CHANGED %s ago, at %s: was → is", age, at);
    pager_rule(text->page->pager, title);
    for (guint i = 0; i < last->differences->len; i++) {
        const Difference *d = last->differences->pdata[i];
        page_field(text->page, d->material ? "CHANGED" : "moved",
                   d->material ? ROLE_CHANGED | STYLE_BOLD : ROLE_DIM, "%s:  %s  →  %s", d->label,
                   d->then ? d->then : "none", d->now ? d->now : "none");
    }
    g_autofree char *again = quorum_look_again(text->operation);
    if (again)
        page_field(text->page, "AGAIN", ROLE_WARN | STYLE_BOLD,
                   "%s must look again: what they signed is void", again);
    pager_rule(text->page->pager, NULL);
}

// Of an act: what it does, and what it leaves undone.
static void say_act(const Text *text)
{
    const Statement *s = text->statement;
    pager_field(text->page->pager, s->act == ACT_SKIP ? "SKIP" : "ABORT", ROLE_TITLE, s->summary);
    for (guint i = 0; i < s->not_done->len; i++)
        pager_field(text->page->pager, i ? "" : "NOT DONE", ROLE_ALARM, s->not_done->pdata[i]);
    say_now(text);
}

static void say_why(const Text *text)
{
    const LocationStatus *from = picture_location(text->picture, text->operation->from);
    GString *seen = g_string_new(text->statement->why ? text->statement->why : "no reason given");
    for (guint i = 0; from && i < from->vantages->len; i++) {
        const VantageStatus *vantage = from->vantages->pdata[i];
        char age[16];
        age_format(vantage->failures ? vantage->first_failure_ms : vantage->last_ok_ms,
                   text->context->now_ms, age);
        if (vantage->failures)
            g_string_append_printf(seen, "%s%s in %s: %u failed in a row, for %s",
                                   i ? ", " : " · now ", vantage->vantage,
                                   title_of(text, vantage->location), vantage->failures, age);
        else
            g_string_append_printf(seen, "%s%s in %s: up, %s ago", i ? ", " : " · now ",
                                   vantage->vantage, title_of(text, vantage->location), age);
    }
    pager_field(text->page->pager, "WHY", ROLE_NORMAL, seen->str);
    g_string_free(seen, TRUE);
}

static void append_loss_now(const Text *text, GString *out)
{
    const LossBound *now = text->group ? &text->group->loss : NULL;
    char bound[16], age[24];
    // Once it moves, what could be lost now is another question: that of the way back.
    if (!now || text->operation->planned || text->operation->state != OPERATION_AWAITING ||
        !text->group->replication->len)
        return;
    duration_format_up(now->loss_ms, bound);
    ago_format(now->observed_at_ms, text->context->now_ms, false, age);
    if (now->known)
        g_string_append_printf(out, " · now ≤ %s, seen %s", bound, age);
    else
        g_string_append_printf(out, " · now unknown, seen %s", age);
}

static void say_loss(const Text *text)
{
    const Statement *s = text->statement;
    char rpo[16], made[16];
    g_autofree char *loss = statement_loss(s);
    GString *out = g_string_new(loss);
    duration_format(s->rpo_ms, rpo);
    age_format(s->made_ms, text->context->now_ms, made);
    g_string_append_printf(out, " · RPO %s · %s · stated %s ago", rpo,
                           s->loss_how ? s->loss_how : "nobody says how", made);
    append_loss_now(text, out);
    bool none = s->loss_known && s->loss_ms <= 0 && !s->discards;
    pager_field(text->page->pager, "LOSS", none ? ROLE_OK : ROLE_ALARM, out->str);
    g_string_free(out, TRUE);
}

// What the losing side has missed by now, counted as the statement counts it; -1 = unknown.
static gint64 missed_now(const Text *text)
{
    gint64 missed = 0;
    for (guint i = 0; i < picture_count(text->picture, SHELF_WORKLOADS); i++) {
        const WorkloadStatus *workload = picture_at(text->picture, SHELF_WORKLOADS, i);
        if (workload->kind == KIND_ROUTER || strcmp(workload->group, text->operation->group) != 0)
            continue;
        const InstanceStatus *from = workload_status_at(workload, text->operation->from);
        if (from)
            missed = missed < 0 || from->missed < 0 ? -1 : missed + from->missed;
    }
    return missed;
}

// " · now 7", while it is still to be signed and time goes on.
static char *missed_since(const Text *text)
{
    gint64 now = missed_now(text);
    if (text->operation->state != OPERATION_AWAITING || operation_is_rehearsal(text->operation) ||
        now == text->statement->missed_recurrences)
        return g_strdup("");
    return now < 0 ? g_strdup(" · now unknown") : g_strdup_printf(" · now %" G_GINT64_FORMAT, now);
}

// What the facts say of schedules and stages, under the figures: where something is lost or stranded.
static void say_run_facts(const Text *text)
{
    for (guint i = 0; i < text->statement->facts->len; i++) {
        const Fact *fact = text->statement->facts->pdata[i];
        const char *value = fact->value ? fact->value : "";
        bool misses = g_str_has_prefix(fact->id, "fires.") && g_str_has_prefix(value, "a ") &&
                      strstr(value, " now misses ");
        bool stranded =
            g_str_has_prefix(fact->id, "stages.") && g_str_has_prefix(value, "stranded");
        if (misses || stranded)
            page_field(text->page, "", stranded ? ROLE_WARN : ROLE_NORMAL, "%s: %s", fact->label,
                       value);
    }
}

static void say_runs(const Text *text)
{
    const Statement *s = text->statement;
    g_autofree char *since = missed_since(text);
    g_autofree char *runs = statement_runs(s);
    bool harm = !operation_is_rehearsal(text->operation) &&
                (s->abandoned_runs != 0 || s->missed_recurrences != 0);
    page_field(text->page, "RUNS", harm ? ROLE_WARN : ROLE_NORMAL, "%s%s", runs, since);
    say_run_facts(text);
}

static void say_proof(const Text *text)
{
    const Statement *s = text->statement;
    g_autofree char *old = statement_old_side(s);
    page_field(text->page, "PROOF", s->old_primary == OLD_UNCONFIRMED ? ROLE_ALARM : ROLE_NORMAL,
               "%s · %s", old, s->proof_how ? s->proof_how : "nobody says how");
}

static void say_undo(const Text *text)
{
    const char *way_back = text->statement->way_back;
    page_field(text->page, "UNDO", ROLE_NORMAL, "%s", way_back ? way_back : "not said");
}

static void say_wait(const Text *text)
{
    const Operation *operation = text->operation;
    const char *wait = text->statement->if_we_wait ? text->statement->if_we_wait : "";
    gint64 end_ms = operation->detected_ms + operation->rto_ms;
    char used[16], left[16], rto[16];
    if (operation_has_ended(operation)) {
        page_field(text->page, "WAIT", ROLE_DIM, "it has ended; nothing waits");
        return;
    }
    if (!operation->detected_ms) {
        page_field(text->page, "WAIT", ROLE_NORMAL, "no RTO clock runs. %s", wait);
        return;
    }
    duration_format(operation->rto_ms, rto);
    age_format(operation->detected_ms, text->context->now_ms, used);
    left_format(end_ms, text->context->now_ms, left);
    gint64 takes_ms = operation_left_usually(operation, text->context->now_ms);
    char takes[16];
    duration_format(takes_ms / 1000 * 1000, takes);
    g_autofree char *forecast = takes_ms < 0
                                    ? g_strdup("how long it takes is not known yet")
                                    : g_strdup_printf("it usually takes %s from here", takes);
    page_field(text->page, "WAIT", end_ms < text->context->now_ms ? ROLE_ALARM : ROLE_NORMAL,
               "RTO %s: %s used, %s left; %s. %s", rto, used, left, forecast, wait);
}

static void append_viewers(const Text *text, GString *out)
{
    const GPtrArray *all = text->picture->presences;
    guint count = 0;
    for (guint i = 0; i < all->len; i++) {
        const Presence *presence = all->pdata[i];
        char age[16];
        if (g_strcmp0(presence->operation, text->operation->id) != 0 ||
            g_strcmp0(presence->person, text->picture->me.name) == 0)
            continue;
        calm_age_format(presence->seen_ms, text->context->now_ms, age);
        g_string_append_printf(out, "%s%s", count++ ? ", " : "", presence->person);
        g_string_append_printf(out, " looks too (%s ago)", age);
    }
    if (!count)
        g_string_append(out, "nobody else looks at this");
}

static void append_others(const Text *text, GString *out)
{
    guint others = 0;
    for (guint i = 0; i < picture_count(text->picture, SHELF_OPERATIONS); i++) {
        const Operation *operation = picture_at(text->picture, SHELF_OPERATIONS, i);
        others += g_strcmp0(operation->id, text->operation->id) != 0 && // this one may be a copy
                  operation->state == OPERATION_AWAITING;
    }
    if (others)
        g_string_append_printf(out, " · %u other proposal%s", others,
                               others == 1 ? " waits" : "s wait");
}

static void append_signers(const Text *text, GString *out)
{
    const GPtrArray *all = text->operation->signoffs;
    for (guint i = 0; i < all->len; i++) {
        const SignOff *signoff = all->pdata[i];
        char age[16];
        if (text->statement->act != ACT_NONE && !signoff->about) // of the operation, not of this
            continue;
        age_format(signoff->at_ms, text->context->now_ms, age);
        g_string_append_printf(out, " · %s %s%s%s %s ago: %s", signoff->operator_name,
                               signoff->break_glass                    ? "BROKE THE GLASS, alone"
                               : signoff->decision == DECISION_APPROVE ? "approved"
                                                                       : "REJECTED",
                               signoff->about ? " to " : "", signoff->about ? signoff->about : "",
                               age, signoff->reason ? signoff->reason : "");
        if (signoff->verified != SIGNATURE_NONE) {
            g_autofree char *words = signature_words(signoff);
            g_string_append_printf(out, " (%s)", words);
        }
        if (signoff->lapsed)
            g_string_append_printf(out, " (NO LONGER GOOD: %s)", signoff->void_why);
        if (signoff->void_)
            g_string_append_printf(out, " (VOID: %s)",
                                   signoff->void_why ? signoff->void_why
                                                     : "the statement changed since");
    }
}

static void say_also(const Text *text)
{
    const Statement *s = text->statement;
    const Person *me = &text->picture->me;
    guint missing = quorum_missing(text->operation);
    GString *out = g_string_new(NULL);
    if (!s->approvals)
        g_string_append(out, "no sign-off needed");
    else
        g_string_append_printf(out, "%u of %u signed, %u missing", quorum_given(text->operation),
                               s->approvals, missing);
    g_string_append_printf(
        out, " (%s) · may sign: %s · ", s->signoff_why ? s->signoff_why : "policy",
        text->picture->frame.approvers ? text->picture->frame.approvers : "nobody is named");
    append_viewers(text, out);
    append_others(text, out);
    append_signers(text, out);
    g_string_append_printf(out, " · proposed by %s: %s", text->operation->proposer,
                           text->operation->reason ? text->operation->reason : "");
    if (s->four_eyes)
        g_string_append(out, " · four eyes: the proposer's sign-off is not the last");
    g_string_append_printf(out, " · you, %s, %s", me->name ? me->name : "nobody",
                           person_has(me, ROLE_BIT_APPROVER) ? "may sign (approver)"
                                                             : "may not sign (an approver may)");
    pager_field(text->page->pager, "ALSO", ROLE_NORMAL, out->str);
    g_string_free(out, TRUE);
}

// A broken glass is in its own colour, and the review that it leaves stands with it.
static void say_glass(const Text *text)
{
    const GPtrArray *all = text->operation->signoffs;
    for (guint i = 0; i < all->len; i++) {
        const SignOff *signoff = all->pdata[i];
        if (!signoff->break_glass || signoff->decision != DECISION_APPROVE)
            continue;
        page_field(text->page, "GLASS", ROLE_ALARM, "%s alone broke the glass: %s · %s%s%s",
                   signoff->operator_name, signoff->reason ? signoff->reason : "",
                   signoff->reviewed_by ? "reviewed by " : "a review by somebody else is DUE",
                   signoff->reviewed_by ? signoff->reviewed_by : "",
                   signoff->reviewed_by ? "" : " (V on the operation's page)");
    }
    if (text->statement->break_glass && text->operation->state == OPERATION_AWAITING)
        page_field(text->page, "GLASS", ROLE_NORMAL,
                   "one approver alone may sign in need: ctrl-g in the form; it alarms everybody");
}

static void say_fresh(const Text *text)
{
    EvidenceAge evidence = evidence_age(text->picture, text->operation);
    gint64 limit_ms = evidence_limit(text->picture, text->operation);
    bool old = !operation_has_ended(text->operation) && // of what has ended nobody signs anything
               evidence_is_old(text->picture, text->operation, text->context->now_ms);
    bool stale = frame_is_stale(text->picture, text->context->local_ms);
    char age[16], limit[16], made[16], link[16], newest[16], apart[16];
    age_format(evidence.oldest_ms, text->context->now_ms, age);
    age_format(evidence.newest_ms, text->context->now_ms, newest);
    duration_format(ABS(text->picture->link.clock_ahead_ms), apart);
    duration_format(limit_ms, limit);
    age_format(text->statement->made_ms, text->context->now_ms, made);
    age_format(text->picture->link.heard_ms, text->context->local_ms, link);
    page_field(
        text->page, "FRESH", old || stale ? ROLE_ALARM : ROLE_NORMAL,
        "evidence %s old, limit %s%s (oldest: %s%s%s; newest %s old) · statement %u made %s ago · "
        "stream %s%s · clocks %s apart · store %s",
        age, limit, old ? ", TOO OLD TO SIGN" : "", evidence.what ? evidence.what : "probes",
        " in ", evidence.location ? title_of(text, evidence.location) : "nowhere", newest,
        text->operation->statement_version, made, stale ? "STALE " : "heard ", link, apart,
        text->picture->frame.store_ok ? "writes" : "READ-ONLY: nothing can be recorded");
}

static void say_expiry(const Text *text)
{
    const Operation *operation = text->operation;
    char left[16], at[16];
    if (operation->state != OPERATION_AWAITING)
        return;
    left_format(operation->expires_ms, text->context->now_ms, left);
    time_format_clock(operation->expires_ms, at);
    bool over = operation->expires_ms <= text->context->now_ms;
    bool soon = operation->expires_ms - text->context->now_ms < 5 * 60 * 1000;
    if (over)
        page_field(text->page, "EXPIRES", ROLE_ALARM, "EXPIRED at %s: it cannot be signed", at);
    else
        page_field(text->page, "EXPIRES", soon ? ROLE_WARN : ROLE_NORMAL,
                   "in %s, at %s; what has expired cannot be signed", left, at);
}

// When the plan was last carried out, and what people have set aside.
static void say_tested(const Text *text)
{
    const Statement *s = text->statement;
    char tested[32], reviewed[32], age[16];
    time_format_full(s->tested_ms, tested);
    time_format_full(s->reviewed_ms, reviewed);
    calm_age_format(s->tested_ms, text->context->now_ms, age);
    if (s->tested_ms)
        page_field(text->page, "TESTED", ROLE_NORMAL, "%.10s, %s ago; the plan was reviewed %.10s",
                   tested, age, s->reviewed_ms ? reviewed : "never");
    else
        page_field(text->page, "TESTED", ROLE_WARN, "never: by no drill, and never in earnest");
    say_each(text, "OVERRIDES", ROLE_WARN, s->overrides);
    if (!s->overrides->len)
        page_field(text->page, "OVERRIDES", ROLE_DIM, "none in force");
}

static void say_workloads(const Text *text)
{
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < picture_count(text->picture, SHELF_WORKLOADS); i++) {
        const WorkloadStatus *workload = picture_at(text->picture, SHELF_WORKLOADS, i);
        if (g_strcmp0(workload->group, text->operation->group) == 0)
            g_string_append_printf(names, "%s%s%s", names->len ? ", " : "", workload->name,
                                   workload->single_active ? " (one active only)" : "");
    }
    if (names->len)
        pager_field(text->page->pager, "WHAT", ROLE_NORMAL, names->str);
    g_string_free(names, TRUE);
}

static void say_steps(const Text *text)
{
    const Statement *s = text->statement;
    static const char *const WHICH[] = {[ACT_SKIP] = " left out", [ACT_ABORT] = " of the way back"};
    g_autofree char *title = g_strdup_printf(
        "%u step%s%s", s->steps->len, text_plural(s->steps->len), s->act ? WHICH[s->act] : "");
    pager_rule(text->page->pager, title);
    bool passed = false; // only the first step that grants the role is the point of no return
    for (guint i = 0; i < s->steps->len; i++) {
        const PlannedStep *step = s->steps->pdata[i];
        bool first = step->grants && !passed && s->act == ACT_NONE && s->drill != DRILL_ISOLATED;
        const Step *real = operation_step(text->operation, step->number);
        char number[16], limit[16], usual[16] = "";
        if (real && real->usual_ms)
            duration_format(real->usual_ms, usual);
        g_snprintf(number, sizeof number, "%u", step->number);
        duration_format(step->limit_ms, limit);
        passed |= first;
        page_field(
            text->page, number, first ? ROLE_WARN : ROLE_NORMAL, "%s  [%s%s%s, %s%s%slimit %s%s]%s",
            step->title, word_of(&SIDE_NAMES, (int)step->side), step->who ? ": " : "",
            step->who ? step->who : "", *usual ? "usually " : "", usual, *usual ? ", " : "", limit,
            step->best_effort ? ", best effort" : "", first ? "  ← point of no return" : "");
        if (step->task)
            page_field(text->page, "", ROLE_DIM, "“%s”", step->task);
    }
}

static void say_facts(const Text *text)
{
    const GPtrArray *facts = text->statement->facts;
    pager_rule(text->page->pager, "evidence, as stated");
    for (guint i = 0; i < facts->len; i++) {
        const Fact *fact = facts->pdata[i];
        char age[24];
        ago_format(fact->observed_at_ms, text->context->now_ms, false, age);
        pager_text(text->page->pager, ROLE_DIM, fact->label);
        g_autofree char *value = fact_words(fact);
        page_field(text->page, "", fact->value ? ROLE_NORMAL : ROLE_UNKNOWN, "%s, seen %s%s (%s)",
                   value, age, fact->frozen ? ", the last word of a silent source" : "",
                   fact->source ? fact->source : "nobody says so");
    }
}

static void say_ends(const Text *text)
{
    char plan[16], evidence[16], head[16];
    g_autofree char *plan_digest = statement_plan_digest(text->statement);
    g_autofree char *evidence_digest = statement_evidence_digest(text->statement);
    digest_short(plan_digest, plan);
    digest_short(evidence_digest, evidence);
    digest_short(text->picture->frame.audit_hash, head);
    pager_rule(text->page->pager, NULL);
    page_field(text->page, "DIGEST", ROLE_DIM,
               "%s · plan %s · evidence %s · audit %" G_GINT64_FORMAT " %s",
               text->operation->digest ? text->operation->digest : "none", plan, evidence,
               text->picture->frame.audit_seq, head);
    if (text->operation->why)
        page_field(text->page, "STATE", ROLE_WARN, "%s: %s", badge_operation(text->operation).word,
                   text->operation->why);
}

void statement_text_fill(Page *page, const ViewContext *context, const Operation *operation,
                         bool facts)
{
    Text text = {page,
                 context,
                 context->picture,
                 operation,
                 operation->statement,
                 picture_group(context->picture, operation->group)};
    pager_again(page->pager); // another digest would have begun anew
    if (!operation->statement) {
        pager_text(page->pager, ROLE_UNKNOWN,
                   "The backend sent no statement with this operation: it cannot be signed here.");
        return;
    }
    say_changes(&text);
    if (operation->statement->act)
        say_act(&text);
    else
        say_move(&text);
    say_why(&text);
    say_loss(&text);
    say_proof(&text);
    if (!operation->statement->act)
        say_runs(&text);
    say_each(&text, "LIMITED", ROLE_WARN, operation->statement->reduced);
    say_each(&text, "EFFECTS", ROLE_NORMAL, operation->statement->effects);
    say_wait(&text);
    say_undo(&text);
    say_each(&text, "NOT KNOWN", ROLE_UNKNOWN, operation->statement->not_known);
    say_fresh(&text);
    say_expiry(&text);
    say_tested(&text);
    say_also(&text);
    say_glass(&text);
    say_each(&text, "FINDINGS", ROLE_WARN, operation->statement->findings);
    say_workloads(&text);
    say_steps(&text);
    if (facts)
        say_facts(&text);
    say_ends(&text);
}
