/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reply that finds no memory: the connection ends without an answer, what was
 * written is there, the server goes on.  A server runs in this process, and
 * net_chunk_new() and buf_reserve() are linked to fail where a test says so.
 */
#include <check.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/error.h"
#include "net/conn.h"
#include "net/tls.h"
#include "server/http/http_door.h"
#include "server/server.h"
#include "server/session.h"
#include "server/voice_pg.h"

#define REPLY_SIZE 4096
#define TO_THE_END "\n\n\n" /* in no reply */

struct net_chunk *__real_net_chunk_new(struct mem_budget *budget);
struct net_chunk *__wrap_net_chunk_new(struct mem_budget *budget);
bool __real_buf_reserve(struct buf *buf, size_t len);
bool __wrap_buf_reserve(struct buf *buf, size_t len);

static atomic_bool has_no_memory;
/* How many buffers of sessions still get memory, before one does not. */
static atomic_int good_reserves;
static struct server server;
static struct config *config;
static char dir[64];
static char command[256];

struct net_chunk *
__wrap_net_chunk_new(struct mem_budget *budget)
{
	return atomic_load(&has_no_memory) ? NULL
					   : __real_net_chunk_new(budget);
}

bool
__wrap_buf_reserve(struct buf *buf, size_t len)
{
	if (buf->budget == &server.memory &&
	    atomic_fetch_sub(&good_reserves, 1) == 0)
		buf->failed = true;
	return __real_buf_reserve(buf, len);
}

/* ---- the server ---- */

static void
setup(void)
{
	static const char *const settings[] = { "listen_addresses=",
		"unix_socket_directories=.", "line_port=7171", "http_port=0",
		"ws_port=0", "worker_count=1", "shard_count=1" };
	struct error err;

	snprintf(dir, sizeof(dir), "/tmp/stele-test-XXXXXX");
	ck_assert(mkdtemp(dir) != NULL);
	config = config_new();
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		ck_assert_int_eq(config_set_argument(config,
				     str_of_cstr(settings[i]), &err),
		    0);
	atomic_store(&has_no_memory, false);
	atomic_store(&good_reserves, INT_MAX);
	memset(&server, 0, sizeof(server));
	ck_assert_msg(server_start(&server, dir, config, &err) == 0, "%s",
	    err.message);
}

static void
teardown(void)
{
	ck_assert(server_stop(&server));
	config_unref(config);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

/* ---- a client of any door, on a socket that is handed to a thread ---- */

static struct {
	struct loop_post post;
	const struct voice *voice;
	int fd;
} handed;

static void
handed_cb(struct loop_post *post UNUSED)
{
	session_open(&server.nets[0], handed.fd, handed.voice);
}

/* A pair of sockets of this machine, as socketpair() makes them. */
static void
tcp_pair(int ends[2])
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof(at);
	int listening = socket(AF_INET, SOCK_STREAM, 0);

	ends[1] = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(listening, (struct sockaddr *)&at, size), 0);
	ck_assert_int_eq(listen(listening, 1), 0);
	ck_assert_int_eq(getsockname(listening, (struct sockaddr *)&at, &size),
	    0);
	ck_assert_int_eq(connect(ends[1], (struct sockaddr *)&at, size), 0);
	ends[0] = accept(listening, NULL, NULL);
	ck_assert_int_ge(ends[0], 0);
	close(listening);
}

static int
connect_door(const struct voice *voice, int family)
{
	int ends[2];

	if (family == AF_INET)
		tcp_pair(ends);
	else
		ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	ck_assert_int_eq(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	atomic_fetch_add(&server.socket_count, 1);
	handed.voice = voice;
	handed.fd = ends[0];
	handed.post.fn = handed_cb;
	loop_post(server.nets[0].loop, &handed.post);
	return ends[1];
}

/* ---- a client of the line port ---- */

static int
connect_line(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/.s.STELE.7171",
	    dir);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(connect(fd, (const struct sockaddr *)&address,
			     sizeof(address)),
	    0);
	return fd;
}

static void
say_bytes(int fd, const char *bytes, size_t len)
{
	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
}

static void
say(int fd, const char *line)
{
	say_bytes(fd, line, strlen(line));
}

/* What comes until it has `end`, or the connection ends. */
static const char *
hear(int fd, const char *end)
{
	static char reply[REPLY_SIZE];
	size_t len = 0;
	ssize_t got = 1;

	reply[0] = '\0';
	while (got > 0 && strstr(reply, end) == NULL) {
		got = read(fd, reply + len, sizeof(reply) - len - 1);
		len += got > 0 ? (size_t)got : 0;
		reply[len] = '\0';
	}
	return reply;
}

