/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge_past.c -- rows that are older than the horizon of their type: a merge
 * leaves them out.
 *
 * Nobody misses them.  The horizon is that of a catalogue which was published,
 * so it is synced; it never goes back (K6), and a snapshot has the horizon and
 * the segments of one moment (R3).  So whoever finds the outputs in its view,
 * now or after a restart, has this horizon or a later one, and does not see
 * these rows; whoever has an earlier one has the inputs, of which the files stay
 * as long as the last view that lists them.
 */
#include "engine/compact/merge_private.h"

static int
count_rows(void *arg, uint32_t input UNUSED, const struct batch *batch,
    struct error *err UNUSED)
{
	uint64_t *rows = arg;

	*rows += batch->sel.count;
	return 0;
}

static int
count_past_of_type(struct merge *m, uint32_t type, struct error *err)
{
	static const uint32_t attnums[] = { COLUMN_TIMESTAMP };
	struct merge_pass pass = {
		.attnums = attnums,
		.attnum_count = ARRAY_LEN(attnums),
		.choice = merge_choice_all(),
		.fn = count_rows,
		.arg = &m->past_rows[type],
	};
	const struct event_type *known;
	int rc = merge_event_type(m, m->types[type], &known, err);

	if (rc != 0 || known->horizon == HORIZON_NONE)
		return rc;
	pass.choice.high = known->horizon - 1;
	return merge_pass_over_type(m, &pass, type, err);
}

int
merge_count_past(struct merge *m, struct error *err)
{
	int rc = 0;

	for (uint32_t t = 0; t < m->type_count && rc == 0; t++) {
		rc = count_past_of_type(m, t, err);
		m->past_count += m->past_rows[t];
	}
	/* As if they had been read to be written, and verified. */
	m->rows_done += 2 * m->past_count;
	return rc;
}
