/** What a line of the record is about. */
export type RecordKind =
  | "login"
  /** The first tries of a buyer, all with one key. */
  | "buy"
  /** The same key again, after it had won. */
  | "repeat"
  /** A second key of a buyer who had won with the first. */
  | "other_key"
  | "pay"
  | "cancel"
  | "poll"
  /** No request: this buyer ran out of patience without a decision. */
  | "gave_up";

/** One request of a buyer and what came back, as it was written down before the buyer acted on it. */
export interface RecordLine {
  /** When it was sent, ms UTC. */
  at: number;
  /** How long its answer took. */
  ms: number;
  /** How late the crowd's own process was during that time. */
  lateMs: number;
  user: string;
  kind: RecordKind;
  key?: string;
  /** 0 when there was no answer. */
  status: number;
  /** The outcome, the problem's code, the order's status, or the name of the error. */
  code: string;
  ticket?: string;
  /** Why an order ended, as a poll told it. */
  reason?: string;
  /** The name of a payment's notification and of the payment. */
  eventId?: string;
  paymentId?: string;
  /** Minor units that were paid. */
  amount?: number;
}

/** Kinds that are buys: those whose answers are bounded in time. */
export const BUY_KINDS: ReadonlySet<RecordKind> = new Set(["buy", "repeat", "other_key"]);

/** Writes a record, each line whole before anything else happens. */
export class RecordWriter {
  readonly #file: Deno.FsFile;
  readonly #encoder = new TextEncoder();

  constructor(path: string) {
    this.#file = Deno.openSync(path, { create: true, write: true, append: true, mode: 0o600 });
  }

  add(line: RecordLine): void {
    const bytes = this.#encoder.encode(JSON.stringify(line) + "\n");
    let sent = 0;
    while (sent < bytes.length) sent += this.#file.writeSync(bytes.subarray(sent));
  }

  close(): void {
    this.#file.close();
  }
}

/** Reads the whole lines that were added to a record since it was asked last. */
export class RecordReader {
  #offset = 0;
  #rest = "";
  readonly #decoder = new TextDecoder();

  constructor(readonly path: string) {}

  async more(): Promise<RecordLine[]> {
    let file: Deno.FsFile;
    try {
      file = await Deno.open(this.path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
    try {
      await file.seek(this.#offset, Deno.SeekMode.Start);
      const buffer = new Uint8Array(1 << 18);
      for (;;) {
        const read = await file.read(buffer);
        if (read === null) break;
        this.#offset += read;
        this.#rest += this.#decoder.decode(buffer.subarray(0, read), { stream: true });
      }
    } finally {
      file.close();
    }
    const texts = this.#rest.split("\n");
    this.#rest = texts.pop() ?? "";
    return texts.map((text) => JSON.parse(text) as RecordLine);
  }
}
