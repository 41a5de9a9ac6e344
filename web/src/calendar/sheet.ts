// The days themselves: a column for each practitioner, moved through by buttons and keys.
import { type Calendar, createCalendar, Interaction, ResourceTimeGrid } from "@event-calendar/core";
import { fetchDrawn, fetchOptions, send, show, tell } from "./asking";
import { asEvent, content, type Drawn, drawnOf } from "./drawn";
import { clockOf, dayOf, type Options } from "./options";
import { mark } from "./panel";

const PIXELS_A_MINUTE = 1.6;
const VIEWS = { day: "resourceTimeGridDay", week: "resourceTimeGridWeek" } as const;

export function showSheet(place: HTMLElement, begun: Options): void {
  let options = begun;
  let view = options.view;
  let who = options.who;
  let byItself = false;
  let dragging = false;
  let again = false;
  let day = options.day;
  let last: Calendar.EventInput[] = [];
  let shownWithout = options.hidden;
  let focused = ""; // which appointment: it is drawn anew with every change

  const fetched = async ({ startStr, endStr }: Calendar.FetchInfo): Promise<Calendar.EventInput[]> => {
    const quietly = byItself;
    byItself = false;
    try {
      const drawn = await fetchDrawn(startStr.slice(0, 10), endStr.slice(0, 10), who, quietly);
      place.removeAttribute("aria-busy");
      last = drawn.map(asEvent);
      unhide(drawn);
    } catch {
      if (!quietly) tell("The calendar can't be fetched now. What you see may be out of date.");
    }
    return last;
  };

  const calendar: Calendar = createCalendar(place, [ResourceTimeGrid, Interaction], {
    ...looks(options),
    date: day,
    view: VIEWS[view],
    resources: columns(options, who),
    eventSources: [{ events: fetched }],
    eventContent: content,
    eventDidMount: ({ el, event }) => {
      el.dataset.id = String(event.id);
      buttonWithin(el);
    },
    eventAllUpdated: () => {
      noTable(place);
      for (const one of place.querySelectorAll<HTMLElement>("article[role='button']")) buttonWithin(one);
      mark();
      if (focused && document.activeElement === document.body) find(focused)?.focus({ preventScroll: true });
    },
    eventClick: ({ event }) => open(String(event.id), drawnOf(event).kind),
    eventDragStart: () => {
      dragging = true;
    },
    eventDragStop: () => {
      dragging = false;
    },
    eventDrop: (info) => void dropped(info),
    editable: options.mayChange,
    selectable: options.mayChange,
    dateClick: ({ date, resource }) => {
      if (!options.mayChange || leaving(options, resource?.id)) return;
      const values = { day: dayOf(date), clock: clockOf(date), practitioner: resource?.id ?? who };
      show("/staff/calendar/new", values);
    },
    select: ({ start, end, resource }) => {
      if (leaving(options, resource.id)) {
        calendar.unselect();
        return;
      }
      const values = {
        day: dayOf(start),
        clock: clockOf(start),
        until: clockOf(end),
        practitioner: resource.id,
      };
      show("/staff/calendar/block", values);
    },
    datesSet: ({ start, end }) => {
      day = dayOf(start);
      told(start, end);
    },
  });

  /** A day on which nobody works is shown in the week that has something on it all the same. */
  function unhide(drawn: Drawn[]): void {
    const used = new Set(drawn.filter((one) => one.kind !== "closed").map((one) => weekday(one.start)));
    const hidden = options.hidden.filter((one) => !used.has(one));
    if (hidden.join() === shownWithout.join()) return;
    shownWithout = hidden;
    calendar.setOption("hiddenDays", hidden);
  }

  /** The server has the last word: whatever it did, what stands now is fetched and drawn. */
  async function dropped({ event, oldEvent }: Calendar.EventDropInfo): Promise<void> {
    const one = drawnOf(event);
    await send(`/staff/calendar/appointments/${one.id}/move`, {
      practitioner: String(event.resourceIds[0]),
      appointment_type: one.type,
      day: dayOf(event.start),
      clock: clockOf(event.start),
      seen: one.seen ?? "",
      seen_with: String(oldEvent.resourceIds[0]),
    });
    calendar.refetchEvents();
    if (again) refresh();
  }

  function refresh(): void {
    again = dragging;
    if (dragging) return;
    byItself = true;
    calendar.refetchEvents();
  }

  /** Settings were published: columns, hours and hidden days are theirs from now on. */
  async function renew(): Promise<void> {
    const now = await fetchOptions({ day, view, who }).catch(() => undefined);
    if (!now) return;
    const before = looks(options) as Record<string, unknown>;
    options = { ...now, open: "" };
    for (const [name, value] of Object.entries(looks(options))) {
      if (JSON.stringify(value) !== JSON.stringify(before[name])) {
        calendar.setOption(name as keyof Calendar.Options, value);
      }
    }
    who = options.who;
    shownWithout = options.hidden;
    calendar.setOption("resources", columns(options, who));
    offerWhom(options, who);
    refresh();
  }

  function told(start: Date, end: Date): void {
    const last = new Date(end.getFullYear(), end.getMonth(), end.getDate() - 1);
    const title = document.querySelector("[data-title]");
    if (title) title.textContent = titleOf(start, last, view);
    for (const field of document.querySelectorAll<HTMLInputElement>("[data-day]")) field.value = day;
    for (const link of document.querySelectorAll<HTMLAnchorElement>("[data-list]")) {
      link.href = `/staff/calendar/list?day=${day}`;
    }
    const query = new URLSearchParams({ day, view, ...(who && { who }) });
    history.replaceState(null, "", `/staff/calendar?${query}`);
  }

  const find = (id: string) =>
    place.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"] [role="button"]`);
  addEventListener("focusin", ({ target }) => {
    focused = (target as Element).closest<HTMLElement>("#calendar [data-id]")?.dataset.id ?? "";
  });
  addEventListener("pointerdown", () => (focused = ""));
  place.addEventListener("refresh", refresh);
  document.querySelector("[data-renew]")?.addEventListener("refresh", () => void renew());
  addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-go], [data-view]");
    const { go, view: wanted } = button?.dataset ?? {};
    if (go === "before") calendar.prev();
    if (go === "after") calendar.next();
    if (go === "today") calendar.setOption("date", options.today);
    if (wanted === "day" || wanted === "week") {
      view = wanted;
      calendar.setOption("view", VIEWS[view]);
      for (const one of document.querySelectorAll<HTMLElement>("[data-view]")) {
        one.setAttribute("aria-pressed", String(one.dataset.view === view));
      }
    }
  });
  addEventListener("change", (event) => {
    const field = event.target as HTMLInputElement;
    if (field.matches("[data-day]") && field.value) calendar.setOption("date", field.value);
    if (field.matches("[data-who]")) {
      who = field.value;
      calendar.setOption("resources", columns(options, who));
      calendar.refetchEvents();
      const { activeStart, activeEnd } = calendar.getView();
      told(activeStart, activeEnd);
    }
  });
  document.body.addEventListener("htmx:configRequest", (event) => {
    const { elt, parameters } = (event as CustomEvent).detail;
    if ((elt as Element).matches("[data-with-day]")) {
      parameters.day = day;
      parameters.practitioner = who;
    }
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "j" && event.key !== "k") return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if ((event.target as Element).matches("input, textarea, select")) return;
    focusNext(place, focused, event.key === "j" ? 1 : -1);
  });
  if (options.open) open(options.open, "appointment");
}

