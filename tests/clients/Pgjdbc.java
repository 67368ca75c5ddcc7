// SPDX-License-Identifier: Apache-2.0
// pgjdbc: values in binary from the first use on, batches, cursors, timeouts.

import java.math.BigDecimal;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.Objects;
import java.util.UUID;

public class Pgjdbc {
	static final String TEXT =
	    "it's \"a\" \\ b\n\t%s {} $1 \u00e9 \u6f22 \ud83e\udeb6 \udbff\udfff";
	static final BigDecimal MOST =
	    new BigDecimal("9999999999999999999999999999.9999999999");
	static final String INSERT =
	    "INSERT INTO every (context_id, s, i, u, f, b, t, d, g, n, j)"
	    + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

	static final Object[][] ROWS = {
		{ "least", "", Long.MIN_VALUE, BigDecimal.ZERO,
		    Double.NEGATIVE_INFINITY, false,
		    OffsetDateTime.of(1, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC),
		    LocalDate.of(1, 1, 1), new UUID(0, 0), MOST.negate(), "{}" },
		{ "most", TEXT, Long.MAX_VALUE,
		    new BigDecimal("18446744073709551615"), Double.MAX_VALUE, true,
		    OffsetDateTime.of(
			9999, 12, 31, 23, 59, 59, 999999000, ZoneOffset.UTC),
		    LocalDate.of(9999, 12, 31), new UUID(-1, -1), MOST,
		    "{\"a\": [1, 2.5, null, true]}" },
		{ "small", " ", 0L, BigDecimal.ONE, Double.MIN_VALUE, true,
		    OffsetDateTime.of(
			1999, 12, 31, 23, 59, 59, 999999000, ZoneOffset.UTC),
		    LocalDate.of(1999, 12, 31),
		    UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"),
		    new BigDecimal("0.0000000001"), "[1, 2]" },
		{ "nan", "nan", -1L, null, Double.NaN, null, null, null, null, null,
		    "\"x\"" },
		{ "null", null, null, null, null, null, null, null, null, null,
		    null },
	};

	static final int[] SQL_TYPES = { Types.VARCHAR, Types.VARCHAR,
		Types.BIGINT, Types.NUMERIC, Types.DOUBLE, Types.BOOLEAN,
		Types.TIMESTAMP_WITH_TIMEZONE, Types.DATE, Types.OTHER,
		Types.NUMERIC, Types.OTHER };

	static void
	same(Object got, Object expected)
	{
		if (!Objects.equals(got, expected))
			throw new AssertionError(got + " is not " + expected);
	}

	interface Action {
		void run() throws SQLException;
	}

	static void
	fails(String state, Action action)
	{
		try {
			action.run();
		} catch (SQLException error) {
			same(error.getSQLState(), state);
			return;
		}
		throw new AssertionError("no error, but " + state + " is right");
	}

	static void
	run(Connection conn, String sql) throws SQLException
	{
		try (Statement statement = conn.createStatement()) {
			statement.execute(sql);
		}
	}

	static long
	number(Connection conn, String sql) throws SQLException
	{
		try (Statement statement = conn.createStatement();
		     ResultSet rows = statement.executeQuery(sql)) {
			rows.next();
			return rows.getLong(1);
		}
	}

	static void
	valuesRound(Connection conn) throws SQLException
	{
		run(conn, "DEFINE every FIELDS { \"s\": \"string | null\","
			+ " \"i\": \"int | null\", \"u\": \"u64 | null\","
			+ " \"f\": \"float | null\", \"b\": \"bool | null\","
			+ " \"t\": \"datetime | null\", \"d\": \"date | null\","
			+ " \"g\": \"uuid | null\","
			+ " \"n\": \"decimal(38,10) | null\","
			+ " \"j\": \"json | null\" }");
		try (PreparedStatement insert = conn.prepareStatement(INSERT)) {
			for (Object[] row : ROWS) {
				for (int i = 0; i < row.length; i++)
					if (row[i] == null)
						insert.setNull(i + 1, SQL_TYPES[i]);
					else
						insert.setObject(i + 1, row[i], SQL_TYPES[i]);
				same(insert.executeUpdate(), 1);
			}
		}
		try (PreparedStatement select = conn.prepareStatement(
			 "SELECT context_id, s, i, u, f, b, t, d, g, n, j"
			 + " FROM every WHERE context_id = ?")) {
			for (int round = 0; round < 3; round++)
				for (Object[] row : ROWS)
					readRow(select, row);
		}
	}

	static void
	readRow(PreparedStatement select, Object[] row) throws SQLException
	{
		select.setString(1, (String)row[0]);
		try (ResultSet rows = select.executeQuery()) {
			same(rows.next(), true);
			same(rows.getString(2), row[1]);
			same(rows.getObject(3), row[2]);
			same(rows.getBigDecimal(4), row[3]);
			same(rows.getObject(5), row[4]);
			same(rows.getObject(6), row[5]);
			same(rows.getObject(7, OffsetDateTime.class), row[6]);
			same(rows.getObject(8, LocalDate.class), row[7]);
			same(rows.getObject(9), row[8]);
			same(rows.getBigDecimal(10), row[9]);
			same(rows.getString(11), row[10]);
			same(rows.next(), false);
		}
	}

