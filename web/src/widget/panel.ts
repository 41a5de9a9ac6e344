// The panel with the conversation: who is there, the emergency number, the log, the field to write in.
import type { Api, Practice } from "./api";
import { Composer } from "./composer";
import { Conversation, type Returned } from "./conversation";
import { CROSS, dial, h, icon, PHONE } from "./dom";
import type { Keeping } from "./keeping";
import { LogView } from "./log_view";
import { filled } from "./words";

export class Panel {
  readonly root: HTMLElement;
  /** Told after every change; `unread` counts what desk and staff said. */
  onChange: (said: number) => void = () => {};
  private conversation: Conversation;
  private readonly log: LogView;
  private readonly composer: Composer;
  private readonly state = h("p", { class: "state" });
  private readonly notice = h("div", { class: "notice", role: "alert", hidden: true });
  private readonly over = h("div", { class: "over", hidden: true });
  private readonly asking = h("div", { class: "asking", role: "group", hidden: true });
  private complaint = "";
  private dismissed: Conversation | null = null;

  constructor(
    private readonly api: Api,
    private readonly practice: Practice,
    private readonly keeping: Keeping,
    close: (() => void) | null,
  ) {
    this.conversation = this.newConversation();
    this.log = new LogView(
      practice,
      () => this.conversation,
      (option) => this.say(option.text),
    );
    this.composer = new Composer(practice, (text) => this.say(text));
    const parts = [
      this.header(close),
      this.emergency(),
      this.log.root,
      this.notice,
      this.over,
      this.composer.root,
    ];
    const label = { "aria-labelledby": "title", class: "panel" };
    this.root = h(close ? "dialog" : "section", label, ...parts, this.asking, this.footer());
  }

  /** Goes on with a kept conversation; false when there is none. */
  goOn(): Promise<boolean> {
    return this.conversation.goOn();
  }

  /** Begins a conversation unless one goes on. */
  async start(): Promise<void> {
    if (!(await this.conversation.goOn())) await this.conversation.begin();
  }

  /** Stops listening; the conversation goes on when the panel is built again. */
  stop(): void {
    this.dismissed = this.conversation;
    this.conversation.stop();
  }

  focus(): void {
    if (matchMedia("(pointer: fine)").matches && !this.composer.root.hidden) this.composer.focus();
    else this.log.root.focus({ preventScroll: true });
  }

  shown(): void {
    this.log.toEnd();
  }

  private newConversation(): Conversation {
    return new Conversation(
      this.api,
      this.practice,
      this.keeping,
      () => this.update(),
      (text, why) => this.takeBack(text, why),
    );
  }

  private say(text: string): void {
    if (this.conversation.ended) return;
    this.complaint = "";
    void this.conversation.say(text);
    this.composer.taken();
    this.focus();
  }

  private takeBack(text: string, why: Returned): void {
    this.complaint = why === "refused" ? this.practice.words.refused : "";
    this.composer.restore(text);
  }

  private update(): void {
    const { conversation } = this;
    if (!this.root || conversation === this.dismissed) return;
    this.composer.ask(conversation.expects);
    this.composer.root.hidden = conversation.ended !== null;
    this.showState();
    this.showTrouble();
    this.showEnd();
    this.log.update(); // last, as it scrolls within what room the others leave
    this.onChange(conversation.entries.filter((one) => one.role !== "patient").length);
  }

  private showState(): void {
    const { words } = this.practice;
    const { ended, status, withTeam } = this.conversation;
    const open = withTeam ? words.with_team : status === "handed_over" ? words.team_comes : words.assistant;
    const text = ended ? words.ended : open;
    if (this.state.textContent !== text) this.state.textContent = text;
    this.state.classList.toggle("team", withTeam && !ended);
  }

