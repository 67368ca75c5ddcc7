/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OIDs that read and print as names of objects: regclass and its like.  A
 * value is the OID; 0 is "-", but of operators; one without an object is its
 * number.
 */
#include <inttypes.h>

#include "types/object_names.h"
#include "types/type_private.h"

static bool
is_number(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	return text.len > 0;
}

/* A dash is an operator: 0 of these is a number. */
static bool
is_operator(uint32_t type)
{
	return type == TYPE_REGOPER || type == TYPE_REGOPERATOR;
}

static int
reg_in(const struct type_input *in, struct datum *out)
{
	const struct object_names *names = in->settings->names;
	const struct type number = type_of(TYPE_OID);
	uint32_t oid;
	int rc;

	if (str_equal(in->text, STR("-")) && !is_operator(in->type->oid)) {
		out->i64 = 0;
		return 0;
	}
	if (is_number(in->text))
		return type_in_text(&number, in->settings, in->text, in->arena,
		    out, in->err);
	if (names == NULL)
		return type_invalid_input(in);
	rc = names->find(names, in->type->oid, in->text, &oid, in->err);
	if (rc == 0)
		out->i64 = oid;
	return rc;
}

static int
reg_receive(const struct type_input *in, struct datum *out)
{
	return type_ops_oid.in_binary(in, out);
}

static void
reg_out(const struct type *type, const struct type_settings *settings,
    const void *value, struct buf *out)
{
	const struct object_names *names = settings->names;
	uint32_t oid = (uint32_t) * (const int64_t *)value;

	if (oid == 0 && !is_operator(type->oid))
		buf_put_u8(out, '-');
	else if (oid == 0 || names == NULL ||
	    !names->put(names, type->oid, oid, out))
		buf_printf(out, "%" PRIu32, oid);
}

static void
reg_send(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	buf_put_u32_be(out, (uint32_t) * (const int64_t *)value);
}

const struct type_ops type_ops_reg = { reg_in, reg_receive, reg_out, reg_send };
