import type { Clock } from "../../shared/clock.ts";
import type { SnapshotSale } from "../../shared/internal_api.ts";
import type { Log } from "../../shared/log.ts";
import type { Assets } from "./assets.ts";
import { type Language, LANGUAGE_VARY, languageOf, PAGE_WORDS } from "./language.ts";
import type { PageFrame } from "./layout.tsx";
import { NoticePage } from "./notice_page.tsx";
import { OrdersPage } from "./orders_page.tsx";
import { type SandboxFacts, SandboxPage } from "./sandbox_page.tsx";
import { SaleListPage } from "./sale_list_page.tsx";
import { ProductPage, SalePage } from "./sale_page.tsx";
import { PAGE_HEADERS } from "./security_headers.ts";
import { courseOf, nextChangeMs } from "./sessions.ts";
import { type PageMaker, TranslatedPage } from "./translated_page.ts";

/** Sales whose pages are made before somebody asks for them: the newest. */
const MAX_WARM_SALES = 50;

/** What a page carries that a person may ask for again: it may have been the answer to a form. */
const AWAY = { "retry-after": "2", "cache-control": "no-store" };

/** What a page that will be right in a moment carries: it looks again by itself. */
const SOON = { ...AWAY, refresh: "4" };

/** What the pages are made with. */
export interface PageStoreParts {
  assets: Assets;
  /** Shows the demo sign-in. */
  demo: boolean;
  /** Origins of the shop's own pages; none when left out. */
  shopOrigins?: readonly string[];
  clock: Clock;
  log: Log;
}

interface SalePages {
  facts: SnapshotSale;
  factsJson: string;
  /** By product id; 0 is the page of the sale. At most one per item and one more. */
  pages: Map<number, TranslatedPage>;
}

/**
 * The pages, made once for each language and state of the facts they show and then answered from
 * memory. A page that nobody has asked for yet is made when somebody does.
 */
export class PageStore {
  readonly #parts: PageStoreParts;
  readonly #frames: Record<Language, PageFrame>;
  #sales = new Map<number, SalePages>();
  #list: TranslatedPage | null = null;
  /** Pages that wait to be compressed, one after the other. */
  #compressing: Promise<void> = Promise.resolve();
  /** `/orders` */
  readonly orders: TranslatedPage;
  /** 404, and 503 before the first snapshot. */
  readonly notFound: TranslatedPage;
  readonly notReady: TranslatedPage;
  /** 503 while no origin answers. */
  readonly away: TranslatedPage;
  /** 401 and 403 to forms that want to sign somebody in. */
  readonly signInFailed: TranslatedPage;
  readonly signInForeign: TranslatedPage;

  constructor(parts: PageStoreParts) {
    this.#parts = parts;
    const { assets, demo, shopOrigins = [] } = parts;
    const frame = (language: Language) => ({
      assets,
      demo,
      shopOrigins,
      language,
      words: PAGE_WORDS[language],
    });
    this.#frames = { en: frame("en"), zh: frame("zh") };
    this.orders = this.#page({
      render: (language) => <OrdersPage frame={this.#frames[language]} />,
    });
    type Notice = "notFound" | "notReady" | "away" | "signInFailed" | "signInForeign";
    const notice = (name: Notice) => (language: Language) => (
      <NoticePage frame={this.#frames[language]} notice={PAGE_WORDS[language][name]} />
    );
    this.notFound = this.#page({ render: notice("notFound"), status: 404 });
    this.notReady = this.#page({ render: notice("notReady"), status: 503, headers: SOON });
    this.away = this.#page({ render: notice("away"), status: 503, headers: AWAY });
    this.signInFailed = this.#page({
      render: notice("signInFailed"),
      status: 401,
      headers: { "cache-control": "no-store", "www-authenticate": "Bearer" },
    });
    this.signInForeign = this.#page({
      render: notice("signInForeign"),
      status: 403,
      headers: { "cache-control": "no-store" },
    });
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
  list(): TranslatedPage {
    if (this.#list) return this.#list;
    const sales = [...this.#sales.values()].map((sale) => sale.facts);
    this.#list = this.#page({
      render: (language, nowMs) => (
        <SaleListPage frame={this.#frames[language]} sales={sales} nowMs={nowMs} />
      ),
      holdsUntil: (nowMs) => nextChangeMs(sales, nowMs),
    });
    return this.#list;
  }

  /** `/sales/{saleId}` */
  sale(saleId: number): TranslatedPage | null {
    const sale = this.#sales.get(saleId);
    if (!sale) return null;
    return this.#pageOfSale(sale, 0, (language, nowMs) => (
      <SalePage
        frame={this.#frames[language]}
        sale={sale.facts}
        state={courseOf(sale.facts, nowMs)}
      />
    ));
  }

  /** `/sales/{saleId}/products/{productId}` */
  product(saleId: number, productId: number): TranslatedPage | null {
    const sale = this.#sales.get(saleId);
    const item = sale?.facts.items.find((one) => one.productId === productId);
    if (!sale || !item) return null;
    return this.#pageOfSale(sale, productId, (language, nowMs) => (
      <ProductPage
        frame={this.#frames[language]}
        sale={sale.facts}
        item={item}
        state={courseOf(sale.facts, nowMs)}
      />
    ));
  }

  /** The page at `path`, `/sandbox/pay/{link}`, made anew each time: one order at one moment. */
  sandbox(
    { request, path }: { request: Request; path: string },
    facts: SandboxFacts,
    headers: Record<string, string>,
  ): Response {
    const language = languageOf(request.headers);
    const page = <SandboxPage frame={this.#frames[language]} path={path} facts={facts} />;
    const own = {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-language": language,
      vary: LANGUAGE_VARY,
    };
    return new Response(`<!DOCTYPE html>${String(page)}`, {
      headers: { ...PAGE_HEADERS, ...own, ...headers },
    });
  }

  /** Resolves when no page waits to be made or compressed; making one may queue another. */
  async idle(): Promise<void> {
    let seen: Promise<void> | null = null;
    while (seen !== this.#compressing) {
      seen = this.#compressing;
      await seen;
    }
  }

  #pageOfSale(sale: SalePages, productId: number, render: PageMaker["render"]): TranslatedPage {
    let page = sale.pages.get(productId);
    if (!page) {
      page = this.#page({ render, holdsUntil: (nowMs) => nextChangeMs([sale.facts], nowMs) });
      sale.pages.set(productId, page);
    }
    return page;
  }

  #page(maker: PageMaker): TranslatedPage {
    return new TranslatedPage(maker, this.#parts.clock, (stored) => {
      this.#later(() => stored.compress());
    });
  }

  /** One sale at a time, so that buyers are answered in between. */
  #warmUp(saleIds: number[]): void {
    this.#later(() => {
      this.orders.prepare();
      this.list().prepare();
      return Promise.resolve();
    });
    for (const saleId of saleIds) {
      this.#later(() => {
        this.sale(saleId)?.prepare();
        for (const item of this.#sales.get(saleId)?.facts.items ?? []) {
          this.product(saleId, item.productId)?.prepare();
        }
        return new Promise((resolve) => setTimeout(resolve, 0));
      });
    }
  }

  #later(job: () => Promise<void>): void {
    this.#compressing = this.#compressing.then(job).catch((error) => {
      this.#parts.log.error("Cannot prepare a page: {error}", { error: String(error) });
    });
  }
}
