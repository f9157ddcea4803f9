import { PASS_TTL_MS } from "../../../../edge/captcha/captcha_rules.ts";
import { PassSigner } from "../../../../edge/captcha/pass_signer.ts";
import { OPEN_GATE } from "../../../../edge/gate/open_gate.ts";
import { TokenLimits } from "../../../../edge/limits/token_limits.ts";
import { MemorySuspicion } from "../../../../edge/risk/memory_suspicion.ts";
import type { EventQueue } from "./event_queue.ts";
import type { FairGate } from "./fair_run.ts";

/** A gate that keeps nobody out. */
export function openGate(): FairGate {
  return { parts: OPEN_GATE, sign: () => ({ pass: "none", expiresAt: Infinity }) };
}

/** The parts of the edge's own gate, made anew for one run. Nobody is on a list. */
export function realGate({ nowMs }: EventQueue): FairGate {
  let count = 0;
  const passes = new PassSigner("a key of the simulation");
  return {
    parts: {
      ...OPEN_GATE,
      // The crowd of a run is small, and every run has tables of its own.
      limits: new TokenLimits({ nowMs, entries: 65_536 }),
      passes,
      suspicion: new MemorySuspicion({ expiredHolds: () => 0 }),
    },
    sign(userId, saleId, nowMs) {
      count += 1;
      const expiresAt = nowMs + PASS_TTL_MS;
      const passId = String(count).padStart(22, "0");
      return { pass: passes.sign({ passId, expiresAt }, userId, saleId), expiresAt };
    },
  };
}
