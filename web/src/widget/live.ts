// Hears what is said by whomever: over a WebSocket, and by asking again and again where that is blocked.
import type { Api, Key, News } from "./api";
import { Problem } from "./api";

/** Milliseconds between two attempts at a WebSocket, at first and at most. */
const RETRY = 1000;
const LONGEST_RETRY = 30_000;
/** Milliseconds between two looks without a WebSocket: soon after something was said, and later. */
const LOOK = 3000;
const LOOK_SELDOM = 12_000;
const SOON = 120_000;

export class Live {
  private socket: WebSocket | null = null;
  private timer = 0;
  private looking = 0;
  private wait = RETRY;
  private opened = false;
  private ended = false;
  private lastNews = Date.now();

  constructor(
    private readonly api: Api,
    private readonly key: Key,
    private readonly tell: (news: News) => void,
    private readonly gone: () => void,
  ) {
    this.connect();
    window.addEventListener("online", this.again);
    document.addEventListener("visibilitychange", this.again);
  }

  close(): void {
    this.ended = true;
    clearTimeout(this.timer);
    clearTimeout(this.looking);
    window.removeEventListener("online", this.again);
    document.removeEventListener("visibilitychange", this.again);
    this.socket?.close();
  }

  private readonly again = (): void => {
    if (this.ended || document.hidden || this.socket) return;
    this.wait = RETRY;
    clearTimeout(this.timer);
    this.connect();
  };

  private connect(): void {
    let socket: WebSocket;
    try {
      socket = new WebSocket(this.api.eventsUrl(this.key));
    } catch {
      this.later(); // the page's own policy may forbid it
      return;
    }
    this.socket = socket;
    socket.onopen = () => socket.send(this.key.token);
    socket.onmessage = ({ data }) => {
      const first = this.wait !== 0;
      this.wait = 0;
      this.opened = true;
      clearTimeout(this.looking);
      this.looking = 0;
      // The first frame is empty: what was said while nobody listened is read now.
      if (first) void this.look();
      else this.told(JSON.parse(data) as News);
    };
    socket.onclose = ({ code }) => {
      this.socket = null;
      if (this.ended || code === 1000) return;
      this.later();
    };
  }

  private later(): void {
    const wait = this.wait || RETRY;
    this.wait = Math.min(wait * 2, LONGEST_RETRY);
    this.timer = window.setTimeout(() => this.connect(), wait);
    if (wait > RETRY || !this.opened) this.lookAgain();
  }

  private lookAgain(): void {
    if (this.looking) return;
    const pause = Date.now() - this.lastNews < SOON ? LOOK : LOOK_SELDOM;
    this.looking = window.setTimeout(async () => {
      this.looking = 0;
      if (!document.hidden) await this.look();
      if (!this.ended && this.socket?.readyState !== WebSocket.OPEN) this.lookAgain();
    }, pause);
  }

  private async look(): Promise<void> {
    try {
      this.told(await this.api.whole(this.key));
    } catch (error) {
      if (error instanceof Problem && error.status === 404) this.gone();
    }
  }

  private told(news: News): void {
    if (this.ended) return;
    if (news.messages.length) this.lastNews = Date.now();
    this.tell(news);
  }
}
