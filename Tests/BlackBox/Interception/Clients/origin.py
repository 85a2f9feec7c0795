"""An HTTPS origin for real clients: bodies, statuses, a WebSocket, server-sent events, files; and beside it gRPC.

    origin.py PORT GRPC_PORT CERTIFICATE KEY FOLDER
"""

import asyncio
import hashlib
import ssl
import sys

import aiohttp
import grpc
from aiohttp import web

port, grpc_port = int(sys.argv[1]), int(sys.argv[2])
certificate, key, folder = sys.argv[3:6]


def pattern(count):
    return bytes((place * 7 + place // 251) % 256 for place in range(count))


async def body(request):
    return web.Response(body=pattern(int(request.match_info["count"])))


async def echo(request):
    data = await request.read()
    return web.Response(body=data, headers={"X-Digest": hashlib.sha256(data).hexdigest()})


async def status(request):
    return web.Response(status=int(request.match_info["code"]))


async def socket(request):
    answer = web.WebSocketResponse()
    await answer.prepare(request)
    async for message in answer:
        if message.type == aiohttp.WSMsgType.BINARY:
            await answer.send_bytes(message.data)
    return answer


async def events(request):
    answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await answer.prepare(request)
    for number in range(5):
        await answer.write(f"data: {number}\n\n".encode())
        await asyncio.sleep(0.01)
    return answer


async def serve_grpc():
    def handler(request, context):
        if request == b"fail":
            context.abort(grpc.StatusCode.UNAVAILABLE, "as asked")
        return request[::-1]

    methods = {"Reverse": grpc.unary_unary_rpc_method_handler(handler)}
    from concurrent import futures

    server = grpc.server(futures.ThreadPoolExecutor(2))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Echo", methods),))
    credentials = grpc.ssl_server_credentials([(open(key, "rb").read(), open(certificate, "rb").read())])
    server.add_secure_port(f"127.0.0.1:{grpc_port}", credentials)
    server.start()
    return server


async def main():
    application = web.Application(client_max_size=64 << 20)
    application.router.add_get("/bytes/{count}", body)
    application.router.add_post("/echo", echo)
    application.router.add_get("/status/{code}", status)
    application.router.add_get("/socket", socket)
    application.router.add_get("/events", events)
    application.router.add_static("/files", folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context).start()
    grpc_server = await serve_grpc()
    print("ready", flush=True)
    await asyncio.Event().wait()
    grpc_server.stop(None)


asyncio.run(main())
