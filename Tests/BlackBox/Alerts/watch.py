"""Stores a threshold and a rule for one edge, so that it alerts within seconds; prints nothing.

    watch.py STORE DEPENDENCY
"""
import json
import sqlite3
import sys

store, dependency = sys.argv[1:]
edge = {"level": "edge", "environment": "production", "service": "checkout", "dependency": dependency}
condition = {"metric": "availability", "direction": "below"}
items = {
    "threshold": {
        "subject": edge,
        "threshold": condition | {"window": 10, "critical": 0.9, "minimumCalls": 5, "tolerate": []},
    },
    "rule": {
        "id": "quick", "subject": edge, "condition": {"threshold": condition}, "severity": "critical", "for": 2,
        "keepFiringFor": 2,
    },
}
with sqlite3.connect(store, timeout=10) as database:
    for kind, item in items.items():
        database.execute(
            "INSERT INTO watched (kind, id, body, ends_at, changed_at, changed_by) VALUES (?, 'quick', ?, ?, 0, 'test')",
            (kind, json.dumps(item), 253402300799))
    database.execute("UPDATE watch_version SET version = version + 1")
