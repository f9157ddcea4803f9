import { parse } from "yaml";

/** A container as `docker-compose.yml` describes it, variables filled in. */
export interface ComposeService {
  image: string;
  build?: string;
  command?: string[];
  entrypoint?: string[];
  /** Started only when one of these is asked for. */
  profiles?: string[];
  environment?: Record<string, string>;
  healthcheck?: { test?: string[]; disable?: boolean };
  depends_on?: Record<string, { condition: string }>;
  networks?: string[] | Record<string, { ipv4_address?: string }>;
  ports?: string[];
  restart?: string;
  stop_grace_period?: string;
  ulimits?: { nofile?: number };
  user?: string;
  volumes?: string[];
  read_only?: boolean;
  tmpfs?: string[];
  cap_drop?: string[];
  cap_add?: string[];
  security_opt?: string[];
}

/** The parts of a compose file that the checks look at. */
export interface ComposeFile {
  services: Record<string, ComposeService>;
  networks: Record<string, { internal?: boolean; ipam?: { config: { subnet: string }[] } }>;
  volumes: Record<string, unknown>;
}

/** Reads a compose file as compose does: merges, then variables. @throws for an unset `:?` one. */
export function readCompose(
  text: string,
  variables: Record<string, string | undefined>,
): ComposeFile {
  return fill(parse(text, { merge: true }), variables) as ComposeFile;
}

function fill(value: unknown, variables: Record<string, string | undefined>): unknown {
  if (typeof value === "string") return interpolate(value, variables);
  if (Array.isArray(value)) return value.map((item) => fill(item, variables));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, fill(item, variables)]),
  );
}

/** One `${…}`, or `$$`, whose own text may hold one level of `${…}` again. */
const EXPRESSION = /\$\$|\$\{(\w+)(?:(:[-?+])((?:[^{}$]|\$\{\w+\})*))?\}/g;

/**
 * Fills in `${A}`, `${A:-default}`, `${A:?error}`, `${A:+replacement}`; `$$` is a dollar.
 * @throws for `:?` when the variable is unset or empty.
 */
export function interpolate(
  text: string,
  variables: Record<string, string | undefined>,
): string {
  return text.replace(EXPRESSION, (whole, name: string, operator: string, operand = "") => {
    if (whole === "$$") return "$";
    const value = variables[name] ?? "";
    switch (operator) {
      case ":-":
        return value || interpolate(operand, variables);
      case ":+":
        return value && interpolate(operand, variables);
      case ":?":
        if (value === "") throw new Error(`${name} ${operand}`);
        return value;
      default:
        return value;
    }
  });
}

/** Every variable that a compose file names. */
export function composeVariables(text: string): Set<string> {
  return new Set([...text.matchAll(/\$\{(\w+)/g)].map((match) => match[1] ?? ""));
}
