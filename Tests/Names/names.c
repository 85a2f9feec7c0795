// Gives names the addresses that a test says, others at each lookup. Loaded before the C library (LD_PRELOAD); NAMES
// says which, and LOOKUPS_FILE gets a line, the name, for each lookup of one of them:
//
//   NAMES="one.test=127.0.0.2/127.0.0.1 two.test=127.0.0.1,::1"
//
// Here one.test is 127.0.0.2 when it is looked up first and 127.0.0.1 ever after, and two.test is both of its addresses
// each time. All other names are looked up as usual.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAXIMUM_NAMES 64

typedef int lookup(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static atomic_int earlier[MAXIMUM_NAMES];

// A test that is not told of a lookup would prove nothing.
static void note(const char *name) {
    char line[256];
    const char *path = getenv("LOOKUPS_FILE");
    size_t length = strlen(name);
    if (!path || length + 1 > sizeof line) abort();
    memcpy(line, name, length);
    line[length] = '\n';
    int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || write(file, line, length + 1) != (ssize_t)(length + 1)) abort();
    close(file);
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **result) {
    lookup *usual = (lookup *)dlsym(RTLD_NEXT, "getaddrinfo");
    const char *names = getenv("NAMES");
    char table[4096];
    if (!usual || (names && strlen(names) >= sizeof table)) abort();
    strcpy(table, names ? names : "");
    char *entries = table, *entry;
    for (int place = 0; name && place < MAXIMUM_NAMES && (entry = strsep(&entries, " ")); place++) {
        char *owner = strsep(&entry, "=");
        if (!entry || strcmp(owner, name) != 0) continue;
        note(name);
        char *answer = strsep(&entry, "/");
        for (int turn = atomic_fetch_add(&earlier[place], 1); turn > 0 && entry; turn--) answer = strsep(&entry, "/");
        struct addrinfo numeric = {0}, **end = result;
        if (hints) numeric = *hints;
        numeric.ai_flags |= AI_NUMERICHOST;
        *result = NULL;
        for (char *address; (address = strsep(&answer, ","));) {
            // Of the other family than is asked for.
            if (usual(address, service, &numeric, end) != 0) continue;
            while (*end) end = &(*end)->ai_next;
        }
        return *result ? 0 : EAI_NONAME;
    }
    return usual(name, service, hints, result);
}
