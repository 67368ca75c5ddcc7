/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading.c -- what a kept query computes, by the settings with which it was
 * made: whoever reads it, or refreshes it, finds the same days and the same
 * texts of times.
 */
#include "engine/catalog/catalog.h"
#include "exec/op.h"
#include "types/time_zone.h"

struct reading_op {
	struct op_state op;
	struct exec_env env;
	struct exec_context context;
	struct type_settings settings;
};

static int
reading_next(struct op_state *op, struct batch *out, struct error *err)
{
	op->input->row_goal = op->row_goal;
	return op_next(op->input, out, err);
}

static const struct op_class reading_class = {
	.name = "reading",
	.next = reading_next,
};

struct op_state *
reading_op_new(const struct exec_env *env, const struct rel *rel)
{
	struct reading_op *reading = arena_zalloc(env->arena, sizeof(*reading));
	const struct view_reading *its = rel->reading;
	struct type_settings *settings = &reading->settings;

	*settings = *env->context->settings;
	settings->date_style = (enum date_style)its->date_style;
	settings->date_order = (enum date_order)its->date_order;
	settings->interval_style = (enum interval_style)its->interval_style;
	settings->time_zone = its->time_zone.len == 0
	    ? NULL
	    : time_zone_find_stored(settings->time_zones, its->time_zone);
	reading->context = *env->context;
	reading->context.settings = settings;
	reading->env = *env;
	reading->env.context = &reading->context;
	reading->op.input = op_new(&reading->env, rel->input);
	op_init(&reading->op, &reading_class, &reading->env, rel);
	return &reading->op;
}
