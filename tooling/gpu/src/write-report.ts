import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { GpuResults } from './results.js';
import { describeDevice } from './describe-device.js';

/** Writes `gpu.md` beside the folder of raw files from all `gpu-*.json` in it, hardware first. Resolves to its path. */
export async function writeReport(rawFolder: string): Promise<string> {
  const names = (await readdir(rawFolder)).filter((name) => /^gpu-.*\.json$/.test(name)).sort();
  const runs = await Promise.all(
    names.map(async (name) => ({
      name,
      results: JSON.parse(await readFile(join(rawFolder, name), 'utf8')) as GpuResults,
    })),
  );
  if (runs.length === 0) throw new Error(`no gpu-*.json in ${rawFolder}; run without --report first`);
  const ordered = [
    ...runs.filter(({ results }) => !results.device.isSoftware),
    ...runs.filter(({ results }) => results.device.isSoftware),
  ];
  const path = join(dirname(rawFolder), 'gpu.md');
  await writeFile(path, `${HEADER}${ordered.map(({ name, results }) => describeDevice(name, results)).join('\n\n')}\n`);
  return path;
}

const HEADER = `# On a GPU

Made by \`tooling/gpu/run.sh\` ([how](../../tooling/gpu/README.md)) from the files in \`docs/results/raw\`; one section a device. Every comparison was
measured in one process on one machine, the device first and the CPU after it. Times are medians in milliseconds, with the lowest and highest in
brackets; warm-up is left out unless the CPU's only run was its first (a single number). The CPU columns use one core: _kernels_ is
\`@sdmjs/kernels\` without TensorFlow.js, _WebAssembly_ is TensorFlow.js's WASM backend with those kernels. A ratio above 1 says how many times
faster the device was.

`;
