import process from "node:process";
import { HttpSocket } from "./http_socket.ts";
import type { HttpTarget } from "./http_target.ts";
import type { ResponseReader } from "./response_reader.ts";

/** How often one request may be sent anew on a fresh connection after its connection broke. */
export const MAX_RESENDS = 3;

/** Connections that are opened at the same time: fewer than any server's listen backlog. */
const OPEN_AT_ONCE = 64;

/** Pause before a request goes out again, times the number of tries. */
const RESEND_BACKOFF_MS = 100;

/** How often hanging requests are looked for. */
const WATCH_EVERY_MS = 500;

/** What to send and what to do with the answers. All callbacks are on the hot path. */
export interface LoadPlan {
  target: HttpTarget;
  connections: number;
  /** A request without an answer for so long loses its connection and is sent again. */
  answerTimeoutMs: number;
  /** Called when all connections are open and the clock starts. */
  onStart?(nowMs: number): void;
  /** Number of the next request, or −1 when there is none left. */
  next(): number;
  /** The bytes of a request. */
  request(number: number): Uint8Array;
  /** Called for every answer; `answer` is valid until it returns. Times in ms. */
  onAnswer(number: number, answer: ResponseReader, latencyMs: number, nowMs: number): void;
  /** Called for a request that no try brought an answer to. */
  onUnanswered(number: number, error: unknown): void;
}

/** What driving the load took. Times by `performance.now()`. */
export interface LoadResult {
  startedAtMs: number;
  /** The moment of the last answer. */
  endedAtMs: number;
  answers: number;
  /** Connections that broke or hung and were replaced. */
  reconnects: number;
  /** CPU seconds of this process per second of the run; 1 is one core kept busy. */
  cpuShare: number;
}

interface Lane {
  socket: HttpSocket | null;
}

/**
 * Keeps every connection busy with one request at a time (a closed loop) until the plan has no more.
 * One thread: a second one brought nothing on two cores that the system also wants.
 */
export async function driveLoad(plan: LoadPlan): Promise<LoadResult> {
  const lanes = await openLanes(plan);
  const watch = setInterval(() => closeHanging(lanes, plan.answerTimeoutMs), WATCH_EVERY_MS);
  const cpuBefore = process.cpuUsage();
  const startedAtMs = performance.now();
  plan.onStart?.(startedAtMs);
  const result = { startedAtMs, endedAtMs: startedAtMs, answers: 0, reconnects: 0, cpuShare: 0 };
  try {
    await Promise.all(lanes.map((lane) => runLane(lane, plan, result)));
  } finally {
    clearInterval(watch);
    for (const lane of lanes) lane.socket?.close();
  }
  const cpu = process.cpuUsage(cpuBefore);
  const wallMs = Math.max(1, performance.now() - startedAtMs);
  result.cpuShare = (cpu.user + cpu.system) / 1000 / wallMs;
  return result;
}

async function openLanes(plan: LoadPlan): Promise<Lane[]> {
  const lanes: Lane[] = [];
  try {
    while (lanes.length < plan.connections) {
      const count = Math.min(OPEN_AT_ONCE, plan.connections - lanes.length);
      const opened = await Promise.allSettled(
        Array.from({ length: count }, () => HttpSocket.connect(plan.target)),
      );
      for (const one of opened) if (one.status === "fulfilled") lanes.push({ socket: one.value });
      const failed = opened.find((one) => one.status === "rejected");
      if (failed) throw failed.reason;
    }
    return lanes;
  } catch (error) {
    for (const lane of lanes) lane.socket?.close();
    throw new Error(
      `Cannot open ${plan.connections} connections to ${plan.target.host}: ` +
        `${lanes.length} are open, the next failed with ${error}`,
    );
  }
}

function closeHanging(lanes: Lane[], answerTimeoutMs: number): void {
  const oldest = performance.now() - answerTimeoutMs;
  for (const { socket } of lanes) {
    if (socket && socket.waitingSinceMs > 0 && socket.waitingSinceMs < oldest) socket.close();
  }
}

async function runLane(lane: Lane, plan: LoadPlan, result: LoadResult): Promise<void> {
  for (let number = plan.next(); number >= 0; number = plan.next()) {
    const request = plan.request(number);
    const firstSentMs = performance.now();
    for (let tries = 1;; tries++) {
      let socket: HttpSocket;
      try {
        socket = lane.socket ??= await HttpSocket.connect(plan.target);
        await socket.exchange(request, tries === 1 ? firstSentMs : performance.now());
      } catch (error) {
        lane.socket?.close();
        lane.socket = null;
        result.reconnects += 1;
        if (tries > MAX_RESENDS) {
          plan.onUnanswered(number, error);
          break;
        }
        await new Promise((resolve) => setTimeout(resolve, RESEND_BACKOFF_MS * tries));
        continue;
      }
      const nowMs = performance.now();
      result.endedAtMs = nowMs;
      result.answers += 1;
      plan.onAnswer(number, socket.answer, nowMs - firstSentMs, nowMs);
      if (!socket.answer.keepAlive) {
        socket.close();
        lane.socket = null;
      }
      break;
    }
  }
}
