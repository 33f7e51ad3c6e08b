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

## What follows

On the H200, through WebGPU:

- **Right everywhere.** All integers equal but for near ties, losses equal to six digits, greedy tokens equal. An SDM layer trains to
  the same bits twice; a decoder does not (on the software driver 2·10^-10 apart), and TensorFlow.js's WebGPU shaders for the
  gradient of the embedding and for some products do add with atomics, in any order.
- **Where much is multiplied at once the GPU wins**: matching 10,000 queries 21 to 27 times, 100,000 support rows up to 68 times (\`distancesAtOnce\`
  of 2^26 there, because each tile costs some 7 ms whatever its size), hidden states 85 times, a training step of a small decoder 6.6 times.
- **Where work comes in small pieces it loses.** TensorFlow.js spends about 40 µs of the host on each WebGPU operation, and a read-back takes 0.4 ms. A
  generated token is 184 operations on a few numbers, so one prompt generates 8 times slower than on WebAssembly (256 at once: 1.9 times faster), and
  a toy fine-tuning run takes 5 times as long. An SDM layer on 1,000 rows, or a single query, gains a fifth.
- **AdamW belongs on the device** (\`updateOn: 'device'\`): on the CPU every gradient and weight crosses the bus at under 2 GB/s and one core updates them,
  which makes the step of the 97-million-weight decoder 5.8 times as long, and that of the smallest 1.4 times. Larger submissions or keeping small tensors off the CPU changed nothing.
- A matrix product alone reaches 23 TFLOP/s; the largest decoder's step, at 6 operations a weight and token, is at 14. Tensor cores and half precision are out of reach of tfjs-backend-webgpu.
- **Batches of ever new sizes fill it.** tfjs-backend-webgpu keeps every buffer for the next tensor of its size. The \`gpu\` preset of
  [verified-writer](../../apps/verified-writer/README.md) (7 million weights, 8,192 tokens a step) pretrained at 93,000 tokens/s, in 86 s, and had filled 139 GiB after 8 million
  tokens; fine-tuning then failed. \`@sdmjs/backends\` now destroys unused buffers: with a fixed bound of 4 GiB the same pretraining ran at 19,600 tokens/s; today's bound, four times
  what was ever in use, came after the machine was gone and is not measured. No run of that app on a GPU has reached its end yet.
- CUDA was not tried: the machine had no network.

`;
