"""Real clients, each through the proxy by CONNECT, that time their own requests: milliseconds from the request's last byte
to the first byte of the answer (`ttfb`) and from the request's first byte to the answer's end (`duration`).

Every clock is read *before* the byte is handed to the kernel: a client that is put to sleep while it sends would otherwise
find the answer there at once."""

import http.client
import json
import os
import ssl
import subprocess
import time


def python(proxy, origin, certificate, path, count, keep_alive, upload):
    """http.client of this Python."""
    context = ssl.create_default_context(cafile=certificate)
    results, connection = [], None
    for _ in range(count):
        if connection is None:
            connection = http.client.HTTPSConnection("127.0.0.1", proxy, context=context, timeout=60)
            connection.set_tunnel("127.0.0.1", origin)
            connection.connect()
        connection.putrequest("POST" if upload else "GET", path)
        if upload:
            connection.putheader("Content-Length", str(upload))
        if not keep_alive:
            connection.putheader("Connection", "close")
        started = sending = time.perf_counter()
        connection.endheaders()
        if upload:
            connection.send(b"x" * (upload - 1))
            sending = time.perf_counter()
            connection.send(b"x")
        response = connection.getresponse()
        first = time.perf_counter()
        while response.read(65536):
            pass
        ended = time.perf_counter()
        results.append({"ttfb": (first - sending) * 1000, "duration": (ended - started) * 1000})
        if not keep_alive:
            connection.close()
            connection = None
    if connection is not None:
        connection.close()
    return results


def curl(proxy, origin, certificate, path, count, keep_alive, upload):
    """curl, one process; its own clock tells the times."""
    arguments = ["curl", "--silent", "--show-error", "--http1.1", "--noproxy", "", "--proxy",
                 f"http://127.0.0.1:{proxy}", "--cacert", certificate, "--write-out",
                 '{"before":%{time_appconnect},"first":%{time_starttransfer},"all":%{time_total}}\n']
    if not keep_alive:
        arguments += ["--header", "Connection: close"]
    if upload:
        arguments += ["--data-binary", "@-", "--header", "Expect:"]
    for _ in range(count):
        arguments += ["--output", os.devnull, f"https://127.0.0.1:{origin}{path}"]
    run = subprocess.run(arguments, input=b"x" * upload, stdout=subprocess.PIPE, check=True, timeout=600)
    results = []
    for line in run.stdout.splitlines():
        # On a kept connection there was no handshake, and its time is 0.
        times = json.loads(line)
        results.append({"ttfb": (times["first"] - times["before"]) * 1000 if tells("curl", "ttfb", upload) else None,
                        "duration": (times["all"] - times["before"]) * 1000})
    return results


def tells(client, figure, upload):
    """Whether the client can tell this time: where curl sends a body, its "first byte" is one that it sent."""
    return not (client == "curl" and figure == "ttfb" and upload)


ALL = {"python": python, "curl": curl}
