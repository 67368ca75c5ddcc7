/* SPDX-License-Identifier: Apache-2.0 */
/* message.tsx -- what is said in place of something: it failed, it is not there yet. */
import type { ComponentChildren } from "preact";

export function Failed({ error, onRetry }: { error: Error; onRetry?: () => void }) {
    return (
        <div class="note error" role="alert">
            <p>{error.message}</p>
            {onRetry && <button type="button" class="button" onClick={onRetry}>Try again</button>}
        </div>
    );
}

export function Loading() {
    return <p class="muted" role="status">Loading…</p>;
}

export function Empty({ children }: { children: ComponentChildren }) {
    return <p class="empty">{children}</p>;
}
