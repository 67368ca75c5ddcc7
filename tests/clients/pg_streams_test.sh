# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# pg-cursor, pg-query-stream and pg-copy-streams over node-pg, see pg_streams.js.
. "$(dirname "$0")/../lib/server.sh"
. "$(dirname "$0")/npm.sh"

need node
npm_modules npm_more pg-query-stream
server_init
server_start
timeout 100 node "$(dirname "$0")/pg_streams.js" || fail "pg_streams.js"
server_stop
