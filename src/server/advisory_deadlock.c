/* SPDX-License-Identifier: Apache-2.0 */
/*
 * advisory_deadlock.c -- sessions that wait for each other's advisory locks.
 *
 * A session waits for those that hold what it wants, and for those that have
 * waited for it longer.  From the one that asks these steps are followed until
 * they lead back to it, or nowhere.  A circle of holders ends by an error only;
 * in one with a step of the other kind somebody is let in before his turn.
 */
#include <inttypes.h>

#include "common/error.h"
#include "plan/names.h"
#include "server/advisory_private.h"

#define STEPS_SHOWN 8

struct step_taken {
	const struct advisory_wait *wait;
	const struct advisory_owner *blocker;
};

struct search {
	struct advisory_locks *locks;
	const struct advisory_owner *start;
	bool follows_turns; /* not holders alone */
	struct step_taken steps[STEPS_SHOWN];
	uint32_t step_count; /* of the circle */
	/* A step of the circle that is a matter of turns; NULL: none. */
	struct advisory_wait *late, *early;
};

static bool leads_back(struct search *search, const struct advisory_owner *from,
    uint32_t depth);

/* Whether the step from `wait` to whoever is in its way leads to the start. */
static bool
step(struct search *search, struct advisory_wait *wait,
    struct advisory_owner *blocker, struct advisory_wait *early, uint32_t depth)
{
	if (depth < STEPS_SHOWN)
		search->steps[depth] = (struct step_taken){ wait, blocker };
	if (blocker == search->start) {
		search->step_count = depth + 1;
	} else {
		if (blocker->search_number == search->locks->search_number)
			return false;
		blocker->search_number = search->locks->search_number;
		if (!leads_back(search, blocker, depth + 1))
			return false;
	}
	if (early != NULL) {
		search->late = wait;
		search->early = early;
	}
	return true;
}

static bool
wait_leads_back(struct search *search, struct advisory_wait *wait,
    uint32_t depth)
{
	const struct advisory_locks *locks = search->locks;

	for (struct advisory_hold *hold =
		 advisory_bucket(locks, wait->request.id);
	     hold != NULL; hold = hold->next)
		if (hold->owner != wait->owner &&
		    advisory_conflict(&hold->taken, &wait->request) &&
		    step(search, wait, hold->owner, NULL, depth))
			return true;
	if (!search->follows_turns ||
	    advisory_holds_number(locks, wait->owner, &wait->request))
		return false;
	for (struct advisory_wait *early = locks->first_wait; early != wait;
	     early = early->next)
		if (early->owner != wait->owner &&
		    advisory_conflict(&early->request, &wait->request) &&
		    step(search, wait, early->owner, early, depth))
			return true;
	return false;
}

/* As deep as there are sessions that wait, which are less than workers. */
static bool
leads_back(struct search *search, const struct advisory_owner *from,
    uint32_t depth)
{
	for (struct advisory_wait *wait = search->locks->first_wait;
	     wait != NULL; wait = wait->next)
		if (wait->owner == from && wait_leads_back(search, wait, depth))
			return true;
	return false;
}

static bool
find_circle(struct search *search, bool follows_turns)
{
	search->locks->search_number++;
	search->follows_turns = follows_turns;
	return leads_back(search, search->start, 0);
}

/* As PostgreSQL names it: the database, the number in two halves, its kind. */
static void
add_step(const struct step_taken *taken, struct buf *out)
{
	const struct advisory_request *request = &taken->wait->request;

	buf_printf(out,
	    "%sProcess %" PRId32 " waits for %s on advisory lock "
	    "[%u,%" PRIu32 ",%" PRIu32 ",%d]; blocked by process %" PRId32 ".",
	    out->len == 0 ? "" : "\n", taken->wait->owner->pid,
	    request->is_shared ? "ShareLock" : "ExclusiveLock", DATABASE_OID,
	    (uint32_t)(request->id >> 32), (uint32_t)request->id,
	    request->is_pair ? 2 : 1, taken->blocker->pid);
}

static int
say_deadlock(const struct search *search, struct error *err)
{
	uint32_t count =
	    search->step_count < STEPS_SHOWN ? search->step_count : STEPS_SHOWN;
	struct buf text;

	(void)error_set(err, STELE_E_DEADLOCK_DETECTED, "deadlock detected");
	buf_init(&text);
	for (uint32_t i = 0; i < count; i++)
		add_step(&search->steps[i], &text);
	if (!text.failed)
		(void)error_detail(err, "%.*s", STR_FMT(buf_str(&text)));
	buf_release(&text);
	return err->code;
}

/* `late` stands before `early` from now on. */
static void
let_in(struct advisory_locks *locks, struct advisory_wait *late,
    struct advisory_wait *early)
{
	struct advisory_wait **at = &locks->first_wait;

	advisory_dequeue(locks, late);
	while (*at != early)
		at = &(*at)->next;
	late->next = early;
	*at = late;
}

int
advisory_check(struct advisory_locks *locks, const struct advisory_wait *wait,
    struct error *err)
{
	struct search search = { .locks = locks, .start = wait->owner };
	int rc = 0;

	pthread_mutex_lock(&locks->mutex);
	if (find_circle(&search, false))
		rc = say_deadlock(&search, err);
	else if (find_circle(&search, true))
		let_in(locks, search.late, search.early);
	pthread_mutex_unlock(&locks->mutex);
	return rc;
}
