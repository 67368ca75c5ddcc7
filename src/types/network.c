/* SPDX-License-Identifier: Apache-2.0 */
#include "types/network.h"

#include <string.h>

#include "common/must.h"

#define FAMILY_V4 4
#define FAMILY_V6 6
#define HEADER    2

struct network
network_open(struct str value)
{
	struct network network = { .is_v6 = false };

	MUST(value.len == HEADER + 4 || value.len == HEADER + 16);
	network.is_v6 = value.data[0] == FAMILY_V6;
	network.bits = (uint8_t)value.data[1];
	memcpy(network.bytes, value.data + HEADER, value.len - HEADER);
	return network;
}

struct str
network_make(const struct network *network, struct arena *arena)
{
	char bytes[HEADER + 16];

	bytes[0] = network->is_v6 ? FAMILY_V6 : FAMILY_V4;
	bytes[1] = (char)network->bits;
	memcpy(bytes + HEADER, network->bytes, network_length(network));
	return arena_str(arena,
	    str_of(bytes, HEADER + network_length(network)));
}

/* ---- reading ---- */

struct cursor {
	const char *at;
	const char *end;
};

static bool
next_is(const struct cursor *c, char wanted)
{
	return c->at < c->end && *c->at == wanted;
}

/* A decimal number of at most `max`. */
static bool
read_decimal(struct cursor *c, uint32_t max, uint32_t *out)
{
	const char *first = c->at;

	*out = 0;
	while (c->at < c->end && *c->at >= '0' && *c->at <= '9') {
		*out = *out * 10 + (uint32_t)(*c->at++ - '0');
		if (*out > max)
			return false;
	}
	return c->at > first;
}

/* The bits behind a slash; false also if there is more behind them. */
static bool
read_bits(struct cursor *c, struct network *out)
{
	uint32_t bits;

	if (!next_is(c, '/'))
		return false;
	c->at++;
	if (!read_decimal(c, network_bits_max(out), &bits))
		return false;
	out->bits = (uint8_t)bits;
	return c->at == c->end;
}

/* Bytes with dots between; their number, or 0. */
static uint32_t
read_dotted(struct cursor *c, uint8_t *bytes)
{
	uint32_t count = 0, byte;

	do {
		if (count > 0)
			c->at++;
		if (count == 4 || !read_decimal(c, UINT8_MAX, &byte))
			return 0;
		bytes[count++] = (uint8_t)byte;
	} while (next_is(c, '.'));
	return count;
}

/* The bits that an address without them had when networks had classes. */
static uint8_t
class_bits(uint8_t first, uint32_t count)
{
	uint8_t bits = first >= 240 ? 32
	    : first >= 224          ? 8
	    : first >= 192          ? 24
	    : first >= 128          ? 16
				    : 8;

	return bits < count * 8 ? (uint8_t)(count * 8) : bits;
}

