# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# DuckDB's postgres scanner, see duckdb_scanner.py.
. "$(dirname "$0")/../lib/server.sh"
. "$(dirname "$0")/pip.sh"

pip_modules pip_duckdb
server_init
server_start
timeout 200 "${PYTHON3:-python3}" "$(dirname "$0")/duckdb_scanner.py" ||
	fail "duckdb_scanner.py"
server_stop
