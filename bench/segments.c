/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segments -- what the benchmark's events take in segments, column by column,
 * and how fast they are written, decoded and found.
 *
 *   segments EVENTS DIR [SHARDS [SEGMENTS [ROWS]]]
 *
 * EVENTS has order_created.csv and page_view.csv of gen_events; both types
 * come as one stream, in turn by chance.  The events are divided among SHARDS
 * by context, as the server does, and each shard's among SEGMENTS by position;
 * the files are left in DIR/segments.  ROWS stops reading each file early.
 *
 * Rates are of processor time, one thread; reading is from a warm cache.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "common/arena.h"
#include "common/error.h"
#include "common/hash.h"
#include "engine/segment/block_cache.h"
#include "engine/segment/segment.h"
#include "os/file.h"

#define COLUMNS_MAX   12
#define PARTS_MAX     256
#define LOOKUPS       1000
#define ORDER_LOOKUPS 20
#define ORDER_ID      4 /* attnum */
#define USERS         200000
#define CACHE_BYTES   ((size_t)4 << 30)
#define US_PER_S      INT64_C(1000000)
/* 2000-01-01, the epoch of timestamps, in seconds of UNIX time. */
#define EPOCH_S INT64_C(946684800)

struct column_def {
	const char *name;
	uint32_t oid; /* of its type */
};

/* The columns of a section: the core, then the fields. */
static const struct table_def {
	const char *name;
	uint32_t oid;
	uint32_t column_count;
	struct column_def columns[COLUMNS_MAX];
} table_defs[] = {
	{ "order_created", 20001, 10,
	    { { "context_id", TYPE_TEXT }, { "timestamp", TYPE_TIMESTAMPTZ },
		{ "event_id", TYPE_INT8 }, { "version", TYPE_INT8 },
		{ "order_id", TYPE_INT8 }, { "amount", TYPE_FLOAT8 },
		{ "status", TYPE_TEXT }, { "country", TYPE_TEXT },
		{ "channel", TYPE_TEXT }, { "note", TYPE_TEXT } } },
	{ "page_view", 20002, 8,
	    { { "context_id", TYPE_TEXT }, { "timestamp", TYPE_TIMESTAMPTZ },
		{ "event_id", TYPE_INT8 }, { "version", TYPE_INT8 },
		{ "user_id", TYPE_INT8 }, { "page", TYPE_TEXT },
		{ "duration_ms", TYPE_INT8 }, { "referrer", TYPE_TEXT } } },
};
#define TABLES 2

/* Rows in columns; strings lie in the file's text. */
struct table {
	const struct table_def *def;
	uint32_t row_count;
	struct vec cols[COLUMNS_MAX];
	struct event_type type;
	struct field fields[COLUMNS_MAX];
};

static struct error err;
static struct block_cache *cache;
static struct segment *segments[PARTS_MAX];
static uint32_t segment_count;
static const struct uuid directory;

static void
check(int rc)
{
	if (rc == 0)
		return;
	fprintf(stderr, "segments: %s\n", err.message);
	exit(EXIT_FAILURE);
}

static void *
allocate(size_t size)
{
	void *memory = calloc(1, size == 0 ? 1 : size);

	if (memory == NULL) {
		perror("segments");
		exit(EXIT_FAILURE);
	}
	return memory;
}

static double
cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- reading the events ---- */

static void
table_init(struct table *t, const struct table_def *def, uint32_t capacity)
{
	*t = (struct table){ .def = def };
	for (uint32_t c = 0; c < def->column_count; c++) {
		struct type type = type_of(def->columns[c].oid);

		t->cols[c].phys = type_phys(&type);
		t->cols[c].data =
		    allocate(capacity * phys_size(t->cols[c].phys));
		t->cols[c].nulls =
		    c >= SEGMENT_CORE_COLUMNS ? allocate(capacity) : NULL;
		if (c < SEGMENT_CORE_COLUMNS)
			continue;
		t->fields[c - SEGMENT_CORE_COLUMNS] = (struct field){
			.name = str_of_cstr(def->columns[c].name),
			.type = type,
		};
	}
	t->type = (struct event_type){
		.oid = def->oid,
		.name = str_of_cstr(def->name),
		.field_count = def->column_count - SEGMENT_CORE_COLUMNS,
		.fields = t->fields,
	};
}

