# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# PHP's pgsql and PDO, see php_pgsql.php.
. "$(dirname "$0")/../lib/server.sh"

need php
php -r 'exit(extension_loaded("pgsql") && extension_loaded("pdo_pgsql") ? 0 : 1);' ||
	skip "PHP has no pgsql on this machine"
server_init
server_start
timeout 60 php "$(dirname "$0")/php_pgsql.php" || fail "php_pgsql.php"
server_stop
