/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arrow streams, byte by byte: a reader of our own follows every reference of
 * the metadata within its bounds and alignments.  Readers of others are in
 * tests/clients/arrow_test.sh.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "types/type.h"
#include "wire/pg_backend.h"
#include "wire/result_format.h"

static struct arena arena;
static struct buf out;
static struct result_writer w;

static void
setup(void)
{
	arena_init(&arena, NULL);
	buf_init(&out);
	result_writer_init(&w, result_format_of_name(STR("arrow")), NULL);
}

/* `out` anew: it has so many bytes and gets no more. */
static void
use_buffer_of(size_t limit)
{
	buf_release(&out);
	buf_init(&out);
	out.data = malloc(limit + 1);
	out.capacity = out.limit_bytes = limit;
}

static void
teardown(void)
{
	result_writer_release(&w);
	buf_release(&out);
	arena_release(&arena);
}

/* ---- FlatBuffers ---- */

/* Metadata of a message; positions are from its start. */
struct flat {
	const uint8_t *data;
	size_t len;
};

static uint64_t
number(const struct flat *f, size_t at, size_t width)
{
	uint64_t value = 0;

	ck_assert_uint_le(at + width, f->len);
	ck_assert_uint_eq(at % width, 0);
	for (size_t i = width; i-- > 0;)
		value = value << 8 | f->data[at + i];
	return value;
}

static size_t
follow(const struct flat *f, size_t at)
{
	return at + number(f, at, 4);
}

/* Where a field of a table is; 0: it is absent. */
static size_t
field(const struct flat *f, size_t table, uint32_t slot)
{
	size_t vtable = table - number(f, table, 4);
	size_t place;

	if (4 + 2 * slot >= number(f, vtable, 2))
		return 0;
	place = number(f, vtable + 4 + 2 * slot, 2);
	ck_assert_uint_lt(place, number(f, vtable + 2, 2));
	return place == 0 ? 0 : table + place;
}

static uint64_t
value_of(const struct flat *f, size_t table, uint32_t slot, size_t width)
{
	size_t at = field(f, table, slot);

	return at == 0 ? 0 : number(f, at, width);
}

static size_t
ref(const struct flat *f, size_t table, uint32_t slot)
{
	size_t at = field(f, table, slot);

	ck_assert_uint_ne(at, 0);
	return follow(f, at);
}

static struct str
string(const struct flat *f, size_t at)
{
	size_t len = number(f, at, 4);

	ck_assert_uint_lt(at + 4 + len, f->len);
	ck_assert_uint_eq(f->data[at + 4 + len], 0);
	return str_of((const char *)f->data + at + 4, len);
}

/* ---- messages ---- */

enum { SCHEMA = 1, DICTIONARY_BATCH = 2, RECORD_BATCH = 3 };

struct message {
	struct flat flat;
	uint8_t header;
	size_t table; /* of the header */
	const uint8_t *body;
	size_t body_len;
};

static uint32_t
u32_at(size_t at)
{
	uint32_t value;

	ck_assert_uint_le(at + 4, out.len);
	memcpy(&value, out.data + at, sizeof(value));
	return value;
}

/* The message at *at, which moves on; false at the stream's end. */
static bool
next_message(size_t *at, struct message *m)
{
	size_t len, root;

	ck_assert_uint_eq(*at % 8, 0);
	ck_assert_uint_eq(u32_at(*at), UINT32_MAX);
	len = u32_at(*at + 4);
	*at += 8;
	if (len == 0) {
		ck_assert_uint_eq(*at, out.len);
		return false;
	}
	ck_assert_uint_eq(len % 8, 0);
	ck_assert_uint_le(*at + len, out.len);
	m->flat = (struct flat){ out.data + *at, len };
	root = follow(&m->flat, 0);
	ck_assert_uint_eq(value_of(&m->flat, root, 0, 2), 4); /* V5 */
	m->header = (uint8_t)value_of(&m->flat, root, 1, 1);
	m->table = ref(&m->flat, root, 2);
	m->body_len = value_of(&m->flat, root, 3, 8);
	ck_assert_uint_eq(m->body_len % 8, 0);
	*at += len;
	m->body = out.data + *at;
	ck_assert_uint_le(*at + m->body_len, out.len);
	*at += m->body_len;
	return true;
}

