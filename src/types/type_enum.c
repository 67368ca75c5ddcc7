/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Enums: a value is the index of its label; both forms are the label's text.
 */
#include <assert.h>

#include "types/type_private.h"

static int
enum_in(const struct type_input *in, struct datum *out)
{
	const struct enum_type *type = in->type->enum_type;

	for (uint32_t i = 0; i < type->label_count; i++) {
		if (str_equal(in->text, type->labels[i])) {
			out->i64 = i;
			return 0;
		}
	}
	return error_set(in->err, STELE_E_INVALID_TEXT_REPRESENTATION,
	    "invalid input value for enum %.*s: \"%.*s\"", STR_FMT(type->name),
	    STR_FMT(in->text));
}

static void
enum_out(const struct type *type, const struct type_settings *settings UNUSED,
    const void *value, struct buf *out)
{
	int64_t index = *(const int64_t *)value;

	assert(index >= 0 && index < type->enum_type->label_count);
	buf_put_str(out, type->enum_type->labels[index]);
}

const struct type_ops type_ops_enum = { enum_in, enum_in, enum_out, enum_out };