static void
table_release(struct table *t)
{
	for (uint32_t c = 0; c < t->def->column_count; c++) {
		free(t->cols[c].data);
		free(t->cols[c].nulls);
	}
}

/* "2024-01-01 00:00:00.218088+00", or microseconds of UNIX time. */
static int64_t
parse_time(const char *text)
{
	struct tm tm = { 0 };
	int64_t us = 0;
	int at = 0;

	if (memchr(text, ':', 20) == NULL)
		return strtoll(text, NULL, 10) - EPOCH_S * US_PER_S;
	if (sscanf(text, "%d-%d-%d %d:%d:%d.%6" SCNd64 "%n", &tm.tm_year,
		&tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec,
		&us, &at) != 7)
		return 0;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	return ((int64_t)timegm(&tm) - EPOCH_S) * US_PER_S + us;
}

static void
put_cell(struct table *t, uint32_t column, struct str cell)
{
	struct vec *vec = &t->cols[column];
	uint32_t row = t->row_count;

	if (vec->nulls != NULL)
		vec->nulls[row] = cell.len == 0;
	switch (vec->phys) {
	case PHYS_STR:
		vec->str[row] = cell;
		break;
	case PHYS_F64:
		vec->f64[row] = strtod(cell.data, NULL);
		break;
	case PHYS_I64:
		vec->i64[row] = column == COLUMN_TIMESTAMP - 1
		    ? parse_time(cell.data)
		    : strtoll(cell.data, NULL, 10);
		break;
	case PHYS_BOOL:
	case PHYS_NUMERIC:
	case PHYS_UUID:
	case PHYS_INTERVAL:
	case PHYS_COUNT:
		break;
	}
}

/* The column of a heading; event_id is called seq there. */
static uint32_t
column_of(const struct table_def *def, struct str name)
{
	if (str_equal(name, STR("seq")))
		return COLUMN_EVENT_ID - 1;
	if (str_equal(name, STR("ts")))
		return COLUMN_TIMESTAMP - 1;
	for (uint32_t c = 0; c < def->column_count; c++)
		if (str_equal(name, str_of_cstr(def->columns[c].name)))
			return c;
	fprintf(stderr, "segments: unknown column \"%.*s\"\n", STR_FMT(name));
	exit(EXIT_FAILURE);
}

static struct str
next_cell(const char **at)
{
	size_t len = strcspn(*at, ",\n");
	struct str cell = str_of(*at, len);

	*at += len + 1;
	return cell;
}

static void
read_table(struct table *t, const char *folder, const struct table_def *def,
    uint32_t row_limit)
{
	char path[OS_PATH_SIZE], name[64];
	uint32_t columns[COLUMNS_MAX], column_count = 0, capacity = 0;
	const char *at, *end;
	uint8_t *text;
	size_t len;

	snprintf(name, sizeof(name), "%s.csv", def->name);
	check(os_path(path, folder, name, &err));
	check(os_read_file(os_fs_real(), path, (size_t)8 << 30, &text, &len,
	    &err));
	at = (const char *)text;
	end = at + len;
	for (size_t i = 0; i < len; i++)
		capacity += text[i] == '\n';
	table_init(t, def, capacity);
	while (at[-1 + (column_count == 0)] != '\n' || column_count == 0)
		columns[column_count++] = column_of(def, next_cell(&at));
	for (; at < end && t->row_count < row_limit; t->row_count++)
		for (uint32_t c = 0; c < column_count; c++)
			put_cell(t, columns[c], next_cell(&at));
}