static uint64_t
vector_number(const struct flat *f, size_t vector, uint32_t i)
{
	return number(f, vector + 4 + 8 * (size_t)i, 8);
}

/* A buffer of a record batch as hexadecimal digits. */
static const char *
buffer_hex(const struct message *m, size_t batch, uint32_t i)
{
	size_t buffers = ref(&m->flat, batch, 2);
	uint64_t off, len;
	char *hex;

	ck_assert_uint_lt(i, number(&m->flat, buffers, 4));
	off = vector_number(&m->flat, buffers, 2 * i);
	len = vector_number(&m->flat, buffers, 2 * i + 1);
	ck_assert_uint_eq(off % 8, 0);
	ck_assert_uint_le(off + len, m->body_len);
	hex = arena_alloc(&arena, 2 * len + 1);
	for (uint64_t at = 0; at < len; at++)
		sprintf(hex + 2 * at, "%02x", m->body[off + at]);
	hex[2 * len] = '\0';
	return hex;
}

/* ---- one column of each type ---- */

static const struct str labels[] = { { "new", 3 }, { "paid", 4 } };
static const struct enum_type status = { .oid = FIRST_USER_OID,
	.label_count = 2,
	.labels = labels };

#define NO_NUMBER UINT64_MAX

static const struct {
	const char *values[3]; /* NULL: a null */
	uint32_t oid;
	int32_t mod;
	enum result_times times;
	uint8_t number;      /* of the union of types */
	uint64_t parts[2];   /* of its table: 2 or 4 bytes, as it has them */
	const char *bits;    /* the buffers in hexadecimal */
	const char *offsets; /* NULL: there are none */
	const char *data;
} type_case[] = {
	/* clang-format off */
	{ { "t", NULL, "t" }, TYPE_BOOL, -1, 0, 6, { NO_NUMBER, NO_NUMBER }, "05", NULL, "05" },
	{ { "f", "t", "t" }, TYPE_BOOL, -1, 0, 6, { NO_NUMBER, NO_NUMBER }, "", NULL, "06" },
	{ { "-2", NULL, "32767" }, TYPE_INT2, -1, 0, 2, { 16, 1 }, "05", NULL, "feff0000ff7f" },
	{ { NULL, "1", "-2147483648" }, TYPE_INT4, -1, 0, 2, { 32, 1 }, "06", NULL, "000000000100000000000080" },
	{ { "1", NULL, "-9223372036854775808" }, TYPE_INT8, -1, 0, 2, { 64, 1 }, "05", NULL, "010000000000000000000000000000000000000000000080" },
	{ { "4294967295", "0", NULL }, TYPE_OID, -1, 0, 2, { 32, 0 }, "03", NULL, "ffffffff0000000000000000" },
	{ { "1", "-0", NULL }, TYPE_FLOAT4, -1, 0, 3, { 1, NO_NUMBER }, "03", NULL, "0000803f0000008000000000" },
	{ { "1", "-inf", NULL }, TYPE_FLOAT8, -1, 0, 3, { 2, NO_NUMBER }, "03", NULL, "000000000000f03f000000000000f0ff0000000000000000" },
	{ { "1.5", "-0.01", "NaN" }, TYPE_NUMERIC, (10 << 16) + 2 + 4, 0, 7, { 10, 2 }, "03", NULL, "96000000000000000000000000000000" "ffffffffffffffffffffffffffffffff" "00000000000000000000000000000000" },
	{ { "12300", "-100", NULL }, TYPE_NUMERIC, (5 << 16) + (-2 & 0x7ff) + 4, 0, 20, { NO_NUMBER, NO_NUMBER }, "03", "0000000000000000050000000000000009000000000000000900000000000000", "31323330302d313030" },
	{ { "1.5", "NaN", NULL }, TYPE_NUMERIC, -1, 0, 20, { NO_NUMBER, NO_NUMBER }, "03", "0000000000000000030000000000000006000000000000000600000000000000", "312e354e614e" },
	{ { "1970-01-02", NULL, "-infinity" }, TYPE_DATE, -1, 0, 8, { 0, NO_NUMBER }, "05", NULL, "010000000000000000000080" },
	{ { "00:00:01", NULL, "00:00:00.000001" }, TYPE_TIME, -1, 0, 9, { 2, 64 }, "05", NULL, "40420f000000000000000000000000000100000000000000" },
	{ { "1970-01-01 00:00:01+00", "1969-12-31 23:59:59.5+00", "infinity" }, TYPE_TIMESTAMPTZ, -1, RESULT_TIMES_TRUE, 10, { 2, NO_NUMBER }, "", NULL, "40420f0000000000e05ef8ffffffffffffffffffffffff7f" },
	{ { "294276-12-31 23:59:59+00", "-infinity", NULL }, TYPE_TIMESTAMPTZ, -1, RESULT_TIMES_TRUE, 10, { 2, NO_NUMBER }, "03", NULL, "ffffffffffffff7f00000000000000800000000000000000" },
	{ { "1970-01-01 00:00:01+00", "1969-12-31 23:59:59.5+00", NULL }, TYPE_TIMESTAMPTZ, -1, RESULT_TIMES_SECONDS, 10, { 1, NO_NUMBER }, "03", NULL, "0100000000000000ffffffffffffffff0000000000000000" },
	{ { "1970-01-01 00:00:01", NULL, NULL }, TYPE_TIMESTAMP, -1, RESULT_TIMES_TRUE, 10, { 2, NO_NUMBER }, "01", NULL, "40420f000000000000000000000000000000000000000000" },
	{ { "00010203-0405-0607-0809-0a0b0c0d0e0f", NULL, NULL }, TYPE_UUID, -1, 0, 15, { 16, NO_NUMBER }, "01", NULL, "000102030405060708090a0b0c0d0e0f" "00000000000000000000000000000000" "00000000000000000000000000000000" },
	{ { "\\x00ff", "\\x", NULL }, TYPE_BYTEA, -1, 0, 19, { NO_NUMBER, NO_NUMBER }, "03", "0000000000000000020000000000000002000000000000000200000000000000", "00ff" },
	{ { "ab", "", NULL }, TYPE_TEXT, -1, 0, 20, { NO_NUMBER, NO_NUMBER }, "03", "0000000000000000020000000000000002000000000000000200000000000000", "6162" },
	{ { "{\"a\":1}", NULL, "[]" }, TYPE_JSONB, -1, 0, 20, { NO_NUMBER, NO_NUMBER }, "05", "0000000000000000080000000000000008000000000000000a00000000000000", "7b2261223a20317d5b5d" },
	{ { "1 day", NULL, NULL }, TYPE_INTERVAL, -1, 0, 20, { NO_NUMBER, NO_NUMBER }, "01", "0000000000000000050000000000000005000000000000000500000000000000", "3120646179" },
	{ { "{1,2}", NULL, NULL }, TYPE_INT4_ARRAY, -1, 0, 20, { NO_NUMBER, NO_NUMBER }, "01", "0000000000000000050000000000000005000000000000000500000000000000", "7b312c327d" },
	{ { "paid", NULL, "new" }, FIRST_USER_OID, -1, 0, 20, { NO_NUMBER, NO_NUMBER }, "05", NULL, "010000000000000000000000" },
	/* clang-format on */
};

