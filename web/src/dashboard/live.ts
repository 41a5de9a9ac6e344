// The live feed: one WebSocket a page names what changed, and what shows it (`data-live`) is fetched again.
import htmx from "htmx.org";

type Change = [kind: string, id: string, conversation: string | null];

const LOGGED_OUT = 4401;
/** Milliseconds: at most so often a part is fetched again, and somebody at work is reported. */
const CALM = 250;
const WORK = 60_000;
const LONGEST_RETRY = 10_000;

const due = new WeakMap<Element, number>();
let worked = false;

export function follow(): void {
  const path = document.body.dataset.liveFeed;
  if (path) connect(new URL(path, location.href.replace(/^http/, "ws")).href, 0);
  for (const event of ["pointerdown", "keydown", "wheel", "touchstart"]) {
    addEventListener(event, () => (worked = true), { passive: true });
  }
  document.body.addEventListener("htmx:configRequest", (event) => {
    const { triggeringEvent, headers } = (event as CustomEvent).detail;
    if (triggeringEvent?.type === "refresh") headers["X-Live"] = "1";
  });
}

function connect(url: string, failures: number): void {
  const socket = new WebSocket(url);
  const working = setInterval(() => {
    if (worked && socket.readyState === WebSocket.OPEN) socket.send("work");
    worked = false;
  }, WORK);
  let heard = false;
  socket.onmessage = ({ data }) => {
    const { changes } = JSON.parse(data) as { changes?: Change[] | null };
    if (changes === null && (heard || failures > 0)) refreshAll();
    if (changes) refresh(changes);
    heard = true;
    told(true);
  };
  socket.onclose = ({ code }) => {
    clearInterval(working);
    if (code === LOGGED_OUT) {
      location.href = `/staff/login?next=${encodeURIComponent(location.pathname)}`;
      return;
    }
    told(false);
    const again = heard ? 0 : failures;
    setTimeout(() => connect(url, again + 1), Math.min(500 * 2 ** again, LONGEST_RETRY));
  };
}

function told(standing: boolean): void {
  const sign = document.querySelector<HTMLElement>("[data-feed]");
  if (sign) sign.hidden = standing;
  document.body.toggleAttribute("data-fed", standing);
}

function refresh(changes: Change[]): void {
  const names = new Set(changes.flat().filter((one): one is string => one !== null));
  for (const part of document.querySelectorAll("[data-live]")) {
    const wanted = part.getAttribute("data-live")?.split(/\s+/) ?? [];
    if (wanted.some((one) => names.has(one))) soon(part);
  }
}

function refreshAll(): void {
  document.querySelectorAll("[data-live]").forEach(soon);
}

/** Fetches a part again: at once, and then not more often than every quarter of a second. */
function soon(part: Element): void {
  if (due.has(part)) return;
  const timer = setTimeout(() => {
    due.delete(part);
    if (part.isConnected) htmx.trigger(part, "refresh");
  }, CALM);
  due.set(part, Number(timer));
}
