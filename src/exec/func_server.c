/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_server.c -- what the server and the connection are: encodings, times,
 * addresses, numbers of transactions.
 */
#include <ctype.h>
#include <inttypes.h>

#include "engine/engine.h"
#include "exec/func_catalog.h"
#include "types/encoding.h"
#include "types/network.h"

/* ---- encodings ---- */

static int
run_encoding_to_char(struct function_call *call)
{
	EACH_ROW(call->sel, row,
		 const struct text_encoding *encoding =
		     encoding_at(ARG(call, 0, i64, row));
		 call->result->str[row] = encoding == NULL
		     ? STR("")
		     : str_of_cstr(encoding_name(encoding)););
	return 0;
}

static int
run_encoding_max_length(struct function_call *call)
{
	EACH_ROW(call->sel, row,
		 const struct text_encoding *encoding =
		     encoding_at(ARG(call, 0, i64, row));
		 if (encoding != NULL) call->result->i64[row] =
		     encoding_length_max(encoding);
		 else put_null(call, row););
	return 0;
}

static int
run_char_to_encoding(struct function_call *call)
{
	EACH_ROW(call->sel, row,
		 const struct text_encoding *encoding =
		     encoding_find(ARG(call, 0, str, row));
		 call->result->i64[row] =
		     encoding == NULL ? -1 : encoding_number(encoding););
	return 0;
}

static int
run_client_encoding(struct function_call *call)
{
	const struct text_encoding *encoding =
	    call->context == NULL ? NULL : call->context->settings->encoding;

	if (encoding == NULL)
		encoding = encoding_utf8;
	EACH_ROW(call->sel, row,
		 call->result->str[row] =
		     str_of_cstr(encoding_name(encoding)););
	return 0;
}

/* Of the server. */
static int
run_encoding(struct function_call *call)
{
	EACH_ROW(call->sel, row, call->result->str[row] = STR("UTF8"););
	return 0;
}

/* ---- times ---- */

static int
start_time(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	call->result->i64[row] = names->session->start_time;
	return 0;
}
CATALOG_KERNEL(start_time)

static int
load_time(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	call->result->i64[row] = names->session->load_time;
	return 0;
}
CATALOG_KERNEL(load_time)

/* ---- numbers of transactions ---- */

#define XID_FIRST 3 /* those below mean something else to PostgreSQL */

/* What the newest one may be: it grows with what is committed. */
static uint64_t
newest_xid(const struct function_call *call)
{
	struct snapshot *snapshot;
	uint64_t position = 0;

	if (call->context == NULL || call->context->engine == NULL)
		return XID_FIRST;
	if (call->context->snapshot != NULL)
		return snapshot_position(call->context->snapshot) + XID_FIRST;
	snapshot = engine_snapshot(call->context->engine, 0, NULL, NULL);
	if (snapshot != NULL) {
		position = snapshot_position(snapshot);
		snapshot_unref(snapshot);
	}
	return position + XID_FIRST;
}

/* That of the running transaction; 0 if it has none and is not given one. */
static int
transaction_id(struct function_call *call, bool give, uint64_t *out)
{
	const struct session_calls *calls;
	int rc = call_session_calls(call, &calls);

	*out = 0;
	if (rc == 0)
		*out = calls->transaction_id(call->context->session->arg, give);
	return rc;
}

/* As int8, or as xid8 is kept: the highest bit flipped. */
static int
run_transaction_id(struct function_call *call)
{
	enum function_id id = call->function->id;
	bool give = id == FN_TXID_CURRENT || id == FN_PG_CURRENT_XACT_ID;
	bool is_xid8 = id == FN_PG_CURRENT_XACT_ID ||
	    id == FN_PG_CURRENT_XACT_ID_IF_ASSIGNED;
	uint64_t xid;
	int rc = transaction_id(call, give, &xid);

	if (rc != 0)
		return rc;
	EACH_ROW(call->sel, row, if (xid == 0) put_null(call, row);
		 else call->result->i64[row] =
		     (int64_t)(is_xid8 ? xid ^ (1ULL << 63) : xid););
	return 0;
}

static int
run_age(struct function_call *call)
{
	const uint32_t xid = (uint32_t)newest_xid(call);

	EACH_ROW(call->sel, row,
		 uint32_t old = (uint32_t)ARG(call, 0, i64, row);
		 call->result->i64[row] =
		     old < XID_FIRST ? INT32_MAX : (int32_t)(xid - old););
	return 0;
}

/* ---- addresses ---- */

/* Null for a UNIX socket. */
static int
put_address(struct function_call *call, uint32_t row, struct str text)
{
	struct network network;

	if (text.len == 0 || !network_parse(text, false, &network))
		put_null(call, row);
	else
		call->result->str[row] = network_make(&network, call->arena);
	return 0;
}

static void
put_port(struct function_call *call, uint32_t row, struct str address,
    uint16_t port)
{
	if (address.len == 0)
		put_null(call, row);
	else
		call->result->i64[row] = port;
}

static int
client_addr(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	return put_address(call, row, names->session->client.address);
}
CATALOG_KERNEL(client_addr)

static int
server_addr(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	return put_address(call, row, names->session->server.address);
}
CATALOG_KERNEL(server_addr)

static int
client_port(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	put_port(call, row, names->session->client.address,
	    names->session->client.port);
	return 0;
}
CATALOG_KERNEL(client_port)

static int
server_port(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	put_port(call, row, names->session->server.address,
	    names->session->server.port);
	return 0;
}
CATALOG_KERNEL(server_port)

static const struct func_row rows[] = {
	{ FN_AGE_XID, { run_age, false } },
	{ FN_GETDATABASEENCODING, { run_encoding, false } },
	{ FN_INET_CLIENT_ADDR, { run_client_addr, false } },
	{ FN_INET_CLIENT_PORT, { run_client_port, false } },
	{ FN_INET_SERVER_ADDR, { run_server_addr, false } },
	{ FN_INET_SERVER_PORT, { run_server_port, false } },
	{ FN_MXID_AGE, { run_age, false } },
	{ FN_PG_CHAR_TO_ENCODING, { run_char_to_encoding, false } },
	{ FN_PG_CLIENT_ENCODING, { run_client_encoding, false } },
	{ FN_PG_CONF_LOAD_TIME, { run_load_time, false } },
	{ FN_PG_CURRENT_XACT_ID, { run_transaction_id, false } },
	{ FN_PG_CURRENT_XACT_ID_IF_ASSIGNED, { run_transaction_id, false } },
	{ FN_PG_ENCODING_MAX_LENGTH, { run_encoding_max_length, false } },
	{ FN_PG_ENCODING_TO_CHAR, { run_encoding_to_char, false } },
	{ FN_PG_POSTMASTER_START_TIME, { run_start_time, false } },
	{ FN_TXID_CURRENT, { run_transaction_id, false } },
	{ FN_TXID_CURRENT_IF_ASSIGNED, { run_transaction_id, false } },
};

const struct func_family func_server = { rows, ARRAY_LEN(rows) };
