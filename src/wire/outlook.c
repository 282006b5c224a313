#include "wire/outlook.h"

static const WireField SAMPLE_FIELDS[] = {
    {"at", FIELD_TIME, FIELD(LagSample, at_ms)},
    {"lag_s", FIELD_SECONDS_OPT, FIELD(LagSample, lag_ms)},
};

// What is told as null is not known: no lag of 0.
static gpointer make_sample(void)
{
    LagSample *sample = g_new0(LagSample, 1);
    sample->lag_ms = -1;
    return sample;
}

static const WireShape SAMPLE_SHAPE = SHAPE("sample", LagSample, SAMPLE_FIELDS, make_sample, NULL);

static const WireField LAG_FIELDS[] = {
    {"workload", FIELD_TEXT, FIELD(LagHistory, workload), .required = true},
    {"from", FIELD_TEXT, FIELD(LagHistory, from)},
    {"to", FIELD_TEXT, FIELD(LagHistory, to)},
    {"lag_s", FIELD_SECONDS_OPT, FIELD(LagHistory, lag_ms)},
    {"p95_s", FIELD_SECONDS_OPT, FIELD(LagHistory, p95_ms)},
    {"worst_s", FIELD_SECONDS_OPT, FIELD(LagHistory, worst_ms)},
    {"samples", FIELD_STRUCTS, FIELD(LagHistory, samples), .shape = &SAMPLE_SHAPE,
     .max = LAG_MINUTES},
};

static gpointer make_lag(void)
{
    return lag_history_new(NULL, NULL, NULL);
}

static void drop_lag(gpointer history)
{
    lag_history_free(history);
}

static const WireShape LAG_SHAPE = SHAPE("lag", LagHistory, LAG_FIELDS, make_lag, drop_lag);

static const WireField RESPONSIBILITY_FIELDS[] = {
    {"step", FIELD_TEXT, FIELD(Responsibility, step), .required = true},
    {"who", FIELD_TEXT, FIELD(Responsibility, who)},
};

static void drop_responsibility(gpointer responsibility)
{
    responsibility_free(responsibility);
}

static const WireShape RESPONSIBILITY_SHAPE =
    SHAPE("responsibility", Responsibility, RESPONSIBILITY_FIELDS, NULL, drop_responsibility);

static const WireField NOTICE_FIELDS[] = {
    {"when", FIELD_TEXT, FIELD(Notice, when), .required = true},
    {"text", FIELD_TEXT, FIELD(Notice, text)},
};

static void drop_notice(gpointer notice)
{
    notice_free(notice);
}

static const WireShape NOTICE_SHAPE = SHAPE("notice", Notice, NOTICE_FIELDS, NULL, drop_notice);

static const WireField FORECAST_FIELDS[] = {
    {"usual_s", FIELD_SECONDS_OPT, FIELD(Outlook, usual_ms)},
    {"usual_p95_s", FIELD_SECONDS_OPT, FIELD(Outlook, usual_p95_ms)},
    {"steps", FIELD_UINT, FIELD(Outlook, steps)},
    {"unknown_steps", FIELD_UINT, FIELD(Outlook, unknown_steps)},
    {"no_plan", FIELD_TEXT, FIELD(Outlook, no_plan)},
};
static const WireShape FORECAST_PART = SHAPE("forecast", Outlook, FORECAST_FIELDS, NULL, NULL);

static const WireField GATE_FIELDS[] = {
    {"open", FIELD_BOOL, FIELD(Outlook, gate_open)},
    {"why", FIELD_TEXT, FIELD(Outlook, gate_why)},
};
static const WireShape GATE_PART = SHAPE("gate", Outlook, GATE_FIELDS, NULL, NULL);

static const WireField FIELDS[] = {
    {"group", FIELD_TEXT, FIELD(Outlook, group), .required = true},
    {"owner", FIELD_TEXT, FIELD(Outlook, owner)},
    {"rpo_s", FIELD_SECONDS, FIELD(Outlook, rpo_ms)},
    {"rto_s", FIELD_SECONDS, FIELD(Outlook, rto_ms)},
    {"forecast", FIELD_STRUCT, FIELD_PART(Outlook), .shape = &FORECAST_PART},
    {"blocked", FIELD_TEXT, FIELD(Outlook, blocked)},
    {"gate", FIELD_STRUCT, FIELD_PART(Outlook), .shape = &GATE_PART},
    {"failback_window", FIELD_TEXT, FIELD(Outlook, failback_window)},
    {"lags", FIELD_STRUCTS, FIELD(Outlook, lags), .shape = &LAG_SHAPE},
    {"responsibilities", FIELD_STRUCTS, FIELD(Outlook, responsibilities),
     .shape = &RESPONSIBILITY_SHAPE},
    {"notices", FIELD_STRUCTS, FIELD(Outlook, notices), .shape = &NOTICE_SHAPE},
    {"reduced", FIELD_TEXTS, FIELD(Outlook, reduced)},
    {"nonproduction", FIELD_TEXTS, FIELD(Outlook, nonproduction)},
    {"unmanaged", FIELD_TEXTS, FIELD(Outlook, unmanaged)},
};

static gpointer make(void)
{
    return outlook_new(NULL);
}

static void drop(gpointer outlook)
{
    outlook_free(outlook);
}

const WireShape OUTLOOK_SHAPE = SHAPE("outlook", Outlook, FIELDS, make, drop);

json_t *outlook_to_json(const Outlook *outlook)
{
    return shape_to_json(&OUTLOOK_SHAPE, outlook);
}

Outlook *outlook_from_json(json_t *json, WireMode mode, GError **error)
{
    return shape_from_json(&OUTLOOK_SHAPE, json, mode, error);
}

json_t *lags_to_json(const GPtrArray *lags)
{
    json_t *list = json_array();
    for (guint i = 0; i < lags->len; i++)
        json_array_append_new(list, shape_to_json(&LAG_SHAPE, lags->pdata[i]));
    return list;
}

GPtrArray *lags_from_json(json_t *json, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(drop_lag);
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(json, "lags"), i, item)
    {
        LagHistory *lag = shape_from_json(&LAG_SHAPE, item, WIRE_LENIENT, error);
        if (!lag)
            return NULL;
        g_ptr_array_add(list, lag);
    }
    return g_steal_pointer(&list);
}
