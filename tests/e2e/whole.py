#!/usr/bin/env python3
"""Exercises and whole regions, on practice regions: an isolated drill looks and changes nothing, a live one moves
the group and brings it home again and counts as the year's test; then a region dies, all of its groups are moved
as one operation, one of them is refused, and the rest is retried. Covers F10, L16, and I13 of the drills."""

import base64
import json
import os
import re
import sys

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
from demo import Demo, fetch
from sbtest import LIMIT, Test, until

GROUPS = ("payments", "ledger")  # storefront moves by itself
ENDED = ("completed", "completed-with-exceptions", "partial", "aborted", "rejected", "withdrawn", "expired")


def propose(demo, *arguments):
    status, out, err = demo.run(*arguments, "--json")
    if status:
        raise RuntimeError(f"{' '.join(arguments)} ended with {status}: {err}")
    return json.loads(out)


def counters(demo):
    """What commands would have changed in the regions."""
    return {(location, g["group"]): (g["data"] and g["data"]["gate"], [w["enabled"] for w in g["workflows"]])
            for location in ("westeurope", "northeurope") for g in demo.state(location)["groups"]}


def wait_end(t, demo, name, what):
    return t.wait_for(lambda: demo.operation(name)["state"] in ENDED, what, 2 * LIMIT)


def read_only(t, demo):
    """The regions themselves refuse what the drill's credentials would change."""
    socket, before = demo.path("westeurope.sock"), counters(demo)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    ask = "grant_type=client_credentials&client_id=signalbox-drills&client_secret=" + t.read("demo/reader.secret")
    status, answer = fetch(socket, "/practice/oauth2/v2.0/token", "POST", ask.encode(), form)
    t.equal(status, 200, "the rehearsal's client signs in")
    arm = "/subscriptions/s/resourceGroups/payments/providers/Microsoft.Logic/workflows"
    reads = {"Authorization": "Bearer " + answer["access_token"]}
    t.equal(fetch(socket, arm + "?api-version=2019-05-01", "GET", None, reads)[0], 200, "and reads")
    status, answer = fetch(socket, arm + "/settle/disable?api-version=2019-05-01", "POST", None, reads)
    t.equal((status, answer["error"]["code"]), (403, "AuthorizationFailed"), "but may switch nothing off")
    token = {"Authorization": "Bearer " + t.read("demo/reader.token"), "x-signalbox-epoch": "999", "x-signalbox-key": "x"}
    status, answer = fetch(socket, "/site/v1/groups/payments/data/passivate", "POST", {}, token)
    t.equal(status, 403, "nor passivate the data")
    t.equal(counters(demo), before, "and nothing has changed")


def test_isolated(t, demo):
    before, epoch = counters(demo), demo.group("payments")["epoch"]
    drill = propose(demo, "drill", "payments", "--isolated", "--reason", "do the targets answer?")
    t.equal((drill["kind"], drill["drill"], drill["statement"]["mode"]), ("drill", "isolated", "DRILL"), "a drill says so")
    t.equal(drill["statement"]["confirm"], "DRILL payments ISOLATED", "it has a phrase of its own")
    status, _, err = demo.run("signoff", drill["id"], "--approve", "--reason", "go on", "--confirm", "payments")
    t.check(status == 1 and "DRILL payments ISOLATED" in err, "the phrase of the real thing is refused")
    status, _, err = demo.sign(drill["id"], "--key", demo.path("practice.key"))
    t.equal(status, 0, f"it is signed {err}")
    signature = "".join(demo.operation(drill["id"])["signoffs"][0]["signature"].splitlines()[1:-1])
    t.check(b"drill@signalbox" in base64.b64decode(signature), "in a namespace of its own")
    wait_end(t, demo, drill["id"], "the rehearsal ends")
    drill = demo.operation(drill["id"])
    t.equal(drill["state"], "completed", f"all of it would work: {drill['why']} {drill['exceptions']}")
    t.check(all(s["title"].startswith("rehearse") and s["key"] is None for s in drill["steps"]), "no step has a key")
    t.check(any("answered in" in (s["detail"] or "") for s in drill["steps"]), "it says how long each took")
    t.check(all("asked as its rehearsal has it" in s["detail"] for s in drill["steps"] if "answered in" in s["detail"]),
            "and that it was asked with credentials for that")
    read_only(t, demo)
    t.equal((counters(demo), demo.group("payments")["epoch"]), (before, epoch), "nothing was commanded")
    audit = demo.json("audit", "list")["records"]
    mine = [r for r in audit if drill["id"] in r["object"]]
    t.check(mine and all(r["detail"].startswith("DRILL (isolated)") for r in mine), "the audit log calls it a drill")


