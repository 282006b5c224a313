"""A daemon that is killed at chosen writes to its store and started again each time, and people who go on: they look
what is recorded, and do again what is not. tests/fault/strike.c kills, tests/fault/kinds.py says what people do.

    struck = Struck(t, demo)
    struck.plan("before operation.started *")     # from now on; see strike.c
    struck.insist(lambda: ..., lambda: demo.run(...), "it is proposed")
    struck.plan()                                 # no more
"""

import collections
import http.client
import json
import os
import shlex
import signal
import threading
import time

from sbtest import LIMIT, SRCDIR, until
from demo import fetch

MOMENTS = ("before", "torn", "unflushed", "after")
ENDED = ("completed", "aborted", "expired", "rejected", "withdrawn", "partial", "completed-with-exceptions")
HOMES = ("westeurope", "northeurope")


class Failed(Exception):
    pass


def library(t):
    """strike.c, compiled. None where that is not possible."""
    compiler = shlex.split(os.environ.get("SB_CC") or "cc")
    flags = ["-std=c17", "-D_GNU_SOURCE", "-O1", "-Wall", "-Wextra", "-shared", "-fPIC"]
    flags += shlex.split(os.environ.get("SB_CPPFLAGS", ""))
    made = t.path("strike.so")
    status, _, err = t.run(*compiler, *flags, "-o", made, SRCDIR + "/tests/fault/strike.c", "-ldl")
    if status:
        t.note(err)
    return None if status else made


class Struck:
    def __init__(self, t, demo, library, stage):
        """`stage` makes of the text of the fleet file another one, before our daemon reads it."""
        self.t, self.demo = t, demo
        self.dir = t.path("strike")
        os.makedirs(self.dir, exist_ok=True)
        asan = os.environ.get("ASAN_OPTIONS", "")
        # The sanitizers' library wants to be the first one that is loaded, and need not be.
        self.before = ("env", "LD_PRELOAD=" + library, "SB_STRIKE=" + self.dir,
                       "ASAN_OPTIONS=" + asan + ":verify_asan_link_order=0")
        self.port = t.port()  # the same one in each of its lives
        self.edit("fleet.conf", stage)
        self.edit("signalboxd.conf", lambda text: text.replace("127.0.0.1:0", f"127.0.0.1:{self.port}"))
        self.patience = 1  # what all limits are multiplied by
        self.lives = 0
        self.broken = None
        self.ending = False
        self.demo.stop_daemon()
        self.start()
        self.keeper = threading.Thread(target=self.keep, daemon=True)
        self.keeper.start()

    def edit(self, name, change):
        """Changes a file of the demo."""
        with open(self.demo.path(name), encoding="utf-8") as f:
            text = change(f.read())
        with open(self.demo.path(name), "w", encoding="utf-8") as f:
            f.write(text)

    # The daemon

    def start(self):
        self.lives += 1
        self.daemon = self.t.spawn(*self.before, "signalboxd", "--config", self.demo.path("signalboxd.conf"),
                                   log=f"signalboxd-{self.lives}.log")
        self.demo.daemon = self.daemon

    def keep(self):
        while not self.broken:
            status = self.daemon.wait()
            if self.ending:
                return
            if status == -signal.SIGKILL:
                self.start()
            else:
                self.broken = f"the daemon ended by itself with {status}: " + self.t.read(self.daemon.log)

    def end(self):
        self.ending = True
        self.demo.stop_daemon()
        self.keeper.join(LIMIT)

    def put(self, target, body, bob):
        """A sign-off without the command, which would ask long what became of it: (status, answer)."""
        try:
            if not bob:
                return fetch(self.demo.socket, target, "PUT", body)
            with open(self.demo.path("bob.token"), encoding="ascii") as f:
                headers = {"Content-Type": "application/json", "Authorization": "Bearer " + f.read().strip()}
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT)
            line.request("PUT", target, json.dumps(body), headers)
            answer = line.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            return 0, str(error)

    # Its deaths

    def plan(self, *lines):
        """Replaces the plan; what was struck and written before is forgotten."""
        for name in ("plan", "struck", "writes"):
            if os.path.exists(self.path(name)):
                os.unlink(self.path(name))
        with open(self.path("new"), "w", encoding="utf-8") as f:
            f.write("".join(line + "\n" for line in lines))
        os.rename(self.path("new"), self.path("plan"))

    def rest(self):
        """Nothing more is struck, and the daemon is there."""
        if os.path.exists(self.path("plan")):
            os.unlink(self.path("plan"))
        self.see(self.is_ready, "the daemon is ready")

    def path(self, name):
        return os.path.join(self.dir, name)

    def lines(self, name):
        if not os.path.exists(self.path(name)):
            return []
        with open(self.path(name), encoding="utf-8", errors="replace") as f:
            return f.read().splitlines()

    # People

    def look(self, condition):
        """What it says now; None while the daemon does not answer."""
        if self.broken:
            raise Failed(self.broken)
        try:
            return condition()
        except (OSError, ValueError, LookupError, http.client.HTTPException):
            return None

    def see(self, condition, what, pause=0.02):
        limit = LIMIT * self.patience
        answer = until(lambda: self.look(condition), limit, pause)
        if not answer:
            raise Failed(f"not so after {limit} s: {what}")
        return answer

    def is_ready(self):
        return fetch(self.demo.socket, "/readyz")[0] == 200

    def insist(self, seen, act, what):
        """As people do: look; if it is not there do it, and whatever is answered look again."""
        said = tried = None
        end = time.monotonic() + LIMIT * self.patience
        while True:
            self.see(self.is_ready, "the daemon is ready")
            answer = until(lambda: self.look(seen), 0.3 if tried else 0)
            if answer:
                return answer
            if time.monotonic() > end:
                raise Failed(f"{what}: {said}")
            tried = True
            try:
                said = act()
            except (OSError, ValueError, LookupError) as error:
                said = repr(error)

    def records(self):
        """All of the audit log."""
        status, export, err = self.demo.run("audit", "export")
        if status:
            raise OSError(err)
        return [json.loads(line) for line in export.splitlines()]

    def count(self, action, about=""):
        """How often the log has the action; `about` is a part of object or detail."""
        return sum(r["action"] == action and about in r["object"] + " " + (r["detail"] or "") for r in self.records())


