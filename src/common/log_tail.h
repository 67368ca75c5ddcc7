/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_tail.h -- the last messages of the server, in memory, for those who look at
 * it from afar.
 *
 * A ring of bytes: a new line takes the place of as many of the oldest as it
 * needs.  Lines are as they are in the log: without secrets.
 *
 * Threads: one at a time; log.c has the lock.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/str.h"

struct error;

struct log_tail_line {
	uint64_t number; /* of all that there were, from 1 */
	int64_t time_us; /* since 1970 */
	uint8_t level;   /* enum log_level */
	uint8_t category;
	struct str text; /* without these three */
};

/* All private; zeroed: it keeps nothing. */
struct log_tail {
	uint8_t *bytes; /* owned */
	size_t size;
	size_t first; /* where the oldest line begins */
	size_t used;
	uint64_t last_number;
};

/*
 * Keep so many bytes from now on; another number than before forgets all.
 * STELE_E_OUT_OF_MEMORY: all stays as it was.
 */
MUST_USE int log_tail_resize(struct log_tail *tail, size_t size,
    struct error *err);
void log_tail_add(struct log_tail *tail, const struct log_tail_line *line);

/* A copy, for who has no time to look at it at once.  Bytes are malloc'd. */
MUST_USE int log_tail_copy(const struct log_tail *tail, struct log_tail *out,
    struct error *err);
void log_tail_release(struct log_tail *tail);

/*
 * The oldest line, which is taken out: the text is valid until the tail is
 * released.  False if there is none.
 */
bool log_tail_take(struct log_tail *tail, struct log_tail_line *out);
