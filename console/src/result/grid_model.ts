/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grid_model.ts -- what a grid shows of a table: its columns, some of them
 * unfolded, in some order, and what is selected.
 */
import type { Column, Table } from "../data/table";
import type { Cells } from "./copy";
import { type Direction, sortRows } from "./sort";
import { unfold } from "./unfold";

export interface Place {
    row: number; /* on the screen, from 0 */
    column: number;
}

export interface Sorting {
    column: string;
    direction: Direction;
}

export class GridModel {
    readonly table: Table;
    columns: Column[];
    sorting: Sorting | null = null;
    active: Place = { row: 0, column: 0 };
    /* The corner of the selection that is not `active`. */
    anchor: Place = { row: 0, column: 0 };
    private unfolded = new Map<string, Column[]>();
    private order: Uint32Array | null = null;

    constructor(table: Table) {
        this.table = table;
        this.columns = [...table.columns];
    }

    get rowCount(): number {
        return this.table.rowCount;
    }

    /* The table's row that is shown at this place; new ones come unsorted. */
    rowAt(row: number): number {
        return this.order !== null && row < this.order.length ? this.order[row] as number : row;
    }

    /* Rows that came while the order was another are put into it. */
    settle(): void {
        if (this.sorting !== null && this.order?.length !== this.rowCount)
            this.sort(this.sorting);
    }

    private sort(sorting: Sorting | null): void {
        const column = this.columns.find((one) => one.name === sorting?.column);
        this.sorting = column === undefined ? null : sorting;
        this.order = column === undefined || sorting === null ? null :
            sortRows(column, this.rowCount, sorting.direction);
    }

    /* Up, down, as it came. */
    sortNext(column: Column): void {
        const now = this.sorting?.column === column.name ? this.sorting.direction : null;
        this.sort(now === "descending" ? null :
            { column: column.name, direction: now === null ? "ascending" : "descending" });
    }

    isUnfolded(column: Column): boolean {
        return this.unfolded.has(column.name);
    }

    /* A JSON column's keys as columns behind it, or no longer. */
    toggleUnfold(column: Column): void {
        if (this.unfolded.has(column.name))
            this.unfolded.delete(column.name);
        else
            this.unfolded.set(column.name, unfold(column, this.rowCount));
        this.columns = this.table.columns.flatMap((one: Column) => [one, ...this.unfolded.get(one.name) ?? []]);
        if (this.sorting !== null && !this.columns.some((one) => one.name === this.sorting?.column))
            this.sort(null);
        this.moveTo({ row: this.active.row, column: this.active.column }, false);
    }

    get hasJson(): boolean {
        return this.table.columns.some((column) => column.kind === "json");
    }

    /* ---- selection ---- */

    moveTo(place: Place, extend: boolean): void {
        this.active = {
            row: clamp(place.row, this.rowCount),
            column: clamp(place.column, this.columns.length),
        };
        if (!extend)
            this.anchor = this.active;
    }

    select(from: Place, to: Place): void {
        this.moveTo(from, false);
        this.moveTo(to, true);
    }

    selectAll(): void {
        this.select({ row: this.rowCount - 1, column: this.columns.length - 1 }, { row: 0, column: 0 });
    }

    isSelected(row: number, column: number): boolean {
        const { active, anchor } = this;
        return row >= Math.min(active.row, anchor.row) && row <= Math.max(active.row, anchor.row) &&
            column >= Math.min(active.column, anchor.column) && column <= Math.max(active.column, anchor.column);
    }

    get selected(): Cells {
        const top = Math.min(this.active.row, this.anchor.row);
        const left = Math.min(this.active.column, this.anchor.column);
        return {
            columns: this.columns.slice(left, Math.max(this.active.column, this.anchor.column) + 1),
            rowCount: this.rowCount === 0 ? 0 : Math.abs(this.active.row - this.anchor.row) + 1,
            rowAt: (i) => this.rowAt(top + i),
        };
    }

    get all(): Cells {
        return { columns: this.columns, rowCount: this.rowCount, rowAt: (i) => this.rowAt(i) };
    }
}

const clamp = (value: number, count: number): number => Math.max(0, Math.min(value, count - 1));
