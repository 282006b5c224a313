"""Who asks, and what they may: the kernel's word on the Unix socket, tokens from private files, roles."""

import os
import socket
import sys

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/api")
from sbtest import LIMIT, Test

try:
    from backend import ALL_ROLES, Backend
except ImportError as error:
    Test.skip_all(f"{error.name} is not installed")

PROPOSAL = {"kind": "failover", "scope": {"group": "shop"}, "reason": "practice run", "planned": True}


def raw(connection, text):
    connection.settimeout(LIMIT)
    connection.sendall(text)
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(4096)
        if not piece:
            break
        data += piece
    connection.close()
    return data.split(b"\r\n", 1)[0].decode()


def tokens(t, backend):
    who = backend.ask("GET", "/v1/whoami", person="vera")
    t.equal((who.json["operator"], who.json["roles"]), ("vera", ["viewer"]), "a token names its person")
    t.check("secret" not in who.body.decode(), "and is not told back")
    unix = backend.ask("GET", "/v1/whoami", headers={"Authorization": "Bearer secret-of-anna"})
    t.equal(unix.json["operator"], "anna", "on the Unix socket too")
    for headers, name in (({}, "no token"), ({"Authorization": "Bearer wrong"}, "a wrong token"),
                          ({"Authorization": "Bearer "}, "an empty token"),
                          ({"Authorization": "Basic dmVyYTp4"}, "another scheme"),
                          ({"Authorization": "Bearer secret-of-ver"}, "a part of a token"),
                          ({"Authorization": "Bearer secret-of-vera2"}, "more than a token")):
        connection = backend.connect("nobody")
        connection.request("GET", "/v1/whoami", headers=headers)
        answer = connection.getresponse()
        body = answer.read().decode()
        t.equal((answer.status, answer.headers["WWW-Authenticate"]), (401, "Bearer"), f"{name} is refused")
        t.contains(body, "urn:signalbox:problem:unknown-person", "with the reason")
        connection.close()
    wrong = backend.ask("GET", "/v1/whoami", headers={"Authorization": "Bearer wrong"})
    t.equal(wrong.status, 401, "a wrong token on the Unix socket is not forgiven for the user id's sake")
    for path in ("/healthz", "/readyz", "/v1/openapi.yaml"):
        connection = backend.connect("nobody")
        connection.request("GET", path)
        t.equal(connection.getresponse().status, 200, f"{path} is for everybody")
        connection.close()


def roles(t, backend):
    refused = backend.ask("POST", "/v1/operations", PROPOSAL, person="vera")
    t.equal((refused.status, refused.problem), (403, "not-allowed"), "a viewer may not propose")
    t.contains(refused.json["detail"], "vera", "and is told by name")
    name = backend.ask("POST", "/v1/operations", PROPOSAL, person="otto").json["id"]
    operation = backend.operation(name)
    t.equal(operation["proposer"], "otto", "an operator may")
    sign = {"digest": operation["digest"], "decision": "approve", "reason": "as practised",
            "phrase": operation["confirm"]}
    answer = backend.ask("PUT", f"/v1/operations/{name}/signoffs/s1", sign, person="otto")
    t.equal((answer.status, answer.problem), (403, "not-allowed"), "but not sign")
    answer = backend.ask("PUT", f"/v1/operations/{name}/signoffs/s2", sign, person="anna")
    t.equal((answer.status, answer.json["operator"]), (200, "anna"), "an approver may")
    for verb in ("retry", "resume", "start"):
        answer = backend.ask("POST", f"/v1/operations/{name}/{verb}", {"reason": "because I say so"}, person="otto")
        t.equal((answer.status, answer.problem), (403, "not-allowed"), f"an operator may not {verb}")
    answer = backend.ask("POST", "/v1/automation", {"arm": True, "reason": "because I say so"}, person="otto")
    t.equal((answer.status, answer.problem), (403, "not-allowed"), "nor arm")
    backend.ask("POST", f"/v1/operations/{name}/withdraw", {"reason": "enough of it"}, person="otto")
    audit = backend.ask("GET", "/v1/audit/export").lines
    t.contains([r["actor"] for r in audit], "anna", "what people do stands in the audit log")


