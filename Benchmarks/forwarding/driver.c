// The parts of the benchmark that an interpreter would be too slow or too uneven for. Built by `run`; loopback only.
//
//   driver origin PORT                                  the far end of tunnels: echoes, or speaks as a TLS server does
//   driver tunnels PROXY ORIGIN COUNT THREADS           COUNT times: connect, CONNECT, 100 bytes there and back, close
//   driver bulk PROXY ORIGIN MEGABYTES                  so much from the origin through one tunnel, in TLS records
//   driver hold PROXY ORIGIN COUNT                      COUNT silent tunnels, until standard input ends
//   driver openloop PORT TARGET HOST RATE SECONDS CONNS requests at fixed times, whether or not answers have come
//
// A measurement prints one line of JSON. In an open loop the time of a request runs from the moment at which it was
// meant to be sent, so that a stall counts for every request that it delays.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ECHO_BYTES = 100, RECORD_BYTES = 16384, HEADER_BYTES = 5 };
// The origin of tunnels listens on so many addresses from 127.0.0.1 on: a proxy limits connections to one dependency.
enum { ORIGINS = 16 };

static void fail(const char *what) {
    fprintf(stderr, "driver: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t now_nanoseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000ll + time.tv_nsec;
}

static struct sockaddr_in loopback(int port) {
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
}

static int dial(int port) {
    struct sockaddr_in address = loopback(port);
    int one = 1, descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) fail("socket");
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) < 0) fail("connect");
    return descriptor;
}

static void send_all(int descriptor, const void *bytes, size_t count) {
    for (const uint8_t *place = bytes; count > 0;) {
        ssize_t sent = send(descriptor, place, count, MSG_NOSIGNAL);
        if (sent <= 0) fail("send");
        place += sent;
        count -= (size_t)sent;
    }
}

static bool receive_all(int descriptor, void *bytes, size_t count) {
    for (uint8_t *place = bytes; count > 0;) {
        ssize_t received = recv(descriptor, place, count, 0);
        if (received <= 0) return false;
        place += received;
        count -= (size_t)received;
    }
    return true;
}

// --- TLS records: real enough for a proxy that looks at their headers, with nothing in them

static size_t put_record(uint8_t *place, uint8_t type, size_t length) {
    uint8_t header[HEADER_BYTES] = {type, 3, 3, (uint8_t)(length >> 8), (uint8_t)length};
    memcpy(place, header, sizeof header);
    return HEADER_BYTES + length;
}

// TLS 1.2 with a server name and http/1.1, as RFC 5246 and RFC 6066 lay it out.
static size_t client_hello(uint8_t *place) {
    static const uint8_t extensions[] = {
        0, 0, 0, 16, 0, 14, 0, 0, 11, 'e', 'x', 'a', 'm', 'p', 'l', 'e', '.', 'c', 'o', 'm',  // server_name
        0, 16, 0, 11, 0, 9, 8, 'h', 't', 't', 'p', '/', '1', '.', '1',                        // ALPN
    };
    uint8_t body[128] = {3, 3};
    size_t length = 2 + 32;
    body[length++] = 0;  // no session
    const uint8_t suites[] = {0, 2, 0xC0, 0x2F, 1, 0};
    memcpy(body + length, suites, sizeof suites);
    length += sizeof suites;
    body[length++] = 0;
    body[length++] = sizeof extensions;
    memcpy(body + length, extensions, sizeof extensions);
    length += sizeof extensions;
    size_t whole = put_record(place, 22, length + 4);
    uint8_t handshake[] = {1, 0, 0, (uint8_t)length};
    memcpy(place + HEADER_BYTES, handshake, sizeof handshake);
    memcpy(place + HEADER_BYTES + 4, body, length);
    return whole;
}

static size_t server_hello(uint8_t *place) {
    uint8_t message[] = {2, 0, 0, 38, 3, 3, [38] = 0, [39] = 0xC0, [40] = 0x2F, [41] = 0};
    size_t whole = put_record(place, 22, sizeof message);
    memcpy(place + HEADER_BYTES, message, sizeof message);
    return whole;
}

