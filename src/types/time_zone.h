/* SPDX-License-Identifier: Apache-2.0 */
/*
 * time_zone.h -- offsets from UTC: fixed ones, POSIX rules and the IANA zones.
 *
 * Zones come from the compiled tz database in TZif form (RFC 8536) through a
 * callback, so that this layer does no I/O.  A set keeps every zone it has
 * read for as long as it lives: a zone's pointer stays valid.  Names that are
 * none, and zones that are only a rule, anybody can make up without end: of
 * these it keeps the first few hundred.
 *
 * Offsets are seconds east of UTC, times microseconds since 2000-01-01.
 *
 * Threads: a set may be used by many at once; zones are immutable.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/str.h"

struct time_zone;
struct time_zone_set;

#define TIME_ZONE_ABBREV_SIZE 16

struct time_zone_moment {
	int32_t offset;
	bool is_dst;
	char abbrev[TIME_ZONE_ABBREV_SIZE]; /* "CEST"; may be empty */
};

/*
 * Append the TZif file of a zone: 0, or negative if there is none.  The name
 * has only letters, digits and "/_+-", no leading slash and no "..".
 */
typedef int (*time_zone_load_fn)(void *arg, const char *name, struct buf *out);

/* NULL when there is no memory.  `arg` is borrowed. */
struct time_zone_set *time_zone_set_new(time_zone_load_fn load, void *arg);
void time_zone_set_free(struct time_zone_set *set);

/*
 * The zone of a name: "Europe/Berlin", "UTC", "EST5EDT", "<+03>-3", in any
 * case; "+02" is a POSIX name as well, two hours west.  NULL if there is none,
 * and for a rule that the set does not keep any more.  With no set, only "UTC"
 * and "GMT".
 */
const struct time_zone *time_zone_find(struct time_zone_set *set,
    struct str name);

/* The same for what the catalogue says, which is bounded: always kept. */
const struct time_zone *time_zone_find_stored(struct time_zone_set *set,
    struct str name);

/*
 * The same for one value: a rule that is not kept is *made, which the caller
 * frees after the zone's last use; NULL otherwise.
 */
const struct time_zone *time_zone_find_once(struct time_zone_set *set,
    struct str name, struct time_zone **made);

/*
 * A zone at a fixed offset, as SET TIME ZONE <interval> makes; there are some
 * thousand, which are kept.  NULL: no memory.
 */
const struct time_zone *time_zone_fixed(struct time_zone_set *set,
    int32_t offset);

/* "Europe/Berlin", in the spelling of the database. */
const char *time_zone_name(const struct time_zone *zone);

/* What holds at a moment.  NULL is UTC. */
struct time_zone_moment time_zone_at(const struct time_zone *zone, int64_t utc);
int32_t time_zone_offset(const struct time_zone *zone, int64_t utc);

/*
 * The offset of a local time.  In a gap it is that before the gap, in an
 * overlap that after it, as PostgreSQL has it.
 */
int32_t time_zone_offset_local(const struct time_zone *zone, int64_t local);

/*
 * The offset of an abbreviation ("CEST", "pst"), as PostgreSQL's default set
 * has them; false if it is none.
 */
bool time_zone_abbrev(struct str abbrev, int32_t *offset);

/* Each of them, from 0 on, in lower case; false past the last. */
struct time_zone_short {
	struct str name;
	int32_t offset;
	bool is_dst;
};
bool time_zone_abbrev_at(uint32_t index, struct time_zone_short *out);

/* Decode a TZif file: NULL if it is none.  For the set, tests and fuzzing. */
struct time_zone *time_zone_decode(struct str name, struct str file);
void time_zone_free(struct time_zone *zone);
