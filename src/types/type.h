/* SPDX-License-Identifier: Apache-2.0 */
/*
 * type.h -- SQL types: names, OIDs, physical forms, text and binary forms.
 *
 * A type is PostgreSQL's OID plus its modifier.  Enums are made by users and
 * have OIDs from FIRST_USER_OID; their labels come with the struct type, so
 * that this layer needs no catalogue.  Every built-in type is one row of a
 * table in type.c.
 *
 * Threads: the table is constant; enum_type is immutable once published.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/buf.h"
#include "common/str.h"
#include "vec/value.h"
#include "vec/vec.h"

struct error;

/* PostgreSQL's fixed OIDs: src/include/catalog/pg_type.dat, PostgreSQL 15. */
enum type_oid {
	TYPE_BOOL = 16,
	TYPE_BYTEA = 17,
	TYPE_CHAR = 18, /* "char", one byte */
	TYPE_NAME = 19,
	TYPE_INT8 = 20,
	TYPE_INT2 = 21,
	TYPE_INT2VECTOR = 22,
	TYPE_INT4 = 23,
	TYPE_REGPROC = 24,
	TYPE_TEXT = 25,
	TYPE_OID = 26,
	TYPE_TID = 27,
	TYPE_XID = 28,
	TYPE_CID = 29,
	TYPE_OIDVECTOR = 30,
	TYPE_JSON = 114,
	TYPE_PG_NODE_TREE = 194,
	TYPE_JSON_ARRAY = 199,
	TYPE_XID8_ARRAY = 271,
	TYPE_CIDR = 650,
	TYPE_CIDR_ARRAY = 651,
	TYPE_FLOAT4 = 700,
	TYPE_FLOAT8 = 701,
	TYPE_UNKNOWN = 705,
	TYPE_MACADDR = 829,
	TYPE_INET = 869,
	TYPE_BOOL_ARRAY = 1000,
	TYPE_BYTEA_ARRAY = 1001,
	TYPE_CHAR_ARRAY = 1002,
	TYPE_NAME_ARRAY = 1003,
	TYPE_INT2_ARRAY = 1005,
	TYPE_INT2VECTOR_ARRAY = 1006,
	TYPE_INT4_ARRAY = 1007,
	TYPE_REGPROC_ARRAY = 1008,
	TYPE_TEXT_ARRAY = 1009,
	TYPE_TID_ARRAY = 1010,
	TYPE_XID_ARRAY = 1011,
	TYPE_CID_ARRAY = 1012,
	TYPE_OIDVECTOR_ARRAY = 1013,
	TYPE_BPCHAR_ARRAY = 1014,
	TYPE_VARCHAR_ARRAY = 1015,
	TYPE_INT8_ARRAY = 1016,
	TYPE_FLOAT4_ARRAY = 1021,
	TYPE_FLOAT8_ARRAY = 1022,
	TYPE_OID_ARRAY = 1028,
	TYPE_ACLITEM = 1033,
	TYPE_ACLITEM_ARRAY = 1034,
	TYPE_MACADDR_ARRAY = 1040,
	TYPE_INET_ARRAY = 1041,
	TYPE_BPCHAR = 1042,
	TYPE_VARCHAR = 1043,
	TYPE_DATE = 1082,
	TYPE_TIME = 1083,
	TYPE_TIMESTAMP = 1114,
	TYPE_TIMESTAMP_ARRAY = 1115,
	TYPE_DATE_ARRAY = 1182,
	TYPE_TIME_ARRAY = 1183,
	TYPE_TIMESTAMPTZ = 1184,
	TYPE_TIMESTAMPTZ_ARRAY = 1185,
	TYPE_INTERVAL = 1186,
	TYPE_INTERVAL_ARRAY = 1187,
	TYPE_NUMERIC_ARRAY = 1231,
	TYPE_CSTRING_ARRAY = 1263,
	TYPE_BIT = 1560,
	TYPE_BIT_ARRAY = 1561,
	TYPE_VARBIT = 1562,
	TYPE_VARBIT_ARRAY = 1563,
	TYPE_NUMERIC = 1700,
	TYPE_REFCURSOR = 1790,
	TYPE_REFCURSOR_ARRAY = 2201,
	TYPE_REGPROCEDURE = 2202,
	TYPE_REGOPER = 2203,
	TYPE_REGOPERATOR = 2204,
	TYPE_REGCLASS = 2205,
	TYPE_REGTYPE = 2206,
	TYPE_REGPROCEDURE_ARRAY = 2207,
	TYPE_REGOPER_ARRAY = 2208,
	TYPE_REGOPERATOR_ARRAY = 2209,
	TYPE_REGCLASS_ARRAY = 2210,
	TYPE_REGTYPE_ARRAY = 2211,
	TYPE_RECORD = 2249,
	TYPE_CSTRING = 2275,
	TYPE_VOID = 2278,
	TYPE_RECORD_ARRAY = 2287,
	TYPE_UUID = 2950,
	TYPE_TXID_SNAPSHOT_ARRAY = 2949,
	TYPE_UUID_ARRAY = 2951,
	TYPE_TXID_SNAPSHOT = 2970,
	TYPE_PG_LSN = 3220,
	TYPE_PG_LSN_ARRAY = 3221,
	TYPE_REGCONFIG = 3734,
	TYPE_REGCONFIG_ARRAY = 3735,
	TYPE_REGDICTIONARY = 3769,
	TYPE_REGDICTIONARY_ARRAY = 3770,
	TYPE_JSONB = 3802,
	TYPE_JSONB_ARRAY = 3807,
	TYPE_JSONPATH = 4072,
	TYPE_JSONPATH_ARRAY = 4073,
	TYPE_REGNAMESPACE = 4089,
	TYPE_REGNAMESPACE_ARRAY = 4090,
	TYPE_REGROLE = 4096,
	TYPE_REGROLE_ARRAY = 4097,
	TYPE_REGCOLLATION = 4191,
	TYPE_REGCOLLATION_ARRAY = 4192,
	TYPE_PG_SNAPSHOT = 5038,
	TYPE_PG_SNAPSHOT_ARRAY = 5039,
	TYPE_XID8 = 5069,

