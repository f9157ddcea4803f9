import type { ClientAddress, GateParts } from "../../../../edge/gate/gate_parts.ts";
import type { CaptchaPolicy } from "../../../sale.ts";
import { DEFAULT_LIMITS } from "../../../sale.ts";
import { PUZZLES_PER_USER } from "../../../../edge/captcha/captcha_rules.ts";
import { EasyWays } from "../../../../edge/captcha/easy_ways.ts";
import { FailureRest } from "../../../../edge/captcha/failure_rest.ts";
import { Chance } from "./chance.ts";
import { EventQueue } from "./event_queue.ts";
import { type FairStage, Person, ScriptAccount, type ScriptManner } from "./fair_clients.ts";
import { FairShop } from "./fair_shop.ts";

/** The crowd and what it comes for. */
export interface FairCrowd {
  people: number;
  scripts: number;
  /** Accounts of each script; an identity is an account. */
  accountsPerScript: number;
  addressesPerScript: number;
  stock: number;
}

/** One way to run the sale. */
export interface FairSetting {
  name: string;
  /** Null: no gate at all. */
  policy: CaptchaPolicy | null;
  manner: ScriptManner;
  /** How often the scripts' solver is right, 0 to 1; 0: they have none. */
  solverRate: number;
  /** Whether scripts take keyboard and quiet way in place of a drag. */
  easyWays: boolean;
}

/** A gate of its own for one run, and the signer of its passes. */
export interface FairGate {
  parts: Omit<GateParts, "identity">;
  sign(userId: string, saleId: number, nowMs: number): { pass: string; expiresAt: number };
}

/** What came of one run. */
export interface FairResult {
  setting: FairSetting;
  /** Pieces. */
  toScripts: number;
  toPeople: number;
  /** Share of the pieces sold that scripts got, and their share of all identities; 0 to 1. */
  stockShare: number;
  identityShare: number;
  /** People who were asked for a slider, and people who wanted a piece and got none. */
  peopleWithSlider: number;
  peopleWithout: number;
  tries: number;
  /** When the last piece went, ms after the start; null when some were left. */
  soldOutAfterMs: number | null;
}

/** The sale of every run starts here. */
const STARTS_AT_MS = Date.UTC(2030, 0, 15, 12);
/** What happens earlier and later than this is left out. */
const BEFORE_MS = 300_000;
const AFTER_MS = 300_000;

const SALE_ID = 1;

/** People who share their address with others: a tenth, twenty to an address. */
const SHARED_PLACES = 0.1;
const PEOPLE_PER_PLACE = 20;

/** Lets a crowd go for a sale, in counted time. Repeats with the seed. */
export function runFair(
  crowd: FairCrowd,
  setting: FairSetting,
  makeGate: (queue: EventQueue) => FairGate,
  seed: number,
): FairResult {
  const queue = new EventQueue(STARTS_AT_MS - BEFORE_MS);
  const gate = makeGate(queue);
  const shop = new FairShop(saleOf(crowd, setting), gate.parts, queue.nowMs);
  const stage: FairStage = {
    shop,
    queue,
    chance: new Chance(seed),
    startsAtMs: STARTS_AT_MS,
    asksAlways: setting.policy === "always",
    sign: (userId, nowMs) => gate.sign(userId, SALE_ID, nowMs),
    solverRate: setting.solverRate,
    easy: setting.easyWays ? new EasyWays({ nowMs: queue.nowMs, key: { k0: 1, k1: 2 } }) : null,
    saleId: SALE_ID,
    sliderEveryMs: PUZZLES_PER_USER.tokenMs,
    sliderBurst: PUZZLES_PER_USER.capacity,
    rest: new FailureRest(),
  };
  const people = Array.from(
    { length: crowd.people },
    (_, at) => new Person(stage, `person-${at}`, placeOf(at, stage.chance)),
  );
  const accounts = scriptsOf(crowd, setting, stage);
  const soldOut = { atMs: null as number | null };
  watchSellOut(stage, soldOut);
  queue.runUntil(STARTS_AT_MS + AFTER_MS);

  const toPeople = people.filter(({ won }) => won).length;
  const toScripts = accounts.filter(({ won }) => won).length;
  return {
    setting,
    toScripts,
    toPeople,
    stockShare: toScripts / Math.max(1, toScripts + toPeople),
    identityShare: accounts.length / (accounts.length + people.length),
    peopleWithSlider: people.filter(({ sliders }) => sliders > 0).length,
    peopleWithout: people.length - toPeople,
    tries: [...people, ...accounts].reduce((sum, { tries }) => sum + tries, 0),
    soldOutAfterMs: soldOut.atMs,
  };
}

function saleOf({ stock }: FairCrowd, { policy }: FairSetting) {
  const product = { productId: 1, name: "Piece", subtitle: "", description: "", images: [] };
  return {
    saleId: SALE_ID,
    title: "Fair",
    startsAt: STARTS_AT_MS,
    endsAt: STARTS_AT_MS + 3_600_000,
    closed: false,
    paused: false,
    minLevel: 0,
    claims: [],
    captcha: policy ?? "off",
    limits: DEFAULT_LIMITS,
    paymentWindowS: 900,
    items: [{ productId: 1, price: 100, currency: "EUR", perUserLimit: 1, stock, product }],
  };
}

function placeOf(person: number, chance: Chance): ClientAddress {
  const shared = chance.happens(SHARED_PLACES);
  const number = shared ? Math.floor(person / PEOPLE_PER_PLACE) % 100 : 1_000 + person;
  return address(`198.${shared ? 18 : 19}.${number >> 8}.${number & 255}`);
}

function scriptsOf(
  { scripts, accountsPerScript, addressesPerScript }: FairCrowd,
  { manner }: FairSetting,
  stage: FairStage,
): ScriptAccount[] {
  return Array.from({ length: scripts }, (_, script) => {
    const places = Array.from(
      { length: addressesPerScript },
      (_, at) => address(`10.${script >> 8}.${script & 255}.${at}`),
    );
    return Array.from(
      { length: accountsPerScript },
      (_, at) => new ScriptAccount(stage, `script-${script}-${at}`, places, manner, at * 7),
    );
  }).flat();
}

function address(text: string): ClientAddress {
  return { text, key: text };
}

/** Looks each 10 ms of the first minutes whether all is gone. */
function watchSellOut({ shop, queue, startsAtMs }: FairStage, soldOut: { atMs: number | null }) {
  const look = () => {
    if (shop.stock === 0) soldOut.atMs = queue.nowMs - startsAtMs;
    else if (queue.nowMs < startsAtMs + AFTER_MS) queue.after(10, look);
  };
  queue.at(startsAtMs, look);
}
