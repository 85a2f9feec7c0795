"""A service that calls another through its proxy.

    service.py TARGET            calls TARGET five times a second
    service.py TARGET PORT FLAG  answers each request by a call of TARGET: 200, or 502 where that failed; 503 while there is
                                 a file FLAG, whatever TARGET says
"""
import http.client
import http.server
import os
import sys
import time
import urllib.request

target = sys.argv[1]


def call():
    try:
        with urllib.request.urlopen(target, timeout=10) as answer:
            answer.read()
        return True
    except (OSError, http.client.HTTPException):
        return False


class Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        succeeded = call()
        self.send_response(503 if os.path.exists(sys.argv[3]) else 200 if succeeded else 502)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


if len(sys.argv) == 2:
    while True:
        call()
        time.sleep(0.2)
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Service)
server.daemon_threads = True
print("ready", flush=True)
server.serve_forever()