def test_live(t, demo):
    tested = demo.group("payments")["plan"]["tested_at"]
    drill = propose(demo, "drill", "payments", "--live", "--reason", "the yearly test")
    t.check(any(e.startswith("off on the way home") and "at most 25m" in e for e in drill["statement"]["effects"]),
            "it says for how long it may be off on its way home")
    watch = t.spawn("signalbox", "watch", drill["id"], env=demo.environment, log="watch.log")
    t.equal(demo.sign(drill["id"])[0], 0, "the live drill is signed")
    t.wait_for(lambda: demo.operation(drill["id"])["past_pnr"], "it is past its point of no return")
    demo.stop_daemon()
    demo.start_daemon()
    demo.wait_ready()
    wait_end(t, demo, drill["id"], "it is home again")
    done = demo.operation(drill["id"])
    t.equal(done["state"], "completed", f"as planned: {done['why']} {done['exceptions']}")
    t.check(done["there_s"] > 0 and done["back_s"] > 0, f"both ways are measured ({done['there_s']}, {done['back_s']})")
    t.wait_for(lambda: demo.active_at("payments", "westeurope"), "payments is active in West Europe again")
    t.equal(demo.group("payments")["plan"]["tested_at"], done["ended_at"], f"the plan is tested now ({tested} before)")
    watch.wait(LIMIT)
    said = t.read("watch.log")
    told = [line for line in said.splitlines() if re.match(r"\d\d:\d\d:\d\d", line)]  # not that nobody answered
    t.check(watch.returncode == 0 and told and all("DRILL" in line for line in told), "watch says DRILL in every line")
    t.contains(said, "turn: payments has arrived", "it says when it goes home")


def members(demo, parent):
    return {m["group"]: m for m in demo.operation(parent)["members"]}


def confirm_all(t, demo, name):
    """What the group does by hand is confirmed as it comes up, until the operation ends."""
    def over():
        operation = demo.operation(name)
        for step in operation["steps"]:
            if step["state"] == "waiting":
                demo.run("operations", "confirm", name, "--step", str(step["number"]), "--reason", "the auditors know")
        return operation["state"] in ENDED
    t.check(until(over), "its steps by hand are confirmed")


def test_region_drill(t, demo):
    """All that is at home in West Europe is rehearsed as one; what is refused is named, and retried alone."""
    before = counters(demo)
    parent = propose(demo, "drill", "--region", "westeurope", "--isolated", "--unplanned", "--reason",
                     "would all of it work?")
    t.equal((parent["region"], parent["drill"], parent["planned"]), ("westeurope", "isolated", False), "a region's drill")
    parts = {m["group"]: m["operation"] for m in parent["members"]}
    t.equal(set(parts), {*GROUPS, "storefront"}, "has each of its groups")
    first, *rest = parts
    status, _, err = demo.run("signoff", parts[first], "--reject", "--reason", "not today")
    t.equal(status, 0, f"{first} is rejected {err}")
    for group in rest:
        for who in ({}, demo.bob()):
            if demo.operation(parts[group])["state"] == "awaiting-sign-off":
                t.equal(demo.sign(parts[group], env=who)[0], 0, f"{group} is signed")
    wait_end(t, demo, parent["id"], "it ends")
    done = demo.operation(parent["id"])
    t.equal((done["state"], done["why"].split(";")[0]),
            ("partial", f"{len(rest)} of {len(parts)} groups rehearsed"), f"it is partial: {done['why']}")
    t.contains(done["why"], "rejected: " + first, "and says what is left")
    status, out, err = demo.run("operations", "retry", parent["id"], "--reason", "now that one")
    t.equal(status, 0, f"the rest is retried {err}")
    again = members(demo, parent["id"])
    t.equal({g: again[g]["operation"] for g in rest}, {g: parts[g] for g in rest}, "and nothing else")
    child = demo.operation(again[first]["operation"])
    t.equal((child["drill"], child["planned"]), ("isolated", False), "in the mode of the first")
    for who in ({}, demo.bob()):
        if demo.operation(child["id"])["state"] == "awaiting-sign-off":
            t.equal(demo.sign(child["id"], env=who)[0], 0, f"{first} is signed")
    wait_end(t, demo, parent["id"], "it ends again")
    t.check(demo.operation(parent["id"])["state"].startswith("completed"), "all of it is rehearsed")
    told = demo.run("report", parent["id"])[1]
    t.check(told.startswith("# DRILL isolated of every group of westeurope") and
            all(f"\n## DRILL isolated of {g}" in told for g in parts), "its report holds that of each group")
    t.equal(counters(demo), before, "nothing was commanded")


