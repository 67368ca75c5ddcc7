/* SPDX-License-Identifier: Apache-2.0 */
/* page.tsx -- where one asks: tabs, the editor, what to do, and the answer. */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { JSX } from "preact";
import { catalogue, loadCatalogue } from "../catalogue";
import { isCount, browser } from "../keep";
import { explained, type Language, splitStatements } from "../language/statements";
import { go, route } from "../router";
import { setAllowWrites } from "../session";
import { Editor } from "./editor";
import { HistoryPanel } from "./history_panel";
import { save } from "./history";
import { ResultPane } from "./result_pane";
import { dropRun, runs, startRun } from "./run";
import { active, activeId, chooseTab, closeTab, openTab, place, placed, renameTab, setText, tabs } from "./tabs";
import { Start } from "./start";

const language = signal<Language>("sql");
const isHistoryOpen = signal(false);
const editorHeight = signal(browser.read("editor-height", 136, isCount));
const HEIGHT_MIN = 88;
const HEIGHT_STEP = 24;

function setHeight(height: number): void {
    editorHeight.value = Math.round(Math.max(HEIGHT_MIN, Math.min(height, innerHeight - 240)));
    browser.write("editor-height", editorHeight.value);
}

export function AskPage(): JSX.Element {
    const host = useRef<HTMLDivElement>(null);
    const editor = useRef<Editor | null>(null);
    const tab = active.value;
    const run = runs.value.get(tab.id);
    const isRunning = run?.state.value === "running";

    const runNow = (all: boolean): void => {
        const now = editor.current;
        const chosen = all ? { text: now?.text ?? "", from: 0 } : now?.chosen();
        now?.mark(null);
        if (chosen !== null && chosen !== undefined && chosen.text.trim() !== "")
            startRun(activeId.value, chosen.text, chosen.from);
    };
    const explainNow = (analyze: boolean): void => {
        const chosen = editor.current?.chosen();
        const statement = splitStatements(chosen?.text ?? "")[0];
        const text = statement === undefined ? null : explained(statement, analyze);
        if (text !== null && chosen !== null && chosen !== undefined)
            startRun(activeId.value, text, chosen.from - (text.length - (statement?.text.length ?? 0)), true);
    };
    const cancel = (): boolean => {
        const running = runs.value.get(activeId.value);
        if (running?.state.value !== "running")
            return false;
        running.cancel();
        return true;
    };

    useEffect(() => {
        if (host.current === null)
            return undefined;
        const made = new Editor(host.current, active.value.text, {
            changed: (text) => setText(activeId.value, text),
            run: runNow,
            cancel,
            language: (name) => { language.value = name; },
        });
        editor.current = made;
        void loadCatalogue();
        made.focus();
        return () => made.close();
    }, []);
    /* Not at each change of the text: the editor is ahead of it. */
    useEffect(() => editor.current?.load(active.value.text), [tab.id, placed.value]);
    useEffect(() => editor.current?.refreshNames(), [catalogue.value]);
    useEffect(() => {
        const text = route.value.parameters.get("text");
        if (text !== null) {
            place(text);
            go("ask");
        }
    }, [route.value]);
    useEffect(() => {
        if (run?.state.value === "failed" && (run.error?.position ?? 0) > 0)
            editor.current?.mark(run.offset + (run.error?.position ?? 1) - 1);
    }, [run, run?.state.value]);
    useEffect(() => {
        const onKey = (event: KeyboardEvent): void => {
            if (event.key === "Escape" && !event.defaultPrevented && cancel())
                event.preventDefault();
            else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.defaultPrevented) {
                event.preventDefault();
                runNow(event.shiftKey);
            }
        };
        addEventListener("keydown", onKey);
        return () => removeEventListener("keydown", onKey);
    }, []);

    const tryText = (text: string): void => {
        place(text);
        startRun(activeId.value, text, 0);
    };
    return (
        <div class="ask">
            <h1 class="visually-hidden">Ask</h1>
            <TabStrip />
            <div id="tab-panel" class="ask-editor" role="tabpanel" aria-labelledby={`tab-${tab.id}`}>
                <div class="editor-host" ref={host} style={{ height: `${editorHeight.value}px` }} />
            </div>
            <Splitter />
            <div class="toolbar" role="toolbar" aria-label="Statements">
                {isRunning ?
                    <button class="button danger" onClick={cancel}>Cancel <kbd>Esc</kbd></button> :
                    <button class="button primary" onClick={() => runNow(false)} title="The selection, or the statement at the cursor (Ctrl+Enter)">Run</button>}
                <button class="button" onClick={() => runNow(true)} title="The whole tab, as one transaction (Ctrl+Shift+Enter)">Run all</button>
                <button class="button" onClick={() => explainNow(false)} title="How the statement would be answered">Explain</button>
                <button class="button" onClick={() => explainNow(true)} title="Run the statement and show what each step took">Analyze</button>
                <span class="language" title="By the statement at the cursor">{language.value === "sql" ? "SQL" : "native"}</span>
                <span class="toolbar-right">
                    <SaveButton text={tab.text} name={tab.name} />
                    <button class="button quiet" aria-expanded={isHistoryOpen.value} aria-controls="history"
                        onClick={() => { isHistoryOpen.value = !isHistoryOpen.value; }}>History</button>
                </span>
            </div>
            <div class="ask-below">
                {run === undefined ? <Start onTry={tryText} /> :
                    <ResultPane key={tab.id} run={run}
                        onShowPlace={(offset) => editor.current?.showPlace(offset)}
                        onAllowWrites={() => {
                            setAllowWrites(true);
                            startRun(tab.id, run.text, run.offset);
                        }} />}
                {isHistoryOpen.value && <HistoryPanel onClose={() => { isHistoryOpen.value = false; }}
                    onChoose={(text, name) => {
                        place(text, name);
                        editor.current?.focus();
                    }} />}
            </div>
        </div>
    );
}

