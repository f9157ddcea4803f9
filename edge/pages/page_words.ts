import type { OrderStatus } from "../../shared/internal_api.ts";
import type { SaleState } from "../../shared/sale.ts";

/** A notice page: its heading and what it says. */
export interface NoticeWords {
  title: string;
  text: string;
}

/** Everything that pages say before a script runs, in one language. */
export interface PageWords {
  /** For `<html lang>` and the formats of money and dates. */
  locale: string;
  /** The name of the other language, in that language, for the switch. */
  otherLanguage: string;
  frame: {
    skip: string;
    mainNav: string;
    orders: string;
    signIn: string;
    footer: string;
    needsScript: string;
  };
  signIn: {
    demoTitle: string;
    demoText: string;
    name: string;
    nameRule: string;
    send: string;
    shopTitle: string;
    shopText: string;
    shopLink: string;
    close: string;
  };
  states: Record<Exclude<SaleState, "sold_out">, string>;
  /** The button of an item by the state of its sale; it works only once the script runs. */
  buttons: Record<Exclude<SaleState, "sold_out">, string>;
  list: {
    title: string;
    heading: string;
    intro: string;
    strip: string;
    empty: string;
    emptyText: string;
    /** What stands on a card by the state of its sale. */
    actions: Record<Exclude<SaleState, "sold_out">, string>;
    more: (count: number) => string;
  };
  item: {
    inStock: string;
    pieces: (count: number) => string;
    left: string;
    quantity: string;
    onePerBuyer: string;
    atMost: (count: number) => string;
  };
  gallery: {
    label: string;
    picture: (name: string, number: number, total: number) => string;
    show: (number: number) => string;
    previous: string;
    next: string;
  };
  orders: {
    title: string;
    signOut: string;
    heading: string;
    intro: string;
    loading: string;
  };
  notFound: NoticeWords;
  notReady: NoticeWords;
  away: NoticeWords;
  /** A token of the shop that cannot be used, and a form of a page that is not the shop's. */
  signInFailed: NoticeWords;
  signInForeign: NoticeWords;
  allSales: string;
  tryAgain: string;
  sandbox: {
    title: string;
    badge: string;
    note: string;
    order: string;
    state: string;
    status: Record<OrderStatus, string>;
    unreadable: string;
    over: string;
    /** Follows the state, with a space where the language has one. */
    left: (clock: string) => string;
    /** What the shop said to a payment. */
    outcomes: Record<string, string>;
    outcomeUnknown: string;
    backToSale: string;
    backUnpaid: string;
    waiting: string;
    pay: string;
    payAllTheSame: string;
    payTwice: string;
    wrongAmount: string;
    late: string;
  };
}
