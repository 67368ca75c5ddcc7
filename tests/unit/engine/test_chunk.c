/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chunks of every form against plain arrays: values of all kinds, nulls of all
 * shares, read in vectors from any row on and one by one.  Bytes that are
 * damaged or cut are refused or read harmlessly.
 */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/error.h"
#include "common/hash.h"
#include "engine/segment/chunk.h"
#include "engine/segment/codec_zstd.h"
#include "vec/vec.h"

#define ROWS      5000
#define PAGES_MAX 64

static struct error err;
static struct arena arena;
static uint64_t seed;

static uint64_t
draw(void)
{
	return hash_u64(++seed);
}

/* ---- values ---- */

enum kind {
	KIND_ANY,   /* all over the form, extremes too */
	KIND_FEW,   /* few different ones */
	KIND_NEAR,  /* near each other, ascending */
	KIND_STAYS, /* runs of one */
	KIND_ONE,   /* one */
	KIND_COUNT
};

static int64_t
draw_i64(enum kind kind, uint32_t i)
{
	static const int64_t odd[] = { INT64_MIN, INT64_MAX, 0, -1, 1 };

	switch (kind) {
	case KIND_ANY:
		return draw() % 3 == 0 ? odd[draw() % ARRAY_LEN(odd)]
				       : (int64_t)draw();
	case KIND_FEW:
		return -20 + 3 * (int64_t)(draw() % 30);
	case KIND_NEAR:
		return 1000000000000 + 250 * (int64_t)i +
		    (int64_t)(draw() % 100);
	case KIND_STAYS:
		return (int64_t)hash_u64(i / 300) >> 8;
	case KIND_ONE:
	case KIND_COUNT:
		break;
	}
	return -7;
}

static double
draw_f64(enum kind kind, uint32_t i)
{
	static const double odd[] = { 0.0, -0.0, NAN, INFINITY, -INFINITY,
		DBL_MAX, -DBL_MAX, DBL_MIN, 5e-324 };
	int64_t number = draw_i64(kind, i);
	double value;

	if (kind == KIND_ANY && draw() % 3 == 0)
		return odd[draw() % ARRAY_LEN(odd)];
	if (kind == KIND_ANY || kind == KIND_STAYS) {
		memcpy(&value, &number, sizeof(value));
		return value;
	}
	if (kind == KIND_FEW)
		return (double)number / 100;
	/* No decimals: measured with noise. */
	return kind == KIND_ONE ? -0.0 : 1 + (double)(draw() >> 11) * 0x1p-53;
}

static struct numeric
draw_numeric(enum kind kind, uint32_t i)
{
	struct numeric value = { .small = draw_i64(kind, i), .scale = 2 };

	if (kind != KIND_ANY)
		return value;
	value.small = (i128)((u128)draw() << 64 | draw());
	value.scale = (uint16_t)(draw() % 2 == 0 ? draw() % 16384 : 16383);
	if (draw() % 5 == 0)
		value.small = draw() % 2 == 0 ? I128_MIN : I128_MAX;
	if (draw() % 5 == 0) {
		value.kind = (uint8_t)(draw() % 4);
		value.small = 0;
	}
	return value;
}

static struct str
draw_str(enum kind kind, uint32_t i)
{
	size_t len = kind == KIND_ANY ? draw() % 60 : 3;
	char text[70000];

	if (kind == KIND_ANY && draw() % 1000 == 0)
		len = draw() % sizeof(text); /* longer than a page */
	if (kind == KIND_ANY && draw() % 4 == 0)
		len = 0;
	if (kind == KIND_NEAR)
		return arena_printf(&arena, "https://example.org/item/%u", i);
	if (kind == KIND_ONE)
		return STR("the one\0and only");
	for (size_t k = 0; k < len; k++)
		text[k] = (char)(kind == KIND_ANY
			? draw()
			: (uint64_t)draw_i64(kind, i) % (k + 90));
	return arena_str(&arena, str_of(text, len));
}

static struct interval
draw_interval(enum kind kind, uint32_t i)
{
	return (struct interval){
		.microseconds = draw_i64(kind, i),
		.days = (int32_t)draw_i64(kind, i),
		.months = (int32_t)draw_i64(kind, i),
	};
}

