/* SPDX-License-Identifier: Apache-2.0 */
/*
 * null_server.c -- a server that does nothing: what client, wire and disk
 * allow, and no server can beat.
 *
 *	null_server PORT [LOG_FILE]
 *
 * One port takes what null_talk.h knows.  With LOG_FILE, a group of statements
 * is answered only after a record of 200 bytes for each of them is on disk: one
 * thread moves bytes, the other writes and syncs what has gathered meanwhile.
 * Prints a line when it listens.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "null_log.h"
#include "null_talk.h"

enum {
	CONNECTIONS_MAX = 1024,
	EVENTS_MAX = 64,
};

struct connection {
	int fd;
	struct talk talk;
};

static struct connection *connections[CONNECTIONS_MAX];

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static void
send_durable(struct connection *c)
{
	uint64_t durable = null_log_durable();
	size_t len;

	while ((len = talk_sendable(&c->talk, durable)) > 0) {
		size_t done = 0;

		while (done < len) {
			ssize_t n =
			    write(c->fd, c->talk.out + done, len - done);

			if (n <= 0)
				break; /* reading will find the end too */
			done += (size_t)n;
		}
		talk_sent(&c->talk, len);
	}
}

static void
connection_close(int i)
{
	close(connections[i]->fd);
	free(connections[i]);
	connections[i] = NULL;
}

/* Without room for answers it is read once the log has come so far. */
static void
connection_read(int i)
{
	struct connection *c = connections[i];
	struct talk *talk = &c->talk;
	ssize_t n;

	if (!talk_has_room(talk))
		return;
	n = read(c->fd, talk->in + talk->in_len, IN_SIZE - talk->in_len);
	if (n > 0)
		talk->in_len += (size_t)n;
	if (n <= 0 || !talk_answer(talk)) {
		connection_close(i);
		return;
	}
	send_durable(c);
}

static void
send_all_durable(void)
{
	for (int i = 0; i < CONNECTIONS_MAX; i++)
		if (connections[i] != NULL)
			send_durable(connections[i]);
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
serve(int listen_fd, int wake_fd)
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
				send_all_durable();
			else if (who < CONNECTIONS_MAX &&
			    connections[who] != NULL)
				connection_read((int)who);
		}
	}
}

int
main(int argc, char **argv)
{
	int listen_fd, wake_fd;

	if (argc < 2) {
		fputs("usage: null_server PORT [LOG_FILE]\n", stderr);
		return EXIT_FAILURE;
	}
	wake_fd = eventfd(0, 0);
	if (wake_fd == -1)
		die("eventfd");
	if (argc > 2)
		null_log_open(argv[2], wake_fd);
	listen_fd = listen_on((uint16_t)atoi(argv[1]));
	puts("listening");
	fflush(stdout);
	serve(listen_fd, wake_fd);
	return EXIT_SUCCESS;
}
