import { may } from "../kit/frame.tsx";
import { Badge, Confirm, Time } from "../kit/parts.tsx";
import type { CleanUpStep } from "../../clean_up/remove_sale.ts";
import type { PageContext } from "../page_env.ts";

/** What `GET /admin/api/sales/{id}/clean-up` tells. */
export interface CleanUpView {
  saleId: number;
  state: "none" | "running" | "fenced" | "clean";
  step: CleanUpStep | null;
  cleanedAt: string | null;
  remains: { inbox: number; orderEvents: number; expiredHolds: number; barredBuyers: number };
  obstacles: { kind: string; count: number; detail: string }[];
  failure: string | null;
}

const STEP_WORDS: Record<CleanUpStep, string> = {
  proof: "making the last proof",
  fence: "closing the items for good",
  coordinators: "waiting for workers",
  ledger: "removing the ledger",
  routes: "removing the routes",
  inbox: "removing recorded messages",
  orderEvents: "removing order events",
  expiredHolds: "removing expired holds",
  barredBuyers: "removing barred buyers",
};

interface CleanUpProps {
  c: PageContext;
  view: CleanUpView;
  /** Where the form is sent. */
  action: string;
}

/** What a clean-up would remove, what stands in its way, and the way to begin it. */
export function CleanUpCard({ c, view, action }: CleanUpProps) {
  return (
    <section class="card stack" aria-labelledby="clean-title">
      <div class="row">
        <h2 id="clean-title">Clean up</h2>
        <State view={view} />
      </div>
      <Words c={c} view={view} />
      {view.failure !== null && view.state !== "running" && (
        <p class="note-box bad" role="alert">{view.failure}</p>
      )}
      {view.state !== "clean" && <Remains view={view} />}
      {view.obstacles.length > 0 && (
        <>
          <h3>What stands in the way</h3>
          <ul class="checks">
            {view.obstacles.map(({ detail }) => (
              <li class="bad">
                <span>{detail}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      <Begin c={c} view={view} action={action} />
    </section>
  );
}

function State({ view }: { view: CleanUpView }) {
  switch (view.state) {
    case "running":
      return <Badge tone="running" label={view.step ? STEP_WORDS[view.step] : "running"} />;
    case "fenced":
      return <Badge tone="warn" label="Something is left" />;
    case "clean":
      return <Badge tone="good" label="Clean" />;
    default:
      return null;
  }
}

function Words({ c, view }: { c: PageContext; view: CleanUpView }) {
  if (view.cleanedAt !== null) {
    return (
      <p>
        Cleaned up since{" "}
        <Time c={c} at={view.cleanedAt} named />. Orders, payments, proofs and the audit log stay,
        and buyers still see their orders.
      </p>
    );
  }
  return (
    <p>
      After a sale its ledger and its working records are no longer needed. A clean-up makes a last
      proof, closes the items for good and removes what is listed here. Orders, payments, proofs and
      the audit log stay, and buyers still see their orders.
    </p>
  );
}

function Remains({ view: { remains } }: { view: CleanUpView }) {
  const rows: [string, string][] = [
    ["Stock and reservations of the ledger", "all"],
    ["Recorded messages", count(remains.inbox)],
    ["Order events", count(remains.orderEvents)],
    ["Counts of expired holds", count(remains.expiredHolds)],
    ["Barred buyers", count(remains.barredBuyers)],
  ];
  return (
    <dl class="facts">
      {rows.map(([name, value]) => (
        <>
          <dt>{name}</dt>
          <dd class="figure">{value}</dd>
        </>
      ))}
    </dl>
  );
}

function Begin({ c, view, action }: CleanUpProps) {
  if (view.state === "running" || view.state === "clean") return null;
  if (!may(c, "admin")) return <p class="quiet">An admin can begin it.</p>;
  // An admin may decide that the shop needs the events no more.
  const onlyYoung = view.obstacles.every(({ kind }) => kind === "young_events");
  if (!onlyYoung) return null;
  return (
    <div class="actions">
      <Confirm
        c={c}
        id="clean-up"
        action={action}
        label={view.state === "fenced" ? "Go on cleaning up" : "Clean up"}
        danger
        question="The ledger and the working records of this sale go for good. Nobody can buy in it or replay its messages any more. This cannot be taken back."
      >
        {view.obstacles.length > 0 && (
          <label class="check">
            <input type="checkbox" name="dropEvents" required />
            <span>Remove order events too that the shop may not have read</span>
          </label>
        )}
      </Confirm>
    </div>
  );
}

function count(value: number): string {
  return value.toLocaleString("en");
}
