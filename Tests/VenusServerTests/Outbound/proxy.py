"""A forward proxy for tests: `tunnel PORT` opens a tunnel to that port of this machine whatever it is asked for, `answer
TEXT` sends this text, escapes within, and hangs up. Prints its port, and then what each client asked."""

import socket
import sys
import threading


def relay(source, target):
    while data := source.recv(65536):
        target.sendall(data)
    target.shutdown(socket.SHUT_WR)


def serve(client, mode, word):
    head = b""
    while b"\r\n\r\n" not in head:
        data = client.recv(65536)
        if not data:
            return
        head += data
    print(repr(head.decode("latin-1")), flush=True)
    if mode == "answer":
        client.sendall(word.encode().decode("unicode_escape").encode("latin-1"))
        client.shutdown(socket.SHUT_WR)
        while client.recv(65536):
            pass
        client.close()
        return
    server = socket.create_connection(("127.0.0.1", int(word)))
    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    threading.Thread(target=relay, args=(server, client), daemon=True).start()
    relay(client, server)


listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0], *sys.argv[1:3]), daemon=True).start()
