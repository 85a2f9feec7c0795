// Subscribers of the live socket: many WebSocket clients on one epoll loop, so that they cost less than the server.
//
//   subscribers PORT TOKEN COUNT SILENT SERVICES TOPIC WINDOW WARMUP SECONDS
//
// COUNT clients from several loopback addresses, each subscribed to TOPIC for one of SERVICES services (s0, s1, …) and
// WINDOW; the last SILENT of them never read after that. When all are there, "ready" is printed. WARMUP seconds later the
// messages of SECONDS seconds are measured, and one line of JSON is printed:
//
//   from_at     ms from the data's `at`, which the analyzer set, to the last byte of a message
//   from_first  ms from the first message of a tick that any client got to the last byte of each of that tick
//   gaps        updates that do not build on the message before them: must be 0
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PREFIX_BYTES = 400, CLIENTS_AN_ADDRESS = 5000, READ_BYTES = 65536, TICKS = 4096, SILENT_BUFFER_BYTES = 4096 };

typedef struct {
    int descriptor;
    uint8_t head[14];
    uint8_t head_bytes, opcode;
    bool in_payload;
    uint32_t prefix_bytes;
    uint64_t remaining, length, seq;
    char prefix[PREFIX_BYTES + 1];
} Client;

typedef struct {
    uint64_t seq;
    double first, last;
    uint32_t messages;
} Tick;

static double started, ended;
static bool measuring;
static uint64_t messages, snapshots, updates, gaps, closed, bytes, largest, errors;
static float *from_at, *from_first;
static size_t samples, capacity;
static Tick ticks[TICKS];

