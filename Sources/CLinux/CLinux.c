#define _GNU_SOURCE
#include "CLinux.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <link.h>
#include <linux/filter.h>
#include <linux/io_uring.h>
#include <malloc.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static int result_or_error(int result) { return result < 0 ? -errno : result; }

int clinux_epoll_create(void) { return result_or_error(epoll_create1(EPOLL_CLOEXEC)); }

int clinux_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data = {.u64 = token}};
    return result_or_error(epoll_ctl(epoll, operation, descriptor, &event));
}

int clinux_epoll_wait(int epoll, struct epoll_event *events, int capacity, int milliseconds) {
    int count = epoll_wait(epoll, events, capacity, milliseconds);
    if (count >= 0) return count;
    return errno == EINTR ? 0 : -errno;
}

int clinux_timer(void) { return result_or_error(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)); }

void clinux_timer_set(int descriptor, uint64_t steady_microseconds) {
    struct itimerspec time = {
        .it_value = {
            .tv_sec = (time_t)(steady_microseconds / 1000000u),
            .tv_nsec = (long)(steady_microseconds % 1000000u) * 1000}};
    timerfd_settime(descriptor, TFD_TIMER_ABSTIME, &time, NULL);
}

int clinux_eventfd(void) { return result_or_error(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)); }

void clinux_eventfd_signal(int descriptor) {
    uint64_t one = 1;
    while (write(descriptor, &one, sizeof one) < 0 && errno == EINTR) {}
}

void clinux_eventfd_clear(int descriptor) {
    uint64_t count;
    while (read(descriptor, &count, sizeof count) < 0 && errno == EINTR) {}
}

static socklen_t fill(struct sockaddr_storage *storage, const struct clinux_address *address, uint16_t port) {
    memset(storage, 0, sizeof *storage);
    if (address->is_ipv6) {
        struct sockaddr_in6 *six = (struct sockaddr_in6 *)storage;
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(port);
        six->sin6_scope_id = address->scope;
        memcpy(&six->sin6_addr, address->bytes, 16);
        return sizeof *six;
    }
    struct sockaddr_in *four = (struct sockaddr_in *)storage;
    four->sin_family = AF_INET;
    four->sin_port = htons(port);
    memcpy(&four->sin_addr, address->bytes, 4);
    return sizeof *four;
}

static int tcp_socket(const struct clinux_address *address) {
    return socket(address->is_ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

// Whether the address is one of the machine's own: 127.0.0.0/8, ::1, ::ffff:127.0.0.0/104.
static bool is_loopback(const struct clinux_address *address) {
    static const uint8_t zeros[15], mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (!address->is_ipv6) return address->bytes[0] == 127;
    if (memcmp(address->bytes, zeros, 15) == 0) return address->bytes[15] == 1;
    return memcmp(address->bytes, mapped, 12) == 0 && address->bytes[12] == 127;
}

// Inside one machine there is no path to probe: the plainest congestion control, which every system has and lets everybody
// use, saves what the others work out for each segment.
static void spare_congestion_control(int descriptor, const struct clinux_address *address) {
    if (is_loopback(address)) setsockopt(descriptor, IPPROTO_TCP, TCP_CONGESTION, "reno", 4);
}

static int close_and_fail(int descriptor) {
    int error = errno;
    close(descriptor);
    return -error;
}

int clinux_listen(const struct clinux_address *address, uint16_t port, int backlog) {
    struct sockaddr_storage storage;
    socklen_t length = fill(&storage, address, port);
    int descriptor = tcp_socket(address);
    if (descriptor < 0) return -errno;
    int on = 1, off = 0;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0) return close_and_fail(descriptor);
    // Accepted sockets inherit both, which saves a call for each.
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    spare_congestion_control(descriptor, address);
    if (address->is_ipv6) setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(descriptor, (struct sockaddr *)&storage, length) < 0) return close_and_fail(descriptor);
    if (listen(descriptor, backlog) < 0) return close_and_fail(descriptor);
    return descriptor;
}

int clinux_local_port(int descriptor) {
    struct sockaddr_storage storage;
    socklen_t length = sizeof storage;
    if (getsockname(descriptor, (struct sockaddr *)&storage, &length) < 0) return -errno;
    if (storage.ss_family == AF_INET6) return ntohs(((struct sockaddr_in6 *)&storage)->sin6_port);
    return ntohs(((struct sockaddr_in *)&storage)->sin_port);
}