def strangers(t, backend):
    if os.getuid() != 0:
        t.skip("an unknown user id is refused", "needs root")
        return
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(t.path("sock"))
        os.write(writing, raw(connection, b"GET /v1/whoami HTTP/1.1\r\nHost: x\r\n\r\n").encode())
        os._exit(0)
    os.wait()
    t.contains(os.read(reading, 100).decode(), " 401 ", "an unknown user id is refused")


def files(t, backend):
    config = t.read("daemon.conf")
    backend.stop()
    os.chmod(t.path("vera.token"), 0o644)
    status, _, err = t.run("signalboxd", "--check", t.path("daemon.conf"))
    t.equal(status, 1, "a token that others can read is refused")
    t.contains(err, "daemon.conf:", "with the place")
    t.contains(err, "mode 0600", "and the way out")
    status, _, err = t.run("signalboxd", "--config", t.path("daemon.conf"))
    t.equal((status, "mode 0600" in err), (1, True), "nor does a daemon start with it")
    t.check(not t.exists("sock"), "and nothing is opened")
    os.chmod(t.path("vera.token"), 0o600)
    os.unlink(t.path("bert.token"))
    t.write("otto.token", "")
    status, _, err = t.run("signalboxd", "--check", t.path("daemon.conf"))
    t.equal(len(err.splitlines()), 2, "each file that is missing or empty is told")
    t.write("otto.token", "secret-of-otto\n")
    t.write("bert.token", "secret-of-bert\n")
    t.write("daemon.conf", config.replace(f"user = {os.getuid()};", 'user = "nobody-of-that-name";'))
    t.equal(t.run("signalboxd", "--check", t.path("daemon.conf"))[0], 1, "a user that is not there is refused")
    t.write("daemon.conf", config.replace('listen = "127.0.0.1:0";', 'listen = "0.0.0.0:0";'))
    t.equal(t.run("signalboxd", "--check", t.path("daemon.conf"))[0], 1, "so is an address that is no loopback")
    t.write("daemon.conf", config.replace(ALL_ROLES, '"viewr"'))
    t.equal(t.run("signalboxd", "--check", t.path("daemon.conf"))[0], 1, "and a role that there is not")
    t.write("daemon.conf", config)


def groups(t, backend):
    """Members of a Unix group, by their login names."""
    import grp
    import pwd
    group = grp.getgrgid(os.getgid()).gr_name
    login = pwd.getpwuid(os.getuid()).pw_name
    config = t.read("daemon.conf")
    start = config.index("users")
    users = config[start:config.index(");", start) + 2]
    t.write("daemon.conf", config.replace(users, f'groups = ( {{ name = "{group}"; roles = "viewer"; }} );'))
    backend.start()
    who = backend.get("/v1/whoami")
    t.equal((who["operator"], who["roles"]), (login, ["viewer"]), "a group's member has the group's roles")
    backend.stop()
    t.write("daemon.conf", config)


def sockets(t, backend):
    config = t.read("daemon.conf")
    t.write("daemon.conf", config.replace('socket = "sock";', 'socket = "sock"; socket_mode = "0600";'))
    backend.start()
    t.equal(os.stat(t.path("sock")).st_mode & 0o777, 0o600, "the socket's mode is the file's")
    t.equal(os.stat(t.path("store.db")).st_mode & 0o777, 0o600, "the store is private")
    backend.stop()
    t.check(not t.exists("sock"), "a stop takes the socket away")
    t.write("daemon.conf", config)


with Test() as t:
    backend = Backend(t)
    backend.start_sites()
    backend.start()
    t.wait_for(backend.settled, "everything is up and observed")
    tokens(t, backend)
    roles(t, backend)
    strangers(t, backend)
    files(t, backend)
    groups(t, backend)
    sockets(t, backend)
