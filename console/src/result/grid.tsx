/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grid.tsx -- a table as a grid, with what can be done with its cells.
 *
 *	<Grid table={table} label="Events of order-1" />
 *
 * While rows come, a changed `version` says that the table has more.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import type { Table } from "../data/table";
import { CellDetail } from "./cell_detail";
import { copyText, type CopyFormat } from "./copy";
import { GridModel } from "./grid_model";
import { GridView, HEAD_HEIGHT } from "./grid_view";
import { scrollHeight } from "./layout";

/* Widths that somebody has chosen, by the column's name: they outlive results. */
const chosenWidths = new Map<string, number>();

export interface GridProps {
    table: Table;
    label: string;
    version?: number;
    /* What stands left in the bar below. */
    children?: JSX.Element;
}

export function Grid(props: GridProps): JSX.Element {
    const host = useRef<HTMLDivElement>(null);
    const view = useRef<GridView | null>(null);
    const [isOpen, setOpen] = useState(false);
    const [notice, setNotice] = useState("");
    const [, repaint] = useState(0);
    const copy = (format: CopyFormat): void => {
        const cells = view.current?.model.selected;
        if (cells !== undefined && cells.rowCount > 0)
            void writeClipboard(copyText(format, cells)).then((isDone) => setNotice(isDone ?
                `Copied ${cells.rowCount === 1 && cells.columns.length === 1 ? "a cell" :
                    `${cells.rowCount.toLocaleString("en")} × ${cells.columns.length} cells`}` :
                "The browser does not let us copy"));
    };
    const copyNow = useRef(copy);
    copyNow.current = copy;
    useEffect(() => {
        const model = new GridModel(props.table);
        const made = new GridView(model, props.label, {
            changed: () => repaint((n) => n + 1),
            opened: () => setOpen(true),
            copied: () => copyNow.current("tsv"),
        }, chosenWidths);
        view.current = made;
        host.current?.append(made.element);
        setOpen(false);
        repaint((n) => n + 1);
        return () => {
            made.close();
            made.element.remove();
        };
    }, [props.table]);
    useEffect(() => {
        if (props.table.isWhole)
            view.current?.model.settle();
        view.current?.refresh();
    }, [props.version]);
    useEffect(() => {
        if (notice === "")
            return undefined;
        const timer = setTimeout(() => setNotice(""), 4000);
        return () => clearTimeout(timer);
    }, [notice]);
    const model = view.current?.model;
    return (
        <div class="grid-frame" style={{ maxHeight: isOpen ? "none" : `${heightOf(props.table)}px` }}>
            <div class="grid-and-detail">
                <div class="grid-host" ref={host} />
                {isOpen && model !== undefined && model.rowCount > 0 &&
                    <CellDetail model={model} onClose={() => {
                        setOpen(false);
                        view.current?.element.focus();
                    }} />}
            </div>
            <div class="grid-bar">
                {props.children}
                <span class="grid-notice" role="status">{notice || selectionText(model)}</span>
                <span class="grid-actions">
                    {model?.hasJson === true && <UnfoldAll view={view.current} />}
                    <span class="grid-copy" role="group" aria-label="Copy the selected cells">
                        <span aria-hidden="true">Copy</span>
                        <button class="button quiet" onClick={() => copy("tsv")} aria-label="Copy with tabs">Tabs</button>
                        <button class="button quiet" onClick={() => copy("markdown")} aria-label="Copy as Markdown">Markdown</button>
                        <button class="button quiet" onClick={() => copy("json")} aria-label="Copy as JSON">JSON</button>
                    </span>
                </span>
            </div>
        </div>
    );
}

const AROUND_ROWS = HEAD_HEIGHT + 64; /* header, bar, a scroll bar */

/* Of all rows: a grid of a few is no taller than they are. */
const heightOf = (table: Table): number => scrollHeight(table.rowCount) + AROUND_ROWS;

function UnfoldAll(props: { view: GridView | null }): JSX.Element {
    const model = props.view?.model;
    const json = model?.table.columns.filter((column) => column.kind === "json") ?? [];
    const isUnfolded = model !== undefined && json.every((column) => model.isUnfolded(column));
    return (
        <button class="button quiet" aria-pressed={isUnfolded} onClick={() => {
            for (const column of json)
                if (model?.isUnfolded(column) === isUnfolded)
                    props.view?.unfold(column);
        }}>Unfold JSON</button>
    );
}

function selectionText(model: GridModel | undefined): string {
    if (model === undefined || model.rowCount === 0)
        return "";
    const { selected } = model;
    if (selected.rowCount === 1 && selected.columns.length === 1)
        return "";
    let text = `${selected.rowCount.toLocaleString("en")} × ${selected.columns.length} selected`;
    const [column] = selected.columns;
    if (column !== undefined && selected.columns.length === 1 && (column.kind === "int" || column.kind === "float") &&
        selected.rowCount <= 100_000) {
        let sum = 0;
        for (let i = 0; i < selected.rowCount; i++)
            sum += column.number(selected.rowAt(i)) ?? 0;
        text += ` · sum ${Number(sum.toPrecision(12)).toLocaleString("en", { maximumFractionDigits: 6 })}`;
    }
    return text;
}

/* Without a secure context there is only the old way. */
export async function writeClipboard(text: string): Promise<boolean> {
    try {
        await navigator.clipboard.writeText(text);
        return true;
    } catch {
        const area = document.createElement("textarea");
        area.className = "visually-hidden";
        area.value = text;
        document.body.append(area);
        area.select();
        const isDone = document.execCommand("copy");
        area.remove();
        return isDone;
    }
}
