/* SPDX-License-Identifier: Apache-2.0 */
/* grid_head.ts -- the header of a grid: names, types, order, what can be unfolded. */
import type { Column } from "../data/table";
import type { GridModel } from "./grid_model";

export function div(name: string, role?: string): HTMLElement {
    const element = document.createElement("div");
    element.className = name;
    if (role !== undefined)
        element.setAttribute("role", role);
    return element;
}

function makeTitle(column: Column, index: number): HTMLElement {
    const cell = div(`grid-title kind-${column.kind}`, "columnheader");
    cell.setAttribute("aria-colindex", String(index + 2));
    cell.dataset.column = String(index);
    cell.title = `${column.name}: ${column.typeName}`;
    const name = div("grid-name"), type = div("grid-type");
    name.textContent = column.name;
    type.textContent = column.typeName;
    cell.append(name, type);
    if (column.kind === "json") {
        const toggle = div("grid-unfold");
        toggle.textContent = "{}";
        toggle.title = "The keys of all rows as columns, or no longer (U)";
        cell.append(toggle);
    }
    cell.append(div("grid-resize"));
    return cell;
}

export class GridHead {
    readonly element = div("grid-head-group", "rowgroup");
    private readonly layer = div("grid-layer", "presentation");
    private shown = "";

    constructor() {
        const row = div("grid-head", "row"), corner = div("grid-gutter grid-corner", "columnheader");
        row.setAttribute("aria-rowindex", "1");
        corner.setAttribute("aria-colindex", "1");
        corner.textContent = "#";
        row.append(this.layer, corner);
        this.element.append(row);
    }

    /* `edges`: left ones of the columns, and the right one of the last. */
    paint(model: GridModel, edges: readonly number[]): void {
        const names = model.columns.map((column) => column.name + column.typeName).join("\n");
        if (names !== this.shown) {
            this.shown = names;
            this.layer.replaceChildren(...model.columns.map(makeTitle));
        }
        [...this.layer.children].forEach((child, i) => {
            const cell = child as HTMLElement, column = model.columns[i];
            if (column === undefined)
                return;
            const left = edges[i] ?? 0;
            cell.style.left = `${left}px`;
            cell.style.width = `${(edges[i + 1] ?? left) - left}px`;
            cell.setAttribute("aria-sort", model.sorting?.column === column.name ? model.sorting.direction : "none");
            cell.classList.toggle("is-unfolded", model.isUnfolded(column));
        });
    }
}