static struct datum
draw_value(enum phys phys, enum kind kind, uint32_t i)
{
	struct datum value = { .is_null = false };

	switch (phys) {
	case PHYS_BOOL:
		value.boolean = draw_i64(kind, i) % 2 == 0;
		break;
	case PHYS_I64:
		value.i64 = draw_i64(kind, i);
		break;
	case PHYS_F64:
		value.f64 = draw_f64(kind, i);
		break;
	case PHYS_NUMERIC:
		value.numeric = draw_numeric(kind, i);
		break;
	case PHYS_STR:
		value.str = draw_str(kind, i);
		break;
	case PHYS_UUID:
		for (size_t k = 0; k < 16; k++)
			value.uuid.bytes[k] = (uint8_t)(kind == KIND_ANY
				? draw()
				: (uint64_t)draw_i64(kind, i) >> (4 * k));
		break;
	case PHYS_INTERVAL:
		value.interval = draw_interval(kind, i);
		break;
	case PHYS_COUNT:
		break;
	}
	return value;
}

/* How many rows of a hundred are null. */
static const uint32_t null_shares[] = { 0, 3, 50, 95, 100 };
static const uint32_t row_counts[] = { 1, 7, 64, 513, ROWS };

/* ---- a chunk and what it was made of ---- */

struct made {
	enum phys phys;
	struct vec want;
	struct buf bytes;
	struct chunk_info info;
	struct buf page[PAGES_MAX]; /* as they are in the cache */
	const uint8_t *pages[PAGES_MAX];
	uint32_t page_count;
	const struct chunk_view *ids;
};

/* Every second string is a page; see struct chunk_text_sink. */
static int
keep_text(void *arg, const struct str *values, uint32_t count,
    struct buf *directory, struct error *error UNUSED)
{
	struct made *made = arg;
	uint32_t each = count / PAGES_MAX + 1;

	made->page_count = (count + each - 1) / each;
	text_put_count(directory, made->page_count);
	for (uint32_t p = 0; p < made->page_count; p++) {
		struct text_page page = { .form = TEXT_PLAIN };

		buf_reset(&made->page[p]);
		page.limit = (p + 1) * each < count ? (p + 1) * each : count;
		for (uint32_t i = p * each; i < page.limit; i++)
			buf_put_str(&made->page[p], values[i]);
		buf_put_u8(&made->page[p], 0); /* it must not be NULL */
		page.raw_len = (uint32_t)made->page[p].len - 1;
		page.ref.len = page.raw_len;
		text_put_page(directory, &page);
		made->pages[p] = made->page[p].data;
	}
	return 0;
}

static void
make_chunk(struct made *made, enum phys phys, enum kind kind,
    uint32_t null_share, uint32_t row_count)
{
	const struct chunk_text_sink sink = { .put = keep_text, .arg = made };
	size_t size = phys_size(phys) * row_count;
	struct chunk_rows rows = { .phys = phys, .row_count = row_count };
	uint8_t *nulls;
	void *copy;

	made->phys = phys;
	made->page_count = 0;
	vec_init(&made->want, phys, row_count, &arena);
	nulls = vec_need_nulls(&made->want, row_count, &arena);
	for (uint32_t i = 0; i < row_count; i++) {
		struct datum value = draw_value(phys, kind, i);

		vec_set(&made->want, i, &value);
		nulls[i] = draw() % 100 < null_share;
	}
	rows.nulls = nulls;
	copy = arena_alloc(&arena, size);
	memcpy(copy, made->want.data, size);
	buf_reset(&made->bytes);
	rows.values = copy;
	ck_assert_int_eq(chunk_encode(&rows, &sink, &made->bytes, &made->info,
			     &err),
	    0);
	made->info.block.len = (uint32_t)made->bytes.len;
}

static int
open_chunk(const struct made *made, const void *bytes, size_t len,
    struct chunk_view *view)
{
	static const uint64_t nothing[1];
	int rc = chunk_open(&made->info, made->phys,
	    len == 0 ? (const void *)nothing : bytes, len, view, &err);

	view->pages = made->pages;
	view->ids = made->ids;
	return rc;
}

