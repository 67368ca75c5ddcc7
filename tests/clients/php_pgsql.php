<?php
// SPDX-License-Identifier: Apache-2.0
// PHP: its pgsql functions and PDO, with prepared statements of the server and
// without.
declare(strict_types=1);
error_reporting(E_ALL);

const TEXT = "it's \"a\" \\ b\n\t%s {} \$1 ? é 漢 \u{1fab6} \u{10ffff}";
const COLUMNS = 's, i, u, f, b, t, d, g, n, j';
const ROWS = [
	'least' => ['', '-9223372036854775808', '0', '-Infinity', 'f',
		'0001-01-01 00:00:00+00', '0001-01-01',
		'00000000-0000-0000-0000-000000000000',
		'-9999999999999999999999999999.9999999999', '{}'],
	'most' => [TEXT, '9223372036854775807', '18446744073709551615',
		'1.7976931348623157e+308', 't', '294276-12-31 23:59:59.999999+00',
		'5874897-12-31', 'ffffffff-ffff-ffff-ffff-ffffffffffff',
		'9999999999999999999999999999.9999999999',
		'{"a": [1, 2.5, null, true, "é"]}'],
	'nan' => ['nan', '-1', '1', 'NaN', null, 'infinity', '-infinity', null,
		null, '"x"'],
	'null' => [null, null, null, null, null, null, null, null, null, null],
];
const SLOW = 'SELECT count(*) FROM generate_series(1, 100000) AS a,' .
	' generate_series(1, 100000) AS b';
const NUMBERS = 'SELECT g FROM generate_series(1, 100000) AS g';

function same(string $what, mixed $expected, mixed $got): void
{
	if ($expected !== $got) {
		fprintf(STDERR, "%s: expected %s, got %s\n", $what,
			var_export($expected, true), var_export($got, true));
		exit(1);
	}
	echo "ok $what\n";
}

function schema($db): void
{
	foreach ([
		"CREATE TYPE status AS ENUM ('new', 'paid')",
		'CREATE TABLE payment (amount numeric(10,2) NOT NULL,' .
			" st status DEFAULT 'new', note varchar(20))",
		'DEFINE every FIELDS { "s": "string | null", "i": "int | null",' .
			' "u": "u64 | null", "f": "float | null", "b": "bool | null",' .
			' "t": "datetime | null", "d": "date | null",' .
			' "g": "uuid | null", "n": "decimal(38,10) | null",' .
			' "j": "json | null" }',
		"SET TimeZone = 'UTC'",
	] as $statement) {
		pg_query($db, $statement);
	}
}

// The SQLSTATE of a query that fails.
function state_of($db, string $sql, array $values = []): string
{
	pg_send_query_params($db, $sql, $values);
	$result = pg_get_result($db);
	while (pg_get_result($db)) {
	}
	return (string)pg_result_error_field($result, PGSQL_DIAG_SQLSTATE);
}

function inspects($db): void
{
	same('version', 15, (int)pg_version($db)['server']);
	same('encoding', 'UTF8', pg_client_encoding($db));
	$meta = pg_meta_data($db, 'payment', true);
	same('columns', ['context_id', 'timestamp', 'event_id', 'amount', 'st',
		'note'], array_keys($meta));
	same('a column', ['numeric', true, false],
		[$meta['amount']['type'], $meta['amount']['not null'],
			$meta['amount']['has default']]);
	same('an enum', [true, true],
		[$meta['st']['is enum'], $meta['st']['has default']]);
	$told = pg_query($db, 'SELECT * FROM payment LIMIT 0');
	same('names', 'st', pg_field_name($told, 4));
	same('types', 'numeric', pg_field_type($told, 3));
	same('a table', 'payment', pg_field_table($told, 3));
}

