// SPDX-License-Identifier: Apache-2.0

// Package every is what each driver for Go is asked to do: a type with a field
// of each type, events with their extreme values as PostgreSQL writes them,
// and a statement that takes long enough to be cancelled.
package every

import (
	"fmt"
	"os"
	"reflect"
)

const Define = `DEFINE every FIELDS { "s": "string | null", "i": "int | null",
	"u": "u64 | null", "f": "float | null", "b": "bool | null",
	"t": "datetime | null", "d": "date | null", "g": "uuid | null",
	"n": "decimal(38,10) | null", "j": "json | null" }`

const Columns = "s, i, u, f, b, t, d, g, n, j"

const Text = "it's \"a\" \\ b\n\t%s {} $1 é 漢 \U0001fab6 \U0010ffff"

const Slow = `SELECT count(*) FROM generate_series(1, 100000) AS a,
	generate_series(1, 100000) AS b`

const Numbers = "SELECT g FROM generate_series(1, 100000) AS g"

// SumOfNumbers is what the rows of Numbers come to.
const SumOfNumbers = 5000050000

// A Row is an event: its context and the texts of Columns, nil for NULL.
type Row struct {
	Context string
	Values  []any
}

var Rows = []Row{
	{"least", []any{"", "-9223372036854775808", "0", "-Infinity", "false",
		"0001-01-01 00:00:00+00", "0001-01-01",
		"00000000-0000-0000-0000-000000000000",
		"-9999999999999999999999999999.9999999999", "{}"}},
	{"most", []any{Text, "9223372036854775807", "18446744073709551615",
		"1.7976931348623157e+308", "true", "9999-12-31 23:59:59.999999+00",
		"9999-12-31", "ffffffff-ffff-ffff-ffff-ffffffffffff",
		"9999999999999999999999999999.9999999999",
		`{"a": [1, 2.5, null, true, "é"]}`}},
	{"small", []any{" ", "0", "1", "5e-324", "true",
		"1999-12-31 23:59:59.999999+00", "1999-12-31",
		"00112233-4455-6677-8899-aabbccddeeff", "0.0000000001", "[1, 2]"}},
	{"nan", []any{"nan", "-1", "1", "NaN", nil, nil, nil, nil, nil, `"x"`}},
	{"null", make([]any, 10)},
}

// Must ends the program with the error, if there is one.
func Must(err error) {
	if err != nil {
		Fail("%v", err)
	}
}

// Fail ends the program with this message; the panic says where.
func Fail(format string, args ...any) {
	panic(fmt.Sprintf(format, args...))
}

// Same ends the program unless both values are equal.
func Same(what string, got, expected any) {
	if !reflect.DeepEqual(got, expected) {
		Fail("%s: %#v is not %#v", what, got, expected)
	}
}

// URL is where the server listens.
func URL(options string) string {
	return fmt.Sprintf(
		"postgres://stele@%s:%s/stele?sslmode=disable&timezone=UTC%s",
		os.Getenv("PGHOST"), os.Getenv("PGPORT"), options)
}
