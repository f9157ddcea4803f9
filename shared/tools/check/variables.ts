import type { SourceFile } from "./source_tree.ts";

/** A variable of `.env.example` and the comment above it. */
export interface DocumentedVariable {
  name: string;
  value: string;
  comment: string;
}

/** The variables of an example file, each with the comment lines right above it. */
export function documentedVariables(text: string): DocumentedVariable[] {
  const variables: DocumentedVariable[] = [];
  let comment: string[] = [];
  for (const line of text.split("\n")) {
    const assignment = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line);
    if (line.startsWith("#")) comment.push(line.slice(1).trim());
    else {
      if (assignment) {
        variables.push({
          name: assignment[1] ?? "",
          value: assignment[2] ?? "",
          comment: comment.join(" "),
        });
      }
      comment = [];
    }
  }
  return variables;
}

const READ = /\b\w+\(\s*env,\s*"([A-Z][A-Z0-9_]*)"/g;

/** The variables that files read through a function that takes `env` and a name. */
export function variablesRead(files: SourceFile[]): Set<string> {
  return new Set(
    files.flatMap(({ text }) => [...text.matchAll(READ)].map((match) => match[1] ?? "")),
  );
}

/** `[unit; default …] meaning` */
const COMMENT_FORM = /^\[[^;\]]+; default [^\]]+\] \S.+\.$/;

/**
 * Every variable that is read is documented with unit, default and meaning, every documented one is
 * read or at least let in by a permission set or by compose, and no secret has a value.
 */
export function variableViolations(
  example: string,
  read: Set<string>,
  permitted: Set<string>,
): string[] {
  const documented = documentedVariables(example);
  const names = new Set(documented.map((variable) => variable.name));
  const violations: string[] = [];
  for (const name of read) {
    if (!names.has(name)) violations.push(`${name} is read and not in .env.example`);
    if (!permitted.has(name)) violations.push(`${name} is read and no permission set lets it in`);
  }
  for (const { name, value, comment } of documented) {
    if (!read.has(name) && !permitted.has(name)) {
      violations.push(`${name} is in .env.example and nothing reads it`);
    }
    if (!COMMENT_FORM.test(comment)) {
      violations.push(`${name} needs a comment as "[unit; default …] What it is for."`);
    }
    if (/^\[secret/.test(comment) && value !== "") {
      violations.push(`${name} is a secret and must have no value`);
    }
  }
  if (names.size !== documented.length) violations.push("a variable is documented twice");
  return violations;
}
