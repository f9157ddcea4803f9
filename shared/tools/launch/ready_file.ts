import type { ServiceUrls } from "../services/service_handle.ts";
import type { LaunchedSystem } from "./launch_system.ts";

/** What `--ready-file` holds once the system is ready. */
export interface ReadyReport {
  edgeUrl: string;
  originUrl: string;
  workerUrl: string;
  adminToken: string;
  /** Signs notifications of payments; with DEMO only. */
  paymentWebhookKey?: string;
  /** Null without a demo sale. */
  saleId: number | null;
  redisUrl: string;
  amqpUrl: string;
  mysqlUrl: string;
  /** Process ids by part and, as far as they were started here, by server. */
  pids: Record<string, number[]>;
}

/** What there is to tell of a system that has no sale yet: the first address of each kind. */
export function reportOf(
  system: LaunchedSystem,
  urls: ServiceUrls,
  adminToken: string,
): ReadyReport {
  return {
    edgeUrl: system.edgeUrls[0] ?? "",
    originUrl: system.originUrls[0] ?? "",
    workerUrl: system.workerUrls[0] ?? "",
    adminToken,
    saleId: null,
    redisUrl: urls.redis,
    amqpUrl: urls.amqp,
    mysqlUrl: urls.mysql,
    pids: { ...system.pids() },
  };
}

/** What it holds on the embedded profile. */
export interface EmbeddedReport {
  edgeUrl: string;
  originUrl: string;
  adminToken: string;
  /** Signs notifications of payments; with DEMO only. */
  paymentWebhookKey?: string;
  /** Null without a demo sale. */
  saleId: number | null;
  databaseFile: string;
}

/** Writes the report so that a reader finds either no file or a whole one. */
export async function writeReadyFile(
  path: string,
  report: ReadyReport | EmbeddedReport,
): Promise<void> {
  const draft = `${path}.${Deno.pid}.part`;
  await Deno.writeTextFile(draft, JSON.stringify(report, null, 2) + "\n", { mode: 0o600 });
  await Deno.rename(draft, path);
}
