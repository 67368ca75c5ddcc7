/* SPDX-License-Identifier: Apache-2.0 */
#include "server/login/offenders.h"

#include <stdlib.h>
#include <string.h>

#include "common/crypto.h"
#include "common/hash.h"

/* Places that one key may have. */
#define WAYS 8u

struct offender {
	uint64_t key;    /* 0: nobody */
	int64_t last_ms; /* of the last attempt that failed or has begun */
	uint32_t failures;
};

void
offenders_init(struct offenders *offenders)
{
	*offenders = (struct offenders){ .table = NULL };
	pthread_mutex_init(&offenders->mutex, NULL);
}

int
offenders_open(struct offenders *offenders, struct error *err)
{
	return crypto_random(&offenders->seed, sizeof(offenders->seed), err);
}

void
offenders_release(struct offenders *offenders)
{
	free(offenders->table);
	pthread_mutex_destroy(&offenders->mutex);
}

uint64_t
offenders_key(const struct offenders *offenders,
    const struct hba_address *address, struct str role)
{
	size_t len = address->len == 16 ? 8 : address->len;
	uint64_t key = hash_bytes_seeded(address->bytes, len, offenders->seed);

	key = hash_bytes_seeded(role.len == 0 ? "" : role.data, role.len, key);
	return key == 0 ? 1 : key;
}

static int64_t
delay_ms(uint32_t failures)
{
	int64_t delay = OFFENDER_DELAY_MIN_MS;

	if (failures < OFFENDER_FREE)
		return 0;
	for (uint32_t i = OFFENDER_FREE;
	     i < failures && delay < OFFENDER_DELAY_MAX_MS; i++)
		delay *= 2;
	return delay < OFFENDER_DELAY_MAX_MS ? delay : OFFENDER_DELAY_MAX_MS;
}

/* ---- with the mutex ---- */

static struct offender *
places_of(struct offenders *offenders, uint64_t key)
{
	return &offenders->table[key % (OFFENDER_COUNT / WAYS) * WAYS];
}

static struct offender *
find(struct offenders *offenders, uint64_t key)
{
	struct offender *places;

	if (offenders->table == NULL)
		return NULL;
	places = places_of(offenders, key);
	for (unsigned i = 0; i < WAYS; i++)
		if (places[i].key == key)
			return &places[i];
	return NULL;
}

static bool
is_forgotten(const struct offender *offender, int64_t now_ms)
{
	return offender->key == 0 ||
	    now_ms - offender->last_ms > OFFENDER_FORGET_MS;
}

static bool
is_less(const struct offender *a, const struct offender *b)
{
	if (a->failures != b->failures)
		return a->failures < b->failures;
	return a->last_ms < b->last_ms;
}

/* A place for somebody new; NULL if there is no memory. */
static struct offender *
make_place(struct offenders *offenders, uint64_t key, int64_t now_ms)
{
	struct offender *places, *least;

	if (offenders->table == NULL)
		offenders->table =
		    calloc(OFFENDER_COUNT, sizeof(*offenders->table));
	if (offenders->table == NULL)
		return NULL;
	places = places_of(offenders, key);
	least = &places[0];
	for (unsigned i = 0; i < WAYS; i++) {
		if (is_forgotten(&places[i], now_ms)) {
			least = &places[i];
			break;
		}
		if (is_less(&places[i], least))
			least = &places[i];
	}
	*least = (struct offender){ .key = key };
	return least;
}

/* ---- */

int64_t
offenders_begin(struct offenders *offenders, uint64_t key, int64_t now_ms)
{
	struct offender *offender;
	int64_t wait_ms = 0;

	pthread_mutex_lock(&offenders->mutex);
	offender = find(offenders, key);
	if (offender != NULL && !is_forgotten(offender, now_ms) &&
	    offender->failures >= OFFENDER_FREE) {
		wait_ms =
		    offender->last_ms + delay_ms(offender->failures) - now_ms;
		/* The next one's turn is counted from here. */
		if (wait_ms <= 0)
			offender->last_ms = now_ms;
	}
	pthread_mutex_unlock(&offenders->mutex);
	return wait_ms > 0 ? wait_ms : 0;
}

void
offenders_failed(struct offenders *offenders, uint64_t key, int64_t now_ms)
{
	struct offender *offender;

	pthread_mutex_lock(&offenders->mutex);
	offender = find(offenders, key);
	if (offender == NULL)
		offender = make_place(offenders, key, now_ms);
	if (offender != NULL) {
		if (is_forgotten(offender, now_ms))
			offender->failures = 0;
		if (offender->failures < UINT32_MAX)
			offender->failures++;
		offender->last_ms = now_ms;
	}
	pthread_mutex_unlock(&offenders->mutex);
}

void
offenders_succeeded(struct offenders *offenders, uint64_t key)
{
	struct offender *offender;

	pthread_mutex_lock(&offenders->mutex);
	offender = find(offenders, key);
	if (offender != NULL)
		*offender = (struct offender){ .key = 0 };
	pthread_mutex_unlock(&offenders->mutex);
}
