// What the server says of the practice and of the days to begin with.
export interface Practitioner {
  id: string;
  title: string;
  about: string;
  bookable: boolean;
}

export interface Options {
  day: string;
  today: string;
  view: "day" | "week";
  who: string;
  open: string;
  now: string;
  offset: string;
  grid: number;
  first: number;
  last: number;
  hidden: (0 | 1 | 2 | 3 | 4 | 5 | 6)[];
  mayChange: boolean;
  practitioners: Practitioner[];
}

export function readOptions(place: HTMLElement): Options {
  return JSON.parse(place.dataset.calendar ?? "{}") as Options;
}

/** A time as the practice's clocks show it, to the minute. */
export function wall(at: Date): string {
  return `${dayOf(at)}T${clockOf(at)}`;
}

export function dayOf(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

export function clockOf(at: Date): string {
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}
