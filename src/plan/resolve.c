/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resolve.c -- which candidate a call means.
 *
 * The rules are those of PostgreSQL's manual, chapter "Type Conversion":
 * exact match, most exact matches, preferred types, categories for unknown
 * arguments, and at last the known arguments' type for the unknown ones.
 */
#include "plan/bind.h"
#include "plan/polymorphic.h"

#define CATEGORY_NONE   '\0'
#define CATEGORY_STRING 'S'

uint32_t
candidate_arg(const struct candidate *candidate, uint32_t i)
{
	if (i < candidate->arg_count)
		return candidate->args[i];
	return candidate->args[candidate->arg_count - 1];
}

static bool
takes_count(const struct candidate *candidate, uint32_t count)
{
	return candidate->is_variadic ? count >= candidate->arg_count
				      : count == candidate->arg_count;
}

/* Whether all arguments can become the parameters' types by themselves. */
static bool
is_applicable(const struct candidate *candidate, const struct type *args,
    uint32_t arg_count)
{
	struct polymorph ignored;

	for (uint32_t i = 0; i < arg_count; i++) {
		const struct type to = type_of(candidate_arg(candidate, i));

		if (!type_is_polymorphic(to.oid) &&
		    !can_coerce(&args[i], &to, CAST_IMPLICIT))
			return false;
	}
	return polymorph_find(candidate, args, arg_count, &ignored);
}

static bool
is_exact(const struct candidate *candidate, const struct type *args,
    uint32_t arg_count)
{
	for (uint32_t i = 0; i < arg_count; i++) {
		if (candidate_arg(candidate, i) != args[i].oid)
			return false;
	}
	return true;
}

static const struct candidate *
find_exact(const struct candidate *candidates, uint32_t count,
    const struct type *args, uint32_t arg_count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (takes_count(&candidates[i], arg_count) &&
		    is_exact(&candidates[i], args, arg_count))
			return &candidates[i];
	}
	return NULL;
}

/* An operator with one unknown operand: first try the other's type for it. */
static const struct candidate *
find_exact_operator(const struct candidate *candidates, uint32_t count,
    const struct type *args)
{
	struct type same[2] = { args[0], args[1] };

	if (same[0].oid == TYPE_UNKNOWN)
		same[0] = same[1];
	else if (same[1].oid == TYPE_UNKNOWN)
		same[1] = same[0];
	return find_exact(candidates, count, same, 2);
}

/* ---- the rounds of elimination ---- */

struct round {
	const struct candidate **items;
	uint32_t count;
	const struct type *args;
	uint32_t arg_count;
};

static uint32_t
count_matches(const struct round *round, const struct candidate *candidate,
    bool with_preferred)
{
	uint32_t matches = 0;

	for (uint32_t i = 0; i < round->arg_count; i++) {
		const struct type *from = &round->args[i];
		const struct type to = type_of(candidate_arg(candidate, i));

		if (from->oid == TYPE_UNKNOWN)
			continue;
		if (from->oid == to.oid ||
		    (with_preferred && type_is_preferred(&to) &&
			type_category(&to) == type_category(from)))
			matches++;
	}
	return matches;
}

/* Keep those with the most matches. */
static void
keep_best(struct round *round, bool with_preferred)
{
	uint32_t best = 0;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < round->count; i++) {
		uint32_t matches =
		    count_matches(round, round->items[i], with_preferred);

		if (matches < best)
			continue;
		if (matches > best) {
			best = matches;
			kept = 0;
		}
		round->items[kept++] = round->items[i];
	}
	round->count = kept;
}

/*
 * The category that an unknown argument should have: strings win, else all
 * must agree; CATEGORY_NONE if they do not.
 */
static char
unknown_category(const struct round *round, uint32_t arg, bool *has_preferred)
{
	char category = CATEGORY_NONE;
	bool is_conflict = false;

	*has_preferred = false;
	for (uint32_t i = 0; i < round->count; i++) {
		struct type type = type_of(candidate_arg(round->items[i], arg));
		char its = type_category(&type);

		if (category == CATEGORY_NONE ||
		    (its == CATEGORY_STRING && category != its)) {
			category = its;
			*has_preferred = type_is_preferred(&type);
		} else if (category == its) {
			*has_preferred |= type_is_preferred(&type);
		} else {
			is_conflict = true;
		}
	}
	if (is_conflict && category != CATEGORY_STRING)
		return CATEGORY_NONE;
	return category;
}

