// `<reception-chat>`: a button that opens the panel, or the panel itself, in a shadow root of its own.
import { Api, type Practice, Problem } from "./api";
import { CHAT, dial, h, icon, PHONE } from "./dom";
import { Keeping } from "./keeping";
import { Panel, withNumber } from "./panel";
import { setAccent } from "./theme";
import style from "./widget.css";
import { filled } from "./words";

/** Below this width the open panel covers the page. */
const NARROW = "(max-width: 559px), (max-height: 519px)";
/** Milliseconds between two attempts to learn about the practice. */
const RETRY = [2000, 5000, 15_000, 60_000];

export class ReceptionChat extends HTMLElement {
  private readonly root = this.attachShadow({ mode: "open" });
  private readonly frame = h("div", { class: "frame" });
  private readonly news = h("p", { class: "unseen", role: "status" });
  private panel: Panel | null = null;
  private dialog: HTMLDialogElement | null = null;
  private launcher: HTMLButtonElement | null = null;
  private keeping: Keeping | null = null;
  private said = 0;
  private seen = 0;
  private unread = "";
  private begun = false;

  connectedCallback(): void {
    if (this.begun) return;
    this.begun = true;
    this.root.append(this.frame);
    this.dress();
    setAccent(this, this.getAttribute("accent") ?? "");
    void this.begin(0);
  }

