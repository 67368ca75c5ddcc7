/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main.c -- the command line.  What is done with directories without a server
 * is in directory_command.c; serve and config are here.
 *
 * Signals are main's: they are blocked in every thread, and the main thread
 * waits for them one after another.  SIGTERM and SIGINT stop, SIGHUP reads
 * stele.conf again, SIGUSR1 opens the log file anew.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/config.h"
#include "common/error.h"
#include "common/log.h"
#include "net/tls.h"
#include "os/file.h"
#include "os/memory.h"
#include "os/private_file.h"
#include "server/admin_command.h"
#include "server/archive_command.h"
#include "server/directory_command.h"
#include "server/http/console.h"
#include "server/server.h"

/* What the command line says; kept, since a reload needs it again. */
struct command {
	const char *dir;
	char **settings; /* the arguments of -c, in their order */
	int setting_count;
	bool must_copy;               /* --copy */
	bool has_progress;            /* --progress */
	bool must_salvage;            /* --salvage */
	const char *until;            /* --until; NULL: all */
	struct archive_filter filter; /* --type, --context, --since, --until */
	enum archive_form form;       /* --copy-text */
	const char *argument;         /* what is not an option; NULL: nothing */
};

static void
print_usage(FILE *out)
{
	fputs(
	    "usage: stele serve -D DIR [-c name=value]... [--salvage]\n"
	    "       stele verify -D DIR [--progress]\n"
	    "       stele backup -D DIR [--copy] DEST\n"
	    "       stele restore -D DIR [--copy] BACKUP\n"
	    "       stele reshard -D DIR [-c name=value]... N\n"
	    "       stele admin-password -D DIR [-c name=value]... [NAME]\n"
	    "       stele archive list|info|export|restore ...\n"
	    "       stele dump FILE\n"
	    "       stele config [-D DIR] [-c name=value]...\n"
	    "       stele --version | --help\n"
	    "\n"
	    "serve   run the server on a data directory, made if it is not "
	    "there;\n"
	    "        with --salvage also if its log or MANIFEST is corrupt: "
	    "what is lost\n"
	    "        is listed\n"
	    "verify  read a directory that no server uses and check it\n"
	    "backup  copy a directory, also one that a server uses, to DEST, "
	    "and check it\n"
	    "restore make a directory of a backup, and check it\n"
	    "reshard give a directory that no server uses N shards\n"
	    "admin-password\n"
	    "        give a superuser, \"stele\" if none is named, a password, "
	    "read from the\n"
	    "        terminal or a line of standard input; made if it is not "
	    "there\n"
	    "archive look into an archive of the log, or restore from it; "
	    "\"stele archive --help\"\n"
	    "dump    print a file of a directory as text: of wal/, of "
	    "segments/, MANIFEST\n"
	    "config  list the options with their values\n",
	    out);
}

