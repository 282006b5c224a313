#!/usr/bin/env python3
"""The whole main job, by commands: a region dies, an operator signs, the standby takes over; later it is
brought home. What the statement promised is compared with what the regions themselves have counted.
Covers L7, L12, L14 to L16, F1, F5, F6, F8, C4."""

import hashlib
import os
import re
import sys
import time

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
from sbtest import Test, until
from demo import Demo, seconds


def test_start(t, demo):
    t.equal(demo.line, f"export SIGNALBOX_URL=unix:{demo.dir}/signalboxd.sock SIGNALBOX_KEY={demo.dir}/practice.key\n",
            "it prints the one line")
    t.check(all(os.path.exists(demo.path(n + ".pid")) for n in
                ("demo", "signalboxd", "westeurope", "northeurope", "eastus")), "every process has its .pid")
    modes = {n: os.stat(demo.path(n)).st_mode & 0o777 for n in ("", "bob.token", "alice.token", "practice.secret")}
    t.equal(modes, {"": 0o700, "bob.token": 0o600, "alice.token": 0o600, "practice.secret": 0o600},
            "the directory and its secrets are private")
    demo.wait_up()
    t.wait_for(lambda: demo.active_at("payments", "westeurope"), "payments is active in West Europe")
    t.wait_for(lambda: demo.group_at("northeurope", "payments")["data"]["position"] > 5,
               "its data is replicated")
    t.wait_for(lambda: demo.get("/v1/runs?workload=payments/settle")["runs"], "a run of settle was seen")
    t.check(any(f["object"] == "location/eastus" for f in demo.get("/v1/readiness")["findings"]),
            "East US has a finding: nobody watches it from outside")

    def is_open():
        status, out, _ = demo.run("gate", "maintenance", "payments")
        return status == 0 and out.startswith("open")
    t.wait_for(is_open, "the maintenance gate is open")


def break_west(t, demo):
    """Answers the proposal of payments and what both sides had when it died."""
    broken = time.monotonic()
    demo.fault("westeurope", "down")
    proposal = demo.proposal("payments")
    t.check(proposal, f"the proposal stands (it took {time.monotonic() - broken:.1f} s)")
    t.check(demo.run("status")[0] == 4, "status says that something is down")
    return proposal["id"]


def all_replayed(demo):
    """North Europe's data, once it does not grow any more."""
    def read():
        return demo.group_at("northeurope", "payments")["data"]
    return until(lambda: (first := read())["position"] == read()["position"] and first)


def test_statement(t, demo, name):
    operation = demo.json("operations", "show", name)
    statement = operation["statement"]
    t.equal((operation["kind"], operation["from"], operation["to"]), ("failover", "westeurope", "northeurope"),
            "it goes to North Europe")
    fires = {f["id"]: f["value"] for f in statement["facts"] if f["id"].startswith(("fires.", "stages."))}
    t.wait_for(lambda: (demo.get("/v1/workloads/payments/settle")["triggers"][0]["overdue"] or 0) >= 1,
               "a recurrence is missed meanwhile")
    t.check("North Europe fires first at" in fires["fires.settle.every-10"], "it says what a failover now would miss of settle")
    t.check("works through what came meanwhile" in fires["fires.mail-orders.mailbox"], "and that a polling trigger misses nothing")
    t.check("stages.settle.westeurope" in fires, "and what the stages held when they were last seen")
    t.check(statement["loss"]["known"] and 0 < statement["loss"]["bound_s"] < 60, "the loss has a bound")
    t.contains(statement["confirm"], "FAIL OVER payments TO northeurope LOSE <=", "the phrase names the facts")

    def printed():
        status, out, _ = demo.run("operations", "show", name, "--statement")
        return hashlib.sha256(out.encode()).hexdigest() == demo.operation(name)["digest"]
    t.wait_for(printed, "the digest is the statement's SHA-256")
    return demo.operation(name)["statement"]


def test_signing(t, demo, name, statement):
    def sign(*arguments):
        return demo.run("signoff", name, *arguments)
    status, _, err = sign("--approve", "--reason", "it is gone", "--confirm", "FAIL OVER payments")
    t.check(status == 1 and statement["confirm"] in err, "a wrong phrase is refused, the right one is named")
    status, _, err = sign("--approve", "--reason", "...", "--confirm", statement["confirm"])
    t.check(status == 1 and "reason" in err, "a reason without a word is refused")
    t.equal(demo.operation(name)["state"], "awaiting-sign-off", "nothing was recorded of either")
    begun = time.monotonic()
    status, out, err = sign("--approve", "--reason", "it is gone", "--ticket", "INC-4711", "--confirm",
                            statement["confirm"])
    t.check(status == 0 and "recorded" in out, "the right one is recorded")
    t.note(err)
    active = until(lambda: demo.is_active_in("payments", "northeurope"), pause=0.01)
    t.check(active, f"active in North Europe (within {time.monotonic() - begun:.2f} s)")
    again = re.search(r"so-[a-z0-9-]+", err + out).group(0)
    status, out, _ = sign("--approve", "--reason", "it is gone", "--confirm", statement["confirm"], "--id", again)
    t.equal(len(demo.operation(name)["signoffs"]), 1, "the same sign-off sent twice counts once")


