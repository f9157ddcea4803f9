import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { parse } from "yaml";
import { metricsIn, OBSERVABILITY_DIR, readAlertRules } from "./alert_rules.ts";
import { type Panel, questionsOf, readDashboard } from "./dashboard_file.ts";
import { privateConfig } from "./prometheus_server.ts";

const KINDS = ["row", "timeseries", "stat", "table"];

/** The height of Grafana's grid does not end; its width does. */
const GRID_WIDTH = 24;

async function provisioning<T>(path: string): Promise<T> {
  const file = join(OBSERVABILITY_DIR, "grafana/provisioning", path);
  return parse(await Deno.readTextFile(file)) as T;
}

Deno.test("the dashboard is made as Grafana reads it", async () => {
  const dashboard = await readDashboard();
  const { uid, title, schemaVersion, editable, panels, templating } = dashboard;
  assertEquals([uid, title, editable], ["dropgate", "Dropgate", false]);
  assert(Number.isInteger(schemaVersion) && schemaVersion >= 36);
  assertMatch(dashboard.refresh, /^\d+s$/);
  assertMatch(dashboard.time.from, /^now-\d+m$/);
  assertEquals(templating.list, []);
  const ids = panels.map((panel) => panel.id);
  assertEquals(new Set(ids).size, ids.length);
  for (const panel of panels) {
    assert(KINDS.includes(panel.type), panel.type);
    assert(panel.title !== "", `panel ${panel.id}`);
    const { x, w, h } = panel.gridPos;
    assert(x >= 0 && w > 0 && h > 0 && x + w <= GRID_WIDTH, panel.title);
    assertEquals(panel.type === "row", panel.targets === undefined, panel.title);
    if (panel.targets) checkTargets(panel);
  }
  assertEquals(overlapping(panels), []);
});

function checkTargets({ title, targets = [], fieldConfig, options }: Panel): void {
  assert(targets.length > 0 && fieldConfig !== undefined && options !== undefined, title);
  assertEquals(new Set(targets.map(({ refId }) => refId)).size, targets.length, title);
  for (const { refId, expr } of targets) {
    assertMatch(refId, /^[A-Z]$/);
    assert(expr !== "" && metricsIn(expr).length > 0, `${title}: ${expr}`);
  }
}

function overlapping(panels: Panel[]): string[] {
  const overlaps = (a: Panel["gridPos"], b: Panel["gridPos"]) =>
    a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
  return panels.flatMap((one, at) =>
    panels.slice(at + 1).filter((other) => overlaps(one.gridPos, other.gridPos))
      .map((other) => `${one.title} and ${other.title}`)
  );
}

Deno.test("every panel asks the Prometheus that is provisioned", async () => {
  const { datasources } = await provisioning<{
    datasources: { uid: string; type: string; url: string; editable: boolean }[];
  }>("datasources/prometheus.yml");
  const [source] = datasources;
  assertEquals(datasources.length, 1);
  assertEquals([source?.type, source?.url, source?.editable], [
    "prometheus",
    "http://prometheus:9090",
    false,
  ]);
  const dashboard = await readDashboard();
  const asked = dashboard.panels.flatMap(({ datasource, targets = [] }) => [
    ...(datasource === undefined ? [] : [datasource.uid]),
    ...targets.map((target) => target.datasource.uid),
  ]);
  asked.push(...dashboard.annotations.list.map(({ datasource }) => datasource.uid));
  assertEquals([...new Set(asked)], [source?.uid]);
  const { providers } = await provisioning<{
    providers: { options: { path: string }; allowUiUpdates: boolean }[];
  }>("dashboards/dropgate.yml");
  assertEquals(providers.map(({ options }) => options.path), ["/etc/grafana/dashboards"]);
});

Deno.test("every alert says how bad it is, what is wrong and what to do", async () => {
  const rules = await readAlertRules();
  assertEquals(new Set(rules.map(({ alert }) => alert)).size, rules.length);
  for (const { alert, labels, annotations } of rules) {
    assert(["page", "ticket"].includes(labels.severity), alert);
    assert(annotations.summary.length > 10 && annotations.action.length > 10, alert);
  }
});

Deno.test("every alert has a test of its own", async () => {
  const tests = await Deno.readTextFile(join(OBSERVABILITY_DIR, "alerts_test.yml"));
  const untested = (await readAlertRules()).filter(({ alert }) =>
    !tests.includes(`alertname="${alert}"`)
  );
  assertEquals(untested.map(({ alert }) => alert), []);
});

Deno.test("metricsIn() finds the metrics of an expression and nothing else", () => {
  assertEquals(
    metricsIn('sum by (le) (rate(a_bucket{outcome=~"x|y"}[1m])) / max(b) > 0.5 or c == 0'),
    ["a_bucket", "b", "c"],
  );
});

Deno.test("questionsOf() fills in Grafana's interval", async () => {
  const questions = questionsOf(await readDashboard(), "7s");
  assert(questions.length > 50);
  assert(questions.some(({ expr }) => expr.includes("[7s]")));
  assert(questions.every(({ expr }) => !expr.includes("$")));
});

Deno.test("privateConfig() changes targets and intervals, and knows the jobs", async () => {
  const text = await Deno.readTextFile(join(OBSERVABILITY_DIR, "prometheus.yml"));
  const config = parse(privateConfig(text, { edge: ["127.0.0.1:1"] }));
  assertEquals(config.rule_files, ["alerts.yml"]);
  assertEquals(config.scrape_configs[0], {
    job_name: "edge",
    static_configs: [{ targets: ["127.0.0.1:1"] }],
  });
});
