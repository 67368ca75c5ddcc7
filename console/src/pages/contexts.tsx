/* SPDX-License-Identifier: Apache-2.0 */
/* contexts.tsx -- the story of one context. */
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { quoteName } from "../language/quote";
import { contextHref, route } from "../router";
import { StatementView } from "./statement_view";

export function ContextPage(): JSX.Element {
    const name = route.value.name;
    const [text, setText] = useState(name);
    return (
        <div class="page-inner">
            <h1>{name === "" ? "Contexts" : name}</h1>
            <form class="inline-form" onSubmit={(event) => {
                event.preventDefault();
                location.hash = contextHref(text.trim());
            }}>
                <label for="context-name">Context</label>
                <input id="context-name" class="field" value={text} autocomplete="off" spellcheck={false}
                    placeholder="order-4347" onInput={(event) => setText(event.currentTarget.value)} />
                <button class="button primary">Replay</button>
            </form>
            {name === "" ?
                <p class="note">A context is what events are about: an order, a user, a device. Name one to see its story.</p> :
                <StatementView title={`Events of ${name}`} text={`REPLAY FOR ${quoteName(name)}`} />}
        </div>
    );
}
