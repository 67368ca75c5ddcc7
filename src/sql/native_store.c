/* SPDX-License-Identifier: Apache-2.0 */
/*
 * STORE type FOR context [AT time] PAYLOAD {...}
 */
#include "sql/native.h"

/* '{...}'; with '' or escapes in it the text is another than the JSON. */
static int
parse_literal(struct native *n, struct ast_store *out)
{
	const struct native_token *token = &n->token;

	if (token->end - token->start == token->text.len + 2) {
		out->payload_is_verbatim = true;
		out->payload_location = native_position(n, token->start + 1);
	}
	out->payload = native_string(n, token->text, token->start);
	return native_advance(n);
}

static int
parse_payload(struct native *n, struct ast_store *out)
{
	out->payload_location = native_position(n, n->token.start);
	if (n->token.kind == NATIVE_PARAM)
		return native_param(n, &out->payload);
	if (n->token.kind == NATIVE_STRING && !n->token.is_name)
		return parse_literal(n, out);
	if (!native_is_punct(n, "{"))
		return native_expected(n, "a JSON object, a string or $n");
	if (native_widen_json(n) != 0)
		return n->p->err->code;
	out->payload = native_string(n, n->token.text, n->token.start);
	out->payload_is_raw = out->payload_is_verbatim = true;
	out->payload_is_of_psql = n->p->dialect == SQL_DIALECT_POSTGRES;
	return native_advance(n);
}

int
native_store(struct native *n, struct ast_store *out)
{
	struct ast_name *name = &out->event_type;
	int rc =
	    native_name(n, "an event type", &name->parts[0], &name->location);

	name->count = 1;
	if (rc == 0)
		rc = native_expect(n, "FOR");
	if (rc == 0)
		rc = native_context(n, &out->context);
	if (rc == 0 && native_is_word(n, "AT")) {
		rc = native_advance(n);
		if (rc == 0)
			rc = native_value(n, &out->at);
	}
	if (rc == 0)
		rc = native_expect(n, "PAYLOAD");
	return rc != 0 ? rc : parse_payload(n, out);
}
