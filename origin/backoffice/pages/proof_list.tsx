import type { z } from "@hono/zod-openapi";
import type { bundleSchema } from "../../admin/proof_schemas.ts";
import { KEPT_TEXTS } from "../../proof/proof_book.ts";
import { Csrf } from "../kit/frame.tsx";
import { Badge, Bar, Empty, Time } from "../kit/parts.tsx";
import { type Column, Pager, Table } from "../kit/table.tsx";
import type { PageContext } from "../page_env.ts";

type Bundle = z.infer<typeof bundleSchema>;

/** A page of the proofs of a sale. */
export interface ProofList {
  items: Bundle[];
  page: number;
  per: number;
  total: number;
}

interface ProofsProps {
  c: PageContext;
  list: ProofList;
  /** The address of the page of proofs. */
  path: string;
  canMake: boolean;
}

/** The signed proofs of a sale, with their downloads, and the way to make one. */
export function Proofs({ c, list, path, canMake }: ProofsProps) {
  const columns: Column<Bundle>[] = [
    { heading: "Proof", cell: ({ proofId }) => <span class="figure">No. {proofId}</span> },
    {
      heading: "Made",
      cell: ({ createdAt, madeBy }) => (
        <div>
          <Time c={c} at={createdAt} style="second" /> <span class="quiet">by {madeBy}</span>
        </div>
      ),
    },
    { heading: "Result", cell: (bundle) => <Result bundle={bundle} /> },
    {
      heading: "Tickets",
      numeric: true,
      cell: ({ tickets, state }) => state === "failed" ? "–" : tickets.toLocaleString("en"),
    },
    { heading: "Head", cell: ({ head }) => head === null ? "–" : <Head head={head} /> },
    { heading: "Download", cell: (bundle) => <Downloads bundle={bundle} path={path} /> },
  ];
  return (
    <section class="stack" aria-labelledby="proofs-title">
      <div class="row">
        <h2 id="proofs-title">Signed proofs</h2>
        {canMake && <MakeProof c={c} path={path} list={list} />}
      </div>
      <Table
        caption="Proofs of this sale"
        rows={list.items}
        columns={columns}
        empty={
          <Empty title="No proof yet">
            <p>
              A proof is a file with every ticket and its end, and a page for people. Both are
              signed, so that whoever gets them can check that nothing was changed.
            </p>
            {canMake
              ? <p>Make one whenever you like; the best time is after the sale was closed.</p>
              : <p>An operator can make one.</p>}
          </Empty>
        }
      />
      {list.items.some(isRemoved) && (
        <p class="quiet">
          Files are kept of the newest {KEPT_TEXTS}{" "}
          proofs of a sale, and of its last one. Of older ones the head and the totals stay, so
          whoever has a file can still tell that it belongs here.
        </p>
      )}
      {list.total > list.per && <Pager url={new URL(path, "http://admin.invalid")} {...list} />}
    </section>
  );
}

function isRemoved({ state, filesKept }: Bundle): boolean {
  return state === "done" && !filesKept;
}

function MakeProof({ c, path, list }: Pick<ProofsProps, "c" | "path" | "list">) {
  const isMaking = list.items.some(({ state }) => state === "making");
  return (
    <form class="actions" method="post" action={path}>
      <Csrf c={c} />
      <label class="check">
        <input type="checkbox" name="full" />
        <span>Name buyers, for our own eyes</span>
      </label>
      <button type="submit" class="primary" disabled={isMaking}>Make a proof</button>
    </form>
  );
}

function Result({ bundle }: { bundle: Bundle }) {
  const { state, ok, totals, tickets, ticketsInAll, reason } = bundle;
  const marks = (
    <>
      {bundle.final && <Badge label="Last one" tone="accent" />}{" "}
      {bundle.full && <Badge label="Names buyers" tone="warn" />}
    </>
  );
  if (state === "making") {
    const of = ticketsInAll ?? 0;
    const words = `${tickets.toLocaleString("en")} of ${of.toLocaleString("en")} tickets`;
    return (
      <div class="making">
        <Badge state="making" /> {marks} <Bar used={tickets} of={of} label={words} />
        <span class="quiet">{words}</span>
      </div>
    );
  }
  if (state === "failed") {
    return (
      <div>
        <Badge label="Not made" tone="bad" /> <span class="quiet">{reason}</span>
      </div>
    );
  }
  return (
    <div>
      {ok
        ? totals?.moving
          ? <Badge label="Counted while moving" tone="warn" />
          : <Badge label="Balances" tone="good" />
        : <Badge label={faultWords(totals?.violationCount ?? 0)} tone="bad" />} {marks}
    </div>
  );
}

function faultWords(count: number): string {
  return count === 1 ? "1 fault" : `${count.toLocaleString("en")} faults`;
}

/** Twelve digits are enough for a look; all of them are what one compares. */
function Head({ head }: { head: string }) {
  return (
    <details class="digest">
      <summary>
        <code>{head.slice(0, 12)}…</code>
      </summary>
      <code>{head}</code>
    </details>
  );
}

function Downloads({ bundle, path }: { bundle: Bundle; path: string }) {
  if (bundle.state !== "done") return <>–</>;
  if (isRemoved(bundle)) return <span class="quiet">Removed</span>;
  const to = (form: string) => `${path}/${bundle.proofId}/bundle.${form}`;
  return (
    <div class="actions pair">
      <a
        class="button small"
        href={to("json")}
        download
        aria-label={`Proof ${bundle.proofId}, JSON`}
      >
        JSON
      </a>
      <a
        class="button small"
        href={to("html")}
        download
        aria-label={`Proof ${bundle.proofId}, page`}
      >
        Page
      </a>
    </div>
  );
}
