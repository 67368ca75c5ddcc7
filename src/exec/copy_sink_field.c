/* SPDX-License-Identifier: Apache-2.0 */
/*
 * copy_sink_field.c -- fields of COPY's lines as values, and the rows of them
 * that WHERE lets pass.
 */
#include <inttypes.h>

#include "exec/copy_sink_private.h"
#include "types/cast.h"

void
copy_field_context(const struct copy_sink *sink, uint32_t column,
    const struct str *value, struct error *err)
{
	struct str name = sink->columns[column].name;

	if (sink->form == COPY_VALUES)
		error_add_context(err,
		    "COPY %.*s, line %" PRIu64 ", column %.*s",
		    STR_FMT(sink->plan->name), sink->line, STR_FMT(name));
	else if (value == NULL)
		error_add_context(err,
		    "COPY %.*s, line %" PRIu64 ", column %.*s: null input",
		    STR_FMT(sink->plan->name), sink->line, STR_FMT(name));
	else
		error_add_context(err,
		    "COPY %.*s, line %" PRIu64 ", column %.*s: \"%.*s\"",
		    STR_FMT(sink->plan->name), sink->line, STR_FMT(name),
		    (int)(value->len < 100 ? value->len : 100), value->data);
}

int
copy_null_error(const struct copy_sink *sink, struct str column,
    struct error *err)
{
	return error_null_value(err, sink->plan->name, column);
}

/* A field that is no null, as a value of its type without modifier. */
int
copy_read_value(struct copy_sink *sink, const struct type *type,
    struct str text, struct datum *value, struct error *err)
{
	int rc;

	if (sink->form == COPY_TEXTS)
		return type_in_text(type, sink->context.settings, text,
		    &sink->values, value, err);
	rc = type_in_binary(type, text, &sink->values, value, err);
	if (rc == STELE_E_INVALID_BINARY_REPRESENTATION)
		(void)error_set(err, rc, "incorrect binary data format");
	return rc;
}

/* Field `column` of row `row` of its texts to the same row of `out`. */
static int
read_field(struct copy_sink *sink, uint32_t column, const struct vec *texts,
    uint32_t row, struct vec *out, struct error *err)
{
	const struct type *type = &sink->columns[column].type;
	const struct str *text =
	    vec_is_null(texts, row) ? NULL : &texts->str[row];
	struct datum value = { .is_null = true };
	struct type bare = *type;
	int rc = 0;

	if (text != NULL) {
		/* a varchar that is too long is an error here, not cut */
		bare.mod = -1;
		rc = copy_read_value(sink, &bare, *text, &value, err);
		if (rc == 0 && type->mod != -1)
			rc = cast_datum(&bare, type, CAST_ASSIGNMENT,
			    sink->context.settings, &value, &sink->values,
			    &value, err);
	}
	if (rc != 0)
		copy_field_context(sink, column, text, err);
	else
		vec_set(out, row, &value);
	return rc;
}

/* A column of texts as a vector of its type. */
int
copy_read_column(struct copy_sink *sink, uint32_t column,
    const struct vec *texts, uint32_t count, struct vec *out, struct error *err)
{
	const struct type *type = &sink->columns[column].type;
	int rc = 0;

	if (type->mod == -1 && sink->form == COPY_TEXTS &&
	    type_in_column(type, sink->context.settings, texts, count,
		&sink->values, out))
		return 0;
	vec_init(out, type_phys(type), count, &sink->values);
	(void)vec_need_nulls(out, count, &sink->values);
	for (uint32_t i = 0; i < count && rc == 0; i++)
		rc = read_field(sink, column, texts, i, out, err);
	return rc;
}

/* The rows that WHERE lets pass: of `row_cols`, whose columns are filled in. */
int
copy_filter(struct copy_sink *sink, uint32_t count, struct sel *passed,
    struct error *err)
{
	const struct eval eval = { .env = &sink->env,
		.arena = &sink->values,
		.columns = sink->row_cols,
		.row_count = count };
	int rc = arena_check(&sink->values, err);

	if (rc != 0)
		return rc;
	passed->rows = sink->passed;
	return eval_filter(&eval, sink->plan->where, sel_all(count),
	    sink->passed, &passed->count, err);
}
