// Finds routes on the page of the API as one types, and opens the one that the address names.

const field = document.querySelector(".find");
const input = document.querySelector("#find");
const found = document.querySelector("#found");
const routes = [...document.querySelectorAll("details.route")];

function show() {
  const words = input.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
  let count = 0;
  for (const route of routes) {
    const text = route.dataset.find.toLowerCase();
    route.hidden = !words.every((word) => text.includes(word));
    if (!route.hidden) count += 1;
  }
  for (const group of document.querySelectorAll(".routes")) {
    group.hidden = group.querySelector("details.route:not([hidden])") === null;
  }
  found.textContent = words.length === 0
    ? ""
    : `${count} of ${routes.length} routes ${count === 1 ? "fits" : "fit"}`;
}

function openNamed() {
  const route = routes.find(({ id }) => `#${id}` === location.hash);
  if (!route) return;
  route.open = true;
  route.scrollIntoView({ block: "start" });
}

field.hidden = false;
input.addEventListener("input", show);
addEventListener("hashchange", openNamed);
openNamed();