/** The library calls the days a table, but fills it with buttons: said to nobody, as it is none. */
function noTable(place: HTMLElement): void {
  const roles = ["table", "row", "rowgroup", "columnheader", "cell"].map((one) => `[role="${one}"]`);
  const places = ["aria-colindex", "aria-colspan", "aria-rowindex", "aria-colcount"];
  for (const one of place.querySelectorAll([...roles, ...places.map((name) => `[${name}]`)].join())) {
    if (one.getAttribute("role") !== "button") one.removeAttribute("role");
    for (const name of places) one.removeAttribute(name);
  }
}

/** The library makes the whole article a button, which an article may not be: what lies in it is one instead. */
function buttonWithin(event: HTMLElement): void {
  const body = event.querySelector<HTMLElement>(".ec-event-body");
  if (!body || event.getAttribute("role") !== "button") return;
  for (const name of ["role", "tabindex"]) {
    body.setAttribute(name, event.getAttribute(name) ?? "");
    event.removeAttribute(name);
  }
}

function weekday(start: string): number {
  return new Date(`${start.slice(0, 10)}T12:00`).getDay();
}

function open(id: string, kind: string): void {
  show(`/staff/calendar/${kind === "block" ? "blocks" : "appointments"}/${id}`);
}

function columns(options: Options, who: string): Calendar.ResourceInput[] {
  return options.practitioners
    .filter((one) => !who || one.id === who)
    .map((one) => ({ id: one.id, title: one.bookable ? one.title : `${one.title} (${one.about})` }));
}

