/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_copy_options.c -- the options of COPY, as they are written, to those
 * that its lines are read and written by.
 */
#include <ctype.h>

#include "engine/catalog/catalog.h"
#include "plan/logical.h"
#include "plan/relation.h"
#include "plan/temp_table.h"
#include "server/session_private.h"
#include "sql/ast.h"
#include "types/encoding.h"

struct option_state {
	const struct ast_copy *copy;
	const struct plan *plan;
	struct portal *portal;
	struct pg_copy_options *out;
	struct error *err;
};

static struct str
option_text(const struct ast_option *option)
{
	const struct ast_expr *value = option->value;

	if (value == NULL || value->kind != AST_CONST)
		return str_of(NULL, 0);
	switch (value->constant.kind) {
	case AST_BOOLEAN:
		return value->constant.boolean ? STR("true") : STR("false");
	case AST_INTEGER: /* if it is any, it is a Boolean value */
		return value->constant.integer == 0 ? STR("0")
		    : value->constant.integer == 1  ? STR("1")
						    : STR("2");
	case AST_NULL:
	case AST_NUMBER:
	case AST_STRING:
	case AST_BITS:
		break;
	}
	return value->constant.text;
}

static int
one_byte(struct option_state *state, const struct ast_option *option,
    bool is_csv_only, char *out)
{
	struct str text = option_text(option);

	if (is_csv_only && !state->out->is_csv)
		return error_set(state->err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "COPY %.*s available only in CSV mode",
		    STR_FMT(option->name));
	if (text.len != 1 || (unsigned char)text.data[0] >= 0x80)
		return error_set(state->err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "COPY %.*s must be a single one-byte character",
		    STR_FMT(option->name));
	*out = text.data[0];
	return 0;
}

static int
header_option(struct option_state *state, const struct ast_option *option)
{
	struct str text = option_text(option);

	if (str_equal_nocase(text, STR("match"))) {
		if (!state->copy->is_from)
			return error_set(state->err,
			    STELE_E_FEATURE_NOT_SUPPORTED,
			    "cannot use \"match\" with HEADER in COPY TO");
		state->out->header = PG_COPY_HEADER_MATCH;
	} else if (option->value == NULL ||
	    str_equal_nocase(text, STR("true")) ||
	    str_equal_nocase(text, STR("on")) || str_equal(text, STR("1"))) {
		state->out->header = PG_COPY_HEADER;
	} else if (str_equal_nocase(text, STR("false")) ||
	    str_equal_nocase(text, STR("off")) || str_equal(text, STR("0"))) {
		state->out->header = PG_COPY_NO_HEADER;
	} else {
		return error_set(state->err, STELE_E_SYNTAX,
		    "header requires a Boolean value or \"match\"");
	}
	return 0;
}

/* Whether the table that is copied has a column, be it copied or not. */
static int
check_column_exists(struct option_state *state, struct str name)
{
	const struct plan *plan = state->plan;
	const struct plan_copy *copy = plan->copy;
	uint32_t oid = plan->column_count > 0 ? plan->columns[0].table_oid : 0;
	struct relation relation;

	if (state->copy->query != NULL)
		return error_set(state->err, STELE_E_UNDEFINED_COLUMN,
		    "column \"%.*s\" does not exist", STR_FMT(name));
	if (copy != NULL && (copy->type != NULL || copy->temp != NULL))
		oid = copy->type != NULL ? copy->type->oid : copy->temp->oid;
	if (!relation_by_oid(&plan->space, oid, &relation) ||
	    relation_column_find(&plan->space, &relation, name) != 0)
		return 0;
	return error_set(state->err, STELE_E_UNDEFINED_COLUMN,
	    "column \"%.*s\" of relation \"%.*s\" does not exist",
	    STR_FMT(name), STR_FMT(relation.name));
}

/* FORCE_QUOTE, FORCE_NULL and FORCE_NOT_NULL. */
struct force_words {
	const char *option;
	const char *words;
	const char *upper;
	bool is_from;
};

static int
force_column(struct option_state *state, const struct force_words *words,
    struct str name, bool *flags)
{
	for (uint32_t i = 0; i < state->plan->column_count; i++) {
		if (!str_equal(state->plan->columns[i].name, name))
			continue;
		flags[i] = true;
		return 0;
	}
	if (check_column_exists(state, name) != 0)
		return state->err->code;
	return error_set(state->err, STELE_E_INVALID_COLUMN_REFERENCE,
	    "%s column \"%.*s\" not referenced by COPY", words->upper,
	    STR_FMT(name));
}

