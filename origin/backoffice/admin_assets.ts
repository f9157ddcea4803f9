import { createHash } from "node:crypto";
import uplotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import uplotScript from "uplot/dist/uPlot.esm.js" with { type: "text" };
import style from "../../static/admin/admin.css" with { type: "text" };
import frameScript from "../../static/admin/frame.js" with { type: "text" };

/** A file as it is served. */
export interface AdminAsset {
  body: string;
  type: string;
}

const FILES: Record<string, string> = {
  "admin.css": style,
  "frame.js": frameScript,
  "uplot.css": uplotStyle,
  "uplot.js": uplotScript,
};

const TYPES: Record<string, string> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

/**
 * The files of the back office, part of the program, so that an origin needs no permission to read
 * files. All have one version in their path, so relative imports between scripts hold together.
 */
class AdminAssets {
  readonly #version: string;

  constructor(readonly files: Record<string, string>) {
    const hash = createHash("sha256");
    for (const [name, body] of Object.entries(files)) hash.update(`${name}\0${body}\0`);
    this.#version = hash.digest("hex").slice(0, 12);
  }

  /** Where a file is served. @throws for a name that is no file */
  path(name: string): string {
    if (this.files[name] === undefined) throw new Error(`No such file of the back office: ${name}`);
    return `/admin/assets/${this.#version}/${name}`;
  }

  /** The file of a path below `/admin/assets`, whatever its version. */
  find(name: string): AdminAsset | null {
    if (!Object.hasOwn(this.files, name)) return null;
    const type = TYPES[name.slice(name.lastIndexOf(".") + 1)] ?? "text/plain; charset=utf-8";
    return { body: this.files[name]!, type };
  }
}

export const ADMIN_ASSETS = new AdminAssets(FILES);
