/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_extended.c -- Parse, Bind, Describe, Execute, Close, Flush, Sync.
 */
#include <stdlib.h>
#include <string.h>

#include "plan/logical.h"
#include "plan/plain_row.h"
#include "server/session_private.h"
#include "server/voice_pg.h"
#include "sql/ast.h"
#include "types/encoding.h"
#include "types/type.h"
#include "wire/pg_backend.h"
#include "wire/pg_recode.h"

/* Prepared statements that a Parse looks at for one of the same text. */
#define TWINS_LOOKED_AT 8

/* ---- Parse ---- */

static int
keep_oids(struct prepared *prepared, const uint32_t *oids, uint32_t count,
    struct error *err)
{
	if (count == 0)
		return 0;
	prepared->param_oids = calloc(count, sizeof(*oids));
	if (prepared->param_oids == NULL)
		return error_no_memory(err);
	memcpy(prepared->param_oids, oids, count * sizeof(*oids));
	prepared->param_oid_count = count;
	return 0;
}

/* The one statement of a source, or NULL, planned; *planned is a reference. */
static int
plan_source(struct session *session, struct source *source,
    const uint32_t *oids, uint32_t oid_count, struct planned **planned)
{
	struct error *err = &session->err;
	const struct ast_stmt *stmt = source_stmt(source);
	int rc;

	*planned = NULL;
	if (source->statements.count > 1)
		return error_set(err, STELE_E_SYNTAX,
		    "cannot insert multiple commands into a prepared "
		    "statement");
	rc = transaction_check(session, stmt, err);
	if (rc != 0)
		return rc;
	transaction_start(session);
	if (stmt == NULL)
		return 0;
	if (!plan_is_late(stmt))
		return session_plan(session, source, stmt, oids, oid_count,
		    planned, err);
	*planned = planned_late(source, stmt);
	return *planned != NULL ? 0 : error_no_memory(err);
}

/* Give a source and its plan, which this takes, their name. */
static int
store_prepared(struct session *session, struct str name, struct source *source,
    struct planned *planned, const uint32_t *oids, uint32_t oid_count)
{
	struct prepared *prepared = prepared_find(&session->table, name);
	int rc;

	if (prepared != NULL)
		prepared_remove(&session->table, prepared);
	prepared = prepared_add(&session->table, name,
	    session_prepared_max(session), &session->err);
	if (prepared == NULL) {
		planned_unref(planned);
		source_unref(source);
		return session->err.code;
	}
	prepared->made_at = session->settings.types.now;
	prepared->source = source;
	prepared->stmt = source_stmt(source);
	prepared->planned = planned;
	rc = keep_oids(prepared, oids, oid_count, &session->err);
	if (rc != 0)
		prepared_remove(&session->table, prepared);
	return rc;
}

bool
session_is_fresh(struct session *session, const struct planned *planned)
{
	return session_has_names(session, planned->catalog) &&
	    planned->temp == session->temp.catalog &&
	    search_path_equal(&planned->path, &session->settings.search_path);
}

static bool
is_twin(const struct prepared *prepared, const struct pg_parse *parse)
{
	const struct plan *plan =
	    prepared->planned == NULL ? NULL : prepared->planned->plan;

	return plan != NULL && plan->kind == PLAN_INSERT &&
	    plan->insert->plain != NULL && plan->insert->plain->is_timeless &&
	    str_equal(prepared->source->text, parse->query) &&
	    prepared->param_oid_count == parse->type_count &&
	    (parse->type_count == 0 ||
		memcmp(prepared->param_oids, parse->types,
		    parse->type_count * sizeof(*parse->types)) == 0);
}

/*
 * One of the newest statements that was made from the same text and has a plan
 * that nothing but catalogue and path have a say in: whoever stores events
 * sends one text again and again, be it under other names.
 */
static const struct prepared *
find_twin(struct session *session, const struct pg_parse *parse)
{
	const struct prepared *prepared = prepared_first(&session->table);

	for (unsigned i = 0; prepared != NULL && i < TWINS_LOOKED_AT; i++) {
		if (is_twin(prepared, parse))
			return session_is_fresh(session, prepared->planned)
			    ? prepared
			    : NULL;
		prepared = prepared_next(prepared);
	}
	return NULL;
}

/* Neither parsed nor planned again. */
static int
parse_as(struct session *session, const struct prepared *twin,
    const struct pg_parse *parse)
{
	int rc = transaction_check(session, twin->stmt, &session->err);

	if (rc != 0)
		return rc;
	transaction_start(session);
	return store_prepared(session, parse->name, source_ref(twin->source),
	    planned_ref(twin->planned), parse->types, parse->type_count);
}

