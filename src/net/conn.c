/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conn.c -- connections, read into the loop's scratch buffer and written from
 * chunks.
 *
 * Input is a view: while the owner looks at fresh bytes it points into the
 * scratch buffer; what he leaves is moved to `in`, and the view with it.
 */
#include "net/conn.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/error.h"
#include "common/log.h"
#include "net/conn_io.h"
#include "net/tls.h"

#define WRITE_VECTORS 32
/* What is queued behind a chunk is put into it up to here: replies are short. */
#define JOINED_MAX ((size_t)16 << 10)
/* Unread input that is thrown away before a close, so that no reset is sent. */
#define DISCARD_MAX ((size_t)4 << 20)

enum conn_state { CONN_OPEN, CONN_CLOSING, CONN_CLOSED };

struct conn {
	struct loop_post post; /* frees it on a later turn */
	struct loop *loop;
	const struct conn_handler *handler;
	void *owner; /* borrowed */
	struct conn_io io;
	enum conn_state state;
	struct event *readable;
	struct event *writable;
	bool is_reading;
	bool is_writing; /* waits for `writable`, */
	bool is_full;    /* because output is queued, or else input waits */
	bool owes_drained;
	bool in_read; /* inside handler->input() of read_cb() */
	bool keeps_half_closed;
	bool has_ended; /* the input, and the connection goes on */

	struct buf in;       /* bytes kept for the owner */
	const uint8_t *view; /* what was not consumed, */
	size_t view_len;     /* in `in` or in the loop's scratch */
	size_t want;         /* conn_want() */
	size_t limit;        /* conn_limit_input(); 0: none */

	struct net_chunk *first; /* to be sent */
	struct net_chunk *last;
	size_t out_bytes;
	struct timeval read_timeout;     /* of the peer; 0: none */
	struct conn_keepalive keepalive; /* as it was set last */
	int unsent; /* bytes that the kernel had when it took no more */

	size_t counted_bytes; /* of both, in loop_conn_bytes() */
};

#define TO(state) (1u << (state))
static const unsigned conn_next[] = {
	[CONN_OPEN] = TO(CONN_CLOSING) | TO(CONN_CLOSED),
	[CONN_CLOSING] = TO(CONN_CLOSED),
	[CONN_CLOSED] = 0,
};

static void
conn_set_state(struct conn *conn, enum conn_state next)
{
	assert(conn_next[conn->state] & TO(next));
	conn->state = next;
}

struct net_chunk *
net_chunk_new(struct mem_budget *budget)
{
	struct net_chunk *chunk = malloc(sizeof(*chunk));

	if (chunk == NULL)
		return NULL;
	chunk->next = NULL;
	chunk->owner = NULL;
	chunk->sent = 0;
	buf_init_charged(&chunk->bytes, budget);
	return chunk;
}

void
net_chunk_free(struct net_chunk *chunk)
{
	if (chunk == NULL)
		return;
	buf_release(&chunk->bytes);
	free(chunk);
}

/* What it holds has changed: the loop's statistics follow. */
static void
count_bytes(struct conn *conn)
{
	size_t bytes = conn->in.capacity + conn->out_bytes;

	if (bytes == conn->counted_bytes)
		return;
	loop_add_conn_bytes(conn->loop, bytes - conn->counted_bytes);
	conn->counted_bytes = bytes;
}

static void
conn_free(struct conn *conn)
{
	if (conn->readable != NULL)
		event_free(conn->readable);
	if (conn->writable != NULL)
		event_free(conn->writable);
	loop_add_conn_bytes(conn->loop, (size_t)0 - conn->counted_bytes);
	buf_release(&conn->in);
	free(conn);
}

static void
freed_cb(struct loop_post *post)
{
	/* post is the first member. */
	conn_free((struct conn *)(void *)post);
}

static void
discard_input(struct conn *conn)
{
	uint8_t *scratch = loop_scratch(conn->loop);
	size_t total = 0;
	ssize_t got;

	do {
		got =
		    recv(conn->io.fd, scratch, LOOP_SCRATCH_SIZE, MSG_DONTWAIT);
		if (got > 0)
			total += (size_t)got;
	} while (got > 0 && total < DISCARD_MAX);
}

