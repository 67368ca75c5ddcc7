/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_view.h -- the query of a view by itself; private to src/plan/.
 */
#pragma once

#include "plan/bind.h"
#include "plan/names.h"

/* What the query of a view is bound in: it must stay while that is used. */
struct view_inside {
	struct type_settings settings; /* of when it was made */
	struct plan_context context;
	struct plan_names names;
	const struct ast_stmt *stmt; /* the query */
};

int bind_view_query(struct binder *binder, const struct sql_view *view,
    struct view_inside *inside, struct query *out, struct error *err);

/* Of one of the server's own; its types are those of the table. */
int bind_system_query(struct binder *binder, const struct system_table *table,
    const struct ast_select **select, struct rel **out, struct error *err);
