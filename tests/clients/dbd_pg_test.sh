# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# DBD::Pg, see dbd_pg.pl.
. "$(dirname "$0")/../lib/server.sh"

need perl
perl -MDBD::Pg -e '' 2>/dev/null || skip "there is no DBD::Pg on this machine"
server_init
server_start
timeout 60 perl "$(dirname "$0")/dbd_pg.pl" || fail "dbd_pg.pl"
server_stop
