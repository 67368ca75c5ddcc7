/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admin_command.c -- the password is read here, turned into a verifier, and
 * wiped: it is never an argument, which everybody on the machine can see, and
 * never in the log.
 */
#include "server/admin_command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/config.h"
#include "common/error.h"
#include "common/scram.h"
#include "engine/catalog/catalog.h"
#include "engine/engine.h"
#include "os/file.h"
#include "os/memory.h"
#include "server/directory_command.h"
#include "server/server.h"

struct password {
	char text[SCRAM_PASSWORD_SIZE_MAX + 2]; /* with its newline and NUL */
};

/* ---- reading ---- */

/* A line without its end; false if there is none, or it is too long. */
static bool
read_line(struct password *out)
{
	size_t len;

	if (fgets(out->text, sizeof(out->text), stdin) == NULL)
		return false;
	len = strlen(out->text);
	if (len == 0 || out->text[len - 1] != '\n')
		return feof(stdin) != 0;
	out->text[len - 1] = '\0';
	return true;
}

static bool
ask(const char *question, struct password *out)
{
	bool is_read;

	fputs(question, stderr);
	is_read = read_line(out);
	fputc('\n', stderr);
	return is_read;
}

/* Twice, and nobody sees it. */
static int
read_from_terminal(struct password *out, struct error *err)
{
	struct termios shown, hidden;
	struct password again = { .text = "" };
	bool is_read, is_same;

	if (tcgetattr(STDIN_FILENO, &shown) != 0)
		return error_set_os(err, "could not use the terminal");
	hidden = shown;
	hidden.c_lflag &= (tcflag_t)~ECHO;
	if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) != 0)
		return error_set_os(err, "could not use the terminal");
	is_read = ask("Password: ", out) && ask("Again: ", &again);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
	is_same = is_read && strcmp(out->text, again.text) == 0;
	crypto_wipe(&again, sizeof(again));
	if (is_same)
		return 0;
	return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
	    is_read ? "the two passwords are not the same"
		    : "could not read a password");
}

static int
read_password(struct password *out, struct error *err)
{
	/* No copy in a buffer that nobody wipes. */
	(void)setvbuf(stdin, NULL, _IONBF, 0);
	if (isatty(STDIN_FILENO))
		return read_from_terminal(out, err);
	if (read_line(out))
		return 0;
	return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
	    "could not read a password from standard input");
}

static int
read_verifier(const struct config *config, struct buf *out, struct error *err)
{
	struct password password = { .text = "" };
	struct scram_verifier verifier;
	int rc = read_password(&password, err);

	if (rc == 0)
		rc = scram_make(str_of_cstr(password.text),
		    (uint32_t)config->session.scram_iterations, &verifier, err);
	crypto_wipe(&password, sizeof(password));
	if (rc != 0)
		return rc;
	scram_put(&verifier, out);
	return out->failed ? error_no_memory(err) : 0;
}

/* ---- writing ---- */

/* The change that gives the superuser this verifier. */
static int
change_of(const struct catalog *catalog, struct str name, struct str verifier,
    struct ddl *out, struct error *err)
{
	const struct role *role = catalog_role_by_name(catalog, name);

	*out = (struct ddl){
		.kind = role == NULL ? DDL_CREATE_ROLE : DDL_ALTER_ROLE,
		.name = role == NULL ? name : STR(""),
		.oid = role == NULL ? 0 : role->oid,
		.role = { .set = ROLE_SET_VERIFIER | ROLE_SET_VALID_UNTIL,
		    .valid_until = ROLE_VALID_FOREVER,
		    .verifier = verifier },
	};
	if (role == NULL) {
		out->role.attributes = ROLE_LOGIN | ROLE_SUPERUSER |
		    ROLE_CREATE_ROLE | ROLE_CREATE_DB | ROLE_INHERIT;
		out->role.set |= out->role.attributes;
		return 0;
	}
	if (role_is_superuser(role) && role_can_login(role))
		return 0;
	return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
	    "role \"%.*s\" is no superuser that can log in", STR_FMT(name));
}

static int
store(struct engine *engine, struct str name, struct str verifier,
    struct error *err)
{
	struct write_batch *batch = write_batch_new(engine);
	struct ddl ddl;
	int rc;

	if (batch == NULL)
		return error_no_memory(err);
	rc = change_of(write_batch_catalog(batch), name, verifier, &ddl, err);
	if (rc == 0)
		rc = write_batch_ddl(batch, &ddl, err);
	if (rc == 0)
		return engine_commit_wait(engine, batch, err);
	write_batch_free(batch);
	return rc;
}

static int
set_password(const char *dir, const char *name, const struct config *config,
    struct error *err)
{
	struct engine_options options;
	struct engine *engine = NULL;
	struct buf verifier;
	int rc;

	buf_init(&verifier);
	server_engine_options(config, &options);
	options.compaction = false;
	/* First the directory: it says by whom it is used. */
	rc = engine_open(os_fs_real(), dir, &options, &engine, err);
	if (rc == 0)
		rc = read_verifier(config, &verifier, err);
	if (rc == 0)
		rc = store(engine, str_of_cstr(name), buf_str(&verifier), err);
	if (engine != NULL)
		engine_close(engine);
	buf_release(&verifier);
	return rc;
}

int
admin_password_command(const char *dir, const char *name,
    const struct config *config)
{
	struct error err;

	umask(077);
	os_forbid_dumps();
	if (set_password(dir, name, config, &err) != 0) {
		print_error(&err);
		return EXIT_FAILURE;
	}
	printf("superuser \"%s\" has a password\n", name);
	return EXIT_SUCCESS;
}
