/* SPDX-License-Identifier: Apache-2.0 */
/*
 * result_objects.c -- rows as JSON objects: a line each, or the elements of one
 * array, which are on lines of their own too.
 */
#include "common/json.h"
#include "wire/result_private.h"

/* Before a value: {"name": or ,"name": */
static struct str
lead_of(struct result_writer *w, struct str name, bool is_first)
{
	buf_reset(&w->text);
	buf_put_u8(&w->text, is_first ? '{' : ',');
	json_put_string(&w->text, name);
	buf_put_u8(&w->text, ':');
	return arena_str(&w->arena, buf_str(&w->text));
}

static void
objects_begin(struct result_writer *w, struct buf *out,
    const struct pg_column *columns, uint32_t count,
    const struct type_settings *settings)
{
	if (!result_start(w, out, columns, count, settings))
		return;
	for (uint32_t i = 0; i < count; i++) {
		w->fields[i].lead = lead_of(w, columns[i].name, i == 0);
		out->failed |= w->text.failed;
	}
	out->failed |= w->arena.failed;
}

/* Until `limit`; each row has `lead` before it but the first of an array. */
static uint32_t
put_rows(struct result_writer *w, struct buf *out, const struct batch *batch,
    uint32_t first, size_t limit, struct str lead, struct str tail)
{
	uint32_t i = first;

	do {
		size_t begin = out->len;

		buf_put_str(out, w->is_open ? lead : STR(""));
		if (w->field_count == 0)
			buf_put_u8(out, '{');
		result_put_json_row(w, out, batch, sel_row(batch->sel, i),
		    tail);
		if (out->failed) {
			out->len = begin;
			break;
		}
		w->is_open = true;
		i++;
	} while (i < batch->sel.count && out->len < limit);
	return i - first;
}

static void
objects_close(struct result_writer *w UNUSED, struct buf *out UNUSED)
{
}

/* ---- ndjson ---- */

static uint32_t
ndjson_rows(struct result_writer *w, struct buf *out, const struct batch *batch,
    uint32_t first, size_t limit)
{
	return put_rows(w, out, batch, first, limit, STR(""), STR("}\n"));
}

static void
ndjson_end(struct result_writer *w UNUSED, struct buf *out UNUSED,
    uint64_t row_count UNUSED)
{
}

const struct result_format result_ndjson = {
	.name = "ndjson",
	.content_type = "application/x-ndjson",
	.begin = objects_begin,
	.rows = ndjson_rows,
	.close = objects_close,
	.end = ndjson_end,
	.error = result_put_json_error,
};

/* ---- json ---- */

static void
json_begin(struct result_writer *w, struct buf *out,
    const struct pg_column *columns, uint32_t count,
    const struct type_settings *settings)
{
	objects_begin(w, out, columns, count, settings);
	buf_put_u8(out, '[');
}

static uint32_t
json_rows(struct result_writer *w, struct buf *out, const struct batch *batch,
    uint32_t first, size_t limit)
{
	return put_rows(w, out, batch, first, limit, STR(",\n"), STR("}"));
}

static void
json_end(struct result_writer *w UNUSED, struct buf *out,
    uint64_t row_count UNUSED)
{
	buf_put_str(out, STR("]\n"));
}

/* An array cannot say that it ends too early: its bracket stays open. */
const struct result_format result_json = {
	.name = "json",
	.content_type = "application/json",
	.begin = json_begin,
	.rows = json_rows,
	.close = objects_close,
	.end = json_end,
};
