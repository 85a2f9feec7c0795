"""Closed-loop load by wrk: CPU per request, throughput and latency of peers that take turns."""

import json
import os
import statistics
import subprocess

from processes import cpu_nanoseconds, memory_megabytes, program

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "request.lua")


def load(port, origin, path, connections, seconds, credentials=None):
    """One wrk run; what its script reports."""
    arguments = [program("wrk"), "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s",
                 "--timeout", "10s", "--latency", "--script", SCRIPT, f"http://127.0.0.1:{port}/", "--",
                 f"http://127.0.0.1:{origin.port}/{path}", f"127.0.0.1:{origin.port}"]
    if credentials:
        arguments.append(credentials)
    output = subprocess.run(arguments, capture_output=True, text=True, timeout=seconds + 60, check=True).stdout
    return json.loads(output.strip().splitlines()[-1])


def measure(peer, origin, path, connections, seconds):
    peer.prepare()
    load(peer.port, origin, path, connections, 1, peer.credentials)
    peer.prepare()
    before = cpu_nanoseconds(peer.process.pid)
    report = load(peer.port, origin, path, connections, seconds, peer.credentials)
    cpu = cpu_nanoseconds(peer.process.pid) - before
    requests = report["requests"]
    if requests == 0 or report["errors"] > 0:
        raise RuntimeError(f"{peer.name}: {requests} requests, {report['errors']} errors")
    problem = peer.check(requests)
    if problem:
        raise RuntimeError(f"{peer.name}: {problem}")
    return {
        "cpu_us": cpu / 1000 / requests, "requests_per_second": requests * 1e6 / report["duration_us"],
        "p50_us": report["p50_us"], "p99_us": report["p99_us"], "memory_mb": memory_megabytes(peer.process.pid),
    }


def series(title, peers, origin, path, connections, rounds, seconds):
    """Rounds in which every peer has its turn, each round beginning with another one."""
    print(f"\n{title}: {connections} connections, {rounds} rounds of {seconds} s", flush=True)
    results = {peer.name: [] for peer in peers}
    for turn in range(rounds):
        for place in range(len(peers)):
            peer = peers[(place + turn) % len(peers)]
            results[peer.name].append(measure(peer, origin, path, connections, seconds))
    table(results)
    return results


def table(results):
    print(f"  {'':10}{'CPU µs/request':>16}{'venus/peer':>18}{'requests/s':>14}{'p50 µs':>9}{'p99 µs':>9}{'MB':>7}")
    for name, rounds in results.items():
        def median(figure):
            return statistics.median(entry[figure] for entry in rounds)
        ratio = ""
        if name != "venus":
            ratios = [own["cpu_us"] / other["cpu_us"] for own, other in zip(results["venus"], rounds)]
            ratio = f"{statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"
        print(f"  {name:10}{median('cpu_us'):>16.1f}{ratio:>18}{median('requests_per_second'):>14,.0f}"
              f"{median('p50_us'):>9.0f}{median('p99_us'):>9.0f}{median('memory_mb'):>7.1f}", flush=True)
