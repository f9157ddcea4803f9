// The items of a sale's form: rows are added and removed here, and products are looked for while
// somebody writes. Without it there are some empty rows, and a button that brings more.

const MAX_ROWS = 200;
const PAUSE_MS = 200;

const items = document.querySelector("[data-items]");
if (items) begin(items);

function begin(root) {
  const count = root.querySelector("input[name=rows]");
  const rows = () => [...root.querySelectorAll(".item-row")];
  const isEmpty = (row) =>
    [...row.querySelectorAll("input:not([type=checkbox])")].every((field) => field.value === "");

  for (const row of rows().slice(1).reverse()) {
    if (isEmpty(row)) row.remove();
  }
  rows().forEach(dress);

  root.querySelector("[data-add-row]").addEventListener("click", (event) => {
    event.preventDefault();
    if (rows().length < MAX_ROWS) addRow();
  });

  root.addEventListener("input", (event) => {
    if (event.target.matches("[data-product]")) lookFor(event.target.value);
  });

  function addRow() {
    const last = rows().at(-1);
    const next = Number(/item-(\d+)-/.exec(last.querySelector("input").name)[1]) + 1;
    const row = last.cloneNode(true);
    for (const part of row.querySelectorAll("*")) {
      for (const { name, value } of [...part.attributes]) {
        if (/^item-\d+-/.test(value)) {
          part.setAttribute(name, value.replace(/item-\d+-/g, `item-${next}-`));
        }
      }
    }
    row.setAttribute("aria-label", `Item ${next + 1}`);
    for (const said of row.querySelectorAll(".error, .hint")) said.remove();
    for (const field of row.querySelectorAll("input")) {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
      if (field.type === "checkbox") field.checked = false;
      else field.value = "";
    }
    last.after(row);
    dress(row);
    count.value = String(Math.max(Number(count.value), next + 1));
    row.querySelector("input").focus();
  }

  function dress(row) {
    const button = row.querySelector(".remove-row");
    button.setAttribute("aria-label", `Remove ${row.getAttribute("aria-label").toLowerCase()}`);
    button.hidden = false;
    button.onclick = () => {
      if (rows().length === 1) {
        for (const field of row.querySelectorAll("input")) {
          if (field.type === "checkbox") field.checked = false;
          else field.value = "";
        }
      } else {
        row.remove();
      }
      rows()[0].querySelector("input").focus();
    };
  }
}

let timer;
let asked = "";

/** Offers products whose names have the text in them; the newest answer counts. */
function lookFor(text) {
  clearTimeout(timer);
  if (text === asked || text.includes("(No.")) return;
  timer = setTimeout(async () => {
    asked = text;
    const answer = await fetch(`/admin/products/offered?name=${encodeURIComponent(text)}`)
      .catch(() => null);
    if (!answer?.ok || asked !== text) return;
    const { offered } = await answer.json();
    document.querySelector("#products").replaceChildren(...offered.map((value) => {
      const option = document.createElement("option");
      option.value = value;
      return option;
    }));
  }, PAUSE_MS);
}