/* Both types as one stream: whose turn it is is drawn. */
static void
number_events(struct table *tables)
{
	uint32_t next[TABLES] = { 0 };
	int64_t event_id = 0;
	uint64_t seed = 0;

	if (tables[0].cols[COLUMN_EVENT_ID - 1].i64[0] != 0)
		return;
	while (next[0] < tables[0].row_count || next[1] < tables[1].row_count) {
		uint64_t left = tables[0].row_count - next[0];
		uint64_t total = left + tables[1].row_count - next[1];
		uint32_t t = hash_u64(++seed) % total < left ? 0 : 1;

		tables[t].cols[COLUMN_EVENT_ID - 1].i64[next[t]++] = ++event_id;
	}
}

/* ---- writing ---- */

/* The rows of one shard, side by side. */
static void
take_shard(struct table *out, const struct table *t, uint32_t shard,
    uint32_t shard_count)
{
	table_init(out, t->def, t->row_count);
	for (uint32_t row = 0; row < t->row_count; row++) {
		struct str context = t->cols[0].str[row];

		if (hash_bytes(context.data, context.len) % shard_count !=
		    shard)
			continue;
		for (uint32_t c = 0; c < t->def->column_count; c++) {
			size_t size = phys_size(t->cols[c].phys);

			memcpy((char *)out->cols[c].data +
				out->row_count * size,
			    (const char *)t->cols[c].data + row * size, size);
			if (out->cols[c].nulls != NULL)
				out->cols[c].nulls[out->row_count] =
				    t->cols[c].nulls[row];
		}
		out->row_count++;
	}
}

/* Rows first..limit-1 in batches as a MemTable hands them out. */
static void
write_rows(struct segment_writer *writer, const struct table *t, uint32_t first,
    uint32_t limit)
{
	while (first < limit) {
		struct vec cols[COLUMNS_MAX];
		struct batch batch = { .cols = cols,
			.col_count = t->def->column_count };

		batch.row_count = limit - first;
		if (batch.row_count > VEC_ROWS)
			batch.row_count = VEC_ROWS;
		batch.sel = sel_all(batch.row_count);
		for (uint32_t c = 0; c < batch.col_count; c++) {
			cols[c] = t->cols[c];
			cols[c].data = (char *)cols[c].data +
			    first * phys_size(cols[c].phys);
			if (cols[c].nulls != NULL)
				cols[c].nulls += first;
		}
		check(segment_writer_append(writer, &batch, &err));
		first += batch.row_count;
	}
}

/* First row whose event_id is not less. */
static uint32_t
row_from(const struct table *t, int64_t event_id)
{
	uint32_t first = 0, limit = t->row_count;

	while (first < limit) {
		uint32_t middle = first + (limit - first) / 2;

		if (t->cols[COLUMN_EVENT_ID - 1].i64[middle] < event_id)
			first = middle + 1;
		else
			limit = middle;
	}
	return first;
}

static void
write_segment(const char *dir, uint32_t shard, struct table *tables,
    int64_t first_id, int64_t limit_id)
{
	const struct segment_options options = { .directory = directory,
		.zone_rows = 8192 };
	struct segment_writer *writer;
	struct segment_meta meta;
	uint32_t number = segment_count + 1;

	check(segment_writer_open(os_fs_real(), dir, number, shard, &options,
	    &writer, &err));
	for (uint32_t i = 0; i < TABLES; i++) {
		enum phys phys[COLUMNS_MAX];
		const struct table *t = &tables[i];

		for (uint32_t c = 0; c < t->def->column_count; c++)
			phys[c] = t->cols[c].phys;
		check(segment_writer_begin_type(writer, t->def->oid, phys,
		    t->def->column_count, &err));
		write_rows(writer, t, row_from(t, first_id),
		    row_from(t, limit_id));
		check(segment_writer_end_type(writer, &err));
	}
	check(segment_writer_finish(writer, &meta, &err));
	check(segment_open(os_fs_real(), dir, &meta, &directory, cache,
	    &segments[segment_count++], &err));
	segment_meta_release(&meta);
}

