"""Every command line that a sentence, a finding, a screen or an error of ours proposes is one that the program takes.

They are collected from the literals of the source, so whoever writes a new one has it tried here. In a sentence a command
line stands in `backticks`; else it ends the line. What is to be filled in is a word in CAPITALS."""

import os
import re
import shlex
import sys

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/checks")
from sbtest import Test
import source

USAGE = 2
PIECES = re.compile(r'//[^\n]*|/\*.*?\*/|\'(?:\\.|[^\'\\\n])*\'|((?:"(?:\\.|[^"\\\n])*"\s*)+)', re.S)
ESCAPES = {"\\n": "\n", '\\"': '"', "\\\\": "\\", "\\u2026": "…"}


def literals(path):
    """The string literals of a C file, neighbours joined, and the lines they begin at."""
    text = source.read(path)
    for match in PIECES.finditer(text):
        if match.group(1):
            joined = "".join(re.findall(r'"((?:\\.|[^"\\\n])*)"', match.group(1)))
            for written, meant in ESCAPES.items():
                joined = joined.replace(written, meant)
            yield text.count("\n", 0, match.start()) + 1, joined


def command_lines(text, commands):
    """What is proposed in the text, and whether as a usage (with [], | and …)."""
    for match in re.finditer(r"signalbox (%s|[A-Z]+|%%s|--[a-z]+)(?![\w:])" % "|".join(commands), text):
        ticked = text[:match.start()].endswith("`")
        usage = "expected: " in text[:match.start()] and not ticked
        yield text[match.start():].split("`" if ticked else "\n")[0], usage


def filled_in(line):
    line = re.sub(r"%u|%d", "1", line.replace("--id %s", "--id x"))
    line = re.sub(r"%\.\*s|%s", "x/y", line)
    return re.sub(r"signalbox (x/y|COMMAND)", "signalbox status", line.split(" && ")[0])


class Program:
    def __init__(self, t):
        self.t = t
        listed = t.run("signalbox", "--help")[1].split("Commands:\n")[1].split("\n\n")[0]
        self.commands = [line.split()[0] for line in listed.splitlines()]
        self.options = {c: set(re.findall(r"--[a-z-]+", t.run("signalbox", c, "--help")[1].split("Options:\n")[1]))
                        for c in self.commands}

    def takes(self, line):
        """None if the program takes it, else what it says: it is run where there is no backend."""
        words = shlex.split(filled_in(line))
        if words == ["signalbox", "demo"]:
            words.append("--help")  # it would begin
        status, _, err = self.t.run(*words)
        return None if status != USAGE else err

    def lacks(self, usage):
        """Options that a usage names and the command has not."""
        command = usage.split()[1].rstrip(",")
        known = self.options.get(command) or set.union(*self.options.values())  # of a %s: some command's
        return set(re.findall(r"--[a-z-]+", usage)) - known


def test_tables(t, program):
    """The usages of --help."""
    for command in program.commands:
        usage = t.run("signalbox", command, "--help")[1].split("\n\n")[0]
        t.equal(set(re.findall(r"--[a-z-]+", usage)) - program.options[command], set(), f"{command}: its usage names its options")


with Test() as t:
    os.environ.update(XDG_STATE_HOME=t.path("state"), XDG_CONFIG_HOME=t.path("config"), SIGNALBOX_URL="unix:" + t.path("none"))
    program = Program(t)
    found = 0
    for path in source.files("src", ends=(".c",)):
        for number, text in literals(path):
            for line, usage in command_lines(text, program.commands):
                found += 1
                said = program.lacks(line) if usage else program.takes(line)
                if not t.check(not said, f"{path}:{number}: {line.strip()}"[:150]):
                    t.note(said)
    t.check(found > 50, "they are found")
    test_tables(t, program)
