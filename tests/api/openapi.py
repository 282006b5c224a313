"""Every route of a running daemon, with regions that are really there: each answer is held against the
contract, good ones and refusals alike."""

import hashlib
import json
import os
import sys
import time
import urllib.parse

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/api")
from sbtest import Test

try:
    from backend import Backend, Contract
except ImportError as error:
    Test.skip_all(f"{error.name} is not installed")

LINES = {"Accept": "application/x-ndjson"}


class Asking:
    """Asks, and checks status, problem type and contract in one go."""

    def __init__(self, test, backend, contract):
        self.test, self.backend, self.contract = test, backend, contract

    def __call__(self, method, path, status, problem=None, body=None, name=None, **how):
        answer = self.backend.ask(method, path, body, **how)
        name = name or f"{method} {path} is answered {status} {problem or ''}".strip()
        wrong = [] if answer.status == status else [f"status {answer.status}, wanted {status}"]
        if answer.media == "application/problem+json" and answer.problem != problem:
            wrong.append(f"problem {answer.problem}, wanted {problem}")
        wrong += self.contract.broken(method, path, answer)
        if not self.test.check(not wrong, name):
            self.test.note("\n".join(wrong) + "\n" + answer.body.decode("utf-8", "replace")[:1500])
        return answer


def questions(t, ask):
    for path in ("/healthz", "/readyz", "/metrics", "/v1/openapi.yaml", "/v1/whoami", "/v1/fleet", "/v1/snapshot",
                 "/v1/locations", "/v1/locations/west", "/v1/locations/lone", "/v1/groups", "/v1/groups/pay",
                 "/v1/groups/pay/workloads", "/v1/groups/pay/gates/maintenance", "/v1/workloads",
                 "/v1/workloads/pay/settle", "/v1/workloads/pay%2Fsettle", "/v1/schedules", "/v1/readiness",
                 "/v1/alarms", "/v1/sinks", "/v1/operations", "/v1/audit", "/v1/audit/head", "/v1/audit/export"):
        ask("GET", path, 200)
        head = ask("HEAD", path, 200)
        t.equal(head.body, b"", f"HEAD {path} has no body")
    for path in ("/v1/locations/nowhere", "/v1/groups/none", "/v1/groups/none/workloads",
                 "/v1/groups/none/gates/maintenance", "/v1/workloads/pay/none", "/v1/operations/op-none",
                 "/v1/operations/op-none/statement", "/v1/operations/op-none/signoffs/s-none"):
        ask("GET", path, 404, "not-found")
    for path in ("/v1/groups?limt=5", "/v1/whoami?x", "/v1/groups?filter=pay", "/v1/workloads?limit=0",
                 "/v1/workloads?limit=10001", "/v1/workloads?cursor=-1", "/v1/schedules?from=yesterday",
                 "/v1/schedules?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "/v1/audit?limit=0",
                 "/v1/audit?after=x", "/v1/events?since=now"):
        ask("GET", path, 400, "bad-request")
    ask("GET", "/v1/events?since=1", 410, "gone")


def lists(t, ask):
    whole = ask("GET", "/v1/workloads", 200).json["workloads"]
    lines = ask("GET", "/v1/workloads", 200, headers=LINES).lines
    t.equal([w["id"] for w in lines], [w["id"] for w in whole], "lines hold the same as the page")
    t.equal(len(whole), 6, "all of them")
    paged, cursor = [], "0"
    while cursor is not None:
        page = ask("GET", f"/v1/workloads?limit=4&cursor={cursor}", 200).json
        paged += page["workloads"]
        cursor = page["next"]
    t.equal([w["id"] for w in paged], [w["id"] for w in whole], "page after page too")
    some = ask("GET", "/v1/workloads?filter=shop/", 200).json["workloads"]
    t.equal({w["group"] for w in some}, {"shop"}, "a filter leaves the others out")
    for path in ("/v1/locations", "/v1/groups", "/v1/readiness", "/v1/alarms", "/v1/operations"):
        ask("GET", path, 200, headers=LINES, name=f"{path} as lines")
    one = ask("GET", "/v1/groups/pay/workloads", 200).json["workloads"]
    t.equal([w["group"] for w in one], ["pay"] * 3, "a group's workloads are its own")
    snapshot = ask("GET", "/v1/snapshot", 200).lines
    kinds = [line["kind"] for line in snapshot]
    t.equal((kinds[0], kinds[1], kinds[-1]), ("me", "frame", "end"), "a snapshot begins and ends as it should")
    t.equal(kinds.count("workload"), 6, "with every workload")


