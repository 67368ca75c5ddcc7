# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# node-pg, see node_pg.js: Debian's node-pg where it is installed, else npm's.
. "$(dirname "$0")/../lib/server.sh"
. "$(dirname "$0")/npm.sh"

need node
export NODE_PATH=${NODE_PATH:+$NODE_PATH:}/usr/share/nodejs:/usr/lib/nodejs
has_module pg || npm_modules npm_pg pg
server_init
server_start
timeout 60 node "$(dirname "$0")/node_pg.js" || fail "node_pg.js"
server_stop
