/* SPDX-License-Identifier: Apache-2.0 */
/* cell_detail.tsx -- one cell, whole: long text as text, JSON unfolded. */
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { contextHref } from "../router";
import type { GridModel } from "./grid_model";
import { writeClipboard } from "./grid";
import { prettyJson } from "./pretty";

const SHOWN_MAX = 200_000;

export function CellDetail(props: { model: GridModel; onClose: () => void }): JSX.Element | null {
    const { model } = props;
    const [isCopied, setCopied] = useState(false);
    const column = model.columns[model.active.column];
    if (column === undefined)
        return null;
    const text = column.text(model.rowAt(model.active.row));
    const shown = text === null ? "null" : column.kind === "json" ? prettyJson(text) : text;
    return (
        <aside class="cell-detail" aria-label={`Cell of ${column.name}`} onKeyDown={(event) => {
            if (event.key === "Escape") {
                event.stopPropagation();
                props.onClose();
            }
        }}>
            <div class="cell-detail-head">
                <div>
                    <strong>{column.name}</strong> <small>{column.typeName} · row {(model.active.row + 1).toLocaleString("en")}</small>
                </div>
                <button class="icon-button small" aria-label="Close the cell" onClick={props.onClose}>
                    <svg viewBox="0 0 16 16" width="16" height="16" class="icon" aria-hidden="true"><path d="m3.5 3.5 9 9m0-9-9 9" /></svg>
                </button>
            </div>
            <pre class={text === null ? "is-null" : ""} tabIndex={0}>{shown.slice(0, SHOWN_MAX)}</pre>
            {shown.length > SHOWN_MAX && <p class="note warn">These are the first {SHOWN_MAX.toLocaleString("en")} characters of {shown.length.toLocaleString("en")}. Copy takes all.</p>}
            <div class="cell-detail-foot">
                <button class="button quiet" onClick={() => void writeClipboard(text ?? "").then(setCopied)}>{isCopied ? "Copied" : "Copy"}</button>
                {column.name === "context_id" && text !== null && <a class="button quiet" href={contextHref(text)}>See its story</a>}
            </div>
        </aside>
    );
}
