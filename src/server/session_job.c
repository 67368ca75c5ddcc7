/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_job.c -- rows of a job on their way to the client.
 *
 * The worker encodes them into chunks and sends each full one to the net thread;
 * after CONN_OUT_HIGH bytes it stops, until the socket has taken them.
 */
#include "common/cancel.h"
#include "server/session_private.h"

#define CHUNK_BYTES ((size_t)64 << 10)

int
job_begin(struct session *session)
{
	struct job *job = &session->job;

	if (job->chunk == NULL)
		job->chunk = net_chunk_new(&session->server->memory);
	job->outcome = JOB_DONE; /* it may go on after JOB_PARKED */
	if (session_check_cancel(session) != 0)
		return session->err.code;
	if (job->chunk == NULL)
		return error_no_memory(&session->err);
	return 0;
}

static void
chunk_cb(struct loop_post *post)
{
	struct net_chunk *chunk = POST_OWNER(post, struct net_chunk, post);
	struct session *session = chunk->owner;

	if (session->conn == NULL) {
		net_chunk_free(chunk);
		return;
	}
	conn_write(session->conn, chunk);
	(void)conn_settle(session->conn);
}

/*
 * Send the full chunk; false when it is time to stop for a while.  Without
 * memory for another the job fails.
 */
static bool
hand_over(struct session *session)
{
	struct job *job = &session->job;
	struct net_chunk *chunk = job->chunk;

	job->handed_bytes += chunk->bytes.len;
	job->chunk = net_chunk_new(&session->server->memory);
	chunk->owner = session;
	chunk->post.fn = chunk_cb;
	loop_post(session->net->loop, &chunk->post);
	if (job->chunk == NULL) {
		job->rc = error_no_memory(&session->err);
		return true;
	}
	return job->handed_bytes < CONN_OUT_HIGH &&
	    !cancel_is_set(&session->cancel);
}

bool
job_put_rows(struct session *session, const struct batch *batch, uint32_t first,
    uint32_t count, uint32_t *put)
{
	struct job *job = &session->job;
	bool is_short = job->is_inline && !job->is_hasty;
	size_t limit = is_short ? SIZE_MAX : CHUNK_BYTES;
	bool has_room = true;

	*put = 0;
	if (job->kind == JOB_MOVE) {
		*put = count;
		job->row_count += count;
		return true;
	}
	while (*put < count && has_room && job->rc == 0) {
		struct buf *out = &job->chunk->bytes;
		uint32_t done = session->voice->rows(session, out, batch,
		    first + *put, count - *put, limit);

		*put += done;
		job->row_count += done;
		if (job->rc == 0 && out->len >= limit)
			has_room = !job->is_hasty && hand_over(session);
	}
	return has_room;
}

void
job_pause(struct session *session)
{
	struct job *job = &session->job;

	if (session->voice->pause != NULL && job->chunk != NULL)
		session->voice->pause(session, &job->chunk->bytes);
}
