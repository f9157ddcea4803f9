/** What `--ready-file` holds once the system is ready. */
export interface ReadyReport {
  edgeUrl: string;
  originUrl: string;
  workerUrl: string;
  adminToken: string;
  /** Null without a demo sale. */
  saleId: number | null;
  redisUrl: string;
  amqpUrl: string;
  mysqlUrl: string;
  /** Process ids by part and, as far as they were started here, by server. */
  pids: Record<string, number[]>;
}

/** Writes the report so that a reader finds either no file or a whole one. */
export async function writeReadyFile(path: string, report: ReadyReport): Promise<void> {
  const draft = `${path}.${Deno.pid}.part`;
  await Deno.writeTextFile(draft, JSON.stringify(report, null, 2) + "\n", { mode: 0o600 });
  await Deno.rename(draft, path);
}