static struct type
type_named(uint32_t oid, int32_t mod)
{
	return (struct type){ .oid = oid,
		.mod = mod,
		.enum_type = oid >= FIRST_USER_OID ? &status : NULL };
}

/* A vector of these texts; what is under a null is rubbish. */
static void
fill(struct vec *vec, const struct type *type, const char *const *values,
    uint32_t count)
{
	struct error err = { .code = 0 };
	struct datum value;

	vec_init(vec, type_phys(type), count, &arena);
	memset(vec->data, 1, count * phys_size(vec->phys));
	for (uint32_t i = 0; i < count; i++) {
		if (values[i] == NULL) {
			vec_need_nulls(vec, count, &arena)[i] = 1;
			continue;
		}
		ck_assert_msg(type_in_text(type, &type_settings_default,
				  str_of_cstr(values[i]), &arena, &value,
				  &err) == 0,
		    "%s: %s", values[i], err.message);
		value.is_null = false;
		vec_set(vec, i, &value);
	}
}

static size_t
part_width(uint8_t number, uint32_t i)
{
	bool is_number = number == 2 || number == 7 || number == 15;

	if (number == 2 && i == 1)
		return 1;
	return is_number || i == 1 ? 4 : 2;
}

/* The one field of the schema. */
static void
check_schema(const struct message *m, int i)
{
	const struct flat *f = &m->flat;
	size_t fields, table, type, zone;

	ck_assert_uint_eq(m->header, SCHEMA);
	ck_assert_uint_eq(m->body_len, 0);
	fields = ref(f, m->table, 1);
	ck_assert_uint_eq(number(f, fields, 4), 1);
	table = follow(f, fields + 4);
	ck_assert(str_equal(string(f, ref(f, table, 0)), STR("v")));
	ck_assert_uint_eq(value_of(f, table, 1, 1), 1);
	ck_assert_uint_eq(value_of(f, table, 2, 1), type_case[i].number);
	type = ref(f, table, 3);
	for (uint32_t k = 0; k < 2; k++)
		if (type_case[i].parts[k] != NO_NUMBER)
			ck_assert_uint_eq(value_of(f, type, k,
					      part_width(type_case[i].number,
						  k)),
			    type_case[i].parts[k]);
	ck_assert_uint_eq(number(f, ref(f, table, 5), 4), 0);
	zone = type_case[i].number == 10 ? field(f, type, 1) : 0;
	ck_assert_int_eq(zone != 0,
	    type_case[i].oid == TYPE_TIMESTAMPTZ &&
		type_case[i].times == RESULT_TIMES_TRUE);
	if (zone != 0)
		ck_assert(str_equal(string(f, follow(f, zone)), STR("UTC")));
	ck_assert_int_eq(field(f, table, 6) != 0,
	    type_case[i].oid == TYPE_UUID);
	ck_assert_int_eq(field(f, table, 4) != 0,
	    type_case[i].oid >= FIRST_USER_OID);
}

