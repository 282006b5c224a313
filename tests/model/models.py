#!/usr/bin/env python3
"""The models of failover and sign-off, searched whole by spin; and each protection taken away, where the search must
find what it is for. How an operation may move they take from the daemon's own table (table.c prints it), and
each row of that must have been taken by a search.

    models.py            the size for every day
    models.py --long     more generations and crashes: gigabytes, minutes

Covers invariants 1 to 5 of doc/DESIGN; doc/SAFETY tells what is modelled and what is not."""

import os
import re
import shlex
import shutil
import sys

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
from sbtest import BUILDDIR, SRCDIR, Test

HERE = SRCDIR + "/tests/model/"
SAFETY, LIVENESS = ("-DSAFETY", "-DNOCLAIM"), ("-DNFAIR=9",)

TWO_ACTIVES = r"up\[0\]&&\(role\[0\]==1"
NOT_SIGNED = r"approved\[0\]==world"
# The protection that is taken away, what must then be found, and what size shows it.
FAILOVER_MUTANTS = (
    ("NO_EPOCH", TWO_ACTIVES, ()),
    ("NO_CAS", TWO_ACTIVES, ("-DMAXGEN=3", "-DMAXCRASH=0")),
    ("NO_WAL", r"e<=epoch", ()),
    ("NO_BOOTID", TWO_ACTIVES, ()),
    ("NO_BOOTPASS", TWO_ACTIVES, ()),
    ("NO_REEVAL", r"signed_for==evidence", ()),
    ("TRUST_TIMEOUT", TWO_ACTIVES, ()),
    ("NO_ATOMAUDIT", r"owed==0", ()),
)
SIGNOFF_MUTANTS = (
    ("NO_VOID", NOT_SIGNED), ("NO_EXACT", NOT_SIGNED), ("NO_DISTINCT", NOT_SIGNED), ("NO_FOUR_EYES", NOT_SIGNED),
    ("NO_REVOKED", NOT_SIGNED), ("NO_DEADLINE", r"!\(late\)"), ("NO_HOLD", r"!\(held\)"), ("NO_ID", r"told==2"),
    ("NO_RACE", r"!\(rejected\)"),
)
DEEP = {"-DNO_EPOCH", "-DNO_CAS", "-DNO_BOOTID", "-DNO_EXACT"}  # found late: worth a compiler's time
LIVENESS_MUTANTS = ("NO_END", "NO_LIMIT", "NO_TELL")


class Search:
    """One search of a model: what it found, and which rows of the state table it took."""

    def __init__(self, t, model, defines=(), fair=False, long=False):
        directory = t.path("-".join((model,) + tuple(d.strip("-") for d in defines) + (("fair",) if fair else ())))
        os.mkdir(directory)
        for name in (HERE + model + ".pml", t.path("table.pml")):
            shutil.copy(name, directory)
        self.said = self.run(t, directory, model, defines, fair, long)
        self.errors = re.search(r"errors: (\d+)", self.said)
        self.taken = set(re.findall(r"^row (.*): taken$", self.said, re.M))
        self.rows = set(re.findall(r"^row (.*): ", self.said, re.M))
        shutil.rmtree(directory)

    @staticmethod
    def run(t, directory, model, defines, fair, long):
        optimise = "-O2" if long else "-O1" if DEEP & set(defines) else "-O0" if any(d.startswith("-DNO_") for d in defines) else "-O2"
        build = shlex.split(os.environ.get("SB_CC") or "cc") + [optimise, "-w", "-o", "pan", "pan.c"]
        build += ["-DCOLLAPSE", f"-DMEMLIM={12000 if long else 3000}", *(LIVENESS if fair else SAFETY)]
        search = ["./pan", "-E", "-m1000000", f"-w{26 if long else 22}", *(("-a", "-f") if fair else ())]
        said = ""
        for command in (["spin", *defines, "-a", model + ".pml"], build, search):
            status, out, err = t.run(*command, cwd=directory, seconds=3000)
            said += out + err
            if status:
                return said + f"\n{command[0]} ended with {status}"
        return said

    def is_whole(self):
        """Searched to the end, without an error."""
        return bool(self.errors) and self.errors[1] == "0" and \
            not re.search(r"Search not completed|max search depth too small|out of memory", self.said)

    def figures(self):
        states = re.search(r"^ *([0-9.e+]+) states, stored", self.said, re.M)
        memory = re.search(r"([0-9.]+)\s+total actual memory", self.said)
        took = re.search(r"elapsed time ([0-9.e+-]+) seconds", self.said)
        return ", ".join(f"{m[1]} {unit}" for m, unit in ((states, "states"), (memory, "MB"), (took, "s")) if m)


def expect_whole(t, name, search):
    if t.check(search.is_whole(), name):
        t.note(search.figures())
    else:
        t.note(search.said)
    return search


def expect_found(t, name, search, wanted):
    """Found, and nothing else first."""
    errors = re.findall(r"^pan:\d+: (.*)", search.said, re.M)
    if not t.check(len(errors) == 1 and re.search(wanted, errors[0]), name):
        t.note(f"wanted {wanted}, found {errors}\n{search.said}")


def check_rows(t, searches):
    rows, taken = searches[0].rows, set().union(*(s.taken for s in searches))
    if not t.check(len(rows) > 20 and taken == rows, f"the models take each of the {len(rows)} rows of the state table"):
        t.note("never taken: " + ", ".join(sorted(rows - taken)))


def every_day(t):
    failover = expect_whole(t, "failover: no interleaving breaks I1 to I4", Search(t, "failover"))
    signoff = expect_whole(t, "signoff: no interleaving breaks S1 to S5", Search(t, "signoff"))
    expect_whole(t, "signoff: what was approved ends, or waits for a person (L1, weak fairness)",
                 Search(t, "signoff", ("-DALONE",), fair=True))
    check_rows(t, (failover, signoff))
    for name, wanted, more in FAILOVER_MUTANTS:
        expect_found(t, f"failover with {name}: found", Search(t, "failover", ("-D" + name, *more)), wanted)
    for name, wanted in SIGNOFF_MUTANTS:
        expect_found(t, f"signoff with {name}: found", Search(t, "signoff", ("-D" + name,)), wanted)
    for name in LIVENESS_MUTANTS:
        expect_found(t, f"signoff with {name}: found", Search(t, "signoff", ("-DALONE", "-D" + name), fair=True),
                     "acceptance cycle")


def long(t):
    for model, defines in (("failover", ("-DMAXGEN=3",)), ("failover", ("-DMAXDOWN=2",)),
                           ("failover", ("-DNO_BOOTSYNC", "-DMAXGEN=3")), ("signoff", ("-DVERSIONS=3",))):
        expect_whole(t, f"{model} {' '.join(defines)}: nothing is found", Search(t, model, defines, long=True))


if __name__ == "__main__":
    if os.environ.get("SB_SANITIZERS", "no") != "no":
        Test.skip_all("the models are no program of ours: searched once, without sanitizers")
    if not shutil.which("spin"):
        Test.skip_all("spin is not installed")
    with Test() as t:
        status, table, err = t.run(BUILDDIR + "/tests/model/table")
        if t.check(status == 0, "the state table is printed in Promela"):
            t.write("table.pml", table)
            (long if "--long" in sys.argv else every_day)(t)
