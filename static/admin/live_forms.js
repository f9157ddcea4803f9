// Forms beside the live figures: sent without leaving the page, and answered at once. Without this
// script they are sent as forms are, and the page comes back with the answer.

/** Sends every form with `data-live-form` below `root`; `told` hears what came of each, and of which. */
export function sendInPlace(root, told) {
  for (const form of root.querySelectorAll("form[data-live-form]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void send(form, event.submitter, told);
    });
  }
}

async function send(form, submitter, told) {
  if (form.getAttribute("aria-busy") === "true") return;
  form.setAttribute("aria-busy", "true");
  const body = new URLSearchParams(new FormData(form, submitter));
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  try {
    const response = await fetch(form.action, {
      method: "POST",
      headers: { accept: "application/json" },
      body,
      redirect: "error",
      signal: AbortSignal.timeout(15_000),
    });
    const answer = await response.json();
    showFault(form, answer);
    told({ kind: answer.kind, text: answer.text, form });
    if (answer.kind === "done") settle(form, answer);
  } catch {
    told({
      kind: "failed",
      form,
      text: "No answer came. Look at the figures before you try again, or load the page again.",
    });
  } finally {
    for (const button of form.querySelectorAll("button")) button.disabled = false;
    form.removeAttribute("aria-busy");
    if (!form.hidden) submitter?.focus({ preventScroll: true });
  }
}

/** What is saved is what the form now begins with; a one-time key is never used again. */
function settle(form, { key }) {
  for (const field of form.querySelectorAll("input, select")) {
    if (field.name === "key" && key) field.value = key;
    else if (field.dataset.once !== undefined) field.value = "";
    else if (field.type !== "hidden") keep(field);
  }
}

function keep(field) {
  if (field instanceof HTMLSelectElement) {
    for (const option of field.options) option.defaultSelected = option.selected;
  } else {
    field.defaultValue = field.value;
  }
}

function showFault(form, { errors = {} }) {
  for (const field of form.querySelectorAll("input, select")) {
    const place = form.querySelector(`[data-error="${field.name}"]`);
    if (!place) continue;
    const fault = errors[field.name];
    place.textContent = fault ?? "";
    if (fault) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
}

/** Shows what is in force in fields that nobody is changing. */
export function showInForce(root, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = root.querySelector(`form[data-live-form] [name="${name}"]`);
    if (!field || field === document.activeElement || isChanged(field)) continue;
    field.value = String(value);
    keep(field);
  }
}

function isChanged(field) {
  if (field instanceof HTMLSelectElement) {
    return [...field.options].some((option) => option.selected !== option.defaultSelected);
  }
  return field.value !== field.defaultValue;
}
