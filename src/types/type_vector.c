/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oidvector and int2vector: arrays of one dimension without nulls, whose first
 * subscript is 0 and whose text is the numbers with blanks between.
 */
#include "types/array.h"
#include "types/type_int.h"
#include "types/type_private.h"

static struct array_shape
vector_shape(uint32_t count)
{
	struct array_shape shape = array_shape_list(count);

	shape.lowers[0] = 0;
	return shape;
}

/* The next word of a text; false at its end. */
static bool
next_word(struct str *rest, struct str *word)
{
	size_t len = 0;

	*rest = type_trim(*rest);
	while (len < rest->len && !type_is_space(rest->data[len]))
		len++;
	*word = str_of(rest->data, len);
	*rest = str_of(rest->data + len, rest->len - len);
	return len > 0;
}

static uint32_t
count_words(struct str text)
{
	struct str word;
	uint32_t count = 0;

	while (next_word(&text, &word))
		count++;
	return count;
}

static int
vector_in(const struct type_input *in, struct datum *out)
{
	const struct type element = type_element(in->type);
	const struct array_shape shape = vector_shape(count_words(in->text));
	struct str rest = in->text, word;
	struct datum *values = arena_try_alloc(in->arena,
	    ((size_t)shape.lengths[0] + 1) * sizeof(*values));
	int rc = 0;

	if (values == NULL)
		return error_no_memory(in->err);
	for (uint32_t i = 0; next_word(&rest, &word) && rc == 0; i++)
		rc = type_in_text(&element, in->settings, word, in->arena,
		    &values[i], in->err);
	if (rc != 0)
		return rc;
	return array_make(&shape, type_phys(&element), values, in->arena,
	    &out->str, in->err);
}

static bool
has_null(const struct array *array)
{
	for (uint32_t i = 0; i < array->count; i++)
		if (array_is_null(array, i))
			return true;
	return false;
}

static int
vector_receive(const struct type_input *in, struct datum *out)
{
	int rc = type_ops_array.in_binary(in, out);
	struct array array;

	if (rc != 0)
		return rc;
	array = array_open(out->str);
	if (array.shape.dims > 1 || has_null(&array) ||
	    (array.count > 0 && array.shape.lowers[0] != 0))
		return error_set(in->err, STELE_E_INVALID_BINARY_REPRESENTATION,
		    "invalid %s data", type_info(in->type->oid)->name);
	return 0;
}

static void
vector_out(const struct type *type, const struct type_settings *settings UNUSED,
    const void *value, struct buf *out)
{
	const struct type element = type_element(type);
	const struct array array = array_open(*(const struct str *)value);
	struct arena scratch;

	arena_init(&scratch, NULL);
	for (uint32_t i = 0; i < array.count; i++) {
		if (i > 0)
			buf_put_u8(out, ' ');
		int_put(array_get(&array, type_phys(&element), i, &scratch).i64,
		    out);
	}
	arena_release(&scratch);
}

/* Unlike other arrays, one without elements has its dimension. */
static void
vector_send(const struct type *type,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	const struct array array = array_open(*(const struct str *)value);

	if (array.count > 0) {
		type_ops_array.out_binary(type, NULL, value, out);
		return;
	}
	buf_put_u32_be(out, 1);
	buf_put_u32_be(out, 0);
	buf_put_u32_be(out, type_element(type).oid);
	buf_put_u32_be(out, 0);
	buf_put_u32_be(out, 0);
}

const struct type_ops type_ops_vector = { vector_in, vector_receive, vector_out,
	vector_send };
