/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any file of ours as text: what it is, and what the dumpers share.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/arena.h"
#include "common/error.h"
#include "engine/catalog/catalog.h"
#include "engine/dump_private.h"
#include "engine/engine.h"
#include "os/file.h"

#define MAGIC_SIZE 8
#define LINE_SIZE  8192 /* longer ones are cut */

static void PRINTF_LIKE(2, 0)
    put_line(struct dump *dump, const char *fmt, va_list ap)
{
	char text[LINE_SIZE];

	vsnprintf(text, sizeof(text), fmt, ap);
	dump->line(dump->arg, text);
}

void
dump_line(struct dump *dump, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_line(dump, fmt, ap);
	va_end(ap);
}

void
dump_problem(struct dump *dump, const char *fmt, ...)
{
	va_list ap;

	dump->problems++;
	va_start(ap, fmt);
	put_line(dump, fmt, ap);
	va_end(ap);
}

/* ---- values ---- */

void
dump_put_quoted(struct buf *out, struct str text)
{
	buf_put_u8(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];

		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c < ' ' || c == 0x7f)
			buf_printf(out, "\\x%02x", c);
		else
			buf_put_u8(out, c);
	}
	buf_put_u8(out, '"');
}

void
dump_put_value(struct buf *out, const struct type *type, const struct vec *vec,
    uint32_t row)
{
	if (vec_is_null(vec, row))
		buf_put_cstr(out, "null");
	else if (vec->phys == PHYS_STR)
		dump_put_quoted(out, vec->str[vec_index(vec, row)]);
	else if (type->oid >= FIRST_USER_OID) /* an enum, by its index */
		buf_printf(out, "label %lld",
		    (long long)vec->i64[vec_index(vec, row)]);
	else
		type_out_text(type, &type_settings_default, vec, row, out);
}

void
dump_uuid(const struct uuid *uuid, char out[37])
{
	size_t at = 0;

	for (size_t i = 0; i < sizeof(uuid->bytes); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			out[at++] = '-';
		snprintf(out + at, 3, "%02x", uuid->bytes[i]);
		at += 2;
	}
}

/* ---- catalogues ---- */

static void
dump_enum(struct dump *dump, const struct enum_type *type)
{
	struct buf labels;

	buf_init(&labels);
	for (uint32_t i = 0; i < type->label_count; i++) {
		buf_put_cstr(&labels, i == 0 ? "" : ", ");
		dump_put_quoted(&labels, type->labels[i]);
	}
	dump_line(dump, "    enum %u \"%.*s\": %.*s", (unsigned)type->oid,
	    STR_FMT(type->name), STR_FMT(buf_str(&labels)));
	buf_release(&labels);
}

static void
dump_field(struct dump *dump, const struct field *field)
{
	struct arena arena;
	struct buf text;
	struct vec vec;

	arena_init(&arena, NULL);
	buf_init(&text);
	if (field->type.oid >= FIRST_USER_OID)
		buf_printf(&text, "enum %u", (unsigned)field->type.oid);
	else
		buf_put_str(&text, type_format(&field->type, &arena));
	if (field->is_not_null)
		buf_put_cstr(&text, " not null");
	if (field->has_default) {
		buf_put_cstr(&text, " default ");
		vec_init_constant(&vec, field_phys(field),
		    &field->default_value, &arena);
		dump_put_value(&text, &field->type, &vec, 0);
	}
	dump_line(dump, "      \"%.*s\" %.*s", STR_FMT(field->name),
	    STR_FMT(buf_str(&text)));
	buf_release(&text);
	arena_release(&arena);
}

void
dump_catalog(struct dump *dump, const struct catalog *catalog)
{
	dump_line(dump, "    catalogue: generation %llu, next oid %u",
	    (unsigned long long)catalog->generation,
	    (unsigned)catalog->next_oid);
	for (uint32_t i = 0; i < catalog->enum_count; i++)
		dump_enum(dump, catalog->enums[i]);
	for (uint32_t i = 0; i < catalog->type_count; i++) {
		const struct event_type *type = catalog->types[i];

		dump_line(dump, "    type %u \"%.*s\", version %u%s%s",
		    (unsigned)type->oid, STR_FMT(type->name),
		    (unsigned)type->versions[type->version_count - 1].number,
		    type->kept_by != 0 ? ", rows of a kept query" : "",
		    type->dropped_at != 0 ? ", dropped" : "");
		for (uint32_t f = 0; f < type->field_count; f++)
			dump_field(dump, &type->fields[f]);
	}
	for (uint32_t i = 0; i < catalog->comment_count; i++) {
		const struct object_comment *comment = catalog->comments[i];

		dump_line(dump,
		    "    comment on class %d oid %u column %u: \"%.*s\"",
		    (int)comment->object.class, (unsigned)comment->object.oid,
		    (unsigned)comment->object.attnum, STR_FMT(comment->text));
	}
}

/* ---- files ---- */

static bool
ends_with(const char *path, const char *suffix)
{
	size_t len = strlen(path), suffix_len = strlen(suffix);

	return len >= suffix_len &&
	    strcmp(path + len - suffix_len, suffix) == 0;
}

/* By its first bytes; a log file may begin with zeros, and has its name. */
static int
dump_by_kind(struct dump *dump, struct error *err)
{
	char magic[MAGIC_SIZE] = "";
	size_t len = dump->size < MAGIC_SIZE ? (size_t)dump->size : MAGIC_SIZE;
	int rc = os_pread_full(dump->file, magic, len, 0, err);

	if (rc != 0)
		return rc;
	if (memcmp(magic, "STELEMAN", MAGIC_SIZE) == 0)
		return manifest_dump(dump, err);
	if (memcmp(magic, "STELESEG", MAGIC_SIZE) == 0)
		return segment_dump(dump, err);
	if (memcmp(magic, "SGRP", 4) == 0 || ends_with(dump->path, ".wal"))
		return wal_dump(dump, err);
	return error_set(err, STELE_E_WRONG_OBJECT_TYPE,
	    "file \"%s\" is none that can be dumped", dump->path);
}

int
engine_dump(struct os_fs *fs, const char *path,
    void (*line)(void *arg, const char *text), void *arg, uint64_t *problems,
    struct error *err)
{
	struct dump dump = {
		.fs = fs,
		.path = path,
		.line = line,
		.arg = arg,
	};
	int rc = os_open(fs, path, OS_READ | OS_FOLLOW, &dump.file, err);

	if (rc == 0)
		rc = os_size(dump.file, &dump.size, err);
	if (rc == 0)
		rc = dump_by_kind(&dump, err);
	os_close(dump.file);
	*problems = dump.problems;
	return rc;
}
