/* SPDX-License-Identifier: Apache-2.0 */
/* grid_input.ts -- what keys and pointers do to a grid. */
import type { GridView } from "./grid_view";

const WIDTH_STEP = 16;

export function listen(view: GridView): void {
    view.element.addEventListener("keydown", (event) => {
        if (onKey(view, event))
            event.preventDefault();
    });
    view.element.addEventListener("pointerdown", (event) => onPointer(view, event));
    view.element.addEventListener("dblclick", (event) => onDoubleClick(view, event));
}

/* ---- keys: each returns whether it was one of ours ---- */

function onKey(view: GridView, event: KeyboardEvent): boolean {
    const isControl = event.ctrlKey || event.metaKey;
    if (event.altKey)
        return onAltKey(view, event.key);
    return onMove(view, event.key, isControl, event.shiftKey) ||
        (isControl ? onControlKey(view, event.key) : onPlainKey(view, event.key));
}

function onMove(view: GridView, key: string, isControl: boolean, isExtended: boolean): boolean {
    const { model, rowsOfPage } = view, { row, column } = model.active;
    const lastRow = model.rowCount - 1, lastColumn = model.columns.length - 1;
    const moves: Record<string, [number, number]> = {
        ArrowUp: [isControl ? 0 : row - 1, column],
        ArrowDown: [isControl ? lastRow : row + 1, column],
        ArrowLeft: [row, isControl ? 0 : column - 1],
        ArrowRight: [row, isControl ? lastColumn : column + 1],
        PageUp: [row - rowsOfPage, column],
        PageDown: [row + rowsOfPage, column],
        Home: [isControl ? 0 : row, 0],
        End: [isControl ? lastRow : row, lastColumn],
    };
    const to = moves[key];
    if (to === undefined)
        return false;
    model.moveTo({ row: to[0], column: to[1] }, isExtended);
    view.reveal();
    view.changed();
    return true;
}

function onAltKey(view: GridView, key: string): boolean {
    const step = key === "ArrowLeft" ? -WIDTH_STEP : key === "ArrowRight" ? WIDTH_STEP : 0;
    const { column } = view.model.active;
    if (step !== 0)
        view.setWidth(column, view.widthOf(column) + step);
    return step !== 0;
}

function onControlKey(view: GridView, key: string): boolean {
    if (key === "a") {
        view.model.selectAll();
        view.changed();
    } else if (key === "c") {
        view.events.copied();
    } else {
        return false;
    }
    return true;
}

function onPlainKey(view: GridView, key: string): boolean {
    const column = view.model.columns[view.model.active.column];
    if (column === undefined)
        return false;
    if (key === "Enter")
        view.events.opened();
    else if (key.toLowerCase() === "s")
        view.sort(column);
    else if (key.toLowerCase() === "u" && column.kind === "json")
        view.unfold(column);
    else
        return false;
    return true;
}

/* ---- pointers ---- */

function onPointer(view: GridView, event: PointerEvent): void {
    if (event.button !== 0 || !(event.target instanceof Element))
        return;
    const title = event.target.closest<HTMLElement>(".grid-title");
    if (title !== null)
        onTitle(view, event, event.target, Number(title.dataset.column));
    else if (event.target.closest("a") === null)
        onCell(view, event);
}

/* Select a cell, or a row by its number, and what is dragged over. */
function onCell(view: GridView, event: PointerEvent): void {
    const { model } = view, place = view.placeOf(event);
    if (place === null)
        return;
    const isRow = place.column < 0;
    if (isRow)
        model.select({ row: event.shiftKey ? model.anchor.row : place.row, column: model.columns.length - 1 },
            { row: place.row, column: 0 });
    else
        model.moveTo(place, event.shiftKey);
    view.changed();
    if (event.pointerType === "touch")
        return; /* a finger scrolls */
    drag((move) => {
        const to = view.placeOf(move);
        if (to !== null) {
            model.moveTo({ row: to.row, column: isRow ? 0 : to.column }, true);
            view.changed();
        }
    });
}

function onTitle(view: GridView, event: PointerEvent, target: Element, index: number): void {
    const column = view.model.columns[index];
    if (column === undefined)
        return;
    event.preventDefault();
    view.element.focus({ preventScroll: true });
    if (target.closest(".grid-resize") !== null) {
        const width = view.widthOf(index), start = event.clientX;
        drag((move) => view.setWidth(index, width + move.clientX - start));
    } else if (target.closest(".grid-unfold") !== null) {
        view.unfold(column);
    } else {
        view.sort(column);
    }
}

function drag(onMove: (event: PointerEvent) => void): void {
    const end = (): void => {
        removeEventListener("pointermove", onMove);
        removeEventListener("pointerup", end);
        removeEventListener("pointercancel", end);
    };
    addEventListener("pointermove", onMove);
    addEventListener("pointerup", end);
    addEventListener("pointercancel", end);
}

function onDoubleClick(view: GridView, event: MouseEvent): void {
    const target = event.target instanceof Element ? event.target : null;
    const title = target?.closest<HTMLElement>(".grid-title");
    if (target?.closest(".grid-resize") !== null && title !== null && title !== undefined)
        view.fitWidth(Number(title.dataset.column));
    else if (view.placeOf(event) !== null)
        view.events.opened();
}
