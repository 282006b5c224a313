#!/usr/bin/env python3
"""Measures the whole programs on a private demo, from outside: the console on a pseudo-terminal, the daemon by
what the kernel counts. One JSON object a line; what each figure means is in doc/FIGURES.

    console.py [--settle S] [--idle S] [--starts N] [--presses N] [--changes N] [--only NAME[,NAME…]]
"""

import argparse
import fcntl
import json
import os
import pty
import random
import re
import select
import signal
import socket
import struct
import sys
import termios
import time

sys.path.insert(0, (os.environ.get("SB_TOP_SRCDIR") or os.path.join(os.path.dirname(__file__), "../.."))
                + "/tests/lib")
from sbtest import Test, until
from demo import Demo, UnixConnection, seconds

WIDTH, HEIGHT = 120, 40
ON = f"demo, 3 regions, 14 workloads, {WIDTH}x{HEIGHT}"
PANELS = 3
FIGURES = sys.stdout
ESCAPES = re.compile(rb"\x1b(?:\[[0-9;:?<=>]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][A-Z0-9]|[=>78cDEHM])")


def now_ms():
    return time.monotonic() * 1000


def rank(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))]


def tell(bench, unit, values, on=ON, **more):
    values = values if isinstance(values, list) else [values]
    p50, p99 = (round(rank(values, share), 3) for share in (0.5, 0.99))
    print(json.dumps({"bench": bench, "value": p50, "unit": unit, "p50": p50, "p99": p99, "n": len(values),
                      "on": on, **more}), file=FIGURES, flush=True)


# ---- what the kernel counts of a process ----

def threads(pid):
    return [f"/proc/{pid}/task/{t}" for t in os.listdir(f"/proc/{pid}/task")]


def read(path):
    with open(path, encoding="ascii") as f:
        return f.read()


def cpu_s(pid):
    """Processor time. Nanoseconds where the kernel has them: ticks are too coarse for what idles."""
    try:
        return sum(int(read(t + "/schedstat").split()[0]) for t in threads(pid)) / 1e9
    except OSError:
        ticks = read(f"/proc/{pid}/stat").rpartition(")")[2].split()
        return (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")


def counted(path, name):
    return int(re.search(rf"^{name}:\s+(\d+)", read(path), re.M).group(1))


def wakeups(pid):
    return sum(counted(t + "/status", "voluntary_ctxt_switches") for t in threads(pid))


def peak_mb(pid):
    return counted(f"/proc/{pid}/status", "VmHWM") / 1024


# ---- a console on a terminal of its own ----

class Console:
    def __init__(self, demo):
        self.out = b""
        environment = {**demo.environment, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        self.begun_ms = now_ms()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            # The first thing it asks for is its size: set before it can ask.
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
            os.execvpe("signalbox", ["signalbox"], environment)
        os.set_blocking(self.fd, False)

    def read(self, wait_ms):
        """What comes within that time: (when, bytes), or None."""
        if not select.select([self.fd], [], [], max(wait_ms, 0) / 1000)[0]:
            return None
        at_ms = now_ms()
        data = os.read(self.fd, 65536)
        self.out += data
        return at_ms, data

    def collect(self, for_ms):
        end_ms, n = now_ms() + for_ms, 0
        while now_ms() < end_ms:
            chunk = self.read(end_ms - now_ms())
            n += len(chunk[1]) if chunk else 0
        return n

    def text(self):
        return ESCAPES.sub(b" ", self.out)

    def wait(self, condition, limit_ms=5000):
        """When condition() came true: looked at after every chunk."""
        end_ms = now_ms() + limit_ms
        while now_ms() < end_ms:
            chunk = self.read(end_ms - now_ms())
            if chunk and condition():
                return chunk[0]
        raise RuntimeError("the console did not show it: " + repr(self.text()[-2000:]))

    def has_overview(self):
        text = self.text()
        return text.count(b"latency") >= PANELS and b"what changed" in text

    def wait_overview(self):
        return self.wait(self.has_overview)

    def press(self, keys):
        os.write(self.fd, keys.encode())

    def quiet(self, quiet_ms, limit_ms=2000):
        """Reads until nothing came for that long; how many bytes came."""
        end_ms, n = now_ms() + limit_ms, 0
        while now_ms() < end_ms:
            chunk = self.read(quiet_ms)
            if not chunk:
                break
            n += len(chunk[1])
        return n

    def close(self):
        try:
            os.kill(self.pid, signal.SIGTERM)
            self.collect(100)
        except OSError:
            pass # it has closed its terminal
        os.waitpid(self.pid, 0)
        os.close(self.fd)


# ---- the figures ----

def bench_start(demo, options):
    """exec → first bytes with the header in them, and → all regions on the screen."""
    frames, fulls, sizes, costs = [], [], [], []
    for _ in range(options.starts):
        console = Console(demo)
        frames.append(console.wait(lambda: b"signalbox" in console.text()) - console.begun_ms)
        fulls.append(frames[-1] if console.has_overview() else console.wait_overview() - console.begun_ms)
        sizes.append(len(console.out))
        costs.append(cpu_s(console.pid) * 1000)
        console.close()
    tell("start-frame", "ms", frames)
    tell("start-ready", "ms", fulls)
    tell("start-bytes", "bytes", sizes)
    tell("start-cpu", "ms", costs)


def bench_keys(demo, options):
    """Cursor down and up on the roles screen, at random moments."""
    console = Console(demo)
    console.wait_overview()
    console.press("2")
    console.quiet(150)
    firsts, sizes, silent, dice = [], [], 0, random.Random(1)
    before_s = cpu_s(console.pid)
    for i in range(options.presses):
        console.collect(60 + dice.random() * 60)
        pressed_ms = now_ms()
        console.press("j" if i // 8 % 2 == 0 else "k")
        chunk = console.read(500)
        if not chunk:
            silent += 1
            continue
        firsts.append(chunk[0] - pressed_ms)
        sizes.append(len(chunk[1]) + console.quiet(20))
    cost_us = (cpu_s(console.pid) - before_s) / options.presses * 1e6
    console.close()
    tell("key-to-first-byte", "ms", firsts, silent=silent)
    tell("key-bytes", "bytes", sizes)
    tell("key-cpu", "us", cost_us, presses=options.presses)


def bench_idle(demo, options):
    """Nobody touches anything, all is well: what the console and the daemon cost then."""
    console = Console(demo)
    console.wait_overview()
    console.collect(options.settle * 1000)
    daemon = demo.pid("signalboxd")
    who = {"console": console.pid, "daemon": daemon}
    before = {name: (cpu_s(pid), wakeups(pid)) for name, pid in who.items()}
    size = console.collect(options.idle * 1000)
    after = {name: (cpu_s(pid), wakeups(pid)) for name, pid in who.items()}
    tell("idle-bytes", "bytes/s", size / options.idle, seconds=options.idle, settled_s=options.settle)
    for name in who:
        tell(f"idle-cpu-{name}", "s/min", (after[name][0] - before[name][0]) * 60 / options.idle)
        tell(f"idle-wakeups-{name}", "1/s", (after[name][1] - before[name][1]) / options.idle)
        tell(f"rss-{name}", "MB", peak_mb(who[name]))
    if options.show:
        sys.stderr.write(repr(console.out[-size:]) + "\n")
    console.close()


class Automation:
    """Automatic failover off and on: each is asked for at once, the answer is read when it is wanted."""

    def __init__(self, demo):
        self.connection = UnixConnection(demo.socket)

    def ask(self, arm):
        end = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() + 600))
        body = {"arm": arm, "reason": "the bench asks", **({} if arm else {"until": end})}
        self.connection.request("POST", "/v1/automation", json.dumps(body), {"Content-Type": "application/json"})

    def answer(self):
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"automation: {answer.status} {text}")