/* On any thread; *planned is a reference, or NULL. */
static int
parse_and_plan(struct session *session, struct source *source,
    const struct pg_parse *parse, struct planned **planned)
{
	int rc;

	*planned = NULL;
	rc = source_parse(source, session->voice->dialect, &session->err);
	if (rc == 0)
		rc = session_check_cancel(session);
	if (rc == 0)
		rc = plan_source(session, source, parse->types,
		    parse->type_count, planned);
	return rc;
}

static void
parse_work(struct session *session)
{
	session->job.rc = parse_and_plan(session, session->parsing,
	    &session->parse, &session->parsing_plan);
}

static enum step
parsed(struct session *session)
{
	pg_put_empty(session_out(session), '1');
	return STEP_DONE;
}

static void
parse_finish(struct session *session)
{
	struct source *source = session->parsing;
	struct planned *planned = session->parsing_plan;
	struct pg_parse *parse = &session->parse;
	int rc = session->job.rc;

	session->parsing = NULL;
	session->parsing_plan = NULL;
	if (rc == 0)
		rc = store_prepared(session, parse->name, source, planned,
		    parse->types, parse->type_count);
	else
		source_unref(source);
	if (rc != 0)
		session_fail(session);
	else
		(void)parsed(session);
}

/* A long text: the message must be kept, since its bytes do not stay. */
static enum step
parse_on_worker(struct session *session, struct source *source,
    const struct pg_parse *parse)
{
	uint32_t *types = NULL;

	session->parsing = source;
	session->parse = *parse;
	session->parse.name = arena_str(&source->arena, parse->name);
	if (parse->type_count > 0) {
		types = arena_alloc_array(&source->arena, parse->type_count,
		    sizeof(*types));
		memcpy(types, parse->types, parse->type_count * sizeof(*types));
	}
	session->parse.types = types;
	transaction_start(session); /* its timer is this thread's */
	return session_submit(session, parse_work, parse_finish);
}

static enum step
on_parse(struct session *session, struct str body)
{
	struct error *err = &session->err;
	struct arena scratch;
	struct pg_parse parse;
	const struct prepared *twin;
	struct source *source = NULL;
	struct planned *planned;
	enum step step = STEP_FAIL;

	arena_init(&scratch, NULL);
	if (pg_parse_decode(body, &scratch, &parse, err) != 0 ||
	    voice_pg_take_text(session, &scratch, &parse.name) != 0 ||
	    voice_pg_take_text(session, &scratch, &parse.query) != 0 ||
	    arena_check(&scratch, err) != 0)
		goto out;
	if (parse.name.len > 0 &&
	    prepared_find(&session->table, parse.name) != NULL) {
		(void)error_set(err, STELE_E_DUPLICATE_PREPARED_STATEMENT,
		    "prepared statement \"%.*s\" already exists",
		    STR_FMT(parse.name));
		goto out;
	}
	twin = find_twin(session, &parse);
	if (twin != NULL) {
		if (parse_as(session, twin, &parse) == 0)
			step = parsed(session);
		goto out;
	}
	source = session_source(session, parse.query);
	if (source == NULL) {
		step = session_out_of_memory(session);
		goto out;
	}
	if (source->is_large) {
		step = parse_on_worker(session, source, &parse);
		goto out;
	}
	if (parse_and_plan(session, source, &parse, &planned) != 0) {
		source_unref(source);
		goto out;
	}
	if (store_prepared(session, parse.name, source, planned, parse.types,
		parse.type_count) == 0)
		step = parsed(session);
out:
	arena_release(&scratch);
	return step;
}

/* ---- Bind ---- */

static int
check_counts(struct session *session, const struct pg_bind *bind,
    const struct planned *planned)
{
	struct error *err = &session->err;
	uint32_t wanted = planned == NULL ? 0 : planned->plan->param_count;

	if (bind->param_count != wanted)
		return error_set(err, STELE_E_PROTOCOL_VIOLATION,
		    "bind message supplies %u parameters, but prepared "
		    "statement \"%.*s\" requires %u",
		    bind->param_count, STR_FMT(bind->statement), wanted);
	for (uint32_t i = 0; i < bind->format_count; i++)
		if (bind->formats[i] > 1)
			return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
			    "unsupported format code: %u", bind->formats[i]);
	return planned == NULL ? 0
			       : session_check_formats(session,
				     bind->result_format_count, planned);
}

