"""TAP and processes for tests in Python.

    import os, sys
    sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
    from sbtest import Test

    with Test() as t:
        daemon = t.spawn("signalboxd", "--config", t.path("daemon.conf"))
        t.wait_for(lambda: t.exists("socket"), "the socket appears")
        t.equal(1 + 1, 2, "one and one")

The `with` block prints the plan at its end, stops what was spawned (newest first), removes the
private directory and exits non-zero if a check failed. An exception is one more failed check.

A machine may stand still for seconds, whole or one process of it. So what is to come is waited for as long as LIMIT;
a shorter limit is for what must not come. Compare what stands still, or read both in one answer.
"""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

SRCDIR = os.environ.get("SB_TOP_SRCDIR") or os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
BUILDDIR = os.environ.get("SB_TOP_BUILDDIR") or os.path.join(SRCDIR, "build")


# Seconds within which whatever is to come has come, however slow the machine; instrumented programs take more.
SLOW = 3 if os.environ.get("SB_SANITIZERS", "no") != "no" else 1
LIMIT = 60 * SLOW


def until(condition, seconds=LIMIT, pause=0.02):
    """Asks condition() until it is true; its last answer, true or not. No answer, or nothing found, is "not yet"."""
    end = time.monotonic() + seconds
    while True:
        try:
            answer = condition()
        except (OSError, ValueError, LookupError, StopIteration, http.client.HTTPException):
            answer = None
        if answer or time.monotonic() >= end:
            return answer
        time.sleep(pause)


class Test:
    """One test program: its checks, its directory, its processes."""

    def __init__(self):
        self.count = 0
        self.failed = 0
        self.dir = tempfile.mkdtemp(prefix="sb-")
        self.processes = []
        self.ports = []

    def __enter__(self):
        # A test that is told to stop still stops what it started.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        return self

    def __exit__(self, kind, error, trace):
        if kind is not None and not (kind is SystemExit and error.code in (None, 0)):
            self.check(False, "runs to its end")
            self.note("".join(traceback.format_exception(kind, error, trace)))
        for process in reversed(self.processes):
            self.stop(process)
        shutil.rmtree(self.dir, ignore_errors=True)
        print(f"1..{self.count}", flush=True)
        sys.exit(1 if self.failed else 0)

    # Checks

    def note(self, text):
        for line in str(text)[:8000].splitlines():
            print("#", line, flush=True)

    def check(self, truth, name):
        self.count += 1
        if not truth:
            self.failed += 1
        print("ok" if truth else "not ok", self.count, "-", name, flush=True)
        return bool(truth)

    def equal(self, got, wanted, name):
        if not self.check(got == wanted, name):
            self.note(f"got:    {got!r}\nwanted: {wanted!r}")

    def contains(self, text, part, name):
        if not self.check(part in text, name):
            self.note(f"{part!r} is not in:\n{text}")

    def wait_for(self, condition, name, seconds=LIMIT):
        answer = until(condition, seconds)
        if not self.check(answer, name):
            self.note(f"still false after {seconds} s")
        return answer

    def skip(self, name, why):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {why}", flush=True)

    @staticmethod
    def skip_all(why):
        print(f"1..0 # SKIP {why}", flush=True)
        os._exit(0)

    # Files and processes

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def exists(self, *names):
        return os.path.exists(self.path(*names))

    def write(self, name, text, mode=0o600):
        with open(self.path(name), "w", encoding="utf-8") as f:
            os.fchmod(f.fileno(), mode)
            f.write(text)
        return self.path(name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8", errors="replace") as f:
            return f.read()

    def port(self):
        """A TCP port of 127.0.0.1 on which nothing listens, for programs that listen with SO_REUSEADDR: held until
        the end of the test, so that nobody else is given it before they do, or between two of their lives."""
        holder = socket.socket()
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        self.ports.append(holder)
        return holder.getsockname()[1]

    def spawn(self, *command, log=None, **popen):
        """Starts a program in the background; its output goes to the file `log` in self.dir."""
        log = log or os.path.basename(command[0]) + f"-{len(self.processes)}.log"
        with open(self.path(log), "wb") as out:
            process = subprocess.Popen(command, stdin=popen.pop("stdin", subprocess.DEVNULL), stdout=out,
                                       stderr=subprocess.STDOUT, **popen)
        process.log = log
        self.processes.append(process)
        return process

    def stop(self, process, how=signal.SIGTERM, seconds=LIMIT):
        """Ends a spawned program and returns its exit status; kills it when it does not go."""
        if process.poll() is None:
            process.send_signal(how)
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.note(f"{process.args[0]} did not end within {seconds} s: killed")
                process.kill()
                process.wait()
        return process.returncode

    def run(self, *command, seconds=2 * LIMIT, **popen):
        """Runs a program to its end; answers (status, stdout, stderr)."""
        done = subprocess.run(command, stdin=popen.pop("stdin", subprocess.DEVNULL), timeout=seconds,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, **popen)
        return (done.returncode, done.stdout.decode("utf-8", "replace"),
                done.stderr.decode("utf-8", "replace"))
