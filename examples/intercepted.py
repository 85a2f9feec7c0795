"""HTTPS calls whose status and route Venus sees, with Python's requests, which takes whom to trust from REQUESTS_CA_BUNDLE.

    VENUS_INTERCEPTION_HOSTS=example.com venus run --service report -- python3 examples/intercepted.py
"""

import sys

import requests

url = sys.argv[1] if len(sys.argv) > 1 else "https://example.com/"

with requests.Session() as session:
    for _ in range(3):
        response = session.get(url, timeout=10)
        print(response.status_code, url, f"{response.elapsed.total_seconds() * 1000:.1f} ms")
