/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tables.h -- pg_catalog and information_schema: all relations that PostgreSQL
 * 15 has there, with all their columns, each an ordinary relation to planner
 * and executor.
 *
 *   pg_catalog.def, information_schema.def   which they are
 *   *_rows.c                                 rows that C tells, of the state
 *                                            of the server
 *   sql/pg_catalog.sql, ...                  those that are views over others
 *
 * Threads: constant.
 */
#pragma once

#include "plan/system_table.h"

extern const struct system_tables pg_catalog_tables;
