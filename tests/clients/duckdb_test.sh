# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# DuckDB's postgres scanner, see duckdb_scanner.py.  DuckDB is what pip gets: the
# very files that requirements.txt names, with their hashes, put into the build
# directory.  Without a network, and not there yet, the test is skipped.
. "$(dirname "$0")/../lib/server.sh"

here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON3:-python3}
into=$PWD/clients/pip

pip_install() {
	local options=(--quiet --target "$into" --no-deps --only-binary :all:
		--require-hashes --disable-pip-version-check --no-input
		--retries 1 --timeout 20 --root-user-action=ignore)
	"$python" -m pip --version >/dev/null 2>&1 ||
		skip "there is no pip on this machine"
	rm -rf "$into"
	mkdir -p "$into"
	timeout 300 "$python" -m pip install "${options[@]}" \
		-r "$here/pip_duckdb/requirements.txt" &&
		cp "$here/pip_duckdb/requirements.txt" "$into" ||
		skip "pip could not install DuckDB"
}

cmp -s "$here/pip_duckdb/requirements.txt" "$into/requirements.txt" ||
	pip_install
server_init
server_start
PYTHONPATH=$into PYTHONDONTWRITEBYTECODE=1 timeout 200 \
	"$python" "$here/duckdb_scanner.py" || fail "duckdb_scanner.py"
server_stop
