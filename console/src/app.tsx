/* SPDX-License-Identifier: Apache-2.0 */
/* app.tsx -- the shell: where one is, where one can go, and who one is. */
import { useEffect } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import { AskPage } from "./ask/page";
import { KeysDialog, openKeys } from "./keys";
import { JumpDialog, openJump } from "./jump";
import { ContextPage } from "./pages/contexts";
import { HealthPage } from "./pages/health";
import { TypesPage } from "./pages/types";
import { SessionPage, SignInPage } from "./pages/sign_in";
import { followAddress, hrefOf, route } from "./router";
import {
    allowWrites, isProduction, loadSession, mustSignIn, session, setAllowWrites, unreachable,
} from "./session";
import { nextTheme, theme } from "./theme";

interface Place {
    page: string;
    title: string;
    /* The pages that stand below it. */
    has: string[];
    view: () => JSX.Element;
}

const PLACES: Place[] = [
    { page: "ask", title: "Ask", has: ["ask"], view: AskPage },
    { page: "contexts", title: "Contexts", has: ["contexts", "context"], view: ContextPage },
    { page: "types", title: "Types", has: ["types"], view: TypesPage },
    { page: "health", title: "Health", has: ["health"], view: HealthPage },
];

followAddress();

export function App(): JSX.Element {
    useEffect(() => {
        void loadSession();
        const onKey = (event: KeyboardEvent): void => {
            if ((event.ctrlKey || event.metaKey) && event.key === "k") {
                event.preventDefault();
                openJump();
            } else if (event.key === "?" && !isTyping(event)) {
                event.preventDefault();
                openKeys();
            }
        };
        addEventListener("keydown", onKey);
        return () => removeEventListener("keydown", onKey);
    }, []);
    const place = PLACES.find((one) => one.has.includes(route.value.page));
    useEffect(() => {
        document.title = place === undefined ? "Stele" : `${place.title} · Stele`;
    }, [place]);
    return (
        <div class="shell">
            <a class="skip" href="#main" onClick={skip}>Skip to the page</a>
            {isProduction.value && <p class="production" role="status">Production server: look before you act</p>}
            <Header />
            {unreachable.value !== null &&
                <p class="offline" role="alert">
                    {unreachable.value.message} <button class="link" onClick={() => void loadSession()}>Try again</button>
                </p>}
            <main id="main" tabIndex={-1} class={`page page-${route.value.page}`}>
                {mustSignIn.value ? <SignInPage /> :
                    route.value.page === "session" ? <SessionPage /> :
                        place === undefined ? <NotFound /> : <place.view />}
            </main>
            <KeysDialog />
            <JumpDialog />
        </div>
    );
}

/* Whether a key belongs to a field and not to the page. */
function isTyping(event: KeyboardEvent): boolean {
    const target = event.composedPath()[0];
    return target instanceof HTMLElement &&
        (target.isContentEditable || target.matches("input, textarea, select"));
}

function skip(event: Event): void {
    event.preventDefault();
    document.getElementById("main")?.focus();
}

function Header(): JSX.Element {
    return (
        <header class="header">
            <a class="brand" href={hrefOf("ask")} aria-label="Stele: ask">
                <svg viewBox="0 0 32 32" width="20" height="20" aria-hidden="true">
                    <path class="brand-stone" d="M7 30V10a9 9 0 0 1 18 0v20z" />
                    <path class="brand-lines" d="M11 11h10v2H11zm0 5h10v2H11zm0 5h6v2h-6z" />
                </svg>
                <span>Stele</span>
            </a>
            <nav class="nav" aria-label="Pages">
                {PLACES.map((place) => (
                    <a key={place.page} href={hrefOf(place.page)}
                        aria-current={place.has.includes(route.value.page) ? "page" : undefined}>
                        {place.title}
                    </a>
                ))}
            </nav>
            <div class="header-tools">
                <WriteSwitch />
                <HeaderButton label="Jump to a type, context or page (Ctrl+K)" onClick={openJump}>
                    <circle cx="7" cy="7" r="4.5" /><path d="m10.5 10.5 4 4" />
                </HeaderButton>
                <HeaderButton label={`Colours: ${theme.value} (click to change)`} onClick={nextTheme}>
                    {theme.value === "dark" ? <path d="M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5z" /> :
                        theme.value === "light" ?
                            <><circle cx="8" cy="8" r="3" /><path d="M8 1v2m0 10v2M1 8h2m10 0h2M3 3l1.4 1.4m7.2 7.2L13 13M3 13l1.4-1.4m7.2-7.2L13 3" /></> :
                            <><circle cx="8" cy="8" r="5.5" /><path class="filled" d="M8 2.5a5.5 5.5 0 0 1 0 11z" /></>}
                </HeaderButton>
                <HeaderButton label="Keys (?)" onClick={openKeys}>
                    <path d="M5.5 6a2.5 2.5 0 1 1 3.7 2.2c-.8.4-1.2.9-1.2 1.8m0 2.5v.5" />
                </HeaderButton>
                {session.value?.has_roles === true &&
                    <a class="who" href={hrefOf("session")} title="Signed in as">{session.value.user}</a>}
            </div>
        </header>
    );
}

function HeaderButton(props: {
    label: string; onClick: () => void; children: ComponentChildren;
}): JSX.Element {
    return (
        <button class="icon-button" aria-label={props.label} title={props.label} onClick={props.onClick}>
            <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" class="icon">{props.children}</svg>
        </button>
    );
}

function WriteSwitch(): JSX.Element {
    return (
        <label class="switch" title="Off: the server refuses whatever would store, define or change something">
            <input type="checkbox" role="switch" checked={allowWrites.value}
                onChange={(event) => setAllowWrites(event.currentTarget.checked)} />
            <span class="switch-track" aria-hidden="true" />
            <span>Allow writes</span>
        </label>
    );
}

function NotFound(): JSX.Element {
    return (
        <div class="empty">
            <h1>There is no such page</h1>
            <p>The address names “{route.value.page}”. <a href={hrefOf("ask")}>Ask something</a> instead.</p>
        </div>
    );
}
