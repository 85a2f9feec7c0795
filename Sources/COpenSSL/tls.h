// TLS on the sockets of an event loop: OpenSSL reads from memory that the loop has filled, and writes to the socket.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// What has come from a socket and not been taken yet. One serves all sessions of a thread, one after the other: every
// call takes all of it, or ends its session.
struct copenssl_window {
    const uint8_t *bytes;
    size_t count;
};

static inline int copenssl_window_read(BIO *bio, char *buffer, size_t capacity, size_t *taken) {
    struct copenssl_window *window = (struct copenssl_window *)BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (window->count == 0) {
        BIO_set_retry_read(bio);
        return 0;
    }
    const size_t count = window->count < capacity ? window->count : capacity;
    __builtin_memcpy(buffer, window->bytes, count);
    window->bytes += count;
    window->count -= count;
    *taken = count;
    return 1;
}

static inline long copenssl_window_control(BIO *bio, int command, long number, void *pointer) {
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

// The kind of BIO that reads from a window; NULL without memory.
static inline BIO_METHOD *copenssl_make_window_method(void) {
    BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "window");
    if (method == NULL) return NULL;
    BIO_meth_set_read_ex(method, copenssl_window_read);
    BIO_meth_set_ctrl(method, copenssl_window_control);
    return method;
}

// A session that reads from the window and writes to the socket, which stays the caller's; NULL without memory.
static inline SSL *copenssl_open(SSL_CTX *context, BIO_METHOD *method, struct copenssl_window *window, int descriptor) {
    SSL *ssl = SSL_new(context);
    BIO *reading = BIO_new(method);
    BIO *writing = BIO_new_socket(descriptor, BIO_NOCLOSE);
    if (ssl == NULL || reading == NULL || writing == NULL) {
        SSL_free(ssl);
        BIO_free(reading);
        BIO_free(writing);
        return NULL;
    }
    BIO_set_data(reading, window);
    BIO_set_init(reading, 1);
    SSL_set_bio(ssl, reading, writing);
    return ssl;
}

// The protocol that a server's session speaks if its client offers it (RFC 7301).
enum { COPENSSL_NO_PROTOCOL = 0, COPENSSL_HTTP11 = 1, COPENSSL_HTTP2 = 2 };

static inline int copenssl_select_protocol(
    SSL *ssl, const unsigned char **chosen, unsigned char *length, const unsigned char *offer, unsigned int count,
    void *context) {
    static const unsigned char http11[] = "\x08http/1.1";
    static const unsigned char http2[] = "\x02h2";
    (void)context;
    const intptr_t wanted = (intptr_t)SSL_get_ex_data(ssl, 0);
    if (wanted == COPENSSL_NO_PROTOCOL) return SSL_TLSEXT_ERR_NOACK;
    const unsigned char *own = wanted == COPENSSL_HTTP2 ? http2 : http11;
    unsigned char *found = NULL;
    if (SSL_select_next_proto(&found, length, own, own[0] + 1u, offer, count) != OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_NOACK;
    }
    *chosen = found;
    return SSL_TLSEXT_ERR_OK;
}

static inline void copenssl_set_wanted_protocol(SSL *ssl, int protocol) {
    SSL_set_ex_data(ssl, 0, (void *)(intptr_t)protocol);
}

// What a client's session offers: HTTP/1.1, and before it HTTP/2 if `with_http2`.
static inline bool copenssl_offer_protocols(SSL *ssl, bool with_http2) {
    static const unsigned char offer[] = "\x02h2\x08http/1.1";
    return with_http2 ? SSL_set_alpn_protos(ssl, offer, 12) == 0 : SSL_set_alpn_protos(ssl, offer + 3, 9) == 0;
}