	/* Only as an argument or result of a function: polymorphic.h. */
	TYPE_ANY = 2276, /* "any" */
	TYPE_ANYARRAY = 2277,
	TYPE_ANYELEMENT = 2283,
	TYPE_ANYNONARRAY = 2776,
	TYPE_ANYENUM = 3500,
	TYPE_ANYCOMPATIBLE = 5077,
	TYPE_ANYCOMPATIBLEARRAY = 5078,
	TYPE_ANYCOMPATIBLENONARRAY = 5079,
};

#define FIRST_USER_OID 16384u

/* A user's enum.  Labels are only ever appended; the index is the order. */
struct enum_type {
	uint32_t oid;
	uint32_t array_oid;
	struct str name;
	uint32_t owner; /* a role */
	bool is_inline; /* made by a field: goes with the last one's type */
	uint32_t label_count;
	const struct str *labels;
};

struct row_type; /* types/record.h */

struct type {
	uint32_t oid;
	int32_t
	    mod; /* PostgreSQL's typmod, -1 is none; of an array's elements */
	/* borrowed; NULL unless an enum, or an array of one */
	const struct enum_type *enum_type;
	/* borrowed; NULL unless a record, or an array of some, of these columns */
	const struct row_type *row;
};

/* typmod of numeric(p,s) and of varchar(n), as PostgreSQL packs them. */
static inline int32_t
type_numeric_mod(int32_t precision, int32_t scale)
{
	return ((precision << 16) | (scale & 0x7ff)) + 4;
}

/* Of a modifier that is there. */
static inline int32_t
type_numeric_precision(int32_t mod)
{
	return (mod - 4) >> 16 & 0xffff;
}

/* Below zero: digits before the point that are always 0. */
static inline int32_t
type_numeric_scale(int32_t mod)
{
	return (((mod - 4) & 0x7ff) ^ 0x400) - 0x400; /* 11 bits, signed */
}

static inline struct type
type_of(uint32_t oid)
{
	return (struct type){ .oid = oid, .mod = -1 };
}

struct type_info {
	uint32_t oid;
	uint32_t array_oid;   /* 0: there are no arrays of it */
	uint32_t element_oid; /* of an array, else 0 */
	const char *name;     /* typname: "int8" */
	const char *sql_name; /* format_type: "bigint" */
	enum phys phys;
	int16_t len;       /* typlen */
	char category;     /* typcategory: 'N', 'S', 'D', 'B', 'E' ... */
	bool is_preferred; /* typispreferred */
};

/* The row of a built-in type, or NULL. */
const struct type_info *type_info(uint32_t oid);

static inline bool
type_is_enum(const struct type *type)
{
	return type->enum_type != NULL && type->oid == type->enum_type->oid;
}

/* Whether values are OIDs that read and print as names: regclass ... */
bool type_is_reg(uint32_t oid);

/*
 * Whether a value and its text are the same for everyone: the text forms of the
 * other types depend on settings, or on the catalogue.
 */
bool type_has_settled_text(const struct type *type);

/* Physical form of any type, enums included. */
enum phys type_phys(const struct type *type);