static void
check_uuid_mark(const struct message *m)
{
	const struct flat *f = &m->flat;
	size_t table = follow(f, ref(f, m->table, 1) + 4);
	size_t pair = follow(f, ref(f, table, 6) + 4);

	ck_assert_uint_eq(number(f, ref(f, table, 6), 4), 1);
	ck_assert(
	    str_equal(string(f, ref(f, pair, 0)), STR("ARROW:extension:name")));
	ck_assert(str_equal(string(f, ref(f, pair, 1)), STR("arrow.uuid")));
}

static void
check_labels(const struct message *schema, const struct message *m)
{
	const struct flat *f = &schema->flat;
	size_t table = follow(f, ref(f, schema->table, 1) + 4);
	size_t encoding = ref(f, table, 4), index = ref(f, encoding, 1);
	size_t batch = ref(&m->flat, m->table, 1);

	ck_assert_uint_eq(value_of(f, index, 0, 4), 32);
	ck_assert_uint_eq(value_of(f, index, 1, 1), 1);
	ck_assert_uint_eq(value_of(f, encoding, 2, 1), 1);
	ck_assert_uint_eq(m->header, DICTIONARY_BATCH);
	ck_assert_uint_eq(value_of(&m->flat, m->table, 0, 8),
	    value_of(f, encoding, 0, 8));
	ck_assert_uint_eq(value_of(&m->flat, batch, 0, 8), 2);
	ck_assert_str_eq(buffer_hex(m, batch, 0), "");
	ck_assert_str_eq(buffer_hex(m, batch, 1),
	    "000000000000000003000000000000000700000000000000");
	ck_assert_str_eq(buffer_hex(m, batch, 2), "6e657770616964");
}

static void
check_batch(const struct message *m, int i)
{
	size_t nodes = ref(&m->flat, m->table, 1);
	uint32_t buffer = 0, nulls = 0;

	for (uint32_t k = 0; k < 3; k++)
		nulls += type_case[i].values[k] == NULL;
	/* A decimal has no NaN. */
	nulls += type_case[i].number == 7;
	ck_assert_uint_eq(m->header, RECORD_BATCH);
	ck_assert_uint_eq(value_of(&m->flat, m->table, 0, 8), 3);
	ck_assert_uint_eq(number(&m->flat, nodes, 4), 1);
	ck_assert_uint_eq(vector_number(&m->flat, nodes, 0), 3);
	ck_assert_uint_eq(vector_number(&m->flat, nodes, 1), nulls);
	ck_assert_uint_eq(number(&m->flat, ref(&m->flat, m->table, 2), 4),
	    type_case[i].offsets == NULL ? 2 : 3);
	ck_assert_str_eq(buffer_hex(m, m->table, buffer++), type_case[i].bits);
	if (type_case[i].offsets != NULL)
		ck_assert_str_eq(buffer_hex(m, m->table, buffer++),
		    type_case[i].offsets);
	ck_assert_str_eq(buffer_hex(m, m->table, buffer), type_case[i].data);
}