static void
write_all(const struct table *tables, const char *dir, uint32_t shard_count,
    uint32_t segments_each)
{
	uint64_t rows = 0;
	double seconds = 0;
	int64_t limit = 1;

	for (uint32_t i = 0; i < TABLES; i++) {
		int64_t last = tables[i].row_count == 0
		    ? 0
		    : tables[i]
			  .cols[COLUMN_EVENT_ID - 1]
			  .i64[tables[i].row_count - 1];

		rows += tables[i].row_count;
		limit = last >= limit ? last + 1 : limit;
	}
	for (uint32_t s = 0; s < shard_count; s++) {
		struct table parts[TABLES];

		for (uint32_t i = 0; i < TABLES; i++)
			take_shard(&parts[i], &tables[i], s, shard_count);
		for (uint32_t k = 0; k < segments_each; k++) {
			double start = cpu_seconds();

			write_segment(dir, s, parts,
			    limit * k / segments_each + 1,
			    limit * (k + 1) / segments_each + 1);
			seconds += cpu_seconds() - start;
		}
		for (uint32_t i = 0; i < TABLES; i++)
			table_release(&parts[i]);
	}
	printf("written: %" PRIu64 " rows, %.2f million a second\n", rows,
	    (double)rows / seconds / 1e6);
}

/* ---- bytes ---- */

struct part_sum {
	struct segment_part part;
	uint64_t bytes;
	uint64_t count;
};

static struct part_sum sums[PARTS_MAX];
static uint32_t sum_count;

static void
add_part(void *arg, const struct segment_part *part)
{
	uint32_t i = 0;

	(void)arg;
	while (i < sum_count &&
	    (sums[i].part.kind != part->kind ||
		sums[i].part.type_oid != part->type_oid ||
		sums[i].part.place != part->place ||
		sums[i].part.encoding != part->encoding))
		i++;
	if (i == PARTS_MAX)
		return;
	sums[i].part = *part;
	sums[i].bytes += part->bytes;
	sums[i].count += part->count;
	sum_count = i == sum_count ? i + 1 : sum_count;
}

static int
compare_sums(const void *a, const void *b)
{
	const struct part_sum *x = a, *y = b;

	if (x->part.type_oid != y->part.type_oid)
		return x->part.type_oid < y->part.type_oid ? -1 : 1;
	if (x->part.place != y->part.place)
		return x->part.place < y->part.place ? -1 : 1;
	return (int)x->part.kind - (int)y->part.kind;
}

static void
show_bytes(const struct table *tables)
{
	static const char *const kinds[] = { [SEGMENT_PART_FRAME] = "frame",
		[SEGMENT_PART_CHUNKS] = "chunks",
		[SEGMENT_PART_CHUNK_TABLE] = "zone maps",
		[SEGMENT_PART_TEXT] = "text",
		[SEGMENT_PART_DICTIONARY] = "dictionary",
		[SEGMENT_PART_FILTERS] = "filters",
		[SEGMENT_PART_INDEX] = "index" };
	uint64_t rows = 0, bytes = 0, files = 0;

	for (uint32_t i = 0; i < segment_count; i++) {
		check(segment_describe(segments[i], add_part, NULL, &err));
		files += segment_meta(segments[i])->size_bytes;
		rows += segment_meta(segments[i])->row_count;
	}
	qsort(sums, sum_count, sizeof(*sums), compare_sums);
	printf("\n%-14s %-12s %-11s %-16s %8s %11s %7s\n", "type", "column",
	    "part", "encoding", "count", "bytes", "a row");
	for (uint32_t i = 0; i < sum_count; i++) {
		const struct part_sum *s = &sums[i];
		const struct table *t = NULL;

		for (uint32_t k = 0; k < TABLES; k++)
			if (tables[k].def->oid == s->part.type_oid)
				t = &tables[k];
		printf("%-14s %-12s %-11s %-16s %8" PRIu64 " %11" PRIu64
		       " %7.3f\n",
		    t == NULL ? "-" : t->def->name,
		    s->part.place == 0 ? "-"
			: t == NULL    ? "index"
				    : t->def->columns[s->part.place - 1].name,
		    kinds[s->part.kind],
		    s->part.encoding == NULL ? "-" : s->part.encoding, s->count,
		    s->bytes,
		    (double)s->bytes /
			(double)(t == NULL ? rows : t->row_count));
		bytes += s->bytes;
	}
	printf("all: %" PRIu64 " bytes, %.2f an event%s\n", files,
	    (double)files / (double)rows,
	    files == bytes ? "" : "; the parts do not add up");
}

