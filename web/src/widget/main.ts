// One line in any website: `<script src="https://…/widget.js" data-practice="…" async></script>`.
import { ReceptionChat } from "./element";

const NAME = "reception-chat";
/** What the script tag may say, as `data-…`; the element takes the same names without `data-`. */
const ATTRIBUTES = [
  "practice",
  "mode",
  "language",
  "theme",
  "accent",
  "position",
  "label",
  "phone",
  "service",
];

function begin(script: HTMLScriptElement): void {
  if (!customElements.get(NAME)) customElements.define(NAME, ReceptionChat);
  const element = document.createElement(NAME);
  element.setAttribute("service", new URL(script.src).origin);
  for (const name of ATTRIBUTES) {
    const value = script.getAttribute(`data-${name}`);
    if (value !== null) element.setAttribute(name, value);
  }
  const target = script.dataset.target ? document.querySelector(script.dataset.target) : null;
  // What stands in the target is there for those without JavaScript.
  if (target) target.replaceChildren(element);
  else if (element.getAttribute("mode") === "inline" && document.body.contains(script)) script.after(element);
  else document.body.append(element);
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement) {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => begin(script));
  else begin(script);
}
