// What is drawn of an appointment, a hold, blocked or closed time. Names are text, never markup.
import type { Calendar } from "@event-calendar/core";

export interface Drawn {
  id: string;
  kind: "appointment" | "hold" | "block" | "closed";
  resource: string;
  start: string;
  end: string;
  title: string;
  type: string;
  status: string;
  confirmed?: boolean;
  seen?: string;
  movable: boolean;
}

const STATES: Record<string, string> = {
  arrived: "Arrived",
  completed: "Came",
  no_show: "Did not come",
  held: "Kept",
  blocked: "Blocked",
};

export function asEvent(one: Drawn): Calendar.EventInput {
  return {
    id: one.id,
    start: one.start,
    end: one.end,
    resourceId: one.resource,
    title: one.title,
    display: one.kind === "closed" ? "background" : "auto",
    startEditable: one.movable,
    durationEditable: false,
    classNames: [one.kind, `is-${one.status}`],
    extendedProps: { ...one },
  };
}

export function drawnOf(event: Calendar.Event): Drawn {
  return event.extendedProps as unknown as Drawn;
}

export function content({ event, timeText }: Calendar.EventContentInfo): Calendar.Content {
  const one = drawnOf(event);
  if (one.kind === "closed") return { domNodes: one.title ? [line("ev-closure", one.title)] : [] };
  const short = (event.end.getTime() - event.start.getTime()) / 60_000 <= 20;
  const state = STATES[one.status] ?? (one.confirmed ? "Confirmed" : "");
  const top = document.createElement("span");
  top.className = short ? "ev-top short" : "ev-top";
  top.append(line("ev-time", timeText.split(/\s[-–]\s/)[0] ?? timeText), line("ev-name", one.title));
  const nodes: Node[] = [top];
  if (one.type) nodes.push(line("ev-type", one.type));
  if (state) nodes.push(line("ev-state", state));
  return { domNodes: nodes };
}

function line(name: string, text: string): HTMLElement {
  const span = document.createElement("span");
  span.className = name;
  span.textContent = text;
  return span;
}
