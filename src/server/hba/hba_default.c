/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hba_default.c -- the rules of a new data directory.
 */
#include "server/hba/hba.h"

static const char default_text[] =
    "# Who may connect to this server, from where, and how he proves who he "
    "is.\n"
    "#\n"
    "# The first rule that fits a connection decides; where none fits, nobody\n"
    "# connects.  A change is taken at a reload (SIGHUP): a file with mistakes\n"
    "# is reported in the log, and the rules stay as they were.  What the file\n"
    "# says now, and its mistakes: SELECT * FROM pg_hba_file_rules.\n"
    "#\n"
    "#   local     DATABASES  ROLES           METHOD  [OPTIONS]   UNIX "
    "sockets\n"
    "#   host      DATABASES  ROLES  ADDRESS  METHOD  [OPTIONS]   TCP, with "
    "TLS or not\n"
    "#   hostssl   ...                                            TCP with "
    "TLS\n"
    "#   hostnossl ...                                            TCP without "
    "TLS\n"
    "#\n"
    "# DATABASES  all, sameuser, samerole, or names, separated by commas\n"
    "# ROLES      all, names, or +name for the members of a role\n"
    "# ADDRESS    192.0.2.0/24, 2001:db8::/32, a number and a mask, all, "
    "samehost,\n"
    "#            samenet\n"
    "# METHOD     trust          whoever he says he is\n"
    "#            reject         nobody\n"
    "#            scram-sha-256  by his password, which is not sent\n"
    "#            password       by his password, sent over TLS (hostssl)\n"
    "#            cert           by a certificate of his name (hostssl)\n"
    "#            peer           by his name on this machine (local)\n"
    "# OPTIONS    clientcert=verify-ca or verify-full, clientname=CN or DN "
    "(hostssl)\n"
    "#\n"
    "# Everybody on this machine is trusted.  Once there are roles with\n"
    "# passwords, scram-sha-256 in these three lines asks for them.\n"
    "\n"
    "local    all  all                trust\n"
    "host     all  all  127.0.0.0/8   trust\n"
    "host     all  all  ::1/128       trust\n"
    "\n"
    "# Others need a password, and TLS.\n"
    "\n"
    "hostssl  all  all  all           scram-sha-256\n";

struct str
hba_default_text(void)
{
	return str_of(default_text, sizeof(default_text) - 1);
}
