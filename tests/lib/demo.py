"""A demo without a console, and what tests ask of it: its commands, its daemon's API, its regions' truth.

    with Test() as t:
        demo = Demo(t)
        demo.fault("westeurope", "down")
        operation = demo.proposal("payments")

Its fleet is a patient one (see PATIENCE), for a machine that stands still for seconds would make a region look down, a
step late and evidence old. A test of just that asks for the fleet as it is: Demo(t, patience="").
"""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import time
from datetime import datetime

from sbtest import LIMIT, until

LOCATIONS = ("westeurope", "northeurope", "eastus")
# What makes of the demo's fleet one that waits (a script of sed): a region that refuses connections is down about as soon
# as ever, by one probe, but a late answer is one, no answer is called slow, and neither steps nor evidence are soon too
# old.
PATIENCE = r"""s/interval = "1s"; timeout = "1s"; failures = 3; recoveries = 2; degraded = "500ms"/interval = "6s"; timeout = "6s"; failures = 1; recoveries = 1/
s/ step_limit = "20s";/ step_limit = "5m"; evidence = "10m";/
"""

# How a command ends, and what it says, when a backend was connected and did not answer soon.
UNREACHABLE, SILENT = 3, re.compile(r"within [0-9.]+ m?s|said nothing|nothing came|silent")
# What it says, or the backend, when an agent or ssh-keygen did not.
SLOW_KEYS = re.compile(r"no answer within \d+ seconds")


def patiently(run):
    """A command's (status, stdout, stderr). It does not wait long for who says nothing, and has done nothing then: it is
    run again, as people would."""
    end = time.monotonic() + LIMIT
    while True:
        status, out, err = run()
        silent = status == UNREACHABLE and SILENT.search(err) or status and SLOW_KEYS.search(err)
        if not silent or time.monotonic() > end:
            return status, out, err


def patient_programs(test, patience=PATIENCE):
    """The environment in which `signalbox demo` starts a daemon whose fleet was made patient before."""
    directory = test.path("patient")
    if patience and not os.path.exists(directory):
        os.mkdir(directory)
        real = os.path.dirname(shutil.which("signalboxd"))
        os.symlink(os.path.join(real, "signalbox-site"), os.path.join(directory, "signalbox-site"))
        script = test.write("patient/patience.sed", patience)
        test.write("patient/signalboxd", f"""#!/bin/sh
sed -i -f '{script}' "$(dirname "$2")/fleet.conf"
exec '{real}/signalboxd' "$@"
""", 0o700)
    return {"SIGNALBOX_BINDIR": directory} if patience else {}


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path, seconds=LIMIT):
        super().__init__("localhost", timeout=seconds)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def fetch(path, target, method="GET", body=None, headers=None):
    """(status, JSON or text) of one request over the socket at `path`. Bytes go as they are, all else as JSON."""
    connection = UnixConnection(path)
    text = body if body is None or isinstance(body, bytes) else json.dumps(body)
    more = {"Content-Type": "application/json"} if body is not None else {}
    connection.request(method, target, text, {**more, **(headers or {})})
    answer = connection.getresponse()
    data = answer.read().decode()
    connection.close()
    kind = answer.getheader("Content-Type", "")
    return answer.status, json.loads(data) if "json" in kind and "jsonl" not in kind and data else data


