/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/json_tree.h"

#include "common/error.h"

/* ---- reading ---- */

struct json_node *
json_node_new(struct arena *arena, enum json_token kind)
{
	struct json_node *node = arena_zalloc(arena, sizeof(*node));

	node->kind = kind;
	return node;
}

static int read_node(struct json_reader *r, enum json_token token,
    struct arena *arena, struct json_node **out, struct error *err);

static int
read_children(struct json_reader *r, struct json_node *node,
    struct arena *arena, struct error *err)
{
	struct json_node **end = &node->first;

	for (;;) {
		enum json_token token = json_next(r);
		struct str name = STR("");
		int rc = 0;

		if (token == JSON_ARRAY_END || token == JSON_OBJECT_END)
			return 0;
		if (token == JSON_KEY) {
			rc = json_unescape(r->text, r->has_escape, arena, &name,
			    err);
			token = json_next(r);
		}
		if (rc == 0)
			rc = read_node(r, token, arena, end, err);
		if (rc == 0) /* nodes are larger than what they are read from */
			rc = arena_check(arena, err);
		if (rc != 0)
			return rc;
		(*end)->name = name;
		end = &(*end)->next;
		node->count++;
	}
}

static int
read_node(struct json_reader *r, enum json_token token, struct arena *arena,
    struct json_node **out, struct error *err)
{
	struct json_node *node = json_node_new(arena, token);
	size_t first = r->token_off;

	*out = node;
	node->offset = first;
	if (token <= JSON_END)
		return json_error(r, "json", err);
	if (!json_node_is_scalar(node))
		return read_children(r, node, arena, err);
	node->slice = str_of(r->input.data + first, json_offset(r) - first);
	if (token != JSON_STRING)
		return 0;
	return json_unescape(r->text, r->has_escape, arena, &node->text, err);
}

int
json_tree_read(struct str text, struct arena *arena, struct json_node **out,
    struct error *err)
{
	struct json_reader r;
	enum json_token token;

	json_reader_init(&r, text, JSON_DEPTH_LIMIT);
	token = json_next(&r);
	return read_node(&r, token, arena, out, err);
}

/* ---- changing ---- */

struct json_node **
json_node_member(struct json_node *object, struct str name)
{
	struct json_node **at = &object->first;

	while (*at != NULL && !str_equal((*at)->name, name))
		at = &(*at)->next;
	return *at == NULL ? NULL : at;
}

struct json_node **
json_node_element(struct json_node *array, uint32_t index)
{
	struct json_node **at = &array->first;

	if (index >= array->count)
		return NULL;
	while (index-- > 0)
		at = &(*at)->next;
	return at;
}

struct json_node **
json_node_end(struct json_node *in)
{
	struct json_node **at = &in->first;

	while (*at != NULL)
		at = &(*at)->next;
	return at;
}

void
json_node_insert(struct json_node *in, struct json_node **at,
    struct json_node *node)
{
	node->next = *at;
	*at = node;
	in->count++;
}

void
json_node_remove(struct json_node *in, struct json_node **at)
{
	*at = (*at)->next;
	in->count--;
}

bool
json_name_is_before(struct str a, struct str b)
{
	return a.len != b.len ? a.len < b.len : str_compare(a, b) < 0;
}

void
json_node_set(struct json_node *object, struct str name,
    struct json_node *value)
{
	struct json_node **at = json_node_member(object, name);

	value->name = name;
	if (at != NULL) {
		json_node_remove(object, at);
	} else {
		at = &object->first;
		while (*at != NULL && json_name_is_before((*at)->name, name))
			at = &(*at)->next;
	}
	json_node_insert(object, at, value);
}

void
json_node_merge(struct json_node *object, struct json_node *other)
{
	struct json_node **at = &object->first;
	struct json_node *next;

	for (struct json_node *m = other->first; m != NULL; m = next) {
		next = m->next;
		while (*at != NULL && json_name_is_before((*at)->name, m->name))
			at = &(*at)->next;
		if (*at != NULL && str_equal((*at)->name, m->name))
			json_node_remove(object, at);
		json_node_insert(object, at, m);
	}
	other->first = NULL;
	other->count = 0;
}

/* ---- writing ---- */

static void
put_node(const struct json_node *node, const char *comma, const char *colon,
    struct buf *out)
{
	bool is_object = node->kind == JSON_OBJECT_BEGIN;

	if (json_node_is_scalar(node)) {
		buf_put_str(out, node->slice);
		return;
	}
	buf_put_u8(out, is_object ? '{' : '[');
	for (const struct json_node *child = node->first; child != NULL;
	     child = child->next) {
		if (child != node->first)
			buf_put_cstr(out, comma);
		if (is_object) {
			json_put_string(out, child->name);
			buf_put_cstr(out, colon);
		}
		put_node(child, comma, colon, out);
	}
	buf_put_u8(out, is_object ? '}' : ']');
}

void
json_tree_put(const struct json_node *node, struct buf *out)
{
	put_node(node, ", ", ": ", out);
}

void
json_tree_put_tight(const struct json_node *node, struct buf *out)
{
	put_node(node, ",", ":", out);
}

static void
put_line(uint32_t level, struct buf *out)
{
	buf_put_u8(out, '\n');
	for (uint32_t i = 0; i < level; i++)
		buf_put_cstr(out, "    ");
}

void
json_tree_put_pretty(const struct json_node *node, uint32_t level,
    struct buf *out)
{
	bool is_object = node->kind == JSON_OBJECT_BEGIN;

	if (json_node_is_scalar(node)) {
		buf_put_str(out, node->slice);
		return;
	}
	buf_put_u8(out, is_object ? '{' : '[');
	for (const struct json_node *child = node->first; child != NULL;
	     child = child->next) {
		if (child != node->first)
			buf_put_u8(out, ',');
		put_line(level + 1, out);
		if (is_object) {
			json_put_string(out, child->name);
			buf_put_cstr(out, ": ");
		}
		json_tree_put_pretty(child, level + 1, out);
	}
	put_line(level, out);
	buf_put_u8(out, is_object ? '}' : ']');
}
