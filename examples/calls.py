"""Calls through Venus with Python's requests, which reads the proxy variables by itself.

    pip install requests      (Debian: apt-get install python3-requests)
    venus run --service report -- python3 examples/calls.py
"""

import sys

import requests

url = sys.argv[1] if len(sys.argv) > 1 else "http://example.com/"

# A session keeps its connection to the proxy open from call to call, and so does the proxy to the dependency.
with requests.Session() as session:
    for _ in range(3):
        response = session.get(url, timeout=10)
        print(response.status_code, url, f"{response.elapsed.total_seconds() * 1000:.1f} ms")
