import { getCookie, setCookie } from "hono/cookie";
import { readForm } from "../kit/api_answers.ts";
import { redirectWith } from "../kit/flash.ts";
import { Choice, freshForm } from "../kit/form.tsx";
import { Csrf, page } from "../kit/frame.tsx";
import { ZONE_NAMES, zoneOf } from "../kit/zones.ts";
import { ownPath } from "../own_path.ts";
import type { PageApp, PageContext } from "../page_env.ts";

const ZONE_COOKIE = "dropgate_admin_zone";

/** Set while the zone is one that somebody chose: the browser's own does not replace it then. */
const CHOSEN_COOKIE = "dropgate_admin_zone_chosen";

const YEAR_S = 31_536_000;

/** `/admin/zone`: in which zone the viewer sees and enters times. */
export function addZonePage(app: PageApp): void {
  app.get("/zone", (c) => {
    const to = ownPath(c.req.query("to"));
    const chosen = getCookie(c, CHOSEN_COOKIE) !== undefined;
    const form = freshForm({ zone: chosen ? c.get("zone") : "" });
    const options = [
      { value: "", label: "As my browser says" },
      ...ZONE_NAMES.map((name) => ({ value: name, label: name.replaceAll("_", " ") })),
    ];
    return page(c, {
      title: "Time zone",
      place: null,
      children: <ZoneForm {...{ c, to, form, options }} />,
    });
  });

  app.post("/zone", async (c) => {
    const values = await readForm(c.req.raw);
    const to = ownPath(values["to"]);
    const zone = zoneOf(values["zone"] ?? "");
    const kept = { path: "/admin", sameSite: "Strict", maxAge: YEAR_S } as const;
    if (zone === null) {
      setCookie(c, CHOSEN_COOKIE, "", { path: "/admin", maxAge: 0 });
      setCookie(c, ZONE_COOKIE, "", { path: "/admin", maxAge: 0 });
      const text = "Times are shown in the zone of your browser; without scripts in UTC.";
      return redirectWith(c, to, { kind: "done", text });
    }
    setCookie(c, CHOSEN_COOKIE, "1", kept);
    setCookie(c, ZONE_COOKIE, zone, kept);
    return redirectWith(c, to, { kind: "done", text: `Times are shown in ${zone} now.` });
  });
}

function ZoneForm({ c, to, form, options }: {
  c: PageContext;
  to: string;
  form: ReturnType<typeof freshForm>;
  options: { value: string; label: string }[];
}) {
  return (
    <form class="card stack" method="post" action="/admin/zone" style="max-width:32rem">
      <Csrf c={c} />
      <input type="hidden" name="to" value={to} />
      <Choice
        form={form}
        name="zone"
        label="Show times in"
        hint="All times are stored in UTC; this changes only how you see them."
        options={options}
      />
      <div class="actions">
        <button type="submit" class="primary">Show times in this zone</button>
        <a href={to}>Back</a>
      </div>
    </form>
  );
}
