// Shortcuts: g and a letter opens a page, j and k move in a list, `data-shortcut` is pressed or focused.
let going = false;

export function listenForKeys(): void {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const target = event.target as HTMLElement;
    if (target.matches("input, textarea, select, [contenteditable]")) {
      if (event.key === "Escape") {
        // A search field would empty itself, and what it found would be gone.
        if (target.matches("[type=search]") && !target.closest("dialog")) event.preventDefault();
        target.blur();
      } else if (event.key === "Enter" && !event.shiftKey && target.closest("[data-composer]")) {
        event.preventDefault();
        target.closest("form")?.requestSubmit();
      }
      return;
    }
    if (document.querySelector("dialog[open]")) return;
    if (pressed(event.key)) event.preventDefault();
  });
}

/** Whether the key means something here. */
function pressed(key: string): boolean {
  if (going) {
    going = false;
    const entry = [...document.querySelectorAll<HTMLElement>("[data-key]")].find(
      (one) => one.dataset.key === key,
    );
    entry?.click();
    return entry !== undefined;
  }
  if (key === "g") {
    going = true;
    setTimeout(() => (going = false), 1500);
    return true;
  }
  if (key === "?") {
    document.querySelector<HTMLDialogElement>("dialog#keys")?.showModal();
    return true;
  }
  if (key === "j" || key === "k") return move(key === "j" ? 1 : -1);
  const wanted = document.querySelector<HTMLElement>(`[data-shortcut="${CSS.escape(key)}"]`);
  if (!wanted) return false;
  if (wanted.matches("input, textarea, select")) wanted.focus();
  else wanted.click();
  return true;
}

/** Focuses the next or previous row of the page's list; at first the one that is open, or the first. */
function move(step: number): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-rows] :is(a, button).row")];
  const focused = rows.indexOf(document.activeElement as HTMLElement);
  const opened = rows.findIndex((one) => one.getAttribute("aria-current"));
  const from = focused >= 0 ? focused : opened;
  const next =
    rows[from < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(from + step, 0), rows.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return next !== undefined;
}