static void fail(const char *what) {
    fprintf(stderr, "subscribers: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static void send_all(int descriptor, const void *data, size_t count) {
    for (const uint8_t *place = data; count > 0;) {
        ssize_t sent = send(descriptor, place, count, MSG_NOSIGNAL);
        if (sent < 0) fail("send");
        place += sent;
        count -= (size_t)sent;
    }
}

// A masked frame; its mask is zero, so that it needs no masking.
static void send_frame(int descriptor, uint8_t opcode, const void *payload, size_t count) {
    uint8_t frame[1024];
    size_t head = 0;
    if (count > sizeof frame - 8) return;
    frame[head++] = 0x80 | opcode;
    if (count < 126) {
        frame[head++] = 0x80 | (uint8_t)count;
    } else {
        frame[head++] = 0x80 | 126;
        frame[head++] = (uint8_t)(count >> 8);
        frame[head++] = (uint8_t)count;
    }
    memset(frame + head, 0, 4);
    memcpy(frame + head + 4, payload, count);
    send_all(descriptor, frame, head + 4 + count);
}

static int64_t number_after(const char *text, const char *name) {
    const char *place = strstr(text, name);
    return place ? atoll(place + strlen(name)) : -1;
}

// Milliseconds since the epoch of the RFC 3339 time that is the data's `at`.
static double time_of(const char *text) {
    const char *place = strstr(text, "\"at\":\"");
    struct tm parts = {0};
    double seconds;
    if (!place || sscanf(place + 6, "%d-%d-%dT%d:%d:%lf", &parts.tm_year, &parts.tm_mon, &parts.tm_mday, &parts.tm_hour,
                         &parts.tm_min, &seconds) != 6)
        return -1;
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    return (double)timegm(&parts) * 1e3 + seconds * 1e3;
}

static void received_text(Client *client) {
    client->prefix[client->prefix_bytes] = 0;
    const char *text = client->prefix;
    bool is_update = strncmp(text, "{\"type\":\"update\"", 16) == 0;
    if (!is_update && strncmp(text, "{\"type\":\"snapshot\"", 18) != 0) {
        if (strncmp(text, "{\"type\":\"error\"", 15) == 0) errors++;
        return;
    }
    int64_t seq = number_after(text, "\"seq\":"), from = number_after(text, "\"from\":");
    if (is_update && (uint64_t)from != client->seq) gaps++;
    client->seq = (uint64_t)seq;
    double at = time_of(text), time = now();
    if (!measuring || time < started || time >= ended || at < 0) return;
    messages++;
    if (is_update) updates++; else snapshots++;
    bytes += client->length;
    if (client->length > largest) largest = client->length;
    Tick *tick = &ticks[seq % TICKS];
    if (tick->seq != (uint64_t)seq) *tick = (Tick){.seq = (uint64_t)seq, .first = time};
    tick->last = time;
    tick->messages++;
    if (samples == capacity) {
        capacity = capacity ? capacity * 2 : 1 << 20;
        from_at = realloc(from_at, capacity * sizeof *from_at);
        from_first = realloc(from_first, capacity * sizeof *from_first);
        if (!from_at || !from_first) fail("realloc");
    }
    from_at[samples] = (float)(time - at);
    from_first[samples++] = (float)(time - tick->first);
}

static void received_frame(Client *client) {
    switch (client->opcode) {
    case 1: received_text(client); break;
    case 8: closed++; break;
    case 9: send_frame(client->descriptor, 10, client->prefix, client->prefix_bytes); break;
    default: break;
    }
}

static void feed(Client *client, const uint8_t *data, size_t count) {
    while (count > 0) {
        if (!client->in_payload) {
            client->head[client->head_bytes++] = *data++;
            count--;
            if (client->head_bytes < 2) continue;
            uint8_t code = client->head[1] & 0x7f, extra = code == 126 ? 2 : code == 127 ? 8 : 0;
            if (client->head_bytes < 2 + extra) continue;
            client->length = code;
            if (extra) {
                client->length = 0;
                for (int place = 0; place < extra; place++)
                    client->length = client->length << 8 | client->head[2 + place];
            }
            client->remaining = client->length;
            client->opcode = client->head[0] & 0x0f;
            client->prefix_bytes = client->head_bytes = 0;
            client->in_payload = true;
        }
        size_t part = count < client->remaining ? count : (size_t)client->remaining;
        size_t room = PREFIX_BYTES - client->prefix_bytes, kept = part < room ? part : room;
        memcpy(client->prefix + client->prefix_bytes, data, kept);
        client->prefix_bytes += (uint32_t)kept;
        data += part;
        count -= part;
        client->remaining -= part;
        if (client->remaining == 0) {
            client->in_payload = false;
            received_frame(client);
        }
    }
}

static void open_client(Client *client, int number, int port, const char *token, bool is_silent, const char *subscription) {
    int one = 1, small = SILENT_BUFFER_BYTES;
    client->descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client->descriptor < 0) fail("socket");
    setsockopt(client->descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(client->descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    if (is_silent) setsockopt(client->descriptor, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    struct sockaddr_in own = {.sin_family = AF_INET,
                              .sin_addr = {htonl(INADDR_LOOPBACK + 1 + (uint32_t)(number / CLIENTS_AN_ADDRESS))}};
    if (bind(client->descriptor, (struct sockaddr *)&own, sizeof own) < 0) fail("bind");
    struct sockaddr_in server = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    if (connect(client->descriptor, (struct sockaddr *)&server, sizeof server) < 0) fail("connect");
    char request[1024];
    int length = snprintf(request, sizeof request,
                          "GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                          "Authorization: Bearer %s\r\n\r\n", port, token);
    send_all(client->descriptor, request, (size_t)length);
    char answer[4096];
    size_t count = 0;
    char *end = NULL;
    while (!end) {
        ssize_t part = recv(client->descriptor, answer + count, sizeof answer - 1 - count, 0);
        if (part <= 0) fail("no answer to the handshake");
        count += (size_t)part;
        answer[count] = 0;
        end = strstr(answer, "\r\n\r\n");
    }
    if (strncmp(answer, "HTTP/1.1 101", 12) != 0) {
        fprintf(stderr, "subscribers: refused: %.200s\n", answer);
        exit(1);
    }
    feed(client, (uint8_t *)end + 4, count - (size_t)(end + 4 - answer));
    send_frame(client->descriptor, 1, subscription, strlen(subscription));
}

static int compare(const void *one, const void *other) {
    float left = *(const float *)one, right = *(const float *)other;
    return left < right ? -1 : left > right;
}

static void print_distribution(const char *name, float *values) {
    if (samples == 0) return;
    qsort(values, samples, sizeof *values, compare);
    printf(",\"%s\":{\"p50\":%.1f,\"p90\":%.1f,\"p99\":%.1f,\"max\":%.1f}", name, (double)values[samples / 2],
           (double)values[samples * 9 / 10], (double)values[samples * 99 / 100], (double)values[samples - 1]);
}

int main(int count, char **arguments) {
    if (count != 10) {
        fprintf(stderr, "usage: subscribers PORT TOKEN COUNT SILENT SERVICES TOPIC WINDOW WARMUP SECONDS\n");
        return 64;
    }
    int port = atoi(arguments[1]), clients = atoi(arguments[3]), silent = atoi(arguments[4]);
    int services = atoi(arguments[5]);
    double warmup = atof(arguments[8]) * 1e3, seconds = atof(arguments[9]) * 1e3;
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    Client *all = calloc((size_t)clients, sizeof *all);
    int poll = epoll_create1(EPOLL_CLOEXEC);
    if (!all || poll < 0) fail("setting up");
    for (int number = 0; number < clients; number++) {
        char subscription[256];
        snprintf(subscription, sizeof subscription,
                 "{\"type\":\"subscribe\",\"topic\":\"%s\",\"filter\":{\"service\":\"s%d\",\"window\":\"%s\"}}", arguments[6],
                 number % services, arguments[7]);
        bool is_silent = number >= clients - silent;
        open_client(&all[number], number, port, arguments[2], is_silent, subscription);
        if (is_silent) continue;
        fcntl(all[number].descriptor, F_SETFL, O_NONBLOCK);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &all[number]};
        if (epoll_ctl(poll, EPOLL_CTL_ADD, all[number].descriptor, &event) < 0) fail("epoll_ctl");
    }
    printf("ready\n");
    fflush(stdout);
    static uint8_t buffer[READ_BYTES];
    started = now() + warmup;
    ended = started + seconds;
    measuring = true;
    while (now() < ended) {
        struct epoll_event events[512];
        int found = epoll_wait(poll, events, 512, 100);
        // Not woken by each write of the server, with which they share the machine's cores: what came meanwhile is read together.
        if (found < 64) usleep(500);
        for (int place = 0; place < found; place++) {
            Client *client = events[place].data.ptr;
            ssize_t part = recv(client->descriptor, buffer, sizeof buffer, 0);
            if (part > 0) {
                feed(client, buffer, (size_t)part);
            } else if (part == 0 || (errno != EAGAIN && errno != EINTR)) {
                close(client->descriptor);
                closed++;
            }
        }
    }
    int seen = 0, whole = 0;
    for (int place = 0; place < TICKS; place++) {
        seen += ticks[place].messages > 0;
        whole += ticks[place].messages == (uint32_t)(clients - silent);
    }
    printf("{\"clients\":%d,\"silent\":%d,\"messages\":%lu,\"snapshots\":%lu,\"updates\":%lu,\"gaps\":%lu,\"closed\":%lu,"
           "\"errors\":%lu,\"mean_bytes\":%.0f,\"largest_bytes\":%lu,\"ticks\":%d,\"whole_ticks\":%d", clients, silent, messages, snapshots, updates, gaps, closed, errors,
           messages ? (double)bytes / (double)messages : 0, largest, seen, whole);
    print_distribution("from_at", from_at);
    print_distribution("from_first", from_first);
    // The first and the last byte of each tick that all got, in ms since the epoch.
    const char *comma = "";
    printf(",\"times\":[");
    for (int place = 0; place < TICKS; place++) {
        if (ticks[place].messages != (uint32_t)(clients - silent)) continue;
        printf("%s[%.1f,%.1f]", comma, ticks[place].first, ticks[place].last);
        comma = ",";
    }
    printf("]}\n");
    return 0;
}
