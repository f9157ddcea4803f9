import { cameByHttps, noSessionCookies, sessionCookie } from "../../operators/session_cookie.ts";
import { deviceCookie } from "../../operators/known_devices.ts";
import type { SignInResult, Welcome } from "../../operators/sign_in_desk.ts";
import { readForm } from "../kit/api_answers.ts";
import { redirectWith } from "../kit/flash.ts";
import { Field, FormProblem, type FormState, freshForm } from "../kit/form.tsx";
import { DoorPage, type PageStatus } from "../kit/frame.tsx";
import { ownPath } from "../own_path.ts";
import type { PageApp, PageContext, PageParts } from "../page_env.ts";

/** `/admin/sign-in` and `/admin/sign-out`. */
export function addSignInPage(app: PageApp, { admin, clock }: PageParts): void {
  const { operators: { door }, operatorSessions } = admin;

  app.get("/sign-in", async (c) => {
    const to = ownPath(c.req.query("to"));
    if (await operatorSessions.read(c.req.raw.headers, clock()) !== null) {
      return c.redirect(to, 303);
    }
    if (await door.isNew()) return c.redirect("/admin/setup", 303);
    return signInPage(c, freshForm({ to }));
  });

  app.post("/sign-in", async (c) => {
    const { name = "", password = "", to } = await readForm(c.req.raw);
    const caller = callerOf(c);
    const result = await door.signIn(name.trim(), password, caller);
    if (result.kind === "done") {
      welcome(c, result);
      return c.redirect(ownPath(to), 303);
    }
    const { status, problem } = refusalOf(result);
    if (result.kind === "locked" || result.kind === "crowded") {
      c.header("retry-after", String(Math.ceil(result.waitMs / 1_000)));
    }
    const values = { name, to: ownPath(to) };
    return signInPage(c, { values, errors: {}, problem }, status);
  });

  app.post("/sign-out", async (c) => {
    await door.signOut(callerOf(c));
    for (const cookie of noSessionCookies()) c.header("set-cookie", cookie, { append: true });
    return redirectWith(c, "/admin/sign-in", { kind: "done", text: "You are signed out." });
  });
}

/** Who tries: the address of the connection, as no header of a proxy is trusted here. */
export function callerOf(c: PageContext) {
  return { peer: c.env?.peer ?? "", headers: c.req.raw.headers };
}

/** Gives the browser its session, and has it known at the next sign-in. */
export function welcome(c: PageContext, { session, device }: Welcome): void {
  const secure = cameByHttps(c.req.raw);
  const cookies = [
    sessionCookie(session.token, session.maxAgeS, secure),
    deviceCookie(device, secure),
  ];
  for (const cookie of cookies) c.header("set-cookie", cookie, { append: true });
}

/** How long to wait, as people say it. */
export function waitText(waitMs: number): string {
  const s = Math.ceil(waitMs / 1_000);
  return s < 90 ? `${s} seconds` : `${Math.ceil(s / 60)} minutes`;
}

function refusalOf(
  result: Exclude<SignInResult, { kind: "done" }>,
): { status: PageStatus; problem: string } {
  switch (result.kind) {
    case "wrong":
      return { status: 422, problem: "The name or the password is wrong." };
    case "busy":
      return { status: 503, problem: "Too many people sign in right now. Try again in a moment." };
    case "crowded":
      return {
        status: 429,
        problem: `Too many tries came from your address. Try again in ${waitText(result.waitMs)}.`,
      };
    case "locked":
      return {
        status: 429,
        problem: `Too many wrong tries. Try again in ${waitText(result.waitMs)}, or ask an admin ` +
          "to unlock you.",
      };
  }
}

function signInPage(c: PageContext, form: FormState, status: PageStatus = 200) {
  const flash = c.get("flash");
  const body = (
    <DoorPage title="Sign in">
      {flash && <p class={`flash ${flash.kind}`} role="status">{flash.text}</p>}
      <form class="stack" method="post" action="/admin/sign-in">
        <FormProblem form={form} />
        <input type="hidden" name="to" value={form.values["to"] ?? "/admin"} />
        <Field
          form={form}
          name="name"
          label="Name"
          required
          attributes={{
            autocomplete: "username",
            autocapitalize: "none",
            spellcheck: "false",
            maxlength: 64,
            autofocus: !form.values["name"],
          }}
        />
        <Field
          form={form}
          name="password"
          label="Password"
          type="password"
          required
          attributes={{
            autocomplete: "current-password",
            maxlength: 200,
            autofocus: Boolean(form.values["name"]),
          }}
        />
        <div class="actions">
          <button type="submit" class="primary">Sign in</button>
        </div>
      </form>
    </DoorPage>
  );
  return c.html(`<!DOCTYPE html>${String(body)}`, status);
}
