"""A standards client on the live socket: Python's websockets. Checks each message against the server's own asyncapi.json.

    client.py SESSION PORT TOKEN [OTHER_PORT]

follow    subscribes to graph, kpis and calls, prints "ready", puts updates together until SIGUSR1, and compares with
          what REST answers; then breaks the connection off and returns
misuse    what is wrong is answered with an error, or closed with the code that docs/live.md names
goodbye   prints "ready", waits for the server's close, prints its code, waits for SIGUSR1, returns to the server
elsewhere returns to OTHER_PORT, another server, with the position of this one
alerts    subscribes to alerts and hosts, prints "ready", and "closed" with the code of the server's close; waits for SIGUSR1,
          returns to the server, and prints what the rule "quick" did, in order, as soon as that is over
"""

import asyncio
import json
import signal
import sys
import urllib.request

import jsonschema
import websockets

session, port, token = sys.argv[1:4]
FIELDS = {"Authorization": f"Bearer {token}"}


def get(path, port=port):
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1{path}", headers=FIELDS)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


DOCUMENT = get("/asyncapi.json")
assert DOCUMENT["asyncapi"].startswith("3."), DOCUMENT["asyncapi"]
SEEN = set()
TOLD = asyncio.Event()


def check(message, direction):
    """Against the schema of its type, which the operation of this direction must have."""
    operation = next(one for one in DOCUMENT["operations"].values() if one["action"] == direction)
    names = {reference["$ref"].rpartition("/")[2] for reference in operation["messages"]}
    assert message["type"] in names, (message["type"], names)
    payload = DOCUMENT["components"]["messages"][message["type"]]["payload"]
    jsonschema.validate(message, {**payload, "components": DOCUMENT["components"]}, jsonschema.Draft7Validator)
    SEEN.add(message["type"])


def merged(known, changes):
    """An item's members that differ put into those that are known, objects member by member."""
    if not isinstance(known, dict) or not isinstance(changes, dict):
        return changes
    return known | {name: merged(known.get(name), value) for name, value in changes.items()}


class View:
    """A snapshot and the updates since, put together as docs/live.md says."""

    def __init__(self):
        self.data, self.position = None, None
        self.updates = 0

    def receive(self, message):
        if message["type"] == "snapshot":
            self.data = message["data"]
        else:
            assert self.position == (message["epoch"], message["from"]), "an update that builds on something else"
            self.updates += 1
            changes = dict(message["data"])
            removed = changes.pop("removed", {})
            for name, ids in removed.items():
                self.data[name] = [item for item in self.data[name] if item["id"] not in ids]
            for name, value in changes.items():
                if isinstance(value, list) and value and all("id" in item for item in value):
                    items = {item["id"]: item for item in self.data.get(name, [])}
                    items.update((item["id"], merged(items.get(item["id"]), item)) for item in value)
                    value = sorted(items.values(), key=lambda item: item["id"])
                self.data[name] = value
        self.position = (message["epoch"], message["seq"])

    @property
    def since(self):
        return {"epoch": self.position[0], "seq": self.position[1]}

    def shown(self):
        return {name: value for name, value in self.data.items() if name != "at"}


class Calls:
    """The calls of a snapshot and those told since, each once."""

    def __init__(self):
        self.data, self.position = None, None
        self.told, self.updates = [], 0

    def receive(self, message):
        if message["type"] == "snapshot":
            self.data = message["data"]
            self.told = list(reversed(self.data["last"]))
        else:
            assert self.position == (message["epoch"], message["from"]), "an update that builds on something else"
            calls = message["data"]["calls"]
            assert message["seq"] - message["from"] == len(calls), message
            self.told += calls
            self.updates += 1
        self.position = (message["epoch"], message["seq"])

    since = View.since

    def shown(self):
        return sorted(self.told, key=json.dumps)


class Alerts:
    """What the rule "quick" did since the snapshot."""

    def __init__(self):
        self.data, self.position = None, None
        self.told = []

    def receive(self, message):
        if message["type"] == "snapshot":
            assert self.data is None, "whoever returns is told what was missed, and not all anew"
            self.data = message["data"]
        else:
            assert self.position == (message["epoch"], message["from"]), "an update that builds on something else"
            transitions = message["data"]["transitions"]
            assert message["seq"] - message["from"] == len(transitions), message
            self.told += [one["kind"] for one in transitions if one["rule"] == "quick"]
        self.position = (message["epoch"], message["seq"])

    since = View.since


def connect(port=port):
    return websockets.connect(f"ws://127.0.0.1:{port}/api/v1/live", extra_headers=FIELDS, max_size=None)


async def receive(socket):
    message = json.loads(await asyncio.wait_for(socket.recv(), 15))
    check(message, "send")
    return message


async def subscribe(socket, topic, filter=None, since=None):
    message = {"type": "subscribe", "topic": topic, "filter": filter or {}}
    if since:
        message["since"] = since
    check(message, "receive")
    await socket.send(json.dumps(message))


TOPICS = {"graph": View, "kpis": View, "calls": Calls}


async def subscribe_all(socket, views):
    """To all topics, from where each view is; returns when each that is new has its snapshot."""
    for topic, view in views.items():
        await subscribe(socket, topic, since=view.since if view.position else None)
    while any(view.data is None for view in views.values()):
        message = await receive(socket)
        assert message["type"] == "snapshot" or views[message["topic"]].data, message
        views[message["topic"]].receive(message)


