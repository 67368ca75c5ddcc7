# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# ruby-pg, see ruby_pg.rb.
. "$(dirname "$0")/../lib/server.sh"

need ruby
ruby -rpg -e '' 2>/dev/null || skip "there is no ruby-pg on this machine"
server_init
server_start
timeout 60 ruby "$(dirname "$0")/ruby_pg.rb" || fail "ruby_pg.rb"
server_stop
