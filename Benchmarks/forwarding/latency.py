"""Open loop: requests leave at fixed times, and each is timed from the moment at which it was meant to leave."""

import statistics

CONNECTIONS = 32


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