static bool
parse_v4(struct cursor *c, bool is_cidr, struct network *out)
{
	uint32_t count = read_dotted(c, out->bytes);

	if (count == 0)
		return false;
	if (c->at < c->end)
		return read_bits(c, out);
	out->bits = is_cidr ? class_bits(out->bytes[0], count) : 32;
	return is_cidr || count == 4;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One to four digits. */
static bool
read_group(struct cursor *c, uint32_t *out)
{
	const char *first = c->at;

	*out = 0;
	while (c->at < c->end && hex_value(*c->at) >= 0 && c->at < first + 4)
		*out = *out * 16 + (uint32_t)hex_value(*c->at++);
	return c->at > first && (c->at == c->end || hex_value(*c->at) < 0);
}

/* An address of IPv6 while it is read: groups, maybe zeros between them. */
struct groups {
	uint8_t bytes[16];
	uint32_t len;
	int gap; /* where zeros are left out; -1: nowhere */
};

/* The group at the cursor, or the address of IPv4 that is the last two. */
static bool
add_group(struct cursor *c, struct groups *groups)
{
	const struct cursor before = *c;
	uint8_t v4[4];
	uint32_t group;

	if (groups->len > 14 || !read_group(c, &group))
		return false;
	if (next_is(c, '.')) {
		*c = before;
		if (groups->len > 12 || read_dotted(c, v4) != 4)
			return false;
		memcpy(groups->bytes + groups->len, v4, 4);
		groups->len += 4;
		return c->at == c->end || *c->at == '/';
	}
	groups->bytes[groups->len++] = (uint8_t)(group >> 8);
	groups->bytes[groups->len++] = (uint8_t)group;
	return true;
}

static bool
read_colons(struct cursor *c, struct groups *groups)
{
	if (c->end - c->at >= 2 && c->at[0] == ':' && c->at[1] == ':') {
		if (groups->gap >= 0)
			return false;
		groups->gap = (int)groups->len;
		c->at += 2;
		return true;
	}
	if (!next_is(c, ':') || groups->len == 0)
		return false;
	c->at++;
	return c->at < c->end && hex_value(*c->at) >= 0;
}

static bool
parse_v6(struct cursor *c, struct network *out)
{
	struct groups groups = { .gap = -1 };
	uint32_t tail;

	out->is_v6 = true;
	if (next_is(c, ':') && !read_colons(c, &groups))
		return false;
	while (c->at < c->end && *c->at != '/') {
		if (!add_group(c, &groups))
			return false;
		if (next_is(c, ':') && !read_colons(c, &groups))
			return false;
	}
	if (groups.gap < 0 && groups.len != 16)
		return false;
	if (groups.gap >= 0 && groups.len > 14)
		return false;
	tail = groups.gap < 0 ? 0 : groups.len - (uint32_t)groups.gap;
	memcpy(out->bytes, groups.bytes, groups.len - tail);
	memcpy(out->bytes + 16 - tail, groups.bytes + groups.len - tail, tail);
	out->bits = 128;
	return c->at == c->end || read_bits(c, out);
}

bool
network_parse(struct str text, bool is_cidr, struct network *out)
{
	struct cursor c = { text.data, text.data + text.len };

	*out = (struct network){ .is_v6 = false };
	if (text.len > 0 && memchr(text.data, ':', text.len) != NULL)
		return parse_v6(&c, out);
	return parse_v4(&c, is_cidr, out);
}

/* ---- writing ---- */

static void
put_dotted(const uint8_t *bytes, struct buf *out)
{
	buf_printf(out, "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2], bytes[3]);
}

static uint32_t
group_at(const struct network *network, uint32_t i)
{
	return (uint32_t)network->bytes[2 * i] << 8 | network->bytes[2 * i + 1];
}

/* The first of the longest runs of two zeros or more; *len is 0 if none is. */
static uint32_t
longest_zeros(const struct network *network, uint32_t *len)
{
	uint32_t best = 0;

	*len = 0;
	for (uint32_t first = 0; first < 8; first++) {
		uint32_t end = first;

		while (end < 8 && group_at(network, end) == 0)
			end++;
		if (end - first > 1 && end - first > *len) {
			best = first;
			*len = end - first;
		}
	}
	return best;
}

static void
put_v6(const struct network *network, struct buf *out)
{
	uint32_t len, first = longest_zeros(network, &len);

	for (uint32_t i = 0; i < 8; i++) {
		if (len > 0 && i == first) {
			buf_put_cstr(out, first + len == 8 ? "::" : ":");
			i += len - 1;
			continue;
		}
		if (i > 0)
			buf_put_u8(out, ':');
		/* An address of IPv4 inside is written as one. */
		if (i == 6 && len > 0 && first == 0 &&
		    (len == 6 ||
			(len == 5 && group_at(network, 5) == 0xffff))) {
			put_dotted(network->bytes + 12, out);
			return;
		}
		buf_printf(out, "%x", group_at(network, i));
	}
}

void
network_put_address(const struct network *network, struct buf *out)
{
	if (network->is_v6)
		put_v6(network, out);
	else
		put_dotted(network->bytes, out);
}

void
network_put(const struct network *network, bool always, struct buf *out)
{
	network_put_address(network, out);
	if (always || network->bits != network_bits_max(network))
		buf_printf(out, "/%u", network->bits);
}

/* ---- bits ---- */

/* Of byte i of a network: those that are its own. */
static uint8_t
byte_mask(const struct network *network, uint32_t i)
{
	if (network->bits >= (i + 1) * 8)
		return 0xff;
	if (network->bits <= i * 8)
		return 0;
	return (uint8_t)(0xff << ((i + 1) * 8 - network->bits));
}

void
network_clear_host(struct network *network)
{
	for (uint32_t i = 0; i < network_length(network); i++)
		network->bytes[i] &= byte_mask(network, i);
}

void
network_set_host(struct network *network)
{
	for (uint32_t i = 0; i < network_length(network); i++)
		network->bytes[i] |= (uint8_t)~byte_mask(network, i);
}

static int
compare_bits(const struct network *a, const struct network *b, uint32_t bits)
{
	int order = memcmp(a->bytes, b->bytes, bits / 8);
	uint32_t left = bits % 8;

	if (order != 0 || left == 0)
		return order;
	return (a->bytes[bits / 8] >> (8 - left)) -
	    (b->bytes[bits / 8] >> (8 - left));
}

bool
network_bits_equal(const struct network *a, const struct network *b,
    uint32_t bits)
{
	return a->is_v6 == b->is_v6 && compare_bits(a, b, bits) == 0;
}

int
network_compare(struct str left, struct str right)
{
	const struct network a = network_open(left), b = network_open(right);
	int order = (int)a.is_v6 - (int)b.is_v6;

	if (order == 0)
		order = compare_bits(&a, &b, a.bits < b.bits ? a.bits : b.bits);
	if (order == 0)
		order = (int)a.bits - (int)b.bits;
	return order != 0 ? order : compare_bits(&a, &b, network_bits_max(&a));
}
