/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries of the log, over any bytes, as a shard applies them: rows into a
 * MemTable with one column of each form, and segments.
 */
#include <stdint.h>

#include "engine/append/row_format.h"
#include "engine/catalog/catalog.h"
#include "engine/memtable/memtable.h"
#include "engine/segment/segment.h"
#include "fuzz/fuzz.h"

static const struct field fields[] = {
	{ .type = { .oid = TYPE_BOOL, .mod = -1 } },
	{ .type = { .oid = TYPE_INT8, .mod = -1 } },
	{ .type = { .oid = TYPE_FLOAT8, .mod = -1 } },
	{ .type = { .oid = TYPE_NUMERIC, .mod = -1 } },
	{ .type = { .oid = TYPE_TEXT, .mod = -1 } },
	{ .type = { .oid = TYPE_UUID, .mod = -1 } },
	{ .type = { .oid = TYPE_INTERVAL, .mod = -1 } },
};
static const struct schema_version versions[] = {
	{ .number = 1, .field_count = 5 },
	{ .number = 2, .field_count = 7 },
};
static const struct event_type type = {
	.oid = 16384,
	.field_count = 7,
	.fields = fields,
	.version_count = 2,
	.versions = versions,
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct memtable *memtable = memtable_new(1, 1 << 16);
	struct reader r = reader_over(data, len);
	struct segment_meta meta;
	struct entry entry;
	struct error err;
	struct rows rows;

	if (memtable == NULL)
		return 0;
	while (entry_next(&r, &entry) == 1) {
		if (entry.kind == ENTRY_SEGMENT) {
			(void)!entry_segment_decode(&entry, 1, &meta, &err);
			segment_meta_release(&meta);
		}
		if (entry.kind == ENTRY_ROWS && rows_decode(&entry, &rows) &&
		    rows_bind(&rows, &type) &&
		    memtable_append(memtable, &type, &rows, 0,
			memtable_last_event_id(memtable) + 1) ==
			MEMTABLE_NO_MEMORY)
			break;
	}
	memtable_unref(memtable);
	return 0;
}
