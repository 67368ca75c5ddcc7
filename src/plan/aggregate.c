/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aggregate.c -- the signatures of aggregate functions, those of PostgreSQL's
 * pg_aggregate that we have.
 */
#include "plan/bind.h"

#define TWO(kind, name, a, b, result) \
	{ \
		name, AGG_##kind, 2, { TYPE_##a, TYPE_##b }, TYPE_##result \
	}
#define PAIR(kind, name) TWO(kind, name, FLOAT8, FLOAT8, FLOAT8)
#define INTEGERS(kind, name) \
	ONE(kind, name, INT2, INT2), ONE(kind, name, INT4, INT4), \
	    ONE(kind, name, INT8, INT8)
#define NUMBERS(kind, name) \
	ONE(kind, name, INT2, NUMERIC), ONE(kind, name, INT4, NUMERIC), \
	    ONE(kind, name, INT8, NUMERIC), ONE(kind, name, NUMERIC, NUMERIC), \
	    ONE(kind, name, FLOAT4, FLOAT8), ONE(kind, name, FLOAT8, FLOAT8)
#define ONE(kind, name, arg, result) \
	{ \
		name, AGG_##kind, 1, { TYPE_##arg }, TYPE_##result \
	}

/* clang-format off */
static const struct aggregate aggregates[] = {
	ONE(COUNT, "count", ANY, INT8),
	ONE(SUM, "sum", INT2, INT8),
	ONE(SUM, "sum", INT4, INT8),
	ONE(SUM, "sum", INT8, NUMERIC),
	ONE(SUM, "sum", FLOAT4, FLOAT4),
	ONE(SUM, "sum", FLOAT8, FLOAT8),
	ONE(SUM, "sum", NUMERIC, NUMERIC),
	ONE(SUM, "sum", INTERVAL, INTERVAL),
	ONE(AVG, "avg", INT2, NUMERIC),
	ONE(AVG, "avg", INT4, NUMERIC),
	ONE(AVG, "avg", INT8, NUMERIC),
	ONE(AVG, "avg", FLOAT4, FLOAT8),
	ONE(AVG, "avg", FLOAT8, FLOAT8),
	ONE(AVG, "avg", NUMERIC, NUMERIC),
	ONE(AVG, "avg", INTERVAL, INTERVAL),
	ONE(MIN, "min", INT2, INT2),
	ONE(MIN, "min", INT4, INT4),
	ONE(MIN, "min", INT8, INT8),
	ONE(MIN, "min", OID, OID),
	ONE(MIN, "min", FLOAT4, FLOAT4),
	ONE(MIN, "min", FLOAT8, FLOAT8),
	ONE(MIN, "min", NUMERIC, NUMERIC),
	ONE(MIN, "min", TEXT, TEXT),
	ONE(MIN, "min", BPCHAR, BPCHAR),
	ONE(MIN, "min", DATE, DATE),
	ONE(MIN, "min", TIME, TIME),
	ONE(MIN, "min", TIMESTAMP, TIMESTAMP),
	ONE(MIN, "min", TIMESTAMPTZ, TIMESTAMPTZ),
	ONE(MIN, "min", INTERVAL, INTERVAL),
	ONE(MIN, "min", ANYENUM, ANYENUM),
	ONE(MIN, "min", ANYARRAY, ANYARRAY),
	ONE(MAX, "max", INT2, INT2),
	ONE(MAX, "max", INT4, INT4),
	ONE(MAX, "max", INT8, INT8),
	ONE(MAX, "max", OID, OID),
	ONE(MAX, "max", FLOAT4, FLOAT4),
	ONE(MAX, "max", FLOAT8, FLOAT8),
	ONE(MAX, "max", NUMERIC, NUMERIC),
	ONE(MAX, "max", TEXT, TEXT),
	ONE(MAX, "max", BPCHAR, BPCHAR),
	ONE(MAX, "max", DATE, DATE),
	ONE(MAX, "max", TIME, TIME),
	ONE(MAX, "max", TIMESTAMP, TIMESTAMP),
	ONE(MAX, "max", TIMESTAMPTZ, TIMESTAMPTZ),
	ONE(MAX, "max", INTERVAL, INTERVAL),
	ONE(MAX, "max", ANYENUM, ANYENUM),
	ONE(MAX, "max", ANYARRAY, ANYARRAY),
	ONE(BOOL_AND, "bool_and", BOOL, BOOL),
	ONE(BOOL_AND, "every", BOOL, BOOL),
	ONE(BOOL_OR, "bool_or", BOOL, BOOL),
	TWO(STRING_AGG, "string_agg", TEXT, TEXT, TEXT),
	TWO(STRING_AGG, "string_agg", BYTEA, BYTEA, BYTEA),
	ONE(ARRAY_AGG, "array_agg", ANYNONARRAY, ANYARRAY),
	ONE(ARRAY_AGG, "array_agg", ANYARRAY, ANYARRAY),
	ONE(JSON_AGG, "json_agg", ANYELEMENT, JSON),
	ONE(JSONB_AGG, "jsonb_agg", ANYELEMENT, JSONB),
	TWO(JSON_OBJECT_AGG, "json_object_agg", ANY, ANY, JSON),
	TWO(JSONB_OBJECT_AGG, "jsonb_object_agg", ANY, ANY, JSONB),
	INTEGERS(BIT_AND, "bit_and"),
	ONE(BIT_AND, "bit_and", BIT, BIT),
	INTEGERS(BIT_OR, "bit_or"),
	ONE(BIT_OR, "bit_or", BIT, BIT),
	INTEGERS(BIT_XOR, "bit_xor"),
	ONE(BIT_XOR, "bit_xor", BIT, BIT),
	NUMBERS(VAR_POP, "var_pop"),
	NUMBERS(VAR_SAMP, "var_samp"),
	NUMBERS(VAR_SAMP, "variance"),
	NUMBERS(STDDEV_POP, "stddev_pop"),
	NUMBERS(STDDEV_SAMP, "stddev_samp"),
	NUMBERS(STDDEV_SAMP, "stddev"),
	PAIR(COVAR_POP, "covar_pop"),
	PAIR(COVAR_SAMP, "covar_samp"),
	PAIR(CORR, "corr"),
	TWO(REGR_COUNT, "regr_count", FLOAT8, FLOAT8, INT8),
	PAIR(REGR_SXX, "regr_sxx"),
	PAIR(REGR_SYY, "regr_syy"),
	PAIR(REGR_SXY, "regr_sxy"),
	PAIR(REGR_AVGX, "regr_avgx"),
	PAIR(REGR_AVGY, "regr_avgy"),
	PAIR(REGR_R2, "regr_r2"),
	PAIR(REGR_SLOPE, "regr_slope"),
	PAIR(REGR_INTERCEPT, "regr_intercept"),
	ONE(APPROX_COUNT_DISTINCT, "approx_count_distinct", ANY, INT8),
	ONE(MODE, "mode", ANYELEMENT, ANYELEMENT),
	TWO(PERCENTILE_CONT, "percentile_cont", FLOAT8, FLOAT8, FLOAT8),
	TWO(PERCENTILE_CONT, "percentile_cont", FLOAT8, INTERVAL, INTERVAL),
	TWO(PERCENTILE_CONT, "percentile_cont", FLOAT8_ARRAY, FLOAT8,
	    FLOAT8_ARRAY),
	TWO(PERCENTILE_CONT, "percentile_cont", FLOAT8_ARRAY, INTERVAL,
	    INTERVAL_ARRAY),
	TWO(PERCENTILE_DISC, "percentile_disc", FLOAT8, ANYELEMENT, ANYELEMENT),
	TWO(PERCENTILE_DISC, "percentile_disc", FLOAT8_ARRAY, ANYELEMENT,
	    ANYARRAY),
};
/* clang-format on */

const char *
agg_name(enum agg_kind kind)
{
	for (size_t i = 0; i < ARRAY_LEN(aggregates); i++)
		if (aggregates[i].kind == kind)
			return aggregates[i].name;
	switch (kind) {
	case AGG_RANK:
		return "rank";
	case AGG_DENSE_RANK:
		return "dense_rank";
	case AGG_PERCENT_RANK:
		return "percent_rank";
	case AGG_CUME_DIST:
		return "cume_dist";
	default:
		return "count"; /* of rows */
	}
}

const struct aggregate *
aggregate_next(struct str name, const struct aggregate *previous)
{
	size_t i = previous == NULL ? 0 : (size_t)(previous - aggregates) + 1;

	for (; i < ARRAY_LEN(aggregates); i++) {
		if (str_equal(name, str_of_cstr(aggregates[i].name)))
			return &aggregates[i];
	}
	return NULL;
}
