# SPDX-License-Identifier: Apache-2.0
# DBD::Pg: what DBI learns of tables, placeholders of each kind, types, errors,
# savepoints, COPY, statements in the background, notices.
use strict;
use warnings;
use utf8;
use open qw(:std :encoding(UTF-8));
use DBI qw(:sql_types);
use DBD::Pg qw(:pg_types :async);
use Time::HiRes qw(sleep time);

sub same {
	my ($what, $expected, $got) = @_;
	my @texts = map { flat($_) } $expected, $got;
	die "$what: expected $texts[0], got $texts[1]\n" if $texts[0] ne $texts[1];
	print "ok $what\n";
}

sub flat {
	my ($value) = @_;
	return 'undef' unless defined $value;
	return '[' . join(', ', map { flat($_) } @$value) . ']' if ref $value;
	return "<$value>";
}

# fails(WHAT, SQLSTATE, CODE)
sub fails {
	my ($what, $state, $code) = @_;
	my $done = eval { $code->(); 1 };
	die "$what: no error, but $state is right\n" if $done;
	same($what, $state, $DBI::state);
}

my $dbh = DBI->connect('dbi:Pg:', '', '', { RaiseError => 1, PrintError => 0,
	AutoCommit => 1, pg_enable_utf8 => 1 });
same('version', 15, int($dbh->{pg_server_version} / 10000));
$dbh->do("SET TimeZone = 'UTC'");
$dbh->do(q{CREATE TYPE status AS ENUM ('new', 'paid')});
$dbh->do(q{CREATE TABLE payment (amount numeric(10,2) NOT NULL,
	st status DEFAULT 'new', note varchar(20))});
$dbh->do(q{CREATE VIEW paid AS SELECT event_id, amount FROM payment
	WHERE st = 'paid'});

# What is there.
same('tables', [qw(public.events public.paid public.payment)],
	[sort $dbh->tables(undef, 'public', '%', 'TABLE,VIEW')]);
my $columns = $dbh->column_info(undef, 'public', 'payment', '%')
	->fetchall_arrayref({});
same('columns', [
	['context_id', 'text', 0, undef],
	['"timestamp"', 'timestamp with time zone', 0, 'now()'],
	['event_id', 'bigint', 0, undef],
	['amount', 'numeric(10,2)', 0, undef],
	['st', 'status', 1, q{'new'::status}],
	['note', 'character varying(20)', 1, undef],
], [map { [@$_{qw(COLUMN_NAME pg_type NULLABLE COLUMN_DEF)}] } @$columns]);
same('an enum', [qw(new paid)], $columns->[4]{pg_enum_values});
same('a key', ['event_id'], [$dbh->primary_key(undef, 'public', 'payment')]);
same('foreign keys', [], $dbh->foreign_key_info(undef, undef, undef, undef,
	'public', 'payment')->fetchall_arrayref);
same('statistics', ['btree', 'table'], [map { $_->{TYPE} } @{ $dbh->statistics_info(
	undef, 'public', 'payment', 0, 0)->fetchall_arrayref({}) }]);
same('a type', 'int8', ($dbh->type_info(SQL_BIGINT))[0]{TYPE_NAME});
same('schemas', 1, scalar grep { $_->[1] eq 'stele' }
	@{ $dbh->table_info('', '%', '')->fetchall_arrayref });

# Values.
my @names = qw(s i u f b t d g n j);
my $TEXT = "it's \"a\" \\ b\n\t%s {} \$1 ? é 漢 \x{1fab6} \x{10ffff}";
my %rows = (
	least => ['', '-9223372036854775808', 0, -9**9**9, 0,
		'0001-01-01 00:00:00+00', '0001-01-01',
		'00000000-0000-0000-0000-000000000000',
		'-9999999999999999999999999999.9999999999', '{}'],
	most => [$TEXT, '9223372036854775807', '18446744073709551615',
		1.5, 1, '294276-12-31 23:59:59.999999+00',
		'5874897-12-31', 'ffffffff-ffff-ffff-ffff-ffffffffffff',
		'9999999999999999999999999999.9999999999', '{"a": [1, null, "é"]}'],
	nan => ['nan', -1, 1, 'NaN', undef, 'infinity', '-infinity', undef,
		undef, '"x"'],
	null => [(undef) x 10],
);
$dbh->do('DEFINE every FIELDS { "s": "string | null", "i": "int | null",'
	. ' "u": "u64 | null", "f": "float | null", "b": "bool | null",'
	. ' "t": "datetime | null", "d": "date | null", "g": "uuid | null",'
	. ' "n": "decimal(38,10) | null", "j": "json | null" }');
my $list = join ', ', @names;
my $insert = $dbh->prepare("INSERT INTO every (context_id, $list)"
	. ' VALUES (' . join(', ', ('?') x 11) . ')');
