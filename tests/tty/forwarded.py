#!/usr/bin/env python3
"""Signing where operators sit: logged in by ssh, with the agent of their own machine forwarded. In the console and by
commands; with a hardware key at the far end; and with the connection gone in the middle of it."""

import os
import subprocess
import sys

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/tty")
from sbtest import Test, until
from demo import Demo, patiently
from signers import Agent, Signers, Token, make_key
from ssh import Login
from terminal import Terminal, need_tmux
from keyboard import find_statement, read_to_the_end


# A session that says where its agent is and lasts until its input ends, with the connection.
HELD = 'echo "$SSH_AUTH_SOCK"; exec cat >/dev/null'


def write_signoff(t, screen, name):
    screen.wait("West Europe", "live", name=f"{name}: the console shows the fleet")
    t.check(find_statement(screen, "ledger") and read_to_the_end(screen), f"{name}: the form opens")
    screen.type("ledger")
    screen.press("Tab")
    screen.type("as agreed")


def run_in_session(t, demo, login, laptop, *command):
    whole = login.command("signalbox", *command, env=demo.environment, agent=laptop.socket)
    return patiently(lambda: t.run(*whole))


def test_console(t, demo, login, laptop):
    """The console in a session: it finds the forwarded agent, and nothing else."""
    command = login.command("signalbox", "console", "--arm", env=demo.environment, agent=laptop.socket, tty=True)
    screen = Terminal(t, 80, 24, *command, name="session")
    write_signoff(t, screen, "session")
    screen.wait("ed25519, agent mine", name="the key of the forwarded agent will sign")
    t.check(screen.press_until("C-s", "recorded by"), "it signs through the connection")
    screen.press("q", "q")
    t.equal(screen.ended(), 0, "q leaves, and with it the session")
    screen.close()


class Connection:
    """One more login of the operator's, which lasts until it is cut; `link` leads to its agent."""

    def __init__(self, t, login, agent, link):
        self.t = t
        self.process = t.spawn(*login.command("sh", "-c", HELD, agent=agent.socket), stdin=subprocess.PIPE)
        self.socket = until(self.told) or "nowhere"
        os.symlink(self.socket, link + ".new")
        os.rename(link + ".new", link)

    def told(self):
        lines = self.t.read(self.process.log).splitlines(keepends=True)
        return next((line.strip() for line in lines if line.startswith("/") and line.endswith("\n")), None)

    def cut(self):
        self.process.kill()
        self.process.wait()
        until(lambda: not os.path.exists(self.socket))


def test_cut(t, demo, login, token):
    """The console outlives the connection, as in tmux: the form stays, and signs once there is another."""
    held, link = Agent(t, "far"), t.path("agent-link")
    if token:
        held.add("-S", token.library, t.path("hers"))
    else:
        held.add(t.path("hers"))
    first = Connection(t, login, held, link)
    screen = Terminal(t, 80, 24, "signalbox", "console", "--arm", name="outlives",
                      env={**demo.environment, **demo.bob(), "SSH_AUTH_SOCK": link})
    write_signoff(t, screen, "outlives")
    screen.wait("ed25519, agent hers", name="the key at the far end will sign")
    if token:
        t.check(screen.press_until("C-s", "Waiting for a touch of the hardware key"), "its touch is awaited")
        t.wait_for(token.is_waiting, "at the far end")
    first.cut()
    if not token:
        screen.press("C-s")
    screen.wait("is gone:", "nobody answers at SSH_AUTH_SOCK", "connect again (ssh -A)", name="the connection goes: said, and what to do")
    screen.wait("as agreed", "sign and send", name="the form stays")
    if token:
        token.finger("no")  # the agent knows nothing of it
        t.wait_for(lambda: not token.is_waiting(), "the far agent is free again")
    t.equal(len(demo.operations("ledger")[0]["signoffs"]), 1, "nothing was sent")
    second = Connection(t, login, held, link)
    if token:
        token.finger("yes")
    t.check(screen.press_until("C-s", "recorded by"), "through the next connection it is signed")
    screen.press("q", "q")
    t.equal(screen.ended(), 0, "q leaves")
    screen.close()
    second.cut()


