// The chat widget: `<script src="https://…/widget.js" data-practice="…" async></script>` in any website.
import style from "./widget.css";

class ReceptionChat extends HTMLElement {
  connectedCallback(): void {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
  }
}

if (!customElements.get("reception-chat")) customElements.define("reception-chat", ReceptionChat);
