#include "model/outlook.h"

#define MINUTE_MS ((gint64)60 * 1000)

LagHistory *lag_history_new(const char *workload, const char *from, const char *to)
{
    LagHistory *history = g_new0(LagHistory, 1);
    history->workload = g_strdup(workload);
    history->from = g_strdup(from);
    history->to = g_strdup(to);
    history->lag_ms = history->p95_ms = history->worst_ms = -1;
    history->samples = g_ptr_array_new_with_free_func(g_free);
    return history;
}

void lag_history_free(LagHistory *history)
{
    if (!history)
        return;
    g_free(history->workload);
    g_free(history->from);
    g_free(history->to);
    g_ptr_array_unref(history->samples);
    g_free(history);
}

void lag_history_fill(LagHistory *history, const LagSeries *series)
{
    for (guint i = 0; i < series->len; i++) {
        LagSample *sample = g_new(LagSample, 1);
        *sample = (LagSample){(series->first_min + i) * MINUTE_MS, series->lag_ms[i]};
        g_ptr_array_add(history->samples, sample);
    }
    history->p95_ms = lag_series_percentile(series, 95);
    history->worst_ms = lag_series_percentile(series, 100);
}

void responsibility_free(Responsibility *responsibility)
{
    if (!responsibility)
        return;
    g_free(responsibility->step);
    g_free(responsibility->who);
    g_free(responsibility);
}

void notice_free(Notice *notice)
{
    if (!notice)
        return;
    g_free(notice->when);
    g_free(notice->text);
    g_free(notice);
}

static void drop_history(gpointer data)
{
    lag_history_free(data);
}

static void drop_responsibility(gpointer data)
{
    responsibility_free(data);
}

static void drop_notice(gpointer data)
{
    notice_free(data);
}

Outlook *outlook_new(const char *group)
{
    Outlook *outlook = g_new0(Outlook, 1);
    outlook->group = g_strdup(group);
    outlook->usual_ms = outlook->usual_p95_ms = -1;
    outlook->lags = g_ptr_array_new_with_free_func(drop_history);
    outlook->responsibilities = g_ptr_array_new_with_free_func(drop_responsibility);
    outlook->notices = g_ptr_array_new_with_free_func(drop_notice);
    outlook->reduced = g_ptr_array_new_with_free_func(g_free);
    outlook->nonproduction = g_ptr_array_new_with_free_func(g_free);
    outlook->unmanaged = g_ptr_array_new_with_free_func(g_free);
    return outlook;
}

void outlook_free(Outlook *outlook)
{
    if (!outlook)
        return;
    g_free(outlook->group);
    g_free(outlook->owner);
    g_free(outlook->no_plan);
    g_free(outlook->blocked);
    g_free(outlook->gate_why);
    g_free(outlook->failback_window);
    g_ptr_array_unref(outlook->lags);
    g_ptr_array_unref(outlook->responsibilities);
    g_ptr_array_unref(outlook->notices);
    g_ptr_array_unref(outlook->reduced);
    g_ptr_array_unref(outlook->nonproduction);
    g_ptr_array_unref(outlook->unmanaged);
    g_free(outlook);
}
