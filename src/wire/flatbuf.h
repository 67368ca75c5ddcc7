/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flatbuf.h -- FlatBuffers, as much of writing them as Arrow's messages need.
 *
 * A buffer grows at its end: what refers comes before what it refers to, and a
 * reference is filled in once its target is there.  All positions are offsets
 * in the struct buf.
 *
 *	root     u32 offset to the root table
 *	table    i32 distance back to its vtable, then its fields, wide ones first
 *	vtable   u16 own size, u16 size of the table, u16 place of each field
 *	         in the table (0: absent, the default)
 *	vector   u32 count, then the elements; a string is one of bytes, and a NUL
 *
 * All is little-endian and aligned to its width from the buffer's start.  The
 * format: "FlatBuffers Internals", flatbuffers.dev.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/str.h"

struct flatbuf {
	struct buf *out;
	size_t begin; /* of the FlatBuffer in it; a multiple of 8 from there */
};

/* A field of a table: its width in bytes, 0 if it is absent; its value. */
struct flatbuf_field {
	uint8_t width;
	uint64_t value;
};

#define FLATBUF_FIELDS_MAX 8 /* no table of ours has more */

/* A field that refers to what is not there yet. */
#define FLATBUF_REF       ((struct flatbuf_field){ 4, 0 })
#define FLATBUF_U8(value) ((struct flatbuf_field){ 1, (value) })
#define FLATBUF_I16(value) \
	((struct flatbuf_field){ 2, (uint16_t)(int16_t)(value) })
#define FLATBUF_I32(value) \
	((struct flatbuf_field){ 4, (uint32_t)(int32_t)(value) })
#define FLATBUF_I64(value) \
	((struct flatbuf_field){ 8, (uint64_t)(int64_t)(value) })

struct flatbuf flatbuf_begin(struct buf *out);
void flatbuf_set_root(struct flatbuf *fb, size_t table);

/* Append a table; returns its position. */
size_t flatbuf_table(struct flatbuf *fb, const struct flatbuf_field *fields,
    uint32_t count);

/* Append a vector whose references are filled in later. */
size_t flatbuf_refs(struct flatbuf *fb, uint32_t count);

/* Append a vector of structs of 64-bit integers, `per_struct` in each. */
size_t flatbuf_i64s(struct flatbuf *fb, const int64_t *values, uint32_t structs,
    uint32_t per_struct);

size_t flatbuf_string(struct flatbuf *fb, struct str text);

/* Fill in a field of one byte. */
void flatbuf_set_u8(struct flatbuf *fb, size_t table, uint32_t field,
    uint8_t value);

/* Let field `field` of a table, or element `i` of refs, refer to `target`. */
void flatbuf_set_field(struct flatbuf *fb, size_t table, uint32_t field,
    size_t target);
void flatbuf_set_ref(struct flatbuf *fb, size_t refs, uint32_t i,
    size_t target);
