/* SPDX-License-Identifier: Apache-2.0 */
/* history_panel.tsx -- what was run and what was saved, searched by words. */
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { formatCount, formatDuration, formatWhen } from "../format";
import { clearHistory, type Entry, history, saved, search, unsave } from "./history";

const SHOWN_MAX = 100;

export function HistoryPanel(props: {
    onClose: () => void;
    onChoose: (text: string, name: string) => void;
}): JSX.Element {
    const [wanted, setWanted] = useState("");
    const found = search(history.value, wanted);
    const kept = search(saved.value.map((one) => ({ ...one, text: `${one.name}\n${one.text}`, own: one.text })), wanted);
    return (
        <aside id="history" class="history" aria-label="History and saved queries" onKeyDown={(event) => {
            if (event.key === "Escape")
                props.onClose();
        }}>
            <div class="history-head">
                <input class="field" type="search" placeholder="Search" aria-label="Search the history" value={wanted}
                    onInput={(event) => setWanted(event.currentTarget.value)} />
                <button class="icon-button" aria-label="Close the history" onClick={props.onClose}>
                    <svg viewBox="0 0 16 16" width="16" height="16" class="icon" aria-hidden="true"><path d="m3.5 3.5 9 9m0-9-9 9" /></svg>
                </button>
            </div>
            <div class="history-lists">
                {kept.length > 0 && <h2>Saved</h2>}
                <ul>
                    {kept.map((one) => (
                        <li key={one.name} class="history-entry">
                            <button class="history-text" onClick={() => props.onChoose(one.own, one.name)}>
                                <strong>{one.name}</strong>
                                <code>{short(one.own)}</code>
                            </button>
                            <button class="icon-button small" aria-label={`Forget ${one.name}`} onClick={() => unsave(one.name)}>
                                <svg viewBox="0 0 16 16" width="12" height="12" class="icon" aria-hidden="true"><path d="m3.5 3.5 9 9m0-9-9 9" /></svg>
                            </button>
                        </li>
                    ))}
                </ul>
                <h2>History</h2>
                {found.length === 0 && <p class="history-none">{wanted === "" ? "Nothing was run yet. What runs is kept in this browser, the newest first." : "Nothing has these words."}</p>}
                <ul>
                    {found.slice(0, SHOWN_MAX).map((entry) => <EntryView key={entry.at} entry={entry} onChoose={props.onChoose} />)}
                </ul>
                {found.length > SHOWN_MAX && <p class="history-none">{formatCount(found.length - SHOWN_MAX)} more: search for them.</p>}
                {history.value.length > 0 && <button class="button quiet" onClick={clearHistory}>Clear the history</button>}
            </div>
        </aside>
    );
}

const short = (text: string): string => text.replace(/\s+/g, " ").slice(0, 300);

function EntryView(props: { entry: Entry; onChoose: (text: string, name: string) => void }): JSX.Element {
    const { entry } = props;
    return (
        <li class="history-entry">
            <button class="history-text" onClick={() => props.onChoose(entry.text, "")} title={entry.text.slice(0, 2000)}>
                <code>{short(entry.text)}</code>
                <small>
                    {formatWhen(entry.at)} · {formatDuration(entry.ms)} ·{" "}
                    {entry.error === "" ? `${formatCount(entry.rows)} rows` : <span class="error-text">{entry.error.slice(0, 120)}</span>}
                </small>
            </button>
        </li>
    );
}
