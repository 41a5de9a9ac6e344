// Settings forms: where no time zone is known yet, the browser's own is proposed.
export function proposeZone(): void {
  for (const field of document.querySelectorAll<HTMLInputElement>("[data-zone]")) {
    field.value ||= Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  }
}
