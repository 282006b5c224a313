"""A real signalboxd with real practice regions, and the contract that its answers are held against.

    with Test() as t:
        backend = Backend(t)
        backend.start()
        answer = backend.ask("GET", "/v1/groups")

Everything lives in the test's own directory, on Unix sockets and free ports. The fleet waits: a region that refuses
connections is down by one probe, but a machine that stands still for seconds makes neither a region look down nor
evidence too old.
"""

import http.client
import json
import os
import re
import socket
import time
from urllib.parse import urlsplit

import yaml
from jsonschema import Draft202012Validator, FormatChecker

from sbtest import LIMIT, SRCDIR, until

ALL_ROLES = '[ "viewer", "operator", "approver", "admin" ]'

DAEMON = """
name = "bridge";
fleet = "fleet.conf";
store = "store.db";
socket = "sock";
listen = "127.0.0.1:0";
observe = "200ms";
log = {{ level = "{level}"; format = "json"; }};
users = ( {{ name = "me"; user = {uid}; roles = {roles}; }} );
tokens = (
  {{ name = "vera"; file = "vera.token"; roles = "viewer"; }},
  {{ name = "otto"; file = "otto.token"; roles = [ "viewer", "operator" ]; }},
  {{ name = "anna"; file = "anna.token"; roles = [ "viewer", "operator", "approver" ]; }},
  {{ name = "bert"; file = "bert.token"; roles = [ "viewer", "operator", "approver" ]; }}
);
"""

LOCATION = """  {{
    name = "{name}";{pair}
    health = {{ url = "http://{name}/health"; socket = "{name}.sock"; interval = "5s"; timeout = "5s";
               failures = 1; recoveries = 1; }};
    parameters = {{ endpoint = "http://{name}"; site_socket = "{dir}/{name}.sock"; }};
  }}"""

