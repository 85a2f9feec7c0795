// Inserts the rows of a minute's close into PostgreSQL by binary COPY and by INSERT … SELECT FROM unnest of binary arrays,
// in turns, each in a transaction that is rolled back: milliseconds of each round, COPY first.
//
//   cc -O2 -I/usr/include/postgresql insert.c -lpq -o insert && ./insert postgres://… 22000 5000 7
//
// Arguments: the database, whose schema is that of Venus; rows; rows a statement; rounds.

#include <arpa/inet.h>
#include <endian.h>
#include <libpq-fe.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TIMESTAMP = 1184, BIGINT = 20, TEXT = 25, BYTES = 17 };

static const struct { const char *name; const char *type; unsigned oid; } columns[] = {
    {"bucket", "timestamptz", TIMESTAMP}, {"level", "text", TEXT}, {"shard", "bigint", BIGINT},
    {"environment", "text", TEXT}, {"service", "text", TEXT}, {"dependency", "text", TEXT}, {"operation", "text", TEXT},
    {"success", "bigint", BIGINT}, {"client_error", "bigint", BIGINT}, {"server_error", "bigint", BIGINT},
    {"transport_error", "bigint", BIGINT}, {"unknown", "bigint", BIGINT}, {"cancelled", "bigint", BIGINT},
    {"denied", "bigint", BIGINT}, {"estimated", "bigint", BIGINT}, {"tunnels", "bigint", BIGINT},
    {"bytes_sent", "bigint", BIGINT}, {"bytes_received", "bigint", BIGINT}, {"duration_count", "bigint", BIGINT},
    {"duration_sum_us", "bigint", BIGINT}, {"duration_max_us", "bigint", BIGINT}, {"ttfb_count", "bigint", BIGINT},
    {"ttfb_sum_us", "bigint", BIGINT}, {"ttfb_max_us", "bigint", BIGINT}, {"duration_histogram", "bytea", BYTES},
    {"ttfb_histogram", "bytea", BYTES}, {"phases", "bytea", BYTES}, {"would_be_denied", "bigint", BIGINT},
    {"link_local", "bigint", BIGINT},
};
enum { COLUMNS = sizeof columns / sizeof *columns, HISTOGRAM = 24, PHASES = 26 };

static PGconn *connection;
// 2100-01-01, where no row of anybody is, in microseconds since 2000.
static const int64_t bucket = 3155760000000000;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static void require(int holds) {
    if (holds) return;
    fprintf(stderr, "%s\n", PQerrorMessage(connection));
    exit(1);
}

static void command(const char *sql) {
    PGresult *result = PQexec(connection, sql);
    require(PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_COPY_IN);
    PQclear(result);
}

typedef struct { char *bytes; size_t count, room; } Buffer;

static void append(Buffer *buffer, const void *bytes, size_t count) {
    while (buffer->count + count > buffer->room) {
        buffer->room = buffer->room ? buffer->room * 2 : 1 << 20;
        buffer->bytes = realloc(buffer->bytes, buffer->room);
    }
    memcpy(buffer->bytes + buffer->count, bytes, count);
    buffer->count += count;
}

static void append16(Buffer *buffer, int16_t value) { value = htons(value); append(buffer, &value, 2); }
static void append32(Buffer *buffer, int32_t value) { value = htonl(value); append(buffer, &value, 4); }

// The value of a row, with its length before it, as COPY and arrays alike have it.
static void appendValue(Buffer *buffer, int row, int column) {
    char text[64];
    if (columns[column].oid == TEXT) {
        switch (column) {
        case 1: strcpy(text, "operation"); break;
        case 3: strcpy(text, "benchmark"); break;
        case 4: sprintf(text, "service-%d", row / 200); break;
        case 5: sprintf(text, "api-%d.example.com:443", row / 10 % 20); break;
        default: sprintf(text, "GET /v1/things-%d/*", row % 10);
        }
        append32(buffer, strlen(text));
        append(buffer, text, strlen(text));
    } else if (columns[column].oid == BYTES) {
        // 60 calls make a histogram of about 50 buckets.
        char bytes[110];
        int count = column == PHASES ? 20 : sizeof bytes;
        for (int place = 0; place < count; place++) bytes[place] = (row * 7 + place * 13) % 5 + 1;
        append32(buffer, count);
        append(buffer, bytes, count);
    } else {
        int64_t value = htobe64(column == 0 ? bucket : column == 2 ? 4711 : row % 60);
        append32(buffer, 8);
        append(buffer, &value, 8);
    }
}

