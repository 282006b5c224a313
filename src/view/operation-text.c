#include "view/operation-text.h"

#include "base/text.h"
#include "base/timefmt.h"
#include "model/progress.h"
#include "view/badge.h"
#include "view/lines.h"

typedef struct {
    const Operation *operation;
    const ViewContext *context;
} Head;

static void draw_state(const Head *head, Lines *lines)
{
    const Operation *op = head->operation;
    Badge badge = badge_operation(op);
    char left[16];
    cells_glyph(lines->canvas, 1, lines->y, badge.role, badge.glyph);
    Style style = op->kind == OPERATION_DRILL ? (Style)ROLE_DRILL : badge.role | STYLE_BOLD;
    lines->x = 3; // behind the glyph
    lines_say(lines, style, "%s · %s %s · %s → %s%s%s", badge.word, operation_word(op), op->group,
              picture_title(head->context->picture, op->from),
              picture_title(head->context->picture, op->to),
              op->past_pnr && !operation_has_ended(op) ? " · past the point of no return" : "",
              operation_has_turned(op) && !operation_has_ended(op) ? " · on its way home" : "");
    lines->x = 1;
    if (op->state == OPERATION_RUNNING && op->phase == PHASE_HOLDING) {
        left_format(op->hold_until_ms, head->context->now_ms, left);
        lines_say(lines, ROLE_ALARM | STYLE_REVERSE | STYLE_BOLD,
                  " [ H ]  HOLD   the first step begins %s%s ",
                  op->hold_until_ms > head->context->now_ms ? "in " : "now",
                  op->hold_until_ms > head->context->now_ms ? left : "");
    }
    if (op->why)
        lines_say(lines, ROLE_WARN, "%s", op->why);
}

static void draw_clock(const Head *head, Lines *lines)
{
    const Operation *op = head->operation;
    gint64 now_ms = head->context->now_ms, stop_ms = operation_clock_stop(op);
    gint64 left_ms = operation_left_usually(op, now_ms);
    char rto[16], used[16], forecast[16];
    if (!op->detected_ms)
        return;
    gint64 used_ms = (stop_ms ? stop_ms : now_ms) - op->detected_ms;
    duration_format(op->rto_ms, rto);
    duration_format(stop_ms ? used_ms : used_ms / 1000 * 1000, used);
    duration_format((used_ms + left_ms) / 1000 * 1000, forecast);
    Role role = used_ms > op->rto_ms ? ROLE_ALARM : ROLE_NORMAL;
    if (operation_has_ended(op) && !op->started_ms)
        lines_say(lines, role, "RTO %s: ended after %s, before anything moved", rto, used);
    else if (stop_ms)
        lines_say(lines, role, "RTO %s: %s after %s", rto, used_ms > op->rto_ms ? "MISSED" : "kept",
                  used);
    else if (op->state == OPERATION_AWAITING)
        lines_say(lines, role, "RTO %s: %s used; nothing moves before the sign-offs", rto, used);
    else
        lines_say(lines, role, "RTO %s: %s used, forecast %s (as usual)", rto, used,
                  left_ms < 0 ? "unknown" : forecast);
}

// On its way home: how long it is off, of how long it may be.
static void draw_off(const Head *head, Lines *lines)
{
    const Operation *op = head->operation;
    gint64 until_ms = 0, since_ms = operation_off_since(op, &until_ms);
    char off[16], limit[16];
    if (!since_ms || !op->off_limit_ms)
        return;
    gint64 off_ms = MAX((until_ms ? until_ms : head->context->now_ms) - since_ms, (gint64)0);
    duration_format(until_ms ? off_ms : off_ms / 1000 * 1000, off);
    duration_format(op->off_limit_ms, limit);
    lines_say(lines, off_ms > op->off_limit_ms ? ROLE_ALARM : ROLE_NORMAL,
              "%s for %s on the way home, at most %s", until_ms ? "it was off" : "OFF", off, limit);
}

// "3 transactions", "1 run abandoned", "recurrences missed not known"
static void append_count(GString *out, const char *one, const char *lost, gint64 count)
{
    g_autofree char *many = g_strdup_printf("%ss", one);
    g_autofree char *what = count < 0 ? g_steal_pointer(&many) : text_count(count, one);
    g_string_append_printf(out, "%s%s%s%s", out->len ? ", " : "", what, lost,
                           count < 0 ? " not known" : "");
}

