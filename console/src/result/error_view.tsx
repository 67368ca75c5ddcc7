/* SPDX-License-Identifier: Apache-2.0 */
/* error_view.tsx -- what went wrong, where, and what to do. */
import type { JSX } from "preact";
import type { ApiError } from "../api";

export function ErrorView(props: { error: ApiError; onShow?: () => void }): JSX.Element {
    const { error } = props;
    return (
        <div class="note error error-view" role="alert">
            <p>
                <strong>{error.message}</strong>
                {error.sqlstate !== "" && <code class="sqlstate">{error.sqlstate}</code>}
            </p>
            {error.detail !== "" && <p>{error.detail}</p>}
            {error.hint !== "" && <p class="hint">{error.hint}</p>}
            {error.position > 0 && props.onShow !== undefined &&
                <p><button class="link" onClick={props.onShow}>Show the place</button></p>}
        </div>
    );
}
