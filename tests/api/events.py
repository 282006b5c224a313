"""The event stream: what changes is told, in order, to everybody, and a reader that was away or too slow
is told so."""

import json
import os
import socket
import sys
import time
from datetime import datetime

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/api")
from sbtest import LIMIT, Test, until

try:
    from backend import Backend, Contract, UnixConnection
except ImportError as error:
    Test.skip_all(f"{error.name} is not installed")


def is_delta(kind, key=None):
    def matches(event):
        return event["event"] == "delta" and event["data"]["kind"] == kind and key in (None, event["data"]["key"])
    return matches


def propose(backend, group):
    """Its id. Refused while the machine is too slow for the regions to look well: then again."""
    def ask():
        answer = backend.ask("POST", "/v1/operations", {"kind": "failover", "scope": {"group": group},
                                                        "reason": "practice run", "planned": True})
        return answer.json.get("id")
    return until(ask)


def withdraw(backend, name):
    backend.ask("POST", f"/v1/operations/{name}/withdraw", {"reason": "enough of it"})


def beginning(t, backend, contract):
    stream = backend.events()
    t.equal((stream.status, stream.answer.headers["Content-Type"]), (200, "text/event-stream"), "a stream is opened")
    first, second = stream.read(), stream.read()
    t.equal((first["event"], second["event"]), ("heartbeat", "presence"), "at once: the clock, and who is there")
    t.equal(contract.schema_errors("Heartbeat", first["data"]), [], "a heartbeat is as in the contract")
    beats = []
    while len(beats) < 3:
        event = stream.read()
        if event["event"] == "heartbeat":
            beats.append(datetime.fromisoformat(event["data"]["now"].replace("Z", "+00:00")).timestamp())
    apart = [b - a for a, b in zip(beats, beats[1:])]
    t.check(all(seconds > 1.5 for seconds in apart), f"a heartbeat comes every 2 s, not oftener {apart}")
    stream.close()


def deltas(t, backend, contract):
    stream = backend.events()
    name = propose(backend, "shop")
    seen, kinds = [], set()
    while not {"operation", "audit", "group"} <= kinds:
        event = stream.read()
        if event["event"] == "delta":
            seen.append(event)
            kinds.add(event["data"]["kind"])
    wrong = [error for event in seen for error in contract.schema_errors("Delta", event["data"])]
    t.equal(wrong[:5], [], "deltas are as in the contract")
    ids = [int(event["id"]) for event in seen]
    t.equal(ids, list(range(ids[0], ids[0] + len(ids))), "their revisions count up by one")
    withdraw(backend, name)
    event = stream.find(lambda e: is_delta("operation", name)(e) and e["data"]["object"]["state"] == "withdrawn")
    t.check(event, "the end of an operation is told")
    stream.close()
    return int(event["id"])


def resuming(t, backend, revision):
    since = backend.get("/v1/locations")["revision"]
    t.check(since >= revision, "revisions only grow")
    stream = backend.events(f"/v1/events?since={revision - 3}")
    ids = []
    while len(ids) < 3:
        event = stream.read()
        if "id" in event:
            ids.append(int(event["id"]))
    t.equal(ids, [revision - 2, revision - 1, revision], "what was missed is sent first")
    stream.close()
    stream = backend.events("/v1/events?since=1", headers={"Last-Event-ID": str(revision - 1)})
    event = stream.find(lambda e: "id" in e)
    t.equal(int(event["id"]), revision, "Last-Event-ID counts more than the address")
    stream.close()
    t.equal(backend.events("/v1/events?since=1").status, 410, "what is no longer kept is 410")
    t.equal(backend.events(f"/v1/events?since={revision + 10**9}").status, 410, "so is what never was")


def catching_up(t, backend):
    """Snapshot, then events from its revision: nothing is missed whatever happens in between."""
    lines = backend.ask("GET", "/v1/snapshot").lines
    name = propose(backend, "shop")
    withdraw(backend, name)
    stream = backend.events(f"/v1/events?since={lines[-1]['revision']}")
    event = stream.find(is_delta("operation", name))
    t.check(event, "a proposal made after the snapshot is in the stream")
    stream.close()


def everybody(t, backend):
    streams = [backend.events(person=person) for person in (None, "vera", "otto", "anna") * 5]
    t.wait_for(lambda: f"signalbox_event_streams {len(streams)}\n" in backend.ask("GET", "/metrics").body.decode(),
               "twenty streams are counted")
    name = propose(backend, "shop")
    found = [stream.find(is_delta("operation", name)) for stream in streams]
    t.equal(len({event["id"] for event in found if event}), 1, "all of them hear of it, by one revision")
    for stream in streams:
        stream.close()
    t.wait_for(lambda: "signalbox_event_streams 0\n" in backend.ask("GET", "/metrics").body.decode(),
               "who hangs up is no longer counted")
    return name


