/* SPDX-License-Identifier: Apache-2.0 */
#include "server/advisory_lock.h"

#include <assert.h>
#include <stdlib.h>

#include "common/error.h"
#include "common/hash.h"
#include "server/advisory_private.h"

#define BUCKETS_MIN 64u

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

struct advisory_hold *
advisory_bucket(const struct advisory_locks *locks, uint64_t id)
{
	return locks->buckets == NULL ? NULL : *bucket_of(locks, id);
}

bool
advisory_same_number(const struct advisory_request *a,
    const struct advisory_request *b)
{
	return a->id == b->id && a->is_pair == b->is_pair;
}

bool
advisory_conflict(const struct advisory_request *a,
    const struct advisory_request *b)
{
	return advisory_same_number(a, b) && !(a->is_shared && b->is_shared);
}

bool
advisory_holds_number(const struct advisory_locks *locks,
    const struct advisory_owner *owner, const struct advisory_request *request)
{
	const struct advisory_hold *hold = advisory_bucket(locks, request->id);

	while (hold != NULL &&
	    (hold->owner != owner ||
		!advisory_same_number(&hold->taken, request)))
		hold = hold->next;
	return hold != NULL;
}

/* The owner's hold in this mode; NULL. */
static struct advisory_hold *
find(const struct advisory_locks *locks, const struct advisory_owner *owner,
    const struct advisory_request *request)
{
	struct advisory_hold *hold = advisory_bucket(locks, request->id);

	while (hold != NULL &&
	    (hold->owner != owner ||
		!advisory_same_number(&hold->taken, request) ||
		hold->taken.is_shared != request->is_shared))
		hold = hold->next;
	return hold;
}

/* Another session holds it, or has waited for it longer than `wait` has. */
static bool
is_taken(const struct advisory_locks *locks, const struct advisory_owner *owner,
    const struct advisory_request *request, const struct advisory_wait *wait)
{
	const struct advisory_hold *hold = advisory_bucket(locks, request->id);

	for (; hold != NULL; hold = hold->next)
		if (hold->owner != owner &&
		    advisory_conflict(&hold->taken, request))
			return true;
	if (advisory_holds_number(locks, owner, request))
		return false;
	for (const struct advisory_wait *other = locks->first_wait;
	     other != NULL && other != wait; other = other->next)
		if (other->owner != owner &&
		    advisory_conflict(&other->request, request))
			return true;
	return false;
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
	hold->taken = *request;
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
	struct advisory_hold **at = bucket_of(locks, hold->taken.id);

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
    const struct advisory_request *request, const struct advisory_wait *wait,
    struct error *err)
{
	struct advisory_hold *hold;
	int rc = need_buckets(locks, err);

	if (rc != 0)
		return rc;
	if (is_taken(locks, owner, request, wait))
		return 0;
	hold = find(locks, owner, request);
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
	rc = take(locks, owner, request, NULL, err);
	pthread_mutex_unlock(&locks->mutex);
	return rc;
}

/* ---- waiting ---- */

static void
enqueue(struct advisory_locks *locks, struct advisory_owner *owner,
    struct advisory_wait *wait)
{
	struct advisory_wait **at = &locks->first_wait;

	while (*at != NULL)
		at = &(*at)->next;
	*at = wait;
	wait->next = NULL;
	wait->owner = owner;
}

void
advisory_dequeue(struct advisory_locks *locks, struct advisory_wait *wait)
{
	struct advisory_wait **at = &locks->first_wait;

	while (*at != wait)
		at = &(*at)->next;
	*at = wait->next;
}

int
advisory_wait(struct advisory_locks *locks, struct advisory_owner *owner,
    struct advisory_wait *wait, struct error *err)
{
	int rc;

	pthread_mutex_lock(&locks->mutex);
	if (wait->owner == NULL)
		enqueue(locks, owner, wait);
	rc = take(locks, owner, &wait->request, wait, err);
	pthread_mutex_unlock(&locks->mutex);
	return rc;
}

void
advisory_leave(struct advisory_locks *locks, struct advisory_wait *wait)
{
	pthread_mutex_lock(&locks->mutex);
	if (wait->owner != NULL)
		advisory_dequeue(locks, wait);
	wait->owner = NULL;
	pthread_mutex_unlock(&locks->mutex);
}

bool
advisory_unlock(struct advisory_locks *locks, struct advisory_owner *owner,
    const struct advisory_request *request)
{
	struct advisory_hold *hold;
	bool is_held;

	pthread_mutex_lock(&locks->mutex);
	hold = find(locks, owner, request);
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