START_TEST(writes_each_type)
{
	struct pg_column column = { .name = STR("v"),
		.type = type_named(type_case[_i].oid, type_case[_i].mod) };
	struct vec vec;
	struct batch batch = { .row_count = 3,
		.col_count = 1,
		.cols = &vec,
		.sel = sel_all(3) };
	struct message schema, m;
	size_t at = 0;

	fill(&vec, &column.type, type_case[_i].values, 3);
	w.times = type_case[_i].times;
	w.format->begin(&w, &out, &column, 1, &type_settings_default);
	ck_assert_uint_eq(w.format->rows(&w, &out, &batch, 0, 1), 3);
	w.format->end(&w, &out, 3);
	ck_assert(next_message(&at, &schema));
	check_schema(&schema, _i);
	if (type_case[_i].oid == TYPE_UUID)
		check_uuid_mark(&schema);
	ck_assert(next_message(&at, &m));
	if (type_case[_i].oid >= FIRST_USER_OID) {
		check_labels(&schema, &m);
		ck_assert(next_message(&at, &m));
	}
	check_batch(&m, _i);
	ck_assert(!next_message(&at, &m));
}
END_TEST

/* ---- streams ---- */

START_TEST(streams_may_be_empty)
{
	struct message m;
	size_t at = 0;

	w.format->begin(&w, &out, NULL, 0, &type_settings_default);
	w.format->close(&w, &out);
	w.format->end(&w, &out, 0);
	ck_assert(next_message(&at, &m));
	ck_assert_uint_eq(m.header, SCHEMA);
	ck_assert_uint_eq(number(&m.flat, ref(&m.flat, m.table, 1), 4), 0);
	ck_assert(!next_message(&at, &m));
}
END_TEST

/* Rows of one integer each, in batches of 1,000; returns the rows taken. */
static void
put_integers(uint32_t count, struct pg_column *column)
{
	struct vec vec;
	struct batch batch = { .col_count = 1, .cols = &vec };

	*column =
	    (struct pg_column){ .name = STR("v"), .type = type_of(TYPE_INT8) };
	vec_init(&vec, PHYS_I64, 1000, &arena);
	w.format->begin(&w, &out, column, 1, &type_settings_default);
	for (uint32_t n = 0; n < count;) {
		batch.row_count = count - n < 1000 ? count - n : 1000;
		batch.sel = sel_all(batch.row_count);
		for (uint32_t i = 0; i < batch.row_count; i++)
			vec.i64[i] = n + i;
		for (uint32_t i = 0; i < batch.row_count;)
			i += w.format->rows(&w, &out, &batch, i, SIZE_MAX);
		n += batch.row_count;
	}
}

/* What the record batches of the stream have, in order. */
static void
check_integers(const uint32_t *rows, uint32_t batch_count)
{
	struct message m;
	size_t at = 0;
	int64_t next = 0;

	ck_assert(next_message(&at, &m));
	for (uint32_t b = 0; b < batch_count; b++) {
		int64_t value;

		ck_assert(next_message(&at, &m));
		ck_assert_uint_eq(value_of(&m.flat, m.table, 0, 8), rows[b]);
		ck_assert_uint_eq(m.body_len, rows[b] * sizeof(value));
		for (uint32_t i = 0; i < rows[b]; i++) {
			memcpy(&value, m.body + i * sizeof(value),
			    sizeof(value));
			ck_assert_int_eq(value, next++);
		}
	}
	ck_assert(!next_message(&at, &m));
}

START_TEST(gathers_rows)
{
	static const uint32_t rows[] = { 16384, 16384, 7232 };
	struct pg_column column;

	put_integers(40000, &column);
	w.format->end(&w, &out, 40000);
	check_integers(rows, ARRAY_LEN(rows));
}
END_TEST

START_TEST(a_close_is_a_batch)
{
	static const uint32_t rows[] = { 5 };
	struct pg_column column;

	put_integers(5, &column);
	w.format->close(&w, &out);
	w.format->close(&w, &out);
	w.format->end(&w, &out, 5);
	check_integers(rows, ARRAY_LEN(rows));
}
END_TEST

