// One conversation as the patient sees it: what was said, what waits to be sent, and what is in the way. No DOM.
import {
  type Api,
  type Appointment,
  type Key,
  type Message,
  type News,
  type Option,
  type Practice,
  Problem,
  type Status,
} from "./api";
import type { Keeping, Unsent } from "./keeping";
import { Live } from "./live";

/** A message in the log; one without `id` is ours and the server has not shown it to us yet. */
export interface Entry {
  id: string | null;
  role: Message["role"];
  text: string;
  /** Ours, and not arrived yet. */
  clientId: string | null;
  /** It takes longer than it should. */
  waiting: boolean;
}

/** What is in the way: no network, too fast, the service is away. What was said is sent again by itself. */
export interface Trouble {
  kind: "offline" | "slow_down" | "away" | "away_at_start";
  seconds: number;
}

/** Why a text came back unsent: it goes back to where it was written. */
export type Returned = "refused" | "closed" | "lost";

/** Milliseconds before the first and between the last attempts to send. */
const RETRY = 2000;
const LONGEST_RETRY = 30_000;

export class Conversation {
  entries: Entry[] = [];
  options: Option[] = [];
  expects: string | null = null;
  status: Status = "open";
  appointments: Appointment[] = [];
  trouble: Trouble | null = null;
  thinking = false;
  started = false;
  ended: "closed" | "lost" | null = null;

  private key: Key | null = null;
  private unsent: Unsent[] = [];
  private live: Live | null = null;
  private timer = 0;
  private attempts = 0;
  private busy = false;
  private confirming = false;
  private lookForAppointments = false;

  constructor(
    private readonly api: Api,
    private readonly practice: Practice,
    private readonly keeping: Keeping,
    private readonly changed: () => void,
    private readonly returned: (text: string, why: Returned) => void,
  ) {
    window.addEventListener("online", this.online);
    keeping.onOther = (key) => {
      if (key && !this.started) void this.resume(key);
    };
  }

  get withTeam(): boolean {
    const others = this.entries.filter((one) => one.role !== "patient");
    return others.at(-1)?.role === "staff";
  }

  /** Goes on with what was kept; false when there is nothing to go on with. */
  async goOn(): Promise<boolean> {
    const kept = this.keeping.read();
    if (kept?.token) {
      this.unsent = kept.unsent;
      await this.resume(kept);
      return this.key !== null;
    }
    const other = await this.keeping.fromOthers();
    if (!other || this.started) return this.started;
    await this.resume(other);
    return this.key !== null;
  }

  /** Begins a conversation, unless one goes on. */
  async begin(): Promise<void> {
    if (this.started || this.busy) return;
    await this.attempt(async () => {
      const { id, token, ...news } = await this.api.start(this.practice);
      this.adopt({ id, token });
      this.receive(news);
    });
  }

  /** Says something: shown at once, kept, and sent until it has arrived. */
  async say(text: string): Promise<void> {
    const said = storable(text);
    if (!said || this.ended) return;
    const unsent = { text: said, clientId: identifier() };
    this.unsent.push(unsent);
    this.entries.push(echo(unsent, this.trouble !== null));
    this.ask(null, []);
    this.keeping.write({ unsent: this.unsent });
    this.changed();
    await this.deliver();
  }

  /** Whatever waits is tried at once. */
  tryNow(): void {
    if (!this.trouble || this.busy) return;
    clearTimeout(this.timer);
    if (this.unsent.length && this.started) void this.deliver();
    else if (this.key) void this.resume(this.key);
    else void this.begin();
  }

  async calendarFile(): Promise<Blob> {
    if (!this.key) throw new Problem(404, 0);
    return this.api.calendarFile(this.key);
  }

  /** Stops listening; what is kept stays kept. */
  stop(): void {
    clearTimeout(this.timer);
    window.removeEventListener("online", this.online);
    this.live?.close();
  }

  private readonly online = (): void => this.tryNow();

  private async resume(key: Key): Promise<void> {
    this.key = key;
    for (const one of this.unsent) {
      if (!this.entries.some((entry) => entry.clientId === one.clientId)) this.entries.push(echo(one, true));
    }
    await this.attempt(async () => {
      const news = await this.api.whole(key);
      this.adopt(key);
      this.lookForAppointments = true;
      this.receive(news);
    });
  }

  private adopt(key: Key): void {
    this.key = key;
    this.started = true;
    this.keeping.write({ id: key.id, token: key.token });
    this.live?.close();
    this.live = new Live(
      this.api,
      key,
      (news) => this.receive(news),
      () => this.end("lost"),
    );
  }

  private async deliver(): Promise<void> {
    const unsent = this.unsent[0];
    if (!unsent || this.busy) return;
    await this.attempt(async () => {
      if (!this.key) {
        const { id, token, ...news } = await this.api.start(this.practice);
        this.adopt({ id, token });
        this.receive(news);
      }
      const answer = await this.api.say(this.key as unknown as Key, unsent.text, unsent.clientId);
      this.settle(unsent);
      this.receive(answer);
    });
  }

