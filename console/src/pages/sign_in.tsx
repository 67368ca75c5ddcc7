/* SPDX-License-Identifier: Apache-2.0 */
/* sign_in.tsx -- what is shown to whom the server lets not in. */
import type { JSX } from "preact";

export function SignInPage(): JSX.Element {
    return (
        <div class="empty">
            <h1>This server wants to know who you are</h1>
            <p>It has users, and answers nobody else.</p>
        </div>
    );
}
