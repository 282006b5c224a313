#!/usr/bin/env python3
"""Exceptional acts on a demo: an abort asked for and signed through the keyboard of the real console; a split brain,
shown above everything, refused the wrong way round and ended by command."""

import os
import re
import sys

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
from sbtest import Test, until
from demo import Demo, fetch
from terminal import Terminal, need_tmux, read_to_the_end


def stuck_failover(t, demo):
    """A planned failover that cannot catch up: between its first step and the point of no return."""
    demo.fault("westeurope", "no-replication")
    status, _, err = demo.run("failover", "payments", "--planned", "--reason", "it will have to be undone")
    t.equal((status, err), (0, ""), "a planned failover is proposed")
    name = demo.proposal("payments")["id"]
    t.equal(demo.sign(name)[0], 0, "and signed")

    def waits():
        return any(s["kind"] == "catch-up" and s["state"] == "intent" for s in demo.operation(name)["steps"])
    t.wait_for(waits, "it waits for data that does not come")
    return name


def abort_by_keys(t, demo, name):
    screen = Terminal(t, 80, 24, "signalbox", "console", "--arm", env=demo.environment)
    screen.wait("West Europe", name="the console opens")
    screen.type(":operation " + name)
    screen.press("Enter")
    screen.wait("wait until", name="the operation's page")
    screen.press("X")
    screen.wait("ASK TO ABORT", name="X asks first")
    screen.type("the data does not come")
    screen.press("C-s")
    screen.wait("ABORT payments: 0 of 1 signed", name="it waits for its sign-offs, and is held")
    t.check(demo.operation(name)["held"], "nothing new is begun meanwhile")
    screen.press("Enter")
    screen.wait("LIVE ABORT", name="its statement is one of its own")
    t.check(read_to_the_end(screen), "once read to its end it can be signed")
    screen.wait("Type exactly: ABORT payments", name="by a phrase of its own")
    screen.type("abort payments")
    screen.press("Tab")
    screen.type("it cannot be waited for")
    screen.wait("Ready: ctrl-s", name="the sign key opens")
    t.check(screen.press_until("C-s", "recorded by"), "the receipt says who recorded it")
    screen.press("q", "q", "q")
    screen.close()


def undone(t, demo, name):
    t.wait_for(lambda: demo.operation(name)["state"] == "aborted", "it is undone")
    operation = demo.operation(name)
    act = operation["acts"][0]
    t.equal((act["kind"], act["state"]), ("abort", "done"), "the act stands in the operation")
    t.equal([s["about"] for s in operation["signoffs"]], [None, "abort"], "with a sign-off of its own")
    text = demo.run("operations", "show", name)[1]
    t.contains(text, "asks to abort: the data does not come", "and is shown")
    t.contains(text, "  digest    " + operation["digest"], "with the digest of what was signed")
    t.check(re.search(r"(?m)^EVIDENCE +VALUE +AGE +SOURCE\n.*\n?West Europe +up: .* \d+\w+ +probes from", text),
            "and its evidence, each fact with its age and source")
    t.wait_for(lambda: demo.active_at("payments", "westeurope"), "payments runs where it was")
    status, _, err = demo.run("operations", "abort", name, "--reason", "once more")
    t.equal(status, 1, "what has ended is not aborted")
    t.contains(err, "aborted", "and why is said")


def instance(demo):
    workload = next(w for w in demo.json("roles")["workloads"] if w["id"] == "payments/mail-orders")
    return next(i for i in workload["instances"] if i["location"] == "northeurope")


def taken_back(t, demo):
    """Asked for while its target is silent, and taken back by the keyboard: nothing is switched off afterwards."""
    def alarmed():
        return any(a["id"] == "quarantine:payments/mail-orders@northeurope" and not a["ended_at"]
                   for a in demo.json("alarms")["alarms"])

    demo.fault("northeurope", "hang")
    t.wait_for(lambda: instance(demo)["state"] == "unreachable", "it is silent")
    status, _, err = demo.run("passivate", "payments/mail-orders", "northeurope", "--reason", "two of them run")
    t.equal((status, err), (0, ""), "what is silent can be asked to be switched off")
    t.wait_for(alarmed, "which is alarmed until it is")
    t.check(instance(demo)["passivate_by"], "with who asked")
    screen = Terminal(t, 80, 24, "signalbox", "console", env=demo.environment)
    screen.wait("West Europe", name="the console opens")
    screen.press("K")
    screen.wait("unpassivate payments/mail-orders northeurope", name="K takes it back, and asks why")
    screen.type("it is needed after all")
    screen.press("Enter")
    t.wait_for(lambda: not alarmed(), "then nobody waits for it any more")
    screen.press("q", "q")
    screen.close()
    demo.fault("northeurope", "recover")
    t.wait_for(lambda: demo.group("payments")["mode"] == "split", "it answers again, and still runs")
    t.wait_for(lambda: demo.get("/v1/locations/northeurope")["verdict"]["state"] == "up", "and is healthy")
    t.contains(demo.run("audit", "export")[1], "passivate.withdrawn", "which stands in the audit log")


