#include "model/operation.h"

Step *step_new(guint number, StepKind kind)
{
    Step *step = g_new0(Step, 1);
    step->number = number;
    step->kind = kind;
    return step;
}

void step_free(Step *step)
{
    if (!step)
        return;
    g_free(step->title);
    g_free(step->task);
    g_free(step->who);
    g_free(step->workload);
    g_free(step->location);
    g_free(step->key);
    g_free(step->boot_id);
    g_free(step->detail);
    g_free(step->ticket);
    g_free(step->by);
    g_free(step);
}

static Step *step_copy(const Step *step)
{
    Step *copy = g_new(Step, 1);
    *copy = *step;
    copy->title = g_strdup(step->title);
    copy->task = g_strdup(step->task);
    copy->who = g_strdup(step->who);
    copy->workload = g_strdup(step->workload);
    copy->location = g_strdup(step->location);
    copy->key = g_strdup(step->key);
    copy->boot_id = g_strdup(step->boot_id);
    copy->detail = g_strdup(step->detail);
    copy->ticket = g_strdup(step->ticket);
    copy->by = g_strdup(step->by);
    return copy;
}

SignOff *signoff_new(const char *id)
{
    SignOff *signoff = g_new0(SignOff, 1);
    signoff->id = g_strdup(id);
    return signoff;
}

SignOff *signoff_copy(const SignOff *signoff)
{
    SignOff *copy = g_new(SignOff, 1);
    *copy = *signoff;
    copy->id = g_strdup(signoff->id);
    copy->operation = g_strdup(signoff->operation);
    copy->digest = g_strdup(signoff->digest);
    copy->operator_name = g_strdup(signoff->operator_name);
    copy->reason = g_strdup(signoff->reason);
    copy->ticket = g_strdup(signoff->ticket);
    copy->phrase = g_strdup(signoff->phrase);
    copy->signature = g_strdup(signoff->signature);
    copy->key = g_strdup(signoff->key);
    copy->key_type = g_strdup(signoff->key_type);
    copy->void_why = g_strdup(signoff->void_why);
    copy->about = g_strdup(signoff->about);
    copy->reviewed_by = g_strdup(signoff->reviewed_by);
    copy->review_note = g_strdup(signoff->review_note);
    return copy;
}

void signoff_free(SignOff *signoff)
{
    if (!signoff)
        return;
    g_free(signoff->id);
    g_free(signoff->operation);
    g_free(signoff->digest);
    g_free(signoff->operator_name);
    g_free(signoff->reason);
    g_free(signoff->ticket);
    g_free(signoff->phrase);
    g_free(signoff->signature);
    g_free(signoff->key);
    g_free(signoff->key_type);
    g_free(signoff->void_why);
    g_free(signoff->about);
    g_free(signoff->reviewed_by);
    g_free(signoff->review_note);
    g_free(signoff);
}

static void free_difference(gpointer data)
{
    difference_free(data);
}

Restatement *restatement_new(void)
{
    Restatement *restatement = g_new0(Restatement, 1);
    restatement->givers = g_ptr_array_new_with_free_func(g_free);
    restatement->differences = g_ptr_array_new_with_free_func(free_difference);
    return restatement;
}

void restatement_free(Restatement *restatement)
{
    if (!restatement)
        return;
    g_free(restatement->about);
    g_free(restatement->digest);
    g_free(restatement->why);
    g_ptr_array_unref(restatement->givers);
    g_ptr_array_unref(restatement->differences);
    g_free(restatement);
}

static void free_restatement(gpointer data)
{
    restatement_free(data);
}

static void free_step(gpointer data)
{
    step_free(data);
}

static void free_signoff(gpointer data)
{
    signoff_free(data);
}

Member *member_new(const char *group, const char *operation)
{
    Member *member = g_new0(Member, 1);
    member->group = g_strdup(group);
    member->operation = g_strdup(operation);
    return member;
}

void member_free(Member *member)
{
    if (!member)
        return;
    g_free(member->group);
    g_free(member->operation);
    g_free(member->why);
    g_free(member);
}

static gpointer copy_member(gconstpointer data, gpointer unused)
{
    const Member *member = data;
    Member *copy = member_new(member->group, member->operation);
    (void)unused;
    copy->state = member->state;
    copy->why = g_strdup(member->why);
    return copy;
}

static void free_member(gpointer data)
{
    member_free(data);
}

static void free_act(gpointer data)
{
    act_free(data);
}

Operation *operation_new(const char *id)
{
    Operation *operation = g_new0(Operation, 1);
    operation->id = g_strdup(id);
    operation->members = g_ptr_array_new_with_free_func(free_member);
    operation->signoffs = g_ptr_array_new_with_free_func(free_signoff);
    operation->steps = g_ptr_array_new_with_free_func(free_step);
    operation->acts = g_ptr_array_new_with_free_func(free_act);
    operation->exceptions = g_ptr_array_new_with_free_func(g_free);
    operation->restatements = g_ptr_array_new_with_free_func(free_restatement);
    operation->there_ms = operation->back_ms = -1;
    operation->lost = (Losses){-1, -1, -1};
    return operation;
}

void operation_free(Operation *operation)
{
    if (!operation)
        return;
    g_free(operation->id);
    g_free(operation->region);
    g_free(operation->parent);
    g_ptr_array_unref(operation->members);
    g_free(operation->group);
    g_free(operation->from);
    g_free(operation->to);
    g_free(operation->proposer);
    g_free(operation->reason);
    g_free(operation->digest);
    g_free(operation->changed);
    g_free(operation->why);
    statement_free(operation->statement);
    g_ptr_array_unref(operation->signoffs);
    g_ptr_array_unref(operation->steps);
    g_free(operation->attested.by);
    g_free(operation->attested.note);
    g_ptr_array_unref(operation->acts);
    g_ptr_array_unref(operation->exceptions);
    g_ptr_array_unref(operation->restatements);
    g_free(operation);
}