static int
check_force(struct option_state *state, const struct ast_option *option,
    const struct force_words *words)
{
	if (option->list.count == 0 &&
	    (option->value == NULL || option->value->kind != AST_STAR)) {
		(void)error_set(state->err, STELE_E_INVALID_PARAMETER_VALUE,
		    "argument to option \"%s\" must be a list of column names",
		    words->option);
		return error_position(state->err, option->location);
	}
	if (!state->out->is_csv)
		return error_set(state->err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "COPY %s available only in CSV mode", words->words);
	if (words->is_from != state->copy->is_from)
		return error_set(state->err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "COPY %s only available using COPY %s", words->words,
		    words->is_from ? "FROM" : "TO");
	return 0;
}

/* A list of columns, or a star. */
static int
force_option(struct option_state *state, const struct ast_option *option,
    const struct force_words *words, const bool **out)
{
	uint32_t count = state->plan->column_count;
	bool *flags =
	    arena_zalloc(&state->portal->arena, count == 0 ? 1 : count);
	int rc = check_force(state, option, words);

	*out = flags;
	if (rc == 0 && option->value != NULL && option->value->kind == AST_STAR)
		memset(flags, 1, count);
	for (uint32_t i = 0; i < option->list.count && rc == 0; i++) {
		const struct ast_expr *item = option->list.items[i];
		struct str name = str_of(NULL, 0);

		if (item->kind == AST_CONST)
			name = item->constant.text;
		else if (item->kind == AST_COLUMN)
			name = item->column.name.parts[0];
		rc = force_column(state, words, name, flags);
	}
	return rc;
}

static int
encoding_option(struct option_state *state, const struct ast_option *option)
{
	struct str text = option_text(option);
	const struct text_encoding *encoding = encoding_find(text);

	if (encoding == NULL) {
		(void)error_set(state->err, STELE_E_INVALID_PARAMETER_VALUE,
		    "argument to option \"encoding\" must be a valid encoding"
		    " name");
		return error_position(state->err, option->location);
	}
	if (!encoding_is_known(encoding))
		return error_set(state->err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "COPY encoding \"%.*s\" is not supported", STR_FMT(text));
	state->out->encoding = encoding;
	return 0;
}

/* What says how texts look says nothing of binary values. */
static int
check_binary_option(const struct ast_option *option, struct error *err)
{
	static const struct {
		const char *name;
		const char *shown;
		int code;
	} refused[] = {
		{ "delimiter", "DELIMITER", STELE_E_SYNTAX },
		{ "null", "NULL", STELE_E_SYNTAX },
		{ "header", "HEADER", STELE_E_FEATURE_NOT_SUPPORTED },
	};

	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		if (str_equal(option->name, str_of_cstr(refused[i].name)))
			return error_set(err, refused[i].code,
			    "cannot specify %s in BINARY mode",
			    refused[i].shown);
	return 0;
}

/* Those that are no flags and no lists. */
static int
check_value(const struct ast_option *option, struct error *err)
{
	static const char *const names[] = { "format", "delimiter", "null",
		"quote", "escape", "encoding" };

	for (size_t i = 0; option->value == NULL && i < ARRAY_LEN(names); i++)
		if (str_equal(option->name, str_of_cstr(names[i])))
			return error_set(err, STELE_E_SYNTAX,
			    "%s requires a parameter", names[i]);
	return 0;
}

static int
apply_option(struct option_state *state, const struct ast_option *option)
{
	static const struct force_words quote = { "force_quote", "force quote",
		"FORCE_QUOTE", false };
	static const struct force_words null = { "force_null", "force null",
		"FORCE_NULL", true };
	static const struct force_words not_null = { "force_not_null",
		"force not null", "FORCE_NOT_NULL", true };
	struct pg_copy_options *out = state->out;
	struct str name = option->name;

	if (out->is_binary && check_binary_option(option, state->err) != 0)
		return state->err->code;
	if (str_equal(name, STR("format")) || str_equal(name, STR("freeze")))
		return 0;
	if (str_equal(name, STR("delimiter")))
		return one_byte(state, option, false, &out->delimiter);
	if (str_equal(name, STR("quote")))
		return one_byte(state, option, true, &out->quote);
	if (str_equal(name, STR("escape")))
		return one_byte(state, option, true, &out->escape);
	if (str_equal(name, STR("header")))
		return header_option(state, option);
	if (str_equal(name, STR("null"))) {
		out->null =
		    arena_str(&state->portal->arena, option_text(option));
		return 0;
	}
	if (str_equal(name, STR("force_quote")))
		return force_option(state, option, &quote, &out->force_quote);
	if (str_equal(name, STR("force_null")))
		return force_option(state, option, &null, &out->force_null);
	if (str_equal(name, STR("force_not_null")))
		return force_option(state, option, &not_null,
		    &out->force_not_null);
	if (str_equal(name, STR("encoding")))
		return encoding_option(state, option);
	(void)error_set(state->err, STELE_E_SYNTAX,
	    "option \"%.*s\" not recognized", STR_FMT(name));
	return error_position(state->err, option->location);
}

