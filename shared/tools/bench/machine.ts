import { cpus, totalmem } from "node:os";

/** What a figure was measured on. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryGib: number;
  os: string;
  runtime: string;
}

/** This machine. */
export function describeMachine(): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? "unknown",
    cores: all.length,
    memoryGib: Math.round(totalmem() / 2 ** 30 * 10) / 10,
    os: `${Deno.build.os} ${Deno.osRelease()} ${Deno.build.arch}`,
    runtime: `Deno ${Deno.version.deno}`,
  };
}

/** The type of the file system under a path, or "unknown": on `tmpfs` an fsync costs nothing. */
export async function fileSystemOf(path: string): Promise<string> {
  try {
    const real = await Deno.realPath(path);
    return fileSystemIn(await Deno.readTextFile("/proc/mounts"), real);
  } catch {
    return "unknown";
  }
}

/** The type of the longest mount point above a path, from the text of `/proc/mounts`. */
export function fileSystemIn(mounts: string, path: string): string {
  let longest = "";
  let type = "unknown";
  for (const line of mounts.split("\n")) {
    const [, point, found] = line.split(" ");
    if (point === undefined || found === undefined) continue;
    const above = point === "/" || path === point || path.startsWith(`${point}/`);
    if (above && point.length >= longest.length) {
      longest = point;
      type = found;
    }
  }
  return type;
}