void
conn_close(struct conn *conn)
{
	if (conn->state == CONN_CLOSED)
		return;
	conn_set_state(conn, CONN_CLOSED);
	(void)event_del(conn->readable);
	(void)event_del(conn->writable);
	discard_input(conn);
	conn_io_close(&conn->io);
	while (conn->first != NULL) {
		struct net_chunk *next = conn->first->next;

		net_chunk_free(conn->first);
		conn->first = next;
	}
	conn->last = NULL;
	conn->out_bytes = 0;
	conn->view_len = 0;
	conn->handler->closed(conn->owner);
	conn->post.fn = freed_cb;
	loop_post(conn->loop, &conn->post);
}

/* ---- output ---- */

void
conn_set_read_timeout(struct conn *conn, uint64_t timeout_ms)
{
	conn->read_timeout.tv_sec = (time_t)(timeout_ms / 1000);
	conn->read_timeout.tv_usec = (suseconds_t)(timeout_ms % 1000 * 1000);
}

/* What a connection has that nobody has set it for. */
static unsigned
system_tcp(int option)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	unsigned value = 0;
	socklen_t size = sizeof(value);

	if (fd < 0)
		return 0;
	if (getsockopt(fd, IPPROTO_TCP, option, &value, &size) != 0)
		value = 0;
	(void)close(fd);
	return value;
}

static void
set_tcp(struct conn *conn, int option, unsigned *had, unsigned value)
{
	unsigned taken = value;

	if (*had == value)
		return;
	*had = value;
	if (value == 0)
		taken = system_tcp(option);
	/* What cannot be set is not worth losing a client for. */
	(void)setsockopt(conn->io.fd, IPPROTO_TCP, option, &taken,
	    sizeof(taken));
}

void
conn_set_keepalive(struct conn *conn, const struct conn_keepalive *keepalive)
{
	struct conn_keepalive *had = &conn->keepalive;

	if (conn->state == CONN_CLOSED)
		return; /* and its descriptor may be another's */
	set_tcp(conn, TCP_KEEPIDLE, &had->idle_s, keepalive->idle_s);
	set_tcp(conn, TCP_KEEPINTVL, &had->interval_s, keepalive->interval_s);
	set_tcp(conn, TCP_KEEPCNT, &had->count, keepalive->count);
	set_tcp(conn, TCP_USER_TIMEOUT, &had->user_timeout_ms,
	    keepalive->user_timeout_ms);
}

/* Put a short chunk's bytes behind those of the last one, if that can be. */
static bool
join_last(struct conn *conn, const struct net_chunk *chunk)
{
	struct net_chunk *last = conn->last;

	if (last == NULL || last->bytes.len + chunk->bytes.len > JOINED_MAX)
		return false;
	if (!buf_reserve(&last->bytes, chunk->bytes.len)) {
		last->bytes.failed = false; /* what it has is still right */
		return false;
	}
	buf_put(&last->bytes, chunk->bytes.data, chunk->bytes.len);
	return true;
}

void
conn_write(struct conn *conn, struct net_chunk *chunk)
{
	chunk->next = NULL;
	chunk->sent = 0;
	if (conn->state == CONN_CLOSED || chunk->bytes.len == 0) {
		net_chunk_free(chunk);
		return;
	}
	conn->out_bytes += chunk->bytes.len;
	if (join_last(conn, chunk)) {
		net_chunk_free(chunk);
		return;
	}
	if (conn->last == NULL)
		conn->first = chunk;
	else
		conn->last->next = chunk;
	conn->last = chunk;
}

void
conn_notify_drained(struct conn *conn)
{
	assert(conn->is_full && conn->out_bytes >= CONN_OUT_LOW);
	conn->owes_drained = true;
}

/* Whether the owner waits for what is true now. */
static bool
is_drained(const struct conn *conn)
{
	return conn->owes_drained && conn->out_bytes < CONN_OUT_LOW;
}

size_t
conn_out_bytes(const struct conn *conn)
{
	return conn->out_bytes;
}

