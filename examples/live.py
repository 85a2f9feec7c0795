#!/usr/bin/env python3
"""Follows the live socket of Venus with Python's websockets (python3-websockets), and prints each edge that changes.

    TOKEN=… examples/live.py [ws://127.0.0.1:2248/api/v1/live] [SERVICE]

TOKEN is what signing in answers: curl -s http://127.0.0.1:2248/api/v1/login -d '{"secret":"…"}' -H 'content-type: application/json'
"""

import asyncio
import json
import os
import sys

import websockets

url = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:2248/api/v1/live"
subscription = {"type": "subscribe", "topic": "kpis", "filter": {"window": "1m"}}
if len(sys.argv) > 2:
    subscription["filter"]["service"] = sys.argv[2]


def merged(known, changes):
    """The members that differ put into those that are known, objects member by member."""
    if not isinstance(known, dict) or not isinstance(changes, dict):
        return changes
    return known | {name: merged(known.get(name), value) for name, value in changes.items()}


async def follow(items, since):
    """One connection; returns how far it came."""
    # Fields would do as well, but their argument has another name in each version of the library.
    protocols = ["venus.v1", "bearer." + os.environ["TOKEN"]]
    try:
        async with websockets.connect(url, subprotocols=protocols, max_size=None) as socket:
            await socket.send(json.dumps(subscription | ({"since": since} if since else {})))
            async for text in socket:
                message = json.loads(text)
                if message["type"] == "error":
                    sys.exit(message["message"])
                if message["type"] == "hello":
                    continue
                data = message["data"]
                if message["type"] == "snapshot":
                    items.clear()
                for gone in data.get("removed", {}).get("items", []):
                    items.pop(gone, None)
                for item in data.get("items", []):
                    item = items[item["id"]] = merged(items.get(item["id"]), item)
                    kpis = item["kpis"]
                    print(data["at"], item["id"], f"{kpis['calls']} calls, availability {kpis['availability']}",
                          f"p95 {kpis['response_time_ms']['p95']} ms", flush=True)
                since = {"epoch": message["epoch"], "seq": message["seq"]}
    except (OSError, websockets.ConnectionClosedError) as error:
        # A server that is away comes back.
        print(error, file=sys.stderr)
    return since


async def main():
    items, since = {}, None
    while True:
        since = await follow(items, since)
        await asyncio.sleep(1)


try:
    asyncio.run(main())
except KeyboardInterrupt:
    pass
