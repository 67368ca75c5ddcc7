/* SPDX-License-Identifier: Apache-2.0 */
/*
 * password.h -- what is stored in place of a password.
 *
 * Threads: any.
 */
#pragma once

#include <stdint.h>

#include "common/attr.h"
#include "common/str.h"

struct arena;
struct error;

/*
 * The SCRAM-SHA-256 verifier of a password, in the arena; one that is a verifier
 * already is taken as it is, with at most SCRAM_ITERATIONS_GIVEN_MAX.  Empty passwords, which no client can use, have the
 * empty verifier.  Takes milliseconds; errors of scram_make().
 */
MUST_USE int password_verifier(struct str password, uint32_t iterations,
    struct arena *arena, struct str *out, struct error *err);
