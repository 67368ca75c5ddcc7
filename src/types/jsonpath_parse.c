/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jsonpath_parse.c -- jsonpath by recursive descent.
 *
 *	path     [strict | lax] or
 *	or       and { "||" and }           of predicates
 *	and      not { "&&" not }
 *	not      "!" delimited | test
 *	test     sum [ "==" sum | starts with .. | like_regex .. ] | "(" or ")" is unknown
 *	sum      product { ("+" | "-") product }
 *	product  sign { ("*" | "/" | "%") sign }
 *	sign     ("+" | "-") sign | access
 *	access   start { "." key | "." method "()" | "[...]" | "?(" or ")" | ".**" }
 *	start    a literal | $ | @ | last | $name | "(" or ")" | exists "(" sum ")"
 *
 * What is in parentheses may be a predicate or an expression: the node says which.
 */
#include "common/error.h"
#include "types/jsonpath_lex.h"
#include "types/numeric.h"

#include "common/attr.h"

/*
 * All that walk a tree recurse as far as it is high.  In the one spelling of a
 * tree each node of such a way is in one pair of brackets at most, and the whole
 * in another: what becomes a tree can be read again.
 */
#define HEIGHT_MAX 2500
#define DEPTH_MAX  (HEIGHT_MAX + 2)
#define NODES_MAX  20000

struct parser {
	struct jsonpath_lexer lex;
	uint32_t depth; /* of brackets */
	uint32_t nodes;
	uint32_t in_filter;
	uint32_t in_subscript;
};

typedef struct jsonpath_node *(*parse_fn)(struct parser *p);

static struct jsonpath_node *parse_or(struct parser *p);
static struct jsonpath_node *parse_sum(struct parser *p);

/* Every function below returns NULL after a failure: lex.rc. */

static struct jsonpath_node *
fail(struct parser *p, int rc)
{
	p->lex.rc = rc;
	return NULL;
}

static struct jsonpath_node *
syntax_error(struct parser *p)
{
	(void)jsonpath_syntax_error(&p->lex);
	return NULL;
}

static struct jsonpath_node *
too_complex(struct parser *p)
{
	return fail(p,
	    error_set(p->lex.err, STELE_E_TOO_COMPLEX,
		"jsonpath is too long or nested too deeply"));
}

static struct jsonpath_node *
new_node(struct parser *p, enum jsonpath_kind kind)
{
	struct jsonpath_node *node;

	if (++p->nodes > NODES_MAX)
		return too_complex(p);
	node = arena_zalloc(p->lex.arena, sizeof(*node));
	node->kind = kind;
	node->height = 1;
	return node;
}

/* A node's part is in its place: so many levels below it. */
static struct jsonpath_node *
above(struct parser *p, struct jsonpath_node *node,
    const struct jsonpath_node *part, uint32_t levels)
{
	if (node == NULL || part == NULL)
		return NULL;
	if (node->height < part->height + levels)
		node->height = part->height + levels;
	return node->height > HEIGHT_MAX ? too_complex(p) : node;
}

/* ---- tokens ---- */

static bool
is_symbol(const struct parser *p, const char *symbol)
{
	return (p->lex.token == JSONPATH_T_CHAR ||
		   p->lex.token == JSONPATH_T_OP) &&
	    str_equal(str_of_cstr(p->lex.symbol), str_of_cstr(symbol));
}

/* null, true and false are written in small letters, other words as one likes. */
static bool
is_word(const struct parser *p, const char *word)
{
	return p->lex.token == JSONPATH_T_WORD && !p->lex.has_escape &&
	    str_equal_nocase(p->lex.text, str_of_cstr(word));
}

static bool
is_small_word(const struct parser *p, const char *word)
{
	return is_word(p, word) && str_equal(p->lex.text, str_of_cstr(word));
}

static bool
advance(struct parser *p)
{
	return jsonpath_lex(&p->lex);
}

/* Past a symbol that must be there. */
static bool
expect(struct parser *p, const char *symbol)
{
	if (is_symbol(p, symbol))
		return advance(p);
	(void)syntax_error(p);
	return false;
}

static bool
expect_word(struct parser *p, const char *word)
{
	if (is_word(p, word))
		return advance(p);
	(void)syntax_error(p);
	return false;
}

