/** Chance, injected so that tests repeat. */
export interface Randomness {
  /** 0 ≤ x < 1, for jitter only. */
  fraction(): number;
  /** A request id that no other buy has, here or on another edge; 1–64 visible characters. */
  requestId(): string;
  /** Names this process for as long as it runs. */
  processId(): string;
}

/** The machine's chance: one random prefix per process and a counter, cheaper than an id each. */
export function systemRandomness(): Randomness {
  const prefix = crypto.randomUUID().replaceAll("-", "");
  let count = 0;
  return {
    fraction: () => Math.random(),
    processId: () => prefix,
    requestId: () => {
      count += 1;
      return `edge-${prefix}-${count.toString(36)}`;
    },
  };
}
