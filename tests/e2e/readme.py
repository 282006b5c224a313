#!/usr/bin/env python3
"""Every command of README works as it stands there: each line that begins with "$ " is run, in order, by one
shell for each section, in an empty directory. What installs and opens a screen is run by its own tests."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
from sbtest import LIMIT, Test
from demo import patient_programs

# A command does not wait long for a backend that stands still, and has done nothing then: it is run again.
AGAIN = """#!/bin/sh
[ "$1 $2" != "demo --headless" ] || exec '{real}' "$@"
for try in 1 2 3 4 5 6 7 8 9 10; do
    '{real}' "$@"
    status=$?
    [ $status = 3 ] || break
done
exit $status
"""
BY_OTHERS = ("./bootstrap",)  # tests/e2e/bootstrap.py


def sections(path):
    """(title, [command, ...]) for each section; a command with a here-document has several lines."""
    found, title, commands, until = [], "README", [], None
    lines = open(path, encoding="utf-8").read().split("\n")
    for number, line in enumerate(lines):
        if number + 1 < len(lines) and re.fullmatch(r"-{4,}", lines[number + 1]):
            found.append((title, commands))
            title, commands = line, []
        elif until is not None:
            commands[-1] += "\n" + line[4:]
            until = None if line[4:] == until else until
        elif line.startswith("    $ "):
            commands.append(line[6:])
            heredoc = re.search(r"<<'?(\w+)'?", line)
            until = heredoc.group(1) if heredoc else None
    return [(t, c) for t, c in found + [(title, commands)] if c]


def patient_shell(t):
    """Its environment: see tests/lib/demo.py."""
    os.mkdir(t.path("bin"))
    t.write("bin/signalbox", AGAIN.format(real=shutil.which("signalbox")), 0o700)
    return {**os.environ, **patient_programs(t), "PATH": t.path("bin") + ":" + os.environ["PATH"]}


def run(commands, environment):
    """One shell for all of them; it stops at the first that fails and says which."""
    script = "set -u\n"
    for command in commands:
        quoted = command.split("\n")[0].replace("'", "'\\''")
        script += "%s\nstatus=$?\n" % command
        if not command.rstrip().endswith("&"):
            script += "[ $status = 0 ] || { echo 'FAILED: %s' \"($status)\" >&2; exit 1; }\n" % quoted
    with tempfile.TemporaryDirectory() as scratch:
        env = dict(environment, HOME=scratch, XDG_STATE_HOME=scratch + "/state", XDG_CONFIG_HOME=scratch + "/config")
        env.pop("SIGNALBOX_URL", None)
        shell = subprocess.Popen(["bash", "-c", script], cwd=scratch, env=env, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
        try:
            output, _ = shell.communicate(timeout=4 * LIMIT)
        except subprocess.TimeoutExpired:
            output = "not done within %d s" % (4 * LIMIT)
        try:
            os.killpg(shell.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
        if shell.poll() is None:
            shell.kill()
        shell.wait()
        return shell.returncode, output


def main():
    found = sections(os.path.join(os.environ["SB_TOP_SRCDIR"], "README"))
    mine = [(title, [c for c in commands if not c.startswith(BY_OTHERS)]) for title, commands in found]
    todo = [(title, commands) for title, commands in mine if commands]
    failed = 0
    environment = patient_shell(Test())
    print("1..%d" % len(todo))
    for number, (title, commands) in enumerate(todo, 1):
        status, output = run(commands, environment)
        failed += status != 0
        print("%s %d - %s: %d commands" % ("ok" if status == 0 else "not ok", number, title, len(commands)))
        if status:
            print("\n".join("# " + line for line in output.split("\n")[-40:]))
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
