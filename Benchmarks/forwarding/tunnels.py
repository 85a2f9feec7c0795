"""CONNECT: CPU per new tunnel, CPU per gigabyte through one, and memory of tunnels that are silent."""

import statistics
import time

from processes import cpu_nanoseconds, memory_megabytes, settled

THREADS = 8


def new_tunnels(peer, driver, count):
    driver.run("tunnels", peer.port, driver.port, max(THREADS, count // 10), THREADS)
    before = settled(lambda: cpu_nanoseconds(peer.process.pid))
    report = driver.run("tunnels", peer.port, driver.port, count, THREADS)
    cpu = settled(lambda: cpu_nanoseconds(peer.process.pid)) - before
    return {"cpu_us": cpu / 1000 / report["tunnels"], "per_second": report["tunnels"] / report["seconds"]}


def bulk(peer, driver, megabytes):
    before = settled(lambda: cpu_nanoseconds(peer.process.pid))
    report = driver.run("bulk", peer.port, driver.port, megabytes)
    cpu = settled(lambda: cpu_nanoseconds(peer.process.pid)) - before
    gigabytes = report["bytes"] / 1e9
    return {"cpu_ms_per_gb": cpu / 1e6 / gigabytes, "gb_per_second": gigabytes / report["seconds"]}


def series(title, peers, rounds, unit, figure, rate, measure):
    """Rounds in which every peer has its turn; the first peer is ours."""
    print(f"\n{title}: {rounds} rounds", flush=True)
    results = {peer.name: [] for peer in peers}
    for turn in range(rounds):
        for place in range(len(peers)):
            peer = peers[(place + turn) % len(peers)]
            results[peer.name].append(measure(peer))
    own = results[peers[0].name]
    print(f"  {'':10}{unit:>16}{'venus/peer':>18}{rate:>14}")
    for name, entries in results.items():
        ratio = ""
        if name != peers[0].name:
            ratios = [mine[figure] / other[figure] for mine, other in zip(own, entries)]
            ratio = f"{statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"
        median = statistics.median(entry[figure] for entry in entries)
        speed = statistics.median(entry[rate] for entry in entries)
        print(f"  {name:10}{median:>16.1f}{ratio:>18}{speed:>14,.1f}", flush=True)
    return results


def idle_memory(peer, driver, count):
    """Kilobytes of the proxy's own memory for each of `count` silent tunnels."""
    before = memory_megabytes(peer.process.pid)
    holder = driver.hold(peer.port, count)
    try:
        time.sleep(1)
        after = memory_megabytes(peer.process.pid)
    finally:
        holder.stdin.close()
        holder.wait()
    kilobytes = (after - before) * 1024 / count
    print(f"\n{count:,} silent tunnels: {kilobytes:.2f} KB each ({before:.1f} → {after:.1f} MB)", flush=True)
    return {"tunnels": count, "kb_each": kilobytes, "before_mb": before, "after_mb": after}
