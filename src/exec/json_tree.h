/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_tree.h -- a document as a tree, for what changes one.
 *
 * Scalars are slices of the text.  Members of an object are in the order of
 * jsonb: by their names' lengths, then bytes; a document that is json keeps
 * its own order.
 *
 * Memory: the arena that is passed; the text is borrowed.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/buf.h"
#include "common/json.h"

struct error;

struct json_node {
	enum json_token
	    kind;         /* JSON_OBJECT_BEGIN, JSON_ARRAY_BEGIN, a scalar */
	struct str name;  /* of a member, unescaped */
	struct str slice; /* of a scalar, as it is written */
	struct str text;  /* of a string, unescaped */
	struct json_node *first;
	struct json_node *next; /* in the same object or array */
	uint32_t count;         /* of what is in it */
	size_t offset;          /* in the text, of what was read */
};

static inline bool
json_node_is_scalar(const struct json_node *node)
{
	return node->kind != JSON_OBJECT_BEGIN &&
	    node->kind != JSON_ARRAY_BEGIN;
}

/* The text is a value of json or jsonb. */
MUST_USE int json_tree_read(struct str text, struct arena *arena,
    struct json_node **out, struct error *err);

/* A new array or object without anything in it. */
struct json_node *json_node_new(struct arena *arena, enum json_token kind);

/* Where the member of a name, or element `index` from 0, is linked; or NULL. */
struct json_node **json_node_member(struct json_node *object, struct str name);
struct json_node **json_node_element(struct json_node *array, uint32_t index);

/* Put a node there, before what is there; take out what is there. */
void json_node_insert(struct json_node *in, struct json_node **at,
    struct json_node *node);
void json_node_remove(struct json_node *in, struct json_node **at);

/* The end of an array. */
struct json_node **json_node_end(struct json_node *in);

/* Give an object of jsonb a member, instead of one of this name. */
void json_node_set(struct json_node *object, struct str name,
    struct json_node *value);

/* The same for all members of another object of jsonb, which is empty then. */
void json_node_merge(struct json_node *object, struct json_node *other);

/* The order of members in jsonb. */
bool json_name_is_before(struct str a, struct str b);

/* As jsonb shows it; as json does, without any space; over several lines. */
void json_tree_put(const struct json_node *node, struct buf *out);
void json_tree_put_tight(const struct json_node *node, struct buf *out);
void json_tree_put_pretty(const struct json_node *node, uint32_t level,
    struct buf *out);