same("insert $_", 1, $insert->execute($_, @{ $rows{$_} })) for sort keys %rows;
my $select = $dbh->prepare("SELECT $list FROM every WHERE context_id = :c");
for my $context (sort keys %rows) {
	$select->bind_param(':c', $context, SQL_VARCHAR);
	$select->execute;
	same($context, [$rows{$context}], $select->fetchall_arrayref);
}
same('names', [@names], $select->{NAME});
same('types', [SQL_LONGVARCHAR, SQL_BIGINT, SQL_NUMERIC],
	[@{ $select->{TYPE} }[0 .. 2]]);
same('types of the server', [qw(text int8 numeric)],
	[@{ $select->{pg_type} }[0 .. 2]]);
same('dollars', [3], [$dbh->selectrow_array('SELECT $1::int + $2::int', {}, 1, 2)]);
same('arrays', [[1, 2], ['a,"b', '']], [$dbh->selectrow_array(
	'SELECT ?::int[], ?::text[]', {}, [1, 2], ['a,"b', ''])]);
same('STORE', 1, $dbh->do('STORE every FOR ? PAYLOAD ?', {}, 'stored', '{"i": 7}'));
same('QUERY', 7, $dbh->selectrow_hashref('QUERY every FOR stored RETURN [i]')->{i});

# Errors and transactions.
fails('no column', '42703', sub { $dbh->do('SELECT nothing FROM every') });
fails('no number', '22P02', sub {
	$dbh->do('INSERT INTO every (context_id, i) VALUES (?, ?)', {}, 'c', 'x') });
fails('no change', '0A000', sub { $dbh->do('UPDATE every SET i = 1') });
same('ping', 1, $dbh->ping);
my $count = q{SELECT count(*) FROM every WHERE context_id = 'block'};
my $add = q{INSERT INTO every (context_id) VALUES ('block')};
$dbh->begin_work;
$dbh->do($add);
fails('an error in a block', '22012', sub { $dbh->do('SELECT 1 / 0') });
fails('after it', '25P02', sub { $dbh->do('SELECT 1') });
same('ping in it', 4, $dbh->pg_ping);
$dbh->rollback;
same('rolled back', 0, $dbh->selectrow_array($count));
$dbh->begin_work;
$dbh->do($add);
$dbh->pg_savepoint('a');
$dbh->do($add);
$dbh->pg_rollback_to('a');
$dbh->pg_release('a');
$dbh->commit;
same('savepoint', 1, $dbh->selectrow_array($count));

# COPY.
$dbh->do('COPY every (context_id, i) FROM STDIN');
$dbh->pg_putcopydata("copied\t$_\n") for 1 .. 1000;
$dbh->pg_putcopyend;
$dbh->do(q{COPY (SELECT i FROM every WHERE context_id = 'copied'
	ORDER BY event_id) TO STDOUT});
my ($line, @lines) = ('');
push @lines, $line while $dbh->pg_getcopydata($line) >= 0;
same('COPY', [map { "$_\n" } 1 .. 1000], \@lines);

# Many rows: at once, and through a cursor.
my $sum = 0;
my $numbers = $dbh->prepare('SELECT g FROM generate_series(1, 100000) AS g');
$numbers->execute;
while (my $row = $numbers->fetchrow_arrayref) { $sum += $row->[0] }
same('many rows', 5000050000, $sum);
$dbh->begin_work;
$dbh->do('DECLARE c CURSOR FOR SELECT g FROM generate_series(1, 100000) AS g');
$sum = 0;
my $fetch = $dbh->prepare('FETCH 1000 FROM c');
while ($fetch->execute > 0) { $sum += $_->[0] for @{ $fetch->fetchall_arrayref } }
$dbh->commit;
same('a cursor', 5000050000, $sum);

# In the background.
my $slow = 'SELECT count(*) FROM generate_series(1, 100000) AS a,'
	. ' generate_series(1, 100000) AS b';
$dbh->do($slow, { pg_async => PG_ASYNC });
same('it runs', 0, $dbh->pg_ready);
sleep 0.2;
same('cancelled', 1, $dbh->pg_cancel ? 1 : 0);
$dbh->do('SELECT pg_sleep(0.01)', { pg_async => PG_ASYNC });
same('and one that ends', 1, $dbh->pg_result);

# Notices.
$dbh->do('LISTEN every');
my $id = $dbh->selectrow_array(
	q{INSERT INTO every (context_id) VALUES ('heard') RETURNING event_id});
my ($deadline, $notice) = time + 20;
sleep 0.01 until ($notice = $dbh->pg_notifies) || time > $deadline;
same('a notice', ['every', "every:$id"], [@$notice[0, 2]]);
$_->finish for $select, $fetch;
$dbh->disconnect;
