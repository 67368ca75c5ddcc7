/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listener.c -- listening sockets, and what to do when descriptors run out.
 */
#include "net/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/error.h"
#include "common/log.h"

#define BACKLOG          1024
#define ACCEPTS_PER_TURN 64
/* How long to wait when there is no descriptor left for a connection. */
#define RETRY_MS 100

struct listener {
	struct listener *next;
	struct loop *loop;
	struct event *readable;
	struct loop_timer retry;
	listener_accept_fn *fn;
	void *arg;
	int fd;
	bool is_tcp;
	char *path; /* owned; the name of a UNIX socket, or NULL */
};

static void
listener_free(struct listener *listener)
{
	if (listener->readable != NULL)
		event_free(listener->readable);
	loop_timer_release(&listener->retry);
	if (listener->fd != -1)
		close(listener->fd);
	if (listener->path != NULL)
		(void)unlink(listener->path);
	free(listener->path);
	free(listener);
}

void
listener_close_all(struct listener *list)
{
	while (list != NULL) {
		struct listener *next = list->next;

		listener_free(list);
		list = next;
	}
}

static void
retry_cb(void *arg)
{
	struct listener *listener = arg;

	(void)event_add(listener->readable, NULL);
}

/* The socket stays ready, so without a pause the loop would spin. */
static void
pause_accepting(struct listener *listener)
{
	struct error err;
	char reason[128];

	log_warn(LOG_NET, "could not accept a connection",
	    LOG_CSTR("reason", strerror_r(errno, reason, sizeof(reason))));
	(void)event_del(listener->readable);
	if (loop_timer_arm(listener->loop, &listener->retry, RETRY_MS, retry_cb,
		listener, &err) != 0)
		(void)event_add(listener->readable, NULL);
}

static void
set_tcp_options(int fd)
{
	int one = 1;

	/* Neither is worth refusing a client for. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
}

static void
accept_cb(int listen_fd, short what UNUSED, void *arg)
{
	struct listener *listener = arg;

	for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
		/* Who it is is asked when it is needed. */
		/* cppcheck-suppress nullPointer */
		int fd = accept4(listen_fd, NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd == -1 &&
		    (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
			errno == ENOMEM))
			pause_accepting(listener);
		if (fd == -1)
			return;
		if (listener->is_tcp)
			set_tcp_options(fd);
		listener->fn(listener->arg, fd);
	}
}

/* Bind, listen, watch.  Takes the descriptor. */
static int
start(struct loop *loop, int fd, const struct sockaddr *address, socklen_t len,
    listener_accept_fn *fn, void *arg, struct listener **out, struct error *err)
{
	struct listener *listener = calloc(1, sizeof(*listener));
	int rc;

	*out = NULL;
	if (listener == NULL) {
		close(fd);
		return error_no_memory(err);
	}
	listener->loop = loop;
	listener->fd = fd;
	listener->fn = fn;
	listener->arg = arg;
	listener->is_tcp = address->sa_family != AF_UNIX;
	if (bind(fd, address, len) != 0 || listen(fd, BACKLOG) != 0) {
		rc = error_set_os(err, "could not listen");
		goto fail;
	}
	listener->readable = event_new(loop_base(loop), fd,
	    EV_READ | EV_PERSIST, accept_cb, listener);
	if (listener->readable == NULL ||
	    event_add(listener->readable, NULL) != 0) {
		rc = error_no_memory(err);
		goto fail;
	}
	*out = listener;
	return 0;
fail:
	listener_free(listener);
	return rc;
}

static int
open_tcp(struct loop *loop, const char *text, uint16_t port,
    listener_accept_fn *fn, void *arg, struct listener **out, struct error *err)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	bool is_v4 = inet_pton(AF_INET, text, &v4.sin_addr) == 1;
	bool is_v6 = !is_v4 && inet_pton(AF_INET6, text, &v6.sin6_addr) == 1;
	int one = 1;
	int fd;

	*out = NULL;
	v4.sin_port = htons(port);
	v6.sin6_port = htons(port);
	if (!is_v4 && !is_v6)
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "invalid address in \"listen_addresses\": \"%s\"", text);
	fd = socket(is_v4 ? AF_INET : AF_INET6,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return error_set_os(err, "could not create a socket");
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (is_v6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one,
		    sizeof(one));
	if (is_v4)
		return start(loop, fd, (struct sockaddr *)&v4, sizeof(v4), fn,
		    arg, out, err);
	return start(loop, fd, (struct sockaddr *)&v6, sizeof(v6), fn, arg, out,
	    err);
}

int
listener_open_tcp(struct loop *loop, struct str address, uint16_t port,
    listener_accept_fn *fn, void *arg, struct listener **list,
    struct error *err)
{
	bool is_localhost = str_equal_nocase(address, STR("localhost"));
	bool is_all = str_equal(address, STR("*"));
	struct listener *first = NULL, *second = NULL;
	char text[INET6_ADDRSTRLEN];
	struct error ignored;
	int rc;

	if (address.len >= sizeof(text))
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "invalid address in \"listen_addresses\": \"%.*s\"",
		    STR_FMT(address));
	memcpy(text, address.data, address.len);
	text[address.len] = '\0';
	rc = open_tcp(loop,
	    is_localhost ? "127.0.0.1"
		: is_all ? "0.0.0.0"
			 : text,
	    port, fn, arg, &first, err);
	if (rc != 0) {
		error_add_context(err, "while opening %.*s, port %u",
		    STR_FMT(address), port);
		return rc;
	}
	first->next = *list;
	*list = first;
	/* A machine without IPv6 has no ::1, which is no failure. */
	if ((is_localhost || is_all) &&
	    open_tcp(loop, is_all ? "::" : "::1", port, fn, arg, &second,
		&ignored) == 0) {
		second->next = *list;
		*list = second;
	}
	return 0;
}

/* Whether somebody answers on the socket. */
static bool
is_alive(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool alive;

	if (fd == -1)
		return true;
	alive = connect(fd, (const struct sockaddr *)address,
		    sizeof(*address)) == 0 ||
	    (errno != ECONNREFUSED && errno != ENOENT);
	close(fd);
	return alive;
}

int
listener_open_unix(struct loop *loop, const char *path, listener_accept_fn *fn,
    void *arg, struct listener **list, struct error *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct listener *listener;
	int fd, rc;

	if (strlen(path) >= sizeof(address.sun_path))
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "UNIX socket path is longer than %zu bytes: \"%s\"",
		    sizeof(address.sun_path) - 1, path);
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (is_alive(&address))
		return error_set(err, STELE_E_OBJECT_IN_USE,
		    "another server listens on \"%s\"", path);
	(void)unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return error_set_os(err, "could not create a socket");
	rc = start(loop, fd, (struct sockaddr *)&address, sizeof(address), fn,
	    arg, &listener, err);
	if (rc != 0) {
		error_add_context(err, "while opening \"%s\"", path);
		return rc;
	}
	listener->path = strdup(path);
	if (listener->path == NULL) {
		listener_free(listener);
		(void)unlink(path);
		return error_no_memory(err);
	}
	listener->next = *list;
	*list = listener;
	return 0;
}
