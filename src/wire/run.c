#include "wire/run.h"

static const WireField FIELDS[] = {
    {"id", FIELD_TEXT, FIELD(RunRecord, id), .required = true},
    {"location", FIELD_TEXT, FIELD(RunRecord, location), .required = true},
    {"trigger", FIELD_TEXT, FIELD(RunRecord, trigger)},
    {"state", FIELD_NAME, FIELD(RunRecord, state), .names = &RUN_STATE_NAMES},
    {"code", FIELD_TEXT, FIELD(RunRecord, code)},
    {"scheduled_at", FIELD_TIME, FIELD(RunRecord, scheduled_ms)},
    {"started_at", FIELD_TIME, FIELD(RunRecord, start_ms)},
    {"ended_at", FIELD_TIME, FIELD(RunRecord, end_ms)},
};

static void drop_run(gpointer record)
{
    run_record_free(record);
}

const WireShape RUN_SHAPE = SHAPE("run", RunRecord, FIELDS, NULL, drop_run);

static const WireField TALLY_FIELDS[] = {
    {"trigger", FIELD_TEXT, FIELD(FireTally, trigger), .required = true},
    {"missed", FIELD_NUMBER, FIELD(FireTally, missed)},
    {"doubled", FIELD_NUMBER, FIELD(FireTally, doubled)},
    {"since", FIELD_TIME, FIELD(FireTally, since_ms)},
};

static void drop_tally(gpointer data)
{
    FireTally *tally = data;
    g_free(tally->trigger);
    g_free(tally);
}

static const WireShape TALLY_SHAPE = SHAPE("tally", FireTally, TALLY_FIELDS, NULL, drop_tally);

static const WireField HISTORY_FIELDS[] = {
    {"runs", FIELD_STRUCTS, FIELD(RunHistory, runs), .shape = &RUN_SHAPE},
    {"open", FIELD_STRUCTS, FIELD(RunHistory, open), .shape = &RUN_SHAPE},
    {"tallies", FIELD_STRUCTS, FIELD(RunHistory, tallies), .shape = &TALLY_SHAPE},
};

static gpointer make_history(void)
{
    return run_history_new(RUN_HISTORY_LIMIT);
}

static void drop_history(gpointer history)
{
    run_history_free(history);
}

const WireShape RUN_HISTORY_SHAPE =
    SHAPE("history", RunHistory, HISTORY_FIELDS, make_history, drop_history);
