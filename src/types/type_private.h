/* SPDX-License-Identifier: Apache-2.0 */
/*
 * type_private.h -- what the families of types give to type.c.
 *
 * Each family fills one struct type_ops per type.  An input function gets
 * everything in one struct; an output function gets a pointer to the value in
 * its physical form.
 */
#pragma once

#include "common/arena.h"
#include "common/buf.h"
#include "common/error.h"
#include "common/reader.h"
#include "types/type.h"

struct type_input {
	const struct type *type;
	const struct type_settings *settings; /* NULL for binary forms */
	struct str text;                      /* or the bytes */
	struct arena *arena;
	struct error *err;
};

typedef int (*type_in_fn)(const struct type_input *in, struct datum *out);
typedef void (*type_out_fn)(const struct type *type,
    const struct type_settings *settings, const void *value, struct buf *out);

struct type_ops {
	type_in_fn in_text;
	type_in_fn in_binary;
	type_out_fn out_text;
	type_out_fn out_binary; /* settings is NULL */
};

extern const struct type_ops type_ops_aclitem;
extern const struct type_ops type_ops_array;
extern const struct type_ops type_ops_bits;
extern const struct type_ops type_ops_bool;
extern const struct type_ops type_ops_bpchar;
extern const struct type_ops type_ops_bytea;
extern const struct type_ops type_ops_char;
extern const struct type_ops type_ops_date;
extern const struct type_ops type_ops_enum;
extern const struct type_ops type_ops_float4;
extern const struct type_ops type_ops_float8;
extern const struct type_ops type_ops_int2;
extern const struct type_ops type_ops_int4;
extern const struct type_ops type_ops_int8;
extern const struct type_ops type_ops_interval;
extern const struct type_ops type_ops_json;
extern const struct type_ops type_ops_jsonb;
extern const struct type_ops type_ops_jsonpath;
extern const struct type_ops type_ops_lsn;
extern const struct type_ops type_ops_snapshot;
extern const struct type_ops type_ops_macaddr;
extern const struct type_ops type_ops_name;
extern const struct type_ops type_ops_network;
extern const struct type_ops type_ops_node;
extern const struct type_ops type_ops_numeric;
extern const struct type_ops type_ops_oid;
extern const struct type_ops type_ops_record;
extern const struct type_ops type_ops_reg;
extern const struct type_ops type_ops_text;
extern const struct type_ops type_ops_tid;
extern const struct type_ops type_ops_time;
extern const struct type_ops type_ops_timestamp;
extern const struct type_ops type_ops_timestamptz;
extern const struct type_ops type_ops_uuid;
extern const struct type_ops type_ops_varchar;
extern const struct type_ops type_ops_vector;
extern const struct type_ops type_ops_void;
extern const struct type_ops type_ops_xid;
extern const struct type_ops type_ops_xid8;

/* Of any type, enums and their arrays included. */
const struct type_ops *type_ops_of(const struct type *type);

/* `invalid input syntax for type integer: "x"`, 22P02. */
int type_invalid_input(const struct type_input *in);

/* `value "99999" is out of range for type smallint`, 22003. */
int type_input_out_of_range(const struct type_input *in);

/* Whether `text` is valid in the server's encoding; else 22021. */
MUST_USE int type_check_utf8(struct str text, struct error *err);

/*
 * Whether a reader over a binary value has used all of it and no more: 08P01
 * if bytes are missing, 22P03 if there are too many.
 */
MUST_USE int type_check_binary_length(const struct type_input *in,
    const struct reader *r);

/* Spaces as PostgreSQL's input functions skip them: C's isspace(). */
static inline bool
type_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}
