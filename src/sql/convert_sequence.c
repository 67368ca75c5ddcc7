/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CREATE and ALTER SEQUENCE, and what identity columns say of theirs.
 */
#include "sql/convert.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const words[AST_SEQUENCE_WORDS] = {
	[AST_SEQUENCE_AS] = "as",
	[AST_SEQUENCE_INCREMENT] = "increment",
	[AST_SEQUENCE_MINVALUE] = "minvalue",
	[AST_SEQUENCE_MAXVALUE] = "maxvalue",
	[AST_SEQUENCE_START] = "start",
	[AST_SEQUENCE_RESTART] = "restart",
	[AST_SEQUENCE_CACHE] = "cache",
	[AST_SEQUENCE_CYCLE] = "cycle",
	[AST_SEQUENCE_OWNED_BY] = "owned_by",
	[AST_SEQUENCE_NAME] = "sequence_name",
};

static enum ast_sequence_word
word_of(const char *name)
{
	enum ast_sequence_word word = 0;

	while (word < AST_SEQUENCE_WORDS && strcmp(words[word], name) != 0)
		word++;
	return word;
}

/* A number past 32 bits is the text of a float to the grammar. */
static int64_t
number_of(struct convert *c, const PgQuery__Node *node, int location)
{
	const char *text;
	long long value;
	char *end;

	if (node->node_case == PG_QUERY__NODE__NODE_INTEGER)
		return node->integer->ival;
	if (node->node_case != PG_QUERY__NODE__NODE_FLOAT)
		return 0;
	text = node->float_->fval;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (*end != '\0')
		convert_fail(c, STELE_E_INVALID_TEXT_REPRESENTATION, location,
		    "invalid input syntax for type bigint: \"%s\"", text);
	else if (errno == ERANGE)
		convert_fail(c, STELE_E_NUMERIC_OUT_OF_RANGE, location,
		    "value \"%s\" is out of range for type bigint", text);
	return value;
}

static void
convert_argument(struct convert *c, const PgQuery__Node *node,
    struct ast_sequence_option *out)
{
	out->has_value = true;
	switch ((int)node->node_case) {
	case PG_QUERY__NODE__NODE_TYPE_NAME:
		out->type = convert_type(c, node->type_name);
		break;
	case PG_QUERY__NODE__NODE_LIST:
		out->name =
		    convert_name(c, PG_LIST(node->list, items), out->location);
		break;
	case PG_QUERY__NODE__NODE_BOOLEAN:
		out->has_value = node->boolean->boolval;
		break;
	default:
		out->value = number_of(c, node, out->location);
		break;
	}
}

static void
convert_option(struct convert *c, const PgQuery__DefElem *in,
    struct ast_sequence_option *out)
{
	out->word = word_of(in->defname);
	out->location = convert_location(c, in->location);
	if (out->word == AST_SEQUENCE_WORDS)
		convert_unsupported(c, out->location, NULL,
		    "this option of a sequence");
	else if (in->arg != NULL)
		convert_argument(c, in->arg, out);
}

/* Each may stand once; the grammar lets it stand more often. */
static void
refuse_repeated(struct convert *c, const struct ast_sequence_options *options)
{
	uint32_t last = options->count - 1;

	for (uint32_t i = 0; i < last; i++)
		if (options->items[i].word == options->items[last].word)
			convert_fail(c, STELE_E_SYNTAX,
			    options->items[last].location,
			    "conflicting or redundant options");
}

struct ast_sequence_options
convert_sequence_options(struct convert *c, struct pg_list list)
{
	struct ast_sequence_options out = { .count = 0 };

	if (list.count == 0)
		return out;
	out.items = convert_array(c, list.count, sizeof(*out.items));
	for (size_t i = 0; i < list.count && !convert_failed(c); i++) {
		convert_option(c, list.items[i]->def_elem,
		    &out.items[out.count++]);
		refuse_repeated(c, &out);
	}
	return out;
}

void
convert_create_sequence(struct convert *c, const PgQuery__CreateSeqStmt *in,
    struct ast_stmt *stmt)
{
	struct ast_create_sequence *out = &stmt->create_sequence;

	stmt->kind = AST_CREATE_SEQUENCE;
	out->name = convert_range_name(c, in->sequence);
	out->is_temporary = strcmp(in->sequence->relpersistence, "t") == 0;
	out->if_not_exists = in->if_not_exists;
	out->options = convert_sequence_options(c, PG_LIST(in, options));
	if (strcmp(in->sequence->relpersistence, "u") == 0)
		convert_unsupported(c, 0, NULL, "UNLOGGED");
}

void
convert_alter_sequence(struct convert *c, const PgQuery__AlterSeqStmt *in,
    struct ast_stmt *stmt)
{
	struct ast_alter_sequence *out = &stmt->alter_sequence;

	stmt->kind = AST_ALTER_SEQUENCE;
	out->name = convert_range_name(c, in->sequence);
	out->if_exists = in->missing_ok;
	out->options = convert_sequence_options(c, PG_LIST(in, options));
}

/* ---- ALTER TABLE ... ALTER COLUMN ... IDENTITY ---- */

/* SET GENERATED, and SET with the sequence's options. */
static void
convert_set_identity(struct convert *c, struct pg_list list,
    struct ast_alter_action *out)
{
	PgQuery__Node **options =
	    convert_array(c, list.count + 1, sizeof(PgQuery__Node *));
	struct pg_list sequence = { .items = options };

	for (size_t i = 0; i < list.count && !convert_failed(c); i++) {
		const PgQuery__DefElem *option = list.items[i]->def_elem;

		if (strcmp(option->defname, "generated") != 0) {
			options[sequence.count++] = list.items[i];
			continue;
		}
		if (out->has_generated)
			convert_fail(c, STELE_E_SYNTAX,
			    convert_location(c, option->location),
			    "conflicting or redundant options");
		out->has_generated = true;
		out->is_always = option->arg->integer->ival == 'a';
	}
	if (!convert_failed(c))
		out->sequence = convert_sequence_options(c, sequence);
}

bool
convert_alter_column(struct convert *c, const PgQuery__AlterTableCmd *in,
    struct ast_alter_action *out)
{
	out->location = c->stmt_location;
	out->name = convert_str(c, in->name);
	out->if_exists = in->missing_ok;
	switch ((int)in->subtype) {
	case PG_QUERY__ALTER_TABLE_TYPE__AT_ColumnDefault:
		out->kind = AST_ALTER_DEFAULT;
		if (in->def != NULL)
			out->default_value = convert_expr(c, in->def);
		return true;
	case PG_QUERY__ALTER_TABLE_TYPE__AT_AddIdentity:
		out->kind = AST_ADD_IDENTITY;
		out->is_always = in->def->constraint->generated_when[0] == 'a';
		out->sequence = convert_sequence_options(c,
		    PG_LIST(in->def->constraint, options));
		return true;
	case PG_QUERY__ALTER_TABLE_TYPE__AT_SetIdentity:
		out->kind = AST_SET_IDENTITY;
		convert_set_identity(c, PG_LIST(in->def->list, items), out);
		return true;
	case PG_QUERY__ALTER_TABLE_TYPE__AT_DropIdentity:
		out->kind = AST_DROP_IDENTITY;
		return true;
	default:
		return false;
	}
}
