// Counts down to times, by the server's clock; the words are those of origin/backoffice/kit/spans.ts.

const ahead = Number(document.querySelector("[data-now]")?.dataset.now ?? Date.now()) - Date.now();

/** How long something takes, in its two largest units. */
function spanText(ms) {
  const s = Math.max(0, Math.floor(ms / 1_000));
  const [days, hours, minutes] = [
    Math.floor(s / 86_400),
    Math.floor(s / 3_600) % 24,
    Math.floor(s / 60) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  if (minutes > 0) return `${minutes} min ${s % 60} s`;
  return `${s} s`;
}

function show() {
  for (const place of document.querySelectorAll("[data-until]")) {
    place.textContent = spanText(Number(place.dataset.until) - Date.now() - ahead);
  }
}

show();
setInterval(show, 1_000);
