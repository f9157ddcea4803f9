import type { Child } from "hono/jsx";

/** What a form was sent with, to show it again, and what was wrong with it, by field. */
export interface FormState {
  values: Record<string, string>;
  errors: Record<string, string>;
  /** What is wrong with the whole of it. */
  problem: string | null;
}

/** A form that nobody has filled in yet. */
export function freshForm(values: Record<string, string> = {}): FormState {
  return { values, errors: {}, problem: null };
}

/** A text of the API as people read it: its first word with a capital, unless it names a field. */
export function asSentence(text: string): string {
  return /^[a-z]+[ ,:]/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

interface FieldProps {
  form: FormState;
  name: string;
  label: string;
  hint?: string;
  type?: "text" | "number" | "password" | "datetime-local" | "search" | "url";
  required?: boolean;
  attributes?: Record<string, string | number | boolean>;
}

/** A labelled input with its hint and its error, each tied to it for screen readers. */
export function Field(
  { form, name, label, hint, type = "text", required, attributes }: FieldProps,
) {
  const error = form.errors[name];
  const described = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(" ");
  return (
    <FieldFrame name={name} label={label} hint={hint} error={error}>
      <input
        id={name}
        name={name}
        type={type}
        value={type === "password" ? undefined : form.values[name] ?? ""}
        required={required}
        aria-invalid={error ? "true" : undefined}
        aria-describedby={described || undefined}
        {...attributes}
      />
    </FieldFrame>
  );
}

interface ChoiceProps extends Omit<FieldProps, "type"> {
  options: { value: string; label: string }[];
}

/** A labelled choice of one. */
export function Choice({ form, name, label, hint, options, attributes }: ChoiceProps) {
  const error = form.errors[name];
  return (
    <FieldFrame name={name} label={label} hint={hint} error={error}>
      <select id={name} name={name} aria-invalid={error ? "true" : undefined} {...attributes}>
        {options.map((option) => (
          <option value={option.value} selected={form.values[name] === option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </FieldFrame>
  );
}

/** A labelled text of several lines. */
export function TextArea({ form, name, label, hint, attributes }: FieldProps) {
  const error = form.errors[name];
  return (
    <FieldFrame name={name} label={label} hint={hint} error={error}>
      <textarea
        id={name}
        name={name}
        rows={5}
        aria-invalid={error ? "true" : undefined}
        {...attributes}
      >
        {form.values[name] ?? ""}
      </textarea>
    </FieldFrame>
  );
}

interface CheckProps {
  form: FormState;
  name: string;
  label: string;
  /** What it means, in a sentence. */
  hint?: string;
}

/** A box to tick, with what it means beside it; sent as `on`. */
export function Check({ form, name, label, hint }: CheckProps) {
  return (
    <label class="check">
      <input type="checkbox" name={name} checked={form.values[name] === "on"} />
      <span>
        <b>{label}</b>
        {hint && <span class="hint">{hint}</span>}
      </span>
    </label>
  );
}

/** A choice of one with a sentence for each; the first field of them gets the error. */
export function Radios(
  { form, name, label, options }: {
    form: FormState;
    name: string;
    label: string;
    options: { value: string; label: string; hint: string }[];
  },
) {
  const error = form.errors[name];
  return (
    <fieldset class="field">
      <legend>{label}</legend>
      {options.map((option) => (
        <label class="check">
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={form.values[name] === option.value}
          />
          <span>
            <b>{option.label}</b>
            <span class="hint">{option.hint}</span>
          </span>
        </label>
      ))}
      {error && <p class="error">{asSentence(error)}</p>}
    </fieldset>
  );
}

interface FieldFrameProps {
  name: string;
  label: string;
  hint: string | undefined;
  error: string | undefined;
  children?: Child;
}

function FieldFrame({ name, label, hint, error, children }: FieldFrameProps) {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {children}
      {hint && <p class="hint" id={`${name}-hint`}>{hint}</p>}
      {error && <p class="error" id={`${name}-error`}>{asSentence(error)}</p>}
    </div>
  );
}

/** What is wrong with the whole form, said where it is read first. */
export function FormProblem({ form }: { form: FormState }) {
  return form.problem === null ? null : <p class="flash failed" role="alert">{form.problem}</p>;
}