/* Options of a subcommand, from argv[1] on.  Returns 0 or -1. */
static int
parse_command(int argc, char **argv, struct command *command)
{
	static const struct option long_options[] = {
		{ "context", required_argument, NULL, 'x' },
		{ "copy", no_argument, NULL, 'C' },
		{ "copy-text", no_argument, NULL, 'X' },
		{ "progress", no_argument, NULL, 'P' },
		{ "salvage", no_argument, NULL, 'S' },
		{ "since", required_argument, NULL, 's' },
		{ "type", required_argument, NULL, 't' },
		{ "until", required_argument, NULL, 'u' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	command->settings = calloc((size_t)argc, sizeof(*command->settings));
	if (command->settings == NULL) {
		fputs("stele: out of memory\n", stderr);
		return -1;
	}
	/* There are no other threads yet: NOLINTNEXTLINE(concurrency-mt-unsafe) */
	while ((option = getopt_long(argc, argv, "D:c:", long_options, NULL)) !=
	    -1) {
		switch (option) {
		case 'D':
			command->dir = optarg;
			break;
		case 'c':
			command->settings[command->setting_count++] = optarg;
			break;
		case 'C':
			command->must_copy = true;
			break;
		case 'P':
			command->has_progress = true;
			break;
		case 'S':
			command->must_salvage = true;
			break;
		case 'X':
			command->form = ARCHIVE_COPY;
			break;
		case 's':
			command->filter.since = optarg;
			break;
		case 't':
			command->filter.type = optarg;
			break;
		case 'u':
			command->until = command->filter.until = optarg;
			break;
		case 'x':
			command->filter.context = optarg;
			break;
		default:
			print_usage(stderr);
			return -1;
		}
	}
	if (optind < argc)
		command->argument = argv[optind++];
	if (optind < argc) {
		fprintf(stderr, "stele: unexpected argument \"%s\"\n",
		    argv[optind]);
		return -1;
	}
	return 0;
}

/* The directory's stele.conf, if it is there, then the command line. */
static int
load_config(const struct command *command, struct config **out,
    struct error *err)
{
	struct config *config = config_new();
	char path[OS_PATH_SIZE];
	uint8_t *text = NULL;
	size_t len = 0;
	int rc = 0;

	*out = NULL;
	if (config == NULL)
		return error_no_memory(err);
	if (command->dir != NULL) {
		rc = os_path(path, command->dir, CONFIG_NAME, err);
		if (rc == 0)
			rc = os_read_given_file(os_fs_real(), path,
			    CONFIG_SIZE_MAX, &text, &len, err);
		if (rc == 0)
			rc = config_set_text(config,
			    str_of((const char *)text, len), path, err);
		else if (rc == STELE_E_FILE_MISSING)
			rc = 0;
	}
	for (int i = 0; rc == 0 && i < command->setting_count; i++)
		rc = config_set_argument(config,
		    str_of_cstr(command->settings[i]), err);
	free(text);
	if (rc != 0)
		config_unref(config);
	else
		*out = config;
	return rc;
}

static int
open_log(const struct command *command, const struct config *config,
    struct error *err)
{
	char path[OS_PATH_SIZE];
	struct log_options options = {
		.level = (enum log_level)config->session.log_min_messages,
		.rotation_size = config->log_rotation_size_bytes,
		.rotation_count = config->log_rotation_count,
		.tail_size = (size_t)config->log_tail_size_bytes,
	};
	int rc;

	if (config->log_destination == CONFIG_LOG_TO_FILE) {
		options.path = config->log_filename;
		if (options.path[0] != '/') {
			rc = os_path(path, command->dir, options.path, err);
			if (rc != 0)
				return rc;
			options.path = path;
		}
	}
	return log_open(&options, err);
}

/* ---- serve ---- */

static void
reload(struct server *server, const struct command *command)
{
	struct config *running = server_config(server);
	struct tls_context *tls = NULL;
	struct config *next;
	struct hba *hba = NULL;
	struct buf pending;
	struct error err;
	int rc;

	buf_init(&pending);
	rc = load_config(command, &next, &err);
	if (rc == 0) {
		rc = config_keep_startup(next, running, &pending, &err);
		if (rc == 0)
			rc = server_tls_new(command->dir, next, &tls, &err);
		if (rc == 0)
			rc = auth_load_hba(command->dir, next, &hba, &err);
		if (rc == 0)
			rc = open_log(command, next, &err);
		if (rc == 0) {
			server_set_config(server, next, tls);
			auth_set_hba(&server->auth, hba);
		} else {
			tls_context_unref(tls);
			hba_unref(hba);
		}
		config_unref(next);
	}
	if (rc != 0)
		log_error(LOG_CONFIG, "configuration not reloaded",
		    LOG_FAILURE(&err));
	else if (pending.len > 0)
		log_warn(LOG_CONFIG, "configuration reloaded",
		    LOG_STR("restart_needed_for", buf_str(&pending)));
	else
		log_info(LOG_CONFIG, "configuration reloaded");
	buf_release(&pending);
	config_unref(running);
}

/* Blocked before the first thread starts, so that all threads inherit it. */
static void
block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

static void
wait_for_stop(struct server *server, const struct command *command,
    const sigset_t *signals)
{
	struct error err;
	int number;

	for (;;) {
		if (sigwait(signals, &number) != 0)
			continue;
		switch (number) {
		case SIGHUP:
			reload(server, command);
			break;
		case SIGUSR1:
			if (log_reopen(&err) != 0)
				log_error(LOG_SERVER,
				    "log file not opened anew",
				    LOG_FAILURE(&err));
			break;
		default:
			log_info(LOG_SERVER, "stopping",
			    LOG_CSTR("signal",
				number == SIGINT ? "Interrupt" : "Terminated"));
			return;
		}
	}
}

static int
run_server(const struct command *command, struct config *config,
    const sigset_t *signals, struct error *err)
{
	static struct server server;
	int rc;

	rc = server_start(&server, command->dir, config, err);
	if (rc != 0) {
		log_error(LOG_SERVER, "could not start", LOG_FAILURE(err));
		(void)server_stop(&server);
		return EXIT_FAILURE;
	}
	log_info(LOG_SERVER, "ready", LOG_CSTR("version", VERSION),
	    LOG_CSTR("dir", command->dir), LOG_INT("port", config->port),
	    LOG_INT("line_port", config->line_port),
	    LOG_INT("ws_port", config->ws_port),
	    LOG_INT("http_port", config->http_port),
	    LOG_CSTR("console",
		!console_is_built()   ? "not built"
		    : config->console ? "on"
				      : "off"),
	    LOG_INT("pid", getpid()));
	atomic_store_explicit(&server.takes_signals, true,
	    memory_order_relaxed);
	wait_for_stop(&server, command, signals);
	if (!server_stop(&server)) {
		/* Threads still run: nothing of theirs can be freed. */
		log_close();
		_exit(EXIT_FAILURE);
	}
	log_info(LOG_SERVER, "stopped");
	return atomic_load_explicit(&server.has_failed, memory_order_acquire)
	    ? EXIT_FAILURE
	    : EXIT_SUCCESS;
}

static int
serve(const struct command *command)
{
	struct config *config;
	struct error err;
	sigset_t signals;
	int status = EXIT_FAILURE;

	umask(077);
	os_memory_init();
	block_signals(&signals);
	if (os_mkdir(os_fs_real(), command->dir, &err) != 0 ||
	    os_check_private_dir(command->dir, "data directory", &err) != 0 ||
	    load_config(command, &config, &err) != 0) {
		print_error(&err);
		return EXIT_FAILURE;
	}
	err.code = 0;
	if (open_log(command, config, &err) == 0 &&
	    (!command->must_salvage ||
		directory_salvage(command->dir, config, &err) == 0))
		status = run_server(command, config, &signals, &err);
	if (status != EXIT_SUCCESS && err.code != 0)
		print_error(&err);
	config_unref(config);
	log_close();
	return status;
}

/* ---- config ---- */

static int
print_config(const struct command *command)
{
	struct config *config;
	struct error err;
	struct buf text;

	if (load_config(command, &config, &err) != 0) {
		print_error(&err);
		return EXIT_FAILURE;
	}
	buf_init(&text);
	config_write_list(config, &text);
	(void)fwrite(text.data, 1, text.len, stdout); /* main() looks */
	buf_release(&text);
	config_unref(config);
	return EXIT_SUCCESS;
}

/* ---- commands ---- */

static int
verify(const struct command *command)
{
	return directory_verify(command->dir, command->has_progress);
}

static int
backup(const struct command *command)
{
	return directory_copy(command->dir, command->argument,
	    command->must_copy);
}

static int
restore(const struct command *command)
{
	return directory_restore(command->argument, command->dir,
	    command->must_copy);
}

/* For what opens an engine: it has the directory's options. */
static int
run_with_config(const struct command *command,
    int (*fn)(const struct command *command, const struct config *config))
{
	struct config *config;
	struct error err;
	int status;

	os_memory_init();
	if (load_config(command, &config, &err) != 0) {
		print_error(&err);
		return EXIT_FAILURE;
	}
	status = fn(command, config);
	config_unref(config);
	return status;
}

static int
reshard_cb(const struct command *command, const struct config *config)
{
	return directory_reshard(command->dir, config, command->argument);
}

static int
reshard(const struct command *command)
{
	return run_with_config(command, reshard_cb);
}

static int
admin_password_cb(const struct command *command, const struct config *config)
{
	const char *name = command->argument;

	return admin_password_command(command->dir,
	    name == NULL ? ADMIN_NAME : name, config);
}

static int
admin_password(const struct command *command)
{
	return run_with_config(command, admin_password_cb);
}

static int
dump(const struct command *command)
{
	return directory_dump(command->argument);
}

/* ---- archive ---- */

static void
print_archive_usage(FILE *out)
{
	fputs(
	    "usage: stele archive list ARCHIVE\n"
	    "       stele archive info ARCHIVE|FILE\n"
	    "       stele archive export [--type NAME] [--context ID] "
	    "[--since TIME]\n"
	    "             [--until TIME] [--copy-text] ARCHIVE|FILE\n"
	    "       stele archive restore -D DIR [-c name=value]...\n"
	    "             [--until TIME|EVENT_ID] ARCHIVE\n"
	    "\n"
	    "ARCHIVE is what wal_archive_directory names, FILE one of its "
	    "files.\n"
	    "\n"
	    "list    print what each file has, and where files are missing\n"
	    "info    read everything, check it, and say what is in it\n"
	    "export  print events in their order, a JSON object a line, or "
	    "with --copy-text\n"
	    "        as COPY events FROM STDIN reads them\n"
	    "restore bring DIR up to the end of the archive, or until a "
	    "time or an event: one\n"
	    "        that was restored from a backup, or one that is not "
	    "there yet; and check it\n"
	    "\n"
	    "A time is written as in SQL; without a zone it is UTC.  The exit "
	    "status is 0 if\n"
	    "all was well, 1 if something is damaged, is missing or does not "
	    "fit, 2 for a\n"
	    "mistake in the command line.\n",
	    out);
}

static int
archive_list(const struct command *command)
{
	return archive_list_command(command->argument);
}

static int
archive_info(const struct command *command)
{
	return archive_info_command(command->argument);
}

static int
archive_export(const struct command *command)
{
	return archive_export_command(command->argument, &command->filter,
	    command->form);
}

static int
archive_restore_cb(const struct command *command, const struct config *config)
{
	return archive_restore_command(command->dir, command->argument, config,
	    command->until);
}

static int
archive_restore(const struct command *command)
{
	return run_with_config(command, archive_restore_cb);
}

/* ---- which command ---- */

enum {
	NEEDS_DIR = 1,
	TAKES_ARGUMENT = 2, /* and needs it */
	MAY_TAKE_ARGUMENT = 4,
};

struct command_row {
	const char *name;
	unsigned needs;
	int (*run)(const struct command *command);
};

static const struct command_row commands[] = {
	{ "serve", NEEDS_DIR, serve },
	{ "verify", NEEDS_DIR, verify },
	{ "backup", NEEDS_DIR | TAKES_ARGUMENT, backup },
	{ "restore", NEEDS_DIR | TAKES_ARGUMENT, restore },
	{ "reshard", NEEDS_DIR | TAKES_ARGUMENT, reshard },
	{ "admin-password", NEEDS_DIR | MAY_TAKE_ARGUMENT, admin_password },
	{ "dump", TAKES_ARGUMENT, dump },
	{ "config", 0, print_config },
};

static const struct command_row archive_commands[] = {
	{ "list", TAKES_ARGUMENT, archive_list },
	{ "info", TAKES_ARGUMENT, archive_info },
	{ "export", TAKES_ARGUMENT, archive_export },
	{ "restore", NEEDS_DIR | TAKES_ARGUMENT, archive_restore },
};

/* Does the command line have what the command needs, and no more? */
static bool
is_complete(const struct command *command, unsigned needs)
{
	if ((needs & NEEDS_DIR) != 0 && command->dir == NULL) {
		fputs("stele: -D DIR is missing\n", stderr);
		return false;
	}
	if ((needs & TAKES_ARGUMENT) != 0 && command->argument == NULL) {
		print_usage(stderr);
		return false;
	}
	if ((needs & (TAKES_ARGUMENT | MAY_TAKE_ARGUMENT)) == 0 &&
	    command->argument != NULL) {
		fprintf(stderr, "stele: unexpected argument \"%s\"\n",
		    command->argument);
		return false;
	}
	return true;
}

/* The row of argv[0]; argv[1] on is for it. */
static int
run(const struct command_row *row, int argc, char **argv)
{
	struct command command = { .dir = NULL };
	int status = 2;

	if (parse_command(argc, argv, &command) == 0 &&
	    is_complete(&command, row->needs))
		status = row->run(&command);
	free(command.settings);
	return status;
}

static bool
is_help(const char *what)
{
	return strcmp(what, "--help") == 0 || strcmp(what, "help") == 0;
}

/* "archive" is argv[0]. */
static int
run_archive(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	for (int i = 1; i < argc; i++)
		if (is_help(argv[i])) {
			print_archive_usage(stdout);
			return EXIT_SUCCESS;
		}
	for (unsigned i = 0; i < ARRAY_LEN(archive_commands); i++)
		if (strcmp(what, archive_commands[i].name) == 0)
			return run(&archive_commands[i], argc - 1, argv + 1);
	print_archive_usage(stderr);
	return 2;
}

static int
run_words(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (strcmp(what, "--version") == 0) {
		puts("stele " VERSION);
		return EXIT_SUCCESS;
	}
	if (is_help(what)) {
		print_usage(stdout);
		return EXIT_SUCCESS;
	}
	if (strcmp(what, "archive") == 0)
		return run_archive(argc - 1, argv + 1);
	for (unsigned i = 0; i < ARRAY_LEN(commands); i++)
		if (strcmp(what, commands[i].name) == 0)
			return run(&commands[i], argc - 1, argv + 1);
	print_usage(stderr);
	return 2;
}

/* What could not be said was not done. */
int
main(int argc, char **argv)
{
	int status = run_words(argc, argv);

	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fputs("stele: could not write to standard output\n", stderr);
	return status == EXIT_SUCCESS ? EXIT_FAILURE : status;
}