/* Assign categories to unknown arguments; keep who takes them, if anybody. */
static void
keep_by_category(struct round *round)
{
	char category[CALL_ARGS_MAX];
	bool has_preferred[CALL_ARGS_MAX];
	uint32_t kept = 0;

	for (uint32_t a = 0; a < round->arg_count; a++) {
		if (round->args[a].oid != TYPE_UNKNOWN)
			continue;
		category[a] = unknown_category(round, a, &has_preferred[a]);
		if (category[a] == CATEGORY_NONE)
			return;
	}
	for (uint32_t i = 0; i < round->count; i++) {
		bool keep = true;

		for (uint32_t a = 0; a < round->arg_count && keep; a++) {
			struct type type =
			    type_of(candidate_arg(round->items[i], a));

			if (round->args[a].oid == TYPE_UNKNOWN)
				keep = type_category(&type) == category[a] &&
				    (!has_preferred[a] ||
					type_is_preferred(&type));
		}
		if (keep) {
			const struct candidate *item = round->items[i];

			round->items[i] = round->items[kept];
			round->items[kept++] = item;
		}
	}
	if (kept > 0)
		round->count = kept;
}

/* All known arguments have one type: try it for the unknown ones. */
static const struct candidate *
find_by_known_type(const struct round *round)
{
	struct type types[CALL_ARGS_MAX];
	struct type known = type_of(TYPE_UNKNOWN);
	const struct candidate *found = NULL;

	for (uint32_t a = 0; a < round->arg_count; a++) {
		if (round->args[a].oid == TYPE_UNKNOWN)
			continue;
		if (known.oid != TYPE_UNKNOWN &&
		    known.oid != round->args[a].oid)
			return NULL;
		known = round->args[a];
	}
	if (known.oid == TYPE_UNKNOWN)
		return NULL;
	for (uint32_t a = 0; a < round->arg_count; a++)
		types[a] = known;
	for (uint32_t i = 0; i < round->count; i++) {
		if (!is_applicable(round->items[i], types, round->arg_count))
			continue;
		if (found != NULL)
			return NULL;
		found = round->items[i];
	}
	return found;
}

static bool
has_unknown(const struct round *round)
{
	for (uint32_t a = 0; a < round->arg_count; a++) {
		if (round->args[a].oid == TYPE_UNKNOWN)
			return true;
	}
	return false;
}

static enum resolve_result
eliminate(struct round *round, const struct candidate **out)
{
	if (round->count == 0)
		return RESOLVE_NONE;
	if (round->count > 1)
		keep_best(round, false);
	if (round->count > 1)
		keep_best(round, true);
	if (round->count > 1 && has_unknown(round)) {
		keep_by_category(round);
		if (round->count > 1) {
			*out = find_by_known_type(round);
			return *out == NULL ? RESOLVE_AMBIGUOUS : RESOLVE_FOUND;
		}
	}
	*out = round->items[0];
	return round->count == 1 ? RESOLVE_FOUND : RESOLVE_AMBIGUOUS;
}

#define CANDIDATES_MAX 256

enum resolve_result
resolve_candidate(const struct candidate *candidates, uint32_t count,
    enum function_kind kind, const struct type *args, uint32_t arg_count,
    const struct candidate **out)
{
	const struct candidate *items[CANDIDATES_MAX];
	struct round round = { .items = items,
		.args = args,
		.arg_count = arg_count };

	*out = find_exact(candidates, count, args, arg_count);
	if (*out == NULL && kind == FUNCTION_OPERATOR && arg_count == 2)
		*out = find_exact_operator(candidates, count, args);
	if (*out != NULL)
		return RESOLVE_FOUND;
	for (uint32_t i = 0; i < count && round.count < CANDIDATES_MAX; i++) {
		if (takes_count(&candidates[i], arg_count) &&
		    is_applicable(&candidates[i], args, arg_count))
			items[round.count++] = &candidates[i];
	}
	return eliminate(&round, out);
}
