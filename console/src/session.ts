/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session.ts -- who we are to the server, and what we may do.
 *
 * Reading is the rule; `allowWrites` is the user's own switch, remembered until
 * the tab is closed.  The server checks rights in any case.
 */
import { computed, signal } from "@preact/signals";
import { ApiError, errorOf, getJson, setToken, whenRefused } from "./api";
import { isFlag, tab } from "./keep";

/* What /v1/session says (doc/http.md); an older server may not say all of it. */
export interface SessionInfo {
    user?: string;
    is_superuser?: boolean;
    may_define?: boolean;
    may_store?: boolean;
    may_monitor?: boolean;
    may_signal?: boolean;
    has_roles?: boolean;
    is_trusted?: boolean;
    version?: string;
    server_version?: string;
    time_zone?: string;
    environment?: string;
    uptime_seconds?: number;
    token_expiry_seconds?: number;
}

export const session = signal<SessionInfo | null>(null);
/* The server wants to know who is asking. */
export const mustSignIn = signal(false);
/* The server could not be reached when it was last asked. */
export const unreachable = signal<ApiError | null>(null);

export const isProduction = computed(() => session.value?.environment === "production");

export const allowWrites = signal(tab.read("allow-writes", false, isFlag));

export function setAllowWrites(value: boolean): void {
    allowWrites.value = value;
    tab.write("allow-writes", value);
}

export async function loadSession(): Promise<void> {
    try {
        session.value = await getJson<SessionInfo>("/v1/session");
        mustSignIn.value = false;
        unreachable.value = null;
    } catch (cause) {
        const error = errorOf(cause);
        if (error.status === 401)
            mustSignIn.value = true;
        else
            unreachable.value = error.status === 0 ? error : null;
    }
}

/* Take the token that /v1/token gave, or none. */
export async function useToken(token: string): Promise<void> {
    setToken(token);
    session.value = null;
    await loadSession();
}

whenRefused(() => {
    mustSignIn.value = true;
});
