/* SPDX-License-Identifier: Apache-2.0 */
/* types_table.tsx -- all event types, in the order of a column. */
import { useState } from "preact/hooks";
import { formatBytes, formatCount } from "../format";
import { localTime } from "../parts/times";
import { hrefOf } from "../router";
import type { TypeRow } from "./load";

interface ColumnOf {
    key: keyof TypeRow;
    title: string;
    isNumber: boolean;
    show: (row: TypeRow) => string;
}

const COLUMNS: ColumnOf[] = [
    { key: "events", title: "Events", isNumber: true, show: (row) => formatCount(row.events) },
    { key: "fields", title: "Fields", isNumber: true, show: (row) => formatCount(row.fields) },
    { key: "version", title: "Version", isNumber: true, show: (row) => String(row.version) },
    { key: "first", title: "First event", isNumber: false, show: (row) => localTime(row.first, "–") },
    { key: "last", title: "Last event", isNumber: false, show: (row) => localTime(row.last, "–") },
    { key: "bytes", title: "In segments", isNumber: true, show: (row) => formatBytes(row.bytes) },
    { key: "zones", title: "Zones", isNumber: true, show: (row) => formatCount(row.zones) },
    { key: "retain", title: "Kept for", isNumber: false, show: (row) => row.retain || "ever" },
];

function compareBy(key: keyof TypeRow): (a: TypeRow, b: TypeRow) => number {
    return (a, b) => a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : 0;
}

export function TypesTable({ types }: { types: TypeRow[] }) {
    const [order, setOrder] = useState<{ key: keyof TypeRow; isDown: boolean }>({ key: "name", isDown: false });
    const sorted = [...types].sort(compareBy(order.key));
    if (order.isDown)
        sorted.reverse();
    const head = (key: keyof TypeRow, title: string, isNumber: boolean) => (
        <th scope="col" class={isNumber ? "number" : ""}
            aria-sort={order.key !== key ? undefined : order.isDown ? "descending" : "ascending"}>
            <button type="button" class="sort" onClick={() =>
                setOrder({ key, isDown: order.key === key ? !order.isDown : isNumber })}>
                {title}
            </button>
        </th>
    );
    return (
        <div class="card scroll-x" tabIndex={0} role="region" aria-label="Event types">
            <table class="plain">
                <thead>
                    <tr>
                        {head("name", "Event type", false)}
                        {COLUMNS.map((column) => head(column.key, column.title, column.isNumber))}
                    </tr>
                </thead>
                <tbody>
                    {sorted.map((row) => (
                        <tr key={row.name}>
                            <th scope="row"><a href={hrefOf("types", row.name)}>{row.name}</a></th>
                            {COLUMNS.map((column) => (
                                <td key={column.key} class={column.isNumber ? "number" : ""}>{column.show(row)}</td>
                            ))}
                        </tr>
                    ))}
                </tbody>
            </table>
        </div>
    );
}
