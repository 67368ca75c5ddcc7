// SPDX-License-Identifier: Apache-2.0

// Go's database/sql over lib/pq, with parameters as text and in binary, and
// over pgx; then what lib/pq has beside it: COPY, arrays, LISTEN.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"clients/every"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/lib/pq"
)

var ctx = context.Background()

func fails(code string, err error) {
	var pqErr *pq.Error
	var pgErr *pgconn.PgError
	got := ""
	if errors.As(err, &pqErr) {
		got = string(pqErr.Code)
	} else if errors.As(err, &pgErr) {
		got = pgErr.Code
	}
	if got != code {
		every.Fail("%v is not %s", err, code)
	}
}

func exec(db *sql.DB, text string, args ...any) {
	_, err := db.Exec(text, args...)
	every.Must(err)
}

func number(db *sql.DB, text string, args ...any) (value int64) {
	every.Must(db.QueryRow(text, args...).Scan(&value))
	return
}

// The columns of every, each as text.
func texts() string {
	names := strings.Split(every.Columns, ", ")
	return strings.Join(names, "::text, ") + "::text"
}

func valuesRound(db *sql.DB, prefix string) {
	insert, err := db.Prepare("INSERT INTO every (context_id, " +
		every.Columns + ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10," +
		" $11)")
	every.Must(err)
	defer insert.Close()
	for _, row := range every.Rows {
		done, err := insert.Exec(append([]any{prefix + row.Context},
			row.Values...)...)
		every.Must(err)
		count, err := done.RowsAffected()
		every.Must(err)
		every.Same("count", count, int64(1))
	}
	read, err := db.Prepare("SELECT " + texts() +
		" FROM every WHERE context_id = $1")
	every.Must(err)
	defer read.Close()
	for _, row := range every.Rows {
		got := make([]sql.NullString, len(row.Values))
		into := make([]any, len(got))
		for i := range got {
			into[i] = &got[i]
		}
		every.Must(read.QueryRow(prefix + row.Context).Scan(into...))
		for i, value := range row.Values {
			text, valid := value.(string)
			every.Same(row.Context, got[i], sql.NullString{
				String: text, Valid: valid})
		}
	}
}

func driverTypes(db *sql.DB, prefix string) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 678901000, time.UTC)
	exec(db, "INSERT INTO every (context_id, s, i, f, b, t, d, j)"+
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", prefix+"go", every.Text,
		int64(math.MinInt64), 0.1, true, at, at, `{"a": 1}`)
	var s string
	var i int64
	var f float64
	var b bool
	var t, d time.Time
	var u sql.NullInt64
	every.Must(db.QueryRow("SELECT s, i, f, b, t, d, u FROM every"+
		" WHERE context_id = $1", prefix+"go").Scan(&s, &i, &f, &b, &t, &d, &u))
	every.Same("values", []any{s, i, f, b, t.UTC(), d.UTC(), u.Valid},
		[]any{every.Text, int64(math.MinInt64), 0.1, true, at,
			at.Truncate(24 * time.Hour), false})
}

func describes(db *sql.DB) {
	rows, err := db.Query("SELECT s, i, n, t FROM every LIMIT 1")
	every.Must(err)
	defer rows.Close()
	columns, err := rows.ColumnTypes()
	every.Must(err)
	var names []string
	for _, column := range columns {
		names = append(names, column.Name()+" "+column.DatabaseTypeName())
	}
	every.Same("types", names,
		[]string{"s TEXT", "i INT8", "n NUMERIC", "t TIMESTAMPTZ"})
	precision, scale, ok := columns[2].DecimalSize()
	every.Same("numeric", []any{precision, scale, ok},
		[]any{int64(38), int64(10), true})
}

func nativeLanguage(db *sql.DB, prefix string) {
	exec(db, "STORE every FOR $1 PAYLOAD $2", prefix+"stored", `{"i": 7}`)
	every.Same("stored", number(db, "SELECT i FROM every"+
		" WHERE context_id = $1", prefix+"stored"), int64(7))
	rows, err := db.Query("REPLAY FOR \"" + prefix + "stored\"")
	every.Must(err)
	defer rows.Close()
	every.Same("REPLAY", rows.Next(), true)
	every.Same("REPLAY", rows.Next(), false)
	every.Must(rows.Err())
}

func errorsAndTransactions(db *sql.DB) {
	const count = "SELECT count(*) FROM events"
	const insert = "INSERT INTO every (context_id) VALUES ($1)"
	before := number(db, count)
	_, err := db.Exec("SELECT nothing FROM every")
	fails("42703", err)
	fails("22012", db.QueryRow("SELECT 1 / $1::bigint", 0).Scan(new(int64)))
	_, err = db.Exec("DELETE FROM every")
	fails("0A000", err)
	tx, err := db.BeginTx(ctx, &sql.TxOptions{
		Isolation: sql.LevelSerializable})
	every.Must(err)
	_, err = tx.Exec(insert, "gone")
	every.Must(err)
	_, err = tx.Exec("SELECT nothing")
	fails("42703", err)
	_, err = tx.Exec("SELECT 1")
	fails("25P02", err)
	every.Must(tx.Rollback())
	tx, err = db.BeginTx(ctx, nil)
	every.Must(err)
	for _, text := range []string{"SAVEPOINT a",
		"INSERT INTO every (context_id) VALUES ('gone')",
		"ROLLBACK TO SAVEPOINT a", "RELEASE SAVEPOINT a",
		"INSERT INTO every (context_id) VALUES ('kept')"} {
		_, err = tx.Exec(text)
		every.Must(err)
	}
	every.Must(tx.Commit())
	every.Same("events", number(db, count), before+1)
	tx, err = db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	every.Must(err)
	_, err = tx.Exec(insert, "gone")
	fails("25006", err)
	every.Must(tx.Rollback())
	every.Must(db.Ping())
}

