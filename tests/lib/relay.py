"""A line that can be cut, held, slowed or doubled: it passes connections on to a backend, given by the path of its
Unix socket or by its port here. Without a path of its own it listens on a port (line.port).

    with Relay(t.path("line"), demo.socket) as line:
        line.cut_up = 100        # the next connections end after 100 bytes towards the backend
        line.cut_down = 0        # ... or before the first byte of the answer
        line.delay = 0.5         # seconds that every piece takes
        line.hold = b"PUT "      # what begins so towards the backend waits (line.waiting has their first lines) ...
        line.held.clear()        # ... until line.held.set()
        line.double = True       # what a client sends is sent twice, over two connections
"""

import os
import select
import socket
import threading
import time

from sbtest import LIMIT


class Relay:
    def __init__(self, path, target):
        self.path, self.target = path, target
        self.cut_up = self.cut_down = None
        self.delay = 0
        self.waiting = []
        self.hold = b""
        self.double = False
        self.lock = threading.Lock()
        self.held = threading.Event()
        self.held.set()
        self.up = self.down = 0  # bytes that passed over the last connection
        self.server = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
        self.server.bind(path or ("127.0.0.1", 0))
        self.port = None if path else self.server.getsockname()[1]
        self.server.listen(16)
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.held.set()
        self.server.close()
        if self.path and os.path.exists(self.path):
            os.unlink(self.path)

    def connect(self):
        if isinstance(self.target, int):
            return socket.create_connection(("127.0.0.1", self.target))
        backend = socket.socket(socket.AF_UNIX)
        backend.connect(self.target)
        return backend

    def accept(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        self.up = self.down = 0
        sent = b""
        try:
            backend = self.connect()
        except OSError:
            client.close()
            return
        with client, backend:
            while self.passes(client, backend):
                sent += self.last
        if self.double and sent:
            with self.connect() as again:
                again.sendall(sent)
                again.settimeout(LIMIT)
                while again.recv(4096):
                    pass

    def passes(self, client, backend):
        """One piece, in whichever direction it comes; False once the line is cut or closed."""
        self.last = b""
        ready, _, _ = select.select([client, backend], [], [], LIMIT)
        for side in ready:
            upward = side is client
            cut = self.cut_up if upward else self.cut_down
            done = self.up if upward else self.down
            try:
                piece = side.recv(65536)
                holds = upward and piece.startswith(self.hold)
                first = piece.split(b"\r\n", 1)[0].decode("ascii", "replace")
                if holds:
                    with self.lock:
                        self.waiting.append(first)
                    self.held.wait()
                time.sleep(self.delay)
                kept = piece if cut is None else piece[:max(cut - done, 0)]
                try:
                    (backend if upward else client).sendall(kept)
                finally:
                    if holds:
                        with self.lock:  # after it was sent: who sees that none waits sees that all have gone
                            self.waiting.remove(first)
            except OSError:
                return False
            if upward:
                self.up += len(kept)
                self.last = kept
            else:
                self.down += len(kept)
            if not piece or (cut is not None and done + len(piece) >= cut):
                return False
        return bool(ready)
