import type { SetUpResult } from "../../operators/sign_in_desk.ts";
import { PASSWORD_LENGTHS } from "../../operators/password_rules.ts";
import { readForm } from "../kit/api_answers.ts";
import { redirectWith } from "../kit/flash.ts";
import { Field, FormProblem, type FormState, freshForm } from "../kit/form.tsx";
import { DoorPage, type PageStatus } from "../kit/frame.tsx";
import type { PageApp, PageContext, PageParts } from "../page_env.ts";
import { callerOf, welcome } from "./sign_in_page.tsx";

/** `/admin/setup`: the first operator, made by who knows `ADMIN_TOKEN`, while there is none. */
export function addSetupPage(app: PageApp, { admin: { operators: { door } } }: PageParts): void {
  app.get("/setup", async (c) => {
    if (!await door.isNew()) return c.redirect("/admin/sign-in", 303);
    return setupPage(c, freshForm());
  });

  app.post("/setup", async (c) => {
    const form = await readForm(c.req.raw);
    const name = (form["name"] ?? "").trim();
    const wish = {
      name,
      password: form["password"] ?? "",
      repeated: form["repeated"] ?? "",
      token: (form["token"] ?? "").trim(),
    };
    const result = await door.setUp(wish, callerOf(c));
    switch (result.kind) {
      case "done":
        welcome(c, result);
        return redirectWith(c, "/admin", {
          kind: "done",
          text: `Welcome, ${name}. You are the first admin here.`,
        });
      case "taken":
        return redirectWith(c, "/admin/sign-in", {
          kind: "failed",
          text: "The first operator is there already: sign in, or ask for a name of your own.",
        });
      default: {
        const { form: refused, status } = refusedSetup({ name }, result);
        return setupPage(c, refused, status);
      }
    }
  });
}

function refusedSetup(
  values: Record<string, string>,
  result: Extract<SetUpResult, { kind: "refused" | "busy" }>,
): { form: FormState; status: PageStatus } {
  if (result.kind === "busy") {
    const problem = "Too much is going on right now. Try again in a moment.";
    return { form: { values, errors: {}, problem }, status: 503 };
  }
  const { errors } = result;
  return { form: { values, errors, problem: "Please look at the marked fields." }, status: 422 };
}

function setupPage(c: PageContext, form: FormState, status: PageStatus = 200) {
  const { least } = PASSWORD_LENGTHS;
  const body = (
    <DoorPage title="Make the first operator">
      <p class="quiet">
        Nobody works here yet. You become the admin, who adds all others later.
      </p>
      <form class="stack" method="post" action="/admin/setup">
        <FormProblem form={form} />
        <Field
          form={form}
          name="name"
          label="Your name"
          hint="You sign in with it: letters, digits and _ . @ -"
          required
          attributes={{
            autocomplete: "username",
            autocapitalize: "none",
            spellcheck: "false",
            maxlength: 64,
          }}
        />
        <Field
          form={form}
          name="password"
          label="Password"
          type="password"
          hint={`At least ${least} characters`}
          required
          attributes={{ autocomplete: "new-password", maxlength: 200 }}
        />
        <Field
          form={form}
          name="repeated"
          label="Password again"
          type="password"
          required
          attributes={{ autocomplete: "new-password", maxlength: 200 }}
        />
        <Field
          form={form}
          name="token"
          label="ADMIN_TOKEN"
          type="password"
          hint="What this origin was started with. It was printed at the start, or is in
            secrets.json of its data folder. Asked for this once."
          required
          attributes={{ autocomplete: "off", maxlength: 1000 }}
        />
        <div class="actions">
          <button type="submit" class="primary">Make it and sign in</button>
        </div>
      </form>
    </DoorPage>
  );
  return c.html(`<!DOCTYPE html>${String(body)}`, status);
}
