/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attr.h -- the few compiler attributes we use, by readable names.
 */
#pragma once

/* The caller must look at the result. */
#define MUST_USE __attribute__((warn_unused_result))

/* Argument `fmt` is a printf format for the arguments from `args` on. */
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

#define NORETURN __attribute__((noreturn))

/* The parameter is unused in this implementation of a callback. */
#define UNUSED __attribute__((unused))

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

/*
 * A leaf loop over plain arrays, compiled once more for wider vectors and
 * chosen at start.  Empty under sanitizers: the resolver runs before they do.
 */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(HAVE_SANITIZERS)
#define STELE_CLONES \
	__attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define STELE_CLONES
#endif
