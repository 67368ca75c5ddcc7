/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_listen.c -- the doors: which sockets the server listens on, what is
 * spoken there, and which net thread gets a connection.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "common/log.h"
#include "os/file.h"
#include "os/memory.h"
#include "server/http/http_door.h"
#include "server/login/login_role.h"
#include "server/native/line_door.h"
#include "server/native/websocket_door.h"
#include "server/server.h"
#include "server/session_private.h"
#include "server/voice_pg.h"

/* Sockets that are accepted beside max_connections: cancel requests ... */
#define SPARE_SOCKETS       64u
#define SPARE_LOCAL_SOCKETS 16u /* more, for UNIX sockets */

struct door {
	const char *name;        /* for messages */
	const char *socket_name; /* and the port behind it; NULL: none */
	size_t port_offset;      /* in struct config; a port of 0: closed */
	const struct voice *voice;
};

/* In the order in which they open: who has waited for the last finds all. */
static const struct door doors[] = {
	{ "line", ".s.STELE", offsetof(struct config, line_port), &voice_line },
	{ "HTTP", NULL, offsetof(struct config, http_port), &voice_http },
	{ "WebSocket", NULL, offsetof(struct config, ws_port),
	    &voice_websocket },
	{ "PostgreSQL", ".s.PGSQL", offsetof(struct config, port), &voice_pg },
};

static int
port_of(const struct door *door, const struct config *config)
{
	int port;

	memcpy(&port, (const char *)config + door->port_offset, sizeof(port));
	return port;
}

/* ---- connections ---- */

/* What a listener gives its callback. */
struct server_socket {
	struct server_socket *next;
	struct server *server;
	const struct door *door;
	unsigned spare;
};

struct handed_socket {
	struct loop_post post;
	struct net_thread *net;
	const struct voice *voice;
	int fd;
};

/* One that was accepted, and is to have no session. */
static void
drop_socket(struct server *server, int fd)
{
	close(fd);
	atomic_fetch_sub_explicit(&server->socket_count, 1,
	    memory_order_relaxed);
}

/* Threads stop one by one: what comes after has nobody who would end it. */
static void
handed_cb(struct loop_post *post)
{
	struct handed_socket *handed =
	    POST_OWNER(post, struct handed_socket, post);

	if (handed->net->is_stopping)
		drop_socket(handed->net->server, handed->fd);
	else
		session_open(handed->net, handed->fd, handed->voice);
	free(handed);
}

static void
hand(struct net_thread *net, int fd, const struct voice *voice)
{
	struct handed_socket *handed = malloc(sizeof(*handed));

	if (handed == NULL) {
		drop_socket(net->server, fd);
		return;
	}
	handed->post.fn = handed_cb;
	handed->net = net;
	handed->voice = voice;
	handed->fd = fd;
	loop_post(net->loop, &handed->post);
}

/* On the first net thread, which gives each thread its share. */
static void
accepted_cb(void *arg, int fd)
{
	const struct server_socket *socket = arg;
	struct server *server = socket->server;
	struct config *config = server_config(server);
	unsigned limit = (unsigned)config->max_connections + socket->spare;
	struct net_thread *net;
	unsigned turn;

	config_unref(config);
	if (atomic_fetch_add_explicit(&server->socket_count, 1,
		memory_order_relaxed) >= limit) {
		drop_socket(server, fd);
		return;
	}
	turn = atomic_fetch_add_explicit(&server->next_net, 1,
	    memory_order_relaxed);
	net = &server->nets[turn % server->net_count];
	if (net == &server->nets[0])
		session_open(net, fd, socket->door->voice);
	else
		hand(net, fd, socket->door->voice);
}

/* ---- listening ---- */

static struct server_socket *
socket_new(struct server *server, const struct door *door, unsigned spare,
    struct error *err)
{
	struct server_socket *socket = malloc(sizeof(*socket));

	if (socket == NULL) {
		(void)error_no_memory(err);
		return NULL;
	}
	*socket = (struct server_socket){
		.next = server->sockets,
		.server = server,
		.door = door,
		.spare = spare,
	};
	server->sockets = socket;
	return socket;
}

/* Others than this machine's own can reach it; true for what is no address. */
static bool
is_beyond_loopback(struct str address)
{
	struct hba_address number;

	return !str_equal_nocase(address, STR("localhost")) &&
	    !(hba_address_parse(address, &number) &&
		hba_address_is_loopback(&number));
}

