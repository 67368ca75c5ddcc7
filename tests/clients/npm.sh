# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# npm.sh -- modules for Node.js from npm; for tests that have sourced
# lib/server.sh.
#
#	npm_modules npm_more postgres	# NODE_PATH has the module postgres
#
# A set of modules is a folder here with a package-lock.json: the very files
# that it names, with their hashes, are put into the build directory; no script
# of theirs is run.  Without a network, and not there yet, the test is skipped.

npm_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

has_module() {
	node -e 'require(process.argv[1])' "$1" 2>/dev/null
}

npm_install() {
	local set=$1 into=$2
	local options=(--prefix "$into" --ignore-scripts --no-audit --no-fund
		--no-update-notifier --fetch-retries 1 --fetch-timeout 20000)
	cp "$npm_here/$set"/package*.json "$into"
	chmod u+w "$into"/package*.json
	timeout 120 npm ci "${options[@]}" >"$into/npm.log" 2>&1 && return
	cat "$into/npm.log"
	rm -rf "$into/node_modules" "$into/package-lock.json"
	return 1
}

# npm_modules SET MODULE: the SET of which MODULE is one.
npm_modules() {
	local into=$PWD/clients/npm/$1 lock
	NODE_PATH=$into/node_modules
	export NODE_PATH
	mkdir -p "$into"
	# Tests that run at once install a set once.
	exec {lock}>"$into.lock"
	flock "$lock"
	if ! cmp -s "$npm_here/$1/package-lock.json" \
		"$into/package-lock.json" || ! has_module "$2"; then
		need npm
		npm_install "$1" "$into" ||
			skip "npm could not install the module $2"
	fi
	exec {lock}>&-
}