/* A value in binary form, whose texts are in the client's encoding. */
static int
take_value(struct session *session, struct arena *arena,
    const struct type *type, struct str *value)
{
	const struct text_encoding *encoding = session->settings.types.encoding;

	return encoding == NULL
	    ? 0
	    : pg_recode_value(encoding, type, arena, value, &session->err);
}

int
session_read_param(struct session *session, struct portal *portal,
    const struct pg_bind *bind, uint32_t i, struct arena *arena,
    struct datum *out)
{
	const struct plan *plan = portal->planned->plan;
	const struct pg_value *value = &bind->params[i];
	struct str bytes = value->bytes;
	const struct type text = type_of(TYPE_TEXT);
	const struct type *type = &plan->param_types[i];
	bool is_binary =
	    pg_format_of(bind->formats, bind->format_count, i) == 1;
	int rc;

	if (value->is_null) {
		*out = (struct datum){ .is_null = true };
		return 0;
	}
	/* Its JSON is read when it is stored: once is enough. */
	if (plan->payload_param == i + 1 && type->oid == TYPE_JSON)
		type = &text;
	rc = is_binary ? take_value(session, arena, type, &bytes)
		       : voice_pg_take_text(session, arena, &bytes);
	if (rc != 0)
		return rc;
	if (is_binary)
		return type_in_binary(type, bytes, arena, out, &session->err);
	if (type->oid != TYPE_TEXT)
		return type_in_text(type, &portal->types, bytes, arena, out,
		    &session->err);
	*out = (struct datum){ .str = bytes };
	return 0;
}

/* The message does not stay, but the portal does. */
static int
keep_param(struct session *session, struct portal *portal,
    const struct pg_bind *bind, uint32_t i)
{
	struct datum *param = &portal->params[i];
	int rc =
	    session_read_param(session, portal, bind, i, &portal->arena, param);

	if (rc == 0 && !param->is_null &&
	    type_phys(&portal->planned->plan->param_types[i]) == PHYS_STR &&
	    param->str.data == bind->params[i].bytes.data)
		param->str = arena_str(&portal->arena, param->str);
	return rc;
}

static int
bind_param(struct session *session, struct portal *portal,
    const struct pg_bind *bind, uint32_t i)
{
	struct error *err = &session->err;
	const char *value;
	int rc = keep_param(session, portal, bind, i);

	if (rc == STELE_E_INVALID_BINARY_REPRESENTATION)
		(void)error_set(err, rc,
		    "incorrect binary data format in bind parameter %u", i + 1);
	if (rc == 0)
		return 0;
	/* Bytes that are no text at all are not told of as one. */
	value = pg_format_of(bind->formats, bind->format_count, i) == 0 &&
		rc != STELE_E_CHARACTER_NOT_IN_REPERTOIRE
	    ? " = '...'"
	    : "";
	if (bind->portal.len == 0)
		error_add_context(err, "unnamed portal parameter $%u%s", i + 1,
		    value);
	else
		error_add_context(err, "portal \"%.*s\" parameter $%u%s",
		    STR_FMT(bind->portal), i + 1, value);
	return rc;
}

static int
bind_params(struct session *session, struct portal *portal,
    const struct pg_bind *bind)
{
	uint16_t *formats = NULL;

	portal->param_count = bind->param_count;
	if (bind->param_count > 0)
		session_types(session, portal);
	if (bind->param_count > 0)
		portal->params = arena_alloc_array(&portal->arena,
		    bind->param_count, sizeof(*portal->params));
	for (uint32_t i = 0; i < bind->param_count; i++) {
		int rc = bind_param(session, portal, bind, i);

		portal->param_bytes += bind->params[i].bytes.len;
		if (rc != 0)
			return rc;
	}
	portal->format_count = bind->result_format_count;
	if (portal->format_count > 0) {
		formats = arena_alloc_array(&portal->arena,
		    portal->format_count, sizeof(*formats));
		memcpy(formats, bind->result_formats,
		    portal->format_count * sizeof(*formats));
	}
	portal->formats = formats;
	return arena_check(&portal->arena, &session->err);
}

int
prepared_refresh(struct session *session, struct prepared *prepared)
{
	struct planned *planned;
	int rc;

	if (prepared->planned == NULL ||
	    prepared->planned->plan->kind == PLAN_LATER ||
	    session_is_fresh(session, prepared->planned))
		return 0;
	rc = session_plan(session, prepared->source, prepared->stmt,
	    prepared->param_oids, prepared->param_oid_count, &planned,
	    &session->err);
	if (rc != 0)
		return rc;
	if (!planned_same_result(prepared->planned, planned)) {
		planned_unref(planned);
		return error_set(&session->err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "cached plan must not change result type");
	}
	planned_unref(prepared->planned);
	prepared->planned = planned;
	return 0;
}

