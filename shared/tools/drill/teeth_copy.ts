import { join } from "node:path";
import { PROJECT_DIR } from "../launch/project.ts";
import type { Edit } from "./teeth_guard.ts";

/** What is no part of the program. */
const LEFT_OUT = new Set([".git", "node_modules", "data", "coverage", "bench-results"]);

/** More files than the project will ever have. */
const MAX_FILES = 20_000;

/** Copies the project as it stands on disk into a new folder. */
export async function copyProject(to: string, from: string = PROJECT_DIR): Promise<void> {
  const folders = [""];
  let files = 0;
  while (folders.length > 0 && files < MAX_FILES) {
    const folder = folders.pop() ?? "";
    await Deno.mkdir(join(to, folder), { recursive: true });
    for await (const { name, isDirectory, isFile } of Deno.readDir(join(from, folder))) {
      if (LEFT_OUT.has(name)) continue;
      const path = join(folder, name);
      if (isDirectory) folders.push(path);
      if (!isFile) continue;
      await Deno.copyFile(join(from, path), join(to, path));
      files += 1;
    }
  }
}

/** Makes the edits in a copy; what it returns undoes them. @throws when a text is not there once. */
export async function takeAway(copy: string, edits: Edit[]): Promise<() => Promise<void>> {
  const before = new Map<string, string>();
  for (const { file, find, replace } of edits) {
    const path = join(copy, file);
    const text = await Deno.readTextFile(path);
    const occurrences = countOf(text, find);
    if (occurrences !== 1) {
      throw new Error(
        `Cannot take a guard away as its text must stand once in ${file}: current value is ` +
          `${occurrences} times ${JSON.stringify(find)}`,
      );
    }
    if (!before.has(path)) before.set(path, text);
    await Deno.writeTextFile(path, text.replace(find, () => replace));
  }
  return async () => {
    for (const [path, text] of before) await Deno.writeTextFile(path, text);
  };
}

/** How often a text stands in another one. */
export function countOf(text: string, find: string): number {
  return text.split(find).length - 1;
}