def test_region(t, demo):
    demo.fault("westeurope", "down")
    t.wait_for(lambda: all(demo.proposal(g, 1) for g in GROUPS), "the watchdog proposes both")
    t.wait_for(lambda: demo.group("storefront")["active"] == "northeurope", "storefront has moved by itself")
    watchdogs = {g: demo.proposal(g)["id"] for g in GROUPS}
    parent = propose(demo, "failover", "--region", "westeurope", "--reason", "the whole region is gone")["id"]
    t.equal({g: m["operation"] for g, m in members(demo, parent).items()}, watchdogs,
            "what the watchdog has proposed becomes a part of it")
    status, _, err = demo.run("signoff", parent, "--approve", "--reason", "all of it", "--confirm", "westeurope")
    t.check(status == 1, "the region itself is not signed")
    status, out, _ = demo.run("operations", "show", parent)
    t.check(all(g in out and watchdogs[g] in out for g in GROUPS), "its groups are listed")
    watch = t.spawn("signalbox", "watch", parent, env=demo.environment, log="region.log")
    status, _, err = demo.run("signoff", watchdogs["ledger"], "--reject", "--reason", "it can wait")
    t.equal(status, 0, f"ledger is rejected {err}")
    t.equal(demo.sign(watchdogs["payments"])[0], 0, "payments is signed")
    wait_end(t, demo, parent, "the region's operation ends")
    done = demo.operation(parent)
    t.equal((done["state"], done["why"]), ("partial", "1 of 2 groups moved; rejected: ledger"), "it is partial")
    watch.wait(LIMIT)
    t.check(watch.returncode == 4 and "ledger: rejected" in t.read("region.log"), "watch tells it")
    status, _, err = demo.run("operations", "retry", parent, "--reason", "now ledger too")
    t.equal(status, 0, f"the rest is retried {err}")
    again = members(demo, parent)
    t.check(again["ledger"]["operation"] != watchdogs["ledger"] and
            again["payments"]["operation"] == watchdogs["payments"], "only what was not moved is proposed again")
    for who in ({}, demo.bob()):
        t.equal(demo.sign(again["ledger"]["operation"], env=who)[0], 0, "it is signed, by two")
    confirm_all(t, demo, again["ledger"]["operation"])
    wait_end(t, demo, parent, "the region's operation ends again")
    t.equal(demo.operation(parent)["state"], "completed", "all of the region is moved")
    t.check(all(demo.group(g)["active"] == "northeurope" for g in GROUPS), "all are in North Europe")
    told = demo.run("report", parent)[1]
    t.check(all(f"\n## failover of {g}" in told for g in GROUPS) and told.count("\n### ") > len(GROUPS),
            "its report holds that of each group")
    parts = demo.json("report", parent)["parts"]
    t.equal({p["operation"]["group"] for p in parts}, set(GROUPS), "so does the JSON")
    status, _, err = demo.run("drill", "payments", "--live", "--reason", "not now")
    t.check(status == 1 and "home" in err, "a drill begins at home")


with Test() as t:
    demo = Demo(t)
    demo.wait_up()
    t.wait_for(lambda: demo.group("payments")["mode"] == "normal" and demo.active_at("payments", "westeurope"),
               "payments is at home")
    test_isolated(t, demo)
    test_region_drill(t, demo)
    test_live(t, demo)
    test_region(t, demo)