function values_round($db): void
{
	pg_prepare($db, 'insert', 'INSERT INTO every (context_id, ' . COLUMNS .
		') VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)');
	foreach (ROWS as $context => $row) {
		$done = pg_execute($db, 'insert', [$context, ...$row]);
		same("insert $context", 1, pg_affected_rows($done));
	}
	foreach (ROWS as $context => $row) {
		$got = pg_query_params($db, 'SELECT ' . COLUMNS .
			' FROM every WHERE context_id = $1', [$context]);
		same($context, [$row], pg_fetch_all($got, PGSQL_NUM));
	}
	// These look at pg_attribute for what each value must be.
	same('pg_insert', true, false !== pg_insert($db, 'payment',
		['context_id' => 'php', 'amount' => '1.50', 'note' => "it's"]));
	same('pg_select', [['amount' => '1.50', 'st' => 'new']],
		array_map(fn($row) => ['amount' => $row['amount'],
			'st' => $row['st']],
			pg_select($db, 'payment', ['context_id' => 'php'])));
	same('STORE', 1, pg_affected_rows(pg_query_params($db,
		'STORE every FOR $1 PAYLOAD $2', ['stored', '{"i": 7}'])));
	$story = pg_query($db, 'QUERY every FOR stored RETURN [i]');
	same('QUERY', '7', pg_fetch_assoc($story)['i']);
}

function fails_and_rolls_back($db): void
{
	same('no column', '42703', state_of($db, 'SELECT nothing FROM every'));
	same('no number', '22P02', state_of($db,
		'INSERT INTO every (context_id, i) VALUES ($1, $2)', ['c', 'x']));
	same('no change', '0A000', state_of($db, 'DELETE FROM every'));
	pg_query($db, 'BEGIN');
	pg_query($db, "INSERT INTO every (context_id) VALUES ('gone')");
	same('in a block', '22012', state_of($db, 'SELECT 1 / 0'));
	same('its status', PGSQL_TRANSACTION_INERROR, pg_transaction_status($db));
	same('after it', '25P02', state_of($db, 'SELECT 1'));
	pg_query($db, 'ROLLBACK');
	same('rolled back', '0', pg_fetch_result(pg_query($db,
		"SELECT count(*) FROM every WHERE context_id = 'gone'"), 0, 0));
}

function copies($db): void
{
	$lines = array_map(fn($i) => "copied\t$i\n", range(1, 1000));
	same('pg_copy_from', true, pg_copy_from($db, 'every (context_id, i)',
		$lines));
	same('pg_copy_to', array_map(fn($i) => "$i\n", range(1, 1000)),
		pg_copy_to($db, "(SELECT i FROM every WHERE context_id = 'copied'" .
			' ORDER BY event_id)'));
}

function streams_and_cancels($db): void
{
	$sum = 0;
	$numbers = pg_query($db, NUMBERS);
	while ($row = pg_fetch_row($numbers)) {
		$sum += (int)$row[0];
	}
	same('many rows', 5000050000, $sum);
	pg_send_query($db, SLOW);
	usleep(200000);
	same('cancelled', true, pg_cancel_query($db));
	same('after it', '42', pg_fetch_result(pg_query($db, 'SELECT 42'), 0, 0));
}

function listens($db): void
{
	pg_query($db, 'LISTEN every');
	$id = pg_fetch_result(pg_query($db, 'INSERT INTO every (context_id)' .
		" VALUES ('heard') RETURNING event_id"), 0, 0);
	$deadline = microtime(true) + 20;
	while (!($notice = pg_get_notify($db)) && microtime(true) < $deadline) {
		usleep(10000);
	}
	same('a notice', ['every', "every:$id"],
		[$notice['message'], $notice['payload']]);
}

// The SQLSTATE of a PDO statement that fails.
function pdo_state(callable $work): string
{
	try {
		$work();
	} catch (PDOException $error) {
		return $error->errorInfo[0];
	}
	return 'no error';
}