/* Nine strings of 300,000 bytes: the fourth passes a megabyte. */
START_TEST(batches_are_bounded)
{
	static char text[300000];
	struct pg_column column = { .name = STR("v"),
		.type = type_of(TYPE_TEXT) };
	struct vec vec;
	struct batch batch = { .row_count = 9,
		.col_count = 1,
		.cols = &vec,
		.sel = sel_all(9) };
	static const uint32_t rows[] = { 4, 4, 1 };
	struct message m;
	size_t at = 0;

	memset(text, 'x', sizeof(text));
	vec_init(&vec, PHYS_STR, 9, &arena);
	for (uint32_t i = 0; i < 9; i++)
		vec.str[i] = str_of(text, sizeof(text));
	w.format->begin(&w, &out, &column, 1, &type_settings_default);
	ck_assert_uint_eq(w.format->rows(&w, &out, &batch, 0, SIZE_MAX), 9);
	w.format->end(&w, &out, 9);
	ck_assert(next_message(&at, &m));
	for (uint32_t i = 0; i < ARRAY_LEN(rows); i++) {
		ck_assert(next_message(&at, &m));
		ck_assert_uint_eq(value_of(&m.flat, m.table, 0, 8), rows[i]);
	}
	ck_assert(!next_message(&at, &m));
}
END_TEST

/* Whatever there is no room for, what is out is whole messages. */
START_TEST(a_message_without_memory_is_not_there)
{
	struct pg_column column;
	struct message m;
	size_t whole, begin, at;

	put_integers(3, &column);
	begin = out.len;
	w.format->close(&w, &out);
	whole = out.len;
	for (size_t limit = begin; limit < whole; limit++) {
		use_buffer_of(limit);
		put_integers(3, &column);
		ck_assert(!out.failed);
		w.format->close(&w, &out);
		ck_assert(out.failed);
		ck_assert_uint_eq(out.len, begin);
	}
	out.failed = false;
	out.limit_bytes = 0;
	w.format->close(&w, &out);
	ck_assert_uint_eq(out.len, whole);
	at = begin;
	buf_put_u32(&out, UINT32_MAX);
	buf_put_u32(&out, 0);
	ck_assert(next_message(&at, &m));
	ck_assert_uint_eq(value_of(&m.flat, m.table, 0, 8), 3);
	ck_assert(!next_message(&at, &m));
}
END_TEST

/* ---- dictionaries ---- */

/* Rows of text, with codes of the dictionary or without. */
static void
put_texts(const char *const *values, const uint32_t *codes, const void *dict,
    uint32_t count)
{
	struct type type = type_of(TYPE_TEXT);
	struct vec vec;
	struct batch batch = { .row_count = count,
		.col_count = 1,
		.cols = &vec,
		.sel = sel_all(count) };

	fill(&vec, &type, values, count);
	vec.codes = (struct vec_codes){ .dict = dict, .of = codes, .count = 3 };
	ck_assert_uint_eq(w.format->rows(&w, &out, &batch, 0, SIZE_MAX), count);
}

static void
check_texts(size_t *at, const char *offsets, const char *strings, uint32_t rows,
    const char *bits, const char *codes)
{
	struct message m;
	size_t batch;

	ck_assert(next_message(at, &m));
	ck_assert_uint_eq(m.header, DICTIONARY_BATCH);
	batch = ref(&m.flat, m.table, 1);
	ck_assert_uint_eq(value_of(&m.flat, m.table, 2, 1), 0); /* no delta */
	ck_assert_str_eq(buffer_hex(&m, batch, 1), offsets);
	ck_assert_str_eq(buffer_hex(&m, batch, 2), strings);
	ck_assert(next_message(at, &m));
	ck_assert_uint_eq(m.header, RECORD_BATCH);
	ck_assert_uint_eq(value_of(&m.flat, m.table, 0, 8), rows);
	ck_assert_str_eq(buffer_hex(&m, m.table, 0), bits);
	ck_assert_str_eq(buffer_hex(&m, m.table, 1), codes);
}

