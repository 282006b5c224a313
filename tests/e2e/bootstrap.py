#!/usr/bin/env python3
"""bootstrap on machines that lack things: stand-ins for apt-get, dpkg-query, sudo, id, make and configure
write down what they were asked to do."""

import os
import pty
import shutil
import subprocess
import sys

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
from sbtest import Test, SRCDIR

STAND_IN = """#!/bin/sh
printf '%s\\n' "$(basename "$0") $*" >>"$CALLS"
"""
TOOLS = {
    "apt-get": "",
    "dpkg-query": 'for p in $INSTALLED; do echo "installed:$p"; done\n',
    "sudo": 'exec "$@"\n',
    "id": "echo $USER_ID\n",
    "make": "",
}
CONFIGURE = STAND_IN + 'printf "abs_top_builddir = %s\\n" "$PWD" >Makefile\nexit ${CONFIGURE_FAILS:-0}\n'
PLAIN = ("sh", "basename", "dirname", "cat", "grep", "sed", "tr", "mkdir", "rm", "nproc", "env", "echo")


class Machine:
    """A directory that is both the checkout and the whole PATH."""

    def __init__(self, test, name, tools=TOOLS):
        self.test = test
        self.top = test.path(name)
        self.bin = os.path.join(self.top, "bin")
        self.calls_file = os.path.join(self.top, "calls")
        os.makedirs(self.bin)
        os.makedirs(os.path.join(self.top, "build-aux"))
        shutil.copy(os.path.join(SRCDIR, "bootstrap"), self.top)
        for prepared in ("Makefile.in", "build-aux/tap-driver.sh"):
            open(os.path.join(self.top, prepared), "w").close()
        self.script(os.path.join(self.top, "configure"), CONFIGURE)
        for tool, body in tools.items():
            self.script(os.path.join(self.bin, tool), STAND_IN + body)
        for tool in PLAIN:
            os.symlink(shutil.which(tool), os.path.join(self.bin, tool))

    @staticmethod
    def script(path, text):
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, 0o755)

    def environment(self, **more):
        plain = {"PATH": self.bin, "CALLS": self.calls_file, "INSTALLED": "", "USER_ID": "0", "CC": "cc"}
        return {**plain, **more}

    def run(self, *arguments, **environment):
        status, _, err = self.test.run("./bootstrap", *arguments, cwd=self.top,
                                       env=self.environment(**environment))
        return status, err

    def run_on_terminal(self, answer, *arguments):
        """As run(), on a terminal where somebody types the answer once asked."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.top)
            os.execve("./bootstrap", ["./bootstrap", *arguments], self.environment())
        seen = b""
        while True:
            try:
                piece = os.read(terminal, 4096)
            except OSError:
                break
            if not piece:
                break
            seen += piece
            if answer and seen.endswith(b"[Y/n] "):
                os.write(terminal, answer)
                answer = None
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), seen.decode()

    def calls(self):
        if not os.path.exists(self.calls_file):
            return ""
        with open(self.calls_file, encoding="utf-8") as f:
            return f.read()


def everything_installed(machine):
    """The names that bootstrap asks dpkg-query for."""
    machine.run("check")
    asked = [line for line in machine.calls().splitlines() if line.startswith("dpkg-query")]
    os.remove(machine.calls_file)
    return " ".join(asked[0].split()[4:])


def test_complete_machine(t):
    machine = Machine(t, "complete")
    installed = everything_installed(machine)
    status, err = machine.run("check", INSTALLED=installed)
    t.equal(status, 0, "a complete machine builds and checks")
    t.check("apt-get" not in machine.calls(), "nothing missing: apt-get is not called")
    without = " ".join(p for p in installed.split() if p != "libcurl4-gnutls-dev")
    machine.run("build", INSTALLED=without)
    t.check("apt-get" not in machine.calls(), "one of two alternatives is enough")


def test_bare_machine(t):
    machine = Machine(t, "bare")
    status, err = machine.run("build")
    t.equal(status, 0, "without a terminal it installs and builds")
    t.contains(err, "missing Debian packages: autoconf automake gcc", "it says what is missing")
    t.contains(machine.calls(), "install -y --no-install-recommends autoconf automake", "apt-get installs")
    t.check("tmux" not in machine.calls(), "a build needs no test tools")
    t.check("sudo" not in machine.calls(), "root needs no sudo")

    machine = Machine(t, "user")
    machine.run("-y", "check", USER_ID="1000")
    t.contains(machine.calls(), "sudo -n env DEBIAN_FRONTEND=noninteractive apt-get", "others use sudo")
    t.contains(machine.calls(), "tmux", "check installs the test tools")

    machine = Machine(t, "no-sudo", {name: body for name, body in TOOLS.items() if name != "sudo"})
    status, err = machine.run("build", USER_ID="1000")
    t.contains(err, "apt-get install --no-install-recommends autoconf", "without sudo it says what root can do")
    t.check("apt-get" not in machine.calls() and status == 0, "and goes on if configure is content")


def test_asking(t):
    machine = Machine(t, "no")
    status, seen = machine.run_on_terminal(b"n\n", "build")
    t.contains(seen, "install them with apt-get? [Y/n]", "on a terminal it asks")
    t.equal(status, 1, "a no ends it")
    t.check("apt-get" not in machine.calls(), "after a no nothing is installed")
    machine = Machine(t, "yes")
    status, seen = machine.run_on_terminal(b"\n", "build")
    t.equal(status, 0, "a return key means yes")
    t.contains(machine.calls(), "apt-get", "after a yes it installs")
    machine = Machine(t, "minus-y")
    status, seen = machine.run_on_terminal(None, "-y", "build")
    t.check(status == 0 and "[Y/n]" not in seen, "-y does not ask")


def test_other_systems(t):
    tools = {name: body for name, body in TOOLS.items() if name not in ("apt-get", "dpkg-query")}
    machine = Machine(t, "other", tools)
    status, err = machine.run("build")
    t.equal(status, 0, "without apt-get it goes on when configure is content")
    t.contains(err, "libjansson-dev", "without apt-get it names the packages")
    status, err = machine.run("build", CONFIGURE_FAILS="1")
    shutil.rmtree(os.path.join(machine.top, "build"), ignore_errors=True)
    status, err = machine.run("build", CONFIGURE_FAILS="1")
    t.equal(status, 1, "it ends when configure fails")
    t.contains(err, "configure failed", "and says so")


def test_moved_checkout(t):
    machine = Machine(t, "here")
    machine.run("build")
    machine.run("build")
    t.equal(machine.calls().count("configure"), 1, "a configured tree is not configured again")
    os.rename(machine.top, t.path("there"))
    subprocess.run(["./bootstrap", "build"], cwd=t.path("there"), stdin=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, check=False,
                   env={**machine.environment(), "PATH": t.path("there", "bin"),
                        "CALLS": t.path("there", "calls")})
    with open(t.path("there", "calls"), encoding="utf-8") as f:
        t.equal(f.read().count("configure"), 2, "a tree that has moved is configured anew")


def test_usage(t):
    machine = Machine(t, "usage")
    status, _ = machine.run("-h")
    t.equal(status, 0, "-h is help")
    status, err = machine.run("bogus")
    t.equal(status, 2, "an unknown command is refused")
    t.contains(err, "unknown command 'bogus'", "and named")
    t.equal(machine.run("-j", "many", "build")[0], 1, "-j wants a number")


with Test() as t:
    for test in (test_complete_machine, test_bare_machine, test_asking, test_other_systems,
                 test_moved_checkout, test_usage):
        test(t)
