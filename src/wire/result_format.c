/* SPDX-License-Identifier: Apache-2.0 */
/*
 * result_format.c -- the list of formats, and what begins each result.
 */
#include "wire/result_format.h"

#include "types/array.h"
#include "wire/result_private.h"

static const struct result_format *const formats[] = {
	&result_frames,
	&result_ndjson,
	&result_json,
	&result_csv,
	&result_text,
	&result_arrow,
};

const struct result_format *
result_format_at(uint32_t i)
{
	return i < ARRAY_LEN(formats) ? formats[i] : NULL;
}

const struct result_format *
result_format_of_name(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (str_equal(name, str_of_cstr(formats[i]->name)))
			return formats[i];
	return NULL;
}

/* The part before the parameters. */
static struct str
media_type(const char *content_type)
{
	return str_of(content_type, strcspn(content_type, ";"));
}

const struct result_format *
result_format_of_type(struct str type)
{
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (formats[i] != &result_frames &&
		    str_equal_nocase(type,
			media_type(formats[i]->content_type)))
			return formats[i];
	return NULL;
}

void
result_writer_init(struct result_writer *w, const struct result_format *format,
    struct mem_budget *budget)
{
	*w = (struct result_writer){ .format = format };
	arena_init(&w->arena, budget);
	arena_init(&w->scratch, budget);
	buf_init_charged(&w->text, budget);
}

void
result_writer_release(struct result_writer *w)
{
	result_arrow_release(w);
	arena_release(&w->arena);
	arena_release(&w->scratch);
	buf_release(&w->text);
}

static enum result_kind
kind_of_string(const struct type *type)
{
	if (type_is_array(type))
		return RESULT_ARRAY;
	if (type->oid == TYPE_JSON)
		return RESULT_JSON;
	if (type->oid == TYPE_JSONB)
		return RESULT_JSONB;
	return type_is_text(type) ? RESULT_STRING : RESULT_OTHER;
}

static enum result_kind
kind_of_integer(const struct type *type)
{
	if (type_is_enum(type))
		return RESULT_ENUM;
	switch (type->oid) {
	case TYPE_INT2:
	case TYPE_INT4:
	case TYPE_INT8:
	case TYPE_OID:
	case TYPE_XID:
	case TYPE_CID:
		return RESULT_INT;
	case TYPE_TIMESTAMP:
		return RESULT_TIMESTAMP;
	case TYPE_TIMESTAMPTZ:
		return RESULT_TIMESTAMPTZ;
	case TYPE_DATE:
		return RESULT_DATE;
	default:
		return RESULT_OTHER;
	}
}

static enum result_kind
result_kind_of(const struct type *type)
{
	switch (type_phys(type)) {
	case PHYS_BOOL:
		return RESULT_BOOL;
	case PHYS_I64:
		return kind_of_integer(type);
	case PHYS_F64:
		return type->oid == TYPE_FLOAT4 ? RESULT_FLOAT4 : RESULT_FLOAT8;
	case PHYS_NUMERIC:
		return RESULT_NUMERIC;
	case PHYS_STR:
		return kind_of_string(type);
	case PHYS_UUID:
		return RESULT_UUID;
	case PHYS_INTERVAL:
	case PHYS_COUNT:
		break;
	}
	return RESULT_OTHER;
}

static struct result_field
field_of(struct arena *arena, const struct type *type, struct str name)
{
	struct result_field field = { .kind = result_kind_of(type),
		.type = *type,
		.name = name };

	if (field.kind == RESULT_ARRAY) {
		struct type element_type = type_element(type);
		struct result_field *element =
		    arena_alloc(arena, sizeof(*element));

		/* Arrays of arrays are one array of more dimensions. */
		*element = (struct result_field){ .kind = result_kind_of(
						      &element_type),
			.type = element_type };
		field.element = element;
	}
	return field;
}

bool
result_start(struct result_writer *w, struct buf *out,
    const struct pg_column *columns, uint32_t count,
    const struct type_settings *settings)
{
	arena_reset(&w->arena);
	w->settings = settings;
	w->in_seconds = false;
	w->fields = arena_alloc_array(&w->arena, count, sizeof(*w->fields));
	w->field_count = count;
	for (uint32_t i = 0; i < count; i++)
		w->fields[i] =
		    field_of(&w->arena, &columns[i].type, columns[i].name);
	w->is_open = false;
	w->open_rows = 0;
	w->open_bytes = 0;
	out->failed |= w->arena.failed;
	return !out->failed;
}
