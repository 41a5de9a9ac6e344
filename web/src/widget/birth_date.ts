// Three fields for a date of birth: nobody should have to scroll back seventy years in a calendar.
import { h } from "./dom";
import type { Words } from "./words";

export class BirthDate {
  readonly root: HTMLFieldSetElement;
  private readonly day: HTMLInputElement;
  private readonly month: HTMLSelectElement;
  private readonly year: HTMLInputElement;
  /** Why the date can't be sent; stands below the fields. */
  readonly wrong = h("p", { class: "wrong", id: "date-wrong", role: "alert" });

  constructor(
    private readonly words: Words,
    private readonly language: string,
  ) {
    const digits = (name: string, longest: string, complete: string) =>
      h("input", { type: "text", inputmode: "numeric", maxlength: longest, autocomplete: complete, name });
    this.day = digits("day", "2", "bday-day");
    this.year = digits("year", "4", "bday-year");
    this.month = h("select", { name: "month", autocomplete: "bday-month" }, h("option", { value: "" }));
    for (let month = 1; month <= 12; month++) {
      this.month.append(h("option", { value: String(month) }, monthName(month, language)));
    }
    const parts = { day: this.labelled(words.day, this.day), month: this.labelled(words.month, this.month) };
    const first = monthComesFirst(language) ? [parts.month, parts.day] : [parts.day, parts.month];
    this.root = h(
      "fieldset",
      { class: "birth", "aria-describedby": "date-wrong" },
      h("legend", {}, words.date_of_birth),
      h("div", { class: "parts" }, ...first, this.labelled(words.year, this.year)),
    );
  }

  focus(): void {
    this.root.querySelector<HTMLElement>("select, input")?.focus();
  }

  clear(): void {
    this.day.value = this.month.value = this.year.value = "";
    this.complain("");
  }

  /** The date in words that the desk understands; null, with a complaint, when there is no such date. */
  text(): string | null {
    const [day, month, year] = [this.day, this.month, this.year].map((field) => Number(field.value.trim()));
    const thisYear = new Date().getFullYear();
    if (!day || !month || !year) return this.complain(this.words.date_unfinished);
    const date = new Date(Date.UTC(year, month - 1, day));
    const exists = date.getUTCDate() === day && year >= thisYear - 130 && date.getTime() <= Date.now();
    if (!exists) return this.complain(this.words.date_wrong);
    this.complain("");
    return inWords(date, this.language);
  }

  private labelled(text: string, field: HTMLElement): HTMLLabelElement {
    return h("label", {}, h("span", {}, text), field);
  }

  private complain(text: string): null {
    this.wrong.textContent = text;
    return null;
  }
}

/** A day as a sentence would name it; `date` is midnight UTC. */
export function inWords(date: Date, language: string): string {
  const how = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" } as const;
  return new Intl.DateTimeFormat(language, how).format(date);
}

function monthName(month: number, language: string): string {
  const date = new Date(Date.UTC(2000, month - 1, 1));
  return new Intl.DateTimeFormat(language, { month: "long", timeZone: "UTC" }).format(date);
}

function monthComesFirst(language: string): boolean {
  const parts = new Intl.DateTimeFormat(language, { day: "numeric", month: "long" }).formatToParts(
    new Date(0),
  );
  return parts.find((part) => part.type === "month" || part.type === "day")?.type === "month";
}
