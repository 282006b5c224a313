// The log: one line an event, plain or JSON, to standard error (systemd adds the rest). Fields are
// named, so that a secret never slips in with a dumped structure; their values are escaped.
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/clock.h"

typedef enum { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG } LogLevel;

typedef struct {
    const Clock *clock;
    LogLevel level; // the most talkative level that is still written
    bool json;
    int fd; // where to; -1 = nowhere
} Log;

// Writes one line: time, level, message, then "name", value pairs (both const char *), ended by NULL.
// A NULL value is written as "-". Lines are cut at 8 KiB, marked. Never fails, never blocks the caller
// for more than one write.
void log_write(const Log *log, LogLevel level, const char *message, ...) G_GNUC_NULL_TERMINATED;

#define log_error(log, ...) log_write((log), LOG_LEVEL_ERROR, __VA_ARGS__, NULL)
#define log_warning(log, ...) log_write((log), LOG_LEVEL_WARNING, __VA_ARGS__, NULL)
#define log_info(log, ...) log_write((log), LOG_LEVEL_INFO, __VA_ARGS__, NULL)
#define log_debug(log, ...) log_write((log), LOG_LEVEL_DEBUG, __VA_ARGS__, NULL)

// "error", "warning", "info", "debug" → level; false for anything else.
bool log_level_parse(const char *text, LogLevel *ret_level);