START_TEST(text_may_be_a_dictionary)
{
	static const char *const first[] = { "b", "a", "b", NULL };
	static const char *const second[] = { "c", "a" };
	static const char *const third[] = { "a", "b" };
	static const uint32_t codes[] = { 1, 0, 1, 2 };
	struct pg_column column = { .name = STR("v"),
		.type = type_of(TYPE_TEXT) };
	struct message m;
	size_t at = 0, table;

	w.has_dictionaries = true;
	w.format->begin(&w, &out, &column, 1, &type_settings_default);
	put_texts(first, codes, first, 4);
	put_texts(second, NULL, NULL, 2);
	/* The same codes mean something else in another dictionary. */
	put_texts(third, codes, third, 2);
	w.format->close(&w, &out);
	put_texts(second, NULL, NULL, 1);
	w.format->end(&w, &out, 9);
	ck_assert(next_message(&at, &m));
	table = follow(&m.flat, ref(&m.flat, m.table, 1) + 4);
	ck_assert_uint_eq(value_of(&m.flat, table, 2, 1), 20);
	ck_assert_uint_eq(value_of(&m.flat, ref(&m.flat, table, 4), 2, 1), 0);
	check_texts(&at,
	    "0000000000000000010000000000000002000000000000000300000000000000",
	    "626163", 8, "f7",
	    "0000000001000000000000000000000002000000010000000100000000000000");
	check_texts(&at, "00000000000000000100000000000000", "63", 1, "",
	    "00000000");
	ck_assert(!next_message(&at, &m));
}
END_TEST

/* Nine strings of 300,000 bytes. */
static void
put_large_texts(bool are_same)
{
	static char text[9][300000];
	struct vec vec;
	struct batch batch = { .row_count = 9,
		.col_count = 1,
		.cols = &vec,
		.sel = sel_all(9) };

	vec_init(&vec, PHYS_STR, 9, &arena);
	for (uint32_t i = 0; i < 9; i++) {
		memset(text[i], are_same ? 'x' : (int)('a' + i),
		    sizeof(text[i]));
		vec.str[i] = str_of(text[i], sizeof(text[i]));
	}
	ck_assert_uint_eq(w.format->rows(&w, &out, &batch, 0, SIZE_MAX), 9);
}

/*
 * After one row with a code come nine strings of 300,000 bytes without: if each is
 * another one, the fourth passes a megabyte.
 */
START_TEST(batches_of_dictionaries_are_bounded)
{
	static const char *const first[] = { "b" };
	static const uint32_t codes[] = { 0 };
	static const uint32_t rows[2][3] = { { 10 }, { 5, 4, 1 } };
	struct pg_column column = { .name = STR("v"),
		.type = type_of(TYPE_TEXT) };
	struct message m;
	size_t at = 0;

	w.has_dictionaries = true;
	w.format->begin(&w, &out, &column, 1, &type_settings_default);
	put_texts(first, codes, first, 1);
	put_large_texts(_i == 0);
	w.format->end(&w, &out, 10);
	ck_assert(next_message(&at, &m));
	for (uint32_t i = 0; i < 3 && rows[_i][i] > 0; i++) {
		ck_assert(next_message(&at, &m));
		ck_assert_uint_eq(m.header, DICTIONARY_BATCH);
		ck_assert(next_message(&at, &m));
		ck_assert_uint_eq(value_of(&m.flat, m.table, 0, 8),
		    rows[_i][i]);
	}
	ck_assert(!next_message(&at, &m));
}
END_TEST

/* Without codes, and without being asked. */
START_TEST(text_is_text_else)
{
	static const char *const values[] = { "b", "a" };
	static const uint32_t codes[] = { 1, 0 };
	struct pg_column column = { .name = STR("v"),
		.type = type_of(TYPE_TEXT) };
	struct message m;
	size_t at = 0, table;

	w.has_dictionaries = _i == 0;
	w.format->begin(&w, &out, &column, 1, &type_settings_default);
	put_texts(values, _i == 0 ? NULL : codes, values, 2);
	w.format->end(&w, &out, 2);
	ck_assert(next_message(&at, &m));
	table = follow(&m.flat, ref(&m.flat, m.table, 1) + 4);
	ck_assert_uint_eq(field(&m.flat, table, 4), 0);
	ck_assert(next_message(&at, &m));
	ck_assert_str_eq(buffer_hex(&m, m.table, 2), "6261");
	ck_assert(!next_message(&at, &m));
}
END_TEST

