/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The events of an archive as text.  What retention has let go since, or a
 * dropped type, is in it too: an archive is what happened.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/buf.h"
#include "common/error.h"
#include "common/json.h"
#include "engine/engine.h"
#include "exec/payload.h"
#include "os/file.h"
#include "server/archive_command.h"
#include "server/archive_private.h"
#include "server/directory_command.h"
#include "types/type.h"

struct exporter {
	const struct archive_filter *filter;
	int64_t since;
	int64_t until;
	enum archive_form form;
	struct arena arena; /* of one batch */
	struct buf line;
	struct buf value;
	uint64_t problems;
};

/* A part of a batch, and which of its rows is next. */
struct source {
	const struct archived_rows *rows;
	struct payload_shape shape;
	uint32_t next;
};

static bool
is_wanted_type(const struct exporter *e, const struct archived_rows *rows)
{
	if (rows->type->kept_by != 0)
		return false; /* what a kept query keeps is nobody's event */
	return e->filter->type == NULL ||
	    str_equal(rows->type->name, str_of_cstr(e->filter->type));
}

static struct str
context_of(const struct archived_rows *rows, uint32_t row)
{
	return rows->cols[1].str[vec_index(&rows->cols[1], row)];
}

static bool
is_wanted(const struct exporter *e, const struct archived_rows *rows,
    uint32_t row)
{
	const struct vec *times = &rows->cols[0];
	int64_t time = times->i64[vec_index(times, row)];

	return time >= e->since && time < e->until &&
	    (e->filter->context == NULL ||
		str_equal(context_of(rows, row),
		    str_of_cstr(e->filter->context)));
}

/* ---- a line ---- */

static void
put_time(struct buf *out, const struct vec *times, uint32_t row)
{
	const struct type type = type_of(TYPE_TIMESTAMPTZ);

	type_out_text(&type, &type_settings_default, times, row, out);
}

static int
put_object(struct exporter *e, const struct source *source, uint32_t row,
    struct error *err)
{
	const struct archived_rows *rows = source->rows;
	struct buf *out = &e->line;
	int rc;

	buf_printf(out, "{\"event_id\": %" PRIu64 ", \"event_type\": ",
	    rows->event_ids[row]);
	json_put_string(out, rows->type->name);
	buf_put_cstr(out, ", \"context_id\": ");
	json_put_string(out, context_of(rows, row));
	buf_put_cstr(out, ", \"timestamp\": \"");
	put_time(out, &rows->cols[0], row);
	buf_put_cstr(out, "\", \"payload\": ");
	rc = payload_put(&source->shape, rows->cols + 2, row, &e->arena, out,
	    err);
	buf_put_cstr(out, "}\n");
	return rc;
}

/* A column of COPY's text form. */
static void
put_column(struct buf *out, struct str text)
{
	static const char special[] = "\\\t\n\r\b\f\v";
	static const char letter[] = "\\tnrbfv";

	for (size_t i = 0; i < text.len; i++) {
		const char *at =
		    text.data[i] == '\0' ? NULL : strchr(special, text.data[i]);

		if (at == NULL) {
			buf_put_u8(out, (uint8_t)text.data[i]);
			continue;
		}
		buf_put_u8(out, '\\');
		buf_put_u8(out, (uint8_t)letter[at - special]);
	}
}

/* event_type, context_id, timestamp, payload: the columns of COPY events. */
static int
put_copy_row(struct exporter *e, const struct source *source, uint32_t row,
    struct error *err)
{
	const struct archived_rows *rows = source->rows;
	int rc;

	buf_reset(&e->value);
	rc = payload_put(&source->shape, rows->cols + 2, row, &e->arena,
	    &e->value, err);
	if (rc == 0 && e->value.failed)
		rc = error_no_memory(err);
	if (rc != 0)
		return rc;
	put_column(&e->line, rows->type->name);
	buf_put_u8(&e->line, '\t');
	put_column(&e->line, context_of(rows, row));
	buf_put_u8(&e->line, '\t');
	put_time(&e->line, &rows->cols[0], row);
	buf_put_u8(&e->line, '\t');
	put_column(&e->line, buf_str(&e->value));
	buf_put_u8(&e->line, '\n');
	return 0;
}

static int
put_row(struct exporter *e, const struct source *source, uint32_t row,
    struct error *err)
{
	struct arena_mark mark = arena_mark(&e->arena);
	int rc;

