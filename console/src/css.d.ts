/* SPDX-License-Identifier: Apache-2.0 */
/* Style sheets are bundled into app.css. */
declare module "*.css";
