/* SPDX-License-Identifier: Apache-2.0 */
/* settings.tsx -- all options, where each has its value from, and a search over them. */
import { useCallback, useId, useMemo, useState } from "preact/hooks";
import { counted } from "../format";
import { askRecords, type Texts } from "../parts/ask";
import { Failed, Loading } from "../parts/message";
import { useLoad } from "../parts/use_load";

const SETTINGS = `SELECT name, setting, unit, short_desc, source, sourcefile, sourceline, boot_val, pending_restart
FROM pg_settings ORDER BY name`;

function isChanged(row: Texts): boolean {
    return row.source !== "default";
}

function matches(row: Texts, words: string[]): boolean {
    const text = `${row.name} ${row.short_desc ?? ""} ${row.source ?? ""} ${row.setting ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
}

export function Settings() {
    const load = useCallback((signal: AbortSignal) => askRecords(SETTINGS, signal), []);
    const { value, error, reload } = useLoad(load);
    const [search, setSearch] = useState("");
    const [isOnlyChanged, setIsOnlyChanged] = useState(true);
    const id = useId();
    const shown = useMemo(() => {
        const words = search.toLowerCase().split(/\s+/).filter((word) => word !== "");
        return (value ?? []).filter((row) =>
            matches(row, words) && (!isOnlyChanged || words.length > 0 || isChanged(row)));
    }, [value, search, isOnlyChanged]);
    return (
        <section class="card settings">
            <div class="card-head">
                <h2>Settings</h2>
                <label class="check">
                    <input type="checkbox" checked={isOnlyChanged}
                        onChange={(event) => setIsOnlyChanged(event.currentTarget.checked)} />
                    only what is set
                </label>
            </div>
            <label for={id} class="visually-hidden">Search settings</label>
            <input id={id} class="field" type="search" value={search} placeholder="Search: wal, memory, timeout…"
                spellcheck={false} onInput={(event) => setSearch(event.currentTarget.value)} />
            {error && <Failed error={error} onRetry={reload} />}
            {!value && !error && <Loading />}
            {value && (
                <>
                    <p class="muted" role="status">{counted(shown.length, "setting")} of {value.length}</p>
                    <div class="setting-list" tabIndex={0} role="region" aria-label="Settings">
                        <dl>{shown.map((row) => <Setting key={row.name} row={row} />)}</dl>
                    </div>
                </>
            )}
        </section>
    );
}

function sourceOf(row: Texts): string {
    if (row.sourcefile === null || row.sourcefile === undefined)
        return row.source ?? "";
    return `${row.sourcefile}:${row.sourceline}`;
}

function Setting({ row }: { row: Texts }) {
    const isSet = isChanged(row);
    return (
        <div class={isSet ? "setting setting-set" : "setting"}>
            <dt>
                <code>{row.name}</code>
                <span class="muted">{row.short_desc}</span>
            </dt>
            <dd>
                <code>{row.setting === "" ? "''" : row.setting}{row.unit === null ? "" : ` ${row.unit}`}</code>
                <span class="muted">
                    {sourceOf(row)}{isSet && row.boot_val !== row.setting ? `; default ${row.boot_val || "empty"}` : ""}
                    {row.pending_restart === "true" && "; another value after a restart"}
                </span>
            </dd>
        </div>
    );
}
