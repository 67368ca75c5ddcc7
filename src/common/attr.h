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
