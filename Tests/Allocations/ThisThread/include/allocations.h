#pragma once
#include <stdint.h>

/// How often the calling thread has asked for memory.
uint64_t allocations_of_this_thread(void);