/** Whether somebody has appointments left, and gets no new ones. */
function leaving(options: Options, who?: string): boolean {
  return options.practitioners.some((one) => one.id === who && !one.bookable);
}

/** Whose calendar can be chosen; no choice where there is one person only. */
function offerWhom(options: Options, who: string): void {
  const field = document.querySelector<HTMLSelectElement>("[data-who]");
  const everybody = field?.options[0];
  if (!field || !everybody) return;
  const each = options.practitioners.map((one) => new Option(one.title, one.id));
  field.replaceChildren(everybody, ...each);
  field.value = who;
  const group = field.closest<HTMLElement>(".bar-group");
  if (group) group.hidden = each.length < 2;
}

function looks(options: Options): Calendar.Options {
  const standing = Math.abs(Date.parse(`${options.now}${options.offset}`) - Date.now()) > 600_000;
  return {
    headerToolbar: { start: "", center: "", end: "" },
    height: "100%",
    hiddenDays: options.hidden,
    allDaySlot: false,
    firstDay: 1,
    lazyFetching: false,
    locale: "en-US",
    timeZone: options.offset,
    nowIndicator: !standing,
    scrollTime: `${options.first + 1}:00`,
    slotMinTime: `${options.first}:00`,
    slotMaxTime: `${options.last}:00`,
    flexibleSlotTimeLimits: { eventFilter: (event) => event.display !== "background" },
    slotDuration: { minutes: options.grid },
    slotLabelInterval: "01:00",
    slotLabelFormat: { hour: "numeric" },
    slotHeight: options.grid * PIXELS_A_MINUTE,
    snapDuration: { minutes: options.grid },
    slotEventOverlap: false,
    displayEventEnd: false,
    eventDurationEditable: false,
    dragScroll: true,
    views: {
      resourceTimeGridDay: { hiddenDays: [], columnWidth: "minmax(9rem, 1fr)" },
      resourceTimeGridWeek: {
        columnWidth: "minmax(6.5rem, 1fr)",
        datesAboveResources: true,
        dayHeaderFormat: { weekday: "short", day: "numeric" },
      },
    },
  };
}

function titleOf(first: Date, last: Date, view: "day" | "week"): string {
  const month = { month: "long", day: "numeric" } as const;
  const written = (at: Date, options: Intl.DateTimeFormatOptions) => at.toLocaleDateString("en-US", options);
  if (view === "day") return written(first, { weekday: "long", ...month });
  const same = first.getMonth() === last.getMonth();
  return `${written(first, month)} – ${written(last, same ? { day: "numeric" } : month)}, ${last.getFullYear()}`;
}

/** Focuses what comes next in time, of all columns. */
function focusNext(place: HTMLElement, from: string, step: number): void {
  const all = [...place.querySelectorAll<HTMLElement>("[data-id] [role='button']")];
  const sorted = all
    .map((one) => ({ one, at: one.getBoundingClientRect() }))
    .sort((a, b) => a.at.left - b.at.left || a.at.top - b.at.top)
    .map(({ one }) => one);
  const now = sorted.findIndex((one) => one.closest<HTMLElement>("[data-id]")?.dataset.id === from);
  const next = sorted[now < 0 ? (step > 0 ? 0 : sorted.length - 1) : now + step];
  next?.focus();
  next?.scrollIntoView({ block: "nearest", inline: "nearest" });
}
