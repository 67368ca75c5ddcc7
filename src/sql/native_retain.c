/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RETAIN type 90 DAYS: what SQL says as ALTER TABLE type SET (retain = ...).
 */
#include "sql/native.h"

/* A count and its unit as the text of an interval. */
static int
count_and_unit(struct native *n, struct str *out)
{
	size_t start = n->token.start;
	int rc = native_advance(n);

	if (rc != 0)
		return rc;
	if (n->token.kind != NATIVE_WORD)
		return native_expected(n, "a unit of time");
	*out = str_of(n->p->text.data + start, n->token.end - start);
	return native_advance(n);
}

static int
interval_text(struct native *n, struct str *out)
{
	if (n->token.kind == NATIVE_NUMBER)
		return count_and_unit(n, out);
	if (n->token.kind != NATIVE_STRING)
		return native_expected(n, "an interval or FOREVER");
	*out = n->token.text;
	return native_advance(n);
}

int
native_retain(struct native *n, struct ast_alter_table *out)
{
	struct ast_alter_action *action = native_alloc(n, sizeof(*action));
	struct ast_option *option = native_alloc(n, sizeof(*option));
	struct str text = STR("");
	size_t start;
	int rc;

	if (action == NULL || option == NULL)
		return STELE_E_OUT_OF_MEMORY;
	rc = native_name(n, "an event type", &out->name.parts[0],
	    &out->name.location);
	if (rc != 0)
		return rc;
	out->name.count = 1;
	out->actions = action;
	out->action_count = 1;
	start = n->token.start;
	*option = (struct ast_option){
		.name = STR("retain"),
		.location = native_position(n, start),
	};
	*action = (struct ast_alter_action){
		.kind = AST_RESET_OPTIONS,
		.options = option,
		.option_count = 1,
		.location = option->location,
	};
	rc = native_accept(n, "FOREVER");
	if (rc != 0)
		return rc < 0 ? rc : 0;
	action->kind = AST_SET_OPTIONS;
	rc = interval_text(n, &text);
	if (rc == 0)
		option->value = native_string(n, text, start);
	return rc == 0 && option->value == NULL ? STELE_E_OUT_OF_MEMORY : rc;
}
