import { BloomFilter } from "../../shared/bloom_filter.ts";
import type { ReportList, TakenReport } from "../live/report_store.ts";
import {
  always,
  bad,
  type Check,
  count,
  type Finding,
  good,
  isPublished,
  type ReadinessParts,
  some,
  type Subject,
} from "./readiness.ts";

/** A process that was silent for so long does not count as there. */
export const SILENT_MS = 5_000;

/** How long edges may take to catch up within a check, and how often they are looked at. */
const CATCH_UP_MS = 1_250;
const POLL_MS = 250;

/** The processes around: this origin, the edges, and what they know. */
export const PROCESS_CHECKS: Check[] = [
  {
    name: "origin",
    appliesTo: isPublished,
    advice: "See that this origin reaches the database.",
    look: ({ sale }, { registry }) => {
      const known = registry.current().sales.some(({ saleId }) => saleId === sale.saleId);
      return known
        ? good("This origin sells it")
        : bad("This origin has not read it yet", "Check again in a second.");
    },
  },
  {
    name: "edges",
    appliesTo: always,
    advice: "See that Redis answers: processes report there.",
    look: lookAtEdges,
  },
  {
    name: "products",
    appliesTo: always,
    advice: "See that the database answers.",
    look: lookAtProducts,
  },
  {
    name: "processes",
    appliesTo: always,
    advice: "See that Redis answers: processes report there.",
    look: lookAtProcesses,
  },
];

/** The edges that reported lately. */
export function freshEdges(list: ReportList): TakenReport[] {
  return fresh(list).filter(({ report }) => report.kind === "edge");
}

/** Whoever stopped in order is not missed, and nobody waits for him. */
function fresh({ now, reports }: ReportList): TakenReport[] {
  return reports.filter(({ report, takenAt }) => !report.ending && now - takenAt <= SILENT_MS);
}

/**
 * Every edge shows the sales as they are now: the pages that it answers with are made of the version
 * that it reports, prices included.
 */
async function lookAtEdges({ sale }: Subject, parts: ReadinessParts): Promise<Finding> {
  const wanted = isPublished(sale) ? await parts.catalog.version() : -1;
  // A process that has just started reports within half a second.
  const edges = freshEdges(
    await untilReports(parts, (list) => {
      const found = freshEdges(list);
      const isThere = ({ report }: TakenReport) => report.ready && report.salesVersion >= wanted;
      return found.length > 0 && found.every(isThere);
    }),
  );
  if (edges.length === 0) {
    return bad(
      "No edge has reported within 5 s",
      "Start an edge whose ORIGIN_URLS name this origin and whose EDGE_KEY is the same.",
    );
  }
  const unready = edges.filter(({ report }) => !report.ready);
  if (unready.length > 0) {
    return bad(
      `${unready.length} of ${count(edges.length, "edge")} ${
        unready.length === 1 ? "is" : "are"
      } not ready`,
      "See their /readyz: an edge needs an origin and a snapshot that is at most 5 s old.",
    );
  }
  const behind = edges.filter(({ report }) => report.salesVersion < wanted);
  if (behind.length > 0) {
    return bad(
      `${behind.length} of ${count(edges.length, "edge")} ${
        behind.length === 1 ? "shows" : "show"
      } older prices and times`,
      "They catch up within a second: check again, and see their logs if they do not.",
    );
  }
  return good(
    isPublished(sale)
      ? `${count(edges.length, "edge")} ${
        edges.length === 1 ? "shows" : "show"
      } the sale as it is now`
      : `${count(edges.length, "edge")} ${edges.length === 1 ? "is" : "are"} ready`,
  );
}

/** Waits a little until the reports are as they should be; an edge may be a second behind. */
export async function untilReports(
  { reports, clocks, delay }: Pick<ReadinessParts, "reports" | "clocks" | "delay">,
  isFine: (list: ReportList) => boolean,
  patienceMs = CATCH_UP_MS,
): Promise<ReportList> {
  for (let waitedMs = 0;; waitedMs += POLL_MS) {
    const list = await reports.list();
    clocks.observe(list);
    if (waitedMs >= patienceMs || isFine(list)) return list;
    await delay(POLL_MS);
  }
}

/** Edges answer "no such product" alone, by a filter that must have every product of the sale. */
async function lookAtProducts({ sale }: Subject, parts: ReadinessParts): Promise<Finding> {
  const wanted = await parts.catalog.version();
  await parts.productIds.refresh(wanted);
  const own = parts.productIds.current();
  if (own === null) return bad("This origin has not read the products yet", "Check again.");
  if (own.hashes === 0) return good("There are so many products that edges ask for each");
  const filter = BloomFilter.from(own);
  const missing = sale.items.filter(({ productId }) => !filter.mayHave(productId));
  if (missing.length > 0) {
    return bad(
      `The filter lacks product ${some(missing.map(({ productId }) => String(productId)))}`,
      "Restart this origin: it reads all products anew.",
    );
  }
  const list = await untilReports(
    parts,
    (list) => haveOther(list, own.version, wanted).length === 0,
  );
  const [edges, behind] = [freshEdges(list), haveOther(list, own.version, wanted)];
  return behind.length === 0
    ? good(`The filter has ${count(sale.items.length, "product")} of the sale, on every edge`)
    : bad(
      `${behind.length} of ${count(edges.length, "edge")} ${
        behind.length === 1 ? "has" : "have"
      } another filter of products`,
      "They take it with the next snapshot: check again, and see their logs if they do not.",
    );
}

/**
 * The edges whose filter is none of an origin that is up to date. Origins may know different products
 * that were deleted since: any of their filters has all that are there.
 */
function haveOther(list: ReportList, own: string, wanted: number): TakenReport[] {
  const origins = fresh(list).filter(({ report }) =>
    report.kind === "origin" && report.salesVersion >= wanted
  );
  const good = new Set([own, ...origins.map(({ report }) => report.products?.version)]);
  return freshEdges(list).filter(({ report: { products } }) =>
    !products || !good.has(products.version)
  );
}

/**
 * Origins and workers that report: each is to be ready. Whether a worker is there at all is told by
 * the queue, which knows its consumers.
 */
async function lookAtProcesses(_: Subject, parts: ReadinessParts): Promise<Finding> {
  const all = fresh(
    await untilReports(parts, (list) => fresh(list).every(({ report }) => report.ready)),
  );
  const of = (kind: "origin" | "worker") => all.filter(({ report }) => report.kind === kind);
  const unready = [...of("origin"), ...of("worker")].filter(({ report }) => !report.ready);
  const told = `${count(of("origin").length, "origin")}, ${count(of("worker").length, "worker")}`;
  if (unready.length === 0) return good(told);
  const kinds = [...new Set(unready.map(({ report }) => report.kind))].join(" and ");
  return bad(
    `${told}; ${unready.length} not ready`,
    `See the /readyz of each ${kinds}: it names the server that is not reached.`,
  );
}
