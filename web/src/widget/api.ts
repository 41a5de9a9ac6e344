// The chat's interface over HTTP, as typed calls. A call fails with a Problem and nothing else.
import type { Words } from "./words";

export type Status = "open" | "handed_over" | "closed";

export interface Option {
  label: string;
  text: string;
}

export interface Message {
  id: string;
  role: "desk" | "patient" | "staff";
  text: string;
  at: string;
  expects: string | null;
  about: string | null;
  options: Option[];
}

export interface News {
  messages: Message[];
  status: Status;
}

/** Which conversation it is, and the token that opens it. */
export interface Key {
  id: string;
  token: string;
}

export interface Appointment {
  start: string;
  end: string;
  practitioner: string;
  appointment_type: string;
}

/** What the service says of a practice before anything is said. */
export interface Practice {
  slug: string;
  name: string;
  phone: { number: string; text: string } | null;
  emergency_number: string;
  privacy_url: string;
  time_zone: string;
  language: string;
  allowed: boolean;
  longest: number;
  words: Words;
}

/** A call that failed; `status` 0 means that no answer came at all. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly retryAfter: number,
  ) {
    super(status ? `the service answered ${status}` : "no answer from the service");
  }
}

/** Milliseconds: the desk itself gives up on understanding a message after 20 seconds. */
const PATIENCE = 40_000;
const JSON_TYPE = { "Content-Type": "application/json" };

export class Api {
  constructor(private readonly base: string) {}

  practice(slug: string, language: string): Promise<Practice> {
    const query = language ? `?language=${encodeURIComponent(language)}` : "";
    return this.json(`/practices/${encodeURIComponent(slug)}${query}`);
  }

  start(practice: Practice): Promise<News & Key> {
    const body = JSON.stringify({ practice: practice.slug, language: practice.language });
    return this.json("/conversations", { method: "POST", headers: JSON_TYPE, body });
  }

  whole(key: Key): Promise<News> {
    return this.json(`/conversations/${key.id}`, { headers: bearer(key) });
  }

  say(key: Key, text: string, clientId: string): Promise<News> {
    const body = JSON.stringify({ text, client_id: clientId });
    const headers = { ...JSON_TYPE, ...bearer(key) };
    return this.json(`/conversations/${key.id}/messages`, { method: "POST", headers, body });
  }

  async appointments(key: Key): Promise<Appointment[]> {
    const path = `/conversations/${key.id}/appointments`;
    const found = await this.json<{ appointments: Appointment[] }>(path, { headers: bearer(key) });
    return found.appointments;
  }

  async calendarFile(key: Key): Promise<Blob> {
    const answer = await this.call(`/conversations/${key.id}/appointments.ics`, { headers: bearer(key) });
    return answer.blob();
  }

  eventsUrl(key: Key): string {
    return `${this.base.replace(/^http/, "ws")}/api/chat/conversations/${key.id}/events`;
  }

  private async json<T>(path: string, options: RequestInit = {}): Promise<T> {
    const answer = await this.call(path, options);
    return answer.json().catch(() => {
      throw new Problem(0, 0);
    });
  }

  private async call(path: string, options: RequestInit): Promise<Response> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), PATIENCE);
    try {
      const always: RequestInit = { credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store" };
      const url = `${this.base}/api/chat${path}`;
      const answer = await fetch(url, { ...always, ...options, signal: abort.signal });
      if (!answer.ok) throw new Problem(answer.status, Number(answer.headers.get("Retry-After")) || 0);
      return answer;
    } catch (error) {
      throw error instanceof Problem ? error : new Problem(0, 0);
    } finally {
      clearTimeout(timer);
    }
  }
}

function bearer(key: Key): Record<string, string> {
  return { Authorization: `Bearer ${key.token}` };
}
