// Short messages about what was just done: those of the server, and that it can't be reached.
import htmx from "htmx.org";

const SHOWN = 6000;

/** What takes something back: the path of a form, and its fields. */
type Undo = { path: string } & Record<string, string>;

export function showFlashes(): void {
  document.querySelectorAll<HTMLElement>("#flash .flash").forEach(fade);
  document.body.addEventListener("flash", (event) => {
    const { text, kind, undo } = (event as CustomEvent).detail;
    flash(text, kind, undo);
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

export function flash(text: string, kind: string, undo?: Undo | null): void {
  const shown = document.createElement("p");
  shown.className = `flash ${kind === "bad" ? "bad" : "good"}`;
  shown.textContent = text;
  if (undo) {
    document.querySelector("#flash button")?.remove(); // only the last change can be taken back
    shown.append(" ", undoButton(undo, shown));
  }
  document.getElementById("flash")?.append(shown);
  fade(shown);
}

function undoButton({ path, ...values }: Undo, shown: HTMLElement): HTMLElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "small";
  button.dataset.shortcut = "z";
  button.textContent = "Undo (z)";
  button.addEventListener("click", (event) => {
    event.stopPropagation();
    shown.remove();
    void htmx.ajax("post", path, { values, swap: "none", source: document.body });
  });
  return button;
}

function fade(shown: HTMLElement): void {
  const long = shown.classList.contains("bad") || shown.querySelector("button") !== null;
  const time = long ? 2 * SHOWN : SHOWN;
  setTimeout(() => shown.remove(), time);
  shown.addEventListener("click", () => shown.remove());
}
