/* SPDX-License-Identifier: Apache-2.0 */
/*
 * system_tables.h -- the relations in which the server shows itself: schema
 * stele.
 *
 * Each is a struct system_provider (exec/system_scan.h) whose fill() gets the
 * session that asks; to add one, write it in a file server_<what>.c and put it
 * into the list in system_tables.c.
 */
#pragma once

#include "exec/system_scan.h"

/* For plan_context. */
extern const struct system_tables server_system_tables;

/* server_sequence.c: where event_ids come from. */
extern const struct system_provider server_event_ids;

/* server_acks.c: how long writers wait. */
extern const struct system_provider server_acks;

/* server_messages.c: the last messages. */
extern const struct system_provider server_messages;

/* server_types.c: what there is of each event type. */
extern const struct system_provider server_types;

/* server_memory.c: who holds how much memory. */
extern const struct system_provider server_memory;

/* server_users.c: who can log in, and who may do what. */
extern const struct system_provider server_users;
extern const struct system_provider server_permissions;

/* server_kept.c: kept queries. */
extern const struct system_provider server_remembered;

/* server_running.c: what runs now. */
extern const struct system_provider server_running;

/* server_statements.c: what statements took. */
extern const struct system_provider server_statements;

/* server_log.c: how far the log is, and what it costs. */
extern const struct system_provider server_wal;

/* server_storage.c: what the engine holds, and does with it. */
extern const struct system_provider storage_archive;
extern const struct system_provider storage_compactions;
extern const struct system_provider storage_segments;
extern const struct system_provider storage_shards;
extern const struct system_provider storage_verifications;