function TabStrip(): JSX.Element {
    const onKey = (event: KeyboardEvent): void => {
        const at = tabs.value.findIndex((tab) => tab.id === activeId.value);
        const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
        const next = tabs.value[(at + step + tabs.value.length) % tabs.value.length];
        if (step === 0 || next === undefined || event.target instanceof HTMLInputElement)
            return;
        event.preventDefault();
        chooseTab(next.id);
        document.getElementById(`tab-${next.id}`)?.focus();
    };
    return (
        <div class="tab-strip">
            <div class="tabs" role="tablist" aria-label="Texts" onKeyDown={onKey}>
                {tabs.value.map((tab) => <TabTitle key={tab.id} id={tab.id} name={tab.name} />)}
            </div>
            <button class="icon-button small" aria-label="New tab" title="New tab" onClick={() => openTab()}>
                <svg viewBox="0 0 16 16" width="16" height="16" class="icon" aria-hidden="true"><path d="M8 3v10M3 8h10" /></svg>
            </button>
            <button class="icon-button small" aria-label={`Close ${active.value.name}`} title="Close this tab" onClick={() => {
                const { id, name, text } = active.value;
                if (text.trim() === "" || confirm(`Close “${name}” and forget its text?`)) {
                    dropRun(id);
                    closeTab(id);
                }
            }}>
                <svg viewBox="0 0 16 16" width="16" height="16" class="icon" aria-hidden="true"><path d="m3.5 3.5 9 9m0-9-9 9" /></svg>
            </button>
        </div>
    );
}

const renaming = signal(0);

function TabTitle(props: { id: number; name: string }): JSX.Element {
    const isActive = props.id === activeId.value;
    const isRunning = runs.value.get(props.id)?.state.value === "running";
    if (renaming.value === props.id)
        return (
            <input class="field tab-name" value={props.name} aria-label="Name of the tab" ref={(input) => {
                if (input !== null && document.activeElement !== input)
                    input.select();
            }} onKeyDown={(event) => {
                if (event.key === "Enter" || event.key === "Escape") {
                    if (event.key === "Escape")
                        event.currentTarget.value = props.name;
                    event.currentTarget.blur();
                }
            }} onBlur={(event) => {
                renameTab(props.id, event.currentTarget.value);
                renaming.value = 0;
            }} />
        );
    return (
        <button id={`tab-${props.id}`} class="tab" role="tab" aria-selected={isActive} aria-controls="tab-panel"
            tabIndex={isActive ? 0 : -1} title="Double-click or F2: another name"
            onClick={() => chooseTab(props.id)} onDblClick={() => { renaming.value = props.id; }}
            onKeyDown={(event) => {
                if (event.key === "F2")
                    renaming.value = props.id;
            }}>
            {props.name}{isRunning && <span class="running-dot" aria-label="running" role="img" />}
        </button>
    );
}

function Splitter(): JSX.Element {
    return (
        <div class="splitter" role="separator" tabIndex={0} aria-orientation="horizontal" aria-label="Height of the editor"
            aria-valuenow={editorHeight.value} aria-valuemin={HEIGHT_MIN} aria-valuemax={1000}
            onKeyDown={(event) => {
                const step = event.key === "ArrowDown" ? HEIGHT_STEP : event.key === "ArrowUp" ? -HEIGHT_STEP : 0;
                if (step !== 0) {
                    event.preventDefault();
                    setHeight(editorHeight.value + step);
                }
            }}
            onPointerDown={(event) => {
                const start = event.clientY, height = editorHeight.value, bar = event.currentTarget;
                bar.setPointerCapture(event.pointerId);
                const move = (to: PointerEvent): void => setHeight(height + to.clientY - start);
                bar.addEventListener("pointermove", move);
                bar.addEventListener("lostpointercapture", () => bar.removeEventListener("pointermove", move), { once: true });
            }} />
    );
}

function SaveButton(props: { text: string; name: string }): JSX.Element {
    return (
        <button class="button quiet" disabled={props.text.trim() === ""} title="Keep the tab's text under its name" onClick={() => {
            save(props.name, props.text);
            isHistoryOpen.value = true;
        }}>Save</button>
    );
}
