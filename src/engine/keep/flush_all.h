/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flush_all.h -- engine_flush() for programs that have nothing else to do.
 */
#pragma once

#include "common/attr.h"

struct engine;
struct error;

/* Flush, and wait until it is done.  Errors as engine_flush() tells them. */
MUST_USE int flush_all(struct engine *engine, struct error *err);
