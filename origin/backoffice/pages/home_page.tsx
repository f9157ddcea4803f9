import { page } from "../kit/frame.tsx";
import type { PageApp } from "../page_env.ts";

/** `/admin`: what runs now and what comes next. */
export function addHomePage(app: PageApp): void {
  app.get("/", (c) => page(c, { title: "Overview", place: "home" }));
}
