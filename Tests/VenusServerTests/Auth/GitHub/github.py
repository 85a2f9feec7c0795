"""A site that behaves like GitHub, as far as signing in goes, and fails like it where it is told to.

Started with no arguments; prints its port. POST /_scenario sets what the next sign-ins meet, GET /_log what was asked.
"""

import base64
import hashlib
import json
import secrets
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CLIENT_ID = "Iv1.venus-of-this-test"
CLIENT_SECRET = "the-client-secret-of-this-test"
lock = threading.Lock()
told = threading.Event()
scenario = {}
codes = {}
tokens = {}
log = []


def octocat():
    return {"id": 583231, "login": "octocat"}


class Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, status, body=b"", fields=()):
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        self.send_response(status)
        for name, value in fields:
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def fails(self, what):
        """Whether the scenario has this fail; then it has been answered."""
        failure = scenario.get("failures", {}).get(what)
        if failure is None:
            return False
        if failure == "cut":
            self.close_connection = True
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
            self.connection.shutdown(2)
        elif failure == "garbage":
            self.answer(200, b"<html>Unicorn!</html>")
        elif failure == "rate":
            self.answer(403, {"message": "API rate limit exceeded"}, [("X-RateLimit-Remaining", "0")])
        elif failure == "huge":
            self.answer(200, b" " * (5 << 20))
        else:
            self.answer(failure, {"message": "failed as told"})
        return True

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        path = urllib.parse.urlsplit(self.path).path
        with lock:
            if path == "/_scenario":
                scenario.clear()
                scenario.update(json.loads(body))
                log.clear()
                # Whoever waits goes on.
                told.set()
                told.clear()
                return self.answer(200, {})
            log.append(path)
            if path != "/login/oauth/access_token":
                return self.answer(404, {})
            if self.fails("token"):
                return None
            if self.headers.get("Content-Type") != "application/x-www-form-urlencoded":
                return self.answer(415, {})
            return self.exchange({k: v[0] for k, v in urllib.parse.parse_qs(body.decode()).items()})

    def exchange(self, form):
        if "token_error" in scenario:
            return self.answer(200, {"error": scenario["token_error"], "error_description": "as told"})
        if form.get("client_id") != CLIENT_ID or form.get("client_secret") != CLIENT_SECRET:
            return self.answer(200, {"error": "incorrect_client_credentials"})
        code = codes.pop(form.get("code"), None)
        if code is None or code["until"] < time.time():
            return self.answer(200, {"error": "bad_verification_code"})
        if form.get("redirect_uri") != code["redirect_uri"]:
            return self.answer(200, {"error": "redirect_uri_mismatch"})
        shown = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(shown).rstrip(b"=").decode() != code["challenge"]:
            return self.answer(200, {"error": "bad_verification_code"})
        token = "gho_" + secrets.token_hex(18)
        tokens[token] = True
        scope = scenario.get("scope", code["scope"])
        return self.answer(200, {"access_token": token, "token_type": "bearer", "scope": scope})

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = {k: v[0] for k, v in urllib.parse.parse_qs(url.query).items()}
        with lock:
            if url.path == "/_log":
                return self.answer(200, {"log": log})
            log.append(url.path + ("?page=" + query["page"] if "page" in query else ""))
            if url.path == "/login/oauth/authorize":
                return self.authorize(query)
            path = url.path.removeprefix("/api/v3")
            wait = scenario.get("slow", {}).get(path, 0)
        # Nobody else is kept waiting.
        if wait:
            told.wait(wait)
        with lock:
            bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
            if bearer not in tokens or scenario.get("revoked_at") == path:
                return self.answer(401, {"message": "Bad credentials"})
            if self.fails(path):
                return None
            if path == "/user":
                return self.answer(200, scenario.get("person", octocat()))
            if path == "/user/teams":
                return self.teams(int(query["page"]))
            if path.startswith("/user/memberships/orgs/"):
                return self.membership(path.rsplit("/", 1)[1])
            return self.answer(404, {"message": "Not Found"})

    def authorize(self, query):
        if query.get("client_id") != CLIENT_ID or query.get("code_challenge_method") != "S256" or not query.get("state"):
            return self.answer(404, b"")
        back = {"state": query["state"]}
        if scenario.get("denies"):
            back |= {"error": "access_denied", "error_description": "The user has denied your application access."}
        else:
            code = secrets.token_hex(10)
            codes[code] = {
                "redirect_uri": query["redirect_uri"], "challenge": query["code_challenge"],
                "scope": query.get("scope", ""), "until": time.time() + scenario.get("code_lives", 600),
            }
            back["code"] = code
        return self.answer(302, b"", [("Location", query["redirect_uri"] + "?" + urllib.parse.urlencode(back))])

    def membership(self, name):
        organization = scenario.get("organizations", {}).get(name)
        if organization is None:
            return self.answer(404, {"message": "Not Found"})
        if organization.get("forbids"):
            return self.answer(403, {"message": "the organization has enabled OAuth App access restrictions"})
        return self.answer(200, {
            "state": organization.get("state", "active"), "role": "member",
            "organization": {"id": organization["id"], "login": organization.get("login", name)},
        })

    def teams(self, page):
        teams = scenario.get("teams", [])
        organizations = scenario.get("organizations", {})
        size = 3
        here = [
            {"slug": slug, "name": slug, "organization": {"id": organizations.get(name, {"id": 1})["id"], "login": name}}
            for name, slug in teams[(page - 1) * size:page * size]
        ]
        # Whoever follows this address is caught: nobody listens there.
        more = [("Link", f'<http://127.0.0.1:1/user/teams?page={page + 1}>; rel="next"')] if page * size < len(teams) else []
        return self.answer(200, here, more)


server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
server.daemon_threads = True
print(server.server_address[1], flush=True)
try:
    server.serve_forever()
except KeyboardInterrupt:
    sys.exit(0)