def test_commands(t, demo, login, laptop, operation, me):
    """By commands in a session: a step is asked to be left out, and that is signed, too."""
    def session(*command):
        return run_in_session(t, demo, login, laptop, *command)
    t.wait_for(lambda: any(s["state"] == "waiting" for s in demo.operation(operation)["steps"]), "what is left is to tell the auditors")
    step = next(s["number"] for s in demo.operation(operation)["steps"] if s["state"] == "waiting")
    status, out, err = session("operations", "skip", operation, "--step", str(step), "--reason", "nobody answers there")
    t.check(status == 0, "a skip is asked for")
    t.note(out + err)
    asked = next(o for o in demo.json("signoffs")["operations"] if o["id"] == operation)
    t.equal((asked["given"], asked["needed"]), (0, 2), "it waits for as many sign-offs as the operation")
    confirm = asked["acts"][-1]["statement"]["confirm"]
    approve = ("signoff", operation, "--approve", "--reason", "they were told by mail", "--confirm", confirm)
    status, out, err = session(*approve)
    t.check(status == 0 and "(ed25519, agent)" in out, "signed in a session, through the forwarded agent")
    t.note(out + err)
    status, out, err = demo.run(*approve, "--key", t.path("his"), env=demo.bob())
    t.check(status == 0 and "(ed25519, file)" in out, "and by the second person")
    t.wait_for(lambda: demo.operation(operation)["state"].startswith("completed"), "then it comes to its end")
    done = demo.operation(operation)
    t.equal((done["state"], done["steps"][step - 1]["state"]), ("completed-with-exceptions", "skipped"), "which is not called done")
    t.equal([(s["about"], s["operator"], s["verified"]) for s in done["signoffs"]],
            [(None, me, "verified"), (None, "bob", "verified"), (f"skip step {step}", me, "verified"), (f"skip step {step}", "bob", "verified")],
            "each sign-off verified")
    log = t.write("log.jsonl", demo.run("audit", "export")[1])
    status, out, _ = demo.run("audit", "verify", log, "--allowed-signers", demo.path("allowed_signers"), "--revoked",
                              demo.path("revoked_keys"))
    t.check(status == 0 and out.count("a key of") == 4, "and once more, offline")


def test_all(t, login):
    os.makedirs(t.path("home"))
    token = None if Token.MISSING else Token(t)
    mine, his = make_key(t, "mine"), make_key(t, "his")
    hers = token.make_key("hers") if token else make_key(t, "hers")
    laptop = Agent(t, "laptop")
    laptop.add(t.path("mine"))
    demo = Demo(t)
    demo.environment.update({"HOME": t.path("home"), "SIGNALBOX_KEY": ""})
    me = demo.get("/v1/whoami")["operator"]
    signers = Signers(demo)
    signers.allow(f"{me} {mine}", f"bob {hers}", f"bob {his}")
    t.check(signers.require(), "ledger takes signed sign-offs only")
    demo.wait_up()
    demo.run("failover", "ledger", "--planned", "--reason", "forwarding")
    operation = demo.proposal("ledger")["id"]
    if login.no_terminal:
        t.skip("the console in a session", login.no_terminal)
        status, _, _ = run_in_session(t, demo, login, laptop, "signoff", operation, "--approve", "--reason", "as agreed",
                                      "--confirm", "ledger")
        t.equal(status, 0, "so it is signed by command")
    else:
        test_console(t, demo, login, laptop)
    test_cut(t, demo, login, token)
    test_commands(t, demo, login, laptop, operation, me)


need_tmux()
with Test() as t:
    box = Login(t)
    if box.trouble:
        t.skip("signing in a session", box.trouble)
    else:
        test_all(t, box)
