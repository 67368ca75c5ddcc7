/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crew.h -- tasks of one statement, shared by its worker and others that are
 * free.
 *
 * The statement's own thread takes tasks too, so they are done even if nobody
 * comes; helpers wait in the pool's queue behind what was there before.
 */
#pragma once

#include <stdint.h>

struct pool;

/*
 * Call fn(fn_arg, i) for each i < count, on threads of the pool, of which the
 * caller is one; returns when all calls have returned.
 */
void crew_run(struct pool *pool, uint32_t count,
    void (*fn)(void *fn_arg, uint32_t i), void *fn_arg);
