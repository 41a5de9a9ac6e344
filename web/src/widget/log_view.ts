// The log: what was said, what was booked, what may be answered, and that somebody is writing.
import type { Appointment, Option, Practice } from "./api";
import type { Conversation, Entry } from "./conversation";
import { CALENDAR, h, icon } from "./dom";
import { filled } from "./words";

export class LogView {
  readonly root: HTMLElement;
  private readonly log: HTMLElement;
  private readonly typing: HTMLElement;
  private readonly cards = h("div", { class: "cards" });
  private readonly options: HTMLElement;
  private readonly shown = new Map<Entry, HTMLElement>();
  private cardsShown: Appointment[] = [];
  private optionsShown: Option[] = [];
  private atEnd = true;

  constructor(
    private readonly practice: Practice,
    private readonly conversation: () => Conversation,
    private readonly choose: (option: Option) => void,
  ) {
    const { words } = practice;
    this.log = h("div", { role: "log", "aria-live": "polite", "aria-relevant": "additions", class: "log" });
    this.typing = h("p", { class: "typing", role: "status" });
    this.options = h("div", { class: "options", role: "group", "aria-label": words.suggested });
    const name = { role: "region", "aria-label": words.conversation };
    const parts = [this.log, this.typing, this.options];
    this.root = h("div", { class: "scroll", tabindex: "0", ...name }, ...parts);
    this.root.addEventListener("scroll", () => {
      this.atEnd = this.root.scrollHeight - this.root.scrollTop - this.root.clientHeight < 60;
    });
    new ResizeObserver(() => this.atEnd && this.toEnd()).observe(this.root);
  }

  /** Shows the conversation as it is now. */
  update(): void {
    const { entries, options, appointments, thinking } = this.conversation();
    const before = this.shown.size;
    // What was said before this page opened is not read out again.
    this.log.setAttribute("aria-busy", String(thinking && before === 0 && entries.length > 1));
    this.showEntries(entries);
    this.showTyping(thinking);
    if (options !== this.optionsShown) this.showOptions(options);
    if (appointments !== this.cardsShown) this.showCards(appointments);
    if (this.atEnd || this.shown.size > before) this.toEnd();
  }

  /** Scrolls to the end, but not past the start of the last message. */
  toEnd(): void {
    const last = [...this.shown.values()].at(-1);
    const end = this.root.scrollHeight - this.root.clientHeight;
    const start = last ? last.offsetTop - 12 : end;
    this.root.scrollTop = Math.min(end, Math.max(start, 0));
  }

  private showEntries(entries: Entry[]): void {
    for (const [entry, element] of this.shown) {
      if (entries.includes(entry)) continue;
      element.remove();
      this.shown.delete(entry);
    }
    entries.forEach((entry, index) => {
      let element = this.shown.get(entry);
      if (!element) {
        element = this.message(entry);
        this.shown.set(entry, element);
        const later = entries.slice(index + 1).find((one) => this.shown.has(one));
        this.log.insertBefore(element, (later && this.shown.get(later)) ?? null);
      }
      const before = entries.slice(0, index).filter((one) => one.role !== "patient");
      element.classList.toggle("known", entry.role === "patient" || before.at(-1)?.role === entry.role);
      element.classList.toggle("more", entries[index - 1]?.role === entry.role);
      element.classList.toggle("waiting", entry.waiting);
    });
  }

  private message({ role, text }: Entry): HTMLElement {
    const { words } = this.practice;
    const who = { desk: words.desk, staff: words.staff, patient: words.you }[role];
    return h(
      "div",
      { class: `message ${role}` },
      h("span", { class: "who" }, who),
      h("p", { dir: "auto" }, text),
      role === "patient" ? h("span", { class: "unsent" }, words.not_sent) : null,
    );
  }

  private showTyping(on: boolean): void {
    if (on === this.typing.childElementCount > 0) return;
    const dots = ["", "", ""].map(() => h("i"));
    this.typing.replaceChildren(
      ...(on ? [h("span", { class: "unseen" }, this.practice.words.typing), ...dots] : []),
    );
  }

  private showOptions(options: Option[]): void {
    this.optionsShown = options;
    const hadFocus = this.options.matches(":focus-within");
    this.options.hidden = options.length === 0;
    this.options.replaceChildren(
      ...options.map((option) => {
        const name = option.text === option.label ? {} : { "aria-description": option.text };
        return h(
          "button",
          { type: "button", dir: "auto", ...name, onclick: () => this.choose(option) },
          option.label,
        );
      }),
    );
    if (hadFocus) this.root.focus({ preventScroll: true });
  }

  private showCards(appointments: Appointment[]): void {
    this.cardsShown = appointments;
    this.log.append(this.cards); // it stays with what was said when it came
    const { words } = this.practice;
    const cards = appointments.map((one) => {
      const what = { type: one.appointment_type, practitioner: one.practitioner };
      return h(
        "div",
        { class: "card" },
        h("h3", {}, words.your_appointment),
        h("p", { class: "when" }, this.when(one.start)),
        h("p", {}, filled(words.with_practitioner, what)),
      );
    });
    const button = h(
      "button",
      { type: "button", class: "primary", onclick: () => this.download() },
      icon(CALENDAR),
      h("span", {}, words.add_to_calendar),
    );
    this.cards.replaceChildren(
      ...cards,
      ...(cards.length ? [button, h("p", { class: "wrong", role: "alert" })] : []),
    );
  }

  private when(start: string): string {
    const { language, time_zone } = this.practice;
    const how = {
      weekday: "long",
      day: "numeric",
      month: "long",
      hour: "numeric",
      minute: "2-digit",
    } as const;
    return new Intl.DateTimeFormat(language, { ...how, timeZone: time_zone }).format(new Date(start));
  }

  private async download(): Promise<void> {
    const complaint = this.cards.querySelector(".wrong");
    try {
      const url = URL.createObjectURL(await this.conversation().calendarFile());
      h("a", { href: url, download: "appointment.ics" }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
      if (complaint) complaint.textContent = "";
    } catch {
      if (complaint) complaint.textContent = this.practice.words.calendar_failed;
    }
  }
}
