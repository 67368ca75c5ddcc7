# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# npm's ws over WebSocket, see ws.js.
. "$(dirname "$0")/../lib/server.sh"
. "$(dirname "$0")/npm.sh"

need node
npm_modules npm_native ws
server_init
port=$(free_port)
server_start -c ws_port="$port"
timeout 100 node "$(dirname "$0")/ws.js" "$port" || fail "ws.js"
server_stop
