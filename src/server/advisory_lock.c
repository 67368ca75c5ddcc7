/* SPDX-License-Identifier: Apache-2.0 */
#include "server/advisory_lock.h"

#include <stdlib.h>

#include "common/error.h"

/* What one session holds of one number, in one mode. */
struct advisory_hold {
	struct advisory_hold *next;
	const void *owner;
	uint64_t id;
	bool is_pair;
	bool is_shared;
	uint32_t session_count;     /* how often, */
	uint32_t transaction_count; /* and until the transaction ends */
};

void
advisory_init(struct advisory_locks *locks)
{
	pthread_mutex_init(&locks->mutex, NULL);
	locks->holds = NULL;
}

void
advisory_release(struct advisory_locks *locks)
{
	while (locks->holds != NULL) {
		struct advisory_hold *next = locks->holds->next;

		free(locks->holds);
		locks->holds = next;
	}
	pthread_mutex_destroy(&locks->mutex);
}

static bool
is_same_number(const struct advisory_hold *hold,
    const struct advisory_request *request)
{
	return hold->id == request->id && hold->is_pair == request->is_pair;
}

/* The owner's hold in this mode; *is_taken: another session's is in the way. */
static struct advisory_hold *
find(const struct advisory_locks *locks, const void *owner,
    const struct advisory_request *request, bool *is_taken)
{
	struct advisory_hold *own = NULL;

	*is_taken = false;
	for (struct advisory_hold *hold = locks->holds; hold != NULL;
	     hold = hold->next) {
		if (!is_same_number(hold, request))
			continue;
		if (hold->owner != owner)
			*is_taken |= !hold->is_shared || !request->is_shared;
		else if (hold->is_shared == request->is_shared)
			own = hold;
	}
	return own;
}

/* Without those that are held no more. */
static void
sweep(struct advisory_locks *locks)
{
	struct advisory_hold **at = &locks->holds;

	while (*at != NULL) {
		struct advisory_hold *hold = *at;

		if (hold->session_count + hold->transaction_count > 0) {
			at = &hold->next;
			continue;
		}
		*at = hold->next;
		free(hold);
	}
}

static int
take(struct advisory_locks *locks, const void *owner,
    const struct advisory_request *request, struct error *err)
{
	bool is_taken;
	struct advisory_hold *hold = find(locks, owner, request, &is_taken);

	if (is_taken)
		return 0;
	if (hold == NULL) {
		hold = calloc(1, sizeof(*hold));
		if (hold == NULL)
			return error_no_memory(err);
		hold->owner = owner;
		hold->id = request->id;
		hold->is_pair = request->is_pair;
		hold->is_shared = request->is_shared;
		hold->next = locks->holds;
		locks->holds = hold;
	}
	if (request->is_transaction)
		hold->transaction_count++;
	else
		hold->session_count++;
	return 1;
}

int
advisory_try(struct advisory_locks *locks, const void *owner,
    const struct advisory_request *request, struct error *err)
{
	int rc;

	pthread_mutex_lock(&locks->mutex);
	rc = take(locks, owner, request, err);
	pthread_mutex_unlock(&locks->mutex);
	return rc;
}

bool
advisory_unlock(struct advisory_locks *locks, const void *owner,
    const struct advisory_request *request)
{
	struct advisory_hold *hold;
	bool is_held, is_taken;

	pthread_mutex_lock(&locks->mutex);
	hold = find(locks, owner, request, &is_taken);
	is_held = hold != NULL && hold->session_count > 0;
	if (is_held && --hold->session_count == 0)
		sweep(locks);
	pthread_mutex_unlock(&locks->mutex);
	return is_held;
}

void
advisory_unlock_session(struct advisory_locks *locks, const void *owner)
{
	pthread_mutex_lock(&locks->mutex);
	for (struct advisory_hold *hold = locks->holds; hold != NULL;
	     hold = hold->next)
		if (hold->owner == owner)
			hold->session_count = 0;
	sweep(locks);
	pthread_mutex_unlock(&locks->mutex);
}

void
advisory_unlock_transaction(struct advisory_locks *locks, const void *owner)
{
	pthread_mutex_lock(&locks->mutex);
	for (struct advisory_hold *hold = locks->holds; hold != NULL;
	     hold = hold->next)
		if (hold->owner == owner)
			hold->transaction_count = 0;
	sweep(locks);
	pthread_mutex_unlock(&locks->mutex);
}
