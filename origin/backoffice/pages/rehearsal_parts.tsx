import { Badge, Bar, Tiles, Time } from "../kit/parts.tsx";
import { type Column, Pager, Table } from "../kit/table.tsx";
import type { PageContext } from "../page_env.ts";
import { figure, type RehearsalView, resultText, STEP_NAMES, took } from "./rehearsal_words.ts";

/** A page of rehearsals. */
export interface RehearsalList {
  items: RehearsalView[];
  page: number;
  per: number;
  total: number;
}

/** How far a rehearsal has come that runs now. */
export function Progress({ rehearsal }: { rehearsal: RehearsalView }) {
  const { step, done, buyers, progress } = rehearsal;
  const steps = Object.keys(STEP_NAMES) as (keyof typeof STEP_NAMES)[];
  const at = steps.indexOf(step);
  const isAtRush = step === "rush" || step === "write";
  return (
    <div class="stack" role="status">
      <p>
        <Badge state="running" /> <b>{STEP_NAMES[step]}</b>{" "}
        <span class="quiet">step {at + 1} of {steps.length}</span>
      </p>
      <Bar used={done.length} of={steps.length} label={`${done.length} of ${steps.length} steps`} />
      <p class="quiet figure">
        {figure(progress.answered)} of {figure(buyers)} buyers answered, {figure(progress.accepted)}
        {" "}
        got a piece, {figure(progress.written)} orders written
        {isAtRush ? "…" : ""}
      </p>
    </div>
  );
}

/** What was measured, the figures that are read first. */
export function FigureTiles({ rehearsal: { figures, buyers } }: { rehearsal: RehearsalView }) {
  if (!figures) return null;
  return (
    <Tiles
      tiles={[
        {
          label: "Buyers",
          value: figure(buyers),
          note: `${figure(figures.accepted)} got a piece`,
        },
        {
          label: "Accepted a second",
          value: figure(figures.acceptedPerS),
          note: `in ${took(figures.rushMs)}`,
        },
        {
          label: "Written a second",
          value: figure(figures.writtenPerS),
          note: figures.drainMs === 0
            ? "as they came"
            : `the last ${took(figures.drainMs)} after the rush`,
        },
        {
          label: "A batch took",
          value: took(figures.batchP50Ms),
          note: `95 % at most ${took(figures.batchP95Ms)}, the longest ${took(figures.batchMaxMs)}`,
        },
      ]}
    />
  );
}

/** What was rehearsed of each item. */
export function RehearsedItems(
  { items, nameOf }: { items: RehearsalView["items"]; nameOf: (productId: number) => string },
) {
  const pieces = (stock: number) => stock < 0 ? "unlimited" : figure(stock);
  return (
    <Table
      caption="What was rehearsed"
      rows={items}
      empty=""
      columns={[
        { heading: "Product", cell: ({ productId }) => nameOf(productId) },
        { heading: "Pieces in the copy", numeric: true, cell: ({ stock }) => pieces(stock) },
        { heading: "In the sale", numeric: true, cell: ({ realStock }) => pieces(realStock) },
        { heading: "Buyers", numeric: true, cell: ({ wishes }) => figure(wishes) },
      ]}
    />
  );
}

/** What each step took. */
export function StepTimes({ rehearsal: { done } }: { rehearsal: RehearsalView }) {
  return (
    <Table
      caption="Steps"
      rows={done}
      empty="No step is done."
      across
      columns={[
        { heading: "Step", cell: ({ step }) => STEP_NAMES[step] },
        { heading: "Took", numeric: true, cell: ({ tookMs }) => took(tookMs) },
      ]}
    />
  );
}

/** Rehearsals of a sale that are over, newest first. */
export function PastRehearsals(
  { c, list, path }: { c: PageContext; list: RehearsalList; path: string },
) {
  const over = list.items.filter(({ state }) => state !== "running");
  if (over.length === 0) return null;
  const of =
    (value: (figures: NonNullable<RehearsalView["figures"]>) => string) =>
    ({ figures }: RehearsalView) => figures ? value(figures) : "–";
  const columns: Column<RehearsalView>[] = [
    {
      heading: "When",
      cell: ({ rehearsalId, createdAt, startedBy }) => (
        <div>
          <a href={`${path}/${rehearsalId}`}>
            <Time c={c} at={createdAt} style="minute" />
          </a>{" "}
          <span class="quiet">by {startedBy}</span>
        </div>
      ),
    },
    {
      heading: "Result",
      cell: (rehearsal) => (
        <div>
          <Badge state={rehearsal.state} />{" "}
          {rehearsal.state === "failed" && <span class="quiet">{resultText(rehearsal)}</span>}
        </div>
      ),
    },
    { heading: "Buyers", numeric: true, cell: ({ buyers }) => figure(buyers) },
    {
      heading: "Accepted a second",
      numeric: true,
      cell: of(({ acceptedPerS }) => figure(acceptedPerS)),
    },
    {
      heading: "Written a second",
      numeric: true,
      cell: of(({ writtenPerS }) => figure(writtenPerS)),
    },
    { heading: "Written after", numeric: true, cell: of(({ drainMs }) => took(drainMs)) },
  ];
  return (
    <>
      <h3>Past rehearsals</h3>
      <Table caption="Past rehearsals" rows={over} columns={columns} empty="" />
      {list.total > list.per && <Pager url={new URL(path, "http://admin.invalid")} {...list} />}
    </>
  );
}