static struct prepared *
need_prepared(struct session *session, struct str name)
{
	struct prepared *prepared = prepared_find(&session->table, name);

	if (prepared == NULL && name.len == 0)
		(void)error_set(&session->err, STELE_E_INVALID_STATEMENT_NAME,
		    "unnamed prepared statement does not exist");
	else if (prepared == NULL)
		(void)error_set(&session->err, STELE_E_INVALID_STATEMENT_NAME,
		    "prepared statement \"%.*s\" does not exist",
		    STR_FMT(name));
	return prepared;
}

static struct portal *
need_portal(struct session *session, struct str name)
{
	struct portal *portal = portal_find(&session->table, name);

	if (portal == NULL)
		(void)error_set(&session->err, STELE_E_INVALID_CURSOR_NAME,
		    "portal \"%.*s\" does not exist", STR_FMT(name));
	return portal;
}

/* A portal of that name without content: the unnamed one is replaced. */
static struct portal *
make_portal(struct session *session, struct str name)
{
	struct portal *portal = portal_find(&session->table, name);

	if (portal != NULL && name.len > 0) {
		(void)error_set(&session->err, STELE_E_DUPLICATE_CURSOR,
		    "cursor \"%.*s\" already exists", STR_FMT(name));
		return NULL;
	}
	if (portal != NULL) {
		portal_reset(portal);
		portal_renumber(&session->table, portal);
		return portal;
	}
	return portal_add(&session->table, name, session_portal_max(session),
	    &session->err);
}

/* The statement, planned as it would be now, and bound as it asks for. */
static struct prepared *
bound_prepared(struct session *session, const struct pg_bind *bind)
{
	struct error *err = &session->err;
	struct prepared *prepared = need_prepared(session, bind->statement);

	if (prepared == NULL ||
	    transaction_check(session, prepared->stmt, err) != 0)
		return NULL;
	transaction_start(session);
	if (prepared_refresh(session, prepared) != 0 ||
	    check_counts(session, bind, prepared->planned) != 0)
		return NULL;
	return prepared;
}

struct portal *
session_portal(struct session *session, const struct prepared *prepared,
    struct str name)
{
	struct portal *portal = make_portal(session, name);

	if (portal == NULL || prepared->planned == NULL)
		return portal;
	portal->planned = planned_ref(prepared->planned);
	portal->made_at = session->settings.types.now;
	return portal;
}

static int
bind_portal(struct session *session, const struct prepared *prepared,
    const struct pg_bind *bind)
{
	struct error *err = &session->err;
	struct portal *portal = session_portal(session, prepared, bind->portal);
	int rc;

	if (portal == NULL)
		return err->code;
	if (prepared->planned == NULL)
		return 0;
	rc = bind_params(session, portal, bind);
	if (rc == 0 && prepared->stmt->kind == AST_COPY)
		rc = copy_options_parse(prepared->stmt, portal, err);
	else if (rc == 0 && prepared->stmt->kind != AST_EXPLAIN)
		rc = session_check_constants(session, portal);
	portal->is_checked = rc == 0 && prepared->stmt->kind != AST_EXPLAIN;
	if (rc != 0)
		portal_remove(&session->table, portal);
	return rc;
}

/* Of a statement or portal: its bytes are as good as any, but for this. */
static int
take_name(struct session *session, struct arena *arena, struct str *name)
{
	return session->settings.types.encoding == NULL
	    ? 0
	    : voice_pg_take_text(session, arena, name);
}

static enum step
on_bind(struct session *session, struct str body)
{
	struct arena *scratch = &session->net->scratch;
	const struct prepared *prepared = NULL;
	struct pg_bind bind;
	enum step step = STEP_FAIL;

	if (pg_bind_decode(body, scratch, &bind, &session->err) == 0 &&
	    take_name(session, scratch, &bind.portal) == 0 &&
	    take_name(session, scratch, &bind.statement) == 0 &&
	    arena_check(scratch, &session->err) == 0)
		prepared = bound_prepared(session, &bind);
	if (prepared != NULL && execute_at_hand(session, prepared, &bind)) {
		step = STEP_DONE;
	} else if (prepared != NULL &&
	    bind_portal(session, prepared, &bind) == 0) {
		pg_put_empty(session_out(session), '2');
		step = STEP_DONE;
	}
	arena_reset(scratch);
	return step;
}

