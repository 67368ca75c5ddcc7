/* SPDX-License-Identifier: Apache-2.0 */
#include "server/login/peers.h"

#include <assert.h>
#include <stdlib.h>

/* Milliseconds in which one more cancel request is allowed. */
#define CANCEL_MS (1000 / PEER_CANCEL_RATE)

struct peer {
	struct peer *next;
	uint64_t key;
	uint32_t sockets; /* that have not logged in */
	/* When all cancel requests so far will have been paid for. */
	int64_t paid_ms;
};

void
peers_init(struct peers *peers)
{
	*peers = (struct peers){ .count = 0 };
	pthread_mutex_init(&peers->mutex, NULL);
}

void
peers_release(struct peers *peers)
{
	for (unsigned i = 0; i < PEER_BUCKETS; i++)
		while (peers->buckets[i] != NULL) {
			struct peer *next = peers->buckets[i]->next;

			free(peers->buckets[i]);
			peers->buckets[i] = next;
		}
	pthread_mutex_destroy(&peers->mutex);
}

/* ---- with the mutex ---- */

/* Find a peer, and forget those on the way who have nothing. */
static struct peer *
find(struct peers *peers, uint64_t key, int64_t now_ms)
{
	struct peer **link = &peers->buckets[key % PEER_BUCKETS];

	while (*link != NULL && (*link)->key != key) {
		struct peer *peer = *link;

		if (peer->sockets == 0 && peer->paid_ms <= now_ms) {
			*link = peer->next;
			free(peer);
			peers->count--;
		} else {
			link = &peer->next;
		}
	}
	return *link;
}

static struct peer *
find_or_add(struct peers *peers, uint64_t key, int64_t now_ms)
{
	struct peer *peer = find(peers, key, now_ms);
	struct peer **bucket = &peers->buckets[key % PEER_BUCKETS];

	if (peer != NULL || peers->count >= PEER_MAX)
		return peer;
	peer = calloc(1, sizeof(*peer));
	if (peer == NULL)
		return NULL;
	peer->key = key;
	peer->next = *bucket;
	*bucket = peer;
	peers->count++;
	return peer;
}

/* ---- */

bool
peers_enter(struct peers *peers, uint64_t key, uint32_t limit, int64_t now_ms)
{
	struct peer *peer;
	bool may_enter;

	pthread_mutex_lock(&peers->mutex);
	peer = find_or_add(peers, key, now_ms);
	may_enter = peer != NULL && peer->sockets < limit;
	if (may_enter)
		peer->sockets++;
	pthread_mutex_unlock(&peers->mutex);
	return may_enter;
}

void
peers_leave(struct peers *peers, uint64_t key)
{
	struct peer *peer;

	pthread_mutex_lock(&peers->mutex);
	peer = find(peers, key, INT64_MIN);
	assert(peer != NULL && peer->sockets > 0);
	peer->sockets--;
	pthread_mutex_unlock(&peers->mutex);
}

bool
peers_may_cancel(struct peers *peers, uint64_t key, int64_t now_ms)
{
	struct peer *peer;
	bool may_cancel;

	pthread_mutex_lock(&peers->mutex);
	peer = find_or_add(peers, key, now_ms);
	may_cancel = peer != NULL &&
	    peer->paid_ms <= now_ms + (PEER_CANCELS - 1) * CANCEL_MS;
	if (may_cancel)
		peer->paid_ms =
		    (peer->paid_ms < now_ms ? now_ms : peer->paid_ms) +
		    CANCEL_MS;
	pthread_mutex_unlock(&peers->mutex);
	return may_cancel;
}
