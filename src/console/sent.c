// The sign-offs given from here, as the statement's page shows them: what the journal has not settled, and what was
// settled since this console started.
#include "console/private.h"

enum { SETTLED_MAX = 50, ANSWER_DUE_MS = 3000 };

static const SentState STATES[FATE_COUNT] = {
    [FATE_UNKNOWN] = SENT_UNKNOWN,
    [FATE_RECORDED] = SENT_RECORDED,
    [FATE_REFUSED] = SENT_REFUSED,
    [FATE_LOST] = SENT_LOST,
};

static void clear_sent(gpointer data)
{
    SentSignOff *sent = data;
    g_free((char *)sent->operation);
    g_free((char *)sent->signoff);
    g_free((char *)sent->text);
}

static SentSignOff sent_of(const JournalEntry *entry, gint64 now_ms)
{
    bool open = entry->fate == FATE_UNKNOWN;
    bool young = open && now_ms - entry->sent_ms < ANSWER_DUE_MS;
    return (SentSignOff){.operation = g_strdup(entry->signoff->operation),
                         .signoff = g_strdup(entry->signoff->id),
                         .reject = entry->signoff->decision == DECISION_REJECT,
                         .state = young ? SENT_UNDERWAY : STATES[entry->fate],
                         .at_ms = open ? entry->sent_ms : entry->settled_ms,
                         .text = g_strdup(entry->answer)};
}

void console_sent_init(Console *console)
{
    console->settled = g_array_new(FALSE, TRUE, sizeof(SentSignOff));
    console->sent = g_array_new(FALSE, TRUE, sizeof(SentSignOff));
    g_array_set_clear_func(console->settled, clear_sent);
    g_array_set_clear_func(console->sent, clear_sent);
}

void console_sent_release(Console *console)
{
    g_clear_pointer(&console->settled, g_array_unref);
    g_clear_pointer(&console->sent, g_array_unref);
}

void console_sent_settle(Console *console, const JournalEntry *entry)
{
    SentSignOff sent = sent_of(entry, clock_wall_ms(console->clock));
    g_array_append_val(console->settled, sent);
    if (console->settled->len > SETTLED_MAX)
        g_array_remove_index(console->settled, 0);
}

// Newest first.
void console_sent_list(Console *console)
{
    const GPtrArray *open = client_unsettled(console->client);
    gint64 now_ms = clock_wall_ms(console->clock);
    g_array_set_size(console->sent, 0);
    for (guint i = open->len; i-- > 0;) {
        SentSignOff sent = sent_of(open->pdata[i], now_ms);
        g_array_append_val(console->sent, sent);
    }
    for (guint i = console->settled->len; i-- > 0;) {
        SentSignOff sent = g_array_index(console->settled, SentSignOff, i);
        sent.operation = g_strdup(sent.operation);
        sent.signoff = g_strdup(sent.signoff);
        sent.text = g_strdup(sent.text);
        g_array_append_val(console->sent, sent);
    }
}
