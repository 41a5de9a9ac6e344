// Requests to the server: what stands in some days (JSON), forms and parts (by htmx, as on every page).
import type { Drawn } from "./drawn";
import type { Options } from "./options";

/** Fetched again because something changed elsewhere: that does not show that anybody is at work here. */
export async function fetchDrawn(
  start: string,
  end: string,
  who: string,
  byItself: boolean,
): Promise<Drawn[]> {
  const query = new URLSearchParams({ start, end, who });
  const headers: Record<string, string> = { "HX-Request": "true", "HX-Current-URL": location.href };
  if (byItself) headers["X-Live"] = "1";
  const answer = await fetch(`/staff/calendar/events?${query}`, { headers });
  const elsewhere = answer.headers.get("HX-Redirect");
  if (elsewhere) location.href = elsewhere;
  if (!answer.ok) throw new Error(`${answer.status}`);
  return (await answer.json()) as Drawn[];
}

/** What the practice's settings are now; nothing where they can't be fetched. */
export async function fetchOptions(shown: Record<string, string>): Promise<Options | undefined> {
  const headers = { "HX-Request": "true", "HX-Current-URL": location.href, "X-Live": "1" };
  const answer = await fetch(`/staff/calendar/options?${new URLSearchParams(shown)}`, { headers });
  return answer.ok ? ((await answer.json()) as Options) : undefined;
}

/** Sends a form; the answer's message is shown, and its part is put where the server says (or nowhere). */
export async function send(path: string, values: Record<string, string>): Promise<void> {
  try {
    await window.htmx.ajax("post", path, { values, swap: "none", source: document.body });
  } catch {
    // The page has said so already.
  }
}

/** Shows a part beside the calendar. */
export function show(path: string, values: Record<string, string> = {}): void {
  void window.htmx.ajax("get", path, { values, target: "#panel", swap: "innerHTML", source: document.body });
}

export function tell(text: string): void {
  document.body.dispatchEvent(new CustomEvent("flash", { detail: { text, kind: "bad" } }));
}
