import { posix } from "node:path";
import { isScript, isTest, type SourceFile } from "./source_tree.ts";

/** Folders that hold texts, which any program part may import as text. */
const TEXT_FOLDERS = ["lua/", "static/"];

/** An import or export that begins a line, and an import that is awaited anywhere. */
const STATEMENT = /^\s*(?:import|export)\b(?:[^"';=(]*?\bfrom)?\s*(["'])([^"'\n]+)\1/gm;
const AWAITED = /\bawait import\(\s*(["'])([^"'\n]+)\1/g;

/** What a file imports, as it is written. */
export function importsOf(text: string): string[] {
  const code = text.replace(/^\s*(?:\*|\/\/).*$/gm, "");
  const matches = [...code.matchAll(STATEMENT), ...code.matchAll(AWAITED)];
  return matches.map((match) => match[2] ?? "");
}

/** The part of the project that a path belongs to. */
function layerOf(path: string): string {
  if (path.startsWith("shared/tools/")) return "tools";
  return path.split("/")[0] ?? "";
}

/** Which layers a layer may import. Tools wire everything; a test may also use the tools. */
const ALLOWED: Record<string, string[]> = {
  edge: ["edge", "shared"],
  origin: ["origin", "shared", "sql"],
  shared: ["shared"],
};

/**
 * Imports point one way: edge → shared, origin → shared, never edge ↔ origin, and shared outside
 * its tools imports only itself. Packages come from the import map or from Node's own modules.
 */
export function layerViolations(files: SourceFile[], packages: string[]): string[] {
  const violations: string[] = [];
  for (const { path, text } of files.filter((file) => isScript(file.path))) {
    if (path.startsWith("static/")) continue;
    for (const specifier of importsOf(text)) {
      const why = refusal(path, specifier, packages);
      if (why) violations.push(`${path} imports ${specifier}: ${why}`);
    }
  }
  return violations;
}

function refusal(path: string, specifier: string, packages: string[]): string | null {
  if (!specifier.startsWith(".")) {
    if (specifier.startsWith("node:")) return null;
    const known = packages.some((name) =>
      specifier === name || (name.endsWith("/") && specifier.startsWith(name))
    );
    return known ? null : "packages come from the import map of deno.json";
  }
  const allowed = ALLOWED[layerOf(path)];
  if (!allowed) return null;
  const target = posix.normalize(posix.join(posix.dirname(path), specifier));
  if (TEXT_FOLDERS.some((folder) => target.startsWith(folder))) return null;
  const layer = layerOf(target);
  if (allowed.includes(layer) || (isTest(path) && layer === "tools")) return null;
  return `${layerOf(path)} may import only ${allowed.join(" and ")}`;
}

const OUTSIDE_WORLD = /\bDeno\.(env|exit|args)\b|\bprocess\.(env|exit|argv)\b/;

/** Only `main.ts` files, tools and tests may read the environment or exit. */
export function outsideWorldViolations(files: SourceFile[]): string[] {
  return files.filter(({ path, text }) => {
    if (!isScript(path) || isTest(path) || path.startsWith("static/")) return false;
    if (path.startsWith("shared/tools/") || path.includes("testing/")) return false;
    if (path.endsWith("/main.ts")) return false;
    return OUTSIDE_WORLD.test(text.replace(/^\s*(?:\*|\/\/|\/\*).*$/gm, ""));
  }).map(({ path }) =>
    `${path} touches the environment, the arguments or the exit: only main.ts may`
  );
}
