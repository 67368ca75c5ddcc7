/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grid_view.ts -- the elements of a grid: those that are seen, and no more.
 *
 * A scroller holds a space as large as all rows, and in it a stage that stays
 * where the reader looks. The stage's rows are reused: row r is in slot
 * r mod slots, so that scrolling by a few rows writes those few.  Cells of a
 * row are at their column's edge in a layer that scrolls sideways as one.
 *
 * What is shown belongs to the GridModel; this only paints it, once a frame.  The
 * header is grid_head.ts, keys and pointers are grid_input.ts.
 */
import type { Column } from "../data/table";
import { contextHref } from "../router";
import { isRight } from "./copy";
import { div, GridHead } from "./grid_head";
import { listen } from "./grid_input";
import type { GridModel, Place } from "./grid_model";
import { columnEdges, ROW_HEIGHT, scrollHeight, scrollToRow, visibleColumns, visibleRows } from "./layout";

export const HEAD_HEIGHT = 40;
const WIDTH_MIN = 48;
const WIDTH_MAX = 384;
const ROWS_MEASURED = 200;
const PADDING = 17;
const TEXT_MAX = 400; /* characters of a cell that may be seen at once */

/* Columns whose values name contexts. */
const isContext = (column: Column): boolean => column.name === "context_id";
const isMono = (column: Column): boolean => column.kind !== "text";

/* What may be seen of a value: its lines one behind the other. */
function onOneLine(text: string): string {
    const shown = text.length > TEXT_MAX ? text.slice(0, TEXT_MAX) : text;
    return shown.includes("\n") ? shown.replace(/\r?\n/g, " ↵ ") : shown;
}

interface Cell {
    element: HTMLElement;
    text: Text;
    link: HTMLAnchorElement | null;
}

interface Slot {
    element: HTMLElement;
    gutter: HTMLElement;
    layer: HTMLElement;
    cells: Cell[];
    row: number;
    version: number;
}

let lastId = 0;

export interface GridEvents {
    /* The model was changed by sorting, moving, unfolding. */
    changed(): void;
    /* Somebody wants to see the active cell. */
    opened(): void;
    copied(): void;
}

export class GridView {
    readonly element = div("grid", "grid");
    private readonly id = `grid-${++lastId}`;
    private readonly space = div("grid-space", "presentation");
    private readonly stage = div("grid-stage", "presentation");
    private readonly head = new GridHead();
    private readonly body = div("grid-body", "rowgroup");
    private slots: Slot[] = [];
    private widths: number[] = [];
    private edges: number[] = [0];
    private gutter = 48;
    private version = 1;
    private measuredRows = 0;
    private frame = 0;
    private readonly resized: ResizeObserver;
    private height = 0;
    private width = 0;

    constructor(readonly model: GridModel, label: string, readonly events: GridEvents,
        private readonly kept: Map<string, number>) {
        this.element.tabIndex = 0;
        this.element.setAttribute("aria-label", label);
        this.element.setAttribute("aria-multiselectable", "true");
        this.stage.append(this.head.element, this.body);
        this.space.append(this.stage);
        this.element.append(this.space);
        this.element.addEventListener("scroll", () => this.schedule(), { passive: true });
        listen(this);
        this.resized = new ResizeObserver(() => {
            this.width = this.element.clientWidth;
            this.height = this.element.clientHeight;
            this.schedule();
        });
        this.resized.observe(this.element);
        this.refresh();
    }

    close(): void {
        this.resized.disconnect();
        cancelAnimationFrame(this.frame);
    }

    /* The model has changed, or its table has more rows. */
    refresh(): void {
        const { model } = this;
        this.gutter = Math.max(40, String(model.rowCount).length * 8 + 17);
        this.measure();
        this.edges = columnEdges(this.widths);
        this.head.paint(model, this.edges);
        this.element.setAttribute("aria-rowcount", String(model.rowCount + 1));
        this.element.setAttribute("aria-colcount", String(model.columns.length + 1));
        this.space.style.height = `${scrollHeight(model.rowCount) + HEAD_HEIGHT}px`;
        this.space.style.width = `${this.contentWidth()}px`;
        this.version++;
        this.schedule();
    }

    private contentWidth(): number {
        return this.gutter + (this.edges[this.edges.length - 1] as number);
    }

