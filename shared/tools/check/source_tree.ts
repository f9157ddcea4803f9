import { join, relative } from "node:path";
import { PROJECT_DIR } from "../launch/project.ts";

/** A text file of the project. */
export interface SourceFile {
  /** Relative to the project's folder, with `/`. */
  path: string;
  text: string;
}

const SKIPPED = new Set([
  ".git",
  "node_modules",
  "data",
  "coverage",
  "bench-results",
  "screenshots",
  "deno.lock",
]);
const TEXT_FILE =
  /(\.(ts|tsx|js|mjs|lua|sql|css|html|svg|json|ya?ml|md|example)|^Dockerfile|^\.[a-z]+|^run)$/;
/** More files than the project will ever have. */
const MAX_FILES = 20_000;

/** Every text file of the project as it stands on disk, committed or not. */
export async function readSourceTree(root: string = PROJECT_DIR): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  const folders = [root];
  while (folders.length > 0 && files.length < MAX_FILES) {
    const folder = folders.pop() ?? root;
    for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
      if (SKIPPED.has(name)) continue;
      const path = join(folder, name);
      if (isDirectory) folders.push(path);
      else if (isFile && TEXT_FILE.test(name)) {
        files.push({ path: relative(root, path), text: await Deno.readTextFile(path) });
      }
    }
  }
  return files.sort((a, b) => a.path < b.path ? -1 : 1);
}

/** True for program text that Deno runs. */
export function isScript(path: string): boolean {
  return /\.(ts|tsx|js|mjs)$/.test(path);
}

/** True for tests. */
export function isTest(path: string): boolean {
  return /_test\.(ts|tsx)$/.test(path);
}
