/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pg_backend.c -- encoders of the messages to a client.
 */
#include "wire/pg_backend.h"

#include <stdio.h>

#include "common/error.h"
#include "common/utf8.h"

void
pg_put_empty(struct buf *out, char type)
{
	const uint8_t message[] = { (uint8_t)type, 0, 0, 0, 4 };

	buf_put(out, message, sizeof(message));
}

/* A string and its NUL; a NUL inside, which no text has, would end it. */
static void
put_cstr(struct buf *out, struct str s)
{
	buf_put_str(out, s);
	buf_put_u8(out, 0);
}

/* Which kind of Authentication message it is. */
enum authentication {
	AUTHENTICATION_OK = 0,
	AUTHENTICATION_CLEAR = 3,
	AUTHENTICATION_SASL = 10,
	AUTHENTICATION_SASL_CONTINUE = 11,
	AUTHENTICATION_SASL_FINAL = 12,
};

static size_t
begin_authentication(struct buf *out, enum authentication kind)
{
	size_t begin = pg_begin(out, 'R');

	buf_put_u32_be(out, kind);
	return begin;
}

void
pg_put_authentication_ok(struct buf *out)
{
	pg_end(out, begin_authentication(out, AUTHENTICATION_OK));
}

void
pg_put_authentication_clear(struct buf *out)
{
	pg_end(out, begin_authentication(out, AUTHENTICATION_CLEAR));
}

void
pg_put_authentication_sasl(struct buf *out, const char *const *mechanisms,
    uint32_t count)
{
	size_t begin = begin_authentication(out, AUTHENTICATION_SASL);

	for (uint32_t i = 0; i < count; i++)
		put_cstr(out, str_of_cstr(mechanisms[i]));
	buf_put_u8(out, 0);
	pg_end(out, begin);
}

void
pg_put_authentication_data(struct buf *out, bool is_final, struct str data)
{
	size_t begin = begin_authentication(out,
	    is_final ? AUTHENTICATION_SASL_FINAL
		     : AUTHENTICATION_SASL_CONTINUE);

	buf_put_str(out, data);
	pg_end(out, begin);
}

void
pg_put_parameter_status(struct buf *out, struct str name, struct str value)
{
	size_t begin = pg_begin(out, 'S');

	put_cstr(out, name);
	put_cstr(out, value);
	pg_end(out, begin);
}

void
pg_put_backend_key(struct buf *out, int32_t pid, struct str key)
{
	size_t begin = pg_begin(out, 'K');

	buf_put_u32_be(out, (uint32_t)pid);
	buf_put_str(out, key);
	pg_end(out, begin);
}

void
pg_put_negotiate(struct buf *out, uint32_t version, const struct str *options,
    uint32_t option_count)
{
	size_t begin = pg_begin(out, 'v');

	buf_put_u32_be(out, version);
	buf_put_u32_be(out, option_count);
	for (uint32_t i = 0; i < option_count; i++)
		put_cstr(out, options[i]);
	pg_end(out, begin);
}

void
pg_put_ready(struct buf *out, char status)
{
	size_t begin = pg_begin(out, 'Z');

	buf_put_u8(out, (uint8_t)status);
	pg_end(out, begin);
}

void
pg_put_command_complete(struct buf *out, const char *tag)
{
	size_t size = strlen(tag) + 1;

	buf_put_u8(out, 'C');
	buf_put_u32_be(out, (uint32_t)(size + 4));
	buf_put(out, tag, size);
}

static const char *const severity_name[] = {
	[PG_ERROR] = "ERROR",
	[PG_FATAL] = "FATAL",
	[PG_WARNING] = "WARNING",
	[PG_NOTICE] = "NOTICE",
};

/* A message that was cut to its size may end in half a character. */
static void
put_text(struct buf *out, char field, const char *text)
{
	struct str s = str_of_cstr(text);

	buf_put_u8(out, (uint8_t)field);
	put_cstr(out, str_of(text, utf8_valid_prefix(s)));
}

static void
put_field(struct buf *out, char field, const char *text)
{
	if (text[0] != '\0')
		put_text(out, field, text);
}

