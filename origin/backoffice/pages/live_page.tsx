import { CAPTCHA, figureTexts, healthRows, LIMITS } from "../../../static/admin/live_figures.js";
import type { LiveFrame } from "../../live/live_frame.ts";
import { readRefusal, RefusedByApi } from "../kit/api_answers.ts";
import { page } from "../kit/frame.tsx";
import { Badge, Empty, SaleTabs } from "../kit/parts.tsx";
import type { PageApp, PageContext, PageParts } from "../page_env.ts";
import { addLiveActions } from "./live_actions.ts";
import { LiveControls } from "./live_controls.tsx";
import {
  Answers,
  BigFigures,
  Charts,
  Counted,
  Items,
  LastFigures,
  Written,
} from "./live_tables.tsx";
import { readSale } from "./sale_edit_pages.tsx";

const STATES = ["upcoming", "open", "paused", "sold_out", "ended"];

/** `/admin/sales/{id}/live`: a sale as it runs, and what acts on it. */
export function addLivePage(app: PageApp, parts: PageParts): void {
  addLiveActions(app, parts);

  app.get("/sales/:id{[0-9]+}/live", async (c) => {
    const { sale } = await readSale(c);
    const id = c.req.param("id");
    const answer = await c.get("api").sales[":id"].live.now.$get({ param: { id } });
    if (answer.status === 200) {
      return livePage(c, await answer.json(), parts.admin.newId);
    }
    const refused = await readRefusal(answer);
    if (refused.status !== 409) throw new RefusedByApi(refused);
    return page(c, {
      ...frameOf(c, sale.saleId, sale.title),
      beside: <Badge state={sale.status === "closed" ? "closed" : sale.state} />,
      children: sale.status === "draft" ? <Draft saleId={sale.saleId} /> : (
        <div class="empty">
          <Empty title="There is nothing to watch">
            <p>{refused.detail}</p>
          </Empty>
        </div>
      ),
    });
  });
}

function frameOf(c: PageContext, saleId: number, title: string) {
  return {
    title,
    place: "sales" as const,
    crumbs: [{ label: "Sales", path: "/admin/sales" }],
    tabs: <SaleTabs c={c} saleId={saleId} current="live" />,
  };
}

function Draft({ saleId }: { saleId: number }) {
  return (
    <div class="empty">
      <Empty title="Nothing is sold yet">
        <p>This sale is a draft. Once it is published, this page shows what buyers do.</p>
        <a class="button primary" href={`/admin/sales/${saleId}`}>To the sale</a>
      </Empty>
    </div>
  );
}

function livePage(c: PageContext, frame: LiveFrame, newKey: () => string) {
  const texts: Record<string, string> = figureTexts(frame);
  return page(c, {
    ...frameOf(c, frame.saleId, frame.title),
    styles: ["uplot.css", "live.css"],
    scripts: ["live.js"],
    beside: (
      <span data-live-state>
        {STATES.map((state) => (
          <span data-state={state} hidden={state !== frame.state}>
            <Badge state={state} />
          </span>
        ))}
      </span>
    ),
    children: (
      <div class="live" data-live-url={`/admin/api/sales/${frame.saleId}/live`}>
        <p class="live-connection" data-live-connection role="status">
          As of when this page was loaded
        </p>
        <p class="hidden" data-live-said aria-live="polite"></p>
        <BigFigures frame={frame} texts={texts} />
        <div class="split">
          <div class="live">
            <Charts />
            <Answers texts={texts} frame={frame} />
            <div class="live-cards">
              <Counted title="Limits hit" what="Limit" rows={LIMITS} place="limit" texts={texts} />
              <Counted title="Slider" what="" rows={CAPTCHA} place="captcha" texts={texts}>
                <p class="hint">
                  Right answers just now: <b data-live="pass-rate">{texts["pass-rate"]}</b>
                </p>
              </Counted>
            </div>
            <div class="live-cards">
              <Items frame={frame} texts={texts} />
              <Written texts={texts} />
            </div>
            <LastFigures />
          </div>
          <div class="live-side">
            <LiveControls c={c} frame={frame} newKey={newKey} />
            <section class="card stack" aria-labelledby="health-title">
              <h2 id="health-title">Health</h2>
              <ul class="checks live-health" data-live-health tabindex={0} aria-label="Health">
                {healthRows(frame).map(({ name, text, state }) => (
                  <li class={state === "good" ? undefined : state}>
                    <b>{name}</b>
                    <span class="quiet">{text}</span>
                  </li>
                ))}
              </ul>
            </section>
          </div>
        </div>
      </div>
    ),
  });
}
