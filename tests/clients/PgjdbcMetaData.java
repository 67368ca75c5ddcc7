// SPDX-License-Identifier: Apache-2.0
// pgjdbc's DatabaseMetaData, as DBeaver, Metabase, Tableau and others use it,
// and what they set on a connection: fetch sizes, rewritten batches, binary
// transfer from the first use on.

import java.sql.Array;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

public class PgjdbcMetaData {
	static void
	same(String what, Object got, Object expected)
	{
		if (!Objects.equals(got, expected))
			throw new AssertionError(
			    what + ": " + got + " is not " + expected);
	}

	static void
	run(Connection conn, String sql) throws SQLException
	{
		try (Statement statement = conn.createStatement()) {
			statement.execute(sql);
		}
	}

	// These columns of all rows, a text each.
	static List<String>
	read(ResultSet rows, String... columns) throws SQLException
	{
		List<String> all = new ArrayList<>();

		try (rows) {
			while (rows.next()) {
				List<String> row = new ArrayList<>();
				for (String column : columns)
					row.add(rows.getString(column));
				all.add(String.join("|", row.stream()
						.map(String::valueOf)
						.toArray(String[] ::new)));
			}
		}
		return all;
	}

	static void
	has(String what, List<String> rows, String... expected)
	{
		for (String row : expected)
			if (!rows.contains(row))
				throw new AssertionError(
				    what + ": no " + row + " in " + rows);
	}

	static void
	schema(Connection conn) throws SQLException
	{
		run(conn, "CREATE TYPE status AS ENUM ('new', 'paid')");
		run(conn, "CREATE TABLE payment (amount numeric(10,2) NOT NULL,"
			+ " st status DEFAULT 'new', note varchar(20), n int,"
			+ " small smallint, r real, f float8, b boolean, d date,"
			+ " g uuid, j jsonb, big bigint)");
		run(conn, "CREATE TABLE pay_ment (x int)");
		run(conn, "CREATE VIEW paid AS SELECT event_id, amount FROM payment"
			+ " WHERE st = 'paid'");
	}

	static void
	server(DatabaseMetaData meta) throws SQLException
	{
		same("product", meta.getDatabaseProductName(), "PostgreSQL");
		same("major version", meta.getDatabaseMajorVersion(), 15);
		same("user", meta.getUserName(), "stele");
		same("quote", meta.getIdentifierQuoteString(), "\"");
		same("transactions", meta.supportsTransactions(), true);
		same("identifiers", meta.getMaxColumnNameLength(), 63);
		same("keywords", meta.getSQLKeywords().contains("analyze"), true);
		same("numeric functions",
		    meta.getNumericFunctions().contains("abs"), true);
		has("catalogs", read(meta.getCatalogs(), "TABLE_CAT"), "stele");
		has("schemas", read(meta.getSchemas(), "TABLE_SCHEM"), "public",
		    "stele", "pg_catalog", "information_schema");
		same("one schema",
		    read(meta.getSchemas(null, "pub%"), "TABLE_SCHEM"),
		    Arrays.asList("public"));
		has("table types", read(meta.getTableTypes(), "TABLE_TYPE"),
		    "TABLE", "VIEW", "SYSTEM TABLE");
		same("client info",
		    read(meta.getClientInfoProperties(), "NAME"),
		    Arrays.asList("ApplicationName"));
	}

