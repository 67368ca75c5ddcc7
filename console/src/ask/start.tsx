/* SPDX-License-Identifier: Apache-2.0 */
/* start.tsx -- before anything was asked: what one could ask, of what is there. */
import type { JSX } from "preact";
import { catalogue } from "../catalogue";
import { quoteName, quoteSql } from "../language/quote";
import { hrefOf } from "../router";

interface Example {
    what: string;
    text: string;
}

function examples(): Example[] {
    const list: Example[] = [
        { what: "How many events of each type?", text: "SELECT event_type, count(*), min(timestamp) AS first, max(timestamp) AS last\nFROM events\nGROUP BY event_type\nORDER BY event_type" },
        { what: "How many on each day?", text: "SELECT date_trunc('day', timestamp) AS day, count(*)\nFROM events\nGROUP BY day\nORDER BY day" },
        { what: "What came last?", text: "SELECT *\nFROM events\nORDER BY event_id DESC\nLIMIT 100" },
    ];
    const type = catalogue.value.types.find((one) => one.name !== "events");
    if (type !== undefined)
        list.push(
            { what: `Events of ${type.name}`, text: `QUERY ${quoteName(type.name)} LIMIT 1000` },
            { what: `${type.name} by week, in the native language`, text: `PLOT count OF ${quoteName(type.name)} OVER week(timestamp)` },
            { what: `Contexts with the most of ${type.name}`, text: `SELECT context_id, count(*)\nFROM ${quoteSql(type.name)}\nGROUP BY context_id\nORDER BY count DESC\nLIMIT 20` },
        );
    return list;
}

export function Start(props: { onTry: (text: string) => void }): JSX.Element {
    const hasTypes = catalogue.value.types.some((type) => type.name !== "events");
    return (
        <div class="empty start">
            <h2>{hasTypes ? "Ask in SQL, or in the language of events" : "There are no event types yet"}</h2>
            {hasTypes ?
                <p>Write a statement above and press <kbd>Ctrl Enter</kbd>, or begin with one of these:</p> :
                <p><a href={hrefOf("types")}>Define one</a>, or look around:</p>}
            <ul class="examples">
                {examples().map((example) => (
                    <li key={example.text}>
                        <button class="example" onClick={() => props.onTry(example.text)}>
                            <span>{example.what}</span>
                            <code>{example.text.replace(/\s+/g, " ")}</code>
                        </button>
                    </li>
                ))}
            </ul>
        </div>
    );
}
