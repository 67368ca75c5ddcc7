/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions and operators against what PostgreSQL 15 answers:
 * tests/data/function_vectors.tsv has a name, the arguments as type:value and
 * the result's text, NULL, or "SQLSTATE: message".  Beside it: nulls,
 * constants and selections.
 */
#include "exec/function_impl.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/error.h"
#include "types/array.h"
#include "types/time_zone.h"

static struct error err;
static struct arena arena;

static void
setup(void)
{
	arena_init(&arena, NULL);
}

static void
teardown(void)
{
	arena_release(&arena);
}

/* Whether a parameter stands for any type, and for this one. */
static bool
takes(uint32_t declared, const struct type *type)
{
	switch (declared) {
	case TYPE_ANYARRAY:
	case TYPE_ANYCOMPATIBLEARRAY:
		return type_is_array(type);
	case TYPE_ANYELEMENT:
		return true;
	case TYPE_ANYCOMPATIBLE:
		return !type_is_array(type);
	default:
		return declared == type->oid;
	}
}

/* The type of the result where it depends on those of the arguments. */
static struct type
result_of(const struct function *f, const struct type *types, uint32_t count)
{
	if (f->result != TYPE_ANYARRAY && f->result != TYPE_ANYCOMPATIBLEARRAY)
		return type_of(f->result);
	for (uint32_t i = 0; i < count; i++)
		if (f->args[i] == TYPE_ANYARRAY ||
		    f->args[i] == TYPE_ANYCOMPATIBLEARRAY)
			return types[i];
	return type_array_of(&types[0]);
}

/* Whether what is behind the arguments may be left out. */
static bool
has_defaults(const struct function *f, uint32_t count)
{
	const struct function_params *params = function_params(f->id);
	uint32_t defaults = 0;

	if (params == NULL || params->defaults[0] == '\0')
		return false;
	for (const char *c = params->defaults; c != NULL; c = strchr(c, ' ')) {
		defaults++;
		c += *c == ' ';
	}
	return count < f->arg_count && count + defaults >= f->arg_count;
}

/* The function of a name with exactly these argument types. */
static const struct function *
find(const char *name, const struct type *types, uint32_t count)
{
	enum function_kind kind = strchr("+-*/<>=~!@#%^&|?", name[0]) != NULL
	    ? FUNCTION_OPERATOR
	    : FUNCTION_PLAIN;
	const struct function *f = NULL;

	while ((f = function_next(kind, str_of_cstr(name), f)) != NULL) {
		uint32_t same = 0;

		while (same < count && takes(f->args[same], &types[same]))
			same++;
		if (same == count &&
		    (f->arg_count == count || has_defaults(f, count)))
			return f;
	}
	return NULL;
}

static const char *
show_error(void)
{
	return arena_printf(&arena, "%s: %s", error_sqlstate(err.code),
	    err.message)
	    .data;
}

static const char *
show(const struct type *type, const struct vec *vec, uint32_t row)
{
	struct buf text;
	struct str copy;

	if (vec_is_null(vec, row))
		return "NULL";
	buf_init(&text);
	type_out_text(type, &type_settings_default, vec, row, &text);
	copy = arena_str(&arena, buf_str(&text));
	buf_release(&text);
	return copy.data;
}

static struct time_zone_set *zones;

/* The arguments that are left out; one has to be the only default. */
static uint32_t
add_default(const struct function *f, struct type *types, struct vec *vecs,
    uint32_t count)
{
	struct datum datum;

	if (count >= f->arg_count)
		return count;
	types[count] = type_of(f->args[count]);
	ck_assert_int_eq(type_in_text(&types[count], &type_settings_default,
			     str_of_cstr(function_params(f->id)->defaults),
			     &arena, &datum, &err),
	    0);
	vec_init_constant(&vecs[count], type_phys(&types[count]), &datum,
	    &arena);
	return count + 1;
}

/* Evaluate once with constants, once with columns: both must agree. */
static const char *
evaluate(const char *name, char **args, uint32_t count)
{
	struct type types[FUNCTION_ARGS_MAX], result_type;
	struct vec vecs[FUNCTION_ARGS_MAX], result;
	struct type_settings settings = type_settings_default;
	struct function_call call = {
		.arg_types = types,
		.args = vecs,
		.arg_count = count,
		.settings = &settings,
		.row_count = 1,
		.sel = sel_all(1),
		.arena = &arena,
		.result = &result,
		.err = &err,
	};
	const char *as_constant;

	settings.time_zones = zones;
	for (uint32_t i = 0; i < count; i++) {
		char *value = strchr(args[i], ':');
		struct datum datum;

		ck_assert_ptr_nonnull(value);
		types[i] = type_of(type_oid_of_name(
		    str_of(args[i], (size_t)(value - args[i]))));
		ck_assert_msg(types[i].oid != 0, "type of %s", args[i]);
		if (type_in_text(&types[i], &settings, str_of_cstr(value + 1),
			&arena, &datum, &err) != 0)
			return show_error();
		vec_init_constant(&vecs[i], type_phys(&types[i]), &datum,
		    &arena);
	}
	call.function = find(name, types, count);
	ck_assert_msg(call.function != NULL, "function %s", name);
	count = add_default(call.function, types, vecs, count);
	call.arg_count = count;
	result_type = result_of(call.function, types, count);
	call.result_type = result_type;
	as_constant = function_eval(&call) != 0
	    ? show_error()
	    : show(&result_type, &result, 0);
	for (uint32_t i = 0; i < count; i++)
		vecs[i].is_constant = false;
	if (function_eval(&call) != 0)
		ck_assert_str_eq(show_error(), as_constant);
	else
		ck_assert_str_eq(show(&result_type, &result, 0), as_constant);
	return as_constant;
}

