// Colours from one accent colour of the practice's, made readable on light and on dark ground.

type Colour = [red: number, green: number, blue: number];

const WHITE: Colour = [255, 255, 255];
const INK: Colour = [16, 24, 32];
/** The grounds of the style sheet, light and dark. */
const LIGHT: Colour = WHITE;
const DARK: Colour = [24, 29, 36];
/** What WCAG asks of text. */
const ENOUGH = 4.6;

/** Sets `--accent`, `--on-accent` and the inks for both grounds on the host; nothing for no colour. */
export function setAccent(host: HTMLElement, accent: string): void {
  const colour = parse(accent);
  if (!colour) return;
  const onAccent = contrast(colour, WHITE) >= ENOUGH ? WHITE : INK;
  const set = (name: string, value: Colour) => host.style.setProperty(name, `rgb(${value.join(" ")})`);
  set("--reception-accent", contrast(colour, onAccent) >= ENOUGH ? colour : towards(colour, WHITE, onAccent));
  set("--reception-on-accent", onAccent);
  set("--reception-ink-on-light", towards(colour, INK, LIGHT));
  set("--reception-ink-on-dark", towards(colour, WHITE, DARK));
}

/** Any CSS colour as numbers, by painting one pixel of it. */
function parse(text: string): Colour | null {
  if (!CSS.supports("color", text)) return null;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d");
  if (!context) return null;
  context.fillStyle = text;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}

/** The colour, mixed with `end` as far as it must be to be readable on `ground`. */
function towards(colour: Colour, end: Colour, ground: Colour): Colour {
  for (let part = 0; part <= 1; part += 0.05) {
    const mixed = colour.map((value, index) =>
      Math.round(value + ((end[index] ?? 0) - value) * part),
    ) as Colour;
    if (contrast(mixed, ground) >= ENOUGH) return mixed;
  }
  return end;
}

function contrast(one: Colour, other: Colour): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: Colour): number {
  const [red, green, blue] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as Colour;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
