import { join } from "node:path";

/** Most files of a data folder: the base, one or two increments, the manifest. */
const MAX_FILES = 64;

/**
 * The files of a Redis server, looked after behind its back: a backup while it works, an old backup
 * put in the place of newer data, or a disk that is gone. The folder is what the server answers to
 * `CONFIG GET dir` and `CONFIG GET appenddirname`, joined.
 */
export class RedisFolder {
  /** @throws {Deno.errors.NotFound} when there is no such folder on this machine. */
  constructor(readonly path: string) {
    if (!Deno.statSync(path).isDirectory) {
      throw new Error(
        `Cannot use a Redis folder as it must be a directory: current value is ${path}`,
      );
    }
  }

  /**
   * Copies the append-only files as they are at this moment, while the server goes on writing. A
   * command of which only the beginning was copied is cut off by the server when it loads them.
   */
  async copyTo(backup: string): Promise<void> {
    await Deno.mkdir(backup);
    const files = await this.#files();
    // First the list of files, so that it names none that was not there yet.
    files.sort((a, b) => Number(b.endsWith(".manifest")) - Number(a.endsWith(".manifest")));
    for (const file of files) await Deno.copyFile(join(this.path, file), join(backup, file));
  }

  /** Throws the data away. The server must be down. */
  async empty(): Promise<void> {
    for (const file of await this.#files()) await Deno.remove(join(this.path, file));
  }

  /** Puts a backup in the place of the data. The server must be down. */
  async replaceBy(backup: string): Promise<void> {
    const copy = new RedisFolder(backup);
    await this.empty();
    for (const file of await copy.#files()) {
      await Deno.copyFile(join(backup, file), join(this.path, file));
    }
  }

  async #files(): Promise<string[]> {
    const names: string[] = [];
    for await (const { name, isFile } of Deno.readDir(this.path)) {
      if (isFile) names.push(name);
      if (names.length > MAX_FILES) {
        throw new Error(
          `Cannot copy a Redis folder as it must hold at most ${MAX_FILES} files: ` +
            `current value is more, in ${this.path}`,
        );
      }
    }
    return names;
  }
}
