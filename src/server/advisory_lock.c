/* SPDX-License-Identifier: Apache-2.0 */
#include "server/advisory_lock.h"

#include <assert.h>
#include <stdlib.h>

#include "common/error.h"
#include "common/hash.h"

#define BUCKETS_MIN 64u

/* What one session holds of one number, in one mode. */
struct advisory_hold {
	struct advisory_hold *next; /* of its bucket */
	struct advisory_hold *next_own, *previous_own;
	struct advisory_owner *owner;
	uint64_t id;
	bool is_pair;
	bool is_shared;
	uint32_t session_count;      /* how often, */
	uint64_t transaction_number; /* in the order of taking; 0: not for it */
};

void
advisory_init(struct advisory_locks *locks, uint32_t hold_count_max)
{
	*locks = (struct advisory_locks){ .hold_count_max = hold_count_max };
	pthread_mutex_init(&locks->mutex, NULL);
}

void
advisory_release(struct advisory_locks *locks)
{
	for (uint32_t i = 0; i < locks->bucket_count; i++) {
		struct advisory_hold *hold = locks->buckets[i];

		while (hold != NULL) {
			struct advisory_hold *next = hold->next;

			free(hold);
			hold = next;
		}
	}
	free(locks->buckets);
	pthread_mutex_destroy(&locks->mutex);
}

/* ---- the table ---- */

/* There is one once somebody has asked for a lock. */
static int
need_buckets(struct advisory_locks *locks, struct error *err)
{
	uint32_t count = BUCKETS_MIN;

	if (locks->buckets != NULL)
		return 0;
	while (count < locks->hold_count_max)
		count *= 2;
	locks->buckets = calloc(count, sizeof(struct advisory_hold *));
	if (locks->buckets == NULL)
		return error_no_memory(err);
	locks->bucket_count = count;
	return 0;
}

static struct advisory_hold **
bucket_of(const struct advisory_locks *locks, uint64_t id)
{
	return &locks->buckets[hash_u64(id) & (locks->bucket_count - 1)];
}

static bool
is_same_number(const struct advisory_hold *hold,
    const struct advisory_request *request)
{
	return hold->id == request->id && hold->is_pair == request->is_pair;
}

/* The owner's hold in this mode; *is_taken: another session's is in the way. */
static struct advisory_hold *
find(const struct advisory_locks *locks, const struct advisory_owner *owner,
    const struct advisory_request *request, bool *is_taken)
{
	struct advisory_hold *own = NULL;

	*is_taken = false;
	if (locks->buckets == NULL)
		return NULL;
	for (struct advisory_hold *hold = *bucket_of(locks, request->id);
	     hold != NULL; hold = hold->next) {
		if (!is_same_number(hold, request))
			continue;
		if (hold->owner != owner)
			*is_taken |= !hold->is_shared || !request->is_shared;
		else if (hold->is_shared == request->is_shared)
			own = hold;
	}
	return own;
}

static struct advisory_hold *
add(struct advisory_locks *locks, struct advisory_owner *owner,
    const struct advisory_request *request, struct error *err)
{
	struct advisory_hold **bucket = bucket_of(locks, request->id);
	struct advisory_hold *hold;

	if (locks->hold_count >= locks->hold_count_max) {
		(void)error_set(err, STELE_E_OUT_OF_MEMORY,
		    "out of shared memory");
		(void)error_hint(err,
		    "There are at most %u advisory locks, %d for each of "
		    "max_connections.",
		    (unsigned)locks->hold_count_max,
		    ADVISORY_HOLDS_PER_CONNECTION);
		return NULL;
	}
	hold = calloc(1, sizeof(*hold));
	if (hold == NULL) {
		(void)error_no_memory(err);
		return NULL;
	}
	hold->owner = owner;
	hold->id = request->id;
	hold->is_pair = request->is_pair;
	hold->is_shared = request->is_shared;
	hold->next = *bucket;
	*bucket = hold;
	hold->next_own = owner->holds;
	if (owner->holds != NULL)
		owner->holds->previous_own = hold;
	owner->holds = hold;
	locks->hold_count++;
	return hold;
}

