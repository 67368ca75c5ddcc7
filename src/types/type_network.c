/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inet, cidr and macaddr.  An address of Ethernet is a number of 48 bits.
 */
#include <stdio.h>
#include <string.h>

#include "types/network.h"
#include "types/type_private.h"

/* ---- inet and cidr ---- */

#define WIRE_V4 2 /* PostgreSQL's PGSQL_AF_INET and _INET6 */
#define WIRE_V6 3

static bool
has_host_bits(const struct network *network)
{
	struct network bare = *network;

	network_clear_host(&bare);
	return memcmp(bare.bytes, network->bytes, sizeof(bare.bytes)) != 0;
}

static int
network_in(const struct type_input *in, struct datum *out)
{
	bool is_cidr = in->type->oid == TYPE_CIDR;
	struct network network;

	if (!network_parse(in->text, is_cidr, &network))
		return type_invalid_input(in);
	if (is_cidr && has_host_bits(&network)) {
		error_set(in->err, STELE_E_INVALID_TEXT_REPRESENTATION,
		    "invalid cidr value: \"%.*s\"", STR_FMT(in->text));
		return error_detail(in->err,
		    "Value has bits set to right of mask.");
	}
	out->str = network_make(&network, in->arena);
	return 0;
}

static int
bad_external(const struct type_input *in, const char *what)
{
	return error_set(in->err, STELE_E_INVALID_BINARY_REPRESENTATION,
	    "invalid %s in external \"%s\" value", what,
	    type_info(in->type->oid)->name);
}

static int
network_receive(const struct type_input *in, struct datum *out)
{
	struct reader r = reader_over(in->text.data, in->text.len);
	struct network network = { .is_v6 = false };
	uint8_t family = reader_u8(&r), length;
	struct str bytes;
	int rc;

	network.is_v6 = family == WIRE_V6;
	network.bits = reader_u8(&r);
	(void)reader_u8(&r); /* whether it is a cidr: ignored there, too */
	length = reader_u8(&r);
	bytes = reader_str(&r, length);
	rc = type_check_binary_length(in, &r);
	if (rc != 0)
		return rc;
	if (family != WIRE_V4 && family != WIRE_V6)
		return bad_external(in, "address family");
	if (network.bits > network_bits_max(&network))
		return bad_external(in, "bits");
	if (length != network_length(&network))
		return bad_external(in, "length");
	memcpy(network.bytes, bytes.data, bytes.len);
	if (in->type->oid == TYPE_CIDR && has_host_bits(&network)) {
		error_set(in->err, STELE_E_INVALID_BINARY_REPRESENTATION,
		    "invalid external \"cidr\" value");
		return error_detail(in->err,
		    "Value has bits set to right of mask.");
	}
	out->str = network_make(&network, in->arena);
	return 0;
}

static void
network_out(const struct type *type,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	const struct network network = network_open(*(const struct str *)value);

	network_put(&network, type->oid == TYPE_CIDR, out);
}

static void
network_send(const struct type *type,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	const struct network network = network_open(*(const struct str *)value);

	buf_put_u8(out, network.is_v6 ? WIRE_V6 : WIRE_V4);
	buf_put_u8(out, network.bits);
	buf_put_u8(out, type->oid == TYPE_CIDR);
	buf_put_u8(out, (uint8_t)network_length(&network));
	buf_put(out, network.bytes, network_length(&network));
}

/* ---- macaddr ---- */

#define MAC_BYTES 6

/* How the bytes may be written: groups of so many digits, a sign between. */
static const struct {
	uint8_t groups;
	uint8_t digits; /* at most, of the groups of one byte; else exactly */
	const char *separators;
} mac_forms[] = {
	{ 6, 0, ":-" },
	{ 2, 6, ":-" },
	{ 3, 4, ".-" },
	{ 1, 12, "" },
};

/* The number of hexadecimal digits at the start, and their value. */
static size_t
hex_digits(const char *text, size_t len, uint64_t *out)
{
	size_t count = 0;

	*out = 0;
	for (; count < len && count < 16; count++) {
		char c = text[count];
		int digit = c >= '0' && c <= '9' ? c - '0'
		    : c >= 'a' && c <= 'f'       ? c - 'a' + 10
		    : c >= 'A' && c <= 'F'       ? c - 'A' + 10
						 : -1;

		if (digit < 0)
			break;
		*out = *out << 4 | (uint64_t)digit;
	}
	return count;
}

/* Whether the text has the form; *is_wide if a byte of it is past 255. */
static bool
read_mac(struct str text, size_t form, uint64_t *out, bool *is_wide)
{
	char separator = '\0';
	uint64_t part;
	size_t at = 0;

	*out = 0;
	*is_wide = false;
	for (uint32_t g = 0; g < mac_forms[form].groups; g++) {
		size_t digits;

		if (g > 0 && at < text.len &&
		    (separator == '\0' || separator == text.data[at]) &&
		    strchr(mac_forms[form].separators, text.data[at]) != NULL)
			separator = text.data[at++];
		else if (g > 0)
			return false;
		digits = hex_digits(text.data + at, text.len - at, &part);
		if (digits == 0 ||
		    (mac_forms[form].digits > 0 &&
			digits != mac_forms[form].digits))
			return false;
		*is_wide |= mac_forms[form].digits == 0 && part > UINT8_MAX;
		*out = *out << (48 / mac_forms[form].groups) | part;
		at += digits;
	}
	return at == text.len;
}

static int
macaddr_in(const struct type_input *in, struct datum *out)
{
	const struct str text = type_trim(in->text);

	for (size_t form = 0; form < ARRAY_LEN(mac_forms); form++) {
		uint64_t value;
		bool is_wide;

		if (!read_mac(text, form, &value, &is_wide))
			continue;
		if (is_wide)
			return error_set(in->err, STELE_E_NUMERIC_OUT_OF_RANGE,
			    "invalid octet value in \"macaddr\" value:"
			    " \"%.*s\"",
			    STR_FMT(in->text));
		out->i64 = (int64_t)value;
		return 0;
	}
	return type_invalid_input(in);
}

static int
macaddr_receive(const struct type_input *in, struct datum *out)
{
	struct reader r = reader_over(in->text.data, in->text.len);

	out->i64 = (int64_t)reader_uint_be(&r, MAC_BYTES);
	return type_check_binary_length(in, &r);
}

static void
macaddr_out(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	const uint64_t bits = (uint64_t) * (const int64_t *)value;

	for (int shift = 40; shift >= 0; shift -= 8)
		buf_printf(out, "%s%02x", shift == 40 ? "" : ":",
		    (unsigned)(bits >> shift & 0xff));
}

static void
macaddr_send(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	buf_put_uint_be(out, (uint64_t) * (const int64_t *)value, MAC_BYTES);
}

const struct type_ops type_ops_network = { network_in, network_receive,
	network_out, network_send };
const struct type_ops type_ops_macaddr = { macaddr_in, macaddr_receive,
	macaddr_out, macaddr_send };
