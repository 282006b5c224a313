#!/usr/bin/env python3
"""doc/SAFETY: all sixty rows are there, each with tests or a reason, and every test that is named exists."""

import os
import re

import source

ROWS = 60
text = source.read("doc/SAFETY")
rows = dict((int(n), body) for n, body in re.findall(r"^\[(\d+)\] (.*?)(?=^\[\d+\] |^\S+ .*\n---)", text, re.M | re.S))
NAMED = re.compile(r"(tests/[\w./-]+[\w])(?:\s+\(([^)]*)\))?")


def missing():
    for number in range(1, ROWS + 1):
        if number not in rows:
            yield f"row {number} is not there"
        elif not NAMED.search(rows[number]) and "Not here: " not in rows[number]:
            yield f"row {number} has neither a test nor a reason"


def wrong_names():
    for path, cases in NAMED.findall(text):
        if not os.path.isfile(os.path.join(source.TOP, path)):
            yield f"{path} is not there"
            continue
        for case in re.split(r",\s*", cases) if cases else ():
            if case not in source.read(path):
                yield f"{path} has no {case}"


source.report([(f"each of {ROWS} failures has its tests, or a reason", list(missing())),
               ("every test that is named is there", list(wrong_names()))])
