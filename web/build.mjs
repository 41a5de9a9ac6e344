// Builds what browsers load: the widget, one small file for any website, and the dashboard's scripts and styles.
import { mkdir, readFile, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Kilobytes of the widget, compressed, with everything: a practice's website must not feel it. */
const WIDGET_LIMIT = 60;

/** Browsers of the last four years: patients keep their telephones for long. */
const TARGET = ["chrome105", "firefox103", "safari15.6"];

/** `import css from "./x.css"` gives the minified style as text, for a shadow root. */
const styleAsText = {
  name: "style-as-text",
  setup(plugins) {
    plugins.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const options = { loader: "css", minify: true, target: TARGET };
      const { code } = await transform(await readFile(path, "utf8"), options);
      return { contents: code.trim(), loader: "text" };
    });
  },
};

const common = {
  bundle: true,
  minify: true,
  target: TARGET,
  format: "iife",
  charset: "utf8",
  logLevel: "warning",
};

/** Each of `names` is a folder of src/ and becomes a script (and a style) of that name. */
async function bundle(names, outdir, options) {
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  const entryPoints = Object.fromEntries(names.map((name) => [name, here(`src/${name}/main.ts`)]));
  await build({ ...common, entryPoints, outdir, ...options });
}

const widget = here("../reception/channels/static/build");
const dashboard = here("../reception/dashboard/static/build");
await bundle(["widget"], widget, { plugins: [styleAsText], legalComments: "none" });
// What only one page needs is an entry of its own, so that the others stay light.
await bundle(["dashboard", "calendar", "figures"], dashboard, { legalComments: "linked" });

const kilobytes = gzipSync(await readFile(`${widget}/widget.js`), { level: 9 }).length / 1024;
console.log(`widget.js: ${kilobytes.toFixed(1)} KB compressed`);
if (kilobytes >= WIDGET_LIMIT) {
  console.error(`The widget must stay under ${WIDGET_LIMIT} KB compressed.`);
  process.exit(1);
}
