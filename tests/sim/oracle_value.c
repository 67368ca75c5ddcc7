/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The values of events: drawn from the event's number, with what is likely to
 * go wrong (extremes, nulls, empty strings, repeats) more often than chance
 * would have it.
 */
#include <stdio.h>
#include <string.h>

#include "sim/oracle.h"
#include "sim/random.h"

static int64_t
draw_int(uint64_t *random)
{
	switch (random_below(random, 8)) {
	case 0:
		return INT64_MIN;
	case 1:
		return INT64_MAX;
	case 2:
		return 0;
	case 3:
		return (int64_t)random_next(random);
	case 4:
		return -(int64_t)random_below(random, 1000);
	default:
		return (int64_t)random_below(random, 100);
	}
}

static void
draw_text(uint64_t *random, char *text, struct oracle_value *out)
{
	uint64_t shape = random_below(random, 16);
	size_t len;

	out->text = text;
	if (shape == 0) {
		out->len = 0; /* not a null */
		return;
	}
	if (shape < 10) { /* one of few: a dictionary */
		out->len = (size_t)snprintf(text, ORACLE_TEXT_MAX, "status-%u",
		    (unsigned)random_below(random, 12));
		return;
	}
	len = shape == 15 ? random_below(random, ORACLE_TEXT_MAX)
			  : random_below(random, 40);
	for (size_t i = 0; i < len; i++)
		text[i] = (char)('!' + random_below(random, 90));
	out->len = len;
}

static uint64_t
draw_float_bits(uint64_t *random)
{
	static const double fixed[] = { 0.0, -0.0, 1.0, 0.1, -19.99, 1e300,
		5e-324 };
	double value;
	uint64_t bits;

	switch (random_below(random, 5)) {
	case 0:
		value = fixed[random_below(random,
		    sizeof(fixed) / sizeof(fixed[0]))];
		break;
	case 1:
		return 0x7ff0000000000000u | random_below(random, 2) << 63;
	case 2:
		return 0x7ff8000000000000u; /* not a number */
	case 3:                             /* any bits but those of a NaN */
		bits = random_next(random);
		return (bits & 0x7ff0000000000000u) == 0x7ff0000000000000u
		    ? 0
		    : bits;
	default: /* a decimal */
		value = (double)(int64_t)random_below(random, 1000000) / 100.0;
		break;
	}
	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static void
draw_numeric(uint64_t *random, struct oracle_value *out)
{
	out->scale = (int32_t)random_below(random, 6);
	switch (random_below(random, 5)) {
	case 0:
		out->scale = -1;
		break;
	case 1: /* wide */
		out->number = (int64_t)random_next(random);
		out->high = (int64_t)random_next(random) >> 8;
		break;
	default:
		out->number = draw_int(random);
		out->high = out->number < 0 ? -1 : 0;
		break;
	}
}

static void
draw_value(enum oracle_kind kind, uint64_t *random, char *text,
    struct oracle_value *out)
{
	switch (kind) {
	case ORACLE_NUMBER:
	case ORACLE_SOURCE:
	case ORACLE_ENUM: /* the caller's */
	case ORACLE_KIND_COUNT:
		break;
	case ORACLE_INT:
		out->number = draw_int(random);
		break;
	case ORACLE_TEXT:
		draw_text(random, text, out);
		break;
	case ORACLE_JSON:
		out->text = text;
		out->len = (size_t)snprintf(text, ORACLE_TEXT_MAX,
		    "{\"n\": %u}", (unsigned)random_below(random, 1000));
		break;
	case ORACLE_FLOAT:
		out->bits = draw_float_bits(random);
		break;
	case ORACLE_DECIMAL:
		out->scale = 2;
		out->number =
		    (int64_t)random_below(random, 20000000000u) - 9999999999;
		out->high = out->number < 0 ? -1 : 0;
		break;
	case ORACLE_NUMERIC:
		draw_numeric(random, out);
		break;
	case ORACLE_BOOL:
		out->number = (int64_t)random_below(random, 2);
		break;
	case ORACLE_TIME:
	case ORACLE_DATE:
		out->number = draw_int(random) / 4000000;
		break;
	case ORACLE_UUID:
		for (size_t i = 0; i < sizeof(out->bytes); i++)
			out->bytes[i] = (uint8_t)random_next(random);
		break;
	case ORACLE_INTERVAL:
		out->number = draw_int(random) / 1000;
		out->days = (int32_t)draw_int(random);
		out->months = (int32_t)draw_int(random);
		break;
	}
}

void
oracle_event_value(const struct oracle *oracle, uint64_t event, uint32_t column,
    char text[ORACLE_TEXT_MAX], struct oracle_value *out)
{
	const struct oracle_event *e = &oracle->events[event];
	enum oracle_kind kind = oracle->types[e->type].columns[column].kind;
	uint64_t random =
	    random_mix(random_mix(oracle->seed, event), column + 1);

	*out = (struct oracle_value){ .number = (int64_t)event };
	if (kind == ORACLE_NUMBER)
		return;
	if (kind == ORACLE_SOURCE) {
		out->number = (int64_t)e->source;
		return;
	}
	out->is_null = random_once_in(&random, 6);
	if (out->is_null)
		return;
	/* A label that every catalogue has which could hold the event. */
	if (kind == ORACLE_ENUM)
		out->number = (int64_t)random_below(&random, 3);
	else
		draw_value(kind, &random, text, out);
}

void
oracle_default_value(const struct oracle_column *column,
    char text[ORACLE_TEXT_MAX], struct oracle_value *out)
{
	uint64_t random = column->default_seed;

	*out = (struct oracle_value){ .is_null = column->default_seed == 0 };
	if (!out->is_null && column->kind != ORACLE_ENUM)
		draw_value(column->kind, &random, text, out);
}

size_t
oracle_context_name(uint32_t context, char out[static 64])
{
	if (context == 0)
		return 0; /* the empty one */
	return (size_t)snprintf(out, 64, "order-%u", (unsigned)context * 7919);
}

bool
oracle_equal(enum oracle_kind kind, const struct oracle_value *a,
    const struct oracle_value *b)
{
	if (a->is_null || b->is_null)
		return a->is_null == b->is_null;
	switch (kind) {
	case ORACLE_NUMBER:
	case ORACLE_SOURCE:
	case ORACLE_INT:
	case ORACLE_BOOL:
	case ORACLE_TIME:
	case ORACLE_DATE:
	case ORACLE_ENUM:
		return a->number == b->number;
	case ORACLE_TEXT:
	case ORACLE_JSON:
		return a->len == b->len &&
		    (a->len == 0 || memcmp(a->text, b->text, a->len) == 0);
	case ORACLE_FLOAT:
		return a->bits == b->bits;
	case ORACLE_DECIMAL:
	case ORACLE_NUMERIC:
		return a->scale == b->scale &&
		    (a->scale == -1 ||
			(a->number == b->number && a->high == b->high));
	case ORACLE_UUID:
		return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
	case ORACLE_INTERVAL:
		return a->number == b->number && a->days == b->days &&
		    a->months == b->months;
	case ORACLE_KIND_COUNT:
		break;
	}
	return false;
}