/* Forget `len` bytes that the kernel has taken. */
static void
advance(struct conn *conn, size_t len)
{
	conn->out_bytes -= len;
	while (len > 0) {
		struct net_chunk *chunk = conn->first;
		size_t left;

		assert(chunk != NULL); /* no more is taken than is queued */
		left = chunk->bytes.len - chunk->sent;
		if (len < left) {
			chunk->sent += len;
			return;
		}
		len -= left;
		conn->first = chunk->next;
		if (conn->first == NULL)
			conn->last = NULL;
		net_chunk_free(chunk);
	}
}

/* Returns 1 if all is sent, 0 if the socket is full, -1 if it is broken. */
static int
send_queued(struct conn *conn)
{
	while (conn->first != NULL) {
		struct iovec vectors[WRITE_VECTORS];
		struct net_chunk *chunk = conn->first;
		size_t count = 0;
		ssize_t sent;

		for (; chunk != NULL && count < WRITE_VECTORS;
		     chunk = chunk->next)
			vectors[count++] = (struct iovec){
				.iov_base = chunk->bytes.data + chunk->sent,
				.iov_len = chunk->bytes.len - chunk->sent,
			};
		sent = conn->io.table->send(&conn->io, vectors, count);
		if (sent >= 0)
			advance(conn, (size_t)sent);
		else if (errno == EAGAIN)
			return 0;
		else if (errno != EINTR)
			return -1;
	}
	return 1;
}

/*
 * Bytes that the kernel has and the peer has not; -1 if it does not say.  A socket
 * calls itself writable only when a third of its buffer is free, which a slow
 * peer may take minutes for.
 */
static int
unsent_bytes(const struct conn *conn)
{
	int bytes;

	return ioctl(conn->io.fd, SIOCOUTQ, &bytes) == 0 ? bytes : -1;
}

static void
watch_writable(struct conn *conn)
{
	bool on = conn->is_full || conn->io.table->wants_write(&conn->io);
	const struct timeval *timeout = &conn->read_timeout;

	if (conn->is_writing == on)
		return;
	conn->is_writing = on;
	if (on)
		(void)event_add(conn->writable,
		    evutil_timerisset(timeout) ? timeout : NULL);
	else
		(void)event_del(conn->writable);
}

/* False if the connection is closed now. */
static bool
flush(struct conn *conn)
{
	int rc = conn->first == NULL ? 1 : send_queued(conn);

	if (rc < 0 || (rc == 1 && conn->state == CONN_CLOSING)) {
		conn_close(conn);
		return false;
	}
	conn->is_full = rc == 0;
	if (conn->is_full)
		conn->unsent = unsent_bytes(conn);
	watch_writable(conn);
	count_bytes(conn);
	return true;
}

/* ---- input ---- */

struct str
conn_input(const struct conn *conn)
{
	return str_of((const char *)conn->view, conn->view_len);
}

void
conn_consume(struct conn *conn, size_t len)
{
	assert(len <= conn->view_len);
	if (len == 0)
		return; /* an empty view points nowhere */
	conn->view += len;
	conn->view_len -= len;
}

void
conn_want(struct conn *conn, size_t len)
{
	conn->want = len;
}

void
conn_keep_half_closed(struct conn *conn)
{
	conn->keeps_half_closed = true;
}

bool
conn_input_has_ended(const struct conn *conn)
{
	return conn->has_ended;
}

bool
conn_has_more(const struct conn *conn)
{
	int bytes;

	return conn->state == CONN_OPEN &&
	    ioctl(conn->io.fd, FIONREAD, &bytes) == 0 && bytes > 0;
}

void
conn_limit_input(struct conn *conn, size_t bytes)
{
	conn->limit = bytes;
}

/* Move the view to the start of `in`, or give the memory back. */
static bool
keep_input(struct conn *conn)
{
	bool is_kept = conn->in.len > 0;

	if (conn->view_len == 0) {
		buf_release(&conn->in);
		conn->view = NULL;
		return true;
	}
	if (is_kept) {
		if (conn->view != conn->in.data)
			memmove(conn->in.data, conn->view, conn->view_len);
		conn->in.len = conn->view_len;
	} else {
		buf_put(&conn->in, conn->view, conn->view_len);
	}
	conn->view = conn->in.data;
	return !conn->in.failed;
}