START_TEST(a_write_without_memory_for_its_reply_is_done)
{
	int fd = connect_line();
	const char *reply;

	say(fd, "DEFINE payment FIELDS {\"amount\": \"int\"}\n");
	reply = hear(fd, "payment");
	ck_assert_msg(strstr(reply, "200 OK") != NULL, "%s", reply);
	atomic_store(&has_no_memory, true);
	say(fd, "STORE payment FOR order-1 PAYLOAD {\"amount\": 1234}\n");
	ck_assert_str_eq(hear(fd, "\n"), "");
	atomic_store(&has_no_memory, false);
	close(fd);

	fd = connect_line();
	say(fd, "QUERY payment\n");
	ck_assert(strstr(hear(fd, "1234"), "1234") != NULL);
	close(fd);
}
END_TEST

/* Each buffer of the request fails once, in its turn, until there are no more. */
START_TEST(an_http_request_without_memory)
{
	static const char request[] = "POST /command HTTP/1.1\r\n"
				      "Host: localhost\r\n"
				      "Connection: close\r\n"
				      "Content-Length: 4\r\n\r\nPING";
	bool has_failed = true;

	for (int i = 0; has_failed; i++) {
		int fd = connect_door(&voice_http, AF_UNIX);
		const char *reply;

		atomic_store(&good_reserves, i);
		say(fd, request);
		reply = hear(fd, TO_THE_END);
		has_failed = atomic_exchange(&good_reserves, INT_MAX) < 0;
		if (has_failed)
			ck_assert_msg(reply[0] == '\0' ||
				strstr(reply, "HTTP/1.1 503") == reply,
			    "%d: %s", i, reply);
		else
			ck_assert_msg(strstr(reply, "PONG") != NULL, "%s",
			    reply);
		close(fd);
	}
}
END_TEST

/* ---- before a session of PostgreSQL's protocol ---- */

static struct tls_context *
make_tls(void)
{
	char cert[128], key[128];
	const struct tls_options options = {
		.cert_file = cert,
		.key_file = key,
		.ca_file = "",
		.crl_file = "",
		.ciphers = "HIGH:!aNULL",
		.groups = "prime256v1",
		.min_version = TLS_VERSION_1_2,
		.max_version = TLS_VERSION_1_3,
	};
	struct tls_context *tls;
	struct error err;

	snprintf(cert, sizeof(cert), "%s/t.crt", dir);
	snprintf(key, sizeof(key), "%s/t.key", dir);
	snprintf(command, sizeof(command),
	    "cd %s && umask 077 && openssl req -x509 -nodes -newkey rsa:2048 "
	    "-subj /CN=t -keyout t.key -out t.crt 2>/dev/null",
	    dir);
	ck_assert_int_eq(system(command), 0);
	ck_assert_msg(tls_context_new(&options, &tls, &err) == 0, "%s",
	    err.message);
	return tls;
}

/* Every connection begins with a password. */
static void
ask_for_passwords(const char *method)
{
	char line[128];
	struct hba *hba;
	struct error err;
	FILE *file;

	snprintf(line, sizeof(line), "%s/stele.hba", dir);
	file = fopen(line, "w");
	ck_assert_ptr_nonnull(file);
	fprintf(file, "local all all %s\n", method);
	fclose(file);
	ck_assert_msg(auth_load_hba(dir, config, &hba, &err) == 0, "%s",
	    err.message);
	auth_set_hba(&server.auth, hba);
}

/* It ends, without a byte. */
static void
start_without_memory(int fd, const char *packet, size_t len)
{
	atomic_store(&has_no_memory, true);
	say_bytes(fd, packet, len);
	ck_assert_str_eq(hear(fd, TO_THE_END), "");
	atomic_store(&has_no_memory, false);
	close(fd);
}

START_TEST(a_request_for_tls_without_memory)
{
	static const char request[] = "\0\0\0\x08\x04\xd2\x16\x2f";

	server_set_config(&server, config, make_tls());
	start_without_memory(connect_door(&voice_pg, AF_INET), request, 8);
}
END_TEST

START_TEST(a_start_without_memory)
{
	static const char start[] = "\0\0\0\x10\0\3\0\0user\0a\0";

	ask_for_passwords("scram-sha-256");
	start_without_memory(connect_door(&voice_pg, AF_UNIX), start, 16);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("reply_memory");
	TCase *tcase = tcase_create("doors");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_write_without_memory_for_its_reply_is_done);
	tcase_add_test(tcase, an_http_request_without_memory);
	tcase_add_test(tcase, a_request_for_tls_without_memory);
	tcase_add_test(tcase, a_start_without_memory);
	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
