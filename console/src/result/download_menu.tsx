/* SPDX-License-Identifier: Apache-2.0 */
/* download_menu.tsx -- which rows, and as what. */
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { errorOf } from "../api";
import type { Table } from "../data/table";
import { formatCount } from "../format";
import { type FileFormat, saveAll, saveTable } from "./download";

export function DownloadMenu(props: { table: Table; text: string; isOnly: boolean }): JSX.Element {
    const [stop, setStop] = useState<AbortController | null>(null);
    const [failure, setFailure] = useState("");
    const all = async (format: FileFormat): Promise<void> => {
        const control = new AbortController();
        setStop(control);
        setFailure("");
        try {
            await saveAll(props.text, format, control.signal);
        } catch (cause) {
            const error = errorOf(cause);
            if (!error.isAbort)
                setFailure(error.message);
        }
        setStop(null);
    };
    if (stop !== null)
        return <button class="button quiet" onClick={() => stop.abort()}>Downloading… cancel</button>;
    const here = `${formatCount(props.table.rowCount)} rows that are here`;
    return (
        <details class="menu" onClick={(event) => {
            if ((event.target as Element).closest(".menu-list button") !== null)
                event.currentTarget.open = false;
        }} onKeyDown={(event) => {
            if (event.key === "Escape")
                event.currentTarget.open = false;
        }}>
            <summary class="button quiet">Download</summary>
            <div class="menu-list">
                <button onClick={() => saveTable(props.table, "csv")}>CSV, the {here}</button>
                <button onClick={() => saveTable(props.table, "ndjson")}>NDJSON, the {here}</button>
                {props.isOnly && <>
                    <button onClick={() => void all("csv")}>CSV, all rows, asked for anew</button>
                    <button onClick={() => void all("ndjson")}>NDJSON, all rows, asked for anew</button>
                </>}
            </div>
            {failure !== "" && <span class="error-text" role="alert">{failure}</span>}
        </details>
    );
}
