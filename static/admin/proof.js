// Keeps the proofs and the clean-up on the page up to date while something is being made.

const EVERY_MS = 1_000;

/** Reads the part again; true while something is still going on. */
async function renew() {
  const work = document.getElementById("work");
  if (!work || !("busy" in work.dataset)) return false;
  try {
    const answer = await fetch(work.dataset.from, { headers: { accept: "text/html" } });
    // Signed out meanwhile: the next click says so.
    if (!answer.ok || answer.redirected) return false;
    // Whoever is answering a question keeps it until it is answered.
    if (work.querySelector(":popover-open")) return true;
    const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = parsed.getElementById("work");
    if (!next) return false;
    const wasBusy = "busy" in work.dataset;
    work.replaceWith(next);
    // The figures above are older than what was just made.
    if (wasBusy && !("busy" in next.dataset)) location.reload();
    return "busy" in next.dataset;
  } catch {
    return true;
  }
}

async function follow() {
  while (await renew()) await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
}

follow();
