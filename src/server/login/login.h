/* SPDX-License-Identifier: Apache-2.0 */
/*
 * login.h -- a client that proves who it is; the part of a session that ends
 * when it is let in.
 *
 *   FIRST ---> FINAL ---> let in, or not      scram-sha-256
 *   CLEAR ---> CHECKING -> the same           password, on a worker
 *
 * Its rule says how; those that ask the client nothing (trust, reject, peer,
 * cert) need no stage.
 *
 * Thread: the session's, but for CHECKING: a worker reads the password.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/loop.h"
#include "server/hba/hba.h"
#include "server/login/login_role.h"
#include "wire/scram_exchange.h"

enum login_stage {
	LOGIN_BEGUN, /* nothing has been asked yet */
	LOGIN_FIRST, /* of SCRAM: the client's first message is awaited, */
	LOGIN_FINAL, /* ... and its last */
	LOGIN_CLEAR, /* the password is awaited */
	LOGIN_CHECKING,
};

struct login {
	enum login_stage stage;
	enum hba_method method;
	int rule_line; /* of the file, for the log */
	uint64_t offender_key;
	struct loop_timer wait; /* after failures, until the next attempt */
	bool is_waiting;
	unsigned wait_count; /* how often it had to */
	struct login_secret secret;
	struct scram_exchange exchange;
	char password[SCRAM_PASSWORD_SIZE_MAX]; /* LOGIN_CHECKING */
	size_t password_len;
	bool is_counted;   /* among server->password_checks: CHECKING */
	size_t packet_len; /* the startup packet, for what it asks to set */
	char packet[];
};
