#!/usr/bin/env python3
"""doc/COVERAGE: every capability once, and the tests that it names exist and run."""

import re

import source

WANTED = [f"{letter}{number}" for letter, last in (("L", 17), ("F", 13), ("P", 6), ("D", 6), ("C", 5))
          for number in range(1, last + 1)]


def rows():
    """(id, [reference, ...]) in the order of the file."""
    found = []
    for line in source.read("doc/COVERAGE").splitlines():
        head = re.match(r"([LFPDC]\d+) +\S", line)
        if head:
            found.append((head.group(1), []))
        elif line.startswith("     ") and found:
            found[-1][1].append(line.strip())
    return found


def runs(path):
    """True if a Makefile.inc makes a test of it: a script by its name, a program by its source's."""
    name = path[:-2] if path.endswith(".c") else path
    return any(re.search(rf"(^|\s){re.escape(name)}(\s|$)", text, re.M) for text in MAKEFILES)


def broken(reference):
    path, _, what = reference.partition(": ")
    try:
        text = source.read(path)
    except OSError:
        return "there is no such file"
    if what and what not in text:
        return f"it does not hold {what}"
    return None if runs(path) else "no Makefile.inc names it"


MAKEFILES = [source.read(path) for path in source.files("src", "tests", ends=(".inc",))]
ROWS = rows()
IDS = [name for name, _ in ROWS]
source.report([
    ("every capability stands there once, in order", [f"wanted {w}, got {g}" for w, g in zip(WANTED, IDS) if w != g] +
     ([] if len(WANTED) == len(IDS) else [f"{len(IDS)} of {len(WANTED)}"])),
    ("each names a test, or says what is missing", [name for name, tests in ROWS if not tests]),
    ("the tests exist and run", [f"{name}: {test}: {broken(test)}" for name, tests in ROWS for test in tests
                                 if not test.startswith("missing: ") and broken(test)]),
])