START_TEST(a_stream_without_rows_has_a_schema)
{
	struct pg_column column = { .name = STR("v"),
		.type = type_of(TYPE_TEXT) };
	struct message m;
	size_t at = 0;

	w.has_dictionaries = true;
	w.format->begin(&w, &out, &column, 1, &type_settings_default);
	w.format->end(&w, &out, 0);
	ck_assert(next_message(&at, &m));
	ck_assert_uint_eq(m.header, SCHEMA);
	ck_assert(!next_message(&at, &m));
}
END_TEST

/* ---- for other readers ---- */

static void
write_out(const char *name)
{
	FILE *file = fopen(arena_printf(&arena, "%s/%s.arrow",
			       getenv("ARROW_SAMPLES"), name)
			       .data,
	    "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(out.data, 1, out.len, file), out.len);
	ck_assert_int_eq(fclose(file), 0);
}

/*
 * 60,000 texts: null in every fifth row, "odd" in odd ones, else one that is
 * another every 4,000 rows.
 */
static void
put_sample_texts(void)
{
	struct pg_column column = { .name = STR("v"),
		.type = type_of(TYPE_TEXT) };

	w.has_dictionaries = true;
	w.format->begin(&w, &out, &column, 1, &type_settings_default);
	for (uint32_t n = 0; n < 60000; n += 1000) {
		uint32_t codes[1000];
		const char *values[1000];
		const char *even = arena_printf(&arena, "s%u", n / 4000).data;

		for (uint32_t i = 0; i < 1000; i++) {
			codes[i] = i % 2;
			values[i] = i % 5 == 4 ? NULL
			    : i % 2 == 1       ? "odd"
					       : even;
		}
		put_texts(values, n % 3000 == 0 ? codes : NULL, even, 1000);
	}
	w.format->end(&w, &out, 60000);
	ck_assert(!out.failed);
}

/* All types side by side, c0, c1 and so on; 20,000 times their three rows. */
static void
put_sample(enum result_times times)
{
	struct pg_column columns[ARRAY_LEN(type_case)];
	struct vec vecs[ARRAY_LEN(type_case)];
	struct batch batch = { .row_count = 3,
		.col_count = ARRAY_LEN(type_case),
		.cols = vecs,
		.sel = sel_all(3) };

	for (uint32_t i = 0; i < ARRAY_LEN(type_case); i++) {
		columns[i] =
		    (struct pg_column){ .name = arena_printf(&arena, "c%u", i),
			    .type = type_named(type_case[i].oid,
				type_case[i].mod) };
		fill(&vecs[i], &columns[i].type, type_case[i].values, 3);
	}
	w.times = times;
	w.format->begin(&w, &out, columns, batch.col_count,
	    &type_settings_default);
	for (uint32_t i = 0; i < 20000; i++)
		ck_assert_uint_eq(w.format->rows(&w, &out, &batch, 0, SIZE_MAX),
		    3);
	w.format->end(&w, &out, 60000);
	ck_assert(!out.failed);
}

/* Into the folder ARROW_SAMPLES, if it is set. */
START_TEST(writes_samples)
{
	static const char *const names[] = { "seconds", "true",
		"dictionaries" };

	if (getenv("ARROW_SAMPLES") == NULL)
		return;
	if (_i == 2)
		put_sample_texts();
	else
		put_sample(_i == 0 ? RESULT_TIMES_SECONDS : RESULT_TIMES_TRUE);
	write_out(names[_i]);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("result_arrow");
	TCase *tcase = tcase_create("result_arrow");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, writes_each_type, 0, ARRAY_LEN(type_case));
	tcase_add_test(tcase, streams_may_be_empty);
	tcase_add_test(tcase, gathers_rows);
	tcase_add_test(tcase, a_close_is_a_batch);
	tcase_add_test(tcase, batches_are_bounded);
	tcase_add_test(tcase, a_message_without_memory_is_not_there);
	tcase_add_test(tcase, text_may_be_a_dictionary);
	tcase_add_loop_test(tcase, batches_of_dictionaries_are_bounded, 0, 2);
	tcase_add_loop_test(tcase, text_is_text_else, 0, 2);
	tcase_add_test(tcase, a_stream_without_rows_has_a_schema);
	tcase_add_loop_test(tcase, writes_samples, 0, 3);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
