#!/usr/bin/env python3
"""What a practice region does to the control plane: every fault is seen for what it is and gone when mended; a loss
behind broken replication is bounded honestly; commands that are done and never answered are done once; an old
primary that comes back still active is switched off. Covers L14 to L16, F1, F8, invariants 1 and 5."""

import os
import sys

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
from sbtest import Test, until
from demo import PATIENCE, Demo, fetch, seconds

# But how long East US may take is tested here.
HASTE_EAST = "/http:..eastus.health/,/nonce/b\n"


def test_verdicts(t, demo):
    """The faults that make a region useless, by what the probes say of them."""
    for kind, words in (("hang", "no answer within 1s"), ("garbage", "no sense"), ("huge", ""),
                        ("stale", "answers another probe")):
        demo.fault("eastus", kind)
        t.wait_for(lambda: demo.verdict("eastus") == "down", f"{kind}: the region is down")
        t.wait_for(lambda: words in demo.get("/v1/locations/eastus")["verdict"]["why"], f"{kind}: and why is said")
        demo.fault("eastus", "recover")
        t.wait_for(lambda: demo.verdict("eastus") == "up", f"{kind}: mended, it is up")
    t.equal(demo.operations("telemetry"), [], "telemetry has nowhere to go, and nothing is proposed")
    t.equal(demo.run("demo", "fault", "eastus", "recover"), (0, "", ""), "faults are made by command")
    status, _, err = demo.run("demo", "fault", "eastus", "nonsense")
    t.check(status == 1 and "no-replication" in err, "a fault there is not is refused, the others are named")
    status, _, err = demo.run("demo", "fault", "nowhere", "down")
    t.check(status == 1 and "eastus, northeurope, westeurope" in err, "a region there is not is refused, the others are named")
    status, _, err = demo.run("demo", "fault", "eastus", "down", "--dir", t.path("no-demo"))
    t.check(status == 3 and "--dir" in err, "where no demo runs, that is said")


def test_honest_bound(t, demo):
    """Replication breaks, seconds later the primary dies: the bound has grown with the gap."""
    demo.fault("westeurope", "no-replication")
    t.wait_for(lambda: (demo.group("payments")["loss"]["bound_s"] or 0) > 4, "the bound grows while nothing is replicated")
    demo.fault("westeurope", "down")
    proposal = demo.proposal("payments")
    statement = demo.operation(proposal["id"])["statement"]
    north = demo.group_at("northeurope", "payments")["data"]
    west = demo.group_at("westeurope", "payments")["data"]
    lost = seconds(west["committed_at"]) - seconds(north["through"])
    t.note(f"{west['position'] - north['position']} transactions, {lost:.2f} s; bound {statement['loss']['bound_s']} s")
    t.check(lost > 3, "seconds of transactions are on the dead side only")
    t.check(statement["loss"]["known"] is False or statement["loss"]["bound_s"] >= lost, "the statement's bound covers them")
    return proposal["id"]


def test_restart(t, demo, name):
    """kill -9 while the region is down: what was known of its silence is still known."""
    before = demo.operation(name)["statement"]["loss"]

    def killed_and_the_same():
        demo.stop_daemon()
        demo.start_daemon()
        demo.wait_ready()
        until(lambda: demo.verdict("westeurope") == "down" and demo.verdict("northeurope") == "up")
        now = demo.group("payments")["loss"]
        t.note(f"{before['how']}; then {now['how']}")
        return now["bound_s"] == before["bound_s"]
    # A hole in the probes longer than a verdict lasts (a busy machine) makes it larger, and that is right.
    t.check(any(killed_and_the_same() for _ in range(3)), "after kill -9 the bound is as it was")
    t.equal(demo.operation(name)["state"], "awaiting-sign-off", "and the statement still waits")


def test_mute(t, demo, name):
    """The target does what it is told and never answers: it is observed, and nothing is done twice."""
    lineage = demo.group_at("northeurope", "payments")["data"]["lineage"]
    fetch(demo.path("northeurope.control.sock"), "/site/v1/fault", "POST", {"kind": "mute"})
    status, _, err = demo.sign(name)
    t.check(status == 0, "it is signed")
    t.note(err)
    t.wait_for(lambda: demo.group_at("northeurope", "payments")["data"]["role"] == "primary",
               "the data is promoted, and nobody says so")
    def looked_at():
        return any(s["kind"] == "promote" and s["state"] == "done" for s in demo.operation(name)["steps"])
    t.wait_for(looked_at, "it is looked at, and seen to be done")
    demo.fault("northeurope", "recover")
    t.wait_for(lambda: demo.operation(name)["state"] == "completed", "the failover completes")
    data = demo.group_at("northeurope", "payments")["data"]
    t.equal((data["role"], data["parent"]), ("primary", lineage), "the data was promoted once")


def test_still_active(t, demo):
    status, _ = fetch(demo.path("westeurope.control.sock"), "/site/v1/fault", "POST",
                      {"kind": "recover", "still_active": True})
    t.equal(status, 200, "the old primary comes back and believes that it is still active")
    t.wait_for(lambda: not any(w["enabled"] for w in demo.group_at("westeurope", "payments")["workflows"]),
               "its workflows are switched off")
    t.wait_for(lambda: demo.group_at("westeurope", "payments")["data"]["gate"] == "sealed", "its data is sealed")
    t.wait_for(lambda: demo.active_at("payments", "northeurope"), "payments is active in one place")
    actions = [r["action"] for r in demo.get("/v1/audit?after=0")["records"]]
    t.check("quarantine.intent" in actions, "the audit log says so")
    t.wait_for(lambda: demo.group("payments")["mode"] == "failed-over", "and the group stays where it is")


with Test() as t:
    demo = Demo(t, patience=HASTE_EAST + PATIENCE)
    demo.wait_up()
    test_verdicts(t, demo)
    name = test_honest_bound(t, demo)
    test_restart(t, demo, name)
    test_mute(t, demo, name)
    test_still_active(t, demo)
