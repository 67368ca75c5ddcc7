/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_private.h -- between function_impl.c and the families of kernels.
 *
 * A family is a table of rows, id to kernel.  Kernels that only compute are
 * written with the loops below, which hold no branch per row: one loop each for
 * dense and sparse selections and for either argument constant.
 */
#pragma once

#include <stddef.h>

#include "common/buf.h"
#include "common/cancel.h"
#include "common/error.h"
#include "common/json.h"
#include "exec/function_impl.h"

struct func_row {
	enum function_id id;
	struct function_impl impl;
};

struct func_family {
	const struct func_row *rows;
	size_t count;
};

extern const struct func_family func_acl;
extern const struct func_family func_advisory;
extern const struct func_family func_arith;
extern const struct func_family func_array;
extern const struct func_family func_array_find;
extern const struct func_family func_array_text;
extern const struct func_family func_bits;
extern const struct func_family func_bytes;
extern const struct func_family func_bytes_part;
extern const struct func_family func_compare;
extern const struct func_family func_config;
extern const struct func_family func_convert;
extern const struct func_family func_datetime;
extern const struct func_family func_describe;
extern const struct func_family func_enum;
extern const struct func_family func_from_char;
extern const struct func_family func_function;
extern const struct func_family func_information;
extern const struct func_family func_integer;
extern const struct func_family func_json;
extern const struct func_family func_json_build;
extern const struct func_family func_jsonb_edit;
extern const struct func_family func_jsonb_test;
extern const struct func_family func_jsonpath;
extern const struct func_family func_math;
extern const struct func_family func_names;
extern const struct func_family func_network;
extern const struct func_family func_key;
extern const struct func_family func_none;
extern const struct func_family func_number_format;
extern const struct func_family func_numeric;
extern const struct func_family func_object;
extern const struct func_family func_parse_ident;
extern const struct func_family func_period;
extern const struct func_family func_place;
extern const struct func_family func_privilege;
extern const struct func_family func_quote;
extern const struct func_family func_record;
extern const struct func_family func_regex;
extern const struct func_family func_regex_list;
extern const struct func_family func_sequence;
extern const struct func_family func_server;
extern const struct func_family func_session;
extern const struct func_family func_size;
extern const struct func_family func_size_text;
extern const struct func_family func_statistics;
extern const struct func_family func_storage;
extern const struct func_family func_text;
extern const struct func_family func_transaction;
extern const struct func_family func_trig;
extern const struct func_family func_unicode;
extern const struct func_family func_visible;
extern const struct func_family func_wait;

/*
 * For functions that wait: the wait begins, between it and call_wait_end()
 * the thread counts as idle.  STELE_E_FEATURE_NOT_SUPPORTED where nothing, or
 * this thread, is to wait; then it has not begun.
 */
MUST_USE int call_wait_begin(struct function_call *call);
void call_wait_end(struct function_call *call);

struct session_calls;

/* What a function may ask of its session; 0A000 where there is none. */
MUST_USE int call_session_calls(struct function_call *call,
    const struct session_calls **out);

/* 57014 once the statement is cancelled; while waiting, ask often. */
MUST_USE int call_check_cancel(struct function_call *call);

/* Run a statement for every selected row, `row` its number. */
#define EACH_ROW(sel, row, ...) \
	do { \
		if ((sel).rows == NULL) { \
			for (uint32_t row = 0; row < (sel).count; row++) { \
				__VA_ARGS__ \
			} \
		} else { \
			for (uint32_t at_ = 0; at_ < (sel).count; at_++) { \
				const uint32_t row = (sel).rows[at_]; \
				__VA_ARGS__ \
			} \
		} \
	} while (0)

/* Whether there is an i-th selected row, still wanted and with memory left. */
static inline bool
call_has_row(const struct function_call *call, uint32_t i)
{
	return i < call->sel.count && !call->arena->failed &&
	    !cancel_is_set(call->cancel);
}

/* The same for byte `at` of a value of so many, which is asked for each. */
static inline bool
call_has_byte(const struct function_call *call, size_t at, size_t len)
{
	return at < len && !cancel_is_set(call->cancel);
}

/* A kernel of one row, for all rows that are wanted. */
typedef int (*row_fn)(struct function_call *call, uint32_t row);

MUST_USE static inline int
each_row(struct function_call *call, row_fn fn)
{
	int rc = 0;

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++)
		rc = fn(call, sel_row(call->sel, i));
	return rc;
}

/* The kernel `name` of the function name_row. */
#define ROW_KERNEL(name) \
	static int name(struct function_call *call) \
	{ \
		return each_row(call, name##_row); \
	}

/* EACH_ROW for rows that may cost much. */
#define EACH_COSTLY_ROW(call, row, ...) \
	EACH_ROW((call)->sel, row, \
		 if ((call)->arena->failed || \
		     cancel_is_set((call)->cancel)) break; \
		 __VA_ARGS__)

/* x is the argument's value of type T, in the array `field` of its vector. */
#define UNARY_LOOP(call, T, field, ...) \
	do { \
		const T *a_ = (call)->args[0].field; \
		EACH_ROW((call)->sel, row, const T x = a_[row]; __VA_ARGS__); \
	} while (0)

/* The same for two arguments, x and y. */
#define BINARY_LOOP(call, TX, field_x, TY, field_y, ...) \
	do { \
		const TX *a_ = (call)->args[0].field_x; \
		const TY *b_ = (call)->args[1].field_y; \
		if ((call)->args[1].is_constant) { \
			const TY y = b_[0]; \
			EACH_ROW((call)->sel, row, const TX x = a_[row]; \
				 __VA_ARGS__); \
		} else if ((call)->args[0].is_constant) { \
			const TX x = a_[0]; \
			EACH_ROW((call)->sel, row, const TY y = b_[row]; \
				 __VA_ARGS__); \
		} else { \
			EACH_ROW((call)->sel, row, const TX x = a_[row]; \
				 const TY y = b_[row]; __VA_ARGS__); \
		} \
	} while (0)

/* Values of argument number `n` for kernels where a call costs more. */
#define ARG(call, n, field, row) \
	((call)->args[n].field[vec_index(&(call)->args[n], (row))])

/* ---- the result of a row, for such kernels ---- */

static inline void
put_null(struct function_call *call, uint32_t row)
{
	const struct datum null = { .is_null = true };

	vec_need_nulls(call->result, call->row_count, call->arena);
	vec_set(call->result, row, &null);
}

/* A text as the result of a row. */
MUST_USE static inline int
put_text(struct function_call *call, uint32_t row, const struct buf *text)
{
	if (text->failed)
		return error_no_memory(call->err);
	call->result->str[row] = arena_str(call->arena, buf_str(text));
	return 0;
}

/* The same of a document that was made of others, and may be too deep. */
MUST_USE static inline int
put_json(struct function_call *call, uint32_t row, const struct buf *text)
{
	int rc = text->failed ? 0 : json_check_depth(buf_str(text), call->err);

	return rc != 0 ? rc : put_text(call, row, text);
}
