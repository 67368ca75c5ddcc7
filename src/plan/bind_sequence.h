/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_sequence.h -- sequences of event types; private to src/plan/.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "plan/bind.h"

/* The steps of a sequence; arrays of `count` in the binder's arena. */
struct sequence_steps {
	const struct event_type **types;
	/* What is written for them: an alias or the type's name.  Steps of one
	 * label are of one type, and a condition on it is on all of them. */
	struct str *labels;
	struct str *names; /* of their ranges: labels, made different */
	uint32_t count;
};

/* 42P01 if there is no such type, 42712 if an alias is another step's. */
MUST_USE int sequence_steps(struct binder *binder,
    const struct ast_query *query, struct sequence_steps *out,
    struct error *err);

/*
 * A field that the select list, BY or ORDER BY of a sequence names, as a column
 * of a step; what all steps have is that of the first.
 */
MUST_USE int sequence_field_expr(struct binder *binder,
    const struct ast_query *query, const struct sequence_steps *steps,
    const struct ast_field *field, struct ast_expr **out, struct error *err);

/* Its type; the field is one that sequence_field_expr() takes. */
struct type sequence_field_type(const struct ast_query *query,
    const struct sequence_steps *steps, const struct ast_field *field);

/* FROM the sequence. */
void sequence_from(struct binder *binder, const struct ast_query *query,
    struct ast_from_list *out);

/* The steps into the scope, and the relation of the matches. */
MUST_USE int bind_sequence(struct binder *binder, struct scope *scope,
    const struct ast_query *query, struct rel **out, struct error *err);

/* stele.sequence('a FOLLOWED BY b ...') as an item of FROM. */
bool is_sequence_call(const struct ast_expr *call);
MUST_USE int bind_sequence_call(struct binder *binder, struct scope *scope,
    const struct ast_from *from, struct rel **out, struct error *err);

/* bind_sequence_rows.c: QUERY a FOLLOWED BY b ... without aggregates. */
MUST_USE int bind_sequence_rows(struct binder *binder,
    const struct ast_query *query, struct query *out, struct error *err);