	buf_reset(&e->line);
	rc = e->form == ARCHIVE_COPY ? put_copy_row(e, source, row, err)
				     : put_object(e, source, row, err);
	arena_rewind(&e->arena, mark);
	if (rc != 0)
		return rc;
	if (e->line.failed)
		return error_no_memory(err);
	if (fwrite(e->line.data, 1, e->line.len, stdout) != e->line.len)
		return error_set_os(err, "could not write to standard output");
	return 0;
}

/* ---- a batch ---- */

static bool
is_finished(const struct source *source)
{
	return source->next == source->rows->first + source->rows->count;
}

static int
compare_sources(const void *a, const void *b)
{
	uint64_t x =
	    ((const struct source *)a)
		->rows->event_ids[((const struct source *)a)->rows->first];
	uint64_t y =
	    ((const struct source *)b)
		->rows->event_ids[((const struct source *)b)->rows->first];

	return (x > y) - (x < y);
}

/*
 * The part whose next row is first; NULL: there is none left.  They ascend by
 * their first rows, so that few are looked at; those before *done are finished.
 */
static struct source *
first_source(struct source *sources, uint32_t count, uint32_t *done)
{
	struct source *first = NULL;
	uint64_t first_id = UINT64_MAX;

	while (*done < count && is_finished(&sources[*done]))
		(*done)++;
	for (uint32_t i = *done; i < count; i++) {
		const struct archived_rows *rows = sources[i].rows;

		if (rows->event_ids[rows->first] > first_id)
			break;
		if (is_finished(&sources[i]) ||
		    rows->event_ids[sources[i].next] > first_id)
			continue;
		first = &sources[i];
		first_id = rows->event_ids[sources[i].next];
	}
	return first;
}

static int
batch_cb(void *arg, const struct archived_rows *parts, uint32_t part_count,
    struct error *err)
{
	struct exporter *e = arg;
	struct arena_mark mark = arena_mark(&e->arena);
	struct source *sources =
	    arena_alloc_array(&e->arena, part_count, sizeof(*sources));
	struct source *source;
	uint32_t count = 0, done = 0;
	int rc = 0;

	for (uint32_t i = 0; i < part_count; i++) {
		if (!is_wanted_type(e, &parts[i]))
			continue;
		sources[count] = (struct source){
			.rows = &parts[i],
			.next = parts[i].first,
		};
		payload_shape_init(&sources[count].shape, parts[i].type,
		    &e->arena);
		count++;
	}
	if (count > 1)
		qsort(sources, count, sizeof(*sources), compare_sources);
	while (
	    rc == 0 && (source = first_source(sources, count, &done)) != NULL) {
		uint32_t row = source->next++;

		if (is_wanted(e, source->rows, row))
			rc = put_row(e, source, row, err);
	}
	arena_rewind(&e->arena, mark);
	return rc;
}

/* ---- files ---- */

static void
change_cb(void *arg UNUSED, uint64_t event_id UNUSED, const char *kind UNUSED,
    struct str name UNUSED)
{
}

static void
file_cb(void *arg, const struct archived_file *file, const struct error *damage)
{
	struct exporter *e = arg;
	const struct archive_visitor visitor = {
		.arg = e,
		.change = change_cb,
		.batch = batch_cb,
	};
	struct error err;

	/* Nothing is told of what follows a hole. */
	if (e->problems > 0)
		return;
	if (damage == NULL &&
	    engine_visit_archived(os_fs_real(), file->path, &visitor, &err) !=
		0)
		damage = &err;
	if (damage == NULL)
		return;
	print_error(damage);
	e->problems++;
}

static int
parse_times(struct exporter *e, struct error *err)
{
	const struct archive_filter *filter = e->filter;
	int rc = 0;

	e->since = INT64_MIN;
	e->until = INT64_MAX;
	if (filter->since != NULL)
		rc = archive_time(filter->since, &e->since, err);
	if (rc == 0 && filter->until != NULL)
		rc = archive_time(filter->until, &e->until, err);
	return rc;
}

int
archive_export_command(const char *path, const struct archive_filter *filter,
    enum archive_form form)
{
	struct exporter e = { .filter = filter, .form = form };
	struct error err;
	int rc;

	arena_init(&e.arena, NULL);
	buf_init(&e.line);
	buf_init(&e.value);
	rc = parse_times(&e, &err);
	if (rc == 0)
		rc =
		    engine_each_archived(os_fs_real(), path, file_cb, &e, &err);
	if (rc == 0 && fflush(stdout) != 0)
		rc = error_set_os(&err, "could not write to standard output");
	if (rc != 0)
		print_error(&err);
	buf_release(&e.line);
	buf_release(&e.value);
	arena_release(&e.arena);
	return rc == 0 && e.problems == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