	static void
	tables(DatabaseMetaData meta) throws SQLException
	{
		String[] columns = { "TABLE_SCHEM", "TABLE_NAME", "TABLE_TYPE",
			"REMARKS" };

		same("tables",
		    read(meta.getTables(null, "public", "%",
			     new String[] { "TABLE", "VIEW" }),
			columns),
		    Arrays.asList("public|pay_ment|TABLE|null",
			"public|payment|TABLE|null", "public|events|VIEW|null",
			"public|paid|VIEW|null"));
		// An underscore is any letter unless it is escaped.
		same("a pattern",
		    read(meta.getTables(null, null, "pay_ent", null),
			"TABLE_NAME"),
		    Arrays.asList("payment"));
		same("an escape",
		    read(meta.getTables(null, null, "pay\\_ment", null),
			"TABLE_NAME"),
		    Arrays.asList("pay_ment"));
		has("system tables",
		    read(meta.getTables(null, "pg_catalog", "pg_cl%",
			     new String[] { "SYSTEM TABLE" }),
			"TABLE_NAME"),
		    "pg_class");
		has("system views",
		    read(meta.getTables(null, "information_schema", "col%",
			     new String[] { "SYSTEM VIEW" }),
			"TABLE_NAME"),
		    "columns");
		has("all", read(meta.getTables(null, null, "%", null),
			       "TABLE_SCHEM", "TABLE_NAME"),
		    "stele|segments", "public|payment", "pg_catalog|pg_type");
		has("privileges",
		    read(meta.getTablePrivileges(null, "public", "payment"),
			"GRANTEE", "PRIVILEGE"),
		    "stele|SELECT", "stele|INSERT");
		has("privileges of columns",
		    read(meta.getColumnPrivileges(null, "public", "payment", "n"),
			"COLUMN_NAME", "GRANTEE", "PRIVILEGE"),
		    "n|stele|SELECT", "n|stele|INSERT");
	}

	static void
	columns(DatabaseMetaData meta) throws SQLException
	{
		String[] columns = { "COLUMN_NAME", "DATA_TYPE", "TYPE_NAME",
			"COLUMN_SIZE", "DECIMAL_DIGITS", "NULLABLE", "COLUMN_DEF",
			"ORDINAL_POSITION", "IS_AUTOINCREMENT",
			"IS_GENERATEDCOLUMN" };

		same("columns",
		    read(meta.getColumns(null, "public", "payment", "%"),
			columns),
		    Arrays.asList("context_id|12|text|2147483647|0|0|null|1|NO|NO",
			"timestamp|93|timestamptz|35|6|0|now()|2|NO|NO",
			"event_id|-5|int8|19|0|0|null|3|YES|NO",
			"amount|2|numeric|10|2|0|null|4|NO|NO",
			"st|12|status|2147483647|0|1|'new'::status|5|NO|NO",
			"note|12|varchar|20|0|1|null|6|NO|NO",
			"n|4|int4|10|0|1|null|7|NO|NO",
			"small|5|int2|5|0|1|null|8|NO|NO",
			"r|7|float4|8|8|1|null|9|NO|NO",
			"f|8|float8|17|17|1|null|10|NO|NO",
			"b|-7|bool|1|0|1|null|11|NO|NO",
			"d|91|date|13|0|1|null|12|NO|NO",
			"g|1111|uuid|2147483647|0|1|null|13|NO|NO",
			"j|1111|jsonb|2147483647|0|1|null|14|NO|NO",
			"big|-5|int8|19|0|1|null|15|NO|NO"));
		same("columns of a view",
		    read(meta.getColumns(null, null, "paid", null), "TABLE_SCHEM",
			"COLUMN_NAME", "IS_NULLABLE"),
		    Arrays.asList("public|event_id|YES", "public|amount|YES"));
		has("columns of the catalogue",
		    read(meta.getColumns(null, "pg_catalog", "pg_class", "rel%"),
			"COLUMN_NAME", "TYPE_NAME"),
		    "relname|name", "relkind|char");
	}

	static List<String>
	event_id(String what)
	{
		return List.of("event_id|" + what);
	}

