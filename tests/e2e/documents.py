"""The man page and the completion say what the program's own tables say."""

import os
import re
import sys

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
from scripted import Scripted, snapshot
from sbtest import SRCDIR, Test, until

COMPLETION = os.path.join(SRCDIR, "data/completion/signalbox")


def read(path):
    with open(os.path.join(SRCDIR, path), encoding="utf-8") as f:
        return f.read()


class Program:
    """What it says of itself."""

    def __init__(self, t):
        whole = t.run("signalbox", "--help")[1]
        listed = whole.split("Commands:\n")[1].split("\n\n")[0]
        self.commands = [line.split()[0] for line in listed.splitlines()]
        self.codes = [tuple(l.split(None, 1)) for l in whole.split("Exit codes:\n")[1].split("\n\n")[0].splitlines()]
        self.options = {c: self.read_options(t, c) for c in self.commands}
        self.common = set.intersection(*map(set, self.options.values()))
        self.screens = re.search(r"there are: (.*)", t.run("signalbox", "--once", "--screen", "?")[2]).group(1).split(", ")

    @staticmethod
    def read_options(t, command):
        text = t.run("signalbox", command, "--help")[1].split("Options:\n")[1].split("\n\n")[0]
        return re.findall(r"^  (?:-\w, )?(--[a-z-]+)", text, re.M)

    def own(self, command):
        return set(self.options[command]) - self.common


def sections(page):
    """{title: text} of the page's .Sh sections."""
    parts = re.split(r"^\.Sh (.*)\n", page, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def test_manual(t, program):
    page = sections(read("doc/man/signalbox.1"))
    items = {}
    for head, text in re.findall(r"^\.It Cm ([^\n]*)\n(.*?)(?=^\.It Cm |\Z)", page["COMMANDS"], re.M | re.S):
        items[head.split()[0]] = items.get(head.split()[0], "") + head + "\n" + text
    t.equal(sorted(items), sorted(program.commands), "the page has every command and no other")
    for command in program.commands:
        text = items["failover"] if command == "failback" else items.get(command, "")
        written = set(re.findall(r"Fl -([a-z-]+)", text))
        t.equal(sorted(o for o in program.own(command) if o[2:] not in written), [], f"{command}: its options are there")
        known = {o[2:] for o in program.options[command]}
        t.equal(sorted(written - known), [], f"{command}: and no others")
    common = set(re.findall(r"^\.It Fl (?:\w , Fl )?-([a-z-]+)", page["OPTIONS"], re.M))
    t.equal(common, {o[2:] for o in program.common}, "the common options are there")
    codes = re.findall(r"^\.It (\d)\n([^\n]*)", page["EXIT STATUS"], re.M)
    t.equal(codes, program.codes, "the exit codes are those of --help")
    for name in ("SIGNALBOX_URL", "SIGNALBOX_TOKEN_FILE", "NO_COLOR", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        t.check(name in page["ENVIRONMENT"], f"{name} is explained")


class Shell:
    """bash with the completion, as it completes a line."""

    def __init__(self, t):
        self.t = t

    def complete(self, *words, **env):
        """The candidates for the last word; bash's own parting at = and : must be in the words."""
        script = ('. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _signalbox; '
                  'printf "%s\\n" "${COMPREPLY[@]}"')
        status, out, err = self.t.run("bash", "--norc", "-c", script, COMPLETION, "signalbox", *words,
                                      env={**os.environ, **env})
        if status or err:
            self.t.note(f"{words}: {status} {err}")
        self.quiet = not err
        return out.split()

    def find(self, *words, **env):
        """As complete, of what a backend knows: who waits for a line has little patience with it, and may try again."""
        return until(lambda: self.complete(*words, **env)) or []


def test_completion(t, program):
    shell = Shell(t)
    t.equal(sorted(shell.complete("")), sorted(program.commands), "completion knows every command")
    t.equal(shell.complete("sta"), ["status"], "by its beginning")
    for command in program.commands:
        t.equal(sorted(shell.complete(command, "--")), sorted(program.options[command]), f"{command}: its options")
    t.equal(sorted(shell.complete("--")), sorted(program.options["console"]), "without a command: the console's")
    t.equal(sorted(shell.complete("--once", "--screen", "")), sorted(program.screens), "the screens")
    t.equal(shell.complete("console", "--screen", "=", "ro"), ["roles"], "also behind =")
    t.equal(shell.complete("failover", "x", "--reason", ""), [], "nothing for a text")
    t.equal(sorted(shell.complete("operations", "re")), ["resume", "retry"], "the verbs")
    t.equal(shell.complete("audit", "ver"), ["verify"], "subcommands")
    t.equal(shell.complete("readiness", "--fail-on", "e"), ["error"], "severities")
    t.equal(shell.complete("--json", "gate", "m"), ["maintenance"], "options before a command do not count")
    t.write("some.conf", "")
    t.equal(shell.complete("check-config", t.path("so")), [t.path("some.conf")], "files")


def test_names(t):
    shell = Shell(t)
    operation = {"id": "op-1a-2b", "kind": "failover", "group": "payments", "state": "running",
                 "signoffs": [{"id": "so-1", "operation": "op-1a-2b", "digest": "d", "decision": "approve", "operator": "x"}]}
    objects = [("group", n, {"name": n}) for n in ("payments", "ledger")]
    objects += [("location", n, {"name": n}) for n in ("westeurope", "northeurope")]
    objects += [("operation", "op-1a-2b", operation),
                ("operation", "op-9z", {**operation, "id": "op-9z", "state": "awaiting-sign-off"}),
                ("group", "evil$(touch x)", {"name": "evil$(touch x)"}),
                ("alarm", "location-down:westeurope", {"id": "location-down:westeurope"})]
    with Scripted(t.path("names.sock")) as backend:
        backend.answers["GET /v1/snapshot"] = snapshot(*objects)
        env = {"SIGNALBOX_URL": backend.url}
        rows = [(("failover", ""), ["ledger", "payments"]), (("gate", "maintenance", "p"), ["payments"]),
                (("failover", "payments", "--to", ""), ["northeurope", "westeurope"]),
                (("watch", ""), ["op-1a-2b", "op-9z"]), (("signoff", ""), ["op-9z"]),
                (("operations", "show", "op-1"), ["op-1a-2b"]), (("automation", "off", "le"), ["ledger"]),
                (("ack", "location-down", ":", "we"), ["westeurope"]), (("ack", "loc"), ["location-down:westeurope"])]
        for words, wanted in rows:
            t.equal(sorted(shell.find(*words, **env)), wanted, f"names for {' '.join(words)}")
        t.equal(shell.find("failover", "--url", backend.url, "pa"), ["payments"], "from the backend that the line names")
        backend.bad = Scripted.hang
        t.equal(shell.complete("failover", "", **env), [], "a hung backend gives none")
        t.check(shell.quiet, "silently")
    t.equal((shell.complete("failover", "", SIGNALBOX_URL="unix:/no/such"), shell.quiet), ([], True), "nor does none")


with Test() as t:
    os.environ.update(XDG_STATE_HOME=t.path("state"), XDG_CONFIG_HOME=t.path("config"))
    os.environ.pop("SIGNALBOX_URL", None)
    program = Program(t)
    test_manual(t, program)
    test_completion(t, program)
    test_names(t)