/* ---- Describe, Execute, Close ---- */

/* The same, valid until the statement's end. */
static int
take_name_at_hand(struct session *session, struct str *name)
{
	const struct text_encoding *encoding = session->settings.types.encoding;
	int rc;

	if (encoding == NULL)
		return 0;
	buf_reset(&session->normal);
	rc = encoding_convert(encoding, encoding_utf8, *name, &session->normal,
	    &session->err);
	*name = buf_str(&session->normal);
	return rc;
}

static void
describe(struct session *session, const struct planned *planned,
    const uint16_t *formats, uint32_t format_count)
{
	struct buf *out = session_out(session);

	if (planned == NULL || !planned->has_rows)
		pg_put_empty(out, 'n');
	else
		voice_pg_describe(session, out, planned,
		    (struct row_format){ formats, format_count });
}

static enum step
on_describe(struct session *session, struct str body)
{
	struct pg_target target;
	struct prepared *prepared;
	struct portal *portal;

	if (pg_target_decode(body, "DESCRIBE", &target, &session->err) != 0 ||
	    take_name_at_hand(session, &target.name) != 0)
		return STEP_FAIL;
	if (target.kind == 'P') {
		portal = need_portal(session, target.name);
		if (portal == NULL)
			return STEP_FAIL;
		describe(session, portal->planned, portal->formats,
		    portal->format_count);
		return STEP_DONE;
	}
	prepared = need_prepared(session, target.name);
	if (prepared == NULL ||
	    transaction_check(session, prepared->stmt, &session->err) != 0 ||
	    prepared_refresh(session, prepared) != 0)
		return STEP_FAIL;
	pg_put_parameter_description(session_out(session),
	    prepared->planned == NULL ? NULL
				      : prepared->planned->plan->param_types,
	    prepared->planned == NULL ? 0
				      : prepared->planned->plan->param_count);
	describe(session, prepared->planned, NULL, 0);
	return STEP_DONE;
}

static enum step
on_execute(struct session *session, struct str body)
{
	struct pg_execute execute;
	struct portal *portal;

	if (pg_execute_decode(body, &execute, &session->err) != 0 ||
	    take_name_at_hand(session, &execute.portal) != 0)
		return STEP_FAIL;
	portal = need_portal(session, execute.portal);
	if (portal == NULL)
		return STEP_FAIL;
	if (portal->planned == NULL) {
		pg_put_empty(session_out(session), 'I');
		return STEP_DONE;
	}
	if (transaction_check(session, portal->planned->stmt, &session->err) !=
	    0)
		return STEP_FAIL;
	transaction_start(session);
	statement_begin(session, portal->planned->source,
	    portal->planned->stmt);
	return portal_execute(session, portal, execute.row_max, false);
}

static enum step
on_close(struct session *session, struct str body)
{
	struct pg_target target;
	struct prepared *prepared;
	struct portal *portal;

	if (pg_target_decode(body, "CLOSE", &target, &session->err) != 0 ||
	    take_name_at_hand(session, &target.name) != 0)
		return STEP_FAIL;
	if (target.kind == 'S') {
		prepared = prepared_find(&session->table, target.name);
		if (prepared != NULL)
			prepared_remove(&session->table, prepared);
	} else {
		portal = portal_find(&session->table, target.name);
		if (portal != NULL)
			portal_remove(&session->table, portal);
	}
	pg_put_empty(session_out(session), '3');
	return STEP_DONE;
}

static enum step
on_sync(struct session *session)
{
	session->skip_to_sync = false;
	session_end_request(session);
	return STEP_DONE;
}

enum step
extended_step(struct session *session, const struct pg_frame *frame)
{
	switch (frame->type) {
	case 'P':
		return on_parse(session, frame->body);
	case 'B':
		return on_bind(session, frame->body);
	case 'D':
		return on_describe(session, frame->body);
	case 'E':
		return on_execute(session, frame->body);
	case 'C':
		return on_close(session, frame->body);
	case 'S':
		return on_sync(session);
	case 'H':
		session_flush(session);
		return STEP_DONE;
	case 'F':
		(void)error_set(&session->err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "function calls by the fastpath are not supported");
		session_fail_ready(session);
		return STEP_DONE;
	default:
		/* 'd', 'c' and 'f' outside a COPY are dropped. */
		return STEP_DONE;
	}
}