static void
watch_readable(struct conn *conn)
{
	size_t enough = conn->limit > 0    ? conn->limit
	    : conn->want > CONN_READ_AHEAD ? conn->want
					   : CONN_READ_AHEAD;
	bool on = conn->state == CONN_OPEN && !conn->has_ended &&
	    conn->view_len < enough;

	if (conn->is_reading == on)
		return;
	conn->is_reading = on;
	if (on)
		(void)event_add(conn->readable, NULL);
	else
		(void)event_del(conn->readable);
}

bool
conn_settle(struct conn *conn)
{
	if (conn->state == CONN_CLOSED)
		return false;
	if (!flush(conn))
		return false;
	/*
	 * Who settles may be far from ready for the owner's drained(), and
	 * nobody waits for the socket any more: let the loop say it.
	 */
	if (is_drained(conn))
		event_active(conn->writable, EV_WRITE, 0);
	/* read_cb() does the rest itself, after its owner. */
	if (conn->in_read)
		return true;
	if (!keep_input(conn)) {
		conn_close(conn);
		return false;
	}
	watch_readable(conn);
	count_bytes(conn);
	return true;
}

/* Bytes from the socket: behind those that are kept, or to the scratch. */
static ssize_t
receive(struct conn *conn)
{
	size_t size = conn->limit > 0 ? CONN_INPUT_LEAST : LOOP_SCRATCH_SIZE;
	ssize_t got;

	if (conn->in.len == 0) {
		uint8_t *scratch = loop_scratch(conn->loop);

		got = conn->io.table->receive(&conn->io, scratch, size);
		if (got > 0) {
			conn->view = scratch;
			conn->view_len = (size_t)got;
		}
		return got;
	}
	if (!buf_reserve(&conn->in, size)) {
		errno = ENOMEM;
		return -1;
	}
	conn->view = conn->in.data; /* which has moved, maybe */
	got = conn->io.table->receive(&conn->io, conn->in.data + conn->in.len,
	    size);
	if (got > 0) {
		conn->in.len += (size_t)got;
		conn->view_len = conn->in.len;
	}
	return got;
}

static void
read_cb(int fd UNUSED, short what UNUSED, void *arg)
{
	struct conn *conn = arg;
	ssize_t got = receive(conn);

	if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
		watch_writable(conn);
		return;
	}
	if (got == 0 && conn->keeps_half_closed && !conn->has_ended &&
	    !conn->io.table->is_over(&conn->io)) {
		conn->has_ended = true;
	} else if (got <= 0) {
		conn_close(conn);
		return;
	}
	conn->in_read = true;
	conn->handler->input(conn->owner);
	conn->in_read = false;
	if (conn_settle(conn) && conn->io.table->is_over(&conn->io))
		conn_close(conn);
}

/* Nothing was written for so long: has the peer read nothing either? */
static void
read_timed_out(struct conn *conn)
{
	int unsent = unsent_bytes(conn);

	if (unsent != conn->unsent) {
		conn->unsent = unsent; /* and another turn */
		return;
	}
	log_info(LOG_NET, "a client takes no output: disconnected",
	    LOG_UINT("bytes", conn->out_bytes));
	conn_close(conn);
}

static void
write_cb(int fd, short what, void *arg)
{
	struct conn *conn = arg;

	if ((what & EV_TIMEOUT) != 0) {
		read_timed_out(conn);
		return;
	}
	if (conn->io.table->wants_write(&conn->io)) {
		read_cb(fd, what, arg);
		if (conn->state == CONN_CLOSED)
			return;
	}
	if (!flush(conn))
		return;
	if (is_drained(conn)) {
		conn->owes_drained = false;
		conn->handler->drained(conn->owner);
	}
}

void
conn_finish(struct conn *conn)
{
	if (conn->state != CONN_OPEN)
		return;
	conn_set_state(conn, CONN_CLOSING);
	conn->view_len = 0;
	watch_readable(conn);
	(void)flush(conn);
}

