import { existsSync } from "node:fs";
import { join } from "node:path";
import { listUnitTests } from "./launch/unit_tests.ts";
import { LineRelay } from "./launch/line_relay.ts";
import { PROJECT_DIR } from "./launch/project.ts";
import { addSummaryLine, NO_SUMMARY, type TestSummary } from "./launch/test_summary.ts";
import { runTool, type ToolContext } from "./launch/tool_run.ts";
import { killProcessesWith } from "./services/process_table.ts";
import {
  findChromium,
  findNginx,
  findPrometheus,
  findPromtool,
  provide,
} from "./services/programs.ts";
import { RUN_VARIABLE } from "./services/run_directory.ts";
import { SERVICE_NAMES, URL_VARIABLES } from "./services/service_handle.ts";
import { startServices } from "./services/start_services.ts";

const USAGE = `deno task test [options] [files] [options of deno test]

Runs every test on Redis, RabbitMQ and MySQL or MariaDB (those of REDIS_URL, AMQP_URL and MYSQL_URL,
else private ones), on Chromium (CHROMIUM_PATH, else the one on PATH), nginx (NGINX_PATH, likewise)
and Prometheus (PROMETHEUS_PATH). What is missing is installed on Debian and Ubuntu when root asks, else named. Equals
\`deno test -P\` after that.

  --unit   only the tests that need nothing but Deno
  --help   this text
`;

async function test(context: ToolContext): Promise<number> {
  const args = Deno.args.filter((arg) => arg !== "--unit" && arg !== "--help");
  if (Deno.args.includes("--help")) {
    console.log(USAGE);
    return 0;
  }
  if (Deno.args.includes("--unit")) {
    const hasFiles = args.some((arg) => !arg.startsWith("-") && existsSync(join(PROJECT_DIR, arg)));
    const files = hasFiles ? [] : await listUnitTests(PROJECT_DIR);
    return await runDenoTest([...args, ...files], {}, context);
  }
  return await runDenoTest(args, await provideServers(context), context);
}

/** What tests need beside the servers. */
const AROUND = ["chromium", "nginx", "prometheus"] as const;

/** Starts or finds what tests need; the answer is how they learn of it. */
async function provideServers(context: ToolContext): Promise<Record<string, string>> {
  const { run, signal, log, defer } = context;
  const given = (name: keyof typeof URL_VARIABLES) => Deno.env.get(URL_VARIABLES[name]);
  // All that is missing is installed in one go.
  await provide([...SERVICE_NAMES.filter((name) => !given(name)), ...AROUND], log);
  signal.throwIfAborted();
  const services = await startServices({ log, run, signal });
  defer(() => services.stop());
  const variables: Record<string, string> = {
    CHROMIUM_PATH: findChromium() ?? "",
    NGINX_PATH: findNginx() ?? "",
    PROMETHEUS_PATH: findPrometheus() ?? "",
    PROMTOOL_PATH: findPromtool() ?? "",
    // Playwright looks for WSL under /proc/sys when it is loaded, unless its library is told that it
    // is being tested; Deno shows that folder only to programs that may do everything.
    __IS_WSL_TEST__: "1",
  };
  for (const name of SERVICE_NAMES) variables[URL_VARIABLES[name]] = services.urls[name] ?? "";
  return variables;
}

/** Runs `deno test -P`, passes on what it prints and ends with one line of counts. */
async function runDenoTest(
  args: string[],
  variables: Record<string, string>,
  { run, signal, log }: ToolContext,
): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-P", ...remoteServers(variables), ...args],
    cwd: PROJECT_DIR,
    env: { ...variables, [RUN_VARIABLE]: run.dir, ...colorOf() },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
    detached: true,
  }).spawn();
  const interrupted = () => {
    killProcessesWith(RUN_VARIABLE, run.dir).catch((error) => log(String(error)));
  };
  signal.addEventListener("abort", interrupted, { once: true });
  let summary: TestSummary = NO_SUMMARY;
  const relay = new LineRelay((line) => {
    console.log(line);
    summary = addSummaryLine(summary, line);
  });
  await relay.pump(child.stdout);
  const status = await child.status;
  signal.removeEventListener("abort", interrupted);
  signal.throwIfAborted();
  return conclude(summary, status.code, log);
}

/** Tests may reach loopback only; servers given from elsewhere are let in by name. */
function remoteServers(variables: Record<string, string>): string[] {
  const hosts = Object.values(URL_VARIABLES).flatMap((name) => {
    const url = variables[name];
    return url && URL.canParse(url) ? [new URL(url).hostname] : [];
  });
  const remote = hosts.filter((host) => !/^(localhost|127\.0\.0\.1|\[::1\]|)$/.test(host));
  return remote.length > 0 ? [`--allow-net=${[...new Set(remote)].join(",")}`] : [];
}

/** A run that failed without a failed test, say by a type error, still counts as one failure. */
function conclude(summary: TestSummary, code: number, log: (line: string) => void): number {
  let { passed, failed, ignored } = summary;
  if (ignored > 0) log(`Cannot accept ignored tests as nothing is skipped: ${ignored} were`);
  failed += ignored;
  if (code !== 0 && failed === 0) failed = 1;
  if (code === 0 && passed === 0 && failed === 0) {
    log("Cannot accept a run as at least one test must run: none did");
    failed = 1;
  }
  passed = Math.max(passed, 0);
  console.log(`${passed} passed, ${failed} failed`);
  return failed > 0 ? code || 1 : 0;
}

/** A pipe would lose the colours that a terminal had. */
function colorOf(): Record<string, string> {
  return Deno.stdout.isTerminal() && !Deno.noColor ? { FORCE_COLOR: "1" } : { NO_COLOR: "1" };
}

Deno.exit(await runTool(130, test));
