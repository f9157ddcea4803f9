import { Choice, Field, type FormState } from "./form.tsx";
import { localText, offsetText, readLocalTime, ZONE_NAMES, zoneOf } from "./zones.ts";

/** A time of a form, or what is wrong with it, for beside its field. */
export type ReadTime = { kind: "time"; ms: number } | { kind: "fault"; message: string };

/** The zone that a form names, the viewer's when it names none that there is. */
export function zoneOfForm(values: Record<string, string>, fallback: string): string {
  return zoneOf(values["zone"] ?? "") ?? fallback;
}

/**
 * Reads the time of a `TimeField`: local text in a zone. A time that clocks skip is a fault that says
 * what to enter instead; one that comes twice needs the answer to the field's second question.
 *
 * @param beforeMs the time that the form was shown with: its seconds are kept while nobody touches it
 */
export function readTime(
  values: Record<string, string>,
  name: string,
  { zone, beforeMs }: { zone: string; beforeMs?: number },
): ReadTime {
  const text = values[name] ?? "";
  const which = values[`${name}-which`];
  if (beforeMs !== undefined && text === localText(beforeMs, zone) && !which) {
    return { kind: "time", ms: beforeMs };
  }
  const time = readLocalTime(text, zone);
  switch (time.kind) {
    case "instant":
      return { kind: "time", ms: time.ms };
    case "invalid":
      return { kind: "fault", message: "Enter a date and a time, say 2026-06-01 10:00." };
    case "skipped":
      return {
        kind: "fault",
        message:
          `There is no ${clock(text)} on this day in ${zone}: clocks go forward there. Enter ` +
          `${clock(time.earlier)} or before, or ${clock(time.later)} or later.`,
      };
    case "twice":
      if (which === "earlier") return { kind: "time", ms: time.earlier };
      if (which === "later") return { kind: "time", ms: time.later };
      return {
        kind: "fault",
        message: `${clock(text)} comes twice on this day in ${zone}: clocks go back there. ` +
          `Say below which of the two is meant.`,
      };
  }
}

function clock(local: string): string {
  return local.slice(11);
}

interface TimeFieldProps {
  form: FormState;
  name: string;
  label: string;
  hint?: string;
  zone: string;
}

/** A local time; while it comes twice in its zone, also which of the two is meant. */
export function TimeField({ form, name, label, hint, zone }: TimeFieldProps) {
  const time = readLocalTime(form.values[name] ?? "", zone);
  return (
    <div class="stack">
      <Field
        form={form}
        name={name}
        label={label}
        type="datetime-local"
        required
        // A browser takes a value with seconds for wrong unless seconds may be entered.
        attributes={(form.values[name] ?? "").length > 16 ? { step: 1 } : {}}
        {...(hint === undefined ? {} : { hint })}
      />
      {time.kind === "twice" && (
        <Choice
          form={form}
          name={`${name}-which`}
          label={`${label}: which of the two?`}
          options={[
            { value: "", label: "Choose" },
            { value: "earlier", label: `The first, ${offsetText(time.earlier, zone)}` },
            { value: "later", label: `The second, ${offsetText(time.later, zone)}` },
          ]}
        />
      )}
    </div>
  );
}

/** The zone in which the times of a form are meant. */
export function ZoneField({ form, hint }: { form: FormState; hint?: string }) {
  return (
    <Choice
      form={form}
      name="zone"
      label="Time zone"
      options={ZONE_NAMES.map((name) => ({ value: name, label: name.replaceAll("_", " ") }))}
      {...(hint === undefined ? {} : { hint })}
    />
  );
}
