/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A write whose reply finds no memory: the connection ends without an answer, the
 * event is there, the server goes on.  A server runs in this process, and
 * net_chunk_new() is linked to fail where a test says so.
 */
#include <check.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/error.h"
#include "net/conn.h"
#include "server/server.h"

#define REPLY_SIZE 4096

struct net_chunk *__real_net_chunk_new(struct mem_budget *budget);
struct net_chunk *__wrap_net_chunk_new(struct mem_budget *budget);

static atomic_bool has_no_memory;
static struct server server;
static struct config *config;
static char dir[64];
static char command[128];

struct net_chunk *
__wrap_net_chunk_new(struct mem_budget *budget)
{
	return atomic_load(&has_no_memory) ? NULL
					   : __real_net_chunk_new(budget);
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
say(int fd, const char *line)
{
	ck_assert_int_eq(write(fd, line, strlen(line)), (ssize_t)strlen(line));
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

int
main(void)
{
	Suite *suite = suite_create("reply_memory");
	TCase *tcase = tcase_create("line");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_write_without_memory_for_its_reply_is_done);
	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
