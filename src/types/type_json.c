/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json keeps its text; jsonb is kept in its canonical text.
 */
#include "common/json.h"
#include "types/type_private.h"

#define JSONB_VERSION 1 /* first byte of the binary form */

static int
json_in(const struct type_input *in, struct datum *out)
{
	int rc = json_validate(in->text, "json", JSON_DEPTH_LIMIT, in->err);

	if (rc == 0)
		out->str = arena_str(in->arena, in->text);
	return rc;
}

static int
jsonb_of_text(const struct type_input *in, struct str text, struct datum *out)
{
	struct arena scratch;
	struct buf canonical;
	int rc;

	arena_init(&scratch, in->arena->budget);
	buf_init_charged(&canonical, in->arena->budget);
	rc = json_canonical(text, JSON_DEPTH_LIMIT, &scratch, &canonical,
	    in->err);
	if (rc == 0)
		out->str = arena_str(in->arena, buf_str(&canonical));
	buf_release(&canonical);
	arena_release(&scratch);
	return rc;
}

static int
jsonb_in(const struct type_input *in, struct datum *out)
{
	return jsonb_of_text(in, in->text, out);
}

static int
jsonb_receive(const struct type_input *in, struct datum *out)
{
	struct reader r = reader_over(in->text.data, in->text.len);
	uint8_t version = reader_u8(&r);

	if (r.failed)
		return type_check_binary_length(in, &r);
	if (version != JSONB_VERSION)
		return error_set(in->err, STELE_E_INTERNAL,
		    "unsupported jsonb version number %d", version);
	return jsonb_of_text(in, reader_str(&r, reader_left(&r)), out);
}

static void
json_out(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	buf_put_str(out, *(const struct str *)value);
}

static void
jsonb_send(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	buf_put_u8(out, JSONB_VERSION);
	buf_put_str(out, *(const struct str *)value);
}

const struct type_ops type_ops_json = { json_in, json_in, json_out, json_out };
const struct type_ops type_ops_jsonb = { jsonb_in, jsonb_receive, json_out,
	jsonb_send };
