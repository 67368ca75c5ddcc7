/* SPDX-License-Identifier: Apache-2.0 */
/*
 * moment.h -- the file system after each change, to lose its power later.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct oracle;
struct simfs;
struct world;

struct moment {
	uint64_t change; /* by number */
	int64_t us;
	struct simfs *fs; /* owned, with what is not synced */
};

struct moments {
	struct world *world;
	struct moment *items;
	size_t count;
};

/* From here to there each change is one; and now is one, too. */
void moments_begin(struct moments *moments, struct world *world);
void moments_end(struct moments *moments);
void moments_note_now(struct moments *moments);
void moments_release(struct moments *moments); /* after an end */

/* Two of three outcomes are those of a power cut, the other of a kill. */
bool moment_is_killed(uint64_t image);

/* What is left of its files; the caller's. */
struct simfs *moment_image(const struct moment *moment, uint64_t seed,
    uint64_t image);

/* The world goes on with that, and with what the oracle knew then. */
void moment_take(const struct moment *moment, struct world *world,
    const struct oracle *oracle, uint64_t seed, uint64_t image);
