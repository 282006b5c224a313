// The client and time: whenever the clock moves, a call ends.
#include "base/error.h"
#include "http/client.h"

enum { LIMIT_MS = 60000, READS = 60 };

// Stands still, but for one millisecond that passes right before a certain reading.
typedef struct {
    Clock clock; // first
    guint reads, moves_at;
} StepClock;

static gint64 step_ms(const Clock *clock)
{
    StepClock *step = (StepClock *)(gpointer)clock;
    return 1000 + (++step->reads >= step->moves_at);
}

static void on_done(HttpCall *call, const HttpResponse *response, const GError *error, void *data)
{
    (void)call, (void)response;
    g_assert_true(err_is(error, ERR_UNREACHABLE));
    *(bool *)data = true;
}

static gboolean on_limit(gpointer data)
{
    *(bool *)data = true;
    return G_SOURCE_REMOVE;
}

// A wait was once computed from three readings of the clock: where a millisecond ended between two of them, the
// client slept for good although libcurl wanted to be called at once.
static void test_millisecond_ends(void)
{
    for (guint moves_at = 1; moves_at <= READS; moves_at++) {
        StepClock step = {.clock = {step_ms, step_ms}, .moves_at = moves_at};
        HttpClient *client = http_client_new(&step.clock, NULL);
        bool done = false, late = false;
        guint limit = g_timeout_add(LIMIT_MS, on_limit, &late);
        while (g_main_context_iteration(NULL, FALSE)) // or the new sources themselves wake the loop
            continue;
        http_client_send(client,
                         &(HttpSpec){.url = "http://nobody/", .socket_path = "/nonexistent/socket"},
                         on_done, &done);
        while (!done && !late)
            g_main_context_iteration(NULL, TRUE);
        g_assert_false(late);
        g_source_remove(limit);
        http_client_free(client);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/http/client/millisecond-ends", test_millisecond_ends);
    return g_test_run();
}