def test_takeover(t, demo, name):
    status, out, _ = demo.run("watch", name)
    t.check(status == 0 and "completed" in out, "watch follows it to its end")
    operation = demo.operation(name)
    t.equal(operation["state"], "completed", "payments has failed over")
    t.wait_for(lambda: demo.group("payments")["mode"] == "failed-over", "the group is in limited mode")

    def turned():
        roles = demo.roles("payments")
        return all(roles[w, "northeurope"] == ("active", "active") for w in ("accounts", "settle", "mail-orders", "notices"))
    t.wait_for(turned, "the matrix has turned over")
    status, out, _ = demo.run("gate", "maintenance", "payments")
    t.check(status == 1 and "closed" in out, "the gate is closed")
    t.wait_for(lambda: demo.operations("storefront")[0]["state"] == "completed" and
               demo.operations("storefront")[0]["automatic"], "storefront moved by itself: nothing could be lost")
    ledger = demo.operations("ledger")[0]
    t.check(ledger["state"] == "awaiting-sign-off" and ledger["statement"]["signoff"]["approvals"] == 2,
            "ledger waits for two people")


def test_loss(t, demo, name, before, statement):
    """`before`: North Europe's data after the death and before the promotion."""
    west = demo.group_at("westeurope", "payments")["data"]
    north = demo.group_at("northeurope", "payments")["data"]
    transactions = west["position"] - north["fork"]
    window = seconds(west["committed_at"]) - seconds(before["through"])  # all until then was replayed
    t.note(f"lost: {transactions} transactions, the last {window:.2f} s; bound {statement['loss']['bound_s']} s")
    t.equal(north["fork"], before["position"], "the new lineage begins where replication had ended")
    t.check(0 <= transactions <= 5 * (statement["loss"]["bound_s"] + 1), "few transactions were lost")
    t.check(window <= statement["loss"]["bound_s"], "no more was lost than the bound that was signed")
    return transactions


def confirm_own(t, demo, name):
    """The customer's own step, which no driver does: somebody does it and says how they know."""
    def waiting():
        return next((s for s in demo.operation(name)["steps"] if s["state"] == "waiting"), None)
    step = t.wait_for(waiting, "the customer's own step waits for a person")
    t.check(step["title"].startswith("your own: tell the auditors") and step["side"] == "operator", "it says what is to be done")
    status, _, err = demo.run("operations", "confirm", name, "--step", str(step["number"]), "--reason", "they answered the mail")
    t.check(status == 0, "it is confirmed")
    t.note(err)


def test_second_person(t, demo):
    """Four eyes and two sign-offs: alone nobody moves the ledger."""
    name = demo.operations("ledger")[0]["id"]
    status, _, err = demo.sign(name)
    t.check(status == 0 and demo.operation(name)["state"] == "awaiting-sign-off", "one of two: it still waits")
    status, _, err = demo.sign(name)
    t.check(status == 1, "the same person does not count twice")
    t.note(err)
    status, _, err = demo.sign(name, env=demo.bob())
    t.check(status == 0, "bob signs over TCP with his token")
    t.note(err)
    confirm_own(t, demo, name)
    t.wait_for(lambda: demo.operation(name)["state"] == "completed", "ledger has failed over")


def test_return(t, demo, name, transactions):
    demo.fault("westeurope", "recover")
    demo.wait_up("westeurope")
    t.wait_for(lambda: demo.active_at("payments", "northeurope"), "the old primary comes back passive")
    t.wait_for(lambda: demo.group_at("westeurope", "payments")["epoch"] == demo.group_at("northeurope", "payments")["epoch"] > 0,
               "it obeys no older epoch than its pair: nobody has commanded it since")
    t.wait_for(lambda: demo.group_at("northeurope", "payments")["lost_transactions"] == transactions,
               "both sides agree on what was lost")