/* What is held no more. */
static void
drop(struct advisory_locks *locks, struct advisory_hold *hold)
{
	struct advisory_hold **at = bucket_of(locks, hold->id);

	assert(hold->session_count == 0 && hold->transaction_number == 0);
	while (*at != hold)
		at = &(*at)->next;
	*at = hold->next;
	if (hold->next_own != NULL)
		hold->next_own->previous_own = hold->previous_own;
	if (hold->previous_own != NULL)
		hold->previous_own->next_own = hold->next_own;
	else
		hold->owner->holds = hold->next_own;
	locks->hold_count--;
	free(hold);
}

/* ---- taking and giving back ---- */

static int
take(struct advisory_locks *locks, struct advisory_owner *owner,
    const struct advisory_request *request, struct error *err)
{
	bool is_taken;
	struct advisory_hold *hold;
	int rc = need_buckets(locks, err);

	if (rc != 0)
		return rc;
	hold = find(locks, owner, request, &is_taken);
	if (is_taken)
		return 0;
	if (hold == NULL)
		hold = add(locks, owner, request, err);
	if (hold == NULL)
		return err->code;
	if (!request->is_transaction) {
		hold->session_count++;
	} else if (hold->transaction_number == 0) {
		hold->transaction_number = ++owner->last_number;
		owner->transaction_hold_count++;
	}
	return 1;
}

int
advisory_try(struct advisory_locks *locks, struct advisory_owner *owner,
    const struct advisory_request *request, struct error *err)
{
	int rc;

	pthread_mutex_lock(&locks->mutex);
	rc = take(locks, owner, request, err);
	pthread_mutex_unlock(&locks->mutex);
	return rc;
}

bool
advisory_unlock(struct advisory_locks *locks, struct advisory_owner *owner,
    const struct advisory_request *request)
{
	struct advisory_hold *hold;
	bool is_held, is_taken;

	pthread_mutex_lock(&locks->mutex);
	hold = find(locks, owner, request, &is_taken);
	is_held = hold != NULL && hold->session_count > 0;
	if (is_held && --hold->session_count == 0 &&
	    hold->transaction_number == 0)
		drop(locks, hold);
	pthread_mutex_unlock(&locks->mutex);
	return is_held;
}

void
advisory_unlock_session(struct advisory_locks *locks,
    struct advisory_owner *owner)
{
	struct advisory_hold *next;

	pthread_mutex_lock(&locks->mutex);
	for (struct advisory_hold *hold = owner->holds; hold != NULL;
	     hold = next) {
		next = hold->next_own;
		hold->session_count = 0;
		if (hold->transaction_number == 0)
			drop(locks, hold);
	}
	pthread_mutex_unlock(&locks->mutex);
}

bool
advisory_has_transaction(struct advisory_locks *locks,
    const struct advisory_owner *owner)
{
	bool has;

	pthread_mutex_lock(&locks->mutex);
	has = owner->transaction_hold_count > 0;
	pthread_mutex_unlock(&locks->mutex);
	return has;
}

uint64_t
advisory_mark(struct advisory_locks *locks, const struct advisory_owner *owner)
{
	uint64_t mark;

	pthread_mutex_lock(&locks->mutex);
	mark = owner->last_number;
	pthread_mutex_unlock(&locks->mutex);
	return mark;
}

void
advisory_unlock_transaction(struct advisory_locks *locks,
    struct advisory_owner *owner, uint64_t mark)
{
	struct advisory_hold *next;

	pthread_mutex_lock(&locks->mutex);
	for (struct advisory_hold *hold = owner->holds; hold != NULL;
	     hold = next) {
		next = hold->next_own;
		if (hold->transaction_number <= mark)
			continue;
		hold->transaction_number = 0;
		owner->transaction_hold_count--;
		if (hold->session_count == 0)
			drop(locks, hold);
	}
	pthread_mutex_unlock(&locks->mutex);
}
