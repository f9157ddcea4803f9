import type { Environment } from "../../../env.ts";
import type { ShutdownStack } from "../../../shutdown.ts";
import { PASS_TTL_MS } from "../../../../edge/captcha/captcha_rules.ts";
import { PassSigner } from "../../../../edge/captcha/pass_signer.ts";
import { signInMethod, warmUp } from "../bench.ts";
import type { BenchDependencies } from "../bench.ts";
import type { BenchOptions } from "../bench_options.ts";
import { Crowd } from "../crowd.ts";
import { JsonClient } from "../json_client.ts";
import { describeMachine, type Machine } from "../machine.ts";
import { startSystem } from "../measured_system.ts";
import { type RoundContext, runRound } from "../round.ts";
import { openSale } from "../sale_setup.ts";
import { median, ratio } from "../statistics.ts";

/**
 * What buys pass in each variant: no gate but the session; the whole gate, which finds nobody
 * suspicious; and the whole gate of a sale that asks everybody, so that each brings a pass.
 */
export const GATE_VARIANTS = ["open", "gate", "gate with passes"] as const;

export type GateVariant = typeof GATE_VARIANTS[number];

/** The share of the buys/s without a gate that is left with it, at least. */
export const LEAST_SHARE = 0.75;

/** What the gate costs. Rates are accepted buys per second. */
export interface GateCost {
  machine: Machine;
  profile: BenchOptions["profile"];
  rounds: Record<GateVariant, number[]>;
  median: Record<GateVariant, number>;
  /** Medians of the rates of each round against those of `open` in the same round. */
  share: Record<GateVariant, number>;
  /** Broken promises, by variant. */
  violations: string[];
  ok: boolean;
}

/**
 * Measures a system with the gate and one without, round by round in turns, on one machine in one
 * run. Of each only the edge differs.
 */
export async function measureGateCost(
  options: BenchOptions,
  { env, progress, cleanup }: BenchDependencies,
): Promise<GateCost> {
  // Known here, so that passes can be signed as the edge signs them.
  const sessionKey = crypto.randomUUID() + crypto.randomUUID();
  const start = async (extra: string[]): Promise<RoundContext> =>
    await contextOf(options, { ...env, SESSION_KEY: sessionKey }, { progress, cleanup }, extra);
  progress.say(`starting two systems (${options.profile}) …`);
  const open = await start(["--without-gate"]);
  const gate = await start([]);
  const contexts: Record<GateVariant, RoundContext> = {
    open,
    gate,
    "gate with passes": gate,
  };
  const rates = { open: await warmUp(open), gate: await warmUp(gate) };
  const prepared = Math.ceil(
    Math.max(rates.open, rates.gate) * secondsOf(options) * 1.6 + options.connections,
  );
  const signer = new PassSigner(sessionKey);
  const rounds: GateCost["rounds"] = { open: [], gate: [], "gate with passes": [] };
  const violations: string[] = [];
  for (let number = 0; number < options.rounds; number += 1) {
    for (let turn = 0; turn < GATE_VARIANTS.length; turn += 1) {
      // Nobody always goes first, when the machine may still be busy with the last one's orders.
      const variant = GATE_VARIANTS[(turn + number) % GATE_VARIANTS.length]!;
      const context = contexts[variant];
      await context.crowd.grow(prepared, progress);
      const passes = variant === "gate with passes";
      const title = `Bench gate ${number}, ${variant}`;
      const sale = await openSale(
        context.admin,
        context.crowd.edge,
        title,
        prepared,
        passes ? "always" : variant === "gate" ? "suspicious" : "off",
      );
      const passOf = passesFor(signer, sale.saleId);
      const round = await runRound(context, sale, prepared, passes ? passOf : undefined);
      rounds[variant].push(round.acceptedPerSecond);
      progress.say(`${variant.padEnd(17)} ${Math.round(round.acceptedPerSecond)}/s`);
      for (const { rule, detail } of round.violations) {
        violations.push(`round ${number + 1}, ${variant}, ${rule}: ${detail}`);
      }
    }
  }
  return summed(options, rounds, violations);
}

async function contextOf(
  options: BenchOptions,
  env: Environment,
  { progress, cleanup }: { progress: BenchDependencies["progress"]; cleanup: ShutdownStack },
  extra: string[],
): Promise<RoundContext> {
  const system = await startSystem(options, env, cleanup, {}, extra);
  return {
    options,
    crowd: new Crowd(system.edge, signInMethod(env), options.seed),
    admin: new JsonClient(system.admin, { authorization: `Bearer ${system.adminToken}` }),
    rows: system.rows,
    progress,
  };
}

/** Signs passes as the edge does: solving sliders is not what is measured. */
function passesFor(signer: PassSigner, saleId: number): (userId: string) => string {
  const expiresAt = Date.now() + PASS_TTL_MS;
  // No id comes twice, whatever the sale: the ledger knows a pass by its id.
  const own = String(saleId).padStart(11, "0");
  let count = 0;
  return (userId) => {
    count += 1;
    return signer.sign(
      { passId: own + String(count).padStart(11, "0"), expiresAt },
      userId,
      saleId,
    );
  };
}

function secondsOf({ amount }: BenchOptions): number {
  return amount.kind === "seconds" ? amount.seconds : 5;
}

function summed(
  { profile }: BenchOptions,
  rounds: GateCost["rounds"],
  violations: string[],
): GateCost {
  const of = (value: (variant: GateVariant) => number) =>
    Object.fromEntries(GATE_VARIANTS.map((variant) => [variant, value(variant)])) as Record<
      GateVariant,
      number
    >;
  const share = of((variant) =>
    median(rounds[variant].map((rate, number) => ratio(rate, rounds.open[number]!)))
  );
  return {
    machine: describeMachine(),
    profile,
    rounds,
    median: of((variant) => median(rounds[variant])),
    share,
    violations,
    ok: violations.length === 0 && share.gate >= LEAST_SHARE,
  };
}

/** What is printed at the end. Passes are measured beside it and judged by nobody. */
export function gateCostText({ profile, rounds, median, share, violations }: GateCost): string {
  const lines = GATE_VARIANTS.map((variant) => {
    const rates = rounds[variant].map((rate) => Math.round(rate).toLocaleString("en-US"));
    return `  ${variant.padEnd(18)} ${Math.round(median[variant]).toLocaleString("en-US")}/s  ` +
      `${(100 * share[variant]).toFixed(0)} % of open   (${rates.join(", ")})`;
  });
  const costs = 100 * (1 - share.gate);
  return [
    `Accepted buys per second by gate, ${profile}, medians of ${rounds.open.length} rounds`,
    ...lines,
    `The gate costs ${costs.toFixed(0)} % of the buys (at most ${100 * (1 - LEAST_SHARE)} % asked)`,
    ...violations.map((text) => `FAIL  ${text}`),
    ...(violations.length === 0 ? ["PASS  nothing oversold, lost or doubled, no 5xx"] : []),
    share.gate >= LEAST_SHARE ? "PASS  the gate costs no more than that" : "FAIL  it costs more",
  ].join("\n");
}