def validators(t, ask):
    """ETag and If-None-Match, on something that does not change by itself."""
    answer = ask("GET", f"/v1/operations/{t.ended}", 200)
    tag = answer.headers["ETag"]
    for given in (tag, f'W/{tag}', f'"1", {tag}', "*"):
        again = ask("GET", f"/v1/operations/{t.ended}", 304, headers={"If-None-Match": given},
                    name=f"If-None-Match {given} is answered 304")
        t.equal(again.headers["ETag"], tag, "with the same ETag")
    ask("GET", f"/v1/operations/{t.ended}", 200, headers={"If-None-Match": '"1"'}, name="another ETag is answered 200")
    ask("HEAD", f"/v1/operations/{t.ended}", 304, headers={"If-None-Match": tag}, name="HEAD knows it too")
    t.equal(ask("GET", "/v1/groups", 200, headers=LINES).headers["ETag"][-7:], '.lines"',
            "lines are another representation")
    t.equal(ask("GET", "/v1/whoami", 200).headers["Cache-Control"], "no-store", "what has no ETag is not kept")


def schedules(t, ask):
    path = "/v1/schedules?from=2027-03-27T00:00:00Z&to=2027-03-30T00:00:00Z&filter=pay/close"
    rows = ask("GET", path, 200).json["schedules"]
    t.equal([(r["location"], r["zone"]) for r in rows], [("west", "Europe/Rome"), ("north", "Europe/Rome")],
            "a schedule has a row at each location")
    t.equal(rows[0]["occurrences"], ["2027-03-27T01:30:00.000Z", "2027-03-28T01:30:00.000Z",
                                     "2027-03-29T00:30:00.000Z"], "it keeps to the wall clock")
    t.equal(rows[0]["dst"], [{"at": "2027-03-28T01:30:00.000Z", "what": "moved"}], "the skipped hour is told")
    row = ask("GET", "/v1/schedules?filter=pay/settle&to=2099-01-01T00:00:00Z", 400, "bad-request")
    row = ask("GET", "/v1/schedules?filter=pay/settle", 200).json["schedules"][0]
    t.equal((len(row["occurrences"]), row["more"]), (500, True), "a dense one is cut, and says so")
    whole = ask("GET", "/v1/schedules", 200).json
    part = ask("GET", "/v1/schedules?offset=3&limit=2", 200).json
    t.equal((part["offset"], part["total"], part["more"], whole["more"]), (3, len(whole["schedules"]), True, False), "a window says of what it is a part")
    t.equal([(r["workload"], r["location"]) for r in part["schedules"]],
            [(r["workload"], r["location"]) for r in whole["schedules"][3:5]], "... and has its rows")
    for query in ("limit=0", "limit=2001", "offset=-1", "offset=x"):
        ask("GET", "/v1/schedules?" + query, 400, "bad-request")