static bool copy_address(struct clinux_address *address, const struct sockaddr *source);

int clinux_accept(int listener, struct clinux_address *address) {
    struct sockaddr_storage storage = {.ss_family = AF_UNSPEC};
    socklen_t length = sizeof storage;
    int descriptor = accept4(listener, (struct sockaddr *)&storage, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) return -errno;
    copy_address(address, (struct sockaddr *)&storage);
    return descriptor;
}

int clinux_steer_connections(int listener, uint32_t number) {
    struct sock_filter instruction = BPF_STMT(BPF_RET | BPF_K, number);
    struct sock_fprog program = {.len = 1, .filter = &instruction};
    return result_or_error(
        setsockopt(listener, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof program));
}

int clinux_connect(const struct clinux_address *address, uint16_t port) {
    struct sockaddr_storage storage;
    socklen_t length = fill(&storage, address, port);
    int descriptor = tcp_socket(address);
    if (descriptor < 0) return -errno;
    int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    spare_congestion_control(descriptor, address);
    if (connect(descriptor, (struct sockaddr *)&storage, length) < 0 && errno != EINPROGRESS) {
        return close_and_fail(descriptor);
    }
    return descriptor;
}

int clinux_datagram_socket(const struct clinux_address *address, uint16_t port) {
    struct sockaddr_storage storage;
    socklen_t length = fill(&storage, address, port);
    int descriptor = socket(address->is_ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    if (connect(descriptor, (struct sockaddr *)&storage, length) < 0) return close_and_fail(descriptor);
    return descriptor;
}

// The events of poll have the numbers of epoll's.
int clinux_wait(int descriptor, uint32_t events, int milliseconds) {
    struct pollfd awaited = {.fd = descriptor, .events = (short)events};
    int count = poll(&awaited, 1, milliseconds);
    if (count >= 0) return count;
    return errno == EINTR ? 1 : -errno;
}

int clinux_socket_error(int descriptor) {
    int error = 0;
    socklen_t length = sizeof error;
    if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) < 0) return errno;
    return error;
}

// The two calls that every byte goes through, made directly: the library's functions are cancellation points, which cost
// a process with threads two locked instructions a call, and no thread of ours is ever cancelled.
long clinux_receive(int descriptor, void *buffer, size_t capacity) {
    while (true) {
        long count = syscall(SYS_recvfrom, descriptor, buffer, capacity, 0, NULL, NULL);
        if (count >= 0) return count;
        if (errno != EINTR) return -errno;
    }
}

