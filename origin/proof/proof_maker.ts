import type { Log } from "../../shared/log.ts";
import type { ProofSigner } from "../../shared/proof/proof_key.ts";
import { LedgerAwayError } from "../orders/proof_ledger.ts";
import { type Every, keepAlive, systemEvery } from "./keep_alive.ts";
import { BundleNotMadeError, type BundleParts, makeBundle } from "./make_bundle.ts";
import type { BeginResult, BundleEntry, NewBundle } from "./proof_book.ts";

/** Bundles made at once by one origin; each reads a page at a time. */
const MAX_JOBS = 4;

/** Steps in which the text of old bundles is dropped after a new one: 640 GB of it. */
const MAX_DROPS = 10_000;

/** What a maker works with. */
export interface ProofMakerParts extends BundleParts {
  /** Opened when it is first needed. */
  openSigner(): Promise<ProofSigner>;
  log: Log;
  /** The machine's timer when left out. */
  every?: Every;
}

/** What became of a wish for a bundle; `crowded` when this origin makes as many as it may. */
export type MakeResult = BeginResult | { kind: "crowded" };

/** Makes proof bundles in the background. */
export class ProofMaker {
  readonly #jobs = new Map<number, Promise<void>>();
  readonly #stopping = new AbortController();
  #signer: Promise<ProofSigner> | null = null;

  constructor(readonly parts: ProofMakerParts) {}

  /** The key that signs, remembered and published before it signs anything. */
  async publicKey(): Promise<string> {
    return (await this.#openSigner()).publicKey;
  }

  /** Begins a bundle, and makes it after the answer. */
  async begin(wanted: Omit<NewBundle, "publicKey">): Promise<MakeResult> {
    if (this.#jobs.size >= MAX_JOBS || this.#stopping.signal.aborted) return { kind: "crowded" };
    const { proofs } = this.parts;
    const signer = await this.#openSigner();
    await proofs.addKey(signer.publicKey);
    const result = await proofs.begin({ ...wanted, publicKey: signer.publicKey });
    if (result.kind === "begun") this.#start(result.bundle, signer);
    return result;
  }

  /** Waits for a bundle that this origin makes; at once for any other. */
  async made(bundleId: number): Promise<void> {
    await this.#jobs.get(bundleId);
  }

  /** Breaks off what is being made, and waits until that is written down. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#jobs.values());
  }

  #openSigner(): Promise<ProofSigner> {
    this.#signer ??= this.parts.openSigner();
    return this.#signer;
  }

  #start(bundle: BundleEntry, signer: ProofSigner): void {
    const job = this.#make(bundle, signer).finally(() => this.#jobs.delete(bundle.id));
    this.#jobs.set(bundle.id, job);
  }

  async #make(bundle: BundleEntry, signer: ProofSigner): Promise<void> {
    const { proofs, log, every = systemEvery } = this.parts;
    const alive = keepAlive(() => proofs.stayAlive(bundle.id), every);
    try {
      await makeBundle(bundle, signer, this.parts, this.#stopping.signal);
      log.info("Made proof {bundle} of sale {sale}", { bundle: bundle.id, sale: bundle.saleId });
    } catch (error) {
      const isForeseen = error instanceof BundleNotMadeError || error instanceof LedgerAwayError;
      const reason = isForeseen
        ? error.message
        : "Something failed; the log of the origin says what";
      log.warning("Cannot make proof {bundle}: {error}", {
        bundle: bundle.id,
        error: String(error),
      });
      // Left alone it is given up later.
      await proofs.fail(bundle.id, reason).catch(() => {});
    } finally {
      await alive.stop();
    }
    await this.#dropText(bundle.saleId);
  }

  /** Without it proofs would grow for ever. What is left over now goes after the next one. */
  async #dropText(saleId: number): Promise<void> {
    const { proofs, log, delay } = this.parts;
    try {
      for (let step = 0; step < MAX_DROPS && !this.#stopping.signal.aborted; step += 1) {
        if (!await proofs.dropText(saleId)) return;
        await delay(0);
      }
    } catch (error) {
      log.warning("Cannot drop old proofs of sale {sale}: {error}", {
        sale: saleId,
        error: String(error),
      });
    }
  }
}
