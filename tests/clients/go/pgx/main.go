// SPDX-License-Identifier: Apache-2.0

// pgx 5: every test in each of its ways to send a statement, then COPY,
// batches, the pool, cancelling and LISTEN.
package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"sync"
	"time"

	"clients/every"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

var ctx = context.Background()

var modes = []pgx.QueryExecMode{
	pgx.QueryExecModeCacheStatement,
	pgx.QueryExecModeCacheDescribe,
	pgx.QueryExecModeDescribeExec,
	pgx.QueryExecModeExec,
	pgx.QueryExecModeSimpleProtocol,
}

func connect(mode pgx.QueryExecMode) *pgx.Conn {
	config, err := pgx.ParseConfig(every.URL(""))
	every.Must(err)
	config.DefaultQueryExecMode = mode
	conn, err := pgx.ConnectConfig(ctx, config)
	every.Must(err)
	return conn
}

func fails(code string, err error) {
	var pgErr *pgconn.PgError
	if !errors.As(err, &pgErr) || pgErr.Code != code {
		every.Fail("%v is not %s", err, code)
	}
}

func exec(conn *pgx.Conn, sql string, args ...any) {
	_, err := conn.Exec(ctx, sql, args...)
	every.Must(err)
}

func number(conn *pgx.Conn, sql string, args ...any) (value int64) {
	every.Must(conn.QueryRow(ctx, sql, args...).Scan(&value))
	return
}

// An event as values of Go and of pgtype.
type event struct {
	S *string
	I *int64
	U pgtype.Numeric
	F *float64
	B *bool
	T *time.Time
	D pgtype.Date
	G pgtype.UUID
	N pgtype.Numeric
	J *string
}

func pointer[T any](value T) *T { return &value }

func numeric(text string) (value pgtype.Numeric) {
	every.Must(value.Scan(text))
	return
}

func date(year int, month time.Month, day int) pgtype.Date {
	return pgtype.Date{
		Time: time.Date(year, month, day, 0, 0, 0, 0, time.UTC), Valid: true}
}

var uuidMost = [16]byte{255, 255, 255, 255, 255, 255, 255, 255,
	255, 255, 255, 255, 255, 255, 255, 255}

var events = map[string]event{
	"least": {pointer(""), pointer(int64(math.MinInt64)), numeric("0"),
		pointer(math.Inf(-1)), pointer(false),
		pointer(time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)), date(1, 1, 1),
		pgtype.UUID{Valid: true},
		numeric("-9999999999999999999999999999.9999999999"), pointer("{}")},
	"most": {pointer(every.Text), pointer(int64(math.MaxInt64)),
		numeric("18446744073709551615"), pointer(math.MaxFloat64),
		pointer(true),
		pointer(time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC)),
		pgtype.Date{InfinityModifier: pgtype.Infinity, Valid: true},
		pgtype.UUID{Bytes: uuidMost, Valid: true},
		numeric("9999999999999999999999999999.9999999999"),
		pointer(`{"a": [1, 2.5, null, true, "é"]}`)},
	"small": {pointer(" "), pointer(int64(0)), numeric("1"),
		pointer(math.SmallestNonzeroFloat64), pointer(true),
		pointer(time.Date(1999, 12, 31, 23, 59, 59, 999999000, time.UTC)),
		date(1999, 12, 31), pgtype.UUID{Bytes: [16]byte{15: 1}, Valid: true},
		numeric("0.0000000001"), pointer("[1, 2]")},
	"null": {},
}

func (e event) args(name string) []any {
	return []any{name, e.S, e.I, e.U, e.F, e.B, e.T, e.D, e.G, e.N, e.J}
}

func rational(n pgtype.Numeric) string {
	if !n.Valid || n.NaN {
		return fmt.Sprint(n.Valid, n.NaN)
	}
	text, err := n.Value()
	every.Must(err)
	value, ok := new(big.Rat).SetString(text.(string))
	if !ok {
		every.Fail("no number: %v", text)
	}
	return value.String()
}

