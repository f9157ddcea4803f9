import axe from "axe-core";
import { AT_REST } from "../../edge/testing/at_rest.ts";
import type { BrowserContext, Locator, Page } from "playwright-core";

/** Nothing may reach another host, and no part of the browser tries to. */
export const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The slider's dialog as a test sees it in a browser. */
export class DialogOnPage {
  constructor(readonly page: Page, readonly context: BrowserContext) {}

  /** Waits until the dialog is in a state. */
  async untilState(state: string): Promise<void> {
    await this.page.locator(`dialog.slider[data-state="${state}"]`).waitFor();
  }

  /** Waits until a text can be read in the dialog. */
  async says(text: string | RegExp): Promise<void> {
    await this.page.locator("dialog.slider").getByText(text).first().waitFor();
  }

  part(name: string): Locator {
    return this.page.locator(`dialog.slider [data-part="${name}"]`);
  }

  /** Where the pointer takes hold of the handle, and where it has to go for a place of the piece. */
  async way(x: number): Promise<{ fromX: number; fromY: number; toX: number }> {
    const handle = (await this.part("handle").boundingBox())!;
    const track = (await this.part("track").boundingBox())!;
    const most = Number(await this.part("handle").getAttribute("aria-valuemax"));
    const fromX = handle.x + handle.width / 2;
    return {
      fromX,
      fromY: handle.y + handle.height / 2,
      toX: fromX + (x / most) * (track.width - handle.width),
    };
  }

  /** What is focused: its text, or its part. */
  focused(): Promise<string> {
    return this.page.evaluate(
      "document.activeElement.dataset.part ?? document.activeElement.className",
    );
  }

  /** Serious problems that axe finds in the dialog. */
  async axe(): Promise<string[]> {
    await this.page.evaluate(AT_REST);
    await this.page.evaluate(axe.source);
    const { violations, passes } = await this.page.evaluate(
      "axe.run('dialog.slider')",
    ) as {
      violations: { id: string; impact: string; nodes: { html: string }[] }[];
      passes: unknown[];
    };
    if (passes.length === 0) throw new Error("axe looked at nothing");
    return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
  }
}
