#!/usr/bin/env python3
"""Ceilings: a function of 80 lines, a file of 800. Tables are not functions."""

import source

FUNCTION_LINES = 80
FILE_LINES = 800


def long_files():
    for path in source.files("src", "tests", ends=(".c", ".h", ".py", ".sh")):
        lines = source.read(path).count("\n")
        if lines > FILE_LINES:
            yield f"{path}: {lines} lines, at most {FILE_LINES}"


def long_functions():
    # Our layout puts the brace that opens a function, and only that, into the first column.
    for path in source.files("src", "tests"):
        start = None
        for number, line in enumerate(source.code(path).splitlines(), 1):
            if line == "{":
                start = number
            elif line.startswith("}") and start is not None:
                if number - start > FUNCTION_LINES:
                    yield f"{path}:{start}: a function of {number - start} lines, at most {FUNCTION_LINES}"
                start = None


source.report([("no file is too long", list(long_files())),
               ("no function is too long", list(long_functions()))])