static bool
has_eol(struct str text)
{
	return text.len > 0 &&
	    (memchr(text.data, '\n', text.len) != NULL ||
		memchr(text.data, '\r', text.len) != NULL);
}

/* What PostgreSQL refuses because it could not be read back. */
static int
check_options(const struct pg_copy_options *out, struct error *err)
{
	char delimiter = out->delimiter;

	if (delimiter == '\n' || delimiter == '\r')
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "COPY delimiter cannot be newline or carriage return");
	if (has_eol(out->null))
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "COPY null representation cannot use newline or carriage "
		    "return");
	if (!out->is_csv &&
	    (delimiter == '\\' || delimiter == '.' ||
		islower((unsigned char)delimiter) ||
		isdigit((unsigned char)delimiter)))
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "COPY delimiter cannot be \"%c\"", delimiter);
	if (out->is_csv && delimiter == out->quote)
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "COPY delimiter and quote must be different");
	if (out->null.len > 0 &&
	    memchr(out->null.data, delimiter, out->null.len) != NULL)
		return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "COPY delimiter must not appear in the NULL "
		    "specification");
	if (out->is_csv && out->null.len > 0 &&
	    memchr(out->null.data, out->quote, out->null.len) != NULL)
		return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "CSV quote character must not appear in the NULL "
		    "specification");
	return 0;
}

static int
find_format(const struct ast_copy *copy, bool *is_csv, bool *is_binary,
    struct error *err)
{
	*is_csv = *is_binary = false;
	for (uint32_t i = 0; i < copy->option_count; i++) {
		const struct ast_option *option = &copy->options[i];
		struct str text = option_text(option);

		if (check_value(option, err) != 0)
			return err->code;
		if (!str_equal(option->name, STR("format")))
			continue;
		*is_csv = str_equal(text, STR("csv"));
		*is_binary = str_equal(text, STR("binary"));
		if (*is_csv || *is_binary || str_equal(text, STR("text")))
			continue;
		(void)error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "COPY format \"%.*s\" not recognized", STR_FMT(text));
		return error_position(err, option->location);
	}
	return 0;
}

/* An option may be given once. */
static int
check_repeated(const struct ast_copy *copy, struct error *err)
{
	for (uint32_t i = 1; i < copy->option_count; i++) {
		for (uint32_t k = 0; k < i; k++) {
			if (!str_equal(copy->options[i].name,
				copy->options[k].name))
				continue;
			(void)error_set(err, STELE_E_SYNTAX,
			    "conflicting or redundant options");
			return error_position(err, copy->options[i].location);
		}
	}
	return 0;
}

int
copy_options_parse(const struct ast_stmt *stmt, struct portal *portal,
    struct error *err)
{
	struct option_state state = {
		.copy = &stmt->copy,
		.plan = portal->planned->plan,
		.portal = portal,
		.out = &portal->copy,
		.err = err,
	};
	bool has_quote = false, has_escape = false;
	bool is_csv, is_binary;
	int rc;

	if (stmt->copy.is_program || stmt->copy.filename.len > 0) {
		(void)error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "COPY with a file or a program is not supported");
		return error_hint(err,
		    "Use COPY ... FROM STDIN or TO STDOUT, or psql's \\copy.");
	}
	rc = check_repeated(&stmt->copy, err);
	if (rc == 0)
		rc = find_format(&stmt->copy, &is_csv, &is_binary, err);
	if (rc != 0)
		return rc;
	portal->copy = pg_copy_defaults(is_csv);
	portal->copy.is_binary = is_binary;
	for (uint32_t i = 0; i < stmt->copy.option_count; i++) {
		const struct ast_option *option = &stmt->copy.options[i];

		rc = apply_option(&state, option);
		if (rc != 0)
			return rc;
		has_quote |= str_equal(option->name, STR("quote"));
		has_escape |= str_equal(option->name, STR("escape"));
	}
	if (has_quote && !has_escape)
		portal->copy.escape = portal->copy.quote;
	return check_options(&portal->copy, err);
}
