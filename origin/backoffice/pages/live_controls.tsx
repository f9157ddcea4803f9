import type { LiveFrame } from "../../live/live_frame.ts";
import { Csrf, may } from "../kit/frame.tsx";
import type { PageContext } from "../page_env.ts";

interface ControlsProps {
  c: PageContext;
  frame: LiveFrame;
  /** A text that was never made before, so that a form that is sent twice changes stock once. */
  newKey: () => string;
}

/** What acts on a running sale, beside its figures. Viewers see figures only. */
export function LiveControls({ c, frame, newKey }: ControlsProps) {
  if (!may(c)) {
    return <p class="note-box">You may watch. Pausing and changing needs the role operator.</p>;
  }
  if (frame.state === "ended") return <p class="note-box">This sale is over.</p>;
  return (
    <>
      <div data-live-answers role="status"></div>
      <Course c={c} frame={frame} />
      <Stock c={c} frame={frame} newKey={newKey} />
      <Limits c={c} frame={frame} />
      <CaptchaPolicy c={c} frame={frame} />
    </>
  );
}

function actionOf({ saleId }: LiveFrame, what: string): string {
  return `/admin/sales/${saleId}/live/${what}`;
}

function Course({ c, frame }: Omit<ControlsProps, "newKey">) {
  const paused = frame.state === "paused";
  const form = (verb: "pause" | "resume", label: string, look: string, hidden: boolean) => (
    <form
      method="post"
      action={actionOf(frame, verb)}
      data-live-form
      data-course={verb}
      hidden={hidden}
    >
      <Csrf c={c} />
      <button type="submit" class={look}>{label}</button>
    </form>
  );
  return (
    <section class="card stack live-course" aria-labelledby="course-title">
      <h2 id="course-title">Course</h2>
      <div class="actions">
        {form("pause", "Pause", "danger", paused)}
        {form("resume", "Resume", "primary", !paused)}
      </div>
      <p class="hint">
        While it is paused buyers hear that it goes on soon. Orders that are made stay.
      </p>
    </section>
  );
}

function Stock({ c, frame, newKey }: ControlsProps) {
  const limited = frame.items.filter(({ stock }) => stock >= 0);
  if (limited.length === 0) return null;
  return (
    <section class="card stack" aria-labelledby="stock-title">
      <h2 id="stock-title">Stock</h2>
      {limited.map((item) => {
        const { productId, name } = item;
        const id = `pieces-${productId}`;
        return (
          <form
            class="live-item"
            method="post"
            action={actionOf(frame, `stock/${productId}`)}
            data-live-form
          >
            <Csrf c={c} />
            <input type="hidden" name="key" value={newKey()} />
            <label for={id}>Pieces of {name}</label>
            <div class="row">
              <input
                id={id}
                name="pieces"
                type="text"
                inputmode="numeric"
                class="figures"
                autocomplete="off"
                data-once
                aria-describedby={`${id}-error`}
              />
              <button type="submit" name="sign" value="+">Top up</button>
              <button type="submit" name="sign" value="-">Take back</button>
            </div>
            <p class="error" id={`${id}-error`} data-error="pieces"></p>
          </form>
        );
      })}
    </section>
  );
}

/** The limits by their names in the API, with what they bound. */
export const LIMIT_FIELDS = [
  ["ratePerSecond", "Buys per second"],
  ["burst", "Burst"],
  ["userPerMinute", "Tries per buyer and minute"],
  ["ipPerMinute", "Tries per address and minute"],
] as const;

function Limits({ c, frame }: Omit<ControlsProps, "newKey">) {
  return (
    <section class="card stack" aria-labelledby="limits-title">
      <h2 id="limits-title">Limits</h2>
      <form class="stack" method="post" action={actionOf(frame, "limits")} data-live-form>
        <Csrf c={c} />
        <div class="live-pair">
          {LIMIT_FIELDS.map(([name, label]) => (
            <div class="field">
              <label for={name}>{label}</label>
              <input
                id={name}
                name={name}
                type="text"
                inputmode="numeric"
                class="figures"
                value={String(frame.limits[name])}
                required
                autocomplete="off"
                aria-describedby={`${name}-error`}
              />
              <p class="error" id={`${name}-error`} data-error={name}></p>
            </div>
          ))}
        </div>
        <div class="actions">
          <button type="submit">Change limits</button>
        </div>
      </form>
    </section>
  );
}

/** The captcha policies, with what operators call them. */
export const CAPTCHA_POLICIES = [
  ["suspicious", "Who seems suspicious"],
  ["always", "Everybody"],
  ["off", "Nobody"],
] as const;

function CaptchaPolicy({ c, frame }: Omit<ControlsProps, "newKey">) {
  return (
    <section class="card stack" aria-labelledby="policy-title">
      <h2 id="policy-title">Slider</h2>
      <form class="stack" method="post" action={actionOf(frame, "captcha")} data-live-form>
        <Csrf c={c} />
        <div class="field">
          <label for="captcha">Who is asked for the slider</label>
          <select id="captcha" name="captcha" aria-describedby="captcha-error" autocomplete="off">
            {CAPTCHA_POLICIES.map(([value, label]) => (
              <option value={value} selected={value === frame.captchaPolicy}>{label}</option>
            ))}
          </select>
          <p class="error" id="captcha-error" data-error="captcha"></p>
        </div>
        <div class="actions">
          <button type="submit">Change the slider</button>
        </div>
      </form>
    </section>
  );
}
