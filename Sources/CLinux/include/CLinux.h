// The Linux system calls of the data plane in a form that Swift can call: epoll, eventfd, io_uring, accept4, splice, pipe2 and
// sockets. Every socket and descriptor made here is non-blocking and closed on exec. Functions that fail return the
// negated errno unless they say otherwise.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>

// An Internet address: `bytes` holds 4 or 16 of them in network order.
struct clinux_address {
    uint8_t bytes[16];
    uint32_t scope;
    bool is_ipv6;
};

// --- epoll and eventfd

int clinux_epoll_create(void);
int clinux_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t token);

// Waits up to `milliseconds` (-1: without end); returns the count of events, 0 also after a signal.
int clinux_epoll_wait(int epoll, struct epoll_event *events, int capacity, int milliseconds);

static inline uint64_t clinux_event_token(const struct epoll_event *event) { return event->data.u64; }
static inline uint32_t clinux_event_flags(const struct epoll_event *event) { return event->events; }

// A timer that is readable from its time on, in microseconds of the steady clock; setting it makes it unreadable until
// then, 0 for good.
int clinux_timer(void);
void clinux_timer_set(int descriptor, uint64_t steady_microseconds);

int clinux_eventfd(void);
void clinux_eventfd_signal(int descriptor);
void clinux_eventfd_clear(int descriptor);

// --- sockets

// A listening socket with SO_REUSEPORT; an IPv6 one on `::` takes IPv4 as well.
int clinux_listen(const struct clinux_address *address, uint16_t port, int backlog);

// The port that a socket is bound to, or a negated errno.
int clinux_local_port(int descriptor);

// The next connection of a listener, and whose it is.
int clinux_accept(int listener, struct clinux_address *address);

// From now on the listeners' group (those with SO_REUSEPORT on the same address and port) gives new connections to the
// one with this number, in the order in which they joined it; spreads them over all when there is none with the number.
int clinux_steer_connections(int listener, uint32_t number);

// A socket whose connection to the address is under way or, rarely, made.
int clinux_connect(const struct clinux_address *address, uint16_t port);

// A UDP socket that speaks with this address only.
int clinux_datagram_socket(const struct clinux_address *address, uint16_t port);

// Waits up to `milliseconds` until one of the events (those of epoll) is there: positive, 0 when the time is over, or a
// negated errno.
int clinux_wait(int descriptor, uint32_t events, int milliseconds);

// The pending error of a socket as a positive errno, 0 for none.
int clinux_socket_error(int descriptor);

// Bytes read, 0 at the end of the stream, or a negated errno; repeated when a signal came between.
long clinux_receive(int descriptor, void *buffer, size_t capacity);

// Whether nothing can be read from a connected socket and it has not ended: 1 quiet, 0 not.
int clinux_is_quiet(int descriptor);

// Bytes written, or a negated errno; never raises SIGPIPE.
long clinux_send(int descriptor, const void *bytes, size_t count);

int clinux_shut_down_writing(int descriptor);

// Closes with a reset, so that the other side cannot take the end for a clean one.
void clinux_close_with_reset(int descriptor);

// --- many writes in one call, by io_uring

struct clinux_ring;

// A ring for up to `capacity` writes at a time, for this thread alone; null where the system has none of this kind (Linux
// before 6.1) or allows none.
struct clinux_ring *clinux_ring_create(uint32_t capacity);
void clinux_ring_destroy(struct clinux_ring *ring);

// Has `clinux_ring_send` write these bytes, which have to stay where they are until then.
void clinux_ring_add(struct clinux_ring *ring, int descriptor, const void *bytes, size_t count);

// Writes what was added, without waiting. `results`: of each, in the order of adding, what `clinux_send` would return.
void clinux_ring_send(struct clinux_ring *ring, int32_t *results);

// --- pipes and splice

// Makes a pipe with room for about `capacity` bytes where the system allows so much.
int clinux_pipe(int *reading, int *writing, int capacity);

// Moves up to `count` bytes between a pipe and a socket without copying; bytes moved, 0 at the end, or a negated errno.
long clinux_splice(int from, int to, size_t count);

// --- names and addresses

// Resolves a name by getaddrinfo, which blocks. Returns the count of addresses, in the order to try them, at most
// `capacity`; -1 for a name that does not exist, -2 for a failure that may pass.
int clinux_resolve(const char *host, struct clinux_address *addresses, int capacity);

// Reads an IPv4 address in dotted decimal or an IPv6 address without brackets: 1, or 0 for anything else.
int clinux_parse_address(const char *text, struct clinux_address *address);

// Writes the address as text.
void clinux_format_address(const struct clinux_address *address, char *text, size_t capacity);

// Whether the address belongs to an interface of this machine: 1 or 0.
int clinux_is_local_address(const struct clinux_address *address);

// --- threads and time

// Names the calling thread, at most 15 bytes.
void clinux_name_thread(const char *name);

// Microseconds of the steady clock.
uint64_t clinux_steady_microseconds(void);

// Microseconds since the epoch.
int64_t clinux_wall_microseconds(void);

// --- memory

// Lets go of the pages of code and constants, of the program and its libraries, that are in memory. They are the files'
// and never written to: what is used again comes back from the page cache.
void clinux_release_read_only_pages(void);

// Gives freed memory back to the system, of all of malloc's arenas.
void clinux_release_freed_memory(void);

// Has the processor fetch `count` bytes into its cache while it goes on with other work.
static inline void clinux_prefetch(const void *bytes, long count) {
    for (long place = 0; place < count; place += 64) __builtin_prefetch((const char *)bytes + place, 0, 3);
}
