# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# pgx 5, see go/pgx/main.go.
. "$(dirname "$0")/../lib/server.sh"
. "$(dirname "$0")/go.sh"

go_test pgx
