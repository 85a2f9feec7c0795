"""Tunnels to more hosts than anybody remembers, each with a TLS handshake for a name of its own and a request inside.

    flood.py PROXY_PORT ORIGIN_PORT AUTHORITY FIRST COUNT

Trusts AUTHORITY alone, for the host's own name. Prints how often each status came, or what went wrong, as JSON.
"""

import collections
import concurrent.futures
import json
import socket
import ssl
import sys

proxy_port, origin_port, first, count = (int(sys.argv[place]) for place in (1, 2, 4, 5))
context = ssl.create_default_context(cafile=sys.argv[3])


def meet(number):
    host = f"h{number}.flood.test"
    authority = f"{host}:{origin_port}"
    try:
        with socket.create_connection(("127.0.0.1", proxy_port), timeout=20) as connection:
            connection.sendall(f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n".encode())
            answer = connection.recv(4096)
            if not answer.startswith(b"HTTP/1.1 200 "):
                return f"CONNECT: {answer[:12].decode()}"
            with context.wrap_socket(connection, server_hostname=host) as tls:
                tls.sendall(f"GET / HTTP/1.1\r\nHost: {authority}\r\n\r\n".encode())
                return tls.recv(4096)[9:12].decode()
    except OSError as error:
        return f"{type(error).__name__}: {error}"


with concurrent.futures.ThreadPoolExecutor(8) as threads:
    print(json.dumps(collections.Counter(threads.map(meet, range(first, first + count)))))