def bench_change(demo, options):
    """A change at the backend, from the request to its words on the screen; the daemon's disk is in it."""
    console = Console(demo)
    automation = Automation(demo)
    console.wait_overview()
    values, dice = [], random.Random(2)
    for _ in range(options.changes):
        console.collect(150 + dice.random() * 300)
        console.out = b""
        asked_ms = now_ms()
        automation.ask(arm=False)
        values.append(console.wait(lambda: b"automation" in console.text()) - asked_ms)
        automation.answer()
        console.collect(100)
        automation.ask(arm=True)
        automation.answer()
    console.close()
    tell("change-to-visible", "ms", values)


def bench_api(demo, options):
    """One connection, one request after the other: what the daemon takes for each."""
    for name, path in (("groups", "/v1/groups"), ("snapshot", "/v1/snapshot")):
        daemon = demo.pid("signalboxd")
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(demo.socket)
            stream = s.makefile("rwb")
            before_s, begun_ms = cpu_s(daemon), now_ms()
            for _ in range(options.requests):
                size = ask(stream, path)
            took_ms, cost_s = now_ms() - begun_ms, cpu_s(daemon) - before_s
        tell("api-" + name, "requests/s", options.requests / took_ms * 1000, answer_bytes=size,
             requests=options.requests, daemon_us_each=round(cost_s / options.requests * 1e6, 1))


def ask(stream, path):
    """The size of the answer's body."""
    stream.write(f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
    stream.flush()
    if b" 200 " not in stream.readline():
        raise RuntimeError(f"{path}: not 200")
    size, chunked = 0, False
    while (line := stream.readline()) not in (b"\r\n", b""):
        name, _, value = line.lower().partition(b":")
        size = int(value) if name == b"content-length" else size
        chunked |= name == b"transfer-encoding"
    if not chunked:
        stream.read(size)
        return size
    while n := int(stream.readline(), 16):
        stream.read(n)
        stream.readline()
        size += n
    stream.readline()
    return size


def bench_signoff(demo, options):
    """A region is lost; from the sign-off to the group being active elsewhere, by the daemon's own times."""
    demo.fault("westeurope", "down")
    proposal = demo.proposal("payments", 20)
    if not proposal:
        raise RuntimeError("nothing was proposed")
    status, out, err = demo.sign(proposal["id"])
    if status:
        raise RuntimeError(out + err)
    operation = until(lambda: (o := demo.operation(proposal["id"])).get("activated_at") and o, 30)
    if not operation:
        raise RuntimeError("it was never active: " + json.dumps(demo.operation(proposal["id"]))[:4000])
    took_ms = (seconds(operation["activated_at"]) - seconds(operation["approved_at"])) * 1000
    tell("signoff-to-active", "ms", took_ms, hold_s=0)


BENCHES = {"start": bench_start, "keys": bench_keys, "idle": bench_idle, "change": bench_change,
           "api": bench_api, "signoff": bench_signoff}


def main():
    parser = argparse.ArgumentParser()
    for name, count in (("settle", 60), ("idle", 20), ("starts", 20), ("presses", 200), ("changes", 40),
                        ("requests", 2000)):
        parser.add_argument("--" + name, type=int, default=count)
    parser.add_argument("--only", default=",".join(BENCHES))
    parser.add_argument("--show", action="store_true", help="also what an idle console writes")
    options = parser.parse_args()
    sys.stdout = sys.stderr # what a test says is not a figure
    with Test() as t:
        demo = Demo(t)
        demo.wait_up()
        for name in options.only.split(","):
            BENCHES[name](demo, options)


if __name__ == "__main__":
    main()
