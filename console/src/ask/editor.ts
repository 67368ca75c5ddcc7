/* SPDX-License-Identifier: Apache-2.0 */
/*
 * editor.ts -- the text of a tab: CodeMirror, in a shadow root.
 *
 * In a shadow root CodeMirror adopts style sheets; in the document it would
 * make a <style>, which the page's Content-Security-Policy forbids.
 */
import { autocompletion, closeBrackets, closeBracketsKeymap, closeCompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab, toggleComment } from "@codemirror/commands";
import { PostgreSQL, sql } from "@codemirror/lang-sql";
import { bracketMatching, HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { Compartment, EditorState, type Extension, Prec, StateEffect, StateField } from "@codemirror/state";
import {
    Decoration, type DecorationSet, drawSelection, EditorView, highlightActiveLine, highlightSpecialChars, keymap,
    lineNumbers, placeholder,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { nativeLanguage } from "../language/native";
import { type Language, languageOf, statementAt } from "../language/statements";
import { completeNative, completeSql, sqlSchema } from "./complete";

const colours = HighlightStyle.define([
    { tag: tags.keyword, color: "var(--code-keyword)", fontWeight: "600" },
    { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
    { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--code-number)" },
    { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
    { tag: [tags.typeName, tags.propertyName, tags.standard(tags.name)], color: "var(--code-type)" },
    { tag: tags.operator, color: "var(--text-2)" },
]);

const look = EditorView.theme({
    "&": { height: "100%", fontSize: "13px", backgroundColor: "var(--surface)", color: "var(--text)" },
    "&.cm-focused": { outline: "none" },
    ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "20px", overflow: "auto" },
    ".cm-content": { padding: "8px 0", caretColor: "var(--text)" },
    ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--text-3)", border: "none" },
    ".cm-lineNumbers .cm-gutterElement": { padding: "0 8px 0 12px", minWidth: "24px" },
    ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--surface-2) 60%, transparent)" },
    ".cm-cursor": { borderLeftColor: "var(--text)" },
    "& > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground":
        { backgroundColor: "var(--select)" },
    ".cm-placeholder": { color: "var(--text-3)" },
    ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--accent-soft)", color: "inherit" },
    ".cm-stele-error": { textDecoration: "underline wavy var(--danger)", backgroundColor: "var(--danger-soft)" },
    ".cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--text)", border: "1px solid var(--line)",
        borderRadius: "6px", boxShadow: "var(--shadow)", overflow: "hidden" },
    ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "240px" },
    ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "2px 8px", lineHeight: "20px" },
    ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent-soft)", color: "var(--text)" },
    ".cm-completionDetail": { color: "var(--text-3)", fontStyle: "normal" },
    ".cm-completionIcon": { display: "none" },
});

/* Where the server says that something is wrong. */
const markError = StateEffect.define<{ from: number; to: number } | null>();
const errorMark = Decoration.mark({ class: "cm-stele-error" });
const errorField = StateField.define<DecorationSet>({
    create: () => Decoration.none,
    update(marks, transaction) {
        let next = transaction.docChanged ? Decoration.none : marks;
        for (const effect of transaction.effects)
            if (effect.is(markError))
                next = effect.value === null ? Decoration.none :
                    Decoration.set([errorMark.range(effect.value.from, effect.value.to)]);
        return next;
    },
    provide: (field) => EditorView.decorations.from(field),
});

export interface EditorEvents {
    changed(text: string): void;
    /* Ctrl+Enter: false; Ctrl+Shift+Enter: true */
    run(all: boolean): void;
    /* Esc; false if there was nothing to cancel */
    cancel(): boolean;
    language(language: Language): void;
}

export interface Chosen {
    text: string;
    from: number; /* where it begins in the whole text */
}

/*
 * Text over a selection, which a browser would put into an element with an inline
 * style, for it to look like what was there: that the content security policy forbids.
 */
function replaceSelection(event: InputEvent, view: EditorView): boolean {
    const { main, ranges } = view.state.selection;
    const { data, inputType } = event;
    if (inputType !== "insertText" || data === null || view.composing || ranges.every((range) => range.empty))
        return false;
    const replace = () => view.state.update(view.state.replaceSelection(data),
        { scrollIntoView: true, userEvent: "input.type" });
    event.preventDefault();
    /* Brackets go around what is selected. */
    if (!view.state.facet(EditorView.inputHandler).some((handler) => handler(view, main.from, main.to, data, replace)))
        view.dispatch(replace());
    return true;
}