  private showTrouble(): void {
    const { words, phone } = this.practice;
    const { trouble } = this.conversation;
    const text = trouble ? filled(words[trouble.kind], { seconds: trouble.seconds }) : this.complaint;
    if (this.notice.dataset.text === text && !this.notice.hidden) return;
    this.notice.dataset.text = text;
    this.notice.hidden = text === "";
    if (!text) return;
    const call = trouble && phone ? withNumber(words.or_call, phone) : null;
    const again = h("button", { type: "button", onclick: () => this.conversation.tryNow() }, words.try_now);
    this.notice.replaceChildren(h("p", {}, text), ...(call ? [call] : []), ...(trouble ? [again] : []));
  }

  private showEnd(): void {
    const { words } = this.practice;
    const { ended } = this.conversation;
    if (this.over.hidden === (ended === null)) return;
    this.over.hidden = ended === null;
    if (!ended) return;
    const start = h(
      "button",
      { type: "button", class: "primary", onclick: () => this.startAnew() },
      words.start_new,
    );
    this.over.replaceChildren(h("p", {}, words[ended]), start);
    if (this.root.matches(":focus-within") || activeIsLost(this.root)) start.focus();
  }

  private startAnew(): void {
    this.dismissed = this.conversation;
    this.conversation.stop();
    this.keeping.forget();
    this.asking.hidden = true;
    this.complaint = "";
    this.conversation = this.newConversation();
    this.update();
    this.focus();
    void this.conversation.begin();
  }

  private header(close: (() => void) | null): HTMLElement {
    const { name, words } = this.practice;
    const titles = h("div", { class: "titles" }, h("h2", { id: "title", dir: "auto" }, name), this.state);
    const cross = close
      ? h(
          "button",
          { type: "button", class: "close", "aria-label": words.close, onclick: close },
          icon(CROSS),
        )
      : null;
    this.state.textContent = words.assistant;
    return h("div", { class: "header" }, titles, cross);
  }

  private emergency(): HTMLElement {
    const { emergency_number: number, words } = this.practice;
    const link = dial(number, icon(PHONE), h("span", {}, filled(words.emergency, { number })));
    link.className = "emergency";
    return link;
  }

  private footer(): HTMLElement {
    const { words, phone, privacy_url: privacy } = this.practice;
    const again = h("button", { type: "button", class: "link", onclick: () => this.ask() }, words.start_over);
    const links = h(
      "p",
      { class: "links" },
      phone ? dial(phone.number, filled(words.call, { phone: phone.text })) : null,
      privacy ? h("a", { href: privacy, target: "_blank", rel: "noopener noreferrer" }, words.privacy) : null,
      again,
    );
    return h("div", { class: "footer" }, links);
  }

  /** Starting over ends what was begun, so it is asked first. */
  private ask(): void {
    const { words } = this.practice;
    if (this.conversation.ended || this.conversation.entries.length < 2) {
      this.startAnew();
      return;
    }
    const no = () => {
      this.asking.hidden = true;
      this.focus();
    };
    const yes = h(
      "button",
      { type: "button", class: "primary", onclick: () => this.startAnew() },
      words.start_over_yes,
    );
    const stay = h("button", { type: "button", onclick: no }, words.start_over_no);
    this.asking.replaceChildren(h("p", { id: "sure" }, words.start_over_sure), yes, stay);
    this.asking.setAttribute("aria-labelledby", "sure");
    this.asking.hidden = false;
    stay.focus();
  }
}

/** A sentence with the number as a link in it. */
export function withNumber(sentence: string, phone: { number: string; text: string }): HTMLParagraphElement {
  const [before = "", after = ""] = sentence.split("{phone}");
  return h("p", {}, before, dial(phone.number, phone.text), after);
}

/** Whether the focus was on something that has just been hidden. */
function activeIsLost(root: HTMLElement): boolean {
  const shadow = root.getRootNode();
  return (
    shadow instanceof ShadowRoot && document.activeElement === shadow.host && shadow.activeElement === null
  );
}
