// The calendar: what stands in the days shown, drawn and dragged; all else is the server's, put in place by htmx.
import "@event-calendar/core/index.css";
import "./calendar.css";
import { readOptions } from "./options";
import { openPanels } from "./panel";
import { showSheet } from "./sheet";

const place = document.getElementById("calendar");
if (place) {
  openPanels();
  showSheet(place, readOptions(place));
}
document.querySelector("[data-print]")?.addEventListener("click", () => print());
