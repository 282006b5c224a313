"""A webhook's receiver, to be run, killed and run again: python3 receiver.py PORT FILE [TYPE REFUSED]

Each event that it takes becomes a line of FILE (its content type, then the body). Events of the type REFUSED are
answered 422.
"""

import http.server
import json
import sys


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        event = json.loads(body)
        status = 422 if event.get("type") in sys.argv[3:] else 204
        if status == 204:
            with open(sys.argv[2], "a", encoding="utf-8") as file:
                file.write(json.dumps([self.headers["Content-Type"], self.headers.get("Authorization"), event]) + "\n")
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    allow_reuse_address = True
    daemon_threads = True


if __name__ == "__main__":
    Server(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