def test_runs(t, demo):
    """The runs of both regions are one list, and what was missed by it is what the region itself has counted."""
    def counted():
        trigger = demo.get("/v1/workloads/payments/settle")["triggers"][0]
        site = next(w for w in demo.group_at("northeurope", "payments")["workflows"] if w["name"] == "settle")
        return trigger, site
    def agree():
        trigger, site = counted()
        return trigger["last_location"] == "northeurope" and (trigger["missed"], trigger["doubled"]) == (site["missed"], site["doubled"])
    if not t.wait_for(agree, "missed and doubled fires agree with the region's own count"):
        t.note(str(counted()))
    trigger, site = counted()
    t.note(f"missed {trigger['missed']} of settle, doubled {trigger['doubled']}")
    runs = demo.json("runs", "payments/settle")["runs"]
    t.equal({r["location"] for r in runs}, {"westeurope", "northeurope"}, "runs of both regions stand in one list")
    status, out, _ = demo.run("schedules", "--filter", "payments/settle")
    t.check(status == 0 and "payments/settle/every-10: copies 5s apart, one at a time: every 10s" in out, "how its copies lie together is told")
    rows = [r for r in demo.json("schedules")["schedules"] if r["split"]]
    t.equal([(r["workload"], r["location"]) for r in rows],
            [("ledger/feed-lake", "westeurope"), ("ledger/feed-lake", "northeurope"), ("governance/feed-lake", "northeurope"), ("governance/feed-lake", "westeurope")],
            "the parts of a split schedule stand together")
    t.contains(demo.run("schedules")[1], "The schedule feed-lake: split in 2: every 10s together, 20s alone", "and what they are together")
    moment = lambda hours: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + hours * 3600))
    long = demo.json("schedules", "--filter", "payments/settle", "--from", moment(-6), "--to", moment(6))["schedules"][0]
    t.check(len(long["occurrences"]) == 500 and long["occurrences"][0] < moment(0) < long["occurrences"][-1] and long["more"] and long["throughout"],
            "of more times than are listed those around the present are")


def go_home(t, demo, group):
    status, out, err = demo.run("failback", group, "--reason", "West Europe is whole again")
    t.check(status == 0, f"a failback of {group} is proposed")
    t.note(err)
    name = demo.operations(group, "failback")[0]["id"]
    statement = demo.operation(name)["statement"]
    gone = statement["loss"]["discards"]
    phrase = f"FAIL BACK {group} TO westeurope DISCARD {gone}" if gone else group
    t.equal((statement["loss"]["known"], statement["loss"]["bound_s"], statement["confirm"]), (True, 0, phrase),
            "the group's name is enough, unless rejoining discards what was lost")
    t.equal(gone, demo.group(group)["failback"]["discarded_transactions"], "as the group's readiness says")
    before = demo.group_at("northeurope", group)
    demo.sign(name)
    if statement["signoff"]["approvals"] == 2:
        demo.sign(name, env=demo.bob())
    if group == "ledger":
        confirm_own(t, demo, name)
    status, out, _ = demo.run("watch", name)
    t.check(status == 0, f"{group} is brought home")
    t.note(out if status else "")
    west, north = demo.group_at("westeurope", group), demo.group_at("northeurope", group)
    t.wait_for(lambda: demo.group(group)["mode"] == "normal", f"{group} is in normal mode")
    t.equal(west["data"]["parent"], before["data"]["lineage"], "its history goes on from North Europe's")
    t.check(west["data"]["fork"] >= before["data"]["position"], "and from no earlier point of it")
    t.equal((west["lost_transactions"], north["lost_transactions"]), (0, 0), "not one transaction was lost on the way")


def test_home(t, demo):
    go_home(t, demo, "payments")
    go_home(t, demo, "ledger")
    t.wait_for(lambda: demo.active_at("payments", "westeurope"), "the matrix is as it was")
    t.wait_for(lambda: demo.run("gate", "maintenance", "payments")[0] == 0, "the gate is open again")


def test_audit(t, demo):
    status, out, _ = demo.run("audit", "export")
    export = t.write("audit.jsonl", out)
    status, out, _ = demo.run("audit", "verify", export, env={"SIGNALBOX_URL": "unix:/nowhere"})
    t.check(status == 0 and "holds" in out, "the log's export verifies offline")
    lines = t.read("audit.jsonl").splitlines()
    t.check(sum('"signoff.recorded"' in l or '"signoff' in l for l in lines) >= 4, "every sign-off stands in it")
    t.write("cut.jsonl", "\n".join(lines[:3] + lines[4:]) + "\n")
    t.check(demo.run("audit", "verify", t.path("cut.jsonl"))[0] == 1, "a record taken out is found")


def test_end(t, demo):
    pids = [demo.pid(n) for n in ("signalboxd", "westeurope", "northeurope", "eastus")]
    t.equal(t.stop(demo.process), 0, "SIGTERM ends the demo")
    t.check(not any(os.path.exists(f"/proc/{pid}") for pid in pids), "and everything it started")
    t.check(os.path.isdir(demo.dir), "the directory that was named stays")


def main(t):
    demo = Demo(t)
    test_start(t, demo)
    name = break_west(t, demo)
    before = all_replayed(demo)
    statement = test_statement(t, demo, name)
    test_signing(t, demo, name, statement)
    test_takeover(t, demo, name)
    transactions = test_loss(t, demo, name, before, statement)
    test_second_person(t, demo)
    test_return(t, demo, name, transactions)
    test_runs(t, demo)
    test_home(t, demo)
    test_audit(t, demo)
    test_end(t, demo)


with Test() as t:
    main(t)
