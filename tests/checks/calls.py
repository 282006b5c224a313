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


def clocks_in_macros():
    """MIN(due - now, 0) reads the clock twice: what is left may be less than 0 then, and a wait without end."""
    pattern = re.compile(r"(?<!\w)(MIN|MAX|CLAMP|ABS)\s*\(")
    reads = re.compile(r"now_ms\s*\(|mono_ms\s*\(|wall_ms\s*\(|clock_\w+\s*\(|left_ms\s*\(|g_get_\w+_time\s*\(")
    found = []
    for path in source.files("src"):
        text = source.code(path)
        for match in pattern.finditer(text):
            depth, end = 1, match.end()
            while depth and end < len(text):
                depth += {"(": 1, ")": -1}.get(text[end], 0)
                end += 1
            if reads.search(text[match.end():end]):
                line = text.count("\n", 0, match.start()) + 1
                found.append(f"{path}:{line}: {match.group(1)}() of the clock; read it into a variable first")
    return found


def hands():
    """An isolated drill cannot act: what rehearses is given eyes (port/eyes.h), and sees neither the drivers' hands
    nor the engine that has them."""
    hands = re.compile(r'#include "(port/driver|engine/(?!rehearse)[a-z-]*|daemon/.*|driver/.*)\.h"')
    return [f"{path}: includes {found.group(1)}.h" for path in ("src/engine/rehearse.c", "src/engine/rehearse.h",
                                                                "src/port/eyes.h")
            for found in hands.finditer(source.read(path))]


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
               ("what rehearses cannot act", hands()),
               ("the clock is read through a Clock",
                calls(CLOCK, "a Clock (base/clock.h)", skip=CLOCK_READERS)),
               ("no macro reads the clock twice", clocks_in_macros())])
