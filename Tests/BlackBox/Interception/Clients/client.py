"""One real client at a time, as an application would use it: proxy and whom to trust come from the environment alone.

    client.py CLIENT URL

Prints a line for each answer: its status, and the SHA-256 of its body.
"""

import asyncio
import hashlib
import os
import sys

client, url = sys.argv[1], sys.argv[2]
sent = bytes((place * 13) % 256 for place in range(300_000))


def tell(status, body):
    print(status, hashlib.sha256(body).hexdigest(), flush=True)


def requests_client():
    import requests

    with requests.Session() as session:
        for path in ["/bytes/0", "/bytes/1000", "/bytes/1000000", "/status/404", "/status/503", "/events"]:
            answer = session.get(url + path, timeout=20)
            tell(answer.status_code, answer.content)
        answer = session.post(url + "/echo", data=sent, timeout=20)
        tell(answer.status_code, answer.content)


def httpx_client(http2):
    import httpx

    with httpx.Client(http2=http2, timeout=20) as session:
        for path in ["/bytes/1000", "/bytes/1000000"]:
            answer = session.get(url + path)
            tell(answer.status_code, answer.content)
            print(answer.http_version, flush=True)


async def aiohttp_client():
    import aiohttp

    async with aiohttp.ClientSession(trust_env=True) as session:
        answers = await asyncio.gather(*(session.get(f"{url}/bytes/{count}") for count in [1, 1_000, 1_000_000]))
        for answer in answers:
            tell(answer.status, await answer.read())
        async with session.post(url + "/echo", data=sent) as answer:
            tell(answer.status, await answer.read())


async def websockets_client():
    import websockets

    async with websockets.connect(url.replace("https:", "wss:") + "/socket", max_size=None) as socket:
        for count in [1, 1_000, 300_000]:
            await socket.send(sent[:count])
            tell(101, await socket.recv())


def grpc_client():
    import grpc

    # Its C core asks the proxy that these name, and trusts what GRPC_DEFAULT_SSL_ROOTS_FILE_PATH names.
    channel = grpc.secure_channel(url.removeprefix("https://"), grpc.ssl_channel_credentials())
    call = channel.unary_unary("/test.Echo/Reverse")
    tell("OK", call(sent[:1_000], timeout=20))
    try:
        call(b"fail", timeout=20)
    except grpc.RpcError as error:
        tell(error.code().name, b"")


if client == "requests":
    requests_client()
elif client == "httpx":
    httpx_client(http2=False)
elif client == "httpx-http2":
    httpx_client(http2=True)
elif client == "aiohttp":
    asyncio.run(aiohttp_client())
elif client == "websockets":
    asyncio.run(websockets_client())
elif client == "grpcio":
    grpc_client()
else:
    sys.exit(f"no client is called {client}")