def runs(t, ask):
    """Both regions' runs in one list: bounded, filtered, the newest first; and what is counted from it."""
    def listed(query=""):
        return ask("GET", "/v1/runs" + query, 200).json
    t.wait_for(lambda: len(listed("?workload=pay/settle")["runs"]) > 2, "runs are seen")
    page = listed("?workload=pay/settle&limit=2")
    t.equal((len(page["runs"]), page["more"]), (2, True), "a page is bounded, and says that there is more")
    times = [r["started_at"] for r in listed()["runs"]]
    t.equal(times, sorted(times, reverse=True), "the newest first")
    t.check(all(r["location"] == "west" and r["trigger"] and r["scheduled_at"] for r in page["runs"]), "with where and what for")
    older = listed(f"?workload=pay/settle&to={page['runs'][-1]['started_at']}")["runs"]
    last = page["runs"][-1]
    t.check(last["id"] in [r["id"] for r in older if r["started_at"] == last["started_at"]] and
            older[0]["started_at"] == last["started_at"], "the next page goes on from there")
    t.equal(listed("?workload=pay/settle&location=north")["runs"], [], "nothing ran at the other")
    t.equal(listed("?from=2099-01-01T00:00:00Z"), {"runs": [], "more": False}, "nor in the future")
    trigger = ask("GET", "/v1/workloads/pay/settle", 200).json["triggers"][0]
    t.equal((trigger["missed"], trigger["doubled"], trigger["last_location"]), (0, 0, "west"), "nothing was missed or doubled")
    row = ask("GET", f"/v1/schedules?filter=pay/settle&from={trigger['counted_since']}", 200).json["schedules"][0]
    if not t.check(row["ran"] and not row["missed_at"] and not row["doubled_at"], "the schedule knows what ran"):
        t.note({k: row[k][:5] if isinstance(row[k], list) else row[k] for k in row})
    for query, problem in (("?workload=pay/none", "not-found"), ("?location=moon", "not-found"), ("?limit=0", "bad-request"),
                           ("?limit=1001", "bad-request"), ("?from=now", "bad-request"), ("?filter=x", "bad-request")):
        ask("GET", "/v1/runs" + query, 404 if problem == "not-found" else 400, problem)


def wrong_requests(t, ask, backend):
    post = "/v1/operations"
    good = {"kind": "failover", "scope": {"group": "pay"}, "reason": "practice run"}
    for body, name in (("", "nothing"), ("{", "half an object"), ("[]", "a list"), ('{"kind":1}', "a number"),
                       (b'{"kind":"fail\xff"}', "no UTF-8"), ("{}{}", "two objects"),
                       ('{"kind":"failover","kind":"failover"}', "a key twice")):
        ask("POST", post, 400, "bad-request", body=body, name=f"{name} is refused")
    ask("POST", post, 413, "too-large", body="[" * 100, name="a deep list is refused")
    for change, name in (({"nonsense": 1}, "an unknown field"), ({"kind": "party"}, "an unknown kind"),
                         ({"scope": {"group": "pay", "x": 1}}, "an unknown field within"),
                         ({"reason": "ä" * 1001}, "a reason of 2002 bytes"), ({"scope": {}}, "no group"), ({"planned": "yes"}, "a word for a bool")):
        ask("POST", post, 400, "bad-request", body={**good, **change}, name=f"{name} is refused")
    ask("POST", post, 400, "bad-request", body=good, headers={"Idempotency-Key": "no good"},
        name="a bad Idempotency-Key is refused")
    ask("POST", post, 422, "no-reason", body={**good, "reason": " -- "})
    ask("POST", post, 404, "not-found", body={**good, "scope": {"group": "none"}})
    ask("POST", "/v1/groups/pay/plan/review", 400, "bad-request", body={"reason": "a word " * 300}, name="and of an act")
    ask("POST", post, 413, "too-large", body=b" " * (1 << 20) + b"{}x")
    answer = ask("POST", post, 413, "too-large", body=b" " * (3 << 20), name="3 MB are refused too")
    for path, method in (("/v1/groups", "POST"), ("/v1/groups", "DELETE"), ("/v1/operations", "PUT"), ("/healthz", "POST")):
        answer = backend.ask(method, path)
        t.equal((answer.status, answer.problem), (405, "about:blank".rsplit(":", 1)[-1]), f"{method} {path} is refused")
        t.contains(answer.headers["Allow"], "GET", "with what is allowed")
    for path in ("/", "/v1", "/v2/groups", "/v1/groups/pay/none"):
        answer = backend.ask("GET", path)
        t.equal((answer.status, answer.problem), (404, "not-found"), f"{path} is nowhere")