// ChangeCipherSpec and a Finished that nobody can read.
static size_t finished(uint8_t *place) {
    size_t length = put_record(place, 20, 1);
    place[HEADER_BYTES] = 1;
    memset(place + length + HEADER_BYTES, 0xAA, 40);
    return length + put_record(place + length, 22, 40);
}

// --- origin

static bool skip_record(int descriptor) {
    uint8_t header[HEADER_BYTES], body[RECORD_BYTES + 2048];
    if (!receive_all(descriptor, header, sizeof header)) return false;
    size_t length = (size_t)header[3] << 8 | header[4];
    return length <= sizeof body && receive_all(descriptor, body, length);
}

// A handshake, then as many megabytes as the client's first record of data says.
static void *serve_tls(void *argument) {
    int descriptor = (int)(intptr_t)argument;
    uint8_t flight[256];
    size_t length;
    if (!skip_record(descriptor)) goto end;
    length = server_hello(flight);
    send_all(descriptor, flight, length);
    // The key exchange, ChangeCipherSpec and Finished.
    for (int index = 0; index < 3; index++) {
        if (!skip_record(descriptor)) goto end;
    }
    length = finished(flight);
    send_all(descriptor, flight, length);
    uint8_t request[HEADER_BYTES + 8];
    if (!receive_all(descriptor, request, sizeof request)) goto end;
    uint64_t megabytes;
    memcpy(&megabytes, request + HEADER_BYTES, sizeof megabytes);
    enum { RECORDS = 64 };
    size_t batch = RECORDS * (HEADER_BYTES + RECORD_BYTES);
    uint8_t *records = calloc(1, batch);
    for (size_t place = 0; place < batch;) place += put_record(records + place, 23, RECORD_BYTES);
    // RECORDS records hold one megabyte.
    for (uint64_t sent = 0; sent < megabytes; sent++) send_all(descriptor, records, batch);
    free(records);
    uint8_t last;
    while (recv(descriptor, &last, 1, 0) > 0) {}
end:
    close(descriptor);
    return NULL;
}

static void origin(int port) {
    struct sockaddr_in address = loopback(port);
    struct epoll_event event = {.events = EPOLLIN}, events[256];
    int one = 1, last_listener = -1, epoll = epoll_create1(0);
    for (int index = 0; index < ORIGINS; index++) {
        int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (uint32_t)index);
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
        if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 4096) < 0) {
            fail("listen");
        }
        event.data.fd = last_listener = listener;
        epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    }
    while (true) {
        int count = epoll_wait(epoll, events, 256, -1);
        for (int index = 0; index < count; index++) {
            int descriptor = events[index].data.fd;
            // The listeners were the first descriptors after epoll's.
            if (descriptor <= last_listener) {
                int listener = descriptor;
                while ((descriptor = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
                    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                    event.data.fd = descriptor;
                    epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
                }
                continue;
            }
            uint8_t bytes[4096];
            ssize_t received = recv(descriptor, bytes, 1, MSG_PEEK);
            if (received > 0 && bytes[0] == 22) {
                pthread_t thread;
                epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL);
                if (pthread_create(&thread, NULL, serve_tls, (void *)(intptr_t)descriptor) != 0) fail("thread");
                pthread_detach(thread);
                continue;
            }
            received = recv(descriptor, bytes, sizeof bytes, 0);
            if (received > 0) {
                send_all(descriptor, bytes, (size_t)received);
            } else {
                close(descriptor);
            }
        }
    }
}

// --- tunnels

static int open_tunnel(int proxy, int origin, int index) {
    int descriptor = dial(proxy);
    char head[1024];
    int length = snprintf(head, sizeof head,
        "CONNECT 127.0.0.%d:%d HTTP/1.1\r\nHost: 127.0.0.%d:%d\r\nUser-Agent: driver\r\n\r\n",
        1 + index % ORIGINS, origin, 1 + index % ORIGINS, origin);
    send_all(descriptor, head, (size_t)length);
    // The answer ends with an empty line, and nothing follows before we speak.
    for (size_t count = 0; count < 4 || memcmp(head + count - 4, "\r\n\r\n", 4) != 0;) {
        ssize_t received = recv(descriptor, head + count, sizeof head - count, 0);
        if (received <= 0) fail("the end instead of an answer to CONNECT");
        count += (size_t)received;
    }
    if (memcmp(head + 8, " 200", 4) != 0) {
        fprintf(stderr, "driver: CONNECT was refused: %.12s\n", head);
        exit(1);
    }
    return descriptor;
}

