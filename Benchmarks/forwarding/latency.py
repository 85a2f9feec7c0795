"""Latency: of one connection's requests one after another, and of an open loop, whose requests leave at fixed times, each
timed from the moment at which it was meant to leave.
"""

import statistics

from load import load

CONNECTIONS = 32


def one_connection(peers, origin, rounds):
    """Many rounds of a second, without a proxy and with each, for p50 and p99 of a round.

    A high quantile of one round says how quiet the machine was in it, whoever was measured. Over many rounds the quietest
    tenth, quarter and half are told: what is lower in all of them is lower.
    """
    print(f"\n200 B, one connection: {rounds} rounds of 1 s", flush=True)
    turns = [("direct", origin), *((peer.name, peer) for peer in peers)]
    results = {name: [] for name, _ in turns}
    for turn in range(rounds):
        for place in range(len(turns)):
            name, peer = turns[(place + turn) % len(turns)]
            if peer is not origin:
                peer.prepare()
            report = load(peer.port, origin, "small", 1, 1)
            results[name].append({"p50_us": report["p50_us"], "p99_us": report["p99_us"]})
    columns = [(figure, share) for figure in ("p50_us", "p99_us") for share in (0.1, 0.25, 0.5)]
    print(f"  {'µs':10}" + "".join(f"{f'{figure[:3]} {share:.0%}':>10}" for figure, share in columns))
    for name, entries in results.items():
        def quantile(figure, share):
            return sorted(entry[figure] for entry in entries)[int(share * (len(entries) - 1))]
        print(f"  {name:10}" + "".join(f"{quantile(*column):>10.0f}" for column in columns), flush=True)
    return results


def open_loop(peers, origin, driver, rate, rounds, seconds):
    """Rounds without a proxy and with each; medians, and what each adds to the quantiles of the same round."""
    print(f"\nOpen loop, {rate:,} requests/s: {rounds} rounds of {seconds} s", flush=True)
    target = f"http://127.0.0.1:{origin.port}/small"
    host = f"127.0.0.1:{origin.port}"
    results = {"direct": [], **{peer.name: [] for peer in peers}}
    turns = [("direct", origin.port, "/small"), *((peer.name, peer.port, target) for peer in peers)]
    for turn in range(rounds):
        for place in range(len(turns)):
            name, port, path = turns[(place + turn) % len(turns)]
            results[name].append(driver.run("openloop", port, path, host, rate, seconds, CONNECTIONS))
    print(f"  {'':10}{'p50 µs':>9}{'p99 µs':>9}{'p99.9 µs':>10}{'added p50':>11}{'added p99':>11}")
    for name, entries in results.items():
        def median(figure):
            return statistics.median(entry[figure] for entry in entries)

        def added(figure):
            return statistics.median(
                entry[figure] - direct[figure] for entry, direct in zip(entries, results["direct"]))
        beyond = "" if name == "direct" else f"{added('p50_us'):>11.0f}{added('p99_us'):>11.0f}"
        print(f"  {name:10}{median('p50_us'):>9.0f}{median('p99_us'):>9.0f}{median('p999_us'):>10.0f}{beyond}", flush=True)
    return results