function pdo_values(PDO $pdo, string $how): void
{
	$insert = $pdo->prepare('INSERT INTO every (context_id, ' . COLUMNS .
		') VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
	foreach (ROWS as $context => $row) {
		$insert->execute(["$how $context", ...$row]);
		same("$how insert", 1, $insert->rowCount());
	}
	$select = $pdo->prepare('SELECT ' . preg_replace('/\w+/', '$0::text',
		COLUMNS) . ' FROM every WHERE context_id = :c');
	foreach (ROWS as $context => $row) {
		$select->execute(['c' => "$how $context"]);
		$row[4] = ['t' => 'true', 'f' => 'false'][$row[4] ?? ''] ?? null;
		same("$how $context", [$row], $select->fetchAll(PDO::FETCH_NUM));
	}
	$typed = $pdo->prepare('SELECT i, b, f, n, t FROM every' .
		' WHERE context_id = ?');
	$typed->bindValue(1, "$how most", PDO::PARAM_STR);
	$typed->execute();
	same("$how types", [PHP_INT_MAX, true],
		array_slice($typed->fetch(PDO::FETCH_NUM), 0, 2));
	$meta = $typed->getColumnMeta(3);
	same("$how a column", ['numeric', 'every', 'n'],
		[$meta['native_type'], $meta['table'], $meta['name']]);
}

function pdo_transactions(PDO $pdo, string $how): void
{
	$count = "SELECT count(*) FROM every WHERE context_id = 'block'";
	$before = $pdo->query($count)->fetchColumn();
	same("$how no column", '42703', pdo_state(
		fn() => $pdo->query('SELECT nothing FROM every')));
	same("$how by zero", '22012', pdo_state(function () use ($pdo) {
		$pdo->prepare('SELECT 1 / CAST(? AS int)')->execute([0]);
	}));
	$pdo->beginTransaction();
	$pdo->exec("INSERT INTO every (context_id) VALUES ('block')");
	same("$how in a block", '42P01', pdo_state(
		fn() => $pdo->exec('SELECT * FROM nowhere')));
	same("$how after it", '25P02', pdo_state(fn() => $pdo->exec('SELECT 1')));
	$pdo->rollBack();
	same("$how rolled back", $before, $pdo->query($count)->fetchColumn());
	$pdo->beginTransaction();
	$pdo->exec("INSERT INTO every (context_id) VALUES ('block')");
	$pdo->commit();
	same("$how committed", $before + 1, $pdo->query($count)->fetchColumn());
}

function pdo_rows(PDO $pdo): void
{
	$sum = 0;
	foreach ($pdo->query(NUMBERS, PDO::FETCH_NUM) as [$g]) {
		$sum += $g;
	}
	same('PDO many rows', 5000050000, $sum);
	$pdo->beginTransaction();
	$cursor = $pdo->prepare('SELECT g FROM generate_series(1, 9) AS g',
		[PDO::ATTR_CURSOR => PDO::CURSOR_SCROLL]);
	$cursor->execute();
	$got = [];
	foreach ([[PDO::FETCH_ORI_LAST, 0], [PDO::FETCH_ORI_PRIOR, 0],
		[PDO::FETCH_ORI_ABS, 3], [PDO::FETCH_ORI_REL, 2],
		[PDO::FETCH_ORI_FIRST, 0], [PDO::FETCH_ORI_NEXT, 0]] as [$to, $by]) {
		$got[] = $cursor->fetch(PDO::FETCH_NUM, $to, $by)[0];
	}
	same('PDO a scroll cursor', [9, 8, 3, 5, 1, 2], $got);
	$pdo->commit();
	same('PDO copies in', true, $pdo->pgsqlCopyFromArray('every',
		["pdo\t1", "pdo\t2"], "\t", '\\\\N', 'context_id, i'));
	same('PDO copies out', ["1\n", "2\n"], $pdo->pgsqlCopyToArray(
		"(SELECT i FROM every WHERE context_id = 'pdo' ORDER BY event_id)"));
	$stored = $pdo->query("INSERT INTO every (context_id) VALUES ('r')" .
		' RETURNING event_id, context_id')->fetch(PDO::FETCH_ASSOC);
	same('PDO RETURNING', true, $stored['event_id'] > 0);
	$pdo->exec('SET statement_timeout = 200');
	same('PDO a timeout', '57014', pdo_state(fn() => $pdo->query(SLOW)));
	same('PDO after it', 42, $pdo->query('SELECT 42')->fetchColumn());
}

$db = pg_connect('options=--application_name=php');
schema($db);
foreach (['inspects', 'values_round', 'fails_and_rolls_back', 'copies',
	'streams_and_cancels', 'listens'] as $case) {
	$case($db);
}
pg_close($db);
$dsn = sprintf('pgsql:host=%s;port=%s;dbname=stele', getenv('PGHOST'),
	getenv('PGPORT'));
foreach (['prepared' => false, 'emulated' => true] as $how => $emulated) {
	$pdo = new PDO($dsn, 'stele', '', [
		PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
		PDO::ATTR_EMULATE_PREPARES => $emulated,
	]);
	$pdo->exec("SET TimeZone = 'UTC'");
	pdo_values($pdo, $how);
	pdo_transactions($pdo, $how);
}
pdo_rows($pdo);