/* ---- reading ---- */

/* Read all of one column; rows. */
static uint64_t
read_column(const struct table *t, uint32_t attnum)
{
	struct scan_spec spec = { .type = &t->type,
		.attnums = &attnum,
		.attnum_count = 1 };
	uint64_t rows = 0;

	for (uint32_t i = 0; i < segment_count; i++) {
		struct segment_section *section;
		struct segment_cursor *cursor;
		struct segment_parts parts;
		struct arena arena;
		struct batch batch;
		int rc;

		check(
		    segment_section(segments[i], t->def->oid, &section, &err));
		if (section == NULL)
			continue;
		arena_init(&arena, NULL);
		check(segment_prune(section, &spec, &arena, &parts, &err));
		check(segment_cursor_open_zones(section, &spec, parts.zones,
		    parts.zone_count, &cursor, &err));
		while ((rc = segment_cursor_next(cursor, &batch, &err)) == 1)
			rows += batch.sel.count;
		check(rc);
		segment_cursor_close(cursor);
		arena_release(&arena);
	}
	return rows;
}

static void
time_columns(const struct table *tables)
{
	printf("\n%-14s %-12s %8s %8s\n", "decoded", "column", "ns a row",
	    "GB/s");
	for (uint32_t i = 0; i < TABLES; i++) {
		const struct table *t = &tables[i];

		for (uint32_t a = 1; a < t->def->column_count; a++) {
			uint32_t place = segment_column_index(a);
			double best = 1e9;
			uint64_t rows = read_column(t, a);

			for (int k = 0; k < 3; k++) {
				double start = cpu_seconds();

				(void)read_column(t, a);
				start = cpu_seconds() - start;
				best = start < best ? start : best;
			}
			printf("%-14s %-12s %8.2f %8.2f\n", t->def->name,
			    t->def->columns[place].name,
			    best * 1e9 / (double)rows,
			    (double)(rows * phys_size(t->cols[place].phys)) /
				best / 1e9);
		}
	}
}

/* All rows of one type that a spec finds by row; *zones those it would read. */
static uint64_t
look_up(const struct table *t, const struct scan_spec *spec, uint64_t *zones)
{
	uint64_t rows = 0;

	for (uint32_t i = 0; i < segment_count; i++) {
		struct segment_section *section;
		struct segment_cursor *cursor;
		struct segment_parts parts;
		struct arena arena;
		struct batch batch;

		check(
		    segment_section(segments[i], t->def->oid, &section, &err));
		if (section == NULL)
			continue;
		arena_init(&arena, NULL);
		check(segment_prune(section, spec, &arena, &parts, &err));
		*zones += parts.zone_count;
		if (spec->has_context)
			check(segment_cursor_open_rows(section, spec,
			    parts.rows, parts.row_count, &cursor, &err));
		else
			check(segment_cursor_open_zones(section, spec,
			    parts.zones, parts.zone_count, &cursor, &err));
		while (segment_cursor_next(cursor, &batch, &err) == 1)
			rows += batch.sel.count;
		segment_cursor_close(cursor);
		arena_release(&arena);
	}
	return rows;
}

