/* SPDX-License-Identifier: Apache-2.0 */
#include "segment_model.h"

#include <check.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "common/hash.h"

static struct error err;

/* The fields: a type, and how its values are drawn. */
enum draw_kind {
	DRAW_ANY,   /* all over the form, extremes too */
	DRAW_FEW,   /* few different ones, runs of one */
	DRAW_SMALL, /* numbers near each other */
	DRAW_KEY,   /* all different, without order */
	DRAW_REF,   /* strings that stay for a while, without order */
};

static const struct {
	const char *name;
	uint32_t oid;
	enum draw_kind kind;
	uint32_t nulls_percent;
} field_of[MODEL_FIELDS] = {
	{ "flag", TYPE_BOOL, DRAW_ANY, 10 },
	{ "big", TYPE_INT8, DRAW_ANY, 5 },
	{ "small", TYPE_INT8, DRAW_SMALL, 0 },
	{ "price", TYPE_FLOAT8, DRAW_SMALL, 0 },
	{ "number", TYPE_FLOAT8, DRAW_ANY, 30 },
	{ "amount", TYPE_NUMERIC, DRAW_SMALL, 5 },
	{ "exact", TYPE_NUMERIC, DRAW_ANY, 5 },
	{ "status", TYPE_TEXT, DRAW_FEW, 10 },
	{ "note", TYPE_TEXT, DRAW_ANY, 60 },
	{ "key", TYPE_UUID, DRAW_ANY, 1 },
	{ "took", TYPE_INTERVAL, DRAW_FEW, 50 },
	{ "nothing", TYPE_JSON, DRAW_FEW, 100 },
	{ "serial", TYPE_INT8, DRAW_KEY, 10 },
	{ "token", TYPE_TEXT, DRAW_KEY, 10 },
	{ "account", TYPE_TEXT, DRAW_REF, 5 },
};

uint64_t
model_draw(struct model *model)
{
	return hash_u64(++model->seed);
}

static int64_t
draw_i64(struct model *m, enum draw_kind kind)
{
	static const int64_t odd[] = { INT64_MIN, INT64_MAX, 0, -1, 1 };

	if (kind == DRAW_SMALL)
		return 1000 + (int64_t)(model_draw(m) % 500);
	if (kind == DRAW_KEY)
		return (int64_t)(model_draw(m) >> 24);
	if (model_draw(m) % 4 == 0)
		return odd[model_draw(m) % ARRAY_LEN(odd)];
	return (int64_t)model_draw(m);
}

static double
draw_f64(struct model *m, enum draw_kind kind)
{
	static const double odd[] = { 0.0, -0.0, NAN, INFINITY, -INFINITY,
		DBL_MAX, -DBL_MAX, 5e-324 };
	double value;
	uint64_t bits;

	if (kind == DRAW_SMALL && model_draw(m) % 50 != 0)
		return (double)(model_draw(m) % 10000) / 100;
	if (model_draw(m) % 4 == 0)
		return odd[model_draw(m) % ARRAY_LEN(odd)];
	bits = model_draw(m);
	memcpy(&value, &bits, sizeof(value));
	return value;
}

static struct numeric
draw_numeric(struct model *m, enum draw_kind kind)
{
	i128 wide = (i128)((u128)model_draw(m) << 64 | model_draw(m));
	struct numeric value = { .small = wide, .scale = 2 };

	if (kind == DRAW_SMALL) {
		value.small = (i128)(model_draw(m) % 100000) - 50000;
		return value;
	}
	/* Zones where all have one scale, and others. */
	if (model_draw(m) % 1000 == 0) {
		value.scale = (uint16_t)(model_draw(m) % 30);
		value.kind = (uint8_t)(model_draw(m) % 4);
		if (value.kind != NUMERIC_FINITE)
			value.small = 0;
	}
	if (model_draw(m) % 10 == 0)
		value.small = model_draw(m) % 2 == 0 ? I128_MIN : I128_MAX;
	return value;
}

static struct str
draw_str(struct model *m, enum draw_kind kind)
{
	static const struct str status[] = { { "", 0 }, { "created", 7 },
		{ "paid", 4 }, { "shipped", 7 }, { "done\0too", 8 } };
	char text[80];
	size_t len;

	if (kind == DRAW_FEW)
		return status[model_draw(m) % ARRAY_LEN(status)];
	if (kind == DRAW_KEY)
		return arena_printf(&m->arena, "%llx",
		    (unsigned long long)model_draw(m));
	if (kind == DRAW_REF)
		return arena_printf(&m->arena, "account-%016llx",
		    (unsigned long long)hash_u64(m->ref_count++ / 16));
	len = model_draw(m) % sizeof(text);
	if (len % 7 == 0)
		len = 0;
	for (size_t i = 0; i < len; i++)
		text[i] = (char)(i < 14 ? 'a' : model_draw(m));
	return arena_str(&m->arena, str_of(text, len));
}

