/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zone_rows.c -- time zones: pg_timezone_names and pg_timezone_abbrevs.
 */
#include <ctype.h>

#include "server/pgcatalog/rows.h"
#include "server/zone_files.h"
#include "types/time_zone.h"

static void
put_offset(struct system_rows *rows, uint32_t column, int32_t seconds)
{
	struct datum offset = { .is_null = false };

	offset.interval.microseconds = (int64_t)seconds * 1000000;
	system_put(rows, column, &offset);
}

struct zone_teller {
	struct system_rows *rows;
	int64_t now;
};

/* Files that are none are left out. */
static void
put_zone(void *arg, const char *name)
{
	const struct zone_teller *teller = arg;
	struct system_rows *rows = teller->rows;
	struct time_zone *zone = NULL;
	struct time_zone_moment moment;
	struct buf file;

	if (!system_wants_str(rows, pg_timezone_names_name, str_of_cstr(name)))
		return;
	buf_init(&file);
	if (zone_file_load(NULL, name, &file) == 0)
		zone = time_zone_decode(str_of_cstr(name), buf_str(&file));
	buf_release(&file);
	if (zone == NULL)
		return;
	moment = time_zone_at(zone, teller->now);
	time_zone_free(zone);
	system_rows_next(rows);
	system_put_cstr(rows, pg_timezone_names_name, name);
	system_put_cstr(rows, pg_timezone_names_abbrev, moment.abbrev);
	put_offset(rows, pg_timezone_names_utc_offset, moment.offset);
	system_put_bool(rows, pg_timezone_names_is_dst, moment.is_dst);
}

int
pg_timezone_names_rows(void *arg, struct system_rows *rows,
    struct error *err UNUSED)
{
	const struct session *session = arg;
	struct zone_teller teller = { .rows = rows,
		.now = session->settings.types.now };

	zone_files_each(put_zone, &teller);
	return 0;
}

int
pg_timezone_abbrevs_rows(void *session UNUSED, struct system_rows *rows,
    struct error *err UNUSED)
{
	struct time_zone_short zone;

	for (uint32_t i = 0; time_zone_abbrev_at(i, &zone); i++) {
		char name[TIME_ZONE_ABBREV_SIZE];
		size_t len = 0;

		for (; len < zone.name.len && len < sizeof(name); len++)
			name[len] =
			    (char)toupper((unsigned char)zone.name.data[len]);
		system_rows_next(rows);
		system_put_str(rows, pg_timezone_abbrevs_abbrev,
		    str_of(name, len));
		put_offset(rows, pg_timezone_abbrevs_utc_offset, zone.offset);
		system_put_bool(rows, pg_timezone_abbrevs_is_dst, zone.is_dst);
	}
	return 0;
}
