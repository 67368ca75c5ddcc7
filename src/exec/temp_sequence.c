/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/temp_sequence.h"

#include <inttypes.h>
#include <stdlib.h>

#include "exec/temp_tables.h"

/* Numbers that PostgreSQL logs in advance, of a temporary sequence each time. */
#define LOGGED_AHEAD 32

struct temp_counter *
temp_counter_new(int64_t first, const struct temp_counter *old)
{
	struct temp_counter *counter = calloc(1, sizeof(*counter));

	if (counter == NULL)
		return NULL;
	counter->refs = 1;
	counter->last_value = first;
	if (old != NULL) {
		counter->has_current = old->has_current;
		counter->current = old->current;
	}
	return counter;
}

struct temp_counter *
temp_counter_ref(struct temp_counter *counter)
{
	if (counter != NULL)
		counter->refs++;
	return counter;
}

void
temp_counter_unref(struct temp_counter *counter)
{
	if (counter != NULL && --counter->refs == 0)
		free(counter);
}

/* The number after `value`; false at the end. */
static bool
step(const struct temp_sequence *its, int64_t value, int64_t *out)
{
	bool ascends = its->increment > 0;
	bool is_last = __builtin_add_overflow(value, its->increment, out) ||
	    (ascends ? *out > its->max : *out < its->min);

	if (is_last && its->cycles)
		*out = ascends ? its->min : its->max;
	return !is_last || its->cycles;
}

/* How many more numbers there are, up to what is logged at once. */
static int64_t
count_ahead(const struct temp_sequence *its, int64_t value)
{
	int64_t count = 0;

	while (count < LOGGED_AHEAD && step(its, value, &value))
		count++;
	return count;
}

static int
at_end(const struct temp_sequence *its, struct error *err)
{
	bool ascends = its->increment > 0;

	return error_set(err, STELE_E_SEQUENCE_GENERATOR_LIMIT_EXCEEDED,
	    "nextval: reached %s value of sequence \"%.*s\" (%" PRId64 ")",
	    ascends ? "maximum" : "minimum", STR_FMT(its->name),
	    ascends ? its->max : its->min);
}

int
temp_sequence_next(struct temp_tables *temp,
    const struct temp_sequence *sequence, int64_t *out, struct error *err)
{
	struct temp_counter *counter = sequence->counter;
	int64_t value = counter->last_value;

	if (counter->is_called && !step(sequence, value, &value))
		return at_end(sequence, err);
	counter->log_count = count_ahead(sequence, value);
	counter->last_value = value;
	counter->is_called = true;
	counter->has_current = true;
	counter->current = value;
	temp->last_sequence = sequence->oid;
	*out = value;
	return 0;
}

int
temp_sequence_set(const struct temp_sequence *sequence, int64_t value,
    bool is_called, struct error *err)
{
	struct temp_counter *counter = sequence->counter;

	if (value < sequence->min || value > sequence->max)
		return error_set(err, STELE_E_NUMERIC_OUT_OF_RANGE,
		    "setval: value %" PRId64
		    " is out of bounds for sequence \"%.*s\" (%" PRId64
		    "..%" PRId64 ")",
		    value, STR_FMT(sequence->name), sequence->min,
		    sequence->max);
	counter->last_value = value;
	counter->log_count = 0;
	counter->is_called = is_called;
	if (is_called) {
		counter->has_current = true;
		counter->current = value;
	}
	return 0;
}

int
temp_sequence_current(const struct temp_sequence *sequence, int64_t *out,
    struct error *err)
{
	*out = sequence->counter->current;
	if (sequence->counter->has_current)
		return 0;
	return error_set(err, STELE_E_NOT_IN_PREREQUISITE_STATE,
	    "currval of sequence \"%.*s\" is not yet defined in this session",
	    STR_FMT(sequence->name));
}

int
temp_sequence_last(const struct temp_tables *temp, int64_t *out,
    struct error *err)
{
	const struct temp_sequence *sequence =
	    temp_sequence_by_oid(temp->catalog, temp->last_sequence);

	if (sequence != NULL && sequence->counter->has_current) {
		*out = sequence->counter->current;
		return 0;
	}
	return error_set(err, STELE_E_NOT_IN_PREREQUISITE_STATE,
	    "lastval is not yet defined in this session");
}

void
temp_sequences_discard(struct temp_tables *temp)
{
	const struct temp_catalog *catalog = temp->catalog;

	for (uint32_t i = 0; catalog != NULL && i < catalog->sequence_count;
	     i++)
		catalog->sequences[i]->counter->has_current = false;
	temp->last_sequence = 0;
}
