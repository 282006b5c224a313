"""How a daemon begins, reloads and ends, and what it does when it cannot: nothing is lost, and it says why."""

import concurrent.futures
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/api")
from sbtest import BUILDDIR, LIMIT, Test, until

try:
    from backend import Backend, Contract
except ImportError as error:
    Test.skip_all(f"{error.name} is not installed")

PROPOSAL = {"kind": "failover", "scope": {"group": "shop"}, "reason": "practice run", "planned": True}


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def command_line(t, backend):
    status, out, _ = t.run("signalboxd", "--version")
    t.equal((status, out.startswith("signalboxd")), (0, True), "--version")
    status, out, _ = t.run("signalboxd", "--help")
    t.equal((status, "--config" in out), (0, True), "--help names the options")
    t.equal(t.run("signalboxd", "--bogus")[0], 2, "an unknown option is wrong usage")
    t.equal(t.run("signalboxd", "more")[0], 2, "so is an argument")
    t.equal(t.run("signalboxd", "--log-level", "loud")[0], 2, "and an unknown level")
    t.equal(t.run("signalboxd", "--config", t.path("none.conf"))[0], 1, "a missing file is told")
    for files in (["daemon.conf"], ["fleet.conf"], ["daemon.conf", "fleet.conf"]):
        t.equal(t.run("signalboxd", "--check", *files, cwd=t.dir), (0, "", ""), f"--check {files} finds nothing")
    status, out, err = t.run("signalboxd", "--dump", "--config", "daemon.conf", cwd=t.dir)
    t.equal((status, err), (0, ""), "--dump")
    t.contains(out, 'fleet = "practice";', "writes the fleet")
    t.contains(out, "expire = ", "with its defaults")


def ten_mistakes(t):
    good = t.read("fleet.conf")
    bad = (good.replace('rpo = "1m"', 'rpo = "1"').replace('driver = "site"', 'driver = "sight"', 2)
           .replace('zone = "Europe/Rome"', 'zone = "Europe/Roma"').replace("approvals = 1", "approvals = 100")
           .replace('name = "lone"', 'name = "lone"; colour = "red"'))
    t.write("bad.conf", bad)
    status, _, err = t.run("signalboxd", "--check", "bad.conf", cwd=t.dir)
    lines = err.splitlines()
    t.equal(status, 1, "a fleet file with mistakes is refused")
    t.check(len(lines) >= 8, f"all {len(lines)} of them are told in one run")
    t.check(all(line.startswith("bad.conf:") and line.split(":")[1].isdigit() for line in lines),
            "each with file and line")


def process_is_confined(t, backend):
    with open(f"/proc/{backend.process.pid}/limits", encoding="ascii") as file:
        limits = {line[:26].strip(): line[26:].split() for line in file}
    t.equal(limits["Max core file size"][:2], ["0", "0"], "there is no core dump")
    t.equal(limits["Max open files"][0], str(min(int(limits["Max open files"][1]), 262144)),
            "it has all the descriptors it may have")
    with open(f"/proc/{backend.process.pid}/status", encoding="ascii") as file:
        t.contains(file.read(), "Umask:\t0077", "its files are private")


def second_daemon(t, backend):
    status, _, err = t.run("signalboxd", "--config", t.path("daemon.conf"))
    t.equal(status, 1, "a second daemon on the same store is refused")
    t.contains(err, str(backend.process.pid), "and told which process has it")
    t.equal(backend.ask("GET", "/healthz").status, 200, "the first one lives")


def taken_socket(t, backend):
    t.write("other.conf", t.read("daemon.conf").replace('"store.db"', '"other.db"'))
    status, _, err = t.run("signalboxd", "--config", t.path("other.conf"))
    t.equal(status, 1, "a second daemon on the same socket is refused")
    t.contains(err, "sock", "and told which")
    t.equal(backend.ask("GET", "/healthz").status, 200, "the first one keeps it")


def half_a_request(t, backend):
    """Somebody who does not finish does not keep a daemon from stopping."""
    for signals, word, name in ((1, "something unfinished", "it waits for who is not done, and not for ever"),
                                (2, "stopping at once", "a second signal ends it at once")):
        slow = socket.socket(socket.AF_UNIX)
        slow.connect(t.path("sock"))
        slow.sendall(b"POST /v1/presence HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{")
        t.equal(backend.ask("GET", "/healthz").status, 200, "half a request is there")
        backend.process.terminate()
        if signals == 2:
            backend.process.send_signal(signal.SIGINT)  # which does not fall together with the first
        t.equal(backend.process.wait(LIMIT), 0, "it ends well")
        t.check(backend.said(word), name)
        slow.close()
        backend.start()
    t.wait_for(backend.settled, "everything is observed again")


