// An answer of a great many objects, one a line, written while it is read: which objects it tells of is settled at once,
// by their keys, and each is put into words when the reader gets there, as it is by then. So no turn of the loop
// is long, and a slow reader costs a list of keys.
//
// What changes meanwhile is told as it was or as it is. Who must know goes on with the events since the
// answer began: they tell it again.
#pragma once

#include "api/lines.h"
#include "engine/engine.h"
#include "httpd/request.h"

typedef struct LineSender LineSender;

typedef enum {
    SENDER_DELTAS, // whole lines, as in wire/delta.h
    SENDER_OBJECTS // the object of each alone
} SenderForm;

// Borrows both until its stream has ended.
LineSender *line_sender_new(const Engine *engine, LineCache *lines, SenderForm form);

// The object, as it will be by then; left out if it is gone. Of a kind that has no keys: as it is now.
void line_sender_add(LineSender *sender, DeltaKind kind, gconstpointer object);
void line_sender_add_all(LineSender *sender, DeltaKind kind, const GPtrArray *objects);

// The object of that key again, or that it is gone.
void line_sender_add_key(LineSender *sender, DeltaKind kind, const char *key);

// Asked before each slice, `rest` being how many are still to be written: may add more. It is over when nothing is left.
typedef void (*LineSenderMore)(LineSender *sender, guint rest, gpointer data);
void line_sender_set_more(LineSender *sender, LineSenderMore more, gpointer data,
                          GDestroyNotify drop);

// A line feed included.
void line_sender_add_text(LineSender *sender, const char *line);

// Answers 200 with all of it; `revision` as for reply_stream. Consumes both.
void line_sender_start(LineSender *sender, HttpRequest *request, guint64 revision);
