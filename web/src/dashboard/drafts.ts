// What was typed and not sent outlives a reload and an ended session; it is kept in this tab only.
export function keepDrafts(): void {
  for (const field of document.querySelectorAll<HTMLTextAreaElement>("[data-draft]")) {
    const key = `draft:${location.pathname}:${field.name}`;
    field.value ||= sessionStorage.getItem(key) ?? "";
    field.addEventListener("input", () => {
      sessionStorage.setItem(key, field.value);
      grow(field);
    });
    field.form?.addEventListener("htmx:afterRequest", (event) => {
      if (!(event as CustomEvent).detail.successful) return;
      field.value = "";
      sessionStorage.removeItem(key);
      grow(field);
      const id = field.form?.querySelector<HTMLInputElement>("[data-fresh-id]");
      if (id) id.value = crypto.randomUUID?.() ?? uuid();
    });
    grow(field);
  }
}

/** `crypto.randomUUID` is missing where the page is not served over https. */
function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function grow(field: HTMLTextAreaElement): void {
  const lines = field.value.split("\n").length + Math.floor(field.value.length / 90);
  field.rows = Math.min(Math.max(lines, 2), 8);
}