static void copy(int rows, int atOnce, const char *names) {
    char sql[2000];
    snprintf(sql, sizeof sql, "COPY rollups_1m (%s) FROM STDIN (FORMAT binary)", names);
    for (int first = 0; first < rows; first += atOnce) {
        Buffer buffer = {0};
        append(&buffer, "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
        command(sql);
        for (int row = first; row < rows && row < first + atOnce; row++) {
            append16(&buffer, COLUMNS);
            for (int column = 0; column < COLUMNS; column++) appendValue(&buffer, row, column);
            if (buffer.count > 1 << 16) {
                require(PQputCopyData(connection, buffer.bytes, buffer.count) == 1);
                buffer.count = 0;
            }
        }
        append16(&buffer, -1);
        require(PQputCopyData(connection, buffer.bytes, buffer.count) == 1);
        require(PQputCopyEnd(connection, NULL) == 1);
        PGresult *result = PQgetResult(connection);
        require(PQresultStatus(result) == PGRES_COMMAND_OK);
        PQclear(result);
        require(PQgetResult(connection) == NULL);
        free(buffer.bytes);
    }
}

static void unnest(int rows, int atOnce) {
    for (int first = 0; first < rows; first += atOnce) {
        Buffer buffer = {0};
        size_t starts[COLUMNS];
        int lengths[COLUMNS], formats[COLUMNS];
        const char *values[COLUMNS];
        int count = rows - first < atOnce ? rows - first : atOnce;
        for (int column = 0; column < COLUMNS; column++) {
            starts[column] = buffer.count;
            // One dimension, no nulls, the elements' type; how many, and the number of the first.
            append32(&buffer, 1);
            append32(&buffer, 0);
            append32(&buffer, columns[column].oid);
            append32(&buffer, count);
            append32(&buffer, 1);
            for (int row = first; row < first + count; row++) appendValue(&buffer, row, column);
            lengths[column] = buffer.count - starts[column];
            formats[column] = 1;
        }
        for (int column = 0; column < COLUMNS; column++) values[column] = buffer.bytes + starts[column];
        PGresult *result = PQexecPrepared(connection, "unnest", COLUMNS, values, lengths, formats, 1);
        require(PQresultStatus(result) == PGRES_COMMAND_OK);
        PQclear(result);
        free(buffer.bytes);
    }
}

int main(int count, char **arguments) {
    if (count != 5) return 64;
    connection = PQconnectdb(arguments[1]);
    require(PQstatus(connection) == CONNECTION_OK);
    int rows = atoi(arguments[2]), atOnce = atoi(arguments[3]), rounds = atoi(arguments[4]);
    char names[1000] = "", places[2000] = "", sql[4000];
    for (int column = 0; column < COLUMNS; column++) {
        sprintf(names + strlen(names), "%s%s", column ? ", " : "", columns[column].name);
        sprintf(places + strlen(places), "%s$%d::%s[]", column ? ", " : "", column + 1, columns[column].type);
    }
    // The partition that the rows belong to goes with the transaction.
    const char *partition = "CREATE TABLE rollups_1m_benchmark PARTITION OF rollups_1m "
                            "FOR VALUES FROM ('2099-12-31Z') TO ('2100-01-02Z')";
    snprintf(sql, sizeof sql, "INSERT INTO rollups_1m (%s) SELECT * FROM unnest(%s)", names, places);
    PGresult *result = PQprepare(connection, "unnest", sql, 0, NULL);
    require(PQresultStatus(result) == PGRES_COMMAND_OK);
    for (int round = 0; round < rounds; round++) {
        double spent[2];
        for (int way = 0; way < 2; way++) {
            command("BEGIN");
            command(partition);
            double begun = now();
            if (way == 0) copy(rows, atOnce, names); else unnest(rows, atOnce);
            spent[way] = now() - begun;
            command("ROLLBACK");
        }
        printf("%.0f %.0f\n", spent[0], spent[1]);
    }
    return 0;
}