def presence(t, backend, name):
    stream = backend.events()
    backend.ask("POST", "/v1/presence", {"operation": name}, person="anna")
    event = stream.find(lambda e: e["event"] == "presence" and e["data"])
    t.equal([(p["person"], p["operation"]) for p in event["data"]], [("anna", name)], "who looks at what is told")
    late = backend.events()
    event = late.find(lambda e: e["event"] == "presence")
    t.equal([p["person"] for p in event["data"]], ["anna"], "also to those who come later")
    late.close()
    t.equal([p["person"] for p in backend.get("/v1/fleet")["presence"]], ["anna"], "and stands in the fleet")
    backend.ask("POST", "/v1/presence", {"operation": None}, person="anna")
    t.check(stream.find(lambda e: e["event"] == "presence" and not e["data"]), "who looks away is gone")
    stream.close()
    withdraw(backend, name)


# Bytes: more than what is kept for one reader (4 MiB) and what lies in the socket's buffers.
TOO_MUCH = 6 << 20


def too_slow(t, backend):
    """A reader that takes next to nothing delays nobody, and is told that it missed something."""
    slow = socket.socket(socket.AF_UNIX)
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.settimeout(LIMIT)
    slow.connect(t.path("sock"))
    slow.sendall(b"GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n")
    t.wait_for(lambda: "signalbox_event_streams 1\n" in backend.ask("GET", "/metrics").body.decode(), "a slow reader")
    quick = backend.events()
    rounds, data, read = 0, b"", time.monotonic()
    while quick.size < len(data) + TOO_MUCH:  # each round tells the operation and its statement twice or more
        name = propose(backend, "shop")
        withdraw(backend, name)
        rounds += 1
        if rounds % 50 == 0 and quick.find(is_delta("operation", name)) is None:
            break
        if time.monotonic() > read + 8:
            data += slow.recv(1 << 18)  # or it would be cut off as one that is not there any more
            read = time.monotonic()
    event = quick.find(is_delta("operation", name))
    t.check(event, f"the quick one has heard of all {rounds} operations")
    quick.close()
    while b"event: gap" not in data[-200000:]:
        piece = slow.recv(1 << 16)
        if not piece:
            break
        data += piece
    t.contains(data[-200000:].decode("utf-8", "replace"), "event: gap", "the slow one is told of its gap")
    slow.close()


def read_slowly(t, backend):
    """A snapshot is written while it is read: it is whole, and what changed meanwhile is in the stream behind it."""
    before = {o["id"] for o in backend.get("/v1/operations")["operations"]}
    connection = UnixConnection(t.path("sock"))
    connection.request("GET", "/v1/snapshot")
    answer = connection.getresponse()
    text = answer.readline()
    begun = backend.get("/v1/locations")["revision"]
    while backend.get("/v1/locations")["revision"] < begun + 3000:
        withdraw(backend, propose(backend, "shop"))
    name = propose(backend, "shop")
    lines = [json.loads(line) for line in (text + answer.read()).decode().split("\n") if line]
    connection.close()
    t.check(len(text) + sum(map(len, map(str, lines))) > 1 << 20, "a snapshot that no buffer holds")
    t.equal([line["kind"] for line in (lines[0], lines[1], lines[-1])], ["me", "frame", "end"],
            "it begins and ends as one that is read at once")
    told = {line["key"] for line in lines if line["kind"] == "operation"}
    t.equal(sorted(before - told), [], "each operation of before is in it")
    t.check(lines[-1]["revision"] > begun + 1000, "it ends with a revision from which the stream still goes on")
    stream = backend.events(f"/v1/events?since={lines[-1]['revision']}")
    t.check(name in told or stream.find(is_delta("operation", name)), "what was proposed meanwhile is in it, or behind it")
    stream.close()
    withdraw(backend, name)


def limits(t, backend):
    t.write("daemon.conf", t.read("daemon.conf") + "limits = { streams = 2; };\n")
    backend.stop()
    backend.start()
    streams = [backend.events(), backend.events()]
    third = backend.ask("GET", "/v1/events")
    t.equal((third.status, third.problem), (503, "unavailable"), "one stream more than the limit is refused")
    streams[0].close()
    t.wait_for(lambda: backend.events().status == 200, "when one has gone there is room again")
    process = backend.process
    process.terminate()
    t.check(streams[1].find(lambda e: False) is None, "a stop ends the streams")
    status = backend.stop()
    t.equal(status, 0, "and the daemon")
    if status:
        t.note(t.read(process.log)[-4000:])


with Test() as t:
    contract = Contract()
    backend = Backend(t, level="info")
    backend.start_sites()
    backend.start()
    t.wait_for(backend.settled, "everything is up and observed")
    beginning(t, backend, contract)
    revision = deltas(t, backend, contract)
    resuming(t, backend, revision)
    catching_up(t, backend)
    presence(t, backend, everybody(t, backend))
    too_slow(t, backend)
    read_slowly(t, backend)
    limits(t, backend)
