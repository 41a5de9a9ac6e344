// A sound as long as an emergency is on the screen that nobody has seen to; off where somebody turned it off.
const EVERY = 4000;
const MUTED = "reception-alarm-muted";

let audio: AudioContext | undefined;

export function watchAlarms(): void {
  const button = document.querySelector<HTMLElement>("[data-mute]");
  const show = (): void => {
    button?.setAttribute("aria-pressed", String(!muted()));
    button?.classList.toggle("off", muted());
  };
  button?.addEventListener("click", () => {
    localStorage.setItem(MUTED, muted() ? "" : "yes");
    show();
    if (!muted()) sound(0.3);
  });
  show();
  addEventListener("pointerdown", wake, { once: true });
  addEventListener("keydown", wake, { once: true });
  setInterval(ring, EVERY);
  new MutationObserver(ringAtOnce).observe(document.getElementById("alarms") ?? document.body, {
    childList: true,
  });
  ringAtOnce();
}

/** Browsers let a page sound only after somebody has touched it. */
function wake(): void {
  audio ??= new AudioContext();
  void audio.resume();
}

function muted(): boolean {
  return localStorage.getItem(MUTED) === "yes";
}

let rung = 0;

function ringAtOnce(): void {
  const title = document.title.replace(/^\(!\) /, "");
  const alarm = document.querySelector("[data-alarm]") !== null;
  document.title = alarm ? `(!) ${title}` : title;
  if (alarm && Date.now() - rung > EVERY) ring();
}

function ring(): void {
  const silent = !document.querySelector("[data-alarm]") || muted();
  const unheard = document.querySelector<HTMLElement>("[data-unheard]");
  const touched = navigator.userActivation?.hasBeenActive ?? true;
  if (unheard) unheard.hidden = silent || touched;
  if (silent || !touched) return;
  rung = Date.now();
  wake();
  sound(1);
}

/** Two soft tones, a fourth apart. */
function sound(volume: number): void {
  if (!audio) return;
  document.body.dataset.sounded = String(Number(document.body.dataset.sounded ?? 0) + 1);
  [660, 880].forEach((frequency, index) => {
    if (!audio) return;
    const start = audio.currentTime + index * 0.22;
    const gain = audio.createGain();
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(0.25 * volume, start + 0.03);
    gain.gain.exponentialRampToValueAtTime(0.001, start + 0.5);
    const tone = audio.createOscillator();
    tone.frequency.value = frequency;
    tone.connect(gain).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.55);
  });
}