int clinux_is_quiet(int descriptor) {
    uint8_t byte;
    long count = recv(descriptor, &byte, 1, MSG_PEEK);
    return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

long clinux_send(int descriptor, const void *bytes, size_t count) {
    while (true) {
        long sent = syscall(SYS_sendto, descriptor, bytes, count, MSG_NOSIGNAL, NULL, 0);
        if (sent >= 0) return sent;
        if (errno != EINTR) return -errno;
    }
}

int clinux_shut_down_writing(int descriptor) { return result_or_error(shutdown(descriptor, SHUT_WR)); }

void clinux_close_with_reset(int descriptor) {
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(descriptor);
}

struct clinux_ring {
    int descriptor;
    // Of the two queues, which lie in one mapping, and of the requests.
    void *queues;
    size_t queues_bytes;
    struct io_uring_sqe *requests;
    size_t requests_bytes;
    uint32_t *tail, tail_mask;
    uint32_t *completed_head, *completed_tail, completed_mask;
    struct io_uring_cqe *completions;
    uint32_t capacity;
    uint32_t added;
};

static bool map_ring(struct clinux_ring *ring, const struct io_uring_params *parameters) {
    if ((parameters->features & IORING_FEAT_SINGLE_MMAP) == 0) return false;
    size_t submissions = parameters->sq_off.array + parameters->sq_entries * sizeof(uint32_t);
    size_t completions = parameters->cq_off.cqes + parameters->cq_entries * sizeof(struct io_uring_cqe);
    ring->queues_bytes = submissions > completions ? submissions : completions;
    ring->requests_bytes = parameters->sq_entries * sizeof(struct io_uring_sqe);
    int protection = PROT_READ | PROT_WRITE, flags = MAP_SHARED | MAP_POPULATE;
    void *queues = mmap(NULL, ring->queues_bytes, protection, flags, ring->descriptor, IORING_OFF_SQ_RING);
    if (queues == MAP_FAILED) return false;
    ring->queues = queues;
    void *requests = mmap(NULL, ring->requests_bytes, protection, flags, ring->descriptor, IORING_OFF_SQES);
    if (requests == MAP_FAILED) return false;
    ring->requests = requests;
    uint8_t *base = queues;
    ring->tail = (uint32_t *)(base + parameters->sq_off.tail);
    ring->tail_mask = *(uint32_t *)(base + parameters->sq_off.ring_mask);
    ring->capacity = parameters->sq_entries;
    uint32_t *order = (uint32_t *)(base + parameters->sq_off.array);
    for (uint32_t place = 0; place < parameters->sq_entries; place++) order[place] = place;
    ring->completed_head = (uint32_t *)(base + parameters->cq_off.head);
    ring->completed_tail = (uint32_t *)(base + parameters->cq_off.tail);
    ring->completed_mask = *(uint32_t *)(base + parameters->cq_off.ring_mask);
    ring->completions = (struct io_uring_cqe *)(base + parameters->cq_off.cqes);
    return true;
}

struct clinux_ring *clinux_ring_create(uint32_t capacity) {
    struct clinux_ring *ring = calloc(1, sizeof *ring);
    if (ring == NULL) return NULL;
    struct io_uring_params parameters = {
        .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_SUBMIT_ALL};
    ring->descriptor = (int)syscall(SYS_io_uring_setup, capacity, &parameters);
    if (ring->descriptor >= 0 && map_ring(ring, &parameters)) return ring;
    clinux_ring_destroy(ring);
    return NULL;
}

void clinux_ring_destroy(struct clinux_ring *ring) {
    if (ring->requests != NULL) munmap(ring->requests, ring->requests_bytes);
    if (ring->queues != NULL) munmap(ring->queues, ring->queues_bytes);
    if (ring->descriptor >= 0) close(ring->descriptor);
    free(ring);
}

void clinux_ring_add(struct clinux_ring *ring, int descriptor, const void *bytes, size_t count) {
    if (ring->added == ring->capacity) abort();
    ring->requests[(*ring->tail + ring->added) & ring->tail_mask] = (struct io_uring_sqe){
        .opcode = IORING_OP_SEND,
        .fd = descriptor,
        .addr = (uintptr_t)bytes,
        .len = (uint32_t)count,
        .msg_flags = MSG_NOSIGNAL | MSG_DONTWAIT,
        .user_data = ring->added};
    ring->added += 1;
}

// The system takes requests in order and never changes them, so that those it leaves are written one by one.
static void send_untaken(struct clinux_ring *ring, uint32_t place, int32_t *result) {
    const struct io_uring_sqe *request = &ring->requests[place & ring->tail_mask];
    *result = (int32_t)clinux_send(request->fd, (const void *)(uintptr_t)request->addr, request->len);
}

void clinux_ring_send(struct clinux_ring *ring, int32_t *results) {
    uint32_t first = *ring->tail, count = ring->added, taken = 0, done = 0;
    ring->added = 0;
    __atomic_store_n(ring->tail, first + count, __ATOMIC_RELEASE);
    while (taken < count) {
        long more = syscall(SYS_io_uring_enter, ring->descriptor, count - taken, 0, 0, NULL, 0);
        if (more > 0) taken += (uint32_t)more;
        else if (more == 0 || errno != EINTR) break;
    }
    __atomic_store_n(ring->tail, first + taken, __ATOMIC_RELEASE);
    for (uint32_t place = taken; place < count; place++) send_untaken(ring, first + place, &results[place]);
    while (true) {
        uint32_t head = *ring->completed_head, tail = __atomic_load_n(ring->completed_tail, __ATOMIC_ACQUIRE);
        for (; head != tail; head++, done++) {
            const struct io_uring_cqe *completion = &ring->completions[head & ring->completed_mask];
            results[completion->user_data] = completion->res;
        }
        __atomic_store_n(ring->completed_head, head, __ATOMIC_RELEASE);
        // A write that may not wait is done when the call that took it returns: this asks again in case one is not.
        if (done >= taken) return;
        long asked = syscall(
            SYS_io_uring_enter, ring->descriptor, 0, taken - done, IORING_ENTER_GETEVENTS, NULL, 0);
        if (asked < 0 && errno != EINTR) abort();
    }
}

int clinux_pipe(int *reading, int *writing, int capacity) {
    int ends[2];
    if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) < 0) return -errno;
    fcntl(ends[0], F_SETPIPE_SZ, capacity);
    *reading = ends[0];
    *writing = ends[1];
    return 0;
}