/*
 * The built-in type of a name as PostgreSQL's grammar gives it ("int4",
 * "varchar", "timestamptz"); 0 if there is none.
 */
uint32_t type_oid_of_name(struct str name);

/*
 * What psql shows: "bigint", "numeric(10,2)", "timestamp with time zone", an
 * enum's name quoted where it must be.
 */
struct str type_format(const struct type *type, struct arena *arena);

/* Without the modifier, as in messages: char(4) is "character". */
struct str type_format_bare(const struct type *type, struct arena *arena);

/* What a session may choose of how values are read and written. */
enum date_order { DATE_ORDER_MDY, DATE_ORDER_DMY, DATE_ORDER_YMD };
enum date_style {
	DATE_STYLE_ISO,
	DATE_STYLE_SQL,
	DATE_STYLE_POSTGRES,
	DATE_STYLE_GERMAN
};
enum interval_style {
	INTERVAL_STYLE_POSTGRES,
	INTERVAL_STYLE_POSTGRES_VERBOSE,
	INTERVAL_STYLE_SQL_STANDARD,
	INTERVAL_STYLE_ISO_8601,
};

struct text_encoding; /* types/encoding.h */
struct object_names;  /* types/object_names.h */
struct time_zone;     /* types/time_zone.h */
struct time_zone_set;

struct type_settings {
	enum date_style date_style;
	enum date_order date_order;
	enum interval_style interval_style;
	int extra_float_digits; /* 1 and more: shortest that reads back */
	bool bytea_escape;      /* bytea_output = escape */
	const struct time_zone *time_zone; /* borrowed; NULL is UTC */
	struct time_zone_set *time_zones;  /* borrowed; NULL: fixed ones only */
	int64_t now; /* transaction's time, for 'now' and 'today' */
	const struct object_names *names; /* borrowed; NULL: OIDs are numbers */
	const struct text_encoding *encoding; /* of the client; NULL is UTF-8 */
};

/* ISO dates, UTC, shortest floats: what files and tests use. */
extern const struct type_settings type_settings_default;

/*
 * Read a value's text form as PostgreSQL's input function does, with the
 * type's modifier applied as an explicit cast would check it (22001 for a
 * varchar that is too long, 22003 for a numeric that overflows).  Strings and
 * limbs go into the arena.
 *
 * Returns 0 or STELE_E_INVALID_TEXT_REPRESENTATION, _INVALID_DATETIME_FORMAT,
 * _DATETIME_OVERFLOW, _NUMERIC_OUT_OF_RANGE, _STRING_TOO_LONG, ... with
 * PostgreSQL's wording.
 */
MUST_USE int type_in_text(const struct type *type,
    const struct type_settings *settings, struct str text, struct arena *arena,
    struct datum *out, struct error *err);

/* Without the spaces that type_in_text() skips at both ends. */
struct str type_trim(struct str text);

/*
 * Read rows 0..count-1 of a vector of texts, which are valid UTF-8, as
 * type_in_text() does.  `out`, which this initialises, shares the null flags of
 * `texts` and may borrow its strings.  False if a text is not a value, or there
 * is no memory: type_in_text() says which and why.
 */
MUST_USE bool type_in_column(const struct type *type,
    const struct type_settings *settings, const struct vec *texts,
    uint32_t count, struct arena *arena, struct vec *out);

/*
 * The same for the binary form.  `bytes` is exactly the value.  Too short is
 * STELE_E_PROTOCOL_VIOLATION ("insufficient data left in message"), too long
 * STELE_E_INVALID_BINARY_REPRESENTATION; invalid UTF-8 22021.
 */
MUST_USE int type_in_binary(const struct type *type, struct str bytes,
    struct arena *arena, struct datum *out, struct error *err);

/* Append row `row` of a vector, which is not null, in its text or binary form. */
void type_out_text(const struct type *type,
    const struct type_settings *settings, const struct vec *vec, uint32_t row,
    struct buf *out);
void type_out_binary(const struct type *type, const struct vec *vec,
    uint32_t row, struct buf *out);

/*
 * The total order of a type's values, as ORDER BY has it: NaN is greater than
 * all numbers and equal to itself, text compares bytewise ("C").
 */
int type_compare(const struct type *type, const struct datum *a,
    const struct datum *b);

/*
 * Whether the value is its text form: its bytes read as another type's, and
 * others' text is a value of it.
 */
bool type_is_text(const struct type *type);

/* Whether it is a string whose values are equal if their bytes are. */
bool type_is_bytewise(const struct type *type);

/* Equal values have equal hashes (1.0 and 1.00 too). */
uint64_t type_hash(const struct type *type, const struct datum *value);
