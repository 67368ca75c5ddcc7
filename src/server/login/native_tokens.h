/* SPDX-License-Identifier: Apache-2.0 */
/*
 * native_tokens.h -- session tokens: AUTH gives one, and whoever has it is the
 * user, on any connection.
 *
 * A token is 32 random bytes in hexadecimal digits.  Kept are hashes, in memory
 * alone: a restart ends all.  A token ends when it is not used for as long as
 * native_token_expiry says, TOKEN_AGE_MAX_MS after it was given in any case, and
 * by whatever makes an identity worth nothing (native_identity.h).
 *
 * There are at most TOKEN_COUNT_MAX; the one that was not used for the longest
 * time goes first.  A user has at most TOKEN_USER_MAX, and drives out none but
 * his own above that.
 *
 * Threads: any.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/str.h"
#include "os/thread.h"
#include "server/login/native_identity.h"
#include "server/login/native_request.h"

struct error;
struct native_token;

#define TOKEN_COUNT_MAX  16384u
#define TOKEN_USER_MAX   512u
#define TOKEN_BUCKETS    4096u
#define TOKEN_AGE_MAX_MS INT64_C(86400000)

struct native_tokens {
	pthread_mutex_t mutex;
	uint32_t count;
	struct native_token *buckets[TOKEN_BUCKETS];
	/* How many there are of all users whose OIDs meet in a place. */
	uint32_t user_counts[TOKEN_BUCKETS];
	struct native_token *oldest; /* by their last use */
	struct native_token *newest;
};

void native_tokens_init(struct native_tokens *tokens);
void native_tokens_release(struct native_tokens *tokens);

/* STELE_E_OUT_OF_MEMORY, STELE_E_INTERNAL. */
MUST_USE int native_tokens_give(struct native_tokens *tokens,
    const struct native_identity *identity, int64_t now_ms,
    char out[NATIVE_TOKEN_SIZE], struct error *err);

/* Whose it is, if it is one and was used in time: then it was used now. */
bool native_tokens_find(struct native_tokens *tokens, struct str token,
    int64_t now_ms, int64_t expiry_ms, struct native_identity *out);

/* Its user's identity is worth nothing any more. */
void native_tokens_drop(struct native_tokens *tokens, struct str token);
