/** The sub-commands that load one system. */
export type BenchCommand = "buy" | "rush";

/** How much is asked for: a time, or a crowd that buys once each. */
export type Amount =
  | { kind: "seconds"; seconds: number }
  | { kind: "buyers"; buyers: number };

/** The arguments, resolved and checked. */
export interface BenchOptions {
  command: BenchCommand;
  amount: Amount;
  /** Pieces on sale; null: as many as `buy` needs. */
  stock: number | null;
  connections: number;
  rounds: number;
  /** Seconds of one echo measurement; 0 leaves the echo baseline out. */
  echoSeconds: number;
  /** Buyers of the warm-up sale; 0 leaves it out. */
  warmUpBuyers: number;
  /** Seconds without a new row after which an order counts as lost. */
  settleSeconds: number;
  seed: number;
  profile: "embedded" | "services";
  /** A system that is already running; null starts one of `profile`. */
  running: { url: string; adminUrl: string; adminToken: string } | null;
  /** Where rows can be read beside the admin API. */
  mysqlUrl: string | null;
  databaseFile: string | null;
  /** Data folder of an embedded system that the tool starts; null: a temporary one. */
  dataDir: string | null;
  /** Folder for `result.json` and `report.html`. */
  out: string | null;
  json: boolean;
}

/** Arguments that cannot be used. Its message is one line. */
export class ArgumentError extends Error {
  override name = "ArgumentError";
}

/** Connections when nothing else is asked for. */
export const DEFAULT_CONNECTIONS = 256;
/** Length of a `buy` run when nothing else is asked for. */
export const DEFAULT_SECONDS = 10;
/** The crowd and the stock of `rush` when nothing else is asked for. */
export const DEFAULT_RUSH_BUYERS = 50_000;
export const DEFAULT_RUSH_STOCK = 5_000;
export const DEFAULT_ECHO_SECONDS = 5;
export const DEFAULT_WARM_UP_BUYERS = 10_000;
export const DEFAULT_SETTLE_SECONDS = 30;
