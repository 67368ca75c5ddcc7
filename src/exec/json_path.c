/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/json_path.h"

#include <errno.h>
#include <stdlib.h>

#include "common/error.h"

bool
json_step_index(struct str step, int64_t *out)
{
	char digits[24];
	char *end;

	if (step.len == 0 || step.len >= sizeof(digits))
		return false;
	memcpy(digits, step.data, step.len);
	digits[step.len] = '\0';
	errno = 0;
	*out = strtol(digits, &end, 10);
	return errno == 0 && *end == '\0' && end != digits &&
	    *out >= INT32_MIN && *out <= INT32_MAX;
}

static bool
is_insert(enum json_edit_how how)
{
	return how == JSON_EDIT_INSERT_BEFORE || how == JSON_EDIT_INSERT_AFTER;
}

static void
replace(struct json_node *in, struct json_node **at, struct json_node *value)
{
	value->name = (*at)->name;
	json_node_remove(in, at);
	json_node_insert(in, at, value);
}

static int edit_level(const struct json_edit *edit, struct json_node *node,
    uint32_t level, struct error *err);

static int
edit_object(const struct json_edit *edit, struct json_node *object,
    uint32_t level, struct error *err)
{
	struct str name = edit->steps[level].str;
	struct json_node **at = json_node_member(object, name);

	if (level + 1 < edit->step_count)
		return at == NULL ? 0 : edit_level(edit, *at, level + 1, err);
	if (at == NULL) {
		if (edit->how == JSON_EDIT_SET || is_insert(edit->how))
			json_node_set(object, name, edit->value);
		return 0;
	}
	if (edit->how == JSON_EDIT_DELETE) {
		json_node_remove(object, at);
		return 0;
	}
	if (is_insert(edit->how)) {
		(void)error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "cannot replace existing key");
		return error_hint(err,
		    "Try using the function jsonb_set to replace key value.");
	}
	replace(object, at, edit->value);
	return 0;
}

/* An element that is not there is made at the nearer end. */
static void
make_element(const struct json_edit *edit, struct json_node *array,
    bool at_start)
{
	if (edit->how != JSON_EDIT_SET && !is_insert(edit->how))
		return;
	json_node_insert(array, at_start ? &array->first : json_node_end(array),
	    edit->value);
}

static int
edit_array(const struct json_edit *edit, struct json_node *array,
    uint32_t level, struct error *err)
{
	struct str step = edit->steps[level].str;
	bool is_last = level + 1 == edit->step_count;
	struct json_node **at = NULL;
	int64_t index;

	if (!json_step_index(step, &index))
		return error_set(err, STELE_E_INVALID_TEXT_REPRESENTATION,
		    "path element at position %u is not an integer: \"%.*s\"",
		    level + 1, STR_FMT(step));
	if (index < 0)
		index += array->count;
	if (index >= 0)
		at = json_node_element(array, (uint32_t)index);
	if (!is_last)
		return at == NULL ? 0 : edit_level(edit, *at, level + 1, err);
	if (at == NULL) {
		make_element(edit, array, index < 0);
		return 0;
	}
	if (edit->how == JSON_EDIT_DELETE)
		json_node_remove(array, at);
	else if (edit->how == JSON_EDIT_INSERT_AFTER)
		json_node_insert(array, &(*at)->next, edit->value);
	else if (edit->how == JSON_EDIT_INSERT_BEFORE)
		json_node_insert(array, at, edit->value);
	else
		replace(array, at, edit->value);
	return 0;
}

static int
edit_level(const struct json_edit *edit, struct json_node *node, uint32_t level,
    struct error *err)
{
	if (json_node_is_scalar(node))
		return 0;
	if (edit->steps[level].is_null)
		return error_set(err, STELE_E_NULL_NOT_ALLOWED,
		    "path element at position %u is null", level + 1);
	return node->kind == JSON_OBJECT_BEGIN
	    ? edit_object(edit, node, level, err)
	    : edit_array(edit, node, level, err);
}

int
json_edit(const struct json_edit *edit, struct json_node *node,
    struct error *err)
{
	return edit->step_count == 0 ? 0 : edit_level(edit, node, 0, err);
}
