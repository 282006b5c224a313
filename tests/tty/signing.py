#!/usr/bin/env python3
"""The sign-off form and SSH keys in a real terminal: which key will sign, another one, and every failure in words while
all that was typed stays."""

import os
import sys
import time

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/tty")
from sbtest import LIMIT, SLOW, Test, until
from demo import Demo
from signers import Agent, Signers, Token, make_key
from terminal import Terminal, need_tmux
from keyboard import find_statement, read_to_the_end

def open_form(t, demo, name, env, *more):
    """A console with the form of ledger open and everything typed."""
    screen = Terminal(t, 80, 24, "signalbox", "console", "--arm", *more, env={**demo.environment, **env}, name=name)
    screen.wait("West Europe", "live", name=f"{name}: the console shows the fleet")
    t.check(find_statement(screen, "ledger") and read_to_the_end(screen), f"{name}: the form opens")
    screen.type("ledger")
    screen.press("Tab")
    screen.type("the move was announced")
    return screen


def page_to(screen, text):
    """Looks for the text page by page, each from the beginning: a page that is turned twice at once is not shown."""
    end, page = time.monotonic() + LIMIT, 0
    while not screen.has(text) and time.monotonic() < end:
        screen.press("g", *["Space"] * page)
        until(lambda: screen.has(text), 2 * SLOW)
        page = (page + 1) % 9
    return screen.has(text)


def leave(t, screen):
    screen.press("Escape")
    screen.wait_gone("sign and send", "esc leaves the form")
    screen.press("q", "q")
    t.equal(screen.ended(), 0, "q leaves")
    screen.close()


def test_no_agent(t, demo, home):
    screen = open_form(t, demo, "nothing", {"HOME": home, "SSH_AUTH_SOCK": ""})
    screen.wait("Key none: There is no SSH agent", "ctrl-o looks again", "ctrl-o other key",
                name="no agent: the key's line says so, and what to press")
    screen.press("C-s")
    screen.wait("must be signed with an SSH key", name="and nothing is sent without a key")
    screen.wait("the move was announced", name="what was typed stays")
    leave(t, screen)


def test_agent(t, demo, agent, home, me, mine, signers):
    env = {"HOME": home, "SSH_AUTH_SOCK": agent.socket}
    screen = open_form(t, demo, "agent", env)
    screen.wait("Key SHA256:", "ed25519, agent mine", name="the agent's key will sign")
    screen.press("C-o")
    screen.wait("ed25519, agent other", name="ctrl-o: another one")
    screen.press("C-o")
    screen.wait("ed25519, agent mine", name="and round again: without one is no choice here")
    agent.lock()
    t.check(screen.press_until("C-s", "is locked (ssh-add -X"), "a locked agent: said")
    screen.wait("the move was announced", "sign and send", name="the form stays")
    agent.unlock()
    t.check(screen.press_until("C-s", "is not among"), "a key that is not listed: the backend's words")
    screen.wait("the move was announced", "sign and send", name="the form still stays")
    signers.allow(f'{me} valid-before="20200101" {mine}')
    t.check(screen.press_until("C-s", "validity at"), "an expired key: said")
    signers.allow(f"{me} {mine}")
    signers.revoke(mine)
    t.check(screen.press_until("C-s", "is revoked.") and screen.has("sign and send"), "a revoked key: said, and the form stays")
    signers.revoke()
    t.check(screen.press_until("C-s", "recorded by"), "then it is signed and recorded")
    screen.wait_gone("sign and send", "and the form is closed")
    signoffs = demo.operations("ledger")[0]["signoffs"]
    t.equal([(s["verified"], s["key_from"], s["reason"]) for s in signoffs], [("verified", "agent", "the move was announced")],
            "as the backend has it")
    screen.resize(132, 40)
    screen.wait("signs with ed25519", name="the frame says with what the operator signs")
    t.check(page_to(screen, "(ed25519, agent))"), "the statement says with what it was signed")
    screen.press("q", "q")
    t.equal(screen.ended(), 0, "q leaves")
    screen.close()
    record = Terminal(t, 100, 30, "signalbox", "console", "--screen", "record", "--object",
                      str(signoffs[0]["audit_seq"]), env={**demo.environment, **env}, name="record")
    record.wait("signoff.approve", "for signoff@signalbox", "fits the statement, checked just now",
                name="its record in the log is checked while one looks at it")
    record.close()


def test_hardware(t, demo, home, token, signers, lines):
    """Somebody else's key, which lives in hardware: it waits for a touch, each time."""
    key, held = token.make_key("token"), Agent(t, "token-agent")
    held.add("-S", token.library, t.path("token"))
    signers.allow(*lines, f"bob {key}")
    screen = open_form(t, demo, "hardware", {**demo.bob(), "HOME": home, "SSH_AUTH_SOCK": held.socket})
    screen.wait("sk-ed25519, agent token", name="a hardware key is shown as one")
    t.check(screen.press_until("C-s", "Waiting for a touch of the hardware key"), "it waits for a touch, and says so")
    screen.press("x", "x")
    screen.press("Escape")
    screen.wait("Given up: nothing was signed, nothing was sent", name="esc gives up, the form stays")
    screen.wait("the move was announced", "sign and send", name="with what was typed")
    t.check(not screen.has("announcedx"), "nothing is typed while a key signs")
    token.finger("no")  # the agent has waited on
    t.wait_for(lambda: not token.is_waiting(), "the agent is free again")
    t.check(screen.press_until("C-s", "Waiting for a touch"), "once more")
    token.finger("no")
    screen.wait("was not touched in time, the touch was refused", "sign and send", name="a refused touch: said, the form stays")
    t.check(screen.press_until("C-s", "Waiting for a touch"), "and once more")
    token.finger("yes")
    screen.wait("recorded by", name="touched, it is signed and recorded")
    screen.press("q", "q")
    t.equal(screen.ended(), 0, "q leaves")
    screen.close()
    t.equal([(s["operator"], s["verified"], s["key_type"]) for s in demo.operations("ledger")[0]["signoffs"]][-1],
            ("bob", "verified", "sk-ed25519"), "as the backend has it")


need_tmux()
with Test() as t:
    mine, home = make_key(t, "mine"), t.path("home")
    make_key(t, "other")
    os.makedirs(home)
    demo = Demo(t)
    demo.environment.pop("SIGNALBOX_KEY", None)
    signers = Signers(demo)
    agent = Agent(t)
    agent.add(t.path("mine"), t.path("other"))
    t.check(signers.require(), "ledger takes signed sign-offs only")
    demo.wait_up()
    demo.run("failover", "ledger", "--planned", "--reason", "keys")
    t.check(demo.proposal("ledger"), "a failover of ledger waits for sign-offs")
    test_no_agent(t, demo, home)
    me = demo.get("/v1/whoami")["operator"]
    test_agent(t, demo, agent, home, me, mine, signers)
    if Token.MISSING:
        t.skip("a hardware key", Token.MISSING)
    else:
        test_hardware(t, demo, home, Token(t, "hardware"), signers, [f"{me} {mine}"])
