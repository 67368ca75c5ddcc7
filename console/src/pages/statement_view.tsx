/* SPDX-License-Identifier: Apache-2.0 */
/* statement_view.tsx -- a statement's rows, asked for when the view appears. */
import { useEffect, useState } from "preact/hooks";
import type { JSX } from "preact";
import { type ApiError, ask, errorOf } from "../api";
import type { Table } from "../data/table";
import { ErrorView } from "../result/error_view";
import { Grid } from "../result/grid";

export function StatementView(props: { title: string; text: string }): JSX.Element {
    const [table, setTable] = useState<Table | null>(null);
    const [error, setError] = useState<ApiError | null>(null);
    useEffect(() => {
        const stop = new AbortController();
        setTable(null);
        setError(null);
        ask(props.text, { signal: stop.signal }).then(setTable, (cause: unknown) => {
            const failure = errorOf(cause);
            if (!failure.isAbort)
                setError(failure);
        });
        return () => stop.abort();
    }, [props.text]);
    if (error !== null)
        return <ErrorView error={error} />;
    if (table === null)
        return <p class="note" role="status">Asking…</p>;
    if (table.rowCount === 0)
        return <p class="note" role="status">There is nothing here yet.</p>;
    return <Grid table={table} label={props.title} />;
}