/* The same node, past its token. */
static struct jsonpath_node *
past(struct parser *p, struct jsonpath_node *node)
{
	return node != NULL && advance(p) ? node : NULL;
}

static struct jsonpath_node *
text_node(struct parser *p, enum jsonpath_kind kind)
{
	struct jsonpath_node *node = new_node(p, kind);

	if (node != NULL)
		node->text = p->lex.text;
	return past(p, node);
}

static bool
is_predicate(const struct jsonpath_node *node)
{
	return jsonpath_is_predicate(node->kind) && node->next == NULL;
}

static struct jsonpath_node *
need_predicate(struct parser *p, struct jsonpath_node *node)
{
	return node == NULL || is_predicate(node) ? node : syntax_error(p);
}

static struct jsonpath_node *
need_value(struct parser *p, struct jsonpath_node *node)
{
	return node == NULL || !is_predicate(node) ? node : syntax_error(p);
}

/* What is in brackets. */
static struct jsonpath_node *
deeper(struct parser *p, parse_fn parse)
{
	struct jsonpath_node *node;

	if (++p->depth > DEPTH_MAX)
		return too_complex(p);
	node = parse(p);
	p->depth--;
	return node;
}

/* What stands between a symbol and another. */
static struct jsonpath_node *
between(struct parser *p, const char *open, parse_fn parse, const char *close)
{
	struct jsonpath_node *node;

	if (!expect(p, open))
		return NULL;
	node = deeper(p, parse);
	return node != NULL && expect(p, close) ? node : NULL;
}

/* What is a predicate or is none; a syntax error is at the token behind it. */
static struct jsonpath_node *
parse_predicate(struct parser *p)
{
	return need_predicate(p, parse_or(p));
}

static struct jsonpath_node *
parse_value(struct parser *p)
{
	return need_value(p, parse_sum(p));
}

static struct jsonpath_node *
binary(struct parser *p, enum jsonpath_kind kind, struct jsonpath_node *left,
    struct jsonpath_node *right)
{
	struct jsonpath_node *node = right == NULL ? NULL : new_node(p, kind);

	if (node == NULL)
		return NULL;
	node->left = left;
	node->right = right;
	return above(p, above(p, node, left, 1), right, 1);
}

/* ---- where a path begins ---- */

static struct jsonpath_node *
parse_number(struct parser *p)
{
	struct jsonpath_node *node = new_node(p, JSONPATH_NUMBER);
	struct numeric value;
	struct buf text;

	if (node == NULL)
		return NULL;
	if (numeric_parse(p->lex.text, p->lex.arena, &value) !=
	    NUMERIC_PARSE_OK)
		return fail(p,
		    error_set(p->lex.err, STELE_E_NUMERIC_OUT_OF_RANGE,
			"value overflows numeric format"));
	buf_init(&text);
	numeric_put(&value, &text);
	node->text = arena_str(p->lex.arena, buf_str(&text));
	p->lex.arena->failed |= text.failed;
	buf_release(&text);
	return past(p, node);
}

static struct jsonpath_node *
parse_exists(struct parser *p)
{
	struct jsonpath_node *node = new_node(p, JSONPATH_EXISTS);

	if (past(p, node) == NULL)
		return NULL;
	node->left = between(p, "(", parse_value, ")");
	node->is_delimited = true;
	return above(p, node, node->left, 1);
}

static struct jsonpath_node *
parse_parentheses(struct parser *p)
{
	struct jsonpath_node *inner = between(p, "(", parse_or, ")");
	struct jsonpath_node *node;

	if (inner == NULL)
		return NULL;
	inner->is_delimited = true;
	if (!is_predicate(inner) || !is_word(p, "is"))
		return inner;
	if (!advance(p) || !expect_word(p, "unknown"))
		return NULL;
	node = new_node(p, JSONPATH_IS_UNKNOWN);
	if (node == NULL)
		return NULL;
	node->left = inner;
	return above(p, node, inner, 1);
}

static struct jsonpath_node *
parse_last(struct parser *p)
{
	if (p->in_subscript == 0)
		return fail(p,
		    error_set(p->lex.err, STELE_E_SYNTAX,
			"LAST is allowed only in array subscripts"));
	return past(p, new_node(p, JSONPATH_LAST));
}

