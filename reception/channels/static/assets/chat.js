// The chat of the start page: talks to /api/chat, goes on after a reload, and hears staff through a WebSocket.
"use strict";

const API = "/api/chat/conversations";
const KEY = "reception-conversation";
const byId = (id) => document.getElementById(id);
const log = byId("log"), options = byId("options"), field = byId("text"), trouble = byId("trouble");
const shown = new Set();
let talk = null; // {id, token}
let pending = null; // {text, client_id, bubble}: what is on its way, or failed and may be sent again
let socket = null;
let wait = 1000;

class Problem extends Error {
  constructor(status, detail, retryAfter) {
    super(detail);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

async function ask(path, body) {
  const headers = { "Content-Type": "application/json" };
  if (talk) headers.Authorization = `Bearer ${talk.token}`;
  let answer;
  try {
    const method = body ? "POST" : "GET";
    answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  } catch {
    throw new Problem(0, "");
  }
  const data = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Problem(answer.status, data.detail || "", Number(answer.headers.get("Retry-After")));
  return data;
}

function bubble(role, text) {
  const box = document.createElement("div");
  box.className = `message ${role}`;
  const who = document.createElement("span");
  who.className = "who";
  who.textContent = { desk: "Assistant", staff: "Practice team", patient: "You" }[role];
  box.append(who, text);
  log.append(box);
  box.scrollIntoView({ block: "end" });
  return box;
}

function notice(text) {
  const line = document.createElement("p");
  line.className = "notice";
  line.textContent = text;
  log.append(line);
  line.scrollIntoView({ block: "end" });
}

function show({ messages, status }) {
  for (const message of messages) {
    if (shown.has(message.id)) continue;
    shown.add(message.id);
    if (message.role === "patient") {
      // Our own words stand there already, and may come by after their answer; those of another window don't.
      const here = sentHere.get(message.text) || 0;
      if (here) {
        sentHere.set(message.text, here - 1);
        continue;
      }
      bubble("patient", message.text);
    } else {
      bubble(message.role, message.text);
    }
    if (message.role !== "staff") offer(message.role === "desk" ? message.options : []);
  }
  state(status);
}

// Text → how often it was sent from this window without its saved message having come by yet.
const sentHere = new Map();

function offer(choices) {
  options.replaceChildren(
    ...choices.map((choice) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = choice.label;
      if (choice.text !== choice.label) button.setAttribute("aria-label", choice.text);
      button.addEventListener("click", () => send(choice.text));
      return button;
    }),
  );
  options.hidden = choices.length === 0;
  if (choices.length) options.scrollIntoView({ block: "end" });
}

function state(status) {
  const closed = status === "closed";
  byId("state").textContent =
    { handed_over: "The practice team will take over", closed: "Conversation ended" }[status] || "Automated assistant";
  field.disabled = byId("send").disabled = closed;
  if (closed && !document.querySelector(".ended")) {
    offer([]);
    notice("This conversation has ended. You can start a new one at any time.");
    log.lastChild.classList.add("ended");
    sessionStorage.removeItem(KEY);
  }
}

function busy(on) {
  byId("typing").hidden = !on;
  byId("send").disabled = on;
  for (const button of options.querySelectorAll("button")) button.disabled = on;
  if (on) byId("typing").scrollIntoView({ block: "end" });
}

function complain(problem, again) {
  const texts = {
    0: "The connection is lost.",
    429: `That was a little fast. Please try again in ${problem.retryAfter || 1} seconds.`,
    503: "I can't look anything up at the moment.",
  };
  trouble.querySelector("p").textContent = texts[problem.status] ?? (problem.message || "Something went wrong.");
  const button = trouble.querySelector("button");
  button.hidden = problem.status === 422;
  button.onclick = () => {
    trouble.hidden = true;
    again();
  };
  trouble.hidden = false;
  trouble.scrollIntoView({ block: "end" });
}

async function send(text) {
  if (!text.trim() || (pending && !pending.failed)) return;
  trouble.hidden = true;
  if (pending) pending.bubble.remove(); // something else is said instead of what failed
  pending = { text, client_id: identifier(), bubble: bubble("patient", text.trim()) };
  pending.bubble.classList.add("unsent");
  sentHere.set(text.trim(), (sentHere.get(text.trim()) || 0) + 1);
  await deliver();
}

async function deliver() {
  pending.failed = false;
  busy(true);
  try {
    if (!talk) await begin();
    const { text, client_id } = pending;
    const answer = await ask(`${API}/${talk.id}/messages`, { text, client_id });
    pending.bubble.classList.remove("unsent");
    pending = null;
    offer([]);
    busy(false);
    show(answer);
  } catch (problem) {
    busy(false);
    pending.failed = true;
    if (problem.status === 404 || problem.status === 409) return ended();
    complain(problem, deliver);
  }
  if (matchMedia("(pointer: fine)").matches) field.focus();
}

function ended() {
  pending = null;
  state("closed");
}

// crypto.randomUUID exists on secure pages only; a practice may try this out over http in its own network.
function identifier() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

async function begin() {
  const started = await ask(API, { language: document.documentElement.lang });
  talk = { id: started.id, token: started.token };
  sessionStorage.setItem(KEY, JSON.stringify(talk));
  show(started);
  listen();
}

function listen() {
  const mine = talk;
  socket = new WebSocket(`${location.origin.replace("http", "ws")}${API}/${talk.id}/events`);
  socket.onopen = () => socket.send(mine.token);
  socket.onmessage = async (event) => {
    if (mine !== talk) return;
    const news = JSON.parse(event.data);
    wait = 1000;
    // The first frame is empty: whatever was said while nobody listened is read now.
    if (!pending) show(news.messages.length ? news : await ask(`${API}/${talk.id}`).catch(() => news));
    else show({ ...news, messages: news.messages.filter((message) => message.role === "staff") });
  };
  socket.onclose = (event) => {
    if (mine !== talk || event.code === 1000 || event.code === 1008) return;
    setTimeout(() => mine === talk && listen(), wait);
    wait = Math.min(wait * 2, 30000);
  };
}

async function open() {
  busy(true);
  try {
    const kept = sessionStorage.getItem(KEY);
    if (kept) {
      talk = JSON.parse(kept);
      show(await ask(`${API}/${talk.id}`));
      if (sessionStorage.getItem(KEY)) listen();
    } else {
      await begin();
    }
  } catch (problem) {
    if (problem.status === 404 && talk) {
      talk = null;
      sessionStorage.removeItem(KEY);
      busy(false);
      return open();
    }
    complain(problem, open);
  }
  busy(false);
  if (field.disabled) byId("send").disabled = true;
}

function restart() {
  const old = socket;
  talk = pending = socket = null;
  if (old) old.close();
  sessionStorage.removeItem(KEY);
  shown.clear();
  sentHere.clear();
  log.replaceChildren();
  offer([]);
  trouble.hidden = true;
  state("open");
  open();
}

byId("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = field.value;
  if (!text.trim()) return;
  if (pending && !pending.failed) return;
  field.value = "";
  field.style.height = "";
  send(text);
});
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    byId("form").requestSubmit();
  }
});
field.addEventListener("input", () => {
  field.style.height = "";
  field.style.height = `${field.scrollHeight + 2}px`;
});
byId("again").addEventListener("click", restart);
open();
