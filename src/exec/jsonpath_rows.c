/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/jsonpath_rows.h"

#include "common/error.h"

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
