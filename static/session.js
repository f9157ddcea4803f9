import { call } from "./api.js";

/** Who is signed in, and the demo's sign-in form where the page has one. */

const who = document.querySelector("#who");
const panel = document.querySelector("#sign-in");
const form = document.querySelector("#demo-sign-in");
const listeners = [];

let userId = null;

/** Calls `listener` with the user id (or null) whenever it becomes known or changes. */
export function onSession(listener) {
  listeners.push(listener);
}

/** Shows the way to sign in and moves there. */
export function askToSignIn() {
  if (!panel) return;
  panel.hidden = false;
  panel.querySelector("input")?.focus();
  panel.scrollIntoView({ block: "center" });
}

/** Asks the server who this is. */
export async function readSession() {
  const { ok, body } = await call("/api/session");
  if (!ok) return;
  userId = body.userId ?? null;
  if (who) who.textContent = userId === null ? "" : `Signed in as ${userId}`;
  if (panel) panel.hidden = userId !== null;
  for (const listener of listeners) listener(userId);
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const error = document.querySelector("#sign-in-error");
  const button = form.querySelector("button");
  error.textContent = "";
  button.disabled = true;
  const wanted = new FormData(form).get("userId");
  const { ok } = await call("/dev/login", { method: "POST", body: { userId: wanted } });
  button.disabled = false;
  if (ok) await readSession();
  else error.textContent = "That did not work. Use letters, digits and _ . @ - only.";
});

const nameField = form?.querySelector("input");
if (nameField && !nameField.value) {
  nameField.value = `guest-${Math.random().toString(36).slice(2, 7)}`;
}