func same(name string, got, expected event) {
	for _, pair := range [][2]*pgtype.Numeric{
		{&got.U, &expected.U}, {&got.N, &expected.N}} {
		every.Same(name, rational(*pair[0]), rational(*pair[1]))
		*pair[0], *pair[1] = pgtype.Numeric{}, pgtype.Numeric{}
	}
	if got.T != nil {
		*got.T = got.T.UTC()
	}
	every.Same(name, got, expected)
}

func read(conn *pgx.Conn, table, name string) event {
	rows, err := conn.Query(ctx, "SELECT "+every.Columns+" FROM "+table+
		" WHERE context_id = $1", name)
	every.Must(err)
	got, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[event])
	every.Must(err)
	return got
}

func valuesRound(conn *pgx.Conn, mode pgx.QueryExecMode) {
	prefix := fmt.Sprint(mode, " ")
	for name, value := range events {
		exec(conn, "INSERT INTO every (context_id, "+every.Columns+
			") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
			value.args(prefix+name)...)
	}
	for name, value := range events {
		for round := 0; round < 2; round++ {
			same(name, read(conn, "every", prefix+name), value)
		}
	}
	rows, err := conn.Query(ctx, "SELECT i, f FROM every WHERE i = $1"+
		" AND f > $2 AND t < $3", int64(0), float32(-1), time.Now())
	every.Must(err)
	rows.Close()
	every.Must(rows.Err())
}

func describes(conn *pgx.Conn) {
	told, err := conn.Prepare(ctx, "told",
		"SELECT s, c, n FROM every CROSS JOIN painted WHERE i = $1 AND c = $2")
	every.Must(err)
	color, err := conn.LoadType(ctx, "color")
	every.Must(err)
	conn.TypeMap().RegisterType(color)
	colors, err := conn.LoadType(ctx, "_color")
	every.Must(err)
	conn.TypeMap().RegisterType(colors)
	every.Same("parameters", told.ParamOIDs, []uint32{20, color.OID})
	every.Same("columns", []any{told.Fields[0].Name, told.Fields[1].DataTypeOID,
		told.Fields[2].TypeModifier}, []any{"s", color.OID, int32(38<<16 + 14)})
	var all []string
	every.Must(conn.QueryRow(ctx, "SELECT enum_range(NULL::color)").Scan(&all))
	every.Same("an array of an enum", all, []string{"red", "né"})
	names, err := conn.Query(ctx, `SELECT column_name::text
		FROM information_schema.columns WHERE table_name = $1
		ORDER BY ordinal_position`, "painted")
	every.Must(err)
	got, err := pgx.CollectRows(names, pgx.RowTo[string])
	every.Must(err)
	every.Same("columns", got,
		[]string{"context_id", "timestamp", "event_id", "c"})
}

func nativeLanguage(conn *pgx.Conn, mode pgx.QueryExecMode) {
	name := fmt.Sprint("stored ", mode)
	for i := 0; i < 3; i++ {
		tag, err := conn.Exec(ctx, "STORE every FOR $1 PAYLOAD $2",
			name, fmt.Sprintf(`{"i": %d}`, i))
		every.Must(err)
		every.Same("tag", tag.String(), "INSERT 0 1")
	}
	rows, err := conn.Query(ctx, `QUERY every FOR "`+name+`" RETURN [i]`)
	every.Must(err)
	got, err := pgx.CollectRows(rows, pgx.RowToMap)
	every.Must(err)
	every.Same("QUERY", []any{got[0]["i"], got[1]["i"], got[2]["i"]},
		[]any{int64(0), int64(1), int64(2)})
}

func arrays(conn *pgx.Conn) {
	var ints []int64
	var texts []*string
	every.Must(conn.QueryRow(ctx, "SELECT $1::bigint[], $2::text[]",
		[]int64{1, -2}, []string{"a,\"b", ""}).Scan(&ints, &texts))
	every.Same("numbers", ints, []int64{1, -2})
	every.Same("texts", []string{*texts[0], *texts[1]}, []string{"a,\"b", ""})
	every.Same("any", number(conn, "SELECT count(*) FROM generate_series(1, 9)"+
		" AS g WHERE g = ANY($1)", []int32{2, 3, 11}), int64(2))
}