static bool
same(enum phys phys, const struct datum *a, const struct datum *b)
{
	if (phys == PHYS_STR)
		return str_equal(a->str, b->str);
	if (phys == PHYS_NUMERIC)
		return a->numeric.small == b->numeric.small &&
		    a->numeric.scale == b->numeric.scale &&
		    a->numeric.kind == b->numeric.kind &&
		    b->numeric.limbs == NULL;
	return memcmp(&a->i64, &b->i64, phys_size(phys)) == 0;
}

/* Rows of a vector that was read from row `first` on. */
static void
check_rows(const struct made *made, const struct vec *have, uint32_t first,
    uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct datum want = vec_get(&made->want, first + i);
		struct datum got = vec_get(have, i);

		if (want.is_null != got.is_null ||
		    (!want.is_null && !same(made->phys, &want, &got)))
			ck_abort_msg("form %d, encoding %s, row %u of %u",
			    made->phys,
			    segment_encoding_name(made->info.encoding),
			    first + i, made->info.row_count);
	}
}

static void
check_chunk(const struct made *made)
{
	static struct numeric values[VEC_ROWS + INT_DECODE_SLACK];
	static uint8_t nulls[VEC_ROWS];
	uint32_t row_count = made->info.row_count;
	struct vec have = { .phys = made->phys, .data = values };
	struct chunk_view view;
	bool has_nulls;

	ck_assert_int_eq(open_chunk(made, made->bytes.data, made->bytes.len,
			     &view),
	    0);
	for (uint32_t first = 0; first < row_count; first += 1 + first / 2) {
		uint32_t count = 1 + (uint32_t)(draw() % (row_count - first));

		count = count > VEC_ROWS ? VEC_ROWS : count;
		ck_assert_int_eq(chunk_decode(&view, first, count, values,
				     nulls, &has_nulls, &err),
		    0);
		have.nulls = has_nulls ? nulls : NULL;
		check_rows(made, &have, first, count);
	}
	have.nulls = nulls;
	for (uint32_t row = 0; row < row_count; row++) {
		if (chunk_at(&view, row, values, &err) != 0)
			ck_abort_msg("%s", err.message);
		nulls[0] = chunk_is_null(&view, row);
		check_rows(made, &have, row, 1);
	}
}

static struct made made;

START_TEST(every_row_comes_back)
{
	enum phys phys = (enum phys)_i;

	for (unsigned kind = 0; kind < KIND_COUNT; kind++)
		for (size_t n = 0; n < ARRAY_LEN(null_shares); n++)
			for (size_t k = 0; k < ARRAY_LEN(row_counts); k++) {
				make_chunk(&made, phys, (enum kind)kind,
				    null_shares[n], row_counts[k]);
				check_chunk(&made);
				arena_reset(&arena);
			}
}
END_TEST

static volatile int harmless; /* so that what is read is read */

/* Read all rows of bytes that may be anything. */
static void
read_harmlessly(const struct made *m, const void *bytes, size_t len)
{
	static struct numeric values[VEC_ROWS + INT_DECODE_SLACK];
	static uint8_t nulls[VEC_ROWS];
	struct chunk_view view;
	bool has_nulls;

	if (open_chunk(m, bytes, len, &view) != 0 ||
	    view.text.page_count > m->page_count)
		return;
	if (chunk_decode(&view, 0, m->info.row_count, values, nulls, &has_nulls,
		&err) == 0 &&
	    m->phys == PHYS_STR)
		for (uint32_t i = 0; i < m->info.row_count; i++) {
			struct str s = ((struct str *)(void *)values)[i];

			if (s.len > 0)
				harmless += s.data[s.len - 1];
		}
	for (uint32_t i = 0; i < m->info.row_count; i++)
		harmless += chunk_at(&view, i, values, &err) == 0;
}

START_TEST(damage_does_no_harm)
{
	enum phys phys = (enum phys)(_i / 2);
	uint8_t *copy;
	size_t len;

	make_chunk(&made, phys, _i % 2 == 0 ? KIND_ANY : KIND_NEAR, 40, 200);
	len = made.bytes.len;
	copy = aligned_alloc(8, (len + 7) / 8 * 8);
	ck_assert_ptr_nonnull(copy);
	for (size_t bit = 0; bit < 8 * len; bit += 3) {
		memcpy(copy, made.bytes.data, len);
		copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
		read_harmlessly(&made, copy, len);
	}
	free(copy);
	for (size_t cut = 0; cut < len; cut++) {
		struct chunk_view view;

		copy = malloc(cut + 1);
		ck_assert_ptr_nonnull(copy);
		memcpy(copy, made.bytes.data, cut);
		ck_assert_int_ne(open_chunk(&made, copy, cut, &view), 0);
		free(copy);
	}
}
END_TEST

