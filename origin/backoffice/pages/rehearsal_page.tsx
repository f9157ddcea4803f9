import { take } from "../kit/api_answers.ts";
import { page } from "../kit/frame.tsx";
import { Badge, SaleTabs, Time } from "../kit/parts.tsx";
import type { PageApp, PageContext } from "../page_env.ts";
import { CheckList, worstFirst } from "./check_list.tsx";
import { FigureTiles, Progress, RehearsedItems, StepTimes } from "./rehearsal_parts.tsx";
import { predictionText, type RehearsalView, resultText } from "./rehearsal_words.ts";
import { readSale } from "./sale_edit_pages.tsx";

/** `/admin/sales/{id}/ready/{rehearsalId}`: one rehearsal, also while it runs. */
export function addRehearsalPage(app: PageApp): void {
  app.get("/sales/:id{[0-9]+}/ready/:rehearsalId{[0-9]+}", async (c) => {
    const [known, rehearsal] = await Promise.all([readSale(c), readRehearsal(c)]);
    return page(c, {
      title: `Rehearsal of ${known.sale.title}`,
      place: "sales",
      crumbs: [
        { label: "Sales", path: "/admin/sales" },
        { label: known.sale.title, path: `/admin/sales/${known.sale.saleId}/ready` },
      ],
      beside: <Badge state={rehearsal.state} />,
      tabs: <SaleTabs c={c} saleId={known.sale.saleId} current="ready" />,
      scripts: ["proof.js"],
      children: <Rehearsal c={c} rehearsal={rehearsal} {...known} />,
    });
  });
  app.get("/sales/:id{[0-9]+}/ready/:rehearsalId{[0-9]+}/work", async (c) => {
    const [known, rehearsal] = await Promise.all([readSale(c), readRehearsal(c)]);
    return c.html(<Rehearsal c={c} rehearsal={rehearsal} {...known} />);
  });
}

type RehearsalProps = Pick<Awaited<ReturnType<typeof readSale>>, "products"> & {
  c: PageContext;
  rehearsal: RehearsalView;
};

/** All of it. A script reads this again while `data-busy` is there. */
function Rehearsal({ c, rehearsal, products }: RehearsalProps) {
  const { state, saleId, rehearsalId, checks, createdAt, finishedAt, startedBy } = rehearsal;
  const predicted = predictionText(rehearsal);
  const nameOf = (productId: number) => products.get(productId)?.name ?? `No. ${productId}`;
  return (
    <div
      id="work"
      class="stack"
      data-from={`/admin/sales/${saleId}/ready/${rehearsalId}/work`}
      data-busy={state === "running" ? "" : undefined}
    >
      {state === "running"
        ? (
          <section class="card">
            <Progress rehearsal={rehearsal} />
          </section>
        )
        : (
          <p class={state === "passed" ? "note-box" : "note-box bad"} role="status">
            <b>{resultText(rehearsal)}</b> {predicted}
          </p>
        )}
      <p class="quiet">
        Begun by {startedBy} at <Time c={c} at={createdAt} style="second" named />
        {finishedAt !== null && (
          <>
            , over at <Time c={c} at={finishedAt} style="second" />
          </>
        )}
      </p>
      <FigureTiles rehearsal={rehearsal} />
      {checks.length > 0 && (
        <section class="card stack" aria-labelledby="counts-title">
          <h2 id="counts-title">What was counted</h2>
          <CheckList c={c} checks={worstFirst(checks)} />
        </section>
      )}
      <div class="columns">
        <section class="stack" aria-labelledby="items-title">
          <h2 id="items-title">What was rehearsed</h2>
          <RehearsedItems items={rehearsal.items} nameOf={nameOf} />
        </section>
        <section class="stack" aria-labelledby="steps-title">
          <h2 id="steps-title">What each step took</h2>
          <StepTimes rehearsal={rehearsal} />
        </section>
      </div>
    </div>
  );
}

async function readRehearsal(c: PageContext): Promise<RehearsalView> {
  const param = { id: c.req.param("id") ?? "", rehearsalId: c.req.param("rehearsalId") ?? "" };
  return await take<RehearsalView>(
    await c.get("api").sales[":id"].rehearsals[":rehearsalId"].$get({ param }),
  );
}
