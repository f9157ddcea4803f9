// What every page of the back office runs: it tells the server the viewer's zone, and shows times in
// it on the very first page, which the server could only show in UTC.

import { showTimes } from "./times.js";

const YEAR_S = 31_536_000;

const own = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A cookie as it was set, undefined without one. What cannot be decoded counts as it is. */
function cookie(name) {
  const pair = document.cookie.split("; ").find((one) => one.startsWith(`${name}=`));
  const value = pair?.slice(name.length + 1);
  try {
    return value && decodeURIComponent(value);
  } catch {
    return value;
  }
}

// A zone that somebody chose stays until he chooses another.
if (own && cookie("dropgate_admin_zone_chosen") === undefined) {
  if (cookie("dropgate_admin_zone") !== own) {
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `dropgate_admin_zone=${encodeURIComponent(own)}; path=/admin; ` +
      `max-age=${YEAR_S}; samesite=strict${secure}`;
  }
  const { zone } = document.documentElement.dataset;
  if (zone !== undefined && zone !== own) {
    showTimes(document, own);
    for (const place of document.querySelectorAll("[data-zone-name]")) place.textContent = own;
  }
}

// Who leaves a question by keyboard has put it away: behind it nothing could be seen.
document.addEventListener("focusout", ({ target, relatedTarget }) => {
  const ask = target.closest(".ask[popover]");
  if (!ask || !relatedTarget || ask.contains(relatedTarget)) return;
  if (relatedTarget.popoverTargetElement !== ask) ask.hidePopover();
});

// A popover that is asked to act is sent once.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.dataset.sent !== undefined) return event.preventDefault();
  if (form.method !== "post" || form.dataset.repeatable !== undefined) return;
  form.dataset.sent = "";
  // Pages that come back from the browser's memory can be sent again.
  addEventListener("pageshow", () => delete form.dataset.sent, { once: true });
});
