/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archive_private.h -- what the commands on archives share.
 */
#pragma once

#include <stdint.h>

#include "common/attr.h"

struct error;

/* A time as in SQL; without a zone it is UTC. */
MUST_USE int archive_time(const char *text, int64_t *out, struct error *err);
