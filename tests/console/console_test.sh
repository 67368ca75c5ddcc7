#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The console in a real Chromium, see main.js; pictures of its pages go to
# console/pictures in the build directory.
. "$(dirname "$0")/../lib/server.sh"
. "$(dirname "$0")/../clients/npm.sh"

here=$(cd "$(dirname "$0")" && pwd)
need node
CHROMIUM=$(command -v chromium || command -v chromium-browser ||
	command -v google-chrome) || skip "there is no Chromium on this machine"
export CHROMIUM
server_init
port=$(free_port)
server_start -c http_port="$port"
curl -sf -o "$SERVER_DIR/page" "http://127.0.0.1:$port/" &&
	grep -q '<div id="app">' "$SERVER_DIR/page" ||
	skip "this server was built without a console"
npm_modules npm_browser playwright-core
limit=1800
[ -z "${CHECK_LONG:-}" ] || limit=3600
timeout "$limit" node "$here/main.js" "http://127.0.0.1:$port" \
	"$PWD/console/pictures" || fail "main.js"
server_stop
