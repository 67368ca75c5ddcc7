/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/set_function.h"

#include <stddef.h>

#include "common/attr.h"
#include "types/type.h"

#define ARGS0() \
	0, \
	{ \
		0 \
	}
#define ARGS1(a) \
	1, \
	{ \
		TYPE_##a \
	}
#define ARGS2(a, b) \
	2, \
	{ \
		TYPE_##a, TYPE_##b \
	}
#define ARGS4(a, b, c, d) \
	4, \
	{ \
		TYPE_##a, TYPE_##b, TYPE_##c, TYPE_##d \
	}
#define ARGS3(a, b, c) \
	3, \
	{ \
		TYPE_##a, TYPE_##b, TYPE_##c \
	}

/* clang-format off */
#define SET(id, name, args, type) \
	{ name, SET_##id, false, args, 1, { { NULL, TYPE_##type } }, NULL },

#define SERIES(kind, type, step) \
	SET(SERIES_##kind, "generate_series", ARGS2(type, type), type) \
	SET(SERIES_##kind, "generate_series", ARGS3(type, type, step), type)

#define MOMENTS(type) \
	SET(SERIES_##type, "generate_series", ARGS3(type, type, INTERVAL), type)

#define SPLIT(args) \
	{ "string_to_table", SET_STRING_TO_TABLE, true, args, 1, \
	  { { NULL, TYPE_TEXT } }, NULL },

#define ELEMENTS(id, name, from, type) \
	{ name, SET_JSON_##id, false, ARGS1(from), 1, \
	  { { "value", TYPE_##type } }, "from_json" },

#define EACH(id, name, from, type) \
	{ name, SET_JSON_##id, false, ARGS1(from), 2, \
	  { { "key", TYPE_TEXT }, { "value", TYPE_##type } }, "from_json" },

#define PATH(name, args, names) \
	{ name, SET_JSON_PATH, false, args, 1, \
	  { { NULL, TYPE_JSONB } }, names },

#define PATHS(name) \
	PATH(name, ARGS2(JSONB, JSONPATH), "target path") \
	PATH(name, ARGS3(JSONB, JSONPATH, JSONB), "target path vars") \
	PATH(name, ARGS4(JSONB, JSONPATH, JSONB, BOOL), \
	    "target path vars silent")

#define RECORDS(id, name, is_nullable, type) \
	{ name, SET_JSON_##id, is_nullable, ARGS1(type), 1, \
	  { { NULL, TYPE_##type } }, NULL },

static const struct set_function set_functions[] = {
	SERIES(INT, INT4, INT4)
	SERIES(INT, INT8, INT8)
	SERIES(NUMERIC, NUMERIC, NUMERIC)
	MOMENTS(TIMESTAMP)
	MOMENTS(TIMESTAMPTZ)
	SET(UNNEST, "unnest", ARGS1(ANYARRAY), ANYELEMENT)
	{ "information_schema._pg_expandarray", SET_EXPAND_ARRAY, false,
	  ARGS1(ANYARRAY), 2, { { "x", TYPE_ANYELEMENT }, { "n", TYPE_INT4 } },
	  NULL },
	SET(SUBSCRIPTS, "generate_subscripts", ARGS2(ANYARRAY, INT4), INT4)
	SET(SUBSCRIPTS, "generate_subscripts", ARGS3(ANYARRAY, INT4, BOOL),
	    INT4)
	SPLIT(ARGS2(TEXT, TEXT))
	SPLIT(ARGS3(TEXT, TEXT, TEXT))
	SET(REGEXP_MATCHES, "regexp_matches", ARGS2(TEXT, TEXT), TEXT_ARRAY)
	SET(REGEXP_MATCHES, "regexp_matches", ARGS3(TEXT, TEXT, TEXT),
	    TEXT_ARRAY)
	SET(REGEXP_SPLIT, "regexp_split_to_table", ARGS2(TEXT, TEXT), TEXT)
	SET(REGEXP_SPLIT, "regexp_split_to_table", ARGS3(TEXT, TEXT, TEXT),
	    TEXT)
	ELEMENTS(ELEMENTS, "json_array_elements", JSON, JSON)
	ELEMENTS(ELEMENTS, "jsonb_array_elements", JSONB, JSONB)
	ELEMENTS(ELEMENTS_TEXT, "json_array_elements_text", JSON, TEXT)
	ELEMENTS(ELEMENTS_TEXT, "jsonb_array_elements_text", JSONB, TEXT)
	EACH(EACH, "json_each", JSON, JSON)
	EACH(EACH, "jsonb_each", JSONB, JSONB)
	EACH(EACH_TEXT, "json_each_text", JSON, TEXT)
	EACH(EACH_TEXT, "jsonb_each_text", JSONB, TEXT)
	SET(JSON_KEYS, "json_object_keys", ARGS1(JSON), TEXT)
	SET(JSON_KEYS, "jsonb_object_keys", ARGS1(JSONB), TEXT)
	SET(CHANNELS, "pg_listening_channels", ARGS0(), TEXT)
	PATHS("jsonb_path_query")
	PATHS("jsonb_path_query_tz")
	{ "aclexplode", SET_ACL_ITEMS, false, ARGS1(ACLITEM_ARRAY), 4,
	  { { "grantor", TYPE_OID }, { "grantee", TYPE_OID },
	    { "privilege_type", TYPE_TEXT }, { "is_grantable", TYPE_BOOL } },
	  NULL },
	{ "pg_get_keywords", SET_KEYWORDS, false, ARGS0(), 5,
	  { { "word", TYPE_TEXT }, { "catcode", TYPE_CHAR },
	    { "barelabel", TYPE_BOOL }, { "catdesc", TYPE_TEXT },
	    { "baredesc", TYPE_TEXT } }, NULL },
	{ "pg_identify_object", SET_OBJECT_IDENTITY, true,
	  ARGS3(OID, OID, INT4), 4,
	  { { "type", TYPE_TEXT }, { "schema", TYPE_TEXT },
	    { "name", TYPE_TEXT }, { "identity", TYPE_TEXT } },
	  "classid objid objsubid" },
	{ "pg_identify_object_as_address", SET_OBJECT_NAMES, true,
	  ARGS3(OID, OID, INT4), 3,
	  { { "type", TYPE_TEXT }, { "object_names", TYPE_TEXT_ARRAY },
	    { "object_args", TYPE_TEXT_ARRAY } }, "classid objid objsubid" },
	{ "pg_get_object_address", SET_OBJECT_ADDRESS, true,
	  ARGS3(TEXT, TEXT_ARRAY, TEXT_ARRAY), 3,
	  { { "classid", TYPE_OID }, { "objid", TYPE_OID },
	    { "objsubid", TYPE_INT4 } }, "type object_names object_args" },
	{ "pg_options_to_table", SET_OPTIONS, false, ARGS1(TEXT_ARRAY), 2,
	  { { "option_name", TYPE_TEXT }, { "option_value", TYPE_TEXT } },
	  NULL },
	{ "pg_partition_ancestors", SET_PARTITIONS, false, ARGS1(REGCLASS), 1,
	  { { "relid", TYPE_REGCLASS } }, NULL },
	SET(SNAPSHOT, "pg_snapshot_xip", ARGS1(PG_SNAPSHOT), XID8)
	SET(SNAPSHOT, "txid_snapshot_xip", ARGS1(TXID_SNAPSHOT), INT8)
	SET(DATABASES, "pg_tablespace_databases", ARGS1(OID), OID)
	{ "pg_partition_tree", SET_PARTITIONS, false, ARGS1(REGCLASS), 4,
	  { { "relid", TYPE_REGCLASS }, { "parentrelid", TYPE_REGCLASS },
	    { "isleaf", TYPE_BOOL }, { "level", TYPE_INT4 } }, NULL },
	RECORDS(RECORD, "json_to_record", true, JSON)
	RECORDS(RECORD, "jsonb_to_record", true, JSONB)
	RECORDS(RECORDSET, "json_to_recordset", false, JSON)
	RECORDS(RECORDSET, "jsonb_to_recordset", false, JSONB)
};
/* clang-format on */

const struct set_function *
set_function_next(struct str name, const struct set_function *previous)
{
	size_t i =
	    previous == NULL ? 0 : (size_t)(previous - set_functions) + 1;

	for (; i < ARRAY_LEN(set_functions); i++) {
		if (str_equal(name, str_of_cstr(set_functions[i].name)))
			return &set_functions[i];
	}
	return NULL;
}