def commands(t, ask):
    """What changes small things."""
    ask("POST", "/v1/presence", 404, "not-found", body={"operation": "op-none"})
    ask("POST", "/v1/presence", 200, body={})
    ask("POST", "/v1/presence", 400, "bad-request", body={"operaton": None})
    ask("POST", "/v1/alarms/none/acknowledge", 404, "not-found", body={})
    ask("POST", "/v1/sinks/none/test", 404, "not-found", body={})
    ask("POST", "/v1/sinks/none/test", 400, "bad-request", body={"not": "e"})
    ask("POST", "/v1/alarms/none/acknowledge", 400, "bad-request", body={"not": "e"})
    known = {"note": "it is known", "until": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86400))}
    ask("POST", "/v1/readiness/none/acknowledge", 404, "not-found", body=known)
    ask("POST", "/v1/readiness/none/acknowledge", 400, "bad-request", body={"note": "without an end"})
    finding = ask("GET", "/v1/readiness", 200).json["findings"][0]
    path = "/v1/readiness/" + urllib.parse.quote(finding["id"], safe="") + "/acknowledge"
    ask("POST", path, 412, "precondition-failed", body={**known, "mark": "0" * 16})
    ask("POST", path, 422, "no-reason", body={**known, "note": "?"})
    ask("POST", path, 200, body={**known, "mark": finding["mark"]})
    again = ask("GET", "/v1/readiness", 200).json["findings"][0]
    t.equal((again["id"], again["acknowledged_note"]), (finding["id"], "it is known"), "it stays listed, with who knows of it")
    back = path.replace("/acknowledge", "/withdraw")
    ask("POST", back, 403, "not-allowed", body={"reason": "let it count"}, person="vera")
    ask("POST", back, 422, "no-reason", body={"reason": "-"})
    ask("POST", back, 400, "bad-request", body={})
    key = {"Idempotency-Key": "back-1"}
    ask("POST", back, 200, body={"reason": "let it count"}, headers=key, name="the acknowledgement is taken back")
    ask("POST", back, 200, body={"reason": "let it count"}, headers=key, name="and the same request is answered again")
    ask("POST", back, 409, "nothing-to-do", body={"reason": "once more"})
    ask("POST", "/v1/readiness/none/withdraw", 404, "not-found", body={"reason": "let it count"})
    ask("POST", "/v1/alarms/none/withdraw", 404, "not-found", body={"reason": "let it count"})
    ask("POST", "/v1/automation", 400, "bad-request", body={"arm": False})
    ask("POST", "/v1/automation", 200, body={"arm": True, "reason": "all is well"}, headers={"Idempotency-Key": "arm-1"})
    ask("POST", "/v1/groups/none/automation", 404, "not-found", body={"arm": True, "reason": "no such group"})
    ask("POST", "/v1/groups/pay/automation", 200,
        body={"arm": True, "reason": "all is well here"}, headers={"Idempotency-Key": "arm-2"})
    review = "/v1/groups/pay/plan/review"
    ask("POST", review, 403, "not-allowed", body={"reason": "read it"}, person="vera")
    ask("POST", review, 422, "no-reason", body={"reason": " - "})
    ask("POST", review, 400, "bad-request", body={})
    ask("POST", "/v1/groups/none/plan/review", 404, "not-found", body={"reason": "read it"})
    ask("POST", review, 200, body={"reason": "the order of the steps"}, headers={"Idempotency-Key": "review-1"})
    ask("POST", "/v1/operations/op-none/hold", 404, "not-found", body={})
    ask("POST", "/v1/operations/op-none/steps/1/confirm", 404, "not-found", body={"reason": "seen with my eyes"})
    ask("POST", "/v1/operations/op-none/steps/0/confirm", 400, "bad-request", body={"reason": "seen with my eyes"})
    for verb in ("withdraw", "start", "resume", "retry", "skip", "abort", "attest"):
        ask("POST", f"/v1/operations/op-none/{verb}", 404, "not-found", body={"reason": "for no reason"})
        ask("POST", f"/v1/operations/op-none/{verb}", 400, "bad-request", body={"because": 1})