static struct datum
draw_value(struct model *m, enum phys phys, enum draw_kind kind)
{
	struct datum value = { .is_null = false };

	switch (phys) {
	case PHYS_BOOL:
		value.boolean = model_draw(m) % 2 != 0;
		break;
	case PHYS_I64:
		value.i64 = draw_i64(m, kind);
		break;
	case PHYS_F64:
		value.f64 = draw_f64(m, kind);
		break;
	case PHYS_NUMERIC:
		value.numeric = draw_numeric(m, kind);
		break;
	case PHYS_STR:
		value.str = draw_str(m, kind);
		break;
	case PHYS_UUID:
		for (size_t i = 0; i < sizeof(value.uuid.bytes); i++)
			value.uuid.bytes[i] = (uint8_t)model_draw(m);
		break;
	case PHYS_INTERVAL:
		value.interval.microseconds = (int64_t)(model_draw(m) % 3);
		value.interval.days = (int32_t)(model_draw(m) % 3) - 1;
		value.interval.months = INT32_MIN;
		break;
	case PHYS_COUNT:
		break;
	}
	return value;
}

static void
draw_core(struct model *m)
{
	int64_t event_id = 1 + (int64_t)(model_draw(m) % 1000);
	struct vec *cols = m->cols;

	vec_init(&cols[0], PHYS_STR, m->row_count, &m->arena);
	vec_init(&cols[1], PHYS_I64, m->row_count, &m->arena);
	vec_init(&cols[2], PHYS_I64, m->row_count, &m->arena);
	vec_init(&cols[3], PHYS_I64, m->row_count, &m->arena);
	for (uint32_t i = 0; i < m->row_count; i++) {
		uint64_t context = model_draw(m) % (m->row_count / 4 + 1);

		if (context % 5 == 0)
			context = 0; /* a busy one */
		cols[0].str[i] = context == 1
		    ? str_of(NULL, 0)
		    : arena_printf(&m->arena, "user-%03llu",
			  (unsigned long long)context);
		cols[1].i64[i] =
		    event_id * 250000 - (int64_t)(model_draw(m) % 1000000);
		cols[2].i64[i] = event_id;
		cols[3].i64[i] = 1 + 3 * (int64_t)i / m->row_count;
		event_id += 1 + (int64_t)(model_draw(m) % 5);
	}
}

/* Runs of nulls, and values that stay for a while, make odd zones. */
static void
draw_field(struct model *m, uint32_t f)
{
	struct vec *vec = &m->cols[SEGMENT_CORE_COLUMNS + f];
	enum phys phys = type_phys(&m->fields[f].type);
	enum draw_kind kind = field_of[f].kind;
	uint32_t mode = 0;
	struct datum value = draw_value(m, phys, kind);

	vec_init(vec, phys, m->row_count, &m->arena);
	(void)vec_need_nulls(vec, m->row_count, &m->arena);
	for (uint32_t i = 0; i < m->row_count; i++) {
		if (i % m->zone_rows == 0)
			mode = (uint32_t)(model_draw(m) % 6);
		if (mode != 0)
			value = draw_value(m, phys, kind);
		value.is_null = mode == 1 ||
		    model_draw(m) % 100 < field_of[f].nulls_percent;
		if (mode == 2 && field_of[f].nulls_percent < 100)
			value.is_null = false;
		vec_set(vec, i, &value);
		value.is_null = false;
	}
}

void
model_init(struct model *m, uint64_t seed, uint32_t row_count,
    uint32_t zone_rows)
{
	*m = (struct model){
		.seed = seed,
		.row_count = row_count,
		.zone_rows = zone_rows,
	};
	arena_init(&m->arena, NULL);
	memset(m->directory.bytes, 7, sizeof(m->directory.bytes));
	for (uint32_t f = 0; f < MODEL_FIELDS; f++) {
		m->fields[f].name = str_of_cstr(field_of[f].name);
		m->fields[f].type = type_of(field_of[f].oid);
	}
	m->fields[MODEL_FIELDS] = (struct field){
		.name = STR("younger"),
		.type = type_of(TYPE_TEXT),
		.has_default = seed % 2 == 0,
		.default_value = { .str = STR("none") },
	};
	m->type = (struct event_type){
		.oid = MODEL_OID,
		.name = STR("model"),
		.field_count = MODEL_FIELDS + 1,
		.fields = m->fields,
	};
	draw_core(m);
	for (uint32_t f = 0; f < MODEL_FIELDS; f++)
		draw_field(m, f);
	ck_assert_int_eq(arena_check(&m->arena, &err), 0);
}

void
model_release(struct model *m)
{
	arena_release(&m->arena);
}

