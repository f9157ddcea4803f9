import { PLACEHOLDERS, placeholderSvg } from "./placeholder.ts";
import { contentHash, StoredResponse } from "./stored_response.ts";

/** Files of `static/` by name. Read once at start. */
export type StaticFiles = ReadonlyMap<string, string>;

/** Most files in `static/`; the real number is near ten. */
const MAX_STATIC_FILES = 200;

const CONTENT_TYPES: Record<string, string> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

/** Reads scripts, styles and drawings from a folder, not its subfolders. */
export async function readStaticFiles(directory: URL): Promise<StaticFiles> {
  const files = new Map<string, string>();
  for await (const entry of Deno.readDir(directory)) {
    if (!entry.isFile || !(extension(entry.name) in CONTENT_TYPES)) continue;
    if (files.size >= MAX_STATIC_FILES) {
      throw new RangeError(`Cannot read static files as there are at most ${MAX_STATIC_FILES}`);
    }
    files.set(entry.name, await Deno.readTextFile(new URL(entry.name, directory)));
  }
  return files;
}

/**
 * Scripts, styles and placeholder drawings under `/assets/<name>.<hash>.<extension>`. The address
 * changes with the content, so a browser never asks for one twice.
 */
export class Assets {
  readonly #byPath = new Map<string, StoredResponse>();
  readonly #paths = new Map<string, string>();
  /** What a script imports as soon as it is loaded, by name. */
  readonly #imports = new Map<string, string[]>();

  constructor(files: StaticFiles) {
    for (const name of inImportOrder(files)) {
      const text = files.get(name)!;
      this.#add(name, rewriteImports(text, this.#paths));
      if (extension(name) === "js") this.#imports.set(name, importsOf(text, STATIC_IMPORT));
    }
    for (let number = 0; number < PLACEHOLDERS; number += 1) {
      this.#add(`placeholder-${number}.svg`, placeholderSvg(number));
    }
  }

  /** The address of a file. @throws {RangeError} when there is none of that name. */
  path(name: string): string {
    const path = this.#paths.get(name);
    if (path === undefined) {
      throw new RangeError(`Cannot link an asset as static/ does not have it: ${name}`);
    }
    return path;
  }

  /**
   * The addresses of scripts and of everything that they import at once, for `modulepreload`: a
   * browser then asks for all of them in one go instead of finding one after the other.
   */
  modules(names: string[]): string[] {
    const found = new Set<string>();
    const visit = (name: string) => {
      if (found.has(name)) return;
      found.add(name);
      for (const imported of this.#imports.get(name) ?? []) visit(imported);
    };
    for (const name of names) visit(name);
    return [...found].map((name) => this.path(name));
  }

  /** The file at an address, hash included. */
  find(path: string): StoredResponse | undefined {
    return this.#byPath.get(path);
  }

  /** Makes the compressed forms of all files. */
  async compress(): Promise<void> {
    for (const stored of this.#byPath.values()) await stored.compress();
  }

  #add(name: string, text: string): void {
    const type = extension(name);
    const path = `/assets/${name.slice(0, -type.length - 1)}.${contentHash(text)}.${type}`;
    const headers: Record<string, string> = {
      "cache-control": "public, max-age=31536000, immutable",
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
    };
    // A drawing that is opened by itself is a document.
    if (type === "svg") headers["content-security-policy"] = "default-src 'none'";
    this.#paths.set(name, path);
    this.#byPath.set(
      path,
      new StoredResponse({ text, contentType: CONTENT_TYPES[type]!, headers }),
    );
  }
}

/** Imports of every kind, those that wait until they are called included. */
const IMPORT_PATTERN = /(\bfrom\s*|\bimport\s*\(?\s*)"\.\/([\w.-]+)"/g;
const STATIC_IMPORT = /(\bfrom\s*|\bimport\s*)"\.\/([\w.-]+)"/g;

function importsOf(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[2]!);
}

/** Imports before importers, because an address depends on the addresses it contains. */
function inImportOrder(files: StaticFiles): string[] {
  const done = new Set<string>();
  const visit = (name: string, importers: string[]) => {
    if (done.has(name)) return;
    if (importers.includes(name)) {
      throw new RangeError(`Cannot link assets as imports must not circle: ${name}`);
    }
    const text = files.get(name);
    if (text === undefined) throw new RangeError(`Cannot link assets as ${name} is missing`);
    if (extension(name) === "js") {
      for (const imported of importsOf(text, IMPORT_PATTERN)) visit(imported, [...importers, name]);
    }
    done.add(name);
  };
  for (const name of [...files.keys()].sort()) visit(name, []);
  return [...done];
}

function rewriteImports(text: string, paths: ReadonlyMap<string, string>): string {
  return text.replace(
    IMPORT_PATTERN,
    (whole, keyword: string, name: string) =>
      paths.has(name) ? `${keyword}"${paths.get(name)}"` : whole,
  );
}

function extension(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}
