// Builds elements. Texts become text nodes, whatever is in them.

type Child = Node | string | null;
type Attributes = Record<string, string | boolean | EventListener>;

/** An element; `onclick` and the like are listeners, true is an attribute without a value, false is none. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** A line drawing of 24 by 24, in the colour of the text; nothing to a screen reader. */
export function icon(path: string): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "path");
  for (const [name, value] of Object.entries({
    viewBox: "0 0 24 24",
    "aria-hidden": "true",
    class: "icon",
  })) {
    svg.setAttribute(name, value);
  }
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

export const PHONE =
  "M6.5 3.5h3l1.6 4.3-2.1 1.5a12 12 0 0 0 5.7 5.7l1.5-2.1 4.3 1.6v3a2 2 0 0 1-2.2 2A17 17 0 0 1 4.5 5.700a2 2 0 0 1 2-2.200z";
export const CHAT =
  "M4.500 5h15a1.500 1.500 0 0 1 1.500 1.500v9a1.500 1.500 0 0 1-1.500 1.500H12l-4.500 3.500V17h-3A1.500 1.500 0 0 1 3 15.500v-9A1.500 1.500 0 0 1 4.500 5zM8 9.500h8M8 12.500h5";
export const CROSS = "M6 6l12 12M18 6L6 18";
export const CALENDAR =
  "M5 5.500h14a1.500 1.500 0 0 1 1.500 1.500v12a1.500 1.500 0 0 1-1.500 1.500H5A1.500 1.500 0 0 1 3.500 19V7A1.500 1.500 0 0 1 5 5.500zM3.500 10h17M8 3v4M16 3v4M9 15l2 2 4-4";
export const SEND = "M4 12h14M12.500 6.500L18 12l-5.500 5.500";

/** A link that dials. */
export function dial(number: string, ...children: Child[]): HTMLAnchorElement {
  return h("a", { href: `tel:${number.replace(/[^\d+*#]/g, "")}` }, ...children);
}
