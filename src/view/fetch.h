// What a screen shows beyond the picture: one answer of the backend's API, asked for when `wish` finds that it is wanted
// (again). Its answer comes with the context of a later refresh, or never, if another screen is shown by then.
// A zeroed one is ready to use.
#pragma once

#include "view/screen.h"
#include "wire/json.h"

typedef struct {
    char *path;      // that is not answered yet; NULL: nothing is under way
    gint64 asked_ms; // monotonic: the last time; 0 = never
    char *
        trouble; // why the last answer brought nothing, as a sentence of the screen's; NULL: it brought something
} Fetch;

// Forgets all: for another object, and at the end.
void fetch_clear(Fetch *fetch);

// True if it was asked for (answered or not) less than `rest_ms` ago: too soon to ask again.
bool fetch_rests(const Fetch *fetch, const ViewContext *context, gint64 rest_ms);

// Asks. Takes the path.
Effect fetch_ask(Fetch *fetch, const ViewContext *context, char *path);

// True if the context has the answer to what was asked: nothing is under way any more, and no trouble known.
bool fetch_take(Fetch *fetch, const ViewContext *context);

// That answer: borrowed from the context. NULL with ERR_UNREACHABLE, whose message is a sentence: there was none.
const char *fetch_body(const ViewContext *context, GError **error);
// The same as a tree, of at most `max_bytes`, which `what` names in its errors. The caller frees.
json_t *fetch_json(const ViewContext *context, const char *what, gsize max_bytes, GError **error);