struct series {
    int proxy, origin, count;
};

static void *make_tunnels(void *argument) {
    struct series *series = argument;
    for (int index = 0; index < series->count; index++) {
        int descriptor = open_tunnel(series->proxy, series->origin, 0);
        uint8_t bytes[ECHO_BYTES] = {'e'};
        send_all(descriptor, bytes, sizeof bytes);
        if (!receive_all(descriptor, bytes, sizeof bytes)) fail("no echo");
        close(descriptor);
    }
    return NULL;
}

static void tunnels(int proxy, int origin, int count, int threads) {
    struct series series = {proxy, origin, count / threads};
    pthread_t handles[threads];
    int64_t start = now_nanoseconds();
    for (int index = 0; index < threads; index++) pthread_create(&handles[index], NULL, make_tunnels, &series);
    for (int index = 0; index < threads; index++) pthread_join(handles[index], NULL);
    printf("{\"tunnels\":%d,\"seconds\":%.3f}\n", series.count * threads, (now_nanoseconds() - start) / 1e9);
}

static void bulk(int proxy, int origin, uint64_t megabytes) {
    int descriptor = open_tunnel(proxy, origin, 0);
    uint8_t flight[512];
    size_t length = client_hello(flight);
    send_all(descriptor, flight, length);
    if (!skip_record(descriptor)) fail("no hello");
    // A key exchange, then what ends the handshake.
    length = put_record(flight, 22, 70);
    memset(flight + HEADER_BYTES, 0x10, 70);
    send_all(descriptor, flight, length);
    length = finished(flight);
    send_all(descriptor, flight, length);
    if (!skip_record(descriptor) || !skip_record(descriptor)) fail("no end of the handshake");
    length = put_record(flight, 23, 8);
    memcpy(flight + HEADER_BYTES, &megabytes, 8);
    send_all(descriptor, flight, length);
    int64_t start = now_nanoseconds();
    uint64_t left = megabytes * 64 * (HEADER_BYTES + RECORD_BYTES), whole = left;
    while (left > 0) {
        if (!skip_record(descriptor)) fail("the bulk ended early");
        left -= HEADER_BYTES + RECORD_BYTES;
    }
    printf("{\"bytes\":%llu,\"seconds\":%.3f}\n", (unsigned long long)whole, (now_nanoseconds() - start) / 1e9);
    close(descriptor);
}

static void hold(int proxy, int origin, int count) {
    for (int index = 0; index < count; index++) open_tunnel(proxy, origin, index);
    printf("{\"held\":%d}\n", count);
    fflush(stdout);
    while (getchar() != EOF) {}
}

// --- open loop

struct connection {
    int descriptor;
    int64_t intended;  // of the request under way, 0: none
    size_t left;       // of its answer; SIZE_MAX before the head was read
    char head[4096];
    size_t known;
};

