import { type OfficeLook, OfficeVisit, openBrowser, openWindow } from "./testing/office_house.ts";
import { openStage, type Stage, type StageName } from "./testing/office_stages.ts";
import { OFFICE_VIEWS, type OfficeView } from "./testing/office_views.ts";

/** Opposites of each other, so that together they show most faults. */
const LOOKS: OfficeLook[] = [
  { width: 1280, scheme: "light" },
  { width: 390, scheme: "dark" },
];

const STAGES: StageName[] = ["empty", "full", "many"];

Deno.test({
  name: "every page of the back office looks right and can be used by everybody",
  // The browser is another process whose pipes Playwright closes in its own time.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(test) {
    const browser = await openBrowser();
    try {
      // One window for each look and one page in it: to open one costs a fifth of looking at it.
      const visits = await Promise.all(
        LOOKS.map(async (look) => OfficeVisit.in(await openWindow(browser, look), look)),
      );
      for (const name of STAGES) {
        const stage = await openStage(name);
        await using _house = stage.house;
        for (const view of OFFICE_VIEWS.filter((one) => one.stage === name)) {
          await test.step({
            name: view.name,
            sanitizeOps: false,
            sanitizeResources: false,
            fn: () => show({ visits, stage }, view),
          });
        }
        // No page may hold on to a house that is closed, as a live view does.
        await Promise.all(visits.map(({ page }) => page.goto("about:blank")));
      }
    } finally {
      await browser.close();
    }
  },
});

/** Brings a state about and looks at it in every way at once. */
async function show(
  { visits, stage }: { visits: OfficeVisit[]; stage: Stage },
  view: OfficeView,
): Promise<void> {
  const { origin } = stage.house;
  if (view.role === "nobody") origin.signedIn = null;
  else origin.signIn(view.role ?? "admin");
  const putBack = await view.prepare?.(stage);
  try {
    const looks = await Promise.allSettled(visits.map((visit) => showIn(visit, stage, view)));
    const failures = looks.flatMap((one) => one.status === "rejected" ? [one.reason] : []);
    if (failures.length > 0) throw new AggregateError(failures, view.name);
  } finally {
    putBack?.();
  }
}

async function showIn(
  visit: OfficeVisit,
  stage: Stage,
  { name, path, act, shows }: OfficeView,
): Promise<void> {
  const { look } = visit;
  try {
    const place = typeof path === "string" ? path : path(stage);
    await visit.page.goto(`${stage.house.url}/admin${place}`);
    await act?.(visit);
    await visit.page.locator(shows).first().waitFor();
    await visit.fits(name);
    await visit.audit(name);
    await visit.picture(name);
  } catch (error) {
    await visit.pictureOfFailure(name);
    throw new Error(`${look.width} px, ${look.scheme}`, { cause: error });
  } finally {
    visit.next();
  }
}