/* The fields that every error and notice has, in PostgreSQL's order. */
static size_t
begin_report(struct buf *out, enum pg_severity severity, const char *sqlstate,
    const char *message)
{
	bool is_error = severity == PG_ERROR || severity == PG_FATAL;
	size_t begin = pg_begin(out, is_error ? 'E' : 'N');

	put_field(out, 'S', severity_name[severity]);
	put_field(out, 'V', severity_name[severity]);
	put_field(out, 'C', sqlstate);
	put_text(out, 'M', message);
	return begin;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

void
pg_put_error(struct buf *out, enum pg_severity severity,
    const struct error *err)
{
	const char *sqlstate = error_sqlstate(err->code);
	char number[16];
	size_t begin;

	if (err->code == 0)
		sqlstate = severity == PG_WARNING ? "01000" : "00000";
	begin = begin_report(out, severity, sqlstate, err->message);
	put_field(out, 'D', err->detail);
	put_field(out, 'H', err->hint);
	put_field(out, 'W', err->context);
	if (err->position > 0) {
		(void)snprintf(number, sizeof(number), "%d", err->position);
		put_field(out, 'P', number);
	}
	put_field(out, 's',
	    err->table[0] == '\0'        ? ""
		: err->schema[0] == '\0' ? "public"
					 : err->schema);
	put_field(out, 't', err->table);
	put_field(out, 'c', err->column);
	put_field(out, 'n', err->constraint);
	if (err->file != NULL) {
		put_field(out, 'F', base_name(err->file));
		(void)snprintf(number, sizeof(number), "%d", err->line);
		put_field(out, 'L', number);
		/* The routine is not known; some clients want the field. */
		put_field(out, 'R', "stele");
	}
	buf_put_u8(out, 0);
	pg_end(out, begin);
}

void
pg_put_notice(struct buf *out, enum pg_severity severity, const char *sqlstate,
    const char *message)
{
	size_t begin = begin_report(out, severity, sqlstate, message);

	buf_put_u8(out, 0);
	pg_end(out, begin);
}

static int16_t
type_len(const struct pg_column *column)
{
	const struct type_info *info = type_info(column->type.oid);

	if (info != NULL)
		return info->len;
	/* An enum is stored as the OID of its label in PostgreSQL. */
	return column->is_array ? -1 : 4;
}

/* Format 0 or 1 of column `i`; see struct pg_bind. */
static uint16_t
format_of(const uint16_t *formats, uint32_t count, uint32_t i)
{
	return count == 0 ? 0 : formats[count == 1 ? 0 : i];
}

void
pg_put_row_description(struct buf *out, const struct pg_column *columns,
    uint32_t column_count, const uint16_t *formats, uint32_t format_count)
{
	size_t begin = pg_begin(out, 'T');

	buf_put_u16_be(out, (uint16_t)column_count);
	for (uint32_t i = 0; i < column_count; i++) {
		const struct pg_column *column = &columns[i];

		put_cstr(out, column->name);
		buf_put_u32_be(out, column->table_oid);
		buf_put_u16_be(out, (uint16_t)column->attnum);
		buf_put_u32_be(out, column->type.oid);
		buf_put_u16_be(out, (uint16_t)type_len(column));
		buf_put_u32_be(out, (uint32_t)column->type.mod);
		buf_put_u16_be(out, format_of(formats, format_count, i));
	}
	pg_end(out, begin);
}

void
pg_put_parameter_description(struct buf *out, const struct type *types,
    uint32_t count)
{
	size_t begin = pg_begin(out, 't');

	buf_put_u16_be(out, (uint16_t)count);
	for (uint32_t i = 0; i < count; i++)
		buf_put_u32_be(out, types[i].oid);
	pg_end(out, begin);
}

void
pg_put_data_row(struct buf *out, const struct pg_column *columns,
    const uint16_t *formats, uint32_t format_count,
    const struct type_settings *settings, const struct batch *batch,
    uint32_t row)
{
	size_t begin = pg_begin(out, 'D');

	buf_put_u16_be(out, (uint16_t)batch->col_count);
	for (uint32_t i = 0; i < batch->col_count; i++) {
		const struct vec *vec = &batch->cols[i];
		size_t at;

		if (vec_is_null(vec, row)) {
			buf_put_u32_be(out, UINT32_MAX);
			continue;
		}
		buf_put_u32_be(out, 0);
		at = out->len;
		if (format_of(formats, format_count, i) == 0)
			type_out_text(&columns[i].type, settings, vec, row,
			    out);
		else
			type_out_binary(&columns[i].type, vec, row, out);
		buf_patch_u32_be(out, at - 4, (uint32_t)(out->len - at));
	}
	pg_end(out, begin);
}

void
pg_put_text_row(struct buf *out, const struct str *values, uint32_t count)
{
	size_t begin = pg_begin(out, 'D');

	buf_put_u16_be(out, (uint16_t)count);
	for (uint32_t i = 0; i < count; i++) {
		buf_put_u32_be(out, (uint32_t)values[i].len);
		buf_put_str(out, values[i]);
	}
	pg_end(out, begin);
}

void
pg_put_copy_response(struct buf *out, char type, bool is_binary,
    uint32_t column_count)
{
	size_t begin = pg_begin(out, type);

	buf_put_u8(out, is_binary);
	buf_put_u16_be(out, (uint16_t)column_count);
	for (uint32_t i = 0; i < column_count; i++)
		buf_put_u16_be(out, is_binary);
	pg_end(out, begin);
}
