/* SPDX-License-Identifier: Apache-2.0 */
/* types.tsx -- the event types, and the fields of one. */
import type { JSX } from "preact";
import { quoteName } from "../language/quote";
import { hrefOf, route } from "../router";
import { StatementView } from "./statement_view";

export function TypesPage(): JSX.Element {
    const name = route.value.name;
    return (
        <div class="page-inner">
            <h1>{name === "" ? "Event types" : name}</h1>
            {name === "" ?
                <StatementView title="Event types" text="LIST TYPES" /> :
                <>
                    <p><a href={hrefOf("types")}>All types</a></p>
                    <StatementView title={`Fields of ${name}`} text={`DESCRIBE ${quoteName(name)}`} />
                </>}
        </div>
    );
}
