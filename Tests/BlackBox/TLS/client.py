"""Stays connected to a server by TLS, over HTTP and as a WebSocket, while its certificate is replaced.

client.py PORT TOKEN AUTHORITY NEW_AUTHORITY: prints `connected`; waits for a line of standard input, by when the server has
its new certificate; then uses both connections again, and a new one.
"""

import base64
import http.client
import os
import socket
import ssl
import sys

port, token, authority, new_authority = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
bearer = {"Authorization": "Bearer " + token}


def connect(trusted):
    context = ssl.create_default_context(cafile=trusted)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), 20), server_hostname="localhost")


def over(connection):
    client = http.client.HTTPConnection("localhost", port)
    client.sock = connection
    return client


def get(client):
    client.request("GET", "/api/v1/session", headers=bearer)
    response = client.getresponse()
    body = response.read()
    assert response.status == 200, (response.status, body)


def read_exactly(connection, count):
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        assert piece, "the socket was closed"
        data += piece
    return data


def read_frame(connection):
    first, length = read_exactly(connection, 2)
    length &= 0x7F
    if length == 126:
        length = int.from_bytes(read_exactly(connection, 2), "big")
    elif length == 127:
        length = int.from_bytes(read_exactly(connection, 8), "big")
    return first & 0x0F, read_exactly(connection, length)


def upgrade(connection):
    key = base64.b64encode(os.urandom(16)).decode()
    connection.sendall((
        f"GET /api/v1/live HTTP/1.1\r\nHost: localhost:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\nAuthorization: Bearer {token}\r\n\r\n").encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += read_exactly(connection, 1)
    assert head.startswith(b"HTTP/1.1 101 "), head
    opcode, hello = read_frame(connection)
    assert opcode == 1 and b'"hello"' in hello, hello


def ping(connection):
    payload = os.urandom(8)
    mask = os.urandom(4)
    connection.sendall(bytes([0x89, 0x80 | 8]) + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload)))
    while True:
        opcode, content = read_frame(connection)
        if opcode == 10:
            assert content == payload
            return
        assert opcode in (1, 9), opcode


client = over(connect(authority))
get(client)
live = connect(authority)
upgrade(live)
ping(live)
print("connected", live.version(), flush=True)
sys.stdin.readline()
get(client)
ping(live)
get(over(connect(new_authority)))
try:
    connect(authority)
    raise AssertionError("the certificate from before is still shown")
except ssl.SSLCertVerificationError:
    pass
for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
    context = ssl.create_default_context(cafile=new_authority)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    try:
        context.wrap_socket(socket.create_connection(("127.0.0.1", port), 20), server_hostname="localhost")
        raise AssertionError(f"{version} is spoken")
    except (ssl.SSLError, ConnectionError):
        pass
print("done", flush=True)
