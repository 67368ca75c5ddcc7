# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What tools ask through pgjdbc, see PgjdbcMetaData.java.
. "$(dirname "$0")/../lib/server.sh"

jar=${PGJDBC_JAR:-/usr/share/java/postgresql.jar}
need java
[ -f "$jar" ] || skip "there is no $jar on this machine"
java --source 11 -version >/dev/null 2>&1 ||
	skip "java cannot run a source file on this machine"
server_init
server_start
timeout 100 java -XX:TieredStopAtLevel=1 -cp "$jar" \
	"$(dirname "$0")/PgjdbcMetaData.java" "$SERVER_PORT" ||
	fail "PgjdbcMetaData.java"
server_stop