def asked_in_vain(t, backend):
    """A region that says nothing does not keep a daemon from ending well; what was asked of it is let go."""
    t.equal(backend.fault("north", "hang"), 200, "a region says nothing any more")
    t.wait_for(lambda: not backend.settled(), "which is seen")
    t.equal(backend.stop(), 0, "a daemon that waits for it ends well")
    backend.fault("north", "recover")
    backend.start()
    t.wait_for(backend.settled, "everything is observed again")


def reloads(t, backend, contract):
    stream = backend.events()
    good = t.read("fleet.conf")
    t.write("fleet.conf", good.replace('rpo = "1m"', 'rpo = "1"', 1).replace('driver = "site"', 'driver = "x"', 1))
    backend.process.send_signal(signal.SIGHUP)
    t.wait_for(lambda: backend.get("/v1/fleet")["config_error"], "a bad fleet file shows in the frame")
    fleet = backend.ask("GET", "/v1/fleet")
    t.equal(contract.broken("GET", "/v1/fleet", fleet), [], "as in the contract")
    t.check("anna, bert" in fleet.json["approvers"] and "otto" not in fleet.json["approvers"],
            "the frame says who may sign")
    t.contains(fleet.json["config_error"], "fleet.conf:", "with the place")
    t.equal(len(backend.said("mistake")), 2, "every mistake is in the log")
    t.equal(len(backend.get("/v1/groups")["groups"]), 2, "the old fleet stays")
    t.wait_for(lambda: [a for a in backend.get("/v1/alarms")["alarms"] if not a["ended_at"] and "fleet" in a["text"]],
               "there is an alarm")
    backend.groups = (("pay", 1), ("shop", 2), ("mail", 1))
    backend.write_fleet()
    backend.process.send_signal(signal.SIGHUP)
    t.wait_for(lambda: len(backend.get("/v1/groups")["groups"]) == 3, "a good one is taken")
    t.equal(backend.get("/v1/fleet")["config_error"], None, "and the mistake is forgotten")
    event = stream.find(lambda e: e["event"] == "delta" and e["data"]["kind"] == "reload")
    t.equal(contract.schema_errors("Delta", event["data"]), [], "streams are told to read again")
    stream.close()
    t.wait_for(lambda: [r for r in backend.ask("GET", "/v1/audit/export").lines if r["action"] == "fleet.reloaded"],
               "a reload stands in the audit log")


def told_too_early(t, backend):
    """SIGHUP while it opens its store: it lives, and reads its files again once it is ready."""
    for _ in range(3):
        backend.stop()
        backend.spawn()
        own = str(backend.process.pid)
        until(lambda: t.read("store.db.lock").strip() == own, pause=0)
        backend.process.send_signal(signal.SIGHUP)
        lives = until(lambda: backend.said("reloaded") or backend.process.poll() is not None)
        t.check(lives and backend.process.poll() is None, "a daemon that is told to reload as it begins does so when it is ready")
    for line in backend.said("listening", address="127.0.0.1"):
        backend.port = int(line["port"])
    t.wait_for(backend.settled, "everything is observed again")


def people_reload(t, backend):
    t.equal(backend.ask("GET", "/v1/whoami", person="vera").status, 200, "vera's token is good")
    t.write("vera.token", "another-secret\n")
    backend.process.send_signal(signal.SIGHUP)
    t.wait_for(lambda: backend.ask("GET", "/v1/whoami", person="vera").status == 401, "a replaced token is refused")
    answer = backend.ask("GET", "/v1/whoami", person="vera", headers={"Authorization": "Bearer another-secret"})
    t.equal(answer.json["operator"], "vera", "the new one is hers")


def stops(t, backend):
    """SIGTERM, kill -9: the proposal, its sign-off and the audit log are there again."""
    name = backend.ask("POST", "/v1/operations", PROPOSAL, person="otto").json["id"]
    operation = backend.operation(name)
    sign = {"digest": operation["digest"], "decision": "approve", "reason": "as practised",
            "phrase": operation["confirm"]}
    backend.ask("PUT", f"/v1/operations/{name}/signoffs/sign-1", sign, person="anna")
    for how, wanted in ((signal.SIGTERM, 0), (signal.SIGINT, 0), (signal.SIGKILL, -9)):
        before = backend.operation(name)
        t.equal(backend.stop(how=how), wanted, f"{how.name} ends it")
        backend.start()
        after = backend.operation(name)
        t.equal((after["state"], after["digest"], [s["id"] for s in after["signoffs"]]),
                (before["state"], before["digest"], ["sign-1"]), "the proposal is as it was")
        answer = backend.ask("PUT", f"/v1/operations/{name}/signoffs/sign-1", sign, person="anna")
        t.equal((answer.status, answer.json["audit_seq"]), (200, before["signoffs"][0]["audit_seq"]),
                "the sign-off sent again is the same one")
    records = backend.ask("GET", "/v1/audit/export").lines
    t.equal([r["seq"] for r in records], list(range(1, len(records) + 1)), "the audit log is whole")
    return name


