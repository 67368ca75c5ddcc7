# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# node-pg: from Debian's node-pg or the npm module; see node_pg.js.
. "$(dirname "$0")/../lib/server.sh"

need node
export NODE_PATH=${NODE_PATH:+$NODE_PATH:}/usr/share/nodejs:/usr/lib/nodejs
node -e 'require("pg")' 2>/dev/null ||
	skip "there is no pg module for node on this machine"
server_init
server_start
timeout 60 node "$(dirname "$0")/node_pg.js" || fail "node_pg.js"
server_stop