	// The only key is that of the events themselves; tools must hear just that.
	static void
	keys(DatabaseMetaData meta) throws SQLException
	{
		List<String> none = new ArrayList<>();

		for (String schema : new String[] { null, "public" }) {
			same("primary keys",
			    read(meta.getPrimaryKeys(null, schema, "payment"),
				"COLUMN_NAME", "PK_NAME"),
			    event_id("payment_pkey"));
			same("imported keys",
			    read(meta.getImportedKeys(null, schema, "payment"),
				"FKCOLUMN_NAME"),
			    none);
			same("exported keys",
			    read(meta.getExportedKeys(null, schema, "payment"),
				"FKCOLUMN_NAME"),
			    none);
			same("cross references",
			    read(meta.getCrossReference(null, schema, "payment",
				     null, schema, "pay_ment"),
				"FKCOLUMN_NAME"),
			    none);
			same("indexes",
			    read(meta.getIndexInfo(null, schema, "payment", false,
				     true),
				"COLUMN_NAME", "INDEX_NAME"),
			    event_id("payment_pkey"));
			same("best row",
			    read(meta.getBestRowIdentifier(null, schema,
				     "payment", DatabaseMetaData.bestRowSession,
				     true),
				"COLUMN_NAME", "TYPE_NAME"),
			    event_id("int8"));
		}
		read(meta.getVersionColumns(null, null, "payment"), "COLUMN_NAME");
	}

	static void
	typesAndFunctions(DatabaseMetaData meta) throws SQLException
	{
		has("types", read(meta.getTypeInfo(), "TYPE_NAME", "DATA_TYPE"),
		    "int8|-5", "text|12", "numeric|2", "timestamptz|93",
		    "status|12", "_int4|2003", "uuid|1111");
		has("functions",
		    read(meta.getFunctions(null, "pg_catalog", "generate_s%"),
			"FUNCTION_NAME", "FUNCTION_TYPE"),
		    "generate_series|2");
		has("columns of functions",
		    read(meta.getFunctionColumns(null, "pg_catalog", "date_trunc",
			     "%"),
			"COLUMN_NAME", "COLUMN_TYPE", "TYPE_NAME"),
		    "returnValue|4|timestamptz", "$1|1|text",
		    "$2|1|timestamptz");
		same("procedures",
		    read(meta.getProcedures(null, "public", "%"),
			"PROCEDURE_NAME"),
		    new ArrayList<>());
		same("columns of procedures",
		    read(meta.getProcedureColumns(null, "public", "%", "%"),
			"COLUMN_NAME"),
		    new ArrayList<>());
		same("user-defined types",
		    read(meta.getUDTs(null, "public", "status", null),
			"TYPE_NAME"),
		    new ArrayList<>());
	}

	static void
	results(Connection conn) throws SQLException
	{
		try (PreparedStatement statement = conn.prepareStatement(
			 "SELECT event_id, amount AS a, st, context_id || 'x'"
			 + " FROM payment WHERE amount > ? AND st = ?::status")) {
			ParameterMetaData parameters =
			    statement.getParameterMetaData();
			same("a parameter", parameters.getParameterTypeName(1),
			    "numeric");
			ResultSetMetaData meta = statement.getMetaData();
			same("a label", meta.getColumnLabel(2), "a");
			same("a name", ((org.postgresql.PGResultSetMetaData)meta)
					   .getBaseColumnName(2),
			    "amount");
			same("a table", meta.getTableName(2), "payment");
			same("its own table",
			    ((org.postgresql.PGResultSetMetaData)meta)
				.getBaseTableName(2),
			    "payment");
			same("its schema",
			    ((org.postgresql.PGResultSetMetaData)meta)
				.getBaseSchemaName(2),
			    "public");
			same("is generated", meta.isAutoIncrement(1), true);
			same("may be null", meta.isNullable(2),
			    ResultSetMetaData.columnNoNulls);
			same("a precision", meta.getPrecision(2), 10);
			same("a scale", meta.getScale(2), 2);
			same("a type", meta.getColumnTypeName(3), "status");
			same("no table", ((org.postgresql.PGResultSetMetaData)meta)
					     .getBaseTableName(4),
			    "");
		}
	}