def killed_on_the_way(t, backend, name):
    """kill -9 while steps run: it goes on, to the end, and nothing has two actives."""
    t.wait_for(backend.settled, "everything is observed again")
    operation = backend.operation(name)
    sign = {"digest": operation["digest"], "decision": "approve", "reason": "as practised",
            "phrase": operation["confirm"]}
    t.equal(backend.ask("PUT", f"/v1/operations/{name}/signoffs/sign-2", sign, person="bert").status, 200, "it is signed")
    for _ in range(3):
        until(lambda: backend.operation(name)["state"] in ("running", "completed"))
        backend.stop(how=signal.SIGKILL)
        backend.start()
    t.wait_for(lambda: backend.operation(name)["ended_at"], "the operation ends")
    t.equal(backend.operation(name)["state"], "completed", "well")
    t.wait_for(lambda: backend.get("/v1/groups/shop")["mode"] == "failed-over", "the group has turned over")


def runs_stay(t, backend):
    """What ran at a region that is gone is still known by a daemon that was killed meanwhile."""
    def runs():
        return {(r["location"], r["id"]) for r in backend.get("/v1/runs?workload=pay/settle")["runs"]}
    t.wait_for(lambda: len(runs()) > 1, "runs are seen")
    known = runs()
    backend.fault("west", "down")
    backend.stop(how=signal.SIGKILL)
    backend.start()
    kept = t.wait_for(lambda: runs() & known, "after a kill -9 they are still there")
    t.note(f"{len(kept or ())} of {len(known)}")
    backend.fault("west", "recover")


def in_parallel(t, backend):
    paths = ["/v1/fleet", "/v1/groups", "/v1/workloads", "/v1/snapshot", "/v1/schedules"] * 20
    with concurrent.futures.ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(lambda path: backend.ask("GET", path, person="vera" if len(path) % 2 else None,
                                headers={"Authorization": "Bearer another-secret"}), paths))
    t.equal({a.status for a in answers}, {200}, "a hundred questions at once are answered")
    dry = {**PROPOSAL, "scope": {"group": "mail"}, "dry_run": True}
    t.wait_for(lambda: backend.ask("POST", "/v1/operations", dry).status == 200, "one more group can be moved")
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        made = list(pool.map(lambda i: backend.ask("POST", "/v1/operations", {**PROPOSAL, "scope": {"group": "mail"}},
                             headers={"Idempotency-Key": f"race-{i}"}), range(20)))
    t.equal(sorted(a.status for a in made), [200] + [409] * 19, "of twenty proposals at once there is one")


def backup(t, backend):
    """A copy is made while the daemon has the store and goes on; a daemon that starts on it knows what was decided."""
    def copy():
        return t.run("signalboxd", "--config", t.path("daemon.conf"), "--backup", t.path("copy.db"))
    def operations():
        return {operation["id"] for operation in backend.get("/v1/operations")["operations"]}
    known = operations()
    t.equal(copy(), (0, "", ""), "the store is copied while a daemon has it")
    t.equal(os.stat(t.path("copy.db")).st_mode & 0o777, 0o600, "for its owner alone")
    t.equal(backend.ask("GET", "/readyz").status, 200, "the daemon goes on")
    status, _, err = copy()
    t.equal(status, 1, "what is there is not overwritten")
    t.contains(err, "is there already", "and named")
    backend.stop()
    for name in os.listdir(t.dir):
        if name.startswith("store.db"):
            os.unlink(t.path(name))
    os.rename(t.path("copy.db"), t.path("store.db"))
    backend.start()
    t.wait_for(lambda: known <= operations(), "a daemon that starts on it knows what was decided")
    t.check(known, "which is not nothing")


