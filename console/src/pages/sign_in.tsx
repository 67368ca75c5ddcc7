/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sign_in.tsx -- a user and a password, for which the server gives a token; who
 * one is, and the way out again.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, errorOf, postJson, send, token } from "../api";
import { Field } from "../parts/field";
import { mustSignIn, session, useToken } from "../session";

async function signIn(user: string, password: string): Promise<void> {
    const { token: given } = await postJson<{ token: string }>("/v1/token", { user, password });
    await useToken(given);
}

export async function signOut(): Promise<void> {
    try {
        if (token() !== "")
            await send("/v1/token", { method: "DELETE" });
    } finally {
        await useToken("");
        mustSignIn.value = true;
    }
}

/* What to do about it, where the server may not say. */
function adviceOn(error: ApiError): string {
    if (error.status === 401)
        return "The server knows no such user with this password. Look for capital letters; after " +
            "some failures each attempt takes longer. A user without a password cannot sign in here.";
    if (error.status === 403)
        return "A password is taken over TLS, or on the server's own machine. Use https://, or " +
            "call the server by its address or localhost.";
    return error.hint;
}

export function SignInPage() {
    const [user, setUser] = useState("");
    const [password, setPassword] = useState("");
    const [error, setError] = useState<ApiError>();
    const [isBusy, setIsBusy] = useState(false);
    const first = useRef<HTMLInputElement>(null);
    useEffect(() => first.current?.focus(), []);

    const submit = async (event: Event): Promise<void> => {
        event.preventDefault();
        setIsBusy(true);
        setError(undefined);
        try {
            await signIn(user, password);
        } catch (cause) {
            setError(errorOf(cause));
            setIsBusy(false);
            first.current?.select();
        }
    };
    return (
        <form class="card sign-in" method="post" onSubmit={(event) => void submit(event)}>
            <h1>Sign in</h1>
            <Field label="User">
                {(input) => (
                    <input {...input} class="field" ref={first} type="text" name="username" autocomplete="username"
                        autocapitalize="off" spellcheck={false} required value={user}
                        onInput={(event) => setUser(event.currentTarget.value)} />
                )}
            </Field>
            <Field label="Password">
                {(input) => (
                    <input {...input} class="field" type="password" name="password" autocomplete="current-password"
                        required value={password}
                        onInput={(event) => setPassword(event.currentTarget.value)} />
                )}
            </Field>
            {error && (
                <div class="note error" role="alert">
                    <p>{error.message}</p>
                    <p>{adviceOn(error)}</p>
                </div>
            )}
            <button type="submit" class="button primary" disabled={isBusy}>
                {isBusy ? "Signing in…" : "Sign in"}
            </button>
        </form>
    );
}

/* #/session: who one is. */
export function SessionPage() {
    const info = session.value;
    if (info === null)
        return <p class="muted" role="status">Loading…</p>;
    return (
        <section class="card sign-in">
            <h1>{info.user ?? "Nobody by name"}</h1>
            <p class="muted">
                {token() === ""
                    ? "The server trusts this machine: nothing needs to be shown."
                    : "Signed in until the tab is closed, or nothing has been asked for a while."}
            </p>
            {token() !== "" && (
                <button type="button" class="button" onClick={() => void signOut()}>Sign out</button>
            )}
        </section>
    );
}
