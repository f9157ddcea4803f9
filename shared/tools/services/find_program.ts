import { delimiter, join } from "node:path";

/** Where servers live that are not on an ordinary user's PATH. */
const SYSTEM_FOLDERS = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"];

/**
 * The first program of one of the names: in `first` folders, then on PATH, then where systems keep
 * their servers. Names are tried in order within each folder. Null when there is none.
 */
export function findProgram(names: string[], first: string[] = []): string | null {
  const path = (Deno.env.get("PATH") ?? "").split(delimiter).filter((folder) => folder !== "");
  for (const folder of [...first, ...path, ...SYSTEM_FOLDERS]) {
    for (const name of names) {
      const file = join(folder, name);
      if (isExecutable(file)) return file;
    }
  }
  return null;
}

function isExecutable(file: string): boolean {
  try {
    const { isFile, mode } = Deno.statSync(file);
    return isFile && ((mode ?? 0) & 0o111) !== 0;
  } catch {
    return false;
  }
}