def damaged_store(t, backend):
    backend.stop()
    with open(t.path("store.db"), "r+b") as file:
        file.seek(4096 * 2)
        file.write(os.urandom(4096 * 3))
    before = {name: digest(t.path(name)) for name in os.listdir(t.dir) if name.startswith("store.db") and
              not name.endswith(".lock")}
    status, _, err = t.run("signalboxd", "--config", t.path("daemon.conf"))
    t.equal(status, 1, "a damaged store is refused")
    t.contains(err, "store.db", "and named")
    after = {name: digest(t.path(name)) for name in before if t.exists(name)}
    t.equal(after, before, "not a byte is changed")
    for name in before:
        os.unlink(t.path(name))
    t.write("store.db", "This is a letter, and no store.\n")
    t.equal(t.run("signalboxd", "--config", t.path("daemon.conf"))[0], 1, "so is something else in its place")
    t.equal(t.read("store.db"), "This is a letter, and no store.\n", "which stays what it was")
    os.unlink(t.path("store.db"))


def full_disk(t, backend, contract):
    if os.getuid() != 0:
        t.skip("a full disk", "needs root to mount one")
        return
    os.mkdir(t.path("disk"))
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "none", t.path("disk")], check=False,
                      stderr=subprocess.DEVNULL).returncode != 0:
        t.skip("a full disk", "cannot mount a small one here")
        return
    config = t.read("daemon.conf")
    try:
        t.write("daemon.conf", config.replace('store = "store.db"', 'store = "disk/store.db"'))
        backend.start()
        t.equal(backend.ask("GET", "/readyz").status, 200, "with room it is ready")
        fill(t)
        answer = until(lambda: (a := backend.ask("POST", "/v1/automation", {"arm": True, "reason": "all is well"}))
                       .status != 200 and a)
        t.equal((answer.status, answer.problem), (507, "not-recorded"), "without, decisions are refused")
        ready = t.wait_for(lambda: (a := backend.ask("GET", "/readyz")).status == 503 and a, "it is not ready")
        t.equal((contract.broken("GET", "/readyz", ready), ready.json["ready"]), ([], False), "and says so")
        t.contains(ready.json["reasons"][0], "store: ", "with the reason")
        t.equal(backend.ask("GET", "/v1/groups").status, 200, "it still answers questions")
        t.wait_for(lambda: not backend.get("/v1/fleet")["store"]["ok"], "the frame shows it")
        os.unlink(t.path("disk/fill"))
        t.wait_for(lambda: backend.ask("GET", "/readyz").status == 200, "with room again it recovers")
        t.equal(backend.ask("POST", "/v1/automation", {"arm": True, "reason": "all is well"}).status, 200,
                "and takes decisions")
        backend.stop()
    finally:
        t.stop(backend.process)
        subprocess.run(["umount", t.path("disk")], check=False)
        t.write("daemon.conf", config)


def fill(t):
    with open(t.path("disk/fill"), "wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                pass


def supervised(t, backend):
    with open(os.path.join(BUILDDIR, "config.h"), encoding="utf-8") as file:
        if "#define HAVE_SYSTEMD 1" not in file.read():
            t.skip("the service manager is told", "built without libsystemd")
            return
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(t.path("notify"))
    manager.settimeout(LIMIT)
    # Only a few words wait in a socket that is not read for a while; what comes then is lost.
    environment = {**os.environ, "NOTIFY_SOCKET": t.path("notify"), "WATCHDOG_USEC": "4000000"}
    backend.start(env=environment)

    def told(word):
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            if word in manager.recv(4096).decode():
                return True
        return False
    t.check(told("READY=1"), "the service manager is told when it is ready")
    t.check(told("WATCHDOG=1"), "that it lives")
    backend.process.send_signal(signal.SIGHUP)
    t.check(told("RELOADING=1") and told("READY=1"), "that it reloads")
    backend.process.terminate()
    t.check(told("STOPPING=1"), "and that it stops")
    t.equal(backend.stop(), 0, "well")


with Test() as t:
    contract = Contract()
    backend = Backend(t, level="info")
    command_line(t, backend)
    ten_mistakes(t)
    backend.start_sites()
    backend.start()
    t.wait_for(backend.settled, "everything is up and observed")
    process_is_confined(t, backend)
    second_daemon(t, backend)
    taken_socket(t, backend)
    half_a_request(t, backend)
    asked_in_vain(t, backend)
    people_reload(t, backend)
    killed_on_the_way(t, backend, stops(t, backend))
    told_too_early(t, backend)
    reloads(t, backend, contract)
    runs_stay(t, backend)
    in_parallel(t, backend)
    backup(t, backend)
    damaged_store(t, backend)
    supervised(t, backend)
    full_disk(t, backend, contract)
