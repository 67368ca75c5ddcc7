/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON as it comes in a STORE: a payload is refused, or its fields are values of
 * their types; JSON that is accepted has one canonical form, which is its own.
 */
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/error.h"
#include "common/json.h"
#include "common/must.h"
#include "common/utf8.h"
#include "engine/catalog/catalog.h"
#include "exec/payload_read.h"
#include "fuzz/fuzz.h"
#include "types/type.h"

#define FIELD_COUNT 11
#define DEPTH       64

static const struct str labels[] = { { "new", 3 }, { "paid", 4 } };
static const struct enum_type state = {
	.oid = FIRST_USER_OID,
	.label_count = 2,
	.labels = labels,
};

static struct field fields[FIELD_COUNT] = {
	{ .name = { "s", 1 }, .type = { .oid = TYPE_TEXT, .mod = -1 } },
	{ .name = { "v", 1 }, .type = { .oid = TYPE_VARCHAR, .mod = 4 + 3 } },
	{ .name = { "i", 1 }, .type = { .oid = TYPE_INT8, .mod = -1 } },
	{ .name = { "f", 1 }, .type = { .oid = TYPE_FLOAT8, .mod = -1 } },
	{ .name = { "b", 1 }, .type = { .oid = TYPE_BOOL, .mod = -1 } },
	{ .name = { "t", 1 }, .type = { .oid = TYPE_TIMESTAMPTZ, .mod = -1 } },
	{ .name = { "d", 1 }, .type = { .oid = TYPE_DATE, .mod = -1 } },
	{ .name = { "g", 1 }, .type = { .oid = TYPE_UUID, .mod = -1 } },
	{ .name = { "n", 1 }, .type = { .oid = TYPE_NUMERIC, .mod = 0 } },
	{ .name = { "j", 1 }, .type = { .oid = TYPE_JSONB, .mod = -1 } },
	{ .name = { "e", 1 },
	    .type = { .oid = FIRST_USER_OID, .mod = -1, .enum_type = &state } },
};

static const struct event_type type = {
	.name = { "t", 1 },
	.field_count = FIELD_COUNT,
	.fields = fields,
};

static struct error err;

static void
check_text(struct str text)
{
	MUST(utf8_valid_prefix(text) == text.len);
}

/* Every value has a text form, which its type reads. */
static void
check_field(const struct field *field, const struct vec *vec,
    struct arena *arena)
{
	struct datum value;
	struct buf text;

	if (vec_is_null(vec, 0))
		return;
	buf_init(&text);
	type_out_text(&field->type, &type_settings_default, vec, 0, &text);
	check_text(buf_str(&text));
	MUST(type_in_text(&field->type, &type_settings_default, buf_str(&text),
		 arena, &value, &err) == 0);
	buf_release(&text);
}

static void
read_payload(struct str json)
{
	struct vec vecs[FIELD_COUNT];
	struct arena arena;

	arena_init(&arena, NULL);
	for (uint32_t i = 0; i < FIELD_COUNT; i++) {
		vec_init(&vecs[i], type_phys(&fields[i].type), 1, &arena);
		vec_need_nulls(&vecs[i], 1, &arena);
	}
	if (payload_read(&type, &type_settings_default, json, vecs, 0, &arena,
		&err) == 0) {
		for (uint32_t i = 0; i < FIELD_COUNT; i++)
			check_field(&fields[i], &vecs[i], &arena);
	} else {
		MUST(err.message[0] != '\0' && err.position >= 0 &&
		    (size_t)err.position <= json.len + 1);
	}
	arena_release(&arena);
}

/* A member that is peeked at is what the tokens say. */
static void
check_members(struct str json)
{
	struct json_reader plain, general;
	struct json_member member;

	json_reader_init(&plain, json, DEPTH);
	json_reader_init(&general, json, DEPTH);
	(void)json_next(&plain);
	(void)json_next(&general);
	while (json_peek_member(&plain, &member)) {
		json_take_member(&plain, &member);
		MUST(json_next(&general) == JSON_KEY && !general.has_escape);
		MUST(str_equal(general.text, member.key));
		MUST(json_next(&general) == member.token);
		MUST(member.token != JSON_STRING ||
		    (!general.has_escape &&
			str_equal(general.text, member.text)));
		MUST(json_offset(&general) == json_offset(&plain));
	}
	MUST(json_next(&general) == json_next(&plain));
}

static void
check_canonical(struct str json)
{
	struct buf once, twice;
	struct arena arena;

	arena_init(&arena, NULL);
	buf_init(&once);
	buf_init(&twice);
	if (json_canonical(json, DEPTH, &arena, &once, &err) == 0) {
		check_text(buf_str(&once));
		MUST(json_canonical(buf_str(&once), DEPTH, &arena, &twice,
			 &err) == 0);
		MUST(str_equal(buf_str(&once), buf_str(&twice)));
	}
	buf_release(&once);
	buf_release(&twice);
	arena_release(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Exactly these bytes, so that reading further is seen. */
	char *copy = malloc(size + 1);
	struct str json = str_of(copy, size);

	MUST(copy != NULL);
	memcpy(copy, data, size);
	fields[8].type.mod = type_numeric_mod(10, 2);
	/* Who reads payloads has checked that first. */
	if (utf8_valid_prefix(json) == size)
		read_payload(json);
	check_members(json);
	check_canonical(json);
	free(copy);
	return 0;
}
