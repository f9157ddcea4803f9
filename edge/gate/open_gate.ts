import { type GateParts, WITHIN } from "./gate_parts.ts";

/**
 * A gate that keeps nobody out but those without a session: what a sale costs without limits,
 * lists, suspicion and slider. For tests and for measuring what the gate costs; no configuration
 * leads here.
 */
export const OPEN_GATE: Omit<GateParts, "identity"> = {
  blocklist: { blocksAddress: () => false, blocksUser: () => false },
  profiles: { profileOf: ({ level, claims }) => ({ level, claims }) },
  limits: {
    takeAddress: () => WITHIN,
    giveBackAddress: () => {},
    takeUser: () => WITHIN,
    giveBackUser: () => {},
    takeSale: () => WITHIN,
  },
  passes: { read: () => null },
  suspicion: {
    isSuspicious: () => false,
    noteTry: () => {},
    noteEarly: () => {},
    noteCaptchaFailed: () => {},
    notePage: () => {},
  },
};
