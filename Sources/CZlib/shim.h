#include <zlib.h>

// zlib's initialisers are macros. 15 + 16 window bits: the frame of gzip (RFC 1952).
static inline int venus_deflate_init_gzip(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}

static inline int venus_inflate_init_gzip(z_stream *stream) {
    return inflateInit2(stream, 15 + 16);
}
