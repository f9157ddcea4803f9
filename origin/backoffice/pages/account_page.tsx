import type { AdminParts } from "../../admin/admin_parts.ts";
import { PASSWORD_LENGTHS } from "../../operators/password_rules.ts";
import { readForm, readRefusal, refusedForm, take } from "../kit/api_answers.ts";
import { redirectWith } from "../kit/flash.ts";
import { Field, FormProblem, type FormState, freshForm } from "../kit/form.tsx";
import { Csrf, page, type PageStatus } from "../kit/frame.tsx";
import { Badge, Confirm, Facts, Time } from "../kit/parts.tsx";
import { type Column, Table } from "../kit/table.tsx";
import type { PageApp, PageContext, PageParts } from "../page_env.ts";
import { callerOf, welcome } from "./sign_in_page.tsx";

interface OwnSession {
  createdAt: string;
  seenAt: string;
  expiresAt: string;
  isThis: boolean;
}

/** `/admin/account`: one's own password and sessions. */
export function addAccountPage(app: PageApp, { admin }: PageParts): void {
  app.get("/account", (c) => accountPage(c, freshForm()));

  app.post("/account/password", (c) => changePassword(c, admin));

  app.post("/account/end-others", async (c) => {
    const api = c.get("api").account.sessions["end-others"];
    const { ended } = await take<{ ended: number }>(await api.$post());
    const text = ended === 0
      ? "No other browser was signed in."
      : ended === 1
      ? "One other browser was signed out."
      : `${ended} other browsers were signed out.`;
    return redirectWith(c, "/admin/account", { kind: "done", text });
  });
}

async function changePassword(c: PageContext, { operators }: AdminParts) {
  const { currentPassword = "", password = "", repeated = "" } = await readForm(c.req.raw);
  if (password !== repeated) {
    const errors = { repeated: "must be the same as above" };
    return accountPage(
      c,
      { values: {}, errors, problem: "Please look at the marked fields." },
      422,
    );
  }
  const response = await c.get("api").account.password.$post({
    json: { currentPassword, password },
  });
  if (!response.ok) {
    const refused = await readRefusal(response);
    return accountPage(c, refusedForm({}, refused), refused.status === 429 ? 429 : 422);
  }
  // Every session has ended, this one too: whoever knew the old password is out.
  await response.body?.cancel();
  const signedIn = await operators.door.signIn(c.get("principal").name, password, callerOf(c));
  if (signedIn.kind !== "done") {
    const text = "Your password was changed. Sign in with the new one.";
    return redirectWith(c, "/admin/sign-in", { kind: "done", text });
  }
  welcome(c, signedIn);
  return redirectWith(c, "/admin/account", {
    kind: "done",
    text: "Your password was changed, and all other browsers were signed out.",
  });
}

async function accountPage(c: PageContext, form: FormState, status: PageStatus = 200) {
  const { items } = await take<{ items: OwnSession[] }>(
    await c.get("api").account.sessions.$get(),
  );
  const { name, role } = c.get("principal");
  return page(c, {
    title: "Your account",
    place: null,
    children: (
      <>
        <div class="card">
          <Facts facts={[["Name", name], ["Role", <RoleWords key="role" role={role} />]]} />
        </div>
        <PasswordForm c={c} form={form} />
        <section class="stack" aria-labelledby="sessions">
          <div class="card-head">
            <h2 id="sessions">Where you are signed in</h2>
            {items.length > 1 && (
              <Confirm
                c={c}
                id="end-others"
                action="/admin/account/end-others"
                label="Sign out all others"
                question="Every browser but this one has to sign in again."
                look="small"
              />
            )}
          </div>
          <Table
            caption="Your sessions"
            columns={sessionColumns(c)}
            rows={items}
            empty={<p>No browser is signed in under this name.</p>}
          />
        </section>
      </>
    ),
  }, status);
}

function RoleWords({ role }: { role: "viewer" | "operator" | "admin" }) {
  const words = {
    viewer: "may look at everything",
    operator: "runs sales",
    admin: "runs sales, manages operators and cleans up",
  };
  return <>{role} ({words[role]})</>;
}

function sessionColumns(c: PageContext): Column<OwnSession>[] {
  return [
    {
      heading: "Signed in",
      cell: ({ createdAt, isThis }) => (
        <span>
          <Time c={c} at={createdAt} /> {isThis && <Badge label="this browser" tone="accent" />}
        </span>
      ),
    },
    { heading: "Last used", cell: ({ seenAt }) => <Time c={c} at={seenAt} /> },
    { heading: "Ends at the latest", cell: ({ expiresAt }) => <Time c={c} at={expiresAt} /> },
  ];
}

function PasswordForm({ c, form }: { c: PageContext; form: FormState }) {
  return (
    <form
      class="card stack"
      method="post"
      action="/admin/account/password"
      style="max-width:32rem"
    >
      <Csrf c={c} />
      <h2>Change your password</h2>
      <FormProblem form={form} />
      <Field
        form={form}
        name="currentPassword"
        label="Present password"
        type="password"
        required
        attributes={{ autocomplete: "current-password", maxlength: 200 }}
      />
      <Field
        form={form}
        name="password"
        label="New password"
        type="password"
        hint={`At least ${PASSWORD_LENGTHS.least} characters`}
        required
        attributes={{ autocomplete: "new-password", maxlength: 200 }}
      />
      <Field
        form={form}
        name="repeated"
        label="New password again"
        type="password"
        required
        attributes={{ autocomplete: "new-password", maxlength: 200 }}
      />
      <div class="actions">
        <button type="submit" class="primary">Change the password</button>
      </div>
    </form>
  );
}
