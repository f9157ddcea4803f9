import { isScript, isTest, type SourceFile } from "./source_tree.ts";

/** Longest program file. */
export const MAX_LINES = 300;

/** Files that hold one thing each and grow with it: pages, licences, data. */
const MEASURED = /\.(ts|tsx|js|mjs|lua|sql|css)$/;

/** Names that say nothing about what is inside. */
const EMPTY_NAMES = /^(utils?|helpers?|types?|index|common|misc)\.(ts|tsx|js|mjs|lua)$/;

/** Files over 300 lines. */
export function lengthViolations(files: SourceFile[]): string[] {
  return files.filter(({ path }) => MEASURED.test(path)).flatMap(({ path, text }) => {
    const lines = text.trimEnd().split("\n").length;
    return lines > MAX_LINES ? [`${path} has ${lines} lines: at most ${MAX_LINES}`] : [];
  });
}

/** Files whose name says nothing. */
export function nameViolations(files: SourceFile[]): string[] {
  return files.filter(({ path }) => EMPTY_NAMES.test(path.split("/").at(-1) ?? ""))
    .map(({ path }) => `${path} must be named for what it holds`);
}

/** Texts that belong to one machine or one day, put together so that this file is not a hit. */
const FOREIGN: [RegExp, string][] = [
  [
    new RegExp(`(?<![\\w.~/-])/(?:${["home", "root", "work", "farm", "Users"].join("|")})/\\w`),
    "an absolute path of one machine",
  ],
  [new RegExp(`\\b(?:${["TO" + "DO", "FIX" + "ME"].join("|")})\\b`), "a note of unfinished work"],
  [new RegExp(["registry", "npmjs"].join("\\.")), "the address of a package registry"],
  [
    new RegExp("Deno\\.test\\.(?:only|ignore)|\\bignore: true,?$|\\bonly: true", "m"),
    "a skipped test",
  ],
];

/** Lines that must not stand in the tree. */
export function foreignTextViolations(files: SourceFile[]): string[] {
  return files.flatMap(({ path, text }) =>
    FOREIGN.flatMap(([pattern, what]) => {
      const match = pattern.exec(text);
      if (!match || (what === "a skipped test" && !isTest(path))) return [];
      const line = text.slice(0, match.index).split("\n").length;
      return [`${path}:${line} holds ${what}`];
    })
  );
}

/** Every Lua script opens with its contract, which names exactly the KEYS and ARGV it uses. */
export function luaViolations(files: SourceFile[]): string[] {
  return files.filter(({ path }) => path.endsWith(".lua")).flatMap(({ path, text }) => {
    const lines = text.split("\n");
    const firstCode = lines.findIndex((line) => !line.startsWith("--"));
    const header = lines.slice(0, firstCode < 0 ? lines.length : firstCode).join("\n");
    const body = lines.slice(firstCode < 0 ? lines.length : firstCode).join("\n");
    if (header === "") return [`${path} must open with its contract as a comment`];
    const named = inputsOf(header);
    const used = inputsOf(body.replace(/--.*$/gm, ""));
    const violations: string[] = [];
    for (const input of used) {
      if (!named.has(input)) violations.push(`${path} uses ${input}, which its contract lacks`);
    }
    for (const input of named) {
      if (!used.has(input)) violations.push(`${path} names ${input} and never uses it`);
    }
    return violations;
  });
}

function inputsOf(text: string): Set<string> {
  return new Set(text.match(/\b(?:KEYS|ARGV)\[\d+\]/g));
}

/** Migrations are numbered 0001, 0002, … in each folder, without gaps or doubles. */
export function migrationViolations(files: SourceFile[]): string[] {
  const numbers = new Map<string, number[]>();
  const violations: string[] = [];
  for (const { path } of files) {
    const match = /^(sql\/\w+)\/([^/]+)\.sql$/.exec(path);
    if (!match) continue;
    const [, folder = "", name = ""] = match;
    const numbered = /^(\d{4})_[a-z0-9_]+$/.exec(name);
    if (!numbered) violations.push(`${path} must be named as 0001_what_it_does.sql`);
    else numbers.set(folder, [...numbers.get(folder) ?? [], Number(numbered[1])]);
  }
  for (const [folder, found] of numbers) {
    found.sort((a, b) => a - b).forEach((number, index) => {
      if (number !== index + 1) {
        violations.push(`${folder} has migration ${number} where ${index + 1} is next`);
      }
    });
  }
  return violations;
}

/** Scripts without a line that says what they are for are fine; files without any text are not. */
export function emptyFileViolations(files: SourceFile[]): string[] {
  return files.filter(({ path, text }) => isScript(path) && text.trim() === "")
    .map(({ path }) => `${path} is empty`);
}
