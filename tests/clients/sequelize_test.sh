# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Sequelize, see sequelize.js.
. "$(dirname "$0")/../lib/server.sh"
. "$(dirname "$0")/npm.sh"

need node
npm_modules npm_more sequelize
server_init
server_start
timeout 100 node "$(dirname "$0")/sequelize.js" || fail "sequelize.js"
server_stop