  /** Taken out of the page, it falls silent; put in again, it goes on. */
  disconnectedCallback(): void {
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.panel?.stop();
      this.panel = this.dialog = this.launcher = null;
      this.frame.replaceChildren();
      this.begun = false;
    });
  }

  /** Opens the panel, as the button does. */
  open(): void {
    if (!this.dialog || this.dialog.open) return;
    if (matchMedia(NARROW).matches) this.dialog.showModal();
    else this.dialog.show();
    this.launcher?.setAttribute("aria-expanded", "true");
    this.frame.classList.add("open");
    this.keeping?.write({ open: true });
    this.panel?.shown();
    this.panel?.focus();
    this.showUnread(this.said, true);
    void this.panel?.start();
  }

  /** Closes the panel; the conversation goes on. */
  close(): void {
    this.dialog?.close();
  }

  /** A sheet made by a script needs no leave from the page's own policy; older browsers have none. */
  private dress(): void {
    if ("adoptedStyleSheets" in this.root) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(style);
      this.root.adoptedStyleSheets = [sheet];
    } else {
      (this.root as ShadowRoot).prepend(h("style", {}, style));
    }
  }

  private async begin(attempt: number): Promise<void> {
    const service = this.getAttribute("service") ?? "";
    const slug = this.getAttribute("practice") ?? "";
    if (!slug) {
      this.unusable("the attribute data-practice is missing: set it to the practice's slug");
      return;
    }
    const api = new Api(service);
    try {
      const practice = await api.practice(
        slug,
        this.getAttribute("language") ?? document.documentElement.lang,
      );
      if (practice.allowed) this.show(api, practice, new Keeping(service, slug));
      else {
        const advice = `add it to \`origins\` in the practice file of ${slug}`;
        this.unusable(`${location.origin} may not use this chat: ${advice}`, practice);
      }
    } catch (error) {
      const { status } = error instanceof Problem ? error : new Problem(0, 0);
      if (status === 404) {
        this.unusable(`there is no practice "${slug}" at ${service}`);
        return;
      }
      if (attempt === 0) this.unusable(`${service} does not answer (${status}); it is tried again`);
      setTimeout(() => this.begin(attempt + 1), RETRY[Math.min(attempt, RETRY.length - 1)]);
    }
  }

  private show(api: Api, practice: Practice, keeping: Keeping): void {
    this.keeping = keeping;
    this.frame.lang = practice.language;
    this.frame.dir = practice.words.dir;
    const inline = this.getAttribute("mode") === "inline";
    const panel = new Panel(api, practice, keeping, inline ? null : () => this.close());
    this.panel = panel;
    if (inline) {
      this.frame.replaceChildren(panel.root);
      void panel.start();
      return;
    }
    this.showButton(practice, panel);
    const kept = keeping.read();
    this.seen = kept?.seen ?? 0;
    if (!kept?.token) return;
    if (kept.open && !matchMedia(NARROW).matches) this.reopen();
    void panel.goOn();
  }

  private showButton({ words }: Practice, panel: Panel): void {
    const label = this.getAttribute("label") || words.launcher;
    this.unread = words.unread;
    const badge = h("span", { class: "badge", hidden: true });
    const open = () => this.open();
    this.launcher = h(
      "button",
      {
        type: "button",
        class: "launcher",
        "aria-expanded": "false",
        "aria-haspopup": "dialog",
        onclick: open,
      },
      icon(CHAT),
      h("span", {}, label),
      badge,
    );
    this.frame.role = "region";
    this.frame.ariaLabel = label;
    this.dialog = panel.root as HTMLDialogElement;
    this.dialog.addEventListener("close", () => this.closed());
    this.dialog.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing) this.close();
    });
    if (window.visualViewport) this.keepVisible(window.visualViewport);
    panel.onChange = (said) => this.showUnread(said, this.dialog?.open ?? false);
    this.frame.replaceChildren(this.launcher, this.dialog, this.news);
  }

  /** On a telephone the keyboard covers the page's end: the panel keeps to what is left to see. */
  private keepVisible(viewport: VisualViewport): void {
    const fit = () => {
      this.frame.style.setProperty("--visible", `${Math.round(viewport.height)}px`);
      if (this.dialog?.open) this.panel?.shown();
    };
    viewport.addEventListener("resize", fit);
  }

  /** On the next page the panel stands open again, without taking the focus. */
  private reopen(): void {
    const before = document.activeElement;
    this.dialog?.show();
    this.frame.classList.add("open");
    this.launcher?.setAttribute("aria-expanded", "true");
    (this.root.activeElement as HTMLElement | null)?.blur();
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  }

  private closed(): void {
    this.frame.classList.remove("open");
    this.launcher?.setAttribute("aria-expanded", "false");
    if (this.keeping?.read()) this.keeping.write({ open: false });
    this.launcher?.focus();
  }

  /** How many messages of desk and staff came while the panel was closed, on this page or the one before. */
  private showUnread(said: number, open: boolean): void {
    this.said = said;
    if (said && (open || said < this.seen) && said !== this.seen) {
      this.seen = said;
      this.keeping?.write({ seen: said });
    }
    const count = Math.max(0, said - this.seen);
    const badge = this.launcher?.querySelector<HTMLElement>(".badge");
    if (!badge) return;
    badge.hidden = count === 0;
    badge.textContent = count ? String(count) : "";
    this.news.textContent = count ? filled(this.unread, { count }) : "";
  }

  /** Says in the console why there is no chat, and to the patient whom to call, where that is known. */
  private unusable(reason: string, practice: Practice | null = null): void {
    console.error(`reception: ${reason}`);
    const given = this.getAttribute("phone");
    const phone = practice?.phone ?? (given ? { number: given, text: given } : null);
    if (!phone && !practice) return;
    const parts: Node[] = [];
    if (practice) {
      this.frame.lang = practice.language;
      this.frame.dir = practice.words.dir;
      const { words, emergency_number: number } = practice;
      this.frame.role = "region";
      this.frame.ariaLabel = practice.name;
      parts.push(h("p", {}, words.not_here));
      if (phone) parts.push(withNumber(words.please_call, phone));
      parts.push(h("p", {}, dial(number, words.emergency.replace("{number}", number))));
    } else if (phone) {
      parts.push(h("p", {}, icon(PHONE), dial(phone.number, phone.text)));
    }
    this.frame.replaceChildren(h("div", { class: "fallback" }, ...parts));
  }
}
