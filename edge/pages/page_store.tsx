import type { Clock } from "../../shared/clock.ts";
import type { SnapshotSale } from "../../shared/internal_api.ts";
import type { Log } from "../../shared/log.ts";
import { GenerationCache } from "../gate/generation_cache.ts";
import type { Assets } from "./assets.ts";
import { type Language, LANGUAGE_VARY, languageOf, PAGE_WORDS } from "./language.ts";
import type { PageFrame } from "./layout.tsx";
import { NoticePage } from "./notice_page.tsx";
import { OrdersPage } from "./orders_page.tsx";
import { type SandboxFacts, SandboxPage } from "./sandbox_page.tsx";
import { SaleListPage } from "./sale_list_page.tsx";
import { ProductPage, SalePage } from "./sale_page.tsx";
import { PAGE_HEADERS } from "./security_headers.ts";
import { courseOf, nextChangeMs, salesByInterest } from "./sessions.ts";
import { type PageMaker, TranslatedPage } from "./translated_page.ts";

/** Sales whose pages are made before somebody asks for them, those that run or come first. */
const MAX_WARM_SALES = 50;

/** Items of such a sale whose pages are made too; the others are made when somebody asks. */
const MAX_WARM_ITEMS = 12;

/** Pages of products that are kept, in all languages about 30 KB each. */
const MAX_PRODUCT_PAGES = 2_000;

/** Pages that wait to be compressed; more than these are sent as they are. */
const MAX_COMPRESSING = 4_000;

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
  /** Null until somebody has asked for it. */
  page: TranslatedPage | null;
}

/** The page of a product, and the sale whose facts it shows. */
interface KeptProductPage {
  sale: SalePages;
  page: TranslatedPage;
}

/**
 * The pages, made once for each language and state of the facts they show and then answered from
 * memory. A page that nobody has asked for yet is made when somebody does.
 */
export class PageStore {
  readonly #parts: PageStoreParts;
  readonly #frames: Record<Language, PageFrame>;
  #sales = new Map<number, SalePages>();
  #products = new GenerationCache<KeptProductPage>(MAX_PRODUCT_PAGES);
  #list: TranslatedPage | null = null;
  /** Pages that are made ahead and compressed, one after the other. */
  #working: Promise<void> = Promise.resolve();
  #waiting = 0;
  /** Counts updates: pages are made ahead for the last one only. */
  #generation = 0;
  #stopped = false;
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
      const kept = known?.factsJson === factsJson ? known : { facts, factsJson, page: null };
      this.#sales.set(facts.saleId, kept);
    }
    this.#list = null;
    this.#generation += 1;
    this.#warmUp(this.#pagesAhead(), this.#generation);
  }

  /** Makes and compresses nothing ahead any more; pages are still made when somebody asks. */
  stop(): void {
    this.#stopped = true;
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
    sale.page ??= this.#page({
      render: (language, nowMs) => (
        <SalePage
          frame={this.#frames[language]}
          sale={sale.facts}
          state={courseOf(sale.facts, nowMs)}
        />
      ),
      holdsUntil: (nowMs) => nextChangeMs([sale.facts], nowMs),
    });
    return sale.page;
  }

  /** `/sales/{saleId}/products/{productId}` */
  product(saleId: number, productId: number): TranslatedPage | null {
    const sale = this.#sales.get(saleId);
    const item = sale?.facts.items.find((one) => one.productId === productId);
    if (!sale || !item) return null;
    const key = `${saleId}/${productId}`;
    const kept = this.#products.get(key);
    if (kept?.sale === sale) return kept.page;
    const page = this.#page({
      render: (language, nowMs) => (
        <ProductPage
          frame={this.#frames[language]}
          sale={sale.facts}
          item={item}
          state={courseOf(sale.facts, nowMs)}
        />
      ),
      holdsUntil: (nowMs) => nextChangeMs([sale.facts], nowMs),
    });
    this.#products.set(key, { sale, page });
    return page;
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
    while (seen !== this.#working) {
      seen = this.#working;
      await seen;
    }
  }

  #page(maker: PageMaker): TranslatedPage {
    return new TranslatedPage(maker, this.#parts.clock, (stored) => {
      if (this.#waiting < MAX_COMPRESSING) this.#later(() => stored.compress());
    });
  }

  /** The pages that are made before somebody asks for them, each when its turn comes. */
  #pagesAhead(): (() => TranslatedPage | null)[] {
    const facts = [...this.#sales.values()].map((sale) => sale.facts);
    const ahead: (() => TranslatedPage | null)[] = [() => this.orders, () => this.list()];
    const soonest = salesByInterest(facts, this.#parts.clock()).slice(0, MAX_WARM_SALES);
    for (const { saleId, items } of soonest) {
      ahead.push(() => this.sale(saleId));
      for (const { productId } of items.slice(0, MAX_WARM_ITEMS)) {
        ahead.push(() => this.product(saleId, productId));
      }
    }
    return ahead;
  }

  /**
   * Makes one page, lets buyers be answered, and goes on behind what that page left to compress:
   * pages that wait are never more than one of these and its languages.
   */
  #warmUp(pages: (() => TranslatedPage | null)[], generation: number, at = 0): void {
    if (at >= pages.length) return;
    this.#later(async () => {
      if (generation !== this.#generation) return;
      pages[at]!()?.prepare();
      await new Promise((resolve) => setTimeout(resolve, 0));
      this.#warmUp(pages, generation, at + 1);
    });
  }

  #later(job: () => Promise<void>): void {
    this.#waiting += 1;
    this.#working = this.#working.then(async () => {
      this.#waiting -= 1;
      if (!this.#stopped) await job();
    }).catch((error) => {
      this.#parts.log.error("Cannot prepare a page: {error}", { error: String(error) });
    });
  }
}