void
model_write(struct model *m, struct os_fs *fs, const char *dir, uint64_t number,
    struct segment_meta *meta)
{
	const struct segment_options options = {
		.directory = m->directory,
		.zone_rows = m->zone_rows,
	};
	uint16_t rows[VEC_ROWS];
	enum phys phys[MODEL_COLUMNS];
	struct segment_writer *writer;
	uint32_t done = 0;

	for (uint32_t c = 0; c < MODEL_COLUMNS; c++)
		phys[c] = m->cols[c].phys;
	ck_assert_int_eq(segment_writer_open(fs, dir, number, 3, &options,
			     &writer, &err),
	    0);
	/* An empty type before leaves no trace. */
	ck_assert_int_eq(segment_writer_begin_type(writer, MODEL_OID - 1, phys,
			     MODEL_COLUMNS, &err),
	    0);
	ck_assert_int_eq(segment_writer_end_type(writer, &err), 0);
	ck_assert_int_eq(segment_writer_begin_type(writer, MODEL_OID, phys,
			     MODEL_COLUMNS, &err),
	    0);
	while (done < m->row_count) {
		uint32_t count = 1 + (uint32_t)(model_draw(m) % VEC_ROWS);
		struct vec cols[MODEL_COLUMNS];
		struct batch batch = { .cols = cols,
			.col_count = MODEL_COLUMNS };

		count =
		    count > m->row_count - done ? m->row_count - done : count;
		for (uint32_t c = 0; c < MODEL_COLUMNS; c++) {
			cols[c] = m->cols[c];
			cols[c].data = (char *)cols[c].data +
			    done * phys_size(cols[c].phys);
			if (cols[c].nulls != NULL)
				cols[c].nulls += done;
		}
		for (uint32_t i = 0; i < count; i++)
			rows[i] = (uint16_t)i;
		batch.row_count = count;
		batch.sel = sel_all(count);
		if (count % 2 == 0)
			batch.sel.rows = rows;
		ck_assert_int_eq(segment_writer_append(writer, &batch, &err),
		    0);
		done += count;
	}
	ck_assert_int_eq(segment_writer_end_type(writer, &err), 0);
	ck_assert_int_eq(segment_writer_finish(writer, meta, &err), 0);
}

static bool
same_value(enum phys phys, const struct datum *a, const struct datum *b)
{
	if (a->is_null || b->is_null)
		return a->is_null == b->is_null;
	switch (phys) {
	case PHYS_BOOL:
		return a->boolean == b->boolean;
	case PHYS_I64:
		return a->i64 == b->i64;
	case PHYS_F64:
		return memcmp(&a->f64, &b->f64, sizeof(a->f64)) == 0;
	case PHYS_NUMERIC:
		return a->numeric.small == b->numeric.small &&
		    a->numeric.scale == b->numeric.scale &&
		    a->numeric.kind == b->numeric.kind &&
		    a->numeric.limbs == NULL;
	case PHYS_STR:
		return str_equal(a->str, b->str);
	case PHYS_UUID:
		return memcmp(&a->uuid, &b->uuid, sizeof(a->uuid)) == 0;
	case PHYS_INTERVAL:
		return memcmp(&a->interval, &b->interval,
			   sizeof(a->interval)) == 0;
	case PHYS_COUNT:
		break;
	}
	return false;
}

static struct datum
model_value(const struct model *m, uint32_t attnum, uint32_t row)
{
	const struct field *younger = &m->fields[MODEL_FIELDS];

	if (attnum < COLUMN_FIRST_FIELD + MODEL_FIELDS)
		return vec_get(&m->cols[segment_column_index(attnum)], row);
	if (younger->has_default)
		return younger->default_value;
	return (struct datum){ .is_null = true };
}

void
model_check_row(const struct model *m, const struct batch *batch,
    const uint32_t *attnums, uint32_t row, uint32_t at)
{
	for (uint32_t c = 0; c < batch->col_count; c++) {
		struct datum want = model_value(m, attnums[c], at);
		struct datum have = vec_get(&batch->cols[c], row);

		if (!same_value(batch->cols[c].phys, &want, &have))
			ck_abort_msg("row %u, column %u differs", at,
			    attnums[c]);
	}
}

bool
model_in_range(const struct model *m, uint32_t row,
    const struct scan_range *range)
{
	struct datum value = model_value(m, range->attnum, row);
	struct type type;

	type = range->attnum >= COLUMN_FIRST_FIELD
	    ? m->fields[range->attnum - COLUMN_FIRST_FIELD].type
	    : type_of(
		  range->attnum == COLUMN_CONTEXT_ID ? TYPE_TEXT : TYPE_INT8);
	return !value.is_null &&
	    (!range->has_low ||
		type_compare(&type, &range->low, &value) <= 0) &&
	    (!range->has_high ||
		type_compare(&type, &range->high, &value) >= 0);
}
