/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names and defaults of parameters, those of PostgreSQL's pg_proc.
 */
#include "common/attr.h"
#include "types/function.h"

static const struct function_params params[] = {
	{ FN_JSON_EXTRACT_PATH, "from_json path_elems", "" },
	{ FN_JSON_EXTRACT_PATH_TEXT, "from_json path_elems", "" },
	{ FN_JSONB_EXTRACT_PATH, "from_json path_elems", "" },
	{ FN_JSONB_EXTRACT_PATH_TEXT, "from_json path_elems", "" },
	{ FN_JSONB_INSERT, "jsonb_in path replacement insert_after", "false" },
	{ FN_JSONB_PATH_EXISTS, "target path vars silent", "{} false" },
	{ FN_JSONB_PATH_EXISTS_TZ, "target path vars silent", "{} false" },
	{ FN_JSONB_PATH_MATCH, "target path vars silent", "{} false" },
	{ FN_JSONB_PATH_MATCH_TZ, "target path vars silent", "{} false" },
	{ FN_JSONB_PATH_QUERY_ARRAY, "target path vars silent", "{} false" },
	{ FN_JSONB_PATH_QUERY_ARRAY_TZ, "target path vars silent", "{} false" },
	{ FN_JSONB_PATH_QUERY_FIRST, "target path vars silent", "{} false" },
	{ FN_JSONB_PATH_QUERY_FIRST_TZ, "target path vars silent", "{} false" },
	{ FN_JSONB_SET, "jsonb_in path replacement create_if_missing", "true" },
	{ FN_JSONB_SET_LAX,
	    "jsonb_in path replacement create_if_missing"
	    " null_value_treatment",
	    "true use_json_null" },
	{ FN_MAKE_DATE, "year month day", "" },
	{ FN_MAKE_INTERVAL, "years months weeks days hours mins secs",
	    "0 0 0 0 0 0 0.0" },
	{ FN_MAKE_TIME, "hour min sec", "" },
	{ FN_MAKE_TIMESTAMP, "year month mday hour min sec", "" },
	{ FN_MAKE_TIMESTAMPTZ, "year month mday hour min sec", "" },
	{ FN_MAKE_TIMESTAMPTZ_ZONE, "year month mday hour min sec timezone",
	    "" },
	{ FN_PARSE_IDENT, "str strict", "true" },
};

const struct function_params *
function_params(enum function_id id)
{
	for (size_t i = 0; i < ARRAY_LEN(params); i++)
		if (params[i].id == id)
			return &params[i];
	return NULL;
}
