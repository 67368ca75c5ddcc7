/* SPDX-License-Identifier: Apache-2.0 */
/*
 * network.h -- values of inet and cidr: an address of IPv4 or IPv6 and how many
 * of its bits are the network's.
 *
 * A value is a string (PHYS_STR) of its family, its bits and the 4 or 16 bytes
 * of the address, so that equal values have equal bytes; their order is not
 * that of the bytes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/str.h"

struct network {
	bool is_v6;
	uint8_t bits;      /* at most network_bits_max() */
	uint8_t bytes[16]; /* IPv4 has 4; the others are 0 */
};

static inline uint8_t
network_bits_max(const struct network *network)
{
	return network->is_v6 ? 128 : 32;
}

static inline uint32_t
network_length(const struct network *network)
{
	return network->is_v6 ? 16 : 4;
}

struct network network_open(struct str value);
struct str network_make(const struct network *network, struct arena *arena);

/*
 * Read "10.0.0.1/8".  False if it is none.  A cidr may leave out bytes at its
 * end, and its bits: those it writes are then the network.
 */
bool network_parse(struct str text, bool is_cidr, struct network *out);

/* The address alone, as it is usually written. */
void network_put_address(const struct network *network, struct buf *out);

/* With its bits, unless they are all and `always` is not set. */
void network_put(const struct network *network, bool always, struct buf *out);

/* Clear, or set, the bits that are not the network's. */
void network_clear_host(struct network *network);
void network_set_host(struct network *network);

/* Whether the first `bits` of both are the same. */
bool network_bits_equal(const struct network *a, const struct network *b,
    uint32_t bits);

/*
 * The order of PostgreSQL: family, network, number of its bits, address.
 */
int network_compare(struct str a, struct str b);