// What the two sides have agreed on.
static inline int copenssl_protocol(const SSL *ssl) {
    const unsigned char *name = NULL;
    unsigned int count = 0;
    SSL_get0_alpn_selected(ssl, &name, &count);
    if (count == 2 && name[0] == 'h' && name[1] == '2') return COPENSSL_HTTP2;
    return count == 8 && __builtin_memcmp(name, "http/1.1", 8) == 0 ? COPENSSL_HTTP11 : COPENSSL_NO_PROTOCOL;
}

// A context for sockets that do not block: TLS 1.2 at least, no renegotiation, no memory held by idle sessions, and no
// cache of sessions inside. NULL without memory.
static inline SSL_CTX *copenssl_make_context(bool is_server) {
    SSL_CTX *context = SSL_CTX_new(is_server ? TLS_server_method() : TLS_client_method());
    if (context == NULL) return NULL;
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(
        context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    if (is_server) {
        SSL_CTX_set_num_tickets(context, 1);
        SSL_CTX_set_alpn_select_cb(context, copenssl_select_protocol, NULL);
    }
    return context;
}

static inline bool copenssl_set_server_name(SSL *ssl, const char *name) {
    return SSL_set_tlsext_host_name(ssl, name) == 1;
}

// Has the session insist on a certificate for the host's name, or for the address of 4 or 16 bytes.
static inline bool copenssl_expect_host(SSL *ssl, const char *name) {
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(ssl, name) == 1;
}

static inline bool copenssl_expect_address(SSL *ssl, const uint8_t *bytes, size_t count) {
    return X509_VERIFY_PARAM_set1_ip(SSL_get0_param(ssl), bytes, count) == 1;
}

// Why a call came to its end.
enum {
    COPENSSL_DONE = 0,
    COPENSSL_WANTS_READ = 1,
    COPENSSL_WANTS_WRITE = 2,
    COPENSSL_ENDED = 3,
    COPENSSL_FAILED = 4,
};

static inline int copenssl_state(const SSL *ssl, int result) {
    switch (SSL_get_error(ssl, result)) {
    case SSL_ERROR_NONE: return COPENSSL_DONE;
    case SSL_ERROR_WANT_READ: return COPENSSL_WANTS_READ;
    case SSL_ERROR_WANT_WRITE: return COPENSSL_WANTS_WRITE;
    case SSL_ERROR_ZERO_RETURN: return COPENSSL_ENDED;
    default: return COPENSSL_FAILED;
    }
}

static inline int copenssl_shake_hands(SSL *ssl) {
    const int result = SSL_do_handshake(ssl);
    return result == 1 ? COPENSSL_DONE : copenssl_state(ssl, result);
}

// Takes the whole window; the bytes that were in it, and why there are no more.
static inline size_t copenssl_receive(SSL *ssl, uint8_t *buffer, size_t capacity, int *state) {
    size_t total = 0;
    *state = COPENSSL_DONE;
    while (total < capacity) {
        size_t count = 0;
        const int result = SSL_read_ex(ssl, buffer + total, capacity - total, &count);
        if (result != 1) {
            *state = copenssl_state(ssl, result);
            break;
        }
        total += count;
    }
    return total;
}

// Writes as much as the socket takes. What is left has to be sent next, and nothing else before it.
static inline size_t copenssl_send(SSL *ssl, const uint8_t *bytes, size_t count, int *state) {
    size_t total = 0;
    *state = COPENSSL_DONE;
    while (total < count) {
        size_t written = 0;
        const int result = SSL_write_ex(ssl, bytes + total, count - total, &written);
        if (result != 1) {
            *state = copenssl_state(ssl, result);
            break;
        }
        total += written;
    }
    return total;
}

// The first of the errors that this thread has noted, as OpenSSL numbers reasons; an alert of the other side is
// SSL_AD_REASON_OFFSET and its number. 0 for none. Forgets them all.
static inline int copenssl_take_reason(void) {
    const unsigned long code = ERR_peek_error();
    const bool is_tls = ERR_GET_LIB(code) == ERR_LIB_SSL;
    ERR_clear_error();
    return is_tls ? ERR_GET_REASON(code) : 0;
}
