/* SPDX-License-Identifier: Apache-2.0 */
#include "server/activity.h"

#include <string.h>

#include "server/database_stats.h"

void
activity_init(struct activity *activity, int64_t now)
{
	*activity = (struct activity){
		.view.session_start = now,
		.view.state_change = now,
	};
	pthread_mutex_init(&activity->mutex, NULL);
}

void
activity_release(struct activity *activity)
{
	pthread_mutex_destroy(&activity->mutex);
}

/* As much as there is room for, in whole characters. */
static size_t
put(char *out, size_t size, struct str text)
{
	size_t len = text.len < size ? text.len : size;

	while (len < text.len && len > 0 &&
	    ((unsigned char)text.data[len] & 0xc0) == 0x80)
		len--;
	if (len > 0)
		memcpy(out, text.data, len);
	return len;
}

void
activity_set_name(struct activity *activity, struct str application_name)
{
	struct activity_view *view = &activity->view;

	pthread_mutex_lock(&activity->mutex);
	view->application_name_len = put(view->application_name,
	    sizeof(view->application_name), application_name);
	pthread_mutex_unlock(&activity->mutex);
}

void
activity_set_request(struct activity *activity, struct str request_id)
{
	struct activity_view *view = &activity->view;

	pthread_mutex_lock(&activity->mutex);
	view->request_id_len =
	    put(view->request_id, sizeof(view->request_id), request_id);
	pthread_mutex_unlock(&activity->mutex);
}

/* ---- what its time was ---- */

static void
add_time(struct database_stats *stats, enum database_count what, int64_t from,
    int64_t now)
{
	if (now > from) /* the clock may jump */
		database_count(stats, what, (uint64_t)(now - from));
}

/* With the mutex: the state that has lasted until now ends. */
static void
count_time(struct activity *activity, int64_t now)
{
	const struct activity_view *view = &activity->view;

	if (activity->stats == NULL)
		return;
	add_time(activity->stats, DATABASE_SESSION_US, activity->counted_until,
	    now);
	activity->counted_until = now;
	switch (view->state) {
	case ACTIVITY_IDLE:
		break;
	case ACTIVITY_ACTIVE:
		add_time(activity->stats, DATABASE_ACTIVE_US,
		    view->state_change, now);
		break;
	case ACTIVITY_IN_TRANSACTION:
	case ACTIVITY_IN_FAILED_TRANSACTION:
		add_time(activity->stats, DATABASE_IDLE_IN_TRANSACTION_US,
		    view->state_change, now);
		break;
	}
}

void
activity_count(struct activity *activity, struct database_stats *stats,
    int64_t now)
{
	pthread_mutex_lock(&activity->mutex);
	activity->stats = stats;
	activity->counted_until = now;
	pthread_mutex_unlock(&activity->mutex);
}

void
activity_close(struct activity *activity, int64_t now)
{
	pthread_mutex_lock(&activity->mutex);
	count_time(activity, now);
	activity->stats = NULL;
	pthread_mutex_unlock(&activity->mutex);
}

/* ---- what it does ---- */

void
activity_begin(struct activity *activity, struct str query, int64_t now)
{
	struct activity_view *view = &activity->view;

	pthread_mutex_lock(&activity->mutex);
	if (view->transaction_start == 0)
		view->transaction_start = now;
	if (view->state != ACTIVITY_ACTIVE) {
		count_time(activity, now);
		view->state_change = now;
	}
	view->state = ACTIVITY_ACTIVE;
	view->query_start = now;
	view->query_len = put(view->query, sizeof(view->query), query);
	pthread_mutex_unlock(&activity->mutex);
}

void
activity_end(struct activity *activity, enum activity_state state, int64_t now)
{
	struct activity_view *view = &activity->view;

	pthread_mutex_lock(&activity->mutex);
	count_time(activity, now);
	if (state == ACTIVITY_IDLE)
		view->transaction_start = 0;
	view->state = state;
	view->state_change = now;
	pthread_mutex_unlock(&activity->mutex);
}

void
activity_get(struct activity *activity, struct activity_view *out)
{
	pthread_mutex_lock(&activity->mutex);
	*out = activity->view;
	pthread_mutex_unlock(&activity->mutex);
}
