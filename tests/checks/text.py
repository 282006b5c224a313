#!/usr/bin/env python3
"""Nothing is left for later in the source, and no path of somebody's machine stands in it."""

import os
import re

import source

LATER = re.compile(r"\b(TO" r"DO|FIX" r"ME)\b")
# Split, so that this file passes its own check.
MACHINE = re.compile("|".join(["/" "work/", "/" "home/[a-z]", "/" "root/", "/Us" "ers/"]))
TEMPORARY = re.compile("/" "tmp/")

everything = source.files("src", "tests", "doc", "data", ends=source.TEXT)
everything += [n for n in ("configure.ac", "Makefile.am", "bootstrap", "README", "NEWS", ".ci/run")
               if os.path.exists(os.path.join(source.TOP, n))]


def lines_with(pattern, paths):
    found = []
    for path in paths:
        try:
            text = source.read(path)
        except UnicodeDecodeError:  # hostile bytes on purpose: a fuzzing corpus
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if pattern.search(line):
                found.append(f"{path}:{number}: {line.strip()[:100]}")
    return found


def untidy(paths):
    found = []
    for path in paths:
        for number, line in enumerate(source.read(path).split("\n"), 1):
            if line != line.rstrip() or "\t" in line:
                found.append(f"{path}:{number}: a tab, or blanks at the end of the line")
    return found


outside_tests = [p for p in everything if not p.startswith("tests/")]
source.report([
    ("nothing is left for later", lines_with(LATER, everything)),
    ("no path of a developer's machine", lines_with(MACHINE, everything)),
    ("no fixed temporary path outside the tests", lines_with(TEMPORARY, outside_tests)),
    ("no tabs and no trailing blanks in C and Python",
     untidy(source.files("src", "tests", ends=(".c", ".h", ".py")))),
])