func streams(db *sql.DB) {
	rows, err := db.Query(every.Numbers)
	every.Must(err)
	var sum int64
	for rows.Next() {
		var g int64
		every.Must(rows.Scan(&g))
		sum += g
	}
	every.Must(rows.Err())
	every.Same("stream", sum, int64(every.SumOfNumbers))
	// One that is left in the middle.
	rows, err = db.Query(every.Numbers)
	every.Must(err)
	every.Same("a row", rows.Next(), true)
	every.Must(rows.Close())
	every.Same("after it", number(db, "SELECT 42"), int64(42))
}

func cancels(db *sql.DB) {
	short, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	_, err := db.ExecContext(short, every.Slow)
	if !errors.Is(err, context.DeadlineExceeded) {
		fails("57014", err)
	}
	every.Same("after it", number(db, "SELECT 42"), int64(42))
	// That of before is gone from the server, too.
	deadline := time.Now().Add(20 * time.Second)
	for number(db, "SELECT count(*) FROM pg_stat_activity WHERE query = $1"+
		" AND state = 'active'", every.Slow) > 0 {
		if time.Now().After(deadline) {
			every.Fail("the statement goes on")
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func concurrently(db *sql.DB) {
	var all sync.WaitGroup
	db.SetMaxOpenConns(4)
	for i := 0; i < 40; i++ {
		all.Add(1)
		go func(i int) {
			defer all.Done()
			every.Same("sum", number(db, "SELECT coalesce(sum(g), 0)::bigint"+
				" FROM generate_series(1, $1::int) AS g", i),
				int64(i*(i+1)/2))
		}(i)
	}
	all.Wait()
}

func copies(db *sql.DB) {
	load := func(rows ...[]any) error {
		tx, err := db.Begin()
		every.Must(err)
		copy, err := tx.Prepare(pq.CopyIn("every", "context_id", "i", "t"))
		every.Must(err)
		for _, row := range rows {
			_, err = copy.Exec(row...)
			every.Must(err)
		}
		if _, err = copy.Exec(); err == nil {
			every.Must(copy.Close())
			return tx.Commit()
		}
		every.Must(tx.Rollback())
		return err
	}
	const count = "SELECT count(*) FROM every WHERE context_id = 'copied'"
	var rows [][]any
	for i := 0; i < 2000; i++ {
		rows = append(rows, []any{"copied", i, time.Now()})
	}
	every.Must(load(rows...))
	every.Same("COPY", number(db, count), int64(2000))
	fails("22P02", load([]any{"copied", 1, nil}, []any{"copied", "x", nil}))
	every.Same("COPY that fails", number(db, count), int64(2000))
}

func arrays(db *sql.DB) {
	var ints pq.Int64Array
	var texts pq.StringArray
	every.Must(db.QueryRow("SELECT $1::bigint[], $2::text[]",
		pq.Array([]int64{1, -2}), pq.Array([]string{"a,\"b", ""})).
		Scan(&ints, &texts))
	every.Same("numbers", ints, pq.Int64Array{1, -2})
	every.Same("texts", texts, pq.StringArray{"a,\"b", ""})
	every.Same("any", number(db, "SELECT count(*) FROM generate_series(1, 9)"+
		" AS g WHERE g = ANY($1)", pq.Array([]int64{2, 3, 11})), int64(2))
}

func listens(db *sql.DB) {
	listener := pq.NewListener(every.URL(""), time.Second, time.Minute, nil)
	defer listener.Close()
	every.Must(listener.Listen("every"))
	id := number(db, "INSERT INTO every (context_id) VALUES ('heard')"+
		" RETURNING event_id")
	select {
	case notice := <-listener.Notify:
		every.Same("notice", []string{notice.Channel, notice.Extra},
			[]string{"every", fmt.Sprint("every:", id)})
	case <-time.After(20 * time.Second):
		every.Fail("no notice came")
	}
	every.Must(listener.Ping())
	every.Must(listener.Unlisten("every"))
}

func main() {
	for i, kind := range [][]string{{"postgres", ""},
		{"postgres", "&binary_parameters=yes"}, {"pgx", ""}} {
		db, err := sql.Open(kind[0], every.URL(kind[1]))
		every.Must(err)
		if i == 0 {
			exec(db, every.Define)
		}
		prefix := fmt.Sprint(i, "-")
		valuesRound(db, prefix)
		driverTypes(db, prefix)
		describes(db)
		nativeLanguage(db, prefix)
		errorsAndTransactions(db)
		streams(db)
		cancels(db)
		concurrently(db)
		every.Must(db.Close())
		fmt.Println("ok", kind[0], kind[1])
	}
	db, err := sql.Open("postgres", every.URL(""))
	every.Must(err)
	copies(db)
	arrays(db)
	listens(db)
	every.Must(db.Close())
	fmt.Println("ok")
}