static struct jsonpath_node *
parse_current(struct parser *p)
{
	if (p->in_filter == 0)
		return fail(p,
		    error_set(p->lex.err, STELE_E_SYNTAX,
			"@ is not allowed in root expressions"));
	return past(p, new_node(p, JSONPATH_CURRENT));
}

static struct jsonpath_node *
parse_start(struct parser *p)
{
	switch (p->lex.token) {
	case JSONPATH_T_STRING:
		return text_node(p, JSONPATH_STRING);
	case JSONPATH_T_VARIABLE:
		return text_node(p, JSONPATH_VARIABLE);
	case JSONPATH_T_INTEGER:
	case JSONPATH_T_NUMBER:
		return parse_number(p);
	case JSONPATH_T_END:
	case JSONPATH_T_CHAR:
	case JSONPATH_T_OP:
	case JSONPATH_T_WORD:
		break;
	}
	if (is_symbol(p, "$"))
		return past(p, new_node(p, JSONPATH_ROOT));
	if (is_symbol(p, "@"))
		return parse_current(p);
	if (is_symbol(p, "("))
		return parse_parentheses(p);
	if (is_small_word(p, "null"))
		return past(p, new_node(p, JSONPATH_NULL));
	if (is_small_word(p, "true"))
		return past(p, new_node(p, JSONPATH_TRUE));
	if (is_small_word(p, "false"))
		return past(p, new_node(p, JSONPATH_FALSE));
	if (is_word(p, "last"))
		return parse_last(p);
	if (is_word(p, "exists"))
		return parse_exists(p);
	return syntax_error(p);
}

/* ---- accessors ---- */

static struct jsonpath_node *
parse_subscript(struct parser *p)
{
	struct jsonpath_node *node = new_node(p, JSONPATH_SUBSCRIPT);

	if (node == NULL)
		return NULL;
	node->left = deeper(p, parse_value);
	if (above(p, node, node->left, 1) == NULL || !is_word(p, "to"))
		return node->left == NULL || p->lex.rc != 0 ? NULL : node;
	if (!advance(p))
		return NULL;
	node->right = deeper(p, parse_value);
	return above(p, node, node->right, 1);
}

/* Behind "[". */
static struct jsonpath_node *
parse_index(struct parser *p)
{
	struct jsonpath_node *node = new_node(p, JSONPATH_INDEX);
	struct jsonpath_node **end;

	if (node == NULL)
		return NULL;
	end = &node->left;
	p->in_subscript++;
	for (;;) {
		*end = parse_subscript(p);
		if (above(p, node, *end, 1) == NULL)
			return NULL;
		end = &(*end)->next;
		if (!is_symbol(p, ","))
			break;
		if (!advance(p))
			return NULL;
	}
	p->in_subscript--;
	return expect(p, "]") ? node : NULL;
}

static struct jsonpath_node *
parse_array_accessor(struct parser *p)
{
	if (!advance(p))
		return NULL;
	if (!is_symbol(p, "*"))
		return parse_index(p);
	return advance(p) && expect(p, "]") ? new_node(p, JSONPATH_ANY_ARRAY)
					    : NULL;
}

static bool
parse_level(struct parser *p, uint32_t *out)
{
	uint64_t value = 0;

	*out = JSONPATH_LEVEL_LAST;
	if (is_word(p, "last"))
		return advance(p);
	if (p->lex.token != JSONPATH_T_INTEGER) {
		(void)syntax_error(p);
		return false;
	}
	for (size_t i = 0; i < p->lex.text.len; i++) {
		value = value * 10 + (uint64_t)(p->lex.text.data[i] - '0');
		if (value > INT32_MAX) {
			(void)fail(p,
			    error_set(p->lex.err, STELE_E_NUMERIC_OUT_OF_RANGE,
				"value \"%.*s\" is out of range for type"
				" integer",
				STR_FMT(p->lex.text)));
			return false;
		}
	}
	*out = (uint32_t)value;
	return advance(p);
}

