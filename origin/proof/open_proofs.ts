import type { Clock } from "../../shared/clock.ts";
import type { Log } from "../../shared/log.ts";
import {
  deriveProofSeed,
  openProofSigner,
  type ProofSigner,
  readSeed,
} from "../../shared/proof/proof_key.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { CleanUpBook } from "../clean_up/clean_up_book.ts";
import { CleanUpDesk, type CleanUpParts } from "../clean_up/clean_up_desk.ts";
import type { OriginSecrets } from "../config.ts";
import type { BundleParts } from "./make_bundle.ts";
import { ProofMaker } from "./proof_maker.ts";

/** What proofs and clean-ups are made of. */
export interface ProvingParts {
  catalog: Pick<Catalog, "getSale" | "getProduct" | "closeSale" | "version">;
  book: BundleParts["book"] & CleanUpParts["book"];
  payments: BundleParts["payments"];
  ledger: BundleParts["ledger"] & CleanUpParts["ledger"];
  queue: CleanUpParts["queue"];
  proofs: BundleParts["proofs"];
  cleanUpBook: CleanUpBook;
  secrets: Pick<OriginSecrets, "adminToken" | "proofKey">;
  clock: Clock;
  delay(ms: number): Promise<void>;
  log: Log;
}

/** What makes proofs and cleans up, for the admin API. */
export interface Proving {
  proofMaker: ProofMaker;
  cleanUps: CleanUpDesk;
}

/**
 * The signer of an origin: `PROOF_KEY`, or what follows from `ADMIN_TOKEN`. Not from `RECEIPT_KEY`,
 * which the shop may have in order to check receipts.
 */
export function proofSignerOf(
  { adminToken, proofKey }: ProvingParts["secrets"],
): Promise<ProofSigner> {
  const given = proofKey === undefined ? null : readSeed(proofKey);
  return openProofSigner(given ?? deriveProofSeed(adminToken));
}

/** Puts both together. They are stopped with the origin. */
export function openProving(parts: ProvingParts): Proving {
  const { catalog, secrets } = parts;
  const proofMaker = new ProofMaker({
    ...parts,
    random: (bytes) => void crypto.getRandomValues(bytes),
    openSigner: () => proofSignerOf(secrets),
  });
  const cleanUps = new CleanUpDesk({
    ...parts,
    proofMaker,
    getSale: (saleId) => catalog.getSale(saleId),
    catalogVersion: () => catalog.version(),
    async closeSale(saleId) {
      await catalog.closeSale(saleId);
    },
  });
  return { proofMaker, cleanUps };
}

/** Breaks off what either is doing, and waits until that is written down. */
export async function stopProving({ proofMaker, cleanUps }: Proving): Promise<void> {
  await Promise.all([proofMaker.stop(), cleanUps.stop()]);
}
