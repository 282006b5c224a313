"""What the checks of our own source share: which files there are, and C without its words."""

import os
import re
import sys

TOP = os.environ.get("SB_TOP_SRCDIR") or os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
TEXT = (".c", ".h", ".py", ".sh", ".inc", ".am", ".ac", ".md", ".1", ".5", ".8", ".yaml", ".json",
        ".cfg", ".conf", ".service", ".in", ".bash", "")


def files(*folders, ends=(".c", ".h")):
    """Paths below TOP, sorted, of the files in these folders whose extension is one of `ends`."""
    found = []
    for folder in folders:
        for root, dirs, names in os.walk(os.path.join(TOP, folder)):
            dirs[:] = [d for d in dirs if d != "__pycache__" and not d.startswith(".")]
            for name in names:
                if os.path.splitext(name)[1] in ends and not name.startswith("."):
                    found.append(os.path.relpath(os.path.join(root, name), TOP))
    return sorted(found)


def read(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as f:
        return f.read()


_WORDS = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def code(path):
    """The C of a file, with comments and literals blanked out; lines keep their numbers."""
    return _WORDS.sub(lambda m: '""' + "\n" * m.group().count("\n"), read(path))


def report(checks):
    """Prints TAP: checks is a list of (name, [fault, ...]). Exits 1 if there is a fault."""
    print(f"1..{len(checks)}")
    for number, (name, faults) in enumerate(checks, 1):
        print("not ok" if faults else "ok", number, "-", name)
        for fault in faults[:50]:
            print("#", fault)
    sys.exit(1 if any(faults for _, faults in checks) else 0)
