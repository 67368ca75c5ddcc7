/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/comment.h"

#include "common/attr.h"
#include "plan/schema.h"
#include "plan/temp_table.h"

static const uint32_t class_oids[] = {
	[OBJECT_RELATION] = PG_CLASS_OID,
	[OBJECT_TYPE] = PG_TYPE_OID,
	[OBJECT_SCHEMA] = PG_NAMESPACE_OID,
	[OBJECT_DATABASE] = PG_DATABASE_OID,
};

uint32_t comment_class_oid(enum object_class class)
{
	return class_oids[class];
}

bool
comment_find(const struct relation_space *space, uint32_t class_oid,
    uint32_t oid, uint32_t attnum, struct str *out)
{
	struct object_name object = { .oid = oid, .attnum = attnum };
	const struct object_comment *comment = NULL;
	const struct schema *schema;

	for (uint32_t i = OBJECT_RELATION; i < ARRAY_LEN(class_oids); i++)
		if (class_oids[i] == class_oid)
			object.class = (enum object_class)i;
	if (object.class != 0)
		comment = catalog_comment(space->catalog, &object);
	if (object.class == OBJECT_RELATION && oid >= TEMP_OID_FIRST) {
		*out = temp_comment(space->temp, oid, attnum);
		return out->len > 0;
	}
	if (comment != NULL) {
		*out = comment->text;
		return out->len > 0; /* a schema may have lost its own */
	}
	schema = class_oid == PG_NAMESPACE_OID ? schema_by_oid(oid) : NULL;
	if (schema == NULL || schema->comment == NULL)
		return false;
	*out = str_of_cstr(schema->comment);
	return true;
}
