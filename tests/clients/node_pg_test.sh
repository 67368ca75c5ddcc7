# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# node-pg, see node_pg.js: Debian's node-pg where it is installed, else the
# npm module, which is put into the build directory; without a network, and
# not there yet, the test is skipped.
. "$(dirname "$0")/../lib/server.sh"

here=$(cd "$(dirname "$0")" && pwd)
modules=$PWD/clients/npm

has_pg() {
	node -e 'require("pg")' 2>/dev/null
}

# The very files that package-lock.json names, with their hashes; no script of
# theirs is run.
install_pg() {
	local options=(--prefix "$modules" --ignore-scripts --no-audit --no-fund
		--no-update-notifier --fetch-retries 1 --fetch-timeout 20000)
	mkdir -p "$modules"
	cp "$here"/node_pg/package*.json "$modules"
	chmod u+w "$modules"/package*.json
	timeout 120 npm ci "${options[@]}" >"$modules/npm.log" 2>&1 && return
	cat "$modules/npm.log"
	rm -rf "$modules/node_modules" "$modules/package-lock.json"
	skip "there is no pg module for node, and npm could not install it"
}

need node
export NODE_PATH=${NODE_PATH:+$NODE_PATH:}/usr/share/nodejs:/usr/lib/nodejs
if ! has_pg; then
	NODE_PATH=$modules/node_modules
	if ! cmp -s "$here/node_pg/package-lock.json" \
		"$modules/package-lock.json" || ! has_pg; then
		need npm
		install_pg
	fi
fi
server_init
server_start
timeout 60 node "$here/node_pg.js" || fail "node_pg.js"
server_stop
