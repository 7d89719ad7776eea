"use strict";

const SECONDS_BETWEEN_REFRESHES = 2;

for (const field of document.querySelectorAll("[data-submit]")) {
  field.addEventListener("change", () => field.form.requestSubmit());
}

for (const form of document.querySelectorAll("[data-confirm]")) {
  form.addEventListener("submit", (event) => {
    if (!window.confirm(form.dataset.confirm)) event.preventDefault();
  });
}

async function refresh(part) {
  if (!document.hidden) {
    try {
      const answer = await fetch(part.dataset.refresh, { headers: { Accept: "text/html" } });
      if (answer.ok) part.innerHTML = await answer.text();
    } catch {
      // The sandbox is restarting; the next round tries again.
    }
  }
  setTimeout(refresh, SECONDS_BETWEEN_REFRESHES * 1000, part);
}

for (const part of document.querySelectorAll("[data-refresh]")) {
  setTimeout(refresh, SECONDS_BETWEEN_REFRESHES * 1000, part);
}

// Only the fields that mean something for the chosen fault are shown.
function showFieldsOf(form) {
  const chosen = form.elements.kind.selectedOptions[0];
  for (const field of form.querySelectorAll("[data-for]")) {
    const fits = field.dataset.for === "after"
      ? chosen.dataset.after === "yes"
      : field.dataset.for.split(" ").includes(chosen.value);
    field.hidden = !fits;
    field.querySelector("input, select").disabled = !fits;
  }
}

for (const form of document.querySelectorAll("[data-fault]")) {
  form.elements.kind.addEventListener("change", () => showFieldsOf(form));
  showFieldsOf(form);
}
