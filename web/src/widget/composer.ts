// Where the patient writes: a field that fits what was asked, and always their own words if they prefer.
import type { Practice } from "./api";
import { BirthDate, inWords } from "./birth_date";
import { h, icon, SEND } from "./dom";
import { filled } from "./words";

/** What kind of field is shown. */
type Kind = "words" | "phone" | "email" | "name" | "birth";

const KINDS: Record<string, Kind> = {
  phone: "phone",
  email: "email",
  patient_name: "name",
  date_of_birth: "birth",
};
/** From so many characters left on, they are counted. */
const COUNTED = 200;

export class Composer {
  readonly root: HTMLFormElement;
  private readonly label = h("label", { for: "field" });
  private readonly place = h("div", { class: "place" });
  private readonly count = h("p", { class: "count", role: "status" });
  private readonly switcher: HTMLButtonElement;
  private readonly day: HTMLInputElement;
  private readonly dayRow: HTMLLabelElement;
  private readonly birth: BirthDate;
  private field: HTMLTextAreaElement | HTMLInputElement = h("textarea");
  private kind: Kind | null = null;
  private expects: string | null = null;

  constructor(
    private readonly practice: Practice,
    private readonly send: (text: string) => void,
  ) {
    const { words, language } = practice;
    this.birth = new BirthDate(words, language);
    this.switcher = h("button", { type: "button", class: "link", onclick: () => this.switch() });
    this.day = h("input", { type: "date", onchange: () => this.pickDay() });
    this.dayRow = h("label", { class: "day" }, h("span", {}, words.pick_day), this.day);
    this.root = h(
      "form",
      { class: "composer", novalidate: true, autocomplete: "on", onsubmit: (event) => this.submit(event) },
      this.label,
      h(
        "div",
        { class: "row" },
        this.place,
        h("button", { type: "submit", class: "send" }, h("span", {}, words.send), icon(SEND)),
      ),
      this.birth.wrong,
      this.count,
      this.dayRow,
      this.switcher,
    );
    this.show("words");
    this.dayRow.hidden = this.switcher.hidden = true;
  }

  /** Shows the field that fits; what is half written stays. */
  ask(expects: string | null): void {
    if (expects === this.expects) return;
    this.expects = expects;
    const kind = KINDS[expects ?? ""] ?? "words";
    if (!this.written()) this.show(kind);
    this.dayRow.hidden = expects !== "date";
    this.day.value = "";
    this.switcher.hidden = kind === "words";
  }

  focus(): void {
    if (this.kind === "birth") this.birth.focus();
    else this.field.focus();
  }

  /** A text that came back, to be changed or sent elsewhere. */
  restore(text: string): void {
    this.show("words");
    this.field.value = text;
    this.grown();
  }

  private written(): boolean {
    return this.kind !== "birth" && this.field.value.trim() !== "";
  }

  private show(kind: Kind): void {
    const { words } = this.practice;
    const before = this.root?.contains(activeIn(this.root)) ?? false;
    if (kind !== this.kind) {
      this.kind = kind;
      this.birth.clear();
      this.field = this.fieldOf(kind);
      this.place.replaceChildren(kind === "birth" ? this.birth.root : this.field);
      this.label.hidden = kind === "birth";
      const labels = {
        words: words.your_message,
        birth: "",
        phone: words.phone,
        email: words.email,
        name: words.name,
      };
      this.label.textContent = labels[kind];
      this.grown();
    }
    this.switcher.textContent = kind === "words" ? words.in_fields : words.in_words;
    if (before) this.focus();
  }

  private fieldOf(kind: Kind): HTMLTextAreaElement | HTMLInputElement {
    const always = { id: "field", oninput: () => this.grown() };
    if (kind === "phone") return h("input", { ...always, type: "tel", autocomplete: "tel" });
    if (kind === "email") return h("input", { ...always, type: "email", autocomplete: "email" });
    if (kind === "name") {
      return h("input", {
        ...always,
        type: "text",
        autocomplete: "name",
        autocapitalize: "words",
        spellcheck: "false",
      });
    }
    return h("textarea", {
      ...always,
      rows: "1",
      enterkeyhint: "send",
      onkeydown: (event) => this.key(event as KeyboardEvent),
      onpaste: (event) => this.paste(event as ClipboardEvent),
    });
  }

  private switch(): void {
    this.show(this.kind === "words" ? (KINDS[this.expects ?? ""] ?? "words") : "words");
    this.focus();
  }

  private key(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.root.requestSubmit();
  }

  /** Far too much is not even taken into the field: that would freeze the page. */
  private paste(event: ClipboardEvent): void {
    const { words, longest } = this.practice;
    const pasted = event.clipboardData?.getData("text/plain") ?? "";
    if (pasted.length < longest * 5) return;
    event.preventDefault();
    this.field.setRangeText(
      pasted.slice(0, longest),
      this.field.selectionStart ?? 0,
      this.field.selectionEnd ?? 0,
      "end",
    );
    this.grown();
    this.count.textContent = filled(words.pasted_part, { count: this.number(longest) });
  }

  private pickDay(): void {
    const date = this.day.valueAsDate;
    if (!date) return;
    this.show("words");
    this.field.value = inWords(date, this.practice.language);
    this.grown();
  }

  /** The field grows with its text; what is left is counted once it gets scarce. */
  private grown(): void {
    const { words, longest } = this.practice;
    const left = longest - this.field.value.length;
    const scarce = left < 0 ? words.too_long : left <= COUNTED ? words.characters_left : "";
    this.count.textContent = filled(scarce, { count: this.number(Math.abs(left)) });
    this.count.classList.toggle("wrong", left < 0);
    this.field.setAttribute("aria-invalid", String(left < 0));
    if (this.field instanceof HTMLTextAreaElement && !CSS.supports("field-sizing", "content")) {
      this.field.style.height = "auto";
      this.field.style.height = `${this.field.scrollHeight + 2}px`;
    }
  }

  private number(value: number): string {
    return new Intl.NumberFormat(this.practice.language).format(value);
  }

  private submit(event: Event): void {
    event.preventDefault();
    const text = this.kind === "birth" ? this.birth.text() : this.field.value.trim();
    if (text && text.length <= this.practice.longest) this.send(text);
    else if (this.kind !== "birth") this.focus();
  }

  /** Called once a text was taken. */
  taken(): void {
    this.birth.clear();
    this.field.value = "";
    this.day.value = "";
    this.grown();
  }
}

/** The element that has the focus within the same shadow root. */
function activeIn(element: Element): Element | null {
  const root = element.getRootNode();
  return root instanceof ShadowRoot || root instanceof Document ? root.activeElement : null;
}