    /* ---- widths ---- */

    private measure(): void {
        const { columns, rowCount } = this.model;
        if (this.measuredRows >= Math.min(rowCount, ROWS_MEASURED) && this.widths.length === columns.length &&
            this.measuredRows > 0)
            return;
        this.measuredRows = Math.min(rowCount, ROWS_MEASURED);
        this.widths = columns.map((column) => this.kept.get(column.name) ?? this.fit(column, WIDTH_MAX));
    }

    private fit(column: Column, most: number): number {
        let longest = 0;
        for (let row = 0; row < Math.min(this.model.rowCount, ROWS_MEASURED); row++) {
            const text = column.text(this.model.rowAt(row));
            if (text !== null && text.length > longest)
                longest = text.length;
        }
        const head = Math.max(column.name.length * 7.6 + (column.kind === "json" ? 32 : 14), column.typeName.length * 7.2);
        const body = Math.min(longest, TEXT_MAX) * (isMono(column) ? 7.9 : 7.8);
        return Math.round(Math.min(most, Math.max(WIDTH_MIN, head + PADDING, body + PADDING)));
    }

    /* ---- painting ---- */

    private schedule(): void {
        if (this.frame === 0)
            this.frame = requestAnimationFrame(() => {
                this.frame = 0;
                this.paint();
            });
    }

    private paint(): void {
        const { model, element } = this;
        const { scrollTop, scrollLeft } = element;
        const height = Math.max(0, this.height - HEAD_HEIGHT);
        const range = visibleRows(scrollTop, height, model.rowCount);
        const [first, end] = visibleColumns(this.edges, scrollLeft, this.width - this.gutter);
        this.stage.style.width = `${this.width}px`;
        this.stage.style.height = `${Math.min(this.height, scrollHeight(model.rowCount) + HEAD_HEIGHT)}px`;
        this.stage.style.setProperty("--gutter", `${this.gutter}px`);
        this.stage.style.setProperty("--left", `${-scrollLeft}px`);
        this.fitSlots(Math.ceil(height / ROW_HEIGHT) + 2);
        for (const slot of this.slots)
            if (slot.row < range.first || slot.row >= range.first + range.count)
                this.hide(slot);
        for (let row = range.first; row < range.first + range.count; row++) {
            const slot = this.slots[row % this.slots.length] as Slot;
            this.fill(slot, row, first, end);
            slot.element.style.transform = `translateY(${Math.round((row - range.first) * ROW_HEIGHT - range.offset)}px)`;
        }
        const active = `${this.id}-${model.active.row}-${model.active.column}`;
        if (model.rowCount > 0 && document.getElementById(active) !== null)
            element.setAttribute("aria-activedescendant", active);
        else
            element.removeAttribute("aria-activedescendant");
    }

    private hide(slot: Slot): void {
        if (slot.row < 0)
            return;
        slot.row = -1;
        slot.element.hidden = true;
    }

    /* As many slots as rows may be seen; another number places all anew. */
    private fitSlots(count: number): void {
        if (this.slots.length === count)
            return;
        while (this.slots.length > count)
            this.slots.pop()?.element.remove();
        while (this.slots.length < count) {
            const element = div("grid-row", "row"), layer = div("grid-layer", "presentation");
            const gutter = div("grid-gutter", "rowheader");
            gutter.setAttribute("aria-colindex", "1");
            element.append(layer, gutter);
            element.hidden = true;
            this.body.append(element);
            this.slots.push({ element, gutter, layer, cells: [], row: -1, version: 0 });
        }
        for (const slot of this.slots)
            this.hide(slot);
    }

    private firstShown = 0;
    private endShown = 0;

    private fill(slot: Slot, row: number, first: number, end: number): void {
        if (first !== this.firstShown || end !== this.endShown) {
            this.firstShown = first;
            this.endShown = end;
            this.version++;
        }
        if (slot.row === row && slot.version === this.version)
            return;
        slot.row = row;
        slot.version = this.version;
        slot.element.hidden = false;
        slot.element.setAttribute("aria-rowindex", String(row + 2));
        slot.element.classList.toggle("is-odd", row % 2 === 1);
        slot.gutter.textContent = String(row + 1);
        while (slot.cells.length > end - first)
            slot.cells.pop()?.element.remove();
        while (slot.cells.length < end - first)
            slot.cells.push(this.makeCell(slot.layer));
        const source = this.model.rowAt(row);
        for (let i = first; i < end; i++)
            this.fillCell(slot.cells[i - first] as Cell, row, i, source);
    }