	static void
	smallTypes(Connection conn) throws SQLException
	{
		run(conn, "CREATE TABLE sql_types (h smallint, w integer, r real,"
			+ " c varchar(10))");
		try (PreparedStatement insert = conn.prepareStatement(
			 "INSERT INTO sql_types (context_id, h, w, r, c)"
			 + " VALUES ('c', ?, ?, ?, ?)")) {
			insert.setShort(1, Short.MIN_VALUE);
			insert.setInt(2, Integer.MAX_VALUE);
			insert.setFloat(3, Float.MIN_VALUE);
			insert.setString(4, "0123456789");
			same(insert.executeUpdate(), 1);
			insert.setInt(2, 0);
			insert.setString(4, "01234567890");
			fails("22001", insert::executeUpdate);
		}
		try (Statement statement = conn.createStatement();
		     ResultSet rows = statement.executeQuery(
			 "SELECT h, w, r, c FROM sql_types")) {
			rows.next();
			same(rows.getShort(1), Short.MIN_VALUE);
			same(rows.getInt(2), Integer.MAX_VALUE);
			same(rows.getFloat(3), Float.MIN_VALUE);
			same(rows.getString(4), "0123456789");
		}
	}

	static void
	storeAndQuery(Connection conn) throws SQLException
	{
		try (PreparedStatement store = conn.prepareStatement(
			 "STORE every FOR ? PAYLOAD ?")) {
			for (int i = 0; i < 7; i++) {
				store.setString(1, "stored");
				store.setObject(2, "{\"i\": " + i + "}", Types.OTHER);
				same(store.executeUpdate(), 1);
			}
		}
		try (Statement statement = conn.createStatement();
		     ResultSet rows = statement.executeQuery(
			 "QUERY every FOR stored RETURN [i]")) {
			for (long i = 0; i < 7; i++) {
				rows.next();
				same(rows.getLong("i"), i);
			}
			same(rows.next(), false);
		}
	}

	static void
	batches(Connection conn) throws SQLException
	{
		try (PreparedStatement insert = conn.prepareStatement(
			 "INSERT INTO every (context_id, i) VALUES (?, ?)")) {
			for (long i = 0; i < 500; i++) {
				insert.setString(1, "batch");
				insert.setLong(2, i);
				insert.addBatch();
			}
			same(insert.executeBatch().length, 500);
		}
		conn.setAutoCommit(false);
		try (Statement statement = conn.createStatement()) {
			statement.setFetchSize(50);
			try (ResultSet rows = statement.executeQuery(
				 "SELECT i FROM every WHERE context_id = 'batch'"
				 + " ORDER BY event_id")) {
				for (long i = 0; i < 500; i++) {
					rows.next();
					same(rows.getLong(1), i);
				}
				same(rows.next(), false);
			}
		}
		conn.commit();
		conn.setAutoCommit(true);
	}

	/* A large result: at once, and some rows of a portal at a time. */
	static void
	streams(Connection conn) throws SQLException
	{
		for (int size : new int[] { 0, 1000 }) {
			long sum = 0;

			conn.setAutoCommit(false);
			try (PreparedStatement numbers = conn.prepareStatement(
				 "SELECT g FROM generate_series(1, ?) AS g")) {
				numbers.setInt(1, 100000);
				numbers.setFetchSize(size);
				try (ResultSet rows = numbers.executeQuery()) {
					while (rows.next())
						sum += rows.getInt(1);
				}
			}
			conn.commit();
			conn.setAutoCommit(true);
			same(sum, 5000050000L);
		}
	}

	static void
	errorsAndRollback(Connection conn) throws SQLException
	{
		long before = number(conn, "SELECT count(*) FROM events");

		conn.setAutoCommit(false);
		run(conn, "INSERT INTO every (context_id) VALUES ('gone')");
		fails("42703", () -> run(conn, "SELECT nothing FROM every"));
		fails("25P02", () -> run(conn, "SELECT 1"));
		conn.rollback();
		conn.setAutoCommit(true);
		same(number(conn, "SELECT count(*) FROM events"), before);
		fails("22012", () -> run(conn, "SELECT 1 / 0"));
		try (PreparedStatement insert = conn.prepareStatement(
			 "INSERT INTO sql_types (context_id, h) VALUES ('c', ?)")) {
			for (int value : new int[] { 1, 70000, 2 }) {
				insert.setInt(1, value);
				insert.addBatch();
			}
			insert.executeBatch();
			throw new AssertionError("no error");
		} catch (BatchUpdateException error) {
			same(error.getSQLState(), "22003");
		}
		same(number(conn, "SELECT count(*) FROM events"), before);
	}

	static void
	cancel(Connection conn) throws SQLException
	{
		String text = String.join("", Collections.nCopies(1000, "a"));
		StringBuilder filter = new StringBuilder("s LIKE 'b'");

		run(conn, "DEFINE slow FIELDS { \"s\": \"string\" }");
		for (int i = 0; i < 5; i++)
			run(conn, "INSERT INTO slow (context_id, s) VALUES "
				+ String.join(",",
				    Collections.nCopies(2000, "('c', '" + text + "')")));
		for (int i = 0; i < 1000; i++)
			filter.append(" OR s LIKE '%a%b" + i + "%'");
		try (Statement statement = conn.createStatement()) {
			statement.setQueryTimeout(1);
			fails("57014",
			    ()
				-> statement.executeQuery(
				    "SELECT count(*) FROM slow WHERE " + filter));
		}
		same(number(conn, "SELECT 42"), 42L);
	}

	public static void
	main(String[] args) throws SQLException
	{
		String url = "jdbc:postgresql://127.0.0.1:" + args[0]
		    + "/stele?user=stele&sslmode=disable&prepareThreshold=1";

		try (Connection conn = DriverManager.getConnection(url)) {
			same(conn.isValid(5), true);
			valuesRound(conn);
			smallTypes(conn);
			storeAndQuery(conn);
			batches(conn);
			streams(conn);
			errorsAndRollback(conn);
			cancel(conn);
		}
		System.out.println("ok");
	}
}
