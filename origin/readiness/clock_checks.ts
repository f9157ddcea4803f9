import type { Lateness } from "./clock_watch.ts";
import { bad, type Check, type Finding, good, type ReadinessParts } from "./readiness.ts";
import type { ServerFinding } from "./store_probes.ts";

/** How far clocks may be apart: a sale opens by them, and passes and holds end by them. */
export const MAX_OFFSET_MS = 100;

/** With fewer reports, their way here may be all that there is to a lateness. */
const FEWEST_SAMPLES = 3;

/** The clocks of servers and processes. */
export const CLOCK_CHECKS: Check[] = [
  {
    name: "clocks",
    appliesTo: () => true,
    advice: "See that Redis and the database answer: their clocks are asked for.",
    look: lookAtClocks,
  },
];

async function lookAtClocks(_: unknown, parts: ReadinessParts): Promise<Finding> {
  const { probes, reports, clocks } = parts;
  const servers = await Promise.all([probes.ledger(), probes.database()]);
  clocks.observe(await reports.list());
  const processes = clocks.latenesses();
  const wrong = [...servers.flatMap(judgeServer), ...processes.flatMap(judgeProcess)];
  if (wrong.length > 0) {
    return bad(
      wrong.slice(0, 10).join("; "),
      "Run NTP (chrony or systemd-timesyncd) on every machine; sales open by these clocks.",
    );
  }
  const asked = servers.filter(({ clock }) => clock !== null);
  const told = asked.map(({ server, clock }) => `${server} ${signed(clock!.offsetMs)}`);
  const seen = processes.length === 0
    ? []
    : [`${processes.length} processes within ${mostApart(processes)} ms`];
  return good([...told, ...seen].join(", ") || "Everything here runs by one clock");
}

/** Wrong only where the way there and back cannot explain it. */
function judgeServer({ server, clock }: ServerFinding): string[] {
  if (clock === null || Math.abs(clock.offsetMs) - clock.uncertaintyMs <= MAX_OFFSET_MS) return [];
  const direction = clock.offsetMs > 0 ? "ahead of" : "behind";
  return [`${server} is ${Math.round(Math.abs(clock.offsetMs))} ms ${direction} this origin`];
}

/** A report that comes before it was sent tells of a clock that is ahead, whatever its way took. */
function judgeProcess({ kind, leastMs, samples }: Lateness): string[] {
  if (leastMs < -MAX_OFFSET_MS) {
    return [`an ${kind} is ${-leastMs} ms ahead`.replace("an w", "a w")];
  }
  if (samples < FEWEST_SAMPLES || leastMs <= MAX_OFFSET_MS) return [];
  return [`an ${kind} is ${leastMs} ms behind`.replace("an w", "a w")];
}

function mostApart(processes: Lateness[]): number {
  return processes.reduce((most, { leastMs }) => Math.max(most, Math.abs(leastMs)), 0);
}

function signed(ms: number): string {
  const rounded = Math.round(ms);
  return `${rounded >= 0 ? "+" : "−"}${Math.abs(rounded)} ms`;
}
