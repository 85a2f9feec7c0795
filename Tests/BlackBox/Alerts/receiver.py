"""Receives messages about alerts, and checks them by the rules of Standard Webhooks 1.0.0, written from these rules alone.

    receiver.py PORT SECRET_FILE BEHAVIOUR...

Answers the first requests by BEHAVIOUR, one each: a status (500, 429:2 with Retry-After, 302), or `hang`; further ones with
200. Prints a line of JSON for each request: its method and path, what it answered, whether the signature was right by one of
the secrets in SECRET_FILE (one a line, read anew each time), and the message. A GET is what a redirect that is followed would
become.
"""
import base64
import hashlib
import hmac
import http.server
import json
import sys
import threading
import time

TOLERANCE_SECONDS = 300
port, secret_file, behaviours = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
lock = threading.Lock()


def verified_by(headers, body):
    """The places of the secrets that one of the signatures is right by; raises ValueError for what is malformed."""
    message, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
    if not message or "." in message:
        raise ValueError("webhook-id")
    if abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        raise ValueError("webhook-timestamp")
    shown = headers["webhook-signature"].split(" ")
    content = message.encode() + b"." + timestamp.encode() + b"." + body
    places = []
    with open(secret_file) as file:
        secrets = file.read().split()
    for place, secret in enumerate(secrets):
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        right = "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
        if any(hmac.compare_digest(right, signature) for signature in shown):
            places.append(place)
    return places, len(shown)


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        with lock:
            behaviour = behaviours.pop(0) if behaviours else "200"
        line = {"method": "POST", "path": self.path, "answer": behaviour, "id": self.headers["webhook-id"]}
        try:
            line["verified"], line["signatures"] = verified_by(self.headers, body)
        except (ValueError, TypeError, AttributeError) as error:
            line["verified"], line["error"] = [], repr(error)
        line["message"] = json.loads(body)
        with lock:
            print(json.dumps(line), flush=True)
        if behaviour == "hang":
            time.sleep(60)
            return
        status, _, wait = behaviour.partition(":")
        self.send_response(int(status))
        if wait:
            self.send_header("retry-after", wait)
        if status.startswith("3"):
            self.send_header("location", f"http://127.0.0.1:{port}/elsewhere")
        self.send_header("content-length", "0")
        self.end_headers()

    def do_GET(self):
        with lock:
            print(json.dumps({"method": "GET", "path": self.path, "answer": "200"}), flush=True)
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Receiver)
server.daemon_threads = True
print("ready", flush=True)
server.serve_forever()