def afterwards(t, ask):
    """What is done to a sign-off once it is there."""
    ask("GET", "/v1/reviews", 200)
    ask("GET", "/v1/operations/op-none/acts/1/statement", 404, "not-found")
    ask("GET", "/v1/operations/op-none/acts/0/statement", 400, "bad-request")
    for verb in ("withdraw", "review"):
        path = f"/v1/operations/op-none/signoffs/so-1/{verb}"
        ask("POST", path, 404, "not-found", body={"reason": "for no reason"})
        ask("POST", path, 400, "bad-request", body={"note": "not known"})


# What a text may hold: it must come out of the canonical form as it went in.
HOSTILE = "practice \x01\x1b[2J\x7f\r\n\t\b \u2028\u202e \U0001f4a9 \u00e9 e\u0301 \"quoted\" \\ </b> | 1e21"


def switching_off(ask):
    body = {"workload": "pay/none", "location": "west", "reason": "two of them run"}
    ask("POST", "/v1/passivations", 404, "not-found", body=body)
    ask("POST", "/v1/passivations", 400, "bad-request", body={**body, "why": 1})
    ask("POST", "/v1/passivations", 403, "not-allowed", body=body, person="vera")
    ask("POST", "/v1/passivations/withdraw", 404, "not-found", body=body)
    ask("POST", "/v1/passivations/withdraw", 400, "bad-request", body={"workload": "pay/none"})
    ask("POST", "/v1/passivations/withdraw", 403, "not-allowed", body=body, person="vera")


def wholes_and_drills(t, ask):
    """A whole region, and exercises: what is proposed of them, and what is refused; nothing is recorded."""
    path, why = "/v1/operations", "an exercise of the interface"
    whole = {"kind": "failover", "scope": {"location": "west"}, "reason": why, "dry_run": True}
    dry = ask("POST", path, 200, body=whole, name="a region is asked about").json
    t.equal((dry["region"], dry["group"], dry["statement"]), ("west", "", None), "the answer is the parent")
    t.check([m["group"] for m in dry["members"]] and all(m["why"] for m in dry["members"]), "with its groups")
    for scope in ({}, {"group": "pay", "location": "west"}, {"region": "west"}):
        ask("POST", path, 400, "bad-request", body={**whole, "scope": scope}, name=f"scope {scope} is refused")
    ask("POST", path, 404, "not-found", body={**whole, "scope": {"location": "nowhere"}})
    drill = {"kind": "drill", "scope": {"group": "pay"}, "reason": why, "dry_run": True}
    for mode in ("isolated", "live"):
        dry = ask("POST", path, 200, body={**drill, "mode": mode}, name=f"a drill, {mode}").json
        t.equal((dry["statement"]["mode"], dry["drill"]), ("DRILL", mode), "says so in what is signed")
        dry = ask("POST", path, 200, body={**drill, "mode": mode, "scope": whole["scope"]}, name="of a region, too").json
        t.equal((dry["drill"], dry["region"], [m["group"] for m in dry["members"]][:1]), (mode, "west", ["pay"]), "so")
    for more in ({}, {"mode": "none"}, {"mode": "loud"}, {"mode": "live", "planned": False},
                 {"mode": "live", "planned": False, "scope": {"location": "west"}}):
        ask("POST", path, 400, "bad-request", body={**drill, **more}, name=f"a drill with {more} is refused")
    ask("POST", path, 400, "bad-request", body={**whole, "mode": "live"}, name="and a failover with a mode")
    t.equal(ask("GET", path, 200).json["operations"], [], "nothing is recorded")


