import { call, jittered, pause } from "./api.js";
import { setText } from "./dom.js";
import { handOver, onHandOver } from "./hand_over.js";
import { WORDS } from "./words.js";

/** Who is signed in, and the way to sign in. */

const who = document.querySelector("#who");
const opener = document.querySelector("#sign-in-open");
const leaver = document.querySelector("#sign-out");
const dialog = document.querySelector("#sign-in");
const form = document.querySelector("#demo-sign-in");
const listeners = [];

/** Calls `listener` with the user id (or null) whenever it becomes known or changes. */
export function onSession(listener) {
  listeners.push(listener);
}

/** Shows the way to sign in. */
export function askToSignIn() {
  if (dialog?.open === false) dialog.showModal();
}

/** Asks the server who this is. True when it answered. */
export async function readSession() {
  await handOver;
  const { ok, body } = await call("/api/session");
  if (!ok) return false;
  const userId = body.userId ?? null;
  if (who) {
    setText(who, userId ?? "");
    who.title = userId === null ? "" : WORDS.session.signedInAs(userId);
  }
  if (opener) opener.hidden = userId !== null;
  if (leaver) leaver.hidden = userId === null;
  for (const listener of listeners) listener(userId);
  return true;
}

onHandOver(readSession);

opener?.addEventListener("click", askToSignIn);

leaver?.addEventListener("click", async () => {
  leaver.disabled = true;
  await call("/api/session", { method: "DELETE" });
  await readSession();
  leaver.disabled = false;
});

/** A press beside the dialog closes it. */
dialog?.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const error = document.querySelector("#sign-in-error");
  const button = form.querySelector("button");
  error.textContent = "";
  button.disabled = true;
  const wanted = new FormData(form).get("userId");
  const { ok, status } = await call("/dev/login", { method: "POST", body: { userId: wanted } });
  const known = ok && await readSession();
  button.disabled = false;
  if (known) dialog.close();
  else error.textContent = status === 400 ? WORDS.session.failed : WORDS.session.unreachable;
});

const nameField = form?.querySelector("input");
if (nameField && !nameField.value) {
  nameField.value = `guest-${Math.random().toString(36).slice(2, 7)}`;
}

/** Pauses between tries to find out who is signed in, ms. */
const RETRY_MS = 2_000;
const MAX_RETRY_MS = 15_000;

/** Asks who this is until the server answers. */
export async function keepReadingSession() {
  let waitMs = RETRY_MS;
  while (!await readSession()) {
    await pause(jittered(waitMs));
    waitMs = Math.min(MAX_RETRY_MS, waitMs * 2);
  }
}
