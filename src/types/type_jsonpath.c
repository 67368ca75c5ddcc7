/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jsonpath is kept in the spelling that it is shown in.
 */
#include "common/reader.h"
#include "types/jsonpath.h"
#include "types/type_private.h"

#define JSONPATH_VERSION 1 /* first byte of the binary form */

static int
of_text(const struct type_input *in, struct str text, struct datum *out)
{
	struct jsonpath path;
	struct arena scratch;
	struct buf spelling;
	int rc;

	arena_init(&scratch, in->arena->budget);
	buf_init(&spelling);
	rc = jsonpath_parse(text, &scratch, &path, in->err);
	if (rc == 0) {
		jsonpath_put(&path, &spelling);
		if (spelling.failed)
			rc = error_no_memory(in->err);
		out->str = arena_str(in->arena, buf_str(&spelling));
	}
	buf_release(&spelling);
	arena_release(&scratch);
	return rc;
}

static int
jsonpath_in(const struct type_input *in, struct datum *out)
{
	return of_text(in, in->text, out);
}

static int
jsonpath_receive(const struct type_input *in, struct datum *out)
{
	struct reader r = reader_over(in->text.data, in->text.len);
	uint8_t version = reader_u8(&r);
	struct str text;
	int rc;

	if (r.failed)
		return type_check_binary_length(in, &r);
	if (version != JSONPATH_VERSION)
		return error_set(in->err, STELE_E_INTERNAL,
		    "unsupported jsonpath version number: %d", version);
	text = reader_str(&r, reader_left(&r));
	rc = type_check_utf8(text, in->err);
	return rc != 0 ? rc : of_text(in, text, out);
}

static void
jsonpath_out(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	buf_put_str(out, *(const struct str *)value);
}

static void
jsonpath_send(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	buf_put_u8(out, JSONPATH_VERSION);
	buf_put_str(out, *(const struct str *)value);
}

const struct type_ops type_ops_jsonpath = { jsonpath_in, jsonpath_receive,
	jsonpath_out, jsonpath_send };
