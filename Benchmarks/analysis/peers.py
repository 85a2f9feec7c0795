"""Writes the file of calls, folds it with one of Venus' peers, or compares the answers; see `run`, which calls it.

    peers.py write FILE CALLS
    peers.py polars|duckdb|pandas FILE
    peers.py compare FILE ANSWERS
"""

import json
import sys
import time

import numpy

EDGES = 500
SECONDS = 600
START = 1_767_225_600  # 2026-01-01, in seconds
QUANTILES = (0.5, 0.95, 0.99)
# Little-endian, one behind the other: end in microseconds since the epoch, duration in microseconds, edge, code of the
# outcome.
COLUMNS = (("end", "<i8"), ("duration", "<u4"), ("edge", "<u2"), ("outcome", "u1"))
ANSWERS = numpy.dtype([("second", "<i8"), ("edge", "<i4"), ("calls", "<u4"), ("errors", "<u4"), ("", "<u4"),
                       ("mean", "<f8"), ("p50", "<f8"), ("p95", "<f8"), ("p99", "<f8")])


def write(file, calls):
    import duckdb
    import pandas
    import polars
    random = numpy.random.default_rng(2247)
    edge = random.integers(0, EDGES, calls)
    median = numpy.exp(random.uniform(numpy.log(2_000), numpy.log(200_000), EDGES))
    values = {
        "end": numpy.sort(random.integers(0, SECONDS * 1_000_000, calls)) + START * 1_000_000,
        "duration": numpy.clip(median[edge] * numpy.exp(0.6 * random.standard_normal(calls)), 1, 3.6e9),
        "edge": edge,
        # Success, client error, server error.
        "outcome": random.choice([0, 1, 2], calls, p=[0.97, 0.02, 0.01]),
    }
    with open(file, "wb") as output:
        for name, kind in COLUMNS:
            output.write(values[name].astype(kind).tobytes())
    return {module.__name__: module.__version__ for module in (polars, duckdb, pandas)}


def read(file):
    data = numpy.fromfile(file, "u1")
    calls = len(data) // sum(numpy.dtype(kind).itemsize for _, kind in COLUMNS)
    columns, offset = {}, 0
    for name, kind in COLUMNS:
        end = offset + calls * numpy.dtype(kind).itemsize
        columns[name] = data[offset:end].view(kind).copy()
        offset = end
    return columns


def with_polars(columns):
    import polars
    frame = polars.DataFrame(columns)
    duration = polars.col("duration")

    def work():
        return (frame.lazy()
                .group_by("edge", (polars.col("end") // 1_000_000).alias("second"))
                .agg(polars.len().alias("calls"), (polars.col("outcome") > 0).sum().alias("errors"),
                     duration.mean().alias("mean"),
                     *(duration.quantile(q, "equiprobable").alias(f"p{round(q * 100)}") for q in QUANTILES))
                .collect())
    return work, lambda rows: rows.to_dict(as_series=False)


def with_duckdb(columns):
    import duckdb
    import pyarrow
    connection = duckdb.connect(config={"threads": 1})
    arrow = pyarrow.table(columns)  # noqa: F841: named in the statement below
    connection.execute("CREATE TABLE calls AS SELECT * FROM arrow")

    def work():
        return connection.sql(
            'SELECT "end" // 1000000 AS second, edge, count(*) AS calls, count(*) FILTER (outcome > 0) AS errors, '
            "avg(duration) AS mean, quantile_disc(duration, [0.5, 0.95, 0.99]) AS quantiles "
            "FROM calls GROUP BY ALL").to_arrow_table()

    def rows(table):
        rows = table.to_pydict()
        quantiles = rows.pop("quantiles")
        for place, name in enumerate(("p50", "p95", "p99")):
            rows[name] = [values[place] for values in quantiles]
        return rows
    return work, rows


def with_pandas(columns):
    import pandas
    frame = pandas.DataFrame(columns)

    def work():
        frame["second"] = frame["end"] // 1_000_000
        frame["error"] = frame["outcome"] > 0
        groups = frame.groupby(["edge", "second"], sort=False)
        durations = groups["duration"]
        return pandas.concat(
            [durations.agg(["size", "mean"]), groups["error"].sum(),
             *(durations.quantile(q, interpolation="higher") for q in QUANTILES)], axis=1)
    return work, lambda rows: {
        "edge": rows.index.get_level_values(0), "second": rows.index.get_level_values(1), "calls": rows["size"],
        "errors": rows["error"], "mean": rows["mean"]}


PEERS = {"polars": with_polars, "duckdb": with_duckdb, "pandas": with_pandas}


def measure(peer, file):
    work, _ = PEERS[peer](read(file))
    start = time.process_time()
    work()
    return {"seconds": time.process_time() - start}


def compare(file, answers):
    """Ours with those of each peer, cell by cell, and the largest relative distance of our quantiles."""
    ours = numpy.fromfile(answers, ANSWERS)
    ours = ours[numpy.lexsort((ours["second"], ours["edge"]))]
    columns = read(file)
    result = {"cells": len(ours)}
    agree = True
    for peer, prepare in PEERS.items():
        work, rows = prepare(columns)
        theirs = {name: numpy.asarray(values) for name, values in rows(work()).items()}
        order = numpy.lexsort((theirs["second"], theirs["edge"]))
        theirs = {name: values[order] for name, values in theirs.items()}
        exact = ("second", "edge", "calls", "errors")
        same = len(order) == len(ours) and all((ours[name] == theirs[name]).all() for name in exact)
        same = bool(same and numpy.allclose(ours["mean"], theirs["mean"], rtol=1e-9))
        if same and "p50" in theirs:
            furthest = max(
                float(numpy.max(numpy.abs(ours[name] - theirs[name]) / theirs[name])) for name in ("p50", "p95", "p99"))
            result[f"furthest quantile from {peer}'s"] = f"{furthest:.3%}"
            same = furthest <= 0.0055
        result[f"same as {peer}'s"] = same
        agree = agree and same
    result["agree"] = agree
    return result


def main():
    command, file, *rest = sys.argv[1:]
    if command == "write":
        result = write(file, int(rest[0]))
    elif command == "compare":
        result = compare(file, rest[0])
    else:
        result = measure(command, file)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
