/* SPDX-License-Identifier: Apache-2.0 */
/*
 * native_nonces.h -- the nonces of fresh signatures that were used, so that each
 * is good once.
 *
 * A signature is taken while its time is at most NONCE_AGE_S before the server's
 * and NONCE_AHEAD_S after it, and its nonce is remembered for that long.  There
 * are two sets, the present one and the one before it, which go round.  One that
 * is full takes no more: then signatures are refused rather than taken twice.
 *
 * What has been forgotten has times up to `forgotten_s`, and none of those is
 * taken, whatever the clock does: when it was set back, fresh signatures wait
 * until it has caught up.  Memory alone has the nonces, so a start forgets all
 * that there may have been.
 *
 * Threads: any.
 */
#pragma once

#include <stdint.h>

#include "common/str.h"
#include "os/thread.h"

#define NONCE_AGE_S     INT64_C(60)
#define NONCE_AHEAD_S   INT64_C(5)
#define NONCE_SPAN_S    (NONCE_AGE_S + NONCE_AHEAD_S) /* of a set, at least */
#define NONCE_PLACES    524288u /* of a set: 4 MiB, once one is used */
#define NONCE_COUNT_MAX (NONCE_PLACES / 4 * 3)

struct nonce_set {
	uint64_t *places; /* owned, hashes; NULL until one is used */
	uint32_t count;
	int64_t last_s; /* the greatest time of its signatures */
};

struct native_nonces {
	pthread_mutex_t mutex;
	struct nonce_set present;
	struct nonce_set past;
	int64_t begun_s; /* the present one */
	int64_t forgotten_s;
};

/* `now_s` is the wall clock's, since 1970. */
void native_nonces_init(struct native_nonces *nonces, int64_t now_s);
void native_nonces_release(struct native_nonces *nonces);

/* Why a user's signature of this time is not taken; NULL: it is, this once. */
const char *native_nonces_take(struct native_nonces *nonces, uint32_t role_oid,
    struct str nonce, int64_t time_s, int64_t now_s);
