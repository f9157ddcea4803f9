import { PASSWORD_LENGTHS } from "../../operators/password_rules.ts";
import { type Role, ROLES } from "../../operators/principal.ts";
import { Field, FormProblem, type FormState, Radios } from "../kit/form.tsx";
import { Csrf } from "../kit/frame.tsx";
import type { PageContext } from "../page_env.ts";

/** An operator as the API tells of him. */
export interface OperatorView {
  id: number;
  name: string;
  role: Role;
  disabled: boolean;
  lockedUntil: string | null;
  createdAt: string;
  updatedAt: string;
}

/** What each role may do, in a sentence. */
const ROLE_OPTIONS = [
  { value: "viewer", label: "Viewer", hint: "Looks at everything and changes nothing." },
  {
    value: "operator",
    label: "Operator",
    hint: "Runs sales: products, sessions, orders, messages.",
  },
  { value: "admin", label: "Admin", hint: "Also manages operators and cleans up after sales." },
];

/** The role of a form; what is none is the one that may do least. */
export function roleOf(text: string): Role {
  return ROLES.find((role) => role === text) ?? "viewer";
}

/** The choice of a role. */
export function RoleChoice({ form }: { form: FormState }) {
  return <Radios form={form} name="role" label="Role" options={ROLE_OPTIONS} />;
}

/** A password that somebody sets for somebody else. */
export function PasswordField({ form, label }: { form: FormState; label: string }) {
  return (
    <Field
      form={form}
      name="password"
      label={label}
      type="password"
      hint={`At least ${PASSWORD_LENGTHS.least} characters. It can be changed under “Your account”.`}
      required
      attributes={{ autocomplete: "new-password", maxlength: PASSWORD_LENGTHS.most }}
    />
  );
}

/** The form of a new operator. */
export function NewOperatorForm({ c, form }: { c: PageContext; form: FormState }) {
  return (
    <form
      class="card stack"
      method="post"
      action="/admin/operators/new"
      style="max-width:36rem"
    >
      <Csrf c={c} />
      <FormProblem form={form} />
      <Field
        form={form}
        name="name"
        label="Name"
        hint="To sign in with: letters, digits and _ . @ -"
        required
        attributes={{
          autocomplete: "off",
          autocapitalize: "none",
          spellcheck: "false",
          maxlength: 64,
        }}
      />
      <RoleChoice form={form} />
      <PasswordField form={form} label="First password" />
      <div class="actions">
        <button type="submit" class="primary">Add the operator</button>
        <a class="button" href="/admin/operators">Cancel</a>
      </div>
    </form>
  );
}