/* Times that follow ids with gaps: read with the ids beside them. */
START_TEST(values_follow_ids)
{
	static int64_t ids[ROWS];
	struct made by_id = { .phys = PHYS_I64 };
	struct chunk_rows rows = { .phys = PHYS_I64,
		.row_count = ROWS,
		.ids = ids };
	struct chunk_view id_view, view;
	int64_t value, *times;

	make_chunk(&made, PHYS_I64, KIND_NEAR, 0, ROWS);
	for (uint32_t i = 0; i < ROWS; i++)
		ids[i] =
		    (i == 0 ? 1000 : ids[i - 1]) + 1 + (int64_t)(draw() % 9);
	/* The ids are a chunk of their own. */
	rows.values = ids;
	rows.ids = NULL;
	buf_reset(&made.bytes);
	ck_assert_int_eq(chunk_encode(&rows, NULL, &made.bytes, &made.info,
			     &err),
	    0);
	ck_assert_int_eq(open_chunk(&made, made.bytes.data, made.bytes.len,
			     &id_view),
	    0);
	vec_init(&by_id.want, PHYS_I64, ROWS, &arena);
	times = arena_alloc_array(&arena, ROWS, sizeof(*times));
	for (uint32_t i = 0; i < ROWS; i++)
		times[i] = by_id.want.i64[i] =
		    250000 * ids[i] - (int64_t)(draw() % 100000);
	rows.values = times;
	rows.ids = ids;
	buf_init(&by_id.bytes);
	ck_assert_int_eq(chunk_encode(&rows, NULL, &by_id.bytes, &by_id.info,
			     &err),
	    0);
	ck_assert_int_eq(by_id.info.encoding, ENC_INT_BY_ID);
	ck_assert_uint_lt(8 * by_id.bytes.len, 18 * ROWS);
	ck_assert_int_eq(open_chunk(&by_id, by_id.bytes.data, by_id.bytes.len,
			     &view),
	    0);
	/* Without the ids there are no values. */
	ck_assert_int_eq(chunk_at(&view, 0, &value, &err), STELE_E_CORRUPT);
	by_id.ids = &id_view;
	check_chunk(&by_id);
	buf_release(&by_id.bytes);
}
END_TEST

/* Nulls take a bit; what has no value takes none. */
START_TEST(nulls_are_small)
{
	make_chunk(&made, PHYS_I64, KIND_ANY, 95, 8192);
	ck_assert_uint_lt(made.bytes.len,
	    8192 / 8 + 64 + (8192 - made.info.null_count) * 8 + 200);
	make_chunk(&made, PHYS_STR, KIND_NEAR, 90, 8192);
	ck_assert_uint_lt(made.bytes.len,
	    8192 / 8 + 64 + 8192 - made.info.null_count +
		PAGES_MAX * TEXT_PAGE_ENTRY_BYTES);
	make_chunk(&made, PHYS_UUID, KIND_ANY, 100, 8192);
	ck_assert_uint_eq(made.bytes.len, 0);
}
END_TEST

/* The set says which of few integers are there: no other, and each of them. */
START_TEST(sets_are_exact)
{
	uint64_t in_set = 0;

	make_chunk(&made, PHYS_I64, KIND_FEW, 20, 700);
	ck_assert_uint_ne(made.info.flags & CHUNK_HAS_SET, 0);
	for (int64_t value = -200; value < 200; value++) {
		bool is_there = false;

		for (uint32_t i = 0; i < 700; i++)
			is_there |= !vec_is_null(&made.want, i) &&
			    made.want.i64[i] == value;
		ck_assert(chunk_set_has(&made.info, value) == is_there);
		in_set += is_there;
	}
	ck_assert_uint_gt(in_set, 20);
	ck_assert(!chunk_set_has(&made.info, INT64_MAX));
	make_chunk(&made, PHYS_I64, KIND_NEAR, 0, 700);
	ck_assert_uint_eq(made.info.flags & CHUNK_HAS_SET, 0);
}
END_TEST

