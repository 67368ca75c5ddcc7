/* SPDX-License-Identifier: Apache-2.0 */
/*
 * result_frames.c -- the lines that SnelDB's clients read:
 *
 *	{"type":"schema","columns":[{"name":"id","logical_type":"Integer"},...]}
 *	{"type":"batch","rows":[[1,"new"],[2,null]]}
 *	{"type":"end","row_count":2}
 *
 * Who asks for it gets in the last the time that the server took, which SnelDB does
 * not have: ,"time_ms":1.234}
 *
 * Some of them read no more than a thousand lines, so a batch has up to
 * FRAME_ROWS rows; some read a line into a buffer of its own, so it ends once
 * it has FRAME_BYTES.  The names and their order are SnelDB's (as of its commit
 * 9e17bab), and are not to be changed.
 */
#include "common/json.h"
#include "wire/result_private.h"

#define FRAME_ROWS  4096
#define FRAME_BYTES ((size_t)256 << 10)

/* A decimal without a fraction is one of the large integers, as u64 is. */
static bool
is_whole(const struct type *type)
{
	return type->mod >= 0 && type_numeric_scale(type->mod) <= 0;
}

static const char *
logical_type(const struct result_field *field)
{
	switch (field->kind) {
	case RESULT_BOOL:
		return "Boolean";
	case RESULT_INT:
		return "Integer";
	case RESULT_FLOAT4:
	case RESULT_FLOAT8:
		return "Float";
	case RESULT_NUMERIC:
		return is_whole(&field->type) ? "Integer" : "Float";
	case RESULT_TIMESTAMP:
	case RESULT_TIMESTAMPTZ:
		return "Timestamp";
	case RESULT_DATE:
		return "Date";
	case RESULT_ENUM:
		return "Enum";
	case RESULT_JSON:
	case RESULT_JSONB:
	case RESULT_ARRAY:
		return "Unknown";
	case RESULT_STRING:
	case RESULT_UUID:
	case RESULT_OTHER:
		break;
	}
	return "String";
}

static void
frames_begin(struct result_writer *w, struct buf *out,
    const struct pg_column *columns, uint32_t count,
    const struct type_settings *settings)
{
	if (!result_start(w, out, columns, count, settings))
		return;
	w->in_seconds = w->times == RESULT_TIMES_SECONDS;
	buf_put_cstr(out, "{\"type\":\"schema\",\"columns\":[");
	for (uint32_t i = 0; i < count; i++) {
		struct result_field *field = &w->fields[i];

		field->lead = i == 0 ? STR("[") : STR(",");
		buf_put_cstr(out, i == 0 ? "{\"name\":" : ",{\"name\":");
		json_put_string(out, field->name);
		buf_put_cstr(out, ",\"logical_type\":\"");
		buf_put_cstr(out, logical_type(field));
		buf_put_cstr(out, "\"}");
	}
	buf_put_cstr(out, "]}\n");
}

static void
frames_close(struct result_writer *w, struct buf *out)
{
	if (!w->is_open)
		return;
	buf_put_str(out, STR("]}\n"));
	if (out->failed)
		return;
	w->is_open = false;
	w->open_rows = 0;
	w->open_bytes = 0;
}

/* False without memory: the row is not there. */
static bool
put_row(struct result_writer *w, struct buf *out, const struct batch *batch,
    uint32_t row)
{
	size_t begin = out->len;

	buf_put_str(out,
	    w->is_open ? STR(",") : STR("{\"type\":\"batch\",\"rows\":["));
	result_put_json_row(w, out, batch, row,
	    w->field_count == 0 ? STR("[]") : STR("]"));
	if (out->failed) {
		out->len = begin;
		return false;
	}
	w->is_open = true;
	w->open_rows++;
	w->open_bytes += out->len - begin;
	return true;
}

static uint32_t
frames_rows(struct result_writer *w, struct buf *out, const struct batch *batch,
    uint32_t first, size_t limit)
{
	uint32_t i = first;

	do {
		if (!put_row(w, out, batch, sel_row(batch->sel, i)))
			return i - first;
		i++;
		if (w->open_rows >= FRAME_ROWS || w->open_bytes >= FRAME_BYTES)
			frames_close(w, out);
	} while (i < batch->sel.count && out->len < limit);
	return i - first;
}

static void
frames_end(struct result_writer *w, struct buf *out, uint64_t row_count)
{
	frames_close(w, out);
	buf_printf(out, "{\"type\":\"end\",\"row_count\":%llu",
	    (unsigned long long)row_count);
	if (w->has_time)
		buf_printf(out, ",\"time_ms\":%lld.%03d",
		    (long long)(w->time_us / 1000), (int)(w->time_us % 1000));
	buf_put_str(out, STR("}\n"));
}

const struct result_format result_frames = {
	.name = "frames",
	.content_type = "application/json",
	.begin = frames_begin,
	.rows = frames_rows,
	.close = frames_close,
	.end = frames_end,
	.error = result_put_json_error,
};
