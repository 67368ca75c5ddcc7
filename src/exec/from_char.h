/* SPDX-License-Identifier: Apache-2.0 */
/*
 * from_char.h -- to_timestamp() and to_date(): a time read by a template.
 *
 * Patterns, what is skipped, and errors are PostgreSQL's; Roman months and TM
 * are 0A000.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/str.h"

struct error;
struct time_template_node;

struct time_template {
	const struct time_template_node *nodes;
	uint32_t count;
};

/* A local time, or with has_offset one so many seconds east of UTC. */
struct read_time {
	int64_t date; /* days since 2000-01-01 */
	int64_t time; /* microseconds */
	bool has_offset;
	int32_t offset;
};

MUST_USE int time_template_parse(struct str text, struct arena *arena,
    struct time_template *out, struct error *err);

/* 22007, 22008 for a text that is none. */
MUST_USE int time_template_read(const struct time_template *template,
    struct str text, struct read_time *out, struct error *err);
