// What opens beside the calendar, and the question whether a rule may be bent.
export function openPanels(): void {
  const panel = document.getElementById("panel") as HTMLElement;
  const ask = document.getElementById("ask") as HTMLDialogElement;
  let returnTo: HTMLElement | null = null;
  document.body.addEventListener("htmx:beforeSwap", () => {
    const active = document.activeElement as HTMLElement | null;
    if (active && active !== document.body && !panel.contains(active)) returnTo = active;
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    const target = (event as CustomEvent).detail.target as HTMLElement;
    if (target === ask && ask.childElementCount > 0 && !ask.open) ask.showModal();
    if (target === panel) opened();
  });
  ask.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-answer]")) setTimeout(() => ask.close());
  });
  addEventListener("click", (event) => {
    const closer = (event.target as Element).closest<HTMLElement>("[data-close]");
    if (closer?.dataset.close === "panel") close();
    if (closer?.dataset.close === "ask") ask.close();
  });
  addEventListener("input", (event) => {
    if (!(event.target as Element).matches("#new_name")) return;
    for (const one of document.querySelectorAll<HTMLInputElement>("#found input:checked"))
      one.checked = false;
  });
  addEventListener("keydown", (event) => {
    const target = event.target as HTMLElement;
    if (event.key === "Enter" && target.matches("#patient-q")) {
      event.preventDefault(); // Enter chooses who was found first, and does not book yet
      document.querySelector<HTMLElement>("#found input")?.click();
      document.querySelector<HTMLElement>("#book-type")?.focus();
    }
    if (event.key === "Escape" && !target.matches("input, select, textarea") && !ask.open) close();
  });

  function opened(): void {
    const filled = panel.childElementCount > 0;
    document.body.classList.toggle("has-panel", filled);
    if (!filled) return;
    const first = panel.querySelector<HTMLElement>("[autofocus]") ?? panel.querySelector<HTMLElement>("h2");
    if (first && !panel.contains(document.activeElement)) {
      if (first.matches("h2")) first.tabIndex = -1;
      first.focus({ preventScroll: true });
    }
    mark();
  }

  function close(): void {
    if (panel.childElementCount === 0) return;
    panel.replaceChildren();
    document.body.classList.remove("has-panel");
    mark();
    if (returnTo?.isConnected) returnTo.focus({ preventScroll: true });
  }
}

/** Marks what is open beside the calendar. */
export function mark(): void {
  const open = document.querySelector<HTMLElement>("#panel [data-open-id]")?.dataset.openId;
  for (const one of document.querySelectorAll<HTMLElement>("#calendar [data-id]")) {
    one.classList.toggle("open", one.dataset.id === open);
  }
}
