import { readForm, readRefusal, type Refused, refusedForm, take } from "../kit/api_answers.ts";
import { redirectWith } from "../kit/flash.ts";
import { FormProblem, type FormState, freshForm } from "../kit/form.tsx";
import { Csrf, page } from "../kit/frame.tsx";
import { Confirm, Facts, Time } from "../kit/parts.tsx";
import type { PageApp, PageContext } from "../page_env.ts";
import { type OperatorView, PasswordField, RoleChoice, roleOf } from "./operator_forms.tsx";
import { OperatorState } from "./operators_page.tsx";

type Changes = { role?: OperatorView["role"]; disabled?: boolean; password?: string };

/** `/admin/operators/{id}`: role, password, lock, and keeping somebody out. */
export function addOperatorPage(app: PageApp): void {
  app.get("/operators/:id{[0-9]+}", async (c) => operatorPage(c, await read(c)));

  app.post("/operators/:id{[0-9]+}/role", async (c) => {
    const role = roleOf((await readForm(c.req.raw))["role"] ?? "");
    const refused = await change(c, { role });
    return refused === null ? done(c, `The role is ${role} now.`) : failed(c, refused);
  });

  app.post("/operators/:id{[0-9]+}/password", async (c) => {
    const { password = "" } = await readForm(c.req.raw);
    const refused = await change(c, { password });
    if (refused === null) {
      return done(c, "The password was set, and every browser under this name was signed out.");
    }
    return operatorPage(c, await read(c), refusedForm({}, refused));
  });

  for (const disabled of [true, false]) {
    app.post(`/operators/:id{[0-9]+}/${disabled ? "disable" : "enable"}`, async (c) => {
      const refused = await change(c, { disabled });
      if (refused !== null) return failed(c, refused);
      return done(c, disabled ? "Nobody gets in under this name now." : "This name gets in again.");
    });
  }

  app.post("/operators/:id{[0-9]+}/unlock", async (c) => {
    const api = c.get("api").operators[":id"].unlock;
    await take(await api.$post({ param: { id: c.req.param("id") } }));
    return done(c, "The lock was lifted.");
  });
}

function idOf(c: PageContext): string {
  return c.req.param("id") ?? "";
}

async function read(c: PageContext): Promise<OperatorView> {
  const param = { id: idOf(c) };
  return await take<OperatorView>(await c.get("api").operators[":id"].$get({ param }));
}

async function change(c: PageContext, json: Changes): Promise<Refused | null> {
  const param = { id: idOf(c) };
  const response = await c.get("api").operators[":id"].$patch({ param, json });
  return response.ok ? null : await readRefusal(response);
}

function done(c: PageContext, text: string) {
  return redirectWith(c, `/admin/operators/${idOf(c)}`, { kind: "done", text });
}

function failed(c: PageContext, { detail }: Refused) {
  return redirectWith(c, `/admin/operators/${idOf(c)}`, { kind: "failed", text: detail });
}

function operatorPage(c: PageContext, operator: OperatorView, form: FormState | null = null) {
  const { id, name, disabled, lockedUntil, createdAt, updatedAt } = operator;
  const path = `/admin/operators/${id}`;
  return page(c, {
    title: name,
    place: "operators",
    crumbs: [{ label: "Operators", path: "/admin/operators" }],
    beside: <OperatorState c={c} operator={operator} />,
    actions: (
      <>
        {lockedUntil !== null && !disabled && (
          <form method="post" action={`${path}/unlock`}>
            <Csrf c={c} />
            <button type="submit" class="primary">Unlock</button>
          </form>
        )}
        {disabled
          ? (
            <form method="post" action={`${path}/enable`}>
              <Csrf c={c} />
              <button type="submit">Let in again</button>
            </form>
          )
          : (
            <Confirm
              c={c}
              id="disable"
              action={`${path}/disable`}
              label="Disable"
              question={`${name} is signed out everywhere at once and cannot sign in again until somebody lets this name in.`}
              danger
            />
          )}
      </>
    ),
    children: (
      <>
        <div class="card">
          <Facts
            facts={[
              ["Added", <Time key="added" c={c} at={createdAt} named />],
              ["Last changed", <Time key="changed" c={c} at={updatedAt} named />],
              [
                "Changes by this operator",
                <a key="did" href={`/admin/audit?actor=${encodeURIComponent(name)}`}>Audit log</a>,
              ],
              [
                "Changes of this operator",
                <a key="was" href={`/admin/audit?target=operator/${id}`}>Audit log</a>,
              ],
            ]}
          />
        </div>
        <div class="columns">
          <RoleForm c={c} operator={operator} path={path} />
          <ResetForm c={c} form={form ?? freshForm()} path={path} />
        </div>
      </>
    ),
  }, form === null ? 200 : 422);
}

function RoleForm({ c, operator, path }: { c: PageContext; operator: OperatorView; path: string }) {
  return (
    <form class="card stack" method="post" action={`${path}/role`}>
      <Csrf c={c} />
      <RoleChoice form={freshForm({ role: operator.role })} />
      <div class="actions">
        <button type="submit" class="primary">Set the role</button>
      </div>
    </form>
  );
}

function ResetForm({ c, form, path }: { c: PageContext; form: FormState; path: string }) {
  return (
    <form class="card stack" method="post" action={`${path}/password`}>
      <Csrf c={c} />
      <h2>Set a new password</h2>
      <p>Signs every browser under this name out, and lifts a lock.</p>
      <FormProblem form={form} />
      <PasswordField form={form} label="New password" />
      <div class="actions">
        <button type="submit">Set the password</button>
      </div>
    </form>
  );
}
