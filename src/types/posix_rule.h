/* SPDX-License-Identifier: Apache-2.0 */
/*
 * posix_rule.h -- a time zone as POSIX.1 writes it in TZ: "CET-1CEST,M3.5.0,
 * M10.5.0/3".
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/str.h"
#include "types/time_zone.h"

enum posix_day_form {
	POSIX_DAY_JULIAN,   /* Jn: 1..365, 29 February is never counted */
	POSIX_DAY_OF_YEAR,  /* n: 0..365 */
	POSIX_DAY_OF_MONTH, /* Mm.w.d: weekday d of week w of month m */
};

/* When a change happens in a year. */
struct posix_change {
	enum posix_day_form form;
	int day;  /* of the year, or weekday 0..6 from Sunday */
	int week; /* 1..5; 5 is the last */
	int month;
	int32_t time; /* seconds after local midnight, may be negative */
};

struct posix_rule {
	struct time_zone_moment standard;
	struct time_zone_moment daylight;
	bool has_daylight;
	struct posix_change start; /* of daylight saving time */
	struct posix_change end;
};

/* All of `text` must be a rule.  With no dates, those of the USA hold. */
bool posix_rule_parse(struct str text, struct posix_rule *out);

void posix_rule_fixed(struct posix_rule *rule, int32_t offset);

/* What the rule says for a second since 1970 in UTC. */
struct time_zone_moment posix_rule_at(const struct posix_rule *rule,
    int64_t seconds);
