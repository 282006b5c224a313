#!/usr/bin/env python3
"""Calls that our C does not make, each with what to use instead."""

import re

import source

BANNED = [
    ("no unbounded copies", r"strcpy|strcat|sprintf|vsprintf|gets|stpcpy|strncpy|strncat|scanf|sscanf|fscanf",
     "GLib's g_strlcpy, g_string_*, g_strdup_printf or g_snprintf, and g_ascii_string_to_*"),
    ("no silent number parsers", r"atoi|atol|atoll|atof", "g_ascii_string_to_signed/unsigned"),
    ("no hidden state", r"strtok|localtime|gmtime|asctime|ctime|strerror|rand|srand|random",
     "g_strsplit, GDateTime, g_strerror, g_random_int"),
    ("no shell and no guessable names", r"system|popen|tmpnam|mktemp|tempnam|vfork",
     "GSubprocess with an argument list; g_mkstemp, g_mkdtemp"),
    ("no memory from the stack by size", r"alloca|g_alloca|g_newa", "the heap, with a limit"),
    ("nothing blocks", r"sleep|usleep|nanosleep|g_usleep|gethostbyname",
     "a timer on the loop; asynchronous look-ups"),
]
# Timers of the loop and of systemd are set in the system's own time.
CLOCK_READERS = ("src/base/clock.c", "src/daemon/pace.c", "src/daemon/supervisor.c")
CLOCK = (r"time|clock_gettime|gettimeofday|g_get_real_time|g_get_monotonic_time|g_date_time_new_now"
         r"|g_date_time_new_now_utc|g_date_time_new_now_local|g_source_get_time")


def look_ups():
    """getaddrinfo() waits for name servers, unless it is told to take numbers only."""
    return [f"{path}: getaddrinfo() without AI_NUMERICHOST" for path in source.files("src")
            if "getaddrinfo" in source.code(path) and "AI_NUMERICHOST" not in source.code(path)]


def calls(names, instead, skip=()):
    """file:line of every call of one of the names in src/."""
    pattern = re.compile(rf"(?<![\w.>])({names})\s*\(")
    found = []
    for path in source.files("src"):
        if path in skip:
            continue
        for number, line in enumerate(source.code(path).splitlines(), 1):
            for match in pattern.finditer(line):
                found.append(f"{path}:{number}: {match.group(1)}(); use {instead}")
    return found


source.report([(name, calls(names, instead)) for name, names, instead in BANNED] +
              [("names are not looked up while the loop waits", look_ups()),
               ("the clock is read through a Clock",
                calls(CLOCK, "a Clock (base/clock.h)", skip=CLOCK_READERS))])
