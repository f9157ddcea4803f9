import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";

/** A sentence that the next page shows once, as after a form was taken. */
export interface Flash {
  kind: "done" | "failed";
  text: string;
}

const COOKIE = "dropgate_admin_flash";
const MAX_TEXT = 500;

/** Leaves a sentence for the next page and sends the browser there (303, so by GET). */
export function redirectWith(c: Context, to: string, flash: Flash): Response {
  const text = JSON.stringify({ ...flash, text: flash.text.slice(0, MAX_TEXT) });
  setCookie(c, COOKIE, text, { path: "/admin", httpOnly: true, sameSite: "Strict", maxAge: 30 });
  return c.redirect(to, 303);
}

/** Takes the sentence that was left, if there is one. */
export function takeFlash(c: Context): Flash | null {
  const text = getCookie(c, COOKIE);
  if (text === undefined) return null;
  setCookie(c, COOKIE, "", { path: "/admin", maxAge: 0 });
  try {
    const { kind, text: said } = JSON.parse(text);
    if ((kind !== "done" && kind !== "failed") || typeof said !== "string") return null;
    return { kind, text: said.slice(0, MAX_TEXT) };
  } catch {
    return null;
  }
}
