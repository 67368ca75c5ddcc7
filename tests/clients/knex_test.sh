# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# knex, see knex.js.
. "$(dirname "$0")/../lib/server.sh"
. "$(dirname "$0")/npm.sh"

need node
npm_modules npm_more knex
server_init
server_start
timeout 100 node "$(dirname "$0")/knex.js" || fail "knex.js"
server_stop
