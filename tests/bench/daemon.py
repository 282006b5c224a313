"""signalboxd measured from outside, one JSON object a line:
  api-list         requests a second and core for a list of about 10 KB, on the Unix socket
  api-health       the same for the smallest answer
  sse-fan-out      one event to 1,000 streams, from the request that causes it
  daemon-idle      wake-ups and processor time of a daemon that watches two regions every 10 s, and its memory
  api-snapshot     the snapshot of a fleet of 100,000 workloads, and the daemon's memory with it
Diagnostics go to standard error."""

import json
import os
import resource
import sys
import time

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/api")
from sbtest import BUILDDIR, Test, until
from backend import Backend

LOAD = os.path.join(BUILDDIR, "tests/bench/load")
STREAMS = 1000
WORKLOADS = int(os.environ.get("SB_BENCH_WORKLOADS", "100000"))
IDLE_S = 20


class Measuring(Test):
    """Checks go to standard error: standard output is for measurements."""

    def check(self, truth, name):
        print("ok" if truth else "not ok", "-", name, file=sys.stderr)
        self.failed += not truth
        return bool(truth)

    def note(self, text):
        print(text, file=sys.stderr)


def put(name, **values):
    print(json.dumps({"bench": name, **{k: round(v, 4) if isinstance(v, float) else v for k, v in values.items()}}),
          file=out, flush=True)


def cpu_s(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def status(pid, name):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(name + ":"))


def load(t, *arguments):
    code, text, err = t.run(LOAD, t.path("sock"), *map(str, arguments), seconds=120)
    if code:
        raise RuntimeError(err)
    return json.loads(text)


def bench_requests(t, backend):
    pid = backend.process.pid
    for name, path, requests in (("api-list", "/v1/workloads?limit=12", 200000), ("api-health", "/healthz", 100000)):
        load(t, "requests", path, 64, 2000)
        before = cpu_s(pid)
        done = load(t, "requests", path, 64, requests)
        cpu = cpu_s(pid) - before
        put(name, requests=requests, bytes=done["bytes_each"], per_s=done["requests"] / done["s"],
            per_cpu_s=done["requests"] / cpu, connections=64, what="Unix socket; load on the same machine")


def bench_fan_out(t, backend):
    name = backend.ask("POST", "/v1/operations", {"kind": "failover", "scope": {"group": "shop"}, "planned": True,
                                                  "reason": "bench of streams"}).json["id"]
    done = load(t, "fan-out", "/v1/events", STREAMS, 100, json.dumps({"operation": name}), "{}")
    put("sse-fan-out", **done)


def config(t, fleet, **more):
    t.write("fleet.conf", fleet)
    t.write("daemon.conf", f'name = "bridge"; fleet = "fleet.conf"; store = "store.db"; socket = "sock";\n'
            f'limits = {{ connections = {STREAMS + 100}; streams = {STREAMS + 10}; }};\n' +
            f'log = {{ format = "json"; }};\n' + "".join(f'{k} = "{v}";\n' for k, v in more.items()) +
            f'users = ( {{ name = "me"; user = {os.getuid()}; roles = [ "viewer", "operator" ]; }} );\n')
    for name in os.listdir(t.dir):
        if name.startswith("store.db"):
            os.unlink(t.path(name))


def bench_idle(t, backend):
    locations = ", ".join(f'{{ name = "{n}"; pair = "{p}"; health = {{ url = "http://{n}/health"; '
                          f'socket = "{n}.sock"; }}; parameters = {{ endpoint = "http://{n}"; '
                          f'site_socket = "{t.path(n + ".sock")}"; }}; }}'
                          for n, p in (("west", "north"), ("north", "west")))
    config(t, f'fleet = "idle"; locations = ( {locations} ); groups = ( {{ name = "pay"; primary = "west"; '
           'standbys = [ "north" ]; rpo = "1m"; rto = "5m"; workloads = ( { name = "settle"; kind = "workflow"; '
           'driver = "site"; instances = ( { location = "west"; }, { location = "north"; } ); } ); } );')
    backend.start()
    pid = backend.process.pid
    until(lambda: rests(pid), 30)  # what a start costs is not what is measured
    before = cpu_s(pid), status(pid, "voluntary_ctxt_switches")
    pass_time(IDLE_S)
    put("daemon-idle", s=IDLE_S, wakeups_per_s=(status(pid, "voluntary_ctxt_switches") - before[1]) / IDLE_S,
        cpu_s_per_min=(cpu_s(pid) - before[0]) * 60 / IDLE_S, rss_kb=status(pid, "VmRSS"),
        what="2 regions probed every 10 s, 2 instances observed every 5 s")
    backend.stop()


def bench_snapshot(t, backend):
    workloads = ",".join('{ name = "w%d"; kind = "workflow"; driver = "site"; instances = ( { location = "a"; }, '
                         '{ location = "b"; } ); }' % i for i in range(100))
    groups = ",\n".join(f'{{ name = "g{i}"; primary = "a"; standbys = [ "b" ]; rpo = "1m"; rto = "5m"; '
                        f'propose = false; workloads = ( {workloads} ); }}' for i in range(WORKLOADS // 100))
    config(t, 'fleet = "big"; locations = ( { name = "a"; pair = "b"; parameters = { endpoint = "http://a"; '
           'site_socket = "/nonexistent"; }; }, { name = "b"; pair = "a"; parameters = { endpoint = "http://b"; '
           f'site_socket = "/nonexistent"; }}; }} );\ngroups = (\n{groups}\n);\n', observe="1h")
    begun = time.monotonic()
    backend.spawn()
    until(lambda: backend.said("ready"), 60)
    ready = time.monotonic() - begun
    pid = backend.process.pid
    until(lambda: rests(pid), 30)  # it goes on looking: a busy daemon is the harder case
    times, size = [], 0
    for _ in range(4):
        begun = time.monotonic()
        size = len(backend.ask("GET", "/v1/snapshot").body)
        times.append(time.monotonic() - begun)
    put("api-snapshot", workloads=WORKLOADS, bytes=size, first_ms=times[0] * 1000, again_ms=min(times[1:]) * 1000,
        ready_ms=ready * 1000, rss_kb=status(pid, "VmRSS"))
    backend.stop()


def pass_time(seconds):
    """The time over which something is measured."""
    time.sleep(seconds)


def rests(pid):
    before = cpu_s(pid)
    pass_time(1)
    return cpu_s(pid) - before < 0.1


out = sys.stdout
sys.stdout = sys.stderr
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
with Measuring() as t:
    backend = Backend(t, groups=(("pay", 1), ("shop", 2), ("mail", 1), ("desk", 1)), level="info")
    t.write("daemon.conf", t.read("daemon.conf") +
            f"limits = {{ connections = {STREAMS + 100}; streams = {STREAMS + 10}; }};\n")
    backend.start_sites()
    backend.start()
    t.wait_for(backend.settled, "everything is up and observed")
    bench_requests(t, backend)
    bench_fan_out(t, backend)
    backend.stop()
    bench_idle(t, backend)
    bench_snapshot(t, backend)
