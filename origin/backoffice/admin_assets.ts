import { createHash } from "node:crypto";
import uplotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import uplotScript from "uplot/dist/uPlot.esm.js" with { type: "text" };
import style from "../../static/admin/admin.css" with { type: "text" };
import controlsStyle from "../../static/admin/controls.css" with { type: "text" };
import formsStyle from "../../static/admin/forms.css" with { type: "text" };
import frameStyle from "../../static/admin/frame.css" with { type: "text" };
import tablesStyle from "../../static/admin/tables.css" with { type: "text" };
import dataStyle from "../../static/admin/data.css" with { type: "text" };
import apiDocsStyle from "../../static/admin/api_docs.css" with { type: "text" };
import apiDocsScript from "../../static/admin/api_docs.js" with { type: "text" };
import liveStyle from "../../static/admin/live.css" with { type: "text" };
import liveScript from "../../static/admin/live.js" with { type: "text" };
import liveChartsScript from "../../static/admin/live_charts.js" with { type: "text" };
import liveFiguresScript from "../../static/admin/live_figures.js" with { type: "text" };
import liveFormsScript from "../../static/admin/live_forms.js" with { type: "text" };
import livePointsScript from "../../static/admin/live_points.js" with { type: "text" };
import liveStreamScript from "../../static/admin/live_stream.js" with { type: "text" };
import followUpStyle from "../../static/admin/follow_up.css" with { type: "text" };
import phoneStyle from "../../static/admin/phone.css" with { type: "text" };
import frameScript from "../../static/admin/frame.js" with { type: "text" };
import proofStyle from "../../static/admin/proof.css" with { type: "text" };
import proofScript from "../../static/admin/proof.js" with { type: "text" };
import picturesScript from "../../static/admin/pictures.js" with { type: "text" };
import countdownScript from "../../static/admin/countdown.js" with { type: "text" };
import saleFormScript from "../../static/admin/sale_form.js" with { type: "text" };
import shopStyle from "../../static/admin/shop.css" with { type: "text" };
import mark from "../../static/mark.svg" with { type: "text" };
import timesScript from "../../static/admin/times.js" with { type: "text" };

/** A file as it is served. */
export interface AdminAsset {
  body: string;
  type: string;
}

const FILES: Record<string, string> = {
  "admin.css": style,
  "frame.css": frameStyle,
  "controls.css": controlsStyle,
  "forms.css": formsStyle,
  "tables.css": tablesStyle,
  "data.css": dataStyle,
  "phone.css": phoneStyle,
  "frame.js": frameScript,
  "times.js": timesScript,
  "pictures.js": picturesScript,
  "sale_form.js": saleFormScript,
  "shop.css": shopStyle,
  "mark.svg": mark,
  "countdown.js": countdownScript,
  "follow_up.css": followUpStyle,
  "api_docs.css": apiDocsStyle,
  "api_docs.js": apiDocsScript,
  "live.css": liveStyle,
  "live.js": liveScript,
  "live_charts.js": liveChartsScript,
  "live_figures.js": liveFiguresScript,
  "live_forms.js": liveFormsScript,
  "live_points.js": livePointsScript,
  "live_stream.js": liveStreamScript,
  "proof.css": proofStyle,
  "proof.js": proofScript,
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
