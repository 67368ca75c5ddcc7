/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_network.c -- inet and cidr: parts of an address, what lies in what; and
 * the distance of two places in the log.
 */
#include <inttypes.h>
#include <string.h>

#include "common/must.h"
#include "exec/func_private.h"
#include "types/network.h"
#include "types/numeric.h"

static struct network
arg_network(const struct function_call *call, uint32_t n, uint32_t row)
{
	return network_open(ARG(call, n, str, row));
}

/* ---- what lies in what ---- */

/* Whether the network of `inner` is in that of `outer`, or the same. */
static bool
lies_in(const struct network *inner, const struct network *outer)
{
	return inner->bits >= outer->bits &&
	    network_bits_equal(inner, outer, outer->bits);
}

#define PAIR_KERNEL(name, test) \
	static int name(struct function_call *call) \
	{ \
		EACH_ROW(call->sel, row, \
			 const struct network a = arg_network(call, 0, row); \
			 const struct network b = arg_network(call, 1, row); \
			 call->result->boolean[row] = (test);); \
		return 0; \
	}
PAIR_KERNEL(network_sub, a.bits > b.bits && lies_in(&a, &b))
PAIR_KERNEL(network_subeq, lies_in(&a, &b))
PAIR_KERNEL(network_sup, b.bits > a.bits && lies_in(&b, &a))
PAIR_KERNEL(network_supeq, lies_in(&b, &a))
PAIR_KERNEL(network_overlap, lies_in(&a, &b) || lies_in(&b, &a))
PAIR_KERNEL(same_family, a.is_v6 == b.is_v6)

/* ---- parts ---- */

static int
network_family(struct function_call *call)
{
	EACH_ROW(call->sel, row,
		 call->result->i64[row] =
		     arg_network(call, 0, row).is_v6 ? 6 : 4;);
	return 0;
}

static int
network_masklen(struct function_call *call)
{
	EACH_ROW(call->sel, row,
		 call->result->i64[row] = arg_network(call, 0, row).bits;);
	return 0;
}

static int
network_host(struct function_call *call)
{
	struct buf text;

	buf_init(&text);
	EACH_ROW(call->sel, row,
		 const struct network network = arg_network(call, 0, row);
		 buf_reset(&text); network_put_address(&network, &text);
		 call->result->str[row] =
		     arena_str(call->arena, buf_str(&text)););
	call->arena->failed |= text.failed;
	buf_release(&text);
	return 0;
}

/* A kernel that changes the network n, which is its first argument. */
#define CHANGE_KERNEL(name, ...) \
	static int name(struct function_call *call) \
	{ \
		EACH_ROW(call->sel, row, \
			 struct network n = arg_network(call, 0, row); \
			 __VA_ARGS__ call->result->str[row] = \
			     network_make(&n, call->arena);); \
		return 0; \
	}
CHANGE_KERNEL(network_network, network_clear_host(&n);)
CHANGE_KERNEL(network_broadcast, network_set_host(&n);)
CHANGE_KERNEL(network_netmask, memset(n.bytes, 0xff, network_length(&n));
	      network_clear_host(&n); n.bits = network_bits_max(&n);)
CHANGE_KERNEL(network_hostmask, memset(n.bytes, 0, sizeof(n.bytes));
	      network_set_host(&n); n.bits = network_bits_max(&n);)

/* Another number of bits, -1 being all; a cidr keeps no others. */
static int
set_masklen(struct function_call *call, uint32_t row)
{
	struct network network = arg_network(call, 0, row);
	int64_t bits = ARG(call, 1, i64, row);

	if (bits == -1)
		bits = network_bits_max(&network);
	if (bits < 0 || bits > network_bits_max(&network))
		return error_set(call->err, STELE_E_INVALID_PARAMETER_VALUE,
		    "invalid mask length: %" PRId64, bits);
	network.bits = (uint8_t)bits;
	if (call->function->id == FN_CIDR_SET_MASKLEN)
		network_clear_host(&network);
	call->result->str[row] = network_make(&network, call->arena);
	return 0;
}

static int
set_masklens(struct function_call *call)
{
	return each_row(call, set_masklen);
}

/* ---- the log ---- */

/* Both have their highest bit flipped: the difference does not. */
static int
lsn_distance(struct function_call *call, uint32_t row)
{
	uint64_t a = (uint64_t)ARG(call, 0, i64, row) ^ (uint64_t)INT64_MIN;
	uint64_t b = (uint64_t)ARG(call, 1, i64, row) ^ (uint64_t)INT64_MIN;
	const struct str text = arena_printf(call->arena, "%s%" PRIu64,
	    a < b ? "-" : "", a < b ? b - a : a - b);

	MUST(numeric_parse(text, call->arena, &call->result->numeric[row]) ==
	    NUMERIC_PARSE_OK);
	return 0;
}

static int
lsn_distances(struct function_call *call)
{
	return each_row(call, lsn_distance);
}

static const struct func_row network_rows[] = {
	{ FN_NETWORK_SUB, { network_sub, false } },
	{ FN_NETWORK_SUBEQ, { network_subeq, false } },
	{ FN_NETWORK_SUP, { network_sup, false } },
	{ FN_NETWORK_SUPEQ, { network_supeq, false } },
	{ FN_NETWORK_OVERLAP, { network_overlap, false } },
	{ FN_NETWORK_SAME_FAMILY, { same_family, false } },
	{ FN_NETWORK_FAMILY, { network_family, false } },
	{ FN_NETWORK_MASKLEN, { network_masklen, false } },
	{ FN_NETWORK_HOST, { network_host, false } },
	{ FN_NETWORK_NETWORK, { network_network, false } },
	{ FN_NETWORK_BROADCAST, { network_broadcast, false } },
	{ FN_NETWORK_NETMASK, { network_netmask, false } },
	{ FN_NETWORK_HOSTMASK, { network_hostmask, false } },
	{ FN_INET_SET_MASKLEN, { set_masklens, false } },
	{ FN_CIDR_SET_MASKLEN, { set_masklens, false } },
	{ FN_PG_LSN_MI, { lsn_distances, false } },
	{ FN_PG_WAL_LSN_DIFF, { lsn_distances, false } },
};

const struct func_family func_network = { network_rows,
	ARRAY_LEN(network_rows) };
