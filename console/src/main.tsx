/* SPDX-License-Identifier: Apache-2.0 */
import { render } from "preact";
import { App } from "./app";
import { applyTheme } from "./theme";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/ask.css";
import "./styles/grid.css";
import "./styles/chart.css";
import "./styles/pages.css";
import "./styles/story.css";
import "./styles/health.css";

applyTheme();
const root = document.getElementById("app");
if (root !== null)
    render(<App />, root);
