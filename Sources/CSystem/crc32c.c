#include "csystem.h"

#include <string.h>

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__)
#include <arm_acle.h>
#include <sys/auxv.h>
#ifndef HWCAP_CRC32
#define HWCAP_CRC32 (1 << 7)
#endif
#endif

static uint32_t table[256];

// Before main, so that no thread sees half a table.
__attribute__((constructor)) static void fill_table(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t value = byte;
        for (int bit = 0; bit < 8; bit++) value = value & 1 ? value >> 1 ^ 0x82f63b78u : value >> 1;
        table[byte] = value;
    }
}

uint32_t gh_crc32c_portable(const void *bytes, size_t count) {
    const unsigned char *next = bytes;
    uint32_t value = ~0u;
    for (; count > 0; count--) value = table[(value ^ *next++) & 0xff] ^ value >> 8;
    return ~value;
}

#if defined(__x86_64__)

#define WITH_CRC __attribute__((target("sse4.2")))
static int has_instruction(void) { return __builtin_cpu_supports("sse4.2"); }
WITH_CRC static uint64_t eight(uint64_t value, uint64_t word) { return _mm_crc32_u64(value, word); }
WITH_CRC static uint32_t one(uint32_t value, uint8_t byte) { return _mm_crc32_u8(value, byte); }

#elif defined(__aarch64__)

#define WITH_CRC __attribute__((target("crc")))
static int has_instruction(void) { return (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0; }
WITH_CRC static uint64_t eight(uint64_t value, uint64_t word) { return __crc32cd((uint32_t)value, word); }
WITH_CRC static uint32_t one(uint32_t value, uint8_t byte) { return __crc32cb(value, byte); }

#else

uint32_t gh_crc32c(const void *bytes, size_t count) { return gh_crc32c_portable(bytes, count); }

#endif

#ifdef WITH_CRC

WITH_CRC static uint32_t by_instruction(const unsigned char *next, size_t count) {
    uint64_t value = ~0u;
    for (; count >= 8; count -= 8, next += 8) {
        uint64_t word;
        memcpy(&word, next, 8);
        value = eight(value, word);
    }
    for (; count > 0; count--) value = one((uint32_t)value, *next++);
    return ~(uint32_t)value;
}

uint32_t gh_crc32c(const void *bytes, size_t count) {
    return has_instruction() ? by_instruction(bytes, count) : gh_crc32c_portable(bytes, count);
}

#endif
