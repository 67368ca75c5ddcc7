/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/polymorphic.h"

#include "types/array.h"

bool
type_is_polymorphic(uint32_t oid)
{
	switch (oid) {
	case TYPE_ANYELEMENT:
	case TYPE_ANYNONARRAY:
	case TYPE_ANYENUM:
	case TYPE_ANYARRAY:
	case TYPE_ANYCOMPATIBLE:
	case TYPE_ANYCOMPATIBLENONARRAY:
	case TYPE_ANYCOMPATIBLEARRAY:
		return true;
	default:
		return false;
	}
}

static bool
is_compatible(uint32_t declared)
{
	return declared == TYPE_ANYCOMPATIBLE ||
	    declared == TYPE_ANYCOMPATIBLENONARRAY ||
	    declared == TYPE_ANYCOMPATIBLEARRAY;
}

static bool
is_array(uint32_t declared)
{
	return declared == TYPE_ANYARRAY || declared == TYPE_ANYCOMPATIBLEARRAY;
}

/* What an argument says of the element's type; oid 0: it cannot be one. */
static struct type
element_of(uint32_t declared, const struct type *arg)
{
	bool may_be_array =
	    declared == TYPE_ANYELEMENT || declared == TYPE_ANYCOMPATIBLE;

	if (is_array(declared))
		return type_element(arg);
	if ((declared == TYPE_ANYENUM && !type_is_enum(arg)) ||
	    (!may_be_array && type_is_array(arg)))
		return type_of(0);
	return *arg;
}

/* Whether an array is asked for, which must then be of what has arrays. */
static bool
has_array(const struct candidate *candidate, uint32_t arg_count, bool of_common)
{
	for (uint32_t i = 0; i < arg_count; i++) {
		uint32_t declared = candidate_arg(candidate, i);

		if (is_array(declared) && is_compatible(declared) == of_common)
			return true;
	}
	return false;
}

/* A literal alone does not become an enum. */
static bool
needs_enum(const struct candidate *candidate, uint32_t arg_count)
{
	for (uint32_t i = 0; i < arg_count; i++)
		if (candidate_arg(candidate, i) == TYPE_ANYENUM)
			return true;
	return false;
}

static bool
find_element(const struct candidate *candidate, const struct type *args,
    uint32_t arg_count, struct type *out)
{
	for (uint32_t i = 0; i < arg_count; i++) {
		uint32_t declared = candidate_arg(candidate, i);
		struct type element;

		if (!type_is_polymorphic(declared) || is_compatible(declared))
			continue;
		if (out->oid == 0)
			*out = type_of(TYPE_UNKNOWN);
		if (args[i].oid == TYPE_UNKNOWN)
			continue;
		element = element_of(declared, &args[i]);
		if (element.oid == 0 ||
		    (out->oid != TYPE_UNKNOWN && out->oid != element.oid))
			return false;
		*out = element;
	}
	out->mod = -1;
	if (out->oid == TYPE_UNKNOWN && needs_enum(candidate, arg_count))
		return false;
	return !has_array(candidate, arg_count, false) ||
	    out->oid == TYPE_UNKNOWN || type_array_of(out).oid != 0;
}

static bool
find_compatible(const struct candidate *candidate, const struct type *args,
    uint32_t arg_count, struct type *out)
{
	struct type elements[CALL_ARGS_MAX];
	uint32_t count = 0;
	uint32_t odd;

	for (uint32_t i = 0; i < arg_count; i++) {
		uint32_t declared = candidate_arg(candidate, i);

		if (!is_compatible(declared))
			continue;
		elements[count] = args[i].oid == TYPE_UNKNOWN
		    ? args[i]
		    : element_of(declared, &args[i]);
		if (elements[count++].oid == 0)
			return false;
	}
	if (count == 0)
		return true;
	if (!common_type_of(elements, count, out, &odd))
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (!can_coerce(&elements[i], out, CAST_IMPLICIT))
			return false;
	return !has_array(candidate, arg_count, true) ||
	    type_array_of(out).oid != 0;
}

bool
polymorph_find(const struct candidate *candidate, const struct type *args,
    uint32_t arg_count, struct polymorph *out)
{
	*out = (struct polymorph){ .element = type_of(0),
		.compatible = type_of(0) };
	return find_element(candidate, args, arg_count, &out->element) &&
	    find_compatible(candidate, args, arg_count, &out->compatible);
}

struct type
polymorph_type(const struct polymorph *polymorph, uint32_t declared)
{
	struct type type = type_of(declared);

	if (!type_is_polymorphic(declared))
		return type;
	type = is_compatible(declared) ? polymorph->compatible
				       : polymorph->element;
	if (type.oid == TYPE_UNKNOWN)
		type.oid = 0;
	if (type.oid != 0 && is_array(declared))
		type = type_array_of(&type);
	return type;
}