GROUP = """  {{
    name = "{name}"; title = "Group {name}";
    primary = "west"; standbys = [ "north" ];
    rpo = "1m"; rto = "5m"; approvals = {approvals}; hold = "0s"; antiflap = "0s"; propose = false;
    step_limit = "5m"; evidence = "10m";
    plan = {{ reviewed = "2026-10-01"; tested = "2026-10-01"; }};
    workloads = (
      {{ name = "ledger"; kind = "database"; driver = "site";
        instances = ( {{ location = "west"; }}, {{ location = "north"; }} ); }},
      {{ name = "settle"; kind = "workflow"; driver = "site"; depends_on = [ "ledger" ];
        triggers = ( {{ name = "often"; type = "recurrence"; frequency = "Second"; interval = 2; }} );
        instances = ( {{ location = "west"; }}, {{ location = "north"; }} ); }},
      {{ name = "close"; kind = "workflow"; driver = "site"; depends_on = [ "ledger" ];
        triggers = ( {{ name = "nightly"; type = "recurrence"; frequency = "Day"; start = "2026-01-01T02:30:00";
                       zone = "Europe/Rome"; }} );
        instances = ( {{ location = "west"; }}, {{ location = "north"; }} ); }}
    );
  }}"""


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.media = (headers.get("Content-Type") or "").split(";")[0].strip()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def lines(self):
        return [json.loads(line) for line in self.body.decode().split("\n") if line]  # U+2028 is text

    @property
    def problem(self):
        """The last part of the problem's type: "not-found"; None if it is no problem."""
        return self.json["type"].rsplit(":", 1)[-1] if self.media == "application/problem+json" else None


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout=LIMIT):
        super().__init__("signalboxd", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Backend:
    """Writes the files, starts and stops the programs, asks."""

    def __init__(self, test, groups=(("pay", 1), ("shop", 2)), level="debug"):
        self.test, self.groups, self.level = test, groups, level
        self.process, self.port, self.sites = None, 0, {}
        os.chmod(test.dir, 0o711)
        for name in ("vera", "otto", "anna", "bert"):
            test.write(f"{name}.token", f"secret-of-{name}\n")
        test.write("daemon.conf", DAEMON.format(uid=os.getuid(), roles=ALL_ROLES, level=level))
        self.write_fleet()

    def write_fleet(self, extra="", reachable=True):
        names = ("west", "north") if reachable else ("west",)
        locations = [LOCATION.format(name=n, dir=self.test.dir,
                                     pair=' pair = "north";' if n == "west" else ' pair = "west";')
                     for n in ("west", "north")]
        locations.append('  { name = "lone"; title = "Länge"; }')
        groups = [GROUP.format(name=n, approvals=a) for n, a in self.groups]
        self.test.write("fleet.conf", 'fleet = "practice";\nproduction = false;\nlocations = (\n' +
                        ",\n".join(locations) + "\n);\ngroups = (\n" + ",\n".join(groups) + "\n);\n" + extra)
        return names

    # Practice regions

    def start_sites(self):
        for name, peer in (("west", "north"), ("north", "west")):
            active = name == "west"
            workflows = []
            for group, _ in self.groups:
                for workflow, rule in (("settle", {"frequency": "Second", "interval": 2}),
                                       ("close", {"frequency": "Day", "interval": 1})):
                    workflows.append({"group": group, "name": workflow, "type": "recurrence",
                                      "enabled": active, "run_s": 0.1, "recurrence": rule})
            config = {"name": name, "socket": f"{name}.sock", "control": f"{name}.control",
                      "peer": {"name": peer, "url": f"http://{peer}", "socket": f"{peer}.sock"},
                      "replication": {"delay_s": 0.05, "interval_s": 0.05},
                      "groups": [{"name": g, "data": "primary" if active else "secondary", "load": 20}
                                 for g, _ in self.groups],
                      "workflows": workflows}
            self.test.write(f"{name}.json", json.dumps(config))
            self.sites[name] = self.test.spawn("signalbox-site", "--config", f"{name}.json",
                                               cwd=self.test.dir)
        for name in self.sites:
            self.test.wait_for(lambda n=name: self.test.exists(f"{n}.control"), f"the region {name} is there")

    def fault(self, name, kind, **more):
        connection = UnixConnection(self.test.path(f"{name}.control"))
        connection.request("POST", "/site/v1/fault", json.dumps({"kind": kind, **more}))
        return connection.getresponse().status

    # The daemon

    def spawn(self, *options, **popen):
        self.process = self.test.spawn("signalboxd", "--config", self.test.path("daemon.conf"), *options, **popen)
        return self.process

    def log(self):
        lines = []
        for line in self.test.read(self.process.log).splitlines():
            try:
                lines.append(json.loads(line))
            except ValueError:
                lines.append({"message": line})
        return lines

    def said(self, message, **fields):
        return [line for line in self.log() if message in line["message"] and
                all(str(value) in str(line.get(name)) for name, value in fields.items())]

    def start(self, *options, **popen):
        self.spawn(*options, **popen)
        ready = until(lambda: self.said("ready") or self.process.poll() is not None)
        if not self.test.check(ready and self.process.poll() is None, "the daemon is ready"):
            self.test.note(self.test.read(self.process.log))
        for line in self.said("listening", address="127.0.0.1"):
            self.port = int(line["port"])
        return self.process

    def stop(self, **how):
        return self.test.stop(self.process, **how)

    # Questions

    def connect(self, person=None, timeout=LIMIT):
        """To the Unix socket as who we are; as `person`, by token, on TCP."""
        if person is None:
            return UnixConnection(self.test.path("sock"), timeout)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def headers(self, person, headers):
        all_headers = dict(headers or {})
        if person:
            all_headers.setdefault("Authorization", f"Bearer secret-of-{person}")
        return all_headers

    def ask(self, method, path, body=None, person=None, headers=None, connection=None):
        own = connection or self.connect(person)
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        try:
            own.request(method, path, body, self.headers(person, headers))
        except (BrokenPipeError, ConnectionResetError):
            pass  # it did not want to hear more: its answer says why
        got = own.getresponse()
        answer = Answer(got.status, got.headers, got.read())
        if connection is None:
            own.close()
        return answer

    def get(self, path, **how):
        return self.ask("GET", path, **how).json

    def events(self, path="/v1/events", **how):
        return Events(self, path, **how)

    def operation(self, name):
        return self.get(f"/v1/operations/{name}")

    def settled(self):
        """Every region is up and every instance was observed."""
        verdicts = [l["verdict"]["state"] for l in self.get("/v1/locations")["locations"] if l["name"] != "lone"]
        instances = [i["state"] for w in self.get("/v1/workloads")["workloads"] for i in w["instances"]]
        return set(verdicts) == {"up"} and set(instances) == {"active", "passive"}


class Events:
    """Server-sent events as they come."""

    def __init__(self, backend, path, person=None, headers=None, timeout=LIMIT):
        self.connection = backend.connect(person, timeout)
        self.connection.request("GET", path, headers=backend.headers(person, headers))
        self.answer = self.connection.getresponse()
        self.status = self.answer.status
        self.size = 0  # bytes that were read

    def read(self):
        """The next event as {"event", "id", "data"}; None at the end."""
        event = {}
        while True:
            line = self.answer.readline().decode()
            self.size += len(line)
            if not line:
                return None
            line = line.rstrip("\n")
            if not line and event:
                if "data" in event:
                    event["data"] = json.loads(event["data"])
                return event
            if line:
                name, _, value = line.partition(":")
                event[name] = value.removeprefix(" ")

    def find(self, wanted, seconds=LIMIT):
        """The first event for which wanted(event) is true; None if it does not come in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                event = self.read()
            except (TimeoutError, socket.timeout):
                return None
            if event is None or wanted(event):
                return event
        return None

    def close(self):
        self.connection.close()
        self.answer.close()


class Contract:
    """doc/openapi.yaml: which answers there may be, and what they look like."""

    def __init__(self, text=None):
        if text is None:
            with open(os.path.join(SRCDIR, "doc/openapi.yaml"), encoding="utf-8") as file:
                text = file.read()
        self.document = yaml.safe_load(text)
        self.paths = []
        for path, methods in self.document["paths"].items():
            pattern = re.sub(r"\{[^}]*\}", "[^/]+", path)
            if path == "/v1/workloads/{id}":
                pattern = "/v1/workloads/.+"
            self.paths.append((path, re.compile(pattern + "$"), methods))
        # what is literal comes before what is variable
        self.paths.sort(key=lambda row: row[0].count("{"))
        self.seen = set()  # (path, method, status)

    def resolve(self, node):
        while "$ref" in node and node["$ref"].startswith("#/components/responses/"):
            node = self.document["components"]["responses"][node["$ref"].rsplit("/", 1)[-1]]
        return node

    def errors(self, schema, value):
        whole = {**schema, "components": self.document["components"]}
        checker = Draft202012Validator(whole, format_checker=FormatChecker())
        return [f"{'.'.join(map(str, e.absolute_path))}: {e.message[:300]}" for e in checker.iter_errors(value)]

    def schema_errors(self, name, value):
        return self.errors({"$ref": f"#/components/schemas/{name}"}, value)

    def find(self, path):
        path = urlsplit(path).path  # an escaped slash parts nothing
        for template, pattern, methods in self.paths:
            if pattern.match(path):
                return template, methods
        return None, None

    def broken(self, method, path, answer):
        """What is wrong with the answer, as a list of sentences."""
        template, methods = self.find(path)
        if template is None:
            return [f"no path of the contract is {path}"]
        verb = "get" if method == "HEAD" else method.lower()
        if verb not in methods:
            return [f"{template} does not take {method}"]
        responses = methods[verb]["responses"]
        self.seen.add((template, verb, str(answer.status)))
        if str(answer.status) not in responses:
            return [f"{method} {template}: the contract has no {answer.status}: {answer.body[:300]}"]
        response = self.resolve(responses[str(answer.status)])
        return self.broken_headers(response, answer) + self.broken_body(method, response, answer)

    def broken_headers(self, response, answer):
        wrong = []
        for name, reference in response.get("headers", {}).items():
            header = self.document["components"]["headers"][reference["$ref"].rsplit("/", 1)[-1]]
            if name in answer.headers:
                wrong += self.errors(header["schema"], answer.headers[name])
            elif header.get("required"):
                wrong.append(f"the header {name} is missing")
        return wrong

    def broken_body(self, method, response, answer):
        content = response.get("content")
        if method == "HEAD" or not content:
            return [f"there is a body: {answer.body[:80]}"] if answer.body else []
        if answer.media not in content:
            return [f"the media type is {answer.media}, not one of {list(content)}"]
        schema = content[answer.media]["schema"]
        if answer.media == "application/x-ndjson":
            return [error for line in answer.lines for error in self.errors(schema, line)][:5]
        if answer.media.endswith("json"):
            return self.errors(schema, answer.json)[:5]
        return self.errors(schema, answer.body.decode())
