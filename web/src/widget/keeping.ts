// What outlives a page: the conversation's key and what is not sent yet, until the browser tab closes.
//
// sessionStorage and not localStorage: on a shared computer the next person must not find it. Other tabs of the
// same website that are open at the same time are asked for it.
import type { Key } from "./api";

export interface Unsent {
  text: string;
  clientId: string;
}

export interface Kept extends Key {
  /** Milliseconds of the last thing that was said. */
  at: number;
  open: boolean;
  /** How many messages of desk and staff were seen. */
  seen: number;
  unsent: Unsent[];
}

/** Milliseconds after which an untouched conversation is forgotten. */
const EXPIRY = 2 * 60 * 60 * 1000;
/** Milliseconds that other tabs have to answer. */
const OTHERS = 150;

export class Keeping {
  private readonly name: string;
  private readonly channel: BroadcastChannel | null;
  /** Told when another tab began a conversation or ended it. */
  onOther: (key: Key | null) => void = () => {};

  constructor(service: string, practice: string) {
    this.name = `reception:${service}:${practice}`;
    this.channel = "BroadcastChannel" in window ? new BroadcastChannel(this.name) : null;
    this.channel?.addEventListener("message", ({ data }) => {
      if (data === "anyone?") this.tell();
      else if (data?.id && data.token && data.id !== this.read()?.id)
        this.onOther({ id: data.id, token: data.token });
    });
  }

  read(): Kept | null {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.name) ?? "null") as Kept | null;
      if (kept && Date.now() - kept.at < EXPIRY) return kept;
      sessionStorage.removeItem(this.name);
    } catch {
      // storage may be forbidden, or hold what somebody else wrote: then nothing is kept
    }
    return null;
  }

  /** Keeps a key, or changes what is kept. */
  write(changes: Partial<Kept>): void {
    const kept: Kept = {
      id: "",
      token: "",
      open: false,
      seen: 0,
      unsent: [],
      ...this.read(),
      ...changes,
      at: Date.now(),
    };
    try {
      sessionStorage.setItem(this.name, JSON.stringify(kept));
    } catch {
      // as above
    }
    if (changes.token) this.tell();
  }

  forget(): void {
    try {
      sessionStorage.removeItem(this.name);
    } catch {
      // as above
    }
  }

  /** The key of a conversation that another open tab holds. */
  async fromOthers(): Promise<Key | null> {
    const channel = this.channel;
    if (!channel) return null;
    return new Promise((resolve) => {
      const answer = ({ data }: MessageEvent) => data?.token && done({ id: data.id, token: data.token });
      const done = (key: Key | null) => {
        channel.removeEventListener("message", answer);
        resolve(key);
      };
      channel.addEventListener("message", answer);
      channel.postMessage("anyone?");
      setTimeout(done, OTHERS, null);
    });
  }

  private tell(): void {
    const kept = this.read();
    if (kept?.token) this.channel?.postMessage({ id: kept.id, token: kept.token });
  }
}
