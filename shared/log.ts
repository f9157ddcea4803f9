import { configure, getConsoleSink, getJsonLinesFormatter, getLogger } from "@logtape/logtape";

/** A logger of one part of the system. */
export type Log = ReturnType<typeof getLogger>;

/** The logger of a part, say `logOf("origin", "relay")`. Silent until `startLogging` was called. */
export function logOf(...category: string[]): Log {
  return getLogger(["dropgate", ...category]);
}

/** Sends all logs to the console as one JSON object a line. Called once, by a `main.ts`. */
export async function startLogging(level: "debug" | "info" | "warning" | "error"): Promise<void> {
  await configure({
    reset: true,
    sinks: { console: getConsoleSink({ formatter: getJsonLinesFormatter() }) },
    loggers: [
      { category: ["dropgate"], lowestLevel: level, sinks: ["console"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["console"] },
    ],
  });
}