    private makeCell(layer: HTMLElement): Cell {
        const element = div("grid-cell", "gridcell"), text = document.createTextNode("");
        element.append(text);
        layer.append(element);
        return { element, text, link: null };
    }

    private fillCell(cell: Cell, row: number, index: number, source: number): void {
        const { model } = this, column = model.columns[index] as Column;
        const text = column.text(source);
        const { element } = cell;
        let name = `grid-cell kind-${column.kind}`;
        if (isRight(column))
            name += " is-right";
        if (text === null)
            name += " is-null";
        if (model.isSelected(row, index))
            name += " is-selected";
        if (model.active.row === row && model.active.column === index)
            name += " is-active";
        if (element.className !== name)
            element.className = name;
        element.id = `${this.id}-${row}-${index}`;
        element.setAttribute("aria-colindex", String(index + 2));
        element.style.left = `${this.edges[index] ?? 0}px`;
        element.style.width = `${this.widths[index] ?? WIDTH_MIN}px`;
        cell.text.data = text === null ? "null" : onOneLine(text);
        this.linkCell(cell, isContext(column) && text !== null ? contextHref(text) : null);
    }

    private linkCell(cell: Cell, href: string | null): void {
        if (href === null) {
            if (cell.link !== null) {
                cell.element.append(cell.text);
                cell.link.remove();
                cell.link = null;
            }
            return;
        }
        if (cell.link === null) {
            cell.link = document.createElement("a");
            cell.link.tabIndex = -1;
            cell.link.append(cell.text);
            cell.element.append(cell.link);
        }
        cell.link.href = href;
    }

    /* ---- what input does ---- */

    /* The row and column under a pointer; column -1 is the rows' numbers. */
    placeOf(event: PointerEvent | MouseEvent): Place | null {
        const target = document.elementFromPoint(event.clientX, event.clientY);
        const cell = target?.closest(".grid-cell, .grid-row .grid-gutter");
        const slot = this.slots.find((one) => one.element === cell?.parentElement || one.layer === cell?.parentElement);
        if (cell === null || cell === undefined || slot === undefined)
            return null;
        return { row: slot.row, column: Number(cell.getAttribute("aria-colindex")) - 2 };
    }

    get rowsOfPage(): number {
        return Math.max(1, Math.floor((this.height - HEAD_HEIGHT) / ROW_HEIGHT) - 1);
    }

    /* The active cell comes into view. */
    reveal(): void {
        const { model, element } = this;
        const height = this.height - HEAD_HEIGHT;
        element.scrollTop = scrollToRow(model.active.row, element.scrollTop, height, model.rowCount);
        const left = this.edges[model.active.column] ?? 0, right = this.edges[model.active.column + 1] ?? 0;
        const width = this.width - this.gutter;
        if (left < element.scrollLeft)
            element.scrollLeft = left;
        else if (right > element.scrollLeft + width)
            element.scrollLeft = Math.min(left, right - width);
    }

    /* The selection is another. */
    changed(): void {
        this.version++;
        this.schedule();
        this.events.changed();
    }

    sort(column: Column): void {
        this.model.sortNext(column);
        this.head.paint(this.model, this.edges);
        this.changed();
    }

    unfold(column: Column): void {
        this.model.toggleUnfold(column);
        this.widths = [];
        this.refresh();
        this.events.changed();
    }

    widthOf(index: number): number {
        return this.widths[index] ?? WIDTH_MIN;
    }

    setWidth(index: number, width: number): void {
        const column = this.model.columns[index];
        if (column === undefined)
            return;
        this.widths[index] = Math.round(Math.max(WIDTH_MIN, width));
        this.kept.set(column.name, this.widths[index] as number);
        this.refresh();
    }

    /* As wide as what is in it. */
    fitWidth(index: number): void {
        const column = this.model.columns[index];
        if (column !== undefined)
            this.setWidth(index, this.fit(column, 2 * WIDTH_MAX));
    }
}
