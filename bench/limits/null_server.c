/* SPDX-License-Identifier: Apache-2.0 */
/*
 * null_server.c -- a PostgreSQL server that does nothing: what client, wire
 * and disk allow, and no server can beat.
 *
 *	null_server PORT [LOG_FILE]
 *
 * Every statement is answered as an INSERT of one row, every COPY swallowed.
 * With LOG_FILE, a group of statements up to its Sync is answered only after a
 * record of 200 bytes for each of them is on disk: one thread moves bytes, the
 * other writes and syncs what has gathered meanwhile, in a file that was
 * filled with zeros once (the group commit of any durable server, without the
 * server).  Prints a line when it listens.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	RECORD_SIZE = 200,
	LOG_SIZE = 64 << 20,
	GROUP_SIZE_MAX = 4 << 20,
	IN_SIZE = 1 << 20,
	OUT_SIZE = 4 << 20,
	CONNECTIONS_MAX = 1024,
	EVENTS_MAX = 64,
};

#define SSL_REQUEST 80877103u
#define GSS_REQUEST 80877104u

struct connection {
	int fd;
	bool is_started;
	uint32_t statements;  /* since the last Sync */
	uint64_t waits_group; /* answers go out when it is on disk; 0: none */
	size_t in_len;
	size_t out_len;
	char in[IN_SIZE];
	char out[OUT_SIZE];
};

static struct connection *connections[CONNECTIONS_MAX];
static int wake_fd; /* the log thread tells the other one */

/* Between the two threads, under `lock`, but for group_durable. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t has_work;
	uint32_t gathered_bytes;
	uint64_t group; /* that is being gathered */
	int fd;
} group_log = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 1, -1 };

static atomic_uint_least64_t group_durable;

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

/* ---- log ---- */

static void
log_open(const char *path)
{
	static const char zeros[1 << 20];

	group_log.fd = open(path, O_CREAT | O_RDWR | O_TRUNC, 0600);
	if (group_log.fd == -1)
		die(path);
	for (size_t done = 0; done < LOG_SIZE; done += sizeof(zeros))
		if (write(group_log.fd, zeros, sizeof(zeros)) !=
		    (ssize_t)sizeof(zeros))
			die(path);
	if (fsync(group_log.fd) == -1)
		die(path);
}

static void *
log_run(void *arg)
{
	static const char records[GROUP_SIZE_MAX] = { 1 };
	const uint64_t one = 1;
	off_t at = 0;

	(void)arg;
	for (;;) {
		uint64_t group;
		uint32_t bytes;

		pthread_mutex_lock(&group_log.lock);
		while (group_log.gathered_bytes == 0)
			pthread_cond_wait(&group_log.has_work, &group_log.lock);
		bytes = group_log.gathered_bytes;
		group = group_log.group++;
		group_log.gathered_bytes = 0;
		pthread_mutex_unlock(&group_log.lock);
		if (bytes > GROUP_SIZE_MAX)
			bytes = GROUP_SIZE_MAX;
		if (at + bytes > LOG_SIZE)
			at = 0;
		if (pwrite(group_log.fd, records, bytes, at) != bytes ||
		    fdatasync(group_log.fd) == -1)
			die("log");
		at += bytes;
		atomic_store_explicit(&group_durable, group,
		    memory_order_release);
		if (write(wake_fd, &one, sizeof(one)) == -1)
			die("eventfd");
	}
	return NULL;
}

/* The group that the records of a connection are in. */
static uint64_t
log_append(uint32_t statements)
{
	uint64_t group;

	pthread_mutex_lock(&group_log.lock);
	group_log.gathered_bytes += statements * RECORD_SIZE;
	group = group_log.group;
	pthread_cond_signal(&group_log.has_work);
	pthread_mutex_unlock(&group_log.lock);
	return group;
}

/* ---- messages ---- */

static uint32_t
read_be32(const char *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return ntohl(value);
}

static void
put(struct connection *c, char type, const char *body, uint32_t len)
{
	uint32_t be = htonl(len + 4);

	if (c->out_len + len + 5 > OUT_SIZE)
		die("a pipeline is too long");
	c->out[c->out_len] = type;
	memcpy(c->out + c->out_len + 1, &be, sizeof(be));
	memcpy(c->out + c->out_len + 5, body, len);
	c->out_len += len + 5;
}

static void
put_start(struct connection *c)
{
	static const char *const parameters[][2] = {
		{ "server_version", "15.0" },
		{ "server_encoding", "UTF8" },
		{ "client_encoding", "UTF8" },
		{ "standard_conforming_strings", "on" },
		{ "integer_datetimes", "on" },
	};

	put(c, 'R', "\0\0\0\0", 4);
	for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]);
	     i++) {
		char body[64];
		size_t name = strlen(parameters[i][0]) + 1;
		size_t value = strlen(parameters[i][1]) + 1;

		memcpy(body, parameters[i][0], name);
		memcpy(body + name, parameters[i][1], value);
		put(c, 'S', body, (uint32_t)(name + value));
	}
	put(c, 'Z', "I", 1);
}

static void
end_statements(struct connection *c)
{
	put(c, 'Z', "I", 1);
	if (c->statements > 0 && group_log.fd != -1)
		c->waits_group = log_append(c->statements);
	c->statements = 0;
}

static void
put_insert(struct connection *c)
{
	put(c, 'C', "INSERT 0 1", sizeof("INSERT 0 1"));
	c->statements++;
}

