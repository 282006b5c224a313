"""signalbox-site as a program: its options, its configuration's mistakes, its state directory, its
faults, and what it keeps over a kill -9."""

import http.client
import json
import os
import signal
import socket
import sys

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
from sbtest import LIMIT, Test

CONFIG = {
    "name": "alpha", "listen": "127.0.0.1:0", "port_file": "port", "control": "control", "state": "state",
    "groups": [{"name": "pay", "data": "primary", "load": 100}],
    "workflows": [
        {"group": "pay", "name": "settle", "type": "recurrence", "enabled": True, "run_s": 30,
         "recurrence": {"frequency": "Second", "interval": 1}},
        {"group": "pay", "name": "ask", "type": "request", "enabled": True, "run_s": 0.05}],
    "dependencies": [{"name": "bus"}],
}


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("site", timeout=LIMIT)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def ask(connection, method, path, body=None, headers=None):
    connection.request(method, path, json.dumps(body) if body is not None else None, headers or {})
    answer = connection.getresponse()
    text = answer.read()
    return answer.status, json.loads(text) if text else None, answer.headers


with Test() as t:
    os.chdir(t.dir)
    status, out, _ = t.run("signalbox-site", "--help")
    t.equal(status, 0, "--help succeeds")
    t.contains(out, "--config FILE", "and names the options")
    t.equal(t.run("signalbox-site")[0], 2, "no configuration is wrong usage")
    t.equal(t.run("signalbox-site", "--bogus")[0], 2, "an unknown option is wrong usage")

    for name, change, words in [
            ("an unknown field", {"nonsense": 1}, "nonsense"),
            ("a bad trigger type", {"workflows": [{"group": "pay", "name": "x", "type": "magic"}]},
             "workflows[0].type"),
            ("a recurrence without a rule", {"workflows": [{"group": "pay", "name": "x", "type": "recurrence"}]},
             "workflows[0].recurrence"),
            ("a workflow of no group", {"workflows": [{"group": "no", "name": "x", "type": "request"}]},
             "there is no group 'no'"),
            ("a bad address", {"listen": "here"}, "ADDRESS:PORT")]:
        t.write("bad.json", json.dumps({**CONFIG, **change}))
        status, _, err = t.run("signalbox-site", "--check", "--config", "bad.json")
        t.equal(status, 1, f"{name} is refused")
        t.contains(err, words, f"{name} is told with its place")

    t.write("site.json", json.dumps(CONFIG))
    t.equal(t.run("signalbox-site", "--check", "--config", "site.json")[0], 0, "a good one passes --check")

    def start():
        if os.path.exists("port"):
            os.unlink("port")
        site = t.spawn("signalbox-site", "--config", "site.json")
        t.wait_for(lambda: t.exists("port") and t.read("port").strip(), "it listens")
        return site, int(t.read("port"))

    def control(method, path, body=None):
        return ask(UnixConnection(t.path("control")), method, path, body)

    def call(method, path, body=None, headers=None):
        return ask(http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT), method, path, body, headers)

    def state():
        return control("GET", "/site/v1/state")[1]["groups"][0]

    site, port = start()
    status, health, _ = call("GET", "/health?nonce=42")
    t.equal((status, health["status"], health["nonce"]), (200, "up", "42"), "it is healthy, and echoes the nonce")
    t.equal(call("GET", "/nowhere")[0], 404, "an unknown path is not found")
    status, _, err = t.run("signalbox-site", "--config", "site.json")
    t.equal(status, 1, "a second process on the same state is refused")
    t.contains(err, "Another process uses the state directory", "and told why")

    root = "/subscriptions/s/resourceGroups/pay/providers/Microsoft.Logic/workflows"
    status, answer, _ = call("GET", root)
    t.equal((status, answer["error"]["code"]), (400, "MissingApiVersionParameter"), "a version must be given")
    status, answer, _ = call("GET", root + "/none?api-version=2019-05-01")
    t.equal((status, answer["error"]["code"]), (404, "ResourceNotFound"), "an unknown workflow is not found")
    status, answer, _ = call("POST", root + "/ask/triggers/request/listCallbackUrl?api-version=2019-05-01")
    url = answer["value"].split(str(port), 1)[1]
    t.equal(call("POST", url)[0], 202, "a callback URL starts a run")
    t.equal(call("POST", url[:-1])[0], 401, "without its signature it does not")
    runs = lambda: call("GET", root + "/ask/runs?api-version=2019-05-01&$filter=status%20eq%20%27Succeeded%27")
    t.wait_for(lambda: len(runs()[1]["value"]) == 1, "the run ends, and is in the history")

    boot = health["boot_id"]
    status, _, headers = call("POST", root + "/ask/disable?api-version=2019-05-01",
                              headers={"x-signalbox-epoch": "7", "x-signalbox-boot-id": boot})
    t.equal((status, headers["x-signalbox-epoch"]), (200, "7"), "a command sets the fence")
    t.equal(call("POST", url)[0], 409, "a disabled workflow takes no request")
    t.wait_for(lambda: state()["in_flight"] > 0 and state()["data"]["position"] > 50, "work is done")

    for kind in ("zone", "dependency"):
        control("POST", "/site/v1/fault", {"kind": kind, "name": "bus"})
        t.equal(call("GET", "/health")[1]["status"], "degraded", f"a {kind} fault degrades it")
        control("POST", "/site/v1/fault", {"kind": "recover"})
    t.equal(control("POST", "/site/v1/fault", {"kind": "bogus"})[0], 400, "an unknown fault is refused")

    control("POST", "/site/v1/fault", {"kind": "down"})
    try:
        call("GET", "/health")
        refused = False
    except ConnectionRefusedError:
        refused = True
    t.check(refused, "down: connections are refused")
    before = state()
    answer = control("POST", "/site/v1/fault", {"kind": "recover"})[1]
    t.check(answer["boot_id"] != boot, "recovered: another boot")
    health = call("GET", "/health")[1]
    t.equal(health["boot_id"], answer["boot_id"], "on the same port")
    t.equal(state()["data"]["gate"], "sealed", "and passive")
    t.equal(state()["abandoned_runs"], before["in_flight"], "what was in flight is counted as abandoned")

    control("POST", "/site/v1/fault", {"kind": "down"})
    control("POST", "/site/v1/fault", {"kind": "recover", "still_active": True})
    headers = {"x-signalbox-epoch": "8", "x-signalbox-boot-id": call("GET", "/health")[1]["boot_id"]}
    t.equal(call("POST", "/site/v1/groups/pay/data/activate", {}, headers)[0], 200, "told to, it is active again")
    position = state()["data"]["position"]
    t.wait_for(lambda: state()["data"]["position"] > position + 20, "and goes on")
    position = state()["data"]["position"]
    t.stop(site, signal.SIGKILL)
    site, port = start()
    after = state()
    t.check(after["data"]["position"] >= position, "no transaction is lost by kill -9")
    t.equal(after["epoch"], 8, "nor is the fence")
    t.equal(after["data"]["gate"], "sealed", "it starts passive")
    t.equal(t.stop(site), 0, "SIGTERM ends it well")