long clinux_splice(int from, int to, size_t count) {
    while (true) {
        long moved = splice(from, NULL, to, NULL, count, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
        if (moved >= 0) return moved;
        if (errno != EINTR) return -errno;
    }
}

static bool copy_address(struct clinux_address *address, const struct sockaddr *source) {
    memset(address, 0, sizeof *address);
    if (source->sa_family == AF_INET) {
        memcpy(address->bytes, &((const struct sockaddr_in *)source)->sin_addr, 4);
        return true;
    }
    if (source->sa_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)source;
        address->is_ipv6 = true;
        address->scope = six->sin6_scope_id;
        memcpy(address->bytes, &six->sin6_addr, 16);
        return true;
    }
    return false;
}

int clinux_resolve(const char *host, struct clinux_address *addresses, int capacity) {
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    int code = getaddrinfo(host, NULL, &hints, &list);
    if (code != 0) return code == EAI_NONAME || code == EAI_NODATA ? -1 : -2;
    int count = 0;
    for (struct addrinfo *entry = list; entry != NULL && count < capacity; entry = entry->ai_next) {
        if (copy_address(&addresses[count], entry->ai_addr)) count += 1;
    }
    freeaddrinfo(list);
    return count > 0 ? count : -1;
}

int clinux_parse_address(const char *text, struct clinux_address *address) {
    memset(address, 0, sizeof *address);
    if (inet_pton(AF_INET, text, address->bytes) == 1) return 1;
    address->is_ipv6 = true;
    return inet_pton(AF_INET6, text, address->bytes) == 1;
}

void clinux_format_address(const struct clinux_address *address, char *text, size_t capacity) {
    if (inet_ntop(address->is_ipv6 ? AF_INET6 : AF_INET, address->bytes, text, capacity) == NULL) text[0] = 0;
}

int clinux_is_local_address(const struct clinux_address *address) {
    struct ifaddrs *list = NULL;
    if (getifaddrs(&list) < 0) return 0;
    int found = 0;
    for (struct ifaddrs *entry = list; entry != NULL && !found; entry = entry->ifa_next) {
        struct clinux_address own;
        if (entry->ifa_addr == NULL || !copy_address(&own, entry->ifa_addr)) continue;
        found = own.is_ipv6 == address->is_ipv6 && memcmp(own.bytes, address->bytes, own.is_ipv6 ? 16 : 4) == 0;
    }
    freeifaddrs(list);
    return found;
}

void clinux_name_thread(const char *name) { prctl(PR_SET_NAME, name); }

uint64_t clinux_steady_microseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000u + (uint64_t)time.tv_nsec / 1000u;
}

int64_t clinux_wall_microseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static int release_read_only(struct dl_phdr_info *object, size_t size, void *page_bytes) {
    (void)size;
    uintptr_t mask = *(uintptr_t *)page_bytes - 1;
    for (int index = 0; index < object->dlpi_phnum; index++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[index];
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W) != 0) continue;
        uintptr_t first = (object->dlpi_addr + segment->p_vaddr) & ~mask;
        uintptr_t end = (object->dlpi_addr + segment->p_vaddr + segment->p_memsz + mask) & ~mask;
        madvise((void *)first, end - first, MADV_DONTNEED);
    }
    return 0;
}

void clinux_release_read_only_pages(void) {
    uintptr_t page_bytes = (uintptr_t)sysconf(_SC_PAGESIZE);
    dl_iterate_phdr(release_read_only, &page_bytes);
}

void clinux_release_freed_memory(void) { malloc_trim(0); }
