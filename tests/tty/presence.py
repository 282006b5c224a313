#!/usr/bin/env python3
"""Two people at one statement, each at a console of their own: each sees that the other looks, and until when it can be
signed. One is killed; the other can still sign."""

import os
import re
import signal
import sys

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/tty")
from sbtest import Test, until
from demo import Demo
from terminal import Terminal, need_tmux
from keyboard import find_statement


def console(t, demo, name, *options):
    screen = Terminal(t, 132, 43, "signalbox", "console", *options, env=demo.environment, name=name)
    screen.wait("West Europe", "live", name=f"{name}: the console shows the fleet")
    t.check(find_statement(screen, "ledger"), f"{name}: at the statement of ledger")
    return screen


need_tmux()
with Test() as t:
    demo = Demo(t)
    demo.wait_up()
    status, _, err = demo.run("failover", "ledger", "--reason", "a rehearsal")
    t.check(status == 0, "ledger is proposed") or t.note(err)
    with open(demo.path("signalboxd.port"), encoding="ascii") as f:
        url = "http://127.0.0.1:" + f.read().strip()
    mine = console(t, demo, "mine")
    mine.wait("nobody else looks at this", name="alone at it")
    t.check(until(lambda: re.search(r"expires in|EXPIRES", mine.screen())), "until when it can be signed stands there") or \
        t.note(mine.screen())
    bob = console(t, demo, "bob", "--url", url, "--token-file", demo.path("bob.token"))
    mine.wait("bob looks too", name="I see that bob looks")
    bob.wait(demo.get("/v1/whoami")["operator"] + " looks too", name="and bob that I do")
    os.kill(bob.pid(), signal.SIGKILL)
    status, _, err = demo.run("signoff", demo.proposal("ledger")["id"], "--reject", "--reason", "enough", "--no-signature")
    t.check(status == 0, "a console that is killed holds nothing: it can be decided on") or t.note(err)
    mine.wait("rejected", name="which I see")
    mine.close()
    bob.close()
