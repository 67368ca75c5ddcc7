/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What makes a QUERY a sequence: its steps, LINKED BY and WITHIN.
 */
#include "sql/native.h"

/* The first type becomes step 1 once a second one follows it. */
static int
add_step(struct native *n, struct ast_query *query, const struct ast_step *step)
{
	struct ast_sequence *sequence = query->sequence;
	void *items = sequence->steps;
	int rc;

	if (sequence->step_count == NATIVE_STEPS_MAX) {
		error_set(n->p->err, STELE_E_LIMIT,
		    "a sequence can have at most %d steps", NATIVE_STEPS_MAX);
		return error_position(n->p->err, step->type.location);
	}
	rc = native_room(n, &items, sequence->step_count, sizeof(*step));
	if (rc != 0)
		return rc;
	sequence->steps = items;
	sequence->steps[sequence->step_count++] = *step;
	return 0;
}

static int
begin_sequence(struct native *n, struct ast_query *query,
    const struct ast_step *first)
{
	query->sequence = native_alloc(n, sizeof(*query->sequence));
	if (query->sequence == NULL)
		return n->p->err->code;
	query->sequence->is_preceded = native_is_word(n, "PRECEDED");
	return add_step(n, query, first);
}

static int
parse_alias(struct native *n, struct ast_step *step)
{
	int rc;

	if (!native_is_word(n, "AS"))
		return 0;
	rc = native_advance(n);
	if (rc != 0)
		return rc;
	if (native_is_word(n, "FOLLOWED") || native_is_word(n, "PRECEDED"))
		return native_expected(n, "a name for the step");
	if (n->remembered != NULL)
		return native_kept_name(n, "a name for what is kept",
		    &step->alias, &step->alias_location);
	return native_name(n, "a name for the step", &step->alias,
	    &step->alias_location);
}

/* type [AS name], a step behind the first. */
static int
parse_step(struct native *n, struct ast_query *query)
{
	struct ast_step step = { .type.count = 1 };
	int rc = native_name(n, "an event type", &step.type.parts[0],
	    &step.type.location);

	if (rc == 0)
		rc = parse_alias(n, &step);
	return rc != 0 ? rc : add_step(n, query, &step);
}

static int
parse_followed(struct native *n, struct ast_query *query,
    const struct ast_step *first)
{
	int rc = 0;

	if (query->sequence == NULL)
		rc = begin_sequence(n, query, first);
	else if (native_is_word(n, "PRECEDED") != query->sequence->is_preceded)
		rc = native_unsupported(n, n->token.start,
		    "a sequence in both directions");
	if (rc == 0)
		rc = native_advance(n);
	if (rc == 0)
		rc = native_expect(n, "BY");
	return rc != 0 ? rc : parse_step(n, query);
}

static int
check_first(struct native *n, const struct ast_query *query,
    const struct ast_step *first)
{
	if (first->alias.len == 0 || query->sequence != NULL)
		return 0;
	if (n->remembered != NULL) { /* it is REMEMBER's */
		*n->remembered = *first;
		return 0;
	}
	error_set(n->p->err, STELE_E_SYNTAX,
	    "AS is for the steps of a sequence");
	return error_position(n->p->err, first->alias_location);
}

int
native_steps(struct native *n, struct ast_query *query)
{
	struct ast_step first = { .type = query->event_type };
	int rc = parse_alias(n, &first);

	while (rc == 0 &&
	    (native_is_word(n, "FOLLOWED") || native_is_word(n, "PRECEDED")))
		rc = parse_followed(n, query, &first);
	return rc != 0 ? rc : check_first(n, query, &first);
}

int
native_arrows(struct native *n, struct ast_query *query)
{
	struct ast_step first = { .type = query->event_type };
	int rc = parse_alias(n, &first);

	while (rc == 0 &&
	    (native_is_punct(n, "->") || native_is_word(n, "THEN"))) {
		if (query->sequence == NULL)
			rc = begin_sequence(n, query, &first);
		if (rc == 0)
			rc = native_advance(n);
		if (rc == 0)
			rc = parse_step(n, query);
	}
	return rc != 0 ? rc : check_first(n, query, &first);
}

/* The clause's keyword, not yet taken, makes sense in a sequence only. */
static int
need_sequence(struct native *n, const struct ast_query *query)
{
	if (query->sequence != NULL)
		return 0;
	error_set(n->p->err, STELE_E_SYNTAX,
	    "%.*s is for sequences of event types", STR_FMT(n->token.text));
	error_hint(n->p->err,
	    "Write QUERY a FOLLOWED BY b LINKED BY a field that both have.");
	return error_position(n->p->err, native_position(n, n->token.start));
}

int
native_linked(struct native *n, struct ast_query *query)
{
	int rc = need_sequence(n, query);

	if (rc == 0)
		rc = native_advance(n);
	if (rc == 0)
		rc = native_expect(n, "BY");
	if (rc != 0)
		return rc;
	return native_name(n, "a field", &query->sequence->link.name,
	    &query->sequence->link.location);
}

int
native_within(struct native *n, struct ast_query *query)
{
	static const struct {
		const char *one;
		const char *many;
		enum ast_time_unit unit;
	} units[] = {
		{ "SECOND", "SECONDS", AST_SECOND },
		{ "MINUTE", "MINUTES", AST_MINUTE },
		{ "HOUR", "HOURS", AST_HOUR },
		{ "DAY", "DAYS", AST_DAY },
		{ "WEEK", "WEEKS", AST_WEEK },
	};
	int rc = need_sequence(n, query);

	if (rc == 0)
		rc = native_advance(n);
	if (rc == 0)
		rc = native_count(n, "a number", &query->sequence->within);
	if (rc != 0)
		return rc;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (!native_is_word(n, units[i].one) &&
		    !native_is_word(n, units[i].many))
			continue;
		query->sequence->unit = units[i].unit;
		return native_advance(n);
	}
	return native_expected(n, "SECONDS, MINUTES, HOURS, DAYS or WEEKS");
}
