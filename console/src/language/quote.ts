/* SPDX-License-Identifier: Apache-2.0 */
/* quote.ts -- names and values as both languages take them. */

/* A name or a context of the native language; whatever is unusual is in JSON's quotes. */
export function quoteName(name: string): string {
    return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(name) ? name : JSON.stringify(name);
}

/* A name of SQL; keywords are not looked at, so all but the plainest are quoted. */
export function quoteSql(name: string): string {
    return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/* A text of SQL; what it is compared with decides what is read from it. */
export function quoteText(text: string): string {
    return `'${text.replaceAll("'", "''")}'`;
}