static void draw_losses(const Head *head, Lines *lines)
{
    const Operation *op = head->operation;
    const Losses *lost = &op->lost;
    if (!op->started_ms || operation_is_rehearsal(op))
        return;
    if (!operation_has_ended(op) && lost->transactions < 0 && lost->abandoned_runs < 0 &&
        lost->missed_recurrences < 0) {
        lines_say(lines, ROLE_DIM, "lost: not counted yet");
        return;
    }
    GString *out = g_string_new(NULL);
    append_count(out, "transaction", "", lost->transactions);
    append_count(out, "run", " abandoned", lost->abandoned_runs);
    append_count(out, "recurrence", " missed", lost->missed_recurrences);
    bool harm = lost->transactions > 0 || lost->abandoned_runs > 0 || lost->missed_recurrences > 0;
    lines_say(lines, harm ? ROLE_WARN : ROLE_NORMAL, "lost: %s", out->str);
    g_string_free(out, TRUE);
    for (guint i = 0; i < op->exceptions->len; i++)
        lines_say(lines, ROLE_WARN, "exception: %s", (const char *)op->exceptions->pdata[i]);
}

static void draw_origin(const Head *head, Lines *lines)
{
    const Operation *op = head->operation;
    char age[16], left[16];
    calm_age_format(op->proposed_ms, head->context->now_ms, age);
    left_format(op->expires_ms, head->context->now_ms, left);
    guint needed = op->statement ? op->statement->approvals : 0;
    g_autofree char *signed_ = needed ? g_strdup_printf("%u of %u signed", quorum_given(op), needed)
                                      : g_strdup("no sign-off needed");
    lines_say(lines, ROLE_DIM, "proposed by %s %s ago: %s · %s · epoch %" G_GINT64_FORMAT,
              op->proposer, age, op->reason ? op->reason : "", signed_, op->epoch);
    if (op->state == OPERATION_AWAITING)
        lines_say(lines, ROLE_WARN, "expires in %s", left);
}

// An act that waits, and a broken glass: both want somebody.
static void draw_acts(const Head *head, Lines *lines)
{
    const Operation ballot = operation_ballot(head->operation);
    const Act *act = operation_act(head->operation);
    if (act)
        lines_say(lines, ROLE_WARN | STYLE_BOLD,
                  "%s: %u of %u signed, asked for by %s: %s · enter reads and signs it",
                  act->statement ? act->statement->confirm : "an act", quorum_given(&ballot),
                  act->statement ? act->statement->approvals : 0, act->by, act->reason);
    for (guint i = 0; i < ballot.signoffs->len; i++) {
        const SignOff *signoff = ballot.signoffs->pdata[i];
        if (signoff_review_is_due(signoff))
            lines_say(lines, ROLE_ALARM | STYLE_BOLD,
                      "BREAK-GLASS: %s alone signed it: %s · a review is due: V closes it",
                      signoff->operator_name, signoff->reason ? signoff->reason : "");
    }
}

// The way home: from the first minute, not only when somebody asks.
static void draw_homecoming(const Head *head, Lines *lines)
{
    const GroupStatus *group = picture_group(head->context->picture, head->operation->group);
    if (!group || !group->failback.applies || !group->failback.how)
        return;
    bool price = group->failback.discarded != 0;
    lines_say(lines, price ? ROLE_WARN : ROLE_NORMAL, "way home: %s", group->failback.how);
}

static void draw_window(const Head *head, Lines *lines)
{
    const Operation *op = head->operation;
    const GroupStatus *group = picture_group(head->context->picture, op->group);
    char left[16];
    bool open = group && group->rollback_until_ms > head->context->now_ms &&
                (op->state == OPERATION_COMPLETED || op->state == OPERATION_COMPLETED_EXCEPTIONS);
    if (!open)
        return;
    left_format(group->rollback_until_ms, head->context->now_ms, left);
    lines_say(lines, ROLE_NORMAL, "the way back stays prepared for %s: B proposes it", left);
}

int operation_text_draw(const Operation *operation, const ViewContext *context,
                        const Canvas *canvas)
{
    static void (*const PARTS[])(const Head *head, Lines *lines) = {
        draw_state,  draw_acts,   draw_clock,      draw_off,
        draw_losses, draw_window, draw_homecoming, draw_origin};
    const Head head = {operation, context};
    Lines lines = {canvas, 1, 0};
    for (guint i = 0; i < G_N_ELEMENTS(PARTS); i++)
        PARTS[i](&head, &lines);
    return lines.y;
}
