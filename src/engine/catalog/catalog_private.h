/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalog_private.h -- the objects behind the pointers of struct catalog.
 *
 * Versions of the catalogue share the event types and enums that did not
 * change between them: each object has a reference count and an arena that
 * holds all its strings and arrays.
 */
#pragma once

#include <stdatomic.h>

#include "common/arena.h"
#include "engine/catalog/catalog.h"

#define NAME_SIZE_MAX 63 /* of objects and labels */

struct enum_object {
	struct enum_type pub; /* first: the catalogue points to it */
	atomic_uint refs;
	size_t size; /* in a catalogue's bytes, as of all objects */
	struct arena arena;
};

/* Holds a reference on the enums of its fields (dropped types keep theirs). */
struct type_object {
	struct event_type pub; /* first */
	atomic_uint refs;
	size_t size;
	struct arena arena;
};

struct catalog_object {
	struct catalog pub; /* first; its arrays are malloc'd and owned */
	atomic_uint refs;
	uint64_t meaning; /* catalog_means_same(); another one is none's */
	const struct event_type **by_name; /* those not dropped, by name */
	uint32_t by_name_count;
	const struct role **roles_by_name;
};

/* Roles that one can be a member of through others, itself among them. */
#define ROLE_REACH_MAX 256

/* The core column of a name that users see; 0: it is none of one. */
uint32_t catalog_core_column(struct str name);

/* What a change replaces, adds or leaves out. */
struct catalog_change {
	const struct event_type *new_type;        /* owned */
	const struct enum_type *new_enum;         /* owned */
	uint32_t gone_enum_oid;                   /* 0: none */
	const struct sql_view *new_view;          /* owned */
	uint32_t gone_view_oid;                   /* 0: none */
	const struct role *new_role;              /* owned */
	uint32_t gone_role_oid;                   /* 0: none */
	const struct acl *new_acl;                /* owned */
	uint32_t gone_acl_oid;                    /* of the object; 0: none */
	const struct object_comment *new_comment; /* owned */
	const struct setting_list *new_settings;  /* owned; empty: it goes */
};

void enum_unref(const struct enum_type *type);
void event_type_unref(const struct event_type *type);

/*
 * An object of copied content.  `catalog` resolves the enums of the fields; a
 * type that is not there is STELE_E_UNDEFINED_OBJECT.
 */
MUST_USE int event_type_make(const struct event_type *source,
    const struct catalog *catalog, const struct event_type **out,
    struct error *err);
/* catalog_key.c: of a type that has its name and OID. */
struct table_key event_type_key(struct arena *arena,
    const struct event_type *type);

MUST_USE int enum_type_make(const struct enum_type *source,
    const struct enum_type **out, struct error *err);

/* catalog_view.c */
void sql_view_unref(const struct sql_view *view);
MUST_USE int sql_view_make(const struct sql_view *source,
    const struct sql_view **out, struct error *err);

/* What DDL_CREATE_VIEW or DDL_REPLACE_VIEW makes. */
MUST_USE int sql_view_of_ddl(const struct catalog *catalog,
    const struct ddl *ddl, const struct sql_view **out, struct error *err);

/* catalog_comment.c */
void comment_unref(const struct object_comment *comment);
MUST_USE int comment_make(const struct object_comment *source,
    const struct object_comment **out, struct error *err);
/* Schemas are born with some: an empty one says that it was taken away. */
bool comment_is_kept(const struct object_comment *comment);
bool catalog_has_object(const struct catalog *catalog,
    const struct object_name *object);

/*
 * The comments of `before` on what there is in `after`, whose objects are all
 * there; `changed`, unless NULL, takes the place of the one on its object.
 */
void catalog_copy_comments(const struct catalog *before,
    const struct object_comment *changed, struct catalog *after);

/* STELE_E_DEPENDENT_OBJECTS_EXIST if a view needs what is to be dropped. */
MUST_USE int catalog_check_unused(const struct catalog *catalog, uint32_t oid,
    const char *kind, struct str name, struct error *err);

/* role_change.c */
void role_unref(const struct role *role);
MUST_USE int role_make(const struct role *source, const struct role **out,
    struct error *err);
MUST_USE int catalog_change_role(const struct catalog *catalog,
    const struct ddl *ddl, struct catalog_change *change, struct error *err);
MUST_USE int catalog_copy_roles(const struct catalog *before,
    const struct catalog_change *change, struct catalog *after,
    struct error *err);

/* role.c: by name, as many as there are roles. */
const struct role *const *catalog_roles_by_name(const struct catalog *catalog);
/* Whether it is a member of no more than ROLE_REACH_MAX roles. */
bool catalog_role_fits(const struct catalog *catalog, uint32_t oid);

/* acl.c: the list of an object, also if it is of its columns alone. */
const struct acl *catalog_acl_list(const struct catalog *catalog,
    uint32_t object_oid);

/* Of one column: those of the object's list, which may be NULL. */
const struct acl_entry *acl_of_column(const struct acl *acl, uint32_t attnum,
    uint32_t *count);

/* catalog_comment.c: whether a relation has a column of the number. */
bool catalog_has_column(const struct catalog *catalog, uint32_t oid,
    uint32_t attnum);

/* acl_change.c */
void acl_unref(const struct acl *acl);
MUST_USE int acl_make(const struct acl *source, const struct acl **out,
    struct error *err);
MUST_USE int catalog_change_acl(const struct catalog *catalog,
    const struct ddl *ddl, struct catalog_change *change, struct error *err);
MUST_USE int catalog_change_owner(const struct catalog *catalog,
    const struct ddl *ddl, struct catalog_change *change, struct error *err);
/* The views of `after` are there. */
MUST_USE int catalog_copy_acls(const struct catalog *before,
    const struct catalog_change *change, struct catalog *after,
    struct error *err);

/* catalog_setting.c */
void setting_list_unref(const struct setting_list *list);
MUST_USE int catalog_change_setting(const struct catalog *catalog,
    const struct ddl *ddl, struct catalog_change *change, struct error *err);
void catalog_copy_settings(const struct catalog *before,
    const struct catalog_change *change, struct catalog *after);

/* catalog.c: 42602 for an empty name, 42622 for a long one. */
MUST_USE int catalog_check_name_length(struct str name, struct error *err);

/* How many of each. */
struct catalog_room {
	uint32_t types;
	uint32_t enums;
	uint32_t views;
	uint32_t roles;
	uint32_t acls;
	uint32_t comments;
	uint32_t setting_lists;
};

/*
 * A catalogue with room for so many objects.  The caller puts them in, each
 * put takes a reference of its own, and seals it; then it never changes.
 */
MUST_USE int catalog_make(const struct catalog_room *room, struct catalog **out,
    struct error *err);

/* A new one means what no other does, or what this does: catalog_means_same(). */
void catalog_keep_meaning(struct catalog *after, const struct catalog *before);

/* The arrays of a catalogue under construction, ordered by oid on insertion. */
void catalog_put_type(struct catalog *catalog, const struct event_type *type);
void catalog_put_view(struct catalog *catalog, const struct sql_view *view);
void catalog_put_enum(struct catalog *catalog, const struct enum_type *type);
void catalog_put_role(struct catalog *catalog, const struct role *role);
void catalog_put_acl(struct catalog *catalog, const struct acl *acl);
/* The same, or in the place of the list that the object has. */
void catalog_replace_acl(struct catalog *catalog, const struct acl *acl);
void catalog_put_comment(struct catalog *catalog,
    const struct object_comment *comment);
void catalog_seal(struct catalog *catalog);
