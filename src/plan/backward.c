/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/backward.h"

#include "plan/logical.h"
#include "plan/rel_walk.h"

static bool
inputs_go_back(const struct rel *rel, bool is_ordered)
{
	for (uint32_t i = 0; i < rel_input_count(rel); i++)
		if (!rel_goes_back(rel_child(rel, i), is_ordered))
			return false;
	return true;
}

bool
rel_goes_back(const struct rel *root, bool is_ordered)
{
	switch (root->kind) {
	case REL_SCAN:
	case REL_EVENTS:
	case REL_SYSTEM:
	case REL_TEMP:
	case REL_FUNCTION:
	case REL_CTE:
		return true;
	case REL_SORT: /* it keeps what it has sorted */
		return is_ordered || rel_goes_back(root->input, false);
	case REL_VALUES:
		return root->values.row_count > 1;
	case REL_FILTER:
	case REL_PROJECT:
	case REL_LIMIT:
	case REL_PAYLOAD:
	case REL_APPEND:
	case REL_READING:
		return inputs_go_back(root, is_ordered);
	case REL_WITH:
		return rel_goes_back(root->input, is_ordered);
	case REL_JOIN:
	case REL_AGG:
	case REL_UNIQUE:
	case REL_WINDOW:
	case REL_PROJECT_SET:
	case REL_SEQUENCE:
	case REL_UNPIVOT:
	case REL_SET_OP:
	case REL_RECURSIVE:
	case REL_WORK:
	case REL_MODIFY:
		break;
	}
	return false;
}
