/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask.c -- how long a statement takes, as a client sees it: prepared once,
 * sent, and its whole result received as text.
 *
 *	ask CONNINFO SECONDS_MAX SQL		the median of 5, in ms
 *	ask CONNINFO SECONDS_MAX SQL FILE	the mean over the lines of FILE,
 *						each the value of $1
 *
 * Prints the time and the number of rows received.  One execution warms up and
 * is not counted; no more begin when SECONDS_MAX have passed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libpq-fe.h>

enum { EXECUTIONS = 5, LINE_SIZE = 1100 };

static double
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

static void
check(PGconn *conn, const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
		return;
	fprintf(stderr, "ask: %s", PQerrorMessage(conn));
	exit(EXIT_FAILURE);
}

/* One execution; the time it took, with its rows added to *rows. */
static double
execute(PGconn *conn, const char *value, long *rows)
{
	double start = now_ms();
	PGresult *result =
	    PQexecPrepared(conn, "ask", value != NULL, &value, NULL, NULL, 0);
	double taken = now_ms() - start;

	check(conn, result);
	*rows += PQntuples(result);
	PQclear(result);
	return taken;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(PGconn *conn, double end, long *rows)
{
	double times[EXECUTIONS];
	int count = 0;

	do {
		*rows = 0;
		times[count++] = execute(conn, NULL, rows);
	} while (count < EXECUTIONS && now_ms() < end);
	qsort(times, (size_t)count, sizeof(times[0]), compare);
	return times[count / 2];
}

static double
mean_over_lines(PGconn *conn, FILE *file, double end, long *rows)
{
	char line[LINE_SIZE];
	double sum = 0;
	int count = 0;

	while (now_ms() < end && fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		sum += execute(conn, line, rows);
		count++;
	}
	return sum / (count > 0 ? count : 1);
}

int
main(int argc, char **argv)
{
	FILE *file = NULL;
	double end, ms;
	long rows = 0;
	PGconn *conn;
	PGresult *result;

	if (argc < 4) {
		fputs("usage: ask CONNINFO SECONDS_MAX SQL [FILE]\n", stderr);
		return EXIT_FAILURE;
	}
	if (argc > 4 && (file = fopen(argv[4], "r")) == NULL) {
		perror(argv[4]);
		return EXIT_FAILURE;
	}
	conn = PQconnectdb(argv[1]);
	if (PQstatus(conn) != CONNECTION_OK) {
		fprintf(stderr, "ask: %s", PQerrorMessage(conn));
		return EXIT_FAILURE;
	}
	result = PQprepare(conn, "ask", argv[3], 0, NULL);
	check(conn, result);
	PQclear(result);
	end = now_ms() + atof(argv[2]) * 1e3;
	execute(conn, file != NULL ? "user-000000" : NULL, &rows);
	rows = 0;
	if (file != NULL)
		ms = mean_over_lines(conn, file, end, &rows);
	else
		ms = median(conn, end, &rows);
	printf("%.4f %ld\n", ms, rows);
	PQfinish(conn);
	if (file != NULL)
		fclose(file);
	return EXIT_SUCCESS;
}