func errorsAndTransactions(conn *pgx.Conn, mode pgx.QueryExecMode) {
	const count = "SELECT count(*) FROM events"
	const insert = "INSERT INTO every (context_id) VALUES ($1)"
	before := number(conn, count)
	_, err := conn.Exec(ctx, "SELECT nothing FROM every")
	fails("42703", err)
	fails("22012", conn.QueryRow(ctx, "SELECT 1 / $1::bigint", 0).
		Scan(new(int64)))
	_, err = conn.Exec(ctx, "UPDATE every SET i = $1", 1)
	fails("0A000", err)
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead})
	every.Must(err)
	_, err = tx.Exec(ctx, insert, "gone")
	every.Must(err)
	_, err = tx.Exec(ctx, "SELECT nothing")
	fails("42703", err)
	_, err = tx.Exec(ctx, "SELECT 1")
	fails("25P02", err)
	every.Must(tx.Rollback(ctx))
	err = pgx.BeginFunc(ctx, conn, func(outer pgx.Tx) error {
		_, err := outer.Exec(ctx, insert, "kept")
		every.Must(err)
		fails("22012", pgx.BeginFunc(ctx, outer, func(inner pgx.Tx) error {
			_, err := inner.Exec(ctx, insert, "gone")
			every.Must(err)
			_, err = inner.Exec(ctx, "SELECT 1 / 0")
			return err
		}))
		return nil
	})
	every.Must(err)
	every.Same("events", number(conn, count), before+1)
	fails("25006", pgx.BeginTxFunc(ctx, conn,
		pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, insert, "gone")
			return err
		}))
}

func streams(conn *pgx.Conn) {
	rows, err := conn.Query(ctx, every.Numbers)
	every.Must(err)
	var g, sum int64
	_, err = pgx.ForEachRow(rows, []any{&g}, func() error {
		sum += g
		return nil
	})
	every.Must(err)
	every.Same("stream", sum, int64(every.SumOfNumbers))
	// One that is left in the middle.
	rows, err = conn.Query(ctx, every.Numbers)
	every.Must(err)
	every.Same("a row", rows.Next(), true)
	rows.Close()
	every.Same("after it", number(conn, "SELECT 42"), int64(42))
}

func batches(conn *pgx.Conn, mode pgx.QueryExecMode) {
	batch := &pgx.Batch{}
	for i := 0; i < 200; i++ {
		batch.Queue("INSERT INTO every (context_id, i) VALUES ($1, $2)",
			fmt.Sprint("batch ", mode), i)
	}
	var count int64
	batch.Queue("SELECT $1::bigint * 2", 21).QueryRow(func(row pgx.Row) error {
		return row.Scan(&count)
	})
	every.Must(conn.SendBatch(ctx, batch).Close())
	every.Same("a query of the batch", count, int64(42))
	const stored = "SELECT count(*) FROM every WHERE context_id = $1"
	every.Same("a batch",
		number(conn, stored, fmt.Sprint("batch ", mode)), int64(200))
	// One that fails has no effect: it is a transaction.
	batch = &pgx.Batch{}
	batch.Queue("INSERT INTO every (context_id, i) VALUES ($1, $2)", "gone", 1)
	batch.Queue("SELECT 1 / $1::bigint", 0)
	batch.Queue("INSERT INTO every (context_id, i) VALUES ($1, $2)", "gone", 2)
	fails("22012", conn.SendBatch(ctx, batch).Close())
	every.Same("a batch that fails", number(conn, stored, "gone"), int64(0))
}