export class Editor {
    private readonly view: EditorView;
    private readonly language = new Compartment();
    private shown: Language | null = null;

    constructor(host: HTMLElement, text: string, private readonly events: EditorEvents) {
        const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
        this.view = new EditorView({ root, parent: root as unknown as Element, state: this.makeState(text) });
        this.followLanguage();
    }

    private makeState(text: string): EditorState {
        return EditorState.create({
            doc: text,
            extensions: [
                Prec.highest(keymap.of([
                    { key: "Mod-Enter", run: () => this.run(false), shift: () => this.run(true) },
                ])),
                lineNumbers(), highlightSpecialChars(), history(), drawSelection(), bracketMatching(), closeBrackets(),
                highlightActiveLine(), indentUnit.of("  "), autocompletion({ icons: false, activateOnTypingDelay: 50 }),
                EditorView.lineWrapping,
                keymap.of([
                    ...closeBracketsKeymap, ...completionKeymap,
                    { key: "Escape", run: () => this.events.cancel() },
                    { key: "Mod-/", run: toggleComment },
                    ...defaultKeymap, ...historyKeymap, indentWithTab,
                ]),
                placeholder("SELECT … or QUERY …   (Ctrl+Enter runs it)"),
                this.language.of([]), errorField, look, syntaxHighlighting(colours),
                EditorView.domEventHandlers({ beforeinput: replaceSelection }),
                EditorView.contentAttributes.of({ "aria-label": "Statements, SQL or native", spellcheck: "false" }),
                EditorView.updateListener.of((update) => {
                    if (update.docChanged)
                        this.events.changed(update.state.doc.toString());
                    if (update.docChanged || update.selectionSet)
                        this.followLanguage();
                }),
            ],
        });
    }

    private run(all: boolean): boolean {
        /* It would stand above the answer. */
        closeCompletion(this.view);
        this.events.run(all);
        return true;
    }

    /* Colours and completion are of the language of the statement at the cursor. */
    private followLanguage(isForced = false): void {
        const { state } = this.view;
        const text = state.doc.toString();
        const language = statementAt(text, state.selection.main.head)?.language ?? languageOf(text);
        if (language === this.shown && !isForced)
            return;
        this.shown = language;
        this.events.language(language);
        /* not inside of the update that made us look */
        queueMicrotask(() => this.view.dispatch({
            effects: this.language.reconfigure(language === "native" ? nativeSupport() : sqlSupport()),
        }));
    }

    /* The catalogue has changed. */
    refreshNames(): void {
        this.followLanguage(true);
    }

    get text(): string {
        return this.view.state.doc.toString();
    }

    /* Another tab's text, without a way back to the one before. */
    load(text: string): void {
        if (text === this.text)
            return;
        this.view.setState(this.makeState(text));
        this.shown = null;
        this.followLanguage();
    }

    insert(text: string): void {
        this.view.dispatch(this.view.state.replaceSelection(text));
        this.view.focus();
    }

    /* The selection, or the statement at the cursor, or nothing. */
    chosen(): Chosen | null {
        const { main } = this.view.state.selection;
        if (!main.empty)
            return { text: this.view.state.sliceDoc(main.from, main.to), from: main.from };
        const statement = statementAt(this.text, main.head);
        return statement === null ? null : { text: statement.text, from: statement.from };
    }

    /* The word at an offset, or the character; null takes the mark away. */
    mark(offset: number | null): void {
        if (offset === null) {
            this.view.dispatch({ effects: markError.of(null) });
            return;
        }
        const { length } = this.view.state.doc;
        const at = Math.max(0, Math.min(offset, length));
        const word = this.view.state.wordAt(at);
        const from = word?.from ?? Math.min(at, Math.max(0, length - 1));
        const to = word?.to ?? Math.min(length, from + 1);
        if (from < to)
            this.view.dispatch({ effects: [markError.of({ from, to }), EditorView.scrollIntoView(from)] });
    }

    showPlace(offset: number): void {
        this.view.dispatch({ selection: { anchor: Math.max(0, Math.min(offset, this.text.length)) }, scrollIntoView: true });
        this.view.focus();
    }

    focus(): void {
        this.view.focus();
    }

    close(): void {
        this.view.destroy();
    }
}

function nativeSupport(): Extension {
    return [nativeLanguage, nativeLanguage.data.of({ autocomplete: completeNative })];
}

function sqlSupport(): Extension {
    const support = sql({ dialect: PostgreSQL, schema: sqlSchema(), upperCaseKeywords: true });
    return [support, support.language.data.of({ autocomplete: completeSql })];
}
