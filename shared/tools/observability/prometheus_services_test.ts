import { assert, assertEquals } from "@std/assert";
import { serviceFor, uniqueName } from "../../testing/services_env.ts";
import { withDatabase } from "../e2e/own_database.ts";
import { TestShop } from "../e2e/shop.ts";
import { startSystem, type TestSystem } from "../e2e/system.ts";
import { poll } from "../services/poll.ts";
import { openRun } from "../services/run_directory.ts";
import { metricsIn, OBSERVABILITY_DIR, readAlertRules } from "./alert_rules.ts";
import { questionsOf, readDashboard } from "./dashboard_file.ts";
import { type PrometheusServer, startPrometheus } from "./prometheus_server.ts";

/** How long a figure may take to be scraped often enough for a rate. */
const SCRAPED_WITHIN_MS = 30_000;

/** Questions of the dashboard that have no answer while all is well, by their panel. */
const EMPTY_WHILE_WELL: Record<string, string> = {
  Captcha: "no slider was failed",
};

async function promtool(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(serviceFor("PROMTOOL_PATH"), {
    args,
    cwd: OBSERVABILITY_DIR,
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(60_000),
  }).output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert(success, said);
  return said;
}

Deno.test("promtool takes the configuration and the rules, and their tests pass", async () => {
  await promtool("check", "config", "prometheus.yml");
  const rules = await promtool("check", "rules", "alerts.yml");
  assert(rules.includes(`${(await readAlertRules()).length} rules found`), rules);
  await promtool("test", "rules", "alerts_test.yml");
});

Deno.test("Prometheus answers every question of the dashboard and of the alerts", async () => {
  const redisUrl = serviceFor("REDIS_URL");
  await withDatabase(serviceFor("MYSQL_URL"), async (mysqlUrl) => {
    const run = await openRun();
    const system = await startSystem("services", {
      REDIS_URL: redisUrl,
      LIMITS_REDIS_URL: redisUrl,
      AMQP_URL: serviceFor("AMQP_URL"),
      MYSQL_URL: mysqlUrl,
      NAMESPACE: uniqueName("prometheus"),
    });
    try {
      const prometheus = await startPrometheus({
        program: serviceFor("PROMETHEUS_PATH"),
        runDir: run.dir,
        targets: {
          edge: [hostOf(system.edgeUrl)],
          origin: [hostOf(system.originUrl)],
          worker: [hostOf(system.workerUrl!)],
        },
      });
      try {
        await sellSome(system);
        await untilScraped(prometheus);
        await askDashboard(prometheus);
        await askAlerts(prometheus);
      } finally {
        await prometheus.stop();
      }
    } finally {
      await system.stop();
      await run.close();
    }
  });
});

/** Buyers who win, come again, come too late; and an operator who looks. */
async function sellSome(system: TestSystem): Promise<void> {
  const shop = new TestShop(system);
  const sale = await shop.openSale(3);
  for (const name of ["ann", "bob", "cid", "dot"]) {
    const token = await shop.signIn(name);
    await shop.buy(sale, token, { key: "k" });
    await shop.buy(sale, token, { key: "k" });
  }
  await shop.proofAtRest(sale.saleId);
  await shop.admin("GET", "/messages/summary");
}

async function untilScraped(prometheus: PrometheusServer): Promise<void> {
  await poll("three scrapes of each process", async () => {
    const counts = await prometheus.query('count_over_time(up{job=~"edge|origin|worker"}[1m])');
    return counts.length === 3 && counts.every(({ value }) => Number(value[1]) >= 3) ? true : null;
  }, { timeoutMs: SCRAPED_WITHIN_MS, everyMs: 200 });
  const up = await prometheus.query('up{job=~"edge|origin|worker"}');
  assertEquals(up.map(({ value }) => value[1]), ["1", "1", "1"]);
}

async function askDashboard(prometheus: PrometheusServer): Promise<void> {
  const questions = questionsOf(await readDashboard(), "30s");
  const empty: string[] = [];
  for (const { panel, expr } of questions) {
    if ((await prometheus.query(expr)).length === 0) empty.push(`${panel}: ${expr}`);
  }
  const unexpected = empty.filter((one) => !((one.split(":")[0] ?? "") in EMPTY_WHILE_WELL));
  assertEquals(unexpected, []);
  console.log(`${questions.length} questions of the dashboard, ${empty.length} without an answer`);
  await checkNames(prometheus, questions.map(({ expr }) => expr));
}

async function askAlerts(prometheus: PrometheusServer): Promise<void> {
  const rules = await readAlertRules();
  const answered: string[] = [];
  for (const { alert, expr, for: lasting } of rules) {
    // What has to last may come for a moment on a busy machine, and says nothing then.
    const isAnswered = (await prometheus.query(expr)).length > 0;
    if (isAnswered && lasting === undefined) answered.push(alert);
  }
  // An alert has no answer unless something is wrong.
  assertEquals(answered, []);
  await checkNames(prometheus, rules.map(({ expr }) => expr));
  const { groups } = await prometheus.api<{
    groups: { rules: { name: string; health: string; lastError?: string }[] }[];
  }>("rules");
  const evaluated = groups.flatMap((group) => group.rules);
  assertEquals(evaluated.length, rules.length);
  assertEquals(evaluated.filter(({ health }) => health !== "ok"), []);
  assertEquals(await prometheus.query('ALERTS{alertstate="firing"}'), []);
  console.log(`${rules.length} alerts evaluated, none of them fires`);
}

/** Every metric that is asked for is one that a process tells. */
async function checkNames(prometheus: PrometheusServer, exprs: string[]): Promise<void> {
  const known = new Set(await prometheus.api<string[]>("label/__name__/values"));
  const types = await prometheus.api<Record<string, unknown>>("metadata");
  const isKnown = (name: string) => known.has(name) || name in types;
  const names = new Set(exprs.flatMap(metricsIn));
  assertEquals([...names].filter((name) => !isKnown(name)), []);
}

function hostOf(url: string): string {
  return new URL(url).host;
}
