# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# postgres.js, see postgres_js.js.
. "$(dirname "$0")/../lib/server.sh"
. "$(dirname "$0")/npm.sh"

need node
npm_modules npm_more postgres
server_init
server_start
timeout 100 node "$(dirname "$0")/postgres_js.js" || fail "postgres_js.js"
server_stop