	static void
	batches(Connection conn) throws SQLException
	{
		try (PreparedStatement insert = conn.prepareStatement(
			 "INSERT INTO payment (context_id, amount, n, st)"
			 + " VALUES (?, ?, ?, ?::status)")) {
			for (int i = 0; i < 1000; i++) {
				insert.setString(1, "batch");
				insert.setBigDecimal(
				    2, java.math.BigDecimal.valueOf(i, 2));
				insert.setInt(3, i);
				insert.setString(4, i % 2 == 0 ? "new" : "paid");
				insert.addBatch();
			}
			same("a batch", insert.executeBatch().length, 1000);
		}
		conn.setAutoCommit(false);
		try (PreparedStatement select = conn.prepareStatement(
			 "SELECT n, amount, st FROM payment"
			 + " WHERE context_id = ? ORDER BY n");
		     Statement other = conn.createStatement()) {
			select.setFetchSize(64);
			select.setString(1, "batch");
			try (ResultSet rows = select.executeQuery()) {
				for (int i = 0; rows.next(); i++) {
					same("n", rows.getInt(1), i);
					same("amount", rows.getBigDecimal(2),
					    java.math.BigDecimal.valueOf(i, 2));
					// While that portal is open.
					if (i % 300 == 0)
						read(conn.getMetaData().getColumns(null,
							 null, "paid", "%"),
						    "COLUMN_NAME");
				}
			}
		}
		conn.commit();
		conn.setAutoCommit(true);
	}

	static void
	connections(Connection conn) throws Exception
	{
		same("a schema", conn.getSchema(), "public");
		same("a catalog", conn.getCatalog(), "stele");
		conn.setClientInfo("ApplicationName", "a tool");
		conn.setReadOnly(true);
		conn.setTransactionIsolation(
		    Connection.TRANSACTION_READ_UNCOMMITTED);
		same("isolation", conn.getTransactionIsolation(),
		    Connection.TRANSACTION_READ_UNCOMMITTED);
		conn.setAutoCommit(false);
		Savepoint point = conn.setSavepoint("here");
		try {
			run(conn, "INSERT INTO pay_ment (context_id) VALUES ('c')");
			throw new AssertionError("no error");
		} catch (SQLException error) {
			same("read only", error.getSQLState(), "25006");
		}
		conn.rollback(point);
		conn.commit();
		conn.setAutoCommit(true);
		conn.setReadOnly(false);
		try (Statement statement = conn.createStatement();
		     ResultSet rows = statement.executeQuery(
			 "SELECT ARRAY[1, NULL, 3], enum_range(NULL::status),"
			 + " (SELECT application_name FROM pg_stat_activity"
			 + " WHERE pid = pg_backend_pid())")) {
			rows.next();
			Array numbers = rows.getArray(1);
			same("an array", Arrays.asList((Object[])numbers.getArray()),
			    Arrays.asList(1, null, 3));
			same("its type", numbers.getBaseType(), Types.INTEGER);
			same("an enum's", Arrays.asList(
				 (Object[])rows.getArray(2).getArray()),
			    Arrays.asList("new", "paid"));
			same("its name", rows.getString(3), "a tool");
		}
		CopyManager copy =
		    conn.unwrap(PGConnection.class).getCopyAPI();
		same("COPY", copy.copyIn("COPY pay_ment (context_id, x) FROM STDIN",
			 new java.io.StringReader("c\t1\nc\t2\n")),
		    2L);
		java.io.StringWriter out = new java.io.StringWriter();
		same("COPY out",
		    copy.copyOut("COPY (SELECT x FROM pay_ment) TO STDOUT", out),
		    2L);
		same("its text", out.toString(), "1\n2\n");
	}

	public static void
	main(String[] args) throws Exception
	{
		Properties info = new Properties();
		String url = "jdbc:postgresql://127.0.0.1:" + args[0] + "/stele";

		info.setProperty("user", "stele");
		info.setProperty("prepareThreshold", "-1");
		info.setProperty("reWriteBatchedInserts", "true");
		try (Connection conn = DriverManager.getConnection(url, info)) {
			DatabaseMetaData meta = conn.getMetaData();
			schema(conn);
			// From the second time on by a named statement.
			for (int round = 0; round < 2; round++) {
				server(meta);
				tables(meta);
				columns(meta);
				keys(meta);
				typesAndFunctions(meta);
			}
			results(conn);
			batches(conn);
			connections(conn);
		}
		System.out.println("ok");
	}
}
