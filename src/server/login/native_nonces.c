/* SPDX-License-Identifier: Apache-2.0 */
#include "server/login/native_nonces.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash.h"

void
native_nonces_init(struct native_nonces *nonces, int64_t now_s)
{
	*nonces = (struct native_nonces){
		.begun_s = now_s,
		.forgotten_s = now_s + NONCE_AHEAD_S,
	};
	pthread_mutex_init(&nonces->mutex, NULL);
}

void
native_nonces_release(struct native_nonces *nonces)
{
	free(nonces->present.places);
	free(nonces->past.places);
	pthread_mutex_destroy(&nonces->mutex);
}

/* ---- with the mutex ---- */

/* The place of a nonce, or the empty one that it would take. */
static uint64_t *
place_of(const struct nonce_set *set, uint64_t hash)
{
	uint32_t at = (uint32_t)(hash >> 32) % NONCE_PLACES;

	while (set->places[at] != 0 && set->places[at] != hash)
		at = (at + 1) % NONCE_PLACES;
	return &set->places[at];
}

static bool
has(const struct nonce_set *set, uint64_t hash)
{
	return set->count > 0 && *place_of(set, hash) == hash;
}

static void
forget_past(struct native_nonces *nonces)
{
	struct nonce_set empty = { .places = nonces->past.places };

	if (nonces->past.count > 0 && nonces->past.last_s > nonces->forgotten_s)
		nonces->forgotten_s = nonces->past.last_s;
	if (nonces->past.count > 0)
		memset(empty.places, 0, NONCE_PLACES * sizeof(*empty.places));
	nonces->past = nonces->present;
	nonces->present = empty;
}

/* The past one is forgotten when the present one has had its span. */
static void
go_round(struct native_nonces *nonces, int64_t now_s)
{
	int64_t age_s = now_s - nonces->begun_s;

	if (age_s >= NONCE_SPAN_S)
		forget_past(nonces);
	if (age_s >= 2 * NONCE_SPAN_S)
		forget_past(nonces);
	if (age_s < 0 || age_s >= NONCE_SPAN_S) /* it may have been set back */
		nonces->begun_s = now_s;
}

static const char *
take(struct native_nonces *nonces, uint64_t hash, int64_t time_s)
{
	struct nonce_set *set = &nonces->present;

	if (has(set, hash) || has(&nonces->past, hash))
		return "the signature was used before";
	if (set->places == NULL)
		set->places = calloc(NONCE_PLACES, sizeof(*set->places));
	if (set->places == NULL || set->count == NONCE_COUNT_MAX)
		return "too many signatures at a time";
	*place_of(set, hash) = hash;
	if (set->count == 0 || time_s > set->last_s)
		set->last_s = time_s;
	set->count++;
	return NULL;
}

/* ---- */

const char *
native_nonces_take(struct native_nonces *nonces, uint32_t role_oid,
    struct str nonce, int64_t time_s, int64_t now_s)
{
	uint64_t hash = hash_bytes_seeded(nonce.data, nonce.len, role_oid) | 1;
	const char *reason;

	if (time_s < now_s - NONCE_AGE_S || time_s > now_s + NONCE_AHEAD_S)
		return "the signature's time is not the server's";
	pthread_mutex_lock(&nonces->mutex);
	go_round(nonces, now_s);
	reason = time_s <= nonces->forgotten_s
	    ? "the signature is of a time whose nonces are forgotten"
	    : take(nonces, hash, time_s);
	pthread_mutex_unlock(&nonces->mutex);
	return reason;
}
