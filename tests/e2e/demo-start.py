#!/usr/bin/env python3
"""`signalbox demo` where something is in its way: it says what, leaves nothing running, and removes nothing that is
not its own."""

import os
import shutil
import signal
import sys

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
from sbtest import Test
from demo import Demo, patiently


def script(t, directory, name, text):
    os.makedirs(t.path(directory), exist_ok=True)
    path = t.write(os.path.join(directory, name), "#!/bin/sh\n" + text)
    os.chmod(path, 0o700)


def demo(t, *arguments, **environment):
    return t.run("signalbox", "demo", *arguments, env={**os.environ, **environment})


def test_terminal(t):
    status, out, err = demo(t)
    t.check(status == 2 and "--headless" in err, "without a terminal it says what to do")


def test_directories(t):
    os.mkdir(t.path("full"))
    t.write("full/letters", "dear")
    status, _, err = demo(t, "--headless", "--dir", t.path("full"))
    t.check(status == 1 and "not empty" in err, "a directory with other things in it is refused")
    t.equal(os.listdir(t.path("full")), ["letters"], "and left alone")
    status, _, err = demo(t, "--headless", "--dir", t.path("a b"))
    t.check(status == 1 and "plain path" in err, "a path with a blank is refused")
    status, _, err = demo(t, "--headless", "--dir", t.path("x" * 100))
    t.check(status == 1 and "too long for sockets" in err, "a path too long for sockets is refused")
    t.write("file", "")
    status, _, err = demo(t, "--headless", "--dir", t.path("file", "below"))
    t.check(status == 1 and "below" in err, "a path that cannot be is refused")


def test_programs(t):
    script(t, "bin", "signalbox-site", "exit 0\n")
    status, _, err = demo(t, "--headless", "--dir", t.path("one"), SIGNALBOX_BINDIR=t.path("nowhere"))
    t.check(status == 1 and "signalbox-site is not in" in err and "SIGNALBOX_BINDIR" in err,
            "missing programs are named, with where they were looked for")
    script(t, "bin", "signalbox-site", "echo 'the moon is in the wrong place' >&2; exit 7\n")
    status, _, err = demo(t, "--headless", "--dir", t.path("two"), SIGNALBOX_BINDIR=t.path("bin"))
    t.check(status == 1 and "status 7" in err and "the moon is in the wrong place" in err,
            "a program that ends: its status and its last words")
    place = os.path.dirname(shutil.which("signalbox-site"))
    os.remove(t.path("bin", "signalbox-site"))
    os.symlink(os.path.join(place, "signalbox-site"), t.path("bin", "signalbox-site"))
    script(t, "bin", "signalboxd", "echo 'no store today' >&2; exit 1\n")
    runtime = t.path("runtime")
    os.mkdir(runtime, 0o700)
    status, _, err = demo(t, "--headless", SIGNALBOX_BINDIR=t.path("bin"), XDG_RUNTIME_DIR=runtime)
    t.check(status == 1 and "no store today" in err, "the daemon does not start: its last words")
    t.equal(os.listdir(runtime), [], "a directory of its own is removed, with nothing running in it")


def test_twice(t):
    first = Demo(t, "twice")
    status, _, err = demo(t, "--headless", "--dir", first.dir)
    t.check(status == 1 and "already" in err, "a second demo in the same directory is refused")
    t.check(first.wait_ready(), "and the first one runs on")
    os.kill(first.pid("demo"), signal.SIGKILL)
    pids = [first.pid(n) for n in ("signalboxd", "westeurope", "northeurope", "eastus")]
    t.wait_for(lambda: not any(os.path.exists(f"/proc/{p}") for p in pids), "killed, it takes its programs along")
    again = Demo(t, "twice")
    t.check(again.wait_ready(), "what is left of it is no obstacle for the next")
    t.equal(again.get("/v1/audit?after=0")["records"], [], "which begins anew")
    script = patiently(lambda: t.run(again.path("bob"), "status"))
    t.check(script[0] == 0 and "127.0.0.1" in script[1], "bob's script reaches it over TCP")
    t.equal(patiently(lambda: t.run(again.path("bob"), "roles", "--json"))[0], 0, "with any command")


with Test() as t:
    test_terminal(t)
    test_directories(t)
    test_programs(t)
    test_twice(t)
