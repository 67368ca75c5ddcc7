/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hba_address.c -- addresses and masks, as bytes.
 */
#include <arpa/inet.h>
#include <string.h>

#include "server/hba/hba_private.h"

bool
hba_address_parse(struct str text, struct hba_address *out)
{
	char number[INET6_ADDRSTRLEN];

	*out = (struct hba_address){ .len = 0 };
	if (text.len >= sizeof(number) ||
	    (text.len > 0 && memchr(text.data, '\0', text.len) != NULL))
		return false;
	if (text.len > 0)
		memcpy(number, text.data, text.len);
	number[text.len] = '\0';
	if (inet_pton(AF_INET, number, out->bytes) == 1)
		out->len = 4;
	else if (inet_pton(AF_INET6, number, out->bytes) == 1)
		out->len = 16;
	return out->len > 0;
}

void
hba_address_print(const struct hba_address *address,
    char text[HBA_ADDRESS_TEXT])
{
	if (inet_ntop(address->len == 4 ? AF_INET : AF_INET6, address->bytes,
		text, HBA_ADDRESS_TEXT) == NULL)
		text[0] = '\0';
}

bool
hba_mask_of_bits(uint8_t len, unsigned bits, struct hba_address *out)
{
	*out = (struct hba_address){ .len = len };
	if (bits > 8u * len)
		return false;
	for (unsigned i = 0; i < len; i++) {
		unsigned here = bits > 8 * i ? bits - 8 * i : 0;

		out->bytes[i] = (uint8_t)(0xff00u >> (here < 8 ? here : 8));
	}
	return true;
}

bool
hba_address_in(const struct hba_address *address,
    const struct hba_address *network, const struct hba_address *mask)
{
	if (address->len != network->len || address->len != mask->len)
		return false;
	for (unsigned i = 0; i < address->len; i++)
		if (((address->bytes[i] ^ network->bytes[i]) &
			mask->bytes[i]) != 0)
			return false;
	return true;
}

bool
hba_address_is_loopback(const struct hba_address *address)
{
	static const uint8_t loopback_v6[16] = { [15] = 1 };

	if (address->len == 4)
		return address->bytes[0] == 127;
	return address->len == 16 &&
	    memcmp(address->bytes, loopback_v6, sizeof(loopback_v6)) == 0;
}
