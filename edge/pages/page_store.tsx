import type { SnapshotSale } from "../../shared/internal_api.ts";
import type { Log } from "../../shared/log.ts";
import type { PageFrame } from "./layout.tsx";
import { NoticePage } from "./notice_page.tsx";
import { type SandboxFacts, SandboxPage } from "./sandbox_page.tsx";
import { SaleListPage } from "./sale_list_page.tsx";
import { ProductPage, SalePage } from "./sale_page.tsx";
import { PAGE_HEADERS } from "./security_headers.ts";
import { StoredResponse } from "./stored_response.ts";

/** Sales whose pages are made before somebody asks for them: the newest. */
const MAX_WARM_SALES = 50;

interface SalePages {
  facts: SnapshotSale;
  factsJson: string;
  /** By product id; 0 is the page of the sale. At most one per item and one more. */
  pages: Map<number, StoredResponse>;
}

/**
 * The pages, made once for each state of the facts they show and then answered from memory. A page
 * that nobody has asked for yet is made when somebody does.
 */
export class PageStore {
  readonly #frame: PageFrame;
  readonly #log: Log;
  #sales = new Map<number, SalePages>();
  #list: StoredResponse | null = null;
  /** Pages that wait to be compressed, one after the other. */
  #compressing: Promise<void> = Promise.resolve();
  /** 404, and 503 before the first snapshot. */
  readonly notFound: StoredResponse;
  readonly notReady: StoredResponse;
  /** 503 while no origin answers. */
  readonly away: StoredResponse;

  constructor(frame: PageFrame, log: Log) {
    this.#frame = frame;
    this.#log = log;
    this.notFound = this.#store(
      <NoticePage
        frame={frame}
        title="Nothing here"
        text="This page does not exist, or the sale is no longer shown."
      />,
      404,
    );
    this.notReady = this.#store(
      <NoticePage frame={frame} title="One moment" text="We are getting the sales. Try again." />,
      503,
      { "retry-after": "2", "cache-control": "no-store" },
    );
    this.away = this.#store(
      <NoticePage frame={frame} title="One moment" text="We could not be reached. Try again." />,
      503,
      { "retry-after": "2", "cache-control": "no-store" },
    );
  }

  /** Takes new facts; pages whose facts are as before stay. */
  update(sales: SnapshotSale[]): void {
    const before = this.#sales;
    this.#sales = new Map();
    for (const facts of sales) {
      const factsJson = JSON.stringify(facts);
      const known = before.get(facts.saleId);
      const kept = known?.factsJson === factsJson ? known : { facts, factsJson, pages: new Map() };
      this.#sales.set(facts.saleId, kept);
    }
    this.#list = null;
    this.#warmUp([...this.#sales.keys()].slice(0, MAX_WARM_SALES));
  }

  /** `/` */
  list(): StoredResponse {
    this.#list ??= this.#store(
      <SaleListPage
        frame={this.#frame}
        sales={[...this.#sales.values()].map((sale) => sale.facts)}
      />,
    );
    return this.#list;
  }

  /** `/sales/{saleId}` */
  sale(saleId: number): StoredResponse | null {
    const sale = this.#sales.get(saleId);
    if (!sale) return null;
    return this.#page(sale, 0, () => <SalePage frame={this.#frame} sale={sale.facts} />);
  }

  /** `/sales/{saleId}/products/{productId}` */
  product(saleId: number, productId: number): StoredResponse | null {
    const sale = this.#sales.get(saleId);
    const item = sale?.facts.items.find((one) => one.productId === productId);
    if (!sale || !item) return null;
    return this.#page(
      sale,
      productId,
      () => <ProductPage frame={this.#frame} sale={sale.facts} item={item} />,
    );
  }

  /** `/sandbox/pay/{link}`, made anew each time: it shows one order at one moment. */
  sandbox(facts: SandboxFacts, headers: Record<string, string>): Response {
    const page = <SandboxPage frame={this.#frame} facts={facts} />;
    const type = { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" };
    const all = { ...PAGE_HEADERS, ...type, ...headers };
    return new Response(`<!DOCTYPE html>${String(page)}`, { headers: all });
  }

  /** Resolves when no page waits to be made or compressed; making one may queue another. */
  async idle(): Promise<void> {
    let seen: Promise<void> | null = null;
    while (seen !== this.#compressing) {
      seen = this.#compressing;
      await seen;
    }
  }

  #page(sale: SalePages, productId: number, render: () => unknown): StoredResponse {
    let page = sale.pages.get(productId);
    if (!page) {
      page = this.#store(render());
      sale.pages.set(productId, page);
    }
    return page;
  }

  #store(node: unknown, status = 200, headers: Record<string, string> = {}): StoredResponse {
    const page = new StoredResponse({
      text: `<!DOCTYPE html>${String(node)}`,
      contentType: "text/html; charset=utf-8",
      headers: { ...PAGE_HEADERS, ...headers },
      status,
    });
    this.#later(() => page.compress());
    return page;
  }

  /** One sale at a time, so that buyers are answered in between. */
  #warmUp(saleIds: number[]): void {
    this.#later(() => {
      this.list();
      return Promise.resolve();
    });
    for (const saleId of saleIds) {
      this.#later(() => {
        this.sale(saleId);
        for (const item of this.#sales.get(saleId)?.facts.items ?? []) {
          this.product(saleId, item.productId);
        }
        return new Promise((resolve) => setTimeout(resolve, 0));
      });
    }
  }

  #later(job: () => Promise<void>): void {
    this.#compressing = this.#compressing.then(job).catch((error) => {
      this.#log.error("Cannot prepare a page: {error}", { error: String(error) });
    });
  }
}