/* The stories of users drawn by number: busy ones are not more likely. */
static void
time_contexts(const struct table *tables)
{
	uint32_t attnums[COLUMNS_MAX];
	uint64_t rows = 0, zones = 0;
	double start = 0;

	for (uint32_t a = 0; a < COLUMNS_MAX; a++)
		attnums[a] = a + 1;
	for (uint32_t k = 0; k < 2 * LOOKUPS; k++) {
		char name[32];

		snprintf(name, sizeof(name), "user-%06" PRIu64,
		    hash_u64(k % LOOKUPS) % USERS);
		if (k == LOOKUPS) { /* the cache is warm */
			rows = 0;
			start = cpu_seconds();
		}
		for (uint32_t i = 0; i < TABLES; i++) {
			struct scan_spec spec = { .type = &tables[i].type,
				.attnums = attnums,
				.attnum_count = tables[i].def->column_count - 1,
				.has_context = true,
				.context = str_of_cstr(name) };

			rows += look_up(&tables[i], &spec, &zones);
		}
	}
	start = cpu_seconds() - start;
	printf("\ncontexts: %.1f us each, %.1f rows, all columns\n",
	    start * 1e6 / LOOKUPS, (double)rows / LOOKUPS);
}

static void
time_orders(const struct table *t)
{
	uint32_t attnums[COLUMNS_MAX];
	uint64_t rows = 0, zones = 0;
	double start = 0;

	for (uint32_t a = 0; a < COLUMNS_MAX; a++)
		attnums[a] = a + 1;
	for (uint32_t k = 0; k < 2 * ORDER_LOOKUPS; k++) {
		int64_t id =
		    t->cols[segment_column_index(ORDER_ID)]
			.i64[hash_u64(k % ORDER_LOOKUPS) % t->row_count];
		struct scan_range range = { .attnum = ORDER_ID,
			.has_low = true,
			.has_high = true,
			.low = { .i64 = id },
			.high = { .i64 = id } };
		struct scan_spec spec = { .type = &t->type,
			.attnums = attnums,
			.attnum_count = t->def->column_count - 1,
			.ranges = &range,
			.range_count = 1 };

		if (k == ORDER_LOOKUPS) {
			zones = rows = 0;
			start = cpu_seconds();
		}
		rows += look_up(t, &spec, &zones);
	}
	start = cpu_seconds() - start;
	printf("order_id = x: %.1f us each, %.1f zones, %.1f rows to filter\n",
	    start * 1e6 / ORDER_LOOKUPS, (double)zones / ORDER_LOOKUPS,
	    (double)rows / ORDER_LOOKUPS);
}

int
main(int argc, char **argv)
{
	uint32_t shard_count = argc > 3 ? (uint32_t)atoi(argv[3]) : 2;
	uint32_t segments_each = argc > 4 ? (uint32_t)atoi(argv[4]) : 1;
	uint32_t row_limit = argc > 5 ? (uint32_t)atoi(argv[5]) : UINT32_MAX;
	struct table tables[TABLES];
	char folder[OS_PATH_SIZE];

	if (argc < 3 || shard_count * segments_each > PARTS_MAX) {
		fputs("usage: segments EVENTS DIR [SHARDS [SEGMENTS "
		      "[ROWS]]]\n",
		    stderr);
		return EXIT_FAILURE;
	}
	cache = block_cache_new(CACHE_BYTES);
	check(os_path(folder, argv[2], SEGMENT_DIRECTORY, &err));
	(void)mkdir(argv[2], 0755);
	(void)mkdir(folder, 0755);
	for (uint32_t i = 0; i < TABLES; i++)
		read_table(&tables[i], argv[1], &table_defs[i], row_limit);
	number_events(tables);
	write_all(tables, argv[2], shard_count, segments_each);
	show_bytes(tables);
	time_columns(tables);
	time_contexts(tables);
	time_orders(&tables[0]);
	return EXIT_SUCCESS;
}
