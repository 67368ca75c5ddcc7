/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hba_private.h -- what the files of hba.h share.
 */
#pragma once

#include <stdatomic.h>

#include "common/arena.h"
#include "server/hba/hba.h"

struct hba {
	atomic_uint ref_count;
	struct arena arena; /* of all that follows */
	struct hba_rule *rules;
	uint32_t rule_count;
	uint32_t rule_room;
	struct hba_network *networks;
	uint32_t network_count;
};

/* ---- hba_token.c ---- */

/* The words of a file. */
struct hba_tokens {
	struct str text;
	size_t at;
	int line; /* from 1 */
	size_t line_start;
	int token_line; /* of the last token: a word may end in another */
};

enum hba_token {
	HBA_WORD,
	HBA_LINE_END,
	HBA_FILE_END,
	HBA_OPEN_QUOTE, /* a quote that the line does not close */
};

struct hba_word {
	struct hba_name name; /* in the arena */
	int column;
	bool has_comma; /* the list goes on behind it */
};

/* The next word of this line, or its end. */
enum hba_token hba_next_word(struct hba_tokens *tokens, struct arena *arena,
    struct hba_word *out);

/* Leave the line that tokens->at is in; false at the end of the file. */
bool hba_next_line(struct hba_tokens *tokens);

/* Of tokens->at. */
int hba_column(const struct hba_tokens *tokens);

/* ---- hba_address.c ---- */

/* The mask of so many bits; false if an address of `len` bytes has fewer. */
bool hba_mask_of_bits(uint8_t len, unsigned bits, struct hba_address *out);
/* Whether the address lies in the network. */
bool hba_address_in(const struct hba_address *address,
    const struct hba_address *network, const struct hba_address *mask);
