import { join, relative } from "node:path";

/** Endings of test files that need a server, a browser or the whole system. */
const NEEDS_MORE = /_(services|e2e|browser)_test\.tsx?$/;
const TEST_FILE = /_test\.tsx?$/;
const SKIPPED_FOLDERS = new Set(["node_modules", "data", "coverage", "bench-results"]);
/** More files than any tree of ours has. */
const MAX_FILES = 100_000;

/** The test files below `root` that need nothing but Deno, relative to it, in order. */
export async function listUnitTests(root: string): Promise<string[]> {
  const found: string[] = [];
  const folders = [root];
  for (let seen = 0; folders.length > 0 && seen < MAX_FILES; seen++) {
    const folder = folders.pop() ?? root;
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const path = join(folder, name);
      if (isDirectory && !SKIPPED_FOLDERS.has(name) && !name.startsWith(".")) folders.push(path);
      else if (TEST_FILE.test(name) && !NEEDS_MORE.test(name)) found.push(relative(root, path));
    }
  }
  return found.sort();
}
