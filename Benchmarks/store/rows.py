"""Rows of history in PostgreSQL, as the store writes them: of every tier for as long as it is kept, and of an open minute."""

import math
import random
import subprocess
import threading
import time

from processes import Missing

HOUR, DAY = 3600, 86400
# Name, length, how long it is kept, and a partition's length: as in the store (Tier, SQLSession+Partitions).
TIERS = [("1m", 60, 26 * HOUR, 6 * HOUR), ("15m", 900, 8 * DAY, DAY), ("2h", 2 * HOUR, 35 * DAY, 7 * DAY),
         ("8h", 8 * HOUR, 100 * DAY, 28 * DAY), ("1d", DAY, 365 * DAY, 182 * DAY)]
TEMPLATES = 16
LOWEST_BUCKET = -1276


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def histogram(calls, generator):
    """A latency histogram of so many calls around 30 ms, as the store writes it; their sum and maximum."""
    drawn = min(calls, 5000)
    counts, total, lowest, highest = {}, 0, None, 0
    for _ in range(drawn):
        value = max(200, int(generator.lognormvariate(math.log(30_000), 0.9)))
        bucket = math.ceil(math.log2(value / 1e6) * 64) - 1
        counts[bucket] = counts.get(bucket, 0) + 1
        total, lowest, highest = total + value, min(lowest or value, value), max(highest, value)
    factor = max(1, calls // drawn)
    out = b"\x01" + varint(total * factor) + varint(lowest) + varint(highest) + varint(len(counts))
    previous = LOWEST_BUCKET
    for bucket in sorted(counts):
        out += varint(bucket - previous) + varint(counts[bucket] * factor)
        previous = bucket
    return out, drawn * factor, total * factor, highest


def levels(services, dependencies, operations):
    """Level, service, dependency and operation of every series."""
    yield "total", "", "", ""
    for service in services:
        yield "service", service, "", ""
    for dependency in sorted({d for some in dependencies.values() for d in some}):
        yield "dependency", "", dependency, ""
    for service in services:
        for dependency in dependencies[service]:
            yield "edge", service, dependency, ""
            for operation in operations:
                yield "operation", service, dependency, operation


def fill(postgres, edges, now):
    """Makes the rows of every tier, up to `now`."""
    services = [f"service-{number}" for number in range(max(1, edges // 10))]
    dependencies = {service: [f"api-{(place * 3 + number) % 40}.example.com:443" for number in range(10)]
                    for place, service in enumerate(services)}
    operations = [f"{'GET' if number % 2 else 'POST'} /v1/things-{number}/*" for number in range(10)]
    keys = list(levels(services, dependencies, operations))
    generator = random.Random(1)
    postgres.sql("""
        CREATE TABLE IF NOT EXISTS made (tier text PRIMARY KEY, until bigint);
        CREATE TABLE IF NOT EXISTS series (id int, level text, service text, dependency text, operation text);
        CREATE TABLE IF NOT EXISTS templates
            (tier text, level text, number int, calls bigint, sum bigint, maximum bigint, histogram bytea);""")
    made = {name: int(until) for name, until in postgres.sql("SELECT tier, until FROM made")}
    if made and postgres.sql("SELECT count(*) FROM series")[0][0] != str(len(keys)):
        raise Missing("the kept database is of another number of edges")
    lines = [] if made else [
        f"INSERT INTO series VALUES ({id}, '{level}', '{service}', '{dependency}', '{operation}');"
        for id, (level, service, dependency, operation) in enumerate(keys)]
    share = {"operation": 1, "edge": 10, "service": 100, "dependency": 50, "total": 10 * edges}
    phases = "\\x0106" + "00" * 12
    for name, length, kept, partition in TIERS:
        begin = made.get(name, (now - kept) // length * length)
        if not made:
            for level, factor in share.items():
                for number in range(TEMPLATES):
                    # An operation is called about 20 times a minute.
                    calls = max(1, int(20 * factor * length / 60 * generator.uniform(0.3, 1.7)))
                    data, count, total, maximum = histogram(calls, generator)
                    lines.append(f"INSERT INTO templates VALUES ('{name}', '{level}', {number}, {count}, {total}, {maximum}, "
                                 f"'\\x{data.hex()}');")
        end_ = now // length * length
        present = {int(start) for start, in postgres.sql(
            f"SELECT extract(epoch FROM starts_at)::bigint FROM rollup_partitions WHERE tier_seconds = {length}")}
        for first in range(begin // partition * partition, now + 1, partition):
            table = f"rollups_{name}_from_{first}"
            if first not in present:
                lines += [f"INSERT INTO rollup_partitions VALUES ({length}, to_timestamp({first}), "
                          f"to_timestamp({first + partition}));",
                          f"CREATE TABLE {table} (LIKE rollups_{name} INCLUDING DEFAULTS INCLUDING INDEXES);",
                          f"ALTER TABLE {table} ALTER COLUMN duration_histogram SET STORAGE MAIN, "
                          "ALTER COLUMN ttfb_histogram SET STORAGE MAIN;",
                          f"ALTER TABLE rollups_{name} ATTACH PARTITION {table} "
                          f"FOR VALUES FROM (to_timestamp({first})) TO (to_timestamp({first + partition}));"]
        lines.append(f"""
            INSERT INTO rollups_{name} SELECT to_timestamp(bucket), s.level, 0, 'production', s.service, s.dependency,
                s.operation, calls - calls / 50 - calls / 100, calls / 50, calls / 100, 0, 0, 0, 0, 0, 0, calls * 300,
                calls * 2000, calls, sum, maximum, calls, sum, maximum, histogram, histogram, '{phases}', 0, 0
            FROM generate_series({begin}, {end_ - length}, {length}) bucket CROSS JOIN series s
            JOIN templates t ON t.tier = '{name}' AND t.level = s.level
                AND t.number = (s.id * 7 + bucket / {length}) % {TEMPLATES};
            INSERT INTO made VALUES ('{name}', {end_}) ON CONFLICT (tier) DO UPDATE SET until = excluded.until;""")
    lines += [f"INSERT INTO shards VALUES (0, '1-0', to_timestamp({now // 60 * 60})) "
              "ON CONFLICT (shard) DO UPDATE SET open_since = excluded.open_since;",
              "UPDATE settings SET value = '0' WHERE name = 'history.begin';"]
    postgres.sql("BEGIN;" + "\n".join(lines) + "COMMIT;")
    postgres.sql("VACUUM (ANALYZE);")
    return services, dependencies, operations


class OpenMinute(threading.Thread):
    """Commits what each second saw, as long as it runs: every third operation was called once. The tiers above have yet to be
    rolled up, so that all of them read the open minute."""

    # As the store numbers levels.
    OPERATION = 4

    def __init__(self, postgres, services, dependencies, operations):
        super().__init__(daemon=True)
        self.keys = [(service, dependency, operation) for service in services for dependency in dependencies[service]
                     for operation in operations]
        generator = random.Random(3)
        self.totals = [self.call(histogram(1, generator)[0]) for _ in range(TEMPLATES)]
        self.ended = threading.Event()
        self.psql = subprocess.Popen(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", postgres.url], stdin=subprocess.PIPE,
                                     text=True)
        self.second = self.open_since(time.time())
        self.commit()

    @staticmethod
    def open_since(now):
        # A minute closes 5 s after its end.
        return int(now - 5) // 60 * 60

    @staticmethod
    def call(encoded):
        """The totals of one successful call, as checkpoints hold them."""
        counts = [1, 0, 0, 0, 0, 0, 0, 0, 0, 300, 2000]
        return b"\x01" + bytes().join(varint(count) for count in counts) + bytes(12) + encoded + encoded

    def checkpoint(self, second):
        some = range(second % 3, len(self.keys), 3)
        out = b"\x01" + varint(len(some))
        for place in some:
            out += bytes([self.OPERATION])
            for name in ("production", *self.keys[place]):
                out += varint(len(name)) + name.encode()
        out += varint(len(some))
        for number, place in enumerate(some):
            # The second as the distance from the cell before, zigzag-coded.
            out += varint(number) + varint(0 if number else 2 * second) + self.totals[place % TEMPLATES]
        return out

    def commit(self):
        now = int(time.time())
        lines = [f"INSERT INTO checkpoints (shard, taken_at, last_second, cells) VALUES (0, to_timestamp({second}), "
                 f"to_timestamp({second}), '\\x{self.checkpoint(second).hex()}');" for second in range(self.second, now)]
        self.second = max(self.second, now)
        lines += [f"UPDATE shards SET open_since = to_timestamp({self.open_since(now)}) WHERE shard = 0;"]
        lines += [f"INSERT INTO rollup_marks VALUES ({length}, to_timestamp({now // length * length}), 0, 1) "
                  "ON CONFLICT DO NOTHING;" for _, length, *_ in TIERS[1:]]
        self.psql.stdin.write("BEGIN;" + "\n".join(lines) + "COMMIT;\n")
        self.psql.stdin.flush()

    def run(self):
        while not self.ended.wait(1):
            self.commit()

    def break_off(self):
        self.ended.set()
        self.psql.kill()
        self.psql.wait()

    def end(self, postgres):
        self.ended.set()
        self.join()
        self.psql.stdin.close()
        if self.psql.wait() != 0:
            raise RuntimeError("the open minute could not be written")
        postgres.sql("DELETE FROM checkpoints; DELETE FROM rollup_marks;")
