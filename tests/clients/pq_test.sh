# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# lib/pq, and pgx, under Go's database/sql, see go/pq/main.go.
. "$(dirname "$0")/../lib/server.sh"
. "$(dirname "$0")/go.sh"

go_test pq