  /** This one has arrived, or never will. */
  private settle(unsent: Unsent): void {
    this.unsent = this.unsent.filter((one) => one !== unsent);
    this.keeping.write({ unsent: this.unsent });
    const entry = this.entries.find((one) => one.clientId === unsent.clientId);
    if (entry) entry.waiting = false;
    if (entry) entry.clientId = null;
  }

  /** Does something that may fail, and says what then happens. */
  private async attempt(work: () => Promise<void>): Promise<void> {
    this.busy = this.thinking = true;
    this.trouble = null;
    clearTimeout(this.timer);
    this.changed();
    try {
      await work();
      this.attempts = 0;
    } catch (error) {
      this.failed(error instanceof Problem ? error : new Problem(0, 0));
      if (!(error instanceof Problem)) console.error("reception:", error);
    } finally {
      this.busy = this.thinking = false;
      this.changed();
    }
    if (this.unsent.length && !this.trouble && !this.ended) await this.deliver(); // written in the meantime
  }

  private failed({ status, retryAfter }: Problem): void {
    if (status === 404 && !this.started && !this.unsent.length) {
      this.key = null; // what was kept is no longer there, and nothing is lost by beginning anew
      this.keeping.forget();
      return;
    }
    if (status === 404 || status === 409) {
      this.giveBack(status === 404 ? "lost" : "closed", this.unsent);
      this.end(status === 404 ? "lost" : "closed");
    } else if (status === 0 || status === 429 || status >= 500) {
      const backoff = Math.min(RETRY * 2 ** this.attempts++, LONGEST_RETRY) / 1000;
      const seconds = Math.max(retryAfter, Math.ceil(backoff));
      const away = this.unsent.length ? "away" : "away_at_start";
      this.trouble = { kind: status === 0 ? "offline" : status === 429 ? "slow_down" : away, seconds };
      for (const one of this.entries) one.waiting = one.clientId !== null;
      this.timer = window.setTimeout(() => this.tryNow(), seconds * 1000);
    } else {
      this.giveBack("refused", this.unsent.slice(0, 1));
    }
  }

  /** Texts go back to where they were written, and out of the log. */
  private giveBack(why: Returned, texts: Unsent[]): void {
    if (!texts.length) return;
    const ids = texts.map((one) => one.clientId);
    this.entries = this.entries.filter((one) => one.clientId === null || !ids.includes(one.clientId));
    for (const one of texts) this.settle(one);
    this.returned(texts.map((one) => one.text).join("\n"), why);
  }

  private end(why: "closed" | "lost"): void {
    this.ended = why;
    this.ask(null, []);
    this.keeping.forget();
    this.live?.close();
    this.changed();
  }

  private receive({ messages, status }: News): void {
    for (const message of messages) {
      if (!this.entries.some((one) => one.id === message.id)) this.add(message);
    }
    this.status = status;
    if (status === "closed" && !this.ended) this.end("closed");
    if (this.lookForAppointments) void this.lookAtAppointments();
    this.changed();
  }

  private add(message: Message): void {
    const { id, role, text } = message;
    const ours = this.entries.find((one) => one.id === null && one.role === role && one.text === text);
    if (ours) {
      ours.id = id; // said here, and now it comes back
      ours.waiting = false;
      return;
    }
    const waiting = this.entries.findIndex((one) => one.clientId !== null && one.id === null);
    const entry = { id, role, text, clientId: null, waiting: false };
    this.entries.splice(waiting < 0 ? this.entries.length : waiting, 0, entry);
    if (role !== "desk") {
      this.ask(null, []);
      return;
    }
    // Something was confirmed, so something may be booked, moved or cancelled by now.
    this.lookForAppointments ||= this.confirming;
    this.confirming = ["booking", "move", "cancel", "waitlist"].includes(message.about ?? "");
    if (waiting < 0) this.ask(message.expects, message.options);
  }

  private ask(expects: string | null, options: Option[]): void {
    this.expects = expects;
    this.options = options;
  }

  private async lookAtAppointments(): Promise<void> {
    this.lookForAppointments = false;
    if (!this.key) return;
    try {
      this.appointments = await this.api.appointments(this.key);
      this.changed();
    } catch {
      this.lookForAppointments = true; // with the next thing that is said
    }
  }
}

/** What was said here, before the service has shown it to us. */
function echo({ text, clientId }: Unsent, waiting: boolean): Entry {
  return { id: null, role: "patient", text, clientId, waiting };
}

/** The text as the service keeps it: without control characters. */
function storable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}]/gu, (sign) => (sign === "\n" || sign === "\t" ? sign : "")).trim();
}

/** crypto.randomUUID exists on secure pages only; a practice may try this out over http in its own network. */
function identifier(): string {
  if ("randomUUID" in crypto) return crypto.randomUUID();
  const bytes = (crypto as Crypto).getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
