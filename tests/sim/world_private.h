/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world_private.h -- what the parts of the world share.
 */
#pragma once

#include <pthread.h>

#include "sim/world.h"

/* An error: noted if it may be, else the end. */
void world_note_error(struct world *world, const struct error *err,
    const char *what);

/* A batch is refused because an event is too old; the end if none can be. */
bool world_is_too_old(struct world *world, const struct error *err,
    uint32_t batch);
