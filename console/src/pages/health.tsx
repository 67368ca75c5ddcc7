/* SPDX-License-Identifier: Apache-2.0 */
/* health.tsx -- how the server is. */
import type { JSX } from "preact";
import { StatementView } from "./statement_view";

export function HealthPage(): JSX.Element {
    return (
        <div class="page-inner">
            <h1>Health</h1>
            <StatementView title="Who holds how much memory" text="SELECT * FROM stele.memory" />
        </div>
    );
}