# ---- what must hold afterwards ------------------------------------------------------------------

ONCE = ("operation.point-of-no-return", "operation.proposed", "operation.approved", "operation.started", "operation.ended", "operation.turned",
        "operation.undoing", "operation.abort", "operation.withdraw", "step.done", "step.confirmed", "act.ended",
        "signoff.approve", "signoff.reject", "signoff.break-glass", "signoff.reviewed", "operation.attested")


def log_mistakes(struck, operations, twice=()):
    """The chain holds; what may happen once only has happened once."""
    t, demo = struck.t, struck.demo
    status, export, err = demo.run("audit", "export")
    if status:
        return ["the log is not exported: " + err]
    with open(t.write("export.jsonl", export), "rb") as f:
        status, _, err = demo.run("audit", "verify", "-", stdin=f)
    wrong = [] if status == 0 else ["the chain: " + err]
    counts = collections.Counter()
    for record in map(json.loads, export.splitlines()):
        name = record["object"].split("/")[1] if "/" in record["object"] else ""
        if name not in operations:
            continue
        said = record["detail"].split(",")[0] if record["action"].startswith("signoff.") else ""
        counts[record["action"], record["object"], said] += 1
    for (action, about, said), number in counts.items():
        if action in ONCE and number > (2 if action in twice else 1):
            wrong.append(f"{action} of {about} stands there {number} times {said}")
    return wrong


def effect_mistakes(struck, group, active):
    """By the regions' own words: it is active there, and nowhere else."""
    demo = struck.demo
    wrong = []
    for location in HOMES:
        at = demo.group_at(location, group)
        singles = [w for w in at["workflows"] if w["name"] in struck.singles[group]]
        is_open = bool(at["data"]) and at["data"]["gate"] == "open"
        if location == active and not (all(w["enabled"] for w in singles) and (is_open or not at["data"])):
            wrong.append(f"{group} is not active in {location}")
        if location != active and (any(w["enabled"] for w in singles) or is_open):
            wrong.append(f"{group} is active in {location}")
    return wrong


class Watcher:
    """Looks at both regions all the time: is anything that must be single active at both?"""

    def __init__(self, demo, singles):
        self.demo, self.singles = demo, singles
        self.seen = []
        self.allowed = False
        self.over = threading.Event()
        threading.Thread(target=self.watch, daemon=True).start()

    def active(self, location):
        state = self.demo.state(location)
        found = set()
        for group in [] if state["down"] else state["groups"]:
            singles = self.singles.get(group["group"], ())
            found |= {(state["boot_id"], group["group"], w["name"]) for w in group["workflows"]
                      if w["enabled"] and w["name"] in singles}
            if group["data"] and group["data"]["gate"] == "open":
                found.add((state["boot_id"], group["group"], "data"))
        return found

    def watch(self):
        while not self.over.wait(0.15):
            try:
                # What was active before and after the look at the other side was so at that moment, too.
                first, other, second = self.active(HOMES[0]), self.active(HOMES[1]), self.active(HOMES[0])
            except (OSError, ValueError):
                continue
            both = {name[1:] for name in first & second} & {name[1:] for name in other}
            if both and not self.allowed:
                self.seen.append(", ".join(f"{group}/{name}" for group, name in sorted(both)))