/* At "**". */
static struct jsonpath_node *
parse_any(struct parser *p)
{
	struct jsonpath_node *node = new_node(p, JSONPATH_ANY);

	if (past(p, node) == NULL)
		return NULL;
	node->last = JSONPATH_LEVEL_LAST;
	if (!is_symbol(p, "{"))
		return node;
	if (!advance(p) || !parse_level(p, &node->first))
		return NULL;
	node->last = node->first;
	if (is_word(p, "to") && (!advance(p) || !parse_level(p, &node->last)))
		return NULL;
	return expect(p, "}") ? node : NULL;
}

static const enum jsonpath_kind methods[] = {
	JSONPATH_TYPE,
	JSONPATH_SIZE,
	JSONPATH_ABS,
	JSONPATH_FLOOR,
	JSONPATH_CEILING,
	JSONPATH_DOUBLE,
	JSONPATH_KEYVALUE,
	JSONPATH_DATETIME,
};

/* A word before "(" is a method's. */
static struct jsonpath_node *
parse_method(struct parser *p, struct jsonpath_node *key, bool is_method)
{
	for (size_t i = 0; is_method && i < ARRAY_LEN(methods); i++) {
		if (!str_equal_nocase(key->text,
			str_of_cstr(jsonpath_name(methods[i]))))
			continue;
		key->kind = methods[i];
		key->text = STR("");
		if (!advance(p))
			return NULL;
		if (key->kind == JSONPATH_DATETIME &&
		    p->lex.token == JSONPATH_T_STRING) {
			key->text = p->lex.text;
			key->flags = 1;
			if (!advance(p))
				return NULL;
		}
		return expect(p, ")") ? key : NULL;
	}
	return syntax_error(p);
}

/* Behind ".". */
static struct jsonpath_node *
parse_member(struct parser *p)
{
	struct jsonpath_node *node;
	bool is_plain;

	if (is_symbol(p, "*"))
		return past(p, new_node(p, JSONPATH_ANY_KEY));
	if (is_symbol(p, "**"))
		return parse_any(p);
	if (p->lex.token != JSONPATH_T_WORD &&
	    p->lex.token != JSONPATH_T_STRING)
		return syntax_error(p);
	is_plain = p->lex.token == JSONPATH_T_WORD && !p->lex.has_escape;
	node = text_node(p, JSONPATH_KEY);
	if (node == NULL || !is_symbol(p, "("))
		return node;
	return parse_method(p, node, is_plain);
}

/* Behind "?". */
static struct jsonpath_node *
parse_filter(struct parser *p)
{
	struct jsonpath_node *node = new_node(p, JSONPATH_FILTER);

	if (node == NULL)
		return NULL;
	p->in_filter++;
	node->left = between(p, "(", parse_predicate, ")");
	p->in_filter--;
	return above(p, node, node->left, 1);
}

static struct jsonpath_node *
parse_accessor(struct parser *p)
{
	if (is_symbol(p, "["))
		return parse_array_accessor(p);
	if (is_symbol(p, "?"))
		return advance(p) ? parse_filter(p) : NULL;
	return advance(p) ? parse_member(p) : NULL;
}

static struct jsonpath_node *
parse_access(struct parser *p)
{
	struct jsonpath_node *start = parse_start(p);
	struct jsonpath_node *end = start;
	uint32_t count = 1;

	if (start == NULL)
		return NULL;
	for (; end->next != NULL; count++) /* of what was in parentheses */
		end = end->next;
	while (is_symbol(p, ".") || is_symbol(p, "[") || is_symbol(p, "?")) {
		if (jsonpath_is_predicate(start->kind) && !start->is_delimited)
			return syntax_error(p);
		end->next = parse_accessor(p);
		if (above(p, start, end->next, count++) == NULL)
			return NULL;
		end = end->next;
	}
	return start;
}

/* ---- operators ---- */

/* Of what numeric has written. */
static bool
is_zero(struct str number)
{
	for (size_t i = 0; i < number.len; i++) {
		if (number.data[i] >= '1' && number.data[i] <= '9')
			return false;
	}
	return true;
}

/* A sign before a number is the number's. */
static void
negate(struct parser *p, struct jsonpath_node *number)
{
	struct str text = number->text;

	if (is_zero(text))
		return;
	number->text = text.data[0] == '-'
	    ? str_of(text.data + 1, text.len - 1)
	    : arena_printf(p->lex.arena, "-%.*s", STR_FMT(text));
}

