#!/usr/bin/env python3
"""Every header of src/ compiles alone, and opens with the story of why it is there."""

import os
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor

import source

CC = shlex.split(os.environ.get("SB_CC", "gcc"))
FLAGS = ["-std=c17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c",
         "-I" + os.path.join(source.TOP, "src"), "-I" + os.environ.get("SB_TOP_BUILDDIR", ".")]
FLAGS += shlex.split(os.environ.get("SB_CPPFLAGS", ""))


def compiles(header):
    # Through standard input: a header given by name would warn about its own #pragma once.
    text = f'#include "{os.path.relpath(header, "src")}"\n'
    done = subprocess.run(CC + FLAGS + ["-"], input=text.encode(), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    return done.stdout.decode("utf-8", "replace").splitlines() if done.returncode else []


def opens_well(header):
    text = source.read(header)
    faults = []
    if not text.startswith(("//", "/*")):
        faults.append(f"{header}: no comment at the top says why it exists")
    if "#pragma once" not in text:
        faults.append(f"{header}: no #pragma once")
    return faults


headers = source.files("src", ends=(".h",))
with ThreadPoolExecutor(2) as pool:
    broken = [line for lines in pool.map(compiles, headers) for line in lines]
source.report([(f"each of {len(headers)} headers compiles alone", broken),
               ("each header says why it exists", [f for h in headers for f in opens_well(h)])])
