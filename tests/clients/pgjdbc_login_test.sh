# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# pgjdbc with passwords; see PgjdbcLogin.java.
. "$(dirname "$0")/../lib/server.sh"

jar=${PGJDBC_JAR:-/usr/share/java/postgresql.jar}
need java psql
[ -f "$jar" ] || skip "there is no $jar on this machine"
java --source 11 -version >/dev/null 2>&1 ||
	skip "java cannot run a source file on this machine"
server_init
echo secret | "$STELE" admin-password -D "$SERVER_DATA" app >"$SERVER_LOG" ||
	fail "admin-password"
server_start
psql -X -q -U app -v ON_ERROR_STOP=1 <<'EOF' || fail "CREATE ROLE"
CREATE ROLE expired LOGIN VALID UNTIL '2001-01-01' PASSWORD
  'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=';
EOF
server_stop
echo 'host all all all scram-sha-256' >"$SERVER_DATA/stele.hba"
server_start
timeout 100 java -XX:TieredStopAtLevel=1 -cp "$jar" \
	"$(dirname "$0")/PgjdbcLogin.java" "$SERVER_PORT" || fail "PgjdbcLogin.java"
server_stop
