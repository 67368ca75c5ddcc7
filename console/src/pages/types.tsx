/* SPDX-License-Identifier: Apache-2.0 */
/* types.tsx -- #/types, #/types/NAME: the event types, and one of them. */
import { useCallback, useState } from "preact/hooks";
import { forgetCatalogue } from "../catalogue";
import { Empty, Failed, Loading } from "../parts/message";
import { useLoad } from "../parts/use_load";
import { go, hrefOf, route } from "../router";
import { allowWrites } from "../session";
import { DefineForm } from "../types/define_form";
import { TypeDetails } from "../types/details";
import { loadTypes, mayDefine } from "../types/load";
import { TypesTable } from "../types/types_table";

export function TypesPage() {
    const { name } = route.value;
    if (name !== "")
        return (
            <div class="page-inner">
                <p class="path"><a href={hrefOf("types")}>Event types</a></p>
                <h1>{name}</h1>
                <TypeDetails key={name} name={name} />
            </div>
        );
    return <AllTypes />;
}

function AllTypes() {
    const { value, error, reload } = useLoad(loadTypes);
    const may = useLoad(useCallback(mayDefine, []));
    const [isDefining, setIsDefining] = useState(false);
    const canDefine = allowWrites.value && may.value === true;
    return (
        <div class="page-inner">
            <header class="page-head">
                <h1>Event types</h1>
                {canDefine && (
                    <button type="button" class="button" aria-expanded={isDefining} onClick={() => setIsDefining(!isDefining)}>
                        {isDefining ? "Close" : "Define a type"}
                    </button>
                )}
            </header>
            {canDefine && isDefining && (
                <DefineForm onDefined={(name) => {
                    forgetCatalogue();
                    go("types", name);
                }} />
            )}
            {error && <Failed error={error} onRetry={reload} />}
            {!value && !error && <Loading />}
            {value && (value.length === 0 ? <NoTypes canDefine={canDefine} /> : <TypesTable types={value} />)}
            {!allowWrites.value && may.value === true &&
                <p class="muted">To define an event type, allow writes above.</p>}
        </div>
    );
}

function NoTypes({ canDefine }: { canDefine: boolean }) {
    return (
        <Empty>
            There are no event types yet.{" "}
            {!canDefine && <a href={hrefOf("ask", "", { text: "HELP DEFINE" })}>How to define one</a>}
        </Empty>
    );
}
