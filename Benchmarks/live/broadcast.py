"""The peer: what one would write with Python's websockets to push each service's newest state to its subscribers.

    broadcast.py PORT FRAMES     FRAMES: a JSON array, of each service what is pushed, again and again
"""

import asyncio
import json
import sys
import time
from datetime import datetime, timezone

import websockets

FRAMES = json.load(open(sys.argv[2]))
SUBSCRIBERS = [set() for _ in FRAMES]


async def serve(socket, *_):
    message = json.loads(await socket.recv())
    subscribers = SUBSCRIBERS[int(message["filter"]["service"][1:])]
    subscribers.add(socket)
    try:
        await socket.wait_closed()
    finally:
        subscribers.discard(socket)


async def main():
    # As small as it gets: no compression, no queue of messages that nobody sends.
    async with websockets.serve(serve, "127.0.0.1", int(sys.argv[1]), compression=None, max_queue=1, backlog=1024):
        seq = 0
        while True:
            await asyncio.sleep(1 - time.time() % 1)
            seq += 1
            now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            for service, subscribers in enumerate(SUBSCRIBERS):
                head = {"type": "update" if seq > 1 else "snapshot", "topic": "kpis", "filter": {"service": f"s{service}"},
                        "epoch": 1, "seq": seq, "from": seq - 1, "data": {"at": now} | {
                            name: value for name, value in FRAMES[service].items() if name != "at"}}
                websockets.broadcast(subscribers, json.dumps(head, separators=(",", ":")))


asyncio.run(main())