static struct jsonpath_node *
signed_node(struct parser *p, struct jsonpath_node *sign,
    struct jsonpath_node *operand)
{
	if (operand->kind != JSONPATH_NUMBER || operand->next != NULL) {
		sign->left = operand;
		return above(p, sign, operand, 1);
	}
	if (sign->kind == JSONPATH_MINUS)
		negate(p, operand);
	return operand;
}

/* Signs may be as many as nodes: they wait in a list, the innermost first. */
static struct jsonpath_node *
parse_sign(struct parser *p)
{
	struct jsonpath_node *signs = NULL;
	struct jsonpath_node *node;

	while (is_symbol(p, "-") || is_symbol(p, "+")) {
		node = new_node(p,
		    is_symbol(p, "-") ? JSONPATH_MINUS : JSONPATH_PLUS);
		if (past(p, node) == NULL)
			return NULL;
		node->left = signs;
		signs = node;
	}
	node = parse_access(p);
	if (signs != NULL)
		node = need_value(p, node);
	while (signs != NULL && node != NULL) {
		struct jsonpath_node *sign = signs;

		signs = sign->left;
		node = signed_node(p, sign, node);
	}
	return node;
}

struct operator
{
	const char *symbol;
	enum jsonpath_kind kind;
};

static const struct operator products[] = {
	{ "*", JSONPATH_MULTIPLY },
	{ "/", JSONPATH_DIVIDE },
	{ "%", JSONPATH_MODULO },
};
static const struct operator sums[] = {
	{ "+", JSONPATH_ADD },
	{ "-", JSONPATH_SUBTRACT },
};
static const struct operator comparisons[] = {
	{ "==", JSONPATH_EQUAL },
	{ "!=", JSONPATH_NOT_EQUAL },
	{ "<>", JSONPATH_NOT_EQUAL },
	{ "<=", JSONPATH_LESS_EQUAL },
	{ ">=", JSONPATH_GREATER_EQUAL },
	{ "<", JSONPATH_LESS },
	{ ">", JSONPATH_GREATER },
};

static const struct operator* operator_at(const struct parser *p,
    const struct operator* list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (is_symbol(p, list[i].symbol))
			return &list[i];
	}
	return NULL;
}

/* Operators of one level, from left to right. */
static struct jsonpath_node *
parse_chain(struct parser *p, const struct operator* list, size_t count,
    parse_fn operand)
{
	struct jsonpath_node *left = operand(p);
	const struct operator* op;

	while (left != NULL && (op = operator_at(p, list, count)) != NULL) {
		if (need_value(p, left) == NULL || !advance(p))
			return NULL;
		left = binary(p, op->kind, left, need_value(p, operand(p)));
	}
	return left;
}

static struct jsonpath_node *
parse_product(struct parser *p)
{
	return parse_chain(p, products, ARRAY_LEN(products), parse_sign);
}

static struct jsonpath_node *
parse_sum(struct parser *p)
{
	return parse_chain(p, sums, ARRAY_LEN(sums), parse_product);
}

/* ---- predicates ---- */

static int
parse_flags(struct parser *p, struct jsonpath_node *node)
{
	static const char letters[] = "ismxq";

	for (size_t i = 0; i < p->lex.text.len; i++) {
		const char *at = strchr(letters, p->lex.text.data[i]);

		if (at == NULL || *at == '\0') {
			(void)error_set(p->lex.err, STELE_E_SYNTAX,
			    "invalid input syntax for type %s", "jsonpath");
			return error_detail(p->lex.err,
			    "Unrecognized flag character \"%c\" in LIKE_REGEX"
			    " predicate.",
			    p->lex.text.data[i]);
		}
		node->flags |= 1u << (at - letters);
	}
	if ((node->flags & JSONPATH_FLAG_X) != 0 &&
	    (node->flags & JSONPATH_FLAG_Q) == 0)
		return error_set(p->lex.err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "XQuery \"x\" flag (expanded regular expressions) is not"
		    " implemented");
	return 0;
}

