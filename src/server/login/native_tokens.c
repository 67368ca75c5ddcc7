/* SPDX-License-Identifier: Apache-2.0 */
#include "server/login/native_tokens.h"

#include <stdlib.h>
#include <string.h>

#include "common/crypto.h"
#include "common/error.h"

struct native_token {
	struct native_token *next;  /* in its bucket */
	struct native_token *older; /* by last use */
	struct native_token *newer;
	uint8_t hash[CRYPTO_SHA256_SIZE];
	int64_t given_ms;
	int64_t used_ms;
	struct native_identity identity;
};

void
native_tokens_init(struct native_tokens *tokens)
{
	*tokens = (struct native_tokens){ .count = 0 };
	pthread_mutex_init(&tokens->mutex, NULL);
}

void
native_tokens_release(struct native_tokens *tokens)
{
	while (tokens->oldest != NULL) {
		struct native_token *token = tokens->oldest;

		tokens->oldest = token->newer;
		free(token);
	}
	pthread_mutex_destroy(&tokens->mutex);
}

/* ---- with the mutex ---- */

static struct native_token **
bucket_of(struct native_tokens *tokens, const uint8_t hash[CRYPTO_SHA256_SIZE])
{
	uint32_t bits;

	memcpy(&bits, hash, sizeof(bits));
	return &tokens->buckets[bits % TOKEN_BUCKETS];
}

static struct native_token *
find(struct native_tokens *tokens, const uint8_t hash[CRYPTO_SHA256_SIZE])
{
	struct native_token *token = *bucket_of(tokens, hash);

	while (
	    token != NULL && memcmp(token->hash, hash, CRYPTO_SHA256_SIZE) != 0)
		token = token->next;
	return token;
}

static void
append(struct native_tokens *tokens, struct native_token *token)
{
	token->newer = NULL;
	token->older = tokens->newest;
	if (tokens->newest != NULL)
		tokens->newest->newer = token;
	else
		tokens->oldest = token;
	tokens->newest = token;
}

static void
take_out(struct native_tokens *tokens, struct native_token *token)
{
	if (token->older != NULL)
		token->older->newer = token->newer;
	else
		tokens->oldest = token->newer;
	if (token->newer != NULL)
		token->newer->older = token->older;
	else
		tokens->newest = token->older;
}

static void
drop(struct native_tokens *tokens, struct native_token *token)
{
	struct native_token **link = bucket_of(tokens, token->hash);

	while (*link != token)
		link = &(*link)->next;
	*link = token->next;
	take_out(tokens, token);
	tokens->count--;
	tokens->user_counts[token->identity.role_oid % TOKEN_BUCKETS]--;
	crypto_wipe(token, sizeof(*token));
	free(token);
}

/* The oldest of a role that has as many as it may have; else NULL. */
static struct native_token *
too_many(const struct native_tokens *tokens, uint32_t role_oid)
{
	struct native_token *first = NULL;
	uint32_t count = 0;

	if (tokens->user_counts[role_oid % TOKEN_BUCKETS] < TOKEN_USER_MAX)
		return NULL;
	for (struct native_token *token = tokens->oldest; token != NULL;
	     token = token->newer) {
		if (token->identity.role_oid != role_oid)
			continue;
		if (first == NULL)
			first = token;
		count++;
	}
	return count < TOKEN_USER_MAX ? NULL : first;
}

/* Room for one more of this role's. */
static void
make_room(struct native_tokens *tokens, uint32_t role_oid)
{
	struct native_token *first = too_many(tokens, role_oid);

	if (first != NULL)
		drop(tokens, first);
	else if (tokens->count >= TOKEN_COUNT_MAX)
		drop(tokens, tokens->oldest);
}

/* ---- */

int
native_tokens_give(struct native_tokens *tokens,
    const struct native_identity *identity, int64_t now_ms,
    char out[NATIVE_TOKEN_SIZE], struct error *err)
{
	struct native_token *token = calloc(1, sizeof(*token));
	uint8_t secret[CRYPTO_SHA256_SIZE];
	struct native_token **bucket;
	int rc;

	if (token == NULL)
		return error_no_memory(err);
	rc = crypto_random(secret, sizeof(secret), err);
	crypto_hex_put(secret, out);
	crypto_wipe(secret, sizeof(secret));
	if (rc == 0)
		rc = crypto_sha256(str_of(out, NATIVE_TOKEN_SIZE), token->hash,
		    err);
	if (rc != 0) {
		free(token);
		return rc;
	}
	token->identity = *identity;
	token->given_ms = token->used_ms = now_ms;
	pthread_mutex_lock(&tokens->mutex);
	make_room(tokens, identity->role_oid);
	bucket = bucket_of(tokens, token->hash);
	token->next = *bucket;
	*bucket = token;
	append(tokens, token);
	tokens->count++;
	tokens->user_counts[identity->role_oid % TOKEN_BUCKETS]++;
	pthread_mutex_unlock(&tokens->mutex);
	return 0;
}

static bool
hash_of(struct str token, uint8_t hash[CRYPTO_SHA256_SIZE])
{
	uint8_t bytes[CRYPTO_SHA256_SIZE];
	char digits[NATIVE_TOKEN_SIZE];
	struct error ignored;

	if (!crypto_hex_parse(token, bytes))
		return false;
	crypto_hex_put(bytes, digits); /* in lower case, as it was given */
	return crypto_sha256(str_of(digits, sizeof(digits)), hash, &ignored) ==
	    0;
}

bool
native_tokens_find(struct native_tokens *tokens, struct str text,
    int64_t now_ms, int64_t expiry_ms, struct native_identity *out)
{
	uint8_t hash[CRYPTO_SHA256_SIZE];
	struct native_token *token;
	bool is_good;

	if (!hash_of(text, hash))
		return false;
	pthread_mutex_lock(&tokens->mutex);
	token = find(tokens, hash);
	is_good = token != NULL && now_ms - token->used_ms < expiry_ms &&
	    now_ms - token->given_ms < TOKEN_AGE_MAX_MS;
	if (is_good) {
		*out = token->identity;
		token->used_ms = now_ms;
		take_out(tokens, token);
		append(tokens, token);
	} else if (token != NULL) {
		drop(tokens, token);
	}
	pthread_mutex_unlock(&tokens->mutex);
	return is_good;
}

void
native_tokens_drop(struct native_tokens *tokens, struct str text)
{
	uint8_t hash[CRYPTO_SHA256_SIZE];
	struct native_token *token;

	if (!hash_of(text, hash))
		return;
	pthread_mutex_lock(&tokens->mutex);
	token = find(tokens, hash);
	if (token != NULL)
		drop(tokens, token);
	pthread_mutex_unlock(&tokens->mutex);
}
