/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalog_comment.c -- what was said of objects: made, shared, freed, found.
 */
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "engine/catalog/catalog_private.h"
#include "engine/catalog/format_private.h"

struct comment_entry {
	struct object_comment pub; /* first: the catalogue points to it */
	atomic_uint refs;
	size_t size;
	char text[];
};

/* Casts away const: the reference count is the one thing that changes. */
static struct comment_entry *
comment_entry_of(const struct object_comment *comment)
{
	union {
		const struct object_comment *pub;
		struct comment_entry *entry;
	} u = { .pub = comment };

	return u.entry;
}

static const struct object_comment *
comment_ref(const struct object_comment *comment)
{
	/* the taker has a reference already: relaxed */
	atomic_fetch_add_explicit(&comment_entry_of(comment)->refs, 1,
	    memory_order_relaxed);
	return comment;
}

void
comment_unref(const struct object_comment *comment)
{
	struct comment_entry *entry;

	if (comment == NULL)
		return;
	entry = comment_entry_of(comment);
	/* all uses happen before the free */
	if (atomic_fetch_sub_explicit(&entry->refs, 1, memory_order_acq_rel) ==
	    1)
		free(entry);
}

int
comment_make(const struct object_comment *source,
    const struct object_comment **out, struct error *err)
{
	struct comment_entry *entry = malloc(sizeof(*entry) + source->text.len);
	int rc;

	*out = NULL;
	if (entry == NULL)
		return error_no_memory(err);
	entry->pub = *source;
	if (source->text.len > 0)
		memcpy(entry->text, source->text.data, source->text.len);
	entry->pub.text = str_of(entry->text, source->text.len);
	atomic_init(&entry->refs, 1);
	rc = comment_measure(&entry->pub, &entry->size, err);
	if (rc != 0)
		comment_unref(&entry->pub);
	else
		*out = &entry->pub;
	return rc;
}

/* ---- order ---- */

static int
compare_u32(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

static int
compare_objects(const struct object_name *a, const struct object_name *b)
{
	int order = compare_u32(a->class, b->class);

	if (order == 0)
		order = compare_u32(a->oid, b->oid);
	return order != 0 ? order : compare_u32(a->attnum, b->attnum);
}

void
catalog_put_comment(struct catalog *catalog,
    const struct object_comment *comment)
{
	const struct object_comment **comments =
	    (const struct object_comment **)(uintptr_t)catalog->comments;
	uint32_t at = catalog->comment_count++;

	for (; at > 0 &&
	     compare_objects(&comments[at - 1]->object, &comment->object) > 0;
	     at--)
		comments[at] = comments[at - 1];
	comments[at] = comment_ref(comment);
	catalog->size += comment_entry_of(comment)->size;
}

const struct object_comment *
catalog_comment(const struct catalog *catalog, const struct object_name *object)
{
	uint32_t low = 0, high = catalog->comment_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order =
		    compare_objects(&catalog->comments[middle]->object, object);

		if (order == 0)
			return catalog->comments[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* ---- what it is said of ---- */

static bool
has_column(const struct catalog *catalog, const struct object_name *object)
{
	const struct event_type *type =
	    catalog_type_by_oid(catalog, object->oid);
	const struct sql_view *view;

	if (type != NULL)
		return type->dropped_at == 0 &&
		    object->attnum < COLUMN_FIRST_FIELD + type->field_count;
	view = catalog_view_by_oid(catalog, object->oid);
	return view != NULL && object->attnum <= view->column_count;
}

bool
catalog_has_column(const struct catalog *catalog, uint32_t oid, uint32_t attnum)
{
	const struct object_name object = { .class = OBJECT_RELATION,
		.oid = oid,
		.attnum = attnum };

	return attnum != 0 && has_column(catalog, &object);
}

static bool
has_type(const struct catalog *catalog, uint32_t oid)
{
	const struct event_type *type = catalog_type_of_rows(catalog, oid);
	const struct sql_view *view = catalog_view_of_rows(catalog, oid);

	return catalog_enum_by_oid(catalog, oid) != NULL ||
	    (type != NULL && type->row_type_oid == oid) ||
	    (view != NULL && view->row_type_oid == oid);
}

bool
catalog_has_object(const struct catalog *catalog,
    const struct object_name *object)
{
	switch (object->class) {
	case OBJECT_RELATION:
		return has_column(catalog, object);
	case OBJECT_TYPE:
		return object->attnum == 0 && has_type(catalog, object->oid);
	case OBJECT_SCHEMA:
	case OBJECT_DATABASE:
		return object->attnum == 0 && object->oid != 0 &&
		    object->oid < FIRST_USER_OID;
	}
	return false;
}

bool
comment_is_kept(const struct object_comment *comment)
{
	return comment->text.len > 0 || comment->object.class == OBJECT_SCHEMA;
}

void
catalog_copy_comments(const struct catalog *before,
    const struct object_comment *changed, struct catalog *after)
{
	for (uint32_t i = 0; i < before->comment_count; i++) {
		const struct object_comment *comment = before->comments[i];

		if (catalog_has_object(after, &comment->object) &&
		    (changed == NULL ||
			compare_objects(&comment->object, &changed->object) !=
			    0))
			catalog_put_comment(after, comment);
	}
	if (changed != NULL && comment_is_kept(changed))
		catalog_put_comment(after, changed);
}
