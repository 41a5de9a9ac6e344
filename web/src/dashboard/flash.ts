// Short messages about what was just done: those of the server, and that it can't be reached.
const SHOWN = 6000;

export function showFlashes(): void {
  document.querySelectorAll<HTMLElement>("#flash .flash").forEach(fade);
  document.body.addEventListener("flash", (event) => {
    const { text, kind } = (event as CustomEvent).detail;
    flash(text, kind);
  });
  document.body.addEventListener("htmx:sendError", (event) => {
    if (!quiet(event)) flash("The service can't be reached. Nothing was changed; please try again.", "bad");
  });
  document.body.addEventListener("htmx:responseError", (event) => {
    const { xhr } = (event as CustomEvent).detail;
    if (!xhr.getResponseHeader("HX-Trigger") && !xhr.getResponseHeader("HX-Redirect") && !quiet(event)) {
      flash("That did not work. Nothing was changed; please try again.", "bad");
    }
  });
}

/** What a page fetches by itself fails silently: the feed says that it is gone. */
function quiet(event: Event): boolean {
  return (event as CustomEvent).detail.requestConfig?.triggeringEvent?.type === "refresh";
}

export function flash(text: string, kind: string): void {
  const shown = document.createElement("p");
  shown.className = `flash ${kind === "bad" ? "bad" : "good"}`;
  shown.textContent = text;
  document.getElementById("flash")?.append(shown);
  fade(shown);
}

function fade(shown: HTMLElement): void {
  const time = shown.classList.contains("bad") ? 2 * SHOWN : SHOWN;
  setTimeout(() => shown.remove(), time);
  shown.addEventListener("click", () => shown.remove());
}
