/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_sequence.h -- sequences of event types; private to src/plan/.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "plan/bind.h"

/* The event types of the steps; 42P01 if there is no such type. */
MUST_USE int sequence_types(struct binder *binder,
    const struct ast_query *query, const struct event_type ***out,
    struct error *err);

/* What the steps go by: their types' names, made different. */
struct str *sequence_step_names(struct binder *binder,
    const struct event_type *const *types, uint32_t count);

/*
 * The first step of the event type that a field is of.  42702 with a hint if
 * several types have it, 42703 or 42P01 if none.
 */
MUST_USE int sequence_field_owner(const struct event_type *const *types,
    uint32_t count, const struct ast_field *field, uint32_t *owner,
    struct error *err);

/*
 * A field that the select list, BY or ORDER BY of a sequence names, as a column
 * of a step; what all steps have is that of the first.
 */
MUST_USE int sequence_field_expr(struct binder *binder,
    const struct ast_query *query, const struct event_type *const *types,
    const struct str *names, const struct ast_field *field,
    struct ast_expr **out, struct error *err);

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
