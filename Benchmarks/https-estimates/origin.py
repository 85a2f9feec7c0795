"""An HTTPS origin with known delays: thinks as long as it is asked to, and tells how long each request took it.

    origin.py PORT CERTIFICATE KEY TLS_VERSION

`/think/MS/bytes/N` answers N bytes after MS milliseconds. Prints `ready`, and for each request one line of JSON:
milliseconds from the request's last byte to the answer's first (`ttfb`) and to its last (`duration`).
"""

import json
import socket
import ssl
import sys
import threading
import time

VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
PIECE = b"x" * 65536


def read_request(stream):
    """The path and whether the connection goes on, once the request has been read to its end; `None` at the end."""
    line = stream.readline()
    if not line:
        return None
    length, goes_on = 0, True
    while True:
        field = stream.readline().strip().lower()
        if not field:
            break
        name, _, value = field.partition(b":")
        if name == b"content-length":
            length = int(value)
        if name == b"connection" and value.strip() == b"close":
            goes_on = False
    while length > 0:
        length -= len(stream.read(min(length, 65536)))
    return line.split()[1].decode().strip("/").split("/"), goes_on


def answer(connection, words, goes_on):
    started = time.perf_counter()
    think, size = float(words[1]) / 1000, int(words[3])
    if think > 0:
        time.sleep(think)
    first = time.perf_counter()
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n" + ("" if goes_on else "Connection: close\r\n") + "\r\n"
    connection.sendall(head.encode())
    while size > 0:
        connection.sendall(PIECE[:size])
        size -= min(size, len(PIECE))
    ended = time.perf_counter()
    print(json.dumps({"ttfb": (first - started) * 1000, "duration": (ended - started) * 1000}), flush=True)


def serve(raw, context):
    try:
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with context.wrap_socket(raw, server_side=True) as connection:
            stream = connection.makefile("rb")
            while True:
                request = read_request(stream)
                if request is None:
                    return
                answer(connection, *request)
                if not request[1]:
                    connection.unwrap()
                    return
    except OSError:
        return  # The client has gone.


def main():
    port, certificate, key, version = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.minimum_version = context.maximum_version = VERSIONS[version]
    listener = socket.create_server(("127.0.0.1", int(port)), backlog=64)
    print("ready", flush=True)
    while True:
        raw, _ = listener.accept()
        threading.Thread(target=serve, args=(raw, context), daemon=True).start()


if __name__ == "__main__":
    main()