static int
listen_tcp(struct server *server, const struct door *door, struct str address,
    struct error *err)
{
	struct server_socket *socket;

	if (is_beyond_loopback(address) && !login_has_admin(server->engine)) {
		(void)error_set(err, STELE_E_NOT_IN_PREREQUISITE_STATE,
		    "cannot listen on \"%.*s\": no superuser has a password",
		    STR_FMT(address));
		return error_hint(err,
		    "Choose one with \"stele admin-password -D DIR\", or "
		    "listen on \"localhost\" only.");
	}
	if (is_beyond_loopback(address))
		os_forbid_dumps();
	socket = socket_new(server, door, SPARE_SOCKETS, err);
	if (socket == NULL)
		return err->code;
	return listener_open_tcp(server->nets[0].loop, address,
	    (uint16_t)port_of(door, server->config), accepted_cb, socket,
	    &server->listeners, err);
}

/* The folder of a word of unix_socket_directories; our own ones are made. */
static int
socket_folder(const struct server *server, struct str dir,
    char folder[OS_PATH_SIZE], bool *is_own, struct error *err)
{
	char given[OS_PATH_SIZE];
	int rc;

	if (dir.len >= sizeof(given))
		return error_set(err, STELE_E_LIMIT,
		    "directory name is too long: \"%.*s\"", STR_FMT(dir));
	memcpy(given, dir.data, dir.len);
	given[dir.len] = '\0';
	*is_own = given[0] != '/';
	if (!*is_own) {
		memcpy(folder, given, dir.len + 1);
		return 0;
	}
	rc = os_path(folder, server->dir, given, err);
	if (rc == 0)
		rc = os_mkdir(os_fs_real(), folder, err);
	return rc;
}

/* Who is on the machine can come in when strangers have taken all others. */
static int
listen_unix(struct server *server, const struct door *door, struct str dir,
    struct error *err)
{
	char folder[OS_PATH_SIZE], name[32], path[OS_PATH_SIZE];
	int port = port_of(door, server->config);
	struct server_socket *socket;
	bool is_own;
	int rc;

	if (door->socket_name == NULL)
		return 0;
	rc = socket_folder(server, dir, folder, &is_own, err);
	if (rc != 0)
		return rc;
	(void)snprintf(name, sizeof(name), "%.16s.%d", door->socket_name, port);
	rc = os_path(path, folder, name, err);
	if (rc != 0)
		return rc;
	if (is_own && strlen(path) > LISTENER_UNIX_PATH_MAX) {
		/* Nobody has asked for it; TCP serves as well. */
		log_warn(LOG_SERVER, "no UNIX socket: its path is too long",
		    LOG_CSTR("path", path));
		return 0;
	}
	socket =
	    socket_new(server, door, SPARE_SOCKETS + SPARE_LOCAL_SOCKETS, err);
	if (socket == NULL)
		return err->code;
	return listener_open_unix(server->nets[0].loop, path, accepted_cb,
	    socket, &server->listeners, err);
}

/* Call fn with each word of a comma-separated list. */
static int
each_word(const char *list,
    int (*fn)(struct server *server, const struct door *door, struct str word,
	struct error *err),
    struct server *server, const struct door *door, struct error *err)
{
	const char *at = list;

	while (*at != '\0') {
		size_t len = strcspn(at, ", ");
		int rc;

		if (len > 0) {
			rc = fn(server, door, str_of(at, len), err);
			if (rc != 0)
				return rc;
		}
		at += len;
		at += strspn(at, ", ");
	}
	return 0;
}

int
server_listen(struct server *server, struct error *err)
{
	const struct config *config = server->config;
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(doors) && rc == 0; i++) {
		const struct door *door = &doors[i];

		if (port_of(door, config) == 0)
			continue;
		rc = each_word(config->listen_addresses, listen_tcp, server,
		    door, err);
		if (rc == 0)
			rc = each_word(config->unix_socket_directories,
			    listen_unix, server, door, err);
		if (rc != 0)
			error_add_context(err, "while opening the %s port",
			    door->name);
	}
	return rc;
}

void
server_listen_end(struct server *server)
{
	listener_close_all(server->listeners);
	server->listeners = NULL;
	while (server->sockets != NULL) {
		struct server_socket *next = server->sockets->next;

		free(server->sockets);
		server->sockets = next;
	}
}