START_TEST(vectors)
{
	const char *folder = getenv("srcdir");
	struct str path = arena_printf(&arena, "%s/data/function_vectors.tsv",
	    folder == NULL ? "." : folder);
	FILE *file = fopen(path.data, "r");
	char line[2048];
	unsigned int count = 0, wrong = 0;

	ck_assert_ptr_nonnull(file);
	zones = time_zone_set_new(NULL, NULL);
	while (fgets(line, sizeof(line), file) != NULL) {
		char *rest = line, *field[FUNCTION_ARGS_MAX + 2];
		uint32_t fields = 0;
		const char *result;

		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' && line[1] == 'f')
			continue;
		while (rest != NULL && fields < ARRAY_LEN(field))
			field[fields++] = strsep(&rest, "\t");
		ck_assert_uint_ge(fields, 2);
		result = evaluate(field[0], field + 1, fields - 2);
		if (strcmp(result, field[fields - 1]) != 0) {
			printf("%s(%s, %s): %s, not %s\n", field[0], field[1],
			    fields > 3 ? field[2] : "", result,
			    field[fields - 1]);
			wrong++;
		}
		count++;
	}
	fclose(file);
	time_zone_set_free(zones);
	ck_assert_uint_eq(wrong, 0);
	ck_assert_uint_gt(count, 1000);
}
END_TEST

/* a / b over rows 0..3, of which 1 has a null and 2 a zero. */
static int
divide(struct sel sel, struct vec *result)
{
	static int64_t a[] = { 10, 20, 30, 40 }, b[] = { 2, 0, 0, 8 };
	static uint8_t nulls[] = { 0, 1, 0, 0 };
	const struct type types[] = { type_of(TYPE_INT8), type_of(TYPE_INT8) };
	const struct vec vecs[] = {
		{ .phys = PHYS_I64, .i64 = a, .nulls = nulls },
		{ .phys = PHYS_I64, .i64 = b },
	};
	struct function_call call = {
		.function = function_by_id(FN_INT8DIV),
		.arg_types = types,
		.args = vecs,
		.arg_count = 2,
		.result_type = type_of(TYPE_INT8),
		.settings = &type_settings_default,
		.row_count = 4,
		.sel = sel,
		.arena = &arena,
		.result = result,
		.err = &err,
	};

	return function_eval(&call);
}

START_TEST(errors_come_from_selected_rows_only)
{
	const uint16_t without_zero[] = { 0, 1, 3 };
	struct vec result;

	ck_assert_int_eq(divide(sel_all(4), &result), STELE_E_DIVISION_BY_ZERO);
	ck_assert_int_eq(
	    divide((struct sel){ .rows = without_zero, .count = 3 }, &result),
	    0);
	ck_assert_int_eq(result.i64[0], 5);
	ck_assert(vec_is_null(&result, 1));
	ck_assert_int_eq(result.i64[3], 5);
	ck_assert(!vec_is_null(&result, 3));
}
END_TEST

START_TEST(filters_agree_with_functions)
{
	static double values[] = { 1, NAN, -1, 0, INFINITY, 2, NAN };
	static uint8_t nulls[] = { 0, 0, 0, 1, 0, 0, 0 };
	const enum function_id ids[] = { FN_FLOAT8EQ, FN_FLOAT8NE, FN_FLOAT8LT,
		FN_FLOAT8LE, FN_FLOAT8GT, FN_FLOAT8GE };
	const struct type type = type_of(TYPE_FLOAT8);
	const struct vec a = { .phys = PHYS_F64,
		.f64 = values,
		.nulls = nulls };
	double limit = _i == 0 ? 1 : NAN;
	const struct vec b = { .phys = PHYS_F64,
		.f64 = &limit,
		.is_constant = true };
	const struct type types[] = { type, type };
	const struct vec vecs[] = { a, b };

	for (size_t op = 0; op < ARRAY_LEN(ids); op++) {
		struct vec result;
		struct function_call call = {
			.function = function_by_id(ids[op]),
			.arg_types = types,
			.args = vecs,
			.arg_count = 2,
			.result_type = type_of(TYPE_BOOL),
			.settings = &type_settings_default,
			.row_count = 7,
			.sel = sel_all(7),
			.arena = &arena,
			.result = &result,
			.err = &err,
		};
		enum compare_op found;
		uint16_t rows[7];
		uint32_t count, at = 0;

		ck_assert(function_is_comparison(ids[op], &found));
		ck_assert_uint_eq(found, op);
		ck_assert_int_eq(function_eval(&call), 0);
		count = compare_select(found, &type, &a, &b, sel_all(7), rows);
		for (uint32_t row = 0; row < 7; row++)
			if (!vec_is_null(&result, row) &&
			    result.boolean[row] != 0)
				ck_assert_uint_eq(rows[at++], row);
		ck_assert_uint_eq(at, count);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("function_eval");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, vectors);
	tcase_add_test(tc, errors_come_from_selected_rows_only);
	tcase_add_loop_test(tc, filters_agree_with_functions, 0, 2);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
