#include "model/act.h"

#include "base/timefmt.h"

Act *act_new(void)
{
    return g_new0(Act, 1);
}

void act_free(Act *act)
{
    if (!act)
        return;
    g_free(act->by);
    g_free(act->reason);
    g_free(act->ticket);
    g_free(act->digest);
    g_free(act->changed);
    g_free(act->why);
    statement_free(act->statement);
    g_free(act);
}

Act *act_copy(const Act *act)
{
    Act *copy = g_new(Act, 1);
    *copy = *act;
    copy->by = g_strdup(act->by);
    copy->reason = g_strdup(act->reason);
    copy->ticket = g_strdup(act->ticket);
    copy->digest = g_strdup(act->digest);
    copy->changed = g_strdup(act->changed);
    copy->why = g_strdup(act->why);
    copy->statement = act->statement ? statement_copy(act->statement) : NULL;
    return copy;
}

char *act_words(ActKind kind, guint step)
{
    if (kind == ACT_ABORT)
        return g_strdup("abort");
    return step ? g_strdup_printf("skip step %u", step) : g_strdup("skip the failed steps");
}

char *act_phrase(const Statement *statement)
{
    char loss[16];
    bool loses = !statement->loss_known || statement->loss_ms > 0;
    duration_format_up(statement->loss_ms, loss);
    g_autofree char *what =
        statement->act == ACT_ABORT ? g_strdup_printf("ABORT %s", statement->group)
        : statement->act_step
            ? g_strdup_printf("SKIP step %u of %s", statement->act_step, statement->group)
            : g_strdup_printf("SKIP the failed steps of %s", statement->group);
    const char *drill = statement->mode == STATEMENT_DRILL ? "DRILL: " : "";
    return loses ? g_strdup_printf("%s%s LOSE %s%s", drill, what, statement->loss_known ? "<=" : "",
                                   statement->loss_known ? loss : "UNKNOWN")
                 : g_strconcat(drill, what, NULL);
}