static gpointer copy_step(gconstpointer step, gpointer data)
{
    (void)data;
    return step_copy(step);
}

static gpointer copy_signoff(gconstpointer signoff, gpointer data)
{
    (void)data;
    return signoff_copy(signoff);
}

static gpointer copy_act(gconstpointer act, gpointer data)
{
    (void)data;
    return act_copy(act);
}

static gpointer copy_text(gconstpointer text, gpointer data)
{
    (void)data;
    return g_strdup(text);
}

static gpointer copy_difference(gconstpointer difference, gpointer data)
{
    (void)data;
    return difference_copy(difference);
}

static gpointer copy_restatement(gconstpointer data, gpointer unused)
{
    const Restatement *restatement = data;
    Restatement *copy = g_new(Restatement, 1);
    (void)unused;
    *copy = *restatement;
    copy->about = g_strdup(restatement->about);
    copy->digest = g_strdup(restatement->digest);
    copy->why = g_strdup(restatement->why);
    copy->givers = g_ptr_array_copy(restatement->givers, copy_text, NULL);
    copy->differences = g_ptr_array_copy(restatement->differences, copy_difference, NULL);
    return copy;
}

Operation *operation_copy(const Operation *operation)
{
    Operation *copy = g_new(Operation, 1);
    *copy = *operation;
    copy->id = g_strdup(operation->id);
    copy->region = g_strdup(operation->region);
    copy->parent = g_strdup(operation->parent);
    copy->members = g_ptr_array_copy(operation->members, copy_member, NULL);
    copy->group = g_strdup(operation->group);
    copy->from = g_strdup(operation->from);
    copy->to = g_strdup(operation->to);
    copy->proposer = g_strdup(operation->proposer);
    copy->reason = g_strdup(operation->reason);
    copy->digest = g_strdup(operation->digest);
    copy->changed = g_strdup(operation->changed);
    copy->why = g_strdup(operation->why);
    copy->statement = operation->statement ? statement_copy(operation->statement) : NULL;
    copy->steps = g_ptr_array_copy(operation->steps, copy_step, NULL);
    copy->signoffs = g_ptr_array_copy(operation->signoffs, copy_signoff, NULL);
    copy->attested.by = g_strdup(operation->attested.by);
    copy->attested.note = g_strdup(operation->attested.note);
    copy->acts = g_ptr_array_copy(operation->acts, copy_act, NULL);
    copy->exceptions = g_ptr_array_copy(operation->exceptions, copy_text, NULL);
    copy->restatements = g_ptr_array_copy(operation->restatements, copy_restatement, NULL);
    return copy;
}

Step *operation_step(const Operation *operation, guint number)
{
    return number >= 1 && number <= operation->steps->len ? operation->steps->pdata[number - 1]
                                                          : NULL;
}

void operation_add_change(Operation *operation, Restatement *change)
{
    if (operation->restatements->len >= OPERATION_RESTATEMENTS)
        g_ptr_array_remove_index(operation->restatements, 0);
    g_ptr_array_add(operation->restatements, change);
}

const Restatement *operation_last_change(const Operation *operation)
{
    guint n = operation->restatements->len;
    return n ? operation->restatements->pdata[n - 1] : NULL;
}

Member *operation_member(const Operation *operation, const char *group)
{
    for (guint i = 0; i < operation->members->len; i++) {
        Member *member = operation->members->pdata[i];
        if (g_strcmp0(member->group, group) == 0)
            return member;
    }
    return NULL;
}

const char *operation_word(const Operation *operation)
{
    if (operation->kind != OPERATION_DRILL)
        return word_of(&OPERATION_KIND_NAMES, (int)operation->kind);
    return operation_is_rehearsal(operation) ? "DRILL isolated" : "DRILL live";
}

bool operation_is_rehearsal(const Operation *operation)
{
    return operation->kind == OPERATION_DRILL && operation->drill != DRILL_LIVE;
}

bool operation_has_turned(const Operation *operation)
{
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        if (step->kind == STEP_TURN)
            return step->state == STEP_DONE && !operation_is_rehearsal(operation);
    }
    return false;
}

bool operation_has_ended(const Operation *operation)
{
    return operation->state >= OPERATION_COMPLETED;
}

Act *operation_act(const Operation *operation)
{
    Act *last = operation->acts->len ? operation->acts->pdata[operation->acts->len - 1] : NULL;
    return last && last->state == ACT_OPEN ? last : NULL;
}

Operation operation_ballot(const Operation *operation)
{
    Operation ballot = *operation;
    const Act *act = operation_act(operation);
    if (!act)
        return ballot;
    ballot.state = OPERATION_AWAITING;
    ballot.phase = PHASE_NONE;
    ballot.proposer = act->by;
    ballot.reason = act->reason;
    ballot.proposed_ms = act->asked_ms;
    ballot.expires_ms = act->expires_ms;
    ballot.statement = act->statement;
    ballot.digest = act->digest;
    ballot.statement_version = act->statement_version;
    ballot.changed = act->changed;
    return ballot;
}

bool signoff_review_is_due(const SignOff *signoff)
{
    return signoff->break_glass && signoff->decision == DECISION_APPROVE && !signoff->reviewed_ms;
}
