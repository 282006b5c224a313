// Who looks at which statement right now. Kept in memory only: an entry that is not renewed for 30 s is
// gone, so a dropped session vanishes by itself.
#pragma once

#include <glib.h>

#include "wire/json.h"

typedef struct PresenceBook PresenceBook;

// Nobody looks at anything.
PresenceBook *presence_book_new(void);
void presence_book_free(PresenceBook *book);

// `person` looks at `operation` (NULL = at none any more). Returns true if that is news.
bool presence_book_note(PresenceBook *book, const char *person, const char *operation,
                        gint64 now_ms);

// Forgets those not renewed. True if somebody went.
bool presence_book_expire(PresenceBook *book, gint64 now_ms);

// [{"person","operation","seen_at"}]. A new reference.
json_t *presence_book_to_json(const PresenceBook *book);
