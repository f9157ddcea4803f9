import type { ShopUser, ShopUserChanges } from "../../customers/customer_book.ts";
import { claimLines, readClaimLines } from "../claim_lines.ts";
import { readForm, readRefusal, refusedForm, take } from "../kit/api_answers.ts";
import { redirectWith } from "../kit/flash.ts";
import { Field, FormProblem, type FormState, freshForm, TextArea } from "../kit/form.tsx";
import { Csrf, may, page } from "../kit/frame.tsx";
import { Badge, Confirm, Facts } from "../kit/parts.tsx";
import type { PageApp, PageContext } from "../page_env.ts";

/** `/admin/users/{id}`: what the shop installation knows of one buyer, whether or not it has a row. */
export function addUserPage(app: PageApp): void {
  app.get("/users/:id", async (c) => {
    const user = await readUser(c);
    return userPage(c, user, formOf(user));
  });

  for (const [verb, blocked, text] of VERBS) {
    app.post(`/users/:id/${verb}`, async (c) => {
      const { response, back } = await changeUser(c, { blocked });
      if (response.ok) return redirectWith(c, back, { kind: "done", text });
      const { detail } = await readRefusal(response);
      return redirectWith(c, back, { kind: "failed", text: `Nothing was changed. ${detail}` });
    });
  }

  app.post("/users/:id", async (c) => {
    const values = await readForm(c.req);
    const user = await readUser(c);
    const read = readChanges(values);
    if ("errors" in read) {
      return userPage(c, user, { values, errors: read.errors, problem: null }, 422);
    }
    const { response, back } = await changeUser(c, read.changes);
    if (!response.ok) {
      const refused = await readRefusal(response);
      const field = (path: string) => path.split(".")[0]!;
      // A fault of one claim is told with its name: they share a field.
      const errors = refused.errors.map(({ path, message }) => ({
        path,
        message: path.startsWith("claims.") ? `${path.slice(7)} ${message}.` : `It ${message}.`,
      }));
      const form = refusedForm(values, { ...refused, errors }, field);
      return userPage(c, user, form, 422);
    }
    const text = "Saved. It is in force on every edge within a second.";
    return redirectWith(c, back, { kind: "done", text });
  });
}

const VERBS = [
  ["block", true, "Blocked. Every edge refuses this buyer within a second."],
  ["unblock", false, "The block is lifted. This buyer may buy again within a second."],
] as const;

async function readUser(c: PageContext): Promise<ShopUser> {
  const param = { id: c.req.param("id") ?? "" };
  return await take<ShopUser>(await c.get("api").users[":id"].$get({ param }));
}

async function changeUser(c: PageContext, changes: ShopUserChanges) {
  const id = c.req.param("id") ?? "";
  const response = await c.get("api").users[":id"].$put({ param: { id }, json: changes });
  return { response, back: `/admin/users/${encodeURIComponent(id)}` };
}

/** The fields, and beside them what they were: only what somebody changed is sent. */
function formOf({ level, claims }: ShopUser): FormState {
  const was = { level: level === null ? "" : String(level), claims: claimLines(claims) };
  return freshForm({ ...was, wasLevel: was.level, wasClaims: was.claims });
}

function readChanges(
  values: Record<string, string>,
): { changes: ShopUserChanges } | { errors: Record<string, string> } {
  const changes: ShopUserChanges = {};
  const level = values.level?.trim() ?? "";
  if (level !== values.wasLevel) {
    if (!/^([+-]?\d{1,9})?$/.test(level)) {
      return { errors: { level: "Enter a whole number, or nothing." } };
    }
    changes.level = level === "" ? null : Number(level);
  }
  const claims = lines(values.claims);
  if (claims !== lines(values.wasClaims)) {
    const read = readClaimLines(claims);
    if (read.kind === "fault") return { errors: { claims: read.message } };
    changes.claims = read.claims;
  }
  return { changes };
}

/** Browsers send lines with CR LF, whatever they were given. */
function lines(text: string | undefined): string {
  return (text ?? "").replaceAll("\r\n", "\n").trim();
}

function userPage(c: PageContext, user: ShopUser, form: FormState, status: 200 | 422 = 200) {
  const { userId, blocked } = user;
  const path = `/admin/users/${encodeURIComponent(userId)}`;
  return page(c, {
    title: userId,
    place: "users",
    crumbs: [{ label: "Users", path: "/admin/users" }],
    beside: blocked ? <Badge label="Blocked" tone="bad" /> : <Badge label="May buy" tone="good" />,
    actions: (
      <>
        <a class="button" href={`/admin/orders?userId=${encodeURIComponent(userId)}`}>
          Orders of this buyer
        </a>
        {may(c) && <BlockButton c={c} path={path} blocked={blocked} />}
      </>
    ),
    children: may(c) ? <EditForm c={c} path={path} form={form} /> : <Shown user={user} />,
  }, status);
}

function BlockButton(
  { c, path, blocked }: { c: PageContext; path: string; blocked: boolean },
) {
  return blocked
    ? (
      <Confirm
        c={c}
        id="unblock"
        action={`${path}/unblock`}
        label="Lift the block"
        question={<p>This buyer may buy again, on every edge within a second.</p>}
      />
    )
    : (
      <Confirm
        c={c}
        id="block"
        action={`${path}/block`}
        label="Block"
        danger
        question={
          <p>
            Every edge refuses what this buyer tries to buy, within a second. Orders that there are
            already stay as they are.
          </p>
        }
      />
    );
}

const LEVEL_HINT =
  "A sale can ask for a lowest level. What stands here goes before the level that the shop's " +
  "sign-in says; leave it empty to take the shop's.";

const CLAIMS_HINT =
  "One a line, as tier = gold; at most 8. A sale can ask for claims. Each line goes before the " +
  "shop's claim of the same name; leave it empty to take all from the shop.";

function EditForm({ c, path, form }: { c: PageContext; path: string; form: FormState }) {
  return (
    <form method="post" action={path} class="card stack">
      <h2>Level and claims</h2>
      <FormProblem form={form} />
      <Csrf c={c} />
      <input type="hidden" name="wasLevel" value={form.values.wasLevel ?? ""} />
      <input type="hidden" name="wasClaims" value={form.values.wasClaims ?? ""} />
      <Field
        form={form}
        name="level"
        label="Level"
        hint={LEVEL_HINT}
        attributes={{ inputmode: "numeric", autocomplete: "off", maxlength: 10 }}
      />
      <TextArea
        form={form}
        name="claims"
        label="Claims"
        hint={CLAIMS_HINT}
        attributes={{ spellcheck: "false" }}
      />
      <div class="actions">
        <button type="submit" class="primary">Save</button>
      </div>
    </form>
  );
}

function Shown({ user: { level, claims } }: { user: ShopUser }) {
  return (
    <section class="card stack">
      <h2>Level and claims</h2>
      <Facts
        facts={[
          ["Level", level === null ? "as the shop says" : String(level)],
          [
            "Claims",
            claims === null ? "as the shop says" : (
              <ul class="plain-list">
                {Object.entries(claims).map(([name, value]) => <li key={name}>{name} = {value}
                </li>)}
              </ul>
            ),
          ],
        ]}
      />
    </section>
  );
}