func copies(conn *pgx.Conn) {
	exec(conn, "CREATE TABLE copied (s text, i bigint, u numeric(20,0),"+
		" f float8, b boolean, t timestamptz, d date, g uuid,"+
		" n numeric(38,10), j jsonb)")
	columns := []string{"context_id",
		"s", "i", "u", "f", "b", "t", "d", "g", "n", "j"}
	var rows [][]any
	for name, value := range events {
		rows = append(rows, value.args(name))
	}
	count, err := conn.CopyFrom(ctx, pgx.Identifier{"public", "copied"},
		columns, pgx.CopyFromRows(rows))
	every.Must(err)
	every.Same("copied", count, int64(len(events)))
	for name, value := range events {
		same(name, read(conn, "copied", name), value)
	}
	count, err = conn.CopyFrom(ctx, pgx.Identifier{"copied"}, columns[:2],
		pgx.CopyFromSlice(50000, func(i int) ([]any, error) {
			return []any{"many", fmt.Sprint(i)}, nil
		}))
	every.Must(err)
	every.Same("many", count, int64(50000))
	_, err = conn.CopyFrom(ctx, pgx.Identifier{"copied"}, columns[:2],
		pgx.CopyFromRows([][]any{{"gone", "a"}, {nil, "b"}}))
	fails("23502", err)
	every.Same("rows", number(conn, "SELECT count(*) FROM copied"),
		int64(50000+len(events)))
}

func pools() {
	config, err := pgxpool.ParseConfig(every.URL("&pool_max_conns=4"))
	every.Must(err)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	every.Must(err)
	defer pool.Close()
	every.Must(pool.Ping(ctx))
	var all sync.WaitGroup
	sums := make([]int64, 40)
	for i := range sums {
		all.Add(1)
		go func(i int) {
			defer all.Done()
			every.Must(pool.QueryRow(ctx, "SELECT coalesce(sum(g), 0)::bigint"+
				" FROM generate_series(1, $1::int) AS g", i).Scan(&sums[i]))
		}(i)
	}
	all.Wait()
	for i, sum := range sums {
		every.Same("sum", sum, int64(i*(i+1)/2))
	}
}

// The connection ends with its context, and so does what the server did.
func cancels() {
	conn := connect(pgx.QueryExecModeCacheStatement)
	pid := conn.PgConn().PID()
	short, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	_, err := conn.Exec(short, every.Slow)
	every.Same("timeout", errors.Is(err, context.DeadlineExceeded), true)
	every.Same("closed", conn.IsClosed(), true)
	other := connect(pgx.QueryExecModeCacheStatement)
	defer other.Close(ctx)
	deadline := time.Now().Add(20 * time.Second)
	for number(other, "SELECT count(*) FROM pg_stat_activity"+
		" WHERE pid = $1", int32(pid)) > 0 {
		if time.Now().After(deadline) {
			every.Fail("the statement goes on")
		}
		time.Sleep(10 * time.Millisecond)
	}
	timer := time.AfterFunc(200*time.Millisecond, func() {
		every.Must(other.PgConn().CancelRequest(ctx))
	})
	defer timer.Stop()
	_, err = other.Exec(ctx, every.Slow)
	fails("57014", err)
	every.Same("after it", number(other, "SELECT 42"), int64(42))
}

func listens(conn *pgx.Conn) {
	listener := connect(pgx.QueryExecModeCacheStatement)
	defer listener.Close(ctx)
	exec(listener, "LISTEN every")
	id := number(conn, "INSERT INTO every (context_id) VALUES ('heard')"+
		" RETURNING event_id")
	patient, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	notice, err := listener.WaitForNotification(patient)
	every.Must(err)
	every.Same("notice", []string{notice.Channel, notice.Payload},
		[]string{"every", fmt.Sprint("every:", id)})
}

func main() {
	conn := connect(pgx.QueryExecModeCacheStatement)
	defer conn.Close(ctx)
	exec(conn, every.Define)
	exec(conn, "CREATE TYPE color AS ENUM ('red', 'né')")
	exec(conn, "CREATE TABLE painted (c color NOT NULL)")
	exec(conn, "INSERT INTO painted (context_id, c) VALUES ('c', $1)", "né")
	for _, mode := range modes {
		other := connect(mode)
		valuesRound(other, mode)
		nativeLanguage(other, mode)
		arrays(other)
		errorsAndTransactions(other, mode)
		streams(other)
		batches(other, mode)
		every.Must(other.Close(ctx))
		fmt.Println("ok", mode)
	}
	describes(conn)
	copies(conn)
	pools()
	cancels()
	listens(conn)
	fmt.Println("ok")
}
