import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createRandom } from '@sdmjs/core';

const ROWS = 20_000;
const FEATURES = 1024;
const child = fileURLToPath(new URL('./rows-child.ts', import.meta.url));

/** The same rows with Python's own json and array: one float32 matrix, nothing else kept. */
const PYTHON = `
import array, json, sys, time
started = time.perf_counter()
matrix = array.array('f')
for line in open(sys.argv[1], encoding='utf-8'):
    matrix.extend(json.loads(line)['embedding'])
seconds = time.perf_counter() - started
print(json.dumps({'seconds': seconds, 'sum': sum(matrix)}))
`;

/** Prints how fast JSON Lines become a matrix, as a multiple of Python's json, and the memory that this takes. */
export async function benchRows(print: (line: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sdmjs-bench-'));
  try {
    for (const spelling of ['double', 'float32', 'short'] as const) {
      const path = join(folder, `${spelling}.jsonl`);
      await writeRows(path, spelling);
      const ours = run(process.execPath, [...process.execArgv, child, path]);
      const python = run('python3', ['-c', PYTHON, path]);
      const megabytes = statSync(path).size / 1e6;
      const rate = `${(megabytes / ours.seconds).toFixed(0)} MB/s`;
      const matrix = ours.matrixBytes / 1e6;
      const memory = `${(ours.peakBytes / 1e6).toFixed(0)} MB at the peak for a matrix of ${matrix.toFixed(0)} MB`;
      const ratio = `${(python.seconds / ours.seconds).toFixed(1)} x Python's json (sums ${ours.sum} and ${python.sum})`;
      print(`read ${ROWS} x ${FEATURES} from JSON Lines, ${spelling} numbers: ${rate}, ${ratio}; ${memory}`);
      rmSync(path);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function writeRows(path: string, spelling: 'double' | 'float32' | 'short'): Promise<void> {
  const random = createRandom(1);
  const spell = {
    double: (value: number) => value,
    float32: Math.fround,
    short: (value: number) => Number(value.toFixed(6)),
  };
  const vectors = Array.from({ length: 16 }, () =>
    JSON.stringify(Array.from({ length: FEATURES }, () => spell[spelling](random.normal()))),
  );
  const file = createWriteStream(path);
  for (let i = 0; i < ROWS; i++) {
    const isRoom = file.write(`{"id":"row-${i}","label":${i % 2},"embedding":${vectors[i % 16]}}\n`);
    if (!isRoom) await once(file, 'drain');
  }
  file.end();
  await finished(file);
}

interface Reading {
  readonly seconds: number;
  readonly sum: number;
  readonly peakBytes: number;
  readonly matrixBytes: number;
}

function run(program: string, parameters: readonly string[]): Reading {
  const { status, stdout, stderr } = spawnSync(program, parameters, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Reading;
}
