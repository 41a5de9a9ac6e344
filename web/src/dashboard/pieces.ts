// Small pieces of pages: dialogs, transcripts that follow what is said, times told as "2 min ago".
import htmx from "htmx.org";

export function openDialogs(): void {
  addEventListener("click", (event) => {
    const opener = (event.target as Element).closest<HTMLElement>("[data-open]");
    if (opener) (document.getElementById(opener.dataset.open ?? "") as HTMLDialogElement | null)?.showModal();
    const closer = (event.target as Element).closest<HTMLElement>("[data-then-close]");
    if (closer)
      (document.getElementById(closer.dataset.thenClose ?? "") as HTMLDialogElement | null)?.close();
    const dialog = event.target as Element;
    if (dialog instanceof HTMLDialogElement && dialog.open) dialog.close(); // a click beside it
  });
}

/** The newest words stay in view, unless somebody has scrolled up to read; focus outlives a fresh part. */
export function scrollTranscripts(): void {
  let following = true;
  let focused = "";
  toEnd();
  document.body.addEventListener("htmx:beforeSwap", () => {
    const old = document.querySelector("[data-follow]");
    following = !old || old.scrollHeight - old.scrollTop - old.clientHeight < 80;
    const active = document.activeElement;
    focused = active?.closest("[data-live]") ? nameOf(active) : "";
  });
  document.body.addEventListener("htmx:afterSwap", () => {
    if (following) toEnd();
    if (focused) document.querySelector<HTMLElement>(focused)?.focus({ preventScroll: true });
    ages();
  });
}

/** A selector that finds an element again after its surroundings were replaced. */
function nameOf(element: Element): string {
  for (const name of ["href", "hx-post", "name"]) {
    const value = element.getAttribute(name);
    if (value) return `[${name}="${CSS.escape(value)}"]`;
  }
  return element.matches("[data-follow]") ? "[data-follow]" : "";
}

function toEnd(): void {
  for (const list of document.querySelectorAll("[data-follow]")) list.scrollTop = list.scrollHeight;
}

/** On a narrow screen the pages' names are a row that can be pushed: the present one is in view. */
export function showWhereOneIs(): void {
  document.querySelector(".side nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
}

export function tellAges(): void {
  ages();
  setInterval(ages, 15_000);
}

function ages(): void {
  for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-ago]")) {
    const minutes = Math.floor((Date.now() - Date.parse(time.dateTime)) / 60_000);
    if (minutes < 1) time.textContent = "now";
    else if (minutes < 60) time.textContent = `${minutes} min`;
    else if (minutes < 24 * 60) time.textContent = `${Math.floor(minutes / 60)} h`;
    else time.textContent = time.title.split(",").slice(0, 2).join(",");
  }
}

/** A choice of a filter is sent at once. */
export function sendChoices(): void {
  addEventListener("change", (event) => {
    const chosen = event.target as HTMLElement;
    if (chosen.matches("[data-submit]")) (chosen as HTMLSelectElement).form?.requestSubmit();
  });
}

/** What somebody typed before the page was ready is looked for too. */
export function searchEarly(): void {
  for (const field of document.querySelectorAll<HTMLInputElement>("input[type=search][hx-post]")) {
    if (field.value !== field.defaultValue) htmx.trigger(field, "search");
  }
}