def seconds(text):
    """RFC 3339 → seconds since 1970."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Demo:
    def __init__(self, test, name="demo", patience=PATIENCE):
        self.test = test
        self.dir = test.path(name)
        self.socket = os.path.join(self.dir, "signalboxd.sock")
        self.environment = {**os.environ, "SIGNALBOX_URL": "unix:" + self.socket,
                            "SIGNALBOX_DEMO_DIR": self.dir, "XDG_STATE_HOME": test.path("state")}
        self.process = test.spawn("signalbox", "demo", "--headless", "--dir", self.dir, log=name + ".log",
                                  env={**os.environ, **patient_programs(test, patience)})
        self.daemon = None  # one that we started ourselves
        self.line = until(self.first_line, 2 * LIMIT)
        if not self.line:
            raise RuntimeError("the demo does not start: " + test.read(name + ".log"))

    def first_line(self):
        if self.process.poll() is not None:
            raise RuntimeError("the demo ended: " + self.test.read(self.process.log))
        text = self.test.read(self.process.log)
        return text if text.endswith("\n") else None

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def pid(self, name):
        with open(self.path(name + ".pid"), encoding="ascii") as f:
            return int(f.read())

    # The programs

    def run(self, *arguments, **more):
        """A command, started by `prefix` if it is given: (status, stdout, stderr); see patiently."""
        prefix = more.pop("prefix", ())
        env = {**self.environment, **more.pop("env", {})}
        run = lambda: self.test.run(*prefix, "signalbox", *arguments, env=env, **more)
        return run() if "stdin" in more else patiently(run)

    def json(self, *arguments):
        status, out, err = self.run(*arguments, "--json")
        if not out:
            raise RuntimeError(f"signalbox {' '.join(arguments)} ended with {status}: {err}")
        return json.loads(out)

    def fault(self, location, kind):
        status, answer = fetch(self.path(location + ".control.sock"), "/site/v1/fault", "POST", {"kind": kind})
        if status != 200:
            raise RuntimeError(answer)

    def state(self, location):
        """All that a region counts, also while it is down."""
        return fetch(self.path(location + ".control.sock"), "/site/v1/state")[1]

    def group_at(self, location, group):
        return next(g for g in self.state(location)["groups"] if g["group"] == group)

    # The daemon

    def get(self, target):
        status, answer = fetch(self.socket, target)
        if status != 200:
            raise ValueError(f"{target}: {status} {answer}")
        return answer

    def verdict(self, location):
        return self.get("/v1/locations/" + location)["verdict"]["state"]

    def wait_up(self, *locations):
        return self.test.wait_for(lambda: all(self.verdict(l) == "up" for l in locations or LOCATIONS),
                                  "all regions are seen up")

    def group(self, name):
        return self.get("/v1/groups/" + name)

    def operations(self, group, kind=None):
        """Of a group, newest first."""
        every = self.get("/v1/operations")["operations"]
        found = [o for o in every if o["group"] == group and (kind is None or o["kind"] == kind)]
        return sorted(found, key=lambda o: o["proposed_at"], reverse=True)

    def operation(self, name):
        return self.get("/v1/operations/" + name)

    def proposal(self, group, limit=LIMIT):
        """The operation of the group that waits for a sign-off."""
        def waiting():
            return next((o for o in self.operations(group) if o["state"] == "awaiting-sign-off"), None)
        return until(waiting, limit)

    def sign(self, operation, *more, env=None, reason="the drill of the test"):
        """Approves as people do without a console: (status, stdout, stderr). If the statement changes meanwhile, what
        it says now."""
        end = time.monotonic() + LIMIT
        while True:
            before = self.operation(operation)
            done = self.run("signoff", operation, "--approve", "--reason", reason, "--confirm",
                            before["statement"]["confirm"], *more, env=env or {})
            if not done[0] or self.operation(operation)["digest"] == before["digest"] or time.monotonic() > end:
                return done

    def bob(self):
        """The environment of the second person."""
        with open(self.path("signalboxd.port"), encoding="ascii") as f:
            port = f.read().strip()
        return {"SIGNALBOX_URL": "http://127.0.0.1:" + port, "SIGNALBOX_TOKEN_FILE": self.path("bob.token")}

    def roles(self, group):
        """{(workload, location): (observed, desired)}"""
        found = {}
        for workload in self.get("/v1/groups/" + group + "/workloads")["workloads"]:
            for instance in workload["instances"]:
                found[workload["name"], instance["location"]] = (instance["state"], instance["desired"])
        return found

    def single_active(self, group):
        return [w["name"] for w in self.get("/v1/groups/" + group + "/workloads")["workloads"] if w["single_active"]]

    def active_at(self, group, location):
        """True if all that is active in one place only is observed active there, and nowhere else."""
        singles = self.single_active(group)
        return all((observed == "active") == (at == location)
                   for (workload, at), (observed, _) in self.roles(group).items() if workload in singles)

    def is_active_in(self, group, location):
        """As active_at, by what the region itself says, whatever another one claims."""
        singles = self.single_active(group)
        at = self.group_at(location, group)
        return at["data"]["gate"] == "open" and all(w["enabled"] for w in at["workflows"] if w["name"] in singles)

    def stop_daemon(self, how=signal.SIGKILL):
        """Ends the daemon, the demo's own or ours."""
        if self.daemon:
            self.test.stop(self.daemon, how)
            return
        os.kill(self.pid("signalboxd"), how)
        until(lambda: not os.path.exists(f"/proc/{self.pid('signalboxd')}"))

    def start_daemon(self, *before):
        """A daemon of ours on the demo's files, after stop_daemon."""
        self.daemon = self.test.spawn(*before, "signalboxd", "--config", self.path("signalboxd.conf"))
        return self.daemon

    def reload(self):
        """Tells the daemon to read its files again."""
        os.kill(self.daemon.pid if self.daemon else self.pid("signalboxd"), signal.SIGHUP)

    def wait_ready(self):
        return until(lambda: fetch(self.socket, "/readyz")[0] == 200)
