/* SPDX-License-Identifier: Apache-2.0 */
/* keys.tsx -- what each key does: the dialog behind "?". */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { Dialog } from "./dialog";

const isOpen = signal(false);

export function openKeys(): void {
    isOpen.value = true;
}

const KEYS: [string, [string, string][]][] = [
    ["Everywhere", [
        ["?", "these keys"],
        ["Ctrl K", "jump to a type, a context, a page"],
        ["Esc", "close, or cancel what runs"],
    ]],
    ["Editor", [
        ["Ctrl Enter", "run the selection, or the statement at the cursor"],
        ["Ctrl Shift Enter", "run the whole tab"],
        ["Ctrl Space", "complete"],
        ["Ctrl /", "comment out"],
        ["Alt Shift ↑ ↓", "copy a line"],
        ["Esc, then Tab", "leave the editor"],
    ]],
    ["Rows", [
        ["↑ ↓ ← →", "move; with Shift select"],
        ["Ctrl Home, Ctrl End", "first and last"],
        ["Enter", "look at the cell"],
        ["S", "sort by the column: up, down, as it came"],
        ["U", "unfold a JSON column"],
        ["Alt ← →", "make the column narrower, wider"],
        ["Ctrl A, Ctrl C", "select all; copy, as tabs"],
    ]],
];

export function KeysDialog(): JSX.Element {
    return (
        <Dialog title="Keys" isOpen={isOpen.value} onClose={() => { isOpen.value = false; }} class="keys">
            {KEYS.map(([title, keys]) => (
                <section key={title}>
                    <h3>{title}</h3>
                    <dl>
                        {keys.map(([key, what]) => (
                            <div key={key}>
                                <dt><kbd>{key}</kbd></dt>
                                <dd>{what}</dd>
                            </div>
                        ))}
                    </dl>
                </section>
            ))}
        </Dialog>
    );
}
