/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/jsonpath_rows.h"

#include "common/error.h"
#include "exec/jsonpath_private.h"

/* Recursion is bounded by the parser. */
static int
compile_regexes(const struct jsonpath_node *node, struct regex_cache *regexes,
    struct error *err)
{
	int rc = 0;

	for (; node != NULL && rc == 0; node = node->next) {
		struct regex *ignored;

		if (node->kind == JSONPATH_LIKE_REGEX)
			rc = jsonpath_regex(regexes, node, &ignored, err);
		if (rc == 0)
			rc = compile_regexes(node->left, regexes, err);
		if (rc == 0)
			rc = compile_regexes(node->right, regexes, err);
	}
	return rc;
}

int
jsonpath_read(struct str text, struct regex_cache *regexes, struct arena *arena,
    struct jsonpath *out, struct error *err)
{
	int rc = jsonpath_parse(text, arena, out, err);

	return rc != 0 ? rc : compile_regexes(out->root, regexes, err);
}

int
jsonpath_read_variables(struct str text, struct arena *arena,
    struct json_node **out, struct error *err)
{
	int rc = json_tree_read(text, arena, out, err);

	if (rc != 0 || (*out)->kind == JSON_OBJECT_BEGIN)
		return rc;
	(void)error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
	    "\"vars\" argument is not an object");
	return error_detail(err,
	    "Jsonpath parameters should be encoded as key-value pairs of"
	    " \"vars\" object.");
}
