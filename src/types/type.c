/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of built-in types and the dispatch to their families.
 */
#include "types/type.h"

#include <assert.h>
#include <stdio.h>

#include "common/hash.h"
#include "common/must.h"
#include "common/utf8.h"
#include "types/float_text.h"
#include "types/interval.h"
#include "types/json_compare.h"
#include "types/network.h"
#include "types/numeric.h"
#include "types/record.h"
#include "types/text.h"
#include "types/type_array.h"
#include "types/type_private.h"

struct type_row {
	struct type_info info;
	const struct type_ops *ops;
};

/* clang-format off */
#define ROW(oid, array, name, sql_name, phys, len, category, preferred, ops) \
	{ { oid, array, 0, name, sql_name, phys, len, category, preferred }, \
	  &type_ops_##ops },
#define ARRAY(element, name, sql_name) \
	{ { TYPE_##element##_ARRAY, 0, TYPE_##element, name, sql_name, \
	    PHYS_STR, -1, 'A', false }, \
	  &type_ops_array },
#define VECTOR(element, array, name) \
	{ { TYPE_##element##VECTOR, array, TYPE_##element, name, name, \
	    PHYS_STR, -1, 'A', false }, \
	  &type_ops_vector },

/* In the order of OIDs. */
static const struct type_row rows[] = {
ROW(TYPE_BOOL, 1000, "bool", "boolean", PHYS_BOOL, 1, 'B', true, bool)
ROW(TYPE_BYTEA, 1001, "bytea", "bytea", PHYS_STR, -1, 'U', false, bytea)
ROW(TYPE_CHAR, 1002, "char", "\"char\"", PHYS_STR, 1, 'Z', false, char)
ROW(TYPE_NAME, 1003, "name", "name", PHYS_STR, 64, 'S', false, name)
ROW(TYPE_INT8, 1016, "int8", "bigint", PHYS_I64, 8, 'N', false, int8)
ROW(TYPE_INT2, 1005, "int2", "smallint", PHYS_I64, 2, 'N', false, int2)
VECTOR(INT2, 1006, "int2vector")
ROW(TYPE_INT4, 1007, "int4", "integer", PHYS_I64, 4, 'N', false, int4)
ROW(TYPE_REGPROC, 1008, "regproc", "regproc", PHYS_I64, 4, 'N', false, reg)
ROW(TYPE_TEXT, 1009, "text", "text", PHYS_STR, -1, 'S', true, text)
ROW(TYPE_OID, 1028, "oid", "oid", PHYS_I64, 4, 'N', true, oid)
ROW(TYPE_TID, 1010, "tid", "tid", PHYS_I64, 6, 'U', false, tid)
ROW(TYPE_XID, 1011, "xid", "xid", PHYS_I64, 4, 'U', false, xid)
ROW(TYPE_CID, 1012, "cid", "cid", PHYS_I64, 4, 'U', false, xid)
VECTOR(OID, 1013, "oidvector")
ROW(TYPE_JSON, 199, "json", "json", PHYS_STR, -1, 'U', false, json)
ROW(TYPE_PG_NODE_TREE, 0, "pg_node_tree", "pg_node_tree", PHYS_STR, -1, 'Z',
    false, node)
ARRAY(JSON, "_json", "json[]")
ARRAY(XID8, "_xid8", "xid8[]")
ROW(TYPE_CIDR, 651, "cidr", "cidr", PHYS_STR, -1, 'I', false, network)
ARRAY(CIDR, "_cidr", "cidr[]")
ROW(TYPE_FLOAT4, 1021, "float4", "real", PHYS_F64, 4, 'N', false, float4)
ROW(TYPE_FLOAT8, 1022, "float8", "double precision", PHYS_F64, 8, 'N', true,
    float8)
ROW(TYPE_UNKNOWN, 0, "unknown", "unknown", PHYS_STR, -2, 'X', false, text)
ROW(TYPE_MACADDR, 1040, "macaddr", "macaddr", PHYS_I64, 6, 'U', false, macaddr)
ROW(TYPE_INET, 1041, "inet", "inet", PHYS_STR, -1, 'I', true, network)
ARRAY(BOOL, "_bool", "boolean[]")
ARRAY(BYTEA, "_bytea", "bytea[]")
ARRAY(CHAR, "_char", "\"char\"[]")
ARRAY(NAME, "_name", "name[]")
ARRAY(INT2, "_int2", "smallint[]")
ARRAY(INT2VECTOR, "_int2vector", "int2vector[]")
ARRAY(INT4, "_int4", "integer[]")
ARRAY(REGPROC, "_regproc", "regproc[]")
ARRAY(TEXT, "_text", "text[]")
ARRAY(TID, "_tid", "tid[]")
ARRAY(XID, "_xid", "xid[]")
ARRAY(CID, "_cid", "cid[]")
ARRAY(OIDVECTOR, "_oidvector", "oidvector[]")
ARRAY(BPCHAR, "_bpchar", "character[]")
ARRAY(VARCHAR, "_varchar", "character varying[]")
ARRAY(INT8, "_int8", "bigint[]")
ARRAY(FLOAT4, "_float4", "real[]")
ARRAY(FLOAT8, "_float8", "double precision[]")
ARRAY(OID, "_oid", "oid[]")
ROW(TYPE_ACLITEM, 1034, "aclitem", "aclitem", PHYS_STR, 12, 'U', false, aclitem)
ARRAY(ACLITEM, "_aclitem", "aclitem[]")
ARRAY(MACADDR, "_macaddr", "macaddr[]")
ARRAY(INET, "_inet", "inet[]")
ROW(TYPE_BPCHAR, 1014, "bpchar", "character", PHYS_STR, -1, 'S', false, bpchar)
ROW(TYPE_VARCHAR, 1015, "varchar", "character varying", PHYS_STR, -1, 'S',
    false, varchar)
ROW(TYPE_DATE, 1182, "date", "date", PHYS_I64, 4, 'D', false, date)
ROW(TYPE_TIME, 1183, "time", "time without time zone", PHYS_I64, 8, 'D', false,
    time)
ROW(TYPE_TIMESTAMP, 1115, "timestamp", "timestamp without time zone", PHYS_I64,
    8, 'D', false, timestamp)
ARRAY(TIMESTAMP, "_timestamp", "timestamp without time zone[]")
ARRAY(DATE, "_date", "date[]")
ARRAY(TIME, "_time", "time without time zone[]")
ROW(TYPE_TIMESTAMPTZ, 1185, "timestamptz", "timestamp with time zone",
    PHYS_I64, 8, 'D', true, timestamptz)
ARRAY(TIMESTAMPTZ, "_timestamptz", "timestamp with time zone[]")
ROW(TYPE_INTERVAL, 1187, "interval", "interval", PHYS_INTERVAL, 16, 'T', true,
    interval)
ARRAY(INTERVAL, "_interval", "interval[]")
ARRAY(NUMERIC, "_numeric", "numeric[]")
ARRAY(CSTRING, "_cstring", "cstring[]")
ROW(TYPE_BIT, 1561, "bit", "bit", PHYS_STR, -1, 'V', false, bits)
ARRAY(BIT, "_bit", "bit[]")
ROW(TYPE_VARBIT, 1563, "varbit", "bit varying", PHYS_STR, -1, 'V', true, bits)
ARRAY(VARBIT, "_varbit", "bit varying[]")
ROW(TYPE_NUMERIC, 1231, "numeric", "numeric", PHYS_NUMERIC, -1, 'N', false,
    numeric)
ROW(TYPE_REFCURSOR, 2201, "refcursor", "refcursor", PHYS_STR, -1, 'U', false,
    text)
ARRAY(REFCURSOR, "_refcursor", "refcursor[]")
ROW(TYPE_REGPROCEDURE, 2207, "regprocedure", "regprocedure", PHYS_I64, 4, 'N',
    false, reg)
ROW(TYPE_REGOPER, 2208, "regoper", "regoper", PHYS_I64, 4, 'N', false, reg)
ROW(TYPE_REGOPERATOR, 2209, "regoperator", "regoperator", PHYS_I64, 4, 'N',
    false, reg)
ROW(TYPE_REGCLASS, 2210, "regclass", "regclass", PHYS_I64, 4, 'N', false, reg)
ROW(TYPE_REGTYPE, 2211, "regtype", "regtype", PHYS_I64, 4, 'N', false, reg)
ARRAY(REGPROCEDURE, "_regprocedure", "regprocedure[]")
ARRAY(REGOPER, "_regoper", "regoper[]")
ARRAY(REGOPERATOR, "_regoperator", "regoperator[]")
ARRAY(REGCLASS, "_regclass", "regclass[]")
ARRAY(REGTYPE, "_regtype", "regtype[]")
ROW(TYPE_RECORD, 2287, "record", "record", PHYS_STR, -1, 'P', false, record)
ROW(TYPE_CSTRING, 1263, "cstring", "cstring", PHYS_STR, -2, 'P', false, text)
ROW(TYPE_VOID, 0, "void", "void", PHYS_STR, 4, 'P', false, void)
ARRAY(RECORD, "_record", "record[]")
ARRAY(TXID_SNAPSHOT, "_txid_snapshot", "txid_snapshot[]")
ROW(TYPE_UUID, 2951, "uuid", "uuid", PHYS_UUID, 16, 'U', false, uuid)
ARRAY(UUID, "_uuid", "uuid[]")
ROW(TYPE_TXID_SNAPSHOT, 2949, "txid_snapshot", "txid_snapshot", PHYS_STR, -1,
    'U', false, snapshot)
ROW(TYPE_PG_LSN, 3221, "pg_lsn", "pg_lsn", PHYS_I64, 8, 'U', false, lsn)
ARRAY(PG_LSN, "_pg_lsn", "pg_lsn[]")
ROW(TYPE_REGCONFIG, 3735, "regconfig", "regconfig", PHYS_I64, 4, 'N', false,
    reg)
ARRAY(REGCONFIG, "_regconfig", "regconfig[]")
ROW(TYPE_REGDICTIONARY, 3770, "regdictionary", "regdictionary", PHYS_I64, 4,
    'N', false, reg)
ARRAY(REGDICTIONARY, "_regdictionary", "regdictionary[]")
ROW(TYPE_JSONB, 3807, "jsonb", "jsonb", PHYS_STR, -1, 'U', false, jsonb)
ARRAY(JSONB, "_jsonb", "jsonb[]")
ROW(TYPE_JSONPATH, 4073, "jsonpath", "jsonpath", PHYS_STR, -1, 'U', false,
    jsonpath)
ARRAY(JSONPATH, "_jsonpath", "jsonpath[]")
ROW(TYPE_REGNAMESPACE, 4090, "regnamespace", "regnamespace", PHYS_I64, 4, 'N',
    false, reg)
ARRAY(REGNAMESPACE, "_regnamespace", "regnamespace[]")
ROW(TYPE_REGROLE, 4097, "regrole", "regrole", PHYS_I64, 4, 'N', false, reg)
ARRAY(REGROLE, "_regrole", "regrole[]")
ROW(TYPE_REGCOLLATION, 4192, "regcollation", "regcollation", PHYS_I64, 4, 'N',
    false, reg)
ARRAY(REGCOLLATION, "_regcollation", "regcollation[]")
ROW(TYPE_PG_SNAPSHOT, 5039, "pg_snapshot", "pg_snapshot", PHYS_STR, -1, 'U',
    false, snapshot)
ARRAY(PG_SNAPSHOT, "_pg_snapshot", "pg_snapshot[]")
ROW(TYPE_XID8, 271, "xid8", "xid8", PHYS_I64, 8, 'U', false, xid8)
};
/* clang-format on */

const struct type_settings type_settings_default = {
	.date_style = DATE_STYLE_ISO,
	.date_order = DATE_ORDER_MDY,
	.interval_style = INTERVAL_STYLE_POSTGRES,
	.extra_float_digits = 1,
};

static const struct type_row *
row_of(uint32_t oid)
{
	size_t low = 0, high = ARRAY_LEN(rows);

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (rows[middle].info.oid == oid)
			return &rows[middle];
		if (rows[middle].info.oid < oid)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct type_info *
type_info(uint32_t oid)
{
	const struct type_row *row = row_of(oid);

	return row == NULL ? NULL : &row->info;
}

const struct type_ops *
type_ops_of(const struct type *type)
{
	const struct type_row *row;

	if (type->enum_type != NULL)
		return type_is_enum(type) ? &type_ops_enum : &type_ops_array;
	row = row_of(type->oid);
	MUST(row != NULL);
	return row->ops;
}

enum phys
type_phys(const struct type *type)
{
	const struct type_row *row;

	if (type->enum_type != NULL)
		return type_is_enum(type) ? PHYS_I64 : PHYS_STR;
	row = row_of(type->oid);
	MUST(row != NULL);
	return row->info.phys;
}

uint32_t
type_oid_of_name(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (str_equal(name, str_of_cstr(rows[i].info.name)))
			return rows[i].info.oid;
	return 0;
}

int
type_in_text(const struct type *type, const struct type_settings *settings,
    struct str text, struct arena *arena, struct datum *out, struct error *err)
{
	struct type_input in = { type, settings, text, arena, err };

	*out = (struct datum){ .is_null = false };
	return type_ops_of(type)->in_text(&in, out);
}

/* Whether every text is a value, as it stands. */
static bool
takes_any_text(const struct type *type)
{
	return type->mod == -1 &&
	    (type->oid == TYPE_TEXT || type->oid == TYPE_VARCHAR ||
		type->oid == TYPE_BPCHAR);
}

bool
type_in_column(const struct type *type, const struct type_settings *settings,
    const struct vec *texts, uint32_t count, struct arena *arena,
    struct vec *out)
{
	const type_in_fn in_text = type_ops_of(type)->in_text;
	struct error ignored;
	struct type_input in = { type, settings, { NULL, 0 }, arena, &ignored };
	size_t size;

	if (takes_any_text(type)) {
		*out = *texts;
		return true;
	}
	vec_init(out, type_phys(type), count, arena);
	size = phys_size(out->phys);
	for (uint32_t i = 0; i < count; i++) {
		struct datum value = { .is_null = false };

		if (vec_is_null(texts, i)) {
			memset((char *)out->data + i * size, 0, size);
			continue;
		}
		in.text = texts->str[i];
		if (in_text(&in, &value) != 0)
			return false;
		vec_set(out, i, &value);
	}
	out->nulls = texts->nulls;
	return !arena->failed;
}

int
type_in_binary(const struct type *type, struct str bytes, struct arena *arena,
    struct datum *out, struct error *err)
{
	struct type_input in = { type, NULL, bytes, arena, err };

	*out = (struct datum){ .is_null = false };
	return type_ops_of(type)->in_binary(&in, out);
}

static const void *
value_at(const struct vec *vec, uint32_t row)
{
	return (const char *)vec->data +
	    vec_index(vec, row) * phys_size(vec->phys);
}

void
type_out_text(const struct type *type, const struct type_settings *settings,
    const struct vec *vec, uint32_t row, struct buf *out)
{
	assert(!vec_is_null(vec, row));
	type_ops_of(type)->out_text(type, settings, value_at(vec, row), out);
}

void
type_out_binary(const struct type *type, const struct vec *vec, uint32_t row,
    struct buf *out)
{
	assert(!vec_is_null(vec, row));
	type_ops_of(type)->out_binary(type, NULL, value_at(vec, row), out);
}

static int
compare_i64(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/*
 * jsonb, rows, arrays and networks have an order of their own; bpchar ignores
 * last blanks.
 */
static int
compare_str(const struct type *type, struct str a, struct str b)
{
	if (type->oid == TYPE_BPCHAR)
		return str_compare(text_trim_blanks(a), text_trim_blanks(b));
	if (type->oid == TYPE_JSONB)
		return jsonb_compare(a, b);
	if (type->oid == TYPE_RECORD)
		return record_compare(a, b);
	if (type->oid == TYPE_INET || type->oid == TYPE_CIDR)
		return network_compare(a, b);
	if (type->oid != TYPE_TEXT && type_is_array(type))
		return array_compare(type, a, b);
	return str_compare(a, b);
}

/* Strings, but no enum and no array. */
static bool
is_of_strings(const struct type *type)
{
	const struct type_info *info =
	    type->enum_type == NULL ? type_info(type->oid) : NULL;

	return info != NULL && info->phys == PHYS_STR && info->element_oid == 0;
}

bool
type_is_bytewise(const struct type *type)
{
	return is_of_strings(type) && type->oid != TYPE_BPCHAR &&
	    type->oid != TYPE_JSONB && type->oid != TYPE_RECORD &&
	    type->oid != TYPE_INET && type->oid != TYPE_CIDR;
}

bool
type_is_text(const struct type *type)
{
	return is_of_strings(type) && type->oid != TYPE_BYTEA &&
	    type->oid != TYPE_CHAR && type->oid != TYPE_RECORD &&
	    type->oid != TYPE_INET && type->oid != TYPE_CIDR;
}

bool
type_is_reg(uint32_t oid)
{
	const struct type_row *row = row_of(oid);

	return row != NULL && row->ops == &type_ops_reg;
}

bool
type_has_settled_text(const struct type *type)
{
	switch (type->oid) {
	case TYPE_BOOL:
	case TYPE_INT2:
	case TYPE_INT4:
	case TYPE_INT8:
	case TYPE_OID:
	case TYPE_FLOAT4:
	case TYPE_FLOAT8:
	case TYPE_NUMERIC:
	case TYPE_TEXT:
	case TYPE_VARCHAR:
	case TYPE_BPCHAR:
	case TYPE_UUID:
	case TYPE_BIT:
	case TYPE_VARBIT:
	case TYPE_JSON:
	case TYPE_JSONB:
		return true;
	default:
		return false;
	}
}

int
type_compare(const struct type *type, const struct datum *a,
    const struct datum *b)
{
	switch (type_phys(type)) {
	case PHYS_BOOL:
		return compare_i64(a->boolean, b->boolean);
	case PHYS_I64:
		return compare_i64(a->i64, b->i64);
	case PHYS_F64:
		return float_compare(a->f64, b->f64);
	case PHYS_NUMERIC:
		return numeric_compare(&a->numeric, &b->numeric);
	case PHYS_STR:
		return compare_str(type, a->str, b->str);
	case PHYS_UUID:
		return memcmp(a->uuid.bytes, b->uuid.bytes,
		    sizeof(a->uuid.bytes));
	case PHYS_INTERVAL:
		return interval_compare(&a->interval, &b->interval);
	case PHYS_COUNT:
		break;
	}
	return 0;
}

uint64_t
type_hash(const struct type *type, const struct datum *value)
{
	struct str text = value->str;

	switch (type_phys(type)) {
	case PHYS_BOOL:
		return hash_u64(value->boolean);
	case PHYS_I64:
		return hash_u64((uint64_t)value->i64);
	case PHYS_F64:
		return float_hash(value->f64);
	case PHYS_NUMERIC:
		return numeric_hash(&value->numeric);
	case PHYS_STR:
		if (type->oid == TYPE_BPCHAR)
			text = text_trim_blanks(text);
		if (type->oid == TYPE_JSONB)
			return jsonb_hash(text);
		if (type->oid == TYPE_RECORD)
			return record_hash(text);
		if (type_is_array(type))
			return array_hash(type, text);
		return hash_bytes(text.data, text.len);
	case PHYS_UUID:
		return hash_bytes(value->uuid.bytes, sizeof(value->uuid.bytes));
	case PHYS_INTERVAL:
		return interval_hash(&value->interval);
	case PHYS_COUNT:
		break;
	}
	return 0;
}

int
type_invalid_input(const struct type_input *in)
{
	const struct type_info *info = type_info(in->type->oid);

	MUST(info != NULL);
	return error_set(in->err, STELE_E_INVALID_TEXT_REPRESENTATION,
	    "invalid input syntax for type %s: \"%.*s\"", info->sql_name,
	    STR_FMT(in->text));
}

int
type_input_out_of_range(const struct type_input *in)
{
	const struct type_info *info = type_info(in->type->oid);

	MUST(info != NULL);
	return error_set(in->err, STELE_E_NUMERIC_OUT_OF_RANGE,
	    "value \"%.*s\" is out of range for type %s", STR_FMT(in->text),
	    info->sql_name);
}

int
type_check_binary_length(const struct type_input *in, const struct reader *r)
{
	if (r->failed)
		return error_set(in->err, STELE_E_PROTOCOL_VIOLATION,
		    "insufficient data left in message");
	if (reader_left(r) != 0)
		return error_set(in->err, STELE_E_INVALID_BINARY_REPRESENTATION,
		    "incorrect binary data format");
	return 0;
}

/* Bytes of the sequence that a first byte announces. */
static size_t
lead_length(uint8_t lead)
{
	if (lead >= 0xf0)
		return 4;
	if (lead >= 0xe0)
		return 3;
	return lead >= 0xc0 ? 2 : 1;
}

int
type_check_utf8(struct str text, struct error *err)
{
	size_t valid = utf8_valid_prefix(text);
	char bytes[32] = "";
	size_t shown = 0, used = 0;

	if (valid == text.len)
		return 0;
	/* PostgreSQL shows the bytes of the broken sequence. */
	do
		used += (size_t)snprintf(bytes + used, sizeof(bytes) - used,
		    "%s0x%02x", shown == 0 ? "" : " ",
		    (uint8_t)text.data[valid + shown]);
	while (++shown < 4 && valid + shown < text.len &&
	    (uint8_t)text.data[valid] >= 0x80 &&
	    shown < lead_length((uint8_t)text.data[valid]));
	return error_set(err, STELE_E_CHARACTER_NOT_IN_REPERTOIRE,
	    "invalid byte sequence for encoding \"UTF8\": %s", bytes);
}

struct str
type_trim(struct str text)
{
	while (text.len > 0 && type_is_space(text.data[text.len - 1]))
		text.len--;
	while (text.len > 0 && type_is_space(text.data[0])) {
		text.data++;
		text.len--;
	}
	return text;
}
