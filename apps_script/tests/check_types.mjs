// Type-checks the .gs files: TypeScript reads .js only, so it is given them under that name.

import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const folder = path.resolve(import.meta.dirname, "..");
const copies = path.join(folder, ".types");
rmSync(copies, { recursive: true, force: true });
mkdirSync(copies);
const sources = readdirSync(folder).filter((name) => name.endsWith(".gs"));
for (const name of sources) {
  copyFileSync(path.join(folder, name), path.join(copies, `${path.parse(name).name}.js`));
}
const packageFile = createRequire(import.meta.url).resolve("typescript/package.json");
const compiler = path.join(path.dirname(packageFile), "bin", "tsc");
const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, "--pretty", "false"], {
  cwd: folder,
  encoding: "utf8",
});
process.stdout.write(stdout.replaceAll(/\.types\/(\w+)\.js/g, "$1.gs"));
process.stderr.write(stderr);
if (status === 0) {
  rmSync(copies, { recursive: true });
  console.log(`${sources.length} files have no type errors`);
}
process.exitCode = status ?? 1;