/* Behind like_regex. */
static struct jsonpath_node *
parse_regex(struct parser *p, struct jsonpath_node *left)
{
	struct jsonpath_node *node;

	if (p->lex.token != JSONPATH_T_STRING)
		return syntax_error(p);
	node = text_node(p, JSONPATH_LIKE_REGEX);
	if (node == NULL)
		return NULL;
	node->left = left;
	if (above(p, node, left, 1) == NULL || !is_word(p, "flag"))
		return p->lex.rc != 0 ? NULL : node;
	if (!advance(p))
		return NULL;
	if (p->lex.token != JSONPATH_T_STRING)
		return syntax_error(p);
	p->lex.rc = parse_flags(p, node);
	return p->lex.rc != 0 ? NULL : past(p, node);
}

/* Behind "starts". */
static struct jsonpath_node *
parse_starts(struct parser *p, struct jsonpath_node *left)
{
	if (!expect_word(p, "with"))
		return NULL;
	if (p->lex.token != JSONPATH_T_STRING &&
	    p->lex.token != JSONPATH_T_VARIABLE)
		return syntax_error(p);
	return binary(p, JSONPATH_STARTS_WITH, left,
	    text_node(p,
		p->lex.token == JSONPATH_T_STRING ? JSONPATH_STRING
						  : JSONPATH_VARIABLE));
}

static struct jsonpath_node *
parse_test(struct parser *p)
{
	struct jsonpath_node *left = parse_sum(p);
	const struct operator* op;

	if (left == NULL)
		return NULL;
	op = operator_at(p, comparisons, ARRAY_LEN(comparisons));
	if (op == NULL && !is_word(p, "starts") && !is_word(p, "like_regex"))
		return left;
	if (need_value(p, left) == NULL)
		return NULL;
	if (op != NULL)
		return advance(p) ? binary(p, op->kind, left, parse_value(p))
				  : NULL;
	if (is_word(p, "starts"))
		return advance(p) ? parse_starts(p, left) : NULL;
	return advance(p) ? parse_regex(p, left) : NULL;
}

static struct jsonpath_node *
parse_not(struct parser *p)
{
	struct jsonpath_node *node;

	if (!is_symbol(p, "!"))
		return parse_test(p);
	node = new_node(p, JSONPATH_NOT);
	if (past(p, node) == NULL)
		return NULL;
	if (is_word(p, "exists"))
		node->left = parse_exists(p);
	else
		node->left = between(p, "(", parse_predicate, ")");
	return above(p, node, node->left, 1);
}

static struct jsonpath_node *
parse_logic(struct parser *p, const char *symbol, enum jsonpath_kind kind,
    parse_fn operand)
{
	struct jsonpath_node *left = operand(p);

	while (left != NULL && is_symbol(p, symbol)) {
		if (need_predicate(p, left) == NULL || !advance(p))
			return NULL;
		left = binary(p, kind, left, need_predicate(p, operand(p)));
	}
	return left;
}

static struct jsonpath_node *
parse_and(struct parser *p)
{
	return parse_logic(p, "&&", JSONPATH_AND, parse_not);
}

static struct jsonpath_node *
parse_or(struct parser *p)
{
	return parse_logic(p, "||", JSONPATH_OR, parse_and);
}

/* ---- all ---- */

int
jsonpath_parse(struct str text, struct arena *arena, struct jsonpath *out,
    struct error *err)
{
	struct parser p = {
		.lex = { .input = text, .arena = arena, .err = err },
	};

	*out = (struct jsonpath){ .is_strict = false };
	if (!advance(&p))
		return p.lex.rc;
	if (p.lex.token == JSONPATH_T_END)
		return error_set(err, STELE_E_INVALID_TEXT_REPRESENTATION,
		    "invalid input syntax for type %s: \"%.*s\"", "jsonpath",
		    STR_FMT(text));
	if (is_word(&p, "strict") || is_word(&p, "lax")) {
		out->is_strict = is_word(&p, "strict");
		if (!advance(&p))
			return p.lex.rc;
	}
	out->root = parse_or(&p);
	if (out->root != NULL && p.lex.token != JSONPATH_T_END)
		return jsonpath_syntax_error(&p.lex);
	return out->root == NULL ? p.lex.rc : arena_check(arena, err);
}