static int compare(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

// Reads what has come; whether the answer is complete.
static bool answered(struct connection *connection) {
    while (true) {
        ssize_t received = recv(
            connection->descriptor, connection->head + connection->known,
            sizeof connection->head - 1 - connection->known, MSG_DONTWAIT);
        if (received < 0 && errno == EAGAIN) return false;
        if (received <= 0) fail("a connection ended");
        connection->known += (size_t)received;
        connection->head[connection->known] = 0;
        char *end = strstr(connection->head, "\r\n\r\n");
        if (end == NULL) continue;
        char *field = strcasestr(connection->head, "\r\ncontent-length:");
        if (field == NULL || strncmp(connection->head + 8, " 200", 4) != 0) {
            fprintf(stderr, "driver: an answer that was not expected: %.20s\n", connection->head);
            exit(1);
        }
        size_t whole = (size_t)(end - connection->head) + 4 + strtoul(field + 17, NULL, 10);
        if (connection->known < whole) continue;
        connection->known = 0;
        return true;
    }
}

static void open_loop(int port, const char *target, const char *host, int rate, int seconds, int count) {
    // Wake up when asked, not 50 µs later.
    prctl(PR_SET_TIMERSLACK, 1);
    char request[2048];
    int length = snprintf(request, sizeof request,
        "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: checkout/4.7.1 (linux; x86_64) http-client/2.31\r\n"
        "Accept: application/json, text/plain;q=0.9, */*;q=0.8\r\nAccept-Encoding: gzip, deflate, br\r\n"
        "Accept-Language: en-US,en;q=0.9\r\nX-Request-Id: 01JD7W3S8N4V0Q2M5K9T6R1XZC\r\n"
        "Traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\r\n", target, host);
    struct connection *connections = calloc((size_t)count, sizeof *connections);
    struct connection **idle = calloc((size_t)count, sizeof *idle);
    int idle_count = 0, epoll = epoll_create1(0);
    for (int index = 0; index < count; index++) {
        connections[index].descriptor = dial(port);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &connections[index]};
        epoll_ctl(epoll, EPOLL_CTL_ADD, connections[index].descriptor, &event);
        idle[idle_count++] = &connections[index];
    }
    // The first second warms up and is not counted.
    long total = (long)rate * (seconds + 1), sent = 0, done = 0, counted = 0;
    int64_t *times = calloc((size_t)total, sizeof *times);
    int64_t period = 1000000000ll / rate, start = now_nanoseconds() + 1000000;
    while (done < total) {
        int64_t now = now_nanoseconds();
        while (sent < total && idle_count > 0 && start + sent * period <= now) {
            struct connection *connection = idle[--idle_count];
            connection->intended = start + sent * period;
            send_all(connection->descriptor, request, (size_t)length);
            sent++;
        }
        int64_t wait = sent < total && idle_count > 0 ? start + sent * period - now_nanoseconds() : 1000000000;
        if (wait < 0) wait = 0;
        struct timespec timeout = {wait / 1000000000, wait % 1000000000};
        struct epoll_event events[64];
        int ready = epoll_pwait2(epoll, events, 64, &timeout, NULL);
        for (int index = 0; index < ready; index++) {
            struct connection *connection = events[index].data.ptr;
            if (!answered(connection)) continue;
            if (connection->intended >= start + 1000000000) {
                times[counted++] = now_nanoseconds() - connection->intended;
            }
            idle[idle_count++] = connection;
            done++;
        }
    }
    qsort(times, (size_t)counted, sizeof *times, compare);
    // Nearest rank.
    printf("{\"requests\":%ld,\"p50_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f,\"max_us\":%.1f}\n", counted,
        times[(counted * 50 + 99) / 100 - 1] / 1e3, times[(counted * 99 + 99) / 100 - 1] / 1e3,
        times[(counted * 999 + 999) / 1000 - 1] / 1e3, times[counted - 1] / 1e3);
}

int main(int count, char **arguments) {
    signal(SIGPIPE, SIG_IGN);
    const char *mode = count > 1 ? arguments[1] : "";
    int number[8] = {0};
    for (int index = 2; index < count && index < 10; index++) number[index - 2] = atoi(arguments[index]);
    if (strcmp(mode, "origin") == 0 && count == 3) origin(number[0]);
    else if (strcmp(mode, "tunnels") == 0 && count == 6) tunnels(number[0], number[1], number[2], number[3]);
    else if (strcmp(mode, "bulk") == 0 && count == 5) bulk(number[0], number[1], (uint64_t)number[2]);
    else if (strcmp(mode, "hold") == 0 && count == 5) hold(number[0], number[1], number[2]);
    else if (strcmp(mode, "openloop") == 0 && count == 8)
        open_loop(number[0], arguments[3], arguments[4], number[3], number[4], number[5]);
    else {
        fprintf(stderr, "driver: see the head of driver.c\n");
        return 64;
    }
    return 0;
}
