// Plots of the figures page: each is drawn from the table beside it, which says the same to whoever can't see it.
import "uplot/dist/uPlot.min.css";
import "./figures.css";
import { read } from "./numbers";
import { draw } from "./plot";

for (const place of document.querySelectorAll<HTMLElement>("[data-plot]")) {
  const table = document.getElementById(place.dataset.table ?? "");
  if (table instanceof HTMLTableElement) draw(place, read(table), place.dataset.plot === "stacked");
}
