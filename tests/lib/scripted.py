"""A backend that answers as it is told, well or badly, on a Unix socket of the test's own directory.

    with Scripted(t.path("sock")) as backend:
        backend.answers["GET /v1/whoami"] = (200, {"operator": "anna"})
        backend.bad = Scripted.hang
"""

import http.server
import json
import os
import socketserver
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def handle(self):
        if self.server.owner.bad:
            self.server.owner.bad(self)
            return
        try:
            super().handle()
        except (BrokenPipeError, ConnectionResetError):
            pass

    def answer(self):
        owner = self.server.owner
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        path = self.path.split("?")[0]
        key = f"{self.command} {path}"
        owner.requests.append({"key": key, "headers": dict(self.headers), "body": json.loads(body) if body else None})
        if owner.bad or owner.stopped:  # a connection from better days
            self.close_connection = True
            return
        found = owner.answers.get(key) or owner.answers.get(f"{self.command} *")
        if callable(found):
            found = found(self)
        if found is None:
            found = (404, {"type": "urn:signalbox:problem:not-found", "detail": f"There is no {path}."})
        if found == "cut":
            self.close_connection = True
            return
        self.reply(*found)

    do_GET = do_POST = do_PUT = answer

    def reply(self, status, body, media=None):
        if media is None:
            media = "application/json" if status < 300 else "application/problem+json"
        if not isinstance(body, bytes):
            body = body.encode() if isinstance(body, str) else json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64

    def get_request(self):
        request, _ = super().get_request()
        return request, ("local", 0)

    def handle_error(self, *_):
        pass  # clients hang up


class Scripted:
    def __init__(self, path):
        self.path = path
        self.answers = {}
        self.requests = []
        self.bad = None
        self.stopped = False
        self.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        self.stopped = False
        self.server = Server(self.path, Handler)
        self.server.owner = self
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def stop(self):
        self.stopped = True
        self.server.shutdown()
        self.server.server_close()
        if os.path.exists(self.path):
            os.unlink(self.path)

    @property
    def url(self):
        return "unix:" + self.path

    def seen(self, key):
        return [r for r in self.requests if r["key"] == key]

    # Manners of the bad ones; each gets the handler of a fresh connection.

    @staticmethod
    def hang(handler):
        """Until the client hangs up, or a process that does not ends."""
        while handler.connection.recv(4096):
            pass

    @staticmethod
    def close(handler):
        handler.connection.recv(4096)

    @staticmethod
    def noise(handler):
        handler.connection.recv(4096)
        handler.connection.sendall(b"SSH-2.0-OpenSSH \x1b[2J\r\n" * 10)

    @staticmethod
    def portal(handler):
        handler.connection.recv(4096)
        handler.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"
                                   b"<html>\n<b>\x1b]0;owned\x07 sign in</b>\n")

    @staticmethod
    def broken(handler):
        handler.connection.recv(4096)
        handler.connection.sendall(b"HTTP/1.1 500 \x1b[31mNo\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    @staticmethod
    def stall(handler):
        handler.connection.recv(4096)
        handler.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n\r\n"
                                   b'{"kind":"me","object":{"operator":"x","roles":1}}\n')
        Scripted.hang(handler)

    @staticmethod
    def flood(handler):
        """100 MB where a few hundred bytes would do."""
        handler.connection.recv(4096)
        handler.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                   b"Connection: close\r\n\r\n")
        block = b" " * 1000000
        for _ in range(100):
            handler.connection.sendall(block)


def snapshot(*objects, revision=4711, roles=15, operator="anna"):
    """What GET /v1/snapshot answers: `objects` are (kind, key, object)."""
    lines = [{"kind": "me", "object": {"operator": operator, "how": "uid 1000", "roles": roles}}]
    lines += [{"kind": k, "key": key, "object": o} for k, key, o in objects]
    lines.append({"kind": "end", "revision": revision})
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    return 200, text, "application/x-ndjson"