def one_key_one_proposal(t, ask):
    good = {"kind": "failover", "scope": {"group": "shop"}, "reason": HOSTILE, "planned": True}
    dry = ask("POST", "/v1/operations", 200, body={**good, "dry_run": True}, name="a dry run is answered").json
    t.check(dry["statement"]["steps"], "with its statement")
    t.equal(ask("GET", "/v1/operations", 200).json["operations"], [], "and nothing is recorded")
    key = {"Idempotency-Key": "propose-1"}
    first = ask("POST", "/v1/operations", 200, body=good, headers=key, name="a proposal is made").json
    again = ask("POST", "/v1/operations", 200, body=good, headers=key, name="the same key again").json
    t.equal(again["id"], first["id"], "is the same proposal")
    t.equal(len(ask("GET", "/v1/operations", 200).json["operations"]), 1, "and there is one")
    ask("POST", "/v1/operations", 422, "key-reused", body={**good, "reason": "quite another"}, headers=key,
        name="the same key for something else is refused")
    ask("POST", "/v1/operations", 422, "key-reused", body=good, headers=key, person="otto",
        name="and for somebody else")
    ask("POST", "/v1/operations", 409, "conflict", body=good, name="a second proposal of the group is refused")
    return first["id"]


def statement_and_signs(t, ask, name):
    path = f"/v1/operations/{name}"
    operation = ask("GET", path, 200).json
    statement = ask("GET", f"{path}/statement", 200)
    digest = hashlib.sha256(statement.body).hexdigest()
    t.equal(digest, operation["digest"], "the digest is the statement's")
    again = json.dumps(operation["statement"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    t.equal(again.encode(), statement.body, "another program's canonical form of it is the same, byte by byte")
    t.equal(operation["statement"]["why"], HOSTILE, "whatever its texts hold")
    facts = operation["statement"]["facts"]
    t.equal([f["id"] for f in facts if not (f["source"] and "unit" in f)], [], "each fact has a source and a unit")
    t.check(facts and all(f["observed_at"] for f in facts), "and the time it was observed")
    loss = operation["statement"]["loss"]
    t.check(loss["how"] and loss["source"] and loss["observed_at"], "the loss bound says how it was got, from whom, when")
    sign = {"digest": digest, "decision": "approve", "reason": "as practised", "ticket": "CHG-1",
            "phrase": operation["confirm"]}
    put = f"{path}/signoffs/sign-1"
    ask("GET", put, 404, "not-found")
    ask("PUT", put, 400, "bad-request", body={**sign, "more": 1})
    ask("PUT", put, 400, "bad-request", body={"decision": "approve"})
    ask("PUT", f"{path}/signoffs/.bad", 400, "bad-request", body=sign)
    ask("PUT", put, 409, "wrong-digest", body={**sign, "digest": "0" * 64}, person="anna")
    ask("PUT", put, 422, "wrong-phrase", body={**sign, "phrase": "yes"}, person="anna")
    ask("PUT", put, 422, "no-reason", body={**sign, "reason": ""}, person="anna")
    ask("PUT", "/v1/operations/op-none/signoffs/sign-1", 404, "not-found", body=sign)
    first = ask("PUT", put, 200, body=sign, person="anna", name="the first sign-off is taken").json
    t.equal((first["operator"], first["missing"]), ("anna", 1), "it is hers, and one is missing")
    again = ask("PUT", put, 200, body=sign, person="anna", name="sent again").json
    t.equal(again["at"], first["at"], "it is the same one")
    ask("PUT", put, 422, "key-reused", body={**sign, "reason": "for another reason"}, person="anna")
    ask("PUT", f"{path}/signoffs/sign-2", 409, "duplicate-person", body=sign, person="anna")
    t.equal(ask("GET", put, 200).json["operator"], "anna", "it can be asked after")
    return operation, sign


def holds_and_ends(t, ask, name):
    path = f"/v1/operations/{name}"
    tag = ask("GET", path, 200).headers["ETag"]
    held = ask("POST", f"{path}/hold", 200, body={}, headers={"If-Match": tag}, name="it can be held")
    t.equal(held.json["held"], True, "and is")
    ask("POST", f"{path}/resume", 412, "precondition-failed", body={"reason": "go on then"}, headers={"If-Match": tag},
        name="what was seen before the hold is stale")
    ask("POST", f"{path}/resume", 400, "bad-request", body={"reason": "go on then"}, headers={"If-Match": "17"},
        name="an ETag without quotes is refused")
    ask("POST", f"{path}/resume", 200, body={"reason": "go on then"}, headers={"If-Match": held.headers["ETag"]},
        name="with what is so now it goes on")
    ask("POST", f"{path}/retry", 409, "wrong-state", body={"reason": "nothing has failed"})
    ask("POST", f"{path}/withdraw", 422, "no-reason", body={})
    ended = ask("POST", f"{path}/withdraw", 200, body={"reason": "enough practice"}, name="it can be withdrawn").json
    t.equal(ended["state"], "withdrawn", "and is")
    ask("POST", f"{path}/withdraw", 409, "wrong-state", body={"reason": "enough practice"})


def failover(t, ask, backend):
    """The whole way, with regions that really turn over."""
    good = {"kind": "failover", "scope": {"group": "pay"}, "reason": "practice run", "planned": True}
    operation = ask("POST", "/v1/operations", 200, body=good, person="otto", name="otto proposes").json
    path = f"/v1/operations/{operation['id']}"
    operation = ask("GET", path, 200).json
    if operation["state"] == "awaiting-signoff" or operation["confirm"]:
        sign = {"digest": operation["digest"], "decision": "approve", "reason": "as practised",
                "phrase": operation["confirm"]}
        ask("PUT", f"{path}/signoffs/sign-a", 200, body=sign, person="anna", name="anna signs")
    ended = t.wait_for(lambda: (o := backend.operation(operation["id"]))["ended_at"] and o, "it ends")
    if not ended:
        t.note(json.dumps(backend.operation(operation["id"]), indent=1))
    t.equal(ended["state"], "completed", "well")
    t.ended = ended["id"]
    ask("GET", path, 200)
    report(t, ask, path, ended)
    outlook = ask("GET", "/v1/groups/pay/outlook", 200).json
    t.check(outlook["forecast"]["usual_s"] is not None and not outlook["gate"]["open"], "the outlook knows what it took")
    t.check(any(lag["samples"] for lag in outlook["lags"]), "and how replication was")
    ask("GET", "/v1/groups/none/outlook", 404, "not-found")
    link = outlook["lags"][0]
    lags = ask("GET", f"/v1/locations/{link['from']}/lags", 200).json
    t.check(any((l["workload"], l["to"]) == (link["workload"], link["to"]) and l["samples"] for l in lags["lags"]),
            "a location has the lag of its links")
    ask("GET", "/v1/locations/none/lags", 404, "not-found")
    t.equal(ask("GET", "/v1/groups/pay/parity?kind=term&limit=3", 200).json["parity"], [], "nothing there is kept by hand")
    ask("GET", "/v1/groups/none/parity", 404, "not-found")
    t.equal(ask("GET", "/v1/groups/pay/snapshots", 200).json["snapshots"], [], "nor is a configuration kept")
    ask("GET", "/v1/groups/none/snapshots", 404, "not-found")
    for query in ("kind=spoon", "limit=0", "x=1"):
        ask("GET", "/v1/groups/pay/parity?" + query, 400, "bad-request")
    item = {"workload": "pay/ledger", "standby": "north", "kind": "term", "name": "x", "note": "done"}
    ask("POST", "/v1/groups/pay/parity/confirm", 404, "not-found", body=item)
    ask("POST", "/v1/groups/pay/parity/confirm", 400, "bad-request", body={**item, "kind": "spoon"})
    back = {**{name: value for name, value in item.items() if name != "note"}, "reason": "x"}
    ask("POST", "/v1/groups/pay/parity/withdraw", 404, "not-found", body=back)
    ask("POST", "/v1/groups/pay/parity/withdraw", 400, "bad-request", body=item)
    gate = ask("GET", "/v1/groups/pay/gates/maintenance", 200).json
    t.equal(gate["state"], "closed", "the gate is closed now")
    group = ask("GET", "/v1/groups/pay", 200).json
    t.equal((group["active"], group["mode"]), ("north", "failed-over"), "the group has turned over")


def report(t, ask, path, ended):
    ask("GET", "/v1/operations/op-none/report", 404, "not-found")
    ask("GET", f"{path}/report?format=pdf", 400, "bad-request")
    told = ask("GET", f"{path}/report", 200).json
    t.equal(told["operation"]["id"], ended["id"], "the report holds its operation")
    t.equal((told["rto"]["result"], told["rpo"]["result"]), ("none", "kept"), "what became of the objectives")
    t.equal(told["timeline"], sorted(told["timeline"], key=lambda m: m["at"]), "its timeline is in order")
    t.equal([s["took_s"] is None for s in told["steps"]], [False] * len(told["steps"]), "each step says what it took")
    text = ask("GET", f"{path}/report?format=markdown", 200).body.decode()
    t.check(text.startswith("# failover of pay: completed\n") and "## Timeline (UTC)" in text, "and as Markdown")


def audit(t, ask):
    head = ask("GET", "/v1/audit/head", 200).json
    records = ask("GET", "/v1/audit/export", 200).lines
    t.equal((records[-1]["seq"], records[-1]["hash"]), (head["seq"], head["hash"]), "the export ends with the head")
    t.equal([r["seq"] for r in records], list(range(1, head["seq"] + 1)), "no record is missing")
    t.equal([r["prev_hash"] for r in records[1:]], [r["hash"] for r in records[:-1]], "they are chained")
    paged, after, more = [], 0, True
    while more:
        page = ask("GET", f"/v1/audit?after={after}&limit=7", 200).json
        paged, after, more = paged + page["records"], page["records"][-1]["seq"], page["more"]
    t.equal(paged, records, "pages hold the same")


def metrics(t, ask):
    import re
    text = ask("GET", "/metrics", 200).body.decode()
    sample = re.compile(r'^[a-z_:][a-z0-9_:]*(\{[a-z_]+="[^"\\\n]*"(,[a-z_]+="[^"\\\n]*")*\})? -?[0-9.e+-]+$')
    bad = [line for line in text.splitlines() if not line.startswith("#") and not sample.match(line)]
    t.equal(bad, [], "every sample is one")
    typed = set(re.findall(r"^# TYPE (\S+)", text, re.M))
    used = {re.match(r"[a-z_:0-9]+", line).group() for line in text.splitlines() if not line.startswith("#")}
    t.equal(used - typed, set(), "every name has its type")
    t.equal(len(typed), text.count("# HELP "), "and its help")
    t.contains(text, 'signalbox_location_up{location="west"} 1\n', "a region that is up is 1")


with Test() as t:
    contract = Contract()
    backend = Backend(t)
    backend.start_sites()
    backend.start()
    ask = Asking(t, backend, contract)
    t.wait_for(backend.settled, "everything is up and observed")
    served = Contract(ask("GET", "/v1/openapi.yaml", 200).body.decode())
    t.equal(served.document, contract.document, "the contract that is served is this one")
    questions(t, ask)
    lists(t, ask)
    schedules(t, ask)
    runs(t, ask)
    wrong_requests(t, ask, backend)
    commands(t, ask)
    afterwards(t, ask)
    switching_off(ask)
    wholes_and_drills(t, ask)
    name = one_key_one_proposal(t, ask)
    statement_and_signs(t, ask, name)
    holds_and_ends(t, ask, name)
    failover(t, ask, backend)
    validators(t, ask)
    audit(t, ask)
    metrics(t, ask)
    asked = {(path, method) for path, method, _ in contract.seen} | {("/v1/events", "get")}
    routes = {(path, method) for path, _, methods in contract.paths for method in methods}
    t.equal(sorted(routes - asked), [], "every route was asked")
    t.equal(backend.stop(), 0, "it ends well")
    t.equal([line for line in backend.log() if line.get("level") == "error"], [], "without an error in its log")
    log = t.read(backend.process.log)
    t.equal([name for name in ("vera", "otto", "anna", "bert") if f"secret-of-{name}" in log], [],
            "and without a secret")
