import { join } from "node:path";
import { OBSERVABILITY_DIR } from "./alert_rules.ts";

/** A question that a panel asks. */
export interface PanelTarget {
  refId: string;
  expr: string;
  legendFormat: string;
  datasource: { type: string; uid: string };
}

/** A panel as Grafana reads it; a row has no question. */
export interface Panel {
  id: number;
  type: string;
  title: string;
  gridPos: { h: number; w: number; x: number; y: number };
  datasource?: { type: string; uid: string };
  targets?: PanelTarget[];
  fieldConfig?: { defaults: Record<string, unknown>; overrides: unknown[] };
  options?: Record<string, unknown>;
  panels?: Panel[];
}

/** The parts of a dashboard that the checks look at. */
export interface Dashboard {
  uid: string;
  title: string;
  schemaVersion: number;
  editable: boolean;
  refresh: string;
  time: { from: string; to: string };
  templating: { list: unknown[] };
  annotations: { list: { datasource: { uid: string } }[] };
  panels: Panel[];
}

/** The one dashboard. */
export async function readDashboard(): Promise<Dashboard> {
  const file = join(OBSERVABILITY_DIR, "grafana/dashboards/dropgate.json");
  return JSON.parse(await Deno.readTextFile(file)) as Dashboard;
}

/** Every question of the dashboard with the title of its panel; Grafana's interval filled in. */
export function questionsOf(
  dashboard: Dashboard,
  interval: string,
): { panel: string; expr: string }[] {
  return dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({
      panel: title,
      expr: expr.replaceAll("$__rate_interval", interval),
    }))
  );
}
