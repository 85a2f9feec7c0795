"""Memory over many server names: each costs a certificate, and none of them may stay for good."""

import secrets
import socket
import ssl

from processes import memory_megabytes

MARKS = 5
GREETING = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def greet(peer, origin, name):
    """A tunnel to the origin whose ClientHello names another server; no handshake is completed."""
    with socket.create_connection(("127.0.0.1", peer.port)) as connection:
        connection.settimeout(30)
        connection.sendall(f"CONNECT 127.0.0.1:{origin.port} HTTP/1.1\r\nHost: 127.0.0.1:{origin.port}\r\n\r\n".encode())
        if b" 200 " not in connection.recv(4096):
            raise RuntimeError("no tunnel")
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        greeting = GREETING.wrap_bio(incoming, outgoing, server_hostname=name)
        try:
            greeting.do_handshake()
        except ssl.SSLWantReadError:
            pass
        connection.sendall(outgoing.read())
        # The certificate, or an alert: in both cases the name has been looked at.
        connection.recv(4096)


def many_names(peer, origin, count):
    """Megabytes along the way."""
    print(f"\nMemory over {count:,} server names", flush=True)
    marks = []
    for number in range(1, count + 1):
        greet(peer, origin, f"{secrets.token_hex(8)}.example.test")
        if number % (count // MARKS) == 0:
            marks.append({"names": number, "memory_mb": memory_megabytes(peer.process.pid)})
            print(f"  after {number:,} names {marks[-1]['memory_mb']:.1f} MB", flush=True)
    return marks