/* An address of the internet as text. */
static bool
address_text(const struct sockaddr_storage *at, char text[CONN_ADDRESS_SIZE],
    uint16_t *port)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)at;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)at;

	if (at->ss_family == AF_INET) {
		*port = ntohs(v4->sin_port);
		return inet_ntop(AF_INET, &v4->sin_addr, text,
			   CONN_ADDRESS_SIZE) != NULL;
	}
	if (at->ss_family != AF_INET6)
		return false;
	*port = ntohs(v6->sin6_port);
	return inet_ntop(AF_INET6, &v6->sin6_addr, text, CONN_ADDRESS_SIZE) !=
	    NULL;
}

bool
conn_own_address(const struct conn *conn, char address[CONN_ADDRESS_SIZE],
    uint16_t *port)
{
	struct sockaddr_storage at = { .ss_family = AF_UNSPEC };
	socklen_t size = sizeof(at);

	return getsockname(conn->io.fd, (struct sockaddr *)&at, &size) == 0 &&
	    address_text(&at, address, port);
}

bool
conn_peer_address(const struct conn *conn, char address[CONN_ADDRESS_SIZE],
    uint16_t *port)
{
	struct sockaddr_storage at = { .ss_family = AF_UNSPEC };
	socklen_t size = sizeof(at);

	return getpeername(conn->io.fd, (struct sockaddr *)&at, &size) == 0 &&
	    address_text(&at, address, port);
}

bool
conn_is_local(const struct conn *conn)
{
	int domain;
	socklen_t size = sizeof(domain);

	return getsockopt(conn->io.fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) ==
	    0 &&
	    domain == AF_UNIX;
}

bool
conn_peer_uid(const struct conn *conn, uid_t *uid)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (!conn_is_local(conn) ||
	    getsockopt(conn->io.fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
		return false;
	*uid = peer.uid;
	return true;
}

/* ---- TLS ---- */

int
conn_start_tls(struct conn *conn, struct tls_context *context,
    const struct tls_wish *wish, struct error *err)
{
	struct str early = conn_input(conn);
	int rc;

	assert(conn->state == CONN_OPEN);
	if (!flush(conn) || conn->first != NULL)
		return error_set(err, STELE_E_CONNECTION_FAILURE,
		    "could not send what comes before TLS");
	rc = conn_io_start_tls(&conn->io, context, wish, early, err);
	if (rc != 0)
		return rc;
	conn_consume(conn, early.len);
	conn->want = 0;
	/* The socket may have nothing more to say. */
	if (early.len > 0)
		event_active(conn->readable, EV_READ, 0);
	return 0;
}

bool
conn_is_tls(const struct conn *conn)
{
	return conn->io.tls != NULL;
}

int
conn_tls_facts(const struct conn *conn, struct arena *arena,
    struct tls_facts *out, struct error *err)
{
	return tls_facts_get(conn->io.tls, arena, out, err);
}

size_t
conn_channel_binding(const struct conn *conn, uint8_t hash[TLS_HASH_MAX])
{
	if (conn->io.tls == NULL)
		return 0;
	return tls_server_end_point(conn->io.tls, hash);
}

int
conn_open(struct loop *loop, int fd, const struct conn_handler *handler,
    void *owner, struct mem_budget *budget, struct conn **out,
    struct error *err)
{
	struct conn *conn = calloc(1, sizeof(*conn));

	*out = NULL;
	if (conn == NULL)
		goto fail;
	conn->loop = loop;
	conn->handler = handler;
	conn->owner = owner;
	conn_io_open_plain(&conn->io, fd);
	buf_init_charged(&conn->in, budget);
	conn->readable =
	    event_new(loop_base(loop), fd, EV_READ | EV_PERSIST, read_cb, conn);
	conn->writable = event_new(loop_base(loop), fd, EV_WRITE | EV_PERSIST,
	    write_cb, conn);
	if (conn->readable == NULL || conn->writable == NULL)
		goto fail;
	watch_readable(conn);
	*out = conn;
	return 0;
fail:
	close(fd);
	if (conn != NULL)
		conn_free(conn);
	return error_no_memory(err);
}
