/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zone_files.h -- the time zones of the machine, as the tz database has them.
 *
 * Threads: any.
 */
#pragma once

#include "common/buf.h"

/* A time_zone_load_fn without an argument. */
int zone_file_load(void *arg, const char *name, struct buf *out);

/* Call fn with the name of each file that may be a zone, in no order. */
void zone_files_each(void (*fn)(void *arg, const char *name), void *arg);
