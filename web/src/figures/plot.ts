// Draws series as stacked bars or as lines, in the colours of the page, light or dark, as wide as there is room.
import UPlot from "uplot";
import { type Figures, type Series, stacked } from "./numbers";

const HEIGHT = 220;
const dark = matchMedia("(prefers-color-scheme: dark)");

export function draw(place: HTMLElement, figures: Figures, bars: boolean): void {
  const legend = document.createElement("ul");
  legend.className = "legend";
  const paper = document.createElement("div");
  place.append(legend, paper);
  let plot: UPlot | undefined;
  const again = () => {
    const width = Math.floor(place.clientWidth);
    if (width === 0) return;
    plot?.destroy();
    plot = new UPlot(options(place, figures, bars, width, tell(legend, figures)), data(figures, bars), paper);
  };
  new ResizeObserver(again).observe(place);
  dark.addEventListener("change", again);
}

/** What is drawn last lies on top: the lowest bar of a stack, then the lines. */
function order(series: Series[]): Series[] {
  return [...series.filter((one) => !one.dashed).reverse(), ...series.filter((one) => one.dashed)];
}

function data({ labels, series }: Figures, bars: boolean): UPlot.AlignedData {
  const drawn = bars ? stacked(series) : series.map((one) => one.numbers);
  const places = order(series).map((one) => drawn[series.indexOf(one)] ?? []);
  return [labels.map((_, index) => index), ...places];
}

function options(
  place: HTMLElement,
  { labels, series }: Figures,
  bars: boolean,
  width: number,
  told: (index: number | null | undefined) => void,
): UPlot.Options {
  const style = getComputedStyle(place);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const unit = series[0]?.unit ?? "";
  const font = `12px ${style.fontFamily}`;
  const axis = { stroke: colour("--ink-soft"), font, ticks: { show: false } };
  return {
    width,
    height: HEIGHT,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: !bars }, drag: { x: false, y: false } },
    scales: {
      x: { time: false, range: [-0.6, labels.length - 0.4] },
      y: { range: (_, __, most) => [0, Math.max(most * 1.08, unit === "" ? 4 : 0.1)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: 44,
        incrs: [1, 2, 3, 4, 6, 7, 12, 14],
        values: (_, splits) => splits.map((at) => labels[at] ?? ""),
      },
      {
        ...axis,
        size: 46,
        space: 36,
        grid: { stroke: colour("--line"), width: 1 },
        ...(unit === "" ? { incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000] } : {}),
        values: (_, splits) => splits.map((at) => (unit === "" ? `${at}` : `${+at.toFixed(2)} ${unit}`)),
      },
    ],
    series: [{}, ...order(series).map((one) => look(one, bars, colour(`--plot-${one.colour}`)))],
    hooks: { setCursor: [(plot) => told(plot.cursor.idx)] },
  };
}

function look(one: Series, bars: boolean, colour: string): UPlot.Series {
  if (bars && !one.dashed) {
    const paths = UPlot.paths.bars?.({ size: [0.66, 44] });
    const points = { show: false };
    return { label: one.name, fill: colour, stroke: colour, width: 0, points, ...(paths ? { paths } : {}) };
  }
  return {
    label: one.name,
    stroke: colour,
    width: one.dashed ? 1.5 : 2.5,
    ...(one.dashed ? { dash: [5, 4] } : {}),
    spanGaps: true,
    points: { show: !one.dashed && !bars, size: 5, fill: colour },
  };
}

/** The legend, which says the numbers of the place that the mouse points at. */
function tell(legend: HTMLElement, { labels, series }: Figures): (index: number | null | undefined) => void {
  const place = document.createElement("li");
  place.className = "legend-place";
  const items = series.map((one) => {
    const item = document.createElement("li");
    item.className = `plot-${one.colour}${one.dashed ? " dashed" : ""}`;
    item.append(one.name, document.createElement("b"));
    return item;
  });
  legend.replaceChildren(...items, place);
  return (index) => {
    place.textContent = index == null ? "" : (labels[index] ?? "");
    items.forEach((item, at) => {
      const words = index == null ? "" : (series[at]?.words[index] ?? "");
      if (item.lastChild) item.lastChild.textContent = words ? ` ${words}` : "";
    });
  };
}