def split(t, demo):
    group = demo.group("payments")
    boot = fetch(demo.path("northeurope.sock"), "/health")[1]["boot_id"]
    by_hand = {"x-signalbox-epoch": str(group["epoch"]), "x-signalbox-boot-id": boot, "x-signalbox-key": "by-hand"}
    status, _ = fetch(demo.path("northeurope.sock"), "/site/v1/groups/payments/workflows/mail-orders/enable", "POST", {},
                      by_hand)
    t.equal(status, 200, "somebody enables a workflow by hand where it must not run")
    t.wait_for(lambda: demo.group("payments")["mode"] == "split", "it is seen: split")
    alarm = until(lambda: next((a for a in demo.json("alarms")["alarms"] if a["id"] == "split:payments"), None))
    t.check(alarm and alarm["severity"] == "critical" and "West Europe (has the role)" in alarm["text"],
            "alarmed, with what each side is")
    once = ("console", "--once", "--screen", "audit", "--size", "100x30")
    t.wait_for(lambda: re.match(r".*SPLIT BRAIN: payments/mail-orders is active in 2 places", demo.run(*once)[1]),
               "it stands above everything on every screen")
    status, _, err = demo.run("passivate", "payments/mail-orders", "westeurope", "--reason", "the wrong way round")
    t.equal(status, 1, "the side with the role is not switched off by a slip")
    t.contains(err, "has the role", "and why is said")
    taken_back(t, demo)
    status, out, _ = demo.run("passivate", "payments/mail-orders", "northeurope", "--reason", "two of them run")
    t.equal(status, 0, "the other one is")
    t.wait_for(lambda: demo.group("payments")["mode"] == "normal", "and it is whole again")
    status, out, _ = demo.run("audit", "export")
    t.contains(out, "passivate.done", "which stands in the audit log")


def break_glass(t, demo):
    status, _, err = demo.run("failover", "ledger", "--planned", "--reason", "nobody else is awake")
    t.equal((status, err), (0, ""), "ledger, which takes two, is proposed")
    name = demo.proposal("ledger")["id"]
    alone = ("signoff", name, "--approve", "--break-glass", "--reason", "nobody else answers", "--confirm")
    status, _, err = demo.run(*alone, "ledger")
    t.equal(status, 1, "one person alone types more than the group's name")
    t.contains(err, "I ALONE BREAK THE GLASS: ledger", "and is told what")
    status, out, err = demo.run(*alone, "i alone break the glass: ledger")
    t.equal(status, 0, "then it is enough")
    signoff = demo.operation(name)["signoffs"][0]["id"]
    alarms = demo.json("alarms")["alarms"]
    t.check(any(a["id"] == "review:" + signoff and a["severity"] == "critical" for a in alarms), "everybody is alarmed")
    t.contains(demo.run("review")[1], signoff, "the review is listed")
    status, _, err = demo.run("review", signoff, "--reason", "it was all right")
    t.equal(status, 1, "not to be closed by who broke it")
    t.contains(err, "somebody else", "and why is said")
    status, _, err = demo.run("review", signoff, "--reason", "I have looked: it was all right", env=demo.bob())
    t.equal((status, err), (0, ""), "somebody else closes it")
    t.contains(demo.run("review")[1], "No review is due", "then none is due")
    t.contains(demo.run("operations", "show", name)[1], "reviewed by bob", "and the operation says so")


def checklist_by_keys(t, demo):
    """P2: an item of the check-list of a standby that is kept by hand is confirmed at the keyboard."""
    t.wait_for(lambda: demo.json("parity", "governance")["parity"], "both sides of the catalog are seen")
    screen = Terminal(t, 100, 30, "signalbox", "console", "--arm", env=demo.environment, name="checklist")
    screen.wait("West Europe", name="the console opens")
    screen.press("6")
    screen.wait("BY HAND", name="what is kept by hand stands on screen 6")
    screen.type("/catalog/westeurope/term")
    screen.press("Enter")
    screen.wait("term of governance/catalog", name="the terms of the catalog are found")
    screen.press("Enter")
    screen.wait("Customer", "Chargeback", "open, 0 confirmed", name="Enter opens the check-list of the terms")
    t.check(screen.press_until("G", "▌◐ different  Customer") or screen.press_until("g", "▌◐ different  Customer"),
            "the cursor goes to an item")
    screen.press("c")
    screen.wait("CONFIRM term Customer", name="c asks for a note")
    screen.type("their wording, on purpose")
    screen.press("C-s")
    screen.wait("their wording", "1 confirmed", name="it is confirmed, and the list says by whom")
    items = {i["name"]: i for i in demo.json("parity", "governance")["parity"][0]["items"]}
    t.equal(items["Customer"]["confirmed_note"], "their wording, on purpose", "the backend has it")
    t.check(items["Chargeback"]["confirmed_by"] is None, "and the other item is open")
    t.check(screen.press_until("G", "▌✓ different  Customer"), "confirmed it stands last")
    screen.press("W")
    screen.wait("WITHDRAW THE CONFIRMATION OF term Customer", name="W asks why it is open again")
    screen.type("nobody had asked them")
    screen.press("C-s")
    screen.wait("open, 0 confirmed", name="what was confirmed is taken back")
    t.check("nobody had asked them" in demo.run("audit", "list")[1], "with its reason in the audit log")
    screen.press("q")
    screen.wait("[6] Readiness", name="q leads back to screen 6")
    screen.press("/", "C-u")
    screen.type("kept/security")
    screen.press("Enter")
    screen.wait("configuration of security/code-hosts", name="a connector's kept configuration stands there, too")
    screen.press("Enter")
    screen.wait("organisation contoso", "no secret is in it", name="Enter shows what is kept (D1)")
    t.check("practice-only" not in screen.screen(), "without its secrets")
    screen.press("q", "q", "q")
    screen.close()


if __name__ == "__main__":
    need_tmux()
    with Test() as t:
        demo = Demo(t)
        demo.wait_up("westeurope", "northeurope")
        operation = stuck_failover(t, demo)
        abort_by_keys(t, demo, operation)
        undone(t, demo, operation)
        demo.fault("westeurope", "recover")
        split(t, demo)
        break_glass(t, demo)
        checklist_by_keys(t, demo)