async def follow():
    views = {topic: kind() for topic, kind in TOPICS.items()}
    async with connect() as socket:
        hello = await receive(socket)
        assert hello["type"] == "hello" and set(hello["topics"]) >= set(views), hello
        await subscribe_all(socket, views)
        print("ready", flush=True)
        # Until all calls are there, and what was put together is what REST says.
        while not TOLD.is_set() or any(view.shown() != shown(topic) for topic, view in views.items()):
            message = await receive(socket)
            views[message["topic"]].receive(message)
        assert all(view.updates for view in views.values()), "no updates"
    async with connect() as socket:
        assert (await receive(socket))["type"] == "hello"
        await subscribe_all(socket, views)
        for _ in range(3):
            message = await receive(socket)
            assert message["type"] == "update", "who returns at once has missed nothing that is gone"
            assert message["topic"] != "calls", "a call that was told before"
            views[message["topic"]].receive(message)
        while any(view.shown() != shown(topic) for topic, view in views.items()):
            message = await receive(socket)
            assert message["type"] == "update", "who returns at once has missed nothing that is gone"
            views[message["topic"]].receive(message)
    assert SEEN == {"hello", "subscribe", "snapshot", "update"}, SEEN
    print("same", flush=True)


def shown(topic):
    answer = get("/" + topic)
    if topic == "calls":
        return sorted(answer["last"], key=json.dumps)
    return {name: value for name, value in answer.items() if name != "at"}


async def misuse():
    async with connect() as socket:
        await receive(socket)
        for text, code in [
            ("garbage", "bad_message"), ("[]", "bad_message"), ('{"type":"dance"}', "unknown_type"),
            ('{"type":"subscribe","topic":"weather"}', "unknown_topic"),
            ('{"type":"subscribe","topic":"graph","filter":{"colour":"red"}}', "bad_filter"),
        ]:
            await socket.send(text)
            error = await receive(socket)
            assert error["type"] == "error" and error["code"] == code, error
        for number in range(17):
            await socket.send(json.dumps({"type": "subscribe", "topic": "graph", "filter": {"service": f"s{number}"}}))
        while (error := await receive(socket))["type"] != "error":
            pass
        assert error["code"] == "too_many_subscriptions", error
        # In three fragments, and a ping in between is answered by the client library itself.
        await socket.send('{"type":"unsubscribe","topic":"graph","filter":{"service":"s1"}}')
        await socket.send(iter(['{"type":"subscribe",', '"topic":"kpis",', '"filter":{}}']))
        while (message := await receive(socket)).get("topic") != "kpis":
            pass
        await asyncio.wait_for(await socket.ping(b"there"), 10)
    for payload, code in [(b"binary", 1003), ("x" * 20_000, 1009)]:
        async with connect() as socket:
            await socket.send(payload)
            try:
                while True:
                    await asyncio.wait_for(socket.recv(), 10)
            except websockets.ConnectionClosed:
                assert socket.close_code == code, socket.close_code
    try:
        async with websockets.connect(f"ws://127.0.0.1:{port}/api/v1/live"):
            raise AssertionError("a socket for nobody")
    except websockets.InvalidStatusCode as refused:
        assert refused.status_code == 401, refused
    print("told", flush=True)


async def follow_to_the_end(socket, views):
    try:
        while True:
            message = await receive(socket)
            views[message["topic"]].receive(message)
    except websockets.ConnectionClosed:
        print("closed", socket.close_code, flush=True)


async def goodbye():
    views = {topic: kind() for topic, kind in TOPICS.items()}
    async with connect() as socket:
        await receive(socket)
        await subscribe_all(socket, views)
        print("ready", flush=True)
        await follow_to_the_end(socket, views)
    await TOLD.wait()
    await back(port, views)


async def elsewhere():
    views = {topic: kind() for topic, kind in TOPICS.items()}
    async with connect() as socket:
        await receive(socket)
        await subscribe_all(socket, views)
    await back(sys.argv[4], views)


async def alerts():
    views = {"alerts": Alerts(), "hosts": View()}
    async with connect() as socket:
        await receive(socket)
        await subscribe_all(socket, views)
        print("ready", flush=True)
        await follow_to_the_end(socket, views)
    assert views["hosts"].updates, "no reading of a host"
    await TOLD.wait()
    told = views["alerts"]
    async with connect() as socket:
        await receive(socket)
        await subscribe(socket, "alerts", since=told.since)
        while not told.told or told.told[-1] != "resolved":
            told.receive(await receive(socket))
    print("told", *told.told, flush=True)


async def back(port, views):
    """Another run of a server has other epochs: it answers with the whole of each topic."""
    async with connect(port) as socket:
        hello = await receive(socket)
        former = {topic: view.position[0] for topic, view in views.items()}
        assert hello["epoch"] not in former.values(), hello
        for topic, view in views.items():
            await subscribe(socket, topic, since=view.since)
        fresh = set()
        while len(fresh) < len(views) or not (views["graph"].data["edges"] and views["calls"].told):
            message = await receive(socket)
            topic = message["topic"]
            assert (message["type"] == "snapshot") == (topic not in fresh), message
            assert message["epoch"] != former[topic], message
            assert topic == "calls" or message["epoch"] == hello["epoch"], message
            fresh.add(topic)
            views[topic].receive(message)
        assert len(views["calls"].told) == 1, views["calls"].told
    print("back", len(views["graph"].data["edges"]), flush=True)


async def main():
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, TOLD.set)
    sessions = {"follow": follow, "misuse": misuse, "goodbye": goodbye, "elsewhere": elsewhere, "alerts": alerts}
    await sessions[session]()


asyncio.run(main())
