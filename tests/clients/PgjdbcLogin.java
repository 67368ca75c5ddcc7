// SPDX-License-Identifier: Apache-2.0
// pgjdbc logs in by SCRAM: the right password, a wrong one, no such role.
//
//	java -cp postgresql.jar PgjdbcLogin.java PORT

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

public class PgjdbcLogin {
	static String
	outcome(String port, String user, String password) throws SQLException
	{
		String url = "jdbc:postgresql://127.0.0.1:" + port + "/stele";

		try (Connection conn =
			 DriverManager.getConnection(url, user, password);
		     Statement statement = conn.createStatement();
		     ResultSet rows =
			 statement.executeQuery("SELECT session_user")) {
			rows.next();
			return rows.getString(1);
		} catch (SQLException why) {
			return why.getSQLState();
		}
	}

	static void
	expect(String what, String got, String wanted)
	{
		if (!got.equals(wanted)) {
			System.err.println(what + ": " + got);
			System.exit(1);
		}
	}

	public static void
	main(String[] args) throws SQLException
	{
		String port = args[0];

		expect("right", outcome(port, "app", "secret"), "app");
		expect("wrong", outcome(port, "app", "Secret"), "28P01");
		expect("nobody", outcome(port, "nobody", "secret"), "28P01");
		expect("expired", outcome(port, "expired", "secret"), "28P01");
	}
}