/* False: the client is leaving. */
static bool
answer(struct connection *c, char type, const char *body)
{
	switch (type) {
	case 'P':
		put(c, '1', "", 0);
		break;
	case 'B':
		put(c, '2', "", 0);
		break;
	case 'D':
		put(c, 'n', "", 0);
		break;
	case 'E':
		put_insert(c);
		break;
	case 'C':
		put(c, '3', "", 0);
		break;
	case 'S':
		end_statements(c);
		break;
	case 'Q':
		if (strncasecmp(body, "copy", 4) == 0) {
			put(c, 'G', "\0\0\0", 3);
			break;
		}
		put_insert(c);
		end_statements(c);
		break;
	case 'c':
		put(c, 'C', "COPY 1", sizeof("COPY 1"));
		c->statements++;
		end_statements(c);
		break;
	case 'X':
		return false;
	default:
		break; /* Flush and CopyData have no answer */
	}
	return true;
}

/* The length of the first message if it is complete, else 0. */
static size_t
first_message(const struct connection *c, const char *at, size_t left)
{
	size_t header = c->is_started ? 1 : 0;
	size_t len;

	if (left < header + 4)
		return 0;
	len = header + read_be32(at + header);
	if (len > IN_SIZE || len < header + 4)
		die("a message is too long");
	return len <= left ? len : 0;
}

static bool
take_input(struct connection *c)
{
	size_t at = 0, len;

	while ((len = first_message(c, c->in + at, c->in_len - at)) > 0) {
		const char *message = c->in + at;

		at += len;
		if (c->is_started) {
			if (!answer(c, message[0], message + 5))
				return false;
			continue;
		}
		if (len >= 8 &&
		    (read_be32(message + 4) == SSL_REQUEST ||
			read_be32(message + 4) == GSS_REQUEST)) {
			c->out[c->out_len++] = 'N';
			continue;
		}
		c->is_started = true;
		put_start(c);
	}
	memmove(c->in, c->in + at, c->in_len - at);
	c->in_len -= at;
	return true;
}

/* ---- sockets ---- */

static void
flush_output(struct connection *c)
{
	size_t done = 0;

	while (done < c->out_len) {
		ssize_t n = write(c->fd, c->out + done, c->out_len - done);

		if (n <= 0)
			break; /* reading will find the end too */
		done += (size_t)n;
	}
	c->out_len = 0;
}

static void
connection_close(int i)
{
	close(connections[i]->fd);
	free(connections[i]);
	connections[i] = NULL;
}

static void
connection_read(int i)
{
	struct connection *c = connections[i];
	ssize_t n = read(c->fd, c->in + c->in_len, IN_SIZE - c->in_len);

	if (n <= 0) {
		connection_close(i);
		return;
	}
	c->in_len += (size_t)n;
	if (!take_input(c)) {
		connection_close(i);
		return;
	}
	if (c->waits_group == 0)
		flush_output(c);
}

static void
flush_durable(void)
{
	uint64_t durable =
	    atomic_load_explicit(&group_durable, memory_order_acquire);

	for (int i = 0; i < CONNECTIONS_MAX; i++) {
		struct connection *c = connections[i];

		if (c == NULL || c->waits_group == 0 ||
		    c->waits_group > durable)
			continue;
		c->waits_group = 0;
		flush_output(c);
	}
}

static void
accept_one(int epoll_fd, int listen_fd)
{
	struct epoll_event event = { .events = EPOLLIN };
	int one = 1;
	int fd = accept(listen_fd, NULL, NULL);

	if (fd == -1)
		return;
	for (int i = 0; i < CONNECTIONS_MAX; i++) {
		if (connections[i] != NULL)
			continue;
		connections[i] = calloc(1, sizeof(*connections[i]));
		if (connections[i] == NULL)
			die("connection");
		connections[i]->fd = fd;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		event.data.u32 = (uint32_t)i;
		epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
		return;
	}
	close(fd);
}

static int
listen_on(uint16_t port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	/* The socket calls take any address through this one type. */
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == -1 ||
	    listen(fd, CONNECTIONS_MAX) == -1)
		die("listen");
	return fd;
}

static void
serve(int listen_fd)
{
	const uint32_t listening = CONNECTIONS_MAX,
		       waking = CONNECTIONS_MAX + 1;
	int epoll_fd = epoll_create1(0);
	struct epoll_event event = { .events = EPOLLIN };

	event.data.u32 = listening;
	epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listen_fd, &event);
	event.data.u32 = waking;
	epoll_ctl(epoll_fd, EPOLL_CTL_ADD, wake_fd, &event);
	for (;;) {
		struct epoll_event events[EVENTS_MAX];
		int count = epoll_wait(epoll_fd, events, EVENTS_MAX, -1);
		uint64_t ignored;

		for (int i = 0; i < count; i++) {
			uint32_t who = events[i].data.u32;

			if (who == listening)
				accept_one(epoll_fd, listen_fd);
			else if (who == waking &&
			    read(wake_fd, &ignored, sizeof(ignored)) != -1)
				flush_durable();
			else if (who < CONNECTIONS_MAX &&
			    connections[who] != NULL)
				connection_read((int)who);
		}
	}
}

int
main(int argc, char **argv)
{
	pthread_t thread;
	int listen_fd;

	if (argc < 2) {
		fputs("usage: null_server PORT [LOG_FILE]\n", stderr);
		return EXIT_FAILURE;
	}
	wake_fd = eventfd(0, 0);
	if (argc > 2) {
		log_open(argv[2]);
		if (pthread_create(&thread, NULL, log_run, NULL) != 0)
			die("thread");
	}
	listen_fd = listen_on((uint16_t)atoi(argv[1]));
	puts("listening");
	fflush(stdout);
	serve(listen_fd);
	return EXIT_SUCCESS;
}