/* Rows of one value among some, by a look at each. */
static void
check_find(const struct chunk_view *view, uint32_t first, uint32_t count,
    int64_t value)
{
	static uint32_t rows[VEC_ROWS];
	uint32_t found = chunk_find(view, first, count, value, rows);
	uint32_t next = 0;

	for (uint32_t i = first; i < first + count; i++) {
		if (made.want.i64[i] != value)
			continue;
		ck_assert_uint_lt(next, found);
		ck_assert_uint_eq(rows[next++], i);
	}
	ck_assert_uint_eq(next, found);
}

START_TEST(values_are_found)
{
	struct chunk_view view;

	for (size_t k = 0; k < ARRAY_LEN(row_counts); k++) {
		uint32_t row_count = row_counts[k];

		make_chunk(&made, PHYS_I64, (enum kind)_i, 0, row_count);
		ck_assert_int_eq(open_chunk(&made, made.bytes.data,
				     made.bytes.len, &view),
		    0);
		for (uint32_t first = 0; first < row_count;
		     first += draw() % 2 == 0 ? 512 : 77) {
			uint32_t count = row_count - first;
			int64_t value = made.want.i64[draw() % row_count];

			count = count > 512 ? 512 : count;
			check_find(&view, first, count, value);
			check_find(&view, first, count,
			    (int64_t)((uint64_t)value + 1));
			check_find(&view, first, count, INT64_MIN);
		}
		arena_reset(&arena);
	}
}
END_TEST

START_TEST(text_is_compressed_and_back)
{
	struct zstd_encoder *encoder = zstd_encoder_new(ZSTD_LEVEL_DEFAULT);
	char text[5000];
	struct buf packed;
	void *again;
	size_t len, packed_len;

	ck_assert_ptr_nonnull(encoder);
	buf_init(&packed);
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = "leave at the door please "[draw() % 7 + i % 18];
	buf_put_u8(&packed, 1);
	packed_len =
	    zstd_compress(encoder, text, sizeof(text), sizeof(text), &packed);
	ck_assert_uint_gt(packed_len, 0);
	ck_assert_uint_lt(packed_len, sizeof(text));
	ck_assert_uint_eq(packed.len, packed_len + 1);
	ck_assert_int_eq(zstd_block_decode(packed.data + 1, packed_len, NULL,
			     &again, &len, &err),
	    0);
	ck_assert_uint_eq(len, sizeof(text));
	ck_assert_mem_eq(again, text, len);
	free(again);
	/* Not small enough: nothing is appended. */
	ck_assert_uint_eq(zstd_compress(encoder, text, sizeof(text), packed_len,
			      &packed),
	    0);
	ck_assert_uint_eq(packed.len, packed_len + 1);
	for (size_t cut = 0; cut < packed_len; cut++)
		ck_assert_int_eq(zstd_block_decode(packed.data + 1, cut, NULL,
				     &again, &len, &err),
		    STELE_E_CORRUPT);
	for (size_t bit = 0; bit < 8 * packed_len; bit++) {
		packed.data[1 + bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (zstd_block_decode(packed.data + 1, packed_len, NULL, &again,
			&len, &err) == 0)
			free(again);
		packed.data[1 + bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	buf_release(&packed);
	zstd_encoder_free(encoder);
}
END_TEST

static void
setup(void)
{
	arena_init(&arena, NULL);
	buf_init(&made.bytes);
	for (uint32_t p = 0; p < PAGES_MAX; p++)
		buf_init(&made.page[p]);
	seed = 1;
}

static void
teardown(void)
{
	arena_release(&arena);
	buf_release(&made.bytes);
	for (uint32_t p = 0; p < PAGES_MAX; p++)
		buf_release(&made.page[p]);
}

int
main(void)
{
	Suite *suite = suite_create("chunk");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, every_row_comes_back, 0, PHYS_COUNT);
	tcase_add_loop_test(tc, damage_does_no_harm, 0, 2 * PHYS_COUNT);
	tcase_add_test(tc, values_follow_ids);
	tcase_add_test(tc, nulls_are_small);
	tcase_add_test(tc, sets_are_exact);
	tcase_add_loop_test(tc, values_are_found, 0, KIND_COUNT);
	tcase_add_test(tc, text_is_compressed_and_back);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
