/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layout_fold.c -- constants are folded (fold.h) while a plan is laid out, since
 * only then it is known which columns are wanted.
 *
 * Planning fails for none of this: the statement does, once it is to run
 * (plan.h).
 */
#include "plan/layout_private.h"

/* Parts are placed over the rows of `input`. */
struct layout_fold {
	struct fold base; /* first */
	struct layouter *l;
	const struct rel *input;
};

static struct expr *
place(struct fold *fold, const struct expr *expr)
{
	const struct layout_fold *self = (const struct layout_fold *)fold;

	return layout_place(self->l, expr, self->input);
}

static struct layout_fold
fold_over(struct layouter *l, const struct rel *input)
{
	return (struct layout_fold){ .base = { .arena = l->arena,
					 .context = l->binder->context,
					 .notes = &l->binder->folded,
					 .operand = &l->operand,
					 .place = place },
		.l = l,
		.input = input };
}

struct expr *
layout_fold(struct layouter *l, struct expr *placed)
{
	struct layout_fold fold = fold_over(l, NULL);

	return fold_value(&fold.base, placed);
}

struct expr *
layout_fold_lazy(struct layouter *l, struct expr *placed,
    const struct rel *input)
{
	struct layout_fold fold = fold_over(l, input);

	return fold_lazy(&fold.base, placed);
}

bool
layout_fold_conjuncts(struct layouter *l, struct rel_filter *filter,
    const struct rel *input)
{
	struct layout_fold fold = fold_over(l, input);

	return fold_conjuncts(&fold.base, &filter->conjuncts, &filter->count);
}
