import type { z } from "@hono/zod-openapi";
import type { saleSchema } from "../../admin/sale_schemas.ts";
import type { Child } from "hono/jsx";
import { Field, FormProblem, type FormState, Radios, TextArea } from "../kit/form.tsx";
import { TimeField, ZoneField, zoneOfForm } from "../kit/time_fields.tsx";

/** A sale as the admin API answers it. */
export type SaleView = z.infer<typeof saleSchema>;

const CAPTCHA_CHOICES = [
  {
    value: "suspicious",
    label: "When something looks suspicious",
    hint: "Who tries very often, or moves like a program, has to push the slider first.",
  },
  {
    value: "always",
    label: "Always",
    hint: "Every buyer pushes the slider, if he likes already before the start.",
  },
  {
    value: "off",
    label: "Never",
    hint: "Nobody sees a slider; who is over a limit is told to wait.",
  },
];

const figures = { inputmode: "numeric", autocomplete: "off", class: "figures" };

interface SaleFieldsProps {
  form: FormState;
  /** The viewer's. */
  zone: string;
  /** Made by whoever knows whether they can still change. */
  items: Child;
  /** Shows what has good defaults too. */
  open: boolean;
}

/** The fields of a sale. */
export function SaleFields({ form, zone, items, open }: SaleFieldsProps) {
  const meant = zoneOfForm(form.values, zone);
  return (
    <>
      <FormProblem form={form} />
      <div class="section">
        <Field form={form} name="title" label="Title" required attributes={{ maxlength: 200 }} />
        <div class="fields">
          <TimeField form={form} name="startsAt" label="Starts" zone={meant} />
          <TimeField form={form} name="endsAt" label="Ends" zone={meant} />
          <ZoneField form={form} hint="The two times are meant in this zone." />
        </div>
      </div>
      <fieldset class="section">
        <legend>What is sold</legend>
        {items}
      </fieldset>
      <details class="more" open={open || hasFaultInside(form)}>
        <summary>Paying, limits, who may buy</summary>
        <div class="stack">
          <PaymentFields form={form} />
          <LimitFields form={form} />
          <BuyerFields form={form} />
        </div>
      </details>
    </>
  );
}

/** Fields that stand outside of what can be folded away. */
const OUTSIDE = /^(title|startsAt|endsAt|zone|item-)/;

function hasFaultInside(form: FormState): boolean {
  return Object.keys(form.errors).some((name) => !OUTSIDE.test(name));
}

function PaymentFields({ form }: { form: FormState }) {
  return (
    <fieldset class="section">
      <legend>Paying</legend>
      <div class="fields">
        <Field
          form={form}
          name="minutesToPay"
          label="Minutes to pay"
          hint="An order that is not paid by then is cancelled, and its pieces are sold again."
          attributes={{ inputmode: "decimal", autocomplete: "off", class: "figures" }}
        />
        <Field
          form={form}
          name="maxExpiredHolds"
          label="Unpaid orders until a buyer is barred"
          hint="Who lets so many orders of this sale expire may hold nothing more in it."
          attributes={figures}
        />
      </div>
    </fieldset>
  );
}

function LimitFields({ form }: { form: FormState }) {
  return (
    <fieldset class="section">
      <legend>Limits</legend>
      <div class="fields">
        <Field
          form={form}
          name="ratePerSecond"
          label="Buys per second"
          hint="Let through for the whole sale."
          attributes={figures}
        />
        <Field
          form={form}
          name="burst"
          label="Buys at once"
          hint="Let through together before that rate counts."
          attributes={figures}
        />
        <Field
          form={form}
          name="userPerMinute"
          label="Tries per minute and buyer"
          attributes={figures}
        />
        <Field
          form={form}
          name="ipPerMinute"
          label="Tries per minute and address"
          hint="Many honest people can share one address."
          attributes={figures}
        />
      </div>
      <Radios form={form} name="captcha" label="Slider captcha" options={CAPTCHA_CHOICES} />
    </fieldset>
  );
}

function BuyerFields({ form }: { form: FormState }) {
  return (
    <fieldset class="section">
      <legend>Who may buy</legend>
      <div class="fields">
        <Field
          form={form}
          name="minLevel"
          label="Lowest level"
          hint="0 lets everybody buy who is signed in."
          attributes={figures}
        />
      </div>
      <TextArea
        form={form}
        name="claims"
        label="Rules about what the shop says of a buyer"
        hint="One a line, all must be met, as: membership = gold, platinum. Empty: no rules."
        attributes={{ rows: 3, spellcheck: false, class: "mono" }}
      />
    </fieldset>
  );
}
