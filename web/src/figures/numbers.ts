// A table of numbers as series: one a column, with what each cell says in words.
export type Series = {
  name: string;
  unit: string;
  dashed: boolean;
  /** Which of the plot's colours, from 1. */
  colour: number;
  numbers: (number | null)[];
  words: string[];
};
export type Figures = { labels: string[]; series: Series[] };

export function read(table: HTMLTableElement): Figures {
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])].slice(1);
  const rows = [...(table.tBodies[0]?.rows ?? [])];
  const series = heads.map((head, index) => {
    const cells = rows.map((row) => row.cells[index + 1]);
    return {
      name: head.textContent ?? "",
      unit: head.dataset.unit ?? "",
      dashed: "dashed" in head.dataset,
      colour: Number(head.dataset.colour) || index + 1,
      numbers: cells.map((cell) => (cell?.dataset.number ? Number(cell.dataset.number) : null)),
      words: cells.map((cell) => cell?.textContent ?? ""),
    };
  });
  return { labels: rows.map((row) => row.cells[0]?.textContent ?? ""), series };
}

/** Each series with those before it below, as bars stand on each other; dashed ones stand alone. */
export function stacked(series: Series[]): (number | null)[][] {
  const sums: number[] = [];
  return series.map((one) => {
    if (one.dashed) return one.numbers;
    return one.numbers.map((number, index) => {
      sums[index] = (sums[index] ?? 0) + (number ?? 0);
      return sums[index];
    });
  });
}
