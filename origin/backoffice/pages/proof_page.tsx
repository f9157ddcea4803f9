import { readForm, readRefusal, take } from "../kit/api_answers.ts";
import { redirectWith } from "../kit/flash.ts";
import { may, page } from "../kit/frame.tsx";
import { Badge, SaleTabs } from "../kit/parts.tsx";
import type { PageApp, PageContext } from "../page_env.ts";
import { CleanUpCard, type CleanUpView } from "./proof_clean_up.tsx";
import { LiveProof, type LiveProofView } from "./proof_live.tsx";
import { type ProofList, Proofs } from "./proof_list.tsx";
import { ProofWays } from "./proof_ways.tsx";

/** Proofs of one page. */
const PER_PAGE = 20;

interface SaleView {
  saleId: number;
  title: string;
  status: string;
  state: string;
}

/** `/admin/sales/{id}/proof`: the invariants now, signed proofs, and the clean-up after a sale. */
export function addProofPage(app: PageApp): void {
  app.get("/sales/:id{[0-9]+}/proof", proofPage);
  // What changes while something is made, without counting the sale again.
  app.get("/sales/:id{[0-9]+}/proof/work", async (c) => c.html(<Work {...await readWork(c)} />));

  app.post("/sales/:id{[0-9]+}/proof", async (c) => {
    const { full } = await readForm(c.req);
    const answer = await sales(c).proofs.$post({
      param: { id: idOf(c) },
      json: { full: full === "on" },
    });
    if (answer.status !== 202) return await told(c, answer);
    return redirectWith(c, pathOf(c), { kind: "done", text: "The proof is being made." });
  });

  app.post("/sales/:id{[0-9]+}/clean-up", async (c) => {
    const { dropEvents } = await readForm(c.req);
    const answer = await sales(c)["clean-up"].$post({
      param: { id: idOf(c) },
      json: { dropEvents: dropEvents === "on" },
    });
    if (answer.status !== 202) return await told(c, answer);
    return redirectWith(c, pathOf(c), { kind: "done", text: "The clean-up has begun." });
  });

  for (const form of ["json", "html"] as const) {
    app.get(`/sales/:id{[0-9]+}/proof/:proofId{[0-9]+}/bundle.${form}`, async (c) => {
      const param = { id: idOf(c), proofId: c.req.param("proofId") ?? "" };
      const proof = sales(c).proofs[":proofId"];
      const answer = form === "json"
        ? await proof["bundle.json"].$get({ param })
        : await proof["bundle.html"].$get({ param });
      // The file as it is, with its own headers; nothing of it is held in memory.
      return answer.ok ? answer as unknown as Response : await told(c, answer);
    });
  }
}

async function proofPage(c: PageContext) {
  const id = idOf(c);
  const sale = await take<SaleView>(await sales(c).$get({ param: { id } }));
  const [live, work] = await Promise.all([readLive(c), readWork(c)]);
  return page(c, {
    title: sale.title,
    place: "sales",
    crumbs: [{ label: "Sales", path: "/admin/sales" }],
    beside: <Badge state={sale.status === "closed" ? "closed" : sale.state} />,
    tabs: <SaleTabs c={c} saleId={sale.saleId} current="proof" />,
    scripts: ["proof.js"],
    styles: ["proof.css"],
    children: (
      <>
        <LiveProof live={live} isClean={work.cleanUp.cleanedAt !== null} />
        <Work {...work} />
        <ProofWays fingerprint={work.fingerprint} />
      </>
    ),
  });
}

interface WorkProps {
  c: PageContext;
  list: ProofList;
  cleanUp: CleanUpView;
  fingerprint: string | null;
}

/** The proofs and the clean-up. A script reads this again while `data-busy` is there. */
function Work({ c, list, cleanUp }: WorkProps) {
  const isBusy = cleanUp.state === "running" || list.items.some(({ state }) => state === "making");
  const path = pathOf(c);
  return (
    <div id="work" class="stack" data-from={`${path}/work`} data-busy={isBusy ? "" : undefined}>
      <Proofs c={c} list={list} path={path} canMake={may(c) && cleanUp.cleanedAt === null} />
      <CleanUpCard c={c} view={cleanUp} action={`/admin/sales/${idOf(c)}/clean-up`} />
    </div>
  );
}

async function readWork(c: PageContext): Promise<WorkProps> {
  const param = { id: idOf(c) };
  const page = /^[1-9]\d{0,5}$/.exec(c.req.query("page") ?? "")?.[0] ?? "1";
  const query = { page, per: String(PER_PAGE) };
  const [list, cleanUp] = await Promise.all([
    sales(c).proofs.$get({ param, query }).then((answer) => take<ProofList>(answer)),
    sales(c)["clean-up"].$get({ param }).then((answer) => take<CleanUpView>(answer)),
  ]);
  return { c, list, cleanUp, fingerprint: list.items[0]?.fingerprint ?? null };
}

/** The invariants now, or why they cannot be told. */
async function readLive(c: PageContext): Promise<LiveProofView> {
  const answer = await sales(c).proof.$get({ param: { id: idOf(c) } });
  return answer.ok
    ? { kind: "counted", proof: await answer.json() }
    : { kind: "unknown", reason: (await readRefusal(answer)).detail };
}

async function told(c: PageContext, answer: Parameters<typeof readRefusal>[0]) {
  const { detail } = await readRefusal(answer);
  return redirectWith(c, pathOf(c), { kind: "failed", text: `${detail}.` });
}

function sales(c: PageContext) {
  return c.get("api").sales[":id"];
}

function idOf(c: PageContext): string {
  return c.req.param("id") ?? "";
}

function pathOf(c: PageContext): string {
  return `/admin/sales/${idOf(c)}/proof`;
}
