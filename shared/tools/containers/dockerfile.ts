/** One instruction of a Dockerfile, continuation lines joined. */
export interface Instruction {
  name: string;
  value: string;
}

/** The instructions of a Dockerfile in order, comments left out. */
export function readDockerfile(text: string): Instruction[] {
  return text.replace(/\\\n/g, " ").split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const space = line.indexOf(" ");
      return { name: line.slice(0, space).toUpperCase(), value: line.slice(space + 1).trim() };
    });
}

/** The words of an instruction in JSON form. @throws when it is written for a shell. */
export function wordsOf({ name, value }: Instruction): string[] {
  const words: unknown = JSON.parse(value);
  if (!Array.isArray(words) || !words.every((word) => typeof word === "string")) {
    throw new Error(`Cannot use ${name} as it must be a JSON list of words: ${value}`);
  }
  return words;
}
